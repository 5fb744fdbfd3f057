"""Days in free text: from when and until when something holds, and by when a file comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendar import WorkCalendar
from domain.dates import parse_date, parse_period
from domain.errors import Refused
from handlers.intake_text.board import Board
from handlers.intake_text.labels import Label, label_before

_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_WEEK = r"(?:周|星期|礼拜)"
_HOLIDAY = r"(?:元旦|春节|过年|清明|五一|劳动|端午|中秋|国庆|十一)(?:节|假期|放假|长假)*"
_DAY = re.compile(
    rf"(?=[\d一二两三四五六七八九十今明后下这本当大半过元国春清端中劳年月季周星礼])(?:[12]\d{{3}}年{_N}月份?{_N}[日号]?|"
    rf"[12]\d{{3}}([\-/.])\d{{1,2}}\1\d{{1,2}}(?!\d)|"
    rf"(?:今年|明年)?{_N}月份?[底末初]|(?:今年|明年|后年)?{_N}月份?{_N}[日号]?(?![台件套个只万元天])|"
    rf"(?:这个?|本|下+个?)月{_N}[日号]|"
    rf"{_HOLIDAY}(?:之后|以后|后|过后)?的?(?:第{_N}个?(?:工作日|上班日)|(?:上班|开工|复工)后?的?第{_N}天|"
    rf"第{_N}天上班)|"
    rf"{_HOLIDAY}(?:之后|以后|后|之前|以前|前)|(?:过)?年前(?=[,，。;；\s)]|有效|执行|生效|止|$)|"
    rf"(?:这个?|本|当|下+个?)?月的?(?:第{_N}|最后一)个?工作日|(?:这个?|本|下+个?)?周末|"
    rf"{_N}个?工作[日天](?:之后|以后|后|内|之内)|"
    rf"(?:这个?|本|下+个?)?{_WEEK}[一二三四五六日天](?!\d)|大?后[天日]|[明今][天日]|(?:今年|"
    rf"明年)?年[底末]|(?:这个?|本|当|下+个?)?月[底末初]|"
    rf"(?:明年)?元旦节?|国庆节?|(?:这个?|本)?季度[末底]|(?:半个月|{_N}个?(?:天|日|周|星期|礼拜|"
    rf"月))(?:以后|之后|后)|"
    rf"(?<![\d.]){_N}[日号](?![楼院门栋])|(?<![\d./\-])\d{{1,2}}[/.]\d{{1,2}}(?![\d./\-%折个万元天mk]))"
)
_PERIOD = re.compile(
    rf"(?:下+个?月|下+个?{_WEEK}|下个?季度?|明年|下半年|本月)(?:份)?(?=\s?(?:起|开始|执行|生效|就|始))"
)
_AT_ONCE = re.compile(
    r"(?:即日|即刻|立即|立刻|马上|当日|当天|现在)\s?(?:起(?:执行|生效|实行)?|生效|开始(?:执行)?|执行)|即时生效|本日起"
)
_GONE = re.compile(r"(?:昨天|前天|上(?:个)?月|上周|上季度)(?:\d{1,2}[日号])?(?:就)?(?:起|开始|生效|执行)")
_YEAR_SAID = re.compile(r"\d{4}|年|元旦|春节|清明|五一|劳动|端午|中秋|国庆|十一")
_LONG = timedelta(days=240)
_STARTS = re.compile(r"\s?(?:号|日)?\s?(?:就|再)?(?:起|开始|生效|执行|始|启用|之?后执行|以后)")
_ENDS = re.compile(r"\s?(?:之前|以前|前|止|为止|到期|截止|有效|内)")
_HOLDS_UNTIL = re.compile(
    r"\s?(?:[,，。;；、)）\s\0]|$|有效|执行|生效|止|为止|的?(?:订单|单子|货)|都|适用|可用|可以?用|能用|享受|保持|维持|按|[哈吧哦]|(?:归)?还|交|\d|[一二三四五六七八九])"
)
_BY_THEN = re.compile(r"\s?(?:已|就已|才|都|累计|共|为止(?:已|就|才|一共)|做|完成|用|买|拿|下单|采购)")
_DEADLINE = re.compile(r"\s?(?:就)?(?:要|交|发货|提货|出货|下单|签|回复|批|办|给|完成|付|搞定|确认|答复)")
_FROM = re.compile(
    r"(?:effective(?: from)?|from|打|从|自|由|生效(?:时间|日期|日)?|执行(?:时间|日期)?|开始)\s?[:是为]?\s?$"
)
_HOLDING = re.compile(r"(?:执行|有效期?|[适沿使]?用|持续|维持|保持|优惠|享受|延长?)(?:到|至|截止到?)\s?$")
_OF_A_CONTRACT = re.compile(r"(?:合同|协议|框架|质保|租约|租期|保修|证书?|执照)[^,，。;；\n]{0,5}$")
_VALID = re.compile(r"(?:有效|执行|适用)期限?\s?[:是为]?\s?$")
_UNTIL = re.compile(r"(?:到|至|截止到?|有效期至?|止于|-|~)\s?[:是为]?\s?$")


@dataclass(frozen=True)
class DayMention:
    """A day in a text. day: None where it has several readings, with candidates. role: from, to or none."""

    start: int
    end: int
    day: date | None
    candidates: tuple[date, ...]
    role: str


def recognise_days(
    board: Board, labels: list[Label], today: date, calendar: WorkCalendar | None
) -> list[DayMention]:
    """Find the days of a text with what is said about them; only those with a role are taken."""
    found: list[DayMention] = []
    read: dict[str, tuple[date | None, tuple[date, ...]] | None] = {}
    for match in board.search(_DAY):
        if match[0] not in read:
            read[match[0]] = _doubted(match[0], _parsed(match[0], today, calendar), today)
        found += _read(board, labels, match.start(), match.end(), read[match[0]])
    for match in board.search(_PERIOD):
        try:
            day = parse_period(match[0], today)
        except Refused:
            continue
        found += _read(board, labels, match.start(), match.end(), (day, ()))
    for match in board.search(_GONE):
        found.append(DayMention(*match.span(), None, (), "from"))
    for match in board.search(_AT_ONCE):
        found.append(DayMention(*match.span(), today, (), "from"))
    found.sort(key=lambda mention: mention.start)
    return found


def _parsed(
    said: str, today: date, calendar: WorkCalendar | None
) -> tuple[date | None, tuple[date, ...]] | None:
    try:
        return parse_date(said, today, calendar), ()
    except Refused as refused:
        if refused.code == "date_ambiguous":
            return None, tuple(refused.params["candidates"])
    return None


def _doubted(
    said: str, read: tuple[date | None, tuple[date, ...]] | None, today: date
) -> tuple[date | None, tuple[date, ...]] | None:
    """Doubt a day that is gone, or may be one of the months just gone: 11月1日, said on the 23rd."""
    if read is None or read[0] is None:
        return read
    day = read[0]
    if day < today:
        return None, (day,)
    if day - today > _LONG and not _YEAR_SAID.search(said) and (day.month, day.day) != (2, 29):
        return None, (day.replace(year=day.year - 1), day)
    return read


def _only_tells(said: str, start: int, end: int) -> bool:
    """Whether a day only belongs to what is told: 春节前资金紧张, 到10月底已经410万, 合同12月31日到期."""
    ends = re.match(r"\s?到期", said[end : end + 3])
    if _BY_THEN.match(said, end) or (ends and _OF_A_CONTRACT.search(said[max(0, start - 10) : start])):
        return True
    before = _ENDS.match(said, end) if not said[start:end].endswith("前") else None
    tail = before.end() if before else end
    return said[start:tail].rstrip().endswith("前") and not _HOLDS_UNTIL.match(said, tail)


def _role_after(said: str, end: int) -> tuple[str, int]:
    """Give what the words behind a day make of it, and where they end."""
    if tail := _STARTS.match(said, end):
        return "from", tail.end()
    if tail := _ENDS.match(said, end):
        extra = re.compile(r"(?:有效|执行|截止)").match(said, tail.end())
        return "to", extra.end() if extra else tail.end()
    return "", end


def _read(
    board: Board,
    labels: list[Label],
    start: int,
    end: int,
    read: tuple[date | None, tuple[date, ...]] | None,
) -> list[DayMention]:
    if read is None:
        return []
    said = board.text.said
    before, label = said[max(0, start - 6) : start], label_before(labels, board.left, start)
    labelled = label is not None and label.field in {"effective_from", "effective_to"}
    if not labelled and not _HOLDING.search(before) and _only_tells(said, start, end):
        return []
    role, end = _role_after(said, end)
    if role == "to" and _DEADLINE.match(said, end):
        return []
    if said[start:end].endswith(("前", "内")):
        role = role or "to"
    ranged = re.match(
        r"\s?(?:起|开始)?\s?(?:到|至|-|~)\s?(?:\d|[一二三四五六七八九十今明下年月本])", said[end : end + 8]
    )
    if labelled and label is not None:
        role = "from" if label.field == "effective_from" or ranged or role == "from" else "to"
    elif ranged and (lead := _VALID.search(before)):
        role, start = "from", start - (len(before) - lead.start())
    elif lead := _UNTIL.search(before):
        role, start = "to", start - (len(before) - lead.start())
    elif lead := _FROM.search(before):
        role, start = role or "from", start - (len(before) - lead.start())
    elif ranged:
        role = "from"
    return [DayMention(start, end, read[0], read[1], role)]
