"""Who sees which customer, and the one way in which a registered customer changes: audited, 原 -> 新."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.addresses import split_address
from domain.customers import Customer, CustomerChange, CustomerField
from domain.errors import Refused
from domain.events import CustomerUpdated
from domain.people import Employee, Role
from domain.phones import Phone

if TYPE_CHECKING:
    from domain.work import Work

SEE_ALL = (Role.SALES_ADMIN, Role.MARKET_MANAGER, Role.GENERAL_MANAGER, Role.LEAD_ACCOUNTANT)
UPDATED_BY = (Role.SALES_ADMIN,)
UPDATABLE = (CustomerField.ADDRESS, CustomerField.CONTACT, CustomerField.PHONE, CustomerField.PAYMENT)


def may_see_customers(actor: Employee) -> bool:
    return actor.holds(*SEE_ALL, Role.SALES_REP)


def visible_owners(work: Work, actor: Employee) -> frozenset[str] | None:
    """Give whose customers a person sees: None for all; a department's head sees the whole department's."""
    if actor.holds(*SEE_ALL):
        return None
    own = {actor.staff_no}
    if actor.holds(Role.DEPARTMENT_HEAD):
        own.update(person.staff_no for person in work.people.members(actor.department_no))
    return frozenset(own)


def require_visible(work: Work, actor: Employee, customer_id: int) -> Customer:
    """Lock a customer. Raises Refused("customer_unknown"), the same for absent and forbidden."""
    customer = work.customers.by_id(customer_id)
    owners = visible_owners(work, actor)
    if customer is None or not (owners is None or customer.owner_no in owners):
        raise Refused("customer_unknown")
    return customer


def value_of(customer: Customer, field: CustomerField) -> Any:
    """Give a field's present value as the history keeps it."""
    match field:
        case CustomerField.RATE:
            return str(customer.rate)
        case CustomerField.ADDRESS:
            return customer.province + customer.city + customer.district + customer.address
        case CustomerField.PHONE:
            return customer.mobile or (
                f"{customer.landline}-{customer.extension}" if customer.extension else customer.landline
            )
        case _:
            return getattr(customer, field.value)


def change_customer(
    work: Work,
    customer: Customer,
    field: CustomerField,
    value: Any,
    actor: Employee,
    now: datetime,
    request_number: str = "",
) -> None:
    """Change one field of a registered customer, with its history and its audit entry.

    value: Decimal of a rate, Settlement.to_json of terms, Phone of a phone, else text.
    """
    before = value_of(customer, field)
    _set(customer, field, value)
    after = value_of(customer, field)
    if after == before:
        return
    work.customers.save(customer)
    work.customers.add_change(
        CustomerChange(
            customer_id=customer.id or 0,
            field=field,
            before=before,
            after=after,
            at=now,
            by_no=actor.staff_no,
            request_number=request_number,
        )
    )
    work.audit.record(
        now,
        actor.staff_no,
        "customer_changed",
        f"customer:{customer.id}",
        before={field.value: before},
        after={field.value: after, "request": request_number},
    )


def update_customer(
    work: Work, admin: Employee, customer_id: int, field: CustomerField, value: Any, now: datetime
) -> Customer:
    """Change address, contact, phone or payment channel, which 内勤 do alone.

    Raises Refused: role_required, customer_unknown, customer_same.
    """
    admin.require(*UPDATED_BY)
    customer = require_visible(work, admin, customer_id)
    if field not in UPDATABLE:
        raise Refused("role_required")
    before = value_of(customer, field)
    change_customer(work, customer, field, value, admin, now)
    after = value_of(customer, field)
    if after == before:
        raise Refused("customer_same")
    work.events.append(CustomerUpdated(customer, field, str(before), str(after), admin.staff_no))
    return customer


def _set(customer: Customer, field: CustomerField, value: Any) -> None:
    match field:
        case CustomerField.ADDRESS:
            place = split_address(value)
            customer.province, customer.city = place.province, place.city
            customer.district, customer.address = place.district, place.detail
        case CustomerField.PHONE:
            phone: Phone = value
            mobile = phone.kind == "mobile"
            customer.mobile = phone.e164 if mobile else ""
            customer.landline = "" if mobile else phone.e164
            customer.extension = "" if mobile else phone.extension or ""
        case _:
            setattr(customer, field.value, value)
