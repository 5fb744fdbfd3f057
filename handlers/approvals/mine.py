"""我的申请: what a person filed, and where it stands."""

from __future__ import annotations

from domain.approvals.requests import Request, RequestState
from handlers.approvals.kinds import Kinds
from handlers.context import Context
from handlers.language import Language
from handlers.ui import Button, ViewBuilder, bold
from handlers.wording import shorten, show_request_state

PAGE = 5


class Mine:
    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

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
