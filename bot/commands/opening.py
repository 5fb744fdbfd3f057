"""Opening what a command works on: the settings, and the database in its data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tomllib import TOMLDecodeError

from pydantic import ValidationError
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot.commands.faults import Fault
from bot.commands.settings_faults import explain_settings
from bot.settings import DEFAULT_SETTINGS, Settings, load_settings
from storage.database import HEAD, schema_version
from storage.engine import create_write_engine, is_sqlite
from storage.unit_of_work import SqlWork


def open_settings(path: Path | None) -> Settings:
    """Read the settings. Raises Fault naming every key that is wrong."""
    try:
        return load_settings(path)
    except (OSError, TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        found = explain_settings(error, path or DEFAULT_SETTINGS)
        raise Fault("\n".join(found)) from None


def database_url(settings: Settings, data: Path) -> str:
    """Give the database's address. Raises Fault where it is none that Menxia can use."""
    url = settings.database_url(data)
    try:
        known = make_url(url).get_backend_name() in {"sqlite", "postgresql"}
    except ArgumentError:
        known = False
    if not known:
        raise Fault("database.url is not an address of a database; write postgresql://user@host/name")
    return url


def database_file(url: str) -> Path | None:
    """Give SQLite's file; None for another database."""
    return Path(make_url(url).database or "") if is_sqlite(url) else None


def require_database(settings: Settings, data: Path) -> str:
    """Give the database's address. Raises Fault where SQLite would have to create it."""
    url = database_url(settings, data)
    file = database_file(url)
    if file is not None and not file.is_file():
        raise Fault(f"there is no database {file}; create it with: menxia migrate --data {data}")
    return url


def version_of(url: str) -> str:
    """Read the version of a database; SQLite's file is made where there is none."""
    engine = create_write_engine(url, checkpoint=False)
    try:
        with engine.begin() as connection:
            return schema_version(connection)
    finally:
        engine.dispose()


def require_schema(connection: Connection) -> None:
    """Raise Fault unless the database stands at this program's version."""
    found = schema_version(connection)
    if found != HEAD:
        raise Fault(schema_fault(found))


def schema_fault(found: str) -> str:
    stands = f"stands at version {found}" if found else "is empty"
    advice = "update the program" if found > HEAD else "run: menxia migrate"
    return f"the database {stands}, this program needs {HEAD}; {advice}"


@contextmanager
def transaction(settings: Settings, data: Path) -> Iterator[SqlWork]:
    """Work on the database in one transaction beside a bot that may be running on it."""
    engine = create_write_engine(require_database(settings, data), checkpoint=False)
    try:
        with engine.begin() as connection:
            require_schema(connection)
            work = SqlWork(connection, settings.rules(), {})
            yield work
            work.session.flush()
    except DBAPIError as error:
        raise Fault(database_fault(error)) from None
    finally:
        engine.dispose()


def database_fault(error: DBAPIError) -> str:
    reason = str(error.orig).splitlines()[0]
    if "locked" in reason:
        return "the database is busy; try again in a moment"
    return f"the database cannot be used: {reason}"
