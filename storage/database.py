"""The database as the rest of the house opens it: one writer, readers, and a check of its version."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import create_read_engine, create_write_engine, is_sqlite
from storage.writer import BATCH, Writer

HEAD = "0007"  # the newest migration; a test compares it with the folder


class Database:
    """Opened once a process. checkpoint: see create_write_engine. threads: PostgreSQL only."""

    def __init__(self, url: str, *, threads: int = 4, checkpoint: bool = True) -> None:
        self.url = url
        self.embedded = is_sqlite(url)
        threads = 1 if self.embedded else threads
        engine = create_write_engine(url, checkpoint=checkpoint, connections=threads)
        self.writer = Writer(engine, threads=threads, batch=BATCH if self.embedded else 1)
        self.reader: AsyncEngine = create_read_engine(url)

    async def close(self) -> None:
        self.writer.close()
        await self.reader.dispose()


def schema_version(connection: Connection) -> str:
    """Tell which migration the database stands at; empty for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


MIGRATIONS = Path(__file__).resolve().parent / "migrations"
