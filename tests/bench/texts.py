"""Reading free text: processor time a message, beside folding and decoding alone, and memory."""

from __future__ import annotations

import gc
import json
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from time import process_time

import psutil

from domain.calendar import WorkCalendar
from tests.bench.tables import aim, ms, percentile, table

AIM_MEDIAN, AIM_P99, AIM_MEMORY = 0.010, 0.020, 15.0
_CASES = Path(__file__).resolve().parents[1] / "cases"


def messages() -> list[str]:
    files = [_CASES / "freetext_dev.json", *sorted((_CASES / "freetext").glob("*.json"))]
    return [case["text"] for file in files for case in json.loads(file.read_text(encoding="utf-8"))["cases"]]


def measure(times: int) -> tuple[dict[str, list[float]], float]:
    """Give the seconds of each message by way of reading, and the MB that the grammar and its table took."""
    import handlers.router  # noqa: F401, PLC0415 - what the bot has loaded in any case

    WorkCalendar().day(date(2027, 2, 7))  # and what its reminders have
    texts, process = messages(), psutil.Process()
    gc.collect()
    before = process.memory_info().rss
    from handlers.intake_text.parsing import parse_text  # noqa: PLC0415 - its memory is measured

    today = date(2026, 11, 23)
    for text in texts:
        parse_text(text, today=today)
    gc.collect()
    grown = (process.memory_info().rss - before) / 1e6
    ways: dict[str, Callable[[str], object]] = {
        "grammar": lambda text: parse_text(text, today=today),
        "NFKC and json.loads": lambda text: json.loads(
            json.dumps({"text": unicodedata.normalize("NFKC", text)})
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _time in range(times):
        for name, read in ways.items():
            for text in texts:
                began = process_time()
                read(text)
                seconds[name].append(process_time() - began)
    return seconds, grown


def report(found: tuple[dict[str, list[float]], float]) -> str:
    seconds, grown = found
    bare = median(seconds["NFKC and json.loads"])
    rows = [
        [name, ms(median(all_)), ms(percentile(all_, 0.99)), f"{median(all_) / bare:.0f}x"]
        for name, all_ in seconds.items()
    ]
    middle, slow = median(seconds["grammar"]), percentile(seconds["grammar"], 0.99)
    title = f"7. Free text: milliseconds a message, {len(messages())} messages."
    return "\n".join(
        [
            table(title, ["", "median", "p99", "times bare"], rows),
            "",
            aim("median", f"{ms(middle)} ms", f"<= {ms(AIM_MEDIAN)} ms", middle <= AIM_MEDIAN),
            aim("p99", f"{ms(slow)} ms", f"<= {ms(AIM_P99)} ms", slow <= AIM_P99),
            aim("memory, table included", f"{grown:.1f} MB", f"<= {AIM_MEMORY:.0f} MB", grown <= AIM_MEMORY),
        ]
    )
