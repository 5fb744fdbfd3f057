"""Questions outside forms: a reason, a name, other terms. A button or the next text answers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from domain.errors import Refused
from handlers.context import Context
from handlers.conversation import Asking
from handlers.forms.engine import Forms
from handlers.forms.fields import tidy
from handlers.forms.files import receive_file
from handlers.refusals import explain
from handlers.ui import FileArrived, RemoteFile, View, ViewBuilder

ASKING_SECONDS = 1_800
MAY_TRY_AGAIN = {
    "reason_is_consent",
    "reason_required",
    "reason_too_long",
    "remark_required",
    "fields_required",
    "erp_no_unreadable",
    "erp_no_taken",
    "outcome_unreadable",
    "record_unknown",
    "choice_ambiguous",
    "chosen_is_self",
    "chosen_is_applicant",
    "chosen_is_involved",
    "copied_already",
    "staff_unbound",
    "offer_unreadable",
    "offer_same",
    "offer_exceeds_request",
    "rate_below_floor",
    "credit_too_long",
    "pages_unreadable",
    "pages_out_of_range",
    "pages_differ",
    "pages_not_missing",
    "finding_missing",
    "file_still_coming",
    "purpose_required",
    "purpose_too_long",
    "date_unreadable",
    "date_too_early",
    "date_too_late",
    "loan_too_long",
}

Answer = Callable[[Context, Asking, str], None]
Pick = Callable[..., None]


class Questions:
    """What each question does with its answer, by the question's route."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._answers: dict[str, Answer] = {}
        self._picks: dict[str, Pick] = {}
        self._with_files: set[str] = set()

    def register(self, route: str, answer: Answer, *, takes_files: bool = False, **picks: Pick) -> None:
        """answer: takes the text. picks: take the buttons, by the first part of their payload after `q:`.

        takes_files: photos may come before the answer.
        """
        self._answers[route] = answer
        self._picks.update(picks)
        if takes_files:
            self._with_files.add(route)

    def put(self, ctx: Context, route: str, view: View, **args: Any) -> None:
        """Put a question in a message of its own."""
        ctx.conversation.asking = Asking(route, args, ctx.now.timestamp())
        ctx.ask(view, _see_below(ctx), fresh=True)

    def again(self, ctx: Context, view: View) -> None:
        """Put the same question in another way, in place after a tap."""
        ctx.ask(view, ViewBuilder().say("…").view())

    def settle(self, ctx: Context, text: str) -> None:
        """Close the question with what came of it, and go back to the form under way."""
        ctx.conversation.asking = None
        view = ViewBuilder().say("✓ " + text).view()
        if ctx.tapped is not None:
            ctx.settle_prompt(view)
        else:
            ctx.settle_prompt(_see_below(ctx))
            ctx.say(view)
        self._forms.resume_active(ctx)

    def show_answer(self, ctx: Context, text: str, show: Callable[[], None]) -> None:
        """Close the question, show what it asked for, and go back to the form under way."""
        ctx.conversation.asking = None
        ctx.settle_prompt(ViewBuilder().say(text).view())
        show()
        if ctx.conversation.asking is None:  # what is shown may ask something itself
            self._forms.resume_active(ctx)

    def on_tap(self, ctx: Context, what: str, *args: str) -> None:
        """A button of one of our own questions."""
        if what == "no":
            ctx.conversation.asking = None
            ctx.settle_prompt(ViewBuilder().say(ctx.language("Cancelled; nothing was changed.")).view())
            self._forms.resume_active(ctx)
            return
        if (pick := self._picks.get(what)) is None:
            raise Refused("button_unknown")
        self._guarded(ctx, lambda: pick(ctx, *args))

    def on_text(self, ctx: Context, asking: Asking, text: str) -> bool:
        """The next message after a question; false where it lay too long to be meant."""
        answer = self._answers.get(asking.route)
        if answer is None or ctx.now.timestamp() - asking.since > ASKING_SECONDS:
            ctx.conversation.asking = None
            return False
        self._guarded(ctx, lambda: answer(ctx, asking, text.strip() if tidy(text) else ""))
        return True

    def on_files(self, ctx: Context, files: Sequence[RemoteFile]) -> bool:
        """Take photos that belong to the answer; false where no question takes any."""
        asking = ctx.conversation.asking
        if asking is None or asking.route not in self._with_files:
            return False
        for file in files:
            attachment = receive_file(ctx, file, held=len(self.photos(ctx)), draft_id="")
            asking.args["photos"] = [*self.photos(ctx), attachment.id]
        asking.since = ctx.now.timestamp()
        return True

    def on_arrival(self, ctx: Context, arrived: FileArrived) -> bool:
        """A photo has been fetched, or could not be; false where no question waits for it."""
        asking = ctx.conversation.asking
        if asking is None or arrived.attachment_id not in self.photos(ctx):
            return False
        text = ctx.language("Photo received; now please answer the question above.")
        if arrived.refusal:
            asking.args["photos"] = [each for each in self.photos(ctx) if each != arrived.attachment_id]
            limit = ctx.work.rules.attachments.max_bytes // 1_000_000
            text = explain(ctx.language, Refused(arrived.refusal, limit=limit))
        ctx.say(ViewBuilder().say(text).view())
        return True

    def photos(self, ctx: Context) -> list[str]:
        """Give the ids of the photos that came with the present question."""
        asking = ctx.conversation.asking
        return list(asking.args.get("photos", ())) if asking else []

    def _guarded(self, ctx: Context, act: Callable[[], None]) -> None:
        """A refusal that no other answer could mend ends the question."""
        try:
            act()
        except Refused as refused:
            if refused.code not in MAY_TRY_AGAIN:
                ctx.conversation.asking = None
                ctx.settle_prompt(_see_below(ctx))
            raise


def _see_below(ctx: Context) -> View:
    return ViewBuilder().say(ctx.language("See below.")).view()
