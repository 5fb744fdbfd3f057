"""Files that people send: one message each, several together as an album."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.chats import Chat
from bot.sandbox.content import check_caption, commands_in
from bot.sandbox.files import FileTooLarge, Upload
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.user_errors import UserError, wrong
from bot.sandbox.user_requests import message_of

UPLOAD_BYTES = 60 * 1024 * 1024
ALBUM = 10


async def write_files(request: web.Request, sandbox: Sandbox, chat: Chat) -> web.Response:
    words, uploads = await read_form(request, sandbox)
    try:
        caption = check_caption(words.get("text", ""))
        reply_to = read_reply(words, chat)
        if not uploads:
            raise wrong("a file part is missing")
        if len(uploads) > ALBUM:
            raise wrong(f"an album has at most {ALBUM} files")
        album = str(secrets.randbelow(1 << 53)) if len(uploads) > 1 else ""
        sent: list[dict[str, Any]] = []
        for upload in uploads:
            message = sandbox.chats.add(chat.person.id, from_bot=False, date=sandbox.second())
            message.photo = words.get("as") == "photo" and upload.mime.startswith("image/")
            message.file_id = sandbox.files.keep(upload, "photos" if message.photo else "documents").file_id
            message.album, message.reply_to = album, reply_to
            message.text = "" if sent else caption  # an album's caption stands under its first picture
            message.entities = commands_in(message.text)
            sent.append(sandbox.hear(message))
    finally:
        discard(uploads)
    return web.json_response({"messages": sent} if album else sent[0])


def read_reply(words: dict[str, str], chat: Chat) -> int:
    """Give the id of the message replied to, 0 for none. Raises UserError."""
    try:
        reply_to = int(words.get("reply_to") or 0)
    except ValueError:
        raise wrong("reply_to must be a number") from None
    return message_of(chat, reply_to).message_id if reply_to else 0


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
    except BaseException as error:
        discard(uploads)
        if isinstance(error, FileTooLarge):
            raise UserError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "files may have 60 MB at most") from None
        if isinstance(error, ValueError):
            raise wrong("the form cannot be read") from None
        raise
    return words, uploads


def discard(uploads: list[Upload]) -> None:
    """Delete the uploads that became no message's file."""
    for upload in uploads:
        upload.path.unlink(missing_ok=True)
