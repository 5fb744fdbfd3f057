"""CPU per turn, latency and memory of a customer filing: Menxia beside bare bots on the same client."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.bench.company import APPROVERS, filer_chats
from tests.bench.filing import STEPS, Step, filing
from tests.bench.processes import BotProcess, bare, killed_at_the_end, menxia, running_sandboxes
from tests.bench.tables import aim, ms, percentile, table
from tests.bench.visitors import GREETED, Visitors, visiting

RATE = 10.0  # updates a second from everybody together
NO_LIMITS = {"per_second": 10_000, "per_chat_second": 10_000, "per_chat_burst": 10_000}
WARM_UP = 3
RATIO = 1.25  # aim
_PAIRS = (("Menxia+ptb", "bare ptb"), ("Menxia+aiogram", "bare aiogram"))


@dataclass
class Load:
    """What one load showed. cpu: seconds; calls: of the bot but for getUpdates; own: see `own_shares`."""

    turns: int
    cpu: float
    calls: int
    latencies: list[float]
    own: list[float] = field(default_factory=list)

    @property
    def cpu_per_turn(self) -> float:
        return self.cpu / self.turns


@dataclass
class Findings:
    sequential: dict[str, list[Load]] = field(default_factory=lambda: defaultdict(list))
    open_loop: dict[str, Load] = field(default_factory=dict)
    rss: dict[str, float] = field(default_factory=dict)


def plots(count: int) -> list[dict[str, object]]:
    chats = [*APPROVERS, *filer_chats()]
    return [{"chats": chats, "rules": {"flood_limits": False}} for _ in range(count)]


def contestants(bases: Sequence[str], folder: Path) -> list[BotProcess]:
    """Each of ours is followed by the bare bot it is compared with."""
    first, second, third, fourth, fifth = bases
    return [
        menxia("Menxia+ptb", "ptb", first, folder, NO_LIMITS),
        bare("bare ptb", "ptb", second, folder),
        menxia("Menxia+aiogram", "aiogram", third, folder, NO_LIMITS),
        bare("bare aiogram", "aiogram", fourth, folder),
        bare("bare ptb, our HTTP", "ptb", fifth, folder, "ours"),
    ]


async def measure(folder: Path, rounds: int, filings: int, people: int) -> Findings:
    """rounds: of `filings` filings by one person, bots in turn; then one filing each by `people` at once."""
    findings, dice = Findings(), random.Random(20261123)
    with running_sandboxes(folder, plots(5)) as bases:
        bots = contestants(bases, folder)
        with killed_at_the_end(bots):
            async with AsyncExitStack() as stack:
                visitors: dict[str, Visitors] = {}
                for bot in bots:
                    bot.process.start()
                    visitors[bot.name] = await stack.enter_async_context(visiting(bot.base))
                for bot in bots:
                    await visitors[bot.name].take(filer_chats()[0], Step(GREETED, text="/start"))
                    await one_by_one(bot, visitors[bot.name], WARM_UP, dice)
                for _round in range(rounds):
                    for bot in bots:
                        load = await one_by_one(bot, visitors[bot.name], filings, dice)
                        findings.sequential[bot.name].append(load)
                for bot in bots:
                    findings.open_loop[bot.name] = await together(bot, visitors[bot.name], people, dice)
                    findings.rss[bot.name] = bot.process.rss()
    return findings


async def one_by_one(bot: BotProcess, visitors: Visitors, filings: int, dice: random.Random) -> Load:
    """One person, one filing after the other, each step as soon as the former is answered."""
    chat, latencies = filer_chats()[0], []
    before, cpu = await visitors.settled(), bot.process.cpu()
    for _filing in range(filings):
        for step in filing(dice):
            began = perf_counter()
            latencies.append(await visitors.take(chat, step) - began)
    after = await visitors.settled()
    calls = _calls(after["calls"]) - _calls(before["calls"])
    return Load(filings * STEPS, bot.process.cpu() - cpu, calls, latencies)


async def together(bot: BotProcess, visitors: Visitors, people: int, dice: random.Random) -> Load:
    """Many people file at once, ten steps a second in all, whether or not the bot keeps up.

    Latency counts from the moment a step was due, so that a bot that falls behind cannot hide it.
    """
    before, cpu = await visitors.settled(), bot.process.cpu()
    await visitors.moments()
    begin = perf_counter() + 0.2

    async def person(place: int) -> list[float]:
        chat, found = filer_chats()[place], []
        for number, step in enumerate(filing(dice)):
            due = begin + (number * people + place) / RATE
            await asyncio.sleep(max(0.0, due - perf_counter()))
            found.append(await visitors.take(chat, step) - due)
        return found

    latencies = [one for mine in await asyncio.gather(*map(person, range(people))) for one in mine]
    after = await visitors.settled()
    calls = _calls(after["calls"]) - _calls(before["calls"])
    own = own_shares(await visitors.moments())
    return Load(people * STEPS, bot.process.cpu() - cpu, calls, latencies, own)


def own_shares(moments: Sequence[tuple[float, str, int]]) -> list[float]:
    """Give the times from handing an update to the bot to the arrival of its first call for that chat."""
    pending: dict[int, float] = {}
    shares = []
    for at, kind, chat in sorted(moments):
        if kind == "out":
            pending[chat] = at
        elif kind == "in" and chat in pending:
            shares.append(at - pending.pop(chat))
    return shares


def _calls(calls: dict[str, int]) -> int:
    return sum(count for method, count in calls.items() if method != "getUpdates")


def report(findings: Findings) -> str:
    lines = [_one_by_one_table(findings), ""]
    for ours, theirs in _PAIRS:
        ratio = _ratio(findings, ours, theirs)
        lines.append(aim(f"CPU per turn, {ours} / {theirs}", f"{ratio:.2f}", f"<= {RATIO}", ratio <= RATIO))
    ratio = _ratio(findings, "Menxia+ptb", "bare ptb, our HTTP")
    lines.append(f"  no aim CPU per turn, Menxia+ptb / bare ptb over Menxia's own transport: {ratio:.2f}")
    lines += ["", _together_table(findings), ""]
    for ours, _theirs in _PAIRS:
        own = percentile(findings.open_loop[ours].own, 0.99)
        lines.append(aim(f"own p99, {ours}", f"{ms(own)} ms", "<= 50 ms", own <= 0.05))
    rss = findings.rss["Menxia+ptb"]
    lines.append(aim("RSS after all filings, Menxia+ptb", f"{rss:.0f} MB", "<= 120 MB", rss <= 120))
    return "\n".join(lines)


def _one_by_one_table(findings: Findings) -> str:
    rows = []
    for name, loads in findings.sequential.items():
        spread = [load.cpu_per_turn for load in loads]
        latencies = [one for load in loads for one in load.latencies]
        rows.append(
            [
                name,
                f"{median(spread) * 1000:.2f}",
                f"{min(spread) * 1000:.2f}-{max(spread) * 1000:.2f}",
                f"{loads[0].calls / loads[0].turns:.2f}",
                f"{median(load.cpu / load.calls for load in loads) * 1000:.2f}",
                ms(percentile(latencies, 0.5)),
                ms(percentile(latencies, 0.99)),
            ]
        )
    loads = next(iter(findings.sequential.values()))
    title = (
        f"1a. Customer filing, {STEPS} updates, one person, each step when the former is answered;"
        f" {len(loads)} rounds of {loads[0].turns} turns, bots in turn.\n"
        "    CPU and times in ms; calls: to the messenger a turn, getUpdates apart."
    )
    return table(title, ["", "CPU/turn", "range", "calls/turn", "CPU/call", "p50", "p99"], rows)


def _together_table(findings: Findings) -> str:
    rows = []
    for name, load in findings.open_loop.items():
        latency = [ms(percentile(load.latencies, share)) for share in (0.5, 0.99)]
        own = [ms(percentile(load.own, share)) for share in (0.5, 0.99)]
        memory = f"{findings.rss[name]:.0f}"
        rows.append([name, str(load.turns), f"{load.cpu_per_turn * 1000:.2f}", *latency, *own, memory])
    title = (
        f"1b. The same filing by many people at once, {RATE:.0f} updates/s in all, open loop.\n"
        "    own: from handing an update to the bot to the arrival of its first call for that chat."
    )
    return table(title, ["", "turns", "CPU/turn", "p50", "p99", "own p50", "own p99", "RSS MB"], rows)


def _ratio(findings: Findings, ours: str, theirs: str) -> float:
    """The median of the rounds' ratios: what disturbs the machine for a while disturbs both."""
    pairs = zip(findings.sequential[ours], findings.sequential[theirs], strict=True)
    return median(one.cpu_per_turn / other.cpu_per_turn for one, other in pairs)
