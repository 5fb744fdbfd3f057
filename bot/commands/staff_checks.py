"""Checks of the database and of the people in it: who can take each step today, and where nobody can."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.commands.faults import Fault
from bot.commands.findings import Finding, fault, fine, warning
from bot.commands.opening import database_fault, database_file, database_url, schema_fault
from bot.commands.routes import Surveys, findings_of, survey_routes
from bot.settings import Settings
from domain.people import Role, StaffState
from storage.database import HEAD, schema_version
from storage.engine import create_read_engine
from storage.reports import department_heads, snapshot, staff

Person = dict[str, Any]
_REMINDED = (Role.HR_MANAGER, Role.FILE_KEEPER)


class Register:
    """The staff register as a check reads it."""

    def __init__(self, people: list[Person], departments: list[dict[str, Any]], surveys: Surveys) -> None:
        self.people = {person["staff_no"]: person for person in sorted(people, key=lambda p: p["staff_no"])}
        self.departments = departments
        self.surveys = surveys

    def here(self) -> list[Person]:
        return [person for person in self.people.values() if person["state"] is not StaffState.LEFT]

    def holders_here(self, role: Role) -> list[Person]:
        return [person for person in self.holders(role) if person["state"] is not StaffState.LEFT]

    def holders(self, role: str) -> list[Person]:
        return [person for person in self.people.values() if role in person["roles"]]


def check_database(settings: Settings, data: Path, found: list[Register]) -> Iterator[Finding]:
    """Check that the database answers at the right version; put its register into `found`."""
    try:
        url = database_url(settings, data)
    except Fault as wrong:
        yield fault("database", str(wrong), "correct database.url in the settings or its secret file")
        return
    file = database_file(url)
    if file is not None and not file.is_file():
        yield fault("database", f"there is no {file}", f"menxia migrate --data {data}")
        return
    try:
        version, register = asyncio.run(_read(url, settings))
    except (DBAPIError, OSError) as error:
        reason = database_fault(error) if isinstance(error, DBAPIError) else str(error)
        yield fault("database", reason, "check database.url, the server and the rights on the file")
        return
    if register is None:
        yield fault("database", schema_fault(version), "menxia migrate")
        return
    yield fine("database", f"version {version}, {len(register.here())} people work here")
    found.append(register)


def check_staff(register: Register) -> Iterator[Finding]:
    """Check administrators, leavers who still stand over others, and circles of superiors."""
    if not register.people:
        yield fault("staff", "nobody is in the staff register", "menxia staff import FILE --departments FILE")
        return
    yield from _check_administrators(register)
    yield from _check_leavers(register)
    told: set[str] = set()
    for staff_no in register.people:
        way = [staff_no]
        while (upper := _superior(register, way[-1])) and upper not in way:
            way.append(upper)
        if upper == staff_no and staff_no not in told:
            told.update(way)
            circle = " → ".join([*way, staff_no])
            yield fault(
                "staff", f"superiors go round in a circle: {circle}", "correct 直属上级工号, import again"
            )


def check_routes(settings: Settings, register: Register) -> Iterator[Finding]:
    """Check each step of each route: who can take it today."""
    if not register.people:
        return
    from bot.app import KINDS  # noqa: PLC0415 - a broken installation may not even import

    for kind in KINDS:
        if kind not in settings.routes:
            yield fault(
                f"route {kind.value}", "there is none", f"write [routes.{kind.value}] into the settings"
            )
    for kind, stations in register.surveys.items():
        yield from findings_of(kind, stations)


def check_reminders(settings: Settings, register: Register) -> Iterator[Finding]:
    """Check that reminders have somebody to go to."""
    if not register.people:
        return
    if not settings.reminders.enabled:
        yield warning("reminders", "nobody is reminded", "set reminders.enabled to true")
        return
    lost = [role.value for role in _REMINDED if not register.holders_here(role)]
    if lost:
        found = f"nobody here is {', '.join(lost)}, so what only they are told is told to nobody"
        yield warning("reminders", found, "give somebody the role in the staff file and import it")
        return
    hours = settings.reminders
    yield fine("reminders", f"working days, {hours.begins:%H:%M} to {hours.ends:%H:%M}")


def _check_administrators(register: Register) -> Iterator[Finding]:
    admins = [p for p in register.holders(Role.SYSTEM_ADMIN) if p["state"] is not StaffState.LEFT]
    if not admins:
        yield fault(
            "staff", "nobody is system_admin", "give somebody the role in the staff file and import it"
        )
    elif not _able(admins):
        fix = f"menxia staff invite {admins[0]['staff_no']}"
        yield fault("staff", f"no system_admin has an account ({_names(admins)})", fix)
    else:
        yield fine("staff", f"system_admin: {_names(_able(admins))}")


def _check_leavers(register: Register) -> Iterator[Finding]:
    for person in register.people.values():
        if person["state"] is not StaffState.LEFT:
            continue
        below = [p for p in register.here() if p["superior_no"] == person["staff_no"]]
        if below:
            found = f"{_name(person)} has left and is still the superior of {_names(below)}"
            yield warning("staff", found, "name their new superior (直属上级工号) and import the staff")
        for unit in register.departments:
            if unit["head_no"] == person["staff_no"]:
                found = f"{_name(person)} has left and still heads {unit['name']}"
                yield warning("staff", found, "name the new head (负责人工号) and import the departments")


def _able(people: list[Person]) -> list[Person]:
    return [p for p in people if p and p["state"] is not StaffState.LEFT and p["chat_id"]]


def _superior(register: Register, staff_no: str) -> str:
    return str(register.people.get(staff_no, {}).get("superior_no", ""))


def _name(person: Person) -> str:
    return f"{person['staff_no']} {person['name']}"


def _names(people: list[Person]) -> str:
    shown = ", ".join(_name(person) for person in people[:5])
    return shown if len(people) <= 5 else f"{shown} and {len(people) - 5} more"


async def _read(url: str, settings: Settings) -> tuple[str, Register | None]:
    engine = create_read_engine(url)

    async def look(connection: AsyncConnection) -> tuple[str, Register | None]:
        version = await connection.run_sync(schema_version)
        if version != HEAD:
            return version, None
        surveys = await connection.run_sync(lambda plain: survey_routes(settings, plain))
        everybody = await staff(connection, None, None)
        return version, Register(everybody, await department_heads(connection), surveys)

    try:
        async with snapshot(engine) as connection:
            return await look(connection)
    finally:
        await engine.dispose()
