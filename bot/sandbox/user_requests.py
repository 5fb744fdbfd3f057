"""What the requests of the user side have in common: the chat they are about, and the values they carry."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.sandbox.chats import Chat, Message
from bot.sandbox.sandbox import SANDBOX
from bot.sandbox.user_errors import missing, wrong


async def read_object(request: web.Request) -> dict[str, Any]:
    """Give the JSON object of the body. Raises UserError."""
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise wrong("the body is not JSON") from None
    if not isinstance(body, dict):
        raise wrong("an object is expected")
    return body


def text_of(body: dict[str, Any], name: str = "text") -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise wrong(f"{name} must be a string")
    return value


def number_of(body: dict[str, Any], name: str) -> int:
    value = body.get(name) or 0
    if not isinstance(value, int):
        raise wrong(f"{name} must be a number")
    return value


def chat_of(request: web.Request) -> Chat:
    return request.app[SANDBOX].chats.enter(int(request.match_info["chat_id"]))


def message_of(chat: Chat, message_id: int) -> Message:
    if message := chat.messages.get(message_id):
        return message
    raise missing("no such message")
