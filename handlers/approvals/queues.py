"""我的待办 and 我的申请: what waits for a person, and what they filed."""

from __future__ import annotations

from domain.approvals.requests import Request, RequestState
from domain.approvals.routes import Act
from handlers.approvals.kinds import Kinds
from handlers.context import Context
from handlers.language import Language
from handlers.ui import Button, ViewBuilder, bold
from handlers.wording import shorten, show_request_state

PAGE = 5


class Queues:
    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def show_todo(self, ctx: Context, page: str = "0") -> None:
        """List what waits for this person, oldest first."""
        _, count = ctx.language, ctx.work.requests.count_waiting_for(ctx.actor.staff_no)
        at = _page(page, count)
        waiting = ctx.work.requests.waiting_for(ctx.actor.staff_no, limit=PAGE, offset=at * PAGE)
        screen = ViewBuilder().say(bold(f"{_('My tasks')} ({count})"))
        if not count:
            screen.say(_("Nothing waits for you."))
        for place, (request, step) in enumerate(waiting, start=at * PAGE + 1):
            doing = _("to record") if step.act is Act.EXECUTE else _("to approve")
            applicant = ctx.name_of(request.applicant_no)
            since = _.moment(step.opened_at or request.submitted_at)
            screen.say(f"{place}. {request.title} · {applicant}")
            screen.say(f"    {self._title(_, request)} {request.number} · {doing} · {since}")
        self._open_buttons(screen, [request for request, _step in waiting], at)
        _turns(_, screen, "td", at, count)
        ctx.show(screen.view())

    def show_mine(self, ctx: Context, page: str = "0") -> None:
        """List this person's own requests: what needs them first, then what is under way, then the rest."""
        _, count = ctx.language, ctx.work.requests.count_filed_by(ctx.actor.staff_no)
        at = _page(page, count)
        filed = ctx.work.requests.filed_by(ctx.actor.staff_no, limit=PAGE, offset=at * PAGE)
        screen = ViewBuilder().say(bold(f"{_('My requests')} ({count})"))
        if not count:
            screen.say(_("You have not filed anything yet."))
        for place, request in enumerate(filed, start=at * PAGE + 1):
            screen.say(f"{place}. {request.title} · {self._state(ctx, _, request)}")
            screen.say(f"    {self._title(_, request)} {request.number} · {_.moment(request.submitted_at)}")
        self._open_buttons(screen, filed, at)
        _turns(_, screen, "my", at, count)
        ctx.show(screen.view())

    def _title(self, _: Language, request: Request) -> str:
        return _(self._kinds[request.kind].form.title)

    def _state(self, ctx: Context, _: Language, request: Request) -> str:
        state = show_request_state(_, request.state)
        if request.state is RequestState.DONE and request.outcome:
            return f"{state} {request.outcome}"
        return state

    def _open_buttons(self, screen: ViewBuilder, requests: list[Request], at: int) -> None:
        for place, request in enumerate(requests, start=at * PAGE + 1):
            screen.buttons(Button(f"{place}. {shorten(request.title, 20)}", f"op:{request.id}"))


def _page(page: str, count: int) -> int:
    last = max(0, -(-count // PAGE) - 1)
    return min(max(int(page), 0), last)


def _turns(_: Language, screen: ViewBuilder, route: str, at: int, count: int) -> None:
    row = []
    if at > 0:
        row.append(Button("◀ " + _("Previous page"), f"{route}:{at - 1}"))
    if (at + 1) * PAGE < count:
        row.append(Button(_("Next page") + " ▶", f"{route}:{at + 1}"))
    screen.buttons(*row)
