"""Delegations: who decides in whose place, from when to when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import cast

from sqlalchemy import Column, ColumnElement, Index, and_, or_, select
from sqlalchemy.orm import Session
from sqlmodel import Field

from domain.approvals.delegations import Delegation
from storage.types import LARGEST_KEY, RateColumn


class DelegationRow(Delegation, table=True):
    __tablename__ = "delegations"
    __table_args__ = (
        Index("ix_delegations_to", "to_no", "last_day"),
        Index("ix_delegations_from", "from_no", "last_day"),
        Index("ix_delegations_reported", "reported", "first_day"),
    )
    min_rate: Decimal | None = Field(default=None, sa_column=Column(RateColumn()))


_delegations = DelegationRow.__table__  # type: ignore[attr-defined]


class SqlDelegations:
    """Implements domain.approvals.delegations.Delegations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, delegation: Delegation) -> Delegation:
        row = DelegationRow.model_validate(delegation)
        self._session.add(row)
        self._session.flush()
        return row

    def by_id(self, delegation_id: int) -> Delegation | None:
        if delegation_id > LARGEST_KEY:  # a forged button
            return None
        return self._session.get(DelegationRow, delegation_id, with_for_update=True, populate_existing=True)

    def save(self, delegation: Delegation) -> None:
        self._session.flush()

    def given_to(self, staff_no: str, day: date) -> list[Delegation]:
        return self._select(
            _delegations.c.to_no == staff_no,
            _delegations.c.first_day <= day,
            _delegations.c.last_day >= day,
            _delegations.c.ended_at.is_(None),
        )

    def given_by(self, staff_no: str, since: date) -> list[Delegation]:
        return self._select(
            _delegations.c.from_no == staff_no,
            _delegations.c.last_day >= since,
            _delegations.c.ended_at.is_(None),
        )

    def standing(self, day: date) -> list[Delegation]:
        return self._select(_delegations.c.last_day >= day, _delegations.c.ended_at.is_(None))

    def unannounced(self, day: date) -> list[Delegation]:
        begins = and_(_delegations.c.begun.is_(False), _delegations.c.first_day <= day)
        return self._select(
            _delegations.c.reported.is_(False),
            _delegations.c.ended_at.is_(None),
            or_(begins, _delegations.c.last_day < day),
        )

    def _select(self, *conditions: ColumnElement[bool]) -> list[Delegation]:
        rows = select(DelegationRow).where(*conditions)
        ordered = rows.order_by(_delegations.c.first_day, _delegations.c.id)
        return cast(list[Delegation], list(self._session.scalars(ordered)))
