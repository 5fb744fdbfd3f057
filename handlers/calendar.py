"""工作日历: the rest days and working weekends that come, and days entered by hand."""

from __future__ import annotations

import re
from datetime import timedelta

from domain.calendar import CalendarDay, CalendarSource, WorkCalendar, unpublished_year
from domain.calendar_overrides import enter_day, may_enter_days
from domain.dates import parse_date
from handlers.context import Context
from handlers.language import Language
from handlers.ui import ViewBuilder, bold

AHEAD = 120  # days
_SATURDAY = 5
_ENTRY = re.compile(
    r"(?:工作日历|调整日历|calendar)\s*[:：]?\s*(?P<day>[\d年月号日./-]{4,11})\s*"
    r"(?P<what>上班|休息|放假|恢复|works?|rests?|restore)\s*(?P<name>.{0,40})",
    re.IGNORECASE,
)
_WORKS = {
    "上班": True,
    "work": True,
    "works": True,
    "休息": False,
    "放假": False,
    "rest": False,
    "rests": False,
}


def show_calendar(ctx: Context) -> None:
    """List what departs from the plain week in the coming months."""
    _ = ctx.language
    calendar = WorkCalendar(ctx.work.calendar_overrides.all())
    days = [calendar.day(ctx.today + timedelta(days=at)) for at in range(AHEAD)]
    screen = ViewBuilder().say(bold(_("Working calendar")))
    today = calendar.day(ctx.today)
    screen.say(_("Today is a working day.") if today.works else _("Today is a rest day."))
    for first, last in _spans([day for day in days if _departs(day)]):
        screen.say(_line(_, first, last))
    if (year := unpublished_year(ctx.today)) is not None:
        screen.say(
            _("{year} is not published here yet: statutory days and weekends are expected.", year=year)
        )
    if may_enter_days(ctx.actor):
        screen.say(_("Change a day: “calendar 2027-02-20 works”, “… rests”, “… restore”."))
    ctx.say(screen.view())


def on_sentence(ctx: Context, text: str) -> bool:
    """Take a day that is entered in words; false for any other text."""
    if (said := _ENTRY.fullmatch(text.strip())) is None:
        return False
    _, day = ctx.language, parse_date(said["day"], ctx.today)
    works = _WORKS.get(said["what"].lower())
    changed = enter_day(ctx.work, ctx.actor, day, works, said["name"].strip(), ctx.now)
    now_is = WorkCalendar(ctx.work.calendar_overrides.all()).day(day)
    words = _("a working day") if now_is.works else _("a rest day")
    sentence = _("{day} is {what}.", day=_.day(day), what=words)
    ctx.say(ViewBuilder().say(("✓ " if changed else "") + sentence).view())
    return True


def _departs(day: CalendarDay) -> bool:
    weekday = day.day.weekday() < _SATURDAY
    return day.source is CalendarSource.OVERRIDE or day.works != weekday


def _spans(days: list[CalendarDay]) -> list[tuple[CalendarDay, CalendarDay]]:
    """Join days that follow each other, weekends between them aside, and are alike."""
    found: list[tuple[CalendarDay, CalendarDay]] = []
    for day in days:
        if found:
            first, last = found[-1]
            alike = (first.works, first.name, first.source) == (day.works, day.name, day.source)
            if alike and not day.works and (day.day - last.day).days <= 3:
                found[-1] = (first, day)
                continue
        found.append((day, day))
    return found


def _line(_: Language, first: CalendarDay, last: CalendarDay) -> str:
    when = _.day(first.day) if first is last else f"{_.day(first.day)} – {_.day(last.day)}"
    what = _("works") if first.works else _("rests")
    marks = {
        CalendarSource.EXPECTED: _(" (expected)"),
        CalendarSource.OVERRIDE: _(" (entered)"),
        CalendarSource.PUBLISHED: "",
    }
    return f"{when} {what} {first.name}{marks[first.source]}".rstrip()
