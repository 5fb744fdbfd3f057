"""跟进: when a rep last spoke to a customer, and reminders where that was long ago."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.approvals.delegations import today_of
from domain.customer_history import require_visible
from domain.customers import Customer, CustomerState
from domain.errors import Refused
from domain.events import CustomerFollowedUp
from domain.people import Employee, superior_of
from domain.reminders.rules import Concern, Due, Moment, Rule
from domain.reminders.timing import after

if TYPE_CHECKING:
    from domain.reminders.register import Reminder
    from domain.work import Work

_SLACK = timedelta(days=14)  # the longest row of rest days, with room
_ALIVE = {CustomerState.ACTIVE, CustomerState.MAINTAINED}


class FollowUpReminders:
    prefix = "customer"
    rules = (Rule.FOLLOW_UP,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        thresholds = at.rules.follow_up
        if not thresholds:
            return []
        until = at.today - timedelta(days=min(thresholds))
        since = at.today - timedelta(days=max(thresholds)) - _SLACK
        return [str(customer_id) for customer_id in work.customers.last_touched(since, until)]

    def live(self, work: Work, reminder: Reminder) -> bool:
        """Tell whether nobody has spoken to the customer since."""
        customer = work.customers.peek(int(reminder.key))
        if customer is None or customer.state not in _ALIVE:
            return False
        return customer.followed_up_on is None or customer.followed_up_on < today_of(work, reminder.at)

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        customer = work.customers.peek(int(key))
        if customer is None or customer.state not in _ALIVE or (since := touched_on(customer)) is None:
            return []
        if (told := after(since, at.rules.follow_up, at)) is None:
            return []
        subject, owner = f"customer:{key}", customer.owner_no
        last = at.calendar.on_or_after(since + timedelta(days=max(at.rules.follow_up)))
        past = at.calendar.add_workdays(last, at.rules.follow_up_leader)
        leader = superior_of(work.people, owner) if past <= at.today else None
        found = [
            Due(Rule.FOLLOW_UP, subject, told[0], owner, told[1], told=leader.staff_no if leader else "")
        ]
        if leader is not None:
            rule, name = Rule.FOLLOW_UP, f"{since}+leader"
            found.append(Due(rule, subject, name, leader.staff_no, past, Concern.ESCALATION))
        return found


def touched_on(customer: Customer) -> date | None:
    """Give the day of the last contact, or of the filing where there was none yet."""
    return customer.followed_up_on or customer.filed_on


def note_follow_up(work: Work, actor: Employee, customer_id: int, now: datetime) -> Customer:
    """Write down that the customer was spoken to today; a second word on the same day changes nothing.

    Raises Refused: customer_unknown, customer_not_yours.
    """
    customer = require_visible(work, actor, customer_id)
    if customer.owner_no != actor.staff_no:
        raise Refused("customer_not_yours", name=customer.name)
    today, before = today_of(work, now), customer.followed_up_on
    if before == today:
        return customer
    customer.followed_up_on = today
    work.customers.save(customer)
    was = {"followed_up_on": before.isoformat() if before else ""}
    work.audit.record(
        now,
        actor.staff_no,
        "customer_followed_up",
        f"customer:{customer_id}",
        before=was,
        after={"followed_up_on": today.isoformat()},
    )
    work.events.append(CustomerFollowedUp(customer_id))
    return customer
