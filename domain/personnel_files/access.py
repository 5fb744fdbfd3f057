"""Looking into the register: who may, for what purpose, and the entry that each look leaves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlmodel import Field, SQLModel

from domain.approvals.delegations import today_of
from domain.approvals.holes import bar_relatives
from domain.errors import Refused
from domain.events import RelativeDeclared
from domain.people import Employee
from domain.personnel_files.files import (
    FileKind,
    PersonnelFile,
    Secrecy,
    is_hr_staff,
    keeps_files,
    require_file,
    require_no_kin,
)

if TYPE_CHECKING:
    from domain.work import Work

PURPOSE_LENGTH = 100


class Look(StrEnum):
    """What was looked at."""

    RECORD = "record"
    WHEREABOUTS = "whereabouts"
    CATALOGUE = "catalogue"
    LABEL = "label"
    EXPORT = "export"
    LOAN = "loan"
    INCIDENT = "incident"
    LIST = "list"


class AccessEntry(SQLModel):
    """One look; rows are only added.

    file_id: None for a list, whose title is the purpose. actor_no: empty on the command line.
    """

    id: int | None = Field(default=None, primary_key=True)
    file_id: int | None = None
    actor_no: str = Field(max_length=32)
    look: Look
    purpose: str = Field(max_length=PURPOSE_LENGTH)
    at: datetime


def read_file(
    work: Work, actor: Employee, file_id: int, look: Look, purpose: str, now: datetime
) -> PersonnelFile:
    """Open a file's record or catalogue for whoever keeps files, and note it.

    purpose: empty where one was given for this file today, which then holds for all of the day.
    Raises Refused: file_unknown, role_required, own_file, relatives_file, purpose_required, purpose_too_long.
    """
    file = require_file(work, file_id)
    if not keeps_files(actor):
        raise Refused("role_required")
    require_no_kin(work, actor, file)
    purpose = " ".join(purpose.split()) or purpose_of_today(work, actor, file_id, now)
    if not purpose:
        raise Refused("purpose_required")
    if len(purpose) > PURPOSE_LENGTH:
        raise Refused("purpose_too_long", limit=PURPOSE_LENGTH)
    note_look(work, actor, file_id, look, purpose, now)
    return file


def purpose_of_today(work: Work, actor: Employee, file_id: int, now: datetime) -> str:
    """Give the purpose for which somebody looked into a file earlier today, empty if they did not."""
    last = work.files.last_access(actor.staff_no, file_id, today_of(work, now))
    return last.purpose if last else ""


def note_look(
    work: Work, actor: Employee, file_id: int | None, look: Look, purpose: str, now: datetime
) -> None:
    entry = AccessEntry(file_id=file_id, actor_no=actor.staff_no, look=look, purpose=purpose, at=now)
    work.files.note_access(entry)


def note_list(work: Work, actor: Employee, title: str, now: datetime) -> None:
    """Note that somebody read a list that names people's files; one entry a person, list and day."""
    if not work.files.has_read_list(actor.staff_no, title, today_of(work, now)):
        note_look(work, actor, None, Look.LIST, title, now)


def may_read_inside(work: Work, actor: Employee, file: PersonnelFile) -> bool:
    """Whether somebody may read a 员工管理档案 by work need with one approval: HR staff, and their head."""
    if file.kind is not FileKind.MANAGEMENT or file.secrecy is not Secrecy.ORDINARY:
        return False
    subject = work.people.by_no(file.subject_no)
    unit = work.people.department(subject.department_no) if subject else None
    heads = unit is not None and unit.head_no == actor.staff_no
    return is_hr_staff(work.people, actor) or heads


def declare_relative(
    work: Work, actor: Employee, staff_no: str, relative_no: str, relation: str, now: datetime
) -> None:
    """Note two people as relatives; everybody declares their own, whoever keeps files also others'.

    What waits for one of them about the other goes to somebody else at once.
    Raises Refused: role_required, staff_unknown, relative_self, relative_known, text_length.
    """
    if staff_no != actor.staff_no and not keeps_files(actor):
        raise Refused("role_required")
    for number in (staff_no, relative_no):
        if work.people.by_no(number) is None:
            raise Refused("staff_unknown", staff_no=number)
    if staff_no == relative_no:
        raise Refused("relative_self")
    if not work.files.declare_relative(staff_no, relative_no, relation):
        raise Refused("relative_known")
    work.audit.record(now, actor.staff_no, "relative_declared", staff_no, after={"relative": relative_no})
    work.events.append(RelativeDeclared(staff_no, relative_no, relation, actor.staff_no))
    bar_relatives(work, {staff_no, relative_no}, now)
