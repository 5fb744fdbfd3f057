"""Bring a database to a version; alembic is imported here only, it is large and the bot does not need it."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.database import MIGRATIONS, schema_version
from storage.engine import create_write_engine


def migration_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _lies_below(config: Config, connection: Connection, target: str) -> bool:
    if target == "base" or target.startswith("-"):
        return True
    known = {
        script.revision for script in ScriptDirectory.from_config(config).iterate_revisions("head", "base")
    }
    return target in known and target < schema_version(connection)  # revisions are numbered


def migrate(url: str, target: str = "head") -> None:
    """Upgrade to `target`, or downgrade where it lies below; one transaction, so it happens whole or not."""
    engine = create_write_engine(url)
    try:
        with engine.begin() as connection:
            config = migration_config(connection)
            if _lies_below(config, connection, target):
                command.downgrade(config, target)
            else:
                command.upgrade(config, target)
    finally:
        engine.dispose()
