"""A morning's reminders to everybody, from a sandbox that refuses whatever is too fast, while reps tap.

The bot has stood idle for some minutes when a file of everybody's becomes due; its next sweep plans the
digests and sends them. Reps, to whom nothing is due, tap all the while, whether or not the bot keeps up.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from domain.calendar import CalendarOverride
from domain.reminders.planning import DIGEST_MARK
from storage.calendar import SqlCalendarOverrides
from storage.engine import create_write_engine
from tests.bench.company import APPROVERS, database_url, filer_chats
from tests.bench.filing import Step
from tests.bench.lending import FIRST_BORROWER, hire, lend
from tests.bench.processes import killed_at_the_end, menxia, running_sandboxes
from tests.bench.sweeps import IN_ANY_WEEK
from tests.bench.tables import aim, ms, percentile, table
from tests.bench.visitors import Visitors, visiting

MARGIN = 1.2  # the sandbox's limit by ours, as Telegram's 30 a second by 25
TAPS = 5.0  # a second, by everybody together
SWEEP_SECONDS = 60.0
BEFORE = 3.0  # seconds before a sweep at which things become due
BEARABLE = 1.5
SETTINGS = "提醒设置"
SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL_DAY = {"BEGINS": "00:00", "ENDS": "23:59:59", "DIGEST_AT": "00:00", "ENABLED": "true"}


@dataclass
class Fanned:
    """taps: when, and seconds to the answer. moments: of the reminders."""

    rate: float
    swept: float = 0.0
    refused: int = 0
    cpu: float = 0.0
    taps: list[tuple[float, float]] = field(default_factory=list)
    unanswered: int = 0
    reminders: list[float] = field(default_factory=list)
    messages: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.reminders[-1] - self.reminders[0]

    @property
    def share(self) -> float:
        """Give the rate of all messages while reminders went out, by the configured one."""
        within = [at for at in self.messages if self.reminders[0] <= at <= self.reminders[-1]]
        return (len(within) - 1) / self.seconds / self.rate

    def latencies(self, since: float, until: float) -> list[float]:
        return [seconds for at, seconds in self.taps if since <= at < until]

    @property
    def idle(self) -> list[float]:
        last = self.reminders[-1] + 1
        return self.latencies(0, self.swept - BEFORE) + self.latencies(last, float("inf"))


async def measure(folder: Path, people: int, rate: float, minutes: int) -> Fanned:
    """minutes: of idleness before; one more comes after."""
    found = Fanned(rate)
    borrowers = range(FIRST_BORROWER, FIRST_BORROWER + people)
    chats = [*APPROVERS, *filer_chats(), *borrowers]
    rules = {"flood_limits": True, "total_rate": rate * MARGIN, "total_burst": 30}
    with running_sandboxes(folder, [{"chats": chats, "rules": rules}]) as [base]:
        bot = menxia("Menxia+ptb", "ptb", base, folder, {"per_second": rate})
        off = json.dumps([rule.value for rule in IN_ANY_WEEK])
        settings = {**ALL_DAY, "OFF": off}
        bot.process.environment |= {f"MENXIA_REMINDERS__{key}": value for key, value in settings.items()}
        data = folder / "Menxia+ptb"
        open_all_day(data, people)
        with killed_at_the_end([bot]):
            async with visiting(base) as visitors:
                bot.process.start()
                await visitors.take(filer_chats()[0], Step(SETTINGS, text="/reminder_settings"))
                began = perf_counter()
                for chat in filer_chats()[1:]:
                    await visitors.take(chat, Step(SETTINGS, text="/reminder_settings"))
                await visitors.moments()
                found.swept = began + SWEEP_SECONDS * minutes
                tapping = asyncio.create_task(tap(visitors))
                await asyncio.sleep(found.swept - BEFORE - perf_counter())
                sent = (await visitors.stats())["sent"]
                make_due(data, people)
                async with asyncio.timeout(2 * SWEEP_SECONDS + 1.5 * people / rate):
                    await asyncio.sleep(BEFORE)
                    cpu = bot.process.cpu()
                    while (await visitors.stats())["sent"] < sent + people:
                        await visitors.settled()
                found.cpu = bot.process.cpu() - cpu
                await asyncio.sleep(SWEEP_SECONDS)
                tapping.cancel()
                await asyncio.sleep(1)
                found.refused = (await visitors.stats())["rejected_429"]
                sort(found, await visitors.moments(), set(borrowers))
    return found


def open_all_day(data: Path, people: int) -> None:
    """Hire everybody, and let today be a working day."""
    engine = create_write_engine(database_url(data))
    with engine.begin() as connection:
        hire(connection, people)
        day = CalendarOverride(day=today(), works=True, name="", entered_at=datetime.now(UTC), entered_by="")
        SqlCalendarOverrides(connection).put(day)
    engine.dispose()


def make_due(data: Path, people: int) -> None:
    """Let something be due to everybody, and the day's digests not be out."""
    engine = create_write_engine(database_url(data), checkpoint=False)
    with engine.begin() as connection:
        lend(connection, people, today())
        connection.exec_driver_sql("DELETE FROM sweep_marks WHERE name = ?", (DIGEST_MARK,))
    engine.dispose()


def today() -> object:
    return datetime.now(SHANGHAI).date()


async def tap(visitors: Visitors) -> None:
    """Turn a kind of reminder off and on again, each time by somebody else."""
    begin, posts = perf_counter(), set()
    chats = filer_chats()
    for at in range(1_000_000):
        await asyncio.sleep(max(0.0, begin + at / TAPS - perf_counter()))
        chat = chats[at % len(chats)]
        body = {"message_id": visitors.questions[chat]["message_id"], "data": "rq:draft"}
        post = asyncio.create_task(visitors.ask(f"/sandbox/chats/{chat}/taps?wait=0", body))
        posts.add(post)
        post.add_done_callback(posts.discard)


def sort(found: Fanned, moments: Sequence[tuple[float, str, int]], borrowers: set[int]) -> None:
    """Tell reminders from answers, and give each tap its answer."""
    pending: dict[int, float] = {}
    for at, kind, chat in sorted(moments):
        if kind == "tap":
            found.unanswered += chat in pending
            pending[chat] = at
        elif kind == "in":
            found.messages.append(at)
            if chat in borrowers:
                found.reminders.append(at)
            elif chat in pending:
                tapped = pending.pop(chat)
                found.taps.append((tapped, at - tapped))


def report(found: Fanned) -> str:
    first, last = found.reminders[0], found.reminders[-1]
    parts = {
        "idle": found.idle,
        "planning": found.latencies(found.swept, first),
        "sending": found.latencies(first, last),
        "both": found.latencies(found.swept, last),
    }
    rows = [
        [what, str(len(taps)), *(ms(percentile(taps, share)) for share in (0.5, 0.95, 0.99))]
        for what, taps in parts.items()
        if taps
    ]
    count = len(found.reminders)
    title = (
        f"9. A fan-out of {count:,} reminders at {found.rate:.0f}/s while reps tap {TAPS:.0f} times a second;"
        f" the sandbox refuses more than {found.rate * MARGIN:.0f}/s.\n"
        f"   Planned in {first - found.swept:.1f} s, sent in {found.seconds:.1f} s:"
        f" {(count - 1) / found.seconds:.1f} reminders/s, with the answers {found.share * found.rate:.1f}/s;"
        f" {found.cpu / count * 1000:.1f} ms of CPU each, taps included.\n"
        "   From tap to answer, ms:"
    )
    ratio = percentile(parts["both"], 0.99) / percentile(parts["idle"], 0.99)
    lines = [table(title, ["", "taps", "p50", "p95", "p99"], rows), ""]
    share = f"{found.share * 100:.1f} %"
    lines.append(aim("achieved / configured rate", share, ">= 95 %", found.share >= 0.95))
    lines.append(aim("429s", str(found.refused), "0", found.refused == 0))
    lines.append(aim("tap p99, both / idle", f"{ratio:.2f}", f"<= {BEARABLE}", ratio <= BEARABLE))
    if found.unanswered:
        lines.append(f"  {found.unanswered} taps had no answer before the next one")
    return "\n".join(lines)
