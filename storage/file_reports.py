"""What lists about personnel files are made of; read beside the bot, in one snapshot."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.loans.loans import LoanState
from domain.personnel_files.materials import MaterialState
from storage.loans import LoanRow
from storage.people import DepartmentRow, StaffRow
from storage.personnel_files import FileRow, MaterialRow

Row = Any  # a SQLAlchemy row, read by column name

_files = FileRow.__table__  # type: ignore[attr-defined]
_materials = MaterialRow.__table__  # type: ignore[attr-defined]
_loans = LoanRow.__table__  # type: ignore[attr-defined]
_staff = StaffRow.__table__  # type: ignore[attr-defined]
_departments = DepartmentRow.__table__  # type: ignore[attr-defined]
_custodians = _departments.alias("custodians")
_borrowers = _staff.alias("borrowers")
_borrower_units = _departments.alias("borrower_units")


async def file_rows(connection: AsyncConnection) -> list[Row]:
    """Give every file with its person, its holder and what lies in it, by number."""
    held = (
        select(
            _materials.c.file_id,
            func.count().label("materials"),
            func.sum(_materials.c.pages * _materials.c.copies).label("pages"),
        )
        .where(_materials.c.state == MaterialState.FILED)
        .group_by(_materials.c.file_id)
        .subquery()
    )
    lent = _loans.c.state == LoanState.LENT
    query = (
        select(
            _files,
            _staff.c.name,
            _staff.c.state.label("staff_state"),
            _staff.c.hired_on,
            _departments.c.name.label("department"),
            _custodians.c.name.label("custodian"),
            _borrowers.c.name.label("holder"),
            _loans.c.due_on,
            _loans.c.number.label("loan_number"),
            func.coalesce(held.c.materials, 0).label("materials"),
            func.coalesce(held.c.pages, 0).label("pages"),
        )
        .outerjoin(_staff, _staff.c.staff_no == _files.c.subject_no)
        .outerjoin(_departments, _departments.c.number == _staff.c.department_no)
        .outerjoin(_custodians, _custodians.c.number == _files.c.custodian_no)
        .outerjoin(_loans, (_loans.c.file_id == _files.c.id) & lent)
        .outerjoin(_borrowers, _borrowers.c.staff_no == _loans.c.borrower_no)
        .outerjoin(held, held.c.file_id == _files.c.id)
        .order_by(_files.c.number)
    )
    return list((await connection.execute(query)).all())


async def files_numbered(connection: AsyncConnection, numbers: list[str]) -> list[Row]:
    """Give the files of these numbers with what stands on a label, in the order asked for."""
    query = (
        select(_files, _staff.c.name, _staff.c.hired_on, _departments.c.name.label("department"))
        .outerjoin(_staff, _staff.c.staff_no == _files.c.subject_no)
        .outerjoin(_departments, _departments.c.number == _staff.c.department_no)
        .where(_files.c.number.in_(numbers))
    )
    found = {row.number: row for row in (await connection.execute(query)).all()}
    return [found[number] for number in numbers if number in found]


async def loan_rows(connection: AsyncConnection) -> list[Row]:
    """Give every loan that took place, the newest first."""
    took_place = _loans.c.state.in_([LoanState.LENT, LoanState.RETURNED])
    query = (
        select(
            _loans,
            _files.c.number.label("file_number"),
            _files.c.secrecy,
            _staff.c.name.label("subject"),
            _borrowers.c.name.label("borrower"),
            _borrower_units.c.name.label("department"),
        )
        .join(_files, _files.c.id == _loans.c.file_id)
        .outerjoin(_staff, _staff.c.staff_no == _files.c.subject_no)
        .outerjoin(_borrowers, _borrowers.c.staff_no == _loans.c.borrower_no)
        .outerjoin(_borrower_units, _borrower_units.c.number == _borrowers.c.department_no)
        .where(took_place)
        .order_by(_loans.c.lent_at.desc(), _loans.c.id.desc())
    )
    return list((await connection.execute(query)).all())


async def counts_by_department(connection: AsyncConnection) -> list[Row]:
    """Give how many files there are of each department, kind and state."""
    name = case((_departments.c.name.is_(None), ""), else_=_departments.c.name).label("department")
    query = (
        select(name, _files.c.kind, _files.c.secrecy, _files.c.state, func.count().label("count"))
        .outerjoin(_staff, _staff.c.staff_no == _files.c.subject_no)
        .outerjoin(_departments, _departments.c.number == _staff.c.department_no)
        .group_by(name, _files.c.kind, _files.c.secrecy, _files.c.state)
        .order_by(name)
    )
    return list((await connection.execute(query)).all())
