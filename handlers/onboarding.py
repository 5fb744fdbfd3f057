"""Joining: an invitation link, a system administrator's word, a welcome; strangers learn nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.events import AccountClaimed, AccountConfirmed, AccountUnreachable, Event
from domain.onboarding import InvitationState, claim_invitation, decide_claim
from domain.people import Account
from domain.work import Work
from handlers.alarms import alarm_unreachable, tell_admins
from handlers.context import Context, Outgoing, Send
from handlers.language import Language
from handlers.ui import Button, InboundEvent, Started, View, ViewBuilder, bold


def greet_stranger(_: Language) -> View:
    """The one sentence that everybody hears who is not bound, whatever they tried."""
    return (
        ViewBuilder()
        .say(_("Hello. This is an internal service; please ask your system administrator for an invitation."))
        .view()
    )


def greet_leaver(_: Language) -> View:
    return ViewBuilder().say(_("Your account is no longer active.")).view()


def show_claimed(_: Language) -> View:
    return ViewBuilder().say(_("Thank you. An administrator will confirm your account shortly.")).view()


def on_stranger(work: Work, event: InboundEvent, language: Language, now: datetime) -> View:
    """Answer somebody without an account; only an invitation gets further."""
    if isinstance(event.what, Started) and event.what.payload and event.chat.private:
        account = Account(
            event.channel, event.sender.user_id, event.chat.chat_id, staff_no="", language=language.code
        )
        invitation = claim_invitation(work, event.what.payload, account, event.sender.display_name, now)
        if invitation is not None and invitation.state is InvitationState.CLAIMED:
            return show_claimed(language)
        if invitation is not None and invitation.state is InvitationState.CONFIRMED:
            return show_welcome(language)
    return greet_stranger(language)


def show_welcome(_: Language) -> View:
    return (
        ViewBuilder().say(_("Your account is confirmed. Welcome!")).buttons(Button(_("Menu"), "menu")).view()
    )


def on_account_event(work: Work, event: Event, languages: Callable[[str], Language]) -> list[Outgoing]:
    """Messages about accounts; they also leave the turns of strangers, who have no context of their own."""
    match event:
        case AccountClaimed():
            return _ask_admins(work, event, languages)
        case AccountUnreachable():
            return alarm_unreachable(work, languages, event.staff_no)
        case AccountConfirmed() if event.by:
            _ = languages("")  # they have not chosen one yet
            return [Send(event.chat_id, show_welcome(_) if event.accepted else greet_stranger(_))]
        case _:
            return []


def _ask_admins(work: Work, event: AccountClaimed, languages: Callable[[str], Language]) -> list[Outgoing]:
    employee = work.people.by_no(event.staff_no)

    def question(_: Language) -> View:
        screen = ViewBuilder().say(bold(_("【To confirm】a new account")))
        if employee is not None:
            screen.say(f"{employee.name} {employee.staff_no} · {employee.department} {employee.title}")
        screen.say(_("Claimed by the account “{name}”. Is it theirs?", name=event.display_name))
        screen.buttons(
            Button(_("Confirm"), f"jn:{event.invitation_id}:y"),
            Button(_("Refuse"), f"jn:{event.invitation_id}:n"),
        )
        return screen.view()

    return tell_admins(work, languages, question, card=f"join:{event.invitation_id}")


def on_decide(ctx: Context, invitation_id: str, answer: str) -> None:
    """A system administrator confirms or refuses a claimed account."""
    with ctx.work.attempt():
        invitation = decide_claim(
            ctx.work, ctx.actor, int(invitation_id), answer == "y", ctx.languages("").code, ctx.now
        )
    name = ctx.name_of(invitation.staff_no)
    accepted = invitation.state is InvitationState.CONFIRMED

    def outcome(_: Language, _reader: str) -> View:
        done = (
            _("Confirmed: {name} may use Menxia now.", name=name)
            if accepted
            else _("Refused the account for {name}.", name=name)
        )
        return ViewBuilder().say(f"{done} ({ctx.actor.name} {_.moment(ctx.now)})").view()

    ctx.revise_card(f"join:{invitation_id}", outcome)
