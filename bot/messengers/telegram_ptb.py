"""Telegram through python-telegram-bot, the default client: quick to start and small."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MessageEntity,
    Update,
)
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.clock import now
from bot.messengers.port import (
    Batch,
    Gone,
    MessengerError,
    NotSent,
    OutcomeUnknown,
)
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


def _say_nothing(record: logging.LogRecord) -> bool:
    return False


# The library logs its URL, which holds the token, and every text that passes. Errors reach us as exceptions.
for _name in ("telegram", "telegram.Bot", "telegram.request.BaseRequest"):
    logging.getLogger(_name).addFilter(_say_nothing)


class NeverSent(NetworkError):
    """No connection was made."""


class PerhapsSent(TimedOut):
    """The request had left; no answer came."""


class Refused(TelegramError):
    """The Bot API answered, and not with success."""

    def __init__(self, reason: MessengerError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's requests over our transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def read_timeout(self) -> float:
        return self._transport.read_seconds

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None:
        await self._transport.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Give (200, body). Raises NeverSent, PerhapsSent or Refused."""
        seconds = self.read_timeout if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        return await self._post(url, *_body(request_data), seconds)

    async def call(self, url: str, parameters: dict[str, Any], read_seconds: float) -> Any:
        """Give the result as the server wrote it, where the library's reading would be all or nothing."""
        _, answer = await self._post(url, json.dumps(parameters).encode(), "application/json", read_seconds)
        return self.parse_json_payload(answer)["result"]

    async def _post(
        self, url: str, body: bytes | aiohttp.FormData, content_type: str | None, seconds: float | None
    ) -> tuple[int, bytes]:
        try:
            status, answer = await self._transport.post(url, body, seconds, content_type)
        except NotSent as error:
            raise NeverSent(str(error)) from None
        except OutcomeUnknown as error:
            raise PerhapsSent(str(error)) from None
        if status != 200:
            raise Refused(refusal(status, answer))
        return status, answer

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read a success. The library's own version logs what it cannot read, people's words included."""
        try:
            answer = json.loads(payload)
            if answer["ok"] is True and "result" in answer:
                return {**answer, "result": _needed(answer["result"])}
        except (ValueError, TypeError, KeyError):
            pass
        raise PerhapsSent("the answer cannot be read")


def _needed(result: Any) -> Any:
    """Keep of a message that was sent what the library insists on; to read back the rest is dear."""
    if not (isinstance(result, dict) and "message_id" in result):
        return result
    return {key: result[key] for key in ("message_id", "date", "chat") if key in result}


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData, str | None]:
    if data is None:
        return b"", None
    if not data.contains_files:
        return json.dumps(data.parameters).encode(), "application/json"
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, None


@contextmanager
def _port_errors() -> Iterator[None]:
    try:
        yield
    except Refused as error:
        raise error.reason from None
    except NeverSent as error:
        raise NotSent(str(error)) from None
    except PerhapsSent as error:
        raise OutcomeUnknown(str(error)) from None
    except TelegramError as error:
        raise OutcomeUnknown(type(error).__name__) from None


class TelegramPtb:
    """The Messenger port over `telegram.Bot`."""

    channel = CHANNEL
    capabilities = CAPABILITIES

    def __init__(self, token: str, api_base: str, read_seconds: float = READ_SECONDS) -> None:
        check_token(token)
        api_base = api_base.rstrip("/")
        self._transport = Transport(api_base, read_seconds)
        self._request = AiohttpRequest(self._transport)
        self._api = f"{api_base}/bot{token}"
        self._bot = Bot(
            token,
            base_url=f"{api_base}/bot",
            base_file_url=f"{api_base}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._username = ""

    async def open(self) -> None:
        with _port_errors():
            self._username = (await self._bot.get_me()).username or ""

    async def close(self) -> None:
        await self._transport.close()

    async def subscribe(self, url: str, secret: str) -> None:
        with _port_errors():
            if url:
                await self._bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
            else:
                await self._bot.delete_webhook()

    async def receive(self, cursor: str, wait: float) -> Batch:
        # Raw, and read one by one: an update the library cannot read must not hold up those behind it.
        query: dict[str, Any] = {"timeout": int(wait), "limit": 100, "allowed_updates": ALLOWED_UPDATES}
        if cursor:
            query["offset"] = int(cursor)
        with _port_errors():
            updates = await self._request.call(f"{self._api}/getUpdates", query, wait + 10)
        if not updates:
            return Batch((), cursor)
        events = tuple(event for update in updates if (event := self.decode(update)))
        return Batch(events, str(max(update["update_id"] for update in updates) + 1))

    def decode(self, body: dict[str, Any]) -> InboundEvent | None:
        try:
            return to_event(Update.de_json(body, self._bot), now())
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            _log.error("update %s cannot be read: %s", body.get("update_id"), type(error).__name__)
            return None

    async def send(self, chat_id: str, view: View, files: Path) -> str:
        async def send_part(part: Part) -> str:
            with _port_errors():
                return await self._send_part(int(chat_id), part, files)

        return await send_in_parts(view, send_part)

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
            with outgoing_path(files, part.file.path).open("rb") as content:
                message = await send(
                    chat_id,
                    InputFile(content, filename=part.file.name, read_file_handle=False),
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
            with _port_errors():
                if caption:
                    await self._bot.edit_message_caption(
                        chat_id,
                        message_id,
                        caption=part.text,
                        caption_entities=_entities(part),
                        reply_markup=_markup(part.rows),
                    )
                else:
                    await self._bot.edit_message_text(
                        part.text,
                        chat_id,
                        message_id,
                        entities=_entities(part),
                        reply_markup=_markup(part.rows),
                        link_preview_options=_NO_PREVIEW,
                    )
        except Unchanged:
            return

    async def acknowledge(self, handle: str, notice: str) -> bool:
        try:
            with _port_errors():
                await self._bot.answer_callback_query(handle, shortened(notice) or None)
        except TooLate:
            return False
        return True

    async def fetch(self, file_id: str) -> AsyncIterator[bytes]:
        with _port_errors():
            location = (await self._bot.get_file(file_id)).file_path
        async for chunk in self._transport.download(location or ""):
            yield chunk

    async def invitation_link(self, payload: str = "") -> str:
        if not self._username:
            await self.open()
        return f"https://t.me/{self._username}" + (f"?start={payload}" if payload else "")


_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def _entities(part: Part) -> list[MessageEntity] | None:
    return [MessageEntity(MessageEntity.BOLD, offset, length) for offset, length in part.bold] or None


def _markup(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(b.label, callback_data=b.payload or None, url=b.link or None) for b in row]
            for row in rows
        ]
    )
