"""Loans by the thousand: people who have a file that is due today, and many more files out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from domain.loans.loans import LoanMode, LoanState
from domain.people import StaffState
from domain.personnel_files.files import CopyKind, FileKind, FileState, Secrecy
from storage.loans import LoanRow
from storage.people import AccountRow, StaffRoleRow, StaffRow
from storage.personnel_files import FileRow
from tests.bench.company import CHANNEL

FIRST_BORROWER = 100_001  # chat; the staff number is the same behind YH
FAR = timedelta(days=200)
_staff, _roles, _accounts, _files, _loans = (
    row.__table__  # type: ignore[attr-defined]
    for row in (StaffRow, StaffRoleRow, AccountRow, FileRow, LoanRow)
)


def hire(connection: Connection, people: int) -> None:
    """Enter borrowers, each with an account."""
    chats = range(FIRST_BORROWER, FIRST_BORROWER + people)
    connection.execute(insert(_staff), [_person(chat) for chat in chats])
    connection.execute(insert(_roles), [{"role": "employee", "staff_no": f"YH{chat}"} for chat in chats])
    connection.execute(insert(_accounts), [_account(chat) for chat in chats])


def lend(connection: Connection, people: int, today: date) -> None:
    """Lend a file to each of so many borrowers, to be brought back today."""
    first = 1 + (connection.execute(select(func.max(_files.c.id))).scalar() or 0)
    connection.execute(insert(_files), [_file(first + at, today) for at in range(people)])
    loans = [_loan(first + at, f"YH{FIRST_BORROWER + at}", today) for at in range(people)]
    connection.execute(insert(_loans), loans)


def lend_for_long(connection: Connection, loans: int, people: int, today: date) -> None:
    """Lend so many files to the same borrowers for long."""
    first = 1 + (connection.execute(select(func.max(_files.c.id))).scalar() or 0)
    connection.execute(insert(_files), [_file(first, today)])
    connection.execute(insert(_loans), [_loan(first, f"YH{FIRST_BORROWER}", today + FAR)])
    last, whom = first + loans - 1, f"'YH' || ({FIRST_BORROWER} + n % {people})"
    multiply(connection, _files, first, last, {"number": "'RS-' || n", "subject_no": whom})
    multiply(connection, _loans, first, last, {"number": "'JY-' || n", "file_id": "n", "borrower_no": whom})


def multiply(connection: Connection, table: Table, model: int, last: int, changed: Mapping[str, str]) -> None:
    """Copy the row `model` under every id after it up to `last`. changed: SQL by column, of the id n."""
    columns = [column.name for column in table.columns]
    values = ["n" if name == "id" else changed.get(name, name) for name in columns]
    connection.exec_driver_sql(
        f"WITH RECURSIVE ids(n) AS (SELECT {model} + 1 UNION ALL SELECT n + 1 FROM ids WHERE n < {last})"
        f" INSERT INTO {table.name} ({', '.join(columns)})"
        f" SELECT {', '.join(values)} FROM ids, (SELECT * FROM {table.name} WHERE id = {model})"
        f" WHERE n <= {last}"
    )


def _person(chat: int) -> dict[str, Any]:
    return {
        "staff_no": f"YH{chat}",
        "name": f"职员{chat}",
        "department_no": "D1",
        "title": "职员",
        "superior_no": "A902",
        "state": StaffState.ACTIVE,
        "roles": "employee",
        "phone": "",
    }


def _account(chat: int) -> dict[str, Any]:
    return {
        "channel": CHANNEL,
        "user_id": str(chat),
        "chat_id": str(chat),
        "staff_no": f"YH{chat}",
        "language": "zh_CN",
        "bound_at": datetime.now(UTC),
    }


def _file(file_id: int, today: date) -> dict[str, Any]:
    return {
        "id": file_id,
        "number": f"RS-{file_id}",
        "subject_no": f"YH{FIRST_BORROWER}",
        "kind": FileKind.PERSONNEL,
        "copy_kind": CopyKind.ORIGINAL,
        "secrecy": Secrecy.ORDINARY,
        "custodian_no": "D1",
        "cabinet": "A-1",
        "opened_on": today,
        "state": FileState.ON_LOAN,
        "note": "",
    }


def _loan(file_id: int, borrower_no: str, due_on: date) -> dict[str, Any]:
    return {
        "id": file_id,
        "number": f"JY-{file_id}",
        "file_id": file_id,
        "borrower_no": borrower_no,
        "mode": LoanMode.TAKE,
        "parts": [],
        "purpose": "评审",
        "state": LoanState.LENT,
        "came_from": "shelved",
        "due_on": due_on,
        "first_due_on": due_on,
        "keeper_no": "A901",
        "pages": 40,
        "photos": [],
        "extended": 0,
        "checked_by": "",
        "pages_back": 0,
        "findings": [],
        "return_note": "",
        "disputed": "",
    }
