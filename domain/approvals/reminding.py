"""Reminders about requests: what waits for a decision, for being carried out, or for being mended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.approvals.delegations import delegates_of
from domain.approvals.requests import Request, RequestKind, RequestState, Step, StepState
from domain.approvals.routes import Act
from domain.people import superior_of
from domain.reminders.rules import Concern, Due, Moment, Rule
from domain.reminders.timing import workdays_after

if TYPE_CHECKING:
    from domain.reminders.register import Reminder
    from domain.work import Work

FIRST = "first"


class StepReminders:
    """Steps that wait. A loan's handover is no such step: the borrower comes, or it lapses."""

    prefix = "step"
    rules = (Rule.APPROVAL, Rule.EXECUTION)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        return [str(step_id) for step_id in work.requests.steps_open_since(None, at.now)]

    def live(self, work: Work, reminder: Reminder) -> bool:
        return open_step(work, reminder.key) is not None

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        found = open_step(work, key)
        if found is None:
            return []
        request, step = found
        opened = step.opened_at or request.submitted_at
        if step.act is not Act.EXECUTE:
            return self._approval(work, request, step, opened, at)
        return [] if request.kind is RequestKind.FILE_LOAN else self._execution(work, step, opened, at)

    def _approval(self, work: Work, request: Request, step: Step, opened: datetime, at: Moment) -> list[Due]:
        reached = reached_at(opened, at)
        if at.now < reached:
            return []
        subject, day = f"step:{step.id}", at.day_of(opened)
        late = workdays_after(day, at.rules.superior_after, at)
        urgent = at.day_of(reached) == at.today and reached > digest_of(at)
        found = []
        for person in people_of(work, request, step, at.now):
            boss = superior_of(work.people, person)
            told = boss.staff_no if late and boss and boss.staff_no != request.applicant_no else ""
            name = FIRST if urgent else f"{at.today}"
            found.append(Due(Rule.APPROVAL, subject, name, person, at.today, told=told, urgent=urgent))
            if late and told:
                found.append(Due(Rule.APPROVAL, subject, late[0], told, late[1], Concern.ESCALATION))
        if known := workdays_after(day, at.rules.applicant_after, at):
            applicant = request.applicant_no
            found.append(Due(Rule.APPROVAL, subject, known[0], applicant, known[1], Concern.INFORMATION))
        return found

    def _execution(self, work: Work, step: Step, opened: datetime, at: Moment) -> list[Due]:
        subject, day = f"step:{step.id}", at.day_of(opened)
        if at.today <= day:
            return []
        late = workdays_after(day, at.rules.execution_superior_after, at)
        found = []
        for person in step.assignees:
            boss = superior_of(work.people, person)
            told = boss.staff_no if late and boss else ""
            found.append(Due(Rule.EXECUTION, subject, f"{at.today}", person, at.today, told=told))
            if late and told:
                found.append(Due(Rule.EXECUTION, subject, late[0], told, late[1], Concern.ESCALATION))
        return found


class ReturnReminders:
    """Requests that came back and were not mended."""

    prefix = "request"
    rules = (Rule.RETURNED,)

    def candidates(self, work: Work, at: Moment) -> list[str]:
        first = at.calendar.add_workdays(at.today, -at.rules.returned_times - 1)
        since = at.now - (timedelta(days=1) + (at.today - first))
        return [str(request_id) for request_id in work.requests.returned_since(since)]

    def live(self, work: Work, reminder: Reminder) -> bool:
        request = work.requests.by_id(int(reminder.key))
        return request is not None and request.state is RequestState.RETURNED

    def due(self, work: Work, key: str, at: Moment) -> list[Due]:
        request = work.requests.by_id(int(key))
        if request is None or request.state is not RequestState.RETURNED:
            return []
        waited = at.calendar.workdays_between(at.day_of(request.updated_at), at.today)
        if not 1 <= waited <= at.rules.returned_times:
            return []
        return [Due(Rule.RETURNED, f"request:{key}", f"{at.today}", request.applicant_no, at.today)]


def open_step(work: Work, key: str) -> tuple[Request, Step] | None:
    """Give an open step of its request's present version."""
    step = work.requests.step_by_id(int(key))
    request = work.requests.by_id(step.request_id) if step is not None else None
    if step is None or request is None or step.state is not StepState.OPEN:
        return None
    if request.version != step.version or request.state.closed or request.state is RequestState.RETURNED:
        return None
    return request, step


def people_of(work: Work, request: Request, step: Step, now: datetime) -> list[str]:
    """Give who is to be reminded of a step: whoever stands for somebody is, instead of them."""
    standing = delegates_of(work, request, step, now)
    away = {principal for _delegate, principal in standing}
    here = [staff_no for staff_no in step.assignees if staff_no not in away]
    return list(dict.fromkeys([*here, *(delegate for delegate, _principal in standing)]))


def reached_at(opened: datetime, at: Moment) -> datetime:
    """Give when a step has waited long enough for its people to be reminded, within the window."""
    span = timedelta(hours=at.rules.approval_hours)
    hours = at.rules.hours
    return at.calendar.hold(at.calendar.add_working_time(opened, span, hours), hours)


def digest_of(at: Moment) -> datetime:
    """Give today's moment of the digest."""
    return datetime.combine(at.today, at.rules.digest_at, at.rules.hours.zone)
