"""What buttons carry: every button that is shown is understood, and nothing else ever does anything."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.ui import PAYLOAD_BYTES, Button
from tests.support.forms import (
    ADMIN,
    BOSS,
    CLERK,
    LANGUAGES,
    MANAGER,
    OTHER_CODE,
    REP,
    STAFF,
    TRIP,
    MemoryWork,
    Message,
    Phone,
)

ROUTES = ["f", "q", "ap", "rj", "rt", "ex", "wd", "mend", "vw", "at"]
ROUTES += ["op", "td", "my", "jn", "lang", "menu", "help", "new"]
ANSWERS = (
    "佛山市恒锐五金制品有限公司",
    OTHER_CODE,
    "佛山市顺德区凤翔路28号",
    "陈芳",
    "13800138000",
    "九二折",
    "现结",
)
UNKNOWN = {_("This button no longer works. Please open the menu.") for _ in LANGUAGES.values()}


class Company:
    """Everybody's phones over one register."""

    def __init__(self) -> None:
        self.work = MemoryWork()
        self.phones = {e.staff_no: Phone(TRIP, work=self.work, owner=e) for e in STAFF}
        self.rep, self.clerk, self.manager = (self.phones[e.staff_no] for e in (REP, CLERK, MANAGER))

    def file(self) -> None:
        self.rep.opens("new_customer")
        for text in (*ANSWERS, "企业", "跳过", "跳过"):
            self.rep.says(text)
        self.rep.sends()
        self.rep.arrives()
        self.rep.taps("完成")
        self.rep.taps("提交")
        assert self.rep.filed


def screens(company: Company) -> Iterator[Phone]:
    """Lead everybody through every screen; give whoever has just seen a new one."""
    rep, clerk, manager = company.rep, company.clerk, company.manager
    for phone in company.phones.values():
        for word in ("/menu", "/help", "/language", "/todo", "/mine", "/cancel", "？", "/start"):
            phone.says(word)
            yield phone
    for name in (field.name for field in TRIP.fields):
        rep.opens() if name == "contact" else rep.answers_until(name)
        yield rep
    for word in ("修改", "返回", "取消", "继续填写"):
        rep.says(word)
        yield rep
    company.file()
    yield from (rep, clerk)
    request = company.rep.filed[-1]
    for phone, what in [(clerk, "ap"), (clerk, "rj"), (clerk, "rt")]:
        payload = f"{what}:{request.id}:{request.version}:0"
        if what != "ap":
            phone.taps_payload(payload)
            yield phone
            phone.says("取消")
    for route in ("vw", "op", "wd"):
        rep.taps_payload(f"{route}:{request.id}" + ("" if route == "op" else ":1"))
        yield rep
    rep.says("/mine")
    clerk.says("/todo")
    yield from (rep, clerk)
    clerk.taps_payload(f"rt:{request.id}:1:0")
    clerk.taps_payload(f"q:rf:{request.id}:1:0:phone", clerk.last)
    yield clerk
    clerk.taps_payload(f"q:rf:{request.id}:1:0:*next", clerk.last)
    yield clerk
    clerk.taps_payload(f"q:rr:{request.id}:1:0:1", clerk.last)
    yield from (clerk, rep)
    rep.taps_payload(f"mend:{request.id}:1")
    yield rep
    rep.says("13900139000")
    rep.says("提交")
    yield from (rep, clerk)
    clerk.taps_payload(f"ap:{request.id}:2:0")
    yield from (clerk, manager)
    manager.taps_payload(f"ap:{request.id}:2:1")
    yield clerk
    clerk.taps_payload(f"ex:{request.id}:2:2")
    yield clerk


def buttons(phone: Phone) -> list[tuple[Message, Button]]:
    return [(message, button) for message in phone.messages for button in message.buttons]


@contextmanager
def undone(phone: Phone) -> Iterator[None]:
    """Try something and take it back."""
    registers = copy.deepcopy(
        {k: v for k, v in vars(phone.work).items() if k not in {"rules", "consequences", "phones"}}
    )
    stored = phone.stored
    messages = {staff_no: copy.deepcopy(other.messages) for staff_no, other in phone.work.phones.items()}
    try:
        yield
    finally:
        vars(phone.work).update(registers)
        phone.stored = stored
        for staff_no, other in phone.work.phones.items():
            other.messages = messages[staff_no]


@pytest.fixture(scope="module")
def company() -> Company:
    """A company in the middle of its day: a draft open, a request waiting for a decision."""
    company = Company()
    for phone in company.phones.values():
        phone.says("/menu")
    company.rep.opens()
    company.rep.answers_until("city")
    company.rep.says("/menu")
    company.file()
    company.rep.says("/menu")
    return company


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_button_of_every_screen_is_understood(language: str) -> None:
    company, tapped = Company(), set()
    seen: set[str] = set()
    for phone in screens(company):
        for message, button in buttons(phone):
            if button.link or (phone.owner, button.payload) in tapped:
                continue
            assert len(button.payload.encode()) <= PAYLOAD_BYTES
            tapped.add((phone.owner, button.payload))
            with undone(phone):
                phone.speaks(language)
                turn = phone.taps_payload(button.payload, message)
                assert turn.toast not in UNKNOWN, button
            seen.add(button.payload.partition(":")[0])
    assert seen >= set(ROUTES) - {"jn"}


def test_an_administrators_buttons_are_understood(company: Company) -> None:
    phone = company.phones[ADMIN.staff_no]
    for payload in ("jn:1:y", "jn:1:n"):
        assert phone.taps_payload(payload).toast not in UNKNOWN


STEPS: list[tuple[str, Callable[[str], str]]] = [
    ("without its end", lambda p: p[:-1]),
    ("with more at its end", lambda p: p + "x"),
    ("with a line after it", lambda p: p + "\n"),
    ("with a colon more", lambda p: p + ":"),
    ("in capitals", str.upper),
    ("with a space before it", lambda p: " " + p),
]


@pytest.mark.parametrize("change", [change for _name, change in STEPS], ids=[name for name, _change in STEPS])
@pytest.mark.parametrize(
    "payload",
    ["menu", "help", "new", "ap:1:1:0", "rj:1:1:0", "rt:1:1:0", "ex:1:1:0", "q:no", "jn:1:y", "q:rj:1:1:0:0"],
)
def test_a_payload_that_is_a_little_off_does_nothing(
    company: Company, payload: str, change: Callable[[str], str]
) -> None:
    phone, off = company.clerk, change(payload)
    before = copy.deepcopy(phone.work.requests.kept), phone.stored
    with undone(phone):
        turn = phone.taps_payload(off)
        if off not in {"menu:", "help:", "new:"}:  # nothing follows, so they say the same
            assert turn.toast in UNKNOWN
            assert turn.outgoing == ()
            assert (phone.work.requests.kept, phone.stored) == before


@pytest.mark.parametrize(
    "payload",
    [
        "q:rj:1:1:0:9",
        "q:rr:1:1:0:3",
        "q:rf:1:1:0:nothing",
        "q:rf:1:1:0:*",
        "td:999999",
        "my:999999",
        "lang:xx",
        "lang:zh_TW",
        "op:999999999999999999",
        "ap:999999999999999999:999999999:9999",
        "ap:1:1:3",
        "ap:٣:١:٠",
        "vw:0:0",
        "wd:1:9:y",
        "f:000000000000:0:r",
        "f:000000000000:0:v:" + "字" * 10,
        "new",
    ],
)
@pytest.mark.parametrize("owner", [REP, CLERK, MANAGER, BOSS, ADMIN], ids=lambda e: e.name)
def test_a_forged_payload_decides_nothing(company: Company, owner: object, payload: str) -> None:
    phone = next(phone for phone in company.phones.values() if phone.owner is owner)
    before = copy.deepcopy((phone.work.requests.kept, phone.work.requests.kept_steps))
    with undone(phone):
        phone.taps_payload(payload)
        assert (phone.work.requests.kept, phone.work.requests.kept_steps) == before


def test_nobody_decides_with_a_button_that_was_shown_to_somebody_else(company: Company) -> None:
    theirs = {button.payload for _message, button in buttons(company.clerk)}
    assert any(payload.startswith("ap:") for payload in theirs)
    for owner in (REP, MANAGER, BOSS, ADMIN):
        phone = company.phones[owner.staff_no]
        before = copy.deepcopy((phone.work.requests.kept, phone.work.requests.kept_steps))
        for payload in theirs:
            with undone(phone):
                phone.taps_payload(payload)
                assert (phone.work.requests.kept, phone.work.requests.kept_steps) == before


any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=64)
SHAPE = re.compile(rf"({'|'.join(ROUTES)})(:.*)?", re.DOTALL)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=any_text)
def test_text_that_names_no_route_never_does_anything(company: Company, text: str) -> None:
    phone = company.clerk
    before = copy.deepcopy(phone.work.requests.kept), phone.stored
    with undone(phone):
        turn = phone.taps_payload(text)
        if not SHAPE.fullmatch(text):
            assert turn.toast in UNKNOWN
            assert turn.outgoing == ()
            assert (phone.work.requests.kept, phone.stored) == before


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    route=st.sampled_from(ROUTES),
    rest=st.one_of(any_text, st.from_regex(r"[0-9a-z_*:]{0,40}", fullmatch=True)),
)
def test_a_known_route_with_anything_behind_it_is_refused_or_harmless(
    company: Company, route: str, rest: str
) -> None:
    phone = company.rep
    before = copy.deepcopy(phone.work.requests.kept_steps)
    with undone(phone):
        phone.taps_payload(f"{route}:{rest}")
        decided = {key for key, step in phone.work.requests.kept_steps.items() if step.state.decided}
        assert decided == {key for key, step in before.items() if step.state.decided}
