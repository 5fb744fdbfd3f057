"""Who decides: routes as settings declare them, and the people a step falls to.

A rule names an approver by role, as the applicant's superior, or as one person. Nobody decides their own
request, and nobody approves twice in one round: such a step goes to that person's superior, and the card
says so. A step that nobody can take goes to the route's fallback, and the system administrator is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.errors import Refused
from domain.people import Employee, People, Role


class Act(StrEnum):
    """What a step asks of its people: check the facts, decide, or carry the decision out."""

    REVIEW = "review"
    APPROVE = "approve"
    EXECUTE = "execute"


@dataclass(frozen=True, slots=True)
class StepRule:
    """who: `role:<role>`, `superior`, or `staff:<staff number>`."""

    act: Act
    who: str

    def to_json(self) -> list[str]:
        return [self.act.value, self.who]

    @classmethod
    def from_json(cls, body: list[str]) -> StepRule:
        return cls(Act(body[0]), body[1])


@dataclass(frozen=True, slots=True)
class Route:
    steps: tuple[StepRule, ...]
    fallback: str

    def to_json(self) -> dict[str, Any]:
        return {"steps": [step.to_json() for step in self.steps], "fallback": self.fallback}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Route:
        return cls(tuple(StepRule.from_json(step) for step in body["steps"]), body["fallback"])


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whom a step fell to.

    reason: empty in the ordinary case; `own_request` or `decided_before` where `instead_of` may not decide
    and a superior does; `vacant` where nobody could and the fallback does.
    """

    staff_nos: tuple[str, ...]
    reason: str = ""
    instead_of: str = ""


def who_fits(who: str, applicant: Employee, people: People) -> list[Employee]:
    """List the people a rule names today. Raises ValueError for a rule that cannot be read."""
    kind, _, argument = who.partition(":")
    if kind == "role":
        return people.holders(Role(argument))
    if kind == "superior" and not argument:
        found = people.by_no(applicant.superior_no)
    elif kind == "staff" and argument:
        found = people.by_no(argument)
    else:
        raise ValueError(f"a route names its approver as role:…, superior or staff:…, not {who!r}")
    return [found] if found is not None and found.works_here else []


def assign(
    rule: StepRule, route: Route, applicant: Employee, decided: Iterable[str], people: People
) -> Assignment:
    """Find who takes a step.

    decided: staff numbers of those who approved an earlier step of this round.
    Raises Refused("route_uncovered") where not even the fallback can act.
    """
    barred = {applicant.staff_no}
    if rule.act is not Act.EXECUTE:
        barred.update(decided)
    named = who_fits(rule.who, applicant, people)
    if able := _able(named, barred, people):
        return Assignment(able)
    for person in named:
        if person.staff_no in barred and (superior := _superior_of(person, barred, people)):
            reason = "own_request" if person.staff_no == applicant.staff_no else "decided_before"
            return Assignment((superior,), reason, person.staff_no)
    if able := _able(who_fits(route.fallback, applicant, people), barred, people):
        return Assignment(able, "vacant")
    raise Refused("route_uncovered", who=rule.who)


def _able(named: list[Employee], barred: set[str], people: People) -> tuple[str, ...]:
    """Keep those who may act and can be reached: bound to an account."""
    free = [person.staff_no for person in named if person.staff_no not in barred]
    bound = people.accounts(free)
    return tuple(staff_no for staff_no in free if staff_no in bound)


def _superior_of(person: Employee, barred: set[str], people: People) -> str:
    seen = {person.staff_no}
    superior = people.by_no(person.superior_no)
    while superior is not None and superior.staff_no not in seen:
        seen.add(superior.staff_no)
        if superior.works_here and _able([superior], barred, people):
            return superior.staff_no
        superior = people.by_no(superior.superior_no)
    return ""
