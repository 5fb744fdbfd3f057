"""A call of the bot: its parameters, whichever of the four ways a client has of sending them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.bot_errors import BotApiError, bad_request
from bot.sandbox.files import FileShelf, FileTooLarge, Upload

UPLOAD_BYTES = 50 * 1024 * 1024


@dataclass(slots=True)
class Call:
    """A call. method: as Telegram spells it; uploads: by field name."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.params.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else str(value)

    def integer(self, name: str, default: int | None = None) -> int:
        """Give a number. Raises BotApiError when it is none, or missing without a default."""
        value = self.params.get(name)
        if value in (None, "") and default is not None:
            return default
        try:
            return int(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        return self.params.get(name) in (True, "true", "True", "1", 1)

    def nested(self, name: str) -> Any:
        """Give a list or object, which forms carry as JSON text; None when missing."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def discard_uploads(self) -> None:
        """Delete the uploads that became no message's file."""
        for upload in self.uploads.values():
            with suppress(FileNotFoundError):
                upload.path.unlink()


async def read_call(request: web.Request, method: str, shelf: FileShelf) -> Call:
    """Read the body. Raises BotApiError for one that cannot be read or is too large."""
    call = Call(method, dict(request.query))
    try:
        await read_body(request, call, shelf)
    except BaseException as error:
        call.discard_uploads()
        if isinstance(error, FileTooLarge | web.HTTPRequestEntityTooLarge):
            raise BotApiError(413, "Request Entity Too Large") from None
        if isinstance(error, ValueError):
            raise bad_request("can't parse the request") from None
        raise
    return call


async def read_body(request: web.Request, call: Call, shelf: FileShelf) -> None:
    if request.content_type == "application/json":
        body = json.loads(await request.read() or b"{}")
        if not isinstance(body, dict):
            raise bad_request("object expected")
        call.params.update(body)
    elif request.content_type == "application/x-www-form-urlencoded":
        call.params.update(await request.post())
    elif request.content_type == "multipart/form-data":
        await read_parts(request, call, shelf)


async def read_parts(request: web.Request, call: Call, shelf: FileShelf) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            raise ValueError("a nested part")
        if part.filename is None:
            call.params[part.name] = await part.text()
        else:
            call.uploads[part.name] = await shelf.take_in(part, UPLOAD_BYTES)
