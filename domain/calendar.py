"""The working calendar: on which days the company works, and how far it is in working days and hours.

For the years that the State Council has published the days are its own, 调休 working weekends included. The
notice for a year comes in the November before it, and the data some time after; until then a year counts as
expected: the statutory holidays and weekends, never a failure. What an administrator enters goes before both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlmodel import Field, SQLModel

_SATURDAY = 5
_DAY = timedelta(days=1)
_NAMES = {  # chinesecalendar names holidays in English
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
NO_OVERRIDES: Mapping[date, CalendarOverride] = MappingProxyType({})


class CalendarSource(StrEnum):
    """Who says so."""

    PUBLISHED = "published"
    EXPECTED = "expected"  # 预计: not published yet
    OVERRIDE = "override"  # entered by an administrator


class CalendarOverride(SQLModel):
    """A day on which the company works, or does not, whatever the state's calendar says."""

    day: date = Field(primary_key=True)
    works: bool
    name: str = Field(default="", max_length=40)
    entered_at: datetime
    entered_by: str = Field(default="", max_length=32)


class CalendarOverrides(Protocol):
    """The table of overrides."""

    def all(self) -> dict[date, CalendarOverride]: ...

    def put(self, override: CalendarOverride) -> bool:
        """Insert or update; False where it says nothing new."""
        ...

    def remove(self, day: date) -> bool:
        """Let the state's calendar hold again; False where nothing was entered."""
        ...


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """name: of the holiday, or of the one a working weekend makes up for; empty on ordinary days."""

    day: date
    works: bool
    name: str
    source: CalendarSource


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """begins < ends, on the clock of `zone`."""

    begins: time = time(9)
    ends: time = time(18)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    @property
    def length(self) -> timedelta:
        return datetime.combine(date.min, self.ends) - datetime.combine(date.min, self.begins)


class WorkCalendar:
    """Answers by day. overrides: by day."""

    def __init__(self, overrides: Mapping[date, CalendarOverride] = NO_OVERRIDES) -> None:
        self._overrides = overrides

    def day(self, day: date) -> CalendarDay:
        if (said := self._overrides.get(day)) is not None:
            return CalendarDay(day, said.works, said.name, CalendarSource.OVERRIDE)
        holiday, working = _published()
        if first_published() <= day.year <= last_published():
            name = holiday.get(day, "") or working.get(day, "")
            works = day in working or (day.weekday() < _SATURDAY and day not in holiday)
            return CalendarDay(day, works, name, CalendarSource.PUBLISHED)
        name = _statutory(day.year).get(day, "")
        return CalendarDay(day, day.weekday() < _SATURDAY and not name, name, CalendarSource.EXPECTED)

    def works(self, day: date) -> bool:
        return self.day(day).works

    def next_workday(self, day: date) -> date:
        """Give the first working day after a day."""
        return self.on_or_after(day + _DAY)

    def previous_workday(self, day: date) -> date:
        """Give the last working day before a day."""
        return self.on_or_before(day - _DAY)

    def on_or_after(self, day: date) -> date:
        while not self.works(day):
            day += _DAY
        return day

    def on_or_before(self, day: date) -> date:
        while not self.works(day):
            day -= _DAY
        return day

    def add_workdays(self, day: date, count: int) -> date:
        """Go so many working days on, or back where negative; 0 stays, even on a rest day."""
        for _step in range(abs(count)):
            day = self.next_workday(day) if count > 0 else self.previous_workday(day)
        return day

    def workdays_between(self, first: date, last: date) -> int:
        """Count the working days after `first` up to and including `last`; negative where it lies before."""
        if last < first:
            return -self.workdays_between(last, first)
        return sum(self.works(first + timedelta(days=at)) for at in range(1, (last - first).days + 1))

    def add_working_time(self, moment: datetime, span: timedelta, hours: WorkingHours) -> datetime:
        """Give when so much working time will have passed; outside working hours it stands still.

        moment: aware. span: not negative. The answer lies within working hours, its end included.
        """
        here = moment.astimezone(hours.zone)
        day, at = here.date(), here.time()
        if not self.works(day) or at >= hours.ends:
            day, at = self.next_workday(day), hours.begins
        at = max(at, hours.begins)
        left = span
        while True:
            today = datetime.combine(date.min, hours.ends) - datetime.combine(date.min, at)
            if left <= today:
                return (datetime.combine(day, at, hours.zone) + left).astimezone(UTC)
            left -= today
            day, at = self.next_workday(day), hours.begins

    def hold(self, moment: datetime, hours: WorkingHours) -> datetime:
        """Give a moment if it lies within working hours, else when they begin next; in UTC."""
        here = moment.astimezone(hours.zone)
        day, at = here.date(), here.time()
        if self.works(day) and hours.begins <= at < hours.ends:
            return moment.astimezone(UTC)
        first = self.on_or_after(day) if at < hours.begins else self.next_workday(day)
        return datetime.combine(first, hours.begins, hours.zone).astimezone(UTC)

    def subtract_working_time(self, moment: datetime, span: timedelta, hours: WorkingHours) -> datetime:
        """Give the latest moment from which so much working time has passed by `moment`; in UTC.

        Whatever began then or before has waited that long. span: positive.
        """
        here = moment.astimezone(hours.zone)
        day, at = here.date(), here.time()
        if not self.works(day) or at <= hours.begins:
            day, at = self.previous_workday(day), hours.ends
        at, left = min(at, hours.ends), span
        while True:
            today = datetime.combine(date.min, at) - datetime.combine(date.min, hours.begins)
            if left < today:
                return (datetime.combine(day, at, hours.zone) - left).astimezone(UTC)
            if left == today:  # the morning and the evening before are the same working moment
                return datetime.combine(day, hours.begins, hours.zone).astimezone(UTC)
            left -= today
            day, at = self.previous_workday(day), hours.ends


@cache
def first_published() -> int:
    return min(day.year for day in _published()[0])


@cache
def last_published() -> int:
    """Give the last year whose notice the installed data holds."""
    return max(day.year for day in _published()[0])


def unpublished_year(today: date) -> int | None:
    """Give the year that begins within two months and is not published, so that somebody can be told."""
    coming = (today + timedelta(days=62)).year
    return coming if coming > last_published() else None


@cache
def _published() -> tuple[Mapping[date, str], Mapping[date, str]]:
    """Give holidays and working weekends by day, from the data of chinesecalendar, imported at first use."""
    from chinese_calendar import constants  # noqa: PLC0415 - only whoever asks for a day needs it

    holiday = {day: _NAMES.get(name, name) for day, name in constants.holidays.items()}
    return holiday, {day: _NAMES.get(name, name) for day, name in constants.workdays.items()}


@cache
def _statutory(year: int) -> Mapping[date, str]:
    """Give the statutory holidays of a year by the law as it stands; none where the lunar tables end."""
    import holidays  # noqa: PLC0415 - as above

    try:
        return dict(holidays.country_holidays("CN", years=[year], language="zh_CN").items())
    except (ValueError, KeyError, IndexError, OverflowError):
        return {}
