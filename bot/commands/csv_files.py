"""CSV files as companies have them: UTF-8 or what Excel in China writes, every fault noted with its line."""

from __future__ import annotations

import csv
import gettext
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.commands.faults import Fault
from bot.i18n import Catalogue
from domain.errors import Refused
from handlers.refusals import explain

T = TypeVar("T")
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?: 0?0:00(?::00)?)?")
_PACKED_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
ENGLISH = Catalogue("en", gettext.NullTranslations(), ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class BadCell:
    """line: counted from 1, as an editor shows it."""

    file: str
    line: int
    column: str
    reason: str


@dataclass(slots=True)
class Row:
    """A row under its header; whatever cannot be read is noted and read as nothing."""

    file: str
    line: int
    cells: dict[str, str]
    faults: list[BadCell] = field(default_factory=list)

    def text(self, column: str, longest: int, *, needed: bool = False) -> str:
        value = self.cells[column]
        if needed and not value:
            self.bad(column, "this must not be empty")
        if len(value) > longest:
            self.bad(column, f"at most {longest} characters, these are {len(value)}")
        return value

    def read(self, column: str, parse: Callable[[str], T], *, needed: bool = False) -> T | None:
        """Parse a cell; None where it is empty or cannot be read."""
        value = self.cells[column]
        if not value:
            if needed:
                self.bad(column, "this must not be empty")
            return None
        try:
            return parse(value)
        except Refused as refused:
            self.bad(column, f"{value}: {explain(ENGLISH, refused)}")
        except ValueError as error:
            self.bad(column, f"{value}: {error}")
        return None

    def bad(self, column: str, reason: str) -> None:
        self.faults.append(BadCell(self.file, self.line, column, reason))


def parse_day(text: str) -> date:
    """Read 2026-11-23, and 2026/11/23 as Excel rewrites it. Raises ValueError."""
    match = _PACKED_DATE.fullmatch(text) or _DATE.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else date(0, 0, 0)
    except ValueError:
        raise ValueError("not a date; write it as 2026-11-23") from None


def one_of(choices: dict[str, T]) -> Callable[[str], T]:
    """Make a parser for a cell that holds one of a few words."""

    def parse(text: str) -> T:
        if text not in choices:
            raise ValueError(f"write one of {', '.join(choices)}")
        return choices[text]

    return parse


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Read a file with at least these columns, in any order. Raises Fault where it is no such file."""
    reader = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [column for column in columns if column not in header]
        if missing:
            raise Fault(
                f"{path.name} lacks the column {', '.join(missing)}; expected header: {','.join(columns)}"
            )
        rows, line = [], reader.line_num + 1
        for values in reader:
            if any(value.strip() for value in values):
                rows.append(_row(path.name, line, header, values))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Fault(f"{path.name}, line {reader.line_num}: not CSV ({error})") from None
    return rows


def _row(name: str, line: int, header: list[str], values: list[str]) -> Row:
    padded = values + [""] * (len(header) - len(values))
    row = Row(name, line, {column: value.strip() for column, value in zip(header, padded, strict=False)})
    if len(values) != len(header):
        row.bad(
            "", f"{len(values)} cells where the header has {len(header)}; is a comma missing or too many?"
        )
    return row


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Fault(f"{path} cannot be read: {error.strerror}") from None
    if raw.startswith(b"PK"):
        raise Fault(f"{path.name} is an Excel workbook; save it as CSV (UTF-8) first")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Fault(f"{path.name} is neither UTF-8 nor GB18030; save it as CSV (UTF-8)")
