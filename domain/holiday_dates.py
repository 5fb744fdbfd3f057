"""Dates counted on the working calendar: 元旦后第一个工作日, 春节后上班第一天, 三个工作日后, 年前.

Where people differ in what they mean (国庆后: its first working day, or some day after), the likely days are
given to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from domain.calendar import CalendarSource, WorkCalendar
from domain.errors import Refused
from domain.numerals import NUMBER, read_number

_DAY = timedelta(days=1)
_AHEAD = 400  # days looked ahead for a holiday
_NAMES = {
    "元旦": "元旦", "春节": "春节", "过年": "春节", "清明": "清明", "五一": "劳动", "劳动": "劳动",
    "端午": "端午", "中秋": "中秋", "国庆": "国庆", "十一": "国庆",
}  # fmt: skip
_LONG = {"春节", "国庆", "劳动"}
"""Holidays that the state lengthens by days of its own each year; before it publishes them nobody knows."""
_HOLIDAY = rf"({'|'.join(_NAMES)})(?:节|假期|放假|长假)*"
_AFTER = r"(?:之后|以后|后|回来|过后)?"
_NTH = (
    rf"(?:第({NUMBER})个?(?:工作日|上班日|工作天)|(?:上班|开工|复工|"
    rf"节后)后?的?第({NUMBER})天|第({NUMBER})天上班)"
)


def read_on_calendar(said: str, today: date, calendar: WorkCalendar) -> date | None:
    """Read a phrase about working days and holidays, or give None.

    Raises Refused: date_ambiguous(candidates).
    """
    for pattern, read in _GRAMMAR:
        match = re.fullmatch(pattern, said)
        if match:
            return read(match, today, calendar)
    return None


def _nth_after(match: re.Match[str], today: date, calendar: WorkCalendar) -> date:
    count = _count(next(group for group in match.groups()[1:] if group))
    first, last = _holiday(match[1], today, calendar)
    found = calendar.add_workdays(last, count)
    if _NAMES[match[1]] in _LONG and calendar.day(first).source is CalendarSource.EXPECTED:
        raise Refused("date_ambiguous", candidates=[found])
    return found


def _after(match: re.Match[str], today: date, calendar: WorkCalendar) -> date:
    _first, last = _holiday(match[1], today, calendar)
    raise Refused("date_ambiguous", candidates=[calendar.next_workday(last)])


def _before(match: re.Match[str], today: date, calendar: WorkCalendar) -> date:
    first, _last = _holiday(match[1], today, calendar)
    raise Refused("date_ambiguous", candidates=_coming(today, calendar.previous_workday(first), first - _DAY))


def _before_new_year(_: re.Match[str], today: date, calendar: WorkCalendar) -> date:
    """年前 is before the Spring Festival to most, before 31 December to some."""
    spring = calendar.previous_workday(_holiday("春节", today, calendar)[0])
    raise Refused("date_ambiguous", candidates=_coming(today, date(today.year, 12, 31), spring))


def _workdays_later(match: re.Match[str], today: date, calendar: WorkCalendar) -> date:
    return calendar.add_workdays(today, _count(match[1]))


def _month_workday(match: re.Match[str], today: date, calendar: WorkCalendar) -> date:
    months = match[1].count("下")
    years, zero_based = divmod(today.month - 1 + months, 12)
    first = date(today.year + years, zero_based + 1, 1)
    if match[2] == "最后一":
        following = (first + timedelta(days=31)).replace(day=1)
        found = calendar.previous_workday(following)
    else:
        found = calendar.add_workdays(first - _DAY, _count(match[2].removeprefix("第")))
    if found < today:
        raise Refused("date_ambiguous", candidates=[])
    return found


def _weekend(match: re.Match[str], today: date, _: WorkCalendar) -> date:
    saturday = today + timedelta(days=5 - today.weekday(), weeks=match[1].count("下"))
    raise Refused("date_ambiguous", candidates=_coming(today, saturday, saturday + _DAY))


def _holiday(name: str, today: date, calendar: WorkCalendar) -> tuple[date, date]:
    """Give the first and last rest day of the holiday that is now or next."""
    wanted = _NAMES.get(name, name)
    day = today
    for _step in range(_AHEAD):
        found = calendar.day(day)
        if wanted in found.name and not found.works:
            return day, calendar.next_workday(day) - _DAY
        day += _DAY
    raise Refused("date_unreadable")


def _coming(today: date, *days: date) -> list[date]:
    return sorted({day for day in days if day >= today})


def _count(said: str) -> int:
    number = read_number(said)
    if number is None or number % 1 or not 1 <= number <= 250:
        raise Refused("date_unreadable")
    return int(number)


_GRAMMAR: tuple[tuple[str, Callable[[re.Match[str], date, WorkCalendar], date]], ...] = (
    (rf"{_HOLIDAY}{_AFTER}的?{_NTH}", _nth_after),
    (rf"{_HOLIDAY}(?:之后|以后|后|过后)", _after),
    (rf"{_HOLIDAY}(?:之前|以前|前)", _before),
    (r"(?:过)?年前", _before_new_year),
    (rf"({NUMBER})个?工作[日天](?:之后|以后|后|内|之内)", _workdays_later),
    (rf"((?:这个?|本|当|下+个?)月)的?(第{NUMBER}|最后一)个?工作日", _month_workday),
    (r"((?:这个?|本|下+个?)?周末)", _weekend),
)
