"""Who works here, in which role, and which messenger account is theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from domain.errors import Refused
from domain.names import GRAM_LENGTH, initials, pinyin


class Role(StrEnum):
    """What a person may do; one person may hold several."""

    SALES_REP = "sales_rep"
    SALES_ADMIN = "sales_admin"
    MARKET_MANAGER = "market_manager"
    LEAD_ACCOUNTANT = "lead_accountant"
    GENERAL_MANAGER = "general_manager"
    DEPARTMENT_HEAD = "department_head"
    HR_MANAGER = "hr_manager"
    FILE_KEEPER = "file_keeper"
    ADMIN_MANAGER = "admin_manager"
    SYSTEM_ADMIN = "system_admin"
    EMPLOYEE = "employee"


class StaffState(StrEnum):
    ACTIVE = "active"
    PROBATION = "probation"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Department:
    number: str
    name: str
    parent_number: str
    head_no: str
    founded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Employee:
    """A present or former member of staff, as the register has it now.

    superior_no: staff number of the direct superior (直属上级), empty for the head of the company.
    """

    staff_no: str
    name: str
    department_no: str
    department: str
    title: str
    superior_no: str
    state: StaffState
    roles: frozenset[Role]

    @property
    def works_here(self) -> bool:
        return self.state is not StaffState.LEFT

    def holds(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    def require(self, *roles: Role) -> None:
        """Raise Refused("role_required") unless one of `roles` is held by someone who still works here."""
        if not (self.works_here and self.holds(*roles)):
            raise Refused("role_required")


@dataclass(frozen=True, slots=True)
class StaffRecord:
    """A row of the staff register with everything that an import may bring."""

    employee: Employee
    phone: str
    hired_on: date | None
    probation_ends_on: date | None
    contract_ends_on: date | None


@dataclass(frozen=True, slots=True)
class EmploymentTerms:
    """The last day of probation and of the contract; None where there is none, or it is not known."""

    hired_on: date | None = None
    probation_ends_on: date | None = None
    contract_ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A messenger account bound to a member of staff.

    language: a locale such as zh_CN. reachable: false once the person blocked the bot.
    """

    channel: str
    user_id: str
    chat_id: str
    staff_no: str
    language: str
    reachable: bool = True


class People(Protocol):
    """The staff register."""

    def by_no(self, staff_no: str) -> Employee | None: ...

    def holders(self, role: Role) -> list[Employee]:
        """Give those who hold `role` and work here, by staff number."""
        ...

    def members(self, department_no: str) -> list[Employee]:
        """Give everybody of a department, those who left among them, by staff number."""
        ...

    def everybody(self) -> list[Employee]:
        """Give all who work here, by staff number."""
        ...

    def find(self, text: str, *, limit: int) -> list[Employee]:
        """Find people, former ones too, by number, name, a part of it, pinyin or initials, the best first."""
        ...

    def department(self, number: str) -> Department | None: ...

    def by_account(self, channel: str, user_id: str) -> tuple[Account, Employee] | None: ...

    def accounts(self, staff_nos: Iterable[str]) -> dict[str, Account]:
        """Give the account of each who has one and works here."""
        ...

    def language_of_chat(self, channel: str, chat_id: str) -> str:
        """Give the language of whoever has this private chat and works here, empty if nobody."""
        ...

    def by_chat(self, channel: str, chat_id: str) -> Employee | None: ...

    def bind(self, account: Account, at: datetime, confirmed_by: str) -> None:
        """Bind an account; a former account of the same person is let go."""
        ...

    def set_language(self, account: Account, language: str) -> None: ...

    def set_reachable(self, channel: str, chat_id: str, reachable: bool) -> None: ...

    def move_chat(self, channel: str, old: str, new: str) -> None: ...

    def terms_of(self, staff_no: str) -> EmploymentTerms:
        """Give the dates of somebody's employment, all unknown for a stranger."""
        ...

    def terms_ending(self, probation_by: date, contract_by: date) -> list[str]:
        """Give who works here and whose probation, or contract, ends by a day, past days included."""
        ...

    def put_department(self, department: Department) -> bool:
        """Insert or update; True where anything changed."""
        ...

    def put_staff(self, record: StaffRecord) -> bool:
        """Insert or update; True where anything changed."""
        ...


def require_known(people: People, staff_no: str) -> Employee:
    """Find a person. Raises Refused("staff_unknown")."""
    if (employee := people.by_no(staff_no)) is None:
        raise Refused("staff_unknown", staff_no=staff_no)
    return employee


def superior_of(people: People, staff_no: str) -> Employee | None:
    """Give the nearest superior of somebody who works here; None above whom nobody stands."""
    seen, person = {staff_no}, people.by_no(staff_no)
    while person is not None and person.superior_no and person.superior_no not in seen:
        seen.add(person.superior_no)
        person = people.by_no(person.superior_no)
        if person is not None and person.works_here:
            return person
    return None


def people_keys(staff_no: str, name: str) -> frozenset[str]:
    """List the keys that a register keeps for a person; a query meets them as a prefix.

    Every ending of the name as written (h), by sound (p) and by initials (i), and the staff number (n).
    """
    said = "".join(name.split()).casefold()
    sounds = pinyin(said).split()
    digits = "".join(c for c in staff_no if c.isdigit())
    keys = {f"h{said[at:]}" for at in range(len(said))}
    keys |= {f"p{''.join(sounds[at:])}" for at in range(len(sounds))}
    keys |= {f"i{''.join(s[0] for s in sounds[at:])}" for at in range(len(sounds))}
    keys |= {f"n{staff_no.casefold()}", f"n{digits}", f"n{digits.lstrip('0')}"}
    return frozenset(key[:GRAM_LENGTH] for key in keys if len(key) > 1)


def query_keys(text: str) -> list[str]:
    """List the prefixes that find a person by what was typed, the surest first."""
    typed = "".join(text.split()).casefold()[: GRAM_LENGTH - 1]
    if not typed:
        return []
    if typed.isascii():
        return [f"n{typed}", f"p{typed}", f"i{typed}"]
    sound = pinyin(typed).replace(" ", "")
    return [f"h{typed}", *([f"p{sound}"] if sound else [])]


def find_people(candidates: Iterable[Employee], text: str) -> list[Employee]:
    """Find people by staff number, name, part of a name, pinyin or initials; exact matches stand alone."""
    typed = "".join(text.split()).casefold()
    known = list(candidates)
    exact = [p for p in known if typed in {p.staff_no.casefold(), p.name.casefold()}]
    if exact or not typed:
        return exact
    return [
        p
        for p in known
        if typed in p.name.casefold()
        or pinyin(p.name).replace(" ", "").startswith(typed)
        or initials(p.name) == typed
        or (typed.isdigit() and p.staff_no.endswith(typed))
    ]
