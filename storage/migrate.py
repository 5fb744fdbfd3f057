"""Bring a database to a version; alembic is imported here only, it is large and the bot does not need it."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage.database import MIGRATIONS
from storage.engine import create_write_engine


def migration_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migrate(url: str, target: str = "head") -> None:
    """Upgrade to `target`, or downgrade where it lies below; one transaction, so it happens whole or not."""
    engine = create_write_engine(url)
    try:
        with engine.begin() as connection:
            config = migration_config(connection)
            if target in {"base"} or target.startswith("-"):
                command.downgrade(config, target)
            else:
                command.upgrade(config, target)
    finally:
        engine.dispose()
