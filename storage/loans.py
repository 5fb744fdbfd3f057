"""Loans of personnel files: who has what until when, who waits, what went wrong, and who is leaving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Connection, Index, Select, case, func, insert, select, text
from sqlalchemy.orm import Session
from sqlmodel import Field

from domain.approvals.requests import RequestState
from domain.loans.incidents import Incident, Verdict
from domain.loans.leaving import Leaving
from domain.loans.loans import Condition, Loan, LoanMode, LoanState, WaitingEntry
from storage.approvals import RequestRow
from storage.types import Coded

_ACTIVE = (LoanState.PENDING, LoanState.APPROVED, LoanState.LENT)
_ONE_ACTIVE = "state IN ('pending', 'approved', 'lent')"


class LoanRow(Loan, table=True):
    __tablename__ = "loans"
    __table_args__ = (
        Index(
            "ux_loans_active_file",
            "file_id",
            unique=True,
            sqlite_where=text(_ONE_ACTIVE),
            postgresql_where=text(_ONE_ACTIVE),
        ),
        Index("ix_loans_file", "file_id", "id"),
        Index("ix_loans_borrower", "borrower_no", "state", "due_on"),
        Index("ix_loans_due", "state", "due_on"),
        Index("ix_loans_collect", "state", "collect_by"),
    )
    request_id: int | None = Field(default=None, unique=True, foreign_key="requests.id")
    file_id: int = Field(foreign_key="personnel_files.id")
    mode: LoanMode = Field(sa_column=Column(Coded(LoanMode), nullable=False))
    state: LoanState = Field(sa_column=Column(Coded(LoanState), nullable=False))
    condition: Condition | None = Field(default=None, sa_column=Column(Coded(Condition)))


class WaitingRow(WaitingEntry, table=True):
    __tablename__ = "file_waiting"
    __table_args__ = (Index("ix_file_waiting_file", "file_id", "told_at", "id"),)
    file_id: int = Field(foreign_key="personnel_files.id")


class IncidentRow(Incident, table=True):
    __tablename__ = "file_incidents"
    __table_args__ = (
        Index("ix_file_incidents_open", "closed_at", "id"),
        Index("ix_file_incidents_file", "file_id", "closed_at"),
    )
    file_id: int = Field(foreign_key="personnel_files.id")
    loan_id: int | None = Field(default=None, foreign_key="loans.id")
    condition: Condition = Field(sa_column=Column(Coded(Condition), nullable=False))
    verdict: Verdict | None = Field(default=None, sa_column=Column(Coded(Verdict)))


class LeavingRow(Leaving, table=True):
    __tablename__ = "leavings"


_loans = LoanRow.__table__  # type: ignore[attr-defined]
_waiting = WaitingRow.__table__  # type: ignore[attr-defined]
_incidents = IncidentRow.__table__  # type: ignore[attr-defined]
_leavings = LeavingRow.__table__  # type: ignore[attr-defined]
_IS_ACTIVE = _loans.c.state.in_(_ACTIVE)


class SqlLoans:
    """Implements domain.loans.loans.Loans."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self._session = session
        self._connection = connection
        self._last: Loan | None = None  # held, since the session forgets what nobody holds

    def add(self, loan: Loan) -> Loan:
        row = LoanRow.model_validate(loan)
        self._session.add(row)
        self._session.flush()
        return row

    def add_all(self, loans: Sequence[Loan]) -> None:
        """Insert many at once."""
        if loans:
            self._connection.execute(insert(_loans), [loan.model_dump(exclude={"id"}) for loan in loans])

    def lock(self, loan_id: int) -> Loan | None:
        return self._session.get(LoanRow, loan_id, with_for_update=True, populate_existing=True)

    def by_id(self, loan_id: int) -> Loan | None:
        self._last = self._session.get(LoanRow, loan_id)
        return self._last

    def by_request(self, request_id: int) -> Loan | None:
        query = select(LoanRow).where(_loans.c.request_id == request_id).with_for_update()
        return self._session.scalars(query).first()

    def by_number(self, number: str) -> Loan | None:
        return self._session.scalars(select(LoanRow).where(_loans.c.number == number)).first()

    def numbers(self) -> set[str]:
        """Give the numbers of all loans."""
        return set(self._connection.execute(select(_loans.c.number)).scalars())

    def save(self, loan: Loan) -> None:
        self._session.flush()

    def active_of(self, file_id: int) -> Loan | None:
        query = select(LoanRow).where(_loans.c.file_id == file_id, _IS_ACTIVE)
        return self._session.scalars(query).first()

    def of_borrower(self, staff_no: str, *, limit: int, offset: int = 0) -> list[Loan]:
        """Read active and former loans apart, so that each comes out of an index in order."""
        mine = select(LoanRow).where(_loans.c.borrower_no == staff_no)
        active = self.active_of_borrower(staff_no)
        if offset + limit <= len(active):
            return active[offset : offset + limit]
        former = mine.where(~_IS_ACTIVE).order_by(_loans.c.id.desc())
        rest = self._read(former.limit(offset + limit - len(active)).offset(max(0, offset - len(active))))
        return [*active[offset:], *rest][:limit]

    def count_of_borrower(self, staff_no: str) -> int:
        query = select(func.count()).select_from(_loans).where(_loans.c.borrower_no == staff_no)
        return int(self._connection.execute(query).scalar_one())

    def active_of_borrower(self, staff_no: str) -> list[Loan]:
        lent_first = case((_loans.c.state == LoanState.LENT, 0), else_=1)
        return self._read(
            select(LoanRow)
            .where(_loans.c.borrower_no == staff_no, _IS_ACTIVE)
            .order_by(lent_first, _loans.c.due_on, _loans.c.id)
        )

    def of_file(self, file_id: int, *, limit: int) -> list[Loan]:
        query = select(LoanRow).where(_loans.c.file_id == file_id).order_by(_loans.c.id.desc())
        return self._read(query.limit(limit))

    def out(self, *, due_by: date | None = None, limit: int, offset: int = 0) -> list[Loan]:
        query = select(LoanRow).where(*_out(due_by)).order_by(_loans.c.due_on, _loans.c.id)
        return self._read(query.limit(limit).offset(offset))

    def count_out(self, *, due_by: date | None = None) -> int:
        query = select(func.count()).select_from(_loans).where(*_out(due_by))
        return int(self._connection.execute(query).scalar_one())

    def due_by(self, day: date) -> list[int]:
        out = select(_loans.c.id).where(_loans.c.state == LoanState.LENT, _loans.c.due_on <= day)
        waiting = select(_loans.c.id).where(_loans.c.state == LoanState.APPROVED, _loans.c.collect_by <= day)
        return [
            *self._connection.execute(out.order_by(_loans.c.due_on, _loans.c.id)).scalars(),
            *self._connection.execute(waiting.order_by(_loans.c.collect_by, _loans.c.id)).scalars(),
        ]

    def uncollected(self, day: date) -> list[Loan]:
        return self._read(
            select(LoanRow)
            .where(
                _loans.c.state == LoanState.APPROVED,
                (_loans.c.collect_by < day) | (_loans.c.due_on < day),
            )
            .order_by(_loans.c.id)
        )

    def stale(self, day: date) -> list[Loan]:
        return self._read(
            select(LoanRow)
            .where(_loans.c.state == LoanState.PENDING, _loans.c.due_on < day)
            .order_by(_loans.c.id)
        )

    def unmended(self, since: datetime) -> list[Loan]:
        columns = RequestRow.__table__.c  # type: ignore[attr-defined]
        return self._read(
            select(LoanRow)
            .join(RequestRow, columns.id == _loans.c.request_id)
            .where(
                columns.state == RequestState.RETURNED,
                columns.updated_at <= since,
                _loans.c.state == LoanState.PENDING,
            )
            .order_by(_loans.c.id)
        )

    def put_on_waiting_list(self, entry: WaitingEntry) -> bool:
        if any(known.staff_no == entry.staff_no for known in self.waiting(entry.file_id)):
            return False
        self._session.add(WaitingRow.model_validate(entry))
        self._session.flush()
        return True

    def waiting(self, file_id: int) -> list[WaitingEntry]:
        query = (
            select(WaitingRow)
            .where(_waiting.c.file_id == file_id, _waiting.c.told_at.is_(None))
            .order_by(_waiting.c.id)
        )
        return cast(list[WaitingEntry], list(self._session.scalars(query)))

    def still_waited_for(self, since: datetime) -> list[int]:
        told = select(_waiting.c.file_id).where(_waiting.c.told_at > since)
        query = (
            select(_waiting.c.file_id)
            .where(_waiting.c.told_at.is_(None), _waiting.c.file_id.not_in(told))
            .distinct()
            .order_by(_waiting.c.file_id)
        )
        return list(self._connection.execute(query).scalars())

    def leave_waiting_list(self, file_id: int, staff_no: str) -> bool:
        mine = [entry for entry in self.waiting(file_id) if entry.staff_no == staff_no]
        for entry in mine:
            self._session.delete(entry)
        self._session.flush()
        return bool(mine)

    def save_waiting(self, entry: WaitingEntry) -> None:
        self._session.flush()

    def _read(self, query: Select[Any]) -> list[Loan]:
        return cast(list[Loan], list(self._session.scalars(query)))


class SqlIncidents:
    """Implements domain.loans.incidents.Incidents."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self._session = session
        self._connection = connection

    def add(self, incident: Incident) -> Incident:
        row = IncidentRow.model_validate(incident)
        self._session.add(row)
        self._session.flush()
        return row

    def by_id(self, incident_id: int) -> Incident | None:
        return self._session.get(IncidentRow, incident_id)

    def lock(self, incident_id: int) -> Incident | None:
        return self._session.get(IncidentRow, incident_id, with_for_update=True, populate_existing=True)

    def save(self, incident: Incident) -> None:
        self._session.flush()

    def open_about(self, file_id: int) -> list[Incident]:
        return self._open(_incidents.c.file_id == file_id)

    def open(self, *, limit: int, offset: int = 0) -> list[Incident]:
        return self._open()[offset : offset + limit]

    def count_open(self) -> int:
        query = select(func.count()).select_from(_incidents).where(_incidents.c.closed_at.is_(None))
        return int(self._connection.execute(query).scalar_one())

    def _open(self, *where: ColumnElement[bool]) -> list[Incident]:
        query = select(IncidentRow).where(_incidents.c.closed_at.is_(None), *where).order_by(_incidents.c.id)
        return cast(list[Incident], list(self._session.scalars(query)))


class SqlLeavings:
    """Implements domain.loans.leaving.Leavings."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, leaving: Leaving) -> bool:
        known = self.lock(leaving.staff_no)
        if known is None:
            self._session.add(LeavingRow.model_validate(leaving))
        elif known.finished_at is None:
            return False
        else:  # they had come back, and leave again
            known.since, known.finished_at, known.finished_by = leaving.since, None, ""
        self._session.flush()
        return True

    def by_no(self, staff_no: str) -> Leaving | None:
        return self._session.get(LeavingRow, staff_no)

    def lock(self, staff_no: str) -> Leaving | None:
        return self._session.get(LeavingRow, staff_no, with_for_update=True, populate_existing=True)

    def save(self, leaving: Leaving) -> None:
        self._session.flush()

    def unfinished(self, *, limit: int, offset: int = 0) -> list[Leaving]:
        query = select(LeavingRow).where(_leavings.c.finished_at.is_(None)).order_by(_leavings.c.since)
        return cast(list[Leaving], list(self._session.scalars(query.limit(limit).offset(offset))))


def _out(due_by: date | None) -> list[ColumnElement[bool]]:
    lent = [_loans.c.state == LoanState.LENT]
    return lent if due_by is None else [*lent, _loans.c.due_on <= due_by]
