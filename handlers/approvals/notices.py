"""Who hears of what: each event becomes messages for everyone concerned, in their language."""

from __future__ import annotations

from domain.approvals.requests import Request, RequestState, Step, StepState
from domain.events import (
    Event,
    RequestSubmitted,
    RequestWithdrawn,
    StepDecided,
    StepOpened,
    StepUncovered,
)
from domain.people import Employee
from handlers.alarms import tell_admins
from handlers.approvals import cards
from handlers.approvals.kinds import Kinds
from handlers.approvals.preview import names_of
from handlers.context import Context
from handlers.language import Language
from handlers.ui import Button, View, ViewBuilder
from handlers.wording import labelled, show_step_state, show_who


class Notices:
    """Turns what happened in a turn into its messages, at the end of the turn."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def on_event(self, ctx: Context, event: Event) -> None:
        match event:
            case RequestSubmitted():
                self._submitted(ctx, event.request)
            case StepOpened():
                self._opened(ctx, event.request, event.step)
            case StepDecided():
                self._decided(ctx, event.request, event.step, event.actor)
            case RequestWithdrawn():
                self._withdrawn(ctx, event.request)
            case StepUncovered():
                self._uncovered(ctx, event.request, event.step)
            case _:
                pass

    def _submitted(self, ctx: Context, request: Request) -> None:
        """The applicant gets a message that follows the request; a mended one's former message is closed."""
        if request.version > 1:
            self._refresh(ctx, request)
        ctx.say(self._own(ctx, ctx.language, request), cards.request_card(request))

    def _opened(self, ctx: Context, request: Request, step: Step) -> None:
        card = cards.step_card(step)
        told = [
            ctx.tell(staff_no, lambda _: cards.show_step(ctx, _, self._kinds, request, step), card)
            for staff_no in step.assignees
        ]
        if not any(told):
            ctx.outgoing += tell_admins(
                ctx.work, ctx.languages, lambda _: self._unheard(ctx, _, request, step)
            )

    def _decided(self, ctx: Context, request: Request, step: Step, actor: Employee) -> None:
        ctx.revise_card(cards.step_card(step), lambda _: cards.show_step(ctx, _, self._kinds, request, step))
        self._refresh(ctx, request)
        has_buttons = request.state is RequestState.RETURNED
        card = cards.request_card(request) if has_buttons else ""
        ctx.tell(request.applicant_no, lambda _: self._progress(ctx, _, request, step, actor), card)

    def _withdrawn(self, ctx: Context, request: Request) -> None:
        for step in ctx.work.requests.all_steps(request.id or 0):
            if step.state is StepState.CANCELLED and step.assignees:
                ctx.revise_card(
                    cards.step_card(step),
                    lambda _, step=step: cards.show_step(ctx, _, self._kinds, request, step),  # type: ignore[misc]
                )
        self._refresh(ctx, request)

    def _uncovered(self, ctx: Context, request: Request, step: Step) -> None:
        ctx.outgoing += tell_admins(ctx.work, ctx.languages, lambda _: self._hole(ctx, _, request, step))

    def _refresh(self, ctx: Context, request: Request) -> None:
        """Bring every message that follows the request up to date."""
        ctx.revise_card(cards.request_card(request), lambda _: self._own(ctx, _, request))

    def _own(self, ctx: Context, _: Language, request: Request) -> View:
        steps = ctx.work.requests.steps(request.id or 0, request.version)
        return cards.show_request(ctx, _, self._kinds, request, steps)

    def _progress(self, ctx: Context, _: Language, request: Request, step: Step, actor: Employee) -> View:
        kind = self._kinds[request.kind]
        screen = ViewBuilder().say(f"{_(kind.form.title)} {request.number} {request.title}")
        done = f"{actor.name} {show_step_state(_, step.state)}"
        screen.say(labelled(_, done, step.reason) if step.reason else done)
        if request.state is RequestState.RETURNED:
            labels = "、".join(_(f.label) for f in kind.form.fields if f.name in request.mend)
            screen.say(_("To mend: {fields}", fields=labels))
            screen.buttons(Button(_("Mend and submit again"), cards.tap("mend", request)))
            screen.buttons(Button(_("Withdraw"), cards.tap("wd", request)))
        elif request.state is RequestState.DONE:
            screen.say(_(kind.outcome_note))
        elif not request.state.closed:
            steps = ctx.work.requests.steps(request.id or 0, request.version)
            following = next((s for s in steps if s.state is StepState.OPEN), None)
            if following is not None:
                screen.say(_("Next: {names}", names=names_of(ctx, following.assignees)))
        return screen.view()

    def _unheard(self, ctx: Context, _: Language, request: Request, step: Step) -> View:
        names = names_of(ctx, step.assignees)
        text = _("{number} waits for {names}, who cannot be reached.", number=request.number, names=names)
        return ViewBuilder().say(text).view()

    def _hole(self, ctx: Context, _: Language, request: Request, step: Step) -> View:
        names = names_of(ctx, step.assignees)
        screen = ViewBuilder().say(
            _(
                "Nobody can take a step of {number} ({who}).",
                number=request.number,
                who=show_who(_, step.who, ctx.name_of),
            )
        )
        return screen.say(_("It went to {names}. Please check staff and accounts.", names=names)).view()
