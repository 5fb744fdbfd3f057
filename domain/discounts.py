"""折扣变更: another rate or other terms for a customer, for all it buys, for some of it, or for one order.

What holds for all is changed in the register when the lead accountant has changed it in the ERP, and not
before. What holds for a part is a special rate beside the register's; it lapses after its last day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from sqlmodel import JSON, Field, SQLModel

from domain.approvals.acts import Filing, resubmit_request, submit_request
from domain.approvals.delegations import today_of
from domain.approvals.requests import Request, RequestKind
from domain.approvals.weights import Weight
from domain.customer_history import change_customer, require_visible
from domain.customers import (
    Customer,
    CustomerField,
    check_offer,
    check_rate,
    check_settlement,
    is_ordinary,
)
from domain.errors import Refused
from domain.events import SpecialRateLapsed
from domain.people import Employee, Role
from domain.settlements import Settlement, settlement_words

if TYPE_CHECKING:
    from domain.work import Work

MAY_PROPOSE = (Role.SALES_REP, Role.SALES_ADMIN, Role.MARKET_MANAGER, Role.GENERAL_MANAGER)
FURTHEST = timedelta(days=365)
_ERP_DOCUMENT = re.compile(r"[A-Z0-9][A-Z0-9/_-]{2,39}")


class Scope(StrEnum):
    WHOLE = "whole"
    RANGE = "range"
    ORDER = "order"


class ChangeState(StrEnum):
    """pending -> (in_force -> lapsed | applied | dropped)."""

    PENDING = "pending"
    APPLIED = "applied"  # it changed the register
    IN_FORCE = "in_force"  # a special rate beside the register's
    LAPSED = "lapsed"
    DROPPED = "dropped"


class DiscountChange(SQLModel):
    """One change that was asked for.

    scope_key: folds what names the same range or order; scope_words as typed. old_*: what held at
    submission; new_*: None where it stays. ends_on: last day of a special rate. erp_no: of the document by
    which the ERP was changed.
    """

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = Field(unique=True)
    customer_id: int
    scope: Scope
    scope_key: str = Field(default="", max_length=80)
    scope_words: str = Field(default="", max_length=80)
    old_rate: Decimal
    old_settlement: dict[str, Any] = Field(sa_type=JSON)
    new_rate: Decimal | None = None
    new_settlement: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    effective_on: date
    ends_on: date | None = None
    state: ChangeState = ChangeState.PENDING
    erp_no: str = Field(default="", max_length=40)
    applied_at: datetime | None = None
    applied_by: str = Field(default="", max_length=32)


class DiscountChanges(Protocol):
    """The register of discount changes."""

    def add(self, change: DiscountChange) -> DiscountChange: ...

    def by_request(self, request_id: int) -> DiscountChange | None:
        """Read a change for changing it."""
        ...

    def by_id(self, change_id: int) -> DiscountChange | None: ...

    def ending_by(self, day: date) -> list[int]:
        """Give the ids of special rates in force that end by a day."""
        ...

    def save(self, change: DiscountChange) -> None: ...

    def of_customer(self, customer_id: int, state: ChangeState) -> list[DiscountChange]: ...

    def ended(self, day: date) -> list[DiscountChange]:
        """Give the special rates in force whose last day lies before a day."""
        ...


@dataclass(frozen=True, slots=True)
class ChangeTerms:
    """What is asked for. rate, settlement: None where they stay. title: what the request is called."""

    customer_id: int
    rate: Decimal | None
    settlement: Settlement | None
    effective_on: date
    scope: Scope = Scope.WHOLE
    scope_words: str = ""
    ends_on: date | None = None


def may_propose(employee: Employee) -> bool:
    return employee.works_here and employee.holds(*MAY_PROPOSE)


def base_of(customer: Customer) -> dict[str, Any]:
    """Give what holds now, as it is kept in a request's content under `base`."""
    return {"rate": str(customer.rate), "settlement": customer.settlement}


def propose_change(
    work: Work, actor: Employee, draft_id: str, terms: ChangeTerms, content: dict[str, Any], now: datetime
) -> Request:
    """Send a change for approval; a draft filed before gives its request again.

    Raises Refused: role_required, customer_unknown, customer_not_active, rate_below_floor, credit_too_long,
    change_same, change_open, date_too_early, date_too_late, change_end_missing.
    """
    actor.require(*MAY_PROPOSE)
    if (known := work.requests.by_draft(draft_id)) is not None:
        return known
    customer = check_terms(work, actor, terms, now)
    content = {**content, "base": base_of(customer)}
    filing = Filing(RequestKind.DISCOUNT_CHANGE, draft_id, customer.name, content, customer.id)
    request = submit_request(work, actor, filing, now)
    work.discount_changes.add(DiscountChange(request_id=request.id or 0, **_columns(customer, terms)))
    return request


def repropose_change(
    work: Work,
    actor: Employee,
    request_id: int,
    version: int,
    terms: ChangeTerms,
    content: dict[str, Any],
    now: datetime,
) -> Request:
    """Send a returned change round again, from what holds by now."""
    customer = check_terms(work, actor, terms, now, apart_from=request_id)
    content = {**content, "base": base_of(customer)}
    request = resubmit_request(work, actor, request_id, version, content, now, besides=("base",))
    change = _change_of(work, request)
    for name, value in _columns(customer, terms).items():
        setattr(change, name, value)
    change.state = ChangeState.PENDING
    work.discount_changes.save(change)
    return request


def check_terms(
    work: Work, actor: Employee, terms: ChangeTerms, now: datetime, *, apart_from: int = 0
) -> Customer:
    """Check a change against policy and register, the customer locked; give the customer."""
    customer = require_visible(work, actor, terms.customer_id)
    require_active(customer)
    if terms.rate is not None:
        check_rate(work, terms.rate)
    if terms.settlement is not None:
        check_settlement(work, terms.settlement)
    check_differs(customer, terms.rate, terms.settlement)
    check_period(work, terms, now)
    check_none_open(work, customer, terms.scope, terms.scope_words, apart_from=apart_from)
    return customer


def require_active(customer: Customer) -> None:
    """Raise Refused("customer_not_active") for one that is being filed, declined or frozen."""
    if not customer.state.may_order:
        raise Refused("customer_not_active", name=customer.name, state=customer.state)


def check_differs(customer: Customer, rate: Decimal | None, settlement: Settlement | None) -> None:
    """Raise Refused("change_same") where everything asked for holds already."""
    same_rate = rate is None or rate == customer.rate
    if same_rate and (settlement is None or same_terms(settlement, customer.settlement)):
        raise Refused("change_same", name=customer.name)


def same_terms(settlement: Settlement, stored: Mapping[str, Any]) -> bool:
    """Tell whether terms are the stored ones, however they were put."""
    known = Settlement.from_json(dict(stored))
    return settlement.method is known.method and settlement_words(settlement) == settlement_words(known)


def check_period(work: Work, terms: ChangeTerms, now: datetime) -> None:
    today = today_of(work, now)
    if terms.effective_on < today:
        raise Refused("date_too_early", day=terms.effective_on, first=today)
    if terms.effective_on > today + FURTHEST:
        raise Refused("date_too_late", day=terms.effective_on, last=today + FURTHEST)
    if terms.scope is Scope.ORDER and terms.ends_on is None:
        raise Refused("change_end_missing")
    if terms.ends_on is not None and terms.ends_on < terms.effective_on:
        raise Refused("date_too_early", day=terms.ends_on, first=terms.effective_on)


def check_none_open(
    work: Work, customer: Customer, scope: Scope, scope_words: str, *, apart_from: int = 0
) -> None:
    """Raise Refused("change_open", number) where a change of the same scope is under way."""
    key = fold_scope(scope, scope_words)
    for other in work.discount_changes.of_customer(customer.id or 0, ChangeState.PENDING):
        if (other.scope, other.scope_key) == (scope, key) and other.request_id != apart_from:
            request = work.requests.by_id(other.request_id)
            raise Refused("change_open", number=request.number if request else "", name=customer.name)


def fold_scope(scope: Scope, words: str) -> str:
    """Fold what names a range or an order, so that the same one is recognised."""
    return "" if scope is Scope.WHOLE else re.sub(r"[\W_]+", "", words).casefold()[:80]


def parse_document_no(text: str) -> str:
    """Read the number of an ERP document. Raises Refused("outcome_unreadable")."""
    number = text.strip().upper()
    if not _ERP_DOCUMENT.fullmatch(number):
        raise Refused("outcome_unreadable")
    return number


def special_rates(work: Work, customer_id: int, today: date) -> list[DiscountChange]:
    """Give the special rates that hold beside the register's."""
    found = work.discount_changes.of_customer(customer_id, ChangeState.IN_FORCE)
    return [change for change in found if change.ends_on is None or change.ends_on >= today]


def lapse_changes(work: Work, now: datetime) -> int:
    """Let special rates go whose last day is over, each once; give how many."""
    ended = work.discount_changes.ended(today_of(work, now))
    for change in ended:
        change.state = ChangeState.LAPSED
        work.discount_changes.save(change)
        work.audit.record(
            now,
            "",
            "special_rate_lapsed",
            f"customer:{change.customer_id}",
            before={"state": ChangeState.IN_FORCE.value},
            after={"state": ChangeState.LAPSED.value, "ends_on": change.ends_on},
        )
        work.events.append(SpecialRateLapsed(change))
    return len(ended)


class DiscountConsequence:
    """What a discount change means for its customer."""

    def weigh(self, work: Work, applicant: Employee, content: Mapping[str, Any]) -> Weight:
        base = content["base"]
        old_rate = Decimal(base["rate"])
        rate = Decimal(content.get("rate", base["rate"]))
        settlement = Settlement.from_json(content.get("settlement", base["settlement"]))
        old_days = Settlement.from_json(base["settlement"]).credit_days
        cut = max(Decimal(0), (old_rate - rate) * 100)
        customer = work.customers.by_id(int(content["customer"][0]))
        longer = settlement.credit_days > old_days
        ordinary = cut <= work.rules.ordinary.cut and (rate >= old_rate or rate >= work.rules.ordinary.rate)
        ordinary = ordinary and (not longer or is_ordinary(work.rules, Decimal(1), settlement))
        return Weight(
            {
                "rate": str(rate),
                "cut": format(cut.normalize(), "f"),
                "credit_days": str(settlement.credit_days),
                "grade": customer.grade if customer else "",
                "category": customer.category if customer else "",
                "department": applicant.department_no,
                "scope": str(content.get("scope", Scope.WHOLE.value)),
            },
            ordinary,
        )

    def moved(self, work: Work, request: Request) -> list[str]:
        """The request starts from what held at submission; where that has changed, it must be asked anew."""
        customer = work.customers.by_id(request.subject_id or 0)
        base = request.content["base"]
        if customer is None:
            return []
        moved = []
        if customer.rate != Decimal(base["rate"]):
            moved.append("rate")
        if not same_terms(Settlement.from_json(customer.settlement), base["settlement"]):
            moved.append("settlement")
        return [name for name in ("rate", "settlement") if name in request.content] if moved else []

    def check_offer(self, work: Work, request: Request, offer: Mapping[str, Any]) -> None:
        check_offer(work, request.content, offer)
        customer = work.customers.by_id(request.subject_id or 0)
        if customer is not None:
            content = {**request.content, **offer}
            check_differs(customer, *_asked(content))

    def amended(self, work: Work, request: Request, now: datetime) -> None:
        change = _change_of(work, request)
        change.new_rate, settlement = _asked(request.content)
        change.new_settlement = settlement.to_json() if settlement else None
        work.discount_changes.save(change)

    def approved(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        """Nothing yet: what holds changes once the ERP has it."""

    def done(self, work: Work, request: Request, actor: Employee, outcome: str, now: datetime) -> None:
        change = _change_of(work, request)
        customer = work.customers.by_id(change.customer_id)
        if customer is None:
            raise LookupError(f"request {request.number} has lost its customer")
        change.erp_no, change.applied_at, change.applied_by = outcome, now, actor.staff_no
        if change.scope is Scope.WHOLE:
            change.state = ChangeState.APPLIED
            for field, value in (
                (CustomerField.RATE, change.new_rate),
                (CustomerField.SETTLEMENT, change.new_settlement),
            ):
                if value is not None:
                    change_customer(work, customer, field, value, actor, now, request.number)
        else:
            change.state = ChangeState.IN_FORCE
            after = {"scope": change.scope.value, "erp_no": outcome, "ends_on": change.ends_on}
            subject = f"customer:{customer.id}"
            work.audit.record(now, actor.staff_no, "special_rate_granted", subject, after=after)
        work.discount_changes.save(change)

    def refused(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        change = _change_of(work, request)
        change.state = ChangeState.DROPPED
        work.discount_changes.save(change)


def _asked(content: Mapping[str, Any]) -> tuple[Decimal | None, Settlement | None]:
    return (
        Decimal(content["rate"]) if "rate" in content else None,
        Settlement.from_json(content["settlement"]) if "settlement" in content else None,
    )


def _change_of(work: Work, request: Request) -> DiscountChange:
    change = work.discount_changes.by_request(request.id or 0)
    if change is None:
        raise LookupError(f"request {request.number} has lost its change")
    return change


def _columns(customer: Customer, terms: ChangeTerms) -> dict[str, Any]:
    return {
        "customer_id": customer.id,
        "scope": terms.scope,
        "scope_key": fold_scope(terms.scope, terms.scope_words),
        "scope_words": terms.scope_words,
        "old_rate": customer.rate,
        "old_settlement": customer.settlement,
        "new_rate": terms.rate,
        "new_settlement": terms.settlement.to_json() if terms.settlement else None,
        "effective_on": terms.effective_on,
        "ends_on": terms.ends_on,
    }
