"""Questions outside forms: a reason, a name, other terms. A button or the next text answers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.errors import Refused
from handlers.context import Context
from handlers.conversation import Asking
from handlers.forms.engine import Forms
from handlers.forms.fields import tidy
from handlers.ui import View, ViewBuilder

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
}

Answer = Callable[[Context, Asking, str], None]
Pick = Callable[..., None]


class Questions:
    """What each question does with its answer, by the question's route."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._answers: dict[str, Answer] = {}
        self._picks: dict[str, Pick] = {}

    def register(self, route: str, answer: Answer, **picks: Pick) -> None:
        """answer: takes the text. picks: take the buttons, by the first part of their payload after `q:`."""
        self._answers[route] = answer
        self._picks.update(picks)

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
