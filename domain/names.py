"""Company names: one tidy form, a key without legal form and place, and the keys a register is searched by.

The register may hold a million rows, so a search never scans: it meets rows through grams of the core name.
pypinyin is imported at first use and without its phrase dictionary, which would add 44 MB.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

from domain.errors import Refused
from domain.numerals import fold
from domain.places import COUNTY_CITY, DISTRICT, PLACE, PROVINCES

SHORTEST, LONGEST = 2, 60

_HAN = r"㐀-鿿"
_LEGAL = re.compile(
    r"(?:有限责任|股份有限|有限|股份)公司|\(?(?:有限合伙|普通合伙|个体工商户|个人独资)\)?|总公司|公司|"
    r"(?:\s*\b(?:company|co|limited|ltd|inc|incorporated|corp|corporation|llc|gmbh)\b[.,]*)+",
    re.IGNORECASE,
)
_BRANCH = re.compile(rf"(?P<place>[{_HAN}]{{0,8}}?)(?:分公司|办事处|分厂|分店|分部)")
_BRACKETED = re.compile(r"\(([^()]*)\)")
_READINGS = {"佛": "fo", "行": "hang", "厦": "xia", "长": "chang", "曾": "zeng", "晟": "sheng", "乐": "le"}
_SYLLABLE = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:[iu]?ang|iong|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|er|ia|ie|iu|ua|uo|ui|ue|ve|[aoeiuv])"
)

Standing = Literal["", "group", "branch"]


@dataclass(frozen=True)
class NameKey:
    """What identifies a company by name.

    core: the name without legal form, brackets and places. places: bare names, in no order; provinces only
    where no city is named. standing: whether the name says it is a group or a branch.
    """

    core: str
    places: frozenset[str]
    standing: Standing = ""


def normalise_name(text: str) -> str:
    """Tidy a company name for display: widths folded, spaces collapsed, （） around Chinese.

    Raises Refused: name_unreadable, name_too_short(length, minimum), name_too_long(length, maximum).
    """
    name = _close(text).strip(" ,，。;；:：、!！?？\"'“”")
    if not any(character.isalpha() for character in name):
        raise Refused("name_unreadable")
    if re.search(f"[{_HAN}]", name):
        name = name.replace("(", "（").replace(")", "）")
    if len(name) < SHORTEST:
        raise Refused("name_too_short", length=len(name), minimum=SHORTEST)
    if len(name) > LONGEST:
        raise Refused("name_too_long", length=len(name), maximum=LONGEST)
    return name


@lru_cache(maxsize=4096)
def name_key(name: str) -> NameKey:
    """Reduce a company name to what tells it from others; 广州粤科… and 粤科（广州）… have equal keys."""
    text = _close(name).casefold()
    places: list[str] = []
    standing: Standing = "group" if "集团" in text else ""
    text = _BRACKETED.sub(lambda match: _set_aside(match[1], places), text)
    head, company, tail = text.partition("公司")
    if branch := _BRANCH.search(tail):
        standing = "branch"
        places += _leading_places(branch["place"])[0] or [branch["place"]] * bool(branch["place"])
        text = head + company + tail[: branch.start()] + tail[branch.end() :]
    elif head.endswith("分"):
        standing = "branch"
        text = re.sub(rf"(?:{PLACE.pattern.replace('?P<name>', '')})?分公司", "", text)
    text = _bare(_LEGAL.sub("", text).replace("集团", ""))
    leading, core = _leading_places(text)
    places += leading
    if len(core) < (2 if leading else 1):
        places, core = [], text or _bare(fold(name).casefold())
    cities = [place for place in places if place not in PROVINCES]
    return NameKey(core, frozenset(cities or places), standing)


@lru_cache(maxsize=4096)
def pinyin(text: str) -> str:
    """Spell Chinese as syllables without tones, one space between; other words stay, lower-cased."""
    spelled = _speller()(text.replace("重庆", "崇庆"))
    return " ".join(re.findall(r"[^\W_]+", " ".join(spelled)))


GRAM_LENGTH = 64  # what a register's key holds; folding case can lengthen a name


def initials(text: str) -> str:
    """Spell the first letter of each syllable: 恒锐五金 is hrwj."""
    return "".join(syllable[0] for syllable in pinyin(text).split())


def search_grams(name: str) -> frozenset[str]:
    """List the keys a register keeps for a name: h + two characters, p + two syllables, i + all initials."""
    core = name_key(name).core
    grams = _character_grams(core) | _syllable_grams(pinyin(core).split()) | {f"i{initials(core)}"}
    return frozenset(gram[:GRAM_LENGTH] for gram in grams)


def query_grams(text: str) -> frozenset[str]:
    """List the keys that find names by a part, by pinyin (with or without gaps) or by initials.

    Each key is met as a prefix of stored keys, so one character, one syllable or the first initials do; rank
    the rows by how many keys they meet.
    """
    typed = fold(text).casefold()
    if re.search(f"[{_HAN}]", typed):
        core = name_key(typed).core
        return _character_grams(core) | _syllable_grams(pinyin(core).split())
    words = re.findall(r"[^\W_]+", typed)
    if not words:
        return frozenset()
    readings = [words, *_syllables("".join(words)[:40])]
    return frozenset({f"i{''.join(words)}"}.union(*(_syllable_grams(reading) for reading in readings)))


def _close(text: str) -> str:
    """Fold, and close the gaps beside Chinese characters and brackets."""
    return re.sub(rf"(?<=[{_HAN}()])\s+|\s+(?=[{_HAN}()])", "", fold(text))


def _set_aside(content: str, places: list[str]) -> str:
    """Note a bracket's places and drop it; what is no place stays part of the name."""
    found, rest = _leading_places(content)
    if content in {"中国", "中国大陆"} or (found and not rest):
        places += found or [content]
        return ""
    return content


def _leading_places(text: str) -> tuple[list[str], str]:
    places: list[str] = []
    while match := PLACE.match(text) or COUNTY_CITY.match(text) or DISTRICT.match(text):
        places.append(match["name"])
        text = text[match.end() :]
    return places, text


def _bare(text: str) -> str:
    """Drop punctuation; words in Latin letters keep one gap, so that each can be looked up."""
    return _close(re.sub(r"[\W_]+", " ", text)).strip()


def _character_grams(core: str) -> frozenset[str]:
    characters = core.replace(" ", "")
    return frozenset(f"h{first}{second}" for first, second in pairwise(characters)) or frozenset(
        {f"h{characters}"}
    )


def _syllable_grams(syllables: Sequence[str]) -> frozenset[str]:
    if len(syllables) < 2:
        return frozenset(f"p{syllable}" for syllable in syllables)
    return frozenset(f"p{first}.{second}" for first, second in pairwise(syllables))


@lru_cache(maxsize=4096)
def _syllables(letters: str) -> tuple[tuple[str, ...], ...]:
    """Cut letters into pinyin syllables in every way, at most eight; nothing where they cannot be."""
    if not letters:
        return ((),)
    cuts: list[tuple[str, ...]] = []
    for width in range(min(6, len(letters)), 0, -1):
        if _SYLLABLE.fullmatch(letters, 0, width):
            cuts += [(letters[:width], *rest) for rest in _syllables(letters[width:])]
    return tuple(cuts[:8])


@cache
def _speller() -> Callable[[str], list[str]]:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
    import pypinyin  # noqa: PLC0415

    def spell(text: str) -> list[str]:
        return [_READINGS.get(each) or pypinyin.lazy_pinyin(each)[0].lower() for each in _units(text)]

    return spell


def _units(text: str) -> list[str]:
    return re.findall(rf"[{_HAN}]|[^{_HAN}]+", text)
