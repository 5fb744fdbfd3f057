"""One inbound event, one transaction: authority, domain, conversation and outbox, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.approvals.requests import RequestKind
from domain.people import Account, Employee
from domain.work import Consequence, Rules
from handlers import onboarding
from handlers.context import Context, Outgoing, Revise, ReviseCard, Send, Telling
from handlers.conversation import Conversation, Prompt
from handlers.language import Language
from handlers.reminders.sending import Reminding
from handlers.router import Router
from handlers.ui import (
    Button,
    InboundEvent,
    MessageReceived,
    ReachabilityChanged,
    Started,
    Tapped,
    View,
    ViewBuilder,
)
from storage.outbox import Lane, Parcel
from storage.unit_of_work import SqlWork

GROUP_SECONDS = 600  # how often a group is told where to go


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What is left to do once the turn is committed.

    answer: the notice for a tap. parcels: messages leased to this process. fetches: files to be fetched.
    repeated: the event has taken effect before.
    """

    answer: str = ""
    parcels: tuple[Parcel, ...] = ()
    fetches: bool = False
    repeated: bool = False


class Turns:
    """Runs turns; every method is plain and synchronous and is called by the writer's thread.

    private_link: opens the private chat with us; known once the messenger is reached.
    """

    def __init__(
        self,
        rules: Rules,
        consequences: Mapping[RequestKind, Consequence],
        router: Router,
        languages: Mapping[str, Language],
        default_language: str,
    ) -> None:
        self._rules = rules
        self._consequences = consequences
        self._router = router
        self._languages = languages
        self._default = languages[default_language]
        self.private_link = ""

    def work(self, connection: Connection) -> SqlWork:
        return SqlWork(connection, self._rules, self._consequences)

    def take(self, connection: Connection, event: InboundEvent, now: datetime, *, lease: bool) -> TurnResult:
        """Handle an event once; a repeat gives the answer that was given then."""
        work = self.work(connection)
        answered = work.inbox.claim(event.channel, event.event_id, now)
        if answered is not None:
            return TurnResult(answered, repeated=True)
        known = work.people.by_account(event.channel, event.sender.user_id)
        if known is None:
            return self._stranger(work, event, now, lease)
        account, employee = known
        if not employee.works_here:
            return self._dismiss(
                work, event, now, lease, onboarding.greet_leaver(self.language(account.language))
            )
        if not event.chat.private:
            return self._in_group(work, event, account, now, lease)
        return self._employee(work, event, account, employee, now, lease)

    def apologise(
        self, connection: Connection, event: InboundEvent, code: str, now: datetime, *, lease: bool
    ) -> TurnResult:
        """After a bug: take the event as done, say sorry, and leave everything as it was."""
        work = self.work(connection)
        answered = work.inbox.claim(event.channel, event.event_id, now)
        if answered is not None:
            return TurnResult(answered, repeated=True)
        known = work.people.by_account(event.channel, event.sender.user_id)
        _ = self.language(known[0].language) if known else self._default
        text = _(
            "Sorry, something went wrong and nothing was saved; your draft is safe. Code {code}", code=code
        )
        if isinstance(event.what, Tapped):
            work.inbox.set_answer(event.channel, event.event_id, text)
            return TurnResult(text)
        return self._post(work, event.channel, [Send(event.chat.chat_id, _plain(text))], now, lease)

    def language(self, code: str) -> Language:
        return self._languages.get(code, self._default)

    def post(
        self, work: SqlWork, channel: str, outgoing: Sequence[Outgoing], now: datetime, *, lease: bool
    ) -> tuple[Parcel, ...]:
        """Put messages that no chat event caused into the outbox."""
        return self._post(work, channel, outgoing, now, lease).parcels

    def announce(self, work: SqlWork, channel: str, now: datetime, *, lease: bool) -> tuple[Parcel, ...]:
        """Tell everyone concerned what happened without anybody having said or tapped anything."""
        telling = Telling(work, now, self.language)
        self._router.announce(telling)
        return self.post(work, channel, telling.outgoing, now, lease=lease)

    def remind(
        self,
        work: SqlWork,
        channel: str,
        now: datetime,
        act: Callable[[Reminding, Telling], int],
        *,
        lease: bool,
    ) -> tuple[int, tuple[Parcel, ...]]:
        """Let reminders be said; give how many were, and their messages."""
        telling = Telling(work, now, self.language)
        said = act(self._router.reminding, telling)
        return said, self.post(work, channel, telling.outgoing, now, lease=lease)

    def _employee(
        self,
        work: SqlWork,
        event: InboundEvent,
        account: Account,
        employee: Employee,
        now: datetime,
        lease: bool,
    ) -> TurnResult:
        stored = work.conversations.load(event.channel, event.chat.chat_id)
        conversation = Conversation.from_json(stored)
        if isinstance(event.what, Tapped) and (row_id := conversation.prompt.row_id):
            sent = work.outbox.message_of(row_id)
            conversation.prompt.message_id = sent[0] if sent else ""
        if not account.reachable and not isinstance(event.what, ReachabilityChanged):
            work.people.set_reachable(event.channel, event.chat.chat_id, True)
        ctx = Context(
            work=work,
            now=now,
            languages=self.language,
            event=event,
            actor=employee,
            account=account,
            language=self.language(account.language),
            conversation=conversation,
            replied_card=self._replied_card(work, event),
        )
        self._router.handle(ctx)
        if ctx.tapped is not None and not ctx.tapped_the_prompt:
            self._note_seen(work, event, ctx.tapped, now)
        said = sorted(
            ctx.outgoing, key=lambda one: isinstance(one, Send) and one.prompt
        )  # a question is last
        result = self._post(work, event.channel, said, now, lease, conversation)
        body = conversation.to_json()
        if body != stored:
            form = conversation.drafts[-1].form if conversation.drafts else ""
            work.conversations.save(event.channel, event.chat.chat_id, body, form, now)
        if ctx.toast:
            work.inbox.set_answer(event.channel, event.event_id, ctx.toast)
        return TurnResult(ctx.toast, result.parcels, ctx.fetches)

    def _stranger(self, work: SqlWork, event: InboundEvent, now: datetime, lease: bool) -> TurnResult:
        if isinstance(event.what, ReachabilityChanged) or not event.chat.private:
            return TurnResult()
        view = onboarding.on_stranger(work, event, self._default, now)
        outgoing: list[Outgoing] = [Send(event.chat.chat_id, view)]
        for happened in work.events:
            outgoing += onboarding.on_account_event(work, happened, self.language)
        if isinstance(event.what, Tapped):
            work.inbox.set_answer(event.channel, event.event_id, view.text)
            return TurnResult(view.text)
        return self._post(work, event.channel, outgoing, now, lease)

    def _dismiss(
        self, work: SqlWork, event: InboundEvent, now: datetime, lease: bool, view: View
    ) -> TurnResult:
        if isinstance(event.what, ReachabilityChanged) or not event.chat.private:
            return TurnResult()
        if isinstance(event.what, Tapped):
            work.inbox.set_answer(event.channel, event.event_id, view.text)
            return TurnResult(view.text)
        return self._post(work, event.channel, [Send(event.chat.chat_id, view)], now, lease)

    def _in_group(
        self, work: SqlWork, event: InboundEvent, account: Account, now: datetime, lease: bool
    ) -> TurnResult:
        """Forms and cards never appear in a group; whoever calls there is sent to the private chat."""
        _ = self.language(account.language)
        text = _("Please talk to me in our private chat.")
        match event.what:
            case Tapped():
                work.inbox.set_answer(event.channel, event.event_id, text)
                return TurnResult(text)
            case Started():
                called = True
            case MessageReceived(text=said, reply_to=reply_to):
                ours = reply_to and work.outbox.card_of(event.channel, event.chat.chat_id, reply_to)
                called = said.startswith("/") or (ours is not None and bool(reply_to))
            case _:
                called = False
        stored = work.conversations.load(event.channel, event.chat.chat_id) if called else {}
        if not called or now.timestamp() - stored.get("told", 0) < GROUP_SECONDS:
            return TurnResult()
        work.conversations.save(event.channel, event.chat.chat_id, {"told": now.timestamp()}, "", now)
        screen = ViewBuilder().say(text)
        if self.private_link:
            screen.buttons(Button(_("Open the private chat"), link=self.private_link))
        return self._post(work, event.channel, [Send(event.chat.chat_id, screen.view())], now, lease)

    def _note_seen(self, work: SqlWork, event: InboundEvent, tapped: Tapped, now: datetime) -> None:
        """A tap is all that a messenger tells of a reminder having been read."""
        if card := work.outbox.card_of(event.channel, event.chat.chat_id, tapped.message_id):
            work.reminders.note_seen(card, now)

    def _replied_card(self, work: SqlWork, event: InboundEvent) -> str:
        if not isinstance(event.what, MessageReceived) or not event.what.reply_to:
            return ""
        return work.outbox.card_of(event.channel, event.chat.chat_id, event.what.reply_to) or ""

    def _post(
        self,
        work: SqlWork,
        channel: str,
        outgoing: Sequence[Outgoing],
        now: datetime,
        lease: bool,
        conversation: Conversation | None = None,
    ) -> TurnResult:
        rows: list[dict[str, Any]] = []
        prompt_at = -1
        for message in outgoing:
            if isinstance(message, ReviseCard):
                rows += self._card_rows(work, message)
                continue
            if isinstance(message, Send) and message.prompt:
                prompt_at = len(rows)
            rows.append(_row(channel, message))
        if not rows:
            return TurnResult()
        ids = work.outbox.add(rows, now, lease=lease)
        if conversation is not None and prompt_at >= 0:
            conversation.prompt = Prompt(row_id=ids[prompt_at])
        if not lease:
            return TurnResult()
        return TurnResult(
            parcels=tuple(
                Parcel(
                    row_id,
                    row["chat_id"],
                    row["lane"],
                    row["revises"],
                    row["card"],
                    row["target_id"],
                    row["message_id"],
                    row["view"],
                    1,
                    0,
                )
                for row_id, row in zip(ids, rows, strict=True)
                if row["channel"] == channel
            )
        )

    def _card_rows(self, work: SqlWork, message: ReviseCard) -> list[dict[str, Any]]:
        """Make one revision for each message that shows the card, in its reader's language."""
        rows = []
        for row_id, channel, chat_id in work.outbox.cards(message.card):
            # Whoever left, or gave this chat to nobody, learns no more than that it is over.
            view = _plain(self._default("This card is closed."))
            if (reader := work.people.by_chat(channel, chat_id)) is not None and reader.works_here:
                account = work.people.accounts([reader.staff_no])[reader.staff_no]
                view = message.make(self.language(account.language), reader.staff_no)
            revision = _row(channel, Revise(chat_id, view, Prompt(row_id=row_id)))
            rows.append({**revision, "card": message.card})
        return rows


def _row(channel: str, message: Send | Revise) -> dict[str, Any]:
    target = message.target if isinstance(message, Revise) else Prompt()
    return {
        "channel": channel,
        "chat_id": message.chat_id,
        "lane": Lane.BULK if isinstance(message, Send) and message.bulk else Lane.INTERACTIVE,
        "revises": isinstance(message, Revise),
        "card": (message.card or None) if isinstance(message, Send) else None,
        "target_id": target.row_id or None,
        "message_id": target.message_id,
        "view": message.view.to_json(),
    }


def _plain(text: str) -> View:
    return ViewBuilder().say(text).view()
