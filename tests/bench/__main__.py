"""`python -m tests.bench [--quick] [--only NAME]`: Menxia beside bare bots, as plain-text tables."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from tests.bench import archives, core, drain, fanout, filings, machine, startup, sweeps, tasks, texts

DATA = Path("/var/tmp")  # a disk; /tmp is memory on many machines


def run_filings(folder: Path, quick: bool) -> str:
    sizes = (2, 4, 4) if quick else (7, 8, 20)
    return filings.report(asyncio.run(filings.measure(folder, *sizes)))


def run_startup(folder: Path, quick: bool) -> str:
    return startup.report(asyncio.run(startup.measure(folder, 1 if quick else 5)))


def run_drain(folder: Path, quick: bool) -> str:
    return drain.report(asyncio.run(drain.measure(folder, 600 if quick else 2_000)))


def run_core(folder: Path, quick: bool) -> str:
    return core.report(core.measure(folder, *((8, 2) if quick else (24, 5))))


def run_tasks(folder: Path, quick: bool) -> str:
    return tasks.report(tasks.measure(folder, 300 if quick else 1_500))


def run_archives(folder: Path, quick: bool) -> str:
    return archives.report(archives.measure(folder, 100 if quick else 600))


def run_texts(_: Path, quick: bool) -> str:
    return texts.report(texts.measure(2 if quick else 10))


def run_sweeps(folder: Path, quick: bool) -> str:
    return sweeps.report(sweeps.measure(folder, *((1, 200_000) if quick else (5, 1_000_000))))


def run_fanout(folder: Path, quick: bool) -> str:
    return fanout.report(asyncio.run(fanout.measure(folder, *((1_000, 25, 1) if quick else (10_000, 25, 1)))))


BENCHES: dict[str, Callable[[Path, bool], str]] = {
    "filing": run_filings,
    "startup": run_startup,
    "drain": run_drain,
    "core": run_core,
    "tasks": run_tasks,
    "archives": run_archives,
    "texts": run_texts,
    "sweeps": run_sweeps,
    "fanout": run_fanout,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute, coarser")
    parser.add_argument("--only", choices=BENCHES, help="one part alone")
    parser.add_argument("--data", type=Path, default=DATA, help="where databases are put; must be a disk")
    options = parser.parse_args()
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="menxia-bench-", dir=options.data) as name:
        print(machine.facts(Path(name)), flush=True)
        for title in [options.only] if options.only else BENCHES:
            folder = Path(name) / title
            folder.mkdir()
            print("\n" + BENCHES[title](folder, options.quick), flush=True)
    load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    print(f"\nTook {perf_counter() - began:.0f} s; load average at the end {load}.")


if __name__ == "__main__":
    main()
