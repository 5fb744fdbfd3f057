"""What one match of a rate's shape says: its share, its several readings, or what it counts from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from domain.errors import Refused
from domain.rates import parse_rate
from handlers.intake_text.rate_mentions import RateMention
from handlers.intake_text.rate_shapes import (
    DECIMAL,
    FACTOR,
    HALF,
    LIST,
    OF_A_HUNDRED,
    OFF,
    OFF_AFTER,
    OFF_RANGE,
    ON_TOP,
    PERCENT_OFF,
    PERCENT_SAID,
    POINTS,
    POINTS_SAID,
    REBATE,
    RELATIVE,
    SAID,
    SHARE,
    TENTHS,
    TO_SHARE,
    TWO,
    TWO_DECIMALS,
    ZHE,
    ZHE_AND,
)

_HAN_RANGE = re.compile(r"([一二两三四五六七八])([二两三四五六七八九])")
_TWICE = re.compile(r"([五六七八九][一二三四五六七八九])([五六七八九][一二三四五六七八九])")
REBATED = "a rebate may not be a discount"
"""Why a rebate is asked about."""


def value_of(match: re.Match[str], words: str, *, off: bool = False) -> RateMention | None:
    read = parsed_rate(words)
    if read is None:
        return None
    return RateMention(*match.span(), read[0], read[1], why=read[2], off=off)


@lru_cache(maxsize=1024)
def parsed_rate(words: str) -> tuple[Decimal | None, tuple[Decimal, ...], str] | None:
    try:
        return parse_rate(words), (), "words"
    except Refused as refused:
        if refused.code == "rate_ambiguous":
            return None, tuple(refused.params["candidates"]), "it has two readings"
        return (None, (), "no rate lies there") if refused.code == "rate_out_of_range" else None


def _doubt(match: re.Match[str], candidates: list[Decimal], why: str) -> RateMention:
    return RateMention(match.start(), match.end(), None, tuple(candidates), why=why)


def _zhe(match: re.Match[str]) -> RateMention | None:
    if twice := _TWICE.fullmatch(match["n"]):
        both = [value_of(match, f"{said}折") for said in twice.groups()]
        values = [each.value for each in both if each is not None and each.value is not None]
        return _doubt(match, values, "a range is not a request")
    mention = value_of(match, f"{match['n']}折")
    if mention is not None and match["about"] == "半":
        single = mention.value is not None and mention.value * 10 % 1 == 0
        halved = (mention.value or Decimal(0)) + Decimal("0.05")
        return replace(mention, value=halved) if single and halved < 1 else None
    if mention is not None and match["about"] and mention.value is not None:
        return replace(mention, value=None, candidates=(mention.value,), why="about is not a rate")
    return mention


def _two(match: re.Match[str]) -> RateMention | None:
    one, two = value_of(match, f"{match['a']}折"), value_of(match, f"{match['b']}折")
    if one is None or two is None or one.value is None or two.value is None:
        return None
    return _doubt(match, [one.value, two.value], "a range is not a request")


def _share_doubt(match: re.Match[str]) -> RateMention | None:
    read = parsed_rate(match["n"])
    return (
        None
        if read is None
        else _doubt(match, [read[0]] if read[0] else list(read[1]), "a share paid, or a share off")
    )


def _off_range(match: re.Match[str]) -> RateMention | None:
    return _doubt(match, [1 - _percent(match["a"]), 1 - _percent(match["b"])], "a range is not a request")


def _two_decimals(match: re.Match[str]) -> RateMention | None:
    return _doubt(match, [Decimal(match["a"]), Decimal(match["b"])], "a range is not a request")


def _on_top(match: re.Match[str]) -> RateMention | None:
    single = value_of(match, f"{match['n']}折")
    if single is None or single.value is None:
        return None
    why = "of the list price, or of the present price"
    return RateMention(match.start(), match.end(), None, (single.value,), again=single.value, why=why)


def _relative(match: re.Match[str]) -> RateMention | None:
    way, share = match["way"], Decimal(10) if (match["unit"] or "").startswith("成") else Decimal(1)
    said = match["h"] or ("0.5" if match["n"] == "半" else match["n"])
    points = (_percent(match["halves"]) + Decimal("0.005") if match["halves"] else _percent(said)) * share
    if match["tenths"]:
        points += _percent("5" if match["tenths"] == "半" else match["tenths"])
    up = bool(re.match("上|调高|提高|涨|加|回调|升|收", way))
    listed = re.search(rf"{LIST}(?:基础)?上?\s?$", match.string[max(0, match.start() - 8) : match.start()])
    absolute = (re.match(OFF, way) or (listed and way in {"减", "少"})) and not match["again"]
    if way == "返":
        return _doubt(match, [1 - points], REBATED)
    if range_said := _HAN_RANGE.fullmatch(match["n"] or ""):
        ends = [1 - _percent(digit) for digit in range_said.groups()]
        return _doubt(match, ends, "a range is not a request")
    if absolute:
        if not 0 < points < Decimal("0.6"):
            return None
        return RateMention(match.start(), match.end(), 1 - points, off=True)
    return RateMention(
        match.start(), match.end(), delta=points if up else -points, why="counted from the present rate"
    )


def _percent(said: str) -> Decimal:
    try:
        return 1 - parse_rate(f"优惠{said}%")
    except Refused:
        return Decimal(0)


Reader = Callable[[re.Match[str]], RateMention | None]
Rule = tuple[str, re.Pattern[str], Reader]
"""Signs of which a text must hold one, that the pattern is worth looking for; the pattern; how it is read."""
COUNTED: tuple[Rule, ...] = (
    ("再上", ON_TOP, _on_top),
    ("让优下便减降", OFF_RANGE, _off_range),
    ("点成%分", RELATIVE, _relative),
    (
        "返",
        REBATE,
        lambda match: _doubt(match, [1 - _percent(match["n"])], REBATED),
    ),
    ("让优下o", OFF_AFTER, lambda match: value_of(match, f"优惠{match['n'] or match['p']}%", off=True)),
)
"""What counts down from the list price or from the present rate; read first, for 再打九折 holds 九折."""
NAMED: tuple[Rule, ...] = (
    ("折扣", TWO, _two),
    (".", TWO_DECIMALS, _two_decimals),
    ("折", ZHE_AND, lambda match: value_of(match, f"{match['n']}{match['m']}折")),
    ("百1", OF_A_HUNDRED, lambda match: value_of(match, f"{match['n']}折")),
    ("成", TENTHS, lambda match: value_of(match, f"{match['n']}{(match['m'] or '').replace('半', '五')}折")),
    ("对半", HALF, lambda match: RateMention(*match.span(), Decimal("0.5"))),
    (
        "折",
        POINTS_SAID,
        lambda match: _doubt(match, [1 - _percent(match["n"])], "points off, or the share paid"),
    ),
    ("%", PERCENT_SAID, lambda match: value_of(match, f"{match['n']}折扣")),
    ("%分", PERCENT_OFF, lambda match: value_of(match, match["all"])),
    ("折扣", ZHE, _zhe),
    ("%分", TO_SHARE, _share_doubt),
    ("%分", SHARE, lambda match: value_of(match, f"按{match['n']}")),
    ("*×x乘系", FACTOR, lambda match: value_of(match, match["n"] or match["m"])),
    ("折打", SAID, lambda match: value_of(match, match["n"])),
    (
        "点",
        POINTS,
        lambda match: _doubt(match, [1 - _percent(match["n"])], "points given, of what is not said"),
    ),
    (".", DECIMAL, lambda match: value_of(match, match["n"])),
)
"""What names the rate itself, from the most to the least telling."""
