"""The chats of a sandbox: who is in them, what was said, and which buttons each message ever had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from bot.sandbox.people import SandboxPerson, stranger
from bot.sandbox.store import Store

Keyboard = list[list[dict[str, Any]]]


@dataclass(slots=True)
class Message:
    """A message as it is now. payloads: the data of every button it ever had; dates: seconds since 1970."""

    chat_id: int
    message_id: int
    from_bot: bool
    date: int
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    keyboard: Keyboard = field(default_factory=list)
    payloads: list[str] = field(default_factory=list)
    file_id: str = ""
    photo: bool = False
    phone: str = ""
    reply_to: int = 0
    forwarded: bool = False
    album: str = ""
    edited: int = 0

    def show(self, keyboard: Keyboard) -> None:
        """Replace the buttons and remember what they carry."""
        self.keyboard = keyboard
        for button in (one for row in keyboard for one in row):
            payload = button.get("callback_data")
            if payload is not None and payload not in self.payloads:
                self.payloads.append(payload)


MESSAGE_FIELDS = tuple(one.name for one in fields(Message))


@dataclass(slots=True)
class Chat:
    """The private chat of one person with the bot."""

    person: SandboxPerson
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)


class Chats:
    """All chats. Whoever changes them commits the store afterwards."""

    def __init__(self, store: Store, people: Sequence[SandboxPerson]) -> None:
        self._store = store
        self._chats = {person.id: Chat(person) for person in people}
        self._last_message_id = int(store.get("counter", "message", 0))
        for key, body in store.all("chat"):
            self._chats.setdefault(int(key), Chat(stranger(int(key)))).blocked = body["blocked"]
        stored = sorted((Message(**body) for _, body in store.all("message")), key=lambda one: one.message_id)
        for message in stored:
            self._chats[message.chat_id].messages[message.message_id] = message

    def __len__(self) -> int:
        return len(self._chats)

    def people(self) -> list[SandboxPerson]:
        return [chat.person for chat in self._chats.values()]

    def known(self, chat_id: int) -> Chat | None:
        return self._chats.get(chat_id)

    def enter(self, chat_id: int) -> Chat:
        """Give the chat of this account, letting a stranger in."""
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = Chat(stranger(chat_id))
            self._store.put("chat", chat_id, {"blocked": False})
        return chat

    def block(self, chat: Chat, blocked: bool) -> None:
        chat.blocked = blocked
        self._store.put("chat", chat.person.id, {"blocked": blocked})

    def message(self, chat_id: int, message_id: int) -> Message | None:
        chat = self._chats.get(chat_id)
        return chat.messages.get(message_id) if chat else None

    def after(self, chat_id: int, message_id: int) -> list[Message]:
        """Give the messages with a later id, oldest first."""
        chat = self._chats.get(chat_id)
        found: list[Message] = []
        for message in reversed(chat.messages.values()) if chat else ():
            if message.message_id <= message_id:
                break
            found.append(message)
        return found[::-1]

    def add(self, chat_id: int, *, from_bot: bool, date: int) -> Message:
        """Begin a message; `save` keeps it once it is filled."""
        self._last_message_id += 1
        self._store.put("counter", "message", self._last_message_id)
        return Message(chat_id, self._last_message_id, from_bot, date)

    def save(self, message: Message) -> None:
        self._chats[message.chat_id].messages[message.message_id] = message
        body = {name: getattr(message, name) for name in MESSAGE_FIELDS}
        self._store.put("message", f"{message.chat_id}/{message.message_id}", body)

    def remove(self, message: Message) -> None:
        del self._chats[message.chat_id].messages[message.message_id]
        self._store.drop("message", f"{message.chat_id}/{message.message_id}")
