"""Plain-text tables and the few statistics they hold."""

from __future__ import annotations

import math
from collections.abc import Sequence


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table; the first column is aligned left, all others right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [title, _row(head, widths), _row(["-" * width for width in widths], widths)]
    return "\n".join([*lines, *(_row(row, widths) for row in rows)])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    others = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return "  " + "  ".join([first, *others]).rstrip()


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def verdict(reached: bool) -> str:
    return "PASS" if reached else "short"


def aim(what: str, found: str, wanted: str, reached: bool) -> str:
    return f"  {verdict(reached):5}  {what}: {found} (aim {wanted})"


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"
