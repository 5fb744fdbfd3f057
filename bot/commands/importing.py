"""What `menxia … import` does: a whole file or nothing, every bad row named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from bot.clock import now
from bot.commands.calendar_files import CalendarFile
from bot.commands.console import counted, print_table
from bot.commands.csv_files import BadCell
from bot.commands.customer_files import CustomerFile
from bot.commands.faults import Fault
from bot.commands.file_registers import FileRegister, Known
from bot.commands.opening import open_settings, require_database, transaction
from bot.commands.relatives_files import RelativesFile
from bot.commands.staff_files import StaffFile, Tally
from bot.messengers.telegram_events import CHANNEL
from bot.settings import Settings
from domain.approvals.holes import bar_relatives, mend_holes
from domain.loans.leaving import begin_leaving
from storage.unit_of_work import SqlWork


def import_staff(
    settings_file: Path | None, data: Path, file: Path, departments: Path | None, dry_run: bool
) -> None:
    """Import staff and, where given, departments."""
    settings = open_settings(settings_file)
    require_database(settings, data)
    staff = StaffFile(file, departments)
    leavers: set[str] = set()
    _import(
        settings,
        data,
        staff.rows,
        lambda work: staff.check(work.people.register(), work.people.departments()),
        lambda work: _write_staff(work, staff, leavers),
        dry_run,
        partial(_mend_holes, settings, leavers),
    )


def import_customers(settings_file: Path | None, data: Path, file: Path, dry_run: bool) -> None:
    """Import customers."""
    settings = open_settings(settings_file)
    require_database(settings, data)
    today = now().astimezone(ZoneInfo(settings.company.timezone)).date()
    customers = CustomerFile(file, settings.rules(), today)
    for at in counted(customers.rows, f"Reading {file.name}"):
        customers.read(at)
    _import(
        settings,
        data,
        customers.rows,
        lambda work: customers.check(work.people.register()),
        lambda work: customers.write(work, now()),
        dry_run,
    )


def import_files(
    settings_file: Path | None,
    data: Path,
    file: Path,
    materials: Path | None,
    loans: Path | None,
    dry_run: bool,
) -> None:
    """Import personnel files and, where given, their catalogues and loans."""
    settings = open_settings(settings_file)
    require_database(settings, data)
    zone = settings.company.timezone
    today = now().astimezone(ZoneInfo(zone)).date()
    register = FileRegister(file, materials, loans, today, zone)
    for at in counted(register.rows, f"Reading {file.name}"):
        register.read(at)
    _import(
        settings,
        data,
        register.rows,
        lambda work: register.check(known_to(work)),
        lambda work: register.write(work, now()),
        dry_run,
    )


def known_to(work: SqlWork) -> Known:
    """Give what an import of files is checked against."""
    return Known(
        work.files.register(), work.people.register(), work.people.departments(), work.loans.numbers()
    )


def import_calendar(settings_file: Path | None, data: Path, file: Path, dry_run: bool) -> None:
    """Import days on which the company works, or does not."""
    settings = open_settings(settings_file)
    require_database(settings, data)
    days = CalendarFile(file, now())
    _import(
        settings, data, days.rows, lambda work: days.check(), lambda work: days.write(work, now()), dry_run
    )


def import_relatives(settings_file: Path | None, data: Path, file: Path, dry_run: bool) -> None:
    """Import who is related to whom."""
    settings = open_settings(settings_file)
    require_database(settings, data)
    relatives = RelativesFile(file)
    _import(
        settings,
        data,
        relatives.rows,
        lambda work: relatives.check(work.people.register()),
        lambda work: relatives.write(work, now()),
        dry_run,
        lambda work: _mend(settings, work, lambda moment: bar_relatives(work, relatives.declared, moment)),
    )


def _import(
    settings: Settings,
    data: Path,
    rows: int,
    check: Callable[[SqlWork], list[BadCell]],
    write: Callable[[SqlWork], Tally],
    dry_run: bool,
    after: Callable[[SqlWork], int] = lambda work: 0,
) -> None:
    """Check and write in one transaction, so that nothing changes between the two.

    after: looks for what the change moved, and gives how much.
    """
    with transaction(settings, data) as work:
        faults = check(work)
        if not faults:
            savepoint = work.connection.begin_nested()
            tally = write(work)
            moved = after(work) if not dry_run else 0
            if dry_run:
                savepoint.rollback()
            else:
                savepoint.commit()
    if faults:
        _report(faults)
        bad = len({(fault.file, fault.line) for fault in faults})
        raise Fault(f"{bad} of {rows} rows are bad; nothing was imported")
    told = "Dry run, nothing was written" if dry_run else "Imported"
    typer.echo(f"{told}: {tally.new} new, {tally.changed} changed, {tally.unchanged} unchanged, 0 bad")
    if moved:
        typer.echo(f"{moved} steps that waited for somebody who can no longer take them went to others")


def _write_staff(work: SqlWork, staff: StaffFile, leavers: set[str]) -> Tally:
    """Write the register, noting who has left by it."""
    here = {no for no, record in work.people.register().items() if record.employee.works_here}
    tally = staff.write(work, now())
    leavers |= {no for no in here if not _works_here(work, no)}
    return tally


def _works_here(work: SqlWork, staff_no: str) -> bool:
    person = work.people.by_no(staff_no)
    return person is not None and person.works_here


def _mend_holes(settings: Settings, leavers: set[str], work: SqlWork) -> int:
    """Let nothing wait for people who have left or lost a role."""

    def act(moment: datetime) -> int:
        begin_leaving(work, leavers, moment)
        return mend_holes(work, moment)

    return _mend(settings, work, act)


def _mend(settings: Settings, work: SqlWork, act: Callable[[datetime], int]) -> int:
    """Move what waits for people who may not take it any more; everyone concerned is told by the bot."""
    from bot.app import CONSEQUENCES, make_turns  # noqa: PLC0415 - only where people changed

    moment, work.consequences = now(), CONSEQUENCES
    moved = act(moment)
    if work.events:
        turns, _languages = make_turns(settings)
        turns.announce(work, CHANNEL, moment, lease=False)
    return moved


def _report(faults: Sequence[BadCell]) -> None:
    if sys.stdout.isatty():
        rows = [(fault.file, fault.line, fault.column, fault.reason) for fault in faults]
        print_table("Bad rows", ("file", "line", "column", "reason"), rows)
        return
    for fault in faults:
        column = f" {fault.column}:" if fault.column else ""
        typer.echo(f"{fault.file}:{fault.line}:{column} {fault.reason}")
