"""Whom a step falls to, for every company one can think of: nobody barred, nobody absent, nobody unbound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.assigning import Assignment, assign, who_fits
from domain.approvals.routes import Act, Route, StepRule
from domain.errors import Refused
from domain.people import Account, Employee, Role, StaffState

NUMBERS = [f"YH{n}" for n in range(1, 8)]
ROLES = (Role.SALES_ADMIN, Role.MARKET_MANAGER, Role.GENERAL_MANAGER)


@dataclass
class Register:
    """The part of domain.people.People that routes ask, in memory."""

    staff: dict[str, Employee]
    bound: set[str] = field(default_factory=set)

    def by_no(self, staff_no: str) -> Employee | None:
        return self.staff.get(staff_no)

    def holders(self, role: Role) -> list[Employee]:
        found = [e for e in self.staff.values() if e.works_here and e.holds(role)]
        return sorted(found, key=lambda e: e.staff_no)

    def accounts(self, staff_nos: Iterable[str]) -> dict[str, Account]:
        return {no: Account("test", no, no, no, "zh_CN") for no in staff_nos if no in self.bound}


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """Anybody may be anybody's superior, in circles too; anybody may have left or have no account."""
    numbers = draw(st.lists(st.sampled_from(NUMBERS), min_size=1, unique=True))
    staff = {
        number: Employee(
            number,
            number,
            "D01",
            "部门",
            "职员",
            draw(st.sampled_from(["", *NUMBERS])),
            draw(st.sampled_from(StaffState)),
            frozenset({Role.EMPLOYEE} | draw(st.sets(st.sampled_from(ROLES)))),
        )
        for number in numbers
    }
    return Register(staff, draw(st.sets(st.sampled_from(numbers))))


whos = st.one_of(
    st.sampled_from([f"role:{role}" for role in ROLES]),
    st.just("superior"),
    st.sampled_from([f"staff:{number}" for number in NUMBERS]),
)
acts = st.sampled_from(Act)


def attempt(
    people: Register, who: str, act: Act, fallback: str, applicant: Employee, decided: set[str]
) -> Assignment | None:
    rule = StepRule(act, who)
    try:
        [seat] = assign(rule, Route((rule,), fallback), applicant, decided, people)  # type: ignore[arg-type]
        return seat
    except Refused as refused:
        if (refused.code, refused.params) != ("route_uncovered", {"who": who}):
            raise
        return None


@given(st.data(), registers(), whos, acts, whos)
def test_whoever_is_assigned_may_act_and_can_be_reached(
    data: st.DataObject, people: Register, who: str, act: Act, fallback: str
) -> None:
    applicant = data.draw(st.sampled_from(sorted(people.staff.values(), key=lambda e: e.staff_no)))
    decided = data.draw(st.sets(st.sampled_from(NUMBERS)))
    given_to = attempt(people, who, act, fallback, applicant, decided)
    if given_to is None:
        return
    assert given_to.staff_nos
    assert len(set(given_to.staff_nos)) == len(given_to.staff_nos)
    assert applicant.staff_no not in given_to.staff_nos
    if act is not Act.EXECUTE:
        assert decided.isdisjoint(given_to.staff_nos)
    for number in given_to.staff_nos:
        assert people.staff[number].works_here
        assert number in people.bound
    named = {employee.staff_no for employee in who_fits(who, applicant, people)}  # type: ignore[arg-type]
    if not given_to.reason:
        assert set(given_to.staff_nos) <= named
        assert not given_to.instead_of
    elif given_to.reason == "vacant":
        spare = {e.staff_no for e in who_fits(fallback, applicant, people)}  # type: ignore[arg-type]
        assert set(given_to.staff_nos) <= spare
    else:
        assert given_to.instead_of in named
        assert (given_to.instead_of == applicant.staff_no) == (given_to.reason == "own_request")
        assert given_to.instead_of in {applicant.staff_no, *decided}


@given(st.data(), registers(), whos, acts, whos)
def test_a_step_is_refused_only_where_really_nobody_named_and_no_fallback_can_act(
    data: st.DataObject, people: Register, who: str, act: Act, fallback: str
) -> None:
    applicant = data.draw(st.sampled_from(sorted(people.staff.values(), key=lambda e: e.staff_no)))
    if attempt(people, who, act, fallback, applicant, set()) is not None:
        return
    for rule in (who, fallback):
        for employee in who_fits(rule, applicant, people):  # type: ignore[arg-type]
            assert employee.staff_no == applicant.staff_no or employee.staff_no not in people.bound


@given(st.data(), registers(), whos, acts, whos)
def test_the_ordinary_case_is_everybody_named_who_is_free(
    data: st.DataObject, people: Register, who: str, act: Act, fallback: str
) -> None:
    applicant = data.draw(st.sampled_from(sorted(people.staff.values(), key=lambda e: e.staff_no)))
    named = [e.staff_no for e in who_fits(who, applicant, people)]  # type: ignore[arg-type]
    free = tuple(no for no in named if no != applicant.staff_no and no in people.bound)
    if free:
        assert attempt(people, who, act, fallback, applicant, set()) == Assignment(free)


def chain(*numbers: str, role: Role = Role.MARKET_MANAGER) -> Register:
    """Each the superior of the one before; the first holds the role."""
    staff = {}
    for number, superior in zip(numbers, [*numbers[1:], ""], strict=True):
        held = frozenset({Role.EMPLOYEE, *([role] if number == numbers[0] else [])})
        staff[number] = Employee(number, number, "D01", "", "", superior, StaffState.ACTIVE, held)
    return Register(staff, set(numbers))


def test_the_superior_of_somebody_barred_is_looked_for_upwards_past_those_who_left_or_are_unbound() -> None:
    people = chain("YH1", "YH2", "YH3", "YH4")
    people.staff["YH2"] = replace(people.staff["YH2"], state=StaffState.LEFT)
    people.bound.discard("YH3")
    found = attempt(people, "role:market_manager", Act.APPROVE, "staff:YH2", people.staff["YH1"], set())
    assert found == Assignment(("YH4",), "own_request", "YH1")


def test_a_superior_who_decided_before_is_passed_over_too() -> None:
    people = chain("YH1", "YH2", "YH3")
    found = attempt(people, "role:market_manager", Act.APPROVE, "staff:YH1", people.staff["YH1"], {"YH2"})
    assert found == Assignment(("YH3",), "own_request", "YH1")


def test_superiors_in_a_circle_end_the_search() -> None:
    people = chain("YH1", "YH2")
    people.staff["YH2"] = replace(people.staff["YH2"], superior_no="YH1")
    people.bound.discard("YH2")
    assert attempt(people, "role:market_manager", Act.APPROVE, "superior", people.staff["YH1"], set()) is None


def test_whoever_approved_may_carry_out() -> None:
    people = chain("YH1", "YH2")
    found = attempt(people, "role:market_manager", Act.EXECUTE, "staff:YH2", people.staff["YH2"], {"YH1"})
    assert found == Assignment(("YH1",))


@pytest.mark.parametrize("who", ["", "boss", "staff:", "superior:YH1", "role:", "role:emperor", "staff"])
def test_a_rule_that_names_nobody_is_an_error(who: str) -> None:
    people = chain("YH1", "YH2")
    with pytest.raises(ValueError, match="names nobody"):
        who_fits(who, people.staff["YH1"], people)  # type: ignore[arg-type]


@given(st.lists(st.tuples(acts, whos), min_size=1).map(tuple), whos)
def test_a_route_survives_being_frozen_into_a_request(
    steps: tuple[tuple[Act, str], ...], fallback: str
) -> None:
    route = Route(tuple(StepRule(act, who) for act, who in steps), fallback)
    assert Route.from_json(route.to_json()) == route
