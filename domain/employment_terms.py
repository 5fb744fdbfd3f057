"""Reminders of what ends by its date in a person's employment: probation and contract."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from domain.people import Role, StaffState, superior_of
from domain.reminders.rules import Due, Moment, Rule
from domain.reminders.timing import Occurrence, daily_from, every, warned_before

if TYPE_CHECKING:
    from domain.reminders.register import Reminder
    from domain.work import Work

_SLACK = 14  # days; the longest row of rest days, with room


class EmploymentReminders:
    """Subjects are `staff:YH0007`; HR and the leader are told, never the person themselves."""

    prefix = "staff"
    rules = (Rule.PROBATION, Rule.CONTRACT)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        trial = at.calendar.add_workdays(at.today, max((*at.rules.probation, at.rules.probation_daily)) + 1)
        ahead = max(at.rules.contract, default=0) + _SLACK
        return work.people.terms_ending(trial, at.today + timedelta(days=ahead))

    def live(self, work: Work, reminder: Reminder) -> bool:
        person = work.people.by_no(reminder.key)
        if person is None or not person.works_here:
            return False
        return reminder.rule is not Rule.PROBATION or person.state is StaffState.PROBATION

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        person = work.people.by_no(key)
        if person is None or not person.works_here:
            return []
        terms, told = work.people.terms_of(key), []
        if person.state is StaffState.PROBATION and terms.probation_ends_on is not None:
            last, daily = terms.probation_ends_on, at.rules.probation_daily
            first = at.calendar.add_workdays(at.calendar.on_or_before(last), -daily)
            found = daily_from(first, at) or warned_before(last, at.rules.probation, at)
            told.append((Rule.PROBATION, found))
        if terms.contract_ends_on is not None:
            told.append((Rule.CONTRACT, self._contract(terms.contract_ends_on, at)))
        boss = superior_of(work.people, key)
        managers = [manager.staff_no for manager in work.people.holders(Role.HR_MANAGER)]
        people = dict.fromkeys([*managers, *([boss.staff_no] if boss else [])])
        return [
            Due(rule, f"staff:{key}", found[0], staff_no, found[1])
            for rule, found in told
            if found is not None
            for staff_no in people
            if staff_no != key
        ]

    def _contract(self, last: date, at: Moment) -> Occurrence | None:
        """Warn by the days before, and from the last of these on every so often, also when it has run out.

        Until it runs out these are warnings, and come before a rest day; later ones come after it.
        """
        nearest, step = min(at.rules.contract, default=0), at.rules.contract_every
        late = last + timedelta(days=step - nearest % step)
        if at.today > last and (told := every(late, step, at)) is not None:
            return told
        offsets = {*at.rules.contract, *range(nearest % step, nearest + 1, step)}
        reached = [(n, at.calendar.on_or_before(last - timedelta(days=n))) for n in sorted(offsets)]
        return next(((f"{last}-{n}", on) for n, on in reached if on <= at.today), None)
