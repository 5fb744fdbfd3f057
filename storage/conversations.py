"""Conversations: where each chat stands, drafts included."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Field, SQLModel


class ConversationRow(SQLModel, table=True):
    """form: name of the form under way, empty if none."""

    __tablename__ = "conversations"
    channel: str = Field(primary_key=True, max_length=32)
    chat_id: str = Field(primary_key=True, max_length=64)
    body: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    form: str = Field(default="", max_length=32)
    updated_at: datetime = Field(index=True)


_conversations = ConversationRow.__table__  # type: ignore[attr-defined]
_LOAD = (
    select(_conversations.c.body)
    .where(_conversations.c.channel == bindparam("channel"), _conversations.c.chat_id == bindparam("chat_id"))
    .with_for_update()
)


def _upsert(insert: Any) -> Any:
    statement = insert(_conversations)
    return statement.on_conflict_do_update(
        index_elements=["channel", "chat_id"],
        set_={name: statement.excluded[name] for name in ("body", "form", "updated_at")},
    )


_SAVE = {"sqlite": _upsert(sqlite_insert), "postgresql": _upsert(postgresql_insert)}


class SqlConversations:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, channel: str, chat_id: str) -> dict[str, Any]:
        """Read and lock where a chat stands; empty for a new chat."""
        body = self._connection.execute(_LOAD, {"channel": channel, "chat_id": chat_id}).scalar()
        return dict(body) if body else {}

    def save(self, channel: str, chat_id: str, body: dict[str, Any], form: str, now: datetime) -> None:
        row = {"channel": channel, "chat_id": chat_id, "body": body, "form": form, "updated_at": now}
        self._connection.execute(_SAVE[self._connection.dialect.name], row)
