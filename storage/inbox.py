"""The inbox: which events have taken effect, so that a repeat does not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Field, SQLModel


class InboxRow(SQLModel, table=True):
    """answer: the notice a tap was answered with, given again when the tap is repeated."""

    __tablename__ = "inbox"
    channel: str = Field(primary_key=True, max_length=32)
    event_id: str = Field(primary_key=True, max_length=128)
    received_at: datetime = Field(index=True)
    answer: str = Field(default="", max_length=400)


_inbox = InboxRow.__table__  # type: ignore[attr-defined]
_CLAIM = {
    "sqlite": sqlite_insert(_inbox).on_conflict_do_nothing().returning(_inbox.c.event_id),
    "postgresql": postgresql_insert(_inbox).on_conflict_do_nothing().returning(_inbox.c.event_id),
}
_KEY = (_inbox.c.channel == bindparam("key_channel"), _inbox.c.event_id == bindparam("key_event"))
_ANSWER = select(_inbox.c.answer).where(*_KEY)
_SET_ANSWER = update(_inbox).where(*_KEY).values(answer=bindparam("said"))


class SqlInbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, channel: str, event_id: str, now: datetime) -> str | None:
        """Claim an event; None when it is new, else the answer that was given then."""
        row = {"channel": channel, "event_id": event_id, "received_at": now, "answer": ""}
        if self._connection.execute(_CLAIM[self._connection.dialect.name], row).first() is not None:
            return None
        key = {"key_channel": channel, "key_event": event_id}
        return str(self._connection.execute(_ANSWER, key).scalar_one())

    def set_answer(self, channel: str, event_id: str, answer: str) -> None:
        self._connection.execute(
            _SET_ANSWER, {"key_channel": channel, "key_event": event_id, "said": answer[:400]}
        )

    def forget(self, before: datetime) -> int:
        """Forget what was received before; messengers repeat for a day at most."""
        return self._connection.execute(delete(_inbox).where(_inbox.c.received_at < before)).rowcount
