"""Engines: one for writing, one for reading, on SQLite or PostgreSQL.

SQLite: a deferred BEGIN defeats busy_timeout, and in the driver's legacy mode a savepoint survives the outer
rollback; so the driver's own transaction control is off and every writing transaction is BEGIN IMMEDIATE.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.types import dump_json

BUSY_MS = 5_000
CHECKPOINT_PAGES = 1_000
# What people wrote must not come out in the text of an error.
OPTIONS: dict[str, Any] = {"json_serializer": dump_json, "hide_parameters": True}


def is_sqlite(url: str | URL) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def create_write_engine(url: str, *, checkpoint: bool = True, connections: int = 1) -> Engine:
    """Create the engine that writes.

    checkpoint: false for a second process that writes beside the bot: in the SQLite versions that systems
    ship, only one connection may checkpoint safely. connections: PostgreSQL only.
    """
    parsed = make_url(url)
    if not is_sqlite(parsed):
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=connections,
            max_overflow=0,
            pool_pre_ping=True,
            **OPTIONS,
        )
    engine = create_engine(
        parsed.set(drivername="sqlite"),
        pool_size=1,
        max_overflow=0,
        **OPTIONS,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"wal_autocheckpoint={CHECKPOINT_PAGES if checkpoint else 0}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def create_read_engine(url: str) -> AsyncEngine:
    """Create the engine for whatever only reads and may take long."""
    parsed = make_url(url)
    if not is_sqlite(parsed):
        return create_async_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=2,
            **OPTIONS,
        )
    engine = create_async_engine(parsed.set(drivername="sqlite+aiosqlite"), **OPTIONS)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (f"busy_timeout={BUSY_MS}", "query_only=ON", "wal_autocheckpoint=0"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
