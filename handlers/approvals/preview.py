"""The route by name, before and after a request is filed."""

from __future__ import annotations

from collections.abc import Sequence

from domain.approvals.requests import RequestKind, Step, StepState
from domain.approvals.routes import assign
from domain.errors import Refused
from handlers.context import Context, Telling
from handlers.language import Language
from handlers.wording import show_act, show_step_state

MAX_NAMES = 3


def names_of(ctx: Telling, staff_nos: Sequence[str]) -> str:
    names = "/".join(ctx.name_of(staff_no) for staff_no in staff_nos[:MAX_NAMES])
    return names + ("…" if len(staff_nos) > MAX_NAMES else "")


def preview_route(ctx: Context, kind: RequestKind) -> list[str]:
    """Write whom a request would go to today."""
    _, route = ctx.language, ctx.work.rules.routes[kind]
    stations: list[str] = []
    for rule in route.steps:
        try:
            assignment = assign(rule, route, ctx.actor, (), ctx.work.people)
            people = names_of(ctx, assignment.staff_nos)
        except Refused:
            people = "?"
        stations.append(f"{people}({show_act(_, rule.act)})")
    return [_("Route: {route}", route=" → ".join(stations))]


def route_line(ctx: Telling, _: Language, steps: Sequence[Step]) -> str:
    """Write the route of a filed request with where it stands."""
    stations = []
    for step in steps:
        act = show_act(_, step.act)
        if step.state.decided:
            stations.append(f"{ctx.name_of(step.decided_by)}({show_step_state(_, step.state)})")
        elif step.assignees:
            stations.append(f"{names_of(ctx, step.assignees)}({act})")
        elif step.state is not StepState.CANCELLED:
            stations.append(f"{names_of(ctx, _expected(ctx, step))}({act})")
    return _("Route: {route}", route=" → ".join(stations))


def _expected(ctx: Telling, step: Step) -> Sequence[str]:
    request = ctx.work.requests.by_id(step.request_id)
    applicant = ctx.work.people.by_no(request.applicant_no) if request else None
    if request is None or applicant is None:
        return []
    rule = request.frozen_route.steps[step.position]
    try:
        return assign(rule, request.frozen_route, applicant, (), ctx.work.people).staff_nos
    except Refused:
        return []
