"""What a transaction has read already, so that it is not asked again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, NestedTransaction


class Memo:
    """What one transaction has read; whoever writes clears it.

    What was read in a savepoint is forgotten with it, since it may have told of rows that were taken back.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[Any, tuple[NestedTransaction | None, Any]] = {}
        self.clear = self._found.clear

    def __contains__(self, key: object) -> bool:
        if (entry := self._found.get(key)) is None:
            return False
        savepoint, _ = entry
        return savepoint is None or savepoint.is_active

    def __getitem__(self, key: Any) -> Any:
        return self._found[key][1]

    def __setitem__(self, key: Any, found: Any) -> None:
        self._found[key] = (self._connection.get_nested_transaction(), found)
