"""A round: the steps of one version of a request, what opens when, and what a passed step sets going."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from domain.approvals.assigning import Assignment, assign, assign_named, concerned, who_fits
from domain.approvals.requests import Request, RequestState, Step, StepState
from domain.approvals.routes import Act, StepRule
from domain.errors import Refused
from domain.events import RequestCopied, StepOpened, StepUncovered
from domain.people import Employee, require_known

if TYPE_CHECKING:
    from domain.work import Work


@dataclass(slots=True)
class Round:
    """The steps of a request's present version, by position."""

    request: Request
    steps: dict[int, Step] = field(default_factory=dict)

    @classmethod
    def of(cls, work: Work, request: Request) -> Round:
        found = work.requests.steps(request.id or 0, request.version)
        return cls(request, {step.position: step for step in found})

    def ready(self) -> list[Step]:
        """Give the waiting steps whose needs have all passed, in the order of the route."""
        waiting = [step for step in self.steps.values() if step.state is StepState.WAITING]
        ready = [step for step in waiting if all(self.steps[at].state.passed for at in step.needs)]
        return sorted(ready, key=lambda step: (step.stage, step.position))

    def decided(self) -> set[str]:
        """Give those who approved in this round, and those in whose place it was done."""
        passed = [step for step in self.steps.values() if step.state is StepState.APPROVED]
        return {staff_no for step in passed for staff_no in (step.decided_by, step.on_behalf_of) if staff_no}

    def involved(self) -> set[str]:
        """Give everybody who has decided or is asked in this round."""
        return self.decided() | {
            staff_no for step in self.steps.values() if step.state.live for staff_no in step.assignees
        }

    @property
    def settled(self) -> bool:
        """Whether all that decides has passed."""
        return all(step.state.passed for step in self.steps.values() if step.act is not Act.EXECUTE)

    def add(self, work: Work, step: Step, *, before: Step | None = None, after: Step | None = None) -> Step:
        """Put a step into the round: before one, or between one and all that need it."""
        step.position = max(self.steps, default=-1) + 1
        if after is not None:
            for other in self.steps.values():
                if after.position in other.needs:
                    other.needs = [*other.needs, step.position]
            step.needs = [after.position]
        if before is not None:
            before.needs = [*before.needs, step.position]
        [added] = work.requests.add_steps([step])
        self.steps[added.position] = added
        return added

    def in_order(self) -> list[Step]:
        """Give the steps as they are met: by stage, within it what is needed first."""
        depth: dict[int, int] = {}

        def deep(position: int) -> int:
            if position not in depth:
                depth[position] = 1 + max((deep(at) for at in self.steps[position].needs), default=0)
            return depth[position]

        return sorted(self.steps.values(), key=lambda step: (step.stage, deep(step.position), step.position))


def plan_round(request: Request) -> list[Step]:
    """Lay out the steps that the frozen route asks of the present content, one after the other."""
    steps: list[Step] = []
    for stage, rule in request.frozen_route.asked(request.facts):
        at = len(steps)
        steps.append(
            Step(
                request_id=request.id or 0,
                version=request.version,
                position=at,
                stage=stage,
                needs=[at - 1] if at else [],
                act=rule.act,
                who=rule.who,
            )
        )
    return steps


def advance(work: Work, round_: Round, actor: Employee, now: datetime) -> None:
    """Open what may open now; where nothing is left to decide, the request is approved, or done."""
    request = round_.request
    if request.state is RequestState.PENDING and round_.settled:
        request.state = RequestState.APPROVED
        work.consequences[request.kind].approved(work, request, actor, now)
        _tell_cc(work, request)
    for step in round_.ready():
        _open(work, round_, step, now)
    if all(step.state.passed for step in round_.steps.values()):
        work.consequences[request.kind].done(work, request, actor, "", now)
        request.close(RequestState.DONE, now)
    save_round(work, round_, now)


def save_round(work: Work, round_: Round, now: datetime) -> None:
    """Write the request and all its steps; the request points at its first open step."""
    request = round_.request
    open_steps = [step.position for step in round_.in_order() if step.state is StepState.OPEN]
    request.position = open_steps[0] if open_steps else request.position
    request.updated_at = now
    work.requests.save(request, *round_.steps.values())


def cancel_rest(steps: Iterable[Step]) -> None:
    for step in steps:
        if step.state.live:
            step.state = StepState.CANCELLED


def _open(work: Work, round_: Round, step: Step, now: datetime) -> None:
    """Open a step; where several must decide, each gets a seat of their own."""
    request = round_.request
    if step.assignees:  # it was open before, and somebody was asked first
        reopen(work, round_, step, now)
        return
    applicant = require_known(work.people, request.applicant_no)
    rule = rule_of(request, step)
    if step.named:
        assignment = assign_named(
            rule, step.named, request.frozen_route, applicant, round_.decided(), work.people, request.facts
        )
        seat_step(work, request, step, assignment, now)
        return
    route, facts = request.frozen_route, request.facts
    first, *others = assign(rule, route, applicant, round_.decided(), work.people, facts)
    seat_step(work, request, step, first, now)
    former = step
    for seat in others:
        extra = Step(
            request_id=step.request_id,
            version=step.version,
            position=0,
            stage=step.stage,
            act=step.act,
            who=step.who,
            named=seat.named,
        )
        in_turn = rule.mode is rule.mode.IN_TURN
        needs = [former.position] if in_turn else list(step.needs)
        former = round_.add(work, extra, after=former)
        former.needs = needs
        if not in_turn:
            seat_step(work, request, former, seat, now)


def reopen(work: Work, round_: Round, step: Step, now: datetime) -> None:
    """Open a step again for those of its people who may still take it, or find it others."""
    request = round_.request
    applicant = require_known(work.people, request.applicant_no)
    able = [no for no in step.assignees if entitled(work, request, step, no)]
    if able:
        step.state, step.opened_at, step.assignees = StepState.OPEN, now, able
        work.events.append(StepOpened(request, step))
        return
    rule = rule_of(request, step)
    free = StepRule(rule.act, rule.who, rule.mode.ANY)
    route, facts = request.frozen_route, request.facts
    [seat] = assign(free, route, applicant, round_.decided(), work.people, facts)
    seat_step(work, request, step, seat, now)


def seat_step(work: Work, request: Request, step: Step, seat: Assignment, now: datetime) -> None:
    """Open a step for the people of a seat."""
    step.state, step.opened_at = StepState.OPEN, now
    step.assignees, step.note, step.instead_of = list(seat.staff_nos), seat.reason, seat.instead_of
    step.named = step.named or seat.named
    if seat.reason == "vacant":
        tell_uncovered(work, request, step, now)
    work.events.append(StepOpened(request, step))


def tell_uncovered(work: Work, request: Request, step: Step, now: datetime) -> None:
    after = {"who": step.who, "to": step.assignees}
    work.audit.record(now, "", "step_uncovered", request.number, after=after)
    work.events.append(StepUncovered(request, step))


def entitled(work: Work, request: Request, step: Step, staff_no: str) -> bool:
    """Tell whether a person who was asked may still decide: a role taken away since then no longer counts."""
    person = work.people.by_no(staff_no)
    if person is None or not person.works_here or not work.people.accounts([staff_no]):
        return False
    if staff_no in concerned(request.facts):  # an edited version may be about somebody else
        return False
    if step.note not in {"", "vacant", "carried"}:  # a superior, or somebody chosen by an approver
        return True
    applicant = require_known(work.people, request.applicant_no)
    who = request.frozen_route.fallback if step.note == "vacant" else step.who
    if step.named and step.note != "vacant" and step.named != staff_no:
        return False
    return any(fit.staff_no == staff_no for fit in who_fits(who, applicant, work.people, request.facts))


def rule_of(request: Request, step: Step) -> StepRule:
    rule = request.frozen_route.steps[step.stage]
    return StepRule(step.act, step.who, rule.mode, rule.when)


def _tell_cc(work: Work, request: Request) -> None:
    """Let those read along whom the route names; one who cannot be found is left out."""
    applicant = require_known(work.people, request.applicant_no)
    told: list[str] = []
    for who in request.frozen_route.cc:
        told += [
            person.staff_no
            for person in who_fits(who, applicant, work.people, request.facts)
            if person.staff_no not in {applicant.staff_no, *request.cc, *told}
        ]
    if told:
        request.cc = [*request.cc, *told]
        work.events.append(RequestCopied(request, tuple(told), ""))


def require_fit(work: Work, round_: Round, actor: Employee, staff_no: str) -> Employee:
    """Find the person an approver chose to decide as well or instead.

    Raises Refused: staff_unknown, staff_left, staff_unbound, chosen_is_self, chosen_is_applicant,
    chosen_is_involved, chosen_is_concerned.
    """
    person = require_known(work.people, staff_no)
    if person.staff_no == actor.staff_no:
        raise Refused("chosen_is_self")
    if person.staff_no == round_.request.applicant_no:
        raise Refused("chosen_is_applicant", name=person.name)
    if person.staff_no in concerned(round_.request.facts):
        raise Refused("chosen_is_concerned", name=person.name)
    if not person.works_here:
        raise Refused("staff_left", name=person.name)
    if not work.people.accounts([staff_no]):
        raise Refused("staff_unbound", name=person.name)
    if person.staff_no in round_.involved():
        raise Refused("chosen_is_involved", name=person.name)
    return person
