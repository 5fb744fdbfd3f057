"""建档: a file is opened on the day its person arrives, one a person and kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from domain.approvals.delegations import today_of
from domain.errors import Refused
from domain.events import FileOpened
from domain.people import Employee, Role, require_known
from domain.personnel_files.access import Look, note_look
from domain.personnel_files.files import (
    CopyKind,
    FileKind,
    PersonnelFile,
    Secrecy,
    file_number,
    require_no_kin_of,
)

if TYPE_CHECKING:
    from domain.work import Work

OPENING = "建档"  # the purpose that whoever opens a file has that day


@dataclass(frozen=True, slots=True)
class FileFacts:
    subject_no: str
    kind: FileKind
    copy_kind: CopyKind = CopyKind.ORIGINAL
    secrecy: Secrecy = Secrecy.ORDINARY
    custodian_no: str = ""
    cabinet: str = ""
    opened_on: date | None = None


def check_opening(work: Work, keeper: Employee, facts: FileFacts) -> Employee:
    """Make sure that a file of this kind may be opened by this keeper; give its person.

    Raises Refused: role_required, staff_unknown, staff_left, own_file, relatives_file, file_exists.
    """
    keeper.require(Role.FILE_KEEPER, Role.HR_MANAGER)
    subject = require_known(work.people, facts.subject_no)
    if not subject.works_here:
        raise Refused("staff_left", name=subject.name)
    require_no_kin_of(work, keeper, subject.staff_no, "")
    number = file_number(work, facts.subject_no, facts.kind, facts.copy_kind)
    if (known := work.files.by_number(number)) is not None:
        raise Refused("file_exists", number=number, state=known.state)
    return subject


def open_file(work: Work, keeper: Employee, facts: FileFacts, now: datetime) -> PersonnelFile:
    """Open a file under the number that follows from the person's staff number.

    Raises Refused: as check_opening does, and unit_unknown, date_too_late.
    """
    subject = check_opening(work, keeper, facts)
    unit = work.people.department(facts.custodian_no or keeper.department_no)
    if unit is None:
        raise Refused("unit_unknown")
    today = today_of(work, now)
    if facts.opened_on is not None and facts.opened_on > today:
        raise Refused("date_too_late", day=facts.opened_on, last=today)
    opened = PersonnelFile(
        number=file_number(work, facts.subject_no, facts.kind, facts.copy_kind),
        subject_no=subject.staff_no,
        kind=facts.kind,
        copy_kind=facts.copy_kind,
        secrecy=facts.secrecy,
        custodian_no=unit.number,
        cabinet=facts.cabinet,
        opened_on=facts.opened_on or today,
    )
    file = work.files.add(opened)
    work.audit.record(
        now,
        keeper.staff_no,
        "file_opened",
        f"file:{file.number}",
        after={"kind": file.kind.value, "copy": file.copy_kind.value, "secrecy": file.secrecy.value},
    )
    note_look(work, keeper, file.id, Look.RECORD, OPENING, now)
    work.events.append(FileOpened(file, keeper.staff_no))
    return file
