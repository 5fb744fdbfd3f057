"""Fetches the files people sent, looks at what they are, and lets a turn know.

Nothing is fetched inside a transaction: a turn notes the file, this fetches it, and the answer is a turn of
its own, whose event id makes a repeat harmless.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.delivery import Delivery
from bot.messengers.port import Messenger, MessengerError, NotSent, OutcomeUnknown, RateLimited
from bot.turn import TurnResult, Turns
from domain.attachments import SNIFF_BYTES, Attachment, AttachmentRules, AttachmentState, sniff
from domain.errors import Refused
from handlers.ui import Chat, FileArrived, InboundEvent, Sender
from storage.writer import Writer

log = logging.getLogger(__name__)

FOLDER = "attachments"
TRIES = 3
AT_ONCE = 4
FILE_SECONDS = 120.0


class Attachments:
    """folder: the data folder; files lie in `attachments/` by id, never by a person's name for them."""

    def __init__(
        self,
        messenger: Messenger,
        writer: Writer,
        turns: Turns,
        delivery: Delivery,
        rules: AttachmentRules,
        folder: Path,
        now: Callable[[], datetime],
    ) -> None:
        self._messenger = messenger
        self._writer = writer
        self._turns = turns
        self._delivery = delivery
        self._rules = rules
        self._folder = folder
        self._now = now
        self._wake = asyncio.Event()
        self._wake.set()

    def look(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Fetch what waits, now and whenever told; a few at a time."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            waiting = await self._delivery.write(self._waiting)
            some = asyncio.Semaphore(AT_ONCE)
            async with asyncio.TaskGroup() as group:
                for attachment in waiting:
                    group.create_task(self._fetch(attachment, some))

    def forget(self, connection: Connection, before: datetime) -> None:
        """Delete the files from before that time which no request keeps."""
        attachments = self._turns.work(connection).attachments
        for attachment in attachments.unkept(before):
            if attachment.path:
                (self._folder / attachment.path).unlink(missing_ok=True)
            attachments.remove(attachment)

    def _waiting(self, connection: Connection) -> list[Attachment]:
        """Give copies: a row of the register does not outlive its transaction."""
        found = self._turns.work(connection).attachments.fetching()
        return [Attachment(**a.model_dump()) for a in found if a.channel == self._messenger.channel]

    async def _fetch(self, attachment: Attachment, some: asyncio.Semaphore) -> None:
        async with some:
            refusal = await self._refusal(attachment)
        attachment.state = AttachmentState.REFUSED if refusal else AttachmentState.STORED
        result = await self._delivery.write(
            lambda connection: self._arrive(connection, attachment, refusal), attachment.chat_id
        )
        self._delivery.accept(result.parcels)
        self._delivery.look()

    async def _refusal(self, attachment: Attachment) -> str:
        """Fetch a file; give the code of why it was refused, empty if it lies on disk."""
        for attempt in range(TRIES):
            try:
                async with asyncio.timeout(FILE_SECONDS):
                    await self._store(attachment)
                return ""
            except Refused as refused:
                return refused.code
            except (MessengerError, TimeoutError) as error:
                log.warning("fetching file %s failed: %s", attachment.id, type(error).__name__)
                if not isinstance(error, NotSent | OutcomeUnknown | RateLimited | TimeoutError):
                    break
                if attempt < TRIES - 1:
                    await asyncio.sleep(2.0**attempt)
            except Exception:
                log.exception("file %s was given up after an unexpected error", attachment.id)
                break
        return "file_lost"

    async def _store(self, attachment: Attachment) -> None:
        """Stream to disk, counting bytes; a file is there whole or not at all. Raises Refused."""
        folder = self._folder / FOLDER / attachment.id[:2]
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{attachment.id}.part"
        digest, size, head = hashlib.sha256(), 0, b""
        try:
            with part.open("wb") as target:
                async for chunk in self._messenger.fetch(attachment.remote_id):
                    size += len(chunk)
                    if size > self._rules.max_bytes:
                        raise Refused("file_too_large", limit=self._rules.max_bytes // 1_000_000)
                    head = (head + chunk)[:SNIFF_BYTES]
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            found = sniff(head)
            if found is None:
                raise Refused("file_type")
            attachment.mime, ending = found
            final = folder / f"{attachment.id}{ending}"
            part.replace(final)
        finally:
            part.unlink(missing_ok=True)
        attachment.size, attachment.sha256 = size, digest.hexdigest()
        attachment.path = str(final.relative_to(self._folder))

    def _arrive(self, connection: Connection, fetched: Attachment, refusal: str) -> TurnResult:
        work = self._turns.work(connection)
        stored = work.attachments.by_id(fetched.id)
        if stored is not None:
            for name in ("state", "mime", "size", "sha256", "path"):
                setattr(stored, name, getattr(fetched, name))
            work.attachments.save(stored)
        event = InboundEvent(
            fetched.channel,
            f"file:{fetched.id}",
            Chat(fetched.chat_id),
            Sender(fetched.user_id, ""),
            self._now(),
            FileArrived(fetched.id, refusal),
        )
        return self._turns.take(connection, event, self._now(), lease=self._delivery.has_room)
