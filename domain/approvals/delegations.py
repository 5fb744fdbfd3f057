"""代理: for some days somebody decides in another's place.

A delegate never has more authority than whom they stand for, never stands for them towards themselves, and
hands nothing on: what one decides for another is not decided by a third. It ends by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from sqlmodel import JSON, Field, SQLModel

from domain.approvals.assigning import concerned
from domain.approvals.requests import Desk, Request, RequestKind, Step, Task
from domain.approvals.routes import Act
from domain.errors import Refused
from domain.events import DelegationBegan, DelegationEnded, DelegationMade
from domain.people import Employee, require_known

if TYPE_CHECKING:
    from domain.work import Work


class Delegation(SQLModel):
    """from_no decides through to_no from first_day to last_day, both included, in the company's time zone.

    kinds: of requests, all if empty. min_rate: smallest rate the delegate may grant, None for no such limit.
    ended_at: when it was called off. begun, reported: both were told of its beginning, of its end.
    """

    id: int | None = Field(default=None, primary_key=True)
    from_no: str = Field(max_length=32)
    to_no: str = Field(max_length=32)
    first_day: date
    last_day: date
    kinds: list[RequestKind] = Field(default_factory=list, sa_type=JSON)
    min_rate: Decimal | None = None
    made_at: datetime
    ended_at: datetime | None = None
    begun: bool = False
    reported: bool = False

    def stands_on(self, day: date) -> bool:
        return self.ended_at is None and self.first_day <= day <= self.last_day

    def meets(self, first: date, last: date) -> bool:
        """Tell whether it stands on any of these days."""
        return self.ended_at is None and self.first_day <= last and first <= self.last_day

    def covers(self, kind: RequestKind, facts: Mapping[str, str]) -> bool:
        """Tell whether a request of these facts may be decided under it."""
        if self.kinds and kind not in self.kinds:
            return False
        return self.min_rate is None or "rate" not in facts or Decimal(facts["rate"]) >= self.min_rate


class Delegations(Protocol):
    """The register of delegations."""

    def add(self, delegation: Delegation) -> Delegation: ...

    def by_id(self, delegation_id: int) -> Delegation | None:
        """Read a delegation for changing it."""
        ...

    def save(self, delegation: Delegation) -> None: ...

    def given_to(self, staff_no: str, day: date) -> list[Delegation]:
        """Give those that let a person decide for others on a day."""
        ...

    def given_by(self, staff_no: str, since: date) -> list[Delegation]:
        """Give a person's own that stand on `since` or later, in the order of their days."""
        ...

    def standing(self, day: date) -> list[Delegation]:
        """Give all that stand on a day or later."""
        ...

    def unannounced(self, day: date) -> list[Delegation]:
        """Give those that have begun or ended by a day and of which nobody was told yet."""
        ...


def today_of(work: Work, now: datetime) -> date:
    return now.astimezone(ZoneInfo(work.rules.timezone)).date()


def delegate_approvals(
    work: Work,
    principal: Employee,
    to_no: str,
    first_day: date,
    last_day: date,
    *,
    kinds: list[RequestKind],
    min_rate: Decimal | None,
    now: datetime,
) -> Delegation:
    """Let somebody decide in one's place for some days.

    Raises Refused: delegate_is_self, staff_left, staff_unbound, date_too_early, delegation_days(limit),
    delegation_overlaps(first, last), delegation_chain(name), delegation_above_authority(floor).
    """
    check_delegate(work, principal, to_no)
    check_days(work, principal, first_day, last_day, now)
    delegate = require_known(work.people, to_no)
    for other in work.delegations.given_by(to_no, first_day):
        if other.meets(first_day, last_day):
            raise Refused("delegation_chain", name=delegate.name)
    if min_rate is not None and min_rate < work.rules.min_rate:
        raise Refused("delegation_above_authority", floor=work.rules.min_rate)
    begins = first_day <= today_of(work, now)
    delegation = work.delegations.add(
        Delegation(
            from_no=principal.staff_no,
            to_no=to_no,
            first_day=first_day,
            last_day=last_day,
            kinds=kinds,
            min_rate=min_rate,
            made_at=now,
            begun=begins,
        )
    )
    after = {"to": to_no, "first": first_day, "last": last_day, "kinds": kinds, "min_rate": min_rate}
    work.audit.record(now, principal.staff_no, "delegation_made", principal.staff_no, after=after)
    work.events.append(DelegationMade(delegation))
    return delegation


def check_delegate(work: Work, principal: Employee, to_no: str) -> None:
    """Make sure that somebody can stand for another at all."""
    if to_no == principal.staff_no:
        raise Refused("delegate_is_self")
    delegate = require_known(work.people, to_no)
    if not delegate.works_here:
        raise Refused("staff_left", name=delegate.name)
    if not work.people.accounts([to_no]):
        raise Refused("staff_unbound", name=delegate.name)


def check_days(work: Work, principal: Employee, first_day: date, last_day: date, now: datetime) -> None:
    """Make sure that days can be handed over: not past, not too many, not handed over already."""
    today, limit = today_of(work, now), work.rules.max_delegation_days
    if last_day < max(first_day, today):
        raise Refused("date_too_early", day=last_day, first=max(first_day, today))
    if (last_day - first_day).days >= limit:
        raise Refused("delegation_days", limit=limit)
    for other in work.delegations.given_by(principal.staff_no, first_day):
        if other.meets(first_day, last_day):
            raise Refused("delegation_overlaps", first=other.first_day, last=other.last_day)


def end_delegation(work: Work, principal: Employee, delegation_id: int, now: datetime) -> Delegation:
    """Call one's own delegation off. Raises Refused("delegation_unknown" or "delegation_over")."""
    delegation = work.delegations.by_id(delegation_id)
    if delegation is None or delegation.from_no != principal.staff_no:
        raise Refused("delegation_unknown")
    if delegation.ended_at is not None or delegation.last_day < today_of(work, now):
        raise Refused("delegation_over")
    delegation.ended_at, delegation.reported = now, True
    work.delegations.save(delegation)
    work.audit.record(now, principal.staff_no, "delegation_ended", principal.staff_no, after={"early": True})
    work.events.append(DelegationEnded(delegation))
    return delegation


def end_lost_delegations(work: Work, now: datetime) -> None:
    """End delegations whose delegate has left or lost their account, so that nobody relies on them."""
    for delegation in work.delegations.standing(today_of(work, now)):
        if work.people.accounts([delegation.to_no]):
            continue
        delegation.ended_at, delegation.reported = now, True
        work.delegations.save(delegation)
        after = {"lost": delegation.to_no}
        work.audit.record(now, "", "delegation_ended", delegation.from_no, after=after)
        work.events.append(DelegationEnded(delegation))


def announce_delegations(work: Work, now: datetime) -> None:
    """Tell of delegations that have begun, or ended by themselves, since the last time; each once."""
    today = today_of(work, now)
    for delegation in work.delegations.unannounced(today):
        if delegation.last_day < today:
            delegation.begun = delegation.reported = True
            work.audit.record(now, "", "delegation_ended", delegation.from_no)
            work.events.append(DelegationEnded(delegation))
        else:
            delegation.begun = True
            work.events.append(DelegationBegan(delegation))
        work.delegations.save(delegation)


def principals_of(work: Work, delegate: Employee, request: Request, now: datetime) -> list[str]:
    """List whom a person may stand for in a request now; nobody where it is their own or about them."""
    if delegate.staff_no in {request.applicant_no, *concerned(request.facts)}:
        return []
    return [
        delegation.from_no
        for delegation in work.delegations.given_to(delegate.staff_no, today_of(work, now))
        if delegation.covers(request.kind, request.facts)
    ]


def delegates_of(work: Work, request: Request, step: Step, now: datetime) -> list[tuple[str, str]]:
    """List who may stand for a step's people now, each with whom they stand for."""
    if step.act is Act.EXECUTE:
        return []
    today = today_of(work, now)
    return [
        (delegation.to_no, staff_no)
        for staff_no in step.assignees
        for delegation in work.delegations.given_by(staff_no, today)
        if delegation.stands_on(today)
        and delegation.covers(request.kind, request.facts)
        and delegation.to_no not in {request.applicant_no, *concerned(request.facts), *step.assignees}
    ]


def desks_of(work: Work, person: Employee, now: datetime) -> list[Desk]:
    """List whose tasks a person may take now: their own, and those of whom they stand for."""
    given = work.delegations.given_to(person.staff_no, today_of(work, now))
    return [
        Desk(person.staff_no),
        *(Desk(each.from_no, frozenset(each.kinds), apart_from=person.staff_no) for each in given),
    ]


def report_delegation(work: Work, delegation: Delegation) -> list[Task]:
    """List what was decided under a delegation, oldest first."""
    zone = ZoneInfo(work.rules.timezone)
    since = datetime.combine(delegation.first_day, datetime.min.time(), zone)
    until = delegation.ended_at or datetime.combine(
        delegation.last_day + timedelta(days=1), datetime.min.time(), zone
    )
    return work.requests.decided_for(delegation.from_no, delegation.to_no, since, until)
