"""Discount rates in free text: where one is mentioned, what it says, and whether it is meant at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from domain.errors import Refused
from domain.rates import parse_rate
from handlers.intake_text.board import Board
from handlers.intake_text.decided import RIVAL
from handlers.intake_text.labels import Label

_HAN = "[零一二两三四五六七八九十]"
_DIGIT = r"[\d.零一二两三四五六七八九十]"
_N = (
    rf"(?:(?<![\d.])\d{{1,3}}(?:\.\d{{1,4}})?|(?<![\d.])\.\d{{1,4}}|"
    rf"{_HAN}{{1,4}}(?:点[零一二三四五六七八九]{{1,3}})?)"
)
_UNIT = r"\s?(?:个?百分点|个?点|%)"
_OFF = r"(?:让利|让价|优惠|下浮|便宜|减免|降价|让)(?:掉|了)?"
_LIST = r"(?:面价|目录价|标价|列表价|原价)"
_RANGE = r"\s?(?:到|至|~|-)\s?"

_RELATIVE = re.compile(
    rf"(?=[再多继还另让优下便减降调返上提涨加回升少\s])(?P<again>(?:再|多|继续|还要|另外)+(?:给|多)?)?\s?(?P<way>{_OFF}|下调|调低|降低|降|减|少|返|"
    rf"上调|调高|提高|上浮|涨价|涨|加价|加|回调|升)\s?(?:百分之(?P<h>{_HAN}{{1,4}}(?:点{_HAN}{{1,3}})?)|(?P<n>{_N}|"
    rf"半|(?P<halves>[一二两三四五六七八九])个半(?=点))(?P<unit>{_UNIT}|"
    rf"成(?P<tenths>[半一二三四五六七八九](?![折个十]))?))(?![零一二三四五六七八九])"
    r"(?:的?(?:折扣|优惠))?"
)
_OFF_AFTER = re.compile(rf"(?={_DIGIT})(?P<n>{_N}){_UNIT}的?(?:让利|优惠|下浮|让价)|(?P<p>\d{{1,2}})%\s?off")
_REBATE = re.compile(rf"(?:返利|返点|返)\s?(?P<n>{_N}){_UNIT}")
_ON_TOP = re.compile(
    rf"(?:再打个?|折上再|折上折\s?(?:再|给|打|给个)?|再给个?|再来个?)\s?(?P<n>{_N})\s?[折扣]?"
)
_TWO = re.compile(rf"(?={_DIGIT})(?P<a>{_N}){_RANGE}(?P<b>{_N})[ \t]?[折扣](?!扣?\s?[:：=])")
_TWO_DECIMALS = re.compile(
    r"(?<![从由\d.])(?P<a>0?\.\d{1,4})\s?(?:到|至|~|-|或者?|/)\s?(?P<b>0?\.\d{1,4})(?!\d)"
)
_ZHE = re.compile(
    rf"(?=[打按给享\s]|{_DIGIT})(?:打|按|给|享)?\s?(?P<n>{_N})[ \t]?"
    r"(?:折(?!扣\s?[:：=]|[坑弯叠页射旧子])扣?|扣)(?![上率扣])"
    r"(?P<about>半|起|左右|或?者?(?:以上|以下|"
    rf"更低|更高)|以上|以下|上下|以内|多|出头)?"
)
_OFF_RANGE = re.compile(rf"{_OFF}\s?(?P<a>{_N}){_UNIT}?\s?(?:到|至|~|-|或者?)\s?(?P<b>{_N}){_UNIT}")
_HALF = re.compile(r"(?:打)?(?:对折|半价)(?![一-龥])")
_PERCENT_SAID = re.compile(r"折扣\s?[:：]?\s?(?:是|为|给|按)?\s?(?P<n>\d{1,3}(?:\.\d+)?%)")
_PERCENT_OFF = re.compile(rf"(?P<all>(?:\d{{1,3}}(?:\.\d+)?%|百分之{_HAN}{{1,5}})的?\s?折扣?)")
_SHARE = re.compile(
    rf"(?:{_LIST}|打|按|折扣率[:：]?|系数)\s?(?:价格?)?的?\s?(?P<n>\d{{1,3}}(?:\.\d+)?%|百分之{_HAN}{{1,5}})"
)
_TO_SHARE = re.compile(rf"(?:改|调|降|做)(?:到|成|为|至)\s?(?P<n>\d{{2,3}}(?:\.\d+)?%|百分之{_HAN}{{1,5}})")
_FACTOR = re.compile(
    rf"(?:{_LIST}|单价|价)?\s?(?:[*×x]|乘以?)\s?(?P<n>0?\.\d{{1,4}})(?!\d)|系数\s?(?:[:：]|是|为|"
    rf"按)?\s?(?P<m>[01]?\.\d{{1,4}})"
)
_SAID = re.compile(
    rf"(?:折扣率?|折让|打)\s?(?:[:：]|是|为|给他们?|给到|给|按|改成|调到|改到|暂定|先定|先按|"
    rf"做)*\s?(?P<n>{_N})(?![\d%个台件万元号年月日天]|"
    rf"\s?{_UNIT})"
)
_POINTS_SAID = re.compile(rf"折扣\s?[:：]?\s?(?:是|为|给|按|大概|差不多)?\s?(?P<n>{_N}){_UNIT}(?:左右|上下)?")
_ARROW = re.compile(
    r"折扣\s?[:：]?\s?(?:从|由)?(?P<a>[5-9]\d(?:\.\d)?)\s?(?:→|->|=>|改成?|调到|到|"
    r"降到)\s?(?P<b>[5-9]\d(?:\.\d)?)(?![\d%折天])"
)
_DECIMALS_TURNED = re.compile(
    r"(?<![\d.])(?P<a>0\.\d{1,4})\s?(?:折扣?)?(?:调整?|改|降|变|提|升)(?:成|为|到|至)?\s?(?P<b>[01]\.\d{1,4})(?![\d%])"
)
_POINTS_TURNED = re.compile(
    rf"(?:让利|优惠|下浮|让)(?:从|由)?\s?(?P<a>{_N}){_UNIT}\s?(?:增加?|提高?|加|降|减|改|调整?|变)?(?:至|到|成|为)\s?"
    rf"(?P<b>{_N}){_UNIT}"
)
_NUMBERS_TURNED = re.compile(
    r"(?<![\d.\-])(?P<a>[5-9]\d(?:\.\d)?)\s?(?:改成?|改为|改到|调成?|调到|调整到|降到|涨到|→|->|=>)\s?"
    r"(?P<b>[5-9]\d(?:\.\d)?)(?![\d%折扣天个台件万元号年月日.])"
)
_POINTS = re.compile(rf"(?:给|放)\s?(?P<n>{_N})\s?个点")
_DECIMAL = re.compile(
    r"(?=[01]?\.\d)(?:(?<=[\s,;/|:、\n(])|(?<![^\0])|(?<=[改到成给按→>从由])|(?<=现在)|(?<=目前)|(?<=申请)|(?<=想要)|(?<=希望))(?P<n>0?\.\d{1,4}|"
    r"1\.00?)"
    r"(?=$|[\s,;/|、\n)\0]|[改调到降升→\-])"
)
_BARE = re.compile(rf"(?P<n>{_N})(?![\d%个台件万元号年月日天折])(?=$|[\s,;/|、\n)\0。])")
_FROM_TO = re.compile(rf"(?<=[从由])\\s?(?P<a>{_N}){_RANGE}(?P<b>{_N})\\s?[折扣]")
_ARROW_ZHE = re.compile(rf"(?={_DIGIT})(?P<a>{_N})\s?(?:→|->|=>)\s?(?P<b>{_N})\s?折")
_WHOLE = re.compile(
    rf"(?:{_LIST})?(?:不打折|无折扣|没有?折扣|不优惠|不让利)|折扣\s?[:：]\s?(?:无|没有)|全价|"
    rf"按{_LIST}(?:结|走|算|执行)?(?![\d.的*×x乘打优让下])"
)

_NOT_YET_AGREED = re.compile(r"折扣率?(?:还|都|先|就)*(?:空着|不填|别填|待定|没定|没谈|再定)")
_WHOLE_AGAIN = re.compile(
    rf"(?:改[成为到]?|恢复|[调变]成?|回到?|申请|现在|目前|一直|现)(?:是|按|走|拿|做|到|回)*\s?(?P<whole>{_LIST}?(?:不打折|无折扣)|{_LIST}|全价)"
    r"(?=[走算结拿]|$|[\s,，;；。)吧了]|执行)"
)
_NEGATED = re.compile(r"(?:不是|不要|别给|别按|不按|不能给|给不了|做不到|没有|不走)\s?(?:打|按|给)?\s?$")
_FLOOR = re.compile(r"(?:最低|底价|底线|不低于|至少|最多|最高|上限|下限|不超过|不少于)[^,;。\n]{0,6}$")
_NOT_A_RATE = re.compile(r"(?:毛利|利润|提成|佣金|利率|手续费|增长|涨了|同比|合格率|点数)[^,;。\n]{0,4}$")
_CLAUSE = re.compile(r"[,;。!?\n]")


_SAID_AS = {_DECIMALS_TURNED: "{}", _POINTS_TURNED: "优惠{}%"}


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
    _take_pairs(board, found, _ARROW)
    _take_pairs(board, found, _ARROW_ZHE)
    _take_pairs(board, found, _DECIMALS_TURNED)
    _take_pairs(board, found, _POINTS_TURNED)
    if "折" in board.text.said:
        _take_pairs(board, found, _NUMBERS_TURNED)
    for rule in _COUNTED:
        _apply(board, found, rule)
    _take_pairs(board, found, _FROM_TO)
    for rule in _NAMED:
        _apply(board, found, rule)
    for label in labels:
        if label.field in {"discount_rate", "current_discount", "requested_discount"}:
            _take_bare(board, found, label)
    if _NOT_YET_AGREED.search(board.text.said):
        for mention in found:
            board.release(mention.start, mention.end)
        return []
    _take(board, found, _WHOLE_AGAIN, lambda match: RateMention(*match.span("whole"), Decimal(1)))
    if not found:
        _take(board, found, _WHOLE, lambda match: RateMention(*match.span(), Decimal(1)))
    return sorted(found, key=lambda mention: mention.start)


def _apply(board: Board, found: list[RateMention], rule: Rule) -> None:
    signs, pattern, read = rule
    if any(sign in board.text.said for sign in signs):
        _take(board, found, pattern, read)


def _take(board: Board, found: list[RateMention], pattern: re.Pattern[str], read: Reader) -> None:
    for match in board.search(pattern):
        if mention := read(match):
            found.append(_judged(board.text.said, mention))
            board.take(mention.start, mention.end)


def _take_pairs(board: Board, found: list[RateMention], pattern: re.Pattern[str]) -> None:
    """Read two numbers that share one word: 折扣94→91, 从95到93折."""
    for match in board.search(pattern):
        for name in ("a", "b"):
            read = _parsed(_SAID_AS.get(pattern, "{}折").format(match[name]))
            if read is not None and read[0] is not None:
                found.append(_judged(board.text.said, RateMention(*match.span(name), read[0])))
                board.take(*match.span(name))


def _take_bare(board: Board, found: list[RateMention], label: Label) -> None:
    """Read a bare number behind the label of a rate."""
    match = _BARE.match(board.left, label.at)
    mention = _value(match, match["n"]) if match else None
    if mention is not None:
        found.append(mention)
        board.take(mention.start, mention.end)


def _judged(said: str, mention: RateMention) -> RateMention:
    before = _CLAUSE.split(said[max(0, mention.start - 24) : mention.start])[-1]
    if _FLOOR.search(before) and mention.value is not None:
        candidates, why = (mention.value,), "a limit is not a rate"
        mention = replace(mention, value=None, candidates=candidates, why=why)
    before = re.split(r"我们|我司|咱们?|我方|申请", before)[-1]
    given = re.search(r"\s(?=给他)", before)
    if given and not RIVAL.search(before[max(0, given.start() - 6) : given.start()]):
        before = before[given.end() :]
    rival = bool(RIVAL.search(before) or _NOT_A_RATE.search(before))
    return replace(mention, rival=rival, negated=bool(_NEGATED.search(before)))


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
    up = bool(re.match("上|调高|提高|涨|加|回调|升", way))
    absolute = re.match(_OFF, way) and not match["again"]
    if way == "返":
        return _doubt(match, [1 - points], "a rebate may not be a discount")
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
    ("再上", _ON_TOP, _on_top),
    ("让优下便减降", _OFF_RANGE, _off_range),
    ("点成%分", _RELATIVE, _relative),
    (
        "返",
        _REBATE,
        lambda match: _doubt(match, [1 - _percent(match["n"])], "a rebate may not be a discount"),
    ),
    ("让优下o", _OFF_AFTER, lambda match: _value(match, f"优惠{match['n'] or match['p']}%", off=True)),
)
"""What counts down from the list price or from the present rate; read first, for 再打九折 holds 九折."""
_NAMED: tuple[Rule, ...] = (
    ("折扣", _TWO, _two),
    (".", _TWO_DECIMALS, _two_decimals),
    ("对半", _HALF, lambda match: RateMention(*match.span(), Decimal("0.5"))),
    (
        "折",
        _POINTS_SAID,
        lambda match: _doubt(match, [1 - _percent(match["n"])], "points off, or the share paid"),
    ),
    ("%", _PERCENT_SAID, lambda match: _value(match, f"{match['n']}折扣")),
    ("%分", _PERCENT_OFF, lambda match: _value(match, match["all"])),
    ("折扣", _ZHE, _zhe),
    ("%分", _TO_SHARE, _share_doubt),
    ("%分", _SHARE, lambda match: _value(match, f"按{match['n']}")),
    ("*×x乘系", _FACTOR, lambda match: _value(match, match["n"] or match["m"])),
    ("折打", _SAID, lambda match: _value(match, match["n"])),
    (
        "点",
        _POINTS,
        lambda match: _doubt(match, [1 - _percent(match["n"])], "points given, of what is not said"),
    ),
    (".", _DECIMAL, lambda match: _value(match, match["n"])),
)
"""What names the rate itself, from the most to the least telling."""
