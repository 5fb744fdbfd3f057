"""The audit chain: it verifies, every way round its seal is found, and it never forks."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, text

from storage.audit import Break, SqlAuditLog, _hash, verify
from storage.engine import create_write_engine
from tests.support.database import NOW, race, rows, scalar

ENTRIES = 6


def append(connection: Connection, number: int) -> None:
    SqlAuditLog(connection).record(
        NOW, "YH0003", "tested", f"thing:{number}", before={"名": "旧"}, after={"名": "新", "n": number}
    )


def unseal(connection: Connection) -> None:
    """Do what somebody with the database's password could do."""
    if connection.dialect.name == "sqlite":
        for name in ("audit_UPDATE", "audit_DELETE"):
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("DROP TRIGGER audit_sealed ON audit"))


@pytest.fixture
def chain(engine: Engine) -> Engine:
    with engine.begin() as connection:
        for number in range(1, ENTRIES + 1):
            append(connection, number)
    return engine


def tamper(engine: Engine, *statements: str) -> tuple[int, Break | None]:
    with engine.begin() as connection:
        unseal(connection)
        for statement in statements:
            connection.execute(text(statement))
    with engine.begin() as connection:
        return verify(connection)


def test_an_untouched_chain_verifies(chain: Engine) -> None:
    with chain.begin() as connection:
        assert verify(connection) == (ENTRIES, None)


def test_an_empty_log_verifies(engine: Engine) -> None:
    with engine.begin() as connection:
        assert verify(connection) == (0, None)


@pytest.mark.parametrize(
    "column", ["at", "actor_no", "on_behalf_of", "action", "subject", "before", "after", "previous", "hash"]
)
def test_a_changed_column_is_found_at_its_entry(chain: Engine, column: str) -> None:
    fault = "previous" if column == "previous" else "hash"
    assert tamper(chain, f"UPDATE audit SET {column} = 'x' WHERE seq = 3") == (2, Break(3, fault))


def test_a_changed_entry_with_a_fitting_hash_is_found_at_the_next(chain: Engine) -> None:
    """Whoever recomputes one hash breaks the link from the entry after it."""
    with chain.begin() as connection:
        forged = dict(connection.execute(text("SELECT * FROM audit WHERE seq = 3")).mappings().one())
    forged["actor_no"] = "YH0001"
    found = tamper(chain, f"UPDATE audit SET actor_no = 'YH0001', hash = '{_hash(forged)}' WHERE seq = 3")
    assert found == (3, Break(4, "previous"))


def test_a_deleted_entry_leaves_a_gap(chain: Engine) -> None:
    assert tamper(chain, "DELETE FROM audit WHERE seq = 3") == (2, Break(3, "gap"))


def test_a_deleted_entry_is_found_even_where_the_rest_is_renumbered(chain: Engine) -> None:
    renumbered = "UPDATE audit SET seq = seq - 1 WHERE seq = {}"
    found = tamper(chain, "DELETE FROM audit WHERE seq = 3", *(renumbered.format(n) for n in (4, 5, 6)))
    assert found == (2, Break(3, "previous"))


def test_entries_in_another_order_are_found(chain: Engine) -> None:
    swap = ("UPDATE audit SET seq = 99 WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 4")
    found = tamper(chain, *swap, "UPDATE audit SET seq = 4 WHERE seq = 99")
    assert found == (2, Break(3, "previous"))


@pytest.mark.parametrize("kept", [0, 1, ENTRIES - 1])
def test_a_cut_tail_is_found_by_the_head(chain: Engine, kept: int) -> None:
    assert tamper(chain, f"DELETE FROM audit WHERE seq > {kept}") == (kept, Break(kept + 1, "head"))


@pytest.mark.parametrize("change", ["seq = 5", f"seq = {ENTRIES + 3}", "hash = 'x'"])
def test_a_changed_head_is_found(chain: Engine, change: str) -> None:
    assert tamper(chain, f"UPDATE audit_head SET {change}") == (ENTRIES, Break(ENTRIES + 1, "head"))


def test_a_lost_head_is_found(chain: Engine) -> None:
    assert tamper(chain, "DELETE FROM audit_head") == (ENTRIES, Break(ENTRIES + 1, "head"))


def test_an_entry_added_behind_the_heads_back_is_found(chain: Engine) -> None:
    found = tamper(
        chain,
        "INSERT INTO audit SELECT 7, at, actor_no, on_behalf_of, action, subject, before, after, hash, 'x' "
        "FROM audit WHERE seq = 6",
    )
    assert found == (ENTRIES, Break(7, "hash"))


def test_concurrent_appends_never_fork_the_chain(engine: Engine) -> None:
    outcomes = race(engine, *(lambda connection, n=n: append(connection, n) for n in range(8)))
    assert outcomes == [None] * 8
    with engine.begin() as connection:
        assert verify(connection) == (8, None)
        assert scalar(connection, "SELECT count(DISTINCT subject) FROM audit") == 8


def test_an_entry_that_was_rolled_back_leaves_no_gap(chain: Engine) -> None:
    with chain.connect() as connection:
        transaction = connection.begin()
        append(connection, 7)
        transaction.rollback()
    with chain.begin() as connection:
        append(connection, 8)
        assert verify(connection) == (ENTRIES + 1, None)
        assert rows(connection, "SELECT subject FROM audit WHERE seq = 7") == [("thing:8",)]


def test_verifying_does_not_change_how_the_connection_reads(chain: Engine) -> None:
    with chain.begin() as connection:
        before = dict(connection.get_execution_options())
        verify(connection)
        assert dict(connection.get_execution_options()) == before


def test_verifying_while_others_append_raises_no_alarm(postgresql_database: str) -> None:
    """Chain and head are read in one statement, so an append in between cannot look like a cut tail."""
    engine = create_write_engine(postgresql_database, connections=4)

    def append_many(connection: Connection) -> None:
        for number in range(40):
            with engine.begin() as other:
                append(other, number)

    def verify_many(connection: Connection) -> set[Break | None]:
        return {verify(connection)[1] for _ in range(40)}

    appended, *found = race(engine, append_many, verify_many, verify_many)
    assert appended is None
    assert found == [{None}, {None}]
    engine.dispose()
