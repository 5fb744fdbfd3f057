"""Who is related to whom, from a CSV file."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from pathlib import Path

from bot.commands.csv_files import BadCell, read_rows
from bot.commands.staff_files import Change, Tally
from storage.unit_of_work import SqlWork

COLUMNS = ("工号", "亲属工号", "关系")


class RelativesFile:
    """Pairs of relatives as a file has them; either order says the same.

    declared: who has been named in a pair that was not known.
    """

    def __init__(self, path: Path) -> None:
        self.declared: set[str] = set()
        self._rows = read_rows(path, COLUMNS)
        self._pairs = [
            (row.text("工号", 32, needed=True), row.text("亲属工号", 32, needed=True), row.text("关系", 40))
            for row in self._rows
        ]

    @property
    def rows(self) -> int:
        return len(self._rows)

    def check(self, staff: Container[str]) -> list[BadCell]:
        """Check every row against the staff register."""
        for row, (one, other, _relation) in zip(self._rows, self._pairs, strict=True):
            for column, number in (("工号", one), ("亲属工号", other)):
                if number and number not in staff:
                    row.bad(column, f"nobody has the staff number {number}")
            if one and one == other:
                row.bad("亲属工号", "nobody is their own relative")
        return [fault for row in self._rows for fault in row.faults]

    def write(self, work: SqlWork, now: datetime) -> Tally:
        """Add the pairs that are not known."""
        told: list[Change] = []
        for one, other, relation in self._pairs:
            if work.files.declare_relative(one, other, relation):
                told.append((one, {}, {"relative": other}))
                self.declared |= {one, other}
        work.audit.record_all(now, "", "relative_declared", told)
        return Tally(len(told), 0, self.rows - len(told))
