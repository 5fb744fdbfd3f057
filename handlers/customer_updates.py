"""客户资料: 内勤 alone change a customer's address, contact, phone and payment channel, unapproved."""

from __future__ import annotations

from typing import Any

from domain.customer_history import UPDATED_BY, require_visible, update_customer, value_of
from domain.customers import CustomerField
from domain.errors import Refused
from domain.events import CustomerUpdated
from domain.people import Employee
from domain.phones import display, masked, parse_phone
from handlers.context import Context, Telling
from handlers.conversation import Draft
from handlers.customer_records import chosen_customer, name_of_customer, search_customers
from handlers.forms.choices import Choice, OpenChoice, Option, Record
from handlers.forms.fields import Answers, Form, Text
from handlers.forms.values import Address, PhoneNumber
from handlers.language import N_, Language
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled

LABELS = {
    CustomerField.ADDRESS: N_("Customer address"),
    CustomerField.CONTACT: N_("Contact person"),
    CustomerField.PHONE: N_("Contact phone"),
    CustomerField.PAYMENT: N_("Payment channel"),
}
CHANNELS = (
    N_("Bank transfer"),
    N_("WeChat Pay"),
    N_("Alipay"),
    N_("Cash"),
    N_("Bank acceptance bill"),
    N_("Cheque"),
)


def may_update(employee: Employee) -> bool:
    return employee.works_here and employee.holds(*UPDATED_BY)


def _is(field: CustomerField) -> Any:
    return lambda answers: answers.get("what") == field.value


def _present(field: CustomerField) -> Any:
    def lines(ctx: Context, answers: Answers) -> list[str]:
        customer = chosen_customer(ctx, answers)
        if customer is None:
            return []
        return [
            ctx.language("Now: {value}", value=show_stored(ctx.language, field, value_of(customer, field)))
        ]

    return lines


def show_stored(_: Language, field: CustomerField, stored: str) -> str:
    if not stored:
        return _("not given")
    if field is CustomerField.PHONE:
        return display(parse_phone(stored))
    return _(dict(enumerate_channels()).get(stored, stored)) if field is CustomerField.PAYMENT else stored


def enumerate_channels() -> list[tuple[str, str]]:
    """Give the payment channels that are offered: how each is stored, and its label."""
    return [(f"c{at}", label) for at, label in enumerate(CHANNELS)]


def _chosen_value(answers: Answers) -> tuple[CustomerField, Any]:
    field = CustomerField(answers["what"])
    return field, answers[field.value]


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    field, value = _chosen_value(answers)
    update_customer(ctx.work, ctx.actor, int(answers["customer"][0]), field, value, ctx.now)


def _preview(ctx: Context, draft: Draft, answers: Answers) -> list[str]:
    _ = ctx.language
    customer = chosen_customer(ctx, answers)
    field, _value = _chosen_value(answers)
    form_field = CUSTOMER_UPDATE.field(field.value)
    if customer is None or form_field is None:
        return []
    before = show_stored(_, field, value_of(customer, field))
    return ["", labelled(_, _(LABELS[field]), f"{before} → {form_field.show(_, answers[field.value])}")]


CUSTOMER_UPDATE = Form(
    name="customer_update",
    version=1,
    title=N_("Customer data"),
    allowed=may_update,
    preview=_preview,
    submit=_submit,
    fields=(
        Record(
            name="customer",
            label=N_("Customer"),
            question=N_("Which customer? Send its name, a part of it, pinyin, initials or its number."),
            example=N_("恒锐, hrwj or KH0081"),
            search=search_customers,
            title=name_of_customer,
        ),
        Choice(
            name="what",
            label=N_("What changes"),
            question=N_("What shall change?"),
            options=tuple(Option(field.value, label) for field, label in LABELS.items()),
        ),
        Address(
            name="address",
            label=N_("Customer address"),
            question=N_("Please send province, city, district and street."),
            example=N_("广东省佛山市顺德区凤翔路28号"),
            aliases=("地址",),
            when=_is(CustomerField.ADDRESS),
            hint=_present(CustomerField.ADDRESS),
        ),
        Text(
            name="contact",
            label=N_("Contact person"),
            question=N_("Whom do we talk to there?"),
            example=N_("陈志强 采购经理"),
            longest=40,
            when=_is(CustomerField.CONTACT),
            hint=_present(CustomerField.CONTACT),
        ),
        PhoneNumber(
            name="phone",
            label=N_("Contact phone"),
            question=N_("Please send a mobile number, or a landline with its area code."),
            example=N_("13800138000 or 0757-22345678 ext. 801"),
            when=_is(CustomerField.PHONE),
            hint=_present(CustomerField.PHONE),
        ),
        OpenChoice(
            name="payment_channel",
            label=N_("Payment channel"),
            question=N_("How does the customer pay?"),
            longest=40,
            options=tuple(Option(stored, label) for stored, label in enumerate_channels()),
            when=_is(CustomerField.PAYMENT),
            hint=_present(CustomerField.PAYMENT),
        ),
    ),
)


def start_for(ctx: Context, begin: Any, customer_id: str) -> None:
    """Begin for a customer that is on the screen. begin: Forms.begin."""
    if not may_update(ctx.actor):
        raise Refused("role_required")
    customer = require_visible(ctx.work, ctx.actor, int(customer_id))
    former = ctx.conversation.draft_of(CUSTOMER_UPDATE.name)
    if former is not None:
        ctx.conversation.drop(former)
    answers = {"customer": [str(customer.id), customer.name]}
    begin(ctx, Draft(CUSTOMER_UPDATE.name, CUSTOMER_UPDATE.version, answers=answers))


def on_updated(telling: Telling, event: CustomerUpdated) -> None:
    """Whoever did it reads the outcome, and the customer's rep hears of it, numbers masked."""

    def make(_: Language) -> View:
        before, after = (_outside(_, event.field, value) for value in (event.before, event.after))
        screen = ViewBuilder().say(bold(_("【Customer data】{name}", name=event.customer.name)))
        screen.say(labelled(_, _(LABELS[event.field]), f"{before} → {after}"))
        screen.say(_("Changed by {name}", name=telling.name_of(event.by)))
        return screen.buttons(Button(_("Open"), f"cv:{event.customer.id}")).view()

    for staff_no in dict.fromkeys((event.by, event.customer.owner_no)):
        telling.tell(staff_no, make)


def _outside(_: Language, field: CustomerField, stored: str) -> str:
    if field is CustomerField.PHONE and stored:
        return masked(parse_phone(stored))
    return show_stored(_, field, stored)
