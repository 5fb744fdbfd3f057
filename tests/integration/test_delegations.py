"""Delegations on real databases: what they allow, when they begin and end, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.approvals.acts import approve_step
from domain.approvals.delegations import (
    announce_delegations,
    delegate_approvals,
    desks_of,
    end_delegation,
    report_delegation,
)
from domain.approvals.detours import transfer_step
from domain.approvals.requests import Request, RequestKind
from domain.errors import Refused
from domain.events import DelegationBegan, DelegationEnded, DelegationMade
from domain.people import Employee, Role
from storage.audit import AuditRow
from tests.support.company import (
    BOSS,
    CLERK,
    LEAVER,
    MANAGER,
    OTHER_REP,
    REP,
    at,
    change_roles,
    file,
    settle_in,
    transaction,
    unbind,
)
from tests.support.database import NOW

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture
def company(engine: Engine) -> Engine:
    with engine.begin() as connection:
        settle_in(connection)
    return engine


def hand_over(
    company: Engine,
    to: Employee = BOSS,
    first: date = TODAY,
    last: date = TODAY + DAY,
    *,
    by: Employee = MANAGER,
    kinds: tuple[RequestKind, ...] = (),
    min_rate: str = "",
) -> int:
    with transaction(company) as work:
        made = delegate_approvals(
            work,
            by,
            to.staff_no,
            first,
            last,
            kinds=list(kinds),
            min_rate=Decimal(min_rate) if min_rate else None,
            now=NOW,
        )
        assert [type(event) for event in work.events] == [DelegationMade]
        return made.id or 0


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def at_manager(company: Engine, **about: Any) -> Request:
    with transaction(company) as work:
        request = file(work, **about)
        return approve_step(work, CLERK, at(request, 0), NOW)


def test_a_delegate_decides_from_the_first_day_to_the_last(company: Engine) -> None:
    request = at_manager(company)
    hand_over(company, first=TODAY + DAY, last=TODAY + 2 * DAY)

    def decide(days: int) -> Any:
        with transaction(company) as work:
            return approve_step(work, BOSS, at(request, 1), NOW + days * DAY)

    assert refusal(lambda: decide(0)) == "request_unknown"
    assert refusal(lambda: decide(3)) == "request_unknown"
    assert decide(2).number == request.number
    with transaction(company) as work:
        step = work.requests.steps(request.id or 0, 1)[1]
        assert (step.decided_by, step.on_behalf_of) == (BOSS.staff_no, MANAGER.staff_no)
        audit = AuditRow.__table__  # type: ignore[attr-defined]
        entries = work.connection.execute(
            audit.select().where(audit.c.action == "step_approved").order_by(audit.c.seq)
        ).all()
        assert (entries[-1].actor_no, entries[-1].on_behalf_of) == (BOSS.staff_no, MANAGER.staff_no)


def test_the_day_is_the_company_s_own(company: Engine) -> None:
    hand_over(company, first=TODAY + DAY, last=TODAY + DAY)
    evening = NOW.replace(hour=15, minute=59)  # 23:59 in Shanghai
    with transaction(company) as work:
        assert len(desks_of(work, BOSS, evening)) == 1
        assert len(desks_of(work, BOSS, evening + timedelta(minutes=1))) == 2
        assert len(desks_of(work, BOSS, evening + timedelta(minutes=1, days=1))) == 1


def test_kinds_and_a_lowest_rate_limit_a_delegate(company: Engine) -> None:
    cheap, dear = (
        at_manager(company, rate=Decimal("0.86")),
        at_manager(company, name="丙丁机电有限公司", phone="13900139000", rate=Decimal("0.95")),
    )
    hand_over(company, kinds=(RequestKind.NEW_CUSTOMER,), min_rate="0.9")
    with transaction(company) as work:
        assert approve_step(work, BOSS, at(dear, 1), NOW)
    with transaction(company) as work:
        assert refusal(lambda: approve_step(work, BOSS, at(cheap, 1), NOW)) == "request_unknown"


def test_a_role_taken_from_the_giver_is_taken_from_the_delegate(company: Engine) -> None:
    request = at_manager(company)
    hand_over(company)
    with transaction(company) as work:
        change_roles(work.connection, MANAGER, Role.SALES_REP)
    with transaction(company) as work:
        assert refusal(lambda: approve_step(work, BOSS, at(request, 1), NOW)) == "not_your_step"


def test_a_delegate_hands_nothing_on(company: Engine) -> None:
    request = at_manager(company)
    hand_over(company)
    with transaction(company) as work:
        code = refusal(lambda: transfer_step(work, BOSS, at(request, 1), OTHER_REP.staff_no, "", NOW))
    assert code == "delegate_hands_nothing_on"


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("delegate_is_self", {"to": MANAGER}),
        ("staff_left", {"to": LEAVER}),
        ("date_too_early", {"first": TODAY - 3 * DAY, "last": TODAY - DAY}),
        ("date_too_early", {"first": TODAY + 3 * DAY, "last": TODAY + DAY}),
        ("delegation_days", {"last": TODAY + 90 * DAY}),
        ("delegation_above_authority", {"min_rate": "0.7"}),
    ],
)
def test_what_cannot_be_handed_over_is_refused(company: Engine, code: str, asked: dict[str, Any]) -> None:
    assert refusal(lambda: hand_over(company, **asked)) == code


def test_there_are_no_chains_and_no_days_twice(company: Engine) -> None:
    with transaction(company) as work:
        unbind(work.connection, OTHER_REP)
    assert refusal(lambda: hand_over(company, to=OTHER_REP)) == "staff_unbound"
    first = hand_over(company, to=REP)
    assert refusal(lambda: hand_over(company, to=BOSS, first=TODAY + DAY, last=TODAY + 5 * DAY)) == (
        "delegation_overlaps"
    )
    assert refusal(lambda: hand_over(company, to=MANAGER, by=CLERK)) == "delegation_chain"
    with transaction(company) as work:
        assert refusal(lambda: end_delegation(work, BOSS, first, NOW)) == "delegation_unknown"
        end_delegation(work, MANAGER, first, NOW)
    with transaction(company) as work:
        assert refusal(lambda: end_delegation(work, MANAGER, first, NOW)) == "delegation_over"
    hand_over(company, to=BOSS, first=TODAY + DAY, last=TODAY + 5 * DAY)


def test_beginning_and_end_are_told_once_and_the_end_brings_a_report(company: Engine) -> None:
    hand_over(company, first=TODAY + DAY, last=TODAY + 2 * DAY)

    def sweep(days: int) -> list[type]:
        with transaction(company) as work:
            announce_delegations(work, NOW + days * DAY)
            return [type(event) for event in work.events]

    assert sweep(0) == []
    assert sweep(1) == [DelegationBegan]
    assert sweep(1) == []
    request = at_manager(company)
    with transaction(company) as work:
        approve_step(work, BOSS, at(request, 1), NOW + 2 * DAY)
    with transaction(company) as work:
        announce_delegations(work, NOW + 3 * DAY)
        (ended,) = work.events
        assert isinstance(ended, DelegationEnded)
        report = report_delegation(work, ended.delegation)
        assert [task.request.number for task in report] == [request.number]
    assert sweep(4) == []


def test_one_that_came_and_went_while_nobody_looked_is_told_as_ended(company: Engine) -> None:
    hand_over(company, first=TODAY + DAY, last=TODAY + 2 * DAY)
    with transaction(company) as work:
        announce_delegations(work, NOW + 9 * DAY)
        assert [type(event) for event in work.events] == [DelegationEnded]
