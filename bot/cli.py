"""The `menxia` command: what can be called, and with which options."""

# ruff: noqa: PLC0415 - each command imports what it needs itself, so that `menxia run` starts fast and stays small

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.faults import Fault

app = typer.Typer(
    name="menxia",
    help="Menxia (门下): requests and approvals on the company messenger.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


staff_app = typer.Typer(help="The staff register.", no_args_is_help=True, rich_markup_mode=None)
customers_app = typer.Typer(help="The customer register.", no_args_is_help=True, rich_markup_mode=None)
routes_app = typer.Typer(help="The approval routes.", no_args_is_help=True, rich_markup_mode=None)
files_app = typer.Typer(help="The register of personnel files.", no_args_is_help=True, rich_markup_mode=None)
calendar_app = typer.Typer(help="The working calendar.", no_args_is_help=True, rich_markup_mode=None)
audit_app = typer.Typer(help="The audit log.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(staff_app, name="staff")
app.add_typer(customers_app, name="customers")
app.add_typer(files_app, name="files")
app.add_typer(calendar_app, name="calendar")
app.add_typer(audit_app, name="audit")
app.add_typer(routes_app, name="routes")


class Kind(StrEnum):
    CUSTOMERS = "customers"
    STAFF = "staff"
    REQUESTS = "requests"
    CONVERSATIONS = "conversations"
    OUTBOX = "outbox"
    AUDIT = "audit"


class Export(StrEnum):
    FILES = "files"
    LOANS = "loans"
    MISSING = "missing"
    STATISTICS = "statistics"


class Client(StrEnum):
    PTB = "ptb"
    AIOGRAM = "aiogram"


SettingsFile = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE", help="Settings; default: settings.toml.")
]
Data = Annotated[
    Path, typer.Option("--data", metavar="DIR", envvar="MENXIA_DATA", help="Database and attachments.")
]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")]
ClientChoice = Annotated[Client | None, typer.Option("--client", help="Telegram client to use.")]
CsvFile = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, UTF-8 or GB18030.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and count only; write nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DATA, DEMO_DATA, PORT = Path("data"), Path("data/demo"), 8080


@app.command()
def demo(
    settings: SettingsFile = None,
    data: Data = DEMO_DATA,
    port: Port = PORT,
    client: ClientChoice = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew: delete what a demo left there.")
    ] = False,
) -> None:
    """Try everything on this machine.

    With a sample company; no token, no internet.
    """
    from bot.commands.demo import run_demo

    run_demo(settings, data, port, client.value if client else None, fresh)


@app.command()
def sandbox(
    settings: SettingsFile = None,
    data: Data = DATA,
    port: Port = PORT,
    bare: Annotated[bool, typer.Option("--bare", help="Load no sample company, show no staff.")] = False,
) -> None:
    """Run the sandbox messenger alone.

    For a bot that is started with `menxia run`.
    """
    from bot.commands.demo import run_sandbox

    run_sandbox(settings, data, port, bare)


@app.command()
def run(
    settings: SettingsFile = None,
    data: Data = DATA,
    client: ClientChoice = None,
    api_base: Annotated[str, typer.Option(help="Address of the messenger's API.")] = "",
    token_file: Annotated[Path | None, typer.Option(help="File that holds the bot's token.")] = None,
) -> None:
    """Run the bot."""
    from bot.commands.running import run_bot

    run_bot(settings, data, client.value if client else None, api_base, token_file)


@app.command()
def migrate(
    settings: SettingsFile = None,
    data: Data = DATA,
    to: Annotated[str, typer.Option(metavar="REV", help="Version to reach; base: empty.")] = "head",
) -> None:
    """Bring the database to this program's version."""
    from bot.commands.migrating import migrate_database

    migrate_database(settings, data, to)


@app.command()
def doctor(settings: SettingsFile = None, data: Data = DATA, as_json: AsJson = False) -> None:
    """Check the installation and say how to mend what is wrong."""
    from bot.commands.doctor import examine

    sys.exit(examine(settings, data, as_json))


@app.command()
def show(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help=", ".join(Kind))],
    key: Annotated[str | None, typer.Argument(metavar="[ID]", help="Number or id of one of them.")] = None,
    settings: SettingsFile = None,
    data: Data = DATA,
    as_json: AsJson = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Newest so many; default 50, JSON: all.")] = None,
) -> None:
    """Show what the database holds, newest first."""
    from bot.commands.showing import show as show_records

    show_records(settings, data, kind.value, key, as_json, limit)


@app.command()
def parse(
    intent: Annotated[str, typer.Option(metavar="INTENT", help="What it is; default: recognised.")] = "auto",
    directory: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The customers it may speak of, JSON or CSV.")
    ] = None,
    moment: Annotated[str | None, typer.Option("--now", metavar="ISO", help="What counts as now.")] = None,
    score: Annotated[Path | None, typer.Option(metavar="FILE", help="Score a file of cases instead.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Add where each value stood, and why.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="With --score: the table only.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Read one message of free text on standard input and print as JSON what it says.

    With --score it fails where a value is silently wrong.
    """
    from bot.commands.parsing_texts import parse_message, score_file

    if score is not None:
        sys.exit(score_file(score, moment, not quiet))
    parse_message(intent, directory, moment, settings, explain)


@staff_app.command("import")
def import_staff(
    file: CsvFile,
    departments: Annotated[Path | None, typer.Option(metavar="FILE", help="Departments, as CSV.")] = None,
    dry_run: DryRun = False,
    settings: SettingsFile = None,
    data: Data = DATA,
) -> None:
    """Import or update staff; one bad row and nothing is written."""
    from bot.commands.importing import import_staff as do_import

    do_import(settings, data, file, departments, dry_run)


@staff_app.command()
def invite(
    staff_no: Annotated[str, typer.Argument(metavar="工号", help="Staff number.")],
    settings: SettingsFile = None,
    data: Data = DATA,
) -> None:
    """Print a one-use invitation that binds a messenger account to a member of staff."""
    from bot.commands.inviting import invite as issue

    issue(settings, data, staff_no)


@customers_app.command("import")
def import_customers(
    file: CsvFile, dry_run: DryRun = False, settings: SettingsFile = None, data: Data = DATA
) -> None:
    """Import or update customers; one bad row and nothing is written."""
    from bot.commands.importing import import_customers as do_import

    do_import(settings, data, file, dry_run)


@files_app.command("import")
def import_files(
    file: CsvFile,
    materials: Annotated[Path | None, typer.Option(metavar="FILE", help="Their catalogues, as CSV.")] = None,
    loans: Annotated[Path | None, typer.Option(metavar="FILE", help="Their loans, as CSV.")] = None,
    dry_run: DryRun = False,
    settings: SettingsFile = None,
    data: Data = DATA,
) -> None:
    """Import or update personnel files; one bad row and nothing is written."""
    from bot.commands.importing import import_files as do_import

    do_import(settings, data, file, materials, loans, dry_run)


@files_app.command("relatives")
def import_relatives(
    file: CsvFile, dry_run: DryRun = False, settings: SettingsFile = None, data: Data = DATA
) -> None:
    """Import who is related to whom; nobody handles a relative's file."""
    from bot.commands.importing import import_relatives as do_import

    do_import(settings, data, file, dry_run)


@files_app.command("export")
def export_files(
    which: Annotated[Export, typer.Argument(metavar="LIST", help=", ".join(Export))],
    to: Annotated[Path, typer.Option("--to", "-o", metavar="FILE", help="The workbook to write (.xlsx).")],
    settings: SettingsFile = None,
    data: Data = DATA,
) -> None:
    """Write a list as an XLSX workbook."""
    from bot.commands.file_documents import export

    export(settings, data, which.value, to)


@files_app.command("label")
def print_labels(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER…", help="Numbers of files, RS-0034.")],
    to: Annotated[Path, typer.Option("--to", "-o", metavar="FILE", help="The PDF to write.")],
    settings: SettingsFile = None,
    data: Data = DATA,
) -> None:
    """Write the labels of bags as a PDF, each with a code that opens the bot at that file."""
    from bot.commands.file_documents import print_labels as do_print

    do_print(settings, data, numbers, to)


@app.command()
def remind(
    at: Annotated[
        datetime | None, typer.Option(help="Look from this moment, 2026-11-25T09:00 in company time.")
    ] = None,
    dry_run: DryRun = False,
    settings: SettingsFile = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Say all reminders that are due, once; the running bot sends them.

    With --dry-run, print only what is due to whom and why.
    """
    from bot.commands.reminding import remind as do_remind

    do_remind(settings, data, at, dry_run, as_json)


@app.command()
def report(
    png: Annotated[Path, typer.Option("--png", metavar="FILE", help="Picture to write.")],
    settings: SettingsFile = None,
    data: Data = DATA,
) -> None:
    """Write the weekly report as a picture."""
    from bot.commands.reminding import report as do_report

    do_report(settings, data, png)


@calendar_app.command("import")
def import_calendar(
    file: CsvFile, dry_run: DryRun = False, settings: SettingsFile = None, data: Data = DATA
) -> None:
    """Import days on which the company works (上班) or rests (休息), whatever the state's calendar says."""
    from bot.commands.importing import import_calendar as do_import

    do_import(settings, data, file, dry_run)


@calendar_app.command("show")
def show_calendar(
    year: Annotated[int | None, typer.Argument(help="Default: this year.")] = None,
    settings: SettingsFile = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Show a year's holidays, working weekends and own days, and which are only expected (预计)."""
    from bot.commands.calendar_files import show_year

    show_year(settings, data, year, as_json)


@routes_app.command("show")
def show_routes(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="Only this one's route.")] = None,
    settings: SettingsFile = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Show whom each step of each route asks today, and every hole; fails where there is a grave one."""
    from bot.commands.routes import show as show_all

    sys.exit(show_all(settings, data, kind, as_json))


@audit_app.command()
def verify(settings: SettingsFile = None, data: Data = DATA) -> None:
    """Check that no audit entry was changed, cut out or cut off."""
    from bot.commands.showing import verify_audit

    verify_audit(settings, data)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; an expected fault is one sentence on standard error."""
    try:
        app(arguments)
    except Fault as fault:
        typer.echo(f"menxia: {fault}", err=True)
        sys.exit(fault.code)
