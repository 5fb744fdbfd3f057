"""Customers: the register's entity, its duplicates, and how a filing becomes an entry that may order."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from sqlmodel import JSON, Field, SQLModel

from domain.addresses import split_address
from domain.approvals.acts import Filing, resubmit_request, submit_request
from domain.approvals.requests import Request, RequestKind
from domain.approvals.weights import Weight
from domain.attachments import keep_attachments
from domain.duplicates import KnownCustomer, Match, judge
from domain.errors import Refused
from domain.people import Employee, Role
from domain.phones import Phone
from domain.settlements import Settlement

if TYPE_CHECKING:
    from domain.work import Rules, Work

_ERP_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/-]{1,31}")


class CustomerState(StrEnum):
    """pending -> active -> maintained; pending -> declined; active, maintained <-> frozen."""

    PENDING = "pending"
    ACTIVE = "active"  # approved and recorded: may order, has not yet
    MAINTAINED = "maintained"  # has traded
    FROZEN = "frozen"
    DECLINED = "declined"  # its filing was rejected or withdrawn

    @property
    def may_order(self) -> bool:
        return self in {CustomerState.ACTIVE, CustomerState.MAINTAINED}


class CustomerField(StrEnum):
    """What of a registered customer changes, and is kept in its history."""

    RATE = "rate"
    SETTLEMENT = "settlement"
    ADDRESS = "address"
    CONTACT = "contact"
    PHONE = "phone"
    PAYMENT = "payment_channel"


class CustomerChange(SQLModel):
    """One change of a registered customer, see domain.customer_history.value_of for before and after."""

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int
    field: CustomerField
    before: Any = Field(sa_type=JSON)
    after: Any = Field(sa_type=JSON)
    at: datetime
    by_no: str = Field(default="", max_length=32)
    request_number: str = Field(default="", max_length=32)


class Customer(SQLModel):
    """A customer.

    address: without province, city and district where those are known apart.

    erp_no: the number the ERP knows it by, empty until 内勤 recorded it. rate: share of list price paid,
    0 < rate ≤ 1. settlement: see Settlement.to_json. payment_channel: how it pays. mobile, landline: E.164;
    extension: of the landline. attachments: ids. owner_no: staff number of the rep.
    """

    id: int | None = Field(default=None, primary_key=True)
    erp_no: str | None = Field(default=None, unique=True, max_length=32)
    name: str = Field(max_length=120)
    credit_code: str = Field(default="", max_length=18)
    province: str = Field(default="", max_length=40)
    city: str = Field(default="", max_length=40)
    district: str = Field(default="", max_length=40)
    address: str = Field(max_length=250)
    contact: str = Field(max_length=60)
    mobile: str = Field(default="", max_length=24)
    landline: str = Field(default="", max_length=24)
    extension: str = Field(default="", max_length=8)
    rate: Decimal
    settlement: dict[str, Any] = Field(sa_type=JSON)
    payment_channel: str = Field(default="", max_length=40)
    grade: str = Field(default="", max_length=20)
    category: str = Field(default="", max_length=40)
    source: str = Field(default="", max_length=40)
    owner_no: str = Field(max_length=32)
    state: CustomerState = CustomerState.PENDING
    attachments: list[str] = Field(default_factory=list, sa_type=JSON)
    filed_on: date | None = None
    followed_up_on: date | None = None

    @property
    def phones(self) -> tuple[str, ...]:
        return tuple(phone for phone in (self.mobile, self.landline) if phone)


class Customers(Protocol):
    """The customer register."""

    def add(self, customer: Customer) -> Customer: ...

    def by_id(self, customer_id: int) -> Customer | None:
        """Read a customer for changing it."""
        ...

    def peek(self, customer_id: int) -> Customer | None:
        """Read a customer that is not to be changed."""
        ...

    def last_touched(self, since: date, until: date) -> list[int]:
        """Give the ids of living customers that were spoken to, or else filed, last within these days."""
        ...

    def by_erp_no(self, erp_no: str) -> Customer | None: ...

    def save(self, customer: Customer) -> None: ...

    def lookalikes(
        self, name: str, credit_code: str, phones: tuple[str, ...], *, limit: int = 50
    ) -> list[KnownCustomer]:
        """Give the customers that share a code, a phone or a good part of the name."""
        ...

    def find(
        self, text: str, owners: Collection[str] | None, *, limit: int, offset: int = 0
    ) -> list[Customer]:
        """Find by name, part, pinyin, initials, ERP number, credit code or phone, the best first.

        text: empty for all, the newest first. owners: only theirs; None for everybody's.
        """
        ...

    def count(self, text: str, owners: Collection[str] | None) -> int: ...

    def add_change(self, change: CustomerChange) -> None: ...

    def changes(
        self,
        customer_id: int,
        *,
        fields: Collection[CustomerField] = (),
        limit: int,
        offset: int = 0,
    ) -> list[CustomerChange]:
        """Give a customer's history, the newest first. fields: only these, all if empty."""
        ...

    def lock_filing(self) -> None:
        """Let one filing at a time compare itself with the register and join it."""
        ...


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What a filing says about a customer, already read and valid in itself."""

    name: str
    credit_code: str
    address: str
    contact: str
    phone: Phone
    rate: Decimal
    settlement: Settlement
    category: str = ""
    grade: str = ""
    source: str = ""
    attachments: tuple[str, ...] = ()


def may_file(employee: Employee) -> bool:
    return employee.holds(Role.SALES_REP)


def find_duplicates(
    work: Work, name: str, credit_code: str, phones: tuple[str, ...], *, apart_from: int | None = None
) -> list[Match]:
    """Compare with the register; exact matches first. apart_from: id of the customer itself."""
    found = [
        match
        for known in work.customers.lookalikes(name, credit_code, phones)
        if known.id != str(apart_from) and (match := judge(name, credit_code, phones, known)) is not None
    ]
    return sorted(found, key=lambda match: match.kind != "exact")


def check_rate(work: Work, rate: Decimal) -> None:
    """Raise Refused("rate_below_floor") under the company's floor."""
    if rate < work.rules.min_rate:
        raise Refused("rate_below_floor", rate=rate, floor=work.rules.min_rate)


def check_settlement(work: Work, settlement: Settlement) -> None:
    """Raise Refused("credit_too_long") above the company's longest term."""
    days = settlement.credit_days
    if days > work.rules.max_credit_days:
        raise Refused("credit_too_long", days=days, limit=work.rules.max_credit_days)


def is_ordinary(rules: Rules, rate: Decimal, settlement: Settlement) -> bool:
    """Tell whether a rate and terms are what the company grants every day."""
    return rate >= rules.ordinary.rate and settlement.credit_days <= rules.ordinary.credit_days


def check_offer(work: Work, asked: Mapping[str, Any], offer: Mapping[str, Any]) -> None:
    """Make sure that a counter-offer is within policy, differs, and gives no more than was asked.

    asked, offer: answers by field name, `rate` and `settlement` among them. Raises Refused: offer_same,
    offer_exceeds_request, rate_below_floor, credit_too_long.
    """
    if not offer or all(asked.get(name) == value for name, value in offer.items()):
        raise Refused("offer_same")
    if "rate" in offer:
        rate = Decimal(offer["rate"])
        if rate > 1:  # a forged button
            raise Refused("rate_out_of_range", rate=rate)
        check_rate(work, rate)
        if "rate" in asked and rate < Decimal(asked["rate"]):
            raise Refused("offer_exceeds_request")
    if "settlement" in offer:
        terms = Settlement.from_json(offer["settlement"])
        check_settlement(work, terms)
        if (
            "settlement" in asked
            and terms.credit_days > Settlement.from_json(asked["settlement"]).credit_days
        ):
            raise Refused("offer_exceeds_request")


def file_customer(
    work: Work, rep: Employee, draft_id: str, facts: CustomerFacts, content: dict[str, Any], now: datetime
) -> Request:
    """File a new customer and send it for approval; a draft filed before gives its request again.

    content: the form's answers as they are frozen into the request.
    """
    rep.require(Role.SALES_REP)
    work.customers.lock_filing()
    if (known := work.requests.by_draft(draft_id)) is not None:
        return known
    check_rate(work, facts.rate)
    check_settlement(work, facts.settlement)
    _check_duplicates(work, facts, None)
    keep_attachments(work, facts.attachments)
    today = now.astimezone(ZoneInfo(work.rules.timezone)).date()
    customer = work.customers.add(Customer(**_columns(facts), owner_no=rep.staff_no, filed_on=today))
    filing = Filing(RequestKind.NEW_CUSTOMER, draft_id, facts.name, content, customer.id)
    return submit_request(work, rep, filing, now)


def refile_customer(
    work: Work,
    rep: Employee,
    request_id: int,
    version: int,
    facts: CustomerFacts,
    content: dict[str, Any],
    now: datetime,
) -> Request:
    """Send a returned filing round again with what was mended."""
    work.customers.lock_filing()  # before anything that others who hold this lock may wait for
    request = resubmit_request(work, rep, request_id, version, content, now)
    customer = _subject(work, request)
    # What was accepted before stands, even where the policy has changed since.
    if facts.rate != customer.rate:
        check_rate(work, facts.rate)
    if facts.settlement.to_json() != customer.settlement:
        check_settlement(work, facts.settlement)
    _check_duplicates(work, facts, customer.id)
    keep_attachments(work, facts.attachments)
    request.title = facts.name
    work.requests.save(request)
    for column, value in _columns(facts).items():
        setattr(customer, column, value)
    work.customers.save(customer)
    return request


class CustomerFiling:
    """What a filing means for the customer."""

    def weigh(self, work: Work, applicant: Employee, content: Mapping[str, Any]) -> Weight:
        """A new customer has no present rate; what is taken off is counted from the list price."""
        rate, settlement = Decimal(content["rate"]), Settlement.from_json(content["settlement"])
        return Weight(
            {
                "rate": str(rate),
                "cut": str((1 - rate) * 100),
                "credit_days": str(settlement.credit_days),
                "grade": str(content.get("grade", "")),
                "category": str(content.get("category", "")),
                "department": applicant.department_no,
            },
            is_ordinary(work.rules, rate, settlement),
        )

    def moved(self, work: Work, request: Request) -> list[str]:
        return []

    def check_offer(self, work: Work, request: Request, offer: Mapping[str, Any]) -> None:
        check_offer(work, request.content, offer)

    def amended(self, work: Work, request: Request, now: datetime) -> None:
        customer = _subject(work, request)
        customer.rate = Decimal(request.content["rate"])
        customer.settlement = request.content["settlement"]
        work.customers.save(customer)

    def approved(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        """Nothing yet: orders may follow only once the ERP knows the customer."""

    def done(self, work: Work, request: Request, actor: Employee, outcome: str, now: datetime) -> None:
        work.customers.lock_filing()  # two may record the same ERP number at once
        self._move(work, request, actor, CustomerState.ACTIVE, parse_erp_no(outcome), now)

    def refused(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        self._move(work, request, actor, CustomerState.DECLINED, None, now)

    def _move(
        self,
        work: Work,
        request: Request,
        actor: Employee,
        state: CustomerState,
        erp_no: str | None,
        now: datetime,
    ) -> None:
        customer = _subject(work, request)
        if erp_no is not None and (other := work.customers.by_erp_no(erp_no)) is not None:
            raise Refused("erp_no_taken", erp_no=erp_no, name=other.name)
        before: Mapping[str, Any] = {"state": customer.state.value, "erp_no": customer.erp_no}
        customer.state, customer.erp_no = state, erp_no
        work.customers.save(customer)
        work.audit.record(
            now,
            actor.staff_no,
            "customer_state",
            f"customer:{customer.id}",
            before=before,
            after={"state": state.value, "erp_no": erp_no, "request": request.number},
        )


def parse_erp_no(text: str) -> str:
    """Read an ERP customer number. Raises Refused("erp_no_unreadable")."""
    number = text.strip().upper()
    if not _ERP_NUMBER.fullmatch(number):
        raise Refused("erp_no_unreadable")
    return number


def _subject(work: Work, request: Request) -> Customer:
    customer = work.customers.by_id(request.subject_id or 0)
    if customer is None:
        raise LookupError(f"request {request.number} has lost its customer")
    return customer


def _check_duplicates(work: Work, facts: CustomerFacts, apart_from: int | None) -> None:
    phones = (facts.phone.e164,)
    for match in find_duplicates(work, facts.name, facts.credit_code, phones, apart_from=apart_from):
        if match.kind == "exact":
            raise Refused("duplicate_customer", **known_params(match.known))


def known_params(known: KnownCustomer) -> dict[str, Any]:
    return {"name": known.name, "owner": known.owner_name, "state": known.state}


def _columns(facts: CustomerFacts) -> dict[str, Any]:
    mobile = facts.phone.kind == "mobile"
    place = split_address(facts.address)
    return {
        "name": facts.name,
        "credit_code": facts.credit_code,
        "province": place.province,
        "city": place.city,
        "district": place.district,
        "address": place.detail,
        "contact": facts.contact,
        "mobile": facts.phone.e164 if mobile else "",
        "landline": "" if mobile else facts.phone.e164,
        "extension": "" if mobile else facts.phone.extension or "",
        "rate": facts.rate,
        "settlement": facts.settlement.to_json(),
        "category": facts.category,
        "grade": facts.grade,
        "source": facts.source,
        "attachments": list(facts.attachments),
    }
