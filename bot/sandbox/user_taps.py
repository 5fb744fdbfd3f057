"""Taps of people: which button is meant, and the wait for the bot's acknowledgement."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.sandbox.chats import Message
from bot.sandbox.sandbox import SANDBOX
from bot.sandbox.user_errors import UserError, wrong
from bot.sandbox.user_requests import chat_of, message_of, number_of, read_object, text_of

ACKNOWLEDGED_WITHIN = 30.0
LONGEST_WAIT = 600.0


async def tap(request: web.Request) -> web.Response:
    """Tap a button and wait for the bot's acknowledgement."""
    sandbox, chat = request.app[SANDBOX], chat_of(request)
    body = await read_object(request)
    message = message_of(chat, number_of(body, "message_id"))
    payload = chosen(message, body)
    seconds = waiting_time(request)
    query_id = sandbox.tap(chat, message, payload)
    if not seconds:
        sandbox.taps.abandon(query_id)
        return web.json_response({"toast": None, "pending": True})
    sandbox.store.commit()
    try:
        return web.json_response(await sandbox.taps.acknowledgement(query_id, seconds))
    except TimeoutError:
        raise UserError(HTTPStatus.GATEWAY_TIMEOUT, "not acknowledged") from None


def chosen(message: Message, body: dict[str, Any]) -> str:
    """Give the data of the button meant. A phone that lags may tap a button that is gone by now."""
    if data := text_of(body, "data"):
        if data not in message.payloads:
            raise wrong("the message never had such a button")
        return data
    label = text_of(body, "label")
    found = [button for row in message.keyboard for button in row if button["text"] == label]
    if len(found) != 1:
        raise wrong(f"{len(found)} buttons have this label")
    if "callback_data" not in found[0]:
        raise wrong("this button opens a link")
    return str(found[0]["callback_data"])


def waiting_time(request: web.Request) -> float:
    try:
        return max(0.0, min(float(request.query.get("wait", ACKNOWLEDGED_WITHIN)), LONGEST_WAIT))
    except ValueError:
        raise wrong("wait must be a number") from None
