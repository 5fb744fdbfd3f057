"""Durable turns a second of the core alone, beside SQLite driven by hand with the very same statements."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.processes import Process
from tests.bench.tables import aim, table

_NAMES = {
    "alone": "turns one by one",
    "settled": "the same, each outcome recorded",
    "queued": "turns of 20 people queued",
    "raw": "raw sqlite3, same statements",
}


def measure(folder: Path, filings: int, rounds: int) -> dict[str, Any]:
    log = folder / "core.log"
    process = Process(["tests.bench.core_process", str(folder), str(filings), str(rounds)], log)
    process.start()
    try:
        line = process.first_line()
    finally:
        process.kill()
    if not line:
        raise RuntimeError(log.read_text())
    found: dict[str, Any] = json.loads(line)
    return found


def report(found: dict[str, Any]) -> str:
    rates = {name: [1 / one["seconds"] for one in found[name]] for name in _NAMES}
    rows = [
        [
            label,
            f"{median(rates[name]):.0f}",
            f"{min(rates[name]):.0f}-{max(rates[name]):.0f}",
            f"{median(one['cpu'] for one in found[name]) * 1000:.2f}",
        ]
        for name, label in _NAMES.items()
    ]
    rows.append(["fdatasync of 4 kB", f"{median(found['syncs']):.0f}", "", ""])
    title = (
        f"4. The core alone: durable turns (WAL, synchronous=FULL; {found['statements']:.1f} statements"
        " a turn on average, BEGIN and COMMIT counted)."
    )
    lines = [table(title, ["", "a second", "range", "CPU ms each"], rows), ""]
    for name in ("alone", "queued"):
        pairs = zip(found[name], found["raw"], strict=True)
        share = median(raw["seconds"] / one["seconds"] for one, raw in pairs)
        lines.append(aim(f"{_NAMES[name]} / raw sqlite3", f"{share * 100:.0f} %", ">= 50 %", share >= 0.5))
    return "\n".join(lines)
