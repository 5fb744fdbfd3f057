"""Messages that ask for different things, cut where each begins.

1. 漓岩塑胶94折改91折,量上来了 2. 借阮志明的人事档案,核对社保 is a change and a loan. Requests of one kind
stay together here, since `splitting` knows their lists; each file, each customer's data and each question is
cut off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from handlers.intake_text.intents import asks_for_a_file, asks_for_new_customer, is_put_off, recognise_intent
from handlers.intake_text.normalising import Text, joined
from handlers.intake_text.pieces import (
    KEYS,
    PERHAPS_NEW,
    are_listed,
    goes_on,
    key_of,
    kind_of,
    pieces_of,
    stands,
    takes_back,
    without,
)
from handlers.intake_text.readings import Reading
from handlers.intake_text.splitting import still_wanted

MOST_PIECES, MOST_READ, MOST_CHARACTERS = 60, 24, 2500
"""Of messages that are looked at; a longer one is a list of one kind."""
_ONE_BY_ONE = {"file_loan", "customer_data_change", "discount_query"}
_UNNAMED = "?"
"""The key of a new customer whose name is not said."""

Reader = Callable[[str, Text, int], Reading]
"""Reads a stretch as a kind of request, of several so many at most."""


@dataclass(frozen=True)
class Part:
    """A stretch that asks for one thing. key: whose, as it was read; empty until then.

    subject: the customer it spoke of last, whom 他们 in the next piece means.
    """

    intent: str
    text: Text
    key: str = ""
    subject: str = ""


def parts_of(text: Text, read: Reader) -> list[Part]:
    """Give the parts that ask for different things, in order; none where a message is to be read as a whole.

    read: reads a stretch as a kind, which tells whether it says enough to be a request by itself.
    """
    pieces = pieces_of(text) if len(text.said) <= MOST_CHARACTERS else []
    if not 2 <= len(pieces) <= MOST_PIECES or is_put_off(text.said):
        return []
    kinds = [kind_of(piece) for piece in pieces]
    spoken_of = "file_loan" not in kinds and asks_for_a_file(text.said)  # 上次借的档案已经还了
    several = len({*kinds} - {""}) > 1 or any(kind in _ONE_BY_ONE for kind in kinds)
    if not several and not spoken_of:
        return []
    if sum(kind not in {"", PERHAPS_NEW, "new_customer"} for kind in kinds) > MOST_READ:
        return []
    listed = are_listed(pieces)
    parts: list[Part] = []
    same = False
    for at, (kind, piece) in enumerate(zip(kinds, pieces, strict=True)):
        mended = at > 0 and takes_back(pieces[at - 1])
        part = None
        if not mended:
            part = _standing(kind, piece, read, listed=listed) or _going_on(piece, parts, read)
        if part is None:
            _append(parts, piece)
        elif parts and _continues(parts[-1], part):
            same |= part.intent == "customer_data_change"
            _append(parts, without(piece, part.key) if same else piece, subject=part.subject)
        else:
            parts.append(part)
    parts = _of_new_customers(_settled(parts, read))
    wanted = still_wanted([part.text for part in parts])
    kept = [part for part in parts if any(part.text is text for text in wanted)]
    if len(kept) < len(parts) or (len(kept) > 1 and not _of_one_kind(kept)):
        return kept
    one = kept[0].intent if len(kept) == 1 else ""
    return kept if (spoken_of and one == "discount_change") or (same and one) else []


def _standing(kind: str, piece: Text, read: Reader, *, listed: bool) -> Part | None:
    if kind in {"new_customer", PERHAPS_NEW}:
        return Part(kind, piece)
    if not kind or not stands(kind, piece, reading := read(kind, piece, 2), listed=listed):
        return None
    key = key_of(kind, reading)
    return Part(kind, piece, key, "" if reading.requests else key)


def _going_on(piece: Text, parts: list[Part], read: Reader) -> Part | None:
    """Give what else is asked of the customer just spoken of, whose name is put where the pronoun stands."""
    last = parts[-1] if parts else None
    if last is None or not last.subject or (found := goes_on(piece, last.intent)) is None:
        return None
    kind, start, end = found
    about = joined([piece.part(0, start), last.subject, piece.part(end, len(piece.said))])
    reading = read(kind, about, 1)
    if len(reading.fields) < 2 and not reading.clarify:
        return None
    return Part(kind, about, last.subject, last.subject)


def _continues(last: Part, part: Part) -> bool:
    if part.intent == PERHAPS_NEW:
        return last.intent in {"new_customer", PERHAPS_NEW}
    if part.intent != last.intent:
        return False
    return part.intent not in _ONE_BY_ONE or part.key == last.key


def _append(parts: list[Part], piece: Text, subject: str | None = None) -> None:
    last = parts.pop() if parts else Part("", piece.part(0, 0))
    said = last.subject if subject is None else subject
    parts.append(replace(last, text=joined([last.text, piece]), subject=said))


def _settled(parts: list[Part], read: Reader) -> list[Part]:
    """Join what turns out to be no request by itself to the part before, an opening to the one behind."""
    settled: list[Part] = []
    for part in parts:
        intent = part.intent
        if intent in {"", PERHAPS_NEW}:
            intent = recognise_intent(part.text)
            intent = intent if intent in KEYS and (not part.intent or intent == "new_customer") else ""
        key = part.key or _key(intent, part, read)
        if settled and (not key or not settled[-1].key):
            last = settled.pop()
            intent, key = (last.intent, last.key) if last.key else (intent, key)
            settled.append(Part(intent, joined([last.text, part.text]), key))
        else:
            settled.append(Part(intent, part.text, key))
    return [part for part in settled if part.key]


def _key(intent: str, part: Part, read: Reader) -> str:
    if not intent:
        return ""
    reading = read(intent, part.text, 1)
    if part.intent == PERHAPS_NEW and not {"discount_rate", "settlement"} & {
        *(reading.requests[0] if reading.requests else reading).fields
    }:
        return ""  # a signature, or a company that is only spoken of
    named = key_of(intent, reading)
    return named or (_UNNAMED if intent == "new_customer" and asks_for_new_customer(part.text.said) else "")


def _of_one_kind(parts: list[Part]) -> bool:
    return len({part.intent for part in parts}) == 1 and parts[0].intent not in _ONE_BY_ONE


def _of_new_customers(parts: list[Part]) -> list[Part]:
    """Join what is asked for a customer that is new to its card: one request in two sentences."""
    kept: list[Part] = []
    for part in parts:
        at = next((at for at, new in enumerate(kept) if _is_about(part, new)), None)
        if at is None:
            kept.append(part)
        else:
            kept[at] = replace(kept[at], text=joined([kept[at].text, part.text]))
    return kept


def _is_about(part: Part, new: Part) -> bool:
    if new.intent != "new_customer" or part.intent not in {"discount_change", "customer_data_change"}:
        return False
    return new.key != _UNNAMED and (part.key in new.key or new.key in part.key)
