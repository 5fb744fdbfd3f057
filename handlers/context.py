"""What a handler has in hand during one turn: who speaks, the registers, and where its answers go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.people import Account, Employee
from domain.work import Work
from handlers.conversation import Conversation, Prompt
from handlers.language import Language
from handlers.ui import InboundEvent, Tapped, View

MakeView = Callable[[Language], View]
MakeCard = Callable[[Language, str], View]  # for a reader, by staff number


@dataclass(frozen=True, slots=True)
class Send:
    """A new message. card: what it shows, so that it can be revised later. prompt: it asks a question.

    bulk: nobody waits for it, so answers to what people just did go first.
    """

    chat_id: str
    view: View
    card: str = ""
    prompt: bool = False
    bulk: bool = False


@dataclass(frozen=True, slots=True)
class Revise:
    """Replace one message, known as outbox row or by the messenger's id."""

    chat_id: str
    view: View
    target: Prompt


@dataclass(frozen=True, slots=True)
class ReviseCard:
    """Replace every message that shows a card, each for its reader and in their language."""

    card: str
    make: MakeCard


Outgoing = Send | Revise | ReviseCard


@dataclass(slots=True)
class Telling:
    """What it takes to tell people something, in a turn of the chat or by the clock."""

    work: Work
    now: datetime
    languages: Callable[[str], Language]
    outgoing: list[Outgoing] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.work.rules.timezone)).date()

    def tell(self, staff_no: str, make: MakeView, card: str = "", *, bulk: bool = False) -> bool:
        """Send a message to somebody, in their language; false if they have no account or blocked us."""
        account = self.work.people.accounts([staff_no]).get(staff_no)
        if account is None or not account.reachable:
            return False
        view = make(self.languages(account.language))
        self.outgoing.append(Send(account.chat_id, view, card, bulk=bulk))
        return True

    def revise_card(self, card: str, make: MakeCard) -> None:
        self.outgoing.append(ReviseCard(card, make))

    def name_of(self, staff_no: str) -> str:
        employee = self.work.people.by_no(staff_no)
        return employee.name if employee else staff_no


@dataclass(slots=True, kw_only=True)
class Context(Telling):
    """One turn.

    actor is who speaks, as the register has them in this very transaction. toast: the notice a tap is
    answered with. fetches: true once a file was accepted that must be fetched. replied_card: the card
    that the message answers, empty if it answers none.
    """

    event: InboundEvent
    actor: Employee
    account: Account
    language: Language
    conversation: Conversation
    replied_card: str = ""
    toast: str = ""
    fetches: bool = False

    @property
    def chat_id(self) -> str:
        return self.event.chat.chat_id

    @property
    def tapped(self) -> Tapped | None:
        return self.event.what if isinstance(self.event.what, Tapped) else None

    def say(self, view: View, card: str = "") -> None:
        """Send a new message to whoever speaks."""
        self.outgoing.append(Send(self.chat_id, view, card))

    def show(self, view: View) -> None:
        """Answer a tap in its own message, anything else by a new one."""
        if (tapped := self.tapped) is not None:
            self.outgoing.append(Revise(self.chat_id, view, Prompt(message_id=tapped.message_id)))
        else:
            self.say(view)

    def ask(self, view: View, answered: View, *, fresh: bool = False) -> None:
        """Put a question. A tap on the former question turns it into the next; otherwise a new message asks.

        answered: what the former question's message becomes then, without its buttons.
        fresh: ask in a new message even after a tap, where the tapped message is not the question.
        """
        former = self.conversation.prompt
        self.conversation.asker = self.conversation.asks = ""
        if (tapped := self.tapped) is not None and not fresh and self._is_prompt(tapped):
            self.conversation.prompt = Prompt(message_id=tapped.message_id)
            self.outgoing.append(Revise(self.chat_id, view, self.conversation.prompt))
            return
        self.outgoing.append(Send(self.chat_id, view, prompt=True))
        if former:
            self.outgoing.append(Revise(self.chat_id, answered, former))

    def settle_prompt(self, view: View) -> None:
        """Turn a question, the tapped one or the present one, into its outcome."""
        former = self.conversation.prompt
        if (tapped := self.tapped) is not None:
            self.outgoing.append(Revise(self.chat_id, view, Prompt(message_id=tapped.message_id)))
            if not self._is_prompt(tapped):
                return
        elif former:
            self.outgoing.append(Revise(self.chat_id, view, former))
        self.conversation.prompt = Prompt()

    @property
    def tapped_the_prompt(self) -> bool:
        return self.tapped is not None and self._is_prompt(self.tapped)

    def _is_prompt(self, tapped: Tapped) -> bool:
        """Tell whether the tapped message is the present question, as far as its id is known yet."""
        known = self.conversation.prompt.message_id
        return tapped.payload.partition(":")[0] in {"f", "q"} and known in {"", tapped.message_id}
