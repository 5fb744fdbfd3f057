"""What is due to whom: candidates by index, then each rule over what they are now."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from domain.approvals.reminding import ReturnReminders, StepReminders
from domain.approvals.requests import Desk
from domain.calendar import WorkCalendar, unpublished_year
from domain.discount_endings import SpecialRateReminders
from domain.employment_terms import EmploymentReminders
from domain.follow_ups import FollowUpReminders
from domain.loans.reminding import IncidentReminders, LeavingReminders, LoanReminders
from domain.people import Role
from domain.personnel_files.reminding import InspectionReminders, MissingReminders
from domain.reminders.register import Reminder
from domain.reminders.rules import Concern, Due, Moment, Rule
from domain.reminders.timing import weekly

if TYPE_CHECKING:
    from domain.work import Work

log = logging.getLogger(__name__)
DIGEST_MARK, URGENT_MARK = "digest", "urgent"
_DRAFTS_BACK = timedelta(days=20)  # a draft is asked about once, and not for ever
_AT_HAND = 20
_REPORT_TO = (Role.HR_MANAGER, Role.MARKET_MANAGER, Role.GENERAL_MANAGER)


class Source(Protocol):
    """The reminders about one sort of subject; `prefix` opens the subjects' names."""

    @property
    def prefix(self) -> str: ...

    @property
    def rules(self) -> tuple[Rule, ...]: ...

    def candidates(self, work: Work, at: Moment) -> list[str]:
        """Give the keys of subjects that may be due, by an index that costs in proportion to these."""
        ...

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        """Say what is due about a subject as it is now; nothing once it is closed."""
        ...

    def live(self, work: Work, reminder: Reminder) -> bool:
        """Tell whether what a reminder said still stands."""
        ...


class DraftReminders:
    """Drafts that lie."""

    prefix = "draft"
    rules = (Rule.DRAFT,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        until = at.now - timedelta(hours=at.rules.draft_hours)
        found = work.reminders.idle_drafts(until - _DRAFTS_BACK, until)
        return [f"{draft.draft_id}/{draft.staff_no}" for draft in found]

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        draft_id, _slash, staff_no = key.partition("/")
        draft = work.reminders.idle_draft(draft_id, staff_no)
        if draft is None or at.now - draft.since < timedelta(hours=at.rules.draft_hours):
            return []
        return [Due(Rule.DRAFT, f"draft:{key}", "once", staff_no, at.today, Concern.INFORMATION)]

    def live(self, work: Work, reminder: Reminder) -> bool:
        draft_id, _slash, staff_no = reminder.key.partition("/")
        return work.reminders.idle_draft(draft_id, staff_no) is not None


class CalendarReminders:
    """A year whose working days are not published yet: administrators are told, once."""

    prefix = "calendar"
    rules = (Rule.CALENDAR,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        year = unpublished_year(at.today)
        return [] if year is None else [str(year)]

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        if self._entered(work, key):
            return []
        admins = work.people.holders(Role.SYSTEM_ADMIN)
        return [Due(Rule.CALENDAR, f"calendar:{key}", "once", admin.staff_no, at.today) for admin in admins]

    def live(self, work: Work, reminder: Reminder) -> bool:
        return not self._entered(work, reminder.key)

    def _entered(self, work: Work, key: str) -> bool:
        """A day of that year that was entered by hand settles it."""
        return any(day.year == int(key) for day in work.calendar_overrides.all())


class WeeklyReport:
    """周报: a picture by itself, to HR and managers, on the first working day of a week."""

    prefix = "weekly"
    rules = (Rule.WEEKLY,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        told = weekly(at)
        return [] if told is None else [told[0]]

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        told = weekly(at)
        if told is None or told[0] != key:
            return []
        people = dict.fromkeys(p.staff_no for role in _REPORT_TO for p in work.people.holders(role))
        return [
            Due(Rule.WEEKLY, f"weekly:{key}", key, staff_no, told[1], Concern.INFORMATION, urgent=True)
            for staff_no in people
        ]

    def live(self, work: Work, reminder: Reminder) -> bool:
        return True


SOURCES: tuple[Source, ...] = (
    StepReminders(),
    ReturnReminders(),
    LoanReminders(),
    SpecialRateReminders(),
    FollowUpReminders(),
    EmploymentReminders(),
    LeavingReminders(),
    IncidentReminders(),
    InspectionReminders(),
    MissingReminders(),
    DraftReminders(),
    CalendarReminders(),
    WeeklyReport(),
)
BY_PREFIX = {source.prefix: source for source in SOURCES}


@contextmanager
def spared(what: str) -> Iterator[None]:
    """Let a bug in one place be logged and cost the others nothing. what: names no person."""
    try:
        yield
    except (LookupError, ValueError, TypeError, ArithmeticError, AttributeError):
        log.exception("reminders: %s failed and were passed over", what)


def moment_of(work: Work, now: datetime) -> Moment:
    return Moment(now, WorkCalendar(work.calendar_overrides.all()), work.rules.reminders)


def candidates_for(work: Work, at: Moment) -> Iterator[str]:
    """Give the subjects of a digest's run, one source after the other."""
    for source in SOURCES:
        if at.rules.off.issuperset(source.rules):
            continue
        with spared(f"candidates of {source.prefix}"):
            for key in source.candidates(work, at):
                yield f"{source.prefix}:{key}"


def due_about(work: Work, subject: str, at: Moment) -> list[Due]:
    """Say what is due about one subject, to everybody, without the rules the company does not want."""
    prefix, _colon, key = subject.partition(":")
    found: list[Due] = []
    with spared(f"what is due about a {prefix}"):
        found = BY_PREFIX[prefix].due(work, key, at)
    return [due for due in found if due.rule not in at.rules.off]


def subjects_at_hand(work: Work, staff_no: str, at: Moment) -> list[str]:
    """Give what most likely concerns one person: tasks, loans and requests, as far as a screen holds."""
    tasks = work.requests.waiting_at([Desk(staff_no)], limit=_AT_HAND)
    mine = work.requests.filed_by(staff_no, limit=_AT_HAND)
    return [
        *(f"step:{task.step.id}" for task in tasks),
        *(f"request:{request.id}" for request in mine),
        *(f"loan:{loan.id}" for loan in work.loans.active_of_borrower(staff_no)),
        f"missing:{staff_no}",
    ]


def due_at_hand(work: Work, staff_no: str, at: Moment) -> list[Due]:
    """Say what is due to somebody who asks, said before or not."""
    subjects = subjects_at_hand(work, staff_no, at)
    return [due for each in subjects for due in due_about(work, each, at) if due.to == staff_no]


def due_to(work: Work, staff_no: str, subjects: Iterable[str], at: Moment) -> list[Due]:
    """Say what is due to one person now and was not said before, as they want to hear it."""
    found = [
        due for each in dict.fromkeys(subjects) for due in due_about(work, each, at) if due.to == staff_no
    ]
    known = work.reminders.known(found) if found else set()
    fresh = [due for due in found if (due.rule, due.subject, due.occurrence) not in known]
    if not fresh or work.reminders.muted(staff_no, at.today):
        return []
    off, later = work.reminders.turned_off(staff_no), work.reminders.put_off(staff_no, at.now)
    return [
        due
        for due in fresh
        if (due.concern is not Concern.INFORMATION or due.rule not in off)
        and (due.rule, due.subject) not in later
    ]


def is_live(work: Work, reminder: Reminder) -> bool:
    return BY_PREFIX[reminder.subject.partition(":")[0]].live(work, reminder)


def say(dues: Sequence[Due], card: str, at: Moment, formerly: date | None) -> list[Reminder]:
    """Make what is to be written down. formerly: day of the last digest, None where there was none.

    What was to go out on a day without a digest is late.
    """
    return [
        Reminder(
            rule=due.rule,
            subject=due.subject,
            occurrence=due.occurrence,
            staff_no=due.to,
            card=card,
            concern=due.concern,
            at=at.now,
            late=formerly is not None and formerly < due.on < at.today,
            told=due.told,
        )
        for due in dues
    ]


def last_digest_day(work: Work) -> date | None:
    upto = work.reminders.mark(DIGEST_MARK)
    return date.fromisoformat(upto) if upto else None


def digest_waits(work: Work, at: Moment) -> bool:
    """Tell whether today's digests are to go out, and did not all go out yet."""
    last = last_digest_day(work)
    return at.digest_is_due and (last is None or last < at.today)


def urgent_steps(work: Work, at: Moment) -> tuple[list[str], str]:
    """Give the steps that have just waited long enough, and the mark to set once they were seen to."""
    rules = at.rules
    span = timedelta(hours=rules.approval_hours)
    upto = at.calendar.subtract_working_time(at.now, span, rules.hours)
    mark = work.reminders.mark(URGENT_MARK)
    since = datetime.fromisoformat(mark) if mark else at.now - timedelta(days=30)
    if upto <= since:
        return [], mark
    return [f"step:{step_id}" for step_id in work.requests.steps_open_since(since, upto)], upto.isoformat()
