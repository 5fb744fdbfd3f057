"""交接: keeper and borrower each count the pages on their own phone; the file goes out once they agree."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from domain.approvals.acts import record_outcome, return_moved
from domain.approvals.requests import RequestState, Step, StepState
from domain.approvals.rounds import entitled
from domain.approvals.routes import Act
from domain.approvals.taking import StepRef, take_step
from domain.attachments import keep_attachments
from domain.errors import Refused
from domain.events import HandoverCounted, LoanLent
from domain.loans.loans import Loan, LoanState, loan_of, require_loan
from domain.loans.requesting import send_loan_back
from domain.people import Employee, require_known
from domain.personnel_files.files import PersonnelFile, require_file, require_no_kin
from domain.personnel_files.materials import MOST_PAGES, MaterialState

if TYPE_CHECKING:
    from domain.work import Work


def count_as_keeper(
    work: Work, keeper: Employee, at: StepRef, pages: int, now: datetime, photos: Collection[str] = ()
) -> Loan:
    """Confirm the handover as the keeper whose step it is.

    Raises Refused: as take_step does, and not_yet_approved, pages_out_of_range, file_not_lendable,
    relatives_file.
    """
    taken = take_step(work, keeper, at, now)
    if taken.step.act is not Act.EXECUTE:
        raise Refused("not_yet_approved", number=taken.request.number)
    loan = loan_of(work, taken.request)
    if return_moved(work, taken.request, now):
        send_loan_back(work, loan)
        return loan
    require_no_kin(work, keeper, _require_fit(work, loan, pages))
    _keep_photos(work, loan, photos)
    if loan.borrower_at is not None and loan.pages != pages:
        loan.borrower_at = None  # the borrower is asked to count again
    loan.keeper_no, loan.keeper_at, loan.pages = keeper.staff_no, now, pages
    _counted(work, loan, keeper, taken.step, now)
    return loan


def count_as_borrower(
    work: Work, borrower: Employee, loan_id: int, pages: int, now: datetime, photos: Collection[str] = ()
) -> Loan:
    """Confirm the handover as the borrower; a keeper who may no longer act must be followed by another.

    Raises Refused: loan_unknown, loan_state, pages_out_of_range, file_not_lendable.
    """
    seen = work.loans.by_id(loan_id)
    if seen is None or seen.borrower_no != borrower.staff_no:
        raise Refused("loan_unknown")
    request = work.requests.lock(seen.request_id or 0)  # before the loan, as the keeper's tap does
    loan, step = require_loan(work, loan_id), step_of(work, seen)
    if loan.state is not LoanState.APPROVED or request is None or step is None:
        raise Refused("loan_state", number=loan.number, state=loan.state)
    if return_moved(work, request, now):
        send_loan_back(work, loan)
        return loan
    _require_fit(work, loan, pages)
    _keep_photos(work, loan, photos)
    if loan.keeper_no and not entitled(work, request, step, loan.keeper_no):
        loan.keeper_no, loan.keeper_at = "", None
    if loan.keeper_at is not None and loan.pages != pages:
        loan.keeper_no, loan.keeper_at = "", None
    loan.borrower_at, loan.pages = now, pages
    _counted(work, loan, borrower, step, now)
    return loan


def step_of(work: Work, loan: Loan) -> Step | None:
    """Give the open step at which a loan is handed over."""
    request = work.requests.by_id(loan.request_id or 0)
    if request is None or request.state is not RequestState.APPROVED:
        return None
    steps = work.requests.steps(request.id or 0, request.version)
    return next((s for s in steps if s.act is Act.EXECUTE and s.state is StepState.OPEN), None)


def expected_pages(work: Work, loan: Loan) -> int:
    """Give how many pages the catalogue has for what was asked for."""
    counts = work.files.counts(loan.file_id)
    if not loan.parts:
        return counts.pages
    wanted = set(loan.parts)
    return sum(
        material.pages * material.copies
        for material in work.files.catalogue(loan.file_id)
        if material.state is MaterialState.FILED and {material.letter.value, material.label} & wanted
    )


def _counted(work: Work, loan: Loan, actor: Employee, step: Step, now: datetime) -> None:
    """Write down one side's count; with the other's, the step is carried out and the file is lent."""
    work.loans.save(loan)
    work.audit.record(now, actor.staff_no, "handover_counted", loan.number, after={"pages": loan.pages})
    if loan.keeper_at is None or loan.borrower_at is None:
        work.events.append(HandoverCounted(loan, step, actor.staff_no))
        return
    keeper = require_known(work.people, loan.keeper_no)
    at = StepRef(step.request_id, step.version, step.position)
    request = record_outcome(work, keeper, at, str(loan.pages), now)
    if request.state is RequestState.DONE:
        work.events.append(LoanLent(loan))
    else:
        send_loan_back(work, loan)


def _require_fit(work: Work, loan: Loan, pages: int) -> PersonnelFile:
    if not 1 <= pages <= MOST_PAGES:
        raise Refused("pages_out_of_range", most=MOST_PAGES)
    file = require_file(work, loan.file_id)
    if not file.state.here:
        raise Refused("file_not_lendable", number=file.number, state=file.state)
    return file


def _keep_photos(work: Work, loan: Loan, photos: Collection[str]) -> None:
    keep_attachments(work, photos)
    loan.photos = [*loan.photos, *photos]
