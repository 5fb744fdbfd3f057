"""Discount changes: what was asked for, what holds beside the register, and what has lapsed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import cast

from sqlalchemy import Column, Index, select
from sqlalchemy.orm import Session
from sqlmodel import Field

from domain.discounts import ChangeState, DiscountChange, Scope
from storage.types import Coded, RateColumn


class DiscountChangeRow(DiscountChange, table=True):
    __tablename__ = "discount_changes"
    __table_args__ = (
        Index("ix_discount_changes_request", "request_id", unique=True),
        Index("ix_discount_changes_customer", "customer_id", "state"),
        Index("ix_discount_changes_ends", "state", "ends_on"),
    )
    request_id: int = Field(foreign_key="requests.id")
    customer_id: int = Field(foreign_key="customers.id")
    scope: Scope = Field(sa_column=Column(Coded(Scope), nullable=False))
    old_rate: Decimal = Field(sa_column=Column(RateColumn(), nullable=False))
    new_rate: Decimal | None = Field(default=None, sa_column=Column(RateColumn()))
    state: ChangeState = Field(sa_column=Column(Coded(ChangeState), nullable=False))


_changes = DiscountChangeRow.__table__  # type: ignore[attr-defined]


class SqlDiscountChanges:
    """Implements domain.discounts.DiscountChanges."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, change: DiscountChange) -> DiscountChange:
        row = DiscountChangeRow.model_validate(change)
        self._session.add(row)
        self._session.flush()
        return row

    def by_request(self, request_id: int) -> DiscountChange | None:
        found = select(DiscountChangeRow).where(_changes.c.request_id == request_id).with_for_update()
        return self._session.scalars(found).first()

    def by_id(self, change_id: int) -> DiscountChange | None:
        return self._session.get(DiscountChangeRow, change_id)

    def ending_by(self, day: date) -> list[int]:
        found = select(_changes.c.id).where(
            _changes.c.state == ChangeState.IN_FORCE, _changes.c.ends_on <= day
        )
        return list(self._session.scalars(found.order_by(_changes.c.id)))

    def save(self, change: DiscountChange) -> None:
        self._session.flush()

    def of_customer(self, customer_id: int, state: ChangeState) -> list[DiscountChange]:
        found = select(DiscountChangeRow).where(
            _changes.c.customer_id == customer_id, _changes.c.state == state
        )
        return cast(list[DiscountChange], list(self._session.scalars(found.order_by(_changes.c.id))))

    def ended(self, day: date) -> list[DiscountChange]:
        found = select(DiscountChangeRow).where(
            _changes.c.state == ChangeState.IN_FORCE, _changes.c.ends_on < day
        )
        return cast(
            list[DiscountChange], list(self._session.scalars(found.order_by(_changes.c.id).with_for_update()))
        )
