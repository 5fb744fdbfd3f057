"""Who hears of what: each event becomes messages for everyone concerned, in their language."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from domain.approvals.delegations import delegates_of
from domain.approvals.requests import Remark, Request, RequestState, Step, StepState
from domain.approvals.rounds import Round
from domain.events import (
    CustomerUpdated,
    DelegationBegan,
    DelegationEnded,
    DelegationMade,
    Event,
    OfferAnswered,
    OfferMade,
    OfferRetracted,
    RemarkAdded,
    RequestCopied,
    RequestLapsed,
    RequestMoved,
    RequestNudged,
    RequestSubmitted,
    RequestWithdrawn,
    SpecialRateLapsed,
    StepDecided,
    StepMoved,
    StepOpened,
    StepPaused,
    StepUncovered,
)
from domain.people import Employee
from handlers import customer_updates, discount_lines
from handlers.alarms import tell_admins
from handlers.approvals import cards, delegating
from handlers.approvals.kinds import Kinds
from handlers.approvals.preview import names_of
from handlers.context import Context, Telling
from handlers.language import Language
from handlers.loans.notices import LoanNotices
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled, show_who


class Notices:
    """Turns what happened in a transaction into its messages, at the end of it."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._loans = LoanNotices(kinds)

    def on_event(self, ctx: Telling, event: Event) -> None:  # noqa: PLR0912 - one line an event
        match event:
            case RequestSubmitted():
                self._submitted(ctx, event.request)
            case StepOpened():
                self._opened(ctx, event.request, event.step)
            case StepDecided():
                self._decided(ctx, event.request, event.step, event.actor)
            case StepPaused():
                self._refresh_steps(ctx, event.request, [event.step])
                self._refresh(ctx, event.request)
            case StepMoved():
                self._refresh_steps(ctx, event.request, [event.step])
                self._refresh(ctx, event.request)
            case StepUncovered():
                self._uncovered(ctx, event.request, event.step)
            case RequestWithdrawn():
                self._refresh_all(ctx, event.request)
            case RequestLapsed():
                self._refresh_all(ctx, event.request)
                ctx.tell(event.request.applicant_no, lambda _: self._lapsed(_, event.request))
            case RequestMoved():
                self._refresh_all(ctx, event.request)
                self._moved(ctx, event.request)
            case OfferMade():
                self._offered(ctx, event.request, event.step, event.actor)
            case OfferRetracted():
                self._retracted(ctx, event.request, event.step)
            case OfferAnswered():
                self._answered(ctx, event)
            case RequestNudged():
                self._nudged(ctx, event.request, event.steps)
            case RequestCopied():
                self._copied(ctx, event.request, event.to, event.by)
            case RemarkAdded():
                self._remarked(ctx, event.request, event.remark)
            case SpecialRateLapsed():
                discount_lines.on_lapsed(ctx, event.change)
            case CustomerUpdated():
                customer_updates.on_updated(ctx, event)
            case DelegationMade() | DelegationBegan() | DelegationEnded():
                delegating.on_delegation_event(ctx, self._kinds, event)
            case _:
                self._loans.on_event(ctx, event)

    # --- the way of a request ----------------------------------------------------------------------------

    def _submitted(self, ctx: Telling, request: Request) -> None:
        """The applicant gets a message that follows the request; a mended one's former message is closed."""
        if request.version > 1:
            self._refresh(ctx, request)
        if isinstance(ctx, Context):
            ctx.say(self._own(ctx, ctx.language, request), cards.request_card(request))

    def _opened(self, ctx: Telling, request: Request, step: Step) -> None:
        told = [self._send_card(ctx, request, step, staff_no) for staff_no in step.assignees]
        delegates = {delegate for delegate, _for in delegates_of(ctx.work, request, step, ctx.now)}
        if delegates:  # nobody approves twice in one round
            delegates -= Round.of(ctx.work, request).decided()
        told += [self._send_card(ctx, request, step, delegate) for delegate in sorted(delegates)]
        if not any(told):
            ctx.outgoing += tell_admins(
                ctx.work, ctx.languages, lambda _: self._unheard(ctx, _, request, step)
            )

    def _send_card(self, ctx: Telling, request: Request, step: Step, reader: str) -> bool:
        return ctx.tell(
            reader,
            lambda _: cards.show_step(ctx, _, self._kinds, request, step, reader),
            cards.step_card(step),
        )

    def _decided(self, ctx: Telling, request: Request, step: Step, actor: Employee) -> None:
        if request.state.closed or request.state is RequestState.RETURNED:
            self._refresh_all(ctx, request)  # others may have been asked at the same time
        else:
            self._refresh_steps(ctx, request, [step])
            self._refresh(ctx, request)
        told = self._kinds[request.kind].carry_out is not None  # its own card says what comes now
        if told and (
            request.state is RequestState.DONE or (request.state is RequestState.APPROVED and not step.reason)
        ):
            return
        has_buttons = request.state is RequestState.RETURNED
        card = cards.request_card(request) if has_buttons else ""
        ctx.tell(request.applicant_no, lambda _: self._progress(ctx, _, request, step, actor), card)

    def _moved(self, ctx: Telling, request: Request) -> None:
        def make(_: Language) -> View:
            kind = self._kinds[request.kind]
            screen = self._line(_, request)
            screen.say(_("What it starts from has changed meanwhile, so it came back to you by itself."))
            screen.say(_("To mend: {fields}", fields=cards.field_labels(_, kind, request.mend)))
            cards.applicant_buttons(_, screen, request)
            return screen.view()

        ctx.tell(request.applicant_no, make, cards.request_card(request))

    def _uncovered(self, ctx: Telling, request: Request, step: Step) -> None:
        ctx.outgoing += tell_admins(ctx.work, ctx.languages, lambda _: self._hole(ctx, _, request, step))

    # --- counter-offers ----------------------------------------------------------------------------------

    def _offered(self, ctx: Telling, request: Request, step: Step, actor: Employee) -> None:
        self._refresh_steps(ctx, request, [step])
        self._refresh(ctx, request)
        ctx.tell(
            request.applicant_no,
            lambda _: self._offer(ctx, _, request, step),
            cards.offer_card(step),
        )

    def _offer(self, ctx: Telling, _: Language, request: Request, step: Step) -> View:
        kind = self._kinds[request.kind]
        name = cards.show_person(ctx, _, step)
        screen = ViewBuilder().say(bold(f"{_('【Counter-offer】')}{_(kind.form.title)} {request.number}"))
        screen.say(request.title)
        terms = cards.show_offer(_, kind, request, step)
        screen.say(_("{name} would approve: {terms}", name=name, terms=terms))
        if step.state is not StepState.OFFERED:
            return screen.say(_("This offer is settled or no longer stands.")).view()
        screen.say(_("If you take it, it stands approved by {name}.", name=name))
        screen.buttons(
            Button(_("Take it"), cards.tap("oa", request, step.position)),
            Button(_("Decline"), cards.tap("od", request, step.position)),
        )
        return screen.buttons(Button(_("Details"), cards.tap("vw", request))).view()

    def _retracted(self, ctx: Telling, request: Request, step: Step) -> None:
        self._close_offer(
            ctx, request, step, lambda _: _("The offer was retracted; the request waits again.")
        )
        self._refresh_steps(ctx, request, [step])
        self._refresh(ctx, request)

    def _answered(self, ctx: Telling, event: OfferAnswered) -> None:
        request, step, brief = event.request, event.step, self._kinds[event.request.kind].brief
        if event.accepted:
            ctx.revise_card(
                cards.step_card(event.offered),
                lambda _, reader: cards.show_step(ctx, _, self._kinds, request, step, reader),
            )
            self._refresh_steps(ctx, request, event.former)
            self._refresh(ctx, request)
            self._close_offer(
                ctx, request, event.offered, lambda _: labelled(_, _("Taken"), brief(_, request.content))
            )
        else:
            self._refresh_all(ctx, request)
            self._close_offer(ctx, request, step, lambda _: _("Declined; the request came back to you."))

        def make(_: Language) -> View:
            screen = self._line(_, request)
            name = ctx.name_of(request.applicant_no)
            if event.accepted:
                screen.say(_("{name} took your counter-offer; it stands approved by you.", name=name))
            else:
                screen.say(_("{name} declined your counter-offer; it went back to them.", name=name))
            return screen.view()

        ctx.tell(step.decided_by, make)
        if not event.accepted:
            ctx.tell(
                request.applicant_no,
                lambda _: self._own(ctx, _, request),
                cards.request_card(request),
            )

    def _close_offer(
        self, ctx: Telling, request: Request, step: Step, say: Callable[[Language], str]
    ) -> None:
        def make(_: Language, _reader: str) -> View:
            return self._line(_, request).say(say(_)).view()

        ctx.revise_card(cards.offer_card(step), make)

    # --- talk --------------------------------------------------------------------------------------------

    def _nudged(self, ctx: Telling, request: Request, steps: Iterable[Step]) -> None:
        name = ctx.name_of(request.applicant_no)
        for step in steps:
            readers = dict.fromkeys(step.assignees)
            readers.update(dict.fromkeys(d for d, _p in delegates_of(ctx.work, request, step, ctx.now)))
            for reader in readers:

                def make(_: Language, reader: str = reader, step: Step = step) -> View:
                    card = cards.show_step(ctx, _, self._kinds, request, step, reader)
                    screen = ViewBuilder().say(_("【Reminder】{name} asks you to decide soon.", name=name))
                    return View((*screen.paragraphs, *card.paragraphs), card.rows)

                ctx.tell(reader, make, cards.step_card(step))

    def _copied(self, ctx: Telling, request: Request, to: Iterable[str], by: str) -> None:
        def make(_: Language) -> View:
            kind = self._kinds[request.kind]
            title = f"{_('【Copied to you】')}{_(kind.form.title)} {request.number}"
            screen = (
                ViewBuilder().say(bold(title)).say(f"{request.title} · {ctx.name_of(request.applicant_no)}")
            )
            for text in kind.summary(ctx, _, request):
                screen.say(text)
            if by:
                screen.say(_("{name} lets you read along.", name=ctx.name_of(by)))
            return screen.buttons(Button(_("Details"), cards.tap("vw", request))).view()

        for staff_no in to:
            ctx.tell(staff_no, make)

    def _remarked(self, ctx: Telling, request: Request, remark: Remark) -> None:
        def make(_: Language) -> View:
            screen = self._line(_, request)
            screen.say("💬 " + labelled(_, ctx.name_of(remark.author_no), remark.text))
            return screen.buttons(
                Button(_("Comment"), cards.tap("rk", request)), Button(_("Details"), cards.tap("vw", request))
            ).view()

        steps = ctx.work.requests.all_steps(request.id or 0)
        parties = {request.applicant_no, *request.cc}
        for step in steps:
            parties.update((step.decided_by, *(step.assignees if step.state.live else ())))
        for staff_no in sorted(parties - {remark.author_no, ""}):
            ctx.tell(staff_no, make)

    # --- bringing messages up to date --------------------------------------------------------------------

    def _refresh(self, ctx: Telling, request: Request) -> None:
        """Bring every message that follows the request up to date."""
        ctx.revise_card(cards.request_card(request), lambda _, _reader: self._own(ctx, _, request))

    def _refresh_steps(self, ctx: Telling, request: Request, steps: Iterable[Step]) -> None:
        for step in steps:
            ctx.revise_card(
                cards.step_card(step),
                lambda _, reader, step=step: cards.show_step(  # type: ignore[misc]
                    ctx, _, self._kinds, request, step, reader
                ),
            )

    def _refresh_all(self, ctx: Telling, request: Request) -> None:
        """Take the buttons off every card of the present version that can no longer be acted on."""
        steps = ctx.work.requests.steps(request.id or 0, request.version)
        self._refresh_steps(ctx, request, [step for step in steps if step.assignees or step.decided_by])
        for step in steps:
            if step.offer:
                ctx.revise_card(
                    cards.offer_card(step),
                    lambda _, _reader, step=step: self._offer(ctx, _, request, step),  # type: ignore[misc]
                )
        self._refresh(ctx, request)

    # --- wording -----------------------------------------------------------------------------------------

    def _own(self, ctx: Telling, _: Language, request: Request) -> View:
        steps = ctx.work.requests.steps(request.id or 0, request.version)
        return cards.show_request(ctx, _, self._kinds, request, steps)

    def _line(self, _: Language, request: Request) -> ViewBuilder:
        title = _(self._kinds[request.kind].form.title)
        return ViewBuilder().say(f"{title} {request.number} {request.title}")

    def _progress(self, ctx: Telling, _: Language, request: Request, step: Step, actor: Employee) -> View:
        kind = self._kinds[request.kind]
        screen = self._line(_, request)
        done = f"{cards.show_person(ctx, _, step)} {cards.show_done(_, kind, step)}"
        screen.say(labelled(_, done, step.reason) if step.reason else done)
        if request.state is RequestState.RETURNED:
            screen.say(_("To mend: {fields}", fields=cards.field_labels(_, kind, request.mend)))
            screen.buttons(Button(_("Mend and submit again"), cards.tap("mend", request)))
            screen.buttons(Button(_("Withdraw"), cards.tap("wd", request)))
        elif request.state is RequestState.DONE:
            screen.say(_(kind.outcome_note))
        elif not request.state.closed:
            steps = ctx.work.requests.steps(request.id or 0, request.version)
            waiting = [s for each in steps if each.state is StepState.OPEN for s in each.assignees]
            if waiting:
                screen.say(_("Next: {names}", names=names_of(ctx, list(dict.fromkeys(waiting)))))
        return screen.view()

    def _lapsed(self, _: Language, request: Request) -> View:
        screen = self._line(_, request)
        if request.mend:
            return screen.say(_("It has lapsed: it was sent back and not mended in time.")).view()
        return screen.say(_("It has lapsed: its time went by, or what it was about is over.")).view()

    def _unheard(self, ctx: Telling, _: Language, request: Request, step: Step) -> View:
        names = names_of(ctx, step.assignees)
        text = _("{number} waits for {names}, who cannot be reached.", number=request.number, names=names)
        return ViewBuilder().say(text).view()

    def _hole(self, ctx: Telling, _: Language, request: Request, step: Step) -> View:
        who = show_who(_, step.who, ctx.name_of)
        screen = ViewBuilder().say(
            _("Nobody can take a step of {number} ({who}).", number=request.number, who=who)
        )
        if not step.assignees:
            return screen.say(_("The fallback cannot either, so it waits. Please act now.")).view()
        names = names_of(ctx, step.assignees)
        return screen.say(_("It went to {names}. Please check staff and accounts.", names=names)).view()
