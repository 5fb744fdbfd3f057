"""What people do in their chats: write, edit, block. Files and taps have modules of their own."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from bot.sandbox.content import check_caption, check_text, commands_in
from bot.sandbox.sandbox import SANDBOX
from bot.sandbox.user_errors import UserError, wrong
from bot.sandbox.user_files import write_files
from bot.sandbox.user_requests import chat_of, message_of, number_of, read_object, text_of


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
    message = sandbox.chats.add(chat.person.id, from_bot=False, date=sandbox.second())
    message.text, message.phone, message.reply_to = text, phone, reply_to
    message.forwarded = body.get("forwarded") is True
    message.entities = commands_in(text)
    return web.json_response(sandbox.hear(message))


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
    return web.json_response(sandbox.hear(message, edited=True))


async def block(request: web.Request) -> web.Response:
    """Block or unblock the bot."""
    sandbox, chat = request.app[SANDBOX], chat_of(request)
    wanted = (await read_object(request)).get("blocked")
    if not isinstance(wanted, bool):
        raise wrong("blocked must be true or false")
    sandbox.block(chat, wanted)
    return web.json_response({"blocked": chat.blocked})
