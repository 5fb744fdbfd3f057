"""Settlement terms: when a customer pays, as reps say it (月结30天, 款到发货, 票到30天).

The words stay beside the reading, because 月结30 counts from different days in different companies.
days: calendar days of credit; a month said is 30 days. The months of a bank acceptance are no credit days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from domain.errors import Refused
from domain.numerals import NUMBER, close_up, read_number

LONGEST = 365


class SettlementMethod(StrEnum):
    """What the days of credit count from, or why there are none."""

    PREPAY = "prepay"
    CASH = "cash"
    MONTHLY = "monthly"
    MONTHLY_NEXT = "monthly_next"
    AFTER_INVOICE = "after_invoice"
    AFTER_DELIVERY = "after_delivery"
    NET_DAYS = "net_days"
    BANK_ACCEPTANCE = "bank_acceptance"
    INSTALLMENT = "installment"

    @property
    def has_days(self) -> bool:
        """Whether terms of this kind are complete only with a number of days."""
        return self in _LABELS_WITH_DAYS


_LABELS_WITH_DAYS = {
    SettlementMethod.MONTHLY: "月结",
    SettlementMethod.MONTHLY_NEXT: "次月结",
    SettlementMethod.AFTER_INVOICE: "票到",
    SettlementMethod.AFTER_DELIVERY: "货到",
    SettlementMethod.NET_DAYS: "账期",
}

_DAYS = rf"({NUMBER}(?:天|日)|(?:半|{NUMBER})个?月|{NUMBER}(?:周|个?星期))"
_BARE_DAYS = rf"(?:{_DAYS}|({NUMBER})(?![\d.%天日个月周号]))"
_LINK = r"[,，:：(的是为后内]*"
_BASIS = {
    SettlementMethod.MONTHLY_NEXT: r"(?:次月|隔月|下月)结(?:算|清)?",
    SettlementMethod.MONTHLY: r"(?:当月结|月结|月度结算|按月结)(?:算|清)?",
    SettlementMethod.AFTER_INVOICE: r"(?:收到发票|见发票|发票到|开票|票到|见票|收票)(?:之?后)?(?:付款|付)?",
    SettlementMethod.AFTER_DELIVERY: r"(?:(?<!票)货到|到货|收货)(?:之?后)?(?:付款|付|结清)?",
    SettlementMethod.NET_DAYS: r"(?:账期|帐期|信用期|赊账|net|n(?=\d))",
}
_AT_ONCE = {
    SettlementMethod.AFTER_DELIVERY: r"货到(?:即|就|立即)?(?:付款|付清|结清|付全款|付)|(?<![票货])到付|cod",
    SettlementMethod.AFTER_INVOICE: r"(?:票到|见票|收到发票)(?:即|就|立即)?(?:付款|付清|付)",
}
_ACCEPTANCE = (
    rf"(?:(?:货到|票到|开票)后?付?)?(?:({NUMBER})个月期?的?)?"
    rf"(?:电子|纸质)*(?:银行|商业)?(?:承兑|银承|商承)(?:汇票)?[(（:：,]?(?:({NUMBER})个月期?)?"
)
_PREPAY = (
    r"(?:t/?t)?(?:100%)?(?:预付(?:100%|全款|货款|款)?|全款预付|全款)(?:后发货|发货)?|"
    r"款到(?:后|才|再)?(?:发货|发)|款清发货|"
    r"先(?:付)?款后(?:发)?货|先付(?:款)?后发(?:货)?|先付后发|付款后?(?:再)?发货|带款提货|款到"
)
_CASH = r"现款现货|现款现结|现结|现付|现款|现金(?:结算|支付)?|当场结清|即时结清|钱货两清|cash"
_NOISE = re.compile(
    r"[,，。;；:：!！()（）、~]|付款|结算方式?|结款|账期|帐期|之?后|以?内|付清|付|结|的|是|按|为|就|改成?|吧|天"
)


@dataclass(frozen=True)
class Settlement:
    """Terms as read. words: what the person said, folded; the record keeps them."""

    method: SettlementMethod
    days: int | None
    words: str

    @property
    def credit_days(self) -> int:
        """Days of credit given; 0 for prepayment, cash, acceptance and instalments."""
        return self.days or 0 if self.method.has_days else 0

    def to_json(self) -> dict[str, Any]:
        return {"method": self.method.value, "days": self.days, "words": self.words}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(SettlementMethod(stored["method"]), stored["days"], stored["words"])


def settlement_of(method: SettlementMethod, days: int | None = None) -> Settlement:
    """Build terms from a chosen method and, where it has days, the days; the words are the canonical ones.

    Raises Refused: settlement_days_missing(method), settlement_days_out_of_range(days, longest).
    """
    if not method.has_days:
        days = None
    elif days is None:
        raise Refused("settlement_days_missing", method=method)
    elif not 0 <= days <= LONGEST:
        raise Refused("settlement_days_out_of_range", days=days, longest=LONGEST)
    bare = Settlement(method, days, "")
    return Settlement(method, days, settlement_words(bare))


def parse_days(text: str) -> int:
    """Read the answer to 多少天: 30, 三十天, 一个月 (30 days), 半个月 (15), 两周 (14).

    Raises Refused: settlement_days_unreadable, settlement_days_out_of_range(days, longest).
    """
    match = re.fullmatch(_BARE_DAYS, close_up(text).strip("。.,，"))
    if match is None:
        raise Refused("settlement_days_unreadable")
    return _days(match[0])


def parse_settlement(text: str) -> Settlement:
    """Read settlement terms as typed.

    Raises Refused: settlement_unreadable, settlement_ambiguous(candidates: list of Settlement; empty where
    none is likely), settlement_days_missing(method), settlement_days_out_of_range(days, longest),
    settlement_days_unreadable.
    """
    said = close_up(text).lower()
    if _is_installment(said):
        return Settlement(SettlementMethod.INSTALLMENT, None, said)
    found, rest = _scan(said)
    loose = [_days(match[0]) for match in re.finditer(_DAYS, rest)]
    if not found:
        if loose:
            raise Refused(
                "settlement_ambiguous", candidates=[settlement_of(m, loose[0]) for m in _LABELS_WITH_DAYS]
            )
        raise Refused("settlement_unreadable")
    found = _merge(found)
    if len(found) == 1 and found[0][1] is None and found[0][0].has_days and len(set(loose)) == 1:
        found, rest = [(found[0][0], loose[0])], re.sub(_DAYS, "", rest)
    rest = _NOISE.sub("", rest)
    if len(found) > 1 or re.search(rf"{NUMBER}|不|别|没|取消|或", rest):
        others = [(method, days) for method, _ in found if method.has_days for days in loose]
        candidates = [_candidate(method, days, said) for method, days in dict.fromkeys([*found, *others])]
        raise Refused("settlement_ambiguous", candidates=[each for each in candidates if each])
    method, days = found[0]
    if method.has_days and days is None:
        raise Refused("settlement_days_missing", method=method)
    return Settlement(method, days, _words(said, days))


def settlement_words(settlement: Settlement) -> str:
    """Say terms in the canonical Chinese words; `parse_settlement` reads them back to the same terms."""
    match settlement.method:
        case SettlementMethod.PREPAY:
            return "款到发货"
        case SettlementMethod.CASH:
            return "现结"
        case SettlementMethod.INSTALLMENT:
            return (
                settlement.words
                if "分期" in settlement.words
                else f"分期:{settlement.words}".removesuffix(":")
            )
        case SettlementMethod.BANK_ACCEPTANCE:
            months = _acceptance_months(settlement.words)
            kind = "商业承兑" if re.search("商业|商承", settlement.words) else "银行承兑"
            return f"{kind}({months}个月)" if months else kind
        case SettlementMethod.AFTER_INVOICE | SettlementMethod.AFTER_DELIVERY if settlement.days == 0:
            return f"{_LABELS_WITH_DAYS[settlement.method]}付款"
        case method:
            return f"{_LABELS_WITH_DAYS[method]}{settlement.days}天"


_Reading = tuple[SettlementMethod, int | None]


def _scan(said: str) -> tuple[list[_Reading], str]:
    """Find every stated term from the most to the least telling; return them with the text not understood."""
    found: list[_Reading] = []
    rest = said

    def take(pattern: str, method: SettlementMethod, days: int | None = None) -> None:
        nonlocal rest
        for match in re.finditer(pattern, rest):
            stated = next((group for group in match.groups() if group), None) if method.has_days else None
            found.append((method, days if stated is None else _days(stated)))
            rest = rest[: match.start()] + "\0" * len(match[0]) + rest[match.end() :]

    take(_ACCEPTANCE, SettlementMethod.BANK_ACCEPTANCE)
    for method, basis in _BASIS.items():
        take(rf"{basis}{_LINK}{_BARE_DAYS}|(?<![\d零一二三四五六七八九十]){_DAYS}的?{basis}", method)
    for method, basis in _AT_ONCE.items():
        take(basis, method, 0)
    take(_PREPAY, SettlementMethod.PREPAY)
    take(_CASH, SettlementMethod.CASH)
    for method, basis in _BASIS.items():
        take(basis, method)
    return found, rest.replace("\0", "")


def _merge(found: Iterable[_Reading]) -> list[_Reading]:
    """Join what belongs together: 月结,账期30天 is 月结30天, and the same term said twice is one term."""
    terms = list(dict.fromkeys(found))
    net = [term for term in terms if term[0] is SettlementMethod.NET_DAYS]
    others = [term for term in terms if term[0] is not SettlementMethod.NET_DAYS]
    if len(net) == 1 and len(others) == 1 and others[0][0].has_days:
        method, days = others[0]
        if days is None or net[0][1] in (None, days):
            return [(method, net[0][1] if days is None else days)]
    with_days = {method for method, days in terms if days is not None}
    return [(method, days) for method, days in terms if days is not None or method not in with_days]


def _candidate(method: SettlementMethod, days: int | None, said: str) -> Settlement | None:
    if method.has_days and days is None:
        return None
    return (
        Settlement(method, days, said)
        if method is SettlementMethod.BANK_ACCEPTANCE
        else settlement_of(method, days)
    )


def _is_installment(said: str) -> bool:
    """Whether the price is paid in parts, each with its own occasion; the parts stay as said."""
    part = re.search(r"(?<!\d)\d{1,2}(?:\.\d+)?%", said)
    return bool(
        re.search(r"分期|分批付|分[二两三四五六\d]+[次期]", said)
        or (part and re.search(r"预付|定金|订金|首付|尾款|余款|质保|到|发货", said))
    )


def _days(said: str) -> int:
    if said.startswith("半"):
        return 15
    match = re.match(NUMBER, said)
    number = read_number(match[0]) if match else None
    if number is None or number > 1_000_000 or number % 1:
        raise Refused("settlement_days_unreadable")
    unit = said[match.end() :] if match else ""
    days = int(number) * (30 if "月" in unit else 7 if re.search("周|星期", unit) else 1)
    if days > LONGEST:
        raise Refused("settlement_days_out_of_range", days=days, longest=LONGEST)
    return days


def _acceptance_months(words: str) -> int | None:
    match = re.search(rf"({NUMBER})个月", words)
    number = read_number(match[1]) if match else None
    return None if number is None else int(number)


def _words(said: str, days: int | None) -> str:
    """Keep what was said; where days were said as months or weeks, note the days they were read as."""
    if days and re.search("月(?!结)|周|星期", said.replace("次月", "")) and "天" not in said:
        return f"{said}(按{days}天)"
    return said
