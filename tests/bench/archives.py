"""Looking a file up, and 我的借阅, in a register of a thousand files and in one of a hundred thousand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, insert

from bot.app import make_turns
from bot.settings import load_settings
from domain.loans.loans import LoanMode, LoanState
from domain.people import Account, Employee, Role, StaffRecord, StaffState, people_keys
from domain.personnel_files.files import CopyKind, FileKind, FileState, Secrecy
from domain.personnel_files.materials import MaterialClass, MaterialState, fold_name
from handlers.ui import Chat, InboundEvent, MessageReceived, Sender, Tapped, What
from storage.engine import create_write_engine
from storage.loans import LoanRow
from storage.people import SqlPeople, StaffKeyRow, StaffRow
from storage.personnel_files import FileRow, MaterialRow
from tests.bench.company import CHANNEL, database_url, found_company
from tests.bench.tables import aim, ms, percentile, table

FEW, MANY = 1_000, 100_000
EACH = 10  # materials of a file
BEARABLE = 1.2
KEEPER, BORROWER = 950, 951
SOUGHT = "司徒晓棠"  # three people of this name in either register
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
ASKED = {
    "name": ("司徒晓棠在谁手里", "晓棠在谁手里", "张在谁手里"),
    "pinyin": ("situxiaotang在谁手里", "xiaotang在谁手里", "stxt在谁手里"),
    "number": ("RS-500在谁手里", "YH501在谁手里"),
    "我的借阅": ("我的借阅", "ml:1"),
}


def measure(folder: Path, turns: int) -> dict[tuple[int, str], list[float]]:
    """Give the seconds of each turn, by the size of the register and what was asked."""
    houses = {files: _House(folder / str(files), files) for files in (FEW, MANY)}
    found: dict[tuple[int, str], list[float]] = {(f, asked): [] for f in houses for asked in ASKED}
    for at in range(turns + 20):
        for asked, words in ASKED.items():
            for files, house in houses.items():
                seconds = house.ask(words[at % len(words)])
                if at >= 20:  # the first ones compile statements and fill caches
                    found[files, asked].append(seconds)
    return found


def report(found: dict[tuple[int, str], list[float]]) -> str:
    rows, worst = [], 0.0
    for asked in ASKED:
        few, many = found[FEW, asked], found[MANY, asked]
        ratio = median(many) / median(few)
        worst = max(worst, ratio)
        tail = percentile(many, 0.99) / percentile(few, 0.99)
        rows.append([asked, ms(median(few)), ms(median(many)), f"{ratio:.2f}", f"{tail:.2f}"])
    sizes = f"{FEW:,} files beside {MANY:,} with {MANY * EACH:,} materials"
    title = f"6. Personnel files: {sizes}; ms a turn, committed."
    head = ["asked", f"p50, {FEW:,}", f"p50, {MANY:,}", "p50 ratio", "p99 ratio"]
    lines = [table(title, head, rows), ""]
    lines.append(aim("worst p50 ratio", f"{worst:.2f}", f"<= {BEARABLE}", worst <= BEARABLE))
    return "\n".join(lines)


class _House:
    """A company with so many files, and somebody who has borrowed twenty of them."""

    def __init__(self, folder: Path, files: int) -> None:
        folder.mkdir()
        url = database_url(folder)
        found_company(url)
        self._engine: Engine = create_write_engine(url)
        self._turns = make_turns(load_settings())[0]
        self._events = 0
        with self._engine.begin() as connection:
            self._hire(SqlPeople(connection))
            _fill(connection, files)
            connection.exec_driver_sql("ANALYZE")

    def _hire(self, people: SqlPeople) -> None:
        for chat, role in ((KEEPER, Role.FILE_KEEPER), (BORROWER, Role.EMPLOYEE)):
            person = Employee(
                f"K{chat}",
                f"档案{chat}",
                "D1",
                "",
                "",
                "",
                StaffState.ACTIVE,
                frozenset({role, Role.EMPLOYEE}),
            )
            people.put_staff(StaffRecord(person, "", None, None, None))
            people.bind(
                Account(CHANNEL, str(chat), str(chat), person.staff_no, "zh_CN"), datetime.now(UTC), ""
            )

    def ask(self, words: str) -> float:
        """Ask, and give the seconds."""
        self._events += 1
        loans = words in ASKED["我的借阅"]
        chat = BORROWER if loans else KEEPER
        what: What = Tapped(words, "77", "handle") if ":" in words else MessageReceived(words)
        event = InboundEvent(
            CHANNEL,
            str(self._events),
            Chat(str(chat)),
            Sender(str(chat), "somebody"),
            datetime.now(UTC),
            what,
        )
        began = perf_counter()
        with self._engine.begin() as connection:
            self._turns.take(connection, event, event.at, lease=True)
        return perf_counter() - began


def _fill(connection: Connection, files: int) -> None:
    """Write people, files, materials and loans past the domain, many rows at a time."""
    today, moment = date(2026, 11, 23), datetime.now(UTC)
    for some in _chunks(list(zip(range(1, files + 1), _names(), strict=False)), 5_000):
        people = [_person(at, name) for at, name in some]
        connection.execute(insert(StaffRow.__table__), people)  # type: ignore[attr-defined]
        keys = [
            {"key": key, "staff_no": person["staff_no"]}
            for person in people
            for key in people_keys(person["staff_no"], person["name"])
        ]
        connection.execute(insert(StaffKeyRow.__table__), keys)  # type: ignore[attr-defined]
        connection.execute(insert(FileRow.__table__), [_file(at, today) for at, _name in some])  # type: ignore[attr-defined]
        materials = [_material(at, place, moment) for at, _name in some for place in range(1, EACH + 1)]
        connection.execute(insert(MaterialRow.__table__), materials)  # type: ignore[attr-defined]
        loans = [_loan(at, today, moment) for at, _name in some]
        connection.execute(insert(LoanRow.__table__), loans)  # type: ignore[attr-defined]


def _names() -> Iterator[str]:
    yield from (SOUGHT,) * 3
    while True:
        yield from ("".join(parts) for parts in product(SURNAMES, GIVEN, GIVEN))


def _person(at: int, name: str) -> dict[str, Any]:
    return {
        "staff_no": f"YH{at}",
        "name": name,
        "department_no": "D1",
        "title": "职员",
        "superior_no": "A902",
        "state": StaffState.ACTIVE,
        "roles": "employee",
        "phone": "",
    }


def _file(at: int, today: date) -> dict[str, Any]:
    return {
        "id": at,
        "number": f"RS-{at}",
        "subject_no": f"YH{at}",
        "kind": FileKind.PERSONNEL,
        "copy_kind": CopyKind.ORIGINAL,
        "secrecy": Secrecy.ORDINARY,
        "custodian_no": "D1",
        "cabinet": f"A-{at}",
        "opened_on": today,
        "shelved_on": today,
        "state": FileState.ON_LOAN if at <= 20 else FileState.SHELVED,
        "note": "",
    }


def _material(at: int, place: int, moment: datetime) -> dict[str, Any]:
    return {
        "file_id": at,
        "letter": MaterialClass.CONTRACT,
        "place": place,
        "name": "劳动合同书",
        "name_key": fold_name("劳动合同书"),
        "pages": 4,
        "copies": 1,
        "note": "",
        "state": MaterialState.FILED,
        "received_at": moment,
        "received_by": "",
    }


def _loan(at: int, today: date, moment: datetime) -> dict[str, Any]:
    """Twenty files are with one borrower; every other one was lent to somebody and came back."""
    out = at <= 20
    return {
        "number": f"JY-{at}",
        "file_id": at,
        "borrower_no": f"K{BORROWER}" if out else f"YH{at - 1}",
        "mode": LoanMode.TAKE,
        "parts": [],
        "purpose": "评审",
        "state": LoanState.LENT if out else LoanState.RETURNED,
        "came_from": "shelved",
        "due_on": today + timedelta(days=at % 9),
        "first_due_on": today,
        "keeper_no": f"K{KEEPER}",
        "pages": 40,
        "photos": [],
        "lent_at": moment,
        "extended": 0,
        "checked_by": "",
        "pages_back": 0,
        "findings": [],
        "return_note": "",
        "disputed": "",
    }


def _chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    return (values[at : at + size] for at in range(0, len(values), size))
