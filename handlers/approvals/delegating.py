"""代理 in chat: a sentence or a short form, the list of one's own, and what both sides are told."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.approvals.delegations import (
    Delegation,
    check_days,
    check_delegate,
    delegate_approvals,
    end_delegation,
    report_delegation,
)
from domain.approvals.requests import RequestKind
from domain.dates import parse_date
from domain.errors import Refused
from domain.events import DelegationBegan, DelegationEnded, DelegationMade
from domain.people import find_people
from handlers.approvals import cards
from handlers.approvals.kinds import Kinds
from handlers.context import Context, Telling
from handlers.conversation import Draft
from handlers.forms.choices import Choice, Option, Record
from handlers.forms.dates import Day
from handlers.forms.engine import Forms
from handlers.forms.fields import Answers, Form
from handlers.forms.values import Rate
from handlers.language import N_, Language
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled, show_kind, show_rate

EVERYTHING = "all"
SHOWN = 30  # decisions that a report lists
LONGEST_SENTENCE = 80
_SENTENCE = re.compile(
    r"(?P<before>.{2,}?)(?:来|帮我)?(?:代批|代审|代理审批|代为审批|代我审批|代我批|替我审批|替我批|代理)(?P<rest>.*)"
)
_ASKED = re.compile(r"(?:由|让|请|委托|交给)(?P<name>[^\s,，。]{2,12})$")
_FLOOR = re.compile(r"(?:最低|不低于|至少)(?P<rate>[^,，。;；\s]+)")


def _find(ctx: Context, text: str) -> Sequence[Option]:
    people = [p for p in ctx.work.people.everybody() if p.staff_no != ctx.actor.staff_no]
    if not text:
        near = {ctx.actor.superior_no}
        people = [
            p
            for p in people
            if p.staff_no in near
            or p.superior_no == ctx.actor.staff_no
            or (p.superior_no == ctx.actor.superior_no and ctx.actor.superior_no)
        ]
    else:
        people = find_people(people, text)
    return [Option(p.staff_no, f"{p.name}({p.department})") for p in people]


def _name(ctx: Context, staff_no: str) -> str | None:
    person = ctx.work.people.by_no(staff_no)
    return f"{person.name}({person.department})" if person is not None and person.works_here else None


def _check_delegate(ctx: Context, _answers: Answers, value: list[str]) -> None:
    check_delegate(ctx.work, ctx.actor, value[0])


def _check_last(ctx: Context, answers: Answers, last: date) -> None:
    if (first := answers.get("first")) is not None:
        check_days(ctx.work, ctx.actor, first, last, ctx.now)


def _check_rate(ctx: Context, _answers: Answers, rate: Decimal) -> None:
    if rate < ctx.work.rules.min_rate:
        raise Refused("delegation_above_authority", floor=ctx.work.rules.min_rate)


def _kinds(ctx: Context) -> list[Option]:
    _ = ctx.language
    options = [Option(EVERYTHING, N_("All kinds"), ("全部", "所有"))]
    return [*options, *(Option(kind.value, show_kind(_, kind)) for kind in ctx.work.rules.routes)]


@dataclass(frozen=True, kw_only=True)
class KindChoice(Choice):
    """All kinds of requests, or one."""

    def show(self, _: Language, value: str) -> str:
        return _("All kinds") if value == EVERYTHING else show_kind(_, RequestKind(value))


def _speaks_of_rates(answers: Answers) -> bool:
    return answers.get("kinds") != RequestKind.FILE_LOAN.value


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    kind = answers["kinds"]
    delegate_approvals(
        ctx.work,
        ctx.actor,
        answers["delegate"][0],
        answers["first"],
        answers["last"],
        kinds=[] if kind == EVERYTHING else [RequestKind(kind)],
        min_rate=answers.get("min_rate"),
        now=ctx.now,
    )


DELEGATION = Form(
    name="delegation",
    version=1,
    title=N_("Delegation"),
    submit=_submit,
    fields=(
        Record(
            name="delegate",
            label=N_("Delegate"),
            question=N_("Who shall decide in your place? Send a name, pinyin or staff number."),
            example=N_("王芳"),
            aliases=("代理人", "代批人"),
            search=_find,
            title=_name,
            check=_check_delegate,
        ),
        Day(
            name="first",
            label=N_("First day"),
            question=N_("From which day?"),
            example=N_("明天, 12月1日"),
            aliases=("开始", "从"),
        ),
        Day(
            name="last",
            label=N_("Last day"),
            question=N_("Up to and including which day?"),
            example=N_("12月5日, 下周五"),
            aliases=("结束", "到"),
            likely=(0, 1, 2, 4, 6),
            check=_check_last,
        ),
        KindChoice(
            name="kinds",
            label=N_("Kinds of requests"),
            question=N_("Which requests?"),
            options=_kinds,
        ),
        Rate(
            name="min_rate",
            label=N_("Lowest rate"),
            question=N_("Down to which rate may they decide? Skip for no limit of its own."),
            example=N_("八五折"),
            optional=True,
            when=_speaks_of_rates,
            usual=lambda ctx: [
                rate
                for rate in (Decimal("0.9"), Decimal("0.85"), Decimal("0.8"))
                if rate >= ctx.work.rules.min_rate
            ],
            check=_check_rate,
        ),
    ),
)


class Delegating:
    def __init__(self, forms: Forms) -> None:
        self._forms = forms

    def show_delegations(self, ctx: Context) -> None:
        """List one's own delegations that stand or are to come, and those one stands for."""
        _, work = ctx.language, ctx.work
        own = work.delegations.given_by(ctx.actor.staff_no, ctx.today)
        given = work.delegations.given_to(ctx.actor.staff_no, ctx.today)
        screen = ViewBuilder().say(bold(_("Delegation")))
        for delegation in own:
            screen.say(f"→ {ctx.name_of(delegation.to_no)} {show_terms(ctx, _, delegation)}")
            label = _("End: {name}", name=ctx.name_of(delegation.to_no))
            screen.buttons(Button(label, f"de:{delegation.id}"))
        for delegation in given:
            name = ctx.name_of(delegation.from_no)
            screen.say(_("You stand for {name}: {terms}", name=name, terms=show_terms(ctx, _, delegation)))
        if not own and not given:
            screen.say(_("Nobody decides in your place, and you stand for nobody."))
        screen.say(_("Say for example: 12月1日到5日由王芳代批"))
        screen.buttons(Button(_("New delegation"), "dn"))
        ctx.show(screen.view())

    def on_new(self, ctx: Context) -> None:
        self._forms.start(ctx, DELEGATION.name)

    def on_end(self, ctx: Context, delegation_id: str) -> None:
        with ctx.work.attempt():
            end_delegation(ctx.work, ctx.actor, int(delegation_id), ctx.now)
        self.show_delegations(ctx)

    def on_sentence(self, ctx: Context, text: str) -> bool:
        """Read `12月1日到5日由王芳代批`: what it says is filled in, the rest asked; false if it is none."""
        if _SENTENCE.fullmatch(text.strip()) is None:  # asking for everybody's names would be for nothing
            return False
        said = read_sentence(text, ctx.today, {p.name for p in ctx.work.people.everybody()})
        if said is None:
            return False
        answers: dict[str, Any] = {}
        name, first, last, rest = said
        found = _find(ctx, name)
        if len(found) == 1:
            answers["delegate"] = [found[0].value, found[0].label]
        if first is not None and last is not None:
            answers["first"], answers["last"] = first.isoformat(), last.isoformat()
        kind = next((k for k in ctx.work.rules.routes if show_kind(ctx.language, k) in rest), None)
        answers["kinds"] = kind.value if kind is not None else EVERYTHING
        draft = Draft(DELEGATION.name, DELEGATION.version, answers=answers, skipped=["min_rate"])
        if (floor := _FLOOR.search(rest)) is not None and (field := DELEGATION.field("min_rate")) is not None:
            try:
                draft.answers["min_rate"] = field.dump(field.read(ctx, draft, floor["rate"]))
            except Refused:
                draft.skipped = []
            draft.view = {}
        former = ctx.conversation.draft_of(DELEGATION.name)
        if former is not None:
            ctx.conversation.drop(former)
        self._forms.begin(ctx, draft)
        return True


def read_sentence(
    text: str, today: date, names: Collection[str]
) -> tuple[str, date | None, date | None, str] | None:
    """Read who decides from when to when, and the words after; None where a text is no such sentence.

    names: of colleagues; another name counts only after 由, 让 or 请.
    """
    match = _SENTENCE.fullmatch(text.strip()) if len(text) <= LONGEST_SENTENCE else None
    if match is None:
        return None
    before = match["before"].strip(" ,，")
    known = max((name for name in names if before.endswith(name)), key=len, default="")
    asked = _ASKED.search(before)
    name = known or (asked["name"] if asked else "")
    if not name:
        return None
    days = re.sub(r"(?:由|让|请|委托|交给)$", "", before.removesuffix(name)).strip(" ,，从自")
    first, last = _read_days(days, today)
    return name, first, last, match["rest"]


def _read_days(text: str, today: date) -> tuple[date | None, date | None]:
    begin, _to, end = next(
        (parts for mark in ("到", "至", "~", "—", "－") if (parts := text.partition(mark))[1]), (text, "", "")
    )
    try:
        if not begin:
            return None, None
        first = parse_date(begin, today)
        if not end:
            return first, first
        if re.fullmatch(r"\d{1,2}[日号]?", end):
            return first, first.replace(day=int(re.sub(r"\D", "", end)))
        last = parse_date(end, today)
        return first, last if last >= first else parse_date(end, first)
    except (Refused, ValueError):
        return None, None


def show_terms(ctx: Telling, _: Language, delegation: Delegation) -> str:
    days = _("{first} to {last}", first=_.day(delegation.first_day), last=_.day(delegation.last_day))
    if delegation.first_day == delegation.last_day:
        days = _.day(delegation.first_day)
    kinds = "、".join(show_kind(_, kind) for kind in delegation.kinds) or _("All kinds")
    parts = [days, kinds]
    if delegation.min_rate is not None:
        parts.append(_("down to {rate}", rate=show_rate(_, delegation.min_rate)))
    return "，".join(parts)


def on_delegation_event(
    ctx: Telling, kinds: Kinds, event: DelegationMade | DelegationBegan | DelegationEnded
) -> None:
    """Tell both sides of a delegation's beginning and end; the end comes with a report."""
    delegation = event.delegation
    principal, delegate = ctx.name_of(delegation.from_no), ctx.name_of(delegation.to_no)

    def to_delegate(_: Language) -> View:
        terms = show_terms(ctx, _, delegation)
        screen = ViewBuilder()
        match event:
            case DelegationMade():
                screen.say(bold(_("【Delegation】{name} asks you to decide in their place", name=principal)))
            case DelegationBegan():
                screen.say(bold(_("【Delegation】From today you stand for {name}", name=principal)))
            case _:
                return screen.say(
                    _("Your standing for {name} has ended ({terms}).", name=principal, terms=terms)
                ).view()
        screen.say(terms)
        if delegation.begun:
            screen.buttons(Button(_("My tasks"), "td:0"))
        return screen.view()

    def to_principal(_: Language) -> View:
        terms = show_terms(ctx, _, delegation)
        if isinstance(event, DelegationEnded):
            return _report(ctx, _, kinds, delegation, delegate, terms)
        text = _("{name} decides in your place: {terms}. It ends by itself.", name=delegate, terms=terms)
        return (
            ViewBuilder()
            .say(text)
            .buttons(Button(_("End: {name}", name=delegate), f"de:{delegation.id}"))
            .view()
        )

    ctx.tell(delegation.to_no, to_delegate)
    if not isinstance(event, DelegationBegan):
        ctx.tell(delegation.from_no, to_principal)


def _report(
    ctx: Telling, _: Language, kinds: Kinds, delegation: Delegation, delegate: str, terms: str
) -> View:
    tasks = report_delegation(ctx.work, delegation)
    screen = ViewBuilder().say(
        bold(_("【Report】{name} stood for you ({terms})", name=delegate, terms=terms))
    )
    screen.say(_.plural("{n} request was decided:", "{n} requests were decided:", len(tasks)))
    for task in tasks[:SHOWN]:
        text = f"{task.request.number} {task.request.title}"
        screen.say(
            labelled(_, text, cards.show_decision(ctx, _, kinds[task.request.kind], task.request, task.step))
        )
    if len(tasks) > SHOWN:
        screen.say(_("… and {n} more", n=len(tasks) - SHOWN))
    return screen.view()
