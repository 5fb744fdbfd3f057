"""借档案: asking for a file, and what each turn of the request means for the loan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.approvals.acts import Filing, resubmit_request, submit_request
from domain.approvals.conditions import facts_named
from domain.approvals.delegations import today_of
from domain.approvals.requests import Request, RequestKind, RequestState
from domain.approvals.weights import Weight
from domain.errors import Refused
from domain.events import LoanApproved, LoanEnded, LoanSentBack
from domain.loans.loans import Loan, LoanMode, LoanState, LoanTerms, loan_of
from domain.loans.receiving import receivers_of
from domain.loans.waiting import tell_next
from domain.people import Employee
from domain.personnel_files.access import PURPOSE_LENGTH, Look, may_read_inside, note_look
from domain.personnel_files.files import FileState, PersonnelFile, Secrecy, require_file, require_no_kin
from domain.personnel_files.moves import put_file

if TYPE_CHECKING:
    from domain.work import Work

PART = re.compile(r"[a-f](?:[1-9]\d{0,3})?")
SECRECY_WORDS = {Secrecy.ORDINARY: "普通", Secrecy.SECRET: "机密"}  # as routes name them
LOAN, READING = "借阅", "内部查阅"


def propose_loan(
    work: Work, borrower: Employee, draft_id: str, terms: LoanTerms, content: dict[str, Any], now: datetime
) -> Request:
    """Send a loan for approval; a draft filed before gives its request again.

    Raises Refused: file_unknown, own_file, relatives_file, file_taken, file_not_lendable, unsealing_reason,
    secret_unapproved, nobody_receives, date_too_early, loan_too_long, part_unknown.
    """
    if (known := work.requests.by_draft(draft_id)) is not None:
        return known
    file = check_loan(work, borrower, terms, now)
    filing = Filing(RequestKind.FILE_LOAN, draft_id, title_of(work, file), content, file.id)
    request = submit_request(work, borrower, filing, now)
    work.loans.leave_waiting_list(file.id or 0, borrower.staff_no)
    work.loans.add(
        Loan(
            request_id=request.id,
            number=request.number,
            borrower_no=borrower.staff_no,
            first_due_on=terms.due_on,
            **_columns(terms),
        )
    )
    _note_look(work, borrower, request, terms, now)
    return request


def repropose_loan(
    work: Work,
    borrower: Employee,
    request_id: int,
    version: int,
    terms: LoanTerms,
    content: dict[str, Any],
    now: datetime,
) -> Request:
    """Send a returned loan round again.

    How its file stands is part of the content: one that was sealed meanwhile brings the reason for unsealing.
    """
    file = check_loan(work, borrower, terms, now, apart_from=request_id)
    asked = work.requests.by_id(request_id)
    same = asked is not None and asked.content["file"][0] == content["file"][0]
    besides = ("unsealing", "file") if same else ("unsealing",)
    request = resubmit_request(work, borrower, request_id, version, content, now, besides=besides)
    loan = loan_of(work, request)
    former = loan.file_id
    for name, value in _columns(terms).items():
        setattr(loan, name, value)
    loan.first_due_on, loan.state = terms.due_on, LoanState.PENDING
    forget_counts(loan)
    work.loans.save(loan)
    if former != file.id:
        request.subject_id, request.title = file.id, title_of(work, file)
        work.requests.save(request)
        tell_next(work, former, now)
        _note_look(work, borrower, request, terms, now)
    return request


def _note_look(work: Work, borrower: Employee, request: Request, terms: LoanTerms, now: datetime) -> None:
    """Note that a borrower has looked a file up, and what for."""
    purpose = f"{request.number} {terms.told or terms.purpose}"[:PURPOSE_LENGTH]
    note_look(work, borrower, terms.file_id, Look.LOAN, purpose, now)


def check_loan(
    work: Work, borrower: Employee, terms: LoanTerms, now: datetime, *, apart_from: int = 0
) -> PersonnelFile:
    """Check a loan against register and policy, the file locked; give the file."""
    file = require_file(work, terms.file_id)
    require_lendable(work, borrower, file, apart_from=apart_from)
    if file.state is FileState.SEALED and not terms.unsealing.strip():
        raise Refused("unsealing_reason", number=file.number)
    if any(not PART.fullmatch(part) for part in terms.parts):
        raise Refused("part_unknown")
    today = today_of(work, now)
    if terms.due_on < today:
        raise Refused("date_too_early", day=terms.due_on, first=today)
    check_due(work, file, (terms.due_on - today).days, now)
    return file


def require_lendable(work: Work, borrower: Employee, file: PersonnelFile, *, apart_from: int = 0) -> None:
    """Make sure that a file can be lent to somebody at all.

    Raises Refused: own_file, relatives_file, file_taken, file_not_lendable, secret_unapproved,
    nobody_receives.
    """
    require_no_kin(work, borrower, file)
    active = work.loans.active_of(file.id or 0)
    if active is not None and (not apart_from or active.request_id != apart_from):
        mine = active.borrower_no == borrower.staff_no
        raise Refused("file_taken_by_you" if mine else "file_taken", number=file.number)
    if not file.state.here:
        raise Refused("file_not_lendable", number=file.number, state=file.state)
    if file.secrecy is Secrecy.SECRET and not _secret_is_approved(work):
        raise Refused("secret_unapproved", number=file.number)
    if not receivers_of(work, borrower.staff_no, file):
        raise Refused("nobody_receives", number=file.number)


def check_due(work: Work, file: PersonnelFile, days: int, now: datetime) -> None:
    """Raise Refused("loan_too_long") beyond the longest loan, counted from today."""
    longest = work.rules.files.longest(file)
    if days > longest:
        last = today_of(work, now) + timedelta(days=longest)
        raise Refused("loan_too_long", days=longest, last=last, number=file.number)


def title_of(work: Work, file: PersonnelFile) -> str:
    """What a request about a file is called: name and number, and no more."""
    subject = work.people.by_no(file.subject_no)
    return f"{subject.name if subject else file.subject_no} {file.number}"


def forget_counts(loan: Loan) -> None:
    """Let both sides confirm the handover anew."""
    loan.keeper_no, loan.keeper_at, loan.borrower_at, loan.pages = "", None, None, 0


def send_loan_back(work: Work, loan: Loan) -> None:
    """Take back that a file may be fetched, where its request went back by itself."""
    loan.state, loan.collect_by = LoanState.PENDING, None
    forget_counts(loan)
    work.loans.save(loan)
    work.events.append(LoanSentBack(loan))


class LoanConsequence:
    """What the request of a loan means for the loan and its file."""

    def weigh(self, work: Work, applicant: Employee, content: Mapping[str, Any]) -> Weight:
        file = work.files.by_id(int(content["file"][0]))
        if file is None:
            raise Refused("file_unknown")
        inside = content.get("mode") == LoanMode.READ and may_read_inside(work, applicant, file)
        return Weight(
            {
                "secrecy": SECRECY_WORDS[file.secrecy],
                "department": applicant.department_no,
                "access": READING if inside else LOAN,
                "custodian": file.custodian_no,
                "subject": file.subject_no,
                "kin": ",".join(sorted(work.files.relatives(file.subject_no))),
            },
            file.secrecy is Secrecy.ORDINARY and file.state is FileState.SHELVED,
        )

    def moved(self, work: Work, request: Request) -> list[str]:
        """The file may have gone elsewhere, become secret or a relative's since it was asked for."""
        file = require_file(work, loan_of(work, request).file_id)
        if not file.state.here or file.subject_no in work.files.relatives(request.applicant_no):
            return ["file"]
        secrecy = SECRECY_WORDS[file.secrecy]
        return [] if request.facts.get("secrecy", secrecy) == secrecy else ["file", "due"]

    def check_offer(self, work: Work, request: Request, offer: Mapping[str, Any]) -> None:
        raise Refused("offer_same")  # nothing of a loan is bargained about

    def amended(self, work: Work, request: Request, now: datetime) -> None:
        """Never called: no counter-offer is taken."""

    def approved(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        loan = loan_of(work, request)
        loan.state = LoanState.APPROVED
        loan.collect_by = today_of(work, now) + timedelta(days=work.rules.files.collect_days)
        work.loans.save(loan)
        work.events.append(LoanApproved(loan, request))

    def done(self, work: Work, request: Request, actor: Employee, outcome: str, now: datetime) -> None:
        """The file goes out once both sides have counted the same; see handovers."""
        loan = loan_of(work, request)
        if loan.keeper_at is None or loan.borrower_at is None:
            raise Refused("handover_unconfirmed", number=request.number)
        file = require_file(work, loan.file_id)
        loan.state, loan.lent_at, loan.came_from = LoanState.LENT, now, file.state.value
        work.loans.save(loan)
        put_file(work, file, FileState.ON_LOAN, loan.keeper_no, loan.number, now)

    def refused(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        loan = loan_of(work, request)
        loan.state = LoanState.LAPSED if request.state is RequestState.LAPSED else LoanState.DROPPED
        work.loans.save(loan)
        work.events.append(LoanEnded(loan))
        _seal_late(work, require_file(work, loan.file_id), now)
        tell_next(work, loan.file_id, now)


def _seal_late(work: Work, file: PersonnelFile, now: datetime) -> None:
    """Seal a file that was wanted when its person's leaving was finished."""
    leaving = work.leavings.lock(file.subject_no)
    if file.state is FileState.SHELVED and leaving is not None and leaving.finished_by:
        subject = work.people.by_no(file.subject_no)
        if subject is None or not subject.works_here:
            put_file(work, file, FileState.SEALED, leaving.finished_by, "", now)


def _secret_is_approved(work: Work) -> bool:
    """Whether the route asks somebody besides because a file is 机密."""
    rules = work.rules.routes[RequestKind.FILE_LOAN].steps
    return any("secrecy" in facts_named(rule.when) for rule in rules)


def _columns(terms: LoanTerms) -> dict[str, Any]:
    return {
        "file_id": terms.file_id,
        "mode": terms.mode,
        "parts": list(terms.parts),
        "purpose": terms.purpose,
        "due_on": terms.due_on,
    }
