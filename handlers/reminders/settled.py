"""What an event settles: the subjects whose reminders must be brought up to date."""

from __future__ import annotations

from collections.abc import Iterable

from domain import events as happened
from domain.approvals.requests import Request
from domain.events import Event
from domain.work import Work


def subjects_of(work: Work, events: Iterable[Event]) -> set[str]:
    """Name every subject that these events may have changed."""
    found: set[str] = set()
    for event in events:
        request, loan = getattr(event, "request", None), getattr(event, "loan", None)
        if isinstance(request, Request):
            found |= _of_request(work, request)
        if loan is not None:
            found.add(f"loan:{loan.id}")
        match event:
            case happened.IncidentOpened() | happened.IncidentClosed():
                found.add(f"incident:{event.incident.id}")
            case happened.LeavingOpened() | happened.LeavingFinished():
                found.add(f"leaving:{event.staff_no}")
            case happened.MaterialMoved() | happened.FileOpened():
                found.add(f"missing:{event.file.subject_no}")
            case happened.SpecialRateLapsed():
                found.add(f"change:{event.change.id}")
            case happened.CustomerFollowedUp():
                found.add(f"customer:{event.customer_id}")
            case happened.InspectionFinished():
                found.add(f"inspection:{event.key}")
            case _:
                pass
    return found


def _of_request(work: Work, request: Request) -> set[str]:
    steps = work.requests.all_steps(request.id or 0)
    return {
        f"request:{request.id}",
        f"draft:{request.draft_id}/{request.applicant_no}",
        *(f"step:{step.id}" for step in steps if step.opened_at is not None),
    }
