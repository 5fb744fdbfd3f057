"""From exec to the first answered /start, after a SIGKILL, with the database of before."""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.bench.company import filer_chats
from tests.bench.filing import Step
from tests.bench.filings import contestants, one_by_one, plots
from tests.bench.processes import killed_at_the_end, running_sandboxes
from tests.bench.tables import aim, table
from tests.bench.visitors import GREETED, Visitors, visiting

AIM = 2.0


async def measure(folder: Path, times: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Give by bot the seconds of each start, and the memory after start and one filing."""
    seconds: dict[str, list[float]] = defaultdict(list)
    memory: dict[str, list[float]] = defaultdict(list)
    chat, dice = filer_chats()[0], random.Random(1)
    with running_sandboxes(folder, plots(5)) as bases:
        bots = contestants(bases, folder)[:4]
        with killed_at_the_end(bots):
            async with AsyncExitStack() as stack:
                visitors: dict[str, Visitors] = {}
                for bot in bots:  # a first start leaves a database behind, and compiled code
                    visitors[bot.name] = await stack.enter_async_context(visiting(bot.base))
                    bot.process.start()
                    await visitors[bot.name].take(chat, Step(GREETED, text="/start"))
                    await one_by_one(bot, visitors[bot.name], 1, dice)
                    bot.process.kill()
                for _time in range(times):
                    for bot in bots:
                        began = perf_counter()
                        bot.process.start()
                        arrived = await visitors[bot.name].take(chat, Step(GREETED, text="/start"))
                        seconds[bot.name].append(arrived - began)
                        await one_by_one(bot, visitors[bot.name], 1, dice)
                        memory[bot.name].append(bot.process.rss())
                        bot.process.kill()
    return seconds, memory


def report(found: tuple[dict[str, list[float]], dict[str, list[float]]]) -> str:
    seconds, memory = found
    rows = [
        [name, f"{median(all_):.2f}", f"{min(all_):.2f}-{max(all_):.2f}", f"{median(memory[name]):.0f}"]
        for name, all_ in seconds.items()
    ]
    title = "2. Start after SIGKILL: seconds from exec to the first answered /start; memory after one filing."
    lines = [table(title, ["", "seconds", "range", "RSS MB"], rows), ""]
    for name in ("Menxia+ptb", "Menxia+aiogram"):
        took = median(seconds[name])
        lines.append(aim(f"start to first answer, {name}", f"{took:.2f} s", f"<= {AIM:.0f} s", took <= AIM))
    rss = median(memory["Menxia+ptb"])
    lines.append(aim("RSS after one filing, Menxia+ptb", f"{rss:.0f} MB", "<= 120 MB", rss <= 120))
    return "\n".join(lines)
