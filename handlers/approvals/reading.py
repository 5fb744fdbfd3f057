"""Opening a request from wherever it is met, its attachments, and 评论."""

from __future__ import annotations

from domain.approvals.remarks import add_remark
from domain.approvals.requests import Request, Step, StepState
from domain.approvals.taking import read_request
from handlers.approvals import cards, details
from handlers.approvals.asking import Questions
from handlers.approvals.kinds import Kinds
from handlers.context import Context
from handlers.conversation import Asking
from handlers.ui import Button, LocalFile, View, ViewBuilder, bold


class Reading:
    def __init__(self, kinds: Kinds, questions: Questions) -> None:
        self._kinds = kinds
        self._questions = questions
        questions.register("remark", self._answer)

    def show_details(self, ctx: Context, request_id: str, _version: str = "") -> None:
        request = read_request(ctx.work, ctx.actor, int(request_id), ctx.now)
        trail = ctx.work.requests.all_steps(int(request_id))
        view = details.show_details(ctx, self._kinds, request, trail)
        ctx.say(view, details.card_of_details(ctx, request, trail))

    def show_attachments(self, ctx: Context, request_id: str, _version: str = "") -> None:
        request = read_request(ctx.work, ctx.actor, int(request_id), ctx.now)
        for attachment_id in self._kinds[request.kind].attachments(request):
            attachment = ctx.work.attachments.by_id(attachment_id)
            if attachment is not None and attachment.path:
                file = LocalFile(attachment.path, attachment.name, attachment.mime)
                caption = ViewBuilder().say(f"{request.number} {attachment.name}").view()
                ctx.say(View(caption.paragraphs, (), file))

    def open_card(self, ctx: Context, request_id: str) -> None:
        """Show a request from a list: with its buttons for whoever may act, else as its applicant sees it."""
        request = read_request(ctx.work, ctx.actor, int(request_id), ctx.now)
        steps = ctx.work.requests.steps(int(request_id), request.version)
        me = ctx.actor.staff_no
        if (mine := _open_for(ctx, request, steps)) is not None:
            view = cards.show_step(ctx, ctx.language, self._kinds, request, mine, me)
            ctx.say(view, cards.step_card(mine))
        elif request.applicant_no == me:
            view = cards.show_request(ctx, ctx.language, self._kinds, request, steps)
            ctx.say(view, cards.request_card(request))
        else:
            self.show_details(ctx, request_id)

    def on_remark(self, ctx: Context, request_id: str, _version: str = "") -> None:
        request = read_request(ctx.work, ctx.actor, int(request_id), ctx.now)
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("Comment on {number}", number=request.number)))
        screen.say(request.title).say(_("What would you like to say to all concerned?"))
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "remark", screen.view(), ids=[request_id])

    def remark(self, ctx: Context, request_id: int, text: str) -> None:
        with ctx.work.attempt():
            request = add_remark(ctx.work, ctx.actor, request_id, text, ctx.now)
        self._questions.settle(ctx, ctx.language("Commented on {number}", number=request.number))

    def _answer(self, ctx: Context, asking: Asking, text: str) -> None:
        self.remark(ctx, int(asking.args["ids"][0]), text)


def _open_for(ctx: Context, request: Request, steps: list[Step]) -> Step | None:
    """Find the step that waits for whoever speaks; one whose offer lies with the applicant counts as well."""
    me = ctx.actor.staff_no
    for step in steps:
        if step.state is StepState.OPEN and cards.stands_for(ctx, request, step, me) is not None:
            return step
        if step.state is StepState.OFFERED and me in {step.decided_by, *step.assignees}:
            return step
    return None
