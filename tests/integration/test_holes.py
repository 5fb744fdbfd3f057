"""Somebody leaves, or loses a role, while requests wait for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.approvals.acts import approve_step
from domain.approvals.delegations import delegate_approvals
from domain.approvals.detours import Side, add_approver
from domain.approvals.holes import mend_holes
from domain.approvals.offers import make_offer
from domain.approvals.requests import Request, StepState
from domain.approvals.routes import Act, Mode, StepRule
from domain.events import DelegationEnded, OfferRetracted, StepMoved, StepOpened, StepUncovered
from domain.people import Role
from domain.work import Rules
from storage.unit_of_work import SqlWork
from tests.support.company import (
    BOSS,
    CLERK,
    MANAGER,
    OTHER_CLERK,
    OTHER_REP,
    at,
    change_roles,
    file,
    leave,
    put,
    rules,
    settle_in,
    transaction,
)
from tests.support.database import NOW


@pytest.fixture
def company(engine: Engine) -> Engine:
    with engine.begin() as connection:
        settle_in(connection)
    return engine


def changes(
    company: Engine,
    change: Callable[[Any], object],
    policy: Rules = rules(),  # noqa: B008
) -> tuple[int, list[str]]:
    """Change the staff and mend; give how many steps moved, and what is told."""
    with transaction(company, policy) as work:
        change(work.connection)
        moved = mend_holes(work, NOW)
        return moved, [type(event).__name__ for event in work.events]


def waits_for(work: SqlWork, request: Request) -> list[list[str]]:
    steps = work.requests.steps(request.id or 0, request.version)
    return [step.assignees for step in steps if step.state is StepState.OPEN]


def at_manager(company: Engine) -> Request:
    """A request that waits for the market manager alone."""
    with transaction(company) as work:
        request = file(work)
    with transaction(company) as work:
        return approve_step(work, CLERK, at(request), NOW)


def test_a_leaver_s_step_goes_to_the_fallback_and_the_administrator_is_told(company: Engine) -> None:
    request = at_manager(company)
    moved, told = changes(company, lambda connection: leave(connection, MANAGER))
    assert moved == 1
    assert told == [StepUncovered.__name__, StepOpened.__name__, StepMoved.__name__]
    with transaction(company) as work:
        assert waits_for(work, request) == [[BOSS.staff_no]]
        approve_step(work, BOSS, at(request, 1), NOW)


def test_a_successor_in_the_role_takes_the_step_and_no_alarm_is_raised(company: Engine) -> None:
    request = at_manager(company)

    def succeed(connection: Any) -> None:
        change_roles(connection, MANAGER, Role.SALES_REP)
        change_roles(connection, OTHER_REP, Role.MARKET_MANAGER)

    moved, told = changes(company, succeed)
    assert (moved, told) == (1, [StepOpened.__name__, StepMoved.__name__])
    with transaction(company) as work:
        assert waits_for(work, request) == [[OTHER_REP.staff_no]]


def test_of_several_only_the_one_who_left_is_taken_off(company: Engine) -> None:
    with transaction(company) as work:
        request = file(work)
    assert changes(company, lambda connection: leave(connection, CLERK)) == (0, [])
    with transaction(company) as work:
        assert waits_for(work, request) == [[OTHER_CLERK.staff_no]]


def test_where_nobody_is_left_the_step_waits_and_is_told_of_once_until_somebody_comes(
    company: Engine,
) -> None:
    request = at_manager(company)

    def all_leave(connection: Any) -> None:
        leave(connection, MANAGER)
        leave(connection, BOSS)

    assert changes(company, all_leave) == (1, [StepUncovered.__name__])
    assert changes(company, lambda connection: None)[1] == []
    with transaction(company) as work:
        assert waits_for(work, request) == [[]]
    _moved, told = changes(company, lambda connection: put(connection, MANAGER))
    assert told == [StepOpened.__name__, StepMoved.__name__]
    with transaction(company) as work:
        assert waits_for(work, request) == [[MANAGER.staff_no]]


def test_an_offer_of_somebody_who_left_no_longer_stands(company: Engine) -> None:
    request = at_manager(company)
    with transaction(company) as work:
        make_offer(work, MANAGER, at(request, 1), {"rate": "0.95"}, NOW)
    _moved, told = changes(company, lambda connection: leave(connection, MANAGER))
    assert told[0] == OfferRetracted.__name__
    with transaction(company) as work:
        assert waits_for(work, request) == [[BOSS.staff_no]]


def test_an_added_approver_who_leaves_holds_nobody_up(company: Engine) -> None:
    request = at_manager(company)
    with transaction(company) as work:
        add_approver(work, MANAGER, at(request, 1), OTHER_REP.staff_no, Side.BEFORE, "", NOW)
    changes(company, lambda connection: leave(connection, OTHER_REP))
    with transaction(company) as work:
        [[asked]] = waits_for(work, request)
        assert asked == BOSS.staff_no
        extra = next(s for s in work.requests.steps(request.id or 0, 1) if s.state is StepState.OPEN)
        approve_step(work, BOSS, at(request, extra.position), NOW)
        assert waits_for(work, request) == [[MANAGER.staff_no]]


def test_in_a_joint_decision_the_leaver_s_seat_is_filled_and_nobody_sits_twice(company: Engine) -> None:
    joint = rules(
        StepRule(Act.REVIEW, "role:sales_admin,role:general_manager", Mode.ALL),
        StepRule(Act.EXECUTE, "role:sales_admin"),
    )
    with transaction(company, joint) as work:
        request = file(work)
        assert waits_for(work, request) == [[CLERK.staff_no], [OTHER_CLERK.staff_no], [BOSS.staff_no]]
    changes(company, lambda connection: leave(connection, CLERK), joint)
    with transaction(company, joint) as work:
        assert waits_for(work, request) == [[OTHER_CLERK.staff_no], [BOSS.staff_no]]
        for person in (OTHER_CLERK, BOSS):
            steps = work.requests.steps(request.id or 0, 1)
            own = next(s for s in steps if s.state is StepState.OPEN and person.staff_no in s.assignees)
            approve_step(work, person, at(request, own.position), NOW)
        assert waits_for(work, request) == [[OTHER_CLERK.staff_no]], "it goes on to be recorded"


def test_a_delegation_to_somebody_who_left_ends_and_its_giver_is_told(company: Engine) -> None:
    with transaction(company) as work:
        delegate_approvals(
            work,
            MANAGER,
            OTHER_REP.staff_no,
            date(2026, 11, 23),
            date(2026, 11, 30),
            kinds=[],
            min_rate=None,
            now=NOW,
        )
    _moved, told = changes(company, lambda connection: leave(connection, OTHER_REP))
    assert told == [DelegationEnded.__name__]
    assert changes(company, lambda connection: None) == (0, [])
