"""Requests, their steps, and the queue of each approver."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from domain.approvals.requests import (
    Desk,
    Remark,
    Request,
    RequestKind,
    RequestState,
    Step,
    StepState,
    Task,
)
from domain.approvals.routes import Act
from storage.types import LARGEST_KEY, Coded


class RequestRow(Request, table=True):
    __tablename__ = "requests"
    __table_args__ = (
        Index("ix_requests_applicant", "applicant_no", "id"),
        Index("ix_requests_subject", "kind", "subject_id"),
        Index("ix_requests_state", "state", "updated_at"),
    )
    kind: RequestKind = Field(sa_column=Column(Coded(RequestKind), nullable=False))
    state: RequestState = Field(sa_column=Column(Coded(RequestState), nullable=False))


class StepRow(Step, table=True):
    __tablename__ = "steps"
    __table_args__ = (
        Index("ix_steps_request", "request_id", "version", "position", unique=True),
        Index("ix_steps_on_behalf_of", "on_behalf_of", "decided_by"),
        Index("ix_steps_state", "state", "opened_at"),
    )
    request_id: int = Field(foreign_key="requests.id")
    act: Act = Field(sa_column=Column(Coded(Act), nullable=False))
    state: StepState = Field(sa_column=Column(Coded(StepState), nullable=False))


class QueueRow(SQLModel, table=True):
    """Who may take which open step; a row leaves with the step.

    ordinary, kind: of the request, so that a page of one person's tasks is read from the index alone.
    """

    __tablename__ = "step_queue"
    __table_args__ = (Index("ix_step_queue_person", "staff_no", "ordinary", "request_id", "kind"),)
    step_id: int = Field(primary_key=True, foreign_key="steps.id")
    staff_no: str = Field(primary_key=True, max_length=32)
    request_id: int = Field(foreign_key="requests.id")
    ordinary: bool = True
    kind: RequestKind = Field(sa_column=Column(Coded(RequestKind), nullable=False))


class RemarkRow(Remark, table=True):
    __tablename__ = "remarks"
    request_id: int = Field(foreign_key="requests.id", index=True)


class NumberRow(SQLModel, table=True):
    """The last number drawn for a kind on a day."""

    __tablename__ = "request_numbers"
    kind: str = Field(primary_key=True, max_length=32)
    day: str = Field(primary_key=True, max_length=8)
    last: int


_queue = QueueRow.__table__  # type: ignore[attr-defined]
_numbers = NumberRow.__table__  # type: ignore[attr-defined]
_requests = RequestRow.__table__  # type: ignore[attr-defined]
_OPEN_FIRST = case(
    (_requests.c.state == RequestState.RETURNED, 0),
    (_requests.c.state.in_([RequestState.PENDING, RequestState.APPROVED]), 1),
    else_=2,
)
_OPEN_ABOUT = (
    select(RequestRow)
    .where(
        _requests.c.kind.in_(bindparam("kinds", expanding=True)),
        _requests.c.subject_id == bindparam("subject"),
        _requests.c.state.not_in([state for state in RequestState if state.closed]),
    )
    .order_by(_requests.c.id.desc())
)


class SqlRequests:
    """Implements domain.approvals.requests.Requests."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self._session = session
        self._connection = connection
        self._last: tuple[Request | None, Step | None] = (None, None)  # held, or the session forgets them

    def add(self, request: Request) -> Request:
        row = RequestRow.model_validate(request)
        self._session.add(row)
        self._session.flush()
        return row

    def lock(self, request_id: int) -> Request | None:
        if request_id > LARGEST_KEY:  # a forged button
            return None
        return self._session.get(RequestRow, request_id, with_for_update=True, populate_existing=True)

    def by_id(self, request_id: int) -> Request | None:
        found = self._session.get(RequestRow, request_id) if request_id <= LARGEST_KEY else None
        self._last = (found, self._last[1])
        return found

    def by_number(self, number: str) -> Request | None:
        return self._session.scalars(select(RequestRow).where(_requests.c.number == number)).first()

    def by_draft(self, draft_id: str) -> Request | None:
        return self._session.scalars(select(RequestRow).where(_requests.c.draft_id == draft_id)).first()

    def add_steps(self, steps: list[Step]) -> list[Step]:
        rows = [StepRow.model_validate(step) for step in steps]
        self._session.add_all(rows)
        self._session.flush()
        return cast(list[Step], rows)

    def steps(self, request_id: int, version: int) -> list[Step]:
        return [step for step in self.all_steps(request_id) if step.version == version]

    def step_by_id(self, step_id: int) -> Step | None:
        found = self._session.get(StepRow, step_id) if step_id <= LARGEST_KEY else None
        self._last = (self._last[0], found)
        return found

    def all_steps(self, request_id: int) -> list[Step]:
        columns = StepRow.__table__.c  # type: ignore[attr-defined]
        rows = self._session.scalars(
            select(StepRow)
            .where(columns.request_id == request_id)
            .order_by(columns.version, columns.position)
            .execution_options(populate_existing=True)
        )
        return cast(list[Step], list(rows))

    def save(self, request: Request, *steps: Step) -> None:
        self._session.flush()
        for step in steps:
            self._connection.execute(delete(_queue).where(_queue.c.step_id == step.id))
            if step.state is StepState.OPEN and step.assignees:
                self._connection.execute(
                    insert(_queue),
                    [
                        {
                            "step_id": step.id,
                            "staff_no": staff_no,
                            "request_id": request.id,
                            "ordinary": request.ordinary,
                            "kind": request.kind,
                        }
                        for staff_no in step.assignees
                    ],
                )

    def waiting_at(
        self, desks: Sequence[Desk], *, kind: RequestKind | None = None, limit: int, offset: int = 0
    ) -> list[Task]:
        columns = StepRow.__table__.c  # type: ignore[attr-defined]
        query = (
            select(RequestRow, StepRow, _queue.c.staff_no)
            .select_from(_queue)
            .join(RequestRow, _queue.c.request_id == _requests.c.id)
            .join(StepRow, columns.id == _queue.c.step_id)
            .where(or_(*(_at_desk(desk) for desk in desks)))
            .order_by(_queue.c.ordinary, _queue.c.request_id, _queue.c.step_id)
            .limit(limit)
            .offset(offset)
        )
        if kind is not None:
            query = query.where(_queue.c.kind == kind)
        return [Task(request, step, desk) for request, step, desk in self._session.execute(query)]

    def count_waiting_at(self, desks: Sequence[Desk]) -> dict[RequestKind, int]:
        query = select(_queue.c.kind, func.count().label("waiting")).where(
            or_(*(_at_desk(desk) for desk in desks))
        )
        if any(desk.apart_from for desk in desks):
            query = query.join(_requests, _requests.c.id == _queue.c.request_id)
        return {row.kind: row.waiting for row in self._connection.execute(query.group_by(_queue.c.kind))}

    def open_about(self, kinds: Collection[RequestKind], subject_id: int) -> list[Request]:
        rows = self._session.scalars(_OPEN_ABOUT, {"kinds": sorted(kinds), "subject": subject_id})
        return cast(list[Request], list(rows))

    def open_steps(self) -> list[tuple[Request, Step]]:
        columns = StepRow.__table__.c  # type: ignore[attr-defined]
        rows = self._session.execute(
            select(RequestRow, StepRow)
            .join(StepRow, columns.request_id == _requests.c.id)
            .where(
                columns.state.in_([StepState.OPEN, StepState.OFFERED]),
                columns.version == _requests.c.version,
            )
            .order_by(_requests.c.id, columns.position)
        )
        return [(request, step) for request, step in rows]

    def steps_open_since(self, after: datetime | None, until: datetime) -> list[int]:
        columns = StepRow.__table__.c  # type: ignore[attr-defined]
        within = [columns.opened_at <= until, *([columns.opened_at > after] if after is not None else [])]
        query = select(columns.id).where(columns.state == StepState.OPEN, *within)
        return list(self._connection.execute(query.order_by(columns.opened_at, columns.id)).scalars())

    def returned_since(self, moment: datetime) -> list[int]:
        query = select(_requests.c.id).where(
            _requests.c.state == RequestState.RETURNED, _requests.c.updated_at >= moment
        )
        return list(self._connection.execute(query.order_by(_requests.c.id)).scalars())

    def decided_for(self, staff_no: str, by: str, since: datetime, until: datetime) -> list[Task]:
        columns = StepRow.__table__.c  # type: ignore[attr-defined]
        rows = self._session.execute(
            select(RequestRow, StepRow)
            .join(StepRow, columns.request_id == _requests.c.id)
            .where(
                columns.on_behalf_of == staff_no,
                columns.decided_by == by,
                columns.decided_at >= since,
                columns.decided_at < until,
                columns.note != "carried",
            )
            .order_by(columns.decided_at, columns.id)
        )
        return [Task(request, step, staff_no) for request, step in rows]

    def add_remark(self, remark: Remark) -> None:
        self._session.add(RemarkRow.model_validate(remark))
        self._session.flush()

    def remarks(self, request_id: int) -> list[Remark]:
        columns = RemarkRow.__table__.c  # type: ignore[attr-defined]
        found = select(RemarkRow).where(columns.request_id == request_id).order_by(columns.id)
        return cast(list[Remark], list(self._session.scalars(found)))

    def filed_by(self, staff_no: str, *, limit: int, offset: int = 0) -> list[Request]:
        rows = self._session.scalars(
            select(RequestRow)
            .where(_requests.c.applicant_no == staff_no)
            .order_by(_OPEN_FIRST, _requests.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return cast(list[Request], list(rows))

    def count_filed_by(self, staff_no: str) -> int:
        counted = self._connection.execute(
            select(func.count()).select_from(_requests).where(_requests.c.applicant_no == staff_no)
        )
        return int(counted.scalar_one())

    def next_number(self, kind: RequestKind, day: str) -> str:
        make = sqlite_insert if self._connection.dialect.name == "sqlite" else postgresql_insert
        drawn = make(_numbers).values(kind=kind.value, day=day, last=1)
        last = self._connection.execute(
            drawn.on_conflict_do_update(
                index_elements=["kind", "day"], set_={"last": _numbers.c.last + 1}
            ).returning(_numbers.c.last)
        ).scalar_one()
        return f"{kind.prefix}-{day}-{last:04d}"


def _at_desk(desk: Desk) -> ColumnElement[bool]:
    """Write the condition that a queued step waits at a desk."""
    conditions: list[ColumnElement[bool]] = [_queue.c.staff_no == desk.staff_no]
    if desk.kinds:
        conditions.append(_queue.c.kind.in_(sorted(desk.kinds)))
    if desk.apart_from:
        subject = func.coalesce(_requests.c.facts["subject"].as_string(), "")
        conditions += [_requests.c.applicant_no != desk.apart_from, subject != desk.apart_from]
    return and_(*conditions)
