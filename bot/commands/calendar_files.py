"""`menxia calendar import` and `show`: the company's own working days, and a year as it counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from bot.clock import now
from bot.commands.console import print_json, print_table
from bot.commands.csv_files import BadCell, Row, one_of, parse_day, read_rows
from bot.commands.faults import Fault
from bot.commands.opening import open_settings, require_database, transaction
from bot.commands.staff_files import Change, Tally, unique
from domain.calendar import CalendarDay, CalendarOverride, CalendarSource, WorkCalendar
from storage.unit_of_work import SqlWork

COLUMNS = ("日期", "类型", "名称")
KINDS = {"上班": True, "休息": False}


class CalendarFile:
    """Days as a file has them: 2027-02-20,上班,春节调休."""

    def __init__(self, path: Path, entered_at: datetime) -> None:
        self._rows = read_rows(path, COLUMNS)
        self.overrides = [_override(row, entered_at) for row in self._rows]

    @property
    def rows(self) -> int:
        return len(self._rows)

    def check(self) -> list[BadCell]:
        unique(self._rows, "日期")
        return [fault for row in self._rows for fault in row.faults]

    def write(self, work: SqlWork, at: datetime) -> Tally:
        """Write what the table does not say yet, an audit entry for each."""
        known = work.calendar_overrides.all()
        told: list[Change] = []
        for override in self.overrides:
            before = known.get(override.day)
            if work.calendar_overrides.put(override):
                was = {"works": before.works} if before else {}
                told.append((f"calendar:{override.day}", was, {"works": override.works}))
        work.audit.record_all(at, "", "calendar_imported", told)
        new = sum(not was for _subject, was, _after in told)
        return Tally(new, len(told) - new, self.rows - len(told))


def _override(row: Row, entered_at: datetime) -> CalendarOverride:
    day, works = row.read("日期", parse_day, needed=True), row.read("类型", one_of(KINDS), needed=True)
    return CalendarOverride(
        day=day or date.min, works=works is True, name=row.text("名称", 40), entered_at=entered_at
    )


def show_year(settings_file: Path | None, data: Path, year: int | None, as_json: bool) -> None:
    """Print every day of a year that is not an ordinary one. Raises Fault for a year that cannot be."""
    settings = open_settings(settings_file)
    require_database(settings, data)
    wanted = year or now().astimezone(ZoneInfo(settings.company.timezone)).year
    if not 1900 <= wanted <= 2200:
        raise Fault(f"{wanted} is no year that a calendar is known for")
    with transaction(settings, data) as work:
        calendar = WorkCalendar(work.calendar_overrides.all())
    special = [day for day in map(calendar.day, _days(wanted)) if _departs(day)]
    if as_json:
        print_json(
            [
                {"day": d.day.isoformat(), "works": d.works, "name": d.name, "source": d.source.value}
                for d in special
            ]
        )
        return
    rows = [
        (f"{d.day:%Y-%m-%d %a}", "works" if d.works else "rests", d.name, d.source.value) for d in special
    ]
    print_table(str(wanted), ("day", "", "name", "source"), rows)
    if special and special[0].source is CalendarSource.EXPECTED:
        typer.echo(f"{wanted} is not published yet: statutory days and weekends, no 调休.")


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=at) for at in range((date(year + 1, 1, 1) - first).days)]


def _departs(day: CalendarDay) -> bool:
    """Whether a day is another than its weekday says, or was entered by hand."""
    return bool(day.name) or day.source is CalendarSource.OVERRIDE or day.works != (day.day.weekday() < 5)
