"""The core alone, in a process of its own: turns through the writer, without messenger or HTTP.

`python -m tests.bench.core_process FOLDER FILINGS ROUNDS` writes JSON.

`… FOLDER FILINGS --profile` prints where the time goes.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import os
import pstats
import random
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import event

from bot.app import make_turns
from bot.settings import load_settings
from bot.turn import TurnResult
from handlers.ui import Chat, InboundEvent, MessageReceived, Sender, Tapped, What
from storage.engine import create_write_engine
from storage.outbox import Sending, Settled, SqlOutbox
from storage.writer import Writer
from tests.bench.company import CHANNEL, database_url, filer_chats, found_company
from tests.bench.filing import STEPS, Step, filing

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=1000")
SYNCS = 1_000

Statement = tuple[str, Any, bool]


class Core:
    """Turns on a database. recorded: the statements of each transaction, where they are to be recorded."""

    def __init__(self, url: str, *, record: bool = False) -> None:
        self.engine = create_write_engine(url)
        self.turns, _languages = make_turns(load_settings())
        self.recorded: list[list[Statement]] = []
        self._events = 0
        self._buttons: dict[int, list[list[list[str]]]] = {}
        if record:
            event.listen(self.engine, "before_cursor_execute", self._note)

    def event(self, chat: int, step: Step) -> InboundEvent:
        self._events += 1
        what: What = MessageReceived(step.text)
        if not step.text:
            what = Tapped(self._buttons[chat][step.row][step.column][1], "77", "handle")
        sender = Sender(str(chat), "somebody")
        at = datetime.now(UTC)
        return InboundEvent(CHANNEL, str(self._events), Chat(str(chat)), sender, at, what)

    def look(self, chat: int, step: Step, result: TurnResult) -> None:
        """Take the buttons of the answer that the step awaits."""
        for parcel in result.parcels:
            text = "".join(s if isinstance(s, str) else s[0] for p in parcel.view["p"] for s in p)
            if parcel.chat_id == str(chat) and step.mark in text:
                self._buttons[chat] = parcel.view.get("b", [])
                return
        raise RuntimeError(f"{step} was answered otherwise: {result}")

    def _note(self, _c: Any, _cursor: Any, sql: str, given: Any, _ctx: Any, many: bool) -> None:
        if sql.startswith("BEGIN"):
            self.recorded.append([])
        each = many and isinstance(given[0], tuple)  # else SQLAlchemy made one statement of many rows
        self.recorded[-1].append((sql, given, each))


async def run(core: Core, chats: Sequence[int], filings: int, *, settle: bool = False) -> dict[str, float]:
    """Everybody in `chats` files, all of them one step at a time; give seconds and CPU seconds a turn."""
    writer, dice = Writer(core.engine), random.Random(7)

    async def turn(chat: int, step: Step) -> None:
        happened = core.event(chat, step)
        result = await writer.run(
            lambda connection: core.turns.take(connection, happened, datetime.now(UTC), lease=True)
        )
        core.look(chat, step, result)
        if settle:
            at = datetime.now(UTC)
            outcomes = [Settled(parcel.id, Sending.SENT, at, "78") for parcel in result.parcels]
            await writer.run(lambda connection: SqlOutbox(connection).settle(outcomes))

    async def file(count: int) -> None:
        for _filing in range(count):
            for steps in zip(*(filing(dice) for _chat in chats), strict=True):
                await asyncio.gather(*map(turn, chats, steps))

    await file(1)
    began, cpu = perf_counter(), process_time()
    await file(filings)
    turns = filings * STEPS * len(chats)
    found = {"seconds": (perf_counter() - began) / turns, "cpu": (process_time() - cpu) / turns}
    writer.close()
    return found


def replay(path: Path, transactions: Sequence[Sequence[Statement]], warm: int) -> dict[str, float]:
    """Execute what the core executed, one transaction a turn, by the driver alone."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    _replay(connection, transactions[:warm])
    began, cpu = perf_counter(), process_time()
    _replay(connection, transactions[warm:])
    turns = len(transactions) - warm
    found = {"seconds": (perf_counter() - began) / turns, "cpu": (process_time() - cpu) / turns}
    connection.close()
    return found


def _replay(connection: sqlite3.Connection, transactions: Sequence[Sequence[Statement]]) -> None:
    for statements in transactions:
        for sql, given, many in statements:
            if many:
                connection.executemany(sql, given)
            else:
                connection.execute(sql, given).fetchall()
        connection.execute("COMMIT")


def sync_rate(folder: Path) -> float:
    """Give fdatasync calls a second, each after 4 kB written at the file's end."""
    with (folder / "sync").open("wb", buffering=0) as file:
        began = perf_counter()
        for _time in range(SYNCS):
            file.write(b"\0" * 4096)
            os.fdatasync(file.fileno())
        return SYNCS / (perf_counter() - began)


def fresh(folder: Path) -> Path:
    """Copy the founded company; every round starts from the same state."""
    template, copy = folder / "template", folder / "menxia.db"
    if not template.exists():
        found_company(database_url(folder))
        copy.rename(template)
    for left in folder.glob("menxia.db*"):
        left.unlink()
    shutil.copy(template, copy)
    return copy


def measure(folder: Path, filings: int, rounds: int) -> dict[str, Any]:
    one, everybody = filer_chats()[:1], filer_chats()
    fresh(folder)
    recording = Core(database_url(folder), record=True)
    asyncio.run(run(recording, one, filings))
    found: dict[str, Any] = {"alone": [], "settled": [], "queued": [], "raw": [], "syncs": []}
    found["statements"] = sum(map(len, recording.recorded[STEPS:])) / (filings * STEPS) + 1  # COMMIT
    for _round in range(rounds):
        loads: dict[str, Callable[[Core], Any]] = {
            "alone": lambda core: run(core, one, filings),
            "settled": lambda core: run(core, one, filings, settle=True),
            "queued": lambda core: run(core, everybody, max(1, filings // 8)),
        }
        for name, load in loads.items():
            fresh(folder)
            found[name].append(asyncio.run(load(Core(database_url(folder)))))
        found["raw"].append(replay(fresh(folder), recording.recorded, STEPS))
        found["syncs"].append(sync_rate(folder))
    return found


def profile(folder: Path, filings: int) -> None:
    """Print the costliest functions of turns, taken one by one in this thread."""
    fresh(folder)
    core, chat, dice = Core(database_url(folder)), filer_chats()[0], random.Random(7)
    profiler = cProfile.Profile()
    for number in range(filings + 3):
        for step in filing(dice):
            happened = core.event(chat, step)
            if number >= 3:
                profiler.enable()
            with core.engine.begin() as connection:
                result = core.turns.take(connection, happened, datetime.now(UTC), lease=True)
            profiler.disable()
            core.look(chat, step, result)
    print(f"{filings * STEPS} turns")
    statistics = pstats.Stats(profiler)
    statistics.sort_stats("cumulative").print_stats(70)
    statistics.sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if "--profile" in sys.argv:
        profile(place, int(sys.argv[2]))
    else:
        print(json.dumps(measure(place, int(sys.argv[2]), int(sys.argv[3]))))
