"""What a person may say to reminders: later, not today, and never what is only for information."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.errors import Refused
from domain.people import Employee
from domain.reminders.planning import is_live, moment_of
from domain.reminders.register import Reminder, Snooze
from domain.reminders.rules import Moment, Rule
from domain.reminders.timing import first_workday_of_week

if TYPE_CHECKING:
    from domain.work import Work

AFTERNOON = time(14)
INFORMING = (Rule.APPROVAL, Rule.SPECIAL_RATE, Rule.DRAFT, Rule.WEEKLY)  # rules that also inform


class Later(StrEnum):
    HOUR = "hour"
    AFTERNOON = "afternoon"
    TOMORROW = "tomorrow"
    NEXT_WEEK = "week"


def later_at(when: Later, at: Moment) -> datetime:
    """Give when a reminder comes again, always within the window."""
    hours, today = at.rules.hours, at.today
    if when is Later.HOUR:
        return at.calendar.hold(at.now + timedelta(hours=1), hours)
    if when is Later.AFTERNOON:
        nominal = datetime.combine(today, AFTERNOON, hours.zone)
        return at.calendar.hold(max(nominal, at.now + timedelta(minutes=1)), hours)
    day = at.calendar.next_workday(today)
    if when is Later.NEXT_WEEK:
        monday = today + timedelta(days=7 - today.weekday())
        day = first_workday_of_week(monday, at.calendar)
    return at.calendar.hold(datetime.combine(day, at.rules.digest_at, hours.zone), hours)


def offered(at: Moment) -> list[Later]:
    """Give the choices that make sense now."""
    afternoon = at.calendar.works(at.today) and at.here.time() < AFTERNOON
    return [when for when in Later if when is not Later.AFTERNOON or afternoon]


def snooze_card(
    work: Work, actor: Employee, card: str, when: Later, now: datetime
) -> tuple[datetime, list[Reminder]]:
    """Put off what a message says and still stands; give until when, and what.

    Raises Refused: reminder_unknown, nothing_to_snooze.
    """
    mine = own_reminders(work, actor, card)
    at = moment_of(work, now)
    still = [reminder for reminder in mine if is_live(work, reminder)]
    if not still:
        raise Refused("nothing_to_snooze")
    until = later_at(when, at)
    work.reminders.snooze([Snooze(actor.staff_no, r.rule, r.subject, until) for r in still])
    return until, still


def own_reminders(work: Work, actor: Employee, card: str) -> Sequence[Reminder]:
    """Raises Refused("reminder_unknown") for a message that was not said to this person."""
    mine = [r for r in work.reminders.of_card(card) if r.staff_no == actor.staff_no]
    if not mine:
        raise Refused("reminder_unknown")
    return mine


def mute_today(work: Work, actor: Employee, now: datetime) -> date:
    """Say no more to somebody today; what is due comes with the next digest."""
    at = moment_of(work, now)
    work.reminders.mute(actor.staff_no, at.today)
    return at.calendar.next_workday(at.today)


def turn_rule(work: Work, actor: Employee, rule: Rule, *, off: bool) -> None:
    """Turn off what a rule says for information only. Raises Refused("reminder_is_duty")."""
    if rule not in INFORMING:
        raise Refused("reminder_is_duty")
    work.reminders.turn(actor.staff_no, rule, off=off)
