"""续借: one tap asks HR for more days, by a request of its own that waits and is delegated like any."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.approvals.acts import Filing, lapse_request, resubmit_request, submit_request
from domain.approvals.delegations import today_of
from domain.approvals.requests import Request, RequestKind
from domain.approvals.weights import Weight
from domain.errors import Refused
from domain.events import LoanDueChanged, RenewalMoved
from domain.loans.loans import Loan, LoanState, require_loan
from domain.loans.requesting import SECRECY_WORDS, title_of
from domain.people import Employee, Role
from domain.personnel_files.files import require_file, require_no_kin

if TYPE_CHECKING:
    from domain.work import Work


def renew_loan(
    work: Work, borrower: Employee, loan_id: int, due_on: date | None, reason: str, now: datetime
) -> Request:
    """Ask for another due date, as many days later as policy gives where none is named.

    A second tap gives the request that was made by the first.
    Raises Refused: loan_unknown, loan_state, renewals_used, renewal_too_long, renewal_not_later.
    """
    loan = require_loan(work, loan_id)
    if loan.borrower_no != borrower.staff_no:
        raise Refused("loan_unknown")
    if (asked := renewal_of(work, loan)) is not None:
        return asked
    due = due_on or later_due(work, loan, now)
    check_renewal(work, loan, due, now)
    file = require_file(work, loan.file_id)
    content = {"loan": [str(loan.id), loan.number], "due": due.isoformat(), "base": loan.due_on.isoformat()}
    if reason.strip():
        content["reason"] = reason.strip()
    draft_id = f"xj{loan.id}-{now:%y%m%d%H%M%S%f}"
    filing = Filing(RequestKind.LOAN_RENEWAL, draft_id, title_of(work, file), content, loan.id)
    request = submit_request(work, borrower, filing, now)
    work.events.append(RenewalMoved(loan))
    return request


def renew_again(
    work: Work,
    borrower: Employee,
    request_id: int,
    version: int,
    content: dict[str, Any],
    now: datetime,
) -> Request:
    """Send a returned renewal round again."""
    request = work.requests.by_id(request_id)
    loan = require_loan(work, request.subject_id or 0 if request else 0)
    check_renewal(work, loan, date.fromisoformat(content["due"]), now)
    content = {**content, "base": loan.due_on.isoformat()}
    return resubmit_request(work, borrower, request_id, version, content, now, besides=("base", "loan"))


def check_renewal(work: Work, loan: Loan, due: date, now: datetime) -> None:
    rules = work.rules.files
    if loan.state is not LoanState.LENT:
        raise Refused("loan_state", number=loan.number, state=loan.state)
    if loan.extended >= rules.renewals:
        raise Refused("renewals_used", number=loan.number, times=rules.renewals)
    if due <= loan.due_on:
        raise Refused("renewal_not_later", due=loan.due_on)
    last = max(loan.due_on, today_of(work, now)) + timedelta(days=rules.renewal_days)
    if due > last:
        raise Refused("renewal_too_long", days=rules.renewal_days, last=last)


def later_due(work: Work, loan: Loan, now: datetime) -> date:
    """Give the due date that one tap asks for; an overdue loan is counted from today."""
    return max(loan.due_on, today_of(work, now)) + timedelta(days=work.rules.files.renewal_days)


def renewal_of(work: Work, loan: Loan) -> Request | None:
    """Give the renewal of a loan that is under way."""
    found = work.requests.open_about({RequestKind.LOAN_RENEWAL}, loan.id or 0)
    return found[0] if found else None


def drop_renewal(work: Work, loan: Loan, now: datetime) -> None:
    """Close a renewal that the file's return has overtaken."""
    if (request := renewal_of(work, loan)) is not None:
        lapse_request(work, request, now)


def change_due(work: Work, manager: Employee, loan_id: int, due: date, reason: str, now: datetime) -> Loan:
    """Set another due date, such as to call a file back early; the HR manager's alone, never for oneself.

    Raises Refused: role_required, loan_unknown, loan_state, own_loan, own_file, relatives_file,
    reason_required, date_too_early, loan_too_long.
    """
    manager.require(Role.HR_MANAGER)
    loan = require_loan(work, loan_id)
    if loan.state is not LoanState.LENT:
        raise Refused("loan_state", number=loan.number, state=loan.state)
    if loan.borrower_no == manager.staff_no:
        raise Refused("own_loan", number=loan.number)
    if not reason.strip():
        raise Refused("reason_required")
    today, file = today_of(work, now), require_file(work, loan.file_id)
    require_no_kin(work, manager, file)
    if due < today:
        raise Refused("date_too_early", day=due, first=today)
    longest = work.rules.files.longest(file)
    if due > max(today + timedelta(days=longest), loan.due_on):
        last = today + timedelta(days=longest)
        raise Refused("loan_too_long", days=longest, last=last, number=file.number)
    put_due(work, loan, due, manager.staff_no, reason.strip()[:200], now)
    drop_renewal(work, loan, now)
    return loan


def put_due(work: Work, loan: Loan, due: date, by_no: str, reason: str, now: datetime) -> None:
    before, loan.due_on = loan.due_on, due
    work.loans.save(loan)
    work.audit.record(
        now,
        by_no,
        "loan_due_changed",
        loan.number,
        before={"due_on": before},
        after={"due_on": due, "reason": reason},
    )
    work.events.append(LoanDueChanged(loan, before, by_no, reason))


class RenewalConsequence:
    """What a renewal means for its loan."""

    def weigh(self, work: Work, applicant: Employee, content: Mapping[str, Any]) -> Weight:
        loan = work.loans.by_id(int(content["loan"][0]))
        file = work.files.by_id(loan.file_id) if loan else None
        if loan is None or file is None:
            raise Refused("loan_unknown")
        facts = {
            "secrecy": SECRECY_WORDS[file.secrecy],
            "department": applicant.department_no,
            "custodian": file.custodian_no,
            "subject": file.subject_no,
            "kin": ",".join(sorted(work.files.relatives(file.subject_no))),
        }
        return Weight(facts, not work.loans.waiting(loan.file_id))

    def moved(self, work: Work, request: Request) -> list[str]:
        loan = work.loans.by_id(request.subject_id or 0)
        return ["due"] if loan and loan.due_on.isoformat() != request.content["base"] else []

    def check_offer(self, work: Work, request: Request, offer: Mapping[str, Any]) -> None:
        raise Refused("offer_same")

    def amended(self, work: Work, request: Request, now: datetime) -> None:
        """Never called: no counter-offer is taken."""

    def approved(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        """Carried out at once, by `done`."""

    def done(self, work: Work, request: Request, actor: Employee, outcome: str, now: datetime) -> None:
        loan = require_loan(work, request.subject_id or 0)
        if loan.state is not LoanState.LENT:
            raise Refused("loan_state", number=loan.number, state=loan.state)
        loan.extended += 1
        put_due(work, loan, date.fromisoformat(request.content["due"]), actor.staff_no, request.number, now)

    def refused(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        work.events.append(RenewalMoved(require_loan(work, request.subject_id or 0)))
