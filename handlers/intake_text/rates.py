"""Discount rates in free text: where one is mentioned, what it says, and whether it is meant at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from domain.divisions import place_width
from domain.errors import Refused
from domain.rates import parse_rate
from handlers.intake_text.board import Board
from handlers.intake_text.decided import RIVAL
from handlers.intake_text.labels import Label
from handlers.intake_text.rate_shapes import (
    ARROW,
    ARROW_ZHE,
    BARE,
    BOTTOM,
    CLAUSE,
    DECIMAL,
    DECIMALS_TURNED,
    DENIED_AFTER,
    FACTOR,
    FLOOR,
    FROM_TO,
    HALF,
    LIST,
    NEGATED,
    NOT_A_RATE,
    NOT_YET_AGREED,
    NUMBERS_TURNED,
    OF_A_HUNDRED,
    OFF,
    OFF_AFTER,
    OFF_RANGE,
    ON_TOP,
    PERCENT_OFF,
    PERCENT_SAID,
    POINTS,
    POINTS_SAID,
    POINTS_TURNED,
    PUT_OFF,
    PUT_OFF_AFTER,
    REBATE,
    RELATIVE,
    SAID,
    SHARE,
    TENTHS,
    TO_SHARE,
    TWO,
    TWO_DECIMALS,
    WHOLE,
    WHOLE_AGAIN,
    WHOLE_SAID,
    ZHE,
    ZHE_AND,
)

_IN_A_NAME = re.compile(r"[一-龥]{0,5}?(?:有限公司|公司|厂|商行|经营部|店)(?![一-龥])")
_HAN_RANGE = re.compile(r"([一二两三四五六七八])([二两三四五六七八九])")
_TWICE = re.compile(r"([五六七八九][一二三四五六七八九])([五六七八九][一二三四五六七八九])")
_REBATED = "a rebate may not be a discount"
_BONUS = re.compile(r"做满|完成|达到|达标|任务")
_SAID_AS = {DECIMALS_TURNED: "{}", POINTS_TURNED: "优惠{}%"}


@dataclass(frozen=True)
class RateMention:
    """A rate in a text. value: where it says one; candidates: where it has several readings.

    delta: where it counts from the rate that holds, negative = the customer pays less. rival: said of
    somebody else's price, or of the past. negated: said not to be it. off: counted down from the list price.
    """

    start: int
    end: int
    value: Decimal | None = None
    candidates: tuple[Decimal, ...] = ()
    delta: Decimal | None = None
    again: Decimal | None = None
    why: str = "words"
    rival: bool = False
    negated: bool = False
    off: bool = False

    @property
    def meant(self) -> bool:
        return not self.rival and not self.negated


def rate_text(rate: Decimal) -> str:
    """Write a rate as the format has it: at least two decimals."""
    exact = rate.normalize()
    exponent = exact.as_tuple().exponent
    return format(
        exact if isinstance(exponent, int) and exponent < -2 else rate.quantize(Decimal("0.01")), "f"
    )


def recognise_rates(board: Board, labels: list[Label]) -> list[RateMention]:
    """Find every mention of a rate and take its words, but leave a rival's price to the reason."""
    found: list[RateMention] = []
    _take_pairs(board, found, ARROW)
    _take_pairs(board, found, ARROW_ZHE)
    _take_pairs(board, found, DECIMALS_TURNED)
    _take_pairs(board, found, POINTS_TURNED)
    if "折" in board.text.said:
        _take_pairs(board, found, NUMBERS_TURNED)
    for rule in _COUNTED:
        _apply(board, found, rule)
    _take_pairs(board, found, FROM_TO)
    for rule in _NAMED:
        _apply(board, found, rule)
    for label in labels:
        if label.field in {"discount_rate", "current_discount", "requested_discount"}:
            _take_bare(board, found, label)
    if NOT_YET_AGREED.search(board.text.said):
        for mention in found:
            board.release(mention.start, mention.end)
        return []
    _take(board, found, WHOLE_AGAIN, lambda match: RateMention(*match.span("whole"), Decimal(1)))
    if not found:
        _take(board, found, WHOLE, lambda match: RateMention(*match.span(), Decimal(1)))
    sure = any(mention.value is not None and mention.meant for mention in found)
    kept = [mention for mention in found if not (sure and _of_the_year(board.text.said, mention))]
    return sorted(kept, key=lambda mention: mention.start)


def _of_the_year(said: str, mention: RateMention) -> bool:
    """Whether a mention is a bonus for an aim reached, beside the rate itself."""
    before = CLAUSE.split(said[max(0, mention.start - 16) : mention.start])[-1]
    return mention.why == _REBATED and bool(_BONUS.search(before))


def _apply(board: Board, found: list[RateMention], rule: Rule) -> None:
    signs, pattern, read = rule
    if any(sign in board.text.said for sign in signs):
        _take(board, found, pattern, read)


def _take(board: Board, found: list[RateMention], pattern: re.Pattern[str], read: Reader) -> None:
    for match in board.search(pattern):
        mention = None if _IN_A_NAME.match(board.left, match.end()) and _inside(board, match) else read(match)
        if mention:
            found.append(_judged(board.text.said, mention))
            board.take(mention.start, mention.end)


def _inside(board: Board, match: re.Match[str]) -> bool:
    """Whether a rate is a piece of a company's name: 佛山九折五金厂, and not 九折 佛山五金厂."""
    before, after = board.left[max(0, match.start() - 2) : match.start()], board.left[match.end() :]
    return (
        bool(re.search(r"[一-龥](?<![打按给享改到成为走是的要想])$", before)) and place_width(after[:8]) < 2
    )


def _take_pairs(board: Board, found: list[RateMention], pattern: re.Pattern[str]) -> None:
    """Read two numbers that share one word: 折扣94→91, 从95到93折."""
    for match in board.search(pattern):
        for name in ("c" if match.groupdict().get("c") else "a", "b"):
            read = _parsed(_SAID_AS.get(pattern, "{}折").format(match[name]))
            if read is not None and read[0] is not None:
                start, end = match.start(name), match.end() if name == "b" else match.end(name)
                found.append(_judged(board.text.said, RateMention(start, end, read[0])))
                board.take(start, end)


def _take_bare(board: Board, found: list[RateMention], label: Label) -> None:
    """Read a bare number behind the label of a rate."""
    if (whole := WHOLE_SAID.match(board.text.said, label.at)) and whole[0] in board.left:
        found.append(RateMention(*whole.span(), Decimal(1)))
        board.take(*whole.span())
        return
    match = BARE.match(board.left, label.at)
    mention = _value(match, match["n"]) if match else None
    if mention is not None:
        found.append(mention)
        board.take(mention.start, mention.end)


def _judged(said: str, mention: RateMention) -> RateMention:
    before = CLAUSE.split(said[max(0, mention.start - 24) : mention.start])[-1]
    if FLOOR.search(before) and mention.value is not None:
        candidates, why = (mention.value,), "a limit is not a rate"
        mention = replace(mention, value=None, candidates=candidates, why=why)
    before = re.split(r"我们|我司|咱们?|我方|申请", before)[-1]
    given = re.search(r"\s(?=给他)", before)
    if given and not RIVAL.search(before[max(0, given.start() - 6) : given.start()]):
        before = before[given.end() :]
    rival = bool(RIVAL.search(before) or NOT_A_RATE.search(before) or BOTTOM.search(before))
    put_off = PUT_OFF.search(before) or PUT_OFF_AFTER.match(said, mention.end)
    denied = NEGATED.search(before) or DENIED_AFTER.match(said, mention.end)
    return replace(mention, rival=rival, negated=bool(put_off or denied))


def _value(match: re.Match[str], words: str, *, off: bool = False) -> RateMention | None:
    read = _parsed(words)
    if read is None:
        return None
    return RateMention(*match.span(), read[0], read[1], why=read[2], off=off)


@lru_cache(maxsize=1024)
def _parsed(words: str) -> tuple[Decimal | None, tuple[Decimal, ...], str] | None:
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
        both = [_value(match, f"{said}折") for said in twice.groups()]
        values = [each.value for each in both if each is not None and each.value is not None]
        return _doubt(match, values, "a range is not a request")
    mention = _value(match, f"{match['n']}折")
    if mention is not None and match["about"] == "半":
        single = mention.value is not None and mention.value * 10 % 1 == 0
        halved = (mention.value or Decimal(0)) + Decimal("0.05")
        return replace(mention, value=halved) if single and halved < 1 else None
    if mention is not None and match["about"] and mention.value is not None:
        return replace(mention, value=None, candidates=(mention.value,), why="about is not a rate")
    return mention


def _two(match: re.Match[str]) -> RateMention | None:
    one, two = _value(match, f"{match['a']}折"), _value(match, f"{match['b']}折")
    if one is None or two is None or one.value is None or two.value is None:
        return None
    return _doubt(match, [one.value, two.value], "a range is not a request")


def _share_doubt(match: re.Match[str]) -> RateMention | None:
    read = _parsed(match["n"])
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
    single = _value(match, f"{match['n']}折")
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
        return _doubt(match, [1 - points], _REBATED)
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
_COUNTED: tuple[Rule, ...] = (
    ("再上", ON_TOP, _on_top),
    ("让优下便减降", OFF_RANGE, _off_range),
    ("点成%分", RELATIVE, _relative),
    (
        "返",
        REBATE,
        lambda match: _doubt(match, [1 - _percent(match["n"])], _REBATED),
    ),
    ("让优下o", OFF_AFTER, lambda match: _value(match, f"优惠{match['n'] or match['p']}%", off=True)),
)
"""What counts down from the list price or from the present rate; read first, for 再打九折 holds 九折."""
_NAMED: tuple[Rule, ...] = (
    ("折扣", TWO, _two),
    (".", TWO_DECIMALS, _two_decimals),
    ("折", ZHE_AND, lambda match: _value(match, f"{match['n']}{match['m']}折")),
    ("百1", OF_A_HUNDRED, lambda match: _value(match, f"{match['n']}折")),
    ("成", TENTHS, lambda match: _value(match, f"{match['n']}{(match['m'] or '').replace('半', '五')}折")),
    ("对半", HALF, lambda match: RateMention(*match.span(), Decimal("0.5"))),
    (
        "折",
        POINTS_SAID,
        lambda match: _doubt(match, [1 - _percent(match["n"])], "points off, or the share paid"),
    ),
    ("%", PERCENT_SAID, lambda match: _value(match, f"{match['n']}折扣")),
    ("%分", PERCENT_OFF, lambda match: _value(match, match["all"])),
    ("折扣", ZHE, _zhe),
    ("%分", TO_SHARE, _share_doubt),
    ("%分", SHARE, lambda match: _value(match, f"按{match['n']}")),
    ("*×x乘系", FACTOR, lambda match: _value(match, match["n"] or match["m"])),
    ("折打", SAID, lambda match: _value(match, match["n"])),
    (
        "点",
        POINTS,
        lambda match: _doubt(match, [1 - _percent(match["n"])], "points given, of what is not said"),
    ),
    (".", DECIMAL, lambda match: _value(match, match["n"])),
)
"""What names the rate itself, from the most to the least telling."""
