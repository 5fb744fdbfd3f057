"""Reminders that a special rate is about to end, to the rep whose customer has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.discounts import ChangeState
from domain.reminders.rules import Concern, Due, Moment, Rule
from domain.reminders.timing import warned_before

if TYPE_CHECKING:
    from domain.reminders.register import Reminder
    from domain.work import Work


class SpecialRateReminders:
    prefix = "change"
    rules = (Rule.SPECIAL_RATE,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        horizon = at.calendar.add_workdays(at.today, max(at.rules.special_rate) + 1)
        return [str(change_id) for change_id in work.discount_changes.ending_by(horizon)]

    def live(self, work: Work, reminder: Reminder) -> bool:
        change = work.discount_changes.by_id(int(reminder.key))
        return change is not None and change.state is ChangeState.IN_FORCE

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        change = work.discount_changes.by_id(int(key))
        if change is None or change.state is not ChangeState.IN_FORCE or change.ends_on is None:
            return []
        told = warned_before(change.ends_on, at.rules.special_rate, at)
        customer = work.customers.peek(change.customer_id)
        if told is None or customer is None:
            return []
        rule, who = Rule.SPECIAL_RATE, customer.owner_no
        return [Due(rule, f"change:{key}", told[0], who, told[1], Concern.INFORMATION)]
