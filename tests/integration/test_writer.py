"""The writer against real databases: what one transaction keeps, and what it never lets through."""

from __future__ import annotations

import asyncio
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from domain.errors import Unavailable
from storage.database import Database
from storage.engine import create_write_engine
from storage.inbox import SqlInbox
from storage.writer import Writer
from tests.support.database import NOW, rows, scalar

WAIT = 20  # seconds that nothing here needs


def claim(name: str, channel: str = "test"):
    return lambda connection: SqlInbox(connection).claim(channel, name, NOW)


def claimed(connection: Connection) -> list[str]:
    return [row[0] for row in rows(connection, "SELECT event_id FROM inbox ORDER BY event_id")]


class Failure(Exception):
    pass


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Keeps a writer's thread busy until it is opened."""
    opened = threading.Event()
    yield opened
    opened.set()


def hold(writer: Writer, gate: threading.Event, key: str = "") -> Future[bool]:
    """Occupy a writer's thread until the gate opens; what is queued meanwhile waits together."""
    begun = threading.Event()

    def wait(_connection: Connection) -> bool:
        begun.set()
        return gate.wait(WAIT)

    held = writer.submit(wait, key)
    assert begun.wait(WAIT)
    return held


# --- SQLite's traps --------------------------------------------------------------------------------------


def test_a_savepoint_opened_first_does_not_survive_the_outer_rollback(sqlite_url: str) -> None:
    engine = create_write_engine(sqlite_url)
    with engine.connect() as connection:
        transaction = connection.begin()
        with connection.begin_nested():
            claim("lost")(connection)
        transaction.rollback()
    with engine.begin() as connection:
        assert claimed(connection) == []
    engine.dispose()


def test_the_drivers_legacy_mode_would_have_kept_that_savepoint(sqlite_url: str) -> None:
    """The trap itself, so that the test above is known to guard something."""
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        connection.connection.dbapi_connection.isolation_level = ""  # type: ignore[union-attr]
        transaction = connection.begin()
        with connection.begin_nested():
            connection.exec_driver_sql("INSERT INTO inbox VALUES ('test', 'kept', '2026-11-23', '')")
        transaction.rollback()
        survived = claimed(connection)
    engine.dispose()
    assert survived in (["kept"], [])  # newer drivers and SQLAlchemy may close the trap; ours never opens it


def test_a_writing_transaction_takes_the_write_lock_before_its_first_statement(sqlite_url: str) -> None:
    first, second = create_write_engine(sqlite_url), create_write_engine(sqlite_url)

    @event.listens_for(second, "connect")
    def impatient(connection, record) -> None:
        connection.execute("PRAGMA busy_timeout=1")

    with first.begin(), pytest.raises(OperationalError, match="locked"), second.begin():
        pytest.fail("two writing transactions were open at once")
    first.dispose()
    second.dispose()


def test_a_reader_that_turns_writer_waits_instead_of_failing(sqlite_url: str) -> None:
    """A deferred BEGIN that read first would fail at once with SQLITE_BUSY_SNAPSHOT."""
    first, second = create_write_engine(sqlite_url), create_write_engine(sqlite_url)
    begun, failures = threading.Event(), []

    def read_then_write() -> None:
        begun.set()
        try:
            with second.begin() as connection:
                claimed(connection)
                claim("second")(connection)
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=read_then_write)
    with first.begin() as connection:
        thread.start()
        begun.wait(WAIT)
        claim("first")(connection)
    thread.join(WAIT)
    with first.begin() as connection:
        assert (claimed(connection), failures) == (["first", "second"], [])
    first.dispose()
    second.dispose()


async def test_the_pragmas_that_durability_rests_on_are_set(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "wal_autocheckpoint")
        return [scalar(connection, f"PRAGMA {name}") for name in names]

    assert await database.writer.run(pragmas) == ["wal", 2, 1, 5_000, 1_000]
    async with database.reader.connect() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(text("DELETE FROM inbox"))
    await database.close()


# --- group commit ----------------------------------------------------------------------------------------


async def test_fifty_queued_jobs_share_one_commit_and_one_that_fails_takes_nobody_along(
    sqlite_url: str, gate: threading.Event
) -> None:
    engine = create_write_engine(sqlite_url)
    commits: list[int] = []
    event.listen(engine, "commit", lambda connection: commits.append(1))
    writer = Writer(engine)

    def job(i: int):
        def run(connection: Connection) -> int:
            claim(f"{i:02}")(connection)
            if i == 25:
                raise Failure
            return i

        return run

    held = hold(writer, gate)
    queued = [writer.submit(job(i)) for i in range(50)]
    gate.set()
    assert held.result(WAIT)
    errors = [future.exception(WAIT) for future in queued]
    assert [i for i, error in enumerate(errors) if error] == [25]
    assert isinstance(errors[25], Failure)
    assert [future.result() for i, future in enumerate(queued) if i != 25] == [*range(25), *range(26, 50)]
    assert len(commits) == 2
    assert writer.submit(claimed).result(WAIT) == [f"{i:02}" for i in range(50) if i != 25]
    writer.close()


async def test_a_job_that_breaks_a_constraint_takes_nobody_along(database: Database) -> None:
    def clash(connection: Connection) -> None:
        connection.execute(text("INSERT INTO request_numbers VALUES ('a', 'b', 1), ('a', 'b', 1)"))

    outcomes = await asyncio.gather(
        *(database.writer.run(job) for job in (claim("before"), clash, claim("after"))),
        return_exceptions=True,
    )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], IntegrityError)
    assert outcomes[2] is None
    assert await database.writer.run(claimed) == ["after", "before"]


async def test_a_job_that_fails_alone_leaves_nothing(database: Database) -> None:
    def fail(connection: Connection) -> None:
        claim("half")(connection)
        raise Failure

    with pytest.raises(Failure):
        await database.writer.run(fail)
    assert await database.writer.run(claimed) == []


async def test_no_result_is_given_before_the_commit(sqlite_url: str, gate: threading.Event) -> None:
    engine = create_write_engine(sqlite_url)
    writer = Writer(engine)
    held = hold(writer, gate)
    results = [writer.submit(claim("first"))]
    seen: list[bool] = []
    results.append(writer.submit(lambda _connection: seen.append(results[0].done())))
    gate.set()
    held.result(WAIT)
    results[1].result(WAIT)
    assert seen == [False]
    writer.close()


# --- callers ---------------------------------------------------------------------------------------------


async def test_a_cancelled_callers_job_is_committed_all_the_same(
    database: Database, gate: threading.Event
) -> None:
    begun = threading.Event()

    def slow(connection: Connection) -> None:
        begun.set()
        gate.wait(WAIT)
        claim("kept")(connection)

    caller = asyncio.create_task(database.writer.run(slow, "chat"))
    await asyncio.to_thread(begun.wait, WAIT)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gate.set()
    assert await database.writer.run(claimed, "chat") == ["kept"]


async def test_a_queued_job_that_was_called_off_does_not_stop_the_writer(
    database: Database, gate: threading.Event
) -> None:
    held = hold(database.writer, gate, "chat")
    called_off = database.writer.submit(claim("never"), "chat")
    called_off.cancel()
    gate.set()
    await asyncio.wrap_future(held)
    assert await database.writer.run(claim("later"), "chat") is None
    assert await database.writer.run(claimed, "chat") == ["later"]


async def test_jobs_with_one_key_keep_their_order(database: Database) -> None:
    order: dict[str, list[int]] = {}

    def job(key: str, i: int):
        def run(connection: Connection) -> None:
            scalar(connection, "SELECT 1")
            order.setdefault(key, []).append(i)

        return run

    keys = [f"chat {n}" for n in range(12)]
    await asyncio.gather(*(database.writer.run(job(key, i), key) for i in range(30) for key in keys))
    assert order == {key: list(range(30)) for key in keys}


async def test_postgresql_runs_jobs_of_different_chats_at_the_same_time(postgresql_database: str) -> None:
    database = Database(postgresql_database, threads=4)
    together = threading.Barrier(4)
    keys: dict[int, str] = {}  # one key for each thread
    for number in count():
        keys.setdefault(zlib.crc32(str(number).encode()) % 4, str(number))
        if len(keys) == 4:
            break
    meeting = [database.writer.submit(lambda _c: together.wait(WAIT), key) for key in keys.values()]
    places = sorted([await asyncio.wrap_future(future) for future in meeting])
    assert places == [0, 1, 2, 3]
    await database.close()


# --- trouble ---------------------------------------------------------------------------------------------


async def test_a_database_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"this is no database at all, it only lies where one should be " * 40)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(Unavailable):
        await database.writer.run(claim("x"))
    with pytest.raises(Unavailable):
        await database.writer.run(claim("y"))
    await database.close()


async def test_a_server_that_is_away_is_unavailable_until_it_is_back(postgresql_database: str) -> None:
    elsewhere = postgresql_database.replace("/test_", "/nowhere_")
    away = Database(elsewhere)
    with pytest.raises(Unavailable):
        await away.writer.run(claim("x"))
    await away.close()

    database = Database(postgresql_database, threads=1)
    end = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(Unavailable):
        await database.writer.run(lambda connection: connection.execute(end))
    assert await database.writer.run(claim("x")) is None
    await database.close()


async def test_a_mistake_in_our_own_statement_is_not_taken_for_an_outage(postgresql_database: str) -> None:
    """An event whose turn can never succeed must be apologised for, not tried for ever."""
    database = Database(postgresql_database, threads=1)
    with pytest.raises(ProgrammingError, match="does not exist"):
        await database.writer.run(lambda connection: connection.execute(text("SELECT * FROM nowhere")))
    await database.close()


async def test_a_value_that_the_database_cannot_hold_is_not_taken_for_an_outage(
    postgresql_database: str,
) -> None:
    database = Database(postgresql_database, threads=1)
    with pytest.raises(Exception, match=r"too long") as raised:
        await database.writer.run(claim("x" * 200))
    assert not isinstance(raised.value, Unavailable)
    await database.close()


async def test_a_batch_that_the_database_abandoned_is_reported_as_a_whole(
    sqlite_url: str, gate: threading.Event
) -> None:
    """Where SQLite itself rolls back (full disk, I/O error), the later savepoints must not commit alone."""
    engine = create_write_engine(sqlite_url)
    writer = Writer(engine)

    def disk_full(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")
        raise OperationalError("INSERT", None, Exception("database or disk is full"))

    held = hold(writer, gate)
    queued = [writer.submit(job) for job in (claim("before"), disk_full, claim("after"))]
    gate.set()
    held.result(WAIT)
    assert [type(future.exception(WAIT)) for future in queued] == [Unavailable] * 3
    assert writer.submit(claimed).result(WAIT) == []
    writer.close()


async def test_close_finishes_what_is_queued(database_url: str, gate: threading.Event) -> None:
    database = Database(database_url)
    held = hold(database.writer, gate)
    queued = [database.writer.submit(claim(f"{i:03}")) for i in range(120)]
    closing = asyncio.create_task(asyncio.to_thread(database.writer.close))
    gate.set()
    await closing
    assert held.result(0)
    assert [future.result(0) for future in queued] == [None] * 120
    await database.reader.dispose()
    engine = create_write_engine(database_url)
    with engine.begin() as connection:
        assert len(claimed(connection)) == 120
    engine.dispose()
