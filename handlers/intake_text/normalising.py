"""One message in the form the grammar reads, with the way back to what was typed.

Widths are folded, pictures become gaps, traditional characters simplified; each character of the reading
knows where it stood in the original, so that every value can be shown in place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from handlers.intake_text.traditional import SIMPLIFIED

LONGEST = 4096
"""Characters that are read; what a messenger delivers in one message is no longer."""

_ARROWS = "➡➔➜➝⇒⟶⟹⮕"
_DASHES = "‐‑‒–—―−﹣－"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u00ad"


@dataclass(frozen=True)
class Text:
    """A message. shown: as values are cut from it; said: as rules match it, of the same length.

    origin: for each character of these, its place in the message.
    """

    shown: str
    said: str
    origin: tuple[int, ...]

    def part(self, start: int, end: int) -> Text:
        return Text(self.shown[start:end], self.said[start:end], self.origin[start:end])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give where a stretch stood in the message, end excluded."""
        return (self.origin[start], self.origin[end - 1] + 1) if start < end else (0, 0)


def normalise(message: str) -> Text:
    """Fold a message for reading; whatever is longer than a message can be is cut off."""
    message = message[:LONGEST]
    folded = [_folded(character) for character in message]
    shown = "".join(folded)[:LONGEST]  # some characters stand for several
    widths = set(map(len, folded))
    if widths <= {1}:
        return _made(shown, list(range(len(message))))
    origin = [at for at, letters in enumerate(folded) for _ in letters]
    return _made(shown, origin[:LONGEST])


def joined(pieces: Iterable[Text | str]) -> Text:
    """Put stretches together again with words of our own between them."""
    shown: list[str] = []
    origin: list[int] = []
    for piece in pieces:
        if isinstance(piece, str):
            origin += [origin[-1] if origin else 0] * len(piece)
            shown.append(piece)
        else:
            origin += piece.origin
            shown.append(piece.shown)
    return _made("".join(shown), origin)


def _made(shown: str, origin: list[int]) -> Text:
    said = shown.translate(SIMPLIFIED)
    lowered = said.lower()
    if len(lowered) != len(said):  # some letters of other scripts grow
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in said)
    return Text(shown, lowered, tuple(origin))


@lru_cache(maxsize=8192)
def _folded(character: str) -> str:
    if character < "\x7f":
        return character if character >= " " or character in "\n\t" else " "
    if "一" <= character <= "龥":
        return character
    if character in _INVISIBLE:
        return ""
    if character in _CIRCLED:
        return f"\n{character}"
    if character in _ARROWS:
        return "→"
    if character in _DASHES:
        return "-"
    category = unicodedata.category(character)
    if category in {"So", "Sk", "Cs", "Co", "Cn", "Cc", "Mn"}:
        return " "
    if category in {"Zl", "Zp"}:
        return "\n"
    return unicodedata.normalize("NFKC", character)
