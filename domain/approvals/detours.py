"""Detours of a step: 转交 hands it to somebody else, 加签 asks somebody before or after oneself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.approvals.acts import settle_step
from domain.approvals.requests import Request, Step, StepState
from domain.approvals.rounds import Round, advance, require_fit, save_round
from domain.approvals.taking import StepRef, Taken, limit_words, take_own_decision
from domain.events import StepPaused
from domain.people import Employee

if TYPE_CHECKING:
    from domain.work import Work


class Side(StrEnum):
    """Before oneself, who decides once they have; or after oneself, whose approval that is."""

    BEFORE = "before"
    AFTER = "after"


def transfer_step(work: Work, actor: Employee, at: StepRef, to_no: str, words: str, now: datetime) -> Request:
    """Hand one's step to somebody else, who then decides alone."""
    words = limit_words(words)
    taken = take_own_decision(work, actor, at, now)
    require_fit(work, taken.round, actor, to_no)
    taken.round.add(work, _step_for(taken, actor, to_no, "transferred"), after=taken.step)
    settle_step(work, taken, StepState.TRANSFERRED, actor, now, words)
    advance(work, taken.round, actor, now)
    save_round(work, taken.round, now)
    return taken.request


def add_approver(
    work: Work, actor: Employee, at: StepRef, to_no: str, side: Side, words: str, now: datetime
) -> Request:
    """Ask somebody else as well; asking after oneself approves one's own step with these words."""
    words = limit_words(words)
    taken = take_own_decision(work, actor, at, now)
    require_fit(work, taken.round, actor, to_no)
    extra = _step_for(taken, actor, to_no, "added")
    request = taken.request
    after = {"to": to_no, "side": side.value, "version": request.version, "position": taken.step.position}
    work.audit.record(now, actor.staff_no, "approver_added", request.number, after=after)
    if side is Side.AFTER:
        taken.round.add(work, extra, after=taken.step)
        settle_step(work, taken, StepState.APPROVED, actor, now, words)
    else:
        extra.needs = list(taken.step.needs)
        taken.round.add(work, extra, before=taken.step)
        taken.step.state = StepState.WAITING
        work.events.append(StepPaused(request, taken.step, actor))
    advance(work, taken.round, actor, now)
    save_round(work, taken.round, now)
    return request


def may_choose(work: Work, round_: Round, actor: Employee) -> list[Employee]:
    """List whom an approver may choose, colleagues who decide elsewhere in the route left out."""
    barred = {actor.staff_no, round_.request.applicant_no, *round_.involved()}
    here = [person for person in work.people.everybody() if person.staff_no not in barred]
    bound = work.people.accounts(person.staff_no for person in here)
    return [person for person in here if person.staff_no in bound]


def _step_for(taken: Taken, actor: Employee, to_no: str, note: str) -> Step:
    step = taken.step
    return Step(
        request_id=step.request_id,
        version=step.version,
        position=0,
        stage=step.stage,
        act=step.act,
        who=f"staff:{to_no}",
        named=to_no,
        assignees=[to_no],
        note=note,
        instead_of=actor.staff_no,
    )
