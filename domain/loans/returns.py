"""归还: the keeper checks the file against its catalogue, and the borrower says whether that is right.

The file is back the moment the keeper has checked it: whoever waits for it must not wait for the borrower's
word. What is not intact opens an incident, and so does a borrower who does not agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.attachments import keep_attachments
from domain.errors import Refused
from domain.events import LoanReturned, ReturnAnnounced, ReturnAnswered
from domain.loans.incidents import open_incident
from domain.loans.loans import Condition, Loan, LoanState, require_loan
from domain.loans.receiving import require_receiver
from domain.loans.renewals import drop_renewal
from domain.loans.waiting import tell_next
from domain.people import Employee
from domain.personnel_files.files import FileState, PersonnelFile, require_file
from domain.personnel_files.moves import put_file

if TYPE_CHECKING:
    from domain.work import Work

WORDS = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """What the keeper found of one material. material_id: as in the catalogue."""

    material_id: int
    condition: Condition
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReturnCheck:
    """What the keeper found. pages: counted; findings: materials that are not intact."""

    condition: Condition
    pages: int
    findings: tuple[Finding, ...] = ()
    note: str = ""
    photos: tuple[str, ...] = ()


def announce_return(work: Work, borrower: Employee, loan_id: int, now: datetime) -> Loan:
    """Let the keepers know that the file is being brought back. Raises Refused: loan_unknown, loan_state."""
    loan = require_loan(work, loan_id)
    if loan.borrower_no != borrower.staff_no:
        raise Refused("loan_unknown")
    if loan.state is not LoanState.LENT:
        raise Refused("loan_state", number=loan.number, state=loan.state)
    if loan.announced_at is None or (now - loan.announced_at).total_seconds() > 3600:
        loan.announced_at = now
        work.loans.save(loan)
        work.events.append(ReturnAnnounced(loan))
    return loan


def check_return(work: Work, keeper: Employee, loan_id: int, check: ReturnCheck, now: datetime) -> Loan:
    """Take a file back.

    Raises Refused: loan_unknown, loan_state, role_required, other_unit, own_file, relatives_file, own_loan,
    pages_out_of_range, pages_differ, pages_not_missing, finding_missing, material_unknown, file_lost.
    """
    loan = require_loan(work, loan_id)
    if loan.state is not LoanState.LENT:
        raise Refused("loan_state", number=loan.number, state=loan.state)
    file = require_file(work, loan.file_id)
    require_receiver(work, keeper, loan, file)
    _require_sense(work, loan, check)
    keep_attachments(work, check.photos)
    loan.state, loan.returned_at, loan.checked_by = LoanState.RETURNED, now, keeper.staff_no
    loan.condition, loan.pages_back = check.condition, check.pages
    loan.findings = [[f.material_id, f.condition.value, f.note[:WORDS]] for f in check.findings]
    loan.return_note = " ".join(check.note.split())[:WORDS]
    loan.photos = [*loan.photos, *check.photos]
    work.loans.save(loan)
    after = {"condition": check.condition.value, "pages": check.pages}
    work.audit.record(now, keeper.staff_no, "loan_returned", loan.number, after=after)
    put_file(work, file, _place_of(work, file, loan), keeper.staff_no, loan.number, now)
    drop_renewal(work, loan, now)
    work.events.append(LoanReturned(loan))
    if check.condition is not Condition.INTACT:
        open_incident(work, keeper, file, loan, check.condition, loan.return_note, now)
    tell_next(work, loan.file_id, now)
    return loan


def answer_return(work: Work, borrower: Employee, loan_id: int, objection: str, now: datetime) -> Loan:
    """The borrower confirms what the keeper found, or objects, which opens an incident.

    Raises Refused: loan_unknown, loan_state, return_answered.
    """
    loan = require_loan(work, loan_id)
    if loan.borrower_no != borrower.staff_no:
        raise Refused("loan_unknown")
    if loan.state is not LoanState.RETURNED or loan.condition is None:
        raise Refused("loan_state", number=loan.number, state=loan.state)
    if loan.accepted_at is not None or loan.disputed:
        raise Refused("return_answered", number=loan.number)
    objection = " ".join(objection.split())[:WORDS]
    if objection:
        loan.disputed = objection
        file = require_file(work, loan.file_id)
        open_incident(work, borrower, file, loan, loan.condition, objection, now)
    else:
        loan.accepted_at = now
    work.loans.save(loan)
    after = {"accepted": not objection}
    work.audit.record(now, borrower.staff_no, "return_answered", loan.number, after=after)
    work.events.append(ReturnAnswered(loan))
    return loan


def require_count(loan: Loan, condition: Condition, pages: int) -> None:
    """Make sure that a count fits a condition: what came back whole has the pages that went out.

    Raises Refused: pages_out_of_range, pages_differ, pages_not_missing.
    """
    if (condition is Condition.LOST) != (pages == 0):
        raise Refused("pages_out_of_range", most=loan.pages)
    if condition is Condition.INTACT and pages != loan.pages and loan.pages:
        raise Refused("pages_differ", lent=loan.pages, back=pages)
    if condition is Condition.PAGES_MISSING and loan.pages and pages >= loan.pages:
        raise Refused("pages_not_missing", lent=loan.pages, back=pages)


def _require_sense(work: Work, loan: Loan, check: ReturnCheck) -> None:
    """A file that came back wanting says what is wrong with it."""
    require_count(loan, check.condition, check.pages)
    if check.condition is not Condition.INTACT and not (check.findings or check.note.strip()):
        raise Refused("finding_missing")
    known = {material.id for material in work.files.catalogue(loan.file_id)}
    if any(finding.material_id not in known for finding in check.findings):
        raise Refused("material_unknown")


def _place_of(work: Work, file: PersonnelFile, loan: Loan) -> FileState:
    """Where a file goes that came back: what is not intact is looked at before anybody has it again.

    A file whose person has left meanwhile is sealed.
    """
    if loan.condition is Condition.LOST:
        return FileState.MISSING
    if loan.condition is not Condition.INTACT:
        return FileState.UNDER_INSPECTION
    subject = work.people.by_no(file.subject_no)
    if subject is None or not subject.works_here:
        return FileState.SEALED
    return FileState(loan.came_from) if loan.came_from else FileState.SHELVED
