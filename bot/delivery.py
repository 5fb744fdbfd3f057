"""Delivery: outbox rows to the messenger, each chat in order, under the messenger's limits.

What was certainly not sent is tried again freely; what perhaps was, a few times, and is counted; what can
never be sent is set aside. An answer somebody waits for goes before a message nobody waits for.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from bot.documents.making import Documents
from bot.messengers.port import Messenger, MessengerError, Moved
from bot.pacing import Pace
from bot.settings import Limits
from bot.verdicts import USUAL, Backoff, Fate, Verdict, judge_error, pick
from domain.errors import Unavailable
from handlers.ui import Document, View, line
from storage.outbox import LEASE, Lane, Parcel, Sending, Settled, SqlOutbox
from storage.people import SqlPeople
from storage.writer import Writer

T = TypeVar("T")
log = logging.getLogger(__name__)

ROOM = 500  # rows held in memory; more wait in the database
BULK_ROOM = 60  # of these, messages that nobody waits for, before their maker is asked to wait
GATHER_SECONDS = 0.02  # a kill within this after a call doubles its message, as one within the call does
REMEMBERED = 10_000  # message ids kept at hand for revisions
TOTAL_BURST = 8
KEPT_FOR_ANSWERS = 3  # of the burst, so that who taps while reminders go out need not wait for their turn
POLL_SECONDS = 1.0  # for rows that another process put into the outbox
RENEW_SECONDS = LEASE.total_seconds() / 3


@dataclass(slots=True)
class _Chat:
    """parcels: heap by row id. paused_until: loop time. busy: a call is under way."""

    pace: Pace
    parcels: list[tuple[int, Parcel]] = field(default_factory=list)
    paused_until: float = 0.0
    busy: bool = False


class Trouble(Enum):
    """UNREACHABLE: the person blocked the bot. UNDELIVERED: one message was given up."""

    UNREACHABLE = auto()
    UNDELIVERED = auto()


class _NotYetSent(Exception):
    """The message to revise is another process's to send, and has not been yet."""


class Delivery:
    """on_trouble: told what went wrong for good, and with which chat.

    marker: heading of a message that is sent anew because the former one could not be revised.
    documents: makes what is to be made when it is sent; set where such messages are sent at all.
    """

    def __init__(
        self,
        messenger: Messenger,
        writer: Writer,
        limits: Limits,
        files: Path,
        now: Callable[[], datetime],
        on_trouble: Callable[[Trouble, str], Awaitable[None]],
        marker: str,
        backoff: Backoff = USUAL,
    ) -> None:
        self._messenger = messenger
        self._writer = writer
        self._limits = limits
        self._files = files
        self._now = now
        self._on_trouble = on_trouble
        self._marker = marker
        self._backoff = backoff
        self.documents: Documents | None = None
        self._chats: dict[str, _Chat] = {}
        self._ready: list[tuple[Lane, int, str]] = []
        self._timers: list[tuple[float, str]] = []
        self._pace = Pace(limits.per_second, TOTAL_BURST)
        self._paused_until = 0.0
        self._outages = 0
        self._last_limit = ("", 0.0)  # the chat that met a limit last, and until when
        self._held: set[int] = set()  # rows leased to us whose outcome is not recorded yet
        self._bulk = 0  # messages held that nobody waits for
        self._bulk_left = asyncio.Event()
        self._behind = True  # older rows wait in the database
        self._told_no = 0  # how often a turn was told that there is no room
        self._room = threading.Lock()
        self._wake = asyncio.Event()
        self._look = asyncio.Event()
        self._outcomes: list[Settled] = []
        self._outcomes_wake = asyncio.Event()
        self._message_ids: OrderedDict[int, str] = OrderedDict()
        self._calls: set[asyncio.Task[None]] = set()
        self._stopped: MessengerError | None = None

    @property
    def has_room(self) -> bool:
        """Whether a turn may lease its rows to us; read from the writer's thread.

        Once told no, turns are told so until the rows they left behind are leased, so that no message
        overtakes an older one.
        """
        with self._room:
            self._behind = self._behind or len(self._held) >= ROOM
            self._told_no += self._behind
            return not self._behind

    async def room_for_bulk(self) -> None:
        """Wait until few messages that nobody waits for are held, so that one more may be made."""
        while self._bulk >= BULK_ROOM:
            self._bulk_left.clear()
            await self._bulk_left.wait()

    def accept(self, parcels: Iterable[Parcel]) -> None:
        """Take rows that are leased to this process and committed; those it holds already are passed over."""
        touched = set()
        for parcel in parcels:
            if parcel.id in self._held:
                continue
            chat = self._chats.get(parcel.chat_id)
            if chat is None:
                pace = Pace(self._limits.per_chat_second, self._limits.per_chat_burst)
                chat = self._chats[parcel.chat_id] = _Chat(pace)
            heapq.heappush(chat.parcels, (parcel.id, parcel))
            self._held.add(parcel.id)
            self._bulk += parcel.lane is Lane.BULK
            touched.add(parcel.chat_id)
        for chat_id in touched:
            self._schedule(chat_id)
        self._wake.set()

    def look(self) -> None:
        """Rows were left in the database: fetch them when there is room."""
        self._look.set()

    async def run(self) -> None:
        """Deliver until cancelled. Raises Unauthorised where the messenger refuses our credentials."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settle_loop())
            group.create_task(self._refill_loop())
            group.create_task(self._send_loop())

    async def close(self, patience: float = 5.0) -> None:
        """After `run` was cancelled: let calls end, record how, and put back what was not tried."""
        if self._calls:
            await asyncio.wait(self._calls, timeout=patience)
        waiting = [row_id for chat in self._chats.values() for row_id, _parcel in chat.parcels]
        async with asyncio.timeout(patience):
            await self._record()
            await self.write(lambda connection: SqlOutbox(connection).release(waiting, self._now()))

    # --- choosing ----------------------------------------------------------------------------------------

    async def _send_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            if self._stopped is not None:
                raise self._stopped
            now = loop.time()
            while self._timers and self._timers[0][0] <= now:
                self._schedule(heapq.heappop(self._timers)[1])
            kept = KEPT_FOR_ANSWERS if self._ready and self._ready[0][0] is Lane.BULK else 0
            free_at = max(self._pace.ready_at(now, kept), self._paused_until)
            if self._ready and free_at <= now:
                self._start(heapq.heappop(self._ready)[2], now)
                continue
            waits = [free_at] if self._ready else []
            waits += [self._timers[0][0]] if self._timers else []
            try:
                async with asyncio.timeout_at(min(waits) if waits else None):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _schedule(self, chat_id: str) -> None:
        """Put a chat where it will be found: ready, or waiting for its own pace."""
        chat, now = self._chats.get(chat_id), asyncio.get_running_loop().time()
        if chat is None or chat.busy or not chat.parcels:
            return
        at = self._free_at(chat, now)
        if at > now:
            heapq.heappush(self._timers, (at, chat_id))
            return
        lane = min(parcel.lane for _id, parcel in chat.parcels)
        heapq.heappush(self._ready, (lane, chat.parcels[0][0], chat_id))

    def _free_at(self, chat: _Chat, now: float) -> float:
        """A chat's pace is for new messages; revisions make nobody's phone ring."""
        if chat.parcels[0][1].revises:
            return chat.paused_until
        return max(chat.pace.ready_at(now), chat.paused_until)

    def _start(self, chat_id: str, now: float) -> None:
        chat = self._chats.get(chat_id)  # none where it was scheduled twice and is done
        if chat is None or chat.busy or not chat.parcels:
            return
        if self._free_at(chat, now) > now:
            self._schedule(chat_id)
            return
        chat.busy = True
        self._pace.take(now)
        _id, parcel = heapq.heappop(chat.parcels)
        if not parcel.revises:
            chat.pace.take(now)
        call = asyncio.create_task(self._deliver(chat_id, chat, parcel))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    # --- sending -----------------------------------------------------------------------------------------

    async def _deliver(self, chat_id: str, chat: _Chat, parcel: Parcel) -> None:
        kept = False
        try:
            kept = await self._attempt(chat_id, chat, parcel)
        except Exception:
            log.exception("message %s was set aside after an unexpected error", parcel.id)
            self._settle(parcel, Sending.DEAD, error="unexpected error")
            await self._patiently(lambda: self._on_trouble(Trouble.UNDELIVERED, chat_id))
        finally:
            chat.busy = False
            if parcel.lane is Lane.BULK and not kept:
                self._bulk -= 1
                self._bulk_left.set()
            if kept:
                heapq.heappush(chat.parcels, (parcel.id, parcel))
            self._schedule(chat_id)
            self._let_go(chat_id, chat)
            self._wake.set()

    def _let_go(self, chat_id: str, chat: _Chat) -> None:
        """Forget a chat that is done and rested, where there are many; forgotten earlier it would outpace."""
        if len(self._chats) <= ROOM or chat.parcels:
            return
        now = asyncio.get_running_loop().time()
        if chat.paused_until <= now and chat.pace.rested(now):
            del self._chats[chat_id]

    async def _attempt(self, chat_id: str, chat: _Chat, parcel: Parcel) -> bool:
        """Make one attempt; true if the parcel stays to be tried again."""
        view = View.from_json(parcel.view)
        try:
            message_id = await self._call(parcel, view)
        except _NotYetSent:
            chat.paused_until = asyncio.get_running_loop().time() + self._backoff.unknown[0]
            return True
        except MessengerError as error:
            verdict = judge_error(
                error,
                unknown_before=parcel.unknown,
                outages=self._outages,
                revises=parcel.revises,
                backoff=self._backoff,
            )
            return await self._apply(verdict, error, chat_id, chat, parcel)
        self._outages = 0
        if message_id is None:
            self._settle(parcel, Sending.SKIPPED)
        else:
            self._remember(parcel.id, message_id)
            self._settle(parcel, Sending.SENT, message_id=message_id)
        return False

    async def _call(self, parcel: Parcel, view: View) -> str | None:
        """Call the messenger; None where there is nothing to revise."""
        if not parcel.revises:
            if isinstance(view.file, Document) and self.documents is not None:
                async with self.documents.made(view.file) as file:
                    made = View(view.paragraphs, view.rows, file)
                    return await self._messenger.send(parcel.chat_id, made, self._files)
            return await self._messenger.send(parcel.chat_id, view, self._files)
        message_id = parcel.message_id or await self._message_of(parcel.target_id or 0)
        if message_id is None:
            return None
        await self._messenger.revise(parcel.chat_id, message_id, view)
        return message_id

    async def _apply(
        self, verdict: Verdict, error: MessengerError, chat_id: str, chat: _Chat, parcel: Parcel
    ) -> bool:
        now = asyncio.get_running_loop().time()
        parcel.unknown += verdict.unknown
        match verdict.fate:
            case Fate.CHAT_WAITS | Fate.AGAIN:
                if verdict.fate is Fate.CHAT_WAITS:
                    self._limited(chat_id, now, now + verdict.wait)
                chat.paused_until = now + verdict.wait
                await self._hold([parcel, *(p for _id, p in chat.parcels)], verdict.wait)
                return True
            case Fate.ALL_WAIT:
                if now >= self._paused_until:  # calls that fail together are one outage
                    log.warning("the messenger cannot be reached; trying again in %s s", verdict.wait)
                    self._outages += 1
                    self._paused_until = now + verdict.wait
                await self._hold([parcel], verdict.wait)
                return True
            case Fate.MOVED if isinstance(error, Moved):
                await self._move(chat_id, error.chat_id)
                for moved in (parcel, *(waiting for _id, waiting in chat.parcels)):
                    moved.chat_id = error.chat_id
                return True
            case Fate.UNREACHABLE:
                await self._give_up(chat_id, chat, parcel)
            case Fate.SEND_ANEW if parcel.card:
                view = View.from_json(parcel.view)
                anew = View((line(self._marker), *view.paragraphs), view.rows, view.file).to_json()
                row_id, target_id = parcel.id, parcel.target_id or 0
                await self.write(lambda c: SqlOutbox(c).supersede(row_id, target_id, anew))
                parcel.view, parcel.revises, parcel.target_id = anew, False, None
                return True
            case Fate.SEND_ANEW:
                self._settle(parcel, Sending.SKIPPED, error=str(error))
            case Fate.STOP:
                self._stopped = error
                return True
            case _:
                log.error("message %s was set aside: %s", parcel.id, error)
                self._settle(parcel, Sending.DEAD, error=str(error))
                await self._patiently(lambda: self._on_trouble(Trouble.UNDELIVERED, chat_id))
        return False

    def _limited(self, chat_id: str, now: float, until: float) -> None:
        """A limit met in two chats at a time is the bot's own, and everything waits."""
        other, other_until = self._last_limit
        if other != chat_id and other_until > now:
            self._paused_until = max(self._paused_until, until)
        self._last_limit = (chat_id, until)

    async def _hold(self, parcels: list[Parcel], seconds: float) -> None:
        until = self._now() + timedelta(seconds=seconds)
        ids = [parcel.id for parcel in parcels]
        await self.write(lambda connection: SqlOutbox(connection).hold(ids, until))

    async def _move(self, old: str, new: str) -> None:
        def move(connection: Connection) -> None:
            SqlOutbox(connection).move_chat(self._messenger.channel, old, new)
            SqlPeople(connection).move_chat(self._messenger.channel, old, new)

        await self.write(move)

    async def _give_up(self, chat_id: str, chat: _Chat, parcel: Parcel) -> None:
        """Nothing reaches this chat: set its rows aside; who comes back finds their tasks in the menu."""
        self._settle(parcel, Sending.DEAD, error="unreachable")
        self._held.difference_update(row_id for row_id, _parcel in chat.parcels)
        self._bulk -= sum(waiting.lane is Lane.BULK for _id, waiting in chat.parcels)
        self._bulk_left.set()
        chat.parcels.clear()
        await self._patiently(lambda: self._on_trouble(Trouble.UNREACHABLE, chat_id))

    async def _message_of(self, row_id: int) -> str | None:
        """Give the id of the message a row became; None if it never will. Raises _NotYetSent."""
        if (known := self._message_ids.get(row_id)) is not None:
            return known
        found = await self.write(lambda connection: SqlOutbox(connection).message_of(row_id))
        if found is None or found[1] in {Sending.DEAD, Sending.SKIPPED}:
            return None
        if not found[0]:
            raise _NotYetSent
        return found[0]

    def _remember(self, row_id: int, message_id: str) -> None:
        self._message_ids[row_id] = message_id
        if len(self._message_ids) > REMEMBERED:
            self._message_ids.popitem(last=False)

    # --- book-keeping ------------------------------------------------------------------------------------

    def _settle(self, parcel: Parcel, state: Sending, *, message_id: str = "", error: str = "") -> None:
        self._outcomes.append(
            Settled(parcel.id, state, self._now(), message_id, error, unknown=parcel.unknown)
        )
        self._outcomes_wake.set()

    async def _settle_loop(self) -> None:
        """Record outcomes; those of a turn's few calls share a commit, as do those that gather during one."""
        while True:
            await self._outcomes_wake.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._outcomes_wake.clear()
            await self._record()

    async def _record(self) -> None:
        batch, self._outcomes = self._outcomes, []
        if not batch:
            return
        try:
            await self.write(lambda connection: SqlOutbox(connection).settle(batch))
        except BaseException:
            self._outcomes = batch + self._outcomes  # to be recorded again, which does no harm
            raise
        self._held.difference_update(outcome.id for outcome in batch)

    async def _refill_loop(self) -> None:
        """Lease what waits in the database, on being told and now and then; keep what we hold leased."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while True:
            self._look.clear()
            if loop.time() - renewed > RENEW_SECONDS:
                renewed = loop.time()
                await self.write(partial(self._renew, sorted(self._held)))
            full = len(self._held) >= ROOM // 2
            if not full:
                told_no = self._told_no
                if self._behind:  # turns that were told no must have ended before their rows can be seen
                    await self._writer.drain()
                due = await self.write(partial(self._lease_due, told_no))
                self.accept(due)
                full = len(due) == ROOM // 2
            try:
                async with asyncio.timeout(0.2 if full else POLL_SECONDS):
                    await self._look.wait()
            except TimeoutError:
                continue

    def _renew(self, row_ids: list[int], connection: Connection) -> None:
        """Keep what waits in memory leased, and take back what somebody else let lapse."""
        outbox = SqlOutbox(connection)
        outbox.hold(row_ids, self._now())
        outbox.recover(self._messenger.channel, self._now(), all_leases=False)

    def _lease_due(self, told_no: int, connection: Connection) -> list[Parcel]:
        due = SqlOutbox(connection).lease_due(self._messenger.channel, self._now(), ROOM // 2)
        with self._room:
            if len(due) < ROOM // 2 and self._told_no == told_no:
                self._behind = False
        return due

    async def write(self, job: Callable[[Connection], T], key: str = "") -> T:
        """Run `job` as the writer does, however long the database is away."""
        return await self._patiently(lambda: self._writer.run(job, key))

    async def _patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do what needs the database, however long that is away."""
        failures = 0
        while True:
            try:
                return await act()
            except Unavailable:
                log.warning("the database does not answer; delivery waits")
                await asyncio.sleep(pick(self._backoff.database, failures))
                failures += 1
