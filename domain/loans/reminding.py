"""Reminders about loans: to fetch a file, to bring it back, and that it is late."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from domain.approvals.delegations import today_of
from domain.loans.incidents import may_close
from domain.loans.leaving import Leaving
from domain.loans.loans import Loan, LoanState
from domain.loans.receiving import receiver_nos
from domain.people import Role, superior_of
from domain.reminders.rules import LATER, Concern, Due, Moment, Rule
from domain.reminders.timing import (
    daily_from,
    every,
    warned_before,
    warned_calendar_days_before,
    workdays_after,
)

if TYPE_CHECKING:
    from domain.reminders.register import Reminder
    from domain.work import Work

FETCH_WARNINGS = (1, 0)  # days before the last day to fetch an approved file
MOST = 10_000
_STATES = {
    Rule.COLLECTION: LoanState.APPROVED,
    Rule.LOAN_DUE: LoanState.LENT,
    Rule.LOAN_OVERDUE: LoanState.LENT,
}


class LoanReminders:
    prefix = "loan"
    rules = (Rule.COLLECTION, Rule.LOAN_DUE, Rule.LOAN_OVERDUE)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        ahead = max((*at.rules.loan_due, *FETCH_WARNINGS))
        horizon = at.calendar.next_workday(at.calendar.add_workdays(at.today, ahead))
        return [str(loan_id) for loan_id in work.loans.due_by(horizon)]

    def live(self, work: Work, reminder: Reminder) -> bool:
        """Tell whether the file is still to be fetched or brought back; renewed, it is not late any more."""
        loan, rule = work.loans.by_id(int(reminder.key)), reminder.rule
        if loan is None or loan.state is not _STATES[rule]:
            return False
        if rule is Rule.LOAN_DUE:
            return reminder.occurrence.startswith((f"{loan.due_on}", LATER))
        return rule is Rule.COLLECTION or loan.due_on < today_of(work, reminder.at)

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        loan = work.loans.by_id(int(key))
        if loan is None:
            return []
        subject = f"loan:{key}"
        if loan.state is LoanState.APPROVED and loan.collect_by is not None:
            if (told := warned_before(loan.collect_by, FETCH_WARNINGS, at)) is None:
                return []
            return [Due(Rule.COLLECTION, subject, told[0], loan.borrower_no, told[1])]
        if loan.state is not LoanState.LENT:
            return []
        if (warned := warned_before(loan.due_on, at.rules.loan_due, at)) is not None:
            return [Due(Rule.LOAN_DUE, subject, warned[0], loan.borrower_no, warned[1])]
        return self._overdue(work, loan, subject, at) if at.today > loan.due_on else []

    def _overdue(self, work: Work, loan: Loan, subject: str, at: Moment) -> list[Due]:
        if (today := daily_from(loan.due_on, at)) is None:
            return []
        leader = superior_of(work.people, loan.borrower_no)
        past = workdays_after(loan.due_on, at.rules.overdue_leader, at)
        far = workdays_after(loan.due_on, at.rules.overdue_hr, at)
        told = leader.staff_no if leader and past else ""
        found = [Due(Rule.LOAN_OVERDUE, subject, today[0], loan.borrower_no, today[1], told=told)]
        found += [
            Due(Rule.LOAN_OVERDUE, subject, today[0], keeper, today[1]) for keeper in receiver_nos(work, loan)
        ]
        if leader and past:
            found.append(Due(Rule.LOAN_OVERDUE, subject, past[0], told, past[1], Concern.ESCALATION))
        if far:
            found += [
                Due(Rule.LOAN_OVERDUE, subject, far[0], manager.staff_no, far[1], Concern.ESCALATION)
                for manager in work.people.holders(Role.HR_MANAGER)
                if manager.staff_no != loan.borrower_no
            ]
        return found


class IncidentReminders:
    """What is wrong with a file, to whoever may close it and until they have."""

    prefix = "incident"
    rules = (Rule.INCIDENT,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        return [str(incident.id) for incident in work.incidents.open(limit=MOST)]

    def live(self, work: Work, reminder: Reminder) -> bool:
        incident = work.incidents.by_id(int(reminder.key))
        return incident is not None and incident.closed_at is None

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        incident = work.incidents.by_id(int(key))
        file = work.files.by_id(incident.file_id) if incident is not None else None
        if incident is None or file is None or incident.closed_at is not None:
            return []
        first = at.calendar.next_workday(at.day_of(incident.opened_at))
        if (told := every(first, at.rules.incident_every, at)) is None:
            return []
        return [
            Due(Rule.INCIDENT, f"incident:{key}", told[0], closer.staff_no, told[1])
            for closer in may_close(work, incident, file)
        ]


class LeavingReminders:
    """Who has left, and whose files and loans are not settled."""

    prefix = "leaving"
    rules = (Rule.LEAVING,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        return [leaving.staff_no for leaving in work.leavings.unfinished(limit=MOST)]

    def live(self, work: Work, reminder: Reminder) -> bool:
        return self._open(work, reminder.key) is not None

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        if (leaving := self._open(work, key)) is None:
            return []
        last = leaving_due(leaving, at)
        told = warned_calendar_days_before(last, at.rules.leaving, at)
        if told is None and at.today > last:
            told = daily_from(last, at)
        if told is None:
            return []
        hr = [*work.people.holders(Role.HR_MANAGER), *work.people.holders(Role.FILE_KEEPER)]
        people = dict.fromkeys(person.staff_no for person in hr)
        return [Due(Rule.LEAVING, f"leaving:{key}", told[0], staff_no, told[1]) for staff_no in people]

    def _open(self, work: Work, key: str) -> Leaving | None:
        leaving = work.leavings.by_no(key)
        return leaving if leaving is not None and leaving.finished_at is None else None


def leaving_due(leaving: Leaving, at: Moment) -> date:
    """Give the last day to settle somebody's leaving."""
    return date.fromordinal(at.day_of(leaving.since).toordinal() + at.rules.leaving_days)
