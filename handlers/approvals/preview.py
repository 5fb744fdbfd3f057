"""The route by name, before and after a request is filed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.approvals.assigning import Assignment, assign
from domain.approvals.requests import Request, RequestKind, Step, StepState
from domain.approvals.rounds import rule_of
from domain.approvals.routes import Mode, Route, StepRule
from domain.errors import Refused
from domain.people import Employee
from handlers.context import Context, Telling
from handlers.language import Language
from handlers.wording import show_act, show_mode, show_step_state

MAX_NAMES = 3


def names_of(ctx: Telling, staff_nos: Sequence[str], joint: str = "/") -> str:
    names = joint.join(ctx.name_of(staff_no) for staff_no in staff_nos[:MAX_NAMES])
    return names + ("…" if len(staff_nos) > MAX_NAMES else "")


def preview_route(ctx: Context, kind: RequestKind, content: Mapping[str, Any]) -> list[str]:
    """Write whom a request of this content would go to today."""
    _, route = ctx.language, ctx.work.rules.routes[kind]
    facts = ctx.work.consequences[kind].weigh(ctx.work, ctx.actor, content).facts
    stations = [_station(ctx, _, rule, route, ctx.actor, facts) for _stage, rule in route.asked(facts)]
    return [_("Route: {route}", route=" → ".join(stations))]


def route_line(ctx: Telling, _: Language, request: Request, steps: Sequence[Step], done: str) -> str:
    """Write the route of a filed request with where it stands. done: what its executor does."""
    stations = []
    for step in sorted(steps, key=lambda step: (step.stage, step.position)):
        act = show_act(_, step.act)
        if step.state.decided and step.decided_by:
            state = done if step.state is StepState.EXECUTED else show_step_state(_, step.state)
            stations.append(f"{ctx.name_of(step.decided_by)}({state})")
        elif step.state in {StepState.OPEN, StepState.OFFERED}:
            stations.append(f"{names_of(ctx, step.assignees) or '?'}({act})")
        elif step.assignees and step.state is StepState.WAITING:
            stations.append(f"{names_of(ctx, step.assignees)}({act})")
        elif step.state is StepState.WAITING and step.named:
            stations.append(f"{ctx.name_of(step.named)}({act})")
        elif step.state is StepState.WAITING:
            applicant = ctx.work.people.by_no(request.applicant_no)
            if applicant is not None:
                rule, route = rule_of(request, step), request.frozen_route
                stations.append(_station(ctx, _, rule, route, applicant, request.facts))
    return _("Route: {route}", route=" → ".join(stations))


def _station(
    ctx: Telling, _: Language, rule: StepRule, route: Route, applicant: Employee, facts: Mapping[str, str]
) -> str:
    """Write whom a rule would ask today: 王敏(审批), 王敏+李强(审批,会签)."""
    act = show_act(_, rule.act)
    try:
        seats: list[Assignment] = assign(rule, route, applicant, (), ctx.work.people, facts)
    except Refused:
        return f"?({act})"
    if len(seats) == 1:
        return f"{names_of(ctx, seats[0].staff_nos)}({act})"
    joint = " → " if rule.mode is Mode.IN_TURN else "+"
    names = names_of(ctx, [staff_no for seat in seats for staff_no in seat.staff_nos[:1]], joint)
    return f"{names}({act}，{show_mode(_, rule.mode)})"
