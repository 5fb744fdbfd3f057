"""The sweep of what begins or ends by its date: one bad row holds up no other."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from bot.app import turn_the_day
from domain.approvals.delegations import delegate_approvals
from domain.approvals.requests import RequestState
from domain.discounts import ChangeState, DiscountChange, Scope
from domain.errors import Unavailable
from domain.events import DelegationBegan, RequestLapsed
from storage.unit_of_work import SqlWork
from tests.support.archive import (
    BORROWER,
    BOSS,
    COLLEAGUE,
    HR,
    TODAY,
    approve_all,
    ask,
    settle_in,
    work_on,
)
from tests.support.company import file
from tests.support.database import NOW

LATER = NOW + timedelta(days=4)


@pytest.fixture
def work(engine: Engine) -> Iterator[SqlWork]:
    with engine.begin() as connection:
        settle_in(connection)
        yield work_on(connection)


def test_a_bad_loan_leaves_the_others_alone(work: SqlWork, caplog: pytest.LogCaptureFixture) -> None:
    files = {f.subject_no: f.id or 0 for f in work.files.of_subjects(["YH0001", "YH0005", "YH0007"])}
    bad = ask(work, BORROWER, files["YH0007"])
    good = ask(work, COLLEAGUE, files["YH0001"])
    other = ask(work, BORROWER, files["YH0005"])
    for request in (bad, good, other):
        approve_all(work, request)
    work.connection.exec_driver_sql(f"UPDATE requests SET applicant_no = 'YH9999' WHERE id = {bad.id}")
    del work.events[:]
    with caplog.at_level(logging.ERROR):
        turn_the_day(work, LATER)
    work.session.expire_all()
    states = {r.id: work.requests.by_id(r.id or 0).state for r in (bad, good, other)}  # type: ignore[union-attr]
    assert states == {
        bad.id: RequestState.APPROVED,
        good.id: RequestState.LAPSED,
        other.id: RequestState.LAPSED,
    }
    told = [event.request.id for event in work.events if isinstance(event, RequestLapsed)]
    assert told == [good.id, other.id]
    assert "lapsing of loan" in caplog.text
    assert "Refused" in caplog.text
    assert "YH9999" not in caplog.text


def test_special_rates_that_cannot_be_read_stop_neither_delegations_nor_loans(
    work: SqlWork, caplog: pytest.LogCaptureFixture
) -> None:
    first = TODAY + timedelta(days=1)
    delegate_approvals(work, HR, BOSS.staff_no, first, LATER.date(), kinds=[], min_rate=None, now=NOW)
    loan = ask(work, BORROWER, work.files.of_subjects(["YH0007"])[0].id or 0)
    approve_all(work, loan)
    spoil_a_special_rate(work)
    del work.events[:]
    with caplog.at_level(logging.ERROR):
        turn_the_day(work, LATER)
    assert "lapse_changes failed" in caplog.text
    assert any(isinstance(event, DelegationBegan) for event in work.events)
    assert any(isinstance(event, RequestLapsed) for event in work.events)


def test_a_database_that_does_not_answer_is_not_contained(work: SqlWork) -> None:
    with pytest.raises(Unavailable), work.contain("a test"):
        raise Unavailable


def spoil_a_special_rate(work: SqlWork) -> None:
    """Put a special rate that is over into the register, of a scope that this version does not know."""
    request = file(work, draft="special rate")
    change = work.discount_changes.add(
        DiscountChange(
            request_id=request.id or 0,
            customer_id=request.subject_id or 0,
            scope=Scope.RANGE,
            old_rate=Decimal("0.9"),
            old_settlement={},
            effective_on=TODAY,
            ends_on=TODAY,
            state=ChangeState.IN_FORCE,
        )
    )
    work.session.expunge_all()
    work.connection.exec_driver_sql(f"UPDATE discount_changes SET scope = 'galaxy' WHERE id = {change.id}")
