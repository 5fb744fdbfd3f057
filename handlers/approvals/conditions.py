"""A route's conditions in a person's words: 折扣低于八五折, 降幅超过3个点."""

from __future__ import annotations

from decimal import Decimal

from domain.approvals.conditions import Term, read_condition
from handlers.language import N_, Language
from handlers.wording import show_rate

_FACTS = {
    "rate": N_("the rate"),
    "cut": N_("the points taken off"),
    "credit_days": N_("the days of credit"),
    "grade": N_("the customer's grade"),
    "category": N_("the customer's category"),
    "department": N_("the applicant's department"),
    "scope": N_("the scope"),
    "secrecy": N_("the file's secrecy"),
    "access": N_("the access"),
}
_SIGNS = {
    "<": N_("{fact} is below {value}"),
    "<=": N_("{fact} is at most {value}"),
    ">": N_("{fact} is above {value}"),
    ">=": N_("{fact} is at least {value}"),
    "=": N_("{fact} is {value}"),
    "!=": N_("{fact} is not {value}"),
}


def show_condition(_: Language, condition: str) -> str:
    """Write a condition as settings have it in words. Raises ValueError where it cannot be read."""
    return _(" and ").join(_show_term(_, term) for term in read_condition(condition))


def _show_term(_: Language, term: Term) -> str:
    if term.fact == "rate":
        value = show_rate(_, Decimal(term.value))
    elif term.fact == "credit_days":
        value = _("{n} days", n=term.value)
    elif term.fact == "cut":
        value = _("{n} points", n=term.value)
    else:
        value = _(" or ").join(term.value.split("|"))
    return _(_SIGNS[term.sign], fact=_(_FACTS[term.fact]), value=value)
