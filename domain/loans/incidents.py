"""异常: what is wrong with a file; it asks for a check and stays on HR's list until that is done."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sqlmodel import Field, SQLModel

from domain.errors import Refused
from domain.events import IncidentClosed, IncidentOpened
from domain.loans.loans import Condition, Loan
from domain.loans.waiting import tell_next
from domain.people import Employee, Role
from domain.personnel_files.files import (
    FileState,
    PersonnelFile,
    require_file,
    require_keeper,
    require_no_kin,
)
from domain.personnel_files.moves import put_file

if TYPE_CHECKING:
    from domain.work import Work

WORDS = 200
CLOSERS = (Role.HR_MANAGER, Role.GENERAL_MANAGER)


class Verdict(StrEnum):
    """What the check of an incident came to."""

    MENDED = "mended"  # complete again, or repaired
    ACCEPTED = "accepted"  # something stays lost or damaged, the file can be used
    LOST = "lost"  # the file itself is gone


class Incident(SQLModel):
    """One incident. loan_id: the loan it came of, None where the keeper found it."""

    id: int | None = Field(default=None, primary_key=True)
    file_id: int
    loan_id: int | None = None
    condition: Condition
    words: str = Field(default="", max_length=WORDS)
    opened_at: datetime
    opened_by: str = Field(max_length=32)
    verdict: Verdict | None = None
    resolution: str = Field(default="", max_length=WORDS)
    closed_at: datetime | None = None
    closed_by: str = Field(default="", max_length=32)


class Incidents(Protocol):
    """The register of incidents."""

    def add(self, incident: Incident) -> Incident: ...

    def by_id(self, incident_id: int) -> Incident | None: ...

    def lock(self, incident_id: int) -> Incident | None: ...

    def save(self, incident: Incident) -> None: ...

    def open_about(self, file_id: int) -> list[Incident]: ...

    def open(self, *, limit: int, offset: int = 0) -> list[Incident]:
        """Give what is not closed, the oldest first."""
        ...

    def count_open(self) -> int: ...


def open_incident(
    work: Work,
    actor: Employee,
    file: PersonnelFile,
    loan: Loan | None,
    condition: Condition,
    words: str,
    now: datetime,
) -> Incident:
    """Open an incident; callers have checked who may."""
    incident = work.incidents.add(
        Incident(
            file_id=file.id or 0,
            loan_id=loan.id if loan else None,
            condition=condition,
            words=words[:WORDS],
            opened_at=now,
            opened_by=actor.staff_no,
        )
    )
    after = {"incident": incident.id, "condition": condition.value}
    work.audit.record(now, actor.staff_no, "incident_opened", f"file:{file.number}", after=after)
    work.events.append(IncidentOpened(incident, file))
    return incident


def report_incident(
    work: Work, keeper: Employee, file_id: int, condition: Condition, words: str, now: datetime
) -> Incident:
    """Open an incident about a file that ought to stand on its shelf; it is set aside for the check.

    A loan that was to be fetched goes back by itself once somebody acts on it.
    Raises Refused: reason_required, file_not_here, and as require_keeper does.
    """
    file = require_file(work, file_id)
    require_keeper(work, keeper, file)
    words = " ".join(words.split())[:WORDS]
    if not words:
        raise Refused("reason_required")
    if not file.state.here and file.state is not FileState.UNDER_INSPECTION:
        raise Refused("file_not_here", number=file.number, state=file.state)
    after = FileState.MISSING if condition is Condition.LOST else FileState.UNDER_INSPECTION
    if file.state is not after:
        put_file(work, file, after, keeper.staff_no, words, now)
    return open_incident(work, keeper, file, None, condition, words, now)


def close_incident(
    work: Work, actor: Employee, incident_id: int, verdict: Verdict, resolution: str, now: datetime
) -> Incident:
    """Close an incident after the check; whoever `closes_incident` names, and never who is party to it.

    Raises Refused: incident_unknown, incident_closed, role_required, own_incident, own_file, relatives_file,
    file_missing, reason_required.
    """
    incident = work.incidents.lock(incident_id)
    if incident is None:
        raise Refused("incident_unknown")
    file = require_file(work, incident.file_id)
    if not closes_incident(work, actor, incident, file):
        raise Refused("role_required")
    _require_impartial(work, actor, incident, file)
    if incident.closed_at is not None:
        raise Refused("incident_closed", by=incident.closed_by, at=incident.closed_at)
    if verdict not in verdicts_on(file):
        raise Refused("file_missing", number=file.number)
    resolution = " ".join(resolution.split())[:WORDS]
    if not resolution:
        raise Refused("reason_required")
    incident.verdict, incident.resolution = verdict, resolution
    incident.closed_at, incident.closed_by = now, actor.staff_no
    work.incidents.save(incident)
    after = {"incident": incident.id, "verdict": verdict.value}
    work.audit.record(now, actor.staff_no, "incident_closed", f"file:{file.number}", after=after)
    _move(work, actor, file, verdict, now)
    work.events.append(IncidentClosed(incident, file))
    tell_next(work, incident.file_id, now)
    return incident


def verdicts_on(file: PersonnelFile) -> tuple[Verdict, ...]:
    """Give what a check may come to; a file that is missing is found or lost, never usable as it is."""
    missing = file.state is FileState.MISSING
    return tuple(verdict for verdict in Verdict if verdict is not Verdict.ACCEPTED or not missing)


def may_close(work: Work, incident: Incident, file: PersonnelFile) -> list[Employee]:
    """List who is asked to close an incident, less who is party to it.

    HR managers, else the general manager, else the managers of administration, so that none stays open.
    """
    for role in (*CLOSERS, Role.ADMIN_MANAGER):
        if found := [p for p in work.people.holders(role) if _is_impartial(work, p, incident, file)]:
            return found
    return []


def closes_incident(work: Work, actor: Employee, incident: Incident, file: PersonnelFile) -> bool:
    """Whether closing falls to somebody at all, party or not: by their role, or as the one who is asked."""
    if actor.works_here and actor.holds(*CLOSERS):
        return True
    return any(person.staff_no == actor.staff_no for person in may_close(work, incident, file))


def _is_impartial(work: Work, actor: Employee, incident: Incident, file: PersonnelFile) -> bool:
    try:
        _require_impartial(work, actor, incident, file)
    except Refused:
        return False
    return True


def _require_impartial(work: Work, actor: Employee, incident: Incident, file: PersonnelFile) -> None:
    """Nobody judges what they had in hand, opened, or what is about themselves."""
    require_no_kin(work, actor, file)
    loan = work.loans.by_id(incident.loan_id) if incident.loan_id else None
    parties = {incident.opened_by}
    if loan is not None:
        parties |= {loan.borrower_no, loan.checked_by}
    if actor.staff_no in parties:
        raise Refused("own_incident")


def _move(work: Work, actor: Employee, file: PersonnelFile, verdict: Verdict, now: datetime) -> None:
    """Put the file where the verdict says, once no other incident about it is open."""
    if work.incidents.open_about(file.id or 0):
        return
    if verdict is Verdict.LOST:
        if file.state in {FileState.UNDER_INSPECTION, FileState.MISSING}:
            put_file(work, file, FileState.WRITTEN_OFF, actor.staff_no, "", now)
    elif file.state in {FileState.UNDER_INSPECTION, FileState.MISSING}:
        subject = work.people.by_no(file.subject_no)
        left = subject is None or not subject.works_here
        after = FileState.SEALED if left else FileState.SHELVED
        put_file(work, file, after, actor.staff_no, "", now)
