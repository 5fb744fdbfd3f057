"""Telegram through aiogram, for busy installations: dearer to start, cheap to send with."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import aiohttp
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import (
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MessageEntity,
    Update,
)

from bot.clock import now
from bot.messengers.port import Batch, Gone, OutcomeUnknown
from bot.messengers.telegram_events import (
    ALLOWED_UPDATES,
    CHANNEL,
    OtherKind,
    TooLate,
    Unchanged,
    check_token,
    refusal,
    to_event,
)
from bot.messengers.telegram_http import READ_SECONDS, Transport, outgoing_path
from bot.messengers.telegram_views import CAPABILITIES, Part, Rows, parts, send_in_parts, shortened
from handlers.ui import InboundEvent, View

_log = logging.getLogger(__name__)


def _read(payload: str) -> Any:
    """Read an answer; of a message that was sent only what aiogram insists on."""
    answer = json.loads(payload)
    result = answer.get("result") if isinstance(answer, dict) else None
    if isinstance(result, dict) and "message_id" in result:
        answer["result"] = {key: result[key] for key in ("message_id", "date", "chat") if key in result}
    return answer


class _Session(AiohttpSession):
    """aiogram's calls over our transport; raises the port's errors, aiogram's hold people's words."""

    def __init__(self, transport: Transport, api_base: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_base), json_loads=_read)
        self._transport = transport

    async def close(self) -> None:
        await self._transport.close()

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> TelegramType:
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        content, content_type = self._body(bot, method)
        status, body = await self._transport.post(url, content, timeout, content_type)
        if status != 200:
            raise refusal(status, body)
        try:
            answer = self.check_response(bot, method, status, body.decode(errors="replace"))
        except AiogramError:
            raise OutcomeUnknown("the answer cannot be read") from None
        return cast(TelegramType, answer.result)

    def _body(self, bot: Bot, method: TelegramMethod[Any]) -> tuple[bytes | aiohttp.FormData, str | None]:
        """Write a call as JSON, or as the library's form where a file goes along."""
        files: dict[str, InputFile] = {}
        values = {
            name: self.prepare_value(value, bot=bot, files=files, _dumps_json=False)
            for name, value in method.model_dump(warnings=False).items()
        }
        if files:
            return self.build_form_data(bot=bot, method=method), None
        given = {name: value for name, value in values.items() if value is not None and value != ""}
        return json.dumps(given).encode(), "application/json"


class _RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates, unread: one update that aiogram cannot read must not hold up those behind it."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = 100
    timeout: int
    allowed_updates: list[str] = list(ALLOWED_UPDATES)


class TelegramAiogram:
    """The Messenger port over `aiogram.Bot`."""

    channel = CHANNEL
    capabilities = CAPABILITIES

    def __init__(self, token: str, api_base: str, read_seconds: float = READ_SECONDS) -> None:
        check_token(token)
        self._transport = Transport(api_base, read_seconds)
        self._bot = Bot(token, session=_Session(self._transport, api_base))
        self._username = ""

    async def open(self) -> None:
        self._username = (await self._bot.get_me()).username or ""

    async def close(self) -> None:
        await self._transport.close()

    async def subscribe(self, url: str, secret: str) -> None:
        if url:
            await self._bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES))
        else:
            await self._bot.delete_webhook()

    async def receive(self, cursor: str, wait: float) -> Batch:
        query = _RawUpdates(offset=int(cursor) if cursor else None, timeout=int(wait))
        updates = await self._bot(query, request_timeout=int(wait) + 10)
        if not updates:
            return Batch((), cursor)
        events = tuple(event for update in updates if (event := self.decode(update)))
        return Batch(events, str(max(update["update_id"] for update in updates) + 1))

    def decode(self, body: dict[str, Any]) -> InboundEvent | None:
        try:
            update = Update.model_validate(body, context={"bot": self._bot})
            return to_event(update, now())
        except (TypeError, ValueError, AttributeError) as error:
            _log.error("update %s cannot be read: %s", body.get("update_id"), type(error).__name__)
            return None

    async def send(self, chat_id: str, view: View, files: Path) -> str:
        return await send_in_parts(view, lambda part: self._send_part(int(chat_id), part, files))

    async def _send_part(self, chat_id: int, part: Part, files: Path) -> str:
        if part.file is None:
            message = await self._bot.send_message(
                chat_id,
                part.text,
                entities=_entities(part),
                reply_markup=_markup(part.rows),
                link_preview_options=_NO_PREVIEW,
            )
        else:
            send = self._bot.send_photo if part.file.picture else self._bot.send_document
            message = await send(
                chat_id,
                FSInputFile(outgoing_path(files, part.file.path), filename=part.file.name),
                caption=part.text or None,
                caption_entities=_entities(part),
                reply_markup=_markup(part.rows),
            )
        return str(message.message_id)

    async def revise(self, chat_id: str, message_id: str, view: View) -> None:
        *before, part = parts(view)
        if any(earlier.file is None for earlier in before):
            raise Gone("the new text is too long for one message")
        try:
            await self._revise_part(int(chat_id), int(message_id), part, caption=part.file is not None)
        except OtherKind:
            await self._revise_part(int(chat_id), int(message_id), part, caption=part.file is None)

    async def _revise_part(self, chat_id: int, message_id: int, part: Part, *, caption: bool) -> None:
        try:
            if caption:
                await self._bot.edit_message_caption(
                    chat_id=chat_id,
                    message_id=message_id,
                    caption=part.text,
                    caption_entities=_entities(part),
                    reply_markup=_markup(part.rows),
                )
            else:
                await self._bot.edit_message_text(
                    chat_id=chat_id,
                    message_id=message_id,
                    text=part.text,
                    entities=_entities(part),
                    reply_markup=_markup(part.rows),
                    link_preview_options=_NO_PREVIEW,
                )
        except Unchanged:
            return

    async def acknowledge(self, handle: str, notice: str) -> bool:
        try:
            await self._bot.answer_callback_query(handle, text=shortened(notice) or None)
        except TooLate:
            return False
        return True

    async def fetch(self, file_id: str) -> AsyncIterator[bytes]:
        path = (await self._bot.get_file(file_id)).file_path or ""
        shared = Path(path).is_absolute()  # a local Bot API server's
        location = path if shared else self._bot.session.api.file_url(self._bot.token, path)
        async for chunk in self._transport.download(location):
            yield chunk

    async def invitation_link(self, payload: str = "") -> str:
        if not self._username:
            await self.open()
        return f"https://t.me/{self._username}" + (f"?start={payload}" if payload else "")


_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def _entities(part: Part) -> list[MessageEntity] | None:
    return [MessageEntity(type="bold", offset=offset, length=length) for offset, length in part.bold] or None


def _markup(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text=b.label, callback_data=b.payload or None, url=b.link or None)
                for b in row
            ]
            for row in rows
        ]
    )
