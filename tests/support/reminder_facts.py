"""What happened in a company, as plain facts: the ground of the table of reminders, and of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Person:
    """contracts: since when theirs is known to end on which day. file_unit: who keeps their file, empty while
    there is none. complete: since when no document lacks. settled: since when the files of one who left are.
    blocked: spans in which the bot cannot reach them. off: rules of which they want no information.
    """

    number: str
    superior: str = ""
    unit: str = "D01"
    roles: frozenset[str] = frozenset()
    joined: datetime | None = None
    left: datetime | None = None
    settled: datetime | None = None
    hired: date | None = None
    probation_ends: date | None = None
    passed: datetime | None = None
    contracts: tuple[tuple[datetime, date], ...] = ()
    file_unit: str = ""
    complete: datetime | None = None
    lacks: bool = False
    blocked: tuple[tuple[datetime, datetime], ...] = ()
    off: frozenset[str] = frozenset()

    def works_at(self, now: datetime) -> bool:
        return (self.joined is None or self.joined <= now) and (self.left is None or now < self.left)

    def lacks_at(self, now: datetime) -> bool:
        return self.works_at(now) and self.lacks and (self.complete is None or now < self.complete)


@dataclass(frozen=True, slots=True)
class LoanStory:
    """dues: since when it is due on which day. ended: not fetched in time, or brought back."""

    id: int
    file_of: str
    borrower: str
    unit: str
    approved: datetime
    collect_by: date
    lent: datetime | None
    dues: tuple[tuple[datetime, date], ...]
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class StepStory:
    id: int
    request: int
    applicant: str
    people: tuple[str, ...]
    executes: bool
    opened: datetime
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class ReturnStory:
    """A request that came back. id: of the request."""

    id: int
    applicant: str
    opened: datetime
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class CustomerStory:
    """contacts: since when it is known that somebody spoke to them on which day."""

    id: int
    owner: str
    contacts: tuple[tuple[datetime, date], ...]
    frozen: datetime | None = None


@dataclass(frozen=True, slots=True)
class RateStory:
    id: int
    customer: int
    owner: str
    opened: datetime
    ends: date
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class DraftStory:
    id: str
    author: str
    touched: tuple[datetime, ...]
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentStory:
    id: int
    file_of: str
    opened: datetime
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class InspectionStory:
    unit: str
    period: str
    last_day_of_quarter: date
    closed: datetime | None


@dataclass(slots=True)
class Facts:
    """The whole story. keepers: of units that have their own. handovers: steps that wait for a borrower."""

    people: dict[str, Person] = field(default_factory=dict)
    keepers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    loans: list[LoanStory] = field(default_factory=list)
    steps: list[StepStory] = field(default_factory=list)
    handovers: list[StepStory] = field(default_factory=list)
    returns: list[ReturnStory] = field(default_factory=list)
    customers: list[CustomerStory] = field(default_factory=list)
    rates: list[RateStory] = field(default_factory=list)
    drafts: list[DraftStory] = field(default_factory=list)
    incidents: list[IncidentStory] = field(default_factory=list)
    inspections: list[InspectionStory] = field(default_factory=list)

    def holders(self, role: str, now: datetime) -> list[str]:
        return [p.number for p in self.people.values() if role in p.roles and p.works_at(now)]

    def keepers_of(self, unit: str) -> tuple[str, ...]:
        return self.keepers.get(unit) or tuple(k for own in self.keepers.values() for k in own)

    def superior(self, number: str, now: datetime) -> str:
        """Give the nearest superior who works here, empty for none."""
        above = self.people[number].superior
        while above and not self.people[above].works_at(now):
            above = self.people[above].superior
        return above


def known(history: Sequence[tuple[datetime, date]], now: datetime) -> date | None:
    """Give the last day that was known of by now."""
    return next((day for since, day in reversed(history) if since <= now), None)


def is_open(opened: datetime, closed: datetime | None, now: datetime) -> bool:
    return opened <= now and (closed is None or now < closed)
