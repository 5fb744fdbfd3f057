"""Seats of a step, and surveys of a route: whom it asks today and where somebody is missing."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from domain.approvals.assigning import Assignment, assign
from domain.approvals.requests import RequestKind
from domain.approvals.routes import Act, Mode, Route, StepRule
from domain.approvals.surveys import Flaw, survey_route
from domain.errors import Refused
from domain.people import Account, Department, Employee, People, Role, StaffState


class Staff:
    """A register of a few people; superiors go up the line."""

    def __init__(self, *people: Employee, unbound: Iterable[str] = (), blocked: Iterable[str] = ()) -> None:
        self._people = {person.staff_no: person for person in people}
        self._unbound, self._blocked = set(unbound), set(blocked)

    def by_no(self, staff_no: str) -> Employee | None:
        return self._people.get(staff_no)

    def holders(self, role: Role) -> list[Employee]:
        return [person for person in self.everybody() if person.holds(role)]

    def everybody(self) -> list[Employee]:
        return [person for _no, person in sorted(self._people.items()) if person.works_here]

    def department(self, number: str) -> Department | None:
        return Department(number, number, "", "B") if number == "D1" else None

    def accounts(self, staff_nos: Iterable[str]) -> dict[str, Account]:
        return {
            no: Account("test", no, no, no, "zh_CN", no not in self._blocked)
            for no in staff_nos
            if no in self._people and self._people[no].works_here and no not in self._unbound
        }


def person(no: str, superior: str, *roles: Role, state: StaffState = StaffState.ACTIVE) -> Employee:
    return Employee(no, no, "D1", "D1", "", superior, state, frozenset({Role.EMPLOYEE, *roles}))


A = person("A", "", Role.GENERAL_MANAGER)
B = person("B", "A", Role.MARKET_MANAGER)
C = person("C", "B", Role.SALES_REP)
D = person("D", "B", Role.SALES_ADMIN)
E = person("E", "B", Role.SALES_ADMIN)


def seats(who: str, staff: Staff, mode: Mode = Mode.ANY, *, decided: Iterable[str] = ()) -> list[Assignment]:
    rule = StepRule(Act.APPROVE, who, mode)
    people: People = staff  # type: ignore[assignment]
    return assign(rule, Route((rule,), "role:general_manager"), C, decided, people)


def test_any_of_several_share_one_seat() -> None:
    assert seats("role:sales_admin,role:market_manager", Staff(A, B, C, D, E)) == [
        Assignment(("D", "E", "B"))
    ]


@pytest.mark.parametrize("mode", [Mode.ALL, Mode.IN_TURN])
def test_all_of_several_have_a_seat_each(mode: Mode) -> None:
    found = seats("role:sales_admin,role:market_manager", Staff(A, B, C, D, E), mode)
    assert [(seat.staff_nos, seat.named) for seat in found] == [(("D",), "D"), (("E",), "E"), (("B",), "B")]


def test_a_seat_whose_person_is_missing_goes_to_the_fallback_once() -> None:
    found = seats("role:sales_admin", Staff(A, B, C, D, E, unbound="DE"), Mode.ALL)
    assert [(seat.staff_nos, seat.reason) for seat in found] == [(("A",), "vacant")]


def test_one_who_decided_before_gives_the_seat_to_their_superior_who_sits_once() -> None:
    found = seats("role:sales_admin,role:market_manager", Staff(A, B, C, D, E), Mode.ALL, decided=["D"])
    assert [(seat.staff_nos, seat.reason) for seat in found] == [(("B",), "decided_before"), (("E",), "")]


@pytest.mark.parametrize(
    ("who", "asked"),
    [("superior", "B"), ("superior:2", "A"), ("head", "B"), ("head:D1", "B"), ("staff:E", "E")],
)
def test_superiors_heads_and_persons_are_found(who: str, asked: str) -> None:
    assert seats(who, Staff(A, B, C, D, E)) == [Assignment((asked,))]


def test_nobody_two_levels_above_the_top_is_the_fallback_s_business() -> None:
    assert seats("superior:3", Staff(A, B, C)) == [Assignment(("A",), "vacant")]
    with pytest.raises(Refused, match="route_uncovered"):
        seats("superior:3", Staff(A, B, C, unbound="A"))


def flaws(route: Route, staff: Staff) -> list[tuple[int, Flaw, str]]:
    people: People = staff  # type: ignore[assignment]
    stations = survey_route(RequestKind.NEW_CUSTOMER, route, people)
    return [
        (station.place, hole.flaw, "".join(p.staff_no for p in hole.people))
        for station in stations
        for hole in station.holes
    ]


@pytest.mark.parametrize(
    ("who", "staff", "found"),
    [
        ("role:sales_admin", Staff(A, B, C, D, E), []),
        ("role:hr_manager", Staff(A, B, C), [(1, Flaw.VACANT, "")]),
        ("role:sales_admin", Staff(A, B, C, D, E, unbound="DE"), [(1, Flaw.UNBOUND, "DE")]),
        ("role:sales_admin", Staff(A, B, C, D, E, unbound="D"), [(1, Flaw.SOME_UNBOUND, "D")]),
        ("role:sales_admin", Staff(A, B, C, D, blocked="D"), [(1, Flaw.BLOCKED, "D")]),
        ("staff:D", Staff(A, B, C, person("D", "B", state=StaffState.LEFT)), [(1, Flaw.LEFT, "D")]),
        ("superior:2", Staff(A, B, C, person("F", "A", Role.SALES_REP)), [(1, Flaw.NOBODY_ABOVE, "F")]),
        ("staff:F", Staff(A, B, C, person("F", "", Role.SALES_REP)), [(1, Flaw.ALONE, "F")]),
    ],
)
def test_every_hole_of_a_route_is_found(who: str, staff: Staff, found: list[tuple[int, Flaw, str]]) -> None:
    route = Route((StepRule(Act.APPROVE, who),), "role:general_manager")
    assert flaws(route, staff) == found


def test_a_fallback_that_nobody_holds_is_a_hole_of_its_own() -> None:
    route = Route((StepRule(Act.APPROVE, "role:sales_admin"),), "role:hr_manager")
    assert flaws(route, Staff(A, B, C, D)) == [(0, Flaw.VACANT, "")]
