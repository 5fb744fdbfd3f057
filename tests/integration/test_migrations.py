"""Migrations up, down and up again, against what the program believes the tables are."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from domain.approvals.acts import approve_step
from storage.audit import verify
from storage.database import HEAD, MIGRATIONS, schema_version
from storage.engine import create_write_engine
from storage.migrate import migrate
from storage.schema import metadata
from tests.support.company import CLERK, NOW, at, file, settle_in, transaction
from tests.support.database import rows, scalar


def fill(engine: Engine) -> None:
    """A company with a request half-way: every kind of thing that links to another."""
    with engine.begin() as connection:
        settle_in(connection)
    with transaction(engine) as work:
        request = file(work)
    with transaction(engine) as work:
        approve_step(work, CLERK, at(request), NOW)


def test_the_newest_migration_is_the_one_the_program_asks_for() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_an_empty_database_has_no_version(blank_url: str) -> None:
    engine = create_write_engine(blank_url)
    with engine.begin() as connection:
        assert schema_version(connection) == ""
    engine.dispose()
    migrate(blank_url)
    engine = create_write_engine(blank_url)
    with engine.begin() as connection:
        assert schema_version(connection) == HEAD
    engine.dispose()


def test_the_tables_are_what_the_models_say(database_url: str) -> None:
    engine = create_write_engine(database_url)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_up_down_and_up_again_on_a_filled_database(blank_url: str) -> None:
    migrate(blank_url)
    engine = create_write_engine(blank_url)
    fill(engine)
    engine.dispose()

    migrate(blank_url, "base")
    engine = create_write_engine(blank_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert schema_version(connection) == ""
    engine.dispose()

    migrate(blank_url)
    engine = create_write_engine(blank_url)
    fill(engine)
    with engine.begin() as connection:
        assert rows(connection, "SELECT number, state, position FROM requests") == [
            ("KH-20261123-0001", "pending", 1)
        ]
        assert scalar(connection, "SELECT count(*) FROM steps") == 3
        assert verify(connection) == (2, None)
    engine.dispose()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    engine = create_write_engine(database_url)
    fill(engine)
    engine.dispose()
    migrate(database_url)
    engine = create_write_engine(database_url)
    with engine.begin() as connection:
        assert scalar(connection, "SELECT count(*) FROM requests") == 1
    engine.dispose()


@pytest.mark.parametrize(
    "tampering", ["UPDATE audit SET actor_no = 'YH9999' WHERE seq = 1", "DELETE FROM audit WHERE seq = 1"]
)
def test_audit_entries_can_be_neither_changed_nor_deleted(engine: Engine, tampering: str) -> None:
    fill(engine)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(tampering))
    with engine.begin() as connection:
        assert verify(connection) == (2, None)


def test_the_audit_log_cannot_be_emptied_at_one_stroke(postgresql_database: str) -> None:
    engine = create_write_engine(postgresql_database)
    fill(engine)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("TRUNCATE audit"))
    engine.dispose()


def test_foreign_keys_hold(engine: Engine) -> None:
    orphan = "INSERT INTO step_queue VALUES (99, 'YH0003', 99, TRUE, 'new_customer')"
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), engine.begin() as connection:
        connection.execute(text(orphan))


def test_going_back_a_version_lets_leavings_and_relatives_be_deleted_again(database_url: str) -> None:
    migrate(database_url, "0006")
    engine = create_write_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO relatives VALUES ('YH0001', 'YH0002', '姻亲')"))
        connection.execute(text("DELETE FROM relatives"))
    engine.dispose()
    migrate(database_url)
    engine = create_write_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO relatives VALUES ('YH0001', 'YH0002', '姻亲')"))
    with pytest.raises(DBAPIError, match="kept for good"), engine.begin() as connection:
        connection.execute(text("DELETE FROM relatives"))
    engine.dispose()
