"""Holes: steps whose people may not take them any more, while the request waits for them.

They have left, lost their account or their role, or turned out to be a relative of whom it is about.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from domain.approvals.assigning import Assignment, assign, assign_named
from domain.approvals.delegations import end_lost_delegations
from domain.approvals.offers import lose_offer
from domain.approvals.requests import Step, StepState
from domain.approvals.rounds import Round, advance, entitled, rule_of, save_round, seat_step, tell_uncovered
from domain.approvals.routes import Mode, StepRule
from domain.errors import Refused
from domain.events import StepMoved
from domain.people import require_known

if TYPE_CHECKING:
    from domain.work import Work


def mend_holes(work: Work, now: datetime) -> int:
    """Find new people for every open step that nobody may take any more; give how many were moved.

    Delegations to somebody who is gone end as well. Called in the transaction that changes staff or accounts,
    so that no request ever waits for nobody unseen.
    """
    end_lost_delegations(work, now)
    waiting = [(request.id or 0, step.position) for request, step in work.requests.open_steps()]
    return sum(_mend(work, request_id, position, now) for request_id, position in waiting)


def bar_relatives(work: Work, subject_nos: Collection[str], now: datetime) -> int:
    """Take what waits about people from relatives of theirs who have just been declared; give how many moved.

    Their requests note who is related to them now, so that no relative is asked at a later step either.
    """
    waiting = [
        (request.id or 0, step.position)
        for request, step in work.requests.open_steps()
        if request.facts.get("subject") in subject_nos
    ]
    for request_id in dict.fromkeys(request_id for request_id, _position in waiting):
        if (request := work.requests.lock(request_id)) is not None:
            kin = ",".join(sorted(work.files.relatives(request.facts["subject"])))
            request.facts = {**request.facts, "kin": kin}
            work.requests.save(request)
    return sum(_mend(work, request_id, position, now) for request_id, position in waiting)


def _mend(work: Work, request_id: int, position: int, now: datetime) -> bool:
    request = work.requests.lock(request_id)
    if request is None:
        return False
    round_ = Round.of(work, request)
    step = round_.steps[position]
    if step.state is StepState.OFFERED:
        if entitled(work, request, step, step.on_behalf_of or step.decided_by):
            return False
        lose_offer(work, round_, step, now)
    if step.state is not StepState.OPEN:
        return False
    able = [staff_no for staff_no in step.assignees if entitled(work, request, step, staff_no)]
    if able:
        if able != step.assignees:
            step.assignees = able
            work.requests.save(request, step)
        return False
    _reseat(work, round_, step, now)
    save_round(work, round_, now)
    return True


def _reseat(work: Work, round_: Round, step: Step, now: datetime) -> None:
    request, former = round_.request, tuple(step.assignees)
    try:
        seat = _seat(work, round_, step)
    except Refused:
        step.assignees = []
        if former:  # it was told once
            tell_uncovered(work, request, step, now)
        return
    beside = {
        staff_no
        for other in round_.steps.values()
        if other.state.live and other.stage == step.stage and other is not step
        for staff_no in other.assignees
    }
    if beside.issuperset(seat.staff_nos):  # they decide beside it anyway, and nobody decides twice
        step.decide(StepState.TRANSFERRED, "", now)
        advance(work, round_, require_known(work.people, request.applicant_no), now)
        return
    after = {"position": step.position, "to": list(seat.staff_nos)}
    work.audit.record(now, "", "step_moved", request.number, before={"to": list(former)}, after=after)
    seat_step(work, request, step, seat, now)
    work.events.append(StepMoved(request, step, former))


def _seat(work: Work, round_: Round, step: Step) -> Assignment:
    request, rule = round_.request, rule_of(round_.request, step)
    applicant = require_known(work.people, request.applicant_no)
    decided, route = round_.decided(), request.frozen_route
    if step.named and step.note == "":
        return assign_named(rule, step.named, route, applicant, decided, work.people, request.facts)
    alone = StepRule(rule.act, rule.who, Mode.ANY)
    return assign(alone, route, applicant, decided, work.people, request.facts)[0]
