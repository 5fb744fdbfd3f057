"""When a reminder is due: pure functions of dates and the working calendar.

Each gives the latest occurrence that has been reached, as its name and the day it was to go out; what came
before it is merged into it. A warning that would fall on a rest day comes the working day before, what is
late comes the next working day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from domain.calendar import WorkCalendar
from domain.reminders.rules import Moment

Occurrence = tuple[str, date]
_WEEK = 7


def warned_before(due: date, offsets: Iterable[int], at: Moment) -> Occurrence | None:
    """Warn so many working days before a day, until it is over."""
    if at.today > due:
        return None
    last = at.calendar.on_or_before(due)
    reached = [(n, at.calendar.add_workdays(last, -n)) for n in sorted(offsets)]
    return next(((f"{due}-{n}", on) for n, on in reached if on <= at.today), None)


def warned_calendar_days_before(due: date, offsets: Iterable[int], at: Moment) -> Occurrence | None:
    """Warn so many calendar days before a day, until it is over."""
    if at.today > due:
        return None
    reached = [(n, at.calendar.on_or_before(due - timedelta(days=n))) for n in sorted(offsets)]
    return next(((f"{due}-{n}", on) for n, on in reached if on <= at.today), None)


def daily_from(first: date, at: Moment) -> Occurrence | None:
    """Say it every working day, beginning with the first working day on or after `first`."""
    if at.today < first or not at.calendar.works(at.today):
        return None
    return f"{at.today}", at.today


def every(first: date, days: int, at: Moment) -> Occurrence | None:
    """Say it on a day and every so many calendar days after it; on a rest day, the next working day."""
    if at.today < first:
        return None
    nominal = first + timedelta(days=(at.today - first).days // days * days)
    while nominal >= first:
        on = at.calendar.on_or_after(nominal)
        if on <= at.today:
            return f"{nominal}", on
        nominal -= timedelta(days=days)
    return None


def after(since: date, thresholds: Iterable[int], at: Moment) -> Occurrence | None:
    """Say it once so many calendar days after a day; on a rest day, the next working day."""
    reached = [
        (n, at.calendar.on_or_after(since + timedelta(days=n))) for n in sorted(thresholds, reverse=True)
    ]
    return next(((f"{since}+{n}", on) for n, on in reached if on <= at.today), None)


def workdays_after(since: date, count: int, at: Moment) -> Occurrence | None:
    """Say it once so many working days after a day."""
    on = at.calendar.add_workdays(since, count) if count else at.calendar.on_or_after(since)
    return (f"{since}+{count}", on) if on <= at.today else None


def first_workday_of_week(day: date, calendar: WorkCalendar) -> date:
    return calendar.on_or_after(day - timedelta(days=day.weekday()))


def weekly(at: Moment) -> Occurrence | None:
    """Say it on the first working day of each week; in a week without one, not at all."""
    monday = at.today - timedelta(days=at.today.weekday())
    on = first_workday_of_week(at.today, at.calendar)
    if on > at.today or on >= monday + timedelta(days=_WEEK):
        return None
    return f"{monday}", on


def waited(since: datetime, hours: int, at: Moment) -> bool:
    """Tell whether something has waited so many working hours."""
    span = timedelta(hours=hours)
    return at.calendar.add_working_time(since, span, at.rules.hours) <= at.now
