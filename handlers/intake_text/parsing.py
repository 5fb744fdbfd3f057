"""Reading one message of free text: its intent, its requests, their fields.

    reading = parse_text("澜岸微控从95折调到92折,量大了", today=date(2026, 11, 23), directory=directory)
    reading.fields["requested_discount"].value  # "0.92"

Nothing is guessed: what has two readings stands in `clarify` with its candidates and is no value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from domain.calendar import WorkCalendar
from handlers.intake_text.changes import read_change
from handlers.intake_text.directories import Directory
from handlers.intake_text.file_loans import read_file_loan, split_loans
from handlers.intake_text.intents import recognise_intent
from handlers.intake_text.layouts import flattened
from handlers.intake_text.mixing import Part, parts_of
from handlers.intake_text.new_customers import read_new_customer
from handlers.intake_text.normalising import Text, normalise
from handlers.intake_text.other_requests import read_data_change, read_query
from handlers.intake_text.readings import Policy, Reading
from handlers.intake_text.sharing import shared_out
from handlers.intake_text.splitting import split_changes, split_new_customers, still_wanted

DEFAULT_POLICY = Policy()
MOST_REQUESTS = 10
"""Requests that are read in one message; the words of the others are given back."""


def parse_text(
    message: str,
    *,
    today: date,
    intent: str = "auto",
    policy: Policy = DEFAULT_POLICY,
    directory: Directory | None = None,
    calendar: WorkCalendar | None = None,
) -> Reading:
    """Read a message. intent: one of INTENTS, where it is known; auto: as recognised.

    directory: the customers it may speak of; without one a reference stays as typed. calendar: the company's.
    Never raises, whatever the message.
    """
    text = normalise(message)
    if not any(character.isalnum() for character in text.said):
        return Reading("other", "none")
    reader = _Reader(today, policy, directory, calendar)
    if intent == "auto":
        parts = parts_of(text, replace(reader, directory=None).read)  # names as typed tell the parts
        if parts:
            return _mixed(message, parts, reader)
        intent = recognise_intent(text)
    return reader.read(intent, text)


@dataclass(frozen=True)
class _Reader:
    """Reads stretches as a kind of request, all by the same day, policy, directory and calendar."""

    today: date
    policy: Policy
    directory: Directory | None
    calendar: WorkCalendar | None

    def read(self, kind: str, text: Text) -> Reading:
        """Read a stretch as one kind of request, or as several of it."""
        match kind:
            case "new_customer":
                chunks = _requests(text, split_new_customers)
            case "discount_change":
                chunks = _requests(text, split_changes)
            case "file_loan":
                chunks = split_loans(text)
            case "customer_data_change" | "discount_query":
                chunks = [flattened(text)[0]] if kind == "customer_data_change" else [text]
            case _:
                return Reading(kind, "reroute")
        few = chunks[:MOST_REQUESTS]
        return _joined(kind, [self._read_one(kind, chunk) for chunk in few], chunks)

    def _read_one(self, kind: str, text: Text) -> Reading:
        match kind:
            case "new_customer":
                return read_new_customer(text, self.policy, self.directory)
            case "discount_change":
                return read_change(text, self.policy, self.directory, self.today, self.calendar)
            case "file_loan":
                return read_file_loan(text, self.today, self.calendar)
            case "customer_data_change":
                return read_data_change(text, self.directory)
        return read_query(text, self.directory)


def _mixed(message: str, parts: list[Part], reader: _Reader) -> Reading:
    """Read each part as what it asks for; each request keeps the words of its own part."""
    readings: list[Reading] = []
    rests: list[str] = []
    for part in parts:
        first, last = part.text.span(0, len(part.text.said))
        said = message[first:last].strip()
        reading = reader.read(part.intent, part.text)
        requests = reading.requests or (reading,)
        room = MOST_REQUESTS - len(readings)
        readings += [replace(request, said=said) for request in requests[:room]]
        rests += [said] if len(requests) > room else [reading.rest]
    clarify = tuple(question for reading in readings for question in reading.clarify)
    rest = "\n".join(filter(None, rests))
    return Reading(readings[0].intent, "split", clarify=clarify, requests=tuple(readings), rest=rest)


def _requests(text: Text, split: Callable[[Text], list[Text]]) -> list[Text]:
    return still_wanted([chunk for row in flattened(text) for chunk in shared_out(split(row))])


def _joined(intent: str, readings: list[Reading], chunks: list[Text]) -> Reading:
    if len(readings) == 1:
        return readings[0]
    clarify = tuple(question for reading in readings for question in reading.clarify)
    rest = "\n".join(chunk.shown.strip() for chunk in chunks[len(readings) :])
    return Reading(intent, "split", clarify=clarify, requests=tuple(readings), rest=rest)
