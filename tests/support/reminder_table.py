"""Who must be reminded of what, when: the rules written down a second time, day by day and without haste.

Nothing of the bot is used here, neither its calendar nor its arithmetic. A rule says, for a morning, which
of its occurrences is the latest that was reached; it is told once to each person. The numbers are those of
settings.toml as shipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chinese_calendar import is_workday

from tests.support.reminder_facts import Facts, InspectionStory, LoanStory, Person, is_open, known

ZONE = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = time(9), time(18)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
REPORTED = ("hr_manager", "market_manager", "general_manager")
DUTY, ESCALATION, INFORMATION = "duty", "escalation", "information"


class Entry(NamedTuple):
    """One reminder. apart: by a message of its own."""

    rule: str
    concern: str
    subject: str
    to: str
    at: datetime
    apart: bool = False


class Said(NamedTuple):
    """What a rule wants said this morning. once: names the occurrence."""

    rule: str
    subject: str
    once: object
    to: str
    concern: str = DUTY
    apart: bool = False


# --- the calendar, by hand -------------------------------------------------------------------------------


@cache
def works(day: date) -> bool:
    """Nobody has published 2027 yet; its New Year's Day is a holiday by law."""
    return bool(is_workday(day)) if day.year < 2027 else day.weekday() < 5 and day != date(2027, 1, 1)


@cache
def before_rest(day: date) -> date:
    return day if works(day) else before_rest(day - DAY)


@cache
def after_rest(day: date) -> date:
    return day if works(day) else after_rest(day + DAY)


def passed(since: date, today: date) -> int:
    """Count the working days after `since` up to today."""
    return sum(works(since + DAY * at) for at in range(1, (today - since).days + 1))


def at_nine(day: date) -> datetime:
    return datetime.combine(day, OPENS, ZONE)


def in_window(now: datetime) -> bool:
    return works(now.date()) and OPENS <= now.time() < CLOSES


@cache
def waited_long(opened: datetime, minutes: int = 240) -> datetime:
    """Let the minutes go by until so many of them were working time, and it is working time again."""
    now, left = opened, minutes
    while left > 0 or not in_window(now):
        left -= in_window(now)
        now += MINUTE
    return now


def reached(days: Iterable[tuple[object, date]], today: date) -> object | None:
    """Give the name of the last of these days that has come; they are in order."""
    return next((name for name, day in reversed(list(days)) if day <= today), None)


# --- the rules -------------------------------------------------------------------------------------------


def workdays_ahead(due: date, offsets: Iterable[int], today: date) -> object | None:
    """Warn so many working days before; where that day is a rest day, before it."""
    if today > due:
        return None
    left = passed(today, before_rest(due))
    return next(((due, n) for n in sorted(offsets) if left <= n), None)


def calendar_days_ahead(due: date, offsets: Iterable[int], today: date) -> object | None:
    days = [((due, n), before_rest(due - DAY * n)) for n in sorted(offsets, reverse=True)]
    return reached(days, today) if today <= due else None


class Table:
    """Goes through the days of a story. sweeps: hours at which the bot looks, nine among them."""

    def __init__(self, facts: Facts, sweeps: Sequence[int]) -> None:
        self._facts = facts
        self._sweeps = sweeps
        self._once: set[tuple[object, ...]] = set()

    def between(self, first: date, last: date) -> Counter[Entry]:
        """Give every reminder of these days; nothing was said before them."""
        days = [first + DAY * at for at in range((last - first).days + 1)]
        return Counter(entry for day in days for entry in self._on(day))

    def _on(self, day: date) -> Iterator[Entry]:
        if not works(day):
            return
        morning = at_nine(day)
        for said in self._all(morning):
            yield from self._say(said, morning)
        moments = [datetime.combine(day, time(hour), ZONE) for hour in self._sweeps]
        for before, now in pairwise(moment for moment in moments if moment >= morning and in_window(moment)):
            yield from self._urgent(before, now)

    def _say(self, said: Said, now: datetime) -> Iterator[Entry]:
        person, key = self._facts.people[said.to], (said.rule, said.subject, said.once, said.to)
        blocked = any(since <= now < until for since, until in person.blocked)
        unwanted = said.concern == INFORMATION and said.rule in person.off
        if key in self._once or blocked or unwanted or not person.works_at(now):
            return
        self._once.add(key)
        yield Entry(said.rule, said.concern, said.subject, said.to, now, said.apart)

    def _all(self, now: datetime) -> Iterator[Said]:
        yield from self._steps(now)
        yield from self._returns(now)
        yield from self._loans(now)
        yield from self._customers(now)
        yield from self._people(now)
        yield from self._others(now)

    # --- requests ----------------------------------------------------------------------------------------

    def _urgent(self, before: datetime, now: datetime) -> Iterator[Entry]:
        """Say apart, once, which requests have waited long by now, and had not when the bot looked before."""
        for step in self._facts.steps:
            if step.executes or not is_open(step.opened, step.closed, now):
                continue
            if before < waited_long(step.opened) <= now:
                for person in step.people:
                    subject = f"step:{step.id}"
                    yield from self._say(Said("approval", subject, "apart", person, DUTY, apart=True), now)

    def _steps(self, now: datetime) -> Iterator[Said]:
        for step in self._facts.steps:
            if not is_open(step.opened, step.closed, now):
                continue
            rule, subject = ("execution" if step.executes else "approval"), f"step:{step.id}"
            days = passed(step.opened.date(), now.date())
            if step.executes and step.opened.date() == now.date():
                continue
            if not step.executes and now < waited_long(step.opened):
                continue
            for person in step.people:
                yield Said(rule, subject, now.date(), person)
                boss = self._facts.superior(person, now)
                if boss and days >= (2 if step.executes else 3) and (step.executes or boss != step.applicant):
                    yield Said(rule, subject, "superior", boss, ESCALATION)
            if not step.executes and days >= 2:
                yield Said(rule, subject, "applicant", step.applicant, INFORMATION)

    def _returns(self, now: datetime) -> Iterator[Said]:
        for request in self._facts.returns:
            days = passed(request.opened.date(), now.date())
            if is_open(request.opened, request.closed, now) and 1 <= days <= 3:
                yield Said("returned", f"request:{request.id}", now.date(), request.applicant)
        for draft in self._facts.drafts:
            touched = [at for at in draft.touched if at <= now]
            if touched and is_open(touched[0], draft.closed, now) and now - touched[-1] >= DAY:
                yield Said("draft", f"draft:{draft.id}/{draft.author}", "once", draft.author, INFORMATION)

    # --- loans -------------------------------------------------------------------------------------------

    def _loans(self, now: datetime) -> Iterator[Said]:
        today = now.date()
        for loan in self._facts.loans:
            if not is_open(loan.approved, loan.ended, now):
                continue
            subject = f"loan:{loan.id}"
            if loan.lent is None or now < loan.lent:
                if warned := workdays_ahead(loan.collect_by, (1, 0), today):
                    yield Said("collection", subject, warned, loan.borrower)
                continue
            due = known(loan.dues, now)
            assert due is not None
            if warned := workdays_ahead(due, (2, 1, 0), today):
                yield Said("loan_due", subject, warned, loan.borrower)
            elif today > due:
                yield from self._overdue(loan, subject, due, now)

    def _overdue(self, loan: LoanStory, subject: str, due: date, now: datetime) -> Iterator[Said]:
        rule, days = "loan_overdue", passed(due, now.date())
        for person in {loan.borrower, *self._facts.keepers_of(loan.unit)}:
            yield Said(rule, subject, now.date(), person)
        leader = self._facts.superior(loan.borrower, now)
        if leader and days >= 1:
            yield Said(rule, subject, (due, "leader"), leader, ESCALATION)
        if days >= 3:
            for manager in self._facts.holders("hr_manager", now):
                if manager != loan.borrower:
                    yield Said(rule, subject, (due, "hr"), manager, ESCALATION)

    # --- customers ---------------------------------------------------------------------------------------

    def _customers(self, now: datetime) -> Iterator[Said]:
        today = now.date()
        for customer in self._facts.customers:
            since = known(customer.contacts, now)
            if since is None or (customer.frozen and customer.frozen <= now) or (today - since).days > 44:
                continue
            subject = f"customer:{customer.id}"
            asked = [((since, n), after_rest(since + DAY * n)) for n in (7, 15, 30)]
            if (once := reached(asked, today)) is not None:
                yield Said("follow_up", subject, once, customer.owner)
            leader = self._facts.superior(customer.owner, now)
            last = after_rest(since + DAY * 30)
            if leader and today > last and passed(last, today) >= 2:
                yield Said("follow_up", subject, (since, "leader"), leader, ESCALATION)
        for rate in self._facts.rates:
            warned = workdays_ahead(rate.ends, (7, 1), today)
            if warned and is_open(rate.opened, rate.closed, now):
                yield Said("special_rate", f"change:{rate.id}", warned, rate.owner, INFORMATION)

    # --- people ------------------------------------------------------------------------------------------

    def _people(self, now: datetime) -> Iterator[Said]:
        managers = self._facts.holders("hr_manager", now)
        for person in self._facts.people.values():
            if person.works_at(now):
                above = {*managers, self._facts.superior(person.number, now)} - {"", person.number}
                for rule, once in self._terms(person, now):
                    for to in above:
                        yield Said(rule, f"staff:{person.number}", once, to)
            if person.lacks_at(now):
                yield from self._lacking(person, now)
            if person.left and is_open(person.left, person.settled, now):
                last = person.left.date() + DAY * 15
                told = calendar_days_ahead(last, (7, 3, 1), now.date())
                if told or now.date() > last:
                    for to in {*managers, *self._facts.holders("file_keeper", now)}:
                        yield Said("leaving", f"leaving:{person.number}", told or now.date(), to)

    def _terms(self, person: Person, now: datetime) -> Iterator[tuple[str, object]]:
        today, trial = now.date(), person.probation_ends
        if trial and (person.passed is None or now < person.passed):
            left = passed(today, before_rest(trial)) if today <= trial else 0
            once = today if left <= 3 else workdays_ahead(trial, (15, 7), today)
            if once is not None:
                yield "probation", once
        if ends := known(person.contracts, now):
            days = [(n, before_rest(ends - DAY * n)) for n in (60, 30, 15, 8, 1)]
            days += [(-n, after_rest(ends + DAY * n)) for n in range(6, 366, 7)]
            if (told := reached(days, today)) is not None:
                yield "contract", (ends, told)

    def _lacking(self, person: Person, now: datetime) -> Iterator[Said]:
        """Each week once, on its first working day or as soon as something lacks."""
        week = now.date() - DAY * now.weekday()
        to = {person.number, *self._facts.keepers_of(person.file_unit or person.unit)}
        for number in to:
            yield Said("missing", f"missing:{person.number}", week, number)
        if person.hired and now.date() >= person.hired + DAY * 30:
            for number in set(self._facts.holders("hr_manager", now)) - to:
                yield Said("missing", f"missing:{person.number}", week, number, ESCALATION)

    # --- the rest ----------------------------------------------------------------------------------------

    def _others(self, now: datetime) -> Iterator[Said]:
        today, managers = now.date(), self._facts.holders("hr_manager", now)
        for incident in self._facts.incidents:
            if is_open(incident.opened, incident.closed, now):
                first = after_rest(incident.opened.date() + DAY)
                asked = [(n, after_rest(first + DAY * n)) for n in range(0, 366, 7)]
                if (once := reached(asked, today)) is not None:
                    for manager in managers:
                        yield Said("incident", f"incident:{incident.id}", once, manager)
        for inspection in self._facts.inspections:
            if inspection.closed is None or now < inspection.closed:
                yield from self._inspection(inspection, now)
        if (today + DAY * 62).year > 2026:
            for admin in self._facts.holders("system_admin", now):
                yield Said("calendar", "calendar:2027", "once", admin)
        week = today - DAY * today.weekday()
        for to in {number for role in REPORTED for number in self._facts.holders(role, now)}:
            yield Said("weekly", f"weekly:{week}", "once", to, INFORMATION, apart=True)

    def _inspection(self, story: InspectionStory, now: datetime) -> Iterator[Said]:
        today, subject = now.date(), f"inspection:{story.period}/{story.unit}"
        last = before_rest(story.last_day_of_quarter)
        for _day in range(9):
            last = before_rest(last - DAY)
        told = now.date() if today > last else workdays_ahead(last, (5, 0), today)
        if told is None:
            return
        for keeper in self._facts.holders("file_keeper", now):
            if self._facts.people[keeper].unit == story.unit:
                yield Said("inspection", subject, told, keeper)
        if today > last:
            for manager in self._facts.holders("hr_manager", now):
                yield Said("inspection", subject, "late", manager, ESCALATION)
