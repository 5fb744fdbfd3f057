"""Reading one message of free text: its intent, its requests, their fields.

    reading = parse_text("澜岸微控从95折调到92折,量大了", today=date(2026, 11, 23), directory=directory)
    reading.fields["requested_discount"].value  # "0.92"

Nothing is guessed: what has two readings stands in `clarify` with its candidates and is no value.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain.calendar import WorkCalendar
from handlers.intake_text.changes import read_change
from handlers.intake_text.directories import Directory
from handlers.intake_text.file_loans import read_file_loan
from handlers.intake_text.intents import recognise_intent
from handlers.intake_text.layouts import flattened
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
    kind = recognise_intent(text) if intent == "auto" else intent
    match kind:
        case "new_customer":
            chunks = _requests(text, split_new_customers)
            few = chunks[:MOST_REQUESTS]
            return _joined(kind, [read_new_customer(chunk, policy, directory) for chunk in few], chunks)
        case "discount_change":
            chunks = _requests(text, split_changes)
            readings = [
                read_change(chunk, policy, directory, today, calendar) for chunk in chunks[:MOST_REQUESTS]
            ]
            return _joined(kind, readings, chunks)
        case "customer_data_change":
            return read_data_change(_single(text), directory)
        case "file_loan":
            return read_file_loan(text, today, calendar)
        case "discount_query":
            return read_query(text, directory)
    return Reading(kind, "reroute")


def _requests(text: Text, split: Callable[[Text], list[Text]]) -> list[Text]:
    return still_wanted([chunk for row in flattened(text) for chunk in shared_out(split(row))])


def _single(text: Text) -> Text:
    return flattened(text)[0]


def _joined(intent: str, readings: list[Reading], chunks: list[Text]) -> Reading:
    if len(readings) == 1:
        return readings[0]
    clarify = tuple(question for reading in readings for question in reading.clarify)
    rest = "\n".join(chunk.shown.strip() for chunk in chunks[len(readings) :])
    return Reading(intent, "split", clarify=clarify, requests=tuple(readings), rest=rest)
