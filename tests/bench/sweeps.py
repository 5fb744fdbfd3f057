"""Sweeps of reminders over ten thousand open subjects beside a million, with as many due in either.

A sweep marks what it said, so what it wrote is taken back before the next; each begins with connections of
its own, whose caches are empty.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert

from bot.app import make_turns
from bot.delivery import Delivery
from bot.reminding import Sweep, sweep_once
from bot.settings import load_settings
from bot.turn import Turns
from domain.approvals.requests import RequestKind, RequestState, StepState
from domain.approvals.routes import Act
from domain.reminders.rules import Concern, Rule
from storage.approvals import RequestRow, StepRow
from storage.engine import create_read_engine, create_write_engine
from storage.reminders import ReminderRow
from storage.writer import Writer
from tests.bench.company import CHANNEL, database_url, found_company
from tests.bench.lending import hire, lend, lend_for_long, multiply
from tests.bench.tables import aim, ms, table

FEW, DUE, STEPS = 10_000, 1_000, 100_000
BEARABLE = 1.5
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
IN_ANY_WEEK = (Rule.MISSING, Rule.WEEKLY, Rule.CALENDAR)  # said whatever is due
MANY_SWEEPS = 20  # an idle sweep is too short to be measured alone
_WRITTEN = ("reminders", "outbox", "sweep_marks")
_requests, _steps, _reminders = (
    row.__table__  # type: ignore[attr-defined]
    for row in (RequestRow, StepRow, ReminderRow)
)
Costs = tuple[float, float]  # seconds of CPU, and by the clock
ONE, PLAN, ALL, IDLE = "in one go", "plan beside the bot", "plan and say beside the bot", "nothing due"
SAID = f"{STEPS:,} steps, all said"
Found = dict[str, dict[int, list[Costs]]]  # by what was swept, then by the number of open subjects


def measure(folder: Path, rounds: int, many: int) -> Found:
    """Sweep the two houses in turn. many: open loans of the larger one."""
    houses = {size: _House(folder / str(size), size) for size in (FEW, many)}
    found: Found = {what: {size: [] for size in houses} for what in (ONE, PLAN, ALL, IDLE, SAID)}
    for at in range(rounds + 1):
        for size, house in houses.items():
            now = {ONE: house.in_one_go(), PLAN: house.beside(plan_only=True)}
            now[ALL] = house.beside(plan_only=False)
            now[IDLE] = house.idle()
            if at:  # the first compiles statements and fills caches
                for what, costs in now.items():
                    found[what][size].append(costs)
    for house in houses.values():
        house.open_steps()
    for at in range(rounds + 1):
        for size, house in houses.items():
            costs = house.idle()
            if at:
                found[SAID][size].append(costs)
    return found


def report(found: Found) -> str:
    rows, worst, many = [], 0.0, max(found[ONE])
    for what, sizes in found.items():
        small, large = sizes[FEW], sizes[many]
        ratios = [sorted(b[i] / a[i] for a, b in zip(small, large, strict=True)) for i in (0, 1)]
        worst = max(worst, *map(median, ratios))
        shown = [ms(median(one[i] for one in costs)) for i in (0, 1) for costs in (small, large)]
        rows.append([what, *shown, *(f"{median(r):.2f} ({r[0]:.2f}-{r[-1]:.2f})" for r in ratios)])
    title = (
        f"8. A sweep of reminders: {FEW:,} open loans beside {many:,}, {DUE:,} due in either; ms a sweep,\n"
        "   medians, and the rounds' ratios: median (range)."
    )
    head = ["", f"CPU, {FEW:,}", f"CPU, {many:,}", f"clock, {FEW:,}", f"clock, {many:,}", "CPU ×", "clock ×"]
    lines = [table(title, head, rows), ""]
    lines.append(aim("worst ratio", f"{worst:.2f}", f"<= {BEARABLE}", worst <= BEARABLE))
    return "\n".join(lines)


class _House:
    """A company with so many loans open, of which a thousand are due today, each to somebody else."""

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir()
        self._url = database_url(folder)
        found_company(self._url)
        settings = load_settings()
        reminders = settings.reminders.model_copy(update={"off": IN_ANY_WEEK})
        self._turns: Turns = make_turns(settings.model_copy(update={"reminders": reminders}))[0]
        engine = create_write_engine(self._url)
        with engine.begin() as connection:
            hire(connection, DUE)
            lend(connection, DUE, NOW.date())
            lend_for_long(connection, size - DUE, DUE, NOW.date())
        engine.dispose()

    def in_one_go(self) -> Costs:
        """Sweep as `menxia remind` does, and commit."""

        def sweep(engine: Engine) -> None:
            with engine.begin() as connection:
                said = sweep_once(self._turns, self._turns.work(connection), CHANNEL, NOW)
            assert said == DUE, said

        return self._afresh(sweep)

    def beside(self, *, plan_only: bool) -> Costs:
        """Sweep as the bot does, with a delivery that takes whatever comes."""

        async def sweep(engine: Engine) -> None:
            writer, reader = Writer(engine), create_read_engine(self._url)
            swept = Sweep(self._turns, writer, reader, cast(Delivery, _Everything()), CHANNEL, lambda: NOW)
            found = len(await swept._plan(NOW)) if plan_only else await swept.run()
            await reader.dispose()
            writer.close()
            assert found == DUE, found

        return self._afresh(lambda engine: asyncio.run(sweep(engine)))

    def idle(self) -> Costs:
        """Sweep again and again once everything was said; give the costs of one."""

        async def sweep(engine: Engine) -> Costs:
            writer, reader = Writer(engine), create_read_engine(self._url)
            swept = Sweep(self._turns, writer, reader, cast(Delivery, _Everything()), CHANNEL, lambda: NOW)
            await swept.run()
            cpu, clock = process_time(), perf_counter()
            for _sweep in range(MANY_SWEEPS):
                assert await swept.run() == 0
            cpu, clock = process_time() - cpu, perf_counter() - clock
            await reader.dispose()
            writer.close()
            return cpu / MANY_SWEEPS, clock / MANY_SWEEPS

        engine = create_write_engine(self._url)
        found = asyncio.run(sweep(engine))
        engine.dispose()
        return found

    def open_steps(self) -> None:
        """Let a hundred thousand approvals wait since yesterday, each said today, and nothing else be due."""
        engine = create_write_engine(self._url)
        with engine.begin() as connection:
            _forget(connection)
            connection.execute(insert(_requests), [_request()])
            multiply(connection, _requests, 1, STEPS, {"number": "'SP-' || n", "draft_id": "'d' || n"})
            connection.execute(insert(_steps), [_step()])
            multiply(connection, _steps, 1, STEPS, {"request_id": "n"})
            connection.execute(insert(_reminders), list(_said(range(1, STEPS + 1))))
            work = self._turns.work(connection)
            work.reminders.set_mark("digest", f"{NOW.date()}")
        engine.dispose()

    def _afresh(self, sweep: Callable[[Engine], None]) -> Costs:
        engine = create_write_engine(self._url)
        with engine.begin() as connection:
            _forget(connection)
        engine.dispose()
        cpu, clock = process_time(), perf_counter()
        sweep(engine)
        found = process_time() - cpu, perf_counter() - clock
        engine.dispose()
        return found


class _Everything:
    """Delivery, as far as a sweep sees it, with room for whatever is said."""

    has_room = False

    async def room_for_bulk(self) -> None:
        pass

    def accept(self, parcels: Iterable[object]) -> None:
        pass

    def look(self) -> None:
        pass


def _forget(connection: Connection) -> None:
    for name in _WRITTEN:
        connection.exec_driver_sql(f"DELETE FROM {name}")


def _request() -> dict[str, object]:
    since = NOW - timedelta(days=1)
    return {
        "id": 1,
        "number": "SP-1",
        "kind": RequestKind.NEW_CUSTOMER,
        "applicant_no": "S10001",
        "draft_id": "d1",
        "title": "佛山市恒锐五金制品有限公司",
        "version": 1,
        "state": RequestState.PENDING,
        "content": {},
        "former": {},
        "mend": [],
        "route": {},
        "facts": {},
        "ordinary": True,
        "cc": [],
        "position": 1,
        "outcome": "",
        "submitted_at": since,
        "updated_at": since,
    }


def _step() -> dict[str, object]:
    return {
        "id": 1,
        "request_id": 1,
        "version": 1,
        "position": 1,
        "stage": 0,
        "needs": [],
        "act": Act.APPROVE,
        "who": "role:market_manager",
        "named": "",
        "state": StepState.OPEN,
        "assignees": ["A902"],
        "note": "",
        "instead_of": "",
        "decided_by": "",
        "on_behalf_of": "",
        "reason": "",
        "offer": {},
        "opened_at": NOW - timedelta(days=1),
    }


def _said(step_ids: Iterable[int]) -> Iterable[dict[str, object]]:
    for step_id in step_ids:
        yield {
            "rule": Rule.APPROVAL,
            "subject": f"step:{step_id}",
            "occurrence": f"{NOW.date()}",
            "staff_no": "A902",
            "card": f"digest:A902:{NOW:%Y%m%d}",
            "concern": Concern.DUTY,
            "at": NOW,
            "late": False,
            "told": "",
        }
