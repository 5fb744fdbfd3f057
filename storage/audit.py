"""The audit log: every change, each entry holding the hash of the one before.

Triggers refuse UPDATE and DELETE; the chain shows where somebody went round them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Text, insert, literal, select, true, update
from sqlmodel import Field, SQLModel

from storage.types import BigKey

_GENESIS = "0" * 64


class AuditRow(SQLModel, table=True):
    """before, after: canonical JSON text, kept as text so that the hash can be taken again."""

    __tablename__ = "audit"
    seq: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=False))
    at: str = Field(max_length=40)
    actor_no: str = Field(max_length=32)
    on_behalf_of: str = Field(max_length=32)
    action: str = Field(max_length=64)
    subject: str = Field(max_length=64, index=True)
    before: str = Field(sa_column=Column(Text, nullable=False))
    after: str = Field(sa_column=Column(Text, nullable=False))
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditHeadRow(SQLModel, table=True):
    """The last entry; locked while one is appended, so that the chain never forks."""

    __tablename__ = "audit_head"
    id: int | None = Field(default=None, primary_key=True)
    seq: int = Field(sa_column=Column(BigKey, nullable=False))
    hash: str = Field(max_length=64)


_audit = AuditRow.__table__  # type: ignore[attr-defined]
_head = AuditHeadRow.__table__  # type: ignore[attr-defined]
_HASHED = ("seq", "at", "actor_no", "on_behalf_of", "action", "subject", "before", "after", "previous")


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _hash(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical([entry[name] for name in _HASHED]).encode()).hexdigest()


_ONE = select(literal(1).label("one")).subquery()
_CHAIN = (  # one statement, so that an entry appended meanwhile does not look like a wrong head
    select(
        *_audit.c,
        select(_head.c.seq).scalar_subquery().label("head_seq"),
        select(_head.c.hash).scalar_subquery().label("head_hash"),
    )
    .select_from(_ONE.outerjoin(_audit, true()))
    .order_by(_audit.c.seq)
)


class SqlAuditLog:
    """Implements domain.work.AuditLog."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(
        self,
        at: datetime,
        actor_no: str,
        action: str,
        subject: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        on_behalf_of: str = "",
    ) -> None:
        change = (subject, before or {}, after or {})
        self.record_all(at, actor_no, action, [change], on_behalf_of=on_behalf_of)

    def record_all(
        self,
        at: datetime,
        actor_no: str,
        action: str,
        changes: Iterable[tuple[str, Mapping[str, Any], Mapping[str, Any]]],
        *,
        on_behalf_of: str = "",
    ) -> None:
        """Append an entry for each change (subject, before, after) of one action."""
        head = self._connection.execute(select(_head.c.seq, _head.c.hash).with_for_update()).one()
        seq, previous, entries = head.seq, head.hash, []
        for subject, before, after in changes:
            seq += 1
            entry: dict[str, Any] = {
                "seq": seq,
                "at": at.astimezone(UTC).isoformat(),
                "actor_no": actor_no,
                "on_behalf_of": on_behalf_of,
                "action": action,
                "subject": subject,
                "before": _canonical(before),
                "after": _canonical(after),
                "previous": previous,
            }
            previous = entry["hash"] = _hash(entry)
            entries.append(entry)
        if entries:
            self._connection.execute(insert(_audit), entries)
            self._connection.execute(update(_head).values(seq=seq, hash=previous))


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold. seq: of the entry; fault: gap, previous, hash or head."""

    seq: int
    fault: str


def verify(connection: Connection) -> tuple[int, Break | None]:
    """Recompute the chain; give the number of sound entries and the first break, if any."""
    previous, seq, head = _GENESIS, 0, None
    with connection.execute(_CHAIN, execution_options={"yield_per": 1_000}) as entries:
        for entry in entries.mappings():
            head = (entry["head_seq"], entry["head_hash"])
            if entry["seq"] is None:  # a head without entries
                break
            if entry["seq"] != seq + 1:
                return seq, Break(seq + 1, "gap")
            if entry["previous"] != previous:
                return seq, Break(seq + 1, "previous")
            if entry["hash"] != _hash(dict(entry)):
                return seq, Break(seq + 1, "hash")
            seq, previous = entry["seq"], entry["hash"]
    if head != (seq, previous):
        return seq, Break(seq + 1, "head")
    return seq, None
