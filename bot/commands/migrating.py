"""`menxia migrate`: bring the database to this program's version, or to another."""

from __future__ import annotations

from pathlib import Path

import typer
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from bot.commands.faults import Fault
from bot.commands.folders import BOT_LOCK, locked, make_folder
from bot.commands.opening import database_fault, database_file, database_url, open_settings, version_of
from storage.migrate import migrate

BOT_RUNS = "a bot is running on {data}; stop it before migrating"


def migrate_database(settings_file: Path | None, data: Path, target: str) -> None:
    """Migrate, and say where the database stands then."""
    settings = open_settings(settings_file)
    url = database_url(settings, data)
    make_folder(data)
    try:
        with locked(data, BOT_LOCK, BOT_RUNS.format(data=data)):
            migrate(url, target)
            stands = version_of(url)
    except CommandError as error:
        raise Fault(f"version {target} cannot be reached: {error}", 2) from None
    except DBAPIError as error:
        raise Fault(database_fault(error)) from None
    file = database_file(url)
    typer.echo(f"The database{f' {file}' if file else ''} stands at {stands or 'nothing'}.")
