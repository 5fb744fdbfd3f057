"""The company the benchmark runs in: twenty people who file, and those who approve."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from domain.people import Account, Department, Employee, Role, StaffRecord, StaffState
from storage.engine import create_write_engine
from storage.migrate import migrate
from storage.people import SqlPeople

FILERS = 20
FIRST_CHAT = 10_001
APPROVERS = {  # chat id -> role; a filing puts a card into the chat of the first
    901: Role.SALES_ADMIN,
    902: Role.MARKET_MANAGER,
    903: Role.GENERAL_MANAGER,
    904: Role.SYSTEM_ADMIN,
}
CHANNEL = "telegram"


def filer_chats() -> list[int]:
    return list(range(FIRST_CHAT, FIRST_CHAT + FILERS))


def found_company(url: str) -> None:
    """Create the database and bind an account to everybody."""
    migrate(url)
    engine = create_write_engine(url)
    with engine.begin() as connection:
        people = SqlPeople(connection)
        people.put_department(Department("D1", "销售部", "", ""))
        for chat_id, employee in _staff():
            people.put_staff(StaffRecord(employee, "", None, None, None))
            account = Account(CHANNEL, str(chat_id), str(chat_id), employee.staff_no, "zh_CN")
            people.bind(account, datetime.now(UTC), "")
    engine.dispose()


def database_url(data: Path) -> str:
    return f"sqlite:///{data / 'menxia.db'}"


def _staff() -> Iterator[tuple[int, Employee]]:
    for chat_id, role in APPROVERS.items():
        yield chat_id, _employee(f"A{chat_id}", f"经理{chat_id}", "", role)
    for chat_id in filer_chats():
        yield chat_id, _employee(f"S{chat_id}", f"业务员{chat_id}", "A902", Role.SALES_REP)


def _employee(staff_no: str, name: str, superior_no: str, role: Role) -> Employee:
    roles = frozenset({role, Role.EMPLOYEE})
    return Employee(staff_no, name, "D1", "销售部", "职员", superior_no, StaffState.ACTIVE, roles)
