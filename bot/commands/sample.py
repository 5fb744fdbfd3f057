"""The sample company of deploy/sample_company: loaded on first use, each of its people with an account."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import now
from bot.commands.customer_files import CustomerFile
from bot.commands.faults import Fault
from bot.commands.file_registers import FileRegister, Known
from bot.commands.opening import database_url, transaction, version_of
from bot.commands.staff_files import StaffFile
from bot.messengers.telegram_events import CHANNEL
from bot.sandbox.people import SandboxPerson
from bot.settings import ROOT, Settings
from domain.people import Account, StaffRecord
from storage.database import HEAD
from storage.unit_of_work import SqlWork

SAMPLE = ROOT / "deploy" / "sample_company"
FIRST_ACCOUNT = 7_000_000_000
LEFT = "(已离职)"


def prepare_sample(settings: Settings, data: Path) -> None:
    """Bring the database up to date; where nobody is in its staff register, load the sample company."""
    url = database_url(settings, data)
    if version_of(url) != HEAD:
        from storage.migrate import migrate  # noqa: PLC0415 - large, and needed once

        migrate(url)
    with transaction(settings, data) as work:
        if not work.people.register():
            _load(work, settings)


def list_people(settings: Settings, data: Path) -> list[SandboxPerson]:
    """Give everybody in the staff register as a person of the sandbox, with the account they are bound to."""
    with transaction(settings, data) as work:
        staff = work.people.register()
        bound = work.people.accounts(staff)
    own = account_ids(staff)
    return [
        SandboxPerson(
            int(bound[staff_no].user_id) if _is_here(bound.get(staff_no)) else own[staff_no],
            record.employee.name,
            _title(record),
            staff_no,
        )
        for staff_no, record in staff.items()
    ]


def account_ids(staff_nos: Iterable[str]) -> dict[str, int]:
    """Give each person a messenger account by their number: YH0007 has 7000000007."""
    ids: dict[str, int] = {}
    for staff_no in sorted(staff_nos):
        digits = re.sub(r"\D", "", staff_no)[-9:]
        account = FIRST_ACCOUNT + (int(digits) if digits else zlib.crc32(staff_no.encode()) % 10**9)
        while account in ids.values():
            account += 1
        ids[staff_no] = account
    return ids


def _load(work: SqlWork, settings: Settings) -> None:
    moment = now()
    today = moment.astimezone(ZoneInfo(settings.company.timezone)).date()
    staff = StaffFile(SAMPLE / "staff.csv", SAMPLE / "departments.csv")
    customers = CustomerFile(SAMPLE / "customers.csv", settings.rules(), today)
    for at in range(customers.rows):
        customers.read(at)
    numbers = [record.employee.staff_no for record in staff.records]
    zone = settings.company.timezone
    paths = (SAMPLE / "personnel_files.csv", SAMPLE / "materials.csv", SAMPLE / "loans.csv")
    files = FileRegister(*paths, today, zone)
    for at in range(files.rows):
        files.read(at)
    units = {unit.number: unit for unit in staff.departments}
    people = {record.employee.staff_no: record for record in staff.records}
    known = Known(staff=people, departments=units)
    if faults := [*staff.check({}, {}), *customers.check(numbers), *files.check(known)]:
        raise Fault(f"the sample company cannot be loaded: {faults[0]}")
    staff.write(work, moment)
    customers.write(work, moment)
    files.write(work, moment)
    for staff_no, account in account_ids(numbers).items():
        language = settings.company.language
        work.people.bind(Account(CHANNEL, str(account), str(account), staff_no, language), moment, "")


def _is_here(account: Account | None) -> bool:
    return account is not None and account.channel == CHANNEL and account.user_id.isdecimal()


def _title(record: StaffRecord) -> str:
    return record.employee.title + ("" if record.employee.works_here else LEFT)
