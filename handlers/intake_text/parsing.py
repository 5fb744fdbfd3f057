"""Reading one message of free text: its intent, its requests, their fields.

    reading = parse_text("澜岸微控从95折调到92折,量大了", today=date(2026, 11, 23), directory=directory)
    reading.fields["requested_discount"].value  # "0.92"

Nothing is guessed: what has two readings stands in `clarify` with its candidates and is no value.
"""

from __future__ import annotations

from datetime import date

from domain.calendar import WorkCalendar
from handlers.intake_text.changes import read_change
from handlers.intake_text.directories import Directory
from handlers.intake_text.file_loans import read_file_loan
from handlers.intake_text.intents import recognise_intent
from handlers.intake_text.layouts import flattened
from handlers.intake_text.new_customers import read_new_customer
from handlers.intake_text.normalising import Text, joined, normalise
from handlers.intake_text.other_requests import read_data_change, read_query
from handlers.intake_text.readings import Policy, Reading
from handlers.intake_text.splitting import split_changes, split_new_customers

DEFAULT_POLICY = Policy()
MOST_REQUESTS = 8
"""Requests that are told apart in one message; longer lists come as files."""


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
    kind = recognise_intent(text) if intent == "auto" else intent
    match kind:
        case "new_customer":
            chunks = [chunk for row in flattened(text) for chunk in split_new_customers(row)]
            return _joined(kind, [read_new_customer(chunk, policy, directory) for chunk in _few(chunks)])
        case "discount_change":
            chunks = [chunk for row in flattened(text) for chunk in split_changes(row)]
            readings = [read_change(chunk, policy, directory, today, calendar) for chunk in _few(chunks)]
            return _joined(kind, readings)
        case "customer_data_change":
            return read_data_change(_single(text), directory)
        case "file_loan":
            return read_file_loan(text, today, calendar)
        case "discount_query":
            return read_query(text, directory)
    return Reading(kind, "reroute")


def _single(text: Text) -> Text:
    return flattened(text)[0]


def _few(chunks: list[Text]) -> list[Text]:
    """Leave what is too many together in the last one, whose several values are asked back; none is lost."""
    if len(chunks) <= MOST_REQUESTS:
        return chunks
    rest = [piece for chunk in chunks[MOST_REQUESTS - 1 :] for piece in (chunk, "\n")]
    return [*chunks[: MOST_REQUESTS - 1], joined(rest)]


def _joined(intent: str, readings: list[Reading]) -> Reading:
    if len(readings) == 1:
        return readings[0]
    clarify = tuple(question for reading in readings for question in reading.clarify)
    return Reading(intent, "split", clarify=clarify, requests=tuple(readings))
