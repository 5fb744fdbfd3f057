"""周报: the figures of a week, for HR and for managers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from domain.approvals.delegations import today_of
from domain.errors import Refused
from domain.people import Employee, Role

if TYPE_CHECKING:
    from domain.work import Work

LOAN_AGES = (7, 14, 30)  # days out; the last group is beyond
WAITS = (1, 3, 7)  # days a step has waited; the last group is beyond


class Audience(StrEnum):
    """Which part of the figures somebody sees."""

    ALL = "all"
    HR = "hr"
    SALES = "sales"

    @property
    def sees_files(self) -> bool:
        return self is not Audience.SALES

    @property
    def sees_sales(self) -> bool:
        return self is not Audience.HR


@dataclass(frozen=True, slots=True)
class Filings:
    """What one rep filed in the week."""

    name: str
    customers: int
    changes: int


@dataclass(frozen=True, slots=True)
class WeeklyFigures:
    """first, last: days of the week that is over, both included; what is open is as of `as_of`.

    loans_by_age: files out, in the groups of LOAN_AGES. overdue: of these. missing_people: employees who owe
    documents. waits: open steps in the groups of WAITS. decided: steps decided in the week. filings: by rep,
    the most first.
    """

    first: date
    last: date
    as_of: datetime
    loans_by_age: tuple[int, ...]
    overdue: int
    missing_people: int
    missing_documents: int
    incidents: int
    waits: tuple[int, ...]
    decided: int
    filings: tuple[Filings, ...]

    @property
    def loans_out(self) -> int:
        return sum(self.loans_by_age)


class Weekly(Protocol):
    """Reads the figures."""

    def figures(self, first: date, now: datetime) -> WeeklyFigures:
        """Give the figures of the seven days from `first`."""
        ...


def audience_of(person: Employee) -> Audience:
    """Raises Refused("role_required") for whom the report is not meant."""
    hr = person.holds(Role.HR_MANAGER)
    sales = person.holds(Role.MARKET_MANAGER)
    if person.holds(Role.GENERAL_MANAGER) or (hr and sales):
        return Audience.ALL
    person.require(Role.HR_MANAGER, Role.MARKET_MANAGER)
    return Audience.HR if hr else Audience.SALES


def may_see_report(person: Employee) -> bool:
    try:
        audience_of(person)
    except Refused:
        return False
    return True


def last_week(work: Work, now: datetime) -> date:
    """Give the Monday of the week that is over."""
    today = today_of(work, now)
    return today - timedelta(days=today.weekday() + 7)
