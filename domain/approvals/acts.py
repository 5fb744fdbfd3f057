"""The use cases of approving: submit, approve, reject, return, mend, withdraw, carry out.

Each checks authority, version and state against the register inside the transaction that changes it, so a
button can only ever say what its person wanted, never what they may.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from domain.approvals.requests import Request, RequestKind, RequestState, Step, StepState
from domain.approvals.routes import Act, StepRule, assign
from domain.errors import Refused
from domain.events import (
    RequestSubmitted,
    RequestWithdrawn,
    StepDecided,
    StepOpened,
    StepUncovered,
)
from domain.people import Employee, Role, require_known

if TYPE_CHECKING:
    from domain.work import Work

REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Filing:
    """What a form hands over. title: what the request is about, such as the customer's name."""

    kind: RequestKind
    draft_id: str
    title: str
    content: dict[str, Any]
    subject_id: int | None = None


@dataclass(frozen=True, slots=True)
class StepRef:
    """What a button speaks of: one step of one version of a request."""

    request_id: int
    version: int
    position: int


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
    work: Work, applicant: Employee, request_id: int, version: int, content: dict[str, Any], now: datetime
) -> Request:
    """Send a returned request round again, with only what was named mended."""
    request = _own(work, applicant, request_id)
    request.require_version(version)
    if request.state is not RequestState.RETURNED:
        raise Refused("request_closed", number=request.number, state=request.state)
    changed = {
        name
        for name in content.keys() | request.content.keys()
        if content.get(name) != request.content.get(name)
    }
    if not changed <= set(request.mend):
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


def approve_step(work: Work, actor: Employee, at: StepRef, now: datetime) -> Request:
    """Approve the open step, and open the next or close the round."""
    request, steps = _take_decision(work, actor, at)
    _settle(work, request, steps[at.position], StepState.APPROVED, actor, now)
    _advance(work, request, steps, actor, now)
    return request


def record_outcome(work: Work, actor: Employee, at: StepRef, outcome: str, now: datetime) -> Request:
    """Record that the decision was carried out; outcome: what was recorded, such as the ERP number."""
    request, steps = take_step(work, actor, at)
    step = steps[at.position]
    if step.act is not Act.EXECUTE:
        raise Refused("not_yet_approved", number=request.number)
    work.consequences[request.kind].done(work, request, actor, outcome, now)
    request.outcome = outcome
    request.close(RequestState.DONE, now)
    _settle(work, request, step, StepState.EXECUTED, actor, now, outcome)
    return request


def reject_step(work: Work, actor: Employee, at: StepRef, reason: str, now: datetime) -> Request:
    """Refuse the request for good; the reason is for the applicant."""
    reason = _require_reason(reason)
    request, steps = _take_decision(work, actor, at)
    request.close(RequestState.REJECTED, now)
    work.consequences[request.kind].refused(work, request, actor, now)
    _cancel_rest(steps, at.position)
    _settle(work, request, steps[at.position], StepState.REJECTED, actor, now, reason)
    work.requests.save(request, *steps)
    return request


def return_step(
    work: Work,
    actor: Employee,
    at: StepRef,
    reason: str,
    fields: list[str],
    now: datetime,
) -> Request:
    """Send the request back to its applicant; fields: names of what must be mended, at least one."""
    reason = _require_reason(reason)
    if not fields:
        raise Refused("fields_required")
    request, steps = _take_decision(work, actor, at)
    request.state, request.mend, request.updated_at = RequestState.RETURNED, fields, now
    _cancel_rest(steps, at.position)
    _settle(work, request, steps[at.position], StepState.RETURNED, actor, now, reason)
    work.requests.save(request, *steps)
    return request


def withdraw_request(
    work: Work, applicant: Employee, request_id: int, version: int, now: datetime
) -> Request:
    """Take one's own request back while nothing has been carried out."""
    request = _own(work, applicant, request_id)
    request.require_version(version)
    require_withdrawable(request)
    before = request.state
    steps = work.requests.steps(request.id or 0, request.version)
    _cancel_rest(steps, -1)
    request.close(RequestState.WITHDRAWN, now)
    work.consequences[request.kind].refused(work, request, applicant, now)
    work.requests.save(request, *steps)
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


def may_read(actor: Employee, request: Request, steps: list[Step]) -> bool:
    """Tell whether a person is a party to a request: applicant, or an approver past or present."""
    return actor.staff_no == request.applicant_no or any(
        actor.staff_no in step.assignees or actor.staff_no == step.decided_by for step in steps
    )


def _own(work: Work, applicant: Employee, request_id: int) -> Request:
    request = work.requests.lock(request_id)
    if request is None or request.applicant_no != applicant.staff_no:
        raise Refused("request_unknown")
    return request


def take_step(work: Work, actor: Employee, at: StepRef) -> tuple[Request, list[Step]]:
    """Lock the request and make sure that this step is open and this person's to take."""
    request = work.requests.lock(at.request_id)
    if request is None:
        raise Refused("request_unknown")
    everyone = work.requests.all_steps(at.request_id)
    if not may_read(actor, request, everyone):
        raise Refused("request_unknown")
    steps = [step for step in everyone if step.version == request.version]
    acted = next((s for s in everyone if (s.version, s.position) == (at.version, at.position)), None)
    if acted is not None and acted.state.decided:
        raise Refused(
            "already_decided",
            number=request.number,
            by=acted.decided_by,
            at=acted.decided_at,
            state=acted.state,
            mine=acted.decided_by == actor.staff_no,
        )
    request.require_open()
    request.require_version(at.version)
    if acted is None or acted.state is not StepState.OPEN:
        raise Refused("not_your_step", number=request.number)
    if actor.staff_no == request.applicant_no:
        raise Refused("own_request", number=request.number)
    if actor.staff_no not in acted.assignees or not _still_entitled(actor, request, acted):
        raise Refused("not_your_step", number=request.number)
    return request, steps


def _take_decision(work: Work, actor: Employee, at: StepRef) -> tuple[Request, list[Step]]:
    """Take a step that decides; what is left to an executor is to carry out what was decided."""
    request, steps = take_step(work, actor, at)
    if steps[at.position].act is Act.EXECUTE:
        raise Refused("outcome_required", number=request.number)
    return request, steps


def _still_entitled(actor: Employee, request: Request, step: Step) -> bool:
    """A role that was taken away since the step opened no longer counts."""
    if not actor.works_here:
        return False
    who = request.frozen_route.fallback if step.note == "vacant" else step.who
    kind, _, role = who.partition(":")
    superior = bool(step.note) and step.note != "vacant"
    return superior or kind != "role" or actor.holds(Role(role))


def _require_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused("reason_required")
    if len(reason) > REASON_LENGTH:
        raise Refused("reason_too_long", limit=REASON_LENGTH)
    return reason


def _cancel_rest(steps: list[Step], position: int) -> None:
    for step in steps:
        if step.position > position and not step.state.decided:
            step.state = StepState.CANCELLED


def _start_round(work: Work, request: Request, applicant: Employee, now: datetime) -> None:
    rules = request.frozen_route.steps
    work.requests.add_steps(
        [
            Step(request_id=request.id or 0, version=request.version, position=i, act=rule.act, who=rule.who)
            for i, rule in enumerate(rules)
        ]
    )
    steps = work.requests.steps(request.id or 0, request.version)
    work.events.append(RequestSubmitted(request, applicant))
    _open(work, request, steps, 0, now)


def _advance(work: Work, request: Request, steps: list[Step], actor: Employee, now: datetime) -> None:
    position = request.position + 1
    rest = steps[position:]
    if not any(step.act is not Act.EXECUTE for step in rest) and request.state is RequestState.PENDING:
        request.state = RequestState.APPROVED
        work.consequences[request.kind].approved(work, request, actor, now)
    if rest:
        _open(work, request, steps, position, now)
    else:
        work.consequences[request.kind].done(work, request, actor, "", now)
        request.close(RequestState.DONE, now)
        work.requests.save(request, *steps)


def _open(work: Work, request: Request, steps: list[Step], position: int, now: datetime) -> None:
    step = steps[position]
    applicant = require_known(work.people, request.applicant_no)
    decided = [s.decided_by for s in steps if s.state is StepState.APPROVED]
    rule = StepRule(step.act, step.who)
    assignment = assign(rule, request.frozen_route, applicant, decided, work.people)
    step.state, step.opened_at = StepState.OPEN, now
    step.assignees = list(assignment.staff_nos)
    step.note, step.instead_of = assignment.reason, assignment.instead_of
    request.position, request.updated_at = position, now
    work.requests.save(request, *steps)
    if assignment.reason == "vacant":
        work.audit.record(
            now, "", "step_uncovered", request.number, after={"who": step.who, "to": step.assignees}
        )
        work.events.append(StepUncovered(request, step))
    work.events.append(StepOpened(request, step))


def _settle(
    work: Work,
    request: Request,
    step: Step,
    state: StepState,
    actor: Employee,
    now: datetime,
    reason: str = "",
) -> None:
    step.decide(state, actor.staff_no, now, reason)
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
    )
    work.events.append(StepDecided(request, step, actor))
