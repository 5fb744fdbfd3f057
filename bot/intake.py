"""Intake: events from the messenger into turns; an event is confirmed only after its turn is committed."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.delivery import Delivery
from bot.messengers.port import Conflict, Messenger, MessengerError, RateLimited, Unauthorised
from bot.turn import TurnResult, Turns
from domain.errors import Unavailable
from handlers.context import Send
from handlers.ui import InboundEvent, Tapped, ViewBuilder
from storage.outbox import Parcel
from storage.writer import Writer

log = logging.getLogger(__name__)

BACKOFF = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)  # seconds
ALONE = 5  # good polls in a row that show that nobody else receives
CONFLICTS = 8  # another poller may take its leave for a while, then it is a mistake


class Intake:
    """on_fetch: called after a turn accepted files that lie with the messenger."""

    def __init__(
        self,
        messenger: Messenger,
        writer: Writer,
        turns: Turns,
        delivery: Delivery,
        now: Callable[[], datetime],
        on_fetch: Callable[[], None],
    ) -> None:
        self._messenger = messenger
        self._writer = writer
        self._turns = turns
        self._delivery = delivery
        self._now = now
        self._on_fetch = on_fetch
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def poll(self, wait: float) -> None:
        """Receive until cancelled. Raises Unauthorised, or Conflict where another keeps receiving."""
        cursor, failures, conflicts, good = "", 0, 0, 0
        while True:
            try:
                batch = await self._messenger.receive(cursor, wait)
            except Unauthorised:
                raise
            except Conflict:
                conflicts, good = conflicts + 1, 0
                if conflicts >= CONFLICTS:
                    raise
                log.warning("another instance is receiving for this bot; waiting for it to stop")
                await asyncio.sleep(BACKOFF[min(conflicts, len(BACKOFF) - 1)])
            except MessengerError as error:
                pause = error.retry_after if isinstance(error, RateLimited) else _pause(failures)
                log.warning("receiving failed (%s); again in %s s", type(error).__name__, pause)
                failures += 1
                await asyncio.sleep(pause)
            else:
                failures, good = 0, good + 1
                conflicts = 0 if good >= ALONE else conflicts  # two that take turns would never give up
                await asyncio.gather(*(self.take(event) for event in batch.events))
                cursor = batch.cursor

    async def take(self, event: InboundEvent) -> None:
        """Run the event's turn to its commit, however long the database is away; then acknowledge."""
        code, failures = "", 0
        while True:
            try:
                result = await self._writer.run(partial(self._turn, event, code), event.chat.chat_id)
                break
            except Unavailable:
                log.warning("the database does not answer; event %s waits", event.event_id)
                await asyncio.sleep(_pause(failures))
                failures += 1
            except Exception:
                if code:
                    log.exception(
                        "event %s failed even to be apologised for; it is passed over", event.event_id
                    )
                    result = TurnResult()
                    break
                code = secrets.token_hex(2).upper()
                log.exception("event %s failed; the person was given code %s", event.event_id, code)
        self._follow(event, result)

    def _turn(self, event: InboundEvent, code: str, connection: Connection) -> TurnResult:
        """Take the event; or apologise for it, once it failed and has a code."""
        lease = self._delivery.has_room
        if code:
            return self._turns.apologise(connection, event, code, self._now(), lease=lease)
        return self._turns.take(connection, event, self._now(), lease=lease)

    def _follow(self, event: InboundEvent, result: TurnResult) -> None:
        if result.parcels:
            self._delivery.accept(result.parcels)
        else:
            self._delivery.look()
        if result.fetches:
            self._on_fetch()
        if isinstance(event.what, Tapped):
            task = asyncio.create_task(self._acknowledge(event, event.what, result))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)

    async def _acknowledge(self, event: InboundEvent, tap: Tapped, result: TurnResult) -> None:
        """A tap that cannot be acknowledged has taken effect all the same; then its notice is a message."""
        try:
            shown = await self._messenger.acknowledge(tap.handle, result.answer)
        except MessengerError as error:
            log.warning("a tap could not be acknowledged: %s", type(error).__name__)
            return
        if shown or not result.answer or result.repeated:
            return
        try:
            parcels = await self._writer.run(partial(self._say_instead, event, result.answer))
        except Unavailable:
            log.warning("the notice of a late tap was lost: the database does not answer")
            return
        self._delivery.accept(parcels)
        self._delivery.look()

    def _say_instead(self, event: InboundEvent, notice: str, connection: Connection) -> tuple[Parcel, ...]:
        message = Send(event.chat.chat_id, ViewBuilder().say(notice).view())
        work, lease = self._turns.work(connection), self._delivery.has_room
        return self._turns.post(work, event.channel, [message], self._now(), lease=lease)


def _pause(failures: int) -> float:
    return BACKOFF[min(failures, len(BACKOFF) - 1)]
