"""Conditions of a route's step, as settings write them: `rate < 0.85 and department = D02|D03`.

A condition speaks of a request's facts by name. One that speaks of a fact the request does not have does not
hold: a step must never be skipped because a number was missing, so such a condition is an error of the
settings, which `menxia doctor` and the start of the bot find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

NUMBERS = frozenset({"rate", "cut", "credit_days"})
WORDS = frozenset({"grade", "category", "department", "scope", "secrecy", "access"})
_TERM = re.compile(r"\s*([a-z_]+)\s*(<=|>=|!=|<|>|=)\s*(.+?)\s*")


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison. value: a number, or words of which one must be met, apart by `|`."""

    fact: str
    sign: str
    value: str

    def holds(self, facts: Mapping[str, str]) -> bool:
        said = facts.get(self.fact, "")
        if self.fact in WORDS:
            return (said in self.value.split("|")) is (self.sign == "=")
        if not said:
            return False
        left, right = Decimal(said), Decimal(self.value)
        match self.sign:
            case "<":
                return left < right
            case "<=":
                return left <= right
            case ">":
                return left > right
            case ">=":
                return left >= right
            case "=":
                return left == right
            case _:
                return left != right


def read_condition(text: str) -> tuple[Term, ...]:
    """Read one condition: terms joined by `and`. Raises ValueError saying what is wrong with it."""
    terms = []
    for part in re.split(r"\s+and\s+", text.strip()):
        match = _TERM.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is no condition; write for example rate < 0.85")
        term = Term(*match.groups())
        if term.fact in NUMBERS:
            _require_number(term)
        elif term.fact not in WORDS:
            raise ValueError(
                f"{term.fact!r} is no fact of a request; there are {', '.join(sorted(NUMBERS | WORDS))}"
            )
        elif term.sign not in {"=", "!="}:
            raise ValueError(f"{term.fact} is compared by = or !=, not by {term.sign}")
        terms.append(term)
    return tuple(terms)


def any_holds(when: Iterable[str], facts: Mapping[str, str]) -> bool:
    """Tell whether a step is asked: without conditions always, else where one of them holds."""
    conditions = [read_condition(text) for text in when]
    return not conditions or any(all(term.holds(facts) for term in terms) for terms in conditions)


def facts_named(when: Iterable[str]) -> set[str]:
    """Name the facts that conditions speak of."""
    return {term.fact for text in when for term in read_condition(text)}


def _require_number(term: Term) -> None:
    try:
        Decimal(term.value)
    except InvalidOperation as error:
        raise ValueError(f"{term.fact} is compared with a number, not with {term.value!r}") from error
