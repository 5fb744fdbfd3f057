"""Alembic's entry: run on the connection that was handed in, one transaction for the whole upgrade."""

from __future__ import annotations

from alembic import context

from storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, transaction_per_migration=False, render_as_batch=True
)
context.run_migrations()
