"""What people do in their chats: write, send files, edit, tap, block."""

from __future__ import annotations

import json
import secrets
from http import HTTPStatus
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.chats import Chat, Message
from bot.sandbox.content import check_caption, check_text, commands_in
from bot.sandbox.files import FileTooLarge, Upload
from bot.sandbox.sandbox import SANDBOX, Sandbox
from bot.sandbox.user_errors import UserError, missing, wrong

UPLOAD_BYTES = 60 * 1024 * 1024
ALBUM = 10
ACKNOWLEDGED_WITHIN = 30.0
LONGEST_WAIT = 600.0


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


async def write(request: web.Request) -> web.Response:
    """Send a text, a contact, a file or an album as this person."""
    sandbox, chat = request.app[SANDBOX], chat_of(request)
    if chat.blocked:
        raise UserError(HTTPStatus.CONFLICT, "this person has blocked the bot")
    if request.content_type == "multipart/form-data":
        return await write_files(request, sandbox, chat)
    body = await read_object(request)
    phone = text_of(body, "contact")
    text = "" if phone else check_text(text_of(body))
    reply_to = number_of(body, "reply_to")
    if reply_to:
        message_of(chat, reply_to)
    message = begin(sandbox, chat)
    message.text, message.phone, message.reply_to = text, phone, reply_to
    message.entities = commands_in(text)
    return web.json_response(deliver(sandbox, message))


def begin(sandbox: Sandbox, chat: Chat) -> Message:
    return sandbox.chats.add(chat.person.id, from_bot=False, date=sandbox.second())


def deliver(sandbox: Sandbox, message: Message) -> dict[str, Any]:
    sandbox.save(message)
    sandbox.tell_bot(message)
    return sandbox.renderer.as_seen(message)


async def write_files(request: web.Request, sandbox: Sandbox, chat: Chat) -> web.Response:
    words, uploads = await read_form(request, sandbox)
    try:
        caption = check_caption(words.get("text", ""))
        if not uploads:
            raise wrong("a file part is missing")
        if len(uploads) > ALBUM:
            raise wrong(f"an album has at most {ALBUM} files")
        album = str(secrets.randbelow(1 << 53)) if len(uploads) > 1 else ""
        sent: list[dict[str, Any]] = []
        for upload in uploads:
            message = begin(sandbox, chat)
            message.photo = words.get("as") == "photo" and upload.mime.startswith("image/")
            message.file_id = sandbox.files.keep(upload, "photos" if message.photo else "documents").file_id
            message.album = album
            message.text = "" if sent else caption  # an album's caption stands under its first picture
            message.entities = commands_in(message.text)
            sent.append(deliver(sandbox, message))
    finally:
        discard(uploads)
    return web.json_response({"messages": sent} if album else sent[0])


async def read_form(request: web.Request, sandbox: Sandbox) -> tuple[dict[str, str], list[Upload]]:
    words: dict[str, str] = {}
    uploads: list[Upload] = []
    room = UPLOAD_BYTES
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise wrong("nested parts are not understood")
            if part.name == "file":
                uploads.append(await sandbox.files.take_in(part, room))
                room -= uploads[-1].size
            else:
                words[part.name or ""] = await part.text()
    except FileTooLarge:
        discard(uploads)
        raise UserError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "files may have 60 MB at most") from None
    except ValueError:
        discard(uploads)
        raise wrong("the form cannot be read") from None
    return words, uploads


def discard(uploads: list[Upload]) -> None:
    """Delete the uploads that became no message's file."""
    for upload in uploads:
        upload.path.unlink(missing_ok=True)


async def rewrite(request: web.Request) -> web.Response:
    """Edit a message of one's own."""
    sandbox, chat = request.app[SANDBOX], chat_of(request)
    message = message_of(chat, int(request.match_info["message_id"]))
    text = text_of(await read_object(request))
    if message.from_bot or message.phone:
        raise wrong("this message cannot be edited")
    message.text = check_caption(text) if message.file_id else check_text(text)
    message.entities = commands_in(text)
    message.edited = sandbox.second()
    sandbox.save(message)
    sandbox.tell_bot(message, edited=True)
    return web.json_response(sandbox.renderer.as_seen(message))


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


async def block(request: web.Request) -> web.Response:
    """Block or unblock the bot."""
    sandbox, chat = request.app[SANDBOX], chat_of(request)
    wanted = (await read_object(request)).get("blocked")
    if not isinstance(wanted, bool):
        raise wrong("blocked must be true or false")
    sandbox.block(chat, wanted)
    return web.json_response({"blocked": chat.blocked})
