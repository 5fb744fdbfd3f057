"""A survey of a route: whom each of its steps would ask today, and where it has a hole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from domain.approvals.assigning import able, who_fits
from domain.approvals.requests import RequestKind
from domain.approvals.routes import Act, Route, StepRule
from domain.people import Employee, People, Role

APPLICANTS: dict[RequestKind, tuple[Role, ...]] = {
    RequestKind.NEW_CUSTOMER: (Role.SALES_REP,),
    RequestKind.DISCOUNT_CHANGE: (
        Role.SALES_REP,
        Role.SALES_ADMIN,
        Role.MARKET_MANAGER,
        Role.GENERAL_MANAGER,
    ),
    RequestKind.FILE_LOAN: (Role.EMPLOYEE,),
    RequestKind.LOAN_RENEWAL: (Role.EMPLOYEE,),
}


class Flaw(StrEnum):
    """What is wrong with a step.

    vacant: nobody is named. left: whoever is named has left. unbound: none of those named has an account.
    some_unbound: one of several has none. blocked: somebody blocked the bot. nobody_above: some applicants
    have no superior or head who can act. alone: the only one named has no superior for requests of their own.
    """

    VACANT = "vacant"
    LEFT = "left"
    UNBOUND = "unbound"
    SOME_UNBOUND = "some_unbound"
    BLOCKED = "blocked"
    NOBODY_ABOVE = "nobody_above"
    ALONE = "alone"

    @property
    def grave(self) -> bool:
        """Whether requests would go to the fallback, or nowhere."""
        return self in {Flaw.VACANT, Flaw.LEFT, Flaw.UNBOUND}


@dataclass(frozen=True, slots=True)
class Hole:
    flaw: Flaw
    people: tuple[Employee, ...] = ()


@dataclass(slots=True)
class Station:
    """One step of a route as it stands today. place: counted from 1, 0 for the fallback."""

    place: int
    rule: StepRule
    able: list[Employee] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)


def survey_route(kind: RequestKind, route: Route, people: People) -> list[Station]:
    """Look at every step of a route and at its fallback with the people of today."""
    here = people.everybody()
    applicants = [person for person in here if person.holds(*APPLICANTS[kind])]
    rules = [*enumerate(route.steps, 1), (0, StepRule(Act.APPROVE, route.fallback))]
    return [_station(place, rule, applicants, people) for place, rule in rules]


def _station(place: int, rule: StepRule, applicants: list[Employee], people: People) -> Station:
    station = Station(place, rule)
    fixed = [name for name in rule.who.split(",") if not _depends(name)]
    if fixed:
        _survey_fixed(station, ",".join(fixed), applicants, people)
    for name in rule.who.split(","):
        if _depends(name):
            lost = [p for p in applicants if not able(who_fits(name, p, people), {p.staff_no}, people)]
            if lost:
                station.holes.append(Hole(Flaw.NOBODY_ABOVE, tuple(lost)))
    return station


def _survey_fixed(station: Station, who: str, applicants: list[Employee], people: People) -> None:
    nobody = Employee("", "", "", "", "", "", applicants[0].state, frozenset()) if applicants else None
    named = who_fits(who, nobody, people) if nobody is not None else []
    accounts = people.accounts(person.staff_no for person in named)
    station.able = [person for person in named if person.staff_no in accounts]
    missing = [person for person in named if person.staff_no not in accounts]
    if not named:
        gone = _gone(who.split(","), people)
        station.holes.append(Hole(Flaw.LEFT if gone else Flaw.VACANT, tuple(gone)))
    elif not station.able:
        station.holes.append(Hole(Flaw.UNBOUND, tuple(missing)))
    elif missing:
        station.holes.append(Hole(Flaw.SOME_UNBOUND, tuple(missing)))
    blocked = [person for person in station.able if not accounts[person.staff_no].reachable]
    if blocked:
        station.holes.append(Hole(Flaw.BLOCKED, tuple(blocked)))
    if len(station.able) == 1 and station.place and station.able[0] in applicants:
        only = station.able[0]
        above = people.by_no(only.superior_no)
        if above is None or not able([above], {only.staff_no}, people):
            station.holes.append(Hole(Flaw.ALONE, (only,)))


def _depends(name: str) -> bool:
    """Whether whom a name means depends on the applicant."""
    return name == "head" or name.partition(":")[0] == "superior"


def _gone(names: Iterable[str], people: People) -> list[Employee]:
    found = [people.by_no(name.partition(":")[2]) for name in names if name.startswith("staff:")]
    return [person for person in found if person is not None and not person.works_here]
