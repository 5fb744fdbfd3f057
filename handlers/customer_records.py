"""A customer as the answer to a question: found in the register by whatever part of it is typed."""

from __future__ import annotations

from collections.abc import Sequence

from domain.customer_history import require_visible, visible_owners
from domain.customers import Customer
from domain.errors import Refused
from handlers.context import Context
from handlers.forms.choices import Option
from handlers.forms.fields import Answers

FOUND = 24


def search_customers(ctx: Context, text: str) -> Sequence[Option]:
    """Offer what a text may mean among the customers this person sees; the newest for no text."""
    found = ctx.work.customers.find(text, visible_owners(ctx.work, ctx.actor), limit=FOUND)
    return [Option(str(customer.id), customer.name) for customer in found]


def customer_of(ctx: Context, customer_id: str) -> Customer | None:
    """Give a customer that this person sees."""
    try:
        return require_visible(ctx.work, ctx.actor, int(customer_id))
    except (Refused, ValueError):
        return None


def name_of_customer(ctx: Context, customer_id: str) -> str | None:
    customer = customer_of(ctx, customer_id)
    return customer.name if customer else None


def chosen_customer(ctx: Context, answers: Answers) -> Customer | None:
    """Give the customer that a form is about, once it is known."""
    chosen = answers.get("customer")
    return customer_of(ctx, chosen[0]) if chosen else None
