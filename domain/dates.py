"""Dates as people type them: 12月5日, 12/5, 5号, 下周五, 三天后, 月底, 元旦后第一个工作日.

A month and day that have passed this year mean next year; 周五 is the next one; weeks run Monday to Sunday.
Phrases about working days and holidays are counted on the working calendar, in `domain/holiday_dates.py`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from domain.calendar import WorkCalendar
from domain.errors import Refused
from domain.holiday_dates import read_on_calendar
from domain.numerals import NUMBER, close_up, read_number

WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

_WEEKDAY = {character: index for index, character in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAY |= {str(index + 1): index for index in range(6)} | {"7": 6}
_NEAR = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3, "昨天": -1, "前天": -2}
_WEEK = r"(?:周|星期|礼拜)"
_DAY = r"[一二三四五六日天1-7]"
_TAIL = re.compile(r"(?:上午|下午|早上|晚上|中午)?(?:之前|以前|[起始还]|开始|生效|吧)?[。.!！]?$")
_ECHO = re.compile(rf"[,，(（]?{_WEEK}({_DAY})[)）]?$")


def parse_date(text: str, today: date, calendar: WorkCalendar | None = None) -> date:
    """Read one typed date, counted from today. calendar: the company's; default: the state's.

    Raises Refused: date_unreadable, date_impossible(year, month, day), date_ambiguous(candidates), and
    date_weekday_differs(date, weekday: 0 = Monday) when a weekday said beside the date is not its own.
    """
    typed = close_up(text).rstrip("。.!！吧")
    on_calendar = read_on_calendar(typed, today, calendar or WorkCalendar()) if typed else None
    if on_calendar is not None:
        return on_calendar
    said = (
        re.sub(r"(?<=[日号天底旦\d一二三四五六])前$", "", close_up(text))
        if "天前" not in text
        else close_up(text)
    )
    said = _TAIL.sub("", said)
    echo = _ECHO.search(said)
    if echo and (head := said[: echo.start()]) and (found := _read(head, today)):
        if found.weekday() != _WEEKDAY[echo[1]]:
            raise Refused("date_weekday_differs", date=found, weekday=_WEEKDAY[echo[1]])
        return found
    read = _read(said, today)
    if read is None:
        raise Refused("date_unreadable")
    return read


def parse_period(text: str, today: date) -> date:
    """Read a stretch of time as its first day: 下个月, 明年, 下季度, 下周, 下半年, 本月.

    Raises Refused: date_unreadable.
    """
    said = re.sub(r"(?:[起始]|开始|之?后)$", "", close_up(text))
    monday = today - timedelta(days=today.weekday())
    if match := re.fullmatch(r"(这个?|本|当|下+个?)月份?", said):
        return date(*_plus_months(today.year, today.month, match[1].count("下")), 1)
    if match := re.fullmatch(rf"(这个?|本|下+个?){_WEEK}", said):
        return monday + timedelta(weeks=match[1].count("下"))
    if match := re.fullmatch(r"(本|这个?|下个?)季度?", said):
        quarter = 3 * ((today.month - 1) // 3)
        return date(*_plus_months(today.year, 1, quarter + 3 * match[1].count("下")), 1)
    if said in {"明年", "后年"}:
        return date(today.year + ("今明后".index(said[0])), 1, 1)
    if said == "下半年" and today.month < 7:
        return date(today.year, 7, 1)
    raise Refused("date_unreadable")


def _read(said: str, today: date) -> date | None:
    if said in _NEAR:
        return today + timedelta(days=_NEAR[said])
    for pattern, read in _GRAMMAR:
        match = re.fullmatch(pattern, said)
        if match:
            return read(match, today)
    return None


def _full(match: re.Match[str], _: date) -> date:
    return _made(int(match[1]), _whole(match[2]), _whole(match[3]))


def _month_day(match: re.Match[str], today: date) -> date:
    month, day = _whole(match[2]), _whole(match[3])
    if match[1]:
        return _made(today.year + ("今明后".index(match[1][0])), month, day)
    return _made(today.year + ((month, day) < (today.month, today.day)), month, day)


def _day(match: re.Match[str], today: date) -> date:
    """Find the next month, this one included, that has the day and has not passed it."""
    day = _whole(match[1])
    if not 1 <= day <= 31:
        raise Refused("date_impossible", year=today.year, month=today.month, day=day)
    year, month = today.year, today.month
    while day > monthrange(year, month)[1] or date(year, month, day) < today:
        year, month = _plus_months(year, month, 1)
    return date(year, month, day)


def _day_of_month(match: re.Match[str], today: date) -> date:
    year, month = _plus_months(today.year, today.month, match[1].count("下"))
    return _made(year, month, _whole(match[2]))


def _month_edge(match: re.Match[str], today: date) -> date:
    year, month = _plus_months(today.year, today.month, match[1].count("下"))
    return date(year, month, 1 if match[2] == "初" else monthrange(year, month)[1])


def _edge_of(match: re.Match[str], today: date) -> date:
    """Give the first or last day of a named month, the next one that is not past."""
    month = _whole(match[2])
    if not 1 <= month <= 12:
        raise Refused("date_impossible", year=today.year, month=month, day=1)

    def edge(year: int) -> date:
        return date(year, month, 1 if match[3] == "初" else monthrange(year, month)[1])

    if match[1]:
        return edge(today.year + (match[1] == "明年"))
    return edge(today.year) if edge(today.year) >= today else edge(today.year + 1)


def _weekday(match: re.Match[str], today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(weeks=match[1].count("下"), days=_WEEKDAY[match[2]])


def _next_weekday(match: re.Match[str], today: date) -> date:
    ahead = (_WEEKDAY[match[1]] - today.weekday()) % 7
    if ahead == 0:
        raise Refused("date_ambiguous", candidates=[today, today + timedelta(weeks=1)])
    return today + timedelta(days=ahead)


def _later(match: re.Match[str], today: date) -> date:
    if match[1] == "半个月":
        return today + timedelta(days=15)
    count, unit = _whole(match[2]), match[3]
    if count > 3650:
        raise Refused("date_unreadable")
    if "月" in unit:
        year, month = _plus_months(today.year, today.month, count)
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    return today + timedelta(days=count * (1 if unit in "天日" else 7))


def _year_end(match: re.Match[str], today: date) -> date:
    return date(today.year + (match[1] == "明年"), 12, 31)


def _new_year(_: re.Match[str], today: date) -> date:
    return date(today.year + ((today.month, today.day) != (1, 1)), 1, 1)


def _next_day(today: date, month: int, day: int) -> date:
    return date(today.year + ((today.month, today.day) > (month, day)), month, day)


def _quarter_end(today: date) -> date:
    month = 3 * ((today.month - 1) // 3) + 3
    return date(today.year, month, monthrange(today.year, month)[1])


def _plus_months(year: int, month: int, count: int) -> tuple[int, int]:
    years, zero_based = divmod(month - 1 + count, 12)
    return year + years, zero_based + 1


LARGEST = 9999  # what a part of a date, or a number of days, can sensibly be


def _made(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Refused("date_impossible", year=year, month=month, day=day) from error


def _whole(said: str) -> int:
    number = read_number(said)
    if number is None or number > LARGEST or number % 1:
        raise Refused("date_unreadable")
    return int(number)


_MONTH = r"(?:这个?|本|当|下+个?)?月"
_GRAMMAR: tuple[tuple[str, Callable[[re.Match[str], date], date]], ...] = (
    (rf"([12]\d{{3}})年({NUMBER})月份?({NUMBER})[日号]?", _full),
    (r"([12]\d{3})([-/.])(\d{1,2})\2(\d{1,2})", lambda m, _: _made(int(m[1]), int(m[3]), int(m[4]))),
    (r"([12]\d{3})(\d{2})(\d{2})", _full),
    (rf"(今年|明年|后年)?({NUMBER})月份?({NUMBER})[日号]?", _month_day),
    (r"(今年|明年|后年)?(\d{1,2})[-/.](\d{1,2})[日号]?", _month_day),
    (rf"({NUMBER})[日号]", _day),
    (rf"({_MONTH})({NUMBER})[日号]", _day_of_month),
    (rf"({_MONTH})的?(底|末|初)", _month_edge),
    (rf"(今年|明年)?({NUMBER})月份?(底|末|初)", _edge_of),
    (rf"((?:这个?|本|下+个?)){_WEEK}({_DAY})", _weekday),
    (rf"{_WEEK}({_DAY})", _next_weekday),
    (rf"(半个月|({NUMBER})个?(天|日|周|星期|礼拜|月))(?:以|之)?后", _later),
    (r"(今年|明年)?年?[底末]", _year_end),
    (r"(?:明年)?元旦节?", _new_year),
    (r"国庆节?", lambda _, today: _next_day(today, 10, 1)),
    (r"(?:五一|劳动)节?", lambda _, today: _next_day(today, 5, 1)),
    (r"(?:这个?|本)?季度[末底]", lambda _, today: _quarter_end(today)),
)
