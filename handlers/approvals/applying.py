"""What an applicant does about a request of their own: 撤回, mending what was sent back, 催办."""

from __future__ import annotations

from domain.approvals.acts import require_withdrawable, withdraw_request
from domain.approvals.remarks import nudge_request
from domain.approvals.requests import Request, RequestState
from domain.errors import Refused
from handlers.approvals import cards
from handlers.approvals.kinds import Kinds
from handlers.context import Context
from handlers.conversation import Draft, Mend
from handlers.forms.engine import Forms
from handlers.refusals import explain
from handlers.ui import Button, ViewBuilder


class Applying:
    """Payloads carry request id and version."""

    def __init__(self, kinds: Kinds, forms: Forms) -> None:
        self._kinds = kinds
        self._forms = forms

    def on_withdraw(self, ctx: Context, request_id: str, version: str, sure: str = "") -> None:
        request = self._own(ctx, request_id, version)
        _ = ctx.language
        if not sure:
            require_withdrawable(request)
            screen = ViewBuilder().say(
                _("Withdraw {number} ({title})?", number=request.number, title=request.title)
            )
            screen.buttons(
                Button(_("Yes, withdraw"), cards.tap("wd", request, "y")), Button(_("Leave it"), "q:no")
            )
            ctx.say(screen.view())
            return
        try:
            with ctx.work.attempt():
                withdraw_request(ctx.work, ctx.actor, int(request_id), int(version), ctx.now)
        except Refused as refused:
            ctx.show(ViewBuilder().say("⚠️ " + explain(_, refused)).view())  # the question is settled
            raise
        ctx.show(ViewBuilder().say(_("Withdrawn: {number}", number=request.number)).view())

    def on_mend(self, ctx: Context, request_id: str, version: str) -> None:
        """Open the returned request as a form that asks only for what was named."""
        request = self._own(ctx, request_id, version)
        if request.state is not RequestState.RETURNED:
            raise Refused("request_closed", number=request.number, state=request.state)
        kind = self._kinds[request.kind]
        form = kind.form
        draft = ctx.conversation.draft_of(form.name, int(request_id))
        if draft is not None and draft.mend is not None and draft.mend.version == request.version:
            draft.answers, draft.mend.former = (
                kind.refresh(ctx, draft.answers),
                kind.refresh(ctx, draft.mend.former),
            )
            self._forms.resume(ctx, draft)
            return
        if draft is not None:
            ctx.conversation.drop(draft)
        content = kind.refresh(ctx, dict(request.content))
        mend = Mend(int(request_id), request.version, [*request.mend, *kind.beside_mending], content)
        kept = {name: raw for name, raw in content.items() if name not in request.mend}
        self._forms.begin(ctx, Draft(form.name, form.version, answers=kept, mend=mend))

    def on_nudge(self, ctx: Context, request_id: str, version: str) -> None:
        self._own(ctx, request_id, version)
        text = self.nudge(ctx, int(request_id))
        if ctx.tapped is not None:
            ctx.toast = text
        else:
            ctx.say(ViewBuilder().say("✓ " + text).view())

    def nudge(self, ctx: Context, request_id: int) -> str:
        with ctx.work.attempt():
            request = nudge_request(ctx.work, ctx.actor, request_id, ctx.now)
        waiting = [
            ctx.name_of(staff_no)
            for step in ctx.work.requests.steps(request_id, request.version)
            if step.state is step.state.OPEN
            for staff_no in step.assignees
        ]
        names = "、".join(dict.fromkeys(waiting))
        return ctx.language("Reminded {names} of {number}", names=names, number=request.number)

    def _own(self, ctx: Context, request_id: str, version: str) -> Request:
        request = ctx.work.requests.by_id(int(request_id))
        if request is None or request.applicant_no != ctx.actor.staff_no:
            raise Refused("request_unknown")
        request.require_version(int(version))
        return request
