"""When reminders are due: each function against days counted by hand, and properties over many years."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WorkCalendar, WorkingHours
from domain.reminders.rules import Moment, ReminderRules
from domain.reminders.timing import (
    after,
    daily_from,
    every,
    waited,
    warned_before,
    warned_calendar_days_before,
    weekly,
    workdays_after,
)
from domain.reminders.wishes import Later, later_at, offered

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar()
RULES = ReminderRules()
HOURS = WorkingHours()
days = st.dates(date(2004, 2, 1), date(2030, 11, 30))


@pytest.fixture(scope="module", autouse=True)
def _known_years() -> None:
    """The law of each year is looked up once, which takes its time."""
    for year in range(2003, 2033):
        CALENDAR.works(date(year, 6, 2))


def on(day: str | date, at: str = "09:00") -> Moment:
    when = date.fromisoformat(day) if isinstance(day, str) else day
    local = datetime.combine(when, time.fromisoformat(at), SHANGHAI)
    return Moment(local.astimezone(UTC), CALENDAR, RULES)


def test_a_warning_before_a_rest_day_comes_the_working_day_before() -> None:
    due = date(2026, 11, 28)  # a Saturday
    said = [warned_before(due, (2, 1, 0), on(f"2026-11-{day}")) for day in (24, 25, 26, 27, 28, 29)]
    assert [found[0][11:] if found else None for found in said] == [None, "2", "1", "0", "0", None]
    assert [found[1].day for found in said if found] == [25, 26, 27, 27]


def test_a_warning_before_spring_festival_counts_its_working_weekends() -> None:
    due = date(2026, 2, 24)  # the first working day after the festival
    assert warned_before(due, (1,), on("2026-02-13")) is None
    assert warned_before(due, (1,), on("2026-02-14")) == ("2026-02-24-1", date(2026, 2, 14))


def test_calendar_days_before_a_weekend_come_on_friday() -> None:
    due = date(2026, 12, 20)  # fifteen days before is a Saturday
    assert warned_calendar_days_before(due, (15,), on("2026-12-03")) is None
    assert warned_calendar_days_before(due, (15,), on("2026-12-04")) == ("2026-12-20-15", date(2026, 12, 4))


def test_daily_means_working_days() -> None:
    first = date(2026, 11, 26)
    said = [daily_from(first, on(first + timedelta(days=n))) is not None for n in range(-1, 6)]
    assert said == [False, True, True, False, False, True, True]


def test_every_seven_days_moves_to_the_next_working_day_and_back_to_its_own() -> None:
    first = date(2026, 9, 24)  # a Thursday; 10-01 is a holiday until 10-07
    assert every(first, 7, on("2026-09-24")) == ("2026-09-24", date(2026, 9, 24))
    assert every(first, 7, on("2026-10-07")) == ("2026-09-24", date(2026, 9, 24))
    assert every(first, 7, on("2026-10-08")) == ("2026-10-08", date(2026, 10, 8))


def test_days_after_are_told_once_each_the_latest_first() -> None:
    since = date(2026, 11, 10)
    assert after(since, (7, 15, 30), on("2026-11-16")) is None
    assert after(since, (7, 15, 30), on("2026-11-20")) == ("2026-11-10+7", date(2026, 11, 17))
    assert after(since, (7, 15, 30), on("2026-12-31")) == ("2026-11-10+30", date(2026, 12, 10))


def test_a_week_without_its_monday_begins_on_its_first_working_day() -> None:
    assert weekly(on("2026-10-05")) is None  # the whole week up to Thursday is a holiday
    assert weekly(on("2026-10-08")) == ("2026-10-05", date(2026, 10, 8))
    assert weekly(on("2026-11-25")) == ("2026-11-23", date(2026, 11, 23))


@given(days, st.integers(0, 40), st.integers(0, 200))
def test_what_was_reached_stays_reached_until_the_day_is_over(due: date, ahead: int, back: int) -> None:
    today = due - timedelta(days=back)
    now, before = (
        warned_before(due, (ahead, 0), on(today)),
        warned_before(due, (ahead, 0), on(today - timedelta(days=1))),
    )
    assert before is None or now is not None
    assert now is None or (now[1] <= today and CALENDAR.works(now[1]))
    assert warned_before(due, (ahead, 0), on(due + timedelta(days=1))) is None


@given(days, st.integers(0, 20), st.integers(0, 60))
def test_working_days_after_are_reached_on_a_working_day(since: date, count: int, later: int) -> None:
    found = workdays_after(since, count, on(since + timedelta(days=later)))
    expected = CALENDAR.add_workdays(since, count) if count else CALENDAR.on_or_after(since)
    assert found == ((f"{since}+{count}", expected) if expected <= since + timedelta(days=later) else None)


@given(days, st.integers(1, 40), st.integers(0, 400))
def test_every_names_one_occurrence_a_period(first: date, period: int, later: int) -> None:
    today = first + timedelta(days=later)
    if (found := every(first, period, on(today))) is not None:
        nominal = date.fromisoformat(found[0])
        assert (nominal - first).days % period == 0
        assert first <= nominal <= found[1] <= today


moments = st.builds(
    lambda day, seconds: datetime.combine(day, time(), SHANGHAI) + timedelta(seconds=seconds),
    days,
    st.integers(0, 86_399),
)


@given(moments, moments, st.integers(1, 20))
def test_the_latest_beginning_of_a_wait_is_exact(since: datetime, now: datetime, hours: int) -> None:
    """What the sweep finds by one comparison is what each step says of itself."""
    now = since + timedelta(seconds=abs((now - since).total_seconds()) % (20 * 86_400))
    at = Moment(now.astimezone(UTC), CALENDAR, RULES)
    upto = CALENDAR.subtract_working_time(at.now, timedelta(hours=hours), HOURS)
    assert waited(since.astimezone(UTC), hours, at) == (since <= upto)


@given(moments)
def test_held_moments_lie_in_the_window(moment: datetime) -> None:
    held = CALENDAR.hold(moment, HOURS)
    local = held.astimezone(SHANGHAI)
    assert held >= moment
    assert CALENDAR.works(local.date())
    assert HOURS.begins <= local.time() < HOURS.ends
    assert CALENDAR.hold(held, HOURS) == held


@pytest.mark.parametrize(
    ("now", "when", "until"),
    [
        ("2026-11-25 10:00", Later.HOUR, "2026-11-25 11:00"),
        ("2026-11-25 17:30", Later.HOUR, "2026-11-26 09:00"),
        ("2026-11-27 17:30", Later.HOUR, "2026-11-30 09:00"),
        ("2026-11-25 10:00", Later.AFTERNOON, "2026-11-25 14:00"),
        ("2026-11-27 10:00", Later.TOMORROW, "2026-11-30 09:00"),
        ("2026-11-25 10:00", Later.NEXT_WEEK, "2026-11-30 09:00"),
        ("2026-09-29 10:00", Later.NEXT_WEEK, "2026-10-08 09:00"),
        ("2026-12-31 17:59", Later.HOUR, "2027-01-04 09:00"),
    ],
)
def test_later_is_within_the_window(now: str, when: Later, until: str) -> None:
    day, at = now.split()
    assert later_at(when, on(day, at)).astimezone(SHANGHAI) == datetime.fromisoformat(until).replace(
        tzinfo=SHANGHAI
    )


def test_this_afternoon_is_offered_before_it() -> None:
    assert Later.AFTERNOON in offered(on("2026-11-25", "10:00"))
    assert Later.AFTERNOON not in offered(on("2026-11-25", "14:00"))
    assert Later.AFTERNOON not in offered(on("2026-11-28", "10:00"))
