"""What a text was understood to say: values with place and reason, gaps, doubts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from handlers.intake_text.board import Board, Find, Question

Span = tuple[int, int]


@dataclass(frozen=True)
class Policy:
    """The limits a request must keep. longest_credit: days."""

    lowest_rate: Decimal = Decimal("0.80")
    longest_credit: int = 90


LIKELY = frozenset({"beside_phone", "left_over", "short_name"})
"""Rules whose value is the only likely one, so that it is shown to be checked."""


HOLDS_NOW = "is already the current rate"
"""Why a rate is asked back that changes nothing."""


@dataclass(frozen=True)
class Value:
    """A field as understood. value: as JSON has it. span: in the message; None where it was derived.

    why: the rule that gave it: labelled, shape, words, check_character, beside_name, derived and the like.
    """

    value: Any
    words: str
    span: Span | None
    why: str

    @property
    def unsure(self) -> bool:
        return self.why in LIKELY


@dataclass(frozen=True)
class Clarification:
    """A field to ask back. candidates: values to offer as buttons; span: where the doubt stands."""

    field: str
    candidates: tuple[str, ...]
    why: str
    span: Span | None = None


@dataclass(frozen=True)
class Reading:
    """One request, or several in `requests`. outcome: complete, ask_missing, clarify, refuse, split….

    rest: the words of what is too many for one message, to be sent again. said: of a request beside others
    of different kinds, its own words.
    """

    intent: str
    outcome: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    clarify: tuple[Clarification, ...] = ()
    refuse_reason: str | None = None
    requests: tuple[Reading, ...] = ()
    rest: str = ""
    said: str = ""

    def values(self) -> dict[str, Any]:
        return {name: value.value for name, value in self.fields.items()}

    def to_json(self) -> dict[str, Any]:
        """Write it in the format of the sample cases."""
        fields: dict[str, Any] = self.values()
        if self.outcome == "split":
            mixed = len({request.intent for request in self.requests}) > 1
            fields = {
                "requests": [
                    ({"intent": request.intent} if mixed else {}) | request.values()
                    for request in self.requests
                ]
            }
        return {
            "intent": "other" if self.intent == "todo" else self.intent,  # the format knows no 待办
            "outcome": self.outcome,
            "fields": fields,
            "missing": list(self.missing),
            "clarify": [
                {"field": each.field, "candidates": list(each.candidates), "why": each.why}
                for each in self.clarify
            ],
            "refuse_reason": self.refuse_reason,
        } | ({"rest": self.rest} if self.rest else {})


_RATES = {"discount_rate", "requested_discount"}
UNLIKELY = 0.5  # a share of the list price that nobody means; a growth or a quantity reads so
_QUOTES = '「」『』“”"‘’《》'


def _unquoted(value: Any) -> Any:
    """Take off the quotation marks of a forwarded message that a value was cut out with one of."""
    if not isinstance(value, str):
        return value
    bare = value.strip(_QUOTES)
    return bare if bare and not any(mark in bare for mark in _QUOTES) else value


class Gathering:
    """Fills a reading from a board, field by field."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.fields: dict[str, Value] = {}

    def put(self, find: Find | None, name: str = "") -> None:
        if find is None:
            return
        name = name or find.field
        if (
            name in _RATES
            and float(find.value) <= UNLIKELY
            and "折" not in self.board.shown(find.start, find.end)
        ):
            self.board.ask(
                name, [find.value], "a rate this low is most likely something else", find.start, find.end
            )
            return
        words = self.board.shown(find.start, find.end)
        span = self.board.text.span(find.start, find.end)
        self.fields[name] = Value(_unquoted(find.value), words, span, find.why)

    def derive(self, name: str, value: Any, why: str = "derived") -> None:
        self.fields[name] = Value(value, "", None, why)

    def settle(self, *names: str) -> None:
        for name in names:
            self.put(self.board.settle(name))

    def value(self, name: str) -> Any:
        found = self.fields.get(name)
        return None if found is None else found.value

    def doubtful(self, name: str) -> bool:
        return name in self.board.questions

    def reading(self, intent: str, missing: Iterable[str], refuse_reason: str | None) -> Reading:
        clarify = tuple(self._clarification(each) for each in self.board.questions.values())
        lacking = tuple(missing)
        outcome = "clarify" if clarify else "ask_missing" if lacking else "complete"
        if refuse_reason is not None:
            outcome = "refuse"
        return Reading(intent, outcome, self.fields, lacking, clarify, refuse_reason)

    def rerouted(self, intent: str) -> Reading:
        """Give what was read of a request of another process, which asks for the rest itself."""
        reading = self.reading(intent, (), None)
        return Reading(intent, "reroute", reading.fields, (), reading.clarify)

    def _clarification(self, asked: Question) -> Clarification:
        span = self.board.text.span(asked.start, asked.end) if asked.end > asked.start else None
        return Clarification(asked.field, asked.candidates, asked.why, span)
