"""The waiting list of a file: who asked while it was out is told when it is back, one after the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.errors import Refused
from domain.events import FileFree
from domain.loans.loans import WaitingEntry
from domain.people import Employee
from domain.personnel_files.files import FileState, PersonnelFile, require_file, require_no_kin

if TYPE_CHECKING:
    from domain.work import Work

GONE = {FileState.TRANSFERRED_OUT, FileState.DESTROYED}  # nobody need wait for what does not come back


def wait_for_file(work: Work, actor: Employee, file_id: int, now: datetime) -> int:
    """Join the waiting list; give the place, counted from 1.

    Raises Refused: file_unknown, own_file, relatives_file, file_not_lendable, file_free, waiting_already.
    """
    file = require_file(work, file_id)
    require_no_kin(work, actor, file)
    if file.state in GONE:
        raise Refused("file_not_lendable", number=file.number, state=file.state)
    active = work.loans.active_of(file_id)
    if active is None and file.state.here:
        raise Refused("file_free", number=file.number)
    if active is not None and active.borrower_no == actor.staff_no:
        raise Refused("file_taken_by_you", number=file.number)
    entry = WaitingEntry(file_id=file_id, staff_no=actor.staff_no, since=now)
    if not work.loans.put_on_waiting_list(entry):
        raise Refused("waiting_already", number=file.number)
    return len(work.loans.waiting(file_id))


def stop_waiting(work: Work, actor: Employee, file_id: int) -> PersonnelFile:
    """Leave the waiting list of a file one needs no more. Raises Refused: file_unknown, not_waiting."""
    file = require_file(work, file_id)
    if not work.loans.leave_waiting_list(file_id, actor.staff_no):
        raise Refused("not_waiting", number=file.number)
    return file


def place_of(work: Work, actor: Employee, file_id: int) -> int:
    """Give somebody's place on the waiting list, counted from 1; 0 where they are not on it."""
    waiting = [entry.staff_no for entry in work.loans.waiting(file_id)]
    return waiting.index(actor.staff_no) + 1 if actor.staff_no in waiting else 0


def tell_next(work: Work, file_id: int, now: datetime) -> None:
    """Tell the first who waits, once the file can be had; who left or cannot be reached is passed over.

    Being told reserves nothing: the file goes to whoever asks, and a dead account holds nobody up.
    """
    file = work.files.by_id(file_id)
    if file is None or not file.state.here or work.loans.active_of(file_id) is not None:
        return
    for entry in work.loans.waiting(file_id):
        person = work.people.by_no(entry.staff_no)
        entry.told_at = now
        work.loans.save_waiting(entry)
        if person is not None and person.works_here and work.people.accounts([person.staff_no]):
            work.events.append(FileFree(file, person.staff_no))
            return


def pass_on(work: Work, now: datetime) -> None:
    """Tell the next of each file that is still free after who was told had as long as to fetch one."""
    since = now - timedelta(days=work.rules.files.collect_days)
    for file_id in work.loans.still_waited_for(since):
        tell_next(work, file_id, now)
