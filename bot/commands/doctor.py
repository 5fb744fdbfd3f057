"""`menxia doctor`: every check in turn, each fault with its fix; a broken installation is a finding too."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import typer
from rich.text import Text

from bot.commands.console import print_json, print_table
from bot.commands.findings import Finding, Level, guarded
from bot.commands.machine_checks import (
    check_calendar,
    check_folder,
    check_languages,
    check_secrets,
    check_settings,
    check_sqlite,
    check_token,
)
from bot.commands.staff_checks import (
    Register,
    check_database,
    check_reminders,
    check_routes,
    check_staff,
)
from bot.settings import Settings

_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.FAULT: "bold red"}


def examine(settings_file: Path | None, data: Path, as_json: bool) -> int:
    """Run every check, print what was found, and give the exit code."""
    findings = find(settings_file, data)
    faults = sum(finding.level is Level.FAULT for finding in findings)
    if as_json:
        print_json([finding.to_json() for finding in findings])
        return int(faults > 0)
    rows = [
        (Text(each.level.sign, _STYLES[each.level]), each.subject, each.found, each.fix) for each in findings
    ]
    print_table("", ("", "what", "found", "fix"), rows)
    warnings = sum(finding.level is Level.WARNING for finding in findings)
    typer.echo(f"{faults} faults, {warnings} warnings")
    return int(faults > 0)


def find(settings_file: Path | None, data: Path) -> list[Finding]:
    """Run every check that can be run."""
    read: list[Settings] = []
    registers: list[Register] = []
    findings = guarded("settings", partial(check_settings, settings_file, read))
    findings += guarded("secrets", check_secrets)
    findings += guarded("data folder", partial(check_folder, data))
    for settings in read:
        findings += guarded("token", partial(check_token, settings, data))
        findings += guarded("sqlite", partial(check_sqlite, settings))
        findings += guarded("languages", partial(check_languages, settings))
        findings += guarded("calendar", partial(check_calendar, settings))
        findings += guarded("database", partial(check_database, settings, data, registers))
        for register in registers:
            findings += guarded("staff", partial(check_staff, register))
            findings += guarded("reminders", partial(check_reminders, settings, register))
            findings += guarded("routes", partial(check_routes, settings, register))
    return findings
