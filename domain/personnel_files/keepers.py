"""Whose keys open which cabinet: the file keepers of a unit."""

from __future__ import annotations

from domain.people import Department, Employee, People, Role


def keepers_of(people: People, unit_no: str) -> list[Employee]:
    """Give the file keepers of a unit; where it has none of its own, all of them."""
    keepers = people.holders(Role.FILE_KEEPER)
    own = [keeper for keeper in keepers if unit_no in units_of(people, keeper)]
    return own or keepers


def units_of(people: People, employee: Employee) -> list[str]:
    """Give a person's department and all above it, the nearest first."""
    found: list[str] = []
    number = employee.department_no
    while number and number not in found:
        found.append(number)
        unit = people.department(number)
        number = unit.parent_number if unit else ""
    return found


def units_of_keepers(people: People, actor: Employee) -> list[Department]:
    """Give the departments in which somebody keeps files, one's own first."""
    keepers = [*people.holders(Role.FILE_KEEPER), *people.holders(Role.HR_MANAGER)]
    numbers = dict.fromkeys([actor.department_no, *(keeper.department_no for keeper in keepers)])
    found = [people.department(number) for number in numbers]
    return [unit for unit in found if unit is not None]
