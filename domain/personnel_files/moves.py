"""Where a file goes: the moves between its states, who may make them, and the row that each leaves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Field, SQLModel

from domain.approvals.delegations import today_of
from domain.errors import Refused
from domain.events import FileMoved
from domain.loans.waiting import tell_next
from domain.people import Employee, Role
from domain.personnel_files.files import FileState, PersonnelFile, require_file, require_keeper

if TYPE_CHECKING:
    from domain.work import Work

S = FileState
NOTE_LENGTH = 200

# By hand. A loan moves its file by itself; what a file is lent from is where it goes back to.
ALLOWED: dict[FileState, tuple[FileState, ...]] = {
    S.BUILDING: (S.SHELVED,),
    S.SHELVED: (S.UNDER_INSPECTION, S.IN_TRANSFER, S.SEALED, S.MISSING),
    S.UNDER_INSPECTION: (S.SHELVED, S.SEALED, S.MISSING),
    S.IN_TRANSFER: (S.TRANSFERRED_OUT, S.SHELVED, S.MISSING),
    S.TRANSFERRED_OUT: (S.SHELVED,),
    S.SEALED: (S.SHELVED, S.UNDER_INSPECTION, S.IN_TRANSFER, S.DESTRUCTION_PENDING, S.MISSING),
    S.DESTRUCTION_PENDING: (S.DESTROYED, S.SEALED),
    S.MISSING: (S.UNDER_INSPECTION, S.WRITTEN_OFF),
    S.WRITTEN_OFF: (S.UNDER_INSPECTION,),  # it turned up after all
    S.ON_LOAN: (),
    S.DESTROYED: (),
}
BY_MANAGER = {S.DESTROYED, S.WRITTEN_OFF}  # the HR manager's alone, and never whoever proposed it
NEEDS_REASON = BY_MANAGER | {S.IN_TRANSFER, S.TRANSFERRED_OUT, S.DESTRUCTION_PENDING, S.MISSING}


class FileMove(SQLModel):
    """One move of a file; rows are only added."""

    id: int | None = Field(default=None, primary_key=True)
    file_id: int
    before: FileState
    after: FileState
    at: datetime
    by_no: str = Field(default="", max_length=32)
    note: str = Field(default="", max_length=NOTE_LENGTH)


def may_move(work: Work, actor: Employee, file: PersonnelFile) -> tuple[FileState, ...]:
    """Give where somebody may move a file now."""
    try:
        require_keeper(work, actor, file)
    except Refused:
        return ()
    left = _subject_left(work, file)
    return tuple(
        state
        for state in ALLOWED[file.state]
        if (state not in BY_MANAGER or actor.holds(Role.HR_MANAGER))
        and (state is not S.SEALED or left or file.state is S.DESTRUCTION_PENDING)
        and (state is not S.DESTRUCTION_PENDING or left)
    )


def move_file(
    work: Work, actor: Employee, file_id: int, before: FileState, after: FileState, note: str, now: datetime
) -> PersonnelFile:
    """Move a file by hand. before: the state that the person saw.

    Raises Refused: file_unknown, role_required, other_unit, own_file, relatives_file, file_state_changed,
    file_move, subject_works_here, move_same_person, reason_required, incident_open.
    """
    file = require_file(work, file_id)
    require_keeper(work, actor, file)
    if file.state is not before:
        raise Refused("file_state_changed", number=file.number, state=file.state)
    if after not in ALLOWED[before]:
        raise Refused("file_move", number=file.number, state=file.state)
    if after in BY_MANAGER:
        actor.require(Role.HR_MANAGER)
        if (last := work.files.moves(file_id, limit=1)) and last[0].by_no == actor.staff_no:
            raise Refused("move_same_person")
    ending = {S.SEALED, S.DESTRUCTION_PENDING, S.DESTROYED}
    if after in ending and not _subject_left(work, file):
        raise Refused("subject_works_here", number=file.number)
    if after.here and work.incidents.open_about(file_id):
        raise Refused("incident_open", number=file.number)
    if work.loans.active_of(file_id) is not None:
        raise Refused("file_wanted", number=file.number)
    note = " ".join(note.split())[:NOTE_LENGTH]
    if after in NEEDS_REASON and not note:
        raise Refused("reason_required")
    put_file(work, file, after, actor.staff_no, note, now)
    tell_next(work, file_id, now)
    return file


def put_file(work: Work, file: PersonnelFile, after: FileState, by_no: str, note: str, now: datetime) -> None:
    """Write a move down and tell of it; callers have checked that it may be made."""
    before, file.state, file.note = file.state, after, note
    if after is S.SHELVED and file.shelved_on is None:
        file.shelved_on = today_of(work, now)
    work.files.save(file)
    work.files.add_move(
        FileMove(file_id=file.id or 0, before=before, after=after, at=now, by_no=by_no, note=note)
    )
    work.audit.record(
        now,
        by_no,
        "file_moved",
        f"file:{file.number}",
        before={"state": before.value},
        after={"state": after.value, "note": note},
    )
    work.events.append(FileMoved(file, before, by_no))


def _subject_left(work: Work, file: PersonnelFile) -> bool:
    subject = work.people.by_no(file.subject_no)
    return subject is None or not subject.works_here
