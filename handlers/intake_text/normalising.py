"""One message in the form the grammar reads, with the way back to what was typed.

Widths are folded, pictures become gaps, traditional characters simplified; each character of the reading
knows where it stood in the original, so that every value can be shown in place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

from handlers.intake_text.traditional import SIMPLIFIED

LONGEST = 4096
"""Characters that are read; what a messenger delivers in one message is no longer."""

_ARROWS = "➡➔➜➝⇒⟶⟹⮕"
_DASHES = "‐‑‒–—―−﹣－"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_KEYCAP = "\u20e3"
_BRACKETS = "「」『』“”‘’"
_TYPOS = tuple(
    (re.compile(typed), meant)
    for typed, meant in (
        ("而家", "现在"),
        ("落单", "下单"),
        ("不该(?=[查问帮看录])", "麻烦"),  # 唔该
        ("地址系", "地址是"),
        (r"俩(?=个?点)", "两"),
        (r"建党(?=[:：,，\s])", "建档"),
        (r"月[接节](?=\s?\d|[一二三四五六七八九十]{1,3}天)", "月结"),
        (r"折口(?=\s?[\d:：一二三四五六七八九])", "折扣"),
        ("拆扣", "折扣"),
        ("打拆", "打折"),
        ("连系人", "联系人"),
        ("款道发货", "款到发货"),
        (r"货道(?=\d)", "货到"),
        (r"票道(?=\d)", "票到"),
        ("帐号", "账号"),
        ("帐期", "账期"),
    )
)
"""What is typed for words of ours by their sound or shape, each as long as what is meant."""
_CAPITALS = re.compile(r"[零壹贰叁肆伍陆柒捌玖拾]{2,4}(?=\s?[折扣天])")
_PLAIN_DIGITS = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")
_HAN_DIGIT = "[零〇一二两三四五六七八九十点]"
_GAPS = (
    re.compile(
        r"(?<![\d.\-])(?<!\d )\d{1,5}(?:\.\d{1,2})? {1,2}"
        r"(?:[号折弄栋幢座室楼层%]|个?点|个?百分点|天|个月|万|元|"
        r"成)"
    ),
    re.compile(r"[路街道巷弄号栋幢座楼] {1,2}\d{1,5} {0,2}(?:[号弄栋幢座室楼层]|-\d{1,4}号)"),
    re.compile(rf"(?<![一-龥]){_HAN_DIGIT} {{1,2}}(?:{_HAN_DIGIT} {{0,2}}){{1,2}}[折扣]"),
    re.compile(r"(?m)(?:^|(?<=[\n|,，]))[ ]?[一-龥] {1,2}[一-龥](?: {1,2}[一-龥])?(?=[ ]{0,3}(?:$|[|,，]))"),
    re.compile(r"(?<!\d)(?<!\d )1(?: \d){10}(?! ?\d)"),
    re.compile(r"(?<!\d)0\d{2,3} ?- ?[2-9]\d{2,3} ?\d{3,4}(?!\d)"),
)
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
        return _closed(_made(shown, list(range(len(message)))))
    origin = [at for at, letters in enumerate(folded) for _ in letters]
    return _closed(_made(shown, origin[:LONGEST]))


def _closed(text: Text) -> Text:
    """Close the gaps that a keyboard leaves inside one word: 66 号, 九 五 折, 010 - 6954 3827."""
    if " " not in text.said:
        return text
    gaps = {at for pattern in _GAPS for match in pattern.finditer(text.said) for at in range(*match.span())}
    gone = {at for at in gaps if text.said[at] == " "}
    if not gone:
        return text
    bounds = [-1, *sorted(gone), len(text.said)]
    pieces = [text.part(start + 1, end) for start, end in pairwise(bounds) if start + 1 < end]
    shown = "".join(piece.shown for piece in pieces)
    said = "".join(piece.said for piece in pieces)
    return Text(shown, said, tuple(chain.from_iterable(piece.origin for piece in pieces)))


def joined(pieces: Iterable[Text | str]) -> Text:
    """Put stretches together again with words of our own between them."""
    shown: list[str] = []
    origin: list[int] = []
    waiting = 0  # characters of ours before the first stretch, which is where they stand
    for piece in pieces:
        if isinstance(piece, str):
            if origin:
                origin += [origin[-1]] * len(piece)
            else:
                waiting += len(piece)
            shown.append(piece)
        else:
            if piece.origin and not origin:
                origin += [piece.origin[0]] * waiting
            origin += piece.origin
            shown.append(piece.shown)
    return _made("".join(shown), origin or [0] * waiting)


def _made(shown: str, origin: list[int]) -> Text:
    said = _mended(shown.translate(SIMPLIFIED))
    lowered = said.lower()
    if len(lowered) != len(said):  # some letters of other scripts grow
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in said)
    return Text(shown, lowered, tuple(origin))


def _mended(said: str) -> str:
    """Read words of ours that were typed by their sound or shape as what they are meant to be."""
    for typed, meant in _TYPOS:
        said = typed.sub(meant, said)
    return _CAPITALS.sub(lambda match: match[0].translate(_PLAIN_DIGITS), said)


@lru_cache(maxsize=8192)
def _folded(character: str) -> str:
    if character < "\x7f":
        return character if character >= " " or character in "\n\t" else " "
    if "一" <= character <= "龥":
        return character
    if character in _INVISIBLE:
        return ""
    if character in _BRACKETS:
        return " "
    if character == _KEYCAP:
        return "."
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
