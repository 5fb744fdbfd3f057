"""What a transaction remembers never outlives the savepoint that told it."""

from __future__ import annotations

from sqlalchemy import Engine

from storage.memo import Memo


def test_what_a_savepoint_told_is_forgotten_with_it(engine: Engine) -> None:
    with engine.begin() as connection:
        memo = Memo(connection)
        memo["before"] = 1
        savepoint = connection.begin_nested()
        memo["within"] = 2
        assert ("before" in memo, "within" in memo) == (True, True)
        savepoint.rollback()
        assert ("before" in memo, "within" in memo) == (True, False)


def test_what_a_released_savepoint_told_is_asked_again(engine: Engine) -> None:
    with engine.begin() as connection:
        memo = Memo(connection)
        with connection.begin_nested():
            memo["within"] = None
            assert "within" in memo
        assert "within" not in memo


def test_whoever_writes_clears_it(engine: Engine) -> None:
    with engine.begin() as connection:
        memo = Memo(connection)
        memo["read"] = 1
        memo.clear()
        assert "read" not in memo
