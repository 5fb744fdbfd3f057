"""Settlement terms in free text, instalments and acceptances included."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from domain.errors import Refused
from domain.numerals import read_number
from domain.settlements import SettlementMethod as Method
from domain.settlements import parse_days
from handlers.intake_text.board import Board
from handlers.intake_text.decided import RIVAL
from handlers.intake_text.instalments import NUM, Add, recognise_instalments
from handlers.intake_text.labels import Label
from handlers.intake_text.rate_shapes import DENIED_AFTER

_DAYS = rf"(?:{NUM}\s?(?:天|日(?!前)|个?月|周|个?星期)|半个?月)"
_BARE = (
    rf"(?:{_DAYS}|[一二三四五六七八九]?十五?(?![一-龥\\d])|"
    rf"\d{{1,3}}(?![\d.%个折点万元台件号月年]|[/\-]\d|\s?[折个]))"
)
_LINK = r"\s?[:(的是满手]?\s?"
_PAID = r"(?:内|后|之后)?(?:付款|付清|结清|结算|付|结)?"

_MONTHS = rf"(?:(?P<n>{NUM})个月|(?P<half>半年))期?的?"
_KIND = r"(?:电子|纸质)*(?:银行|商业)?(?:承兑|银承|商承|银票|商票)(?:汇票)?"
_ACCEPTANCE = re.compile(
    rf"(?=[货到收票开之后付电纸银商承半\s\d一二两三四五六七八九十百零])(?P<basis>货到|到货|收货|票到|"
    rf"开票)?(?:之?后)?付?\s?(?:{_MONTHS})?\s?{_KIND}(?:\s?[(:,]?\s?(?P<m>{NUM})个月(?:期|"
    rf"的)?\)?)?"
)
_WITH_DAYS: tuple[tuple[Method, str], ...] = (
    (Method.MONTHLY_NEXT, r"(?:次月|隔月|下月)结(?:算|清)?"),
    (Method.MONTHLY, r"(?:按月结算|当月结|(?<![半双季周两三隔])月结|月度结算)(?:算|清)?"),
    (
        Method.AFTER_INVOICE,
        r"(?:收到发票|见发票|发票到|开票(?=后)|票到|见票|收票|票(?=后))(?:之?后|以后)?(?:付款|付)?",
    ),
    (Method.AFTER_DELIVERY, r"(?:货到|到货|收货|签收)(?:之?后|以后)?(?:付款|付|结清)?"),
    (Method.NET_DAYS, r"(?:账期|帐期|信用期)"),
)
_TERMS = [
    (
        method,
        re.compile(
            rf"(?=[次隔下按当月收见发开票货到签账帐信半\d一二两三四五六七八九十百零])(?:{basis}{_LINK}(?P<days>{_BARE}){_PAID}|"
            rf"(?<![\d零一二三四五六七八九十])(?P<ahead>{_DAYS})的?{basis})"
        ),
    )
    for method, basis in _WITH_DAYS
]
_NET = re.compile(r"(?<![a-z])net\s?(?P<days>\d{1,3})(?:\s?days?)?(?![\d.a-z])")
_AT_ONCE = (
    (
        Method.AFTER_DELIVERY,
        re.compile(r"货到(?:即|就|立即|现|当场)?(?:付款|付清|结清|付全款|付)(?!\s?\d)|(?<![票货收费递])到付"),
    ),
    (Method.AFTER_INVOICE, re.compile(r"(?:票到|见票|收到发票)(?:即|就|立即)?(?:付款|付清|付)(?!\s?\d)")),
)
_OPEN = [
    (method, re.compile(basis))
    for method, basis in _WITH_DAYS
    if method in {Method.MONTHLY, Method.MONTHLY_NEXT}
] + [
    (
        Method.NET_DAYS,
        re.compile(r"(?<=[给走做要])账期的?(?=[,，]?\s?(?:几天|多少天|天数)[^,。;\n]{0,2}(?:还|没|再))"),
    ),
    (Method.AFTER_INVOICE, re.compile(r"(?<=[改走])(?:成|为)?票到(?=$|[,，。;；\s])")),
]
_PREPAY = re.compile(
    r"(?=[t1预全付款先带\s])(?:(?P<tt>t/?t)?\s?(?:100%\s?)?(?:预付(?:\s?100%|全款|全部货款|货款)|全款预付|预付款(?=$|[\s,;。])|"
    r"预付(?=$|[\s,;。])|全款|"
    r"付全款)(?:\s?后?\s?(?:再)?发货)?|"
    r"(?P<tt2>t/?t)?\s?(?:款到(?:了|后|才|再)?(?:发货|发)|款清发货|先(?:付)?款(?:再|后)?(?:发|给)?货|"
    r"先(?:付|打|汇|到)?款[再后]?(?:发|出|提|到)?货|先付(?:款)?后[发出](?:货)?|付款后?(?:再)?发货|"
    r"带款提货|款到即发))"
)
_CASH = re.compile(
    r"现款现货|现款现结|现款结算|货款现结|现结(?!算)|现付|现金(?:结算|支付|结)?(?![流价券])|现款|当场结清|一手(?:交)?钱[,，]?一手(?:交)?货|钱货两清"
)
_INSPECTED = re.compile(
    rf"(?:货到|到货|收货)?(?:安装|调试)?验收(?:合格)?(?:之?后)?\s?(?:{_DAYS})(?:内|后)?(?:付款|付清|结清|付)?"
)
_UNKNOWN = re.compile(
    r"压[一二两三半1-3]?(?:批|单|车|个月)?[付结][一二两三1-3]?(?:批|单|车)?|滚动(?:结算?|付款|付)|滚单结?|信用证|\bl/?c\b|(?:三七|四六|二八|五五|对半)开|代销|寄售|"
    r"铺[货底](?=[,，。;；\s]|结|$)|卖完(?:再)?结"
)
"""Ways of paying that are none of the company's."""
_RATIO = re.compile(
    r"(?<!\d)[1-9]\s?[-:/]\s?[1-9]\s?[-:/]\s?[1-9](?:\s?[-:/]\s?[1-9])?\s?(?=付款|付|分期|结算|比例|的?方式)|"
    r"分[二两三四五六\d][期次](?:付款?)?|分期付款"
)

_ABOUT = re.compile(
    rf"(?:{'|'.join(basis for _, basis in _WITH_DAYS)}){_LINK}(?:"
    rf"(?:不超过|最多|最长|最迟|不少于|至少|大概|大约|差不多)\s?{_DAYS}|"
    rf"{NUM}\s?(?:天|日)?\s?(?:或者?|/|-|~)\s?{NUM}\s?(?:天|日))"
)
_OTHER_DAYS = re.compile(rf"\s?(?:申请)?(?:改|调整?|延长?|放宽?|变|→|->)(?:成|为|到|至)?\s?(?P<days>{_DAYS})")
_FROM_TO = re.compile(
    rf"(?P<basis>次月结|隔月结|(?<![半双季周两三隔次])月结|账期|"
    rf"帐期)[^,;。\n\d折]{{0,6}}?(?P<a>{_DAYS})\s?(?:改|调整?|延长?|放宽?|变|缩短?|降|减|收|→|"
    rf"->)?(?:成|为|到|至)\s?(?P<b>{_DAYS})"
)
_LOOSE = re.compile(rf"\s?{_DAYS}(?![一-龥])")

_OF_SERVICE = re.compile(r"(?:内|以内)?(?:必须|要|会)?(?:派人|派员|上门|安排|安装|调试|退货|换货|提出|验货)")
"""Behind 货到15天, where it is no term of payment."""
_NEGATED = re.compile(r"(?:不要|别按|不是|不做|不走|不用|不能|不接受|不收|不接|取消|别)\s?$")


_APART = {"prepay", "cash", "installment", "net_days"}


@dataclass(frozen=True)
class TermsMention:
    """Terms in a text. value: as JSON has it; None where asked, with the candidates in words."""

    start: int
    end: int
    value: dict[str, Any] | None
    words: str
    negated: bool = False
    why: str = "words"


def recognise_terms(board: Board, labels: list[Label]) -> list[TermsMention]:
    """Find every mention of settlement terms and take its words."""
    found: list[TermsMention] = []

    def add(start: int, end: int, value: dict[str, Any] | None, why: str = "words") -> None:
        mention = TermsMention(start, end, value, board.shown(start, end).strip(), why=why)
        before = re.split(r"[,;。\n\s]", board.text.said[max(0, start - 12) : start])[-1]
        refused = _NEGATED.search(before) or DENIED_AFTER.match(board.text.said, end)
        found.append(replace(mention, negated=bool(refused or RIVAL.search(before))))
        board.take(start, end)

    recognise_instalments(board, add)
    _with_days(board, add, found)
    _without_days(board, add)
    for label in labels:
        if label.field == "settlement" and (match := _LOOSE.match(board.left, label.at)):
            add(match.start(), match.end(), None, "it is not said from when the days count")
    return sorted(found, key=lambda mention: mention.start)


def _with_days(board: Board, add: Add, found: list[TermsMention]) -> None:
    for match in board.search(_INSPECTED) if "验收" in board.text.said else ():
        add(match.start(), match.end(), None, "counted from an inspection")
    parted = any(mention.value for mention in found)
    for match in [] if parted else list(board.search(_RATIO)):
        add(match.start(), match.end(), None, "the occasions of the parts are not said")
    for match in board.search(_ACCEPTANCE) if re.search("[承商]|银票", board.text.said) else ():
        add(match.start(), match.end(), _acceptance(match))
    for match in board.search(_UNKNOWN):
        add(match.start(), match.end(), None, "none of the ways of settlement")
    for match in board.search(_ABOUT):
        add(match.start(), match.end(), None, "several numbers of days, or a limit")
    for match in board.search(_NET):
        _add_days(add, Method.NET_DAYS, match.span(), match["days"])
    _from_to(board, add)
    for method, pattern in _TERMS:
        for match in board.search(pattern):
            if not _OF_SERVICE.match(board.left, match.end()):
                _add_days(add, method, match.span(), match["days"] or match["ahead"])
    for mention in list(found):
        other = _OTHER_DAYS.match(board.left, mention.end) if mention.value else None
        if other and mention.value and mention.value["days"] is not None:
            span = other.start("days"), other.end()
            _add_days(add, Method(mention.value["method"]), span, other["days"])


def _from_to(board: Board, add: Add) -> None:
    for match in board.search(_FROM_TO):
        method = next(method for method, basis in _WITH_DAYS if re.fullmatch(basis, match["basis"]))
        for name, start in (("a", match.start()), ("b", match.start("b"))):
            days = _read_days(match[name])
            if days is not None:
                add(start, match.end(name), _terms(method, days))


def _add_days(add: Add, method: Method, span: tuple[int, int], said: str) -> None:
    days = _read_days(said)
    add(*span, _terms(method, days) if days is not None else None, "no number of days")


def _without_days(board: Board, add: Add) -> None:
    for method, pattern in _AT_ONCE:
        for match in board.search(pattern):
            add(match.start(), match.end(), _terms(method, 0))
    for match in board.search(_PREPAY):
        value = _terms(Method.PREPAY, None)
        if match["tt"] or match["tt2"]:
            value["channel"] = "TT"
        add(match.start(), match.end(), value)
    for match in board.search(_CASH):
        add(match.start(), match.end(), _terms(Method.CASH, None))
    for method, pattern in _OPEN:
        for match in board.search(pattern):
            if not re.match(r"\s?(?:还是|方式|客户|付款|单)", board.left[match.end() :]):
                add(match.start(), match.end(), _terms(method, None))


def terms_text(value: dict[str, Any]) -> str:
    """Say terms in canonical words, for candidates."""
    labels = {
        "prepay": "款到发货",
        "cash": "现结",
        "bank_acceptance": "银行承兑",
        "installment": "分期",
        "monthly": "月结",
        "monthly_next": "次月结",
        "after_invoice": "票到",
        "after_delivery": "货到",
        "net_days": "账期",
    }
    label, days = labels[value["method"]], value.get("days")
    if value.get("tenor_months"):
        return f"{value['tenor_months']}个月{label}"
    return label if days is None else f"{label}付款" if days == 0 else f"{label}{days}天"


def merged(mentions: list[TermsMention]) -> list[TermsMention]:
    """Give the distinct terms: 月结,账期30天 is 月结30天, and a term said twice is one."""
    kept: list[TermsMention] = []
    for mention in mentions:
        if mention.value is None:
            kept.append(mention)
            continue
        same = [
            at
            for at, other in enumerate(kept)
            if other.value is not None and _same(other.value, mention.value) is not None
        ]
        if same:
            both = _same(kept[same[0]].value or {}, mention.value)
            kept[same[0]] = replace(kept[same[0]], value=both)
        else:
            kept.append(mention)
    return kept


def _same(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any] | None:
    if one == two:
        return one
    if {one["method"], two["method"]} == {"prepay"}:
        return one | two
    if one["method"] == two["method"] and None in (one["days"], two["days"]):
        return two | {key: value for key, value in one.items() if value is not None}
    for first, second in ((one, two), (two, one)):
        joins = first["method"] == "net_days" and second["method"] not in _APART
        if joins and second["days"] in (None, first["days"]):
            return second | {"days": first["days"]}
    return None


def _terms(method: Method, days: int | None) -> dict[str, Any]:
    return {"method": method.value, "days": days}


def _read_days(said: str) -> int | None:
    try:
        return parse_days(re.sub(r"\s", "", said))
    except Refused:
        return None


def _acceptance(match: re.Match[str]) -> dict[str, Any]:
    value = _terms(Method.BANK_ACCEPTANCE, None)
    months = read_number(match["n"] or match["m"] or "")
    if match["half"]:
        months = Decimal(6)
    if months is not None:
        value["tenor_months"] = int(months)
    if match["basis"]:
        value["basis"] = "after_invoice" if "票" in match["basis"] else "after_delivery"
    return value
