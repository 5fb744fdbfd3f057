"""`menxia routes show`: every route with the people of today, and every hole with its fix."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.text import Text
from sqlalchemy import Connection

from bot.commands.console import print_json, print_table
from bot.commands.faults import Fault
from bot.commands.findings import Finding, fault, fine, warning
from bot.commands.opening import open_settings, require_database, require_schema
from bot.settings import Settings
from domain.approvals.requests import RequestKind
from domain.approvals.surveys import Flaw, Hole, Station, survey_route
from domain.people import Employee
from storage.engine import create_read_engine
from storage.people import SqlPeople
from storage.reports import snapshot

_FIXES = {
    Flaw.VACANT: ("nobody", "give somebody the role in the staff file, or change the route"),
    Flaw.LEFT: ("only people who left ({names})", "name a successor and import the staff"),
    Flaw.UNBOUND: ("nobody has an account ({names})", "menxia staff invite {first}"),
    Flaw.SOME_UNBOUND: ("{names} has no account yet", "menxia staff invite {first}"),
    Flaw.BLOCKED: ("{names} blocked the bot", "ask them to unblock it and write to it"),
    Flaw.NOBODY_ABOVE: ("nobody above can be reached for {names}", "their requests go to the fallback"),
    Flaw.ALONE: (
        "{names} alone takes it and has no superior for requests of their own",
        "give the role to a second person",
    ),
}
Surveys = dict[RequestKind, list[Station]]


def show(settings_file: Path | None, data: Path, kind: str | None, as_json: bool) -> int:
    """Print the routes; give the exit code: 1 where requests would go astray."""
    settings = open_settings(settings_file)
    url = require_database(settings, data)
    surveys = asyncio.run(_survey(url, settings))
    if kind is not None and kind not in surveys:
        raise Fault(f"there is no route {kind}; there are {', '.join(surveys)}")
    chosen = {each: stations for each, stations in surveys.items() if kind in {None, each.value}}
    if as_json:
        print_json({each.value: [_as_json(s) for s in stations] for each, stations in chosen.items()})
    else:
        for each, stations in chosen.items():
            print_table(each.value, ("", "act", "who", "mode", "when", "today", "fix"), list(_rows(stations)))
            if cc := settings.routes[each].cc:
                typer.echo(f"told once it is approved: {', '.join(cc)}")
    grave = any(h.flaw.grave for stations in chosen.values() for s in stations for h in s.holes)
    return int(grave)


def survey_routes(settings: Settings, connection: Connection) -> Surveys:
    """Survey every route of the settings against the register."""
    people = SqlPeople(connection)
    return {kind: survey_route(kind, route.route(), people) for kind, route in settings.routes.items()}


def findings_of(kind: RequestKind, stations: list[Station]) -> Iterator[Finding]:
    """Say what a survey found, as `menxia doctor` reports it."""
    for station in stations:
        place = f"step {station.place} ({station.rule.act.value})" if station.place else "fallback"
        subject = f"route {kind.value}, {place}"
        if station.able:
            yield fine(subject, f"{station.rule.who}: {_names(station.able)}")
        elif not station.holes:
            yield fine(subject, f"{station.rule.who}: each applicant's own")
        for hole in station.holes:
            found, fix = _say(hole)
            report = fault if hole.flaw.grave else warning
            yield report(subject, f"{station.rule.who}: {found}", fix)


async def _survey(url: str, settings: Settings) -> Surveys:
    engine = create_read_engine(url)

    def look(connection: Connection) -> Surveys:
        require_schema(connection)
        return survey_routes(settings, connection)

    try:
        async with snapshot(engine) as connection:
            return await connection.run_sync(look)
    finally:
        await engine.dispose()


def _rows(stations: list[Station]) -> Iterator[tuple[object, ...]]:
    for station in stations:
        rule = station.rule
        place = str(station.place) if station.place else "fallback"
        today = _names(station.able) or ("" if station.holes else "each applicant's own")
        act, mode = (rule.act.value, rule.mode.value) if station.place else ("", "")
        yield place, act, rule.who, mode, " or ".join(rule.when), today, ""
        for hole in station.holes:
            found, fix = _say(hole)
            style = "bold red" if hole.flaw.grave else "yellow"
            yield "", "", "", "", "", Text(found, style), fix


def _as_json(station: Station) -> dict[str, object]:
    rule = station.rule
    return {
        "place": station.place,
        "act": rule.act.value,
        "who": rule.who,
        "mode": rule.mode.value,
        "when": list(rule.when),
        "today": [person.staff_no for person in station.able],
        "holes": [{"flaw": h.flaw.value, "people": [p.staff_no for p in h.people]} for h in station.holes],
    }


def _say(hole: Hole) -> tuple[str, str]:
    found, fix = _FIXES[hole.flaw]
    first = hole.people[0].staff_no if hole.people else ""
    return found.format(names=_names(hole.people)), fix.format(first=first)


def _names(people: list[Employee] | tuple[Employee, ...]) -> str:
    shown = ", ".join(f"{person.staff_no} {person.name}" for person in people[:5])
    return shown if len(people) <= 5 else f"{shown} and {len(people) - 5} more"
