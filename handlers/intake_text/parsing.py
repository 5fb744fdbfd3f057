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
            return _mixed(parts, reader)
        intent = recognise_intent(text)
    return reader.read(intent, text)


@dataclass(frozen=True)
class _Reader:
    """Reads stretches as a kind of request, all by the same day, policy, directory and calendar."""

    today: date
    policy: Policy
    directory: Directory | None
    calendar: WorkCalendar | None

    def read(self, kind: str, text: Text, most: int = MOST_REQUESTS) -> Reading:
        """Read a stretch as one kind of request, or as several of it, of which so many at most."""
        rest: list[str] = []
        match kind:
            case "new_customer":
                chunks = _requests(text, split_new_customers)
            case "discount_change":
                chunks = _requests(text, split_changes)
            case "file_loan":
                chunks, more = split_loans(text, most)
                rest = [f"借{'、'.join(more)}的档案"] if more else []
            case "customer_data_change" | "discount_query":
                chunks = [flattened(text)[0]] if kind == "customer_data_change" else [text]
            case _:
                return Reading(kind, "reroute")
        readings = [self._read_one(kind, chunk) for chunk in chunks[:most]]
        if len(chunks) == 1 and not rest:
            return readings[0]
        readings = [
            replace(reading, said=chunk.shown.strip())
            for reading, chunk in zip(readings, chunks, strict=False)
        ]
        return _split(readings, rest or [chunk.shown.strip() for chunk in chunks[most:]])

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


def _mixed(parts: list[Part], reader: _Reader) -> Reading:
    """Read each part as what it asks for; each request keeps the words of its own part."""
    readings: list[Reading] = []
    rest: list[str] = []
    for part in parts:
        room = MOST_REQUESTS - len(readings)
        said = part.text.shown.strip()
        if not room:
            rest.append(said)
            continue
        reading = reader.read(part.intent, part.text, room)
        readings += reading.requests or [replace(reading, said=said)]
        rest.append(reading.rest)
    return _split(readings, rest)


def _requests(text: Text, split: Callable[[Text], list[Text]]) -> list[Text]:
    return still_wanted([chunk for row in flattened(text) for chunk in shared_out(split(row))])


def _split(readings: list[Reading], rest: list[str]) -> Reading:
    said = "\n".join(filter(None, rest))
    if len(readings) == 1 and not said:
        return readings[0]
    clarify = tuple(question for reading in readings for question in reading.clarify)
    return Reading(readings[0].intent, "split", clarify=clarify, requests=tuple(readings), rest=said)
