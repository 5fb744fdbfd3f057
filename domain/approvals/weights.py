"""What a request weighs: the facts that routes ask about, and whether such things are granted daily."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.approvals.requests import RequestKind

_TERMS = frozenset({"rate", "cut", "credit_days", "grade", "category", "department"})
FACTS: Mapping[RequestKind, frozenset[str]] = {
    RequestKind.NEW_CUSTOMER: _TERMS,
    RequestKind.DISCOUNT_CHANGE: _TERMS | {"scope"},
    RequestKind.FILE_LOAN: frozenset({"secrecy", "department", "access"}),
    RequestKind.LOAN_RENEWAL: frozenset({"secrecy", "department"}),
}


@dataclass(frozen=True, slots=True)
class Weight:
    """What a request's content weighs.

    facts: what the conditions of routes speak of, by name: rate, cut (points taken off the rate),
    credit_days, grade, category, department, scope, secrecy, access; numbers as plain decimals. Besides, of a
    loan: custodian, the unit that keeps the file, and subject, the person it is about, who decides nothing.
    ordinary: within what the company takes for ordinary, so that it may be decided together with others.
    """

    facts: Mapping[str, str]
    ordinary: bool


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What needs no second thought. rate: smallest share of list price. cut: points off the present rate."""

    rate: Decimal = Decimal("0.85")
    cut: Decimal = Decimal(3)
    credit_days: int = 60
