"""`menxia show` and `menxia audit verify`: what the database holds, read beside a running bot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import typer
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commands.console import print_json, print_table
from bot.commands.faults import Fault
from bot.commands.opening import database_fault, open_settings, require_database, require_schema
from storage.audit import verify
from storage.engine import create_read_engine
from storage.reports import REPORTS, Record, snapshot

T = TypeVar("T")
SHOWN = {
    "customers": ("id", "erp_no", "name", "rate", "settlement", "owner_no", "state", "filed_on", "request"),
    "staff": ("staff_no", "name", "department", "title", "superior_no", "state", "roles", "chat_id"),
    "requests": ("number", "kind", "state", "applicant_no", "title", "version", "steps", "submitted_at"),
    "conversations": ("channel", "chat_id", "staff_no", "form", "updated_at"),
    "outbox": ("id", "chat_id", "card", "revises", "state", "attempts", "error", "created_at"),
    "audit": ("seq", "at", "actor_no", "action", "subject", "before", "after"),
}
_BREAKS = {
    "gap": "an entry is missing",
    "previous": "it does not follow the entry before it",
    "hash": "it was changed after it was written",
    "head": "entries were cut off at the end",
}


def show(
    settings_file: Path | None, data: Path, kind: str, key: str | None, as_json: bool, limit: int | None
) -> None:
    """Print records, newest first, or the one that `key` names. Raises Fault where there is none."""
    limit = limit if limit is not None or as_json else 50
    rows = read(settings_file, data, lambda connection: REPORTS[kind](connection, key, limit))
    if key is not None and not rows:
        raise Fault(f"{kind}: there is no {key}")
    if as_json:
        print_json(rows if key is None else rows[0])
    elif key is not None:
        print_table("", (kind, key), list(rows[0].items()))
    else:
        print_table("", SHOWN[kind], [[_brief(row, name) for name in SHOWN[kind]] for row in rows])


def verify_audit(settings_file: Path | None, data: Path) -> None:
    """Walk the audit log's chain. Raises Fault at the first break."""

    async def walk(connection: AsyncConnection) -> Any:
        return await connection.run_sync(verify)

    sound, broken = read(settings_file, data, walk)
    if broken is not None:
        raise Fault(f"the chain breaks at entry {broken.seq}: {_BREAKS[broken.fault]} ({sound} sound before)")
    typer.echo(f"{sound} entries, the chain holds")


def read(settings_file: Path | None, data: Path, report: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Read from the database as it stands at one moment. Raises Fault where it cannot be read."""
    settings = open_settings(settings_file)
    url = require_database(settings, data)

    async def run() -> T:
        engine = create_read_engine(url)
        try:
            async with snapshot(engine) as connection:
                await connection.run_sync(require_schema)
                return await report(connection)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(run())
    except DBAPIError as error:
        raise Fault(database_fault(error)) from None


def _brief(row: Record, name: str) -> Any:
    value = row[name]
    if name == "settlement":
        return value.get("words", "")
    if name == "steps":
        return "; ".join(f"{s['act']} {s['state']}" for s in value if s["version"] == row["version"])
    return value
