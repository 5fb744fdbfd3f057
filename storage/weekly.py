"""The figures of the weekly report, read in a few counted queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from domain.approvals.requests import RequestKind, StepState
from domain.loans.loans import LoanState
from domain.personnel_files.missing import RequiredDocument
from domain.weekly import LOAN_AGES, WAITS, Filings, WeeklyFigures
from storage.approvals import RequestRow, StepRow
from storage.loans import IncidentRow, LoanRow
from storage.people import StaffRow
from storage.personnel_files import SqlPersonnelFiles

REPS = 8
_MOST = 1_000_000
_requests = RequestRow.__table__  # type: ignore[attr-defined]
_steps = StepRow.__table__  # type: ignore[attr-defined]
_loans = LoanRow.__table__  # type: ignore[attr-defined]
_incidents = IncidentRow.__table__  # type: ignore[attr-defined]
_staff = StaffRow.__table__  # type: ignore[attr-defined]


class SqlWeekly:
    """Implements domain.weekly.Weekly. required: the documents that every employee hands in."""

    def __init__(
        self,
        connection: Connection,
        files: SqlPersonnelFiles,
        timezone: str,
        required: Sequence[RequiredDocument],
    ) -> None:
        self._connection = connection
        self._files = files
        self._zone = ZoneInfo(timezone)
        self._required = required

    def figures(self, first: date, now: datetime) -> WeeklyFigures:
        begins = datetime.combine(first, time(), self._zone)
        ends = datetime.combine(first + timedelta(days=7), time(), self._zone)
        today = now.astimezone(self._zone).date()
        missing = self._files.missing(self._required, limit=_MOST)
        out = select(_loans.c.lent_at, _loans.c.due_on).where(_loans.c.state == LoanState.LENT)
        loans = self._connection.execute(out).all()
        opened = select(_steps.c.opened_at).where(_steps.c.state == StepState.OPEN)
        steps = [at for at in self._connection.execute(opened).scalars() if at is not None]
        return WeeklyFigures(
            first=first,
            last=first + timedelta(days=6),
            as_of=now,
            loans_by_age=_grouped(((now - row.lent_at).days for row in loans if row.lent_at), LOAN_AGES),
            overdue=sum(row.due_on < today for row in loans),
            missing_people=len({document.subject_no for document in missing}),
            missing_documents=len(missing),
            incidents=self._count(_incidents.c.closed_at.is_(None), _incidents.c.id),
            waits=_grouped(((now - at).days for at in steps), WAITS),
            decided=self._count(_steps.c.decided_at.between(begins, ends), _steps.c.id),
            filings=self._filings(begins, ends),
        )

    def _count(self, where: object, column: object) -> int:
        query = select(func.count(column)).where(where)  # type: ignore[arg-type]
        return int(self._connection.execute(query).scalar_one())

    def _filings(self, begins: datetime, ends: datetime) -> tuple[Filings, ...]:
        rows = self._connection.execute(
            select(_staff.c.name, _requests.c.kind, func.count().label("filed"))
            .join(_staff, _staff.c.staff_no == _requests.c.applicant_no)
            .where(
                _requests.c.submitted_at >= begins,
                _requests.c.submitted_at < ends,
                _requests.c.kind.in_([RequestKind.NEW_CUSTOMER, RequestKind.DISCOUNT_CHANGE]),
            )
            .group_by(_staff.c.staff_no, _staff.c.name, _requests.c.kind)
        )
        counts: dict[str, dict[RequestKind, int]] = {}
        for row in rows:
            counts.setdefault(row.name, {})[row.kind] = row.filed
        found = [
            Filings(name, of.get(RequestKind.NEW_CUSTOMER, 0), of.get(RequestKind.DISCOUNT_CHANGE, 0))
            for name, of in counts.items()
        ]
        return tuple(sorted(found, key=lambda f: (-(f.customers + f.changes), f.name))[:REPS])


def _grouped(days: Iterable[int], limits: Sequence[int]) -> tuple[int, ...]:
    """Count by group: up to the first limit, up to the second, …, beyond the last."""
    counts = [0] * (len(limits) + 1)
    for each in days:
        counts[sum(each > limit for limit in limits)] += 1
    return tuple(counts)
