"""What commands print: Rich tables for a person, JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

REPORT_EVERY = 1_000  # rows, where no bar can be drawn


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table; where the output is no terminal it is as wide as it needs to be."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(each if isinstance(each, Text) else Text(_shown(each)) for each in row))
    console = Console() if sys.stdout.isatty() else Console(width=400)
    console.print(table)


def counted(count: int, doing: str) -> Iterator[int]:
    """Count to `count`, showing progress: a bar on a terminal, else a line now and then."""
    if sys.stdout.isatty():
        yield from track(range(count), doing, console=Console(), transient=True)
        return
    for at in range(count):
        if at and at % REPORT_EVERY == 0:
            typer.echo(f"{doing}: {at} of {count}")
        yield at


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() if all(isinstance(each, str) for each in value):
            return ", ".join(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
