"""还价: an approver offers other terms; the applicant takes them in one tap, or declines and mends.

An offer gives no more than was asked, so what others approved before stands for it too. Taking it makes a
new version, to which their decisions are carried; it stands approved by whoever offered.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.approvals.acts import content_hash, own_request, return_moved, weigh_request
from domain.approvals.requests import Request, RequestState, Step, StepState
from domain.approvals.rounds import Round, advance, cancel_rest, entitled, plan_round, save_round
from domain.approvals.taking import StepRef, take_decision
from domain.errors import Refused
from domain.events import OfferAnswered, OfferMade, OfferRetracted
from domain.people import Employee

if TYPE_CHECKING:
    from domain.work import Work


def make_offer(work: Work, actor: Employee, at: StepRef, offer: dict[str, Any], now: datetime) -> Request:
    """Offer other answers, by field name; the step lies with the applicant until they answer."""
    taken = take_decision(work, actor, at, now)
    request, step = taken.request, taken.step
    if return_moved(work, request, now):
        return request
    work.consequences[request.kind].check_offer(work, request, offer)
    step.decide(StepState.OFFERED, actor.staff_no, now, on_behalf_of=taken.on_behalf_of)
    step.offer = offer
    save_round(work, taken.round, now)
    after = {"version": request.version, "position": step.position, "offer": offer}
    work.audit.record(
        now, actor.staff_no, "offer_made", request.number, after=after, on_behalf_of=taken.on_behalf_of
    )
    work.events.append(OfferMade(request, step, actor))
    return request


def retract_offer(work: Work, actor: Employee, at: StepRef, now: datetime) -> Request:
    """Take one's offer back before it is answered; the step is open again. Raises Refused("offer_gone")."""
    request = work.requests.lock(at.request_id)
    round_ = Round.of(work, request) if request is not None else None
    step = round_.steps.get(at.position) if round_ is not None else None
    if (
        request is None
        or round_ is None
        or step is None
        or actor.staff_no
        not in {
            step.decided_by,
            *step.assignees,
        }
    ):
        raise Refused("request_unknown")
    if request.version != at.version or step.state is not StepState.OFFERED:
        raise Refused("offer_gone", number=request.number)
    _take_back(work, request, step, actor.staff_no, now)
    save_round(work, round_, now)
    return request


def answer_offer(work: Work, applicant: Employee, at: StepRef, accept: bool, now: datetime) -> bool:
    """Take an offer or decline it; false where it no longer stood and the step was opened again.

    Raises Refused: request_unknown, request_closed, offer_gone.
    """
    request = own_request(work, applicant, at.request_id)
    request.require_open()
    round_ = Round.of(work, request)
    step = round_.steps.get(at.position)
    if request.version != at.version or step is None or step.state is not StepState.OFFERED:
        raise Refused("offer_gone", number=request.number)
    if not accept:
        _decline(work, round_, step, applicant, now)
        return True
    if return_moved(work, request, now):
        return False
    if not entitled(work, request, step, step.on_behalf_of or step.decided_by):
        lose_offer(work, round_, step, now)
        return False
    _accept(work, round_, step, applicant, now)
    return True


def lose_offer(work: Work, round_: Round, step: Step, now: datetime) -> None:
    """Take an offer back whose author may no longer decide."""
    _take_back(work, round_.request, step, "", now)
    save_round(work, round_, now)


def _take_back(work: Work, request: Request, step: Step, by: str, now: datetime) -> None:
    step.state, step.offer = StepState.OPEN, {}
    step.decided_by, step.on_behalf_of, step.decided_at = "", "", None
    after = {"version": request.version, "position": step.position}
    work.audit.record(now, by, "offer_retracted", request.number, after=after)
    work.events.append(OfferRetracted(request, step, by))


def _decline(work: Work, round_: Round, step: Step, applicant: Employee, now: datetime) -> None:
    request = round_.request
    request.state, request.mend = RequestState.RETURNED, list(step.offer)
    step.state = StepState.RETURNED
    cancel_rest(round_.steps.values())
    save_round(work, round_, now)
    after = {"version": request.version, "position": step.position, "state": request.state.value}
    work.audit.record(now, applicant.staff_no, "offer_declined", request.number, after=after)
    work.events.append(OfferAnswered(request, step, step, accepted=False))


def _accept(work: Work, round_: Round, step: Step, applicant: Employee, now: datetime) -> None:
    request, before = round_.request, content_hash(round_.request.content)
    consequence = work.consequences[request.kind]
    consequence.check_offer(work, request, step.offer)  # the policy may have changed since
    request.former, request.content = request.content, {**request.content, **step.offer}
    request.version += 1
    weigh_request(work, request, applicant)
    consequence.amended(work, request, now)
    work.audit.record(
        now,
        applicant.staff_no,
        "offer_accepted",
        request.number,
        before={"version": request.version - 1, "content": before},
        after={"version": request.version, "content": content_hash(request.content)},
    )
    carried, stands = _carry(round_, step, now)
    former = tuple(old for old in round_.in_order() if old.state.live and old is not step)
    cancel_rest(round_.steps.values())
    step.offer, step.decided_at = {}, None  # it goes on in the new version
    work.requests.save(request, *round_.steps.values())
    added = work.requests.add_steps(carried)
    fresh = Round(request, {new.position: new for new in added})
    work.events.append(OfferAnswered(request, step, fresh.steps[stands], accepted=True, former=former))
    advance(work, fresh, applicant, now)
    save_round(work, fresh, now)


def _carry(round_: Round, offered: Step, now: datetime) -> tuple[list[Step], int]:
    """Lay out the next version's steps: what passed stays passed, what no condition asks for any more goes.

    The offer's own step stays in any case, since it is what approves. Give the steps with its position.
    """
    request, old = round_.request, round_.in_order()
    asked = {planned.stage: planned for planned in plan_round(request)}
    stands = {step.stage for step in old if step.state.passed or step is offered}
    carried: list[Step] = []
    places: dict[int, int] = {}
    former: list[int] = []
    for stage in sorted({*asked, *stands}):
        here = [step for step in old if step.stage == stage]
        if stage not in asked:
            here = [step for step in here if step.state.passed or step is offered]
        for step in here or [asked[stage]]:
            at = len(carried)
            within = [places[need] for need in step.needs if need in places] if here else []
            if here:
                places[step.position] = at
            copy = step.model_copy(update={"id": None, "version": request.version, "position": at})
            copy.needs = sorted({*former, *within})
            if step is offered:
                copy.decide(StepState.APPROVED, step.decided_by, now, on_behalf_of=step.on_behalf_of)
            elif step.state.passed:
                copy.note, copy.instead_of = "carried", ""
            else:
                copy.state, copy.offer, copy.opened_at = StepState.WAITING, {}, None
                copy.decide(StepState.WAITING, "", now)
                copy.decided_at = None
            carried.append(copy)
        former = [copy.position for copy in carried if copy.stage == stage]
    return carried, places[offered.position]
