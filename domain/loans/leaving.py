"""离职手续: whoever leaves loses their account at once, and has not finished leaving while a file is out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlmodel import Field, SQLModel

from domain.approvals.acts import lapse_request
from domain.approvals.requests import RequestKind
from domain.errors import Refused
from domain.events import LeavingFinished, LeavingOpened
from domain.loans.loans import Loan, LoanState
from domain.people import Employee, Role, require_known
from domain.personnel_files.files import FileState
from domain.personnel_files.moves import put_file

if TYPE_CHECKING:
    from domain.work import Work

MOST = 10_000


class Leaving(SQLModel):
    """Somebody's leaving, from the day the staff register said so until HR has closed the list."""

    staff_no: str = Field(primary_key=True, max_length=32)
    since: datetime
    finished_at: datetime | None = None
    finished_by: str = Field(default="", max_length=32)


class Leavings(Protocol):
    def add(self, leaving: Leaving) -> bool:
        """Note that somebody leaves; False where that is known and not finished."""
        ...

    def by_no(self, staff_no: str) -> Leaving | None: ...

    def lock(self, staff_no: str) -> Leaving | None: ...

    def save(self, leaving: Leaving) -> None: ...

    def unfinished(self, *, limit: int, offset: int = 0) -> list[Leaving]: ...


def begin_leaving(work: Work, staff_nos: Collection[str], now: datetime) -> None:
    """Open the list of everybody who has just left: their requests for files end, HR learns what is out.

    Whoever works here again is no longer leaving.
    """
    for leaving in work.leavings.unfinished(limit=MOST):
        person = work.people.by_no(leaving.staff_no)
        if person is not None and person.works_here:  # they came back, or it was a mistake
            leaving.finished_at = now
            work.leavings.save(leaving)
    for staff_no in sorted(staff_nos):
        if not work.leavings.add(Leaving(staff_no=staff_no, since=now)):
            continue
        for loan in work.loans.active_of_borrower(staff_no):
            request = work.requests.lock(loan.request_id or 0)
            if loan.state is not LoanState.LENT and request is not None and not request.state.closed:
                lapse_request(work, request, now)
            for renewal in work.requests.open_about({RequestKind.LOAN_RENEWAL}, loan.id or 0):
                lapse_request(work, renewal, now)
        work.events.append(LeavingOpened(staff_no))


def files_out(work: Work, staff_no: str) -> list[Loan]:
    """Give what a person has not brought back."""
    return [loan for loan in work.loans.active_of_borrower(staff_no) if loan.state is LoanState.LENT]


def finish_leaving(work: Work, actor: Employee, staff_no: str, now: datetime) -> None:
    """Close somebody's leaving and seal their files.

    Raises Refused: role_required, staff_unknown, leaving_unknown, still_works_here, files_still_out.
    """
    actor.require(Role.HR_MANAGER, Role.FILE_KEEPER)
    person = require_known(work.people, staff_no)
    leaving = work.leavings.lock(staff_no)
    if leaving is None or leaving.finished_at is not None:
        raise Refused("leaving_unknown", name=person.name)
    if person.works_here:
        raise Refused("still_works_here", name=person.name)
    if out := files_out(work, staff_no):
        raise Refused("files_still_out", name=person.name, numbers=[loan.number for loan in out])
    for file in work.files.of_subjects([staff_no]):
        if file.state is FileState.SHELVED and work.loans.active_of(file.id or 0) is None:
            put_file(work, file, FileState.SEALED, actor.staff_no, "", now)
    leaving.finished_at, leaving.finished_by = now, actor.staff_no
    work.leavings.save(leaving)
    work.audit.record(now, actor.staff_no, "leaving_finished", staff_no)
    work.events.append(LeavingFinished(staff_no, actor.staff_no))
