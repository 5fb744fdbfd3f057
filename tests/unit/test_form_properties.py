"""Whatever a person does, in whatever order: no answer is lost, nothing is filed twice, nobody is stuck.

What a step may change is read off the screen before it, never off the engine: an answer can only be for the
question that is shown, and only a summary can be submitted. The choice of examples is fixed (`derandomize`),
so CI never fails on a commit that did not cause it; HYPOTHESIS_EXAMPLES=5000 searches further, by chance.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.attachments import AttachmentState
from handlers.approvals.delegating import DELEGATION
from handlers.conversation import Draft
from handlers.customer_updates import CUSTOMER_UPDATE
from handlers.discounts import DISCOUNT_CHANGE
from handlers.forms.engine import WORDS
from handlers.forms.fields import Text
from handlers.loans.borrowing import FILE_LOAN
from handlers.loans.renewing import LOAN_RENEWAL
from handlers.personnel_files.routes import OWN_FORMS
from handlers.ui import PAYLOAD_BYTES, MessageEdited, RemoteFile, Started
from tests.support.forms import GOOD, LANGUAGES, OTHER_CODE, TRIP, Message, Phone

OPENING = {
    "new": "new_customer",
    "dis": "discount_change",
    "dn": "delegation",
    "bl": "file_loan",
    "fo": "file_opening",
    "fi": "material_filing",
    "fr": "relative",
}
OFFERED = (DISCOUNT_CHANGE, DELEGATION, CUSTOMER_UPDATE, FILE_LOAN, LOAN_RENEWAL, *OWN_FORMS)
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "0"))
WELL = {**GOOD, "name": "佛山市恒锐五金制品有限公司", "credit_code": OTHER_CODE, "settlement": "现结"}
NEXT_TRIP = replace(  # a later version of the form: one field gone, one there
    TRIP,
    version=2,
    fields=(
        *(f for f in TRIP.fields if f.name not in {"phone", "rate"}),
        Text(name="note", label="备注", question="还有什么?", optional=True),
    ),
)
FIELDS = {f.name: f for f in (*TRIP.fields, *NEXT_TRIP.fields)}
ACTS = {
    language(word).casefold(): act
    for act, words in WORDS.items()
    for word in words
    for language in LANGUAGES.values()
}
COMMANDS = [
    "/menu",
    "/start",
    "/help",
    "/cancel",
    "/resume",
    "/todo",
    "/mine",
    "/language",
    "菜单",
    "Help",
    "新客户",
]

OTHER_ANSWERS = ["陈志强", "黑名单", "恒锐", "月结", "9", "周一", "13800138000/13900139000", "汕"]
MONTHS = ["2026-12", "0001-01", "9999-12", "2026-12-05", "2026-02-30"]

characters = st.characters(exclude_categories=["Cs"])
anything = st.one_of(
    st.text(characters, max_size=60),
    st.builds(
        lambda part, times: (part * times)[:4096],
        st.text(characters, min_size=1, max_size=9),
        st.integers(1, 4096),
    ),
    st.text(st.sampled_from("0123456789九二五十点折天月日号周下/-. 结\0\u202e\u200b🀄㊿"), max_size=30),
)
lines = st.lists(
    st.tuples(
        st.sampled_from(["联系人", "Contact phone", "折扣", "城市", "返回日期", "行程", "税号", "备注"]),
        st.sampled_from([*GOOD.values(), "?"]),
    ),
    min_size=1,
    max_size=4,
).map(lambda said: "\n".join(f"{label}：{value}" for label, value in said))
texts = st.one_of(
    st.sampled_from(sorted(ACTS)),
    st.sampled_from(sorted(ACTS)),
    st.sampled_from([*GOOD.values(), *OTHER_ANSWERS]),
    st.sampled_from(COMMANDS),
    lines,
    anything,
)  # fmt: skip
acts = st.sampled_from(["v", "g", "k", "s", "b", "y", "n", "e", "c", "cy", "ok", "r", "new", "x", "zzzz"])
args = st.one_of(
    st.sampled_from(["", "done", "0", "1", "-1", "99", "NaN", "-Infinity", *MONTHS]),
    st.sampled_from([*FIELDS, "c01", "return", "0.92", "1e9", "月结30天", "199", "200", "?"]),
    st.text(characters, max_size=12),
)  # fmt: skip


@dataclass
class May:
    """What a step is allowed to do. change: (draft id, field) pairs. drop, submit: draft ids."""

    change: set[tuple[str, str]] = field(default_factory=set)
    drop: set[str] = field(default_factory=set)
    submit: set[str] = field(default_factory=set)


def something_in(draft: Draft) -> bool:
    """Whether a person has given this draft anything: an answer, or a file for a field."""
    return bool(
        draft.answers or draft.orphans or any(name != "?" and got for name, got in draft.held.items())
    )


STORED = {AttachmentState.STORED, AttachmentState.KEPT}


class Filling(RuleBasedStateMachine):
    """One person and their phone."""

    def __init__(self) -> None:
        super().__init__()
        self.phone = Phone(TRIP)
        self.shown: dict[str, str] = {}  # what the last question of each draft asked

    @initialize()
    def open(self) -> None:
        self._step(self.phone.opens, May())

    # --- taps --------------------------------------------------------------------------------------------

    @precondition(lambda self: any(m.buttons for m in self.phone.messages))
    @rule(which=st.integers(0, 300))
    def tap_what_is_seen(self, which: int) -> None:
        seen = [(m, b.payload) for m in reversed(self.phone.messages) for b in m.buttons]
        self._tap(*seen[which % len(seen)])

    @precondition(lambda self: self.phone.live)
    @rule(which=st.integers(0, 30))
    def tap_the_question(self, which: int) -> None:
        self._tap(
            self.phone.question, self.phone.question.buttons[which % len(self.phone.question.buttons)].payload
        )

    @rule(which=st.integers(0, 2000))
    def tap_what_was_seen_once(self, which: int) -> None:
        ever = [
            (m, b.payload) for m in self.phone.messages for view in m.ever for row in view.rows for b in row
        ]
        if ever:
            self._tap(*ever[which % len(ever)])

    @rule(act=acts, arg=args, late=st.sampled_from([0, 0, 0, 1, 2, 99]))
    def forge_a_button(self, act: str, arg: str, late: int) -> None:
        if (draft := self.phone.conversation.current) is not None and draft.revision >= late:
            self._tap(
                self.phone.question,
                f"f:{draft.id}:{draft.revision - late}:{act}" + (f":{arg}" if arg else ""),
            )

    @rule(
        payload=st.one_of(
            anything, st.from_regex(r"(f|td|my|lang|op|vw|wd|jn|menu)(:[0-9a-z]{0,14}){0,4}", fullmatch=True)
        )
    )
    def forge_anything(self, payload: str) -> None:
        self._step(lambda: self.phone.taps_payload(payload, Message("none", self.phone.last.view)), May())

    # --- words -------------------------------------------------------------------------------------------

    @rule()
    def answer_well(self) -> None:
        self._say(WELL.get(self.phone.asked, self.phone.language("Skip")))

    @rule(steps=st.integers(2, 13))
    def answer_many_well(self, steps: int) -> None:
        for _step in range(steps):
            self._say(WELL.get(self.phone.asked, self.phone.language("Skip")))

    @rule(text=texts)
    def say(self, text: str) -> None:
        self._say(text)

    @rule(form=st.sampled_from(["trip", "trip", "new_customer"]))
    def open_a_form(self, form: str) -> None:
        self._step(lambda: self.phone.opens(form), self._may_open(form))

    # --- files -------------------------------------------------------------------------------------------

    @rule(count=st.integers(1, 4), size=st.sampled_from([0, 1, 10_000_001]))
    def send_files(self, count: int, size: int) -> None:
        draft = self.phone.conversation.current
        may = May({(draft.id, "files")} if draft else set())
        self._step(lambda: self.phone.sends(*[RemoteFile("r", "a/b.pdf", "", size)] * count), may)

    @rule(
        which=st.integers(0, 20),
        refusal=st.sampled_from(["", "", "file_type", "file_lost", "file_too_large"]),
    )
    def a_file_comes(self, which: int, refusal: str) -> None:
        if coming := self.phone.work.attachments.fetching():
            attachment = coming[which % len(coming)]
            index = list(self.phone.work.attachments.kept).index(attachment.id)
            self._step(lambda: self.phone.arrives(index, refusal), May())

    @rule(count=st.integers(1, 3), coming=st.integers(0, 3))
    def finish_with_files(self, count: int, coming: int) -> None:
        self.answer_many_well(13)
        self.send_files(count, 1)
        for which in range(coming):
            self.a_file_comes(which, "")
        for word in ("Done", "Submit"):
            self._say(self.phone.language(word))

    # --- what surrounds it -------------------------------------------------------------------------------

    @rule()
    def deliver_again(self) -> None:
        before, said = self.phone.stored, len(self.phone.messages)
        self._step(self.phone.again, May())
        assert self.phone.stored == before
        assert len(self.phone.messages) == said

    @rule(form=st.sampled_from([TRIP, TRIP, NEXT_TRIP]))
    def restart(self, form: Any) -> None:
        self.phone.deploys(form)

    @rule(code=st.sampled_from(["zh_CN", "en"]))
    def switch_language(self, code: str) -> None:
        self.phone.speaks(code)

    @rule(what=st.sampled_from([MessageEdited("改"), Started("")]))
    def do_something_else(self, what: Any) -> None:
        self._step(lambda: self.phone.hears(what), May())

    # --- what must hold ----------------------------------------------------------------------------------

    @invariant()
    def one_message_holds_the_question(self) -> None:
        if self.phone.conversation.current is not None and self.phone.conversation.asking is None:
            assert [m.message_id for m in self.phone.live] == [self.phone.question.message_id]

    @invariant()
    def payloads_fit(self) -> None:
        assert all(
            len(b.payload.encode()) <= PAYLOAD_BYTES for m in self.phone.messages[-3:] for b in m.buttons
        )

    def teardown(self) -> None:
        """From wherever it went, every draft can be continued, and cancelled."""
        for _draft in range(6):
            if not self.phone.conversation.drafts:
                return
            self.phone.says("/menu")
            self.phone.says(self.phone.language("Continue filling"))
            offered = {f.name for form in OFFERED for f in form.fields}
            assert self.phone.asked in {*FIELDS, *WELL, *offered, "category", "grade", "source", "summary"}
            before = len(self.phone.conversation.drafts)
            self.phone.taps(self.phone.language("Cancel"))
            if len(self.phone.conversation.drafts) == before:
                self.phone.taps(self.phone.language("Yes, cancel"))
            assert len(self.phone.conversation.drafts) == before - 1
        raise AssertionError("some draft cannot be cancelled")

    # --- how it is found out -----------------------------------------------------------------------------

    def _tap(self, message: Message, payload: str) -> None:
        self._step(lambda: self.phone.taps_payload(payload, message), self._may_tap(payload))

    def _say(self, text: str) -> None:
        self._step(lambda: self.phone.says(text), self._may_say(text))

    def _may_tap(self, payload: str) -> May:
        match = re.fullmatch(r"f:([0-9a-f]{12}):(\d+):([a-z]+)(:.*)?", payload)
        draft = self.phone.conversation.draft(match[1]) if match else None
        if payload in OPENING:
            return self._may_open(OPENING[payload])
        if match is None or draft is None or str(draft.revision) != match[2]:
            return May()
        if match[3] == "new":
            return May(drop={draft.id})
        if match[3] == "v":
            return May({(draft.id, self.shown.get(draft.id, ""))})
        return self._may_act(draft, match[3])

    def _may_act(self, draft: Draft, act: str) -> May:
        shown = self.shown.get(draft.id, "")
        match act:
            case "s":
                return May({(draft.id, shown)})
            case "y":
                return May(
                    {(draft.id, shown.removeprefix("doubt:"))} if shown.startswith("doubt:") else set()
                )
            case "c" if something_in(draft) and shown != "parting":
                return May()
            case "c" | "cy":
                return May(drop={draft.id})
            case "ok" if shown == "summary":
                return May(submit={draft.id})
        return May()

    def _may_say(self, text: str) -> May:
        draft, word = self.phone.conversation.current, text.strip().casefold()
        opens = [self._may_open(form) for form in OPENING.values()]  # typed: the name of a process
        opening = May(drop={draft_id for may in opens for draft_id in may.drop})
        if draft is None:
            return opening
        if word == "/cancel":
            return self._may_act(draft, "c")
        if word in ACTS:
            return self._may_act(draft, ACTS[word])
        named = {
            (draft.id, name)
            for name, f in FIELDS.items()
            for label in (f.label, *f.aliases, *(language(f.label) for language in LANGUAGES.values()))
            if re.search(rf"^\s*{re.escape(label)}\s*[:：]", text, re.MULTILINE | re.IGNORECASE)
        }
        if draft.form == "new_customer":
            aka = {"terms": "settlement", "customer": "name", "code": "credit_code", "files": "files"}
            named |= {(draft.id, aka[name]) for _id, name in named if name in aka}
        for form in OFFERED:
            if form.name == draft.form:
                named |= {(draft.id, f.name) for f in form.fields}
        shown = self.shown.get(draft.id, "").removeprefix("doubt:")
        return May(named | {(draft.id, shown)}, opening.drop)

    def _may_open(self, form: str) -> May:
        """A draft in which nothing was typed yet is begun anew."""
        known = self.phone.conversation.draft_of(form)
        return May(drop={known.id} if known is not None and not something_in(known) else set())

    def _step(self, act: Callable[[], object], may: May) -> None:
        before = {d.id: {**d.orphans, **d.answers} for d in self.phone.conversation.drafts}
        filed = {request.draft_id for request in self.phone.filed}
        act()
        after = {d.id: {**d.orphans, **d.answers} for d in self.phone.conversation.drafts}
        submitted = [r.draft_id for r in self.phone.filed if r.draft_id not in filed]
        assert len({r.draft_id for r in self.phone.filed}) == len(self.phone.filed)
        assert set(submitted) <= may.submit, "filed without a tap on 提交 at the summary"
        for request in self.phone.filed:
            for file_id, _name, _stored in request.content.get("files", ()):
                state = self.phone.work.attachments.kept[file_id].state
                assert state not in {AttachmentState.FETCHING, AttachmentState.REFUSED}
        for draft_id, answers in before.items():
            if draft_id not in after:
                assert draft_id in may.drop or draft_id in submitted, "a draft is gone that nobody gave up"
                continue
            changed = {
                name
                for name in answers.keys() | after[draft_id].keys()
                if answers.get(name) != after[draft_id].get(name)
            }
            assert {(draft_id, name) for name in changed} <= may.change, (
                "an answer changed that was not asked"
            )
        current, asked = self.phone.conversation.current, self.phone.asked
        if current is not None and self.phone.conversation.asking is None and asked not in {"", "gone"}:
            self.shown[current.id] = asked


Filling.TestCase.settings = settings(
    max_examples=EXAMPLES or 300,
    stateful_step_count=30,
    deadline=None,
    derandomize=not EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
TestFilling = Filling.TestCase
