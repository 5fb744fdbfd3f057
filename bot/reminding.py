"""The sweep of reminders: reads what may be due beside the bot, then says it, one person a transaction.

Twice, late, by ten processes or after a kill: what was said is in the register, and is not said again. A
digest is made only once delivery has room for it, so neither the outbox nor the writer is ever flooded and
whoever taps meanwhile is answered as on any day.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.delivery import Delivery
from bot.turn import Turns
from domain.errors import Unavailable
from domain.reminders.planning import (
    DIGEST_MARK,
    URGENT_MARK,
    candidates_for,
    digest_waits,
    due_about,
    moment_of,
    urgent_steps,
)
from domain.reminders.register import Snooze
from domain.work import Work
from handlers.context import Telling
from handlers.reminders.sending import Reminding
from storage.outbox import Parcel
from storage.reports import snapshot
from storage.unit_of_work import SqlWork
from storage.writer import Writer

T = TypeVar("T")
Plan = dict[str, list[str]]  # staff number -> subjects
Act = Callable[[Reminding, Telling], int]
SLICE = 16  # subjects looked at in one snapshot; others go on at each of its statements
log = logging.getLogger(__name__)


def plan_digests(work: Work, now: datetime) -> Plan:
    """Say who is to be told of what, all at once."""
    plan: defaultdict[str, list[str]] = defaultdict(list)
    at = moment_of(work, now)
    for subject in candidates_for(work, at):
        _enter(plan, subject, {due.to for due in due_about(work, subject, at)})
    return dict(plan)


def plan_urgent(work: Work, now: datetime) -> tuple[Plan, str]:
    """Say who is to be told of what apart from the digest, and the mark to set once they were."""
    plan: defaultdict[str, list[str]] = defaultdict(list)
    at = moment_of(work, now)
    if not at.in_window:
        return {}, ""
    steps, mark = urgent_steps(work, at)
    for subject in steps:
        _enter(plan, subject, {due.to for due in due_about(work, subject, at) if due.urgent})
    return dict(plan), mark


def plan_snoozed(work: Work, now: datetime) -> dict[str, list[Snooze]]:
    """Give what people put off until now, by person; nothing while the digests go out, which say it too."""
    found: defaultdict[str, list[Snooze]] = defaultdict(list)
    at = moment_of(work, now)
    if at.in_window and not digest_waits(work, at):
        for snooze in work.reminders.snoozes_ended(now):
            found[snooze.staff_no].append(snooze)
    return dict(found)


def sweep_once(turns: Turns, work: SqlWork, channel: str, now: datetime) -> int:
    """Say all that is due in one transaction, and leave the messages to whoever delivers."""

    def say(act: Act) -> int:
        return turns.remind(work, channel, now, act, lease=False)[0]

    urgent, mark = plan_urgent(work, now)
    said = sum(say(_urgent_to(who, subjects)) for who, subjects in urgent.items())
    said += sum(say(_again_to(who, snoozes)) for who, snoozes in plan_snoozed(work, now).items())
    if mark:
        work.reminders.set_mark(URGENT_MARK, mark)
    at = moment_of(work, now)
    if digest_waits(work, at):
        said += sum(say(_due_to(who, subjects)) for who, subjects in plan_digests(work, now).items())
        work.reminders.set_mark(DIGEST_MARK, at.today.isoformat())
    return said


def _enter(plan: defaultdict[str, list[str]], subject: str, people: Iterable[str]) -> None:
    for staff_no in people:
        plan[staff_no].append(subject)


def _urgent_to(staff_no: str, subjects: Sequence[str]) -> Act:
    return lambda reminding, telling: reminding.send_urgent(telling, staff_no, subjects)


def _again_to(staff_no: str, snoozes: Sequence[Snooze]) -> Act:
    return lambda reminding, telling: reminding.send_ended_snooze(telling, staff_no, snoozes)


def _due_to(staff_no: str, subjects: Sequence[str]) -> Act:
    return lambda reminding, telling: reminding.send_due(telling, staff_no, subjects)


class Sweep:
    """One process's sweep. now: the present moment."""

    def __init__(
        self,
        turns: Turns,
        writer: Writer,
        reader: AsyncEngine,
        delivery: Delivery,
        channel: str,
        now: Callable[[], datetime],
    ) -> None:
        self._turns = turns
        self._writer = writer
        self._reader = reader
        self._delivery = delivery
        self._channel = channel
        self._now = now
        self._digests = asyncio.Lock()

    async def run(self) -> int:
        """Say all that is due now; give how many reminders were said."""
        said = await self._say_urgent() + await self._say_snoozed()
        if self._digests.locked():  # the morning's are still going out
            return said
        async with self._digests:
            return said + await self._say_digests()

    # --- what cannot wait for the digest -----------------------------------------------------------------

    async def _say_urgent(self) -> int:
        plan, mark = await self._read(lambda work: plan_urgent(work, self._now()))
        said = 0
        for staff_no, subjects in plan.items():
            said += await self._say(_urgent_to(staff_no, subjects))
        if mark:
            await self._writer.run(lambda c: self._turns.work(c).reminders.set_mark(URGENT_MARK, mark))
        return said

    async def _say_snoozed(self) -> int:
        plan, said = await self._read(lambda work: plan_snoozed(work, self._now())), 0
        for staff_no, snoozes in plan.items():
            said += await self._say(_again_to(staff_no, snoozes))
        return said

    # --- the digests -------------------------------------------------------------------------------------

    async def _say_digests(self) -> int:
        started = self._now()
        if not await self._read(lambda work: digest_waits(work, moment_of(work, started))):
            return 0
        plan, said = await self._plan(started), 0
        for staff_no, subjects in plan.items():
            await self._delivery.room_for_bulk()
            try:
                said += await self._say(_due_to(staff_no, subjects))
            except Unavailable:
                raise
            except Exception:  # one person's digest must not cost all others theirs
                log.exception("a digest could not be made and was passed over")

        def settle(connection: Connection) -> bool:
            """Everybody was told, if it is still the day and the hour for it."""
            work = self._turns.work(connection)
            at = moment_of(work, self._now())
            whole = at.in_window and at.today == moment_of(work, started).today
            if whole:
                work.reminders.set_mark(DIGEST_MARK, at.today.isoformat())
            return whole

        if not await self._writer.run(settle):
            log.warning("the window closed before every digest was made; the rest is merged into the next")
        return said

    async def _plan(self, now: datetime) -> Plan:
        """Look at every candidate in slices, so that the bot goes on answering."""
        plan: defaultdict[str, list[str]] = defaultdict(list)
        subjects = await self._read(lambda work: list(candidates_for(work, moment_of(work, now))))

        def look(part: list[str], work: Work) -> None:
            at = moment_of(work, now)
            for subject in part:
                _enter(plan, subject, {due.to for due in due_about(work, subject, at)})

        for start in range(0, len(subjects), SLICE):
            await self._read(partial(look, subjects[start : start + SLICE]))
        return dict(plan)

    async def _read(self, look: Callable[[Work], T]) -> T:
        async with snapshot(self._reader) as connection:
            return await connection.run_sync(lambda c: look(self._turns.work(c)))

    async def _say(self, act: Act) -> int:
        def job(connection: Connection) -> tuple[int, tuple[Parcel, ...]]:
            work = self._turns.work(connection)
            return self._turns.remind(work, self._channel, self._now(), act, lease=self._delivery.has_room)

        said, parcels = await self._writer.run(job)
        self._delivery.accept(parcels)
        if said and not parcels:
            self._delivery.look()
        return said
