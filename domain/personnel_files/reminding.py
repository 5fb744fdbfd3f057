"""Reminders about the register of files: documents that are missing, and the inspection of each quarter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Field, SQLModel

from domain.errors import Refused
from domain.events import InspectionFinished
from domain.people import Employee, Role
from domain.personnel_files.keepers import keepers_of
from domain.personnel_files.missing import missing_of
from domain.reminders.rules import Concern, Due, Moment, Rule
from domain.reminders.timing import daily_from, warned_before, weekly

if TYPE_CHECKING:
    from domain.reminders.register import Reminder
    from domain.work import Work

MOST = 100_000


class Inspection(SQLModel):
    """检查: a unit's files of one quarter, once its keeper says that they were looked through.

    period: such as 2026Q4.
    """

    unit_no: str = Field(primary_key=True, max_length=32)
    period: str = Field(primary_key=True, max_length=8)
    done_at: datetime
    done_by: str = Field(max_length=32)


class MissingReminders:
    prefix = "missing"
    rules = (Rule.MISSING,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        if weekly(at) is None:
            return []
        found = work.files.missing(work.rules.files.required, limit=MOST)
        return list(dict.fromkeys(document.subject_no for document in found))

    def live(self, work: Work, reminder: Reminder) -> bool:
        return bool(missing_of(work, reminder.key))

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        told, person = weekly(at), work.people.by_no(key)
        if told is None or person is None or not person.works_here or not missing_of(work, key):
            return []
        subject = f"missing:{key}"
        people = [key, *_keepers_of_person(work, person)]
        found = [Due(Rule.MISSING, subject, told[0], staff_no, told[1]) for staff_no in dict.fromkeys(people)]
        hired = work.people.terms_of(key).hired_on
        if hired is not None and at.today >= hired + timedelta(days=at.rules.missing_hr):
            found += [
                Due(Rule.MISSING, subject, told[0], manager.staff_no, told[1], Concern.ESCALATION)
                for manager in work.people.holders(Role.HR_MANAGER)
                if manager.staff_no not in people
            ]
        return found


def _keepers_of_person(work: Work, person: Employee) -> list[str]:
    """Give who keeps somebody's files; for whom there is none yet, who would."""
    units = dict.fromkeys(file.custodian_no for file in work.files.of_subjects([person.staff_no]))
    keepers = [k for unit in units or (person.department_no,) for k in keepers_of(work.people, unit)]
    return [keeper.staff_no for keeper in keepers]


class InspectionReminders:
    """Subjects are `inspection:2026Q4/D07`; a unit inspects where somebody keeps its files.

    A quarter that has ended is told on only where it was told of before, so not of times without a bot.
    """

    prefix = "inspection"
    rules = (Rule.INSPECTION,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        units = dict.fromkeys(keeper.department_no for keeper in work.people.holders(Role.FILE_KEEPER))
        begins = _first_of_quarter(at.today)
        before, since = period_of(begins - timedelta(days=1)), at.now - timedelta(days=120)
        found = [f"{period_of(at.today)}/{unit}" for unit in units]
        for unit in units:
            if work.reminders.cards_about({f"inspection:{before}/{unit}"}, since):
                found.append(f"{before}/{unit}")
        return found

    def live(self, work: Work, reminder: Reminder) -> bool:
        period, _slash, unit = reminder.key.partition("/")
        return not work.reminders.inspected(unit, period)

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        period, _slash, unit = key.partition("/")
        if work.reminders.inspected(unit, period):
            return []
        last, subject = inspection_due(period, at), f"inspection:{key}"
        if not work.files.count_kept_by(unit, before=_first_of_quarter(last)):
            return []
        told, late = warned_before(last, at.rules.inspection, at), at.today > last
        if late:
            told = daily_from(last, at)
        if told is None:
            return []
        keepers = [k.staff_no for k in work.people.holders(Role.FILE_KEEPER) if k.department_no == unit]
        found = [Due(Rule.INSPECTION, subject, told[0], keeper, told[1]) for keeper in keepers]
        if late:
            once = at.calendar.next_workday(last)
            found += [
                Due(Rule.INSPECTION, subject, "late", manager.staff_no, once, Concern.ESCALATION)
                for manager in work.people.holders(Role.HR_MANAGER)
            ]
        return found


def period_of(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def inspection_due(period: str, at: Moment) -> date:
    """Give the last day for the inspection of a quarter."""
    year, quarter = int(period[:4]), int(period[5])
    after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    last = at.calendar.on_or_before(after - timedelta(days=1))
    return at.calendar.add_workdays(last, -at.rules.inspection_before_end)


def _first_of_quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def finish_inspection(work: Work, keeper: Employee, key: str, now: datetime) -> Inspection:
    """Note that a unit's files were looked through; what was wrong is an incident of its own.

    Raises Refused: role_required, inspection_unknown, inspection_done.
    """
    keeper.require(Role.FILE_KEEPER, Role.HR_MANAGER)
    period, _slash, unit = key.partition("/")
    if work.people.department(unit) is None or len(period) != len("2026Q4"):
        raise Refused("inspection_unknown")
    if keeper.department_no != unit and not keeper.holds(Role.HR_MANAGER):
        raise Refused("role_required")
    done = Inspection(unit_no=unit, period=period, done_at=now, done_by=keeper.staff_no)
    if not work.reminders.add_inspection(done):
        raise Refused("inspection_done", period=period)
    work.audit.record(now, keeper.staff_no, "inspection_finished", f"inspection:{key}")
    work.events.append(InspectionFinished(key))
    return done
