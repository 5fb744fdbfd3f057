"""A change of discount or settlement from free text: what holds, what is asked, why, from when."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.calendar import WorkCalendar
from handlers.intake_text.board import Board, Find, corrected
from handlers.intake_text.companies import recognise_full_names
from handlers.intake_text.days import DayMention, recognise_days
from handlers.intake_text.directories import Directory, DirectoryEntry
from handlers.intake_text.labels import Label
from handlers.intake_text.new_customers import ask_terms, days_missing, over_credit, solve
from handlers.intake_text.normalising import Text
from handlers.intake_text.rate_mentions import RateMention, rate_text
from handlers.intake_text.readings import HOLDS_NOW, Gathering, Policy, Reading
from handlers.intake_text.reasons import Reason, find_reason, labelled_reason
from handlers.intake_text.references import find_reference
from handlers.intake_text.roles import roles_of_rates, roles_of_terms
from handlers.intake_text.scopes import recognise_scope
from handlers.intake_text.terms import TermsMention
from handlers.intake_text.trades import unlike_a_name

LONGEST_SHORT_NAME = 9
"""Characters of a customer's name without a legal form; a longer one has caught other words."""
_LISTED = re.compile(
    r"(?P<names>(?:\s?、\s?[一-龥a-z0-9()]{2,12}?){1,9})(?:这)?(?:[两三四五六七八九十几2-9][家个])?(?:客户)?(?:都|均|一起|统一)"
)
_TWO_NAMES = re.compile(r"([一-龥]{2,10})[跟与及、]([一-龥]{2,10}?)都?|([一-龥]{4,10})和([一-龥]{4,10}?)都?")


def read_change(
    text: Text, policy: Policy, directory: Directory | None, today: date, calendar: WorkCalendar | None
) -> Reading:
    """Read one change."""
    board, labels, rates, terms, told = solve_change(text)
    recognise_full_names(board, labels)
    for find in board.finds.get("customer_name", [])[1:]:
        board.take(find.start, find.end)
    _days(board, labels, recognise_days(board, labels, today, calendar))
    reference = find_reference(board, labels, directory)
    entry: DirectoryEntry | None = None
    if reference is not None:
        board.take(reference.start, reference.end)
        entry = _resolve(board, reference.words, reference.start, reference.end, reference.why, directory)
    recognise_scope(board)
    current, requested = roles_of_rates(board, labels, rates)
    current_terms, requested_terms = roles_of_terms(board, labels, terms)
    ask_terms(board, "current_settlement", current_terms)
    ask_terms(board, "requested_settlement", requested_terms)
    _current(board, current, entry)
    _requested(board, requested, entry)
    _reason(board, told)
    gathered = Gathering(board)
    gathered.settle(
        "customer_ref", "current_discount", "requested_delta", "requested_discount", "current_settlement",
        "requested_settlement", "scope", "product_line", "reason", "reason_code", "effective_from",
        "effective_to",
        "tax_included", "tax_rate", "invoice_type",
    )  # fmt: skip
    return gathered.reading("discount_change", _missing(gathered), _refusal(gathered, policy))


def solve_change(
    text: Text,
) -> tuple[Board, list[Label], list[RateMention], list[TermsMention], Reason | None]:
    """Solve as for every request, but leave what others charge, and what was said before, to the reason."""
    board, labels, rates, terms, told = solve(text, with_reason=True)
    reason = labelled_reason(board, *told) if told else None
    for mention in rates:
        if mention.rival:
            board.release(mention.start, mention.end)
    terms = [
        replace(other, negated=True) if _repeats(terms[:at], other) else other
        for at, other in enumerate(terms)
    ]
    for other in terms:
        if other.negated:
            board.release(other.start, other.end)
    return board, labels, rates, terms, reason


def _repeats(before: list[TermsMention], other: TermsMention) -> bool:
    """Whether terms were said before and more fully: 改成三个月银行承兑,他们财务只能开承兑."""
    value = other.value
    if value is None or any(each is not None for key, each in value.items() if key != "method"):
        return False
    return any(each.value is not None and each.value["method"] == value["method"] for each in before)


def _resolve(
    board: Board, words: str, start: int, end: int, why: str, directory: Directory | None
) -> DirectoryEntry | None:
    if both := _TWO_NAMES.fullmatch(words):
        board.ask(
            "customer_ref",
            [name for name in both.groups() if name],
            "two customers in one request",
            start,
            end,
        )
        return None
    if listed := _LISTED.match(board.text.said, end):
        names = [name.strip() for name in board.shown(start, listed.end("names")).split("、")]
        board.ask("customer_ref", names, "several customers in one request", start, listed.end("names"))
        return None
    if directory is None and why == "before_request" and len(words) > LONGEST_SHORT_NAME:
        board.ask("customer_ref", [words], "too long for what a customer is called", start, end)
        return None
    if directory is None and why == "before_request" and unlike_a_name(words):
        board.ask("customer_ref", [words], "hardly what a customer is called", start, end)
        return None
    if directory is None:
        board.finds["customer_ref"] = [Find("customer_ref", words, start, end, why)]
        return None
    matches = directory.matches(words)
    if len(matches) == 1:
        board.finds["customer_ref"] = [Find("customer_ref", words, start, end, why)]
        return matches[0]
    if matches:
        names = [entry.name for entry in matches[:8]]
        board.ask("customer_ref", names, f"{len(matches)} customers match {words}", start, end)
        return None
    alike = [entry.name for entry in directory.alike(words)[:8]]
    board.ask("customer_ref", alike, f"no customer in the directory matches {words}", start, end)
    return None


def _days(board: Board, labels: list[Label], mentions: list[DayMention]) -> None:
    for mention in mentions:
        if not mention.role:
            continue
        name = "effective_from" if mention.role == "from" else "effective_to"
        if mention.day is None:
            candidates = [day.isoformat() for day in mention.candidates]
            board.ask(
                name,
                candidates,
                f"several days may be meant by {board.shown(mention.start, mention.end)}",
                mention.start,
                mention.end,
            )
        else:
            board.found(name, mention.day.isoformat(), mention.start, mention.end, "words")


def _current(board: Board, mentions: list[RateMention], entry: DirectoryEntry | None) -> None:
    values = list(dict.fromkeys(mention.value for mention in mentions if mention.value is not None))
    if not values:
        return
    first = mentions[0]
    if len(values) > 1:
        board.ask(
            "current_discount",
            [rate_text(value) for value in values],
            "several present rates",
            first.start,
            first.end,
        )
    elif entry is not None and entry.rate is not None and entry.rate != values[0]:
        typed, held = rate_text(values[0]), rate_text(entry.rate)
        board.ask(
            "current_discount",
            [typed, held],
            f"the message says {typed}, the directory {held}",
            first.start,
            first.end,
        )
    else:
        board.finds["current_discount"] = [
            Find("current_discount", rate_text(values[0]), first.start, first.end, first.why)
        ]


def _requested(board: Board, mentions: list[RateMention], entry: DirectoryEntry | None) -> None:
    if not mentions:
        return
    now = board.finds.get("current_discount")
    base = Decimal(now[0].value) if now else entry.rate if entry is not None else None
    if "current_discount" in board.questions:
        base = None
    finds = [
        Find("requested_discount", mention, mention.start, mention.end, mention.why) for mention in mentions
    ]
    mentions = [find.value for find in corrected(board.text.said, finds)]
    delta = next((mention for mention in mentions if mention.delta is not None), None)
    start, end = mentions[0].start, mentions[0].end
    if delta is not None and delta.delta is not None:
        board.finds["requested_delta"] = [
            Find("requested_delta", _plain(delta.delta), delta.start, delta.end, delta.why)
        ]
        mentions = [mention for mention in mentions if mention.delta is None]
        if base is None:
            board.ask("requested_discount", [], "counted from a rate that is not known", start, end)
            return
        mentions.append(replace(delta, value=base + delta.delta, delta=None))
    candidates: list[Decimal] = []
    for mention in mentions:
        candidates += [mention.value] if mention.value is not None else list(mention.candidates)
        if mention.again is not None and base is not None:
            candidates.append(mention.again * base)
        if mention.off and base is not None and mention.value is not None and mention.value > base:
            candidates.append(base - (1 - mention.value))
    unsure = [mention for mention in mentions if mention.value is None]
    distinct = list(dict.fromkeys(candidates))
    if unsure or len(distinct) != 1:
        why = unsure[0].why if unsure else "several rates are asked for"
        board.ask("requested_discount", [rate_text(each) for each in distinct if each > 0], why, start, end)
    elif not 0 < distinct[0] <= 1:
        board.ask("requested_discount", [], "no rate lies there", start, end)
    elif base is not None and distinct[0] == base:
        board.ask("requested_discount", [], f"{rate_text(base)} {HOLDS_NOW}", start, end)
    else:
        board.finds["requested_discount"] = [
            Find("requested_discount", rate_text(distinct[0]), start, end, mentions[0].why)
        ]


def _plain(delta: Decimal) -> str:
    return format(delta.normalize(), "f")


def _reason(board: Board, told: Reason | None) -> None:
    reason = told or find_reason(board)
    if reason is None:
        return
    board.finds["reason"] = [Find("reason", reason.words, reason.start, reason.end, reason.why)]
    board.finds["reason_code"] = [Find("reason_code", reason.code, reason.start, reason.end, "words")]
    board.take(reason.start, reason.end)


def _missing(gathered: Gathering) -> list[str]:
    def lacks(*names: str) -> bool:
        return not any(gathered.value(name) is not None or gathered.doubtful(name) for name in names)

    missing = ["customer_ref"] if lacks("customer_ref") else []
    if lacks("requested_discount", "requested_settlement"):
        missing.append("requested_discount|requested_settlement")
    if lacks("reason"):
        missing.append("reason")
    return missing + days_missing(gathered, "requested_settlement")


def _refusal(gathered: Gathering, policy: Policy) -> str | None:
    rate = gathered.value("requested_discount")
    if rate is not None and Decimal(rate) < policy.lowest_rate:
        return "below_min_discount"
    return "over_max_credit_days" if over_credit(gathered.value("requested_settlement"), policy) else None
