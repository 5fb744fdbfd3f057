"""Entering days on which the company departs from the state's calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from domain.calendar import CalendarOverride
from domain.errors import Refused
from domain.people import Employee, Role

if TYPE_CHECKING:
    from domain.work import Work

ENTERED_BY = (Role.SYSTEM_ADMIN, Role.HR_MANAGER)
_FIRST, _LAST = date(2000, 1, 1), date(2100, 12, 31)


def may_enter_days(actor: Employee) -> bool:
    return actor.holds(*ENTERED_BY)


def enter_day(work: Work, actor: Employee, day: date, works: bool | None, name: str, now: datetime) -> bool:
    """Let the company work, or rest, on a day; None: let the state's calendar hold again.

    False where that says nothing new. Raises Refused: role_required, day_out_of_range.
    """
    actor.require(*ENTERED_BY)
    if not _FIRST <= day <= _LAST:
        raise Refused("day_out_of_range")
    before = work.calendar_overrides.all().get(day)
    if works is None:
        changed = work.calendar_overrides.remove(day)
    else:
        override = CalendarOverride(
            day=day, works=works, name=name[:40], entered_at=now, entered_by=actor.staff_no
        )
        changed = work.calendar_overrides.put(override)
    if changed:
        was = {"works": before.works} if before else {}
        now_is = {"works": works} if works is not None else {}
        work.audit.record(
            now, actor.staff_no, "calendar_changed", f"calendar:{day}", before=was, after=now_is
        )
    return changed
