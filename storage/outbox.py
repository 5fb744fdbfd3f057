"""The outbox: every message that is to leave, committed with the change it tells of.

A row is leased before its call is made. A row that is found leased after a restart has an unknown outcome:
it goes out again, and is counted, since a message twice is better than a message lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Connection, Index, bindparam, delete, insert, select, true, update
from sqlmodel import Field, SQLModel

from storage.types import BigKey, Coded

LEASE = timedelta(seconds=120)


class Sending(StrEnum):
    """pending -> leased -> (sent | pending | dead); skipped: nothing left to revise."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"
    SKIPPED = "skipped"


class Lane(StrEnum):
    """Answers to what a person just did go before messages nobody is waiting for."""

    INTERACTIVE = "a"
    BULK = "b"


class OutboxRow(SQLModel, table=True):
    """A message to send, or a revision of one.

    card: what the message shows, such as `request:12`; every message of a card can be found and revised.
    target_id: the row whose message this one revises. message_id: the messenger's, of the message sent or to
    revise. unknown: attempts whose outcome is not known. not_before: earliest next attempt.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "lane", "id"),
        Index("ix_outbox_card", "card"),
        Index("ix_outbox_chat", "channel", "chat_id", "id"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    channel: str = Field(max_length=32)
    chat_id: str = Field(max_length=64)
    lane: Lane = Field(sa_column=Column(Coded(Lane), nullable=False))
    revises: bool = False
    card: str | None = Field(default=None, max_length=64)
    target_id: int | None = Field(default=None, sa_column=Column(BigKey))
    message_id: str = Field(default="", max_length=64)
    view: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: Sending = Field(sa_column=Column(Coded(Sending), nullable=False))
    attempts: int = 0
    unknown: int = 0
    leased_until: datetime | None = None
    not_before: datetime
    created_at: datetime
    settled_at: datetime | None = None
    error: str = Field(default="", max_length=200)


@dataclass(slots=True)
class Parcel:
    """A row as delivery handles it."""

    id: int
    chat_id: str
    lane: Lane
    revises: bool
    card: str | None
    target_id: int | None
    message_id: str
    view: dict[str, Any]
    attempts: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt ended. unknown: attempts whose outcome is not known."""

    id: int
    state: Sending
    at: datetime
    message_id: str = ""
    error: str = ""
    unknown: int = 0


_outbox = OutboxRow.__table__  # type: ignore[attr-defined]
_PARCEL = (
    _outbox.c.id,
    _outbox.c.chat_id,
    _outbox.c.lane,
    _outbox.c.revises,
    _outbox.c.card,
    _outbox.c.target_id,
    _outbox.c.message_id,
    _outbox.c.view,
    _outbox.c.attempts,
    _outbox.c.unknown,
)
_ADD = insert(_outbox).returning(_outbox.c.id)
_ADD_IN_ORDER = insert(_outbox).returning(_outbox.c.id, sort_by_parameter_order=True)
_DUE = (
    select(*_PARCEL)
    .where(
        _outbox.c.channel == bindparam("channel"),
        _outbox.c.state == Sending.PENDING,
        _outbox.c.not_before <= bindparam("now"),
    )
    .order_by(_outbox.c.lane, _outbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_SETTLE = (
    update(_outbox)
    .where(_outbox.c.id == bindparam("row_id"))
    .values(
        state=bindparam("new_state"),
        message_id=bindparam("new_message_id"),
        error=bindparam("new_error"),
        settled_at=bindparam("now"),
        unknown=bindparam("unknown_now"),
        leased_until=None,
    )
)


class SqlOutbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, rows: Sequence[dict[str, Any]], now: datetime, *, lease: bool) -> list[int]:
        """Store messages in order and give their ids.

        rows: channel, chat_id, lane, revises, card, target_id, message_id, view.
        lease: true where the caller hands them to delivery the moment this is committed.
        """
        state = Sending.LEASED if lease else Sending.PENDING
        until = now + LEASE if lease else None
        full = [
            {
                **row,
                "state": state,
                "attempts": int(lease),
                "unknown": 0,
                "leased_until": until,
                "not_before": now,
                "created_at": now,
                "settled_at": None,
                "error": "",
            }
            for row in rows
        ]
        if self._connection.dialect.name == "sqlite":
            # Asked for order, SQLAlchemy inserts row by row here, though SQLite numbers VALUES as they stand.
            return sorted(self._connection.execute(_ADD, full).scalars())
        return list(self._connection.execute(_ADD_IN_ORDER, full).scalars())

    def cards(self, card: str) -> list[tuple[int, str, str]]:
        """Give row id, channel and chat of every message that shows a card and may still be revised."""
        rows = self._connection.execute(
            select(_outbox.c.id, _outbox.c.channel, _outbox.c.chat_id)
            .where(_outbox.c.card == card, ~_outbox.c.revises, _outbox.c.state != Sending.DEAD)
            .order_by(_outbox.c.id)
        )
        return [(row.id, row.channel, row.chat_id) for row in rows]

    def card_of(self, channel: str, chat_id: str, message_id: str) -> str | None:
        """Give the card that a message of ours shows, empty for none; None where it is not ours."""
        row = self._connection.execute(
            select(_outbox.c.card)
            .where(
                _outbox.c.channel == channel,
                _outbox.c.chat_id == chat_id,
                _outbox.c.message_id == message_id,
                ~_outbox.c.revises,
            )
            .order_by(_outbox.c.id.desc())
            .limit(1)
        ).first()
        return (row.card or "") if row else None

    def message_of(self, row_id: int) -> tuple[str, Sending] | None:
        """Give the message id (empty while unsent) and state of a row."""
        row = self._connection.execute(
            select(_outbox.c.message_id, _outbox.c.state).where(_outbox.c.id == row_id)
        ).first()
        return (row.message_id, row.state) if row else None

    def lease_due(self, channel: str, now: datetime, limit: int) -> list[Parcel]:
        """Lease what is due, interactive first, then oldest first."""
        due = self._connection.execute(_DUE, {"channel": channel, "now": now, "limit": limit}).all()
        if due:
            self._connection.execute(
                update(_outbox)
                .where(_outbox.c.id.in_([row.id for row in due]))
                .values(state=Sending.LEASED, leased_until=now + LEASE, attempts=_outbox.c.attempts + 1)
            )
        return [Parcel(**{**row._mapping, "attempts": row.attempts + 1}) for row in due]

    def recover(self, channel: str, now: datetime, *, all_leases: bool) -> int:
        """Put back rows whose lease ended without an outcome; all_leases: nobody else delivers.

        They may go out at once, whatever limit held them, so that nothing newer overtakes them.
        """
        lapsed = _outbox.c.leased_until < now
        return self._connection.execute(
            update(_outbox)
            .where(
                _outbox.c.channel == channel,
                _outbox.c.state == Sending.LEASED,
                true() if all_leases else lapsed,
            )
            .values(state=Sending.PENDING, unknown=_outbox.c.unknown + 1, leased_until=None, not_before=now)
        ).rowcount

    def release(self, row_ids: Iterable[int], now: datetime) -> None:
        """Put back rows that were leased and never tried."""
        self._connection.execute(
            update(_outbox)
            .where(_outbox.c.id.in_(list(row_ids)), _outbox.c.state == Sending.LEASED)
            .values(state=Sending.PENDING, leased_until=None, not_before=now)
        )

    def supersede(self, row_id: int, target_id: int, view: dict[str, Any]) -> None:
        """Make a revision the message itself, since the one it was to revise is gone."""
        self._connection.execute(update(_outbox).where(_outbox.c.id == target_id).values(state=Sending.DEAD))
        self._connection.execute(
            update(_outbox).where(_outbox.c.id == row_id).values(revises=False, view=view, target_id=None)
        )

    def settle(self, outcomes: Iterable[Settled]) -> None:
        rows = [
            {
                "row_id": o.id,
                "new_state": o.state,
                "new_message_id": o.message_id,
                "new_error": o.error[:200],
                "now": o.at,
                "unknown_now": o.unknown,
            }
            for o in outcomes
        ]
        if rows:
            self._connection.execute(_SETTLE, rows)

    def hold(self, row_ids: Iterable[int], until: datetime) -> None:
        """Keep leased rows leased until after `until`, when they may go out."""
        self._connection.execute(
            update(_outbox)
            .where(_outbox.c.id.in_(list(row_ids)), _outbox.c.state == Sending.LEASED)
            .values(not_before=until, leased_until=until + LEASE)
        )

    def stop_chat(self, channel: str, chat_id: str, now: datetime) -> int:
        """Give up what waits for a chat that cannot be reached."""
        return self._connection.execute(
            update(_outbox)
            .where(
                _outbox.c.channel == channel,
                _outbox.c.chat_id == chat_id,
                _outbox.c.state.in_([Sending.PENDING, Sending.LEASED]),
            )
            .values(state=Sending.DEAD, settled_at=now, error="unreachable", leased_until=None)
        ).rowcount

    def move_chat(self, channel: str, old: str, new: str) -> None:
        self._connection.execute(
            update(_outbox).where(_outbox.c.channel == channel, _outbox.c.chat_id == old).values(chat_id=new)
        )

    def forget(self, before: datetime) -> int:
        """Forget settled messages that show no card."""
        return self._connection.execute(
            delete(_outbox).where(
                _outbox.c.settled_at < before,
                _outbox.c.card.is_(None),
                _outbox.c.state.in_([Sending.SENT, Sending.SKIPPED]),
            )
        ).rowcount
