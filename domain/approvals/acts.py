"""The use cases of approving: submit, approve, reject, return, mend, withdraw, carry out, void.

Each checks authority, version and state against the register inside the transaction that changes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from domain.approvals.requests import Request, RequestKind, RequestState, Step, StepState
from domain.approvals.rounds import Round, advance, cancel_rest, plan_round, save_round
from domain.approvals.routes import Act
from domain.approvals.taking import (
    StepRef,
    Taken,
    limit_words,
    require_reason,
    take_decision,
    take_step,
)
from domain.errors import Refused
from domain.events import RequestLapsed, RequestMoved, RequestSubmitted, RequestWithdrawn, StepDecided
from domain.people import Employee, require_known

if TYPE_CHECKING:
    from domain.work import Work


@dataclass(frozen=True, slots=True)
class Filing:
    """What a form hands over. title: what the request is about, such as the customer's name."""

    kind: RequestKind
    draft_id: str
    title: str
    content: dict[str, Any]
    subject_id: int | None = None


def content_hash(content: dict[str, Any]) -> str:
    """Give the fingerprint that the audit log binds a decision to."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def submit_request(work: Work, applicant: Employee, filing: Filing, now: datetime) -> Request:
    """File a request and open its first step; a draft that was filed before gives its request again."""
    if (known := work.requests.by_draft(filing.draft_id)) is not None:
        return known
    route = work.rules.routes[filing.kind]
    day = now.astimezone(ZoneInfo(work.rules.timezone)).strftime("%Y%m%d")
    request = work.requests.add(
        Request(
            number=work.requests.next_number(filing.kind, day),
            kind=filing.kind,
            applicant_no=applicant.staff_no,
            draft_id=filing.draft_id,
            subject_id=filing.subject_id,
            title=filing.title,
            content=filing.content,
            route=route.to_json(),
            submitted_at=now,
            updated_at=now,
        )
    )
    work.audit.record(
        now,
        applicant.staff_no,
        "request_submitted",
        request.number,
        after={"version": 1, "content": content_hash(filing.content)},
    )
    _start_round(work, request, applicant, now)
    return request


def resubmit_request(
    work: Work,
    applicant: Employee,
    request_id: int,
    version: int,
    content: dict[str, Any],
    now: datetime,
    *,
    besides: Collection[str] = (),
) -> Request:
    """Send a returned request round again, with only what was named mended.

    besides: parts of the content that no person fills in, such as what held at submission.
    """
    request = own_request(work, applicant, request_id)
    request.require_version(version)
    if request.state is not RequestState.RETURNED:
        raise Refused("request_closed", number=request.number, state=request.state)
    changed = {
        name
        for name in content.keys() | request.content.keys()
        if content.get(name) != request.content.get(name)
    }
    if not changed <= {*request.mend, *besides}:
        raise Refused("not_named_for_mending", fields=sorted(changed - set(request.mend)))
    before = content_hash(request.content)
    request.former, request.content = request.content, content
    request.version += 1
    request.state, request.mend, request.updated_at = RequestState.PENDING, [], now
    work.audit.record(
        now,
        applicant.staff_no,
        "request_resubmitted",
        request.number,
        before={"version": version, "content": before},
        after={"version": request.version, "content": content_hash(content), "changed": sorted(changed)},
    )
    _start_round(work, request, applicant, now)
    return request


def approve_step(work: Work, actor: Employee, at: StepRef, now: datetime, words: str = "") -> Request:
    """Approve the open step, and open what follows or close the round.

    Where what the request starts from has moved since submission, it goes back instead, and the request that
    is given says so by its state.
    """
    words = limit_words(words)
    taken = take_decision(work, actor, at, now)
    if not return_moved(work, taken.request, now):
        settle_step(work, taken, StepState.APPROVED, actor, now, words)
        advance(work, taken.round, actor, now)
        save_round(work, taken.round, now)
    return taken.request


def record_outcome(work: Work, actor: Employee, at: StepRef, outcome: str, now: datetime) -> Request:
    """Record that the decision was carried out; outcome: what was recorded, such as the ERP number.

    Where what the request starts from has moved since submission, it goes back instead.
    """
    taken = take_step(work, actor, at, now)
    request = taken.request
    if taken.step.act is not Act.EXECUTE:
        raise Refused("not_yet_approved", number=request.number)
    if return_moved(work, request, now):
        return request
    work.consequences[request.kind].done(work, request, actor, outcome, now)
    request.outcome = outcome
    settle_step(work, taken, StepState.EXECUTED, actor, now, outcome)
    request.close(RequestState.DONE, now)
    save_round(work, taken.round, now)
    return request


def reject_step(work: Work, actor: Employee, at: StepRef, reason: str, now: datetime) -> Request:
    """Refuse the request for good; the reason is for the applicant."""
    reason = require_reason(reason)
    taken = take_decision(work, actor, at, now)
    _end(work, taken, RequestState.REJECTED, StepState.REJECTED, actor, reason, now)
    return taken.request


def void_request(work: Work, actor: Employee, at: StepRef, reason: str, now: datetime) -> Request:
    """Give up what was approved, before it is carried out; by whoever was to carry it out."""
    reason = require_reason(reason)
    taken = take_step(work, actor, at, now)
    if taken.step.act is not Act.EXECUTE:
        raise Refused("not_yet_approved", number=taken.request.number)
    _end(work, taken, RequestState.VOIDED, StepState.VOIDED, actor, reason, now)
    return taken.request


def return_step(
    work: Work,
    actor: Employee,
    at: StepRef,
    reason: str,
    fields: list[str],
    now: datetime,
) -> Request:
    """Send the request back to its applicant; fields: names of what must be mended, at least one."""
    reason = require_reason(reason)
    if not fields:
        raise Refused("fields_required")
    taken = take_decision(work, actor, at, now)
    request = taken.request
    request.state, request.mend = RequestState.RETURNED, fields
    settle_step(work, taken, StepState.RETURNED, actor, now, reason)
    cancel_rest(taken.round.steps.values())
    save_round(work, taken.round, now)
    return request


def withdraw_request(
    work: Work, applicant: Employee, request_id: int, version: int, now: datetime
) -> Request:
    """Take one's own request back while nothing has been carried out."""
    request = own_request(work, applicant, request_id)
    request.require_version(version)
    require_withdrawable(request)
    before, round_ = request.state, Round.of(work, request)
    cancel_rest(round_.steps.values())
    request.close(RequestState.WITHDRAWN, now)
    work.consequences[request.kind].refused(work, request, applicant, now)
    save_round(work, round_, now)
    work.audit.record(
        now,
        applicant.staff_no,
        "request_withdrawn",
        request.number,
        before={"state": before.value},
        after={"state": request.state.value},
    )
    work.events.append(RequestWithdrawn(request, applicant))
    return request


def require_withdrawable(request: Request) -> None:
    """Raise Refused("already_approved" or "request_closed") where it is too late to withdraw."""
    if request.state is RequestState.APPROVED:
        raise Refused("already_approved", number=request.number)
    if request.state.closed:
        raise Refused("request_closed", number=request.number, state=request.state)


def return_moved(work: Work, request: Request, now: datetime) -> bool:
    """Send a request back by itself where what it starts from has changed; true if that was so."""
    fields = work.consequences[request.kind].moved(work, request)
    if fields:
        send_back_moved(work, request, fields, now)
    return bool(fields)


def send_back_moved(work: Work, request: Request, fields: list[str], now: datetime) -> None:
    """Send a request back to have fields mended that time or another change has overtaken."""
    round_ = Round.of(work, request)
    cancel_rest(round_.steps.values())
    request.state, request.mend = RequestState.RETURNED, fields
    save_round(work, round_, now)
    after = {"version": request.version, "state": request.state.value, "moved": fields}
    work.audit.record(now, "", "request_moved", request.number, after=after)
    work.events.append(RequestMoved(request, tuple(fields)))


def lapse_request(work: Work, request: Request, now: datetime) -> None:
    """Close a request that time or another change has overtaken for good; nobody decided that."""
    before, round_ = request.state, Round.of(work, request)
    applicant = require_known(work.people, request.applicant_no)
    cancel_rest(round_.steps.values())
    request.close(RequestState.LAPSED, now)
    work.consequences[request.kind].refused(work, request, applicant, now)
    save_round(work, round_, now)
    work.audit.record(
        now,
        "",
        "request_lapsed",
        request.number,
        before={"state": before.value},
        after={"state": request.state.value},
    )
    work.events.append(RequestLapsed(request))


def own_request(work: Work, applicant: Employee, request_id: int) -> Request:
    """Lock one's own request. Raises Refused("request_unknown")."""
    request = work.requests.lock(request_id)
    if request is None or request.applicant_no != applicant.staff_no:
        raise Refused("request_unknown")
    return request


def settle_step(
    work: Work, taken: Taken, state: StepState, actor: Employee, now: datetime, reason: str = ""
) -> None:
    """Write down who decided a step how, and in whose place."""
    request, step = taken.request, taken.step
    step.decide(state, actor.staff_no, now, reason, taken.on_behalf_of)
    request.updated_at = now
    work.requests.save(request, step)
    work.audit.record(
        now,
        actor.staff_no,
        f"step_{state.value}",
        request.number,
        before={"state": StepState.OPEN.value},
        after={
            "version": request.version,
            "position": step.position,
            "state": state.value,
            "content": content_hash(request.content),
            "reason": reason,
            "instead_of": step.instead_of,
        },
        on_behalf_of=taken.on_behalf_of,
    )
    work.events.append(StepDecided(request, step, actor))


def weigh_request(work: Work, request: Request, applicant: Employee) -> None:
    """Take down what the present content weighs."""
    weight = work.consequences[request.kind].weigh(work, applicant, request.content)
    request.facts, request.ordinary = dict(weight.facts), weight.ordinary


def _end(
    work: Work,
    taken: Taken,
    state: RequestState,
    step_state: StepState,
    actor: Employee,
    reason: str,
    now: datetime,
) -> None:
    taken.request.close(state, now)
    work.consequences[taken.request.kind].refused(work, taken.request, actor, now)
    settle_step(work, taken, step_state, actor, now, reason)
    cancel_rest(taken.round.steps.values())
    save_round(work, taken.round, now)


def _start_round(work: Work, request: Request, applicant: Employee, now: datetime) -> None:
    weigh_request(work, request, applicant)
    steps: list[Step] = work.requests.add_steps(plan_round(request))
    work.events.append(RequestSubmitted(request, applicant))
    round_ = Round(request, {step.position: step for step in steps})
    advance(work, round_, applicant, now)
    save_round(work, round_, now)
