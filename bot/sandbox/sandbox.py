"""The sandbox itself: its chats, queue and limits, and the few acts both sides share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox.chats import Chat, Chats, Message
from bot.sandbox.faults import Faults
from bot.sandbox.files import FileShelf
from bot.sandbox.limits import FloodGate
from bot.sandbox.people import SandboxPerson
from bot.sandbox.rendering import Renderer, bot_as_telegram, chat_as_telegram, person_as_telegram
from bot.sandbox.rules import SandboxRules
from bot.sandbox.store import Store
from bot.sandbox.streams import Streams
from bot.sandbox.taps import Taps
from bot.sandbox.updates import UpdateQueue
from bot.sandbox.webhook import Webhook


class Sandbox:
    """One bot and the people it talks to."""

    def __init__(
        self, folder: Path, *, token: str, people: Sequence[SandboxPerson], rules: SandboxRules
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.token = token
        self.rules = rules
        head = token.partition(":")[0]
        self.bot_id = int(head) if head.isdecimal() else 1
        self.store = Store(folder / "sandbox.db", rules.now())
        self.files = FileShelf(folder / "sandbox_files", self.store)
        self.chats = Chats(self.store, people)
        self.updates = UpdateQueue(self.store, rules)
        self.webhook = Webhook(self.updates, self.store, rules)
        self.taps = Taps(self.store, rules)
        self.flood = FloodGate(rules)
        self.faults = Faults()
        self.streams = Streams(rules.heartbeat)
        self.renderer = Renderer(self.bot_id, self.files)
        self.calls: Counter[str] = Counter()
        self.tally: Counter[str] = Counter()

    def second(self) -> int:
        """Give the present second since 1970."""
        return int(self.rules.now())

    def save(self, message: Message) -> None:
        """Keep a message and show it on the open pages."""
        self.chats.save(message)
        if self.streams.wanted(message.chat_id):
            self.streams.publish(message.chat_id, "message", self.renderer.as_seen(message))

    def remove(self, message: Message) -> None:
        self.chats.remove(message)
        self.streams.publish(message.chat_id, "deleted", {"message_id": message.message_id})

    def as_telegram(self, message: Message) -> dict[str, Any]:
        chat = self.chats.enter(message.chat_id)
        return self.renderer.as_telegram(message, chat.person, chat.messages.get(message.reply_to))

    def hear(self, message: Message, *, edited: bool = False) -> dict[str, Any]:
        """Keep what a person wrote, tell the bot, and give what the person sees."""
        self.save(message)
        self.updates.add("edited_message" if edited else "message", self.as_telegram(message))
        return self.renderer.as_seen(message)

    def tap(self, chat: Chat, message: Message, payload: str) -> str:
        """Queue a tap and give the id of its callback query."""
        query_id = self.taps.begin()
        query = {
            "id": query_id,
            "from": person_as_telegram(chat.person),
            "message": self.as_telegram(message),
            "chat_instance": str(chat.person.id),
            "data": payload,
        }
        self.updates.add("callback_query", query)
        return query_id

    def block(self, chat: Chat, blocked: bool) -> None:
        """Let a person block or unblock the bot, which hears of a change."""
        if chat.blocked == blocked:
            return
        self.chats.block(chat, blocked)
        bot = bot_as_telegram(self.bot_id)
        member = {"user": bot, "status": "member"}
        kicked = {"user": bot, "status": "kicked", "until_date": 0}
        change = {
            "chat": chat_as_telegram(chat.person),
            "from": person_as_telegram(chat.person),
            "date": self.second(),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        }
        self.updates.add("my_chat_member", change)

    def statistics(self) -> dict[str, Any]:
        """Give what happened; counts of calls start anew with the process."""
        updates = self.updates
        return {
            "updates_queued": updates.queued,
            "updates_confirmed": updates.confirmed,
            "updates_pending": len(updates.pending()),
            "calls": dict(self.calls),
            "faults": self.faults.left(),
            "faults_fired": self.faults.fired,
            "sent": self.tally["sent"],
            "edited": self.tally["edited"],
            "rejected_429": self.tally["rejected_429"],
            "acknowledged": self.taps.acknowledged,
            "last_update_id": updates.last_update_id,
            "chats": len(self.chats),
        }


SANDBOX: web.AppKey[Sandbox] = web.AppKey("sandbox", Sandbox)
