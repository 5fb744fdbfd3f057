"""What ends by itself: files that nobody fetched, and requests that nobody mended or that came too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.approvals.acts import lapse_request, send_back_moved
from domain.approvals.delegations import today_of
from domain.approvals.requests import RequestState
from domain.loans.loans import LoanState, require_loan

if TYPE_CHECKING:
    from domain.work import Work


def lapse_loans(work: Work, now: datetime) -> int:
    """See to every loan whose time has gone by, each once; give how many.

    A request that still waits for approval past its due date goes back to have that mended. One that has gone
    back, for whatever reason, ends where it was not mended in as many days as an approved file waits to be
    fetched, so that it does not keep the file from others.
    """
    today, ended = today_of(work, now), 0
    patient = now - timedelta(days=work.rules.files.collect_days)
    found = [*work.loans.uncollected(today), *work.loans.stale(today), *work.loans.unmended(patient)]
    for loan_id in dict.fromkeys(loan.id or 0 for loan in found):
        with work.contain(f"lapsing of loan {loan_id}"):
            ended += _see_to(work, loan_id, patient, now)
    return ended


def _see_to(work: Work, loan_id: int, patient: datetime, now: datetime) -> bool:
    """Send a loan's request back, or end it; false where neither is due yet."""
    seen = work.loans.by_id(loan_id)
    request = work.requests.lock(seen.request_id or 0) if seen is not None else None
    if request is None or request.state.closed:
        return False
    loan = require_loan(work, loan_id)
    if loan.state is LoanState.PENDING and request.state is RequestState.PENDING:
        send_back_moved(work, request, ["due"], now)
    elif loan.state is LoanState.APPROVED or request.updated_at <= patient:
        lapse_request(work, request, now)
    else:
        return False
    return True
