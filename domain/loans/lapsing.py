"""What ends by itself: approved files that nobody fetched, and requests whose due date has gone by."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.approvals.acts import lapse_request, send_back_moved
from domain.approvals.delegations import today_of
from domain.approvals.requests import RequestState
from domain.loans.loans import LoanState

if TYPE_CHECKING:
    from domain.work import Work


def lapse_loans(work: Work, now: datetime) -> int:
    """See to every loan whose time has gone by, each once; give how many.

    A request that still waits for approval goes back to have its due date mended; one that has gone back and
    was not mended ends, so that nothing keeps the file from others for ever.
    """
    today, ended, patience = today_of(work, now), 0, work.rules.files.collect_days
    for loan in [*work.loans.uncollected(today), *work.loans.stale(today)]:
        request = work.requests.lock(loan.request_id or 0)
        if request is None or request.state.closed:
            continue
        if loan.state is LoanState.PENDING and request.state is RequestState.PENDING:
            send_back_moved(work, request, ["due"], now)
        elif loan.state is LoanState.APPROVED or (now - request.updated_at).days >= patience:
            lapse_request(work, request, now)
        else:
            continue
        ended += 1
    return ended
