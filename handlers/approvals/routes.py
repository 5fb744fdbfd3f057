"""审批路线: each route by name with the people of today and every hole, for system administrators."""

from __future__ import annotations

from collections.abc import Sequence

from domain.approvals.routes import Mode
from domain.approvals.surveys import Flaw, Hole, Station, survey_route
from domain.people import Employee, Role
from handlers.approvals.conditions import show_condition
from handlers.context import Context
from handlers.language import N_, Language
from handlers.ui import ViewBuilder, bold
from handlers.wording import labelled, show_act, show_kind, show_mode, show_who

SHOWN = 5
_FLAWS = {
    Flaw.VACANT: N_("Nobody holds this role; give it to somebody in the staff file, or change the route."),
    Flaw.LEFT: N_("{names} left; name a successor in the route."),
    Flaw.UNBOUND: N_("{names} have no account; send them an invitation."),
    Flaw.SOME_UNBOUND: N_("{names} have no account yet; send them an invitation."),
    Flaw.BLOCKED: N_("{names} blocked the bot; ask them to unblock it."),
    Flaw.NOBODY_ABOVE: N_("{names} have nobody above who can act; their requests go to the fallback."),
    Flaw.ALONE: N_("{names} alone decide here and have no superior; their own requests go to the fallback."),
}


def show_routes(ctx: Context) -> None:
    """Show every route as it stands today."""
    ctx.actor.require(Role.SYSTEM_ADMIN)
    _, routes = ctx.language, ctx.work.rules.routes
    for kind, route in routes.items():
        screen = ViewBuilder().say(bold(f"{_('Approval route')} · {show_kind(_, kind)}"))
        for station in survey_route(kind, route, ctx.work.people):
            screen.say(_line(ctx, _, station))
            for hole in station.holes:
                screen.say("    ⚠️ " + show_hole(_, hole))
        if route.cc:
            who = "、".join(show_who(_, name, ctx.name_of) for name in route.cc)
            screen.say(labelled(_, _("Copied to"), who))
        ctx.say(screen.view())


def show_hole(_: Language, hole: Hole) -> str:
    return _(_FLAWS[hole.flaw], names=_names(hole.people))


def _line(ctx: Context, _: Language, station: Station) -> str:
    rule = station.rule
    who = show_who(_, rule.who, ctx.name_of)
    head = f"{station.place}. {show_act(_, rule.act)}" if station.place else _("Fallback")
    text = labelled(_, head, who)
    if rule.mode is not Mode.ANY:
        text += f"（{show_mode(_, rule.mode)}）"
    if station.able:
        text += f" {_names(station.able)}"
    if rule.when:
        text += "，" + _(
            "only if {conditions}", conditions=_(" or ").join(show_condition(_, c) for c in rule.when)
        )
    return text


def _names(people: Sequence[Employee]) -> str:
    names = "、".join(person.name for person in people[:SHOWN])
    return names + ("…" if len(people) > SHOWN else "")
