"""Whom a step falls to: the people a rule names, less those who may not decide, else superior or fallback.

Nobody decides their own request or what is about themselves, and nobody approves twice in one round: such a
seat goes to that person's superior, and the card says so. A seat that nobody can take goes to the route's
fallback, and the system administrator is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from domain.approvals.routes import Act, Mode, Route, StepRule
from domain.errors import Refused
from domain.people import Employee, People, Role
from domain.personnel_files.keepers import keepers_of

NO_FACTS: Mapping[str, str] = {}
CUSTODIAN = "custodian"
_SUPERIOR = re.compile(r"superior(?::([1-9]))?")


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whom one seat of a step falls to; any of its people may take it.

    reason: empty in the ordinary case; `own_request`, `concerned`, `kin` or `decided_before` where
    `instead_of` may not decide and a superior does; `vacant` where nobody could and the fallback does. named:
    the one person of several for whom the seat is meant.
    """

    staff_nos: tuple[str, ...]
    reason: str = ""
    instead_of: str = ""
    named: str = ""


def concerned(facts: Mapping[str, str]) -> set[str]:
    """Give whom a request is about and who is known to be their relative: none of them decides."""
    return {facts.get("subject", ""), *facts.get("kin", "").split(",")} - {""}


def require_readable(who: str) -> None:
    """Raise ValueError for a name in a route that cannot be read."""
    for name in who.split(","):
        kind, _, argument = name.partition(":")
        if kind == "role" and argument in set(Role):
            continue
        if _SUPERIOR.fullmatch(name) or name in {"head", CUSTODIAN}:
            continue
        if kind in {"head", "staff"} and argument:
            continue
        raise ValueError(
            f"{name!r} names nobody; write role:<role>, superior, superior:<levels>, head, "
            f"head:<department>, custodian or staff:<staff number>; roles are {', '.join(Role)}"
        )


def who_fits(
    who: str, applicant: Employee, people: People, facts: Mapping[str, str] = NO_FACTS
) -> list[Employee]:
    """List the people a rule names today, each once. Raises ValueError for a rule that cannot be read.

    facts: of the request; `custodian` names the keepers of the unit that they say keeps the file.
    """
    require_readable(who)
    found: dict[str, Employee] = {}
    for name in who.split(","):
        for person in _named(name, applicant, people, facts):
            if person is not None and person.works_here:
                found.setdefault(person.staff_no, person)
    return list(found.values())


def _named(name: str, applicant: Employee, people: People, facts: Mapping[str, str]) -> list[Employee | None]:
    kind, _, argument = name.partition(":")
    if kind == CUSTODIAN:
        return [*keepers_of(people, facts.get("custodian", ""))]
    if kind == "role":
        return [*people.holders(Role(argument))]
    if kind == "superior":
        person: Employee | None = applicant
        for _level in range(int(argument or 1)):
            person = people.by_no(person.superior_no) if person else None
        return [person]
    if kind == "head":
        department = people.department(argument or applicant.department_no)
        return [people.by_no(department.head_no) if department else None]
    return [people.by_no(argument)]


def assign(
    rule: StepRule,
    route: Route,
    applicant: Employee,
    decided: Iterable[str],
    people: People,
    facts: Mapping[str, str] = NO_FACTS,
) -> list[Assignment]:
    """Find who takes a step: one seat where any may, else a seat for each person named.

    decided: staff numbers of those who approved an earlier step of this round. facts: of the request; its
    `subject` is the person it is about, `kin` their relatives.
    Raises Refused("route_uncovered") where not even the fallback can act.
    """
    barred = _barred(rule, applicant, decided, facts)
    named = who_fits(rule.who, applicant, people, facts)
    if rule.mode is Mode.ANY or not named:
        return [_any_of(rule, named, route, applicant, barred, people, facts)]
    seats: list[Assignment] = []
    for person in named:
        seat = assign_named(rule, person.staff_no, route, applicant, decided, people, facts)
        taken = {staff_no for other in seats for staff_no in other.staff_nos}
        if not taken.issuperset(seat.staff_nos):  # a superior or the fallback may have a seat already
            seats.append(seat)
    return seats


def assign_named(
    rule: StepRule,
    named: str,
    route: Route,
    applicant: Employee,
    decided: Iterable[str],
    people: People,
    facts: Mapping[str, str] = NO_FACTS,
) -> Assignment:
    """Find who takes the seat that is meant for one person."""
    barred = _barred(rule, applicant, decided, facts)
    person = people.by_no(named)
    meant = [person] if person is not None and person.works_here else []
    found = _any_of(rule, meant, route, applicant, barred, people, facts)
    return Assignment(found.staff_nos, found.reason, found.instead_of, named)


def able(named: Iterable[Employee], barred: Collection[str], people: People) -> tuple[str, ...]:
    """Keep those who may act and can be reached: bound to an account."""
    free = [person.staff_no for person in named if person.staff_no not in barred]
    bound = people.accounts(free)
    return tuple(staff_no for staff_no in free if staff_no in bound)


def _barred(
    rule: StepRule, applicant: Employee, decided: Iterable[str], facts: Mapping[str, str]
) -> set[str]:
    involved = {applicant.staff_no, *concerned(facts)}
    return involved | (set() if rule.act is Act.EXECUTE else set(decided))


def _any_of(
    rule: StepRule,
    named: list[Employee],
    route: Route,
    applicant: Employee,
    barred: set[str],
    people: People,
    facts: Mapping[str, str],
) -> Assignment:
    if free := able(named, barred, people):
        return Assignment(free)
    for person in named:
        if person.staff_no in barred and (superior := _superior_of(person, barred, people)):
            return Assignment((superior,), _reason(person, applicant, facts), person.staff_no)
    if free := able(who_fits(route.fallback, applicant, people, facts), barred, people):
        return Assignment(free, "vacant")
    raise Refused("route_uncovered", who=rule.who)


def _reason(person: Employee, applicant: Employee, facts: Mapping[str, str]) -> str:
    if person.staff_no == applicant.staff_no:
        return "own_request"
    if person.staff_no == facts.get("subject"):
        return "concerned"
    return "kin" if person.staff_no in concerned(facts) else "decided_before"


def _superior_of(person: Employee, barred: set[str], people: People) -> str:
    seen = {person.staff_no}
    superior = people.by_no(person.superior_no)
    while superior is not None and superior.staff_no not in seen:
        seen.add(superior.staff_no)
        if superior.works_here and able([superior], barred, people):
            return superior.staff_no
        superior = people.by_no(superior.superior_no)
    return ""
