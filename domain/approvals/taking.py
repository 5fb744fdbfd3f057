"""Taking a step: whether this person may act on this step of this version now, and in whose place.

Everything is read from the register inside the transaction that acts; a button says only what is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.approvals.assigning import concerned
from domain.approvals.delegations import principals_of
from domain.approvals.requests import Request, Step, StepState
from domain.approvals.rounds import Round, entitled
from domain.approvals.routes import Act
from domain.errors import Refused
from domain.people import Employee

if TYPE_CHECKING:
    from domain.work import Work

REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class StepRef:
    """What a button speaks of: one step of one version of a request."""

    request_id: int
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that somebody may act on. on_behalf_of: staff number, empty where it is their own."""

    request: Request
    round: Round
    step: Step
    on_behalf_of: str = ""


def may_read(work: Work, actor: Employee, request: Request, steps: list[Step], now: datetime) -> bool:
    """Tell whether a person is a party to a request: applicant, past or present approver, delegate, or cc."""
    own = {request.applicant_no, *request.cc}
    for step in steps:
        own.update(step.assignees, (step.decided_by, step.on_behalf_of))
    if actor.staff_no in own:
        return True
    principals = principals_of(work, actor, request, now)
    return any(step.state is StepState.OPEN and set(principals) & set(step.assignees) for step in steps)


def read_request(work: Work, actor: Employee, request_id: int, now: datetime) -> Request:
    """Find a request that a person is a party to. Raises Refused("request_unknown"), absent or forbidden."""
    request = work.requests.by_id(request_id)
    if request is None or not may_read(work, actor, request, work.requests.all_steps(request_id), now):
        raise Refused("request_unknown")
    return request


def take_step(work: Work, actor: Employee, at: StepRef, now: datetime) -> Taken:
    """Lock the request and make sure that this step is open and this person's to take.

    Raises Refused: request_unknown, already_decided, request_closed, version_changed, offer_lies,
    step_paused, not_your_step, own_request, decided_before.
    """
    request = work.requests.lock(at.request_id)
    if request is None:
        raise Refused("request_unknown")
    everyone = work.requests.all_steps(at.request_id)
    if not may_read(work, actor, request, everyone, now):
        raise Refused("request_unknown")
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
    round_ = Round(request, {s.position: s for s in everyone if s.version == request.version})
    if acted is None or acted.state is not StepState.OPEN:
        raise Refused(_why_closed(acted), number=request.number)
    if actor.staff_no == request.applicant_no:
        raise Refused("own_request", number=request.number)
    if actor.staff_no in concerned(request.facts):  # a delegate may be whom it is about
        own = actor.staff_no == request.facts.get("subject")
        raise Refused("own_file" if own else "relatives_file", number=request.number)
    on_behalf_of = _place_of(work, actor, request, acted, now)
    if acted.act is not Act.EXECUTE and {actor.staff_no, on_behalf_of} & round_.decided():
        raise Refused("decided_before", number=request.number)
    return Taken(request, round_, acted, on_behalf_of)


def take_decision(work: Work, actor: Employee, at: StepRef, now: datetime) -> Taken:
    """Take a step that decides; what is left to an executor is to carry out what was decided."""
    taken = take_step(work, actor, at, now)
    if taken.step.act is Act.EXECUTE:
        raise Refused("outcome_required", number=taken.request.number)
    return taken


def take_own_decision(work: Work, actor: Employee, at: StepRef, now: datetime) -> Taken:
    """Take a deciding step as one's own; what one decides in another's place is not handed on."""
    taken = take_decision(work, actor, at, now)
    if taken.on_behalf_of:
        raise Refused("delegate_hands_nothing_on", name=taken.on_behalf_of)
    return taken


def require_reason(reason: str) -> str:
    """Raise Refused("reason_required" or "reason_too_long")."""
    if not reason.strip():
        raise Refused("reason_required")
    return limit_words(reason)


def limit_words(words: str) -> str:
    """Raise Refused("reason_too_long")."""
    words = words.strip()
    if len(words) > REASON_LENGTH:
        raise Refused("reason_too_long", limit=REASON_LENGTH)
    return words


def _place_of(work: Work, actor: Employee, request: Request, step: Step, now: datetime) -> str:
    """Find in whose place a person takes a step: empty for their own. Raises Refused("not_your_step")."""
    if actor.staff_no in step.assignees and entitled(work, request, step, actor.staff_no):
        return ""
    if step.act is not Act.EXECUTE and actor.works_here:
        for principal in principals_of(work, actor, request, now):
            if principal in step.assignees and entitled(work, request, step, principal):
                return principal
    raise Refused("not_your_step", number=request.number)


def _why_closed(step: Step | None) -> str:
    if step is not None and step.state is StepState.OFFERED:
        return "offer_lies"
    if step is not None and step.state is StepState.WAITING and step.assignees:
        return "step_paused"
    return "not_your_step"
