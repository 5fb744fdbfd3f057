"""A new customer from free text: every field of the form, and what its rules say of them."""

from __future__ import annotations

import re
from typing import Any

from domain.errors import Refused
from domain.phones import parse_phone
from handlers.intake_text.addresses import divisions, recognise_addresses
from handlers.intake_text.board import Board, Find, corrected
from handlers.intake_text.companies import recognise_companies
from handlers.intake_text.contacts import recognise_contacts
from handlers.intake_text.decided import decided
from handlers.intake_text.directories import Directory
from handlers.intake_text.formers import is_former_place
from handlers.intake_text.labels import Label, find_labels, value_end
from handlers.intake_text.normalising import Text
from handlers.intake_text.numbers import (
    recognise_accounts,
    recognise_codes,
    recognise_noise,
)
from handlers.intake_text.phones import recognise_phones
from handlers.intake_text.quantities import hide_quantities
from handlers.intake_text.rate_mentions import RateMention, rate_text
from handlers.intake_text.rates import recognise_rates
from handlers.intake_text.readings import Gathering, Policy, Reading
from handlers.intake_text.reasons import hide_labelled_reason
from handlers.intake_text.taxes import recognise_taxes
from handlers.intake_text.terms import TermsMention, merged, recognise_terms, terms_text

PLAIN = (
    "customer_name", "customer_category", "uscc", "grade", "source", "contact_name", "contact_title",
    "mobile", "landline", "extension", "fax", "hotline", "email", "address", "delivery_address", "postcode",
    "bank_name", "bank_account", "credit_limit_cny", "tax_included", "tax_rate", "invoice_type",
)  # fmt: skip
_WITH_DAYS = {"monthly", "monthly_next", "after_invoice", "after_delivery", "net_days"}


_ELSEWHERE = re.compile(
    r"(?:发票|票|合同|样品|资料)[^,，。;\n]{0,2}(?:寄|邮|送)(?:到|往|至)?\s?[:：]?\s?$|仓库(?:在|地址)?\s?[:：]?\s?$"
)
"""Before an address to which papers go, or of the store: not the customer's own where another stands."""


Solved = tuple[Board, list[Label], list[RateMention], list[TermsMention], tuple[int, int] | None]


def solve(text: Text, *, with_reason: bool = False) -> Solved:
    """Run the recognisers of numbers, rates and terms, which every request may hold.

    with_reason: take what stands behind 原因: before a rate is read into it, and give its place.
    """
    board = Board(text)
    recognise_noise(board)
    labels = find_labels(board)
    recognise_codes(board, labels)
    recognise_accounts(board, labels)
    told = hide_labelled_reason(board, labels) if with_reason else None
    recognise_phones(board, labels)
    recognise_taxes(board)
    counted = hide_quantities(board)
    terms = recognise_terms(board, labels)
    rates = recognise_rates(board, labels)
    for start, end in counted:
        board.release(start, end)
    return board, labels, rates, terms, told


def read_new_customer(text: Text, policy: Policy, directory: Directory | None) -> Reading:
    """Read one new customer."""
    board, labels, rates, terms, _told = solve(text)
    recognise_companies(board, labels)
    recognise_addresses(board, labels)
    recognise_contacts(board, labels)
    _listed(board, labels)
    _one_name(board)
    _rate(board, rates)
    _settlement(board, terms)
    gathered = Gathering(board)
    _address(board)
    gathered.settle(*PLAIN)
    if gathered.value("landline") is None:
        gathered.fields.pop("extension", None)
    gathered.settle("discount_rate", "settlement")
    _divisions(gathered)
    refused = _refusal(gathered, policy, directory)
    return gathered.reading("new_customer", _missing(gathered), refused)


def _listed(board: Board, labels: list[Label]) -> None:
    for label in labels:
        if (
            label.field == "grade"
            and not label.strong
            and not re.match(r"[a-d](?![a-z])", board.left[label.at :])
        ):
            continue
        if label.field in {"source", "grade", "customer_category"} and (
            label.strong or label.field == "grade"
        ):
            end = value_end(board, labels, label, r"[\n;；|\t,，。\s]")
            words = board.shown(label.at, end).strip()
            if label.field == "grade":
                words = words.upper().removesuffix("级").removesuffix("类")
                if not re.fullmatch(r"[A-D]|VIP", words):
                    continue
            if label.field == "customer_category" and "个体" in words:
                words = "individual_business"
            if 1 <= len(words) <= 12:
                board.found(label.field, words, label.at, end, "labelled")


def _one_name(board: Board) -> None:
    """Keep the fullest of names that hold one another; a labelled one goes first."""
    finds = board.finds.get("customer_name", [])
    labelled = [find for find in finds if find.why == "labelled"]
    finds = labelled or finds
    if len(finds) > 1:
        longest = max(finds, key=lambda find: len(find.value))
        if all(find.value in longest.value for find in finds):
            finds = [longest]
    if finds:
        board.finds["customer_name"] = finds


def _address(board: Board) -> None:
    finds = board.finds.get("address", [])
    if len(kept := corrected(board.text.said, finds)) < len(finds):
        board.finds["address"] = kept
        return
    still = [find for find in finds if not is_former_place(board.text.said, find)]
    if still and len(still) < len(finds):
        board.finds["address"] = finds = still
    own = [
        find for find in finds if not _ELSEWHERE.search(board.text.said[max(0, find.start - 8) : find.start])
    ]
    if own and len(own) < len(finds):
        board.finds["address"] = finds = own
    if not finds and (delivery := board.finds.get("delivery_address")):
        board.finds["address"] = [
            Find("address", each.value, each.start, each.end, each.why) for each in delivery
        ]
        del board.finds["delivery_address"]
    labelled = [find for find in finds if find.why == "labelled"]
    if labelled and len(labelled) < len(finds):
        board.finds["address"] = labelled


def _rate(board: Board, mentions: list[RateMention]) -> None:
    meant = [mention for mention in mentions if mention.meant]
    meant = decided(board.text.said, meant)
    sure = [mention for mention in meant if mention.value is not None]
    unsure = [mention for mention in meant if mention.value is None]
    finds = [
        Find("discount_rate", rate_text(mention.value), mention.start, mention.end, mention.why)
        for mention in sure
        if mention.value is not None
    ]
    if (
        unsure
        and finds
        and all(_reads_as(mention, finds[0].value) for mention in unsure)
        and not _stacked(unsure)
    ):
        unsure = []
    if unsure:
        candidates = [find.value for find in finds]
        candidates += [rate_text(rate) for mention in unsure for rate in mention.candidates if rate > 0]
        start, end = unsure[0].start, unsure[0].end
        board.ask(
            "discount_rate", candidates, f"{board.shown(start, end).strip()}: {unsure[0].why}", start, end
        )
    elif finds:
        finds = corrected(board.text.said, finds)
        if len({find.value for find in finds}) > 1:
            values = [find.value for find in finds]
            first, last = finds[0], finds[-1]
            board.ask(
                "discount_rate",
                values,
                f"the message says {' and '.join(dict.fromkeys(values))}",
                first.start,
                last.end,
            )
        else:
            board.finds["discount_rate"] = finds


def _reads_as(mention: RateMention, value: str) -> bool:
    return value in [rate_text(rate) for rate in mention.candidates]


def _stacked(mentions: list[RateMention]) -> bool:
    return any(mention.again is not None or mention.delta is not None for mention in mentions)


def _settlement(board: Board, mentions: list[TermsMention]) -> None:
    meant = [mention for mention in mentions if not mention.negated]
    ask_terms(board, "settlement", decided(board.text.said, meant))


def ask_terms(board: Board, name: str, mentions: list[TermsMention]) -> None:
    """Give a field its one settlement, or ask where several or unclear ones stand."""
    finds = [Find(name, mention.value, mention.start, mention.end, mention.why) for mention in mentions]
    kept = {(find.start, find.end) for find in corrected(board.text.said, finds)}
    distinct = merged([mention for mention in mentions if (mention.start, mention.end) in kept])
    unclear = [mention for mention in distinct if mention.value is None]
    if unclear or len(distinct) > 1:
        candidates = [terms_text(mention.value) for mention in distinct if mention.value is not None]
        why = unclear[0].why if unclear else "two different settlement terms in one message"
        board.ask(name, candidates, why, distinct[0].start, distinct[0].end)
    elif distinct:
        only = distinct[0]
        board.finds[name] = [Find(name, only.value, only.start, only.end, only.why)]


def _divisions(gathered: Gathering) -> None:
    address = gathered.fields.get("address")
    if address is None or address.span is None:
        return
    finds = gathered.board.finds["address"]
    said = re.sub(r"\s+", "", gathered.board.text.said[finds[-1].start : finds[-1].end])
    if len(said) < len(address.value):  # its region stood elsewhere
        said = address.value
    place = divisions(
        address.value, said, gathered.fields and {k: v.value for k, v in gathered.fields.items()}
    )
    for name, value in zip(("province", "city", "district"), place.parts, strict=True):
        if value:
            gathered.derive(name, value)


def _missing(gathered: Gathering) -> list[str]:
    def lacks(*names: str) -> bool:
        return not any(gathered.value(name) is not None or gathered.doubtful(name) for name in names)

    missing = [name for name in ("customer_name", "contact_name") if lacks(name)]
    if lacks("mobile", "landline"):
        missing.append("mobile|landline")
    missing += [name for name in ("address", "discount_rate", "settlement") if lacks(name)]
    return missing + days_missing(gathered, "settlement")


def days_missing(gathered: Gathering, name: str) -> list[str]:
    terms: dict[str, Any] | None = gathered.value(name)
    return [f"{name}.days"] if terms and terms["method"] in _WITH_DAYS and terms["days"] is None else []


def over_credit(terms: dict[str, Any] | None, policy: Policy) -> bool:
    return bool(terms and terms["method"] in _WITH_DAYS and (terms["days"] or 0) > policy.longest_credit)


def _phones(gathered: Gathering) -> list[str]:
    phones = []
    for phone in filter(None, (gathered.value("mobile"), gathered.value("landline"))):
        try:
            phones.append(parse_phone(phone).e164)
        except Refused:
            continue
    return phones


def _refusal(gathered: Gathering, policy: Policy, directory: Directory | None) -> str | None:
    name = gathered.value("customer_name")
    if directory and name and directory.duplicate(name, gathered.value("uscc") or "", _phones(gathered)):
        return "duplicate_customer"
    rate = gathered.value("discount_rate")
    if rate is not None and float(rate) < float(policy.lowest_rate):
        return "below_min_discount"
    if over_credit(gathered.value("settlement"), policy):
        return "over_max_credit_days"
    return None
