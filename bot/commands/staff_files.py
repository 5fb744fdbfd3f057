"""The staff register and the departments from CSV files: read, checked as a whole, and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.commands.csv_files import BadCell, Row, one_of, parse_day, read_rows
from domain.people import Department, Employee, Role, StaffRecord, StaffState
from domain.phones import parse_phone
from storage.unit_of_work import SqlWork

DEPARTMENT_COLUMNS = ("部门编号", "部门名称", "上级部门编号", "负责人工号", "设立日期")
STAFF_COLUMNS = (
    *("工号", "姓名", "部门编号", "岗位", "直属上级工号", "角色", "手机", "入职日期", "试用期满"),
    *("合同到期", "状态"),
)
Change = tuple[str, Mapping[str, Any], Mapping[str, Any]]  # subject, before, after
STATES = {"在职": StaffState.ACTIVE, "试用": StaffState.PROBATION, "离职": StaffState.LEFT}


@dataclass(frozen=True, slots=True)
class Tally:
    """What an import does to a register."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


class StaffFile:
    """Departments and staff as files have them. known: what the register has already."""

    def __init__(self, staff: Path, departments: Path | None) -> None:
        self._rows = read_rows(staff, STAFF_COLUMNS)
        self._department_rows = read_rows(departments, DEPARTMENT_COLUMNS) if departments else []
        self.records = [_record(row) for row in self._rows]
        self.departments = [_department(row) for row in self._department_rows]

    @property
    def rows(self) -> int:
        return len(self._rows) + len(self._department_rows)

    def check(self, known: Mapping[str, StaffRecord], departments: Mapping[str, Department]) -> list[BadCell]:
        """Check every row by itself and against the others and the register."""
        unique(self._rows, "工号")
        unique(self._department_rows, "部门编号")
        units = {**departments, **{unit.number: unit for unit in self.departments}}
        staff = {**known, **{record.employee.staff_no: record for record in self.records}}
        superiors = {staff_no: record.employee.superior_no for staff_no, record in staff.items()}
        parents = {number: unit.parent_number for number, unit in units.items()}
        for row, unit in zip(self._department_rows, self.departments, strict=True):
            _linked(row, "上级部门编号", unit.number, parents)
            if unit.head_no and unit.head_no not in staff:
                row.bad("负责人工号", f"nobody has the staff number {unit.head_no}")
        for row, record in zip(self._rows, self.records, strict=True):
            if (number := record.employee.department_no) and number not in units:
                row.bad("部门编号", f"there is no department {number}")
            _linked(row, "直属上级工号", record.employee.staff_no, superiors)
        return [fault for row in (*self._department_rows, *self._rows) for fault in row.faults]

    def write(self, work: SqlWork, now: datetime) -> Tally:
        """Write what differs from the register, an audit entry for each."""
        units, staff = work.people.departments(), work.people.register()
        told: list[Change] = []
        for unit in self.departments:
            if changed := changed_fields(units.get(unit.number), unit):
                work.people.put_department(unit)
                told.append(_told(f"department:{unit.number}", unit.number in units, changed))
        for record in self.records:
            number = record.employee.staff_no
            if changed := changed_fields(staff.get(number), record):
                work.people.put_staff(record)
                told.append(_told(number, number in staff, changed))
        work.audit.record_all(now, "", "staff_imported", told)
        new = sum(not before for _, before, _ in told)
        return Tally(new, len(told) - new, self.rows - len(told))


def changed_fields(known: Any, wanted: Any) -> list[str]:
    """Name the fields in which a dataclass differs from what is known; all of them where nothing is."""
    changed: list[str] = []
    for each in fields(wanted):
        mine, theirs = getattr(wanted, each.name), getattr(known, each.name, None)
        if isinstance(mine, Employee):
            changed += changed_fields(theirs, mine)
        elif each.name != "department" and (known is None or mine != theirs):
            changed.append(each.name)
    return changed


def _told(subject: str, known: bool, changed: Iterable[str]) -> Change:
    return subject, {"known": True} if known else {}, {"columns": sorted(changed)}


def _record(row: Row) -> StaffRecord:
    employee = Employee(
        row.text("工号", 32, needed=True),
        row.text("姓名", 60, needed=True),
        row.text("部门编号", 32, needed=True),
        "",
        row.text("岗位", 60),
        row.text("直属上级工号", 32),
        row.read("状态", one_of(STATES), needed=True) or StaffState.LEFT,
        row.read("角色", _roles) or frozenset({Role.EMPLOYEE}),
    )
    phone = row.read("手机", parse_phone)
    hired, probation, contract = (row.read(c, parse_day) for c in ("入职日期", "试用期满", "合同到期"))
    for column, end in (("试用期满", probation), ("合同到期", contract)):
        if hired and end and end < hired:
            row.bad(column, f"{end} lies before the first day, {hired}")
    return StaffRecord(employee, phone.e164 if phone else "", hired, probation, contract)


def _roles(text: str) -> frozenset[Role]:
    names = [name.strip() for name in text.replace("；", ";").split(";") if name.strip()]
    if unknown := [name for name in names if name not in set(Role)]:
        raise ValueError(f"unknown role {', '.join(unknown)}; roles are {', '.join(Role)}")
    return frozenset({Role.EMPLOYEE, *(Role(name) for name in names)})


def _department(row: Row) -> Department:
    return Department(
        row.text("部门编号", 32, needed=True),
        row.text("部门名称", 100, needed=True),
        row.text("上级部门编号", 32),
        row.text("负责人工号", 32),
        row.read("设立日期", parse_day),
    )


def unique(rows: list[Row], column: str) -> None:
    """Note every value that stood in the column before."""
    first: dict[str, int] = {}
    for row in rows:
        if (value := row.cells[column]) and (line := first.setdefault(value, row.line)) != row.line:
            row.bad(column, f"{value} stands in line {line} already")


def _linked(row: Row, column: str, number: str, above: Mapping[str, str]) -> None:
    """Note a superior that is unknown, or from whom the way up leads back."""
    way = [number]
    while (upper := above.get(way[-1], "")) and upper not in way:
        way.append(upper)
    if len(way) == 1 and upper != number:
        return
    if way[1:2] and way[1] not in above:
        row.bad(column, f"{way[1]} is unknown")
    elif upper == number:
        row.bad(column, f"goes round in a circle: {' → '.join([*way, number])}")
