"""What does not decide: 评论 says something, 抄送 lets others read along, 催办 asks for haste."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.approvals.acts import own_request
from domain.approvals.requests import Remark, Request, StepState
from domain.approvals.taking import limit_words, read_request
from domain.errors import Refused
from domain.events import RemarkAdded, RequestCopied, RequestNudged
from domain.people import Employee, require_known

if TYPE_CHECKING:
    from domain.work import Work


def add_remark(work: Work, actor: Employee, request_id: int, text: str, now: datetime) -> Request:
    """Say something to all parties of a request, closed ones too. Raises Refused("remark_required")."""
    request = read_request(work, actor, request_id, now)
    if not text.strip():
        raise Refused("remark_required")
    remark = Remark(request_id=request_id, author_no=actor.staff_no, at=now, text=limit_words(text))
    work.requests.add_remark(remark)
    after = {"characters": len(remark.text)}
    work.audit.record(now, actor.staff_no, "remark_added", request.number, after=after)
    work.events.append(RemarkAdded(request, remark))
    return request


def copy_request(work: Work, actor: Employee, request_id: int, to_no: str, now: datetime) -> Request:
    """Let a colleague read along. Raises Refused: staff_left, staff_unbound, copied_already."""
    read_request(work, actor, request_id, now)
    request = work.requests.lock(request_id)
    person = require_known(work.people, to_no)
    if request is None:
        raise Refused("request_unknown")
    if not person.works_here:
        raise Refused("staff_left", name=person.name)
    if not work.people.accounts([to_no]):
        raise Refused("staff_unbound", name=person.name)
    if to_no in {request.applicant_no, actor.staff_no, *request.cc}:
        raise Refused("copied_already", name=person.name)
    request.cc = [*request.cc, to_no]
    work.requests.save(request)
    work.audit.record(now, actor.staff_no, "request_copied", request.number, after={"to": to_no})
    work.events.append(RequestCopied(request, (to_no,), actor.staff_no))
    return request


def nudge_request(work: Work, applicant: Employee, request_id: int, now: datetime) -> Request:
    """Ask those for haste whom one's request waits for, at most so often as the company allows.

    Raises Refused: request_unknown, request_closed, nothing_to_nudge, nudge_too_early(next: moment).
    """
    request = own_request(work, applicant, request_id)
    request.require_open()
    steps = work.requests.steps(request_id, request.version)
    waiting = tuple(step for step in steps if step.state is StepState.OPEN)
    if not waiting:
        raise Refused("nothing_to_nudge", number=request.number)
    if request.nudged_at is not None and now < request.nudged_at + work.rules.nudge_every:
        raise Refused("nudge_too_early", next=request.nudged_at + work.rules.nudge_every)
    request.nudged_at = now
    work.requests.save(request)
    people = sorted({staff_no for step in waiting for staff_no in step.assignees})
    work.audit.record(now, applicant.staff_no, "request_nudged", request.number, after={"to": people})
    work.events.append(RequestNudged(request, waiting))
    return request
