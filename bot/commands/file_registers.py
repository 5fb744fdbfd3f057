"""The register of personnel files from CSV files: bags, catalogues, and the loans of the old register."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.commands.csv_files import BadCell, Row, one_of, parse_day, read_rows
from bot.commands.staff_files import Change, Tally, unique
from domain.loans.loans import Condition, Loan, LoanMode, LoanState
from domain.people import Department, StaffRecord
from domain.personnel_files.files import (
    CopyKind,
    FileKind,
    FileState,
    PersonnelFile,
    Secrecy,
    file_numbers,
    parse_file_number,
)
from domain.personnel_files.materials import (
    MOST_PAGES,
    Material,
    MaterialClass,
    MaterialState,
    check_material_name,
    fold_name,
)
from storage.unit_of_work import SqlWork

FILE_COLUMNS = ("档案编号", "工号", "档案类型", "密级", "保管单位", "柜号", "入柜日期", "状态")
MATERIAL_COLUMNS = ("档案编号", "类号", "序号", "材料名称", "形成日期", "页数", "份数", "备注")
LOAN_COLUMNS = (
    *("借阅编号", "档案编号", "借阅人工号", "事由", "借出日期", "应还日期", "归还日期", "归还状况"),
)
KINDS = {"人事档案": FileKind.PERSONNEL, "员工管理档案": FileKind.MANAGEMENT}
SECRECIES = {"普通": Secrecy.ORDINARY, "机密": Secrecy.SECRET}
STATES = {
    "在建": FileState.BUILDING,
    "在架": FileState.SHELVED,
    "借出": FileState.ON_LOAN,
    "封存": FileState.SEALED,
    "转出": FileState.TRANSFERRED_OUT,
    "销毁": FileState.DESTROYED,
    "遗失": FileState.MISSING,
}
CONDITIONS = {
    "完好": Condition.INTACT,
    "缺页": Condition.PAGES_MISSING,
    "破损": Condition.DAMAGED,
    "损坏": Condition.DAMAGED,
    "遗失": Condition.LOST,
}
_KEPT_UP = ("secrecy", "custodian_no", "cabinet", "shelved_on")  # where a file is, the bot knows better


@dataclass(slots=True)
class Known:
    """What the registers have already."""

    files: Mapping[str, PersonnelFile] = field(default_factory=dict)
    staff: Mapping[str, StaffRecord] = field(default_factory=dict)
    departments: Mapping[str, Department] = field(default_factory=dict)
    loans: set[str] = field(default_factory=set)


class FileRegister:
    """Files, and where given materials and loans, as CSV files have them."""

    def __init__(
        self, files: Path, materials: Path | None, loans: Path | None, today: date, timezone: str
    ) -> None:
        self._file_rows = read_rows(files, FILE_COLUMNS)
        self._material_rows = read_rows(materials, MATERIAL_COLUMNS) if materials else []
        self._loan_rows = read_rows(loans, LOAN_COLUMNS) if loans else []
        self._today, self._zone = today, ZoneInfo(timezone)
        self._units: dict[str, str] = {}
        self.files: list[PersonnelFile] = []
        self.materials: list[tuple[str, Material]] = []
        self.loans: list[tuple[str, Loan]] = []

    @property
    def rows(self) -> int:
        return len(self._file_rows) + len(self._material_rows) + len(self._loan_rows)

    def read(self, at: int) -> None:
        """Read the row at a place, counted from 0 over all files; the rows come in order."""
        if at < len(self._file_rows):
            self.files.append(self._file(self._file_rows[at]))
            return
        at -= len(self._file_rows)
        if at < len(self._material_rows):
            self.materials.append(self._material(self._material_rows[at]))
            return
        self.loans.append(self._loan(self._loan_rows[at - len(self._material_rows)]))

    # --- checking ----------------------------------------------------------------------------------------

    def check(self, known: Known) -> list[BadCell]:
        """Check every row by itself, against the others and against the registers."""
        self._units = {unit.name: unit.number for unit in known.departments.values()}
        unique(self._file_rows, "档案编号")
        unique(self._loan_rows, "借阅编号")
        numbers = {file.number: file for file in (*known.files.values(), *self.files)}
        for row, file in zip(self._file_rows, self.files, strict=True):
            if file.subject_no not in known.staff:
                row.bad("工号", f"nobody has the staff number {file.subject_no}")
            there = known.files.get(file.number)
            if there is not None and there.subject_no != file.subject_no:
                row.bad("工号", f"{file.number} is the file of {there.subject_no}")
            unit = row.cells["保管单位"]
            if unit not in self._units and unit not in known.departments:
                row.bad("保管单位", f"there is no department {unit}")
            file.custodian_no = self._units.get(unit, unit)
        self._check_materials(numbers)
        self._check_loans(numbers, known)
        every = (*self._file_rows, *self._material_rows, *self._loan_rows)
        return [fault for row in every for fault in row.faults]

    def _check_materials(self, numbers: Mapping[str, PersonnelFile]) -> None:
        first: dict[tuple[str, str], int] = {}
        for row, (number, material) in zip(self._material_rows, self.materials, strict=True):
            if number not in numbers:
                row.bad("档案编号", f"there is no file {number}")
            line = first.setdefault((number, material.label), row.line)
            if line != row.line:
                row.bad("序号", f"{material.label} of {number} stands in line {line} already")

    def _check_loans(self, numbers: Mapping[str, PersonnelFile], known: Known) -> None:
        out = set()
        for row, (number, loan) in zip(self._loan_rows, self.loans, strict=True):
            file = numbers.get(number)
            if file is None:
                row.bad("档案编号", f"there is no file {number}")
                continue
            if loan.borrower_no not in known.staff:
                row.bad("借阅人工号", f"nobody has the staff number {loan.borrower_no}")
            if loan.borrower_no == file.subject_no:
                row.bad("借阅人工号", f"{number} is about {loan.borrower_no}; nobody borrows their own file")
            if loan.state is LoanState.LENT and loan.number not in known.loans:
                if number in out:
                    row.bad("档案编号", f"{number} is lent twice at once")
                if file.state is not FileState.ON_LOAN:
                    row.bad("归还日期", f"the loan is open, but {number} is not 借出")
                out.add(number)
        for row, file in zip(self._file_rows, self.files, strict=True):
            lent = file.state is FileState.ON_LOAN and file.number not in known.files
            if lent and file.number not in out:
                row.bad("状态", "a file that is 借出 needs its open loan in the file given with --loans")

    # --- writing -----------------------------------------------------------------------------------------

    def write(self, work: SqlWork, now: datetime) -> Tally:
        """Write what the register lacks, an audit entry for each file; catalogues only grow."""
        known = work.files.register()
        fresh = [file for file in self.files if file.number not in known]
        told: list[Change] = [(f"file:{file.number}", {}, {"columns": ["all"]}) for file in fresh]
        ids = {number: file.id or 0 for number, file in known.items()}
        for file in self.files:
            if (there := known.get(file.number)) is None:
                continue
            if columns := [name for name in _KEPT_UP if getattr(file, name) != getattr(there, name)]:
                row = work.files.lock(there.id or 0)
                for name in columns:
                    setattr(row, name, getattr(file, name))
                told.append((f"file:{file.number}", {"known": True}, {"columns": columns}))
        work.session.flush()
        ids |= work.files.add_all(fresh)
        added = self._add_materials(work, ids) + self._add_loans(work, ids)
        work.audit.record_all(now, "", "file_imported", told)
        new, changed = len(fresh) + added, len(told) - len(fresh)
        return Tally(new, changed, self.rows - new - changed)

    def _add_materials(self, work: SqlWork, ids: Mapping[str, int]) -> int:
        for number, material in self.materials:
            material.file_id = ids[number]
        there = work.files.entered({material.file_id for _number, material in self.materials})
        fresh = [
            material
            for _number, material in self.materials
            if (material.file_id, material.letter.value, material.place) not in there
        ]
        work.files.add_materials(fresh)
        return len(fresh)

    def _add_loans(self, work: SqlWork, ids: Mapping[str, int]) -> int:
        there = work.loans.numbers()
        fresh = []
        for number, loan in self.loans:
            if loan.number not in there:
                loan.file_id = ids[number]
                fresh.append(loan)
        work.loans.add_all(fresh)
        return len(fresh)

    # --- rows --------------------------------------------------------------------------------------------

    def _file(self, row: Row) -> PersonnelFile:
        shelved = row.read("入柜日期", parse_day)
        if shelved and shelved > self._today:
            row.bad("入柜日期", f"{shelved} lies in the future")
        number = row.read("档案编号", parse_file_number, needed=True) or ""
        kind = row.read("档案类型", one_of(KINDS), needed=True) or FileKind.PERSONNEL
        subject_no = row.text("工号", 32, needed=True)
        copy_kind = CopyKind.COPY if number.endswith("-F") else CopyKind.ORIGINAL
        numbers = file_numbers(subject_no, kind, copy_kind)
        if number and subject_no and number not in numbers:
            wanted = " or ".join(dict.fromkeys(numbers))
            row.bad("档案编号", f"the {row.cells['档案类型']} of {subject_no} has the number {wanted}")
        return PersonnelFile(
            number=number,
            subject_no=subject_no,
            kind=kind,
            copy_kind=copy_kind,
            secrecy=row.read("密级", one_of(SECRECIES), needed=True) or Secrecy.SECRET,
            custodian_no=row.text("保管单位", 32, needed=True),
            cabinet=row.text("柜号", 40),
            opened_on=shelved or self._today,
            shelved_on=shelved,
            state=row.read("状态", one_of(STATES), needed=True) or FileState.SHELVED,
        )

    def _material(self, row: Row) -> tuple[str, Material]:
        letters = {letter.value: letter for letter in MaterialClass}
        name = row.text("材料名称", 100, needed=True)
        made = row.read("形成日期", parse_day)
        if made and made > self._today:
            row.bad("形成日期", f"{made} lies in the future")
        material = Material(
            file_id=0,
            letter=row.read("类号", one_of(letters), needed=True) or MaterialClass.OTHER,
            place=row.read("序号", _count, needed=True) or 0,
            name=name,
            name_key=fold_name(name),
            made_on=made,
            pages=row.read("页数", _count, needed=True) or 1,
            copies=row.read("份数", _count) or 1,
            note=row.text("备注", 200),
            state=MaterialState.FILED,
            received_at=self._moment(made or self._today),
            filed_at=self._moment(made or self._today),
        )
        row.read("材料名称", _allowed)
        return row.read("档案编号", parse_file_number, needed=True) or "", material

    def _loan(self, row: Row) -> tuple[str, Loan]:
        lent = row.read("借出日期", parse_day, needed=True) or self._today
        due = row.read("应还日期", parse_day, needed=True) or self._today
        back = row.read("归还日期", parse_day)
        condition = row.read("归还状况", one_of(CONDITIONS))
        if due < lent:
            row.bad("应还日期", f"{due} lies before the day of lending, {lent}")
        for column, day in (("借出日期", lent), ("归还日期", back)):
            if day and day > self._today:
                row.bad(column, f"{day} lies in the future")
        if (back is None) != (condition is None):
            row.bad("归还状况", "a loan that is back has both a day and a condition, an open one neither")
        loan = Loan(
            number=row.text("借阅编号", 32, needed=True),
            file_id=0,
            borrower_no=row.text("借阅人工号", 32, needed=True),
            mode=LoanMode.TAKE,
            purpose=row.text("事由", 200),
            state=LoanState.LENT if back is None else LoanState.RETURNED,
            came_from=FileState.SHELVED.value,
            due_on=due,
            first_due_on=due,
            lent_at=self._moment(lent),
            returned_at=self._moment(back) if back else None,
            condition=condition,
        )
        return row.read("档案编号", parse_file_number, needed=True) or "", loan

    def _moment(self, day: date) -> datetime:
        return datetime.combine(day, time(9), self._zone).astimezone(UTC)


def _count(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,3}", text) or int(text) > MOST_PAGES:
        raise ValueError(f"write a whole number from 1 to {MOST_PAGES}")
    return int(text)


def _allowed(name: str) -> str:
    check_material_name(name)
    return name
