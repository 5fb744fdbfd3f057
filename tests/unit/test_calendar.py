"""The working calendar: published years day by day, years that are not, and arithmetic over all of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import (
    CalendarOverride,
    CalendarSource,
    WorkCalendar,
    WorkingHours,
    first_published,
    last_published,
    unpublished_year,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar()
HOURS = WorkingHours()
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)
days = st.dates(date(2004, 1, 1), date(2030, 12, 31))
moments = st.builds(
    lambda day, seconds: datetime.combine(day, time(), SHANGHAI) + timedelta(seconds=seconds),
    st.dates(date(2004, 1, 2), date(2030, 12, 1)),
    st.integers(0, 86_399),
)
spans = st.integers(0, 60 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@pytest.fixture(scope="module", autouse=True)
def _known_years() -> None:
    """The law of each year is looked up once, which takes its time."""
    for year in range(2003, 2033):
        CALENDAR.works(date(year, 6, 2))


def test_published_years_are_those_of_the_state_council() -> None:
    day = date(first_published(), 1, 1)
    while day.year <= last_published():
        assert CALENDAR.works(day) == chinese_calendar.is_workday(day), day
        assert CALENDAR.day(day).source is CalendarSource.PUBLISHED
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "works", "name"),
    [
        ("2026-10-01", False, "国庆节"),
        ("2026-10-10", True, "国庆节"),  # a Saturday that makes up for it
        ("2026-02-14", True, "春节"),
        ("2026-11-21", False, ""),
        ("2026-11-23", True, ""),
    ],
)
def test_days_of_a_published_year(day: str, works: bool, name: str) -> None:
    found = CALENDAR.day(date.fromisoformat(day))
    assert (found.works, found.name) == (works, name)


def test_a_year_that_is_not_published_is_expected_and_never_fails() -> None:
    year = last_published() + 1
    new_year = CALENDAR.day(date(year, 1, 1))
    assert (new_year.works, new_year.name, new_year.source) == (False, "元旦", CalendarSource.EXPECTED)
    labour = CALENDAR.day(date(year, 5, 1))
    assert (labour.works, labour.source) == (False, CalendarSource.EXPECTED)
    for at in range(366):
        CALENDAR.day(date(year, 1, 1) + timedelta(days=at))


@pytest.mark.parametrize("year", [1, 1950, 2003, 2099, 2150, 9998])
def test_any_year_at_all_has_working_days(year: int) -> None:
    first = date(year, 3, 1)
    assert CALENDAR.next_workday(first) > first


def test_the_new_year_is_crossed() -> None:
    assert CALENDAR.next_workday(date(2026, 12, 31)) == date(2027, 1, 4)
    assert CALENDAR.previous_workday(date(2027, 1, 4)) == date(2026, 12, 31)
    assert CALENDAR.workdays_between(date(2026, 12, 30), date(2027, 1, 5)) == 3


def test_what_an_administrator_enters_goes_first() -> None:
    saturday, monday = date(2027, 1, 9), date(2027, 1, 11)
    said = {
        day: CalendarOverride(day=day, works=works, name="调休", entered_at=MOMENT)
        for day, works in ((saturday, True), (monday, False))
    }
    calendar = WorkCalendar(said)
    assert calendar.next_workday(date(2027, 1, 8)) == saturday
    assert calendar.next_workday(saturday) == date(2027, 1, 12)
    assert calendar.day(monday).source is CalendarSource.OVERRIDE


def test_the_year_that_is_missing_is_named_in_time() -> None:
    year = last_published() + 1
    assert unpublished_year(date(year - 1, 10, 1)) is None
    assert unpublished_year(date(year - 1, 11, 15)) == year
    assert unpublished_year(date(year, 2, 1)) == year


@given(days)
def test_next_and_previous_are_each_others_way_back(day: date) -> None:
    after, before = CALENDAR.next_workday(day), CALENDAR.previous_workday(day)
    assert before < day < after
    assert CALENDAR.works(after)
    assert CALENDAR.works(before)
    assert CALENDAR.previous_workday(after) == CALENDAR.on_or_before(day)
    assert CALENDAR.next_workday(before) == CALENDAR.on_or_after(day)
    assert CALENDAR.workdays_between(day, after) == 1


@given(days, st.integers(-40, 40))
def test_working_days_added_are_the_working_days_counted(day: date, count: int) -> None:
    there = CALENDAR.add_workdays(day, count)
    if count >= 0:
        assert CALENDAR.workdays_between(day, there) == count
    else:
        assert CALENDAR.workdays_between(there - timedelta(days=1), day - timedelta(days=1)) == -count


@given(days, days)
def test_counting_is_the_same_there_and_back(first: date, last: date) -> None:
    last = first + timedelta(days=abs((last - first).days) % 400)
    slow = sum(CALENDAR.works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert CALENDAR.workdays_between(first, last) == slow
    assert CALENDAR.workdays_between(last, first) == -slow


@given(moments, spans)
def test_working_time_ends_within_working_hours(moment: datetime, span: timedelta) -> None:
    end = CALENDAR.add_working_time(moment, span, HOURS).astimezone(SHANGHAI)
    assert CALENDAR.works(end.date())
    assert HOURS.begins <= end.time() <= HOURS.ends
    assert end >= moment
    assert end - moment >= span


@given(moments, spans, spans)
def test_working_time_adds_up(moment: datetime, first: timedelta, second: timedelta) -> None:
    whole = CALENDAR.add_working_time(moment, first + second, HOURS)
    parts = CALENDAR.add_working_time(CALENDAR.add_working_time(moment, first, HOURS), second, HOURS)
    evening = whole.astimezone(SHANGHAI).time() == HOURS.ends
    assert parts == whole or evening  # the evening and the next morning are the same working moment


def test_four_working_hours_from_friday_afternoon_end_on_monday() -> None:
    friday = datetime(2026, 11, 20, 16, 30, tzinfo=SHANGHAI)
    end = CALENDAR.add_working_time(friday, timedelta(hours=4), HOURS)
    assert end.astimezone(SHANGHAI) == datetime(2026, 11, 23, 11, 30, tzinfo=SHANGHAI)


def test_the_night_and_the_weekend_stand_still() -> None:
    for said in ("2026-11-20 20:00", "2026-11-21 03:00", "2026-11-23 07:00"):
        moment = datetime.fromisoformat(said).replace(tzinfo=SHANGHAI)
        end = CALENDAR.add_working_time(moment, timedelta(hours=1), HOURS)
        assert end.astimezone(SHANGHAI) == datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)


def test_hours_may_be_others() -> None:
    hours = WorkingHours(time(8, 30), time(12))
    assert hours.length == timedelta(hours=3, minutes=30)
    monday = datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI)
    end = CALENDAR.add_working_time(monday, timedelta(hours=4), hours)
    assert end.astimezone(SHANGHAI) == datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)
