"""Messages that ask for different things, cut where each begins.

1. 漓岩塑胶94折改91折,量上来了 2. 借阮志明的人事档案,核对社保 is a change and a loan. Requests of one kind
stay together here, since `splitting` knows their lists; each file, each customer's data and each question is
cut off.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from handlers.intake_text.companies import NAMED
from handlers.intake_text.intents import asks_for_a_file, asks_for_new_customer, recognise_intent
from handlers.intake_text.normalising import Text, joined
from handlers.intake_text.readings import Reading
from handlers.intake_text.splitting import MARK
from handlers.intake_text.trades import ends_with_trade

MOST_PIECES, MOST_CHARACTERS = 24, 1500
"""Of messages that are looked at; a longer one is a list of one kind."""
KEYS = {
    "new_customer": "customer_name",
    "discount_change": "customer_ref",
    "customer_data_change": "customer_ref",
    "discount_query": "customer_ref",
    "file_loan": "file_subject",
}
"""The field without which a piece is no request by itself."""
_ONE_BY_ONE = {"file_loan", "customer_data_change", "discount_query"}
_PERHAPS_NEW = "?"
_BREAK = re.compile(
    r"\n+|[。;；!！?？]+|[,，]?\s?(?:另外|还有|再有|再就是|顺便|此外|对了|然后|以及|同时|再(?=帮|麻烦|借))[,，:：]?"
)
_SAME = re.compile(r"^[\s,，]*(?:他们家?|她们|它们|对方|该客户|这家|客户)(?:的)?")

Reader = Callable[[str, Text], Reading]


@dataclass(frozen=True)
class Part:
    """A stretch that asks for one thing. key: whose, as it was read; empty until then."""

    intent: str
    text: Text
    key: str = ""


def parts_of(text: Text, read: Reader) -> list[Part]:
    """Give the parts that ask for different things, in order; none where a message asks for one thing.

    read: reads a stretch as a kind, which tells whether it says enough to be a request by itself.
    """
    pieces = _pieces(text) if len(text.said) <= MOST_CHARACTERS else []
    if not 2 <= len(pieces) <= MOST_PIECES:
        return []
    kinds = [_kind(piece) for piece in pieces]
    if len({*kinds} - {""}) < 2 and not any(kind in _ONE_BY_ONE for kind in kinds):
        return []
    listed = bool(MARK.match(pieces[-1].said))
    parts: list[Part] = []
    for kind, piece in zip(kinds, pieces, strict=True):
        part = _standing(kind, piece, read, sure=listed) or _of_the_same(piece, parts, read)
        if part is None or (parts and _continues(parts[-1], part)):
            _append(parts, piece)
        else:
            parts.append(part)
    parts = _settled(parts, read)
    return parts if len(parts) > 1 and not _of_one_kind(parts) and not _of_one_customer(parts) else []


def _pieces(text: Text) -> list[Text]:
    """Cut at the marks of a list where it has any, else at sentences, lines and 另外."""
    marks = [match.start() for match in MARK.finditer(text.said)]
    cuts = marks if len(marks) >= 2 else [match.end() for match in _BREAK.finditer(text.said)]
    bounds = [0, *(cut for cut in cuts if 0 < cut < len(text.said)), len(text.said)]
    return [text.part(first, last) for first, last in pairwise(bounds)]


def _kind(piece: Text) -> str:
    """Give what a piece seems to ask for; empty: nothing by itself."""
    if asks_for_a_file(piece.said):
        return "file_loan"
    if asks_for_new_customer(piece.said):
        return "new_customer"
    kind = recognise_intent(piece)
    if kind in KEYS:
        return kind
    return _PERHAPS_NEW if NAMED.search(piece.said) else ""


def _standing(kind: str, piece: Text, read: Reader, *, sure: bool = True) -> Part | None:
    """Give the part that a piece begins, where it says whose and what.

    sure: it is an item of a list; else it must name its customer by trade, form or code, since 双方商定95折
    says more of the customer before.
    """
    if kind in {"new_customer", _PERHAPS_NEW}:
        return Part(kind, piece)
    if not kind:
        return None
    reading = read(kind, piece)
    key = reading.fields.get(KEYS[kind])
    says_more = kind in {"file_loan", "discount_query"} or len(reading.fields) > 1 or reading.clarify
    if key is None or not says_more:
        return None
    named = sure or kind == "file_loan" or _is_a_name(str(key.value))
    return Part(kind, piece, str(key.value)) if named else None


def _is_a_name(words: str) -> bool:
    return ends_with_trade(words) or bool(NAMED.search(words)) or words.isascii()


def _of_the_same(piece: Text, parts: list[Part], read: Reader) -> Part | None:
    """Give the change of data of the customer just spoken of: …,另外他们电话改成139…."""
    match = _SAME.match(piece.said)
    if match is None or not parts or parts[-1].intent != "discount_change" or not parts[-1].key:
        return None
    if recognise_intent(piece) != "customer_data_change":
        return None
    about = joined([piece.part(0, match.start()), parts[-1].key, piece.part(match.end(), len(piece.said))])
    return _standing("customer_data_change", about, read)


def _continues(last: Part, part: Part) -> bool:
    if part.intent == _PERHAPS_NEW:
        return last.intent in {"new_customer", _PERHAPS_NEW}
    if part.intent != last.intent:
        return False
    return part.intent not in _ONE_BY_ONE or part.key == last.key


def _append(parts: list[Part], piece: Text) -> None:
    last = parts.pop() if parts else Part("", piece.part(0, 0))
    parts.append(Part(last.intent, joined([last.text, piece]), last.key))


def _settled(parts: list[Part], read: Reader) -> list[Part]:
    """Join what turns out to be no request by itself to the part before, an opening to the one behind."""
    settled: list[Part] = []
    for part in parts:
        intent = part.intent
        if intent in {"", _PERHAPS_NEW}:
            intent = recognise_intent(part.text)
            intent = intent if intent in KEYS and (not part.intent or intent == "new_customer") else ""
        key = _key(intent, part, read)
        if settled and (not key or not settled[-1].key):
            last = settled.pop()
            intent, key = (last.intent, last.key) if last.key else (intent, key)
            settled.append(Part(intent, joined([last.text, part.text]), key))
        else:
            settled.append(Part(intent, part.text, key))
    return settled if all(part.key for part in settled) else []


def _key(intent: str, part: Part, read: Reader) -> str:
    if part.key or not intent:
        return part.key
    reading = read(intent, part.text)
    value = (reading.requests[0] if reading.requests else reading).fields.get(KEYS[intent])
    return str(value.value) if value is not None else ""


def _of_one_kind(parts: list[Part]) -> bool:
    return len({part.intent for part in parts}) == 1 and parts[0].intent not in _ONE_BY_ONE


def _of_one_customer(parts: list[Part]) -> bool:
    """Whether a rate is spoken of for the very customer that is new: one request in two sentences."""
    new = [part.key for part in parts if part.intent == "new_customer"]
    others = [part.key for part in parts if part.intent in {"discount_change", "customer_data_change"}]
    return any(key in name or name in key for name in new for key in others)
