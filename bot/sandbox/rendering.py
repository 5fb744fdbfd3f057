"""How a message looks: to the bot as Telegram's Message object, to a person as the page shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot.sandbox.chats import Message
from bot.sandbox.files import FileShelf, StoredFile
from bot.sandbox.people import SandboxPerson

BOT_NAME = "门下"
BOT_USERNAME = "menxia_sandbox_bot"
PHOTO_SIDE = 1280  # a nominal size in pixels: nobody measures the picture


def bot_as_telegram(bot_id: int) -> dict[str, Any]:
    return {"id": bot_id, "is_bot": True, "first_name": BOT_NAME, "username": BOT_USERNAME}


def person_as_telegram(person: SandboxPerson) -> dict[str, Any]:
    return {"id": person.id, "is_bot": False, "first_name": person.name, "language_code": "zh-hans"}


def chat_as_telegram(person: SandboxPerson) -> dict[str, Any]:
    return {"id": person.id, "type": "private", "first_name": person.name}


def file_as_telegram(file: StoredFile) -> dict[str, Any]:
    return {"file_id": file.file_id, "file_unique_id": file.file_id[:15], "file_size": file.size}


class Renderer:
    """Renders messages of one bot."""

    def __init__(self, bot_id: int, files: FileShelf) -> None:
        self._bot_id = bot_id
        self._files = files

    def as_telegram(
        self, message: Message, person: SandboxPerson, answered: Message | None = None
    ) -> dict[str, Any]:
        """Give the Message object. answered: the message this one replies to."""
        body: dict[str, Any] = {
            "message_id": message.message_id,
            "from": bot_as_telegram(self._bot_id) if message.from_bot else person_as_telegram(person),
            "chat": chat_as_telegram(person),
            "date": message.date,
        }
        if message.edited:
            body["edit_date"] = message.edited
        if answered:
            body["reply_to_message"] = self.as_telegram(answered, person)
        if message.forwarded:
            origin = {"type": "hidden_user", "date": message.date, "sender_user_name": "…"}
            body["forward_origin"] = origin
        if message.album:
            body["media_group_id"] = message.album
        if message.keyboard:
            body["reply_markup"] = {"inline_keyboard": message.keyboard}
        return body | self._content(message, person)

    def _content(self, message: Message, person: SandboxPerson) -> dict[str, Any]:
        if message.phone:
            contact = {"phone_number": message.phone, "first_name": person.name, "user_id": person.id}
            return {"contact": contact}
        content: dict[str, Any] = {}
        text, entities = "text", "entities"
        if file := self._files.get(message.file_id):
            text, entities = "caption", "caption_entities"
            if message.photo:
                sides = {"width": PHOTO_SIDE, "height": PHOTO_SIDE}
                content["photo"] = [file_as_telegram(file) | sides]
            else:
                content["document"] = file_as_telegram(file) | {
                    "file_name": file.name,
                    "mime_type": file.mime,
                }
        if message.text:
            content[text] = message.text
        if message.entities:
            content[entities] = message.entities
        return content

    def as_seen(self, message: Message) -> dict[str, Any]:
        """Give what the page shows."""
        file = self._files.get(message.file_id)
        return {
            "message_id": message.message_id,
            "from": "bot" if message.from_bot else "user",
            "text": message.text or message.phone,
            "entities": message.entities,
            "buttons": [[button_as_seen(button) for button in row] for row in message.keyboard],
            "file": {"name": file.name, "url": file_url(file)} if file else None,
            "edited": bool(message.edited),
            "date": datetime.fromtimestamp(message.date, UTC).isoformat(),
            "reply_to": message.reply_to or None,
        }


def button_as_seen(button: dict[str, Any]) -> dict[str, Any]:
    if "url" in button:
        return {"text": button["text"], "url": button["url"]}
    return {"text": button["text"], "data": button["callback_data"]}


def file_url(file: StoredFile) -> str:
    return f"/sandbox/files/{file.file_id}/{quote(file.name, safe='')}"
