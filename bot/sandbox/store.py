"""What a sandbox remembers across restarts and kills, in one SQLite file.

Memory serves the reads. Writes are committed before a request is answered; `synchronous=OFF` is enough
because the promise is to survive the death of the process, not of the machine.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.sandbox.rules import DAY

SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS updates (
    update_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, expires REAL NOT NULL, raw TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 0, again INTEGER NOT NULL DEFAULT 0
);
"""
CONFIRMED, EXPIRED = 1, 2  # states of an update; 0 while it is queued
REMEMBERED = 7 * DAY  # how long after its expiry an update can still be redelivered


class Store:
    """One connection to `sandbox.db`, for one process at a time. Raises sqlite3.OperationalError if taken."""

    def __init__(self, path: Path, now: float) -> None:
        self._db = sqlite3.connect(path, timeout=1)
        self._closed = False
        try:
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=OFF")
            self._db.executescript(SCHEMA)
            self._db.execute("DELETE FROM updates WHERE expires < ? AND NOT again", (now - REMEMBERED,))
            self._db.commit()
        except BaseException:
            self._db.close()
            raise

    def put(self, kind: str, key: int | str, body: Any) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?)",
            (kind, str(key), json.dumps(body, ensure_ascii=False)),
        )

    def drop(self, kind: str, key: int | str) -> None:
        self._db.execute("DELETE FROM records WHERE kind = ? AND key = ?", (kind, str(key)))

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        row = self._db.execute("SELECT body FROM records WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return default if row is None else json.loads(row[0])

    def all(self, kind: str) -> Iterator[tuple[str, Any]]:
        for key, body in self._db.execute("SELECT key, body FROM records WHERE kind = ?", (kind,)):
            yield key, json.loads(body)

    def put_update(self, update_id: int, kind: str, expires: float, raw: str) -> None:
        self._db.execute(
            "INSERT INTO updates (update_id, kind, expires, raw) VALUES (?, ?, ?, ?)",
            (update_id, kind, expires, raw),
        )

    def end_updates(self, update_ids: Iterable[int], state: int) -> None:
        """Take updates off the queue: CONFIRMED or EXPIRED."""
        self._db.executemany(
            "UPDATE updates SET state = ? WHERE update_id = ?", [(state, one) for one in update_ids]
        )

    def mark_again(self, update_id: int, again: bool) -> None:
        self._db.execute("UPDATE updates SET again = ? WHERE update_id = ?", (again, update_id))

    def update(self, update_id: int) -> str | None:
        row = self._db.execute("SELECT raw FROM updates WHERE update_id = ?", (update_id,)).fetchone()
        return None if row is None else str(row[0])

    def unconfirmed(self) -> list[tuple[int, float, str]]:
        rows = self._db.execute(
            "SELECT update_id, expires, raw FROM updates WHERE state = 0 ORDER BY update_id"
        )
        return [(int(row[0]), float(row[1]), str(row[2])) for row in rows]

    def to_give_again(self) -> list[tuple[int, str]]:
        rows = self._db.execute("SELECT update_id, raw FROM updates WHERE again ORDER BY update_id")
        return [(int(row[0]), str(row[1])) for row in rows]

    def update_counts(self) -> tuple[int, int]:
        """Give how many updates were queued and how many of them were confirmed."""
        row = self._db.execute("SELECT count(*), coalesce(sum(state = 1), 0) FROM updates").fetchone()
        return int(row[0]), int(row[1])

    def commit(self) -> None:
        """Make what was written last; a request that ends after the store was closed has nothing to add."""
        if not self._closed and self._db.in_transaction:
            self._db.commit()

    def close(self) -> None:
        self.commit()
        self._closed = True
        self._db.close()
