"""Discount rates: reading what a rep types (九二折, 让利8个点, 85扣) and saying a rate in 折 words.

rate: share of the list price the customer pays, 0 < rate ≤ 1, at most 4 decimal places; 九二折 = 0.92.
Whatever has two readings is asked back, never guessed: a wrong digit here is money.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from domain.errors import Refused
from domain.numerals import NUMBER, close_up, read_number, spell_digits

PLACES = 4
_ONE, _PERCENT = Decimal(1), Decimal("0.01")

_N = rf"({NUMBER}|半)"
_UNIT = r"(?:个?百分点|个?点|%)"
_SHARE = rf"({NUMBER}%|百分之{NUMBER})"
_OFF = r"(?:让利|让价|让|优惠|下浮|便宜|减免|减|返利|返点|返)(?:掉|了)?"
_LESS = (
    r"(?:(?:再|多|继续|还要|另外)+给?(?:让利|让价|让|优惠|下浮|便宜|减|下调|调低|降低|降|少)"
    r"|下调|调低|降低|降)(?:掉|了)?"
)
_MORE = r"再?(?:上调|调高|提高|上浮|涨价|涨|加价|加|回调|升)了?"
_TAX = r"(?:不含税|含税|增值税|税率|税点|专用?票|普票|发票|开票|加税|税)[价:是的为另要加]*"
_RANGE = r"(?:到|至|~|-|—|–|或者?|/)"
_FILLER = re.compile(
    r"折扣率?|系数|面价|目录价|标价|列表价|原价|价格|单价|不含税|未税|含税|增值税|专用?票|普票|开票|"
    r"(?:改|调整?|降|优惠|让利|让|下浮|下调|上调|恢复|做|定|打)(?:到|成|为|至)|优惠价|申请|我要|想要|客户|统一|"
    r"也就是说?|就是|相当于|等于|可以|谢谢|[新打按给的是为就吧了算走要价即都到×xX*]|[,，。;；:：!！?？()（）/、=~·+]|\.(?!\d)"
)
_CHANGED = r"改|调|降|升|变|恢复|→|->"


class _Reader:
    """Collects what one text says about a rate, blanking each part once it is understood."""

    def __init__(self, text: str, current: Decimal | None) -> None:
        self.text = text
        self.current = current
        self.found: list[tuple[int, Decimal]] = []
        self.doubts: list[Decimal] = []
        self.doubtful = False
        self.taxed = False

    def take(self, pattern: str, read: Callable[[str], Decimal | None]) -> None:
        """Hand each match's first group to read; None stands for understood, but not a rate by itself."""
        for match in re.finditer(pattern, self.text, re.IGNORECASE):
            rate = read(next((group for group in match.groups() if group), match[0]))
            if rate is not None:
                self.found.append((match.start(), rate))
            self.text = self.text[: match.start()] + "\0" * len(match[0]) + self.text[match.end() :]

    def doubt(self, *candidates: Decimal) -> None:
        self.doubtful = True
        self.doubts += candidates

    def tax(self, _: str) -> None:
        self.taxed = True

    def less(self, said: str) -> Decimal:
        return self._shift(-_number(said))

    def more(self, said: str) -> Decimal:
        return self._shift(_number(said))

    def _shift(self, points: Decimal) -> Decimal:
        if self.current is None:
            raise Refused("rate_relative_needs_current", points=points)
        return self.current + points * _PERCENT

    def zhe(self, said: str) -> Decimal | None:
        readings = _zhe(said)
        if len(readings) == 1:
            return readings[0]
        self.doubt(*readings)
        return None

    def zhe_on_top(self, said: str) -> None:
        """再打九折: 九折 of the list price, or 九折 of the present price."""
        for rate in _zhe(said):
            self.doubt(rate, *([] if self.current is None else [rate * self.current]))

    def either(self, said: str) -> None:
        for number in re.findall(NUMBER, said):
            self.doubt(*_zhe(number))

    def either_off(self, said: str) -> None:
        for number in re.findall(NUMBER, said):
            self.doubt(_off(number))

    def off_or_share(self, said: str) -> None:
        self.doubt(1 - _share(said), _share(said))

    def bare_share(self, said: str) -> Decimal | None:
        share = _share(said)
        if share >= Decimal("0.5"):
            return share
        self.doubt(1 - share, share)
        return None


def parse_rate(text: str, current: Decimal | None = None) -> Decimal:
    """Read a discount rate as typed in answer to the question 折扣.

    current: the rate that holds today; relative words (再让2个点) need it.
    Raises Refused: rate_unreadable, rate_ambiguous(candidates), rate_out_of_range(rate), rate_too_fine(rate,
    places), rate_is_tax, rate_relative_needs_current(points; negative = the customer pays less).
    """
    typed = close_up(text)
    if signed := re.match(rf"[-−]({NUMBER})", typed):
        raise Refused("rate_out_of_range", rate=-_number(signed[1]))
    reader = _Reader(typed, current)
    _read_stated(reader)
    rest = _FILLER.sub(" ", reader.text.replace("\0", " ")).strip()
    if not reader.found and not reader.doubtful:
        rest = _read_bare(reader, rest)
    rates = _distinct(rate for _, rate in sorted(reader.found, key=lambda found: found[0]))
    if not rates and not reader.doubtful:
        raise Refused("rate_is_tax" if reader.taxed else "rate_unreadable")
    if len(rates) == 2 and rates[0] == current and not reader.doubtful and re.search(_CHANGED, typed):
        rates, rest = rates[1:], re.sub(rf"[从由]|{_CHANGED}", "", rest).strip()
    if reader.doubtful or len(rates) > 1 or rest:
        candidates = [rate for rate in _distinct([*rates, *reader.doubts]) if 0 < rate <= 1]
        raise Refused("rate_ambiguous", candidates=candidates)
    return _checked(rates[0])


def rate_words(rate: Decimal) -> str:
    """Say a rate the way a rep does: 九折, 九二折, 八八五折, 不打折; `parse_rate` reads it back unchanged."""
    if rate == 1:
        return "不打折"
    digits = _plain(rate).partition(".")[2]
    return f"{spell_digits(digits if digits[0] != '0' else f'0.{digits[1:]}')}折"


def points_between(old: Decimal, new: Decimal) -> Decimal:
    """Percentage points from old to new, negative when the customer will pay less: 0.90 to 0.88 is -2."""
    return Decimal(_plain((new - old) * 100))


def _read_stated(reader: _Reader) -> None:
    """Read all that says itself what it means; the order keeps 优惠5个点 apart from 13个点专票."""
    typed = reader.text
    reader.take(rf"{_OFF}({NUMBER}{_UNIT}?{_RANGE}{NUMBER}){_UNIT}?", reader.either_off)
    reader.take(rf"{_TAX}{NUMBER}{_UNIT}|税率{NUMBER}", reader.tax)
    reader.take(rf"{_LESS}(?:{_N}{_UNIT}|百分之({NUMBER}))", reader.less)
    reader.take(rf"{_MORE}(?:{_N}{_UNIT}|百分之({NUMBER}))", reader.more)
    reader.take(rf"{_OFF}(?:{_N}{_UNIT}|百分之({NUMBER}))(?:的?(?:折扣|优惠))?", _off)
    reader.take(rf"(?:{_OFF}|降)({NUMBER})成", lambda said: 1 - _number(said) / 10)
    reader.take(rf"{NUMBER}{_UNIT}的?(?:增值税|税|专用?票|普票|发票)[率点]?", reader.tax)
    reader.take(rf"{_N}{_UNIT}的?{_OFF}[利价]?|({NUMBER})%off", _off)
    reader.take(rf"{_OFF}(?!0?\.)({NUMBER})(?![\d.折扣零一二三四五六七八九十点])", reader.either_off)
    reader.take(rf"再打({NUMBER})[折扣]?", reader.zhe_on_top)
    reader.take(rf"({NUMBER}[折扣]?{_RANGE}{NUMBER})[折扣]", reader.either)
    reader.take(rf"({NUMBER})(?:折扣?|扣)", reader.zhe)
    reader.take(r"不打折|[无没]有?折扣?|不优惠|不让利|不给折扣", lambda _: _ONE)
    reader.take(r"半价|对折", lambda _: Decimal("0.5"))
    reader.take(rf"{_SHARE}的?折扣?|(?:折扣|打){_SHARE}", reader.off_or_share)
    reader.take(rf"(?:按|原价|面价|目录价|标价|列表价|付|收|的|[*×x]){_SHARE}", _share)
    reader.take(_SHARE, reader.bare_share)
    reader.take(rf"{_N}个?点(?![零一二三四五六七八九])", reader.either_off)
    reader.take(r"(?<![\d.])(0?\.\d+|1\.0+)(?![\d.])|(零点[零一二三四五六七八九]+)", _number)
    if not reader.found and not reader.doubtful and not re.search(NUMBER, typed):
        reader.take(r"原价|全价|平价|面价", lambda _: _ONE)


def _read_bare(reader: _Reader, rest: str) -> str:
    """Read numbers without any word, which only the question gives a meaning; return what remains."""
    for match in re.finditer(NUMBER, rest):
        number = _number(match[0])
        if number == 0 or 100 < number < 500 or number > 1000 or (1 < number < 5 and number % 1):
            raise Refused("rate_out_of_range", rate=number)
        if 50 <= number < 100:
            reader.found.append((match.start(), number * _PERCENT))
        elif 5 <= number < 10 and number % 1:
            reader.found.append((match.start(), number / 10))
        elif number in (1, 100):
            reader.doubt(_ONE)
        elif number > 100:
            reader.doubt(number / 1000)
        else:
            reader.doubt(*_zhe(match[0]), _off(match[0]))
    return re.sub(NUMBER, "", rest).strip()


def _zhe(said: str) -> list[Decimal]:
    """Read the number in front of 折: 9, 9.2, 92, 885, 九二, 八十五; 0.9折 and 10折 have two readings."""
    number = _number(said)
    if said.isascii() and 0 < number < 1:
        return [number, number / 10]
    if number in (10, 100):
        return [_ONE, number / 100] if said == "10" else [_ONE]
    return [number / 10 ** len(str(int(number)))]


def _off(said: str) -> Decimal:
    return 1 - _number(said) * _PERCENT


def _share(said: str) -> Decimal:
    return _number(said.strip("%").removeprefix("百分之")) * _PERCENT


def _number(said: str) -> Decimal:
    number = Decimal("0.5") if said == "半" else read_number(said)
    if number is None:
        raise Refused("rate_unreadable")
    return number


def _checked(rate: Decimal) -> Decimal:
    if not 0 < rate <= 1:
        raise Refused("rate_out_of_range", rate=rate)
    exact = Decimal(_plain(rate))
    if exact != round(exact, PLACES):
        raise Refused("rate_too_fine", rate=exact, places=PLACES)
    return exact


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _distinct(rates: Iterable[Decimal]) -> list[Decimal]:
    return list(dict.fromkeys(Decimal(_plain(rate)) for rate in rates))
