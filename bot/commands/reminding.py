"""`menxia remind` and `menxia report`: what is due, said or only shown, and the weekly picture."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from bot.app import make_turns
from bot.clock import now
from bot.commands.console import print_json, print_table
from bot.commands.faults import Fault
from bot.commands.file_documents import make_document
from bot.commands.opening import open_settings, transaction
from bot.messengers.telegram_events import CHANNEL
from bot.reminding import plan_digests, plan_urgent, sweep_once
from bot.settings import Settings
from domain.reminders.planning import digest_waits, due_to, moment_of
from domain.reminders.rules import Due
from domain.weekly import Audience, last_week
from handlers.reminders.report import RECIPE
from handlers.ui import Document
from storage.unit_of_work import SqlWork

_COLUMNS = ("to", "rule", "about", "why", "day", "how")


def remind(settings_file: Path | None, data: Path, at: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Say what is due, or only print it. at: a moment to look from, company time where it has no zone."""
    settings = open_settings(settings_file)
    moment = _moment(settings, at)
    turns, _languages = make_turns(settings)
    with transaction(settings, data) as work:
        rows = [_row(work, each) for each in find_due(work, moment)]
        said = 0 if dry_run else sweep_once(turns, work, CHANNEL, moment)
        here = moment_of(work, moment)
    if as_json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
        return
    print_table(f"{here.here:%Y-%m-%d %H:%M}", _COLUMNS, rows)
    if not here.in_window:
        typer.echo("Outside the window nothing is said; this is what would be due.")
    typer.echo(f"{len(rows)} due, {said} said" + (" (dry run)" if dry_run else ""))


def find_due(work: SqlWork, moment: datetime) -> list[Due]:
    """Give everything that is due and was not said yet, by person."""
    at = moment_of(work, moment)
    waits = digest_waits(work, at) or not at.in_window
    plan = plan_digests(work, moment) if waits else {}
    for staff_no, subjects in plan_urgent(work, moment)[0].items():
        plan.setdefault(staff_no, []).extend(subjects)
    return [
        due
        for staff_no in sorted(plan)
        for due in sorted(due_to(work, staff_no, plan[staff_no], at), key=lambda d: (d.rule, d.subject))
    ]


def _moment(settings: Settings, at: datetime | None) -> datetime:
    if at is None:
        return now()
    return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(settings.company.timezone))


def _row(work: SqlWork, due: Due) -> tuple[str, ...]:
    person = work.people.by_no(due.to)
    account = work.people.accounts([due.to]).get(due.to)
    how = "apart" if due.urgent else "digest"
    if account is None or not account.reachable:
        how = "cannot be reached"
    who = f"{person.name if person else ''} {due.to}".strip()
    return (who, due.rule.value, due.subject, f"{due.concern.value} {due.occurrence}", f"{due.on}", how)


def report(settings_file: Path | None, data: Path, png: Path) -> None:
    """Write the weekly report as a picture."""
    settings = open_settings(settings_file)
    with transaction(settings, data) as work:
        first = last_week(work, now())
    if png.suffix.lower() != ".png":
        raise Fault(f"{png} is no name of a picture; write report.png")
    args = (settings.company.language, Audience.ALL.value, first.isoformat())
    asyncio.run(make_document(settings, data, Document(RECIPE, args, png.name, "image/png"), png))
    typer.echo(f"Written: {png}")
