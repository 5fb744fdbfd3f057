"""Numbers as people type and say them: 92, ９.２, 九点二, 八五, 三十, 两.

Every parser of the domain starts with `fold`, so full-width digits and stray spaces never reach a grammar.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

DIGITS = "零一二三四五六七八九"
_VALUES = {character: value for value, character in enumerate(DIGITS)} | {"〇": 0, "两": 2, "幺": 1}
_UNITS = {"十": 10, "百": 100}

NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+|[零〇一二两三四五六七八九十百]+(?:点[零〇一二三四五六七八九]+)?)"
"""Pattern of one number, without sign; `read_number` reads whatever it matches."""


def fold(text: str) -> str:
    """Fold widths and compatibility forms (NFKC), turn every run of white space into one space, trim."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def close_up(text: str) -> str:
    """Fold and drop all white space, except that a gap between two digits stays as a comma.

    85 88 are two numbers, never 8588.
    """
    gaps = re.sub(r"(?<=\d)\s+(?=\d)", ",", fold(text))
    return re.sub(r"(?<=\d)。(?=\d)", ".", re.sub(r"\s+", "", gaps))


def read_number(text: str) -> Decimal | None:
    """Read one unsigned number, or None. Digits in a row stand for themselves: 八五 = 85, 八十五 = 85."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?|\.[0-9]+", text):
        return Decimal(text)
    whole, point, fraction = text.partition("点")
    integer = _read_integer(whole)
    if integer is None or (point and not fraction):
        return None
    if not point:
        return Decimal(integer)
    if any(character not in _VALUES for character in fraction):
        return None
    return Decimal(f"{integer}.{''.join(str(_VALUES[character]) for character in fraction)}")


def _read_integer(text: str) -> int | None:
    if text.isascii() and text.isdecimal():
        return int(text)
    if text and all(character in _VALUES for character in text):
        return int("".join(str(_VALUES[character]) for character in text))
    if (
        not re.fullmatch(
            r"(?:[一二两三四五六七八九]?百)?零?(?:[一二两三四五六七八九]?十)?[一二两三四五六七八九]?", text
        )
        or not text
    ):
        return None
    total, pending = 0, None
    for character in text:
        if character in _UNITS:
            total += (1 if pending is None else pending) * _UNITS[character]
            pending = None
        else:
            pending = _VALUES[character]
    return total + (pending or 0)


def spell_digits(number: str) -> str:
    """Spell digits one by one: 885 -> 八八五, 0.5 -> 零点五."""
    return "".join("点" if character == "." else DIGITS[int(character)] for character in number)
