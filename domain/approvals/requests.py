"""A request on its way through its route: its states, its steps, and what makes a tap too late."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlmodel import JSON, Field, SQLModel

from domain.approvals.routes import Act, Route
from domain.errors import Refused


class RequestKind(StrEnum):
    NEW_CUSTOMER = "new_customer"
    DISCOUNT_CHANGE = "discount_change"
    FILE_LOAN = "file_loan"

    @property
    def prefix(self) -> str:
        """Letters that open a request number: KH-20261123-0007."""
        return {"new_customer": "KH", "discount_change": "ZK", "file_loan": "JY"}[self.value]


class RequestState(StrEnum):
    """pending -> (rejected | returned -> pending | withdrawn | approved -> done)."""

    PENDING = "pending"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"  # decided, waits to be carried out
    DONE = "done"

    @property
    def closed(self) -> bool:
        return self in {RequestState.REJECTED, RequestState.WITHDRAWN, RequestState.DONE}


class StepState(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    EXECUTED = "executed"
    CANCELLED = "cancelled"

    @property
    def decided(self) -> bool:
        return self not in {StepState.WAITING, StepState.OPEN, StepState.CANCELLED}


class Request(SQLModel):
    """A request.

    number: shown to people, never reused. draft_id: the draft it came from; unique, so a draft that is
    submitted twice is one request. version: counts submissions; a decision binds to one of them.
    content: answers by field name. former: the content before the last resubmission.
    mend: names of the fields that a return asks to mend. route: frozen at submission.
    position: index of the open step. outcome: what carrying it out recorded, such as the ERP number.
    """

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True, max_length=32)
    kind: RequestKind
    applicant_no: str = Field(max_length=32)
    draft_id: str = Field(unique=True, max_length=32)
    subject_id: int | None = None
    title: str = Field(max_length=200)
    version: int = 1
    state: RequestState = RequestState.PENDING
    content: dict[str, Any] = Field(sa_type=JSON)
    former: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    mend: list[str] = Field(default_factory=list, sa_type=JSON)
    route: dict[str, Any] = Field(sa_type=JSON)
    position: int = 0
    outcome: str = Field(default="", max_length=100)
    submitted_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None

    @property
    def frozen_route(self) -> Route:
        return Route.from_json(self.route)

    def require_version(self, version: int) -> None:
        """Raise Refused("version_changed") where a tap speaks of other content."""
        if version != self.version:
            raise Refused("version_changed", number=self.number)

    def require_open(self) -> None:
        if self.state not in {RequestState.PENDING, RequestState.APPROVED}:
            raise Refused("request_closed", number=self.number, state=self.state)

    def close(self, state: RequestState, now: datetime) -> None:
        self.state, self.updated_at, self.closed_at = state, now, now


class Step(SQLModel):
    """One step of one version of a request.

    assignees: staff numbers of those who may take it, known once it opens.
    note, instead_of: why somebody else than the rule names takes it, see Assignment.
    """

    id: int | None = Field(default=None, primary_key=True)
    request_id: int
    version: int
    position: int
    act: Act
    who: str = Field(max_length=64)
    state: StepState = StepState.WAITING
    assignees: list[str] = Field(default_factory=list, sa_type=JSON)
    note: str = Field(default="", max_length=32)
    instead_of: str = Field(default="", max_length=32)
    decided_by: str = Field(default="", max_length=32)
    decided_at: datetime | None = None
    reason: str = Field(default="", max_length=1000)
    opened_at: datetime | None = None

    def decide(self, state: StepState, by: str, now: datetime, reason: str = "") -> None:
        self.state, self.decided_by, self.decided_at, self.reason = state, by, now, reason


class Requests(Protocol):
    """The register of requests."""

    def add(self, request: Request) -> Request:
        """Store a new request and give it its id."""
        ...

    def lock(self, request_id: int) -> Request | None:
        """Read a request for changing it; others wait until this transaction ends."""
        ...

    def by_id(self, request_id: int) -> Request | None: ...

    def by_number(self, number: str) -> Request | None: ...

    def by_draft(self, draft_id: str) -> Request | None: ...

    def add_steps(self, steps: list[Step]) -> None: ...

    def steps(self, request_id: int, version: int) -> list[Step]:
        """Give the steps of one version in order."""
        ...

    def all_steps(self, request_id: int) -> list[Step]:
        """Give the steps of every version in order: the trail."""
        ...

    def save(self, request: Request, *steps: Step) -> None:
        """Write changes; the queue of each open step's people follows from its assignees."""
        ...

    def waiting_for(self, staff_no: str, *, limit: int, offset: int = 0) -> list[tuple[Request, Step]]:
        """Give what waits for a person, oldest first."""
        ...

    def count_waiting_for(self, staff_no: str) -> int: ...

    def filed_by(self, staff_no: str, *, limit: int, offset: int = 0) -> list[Request]:
        """Give a person's own requests: open ones first, then the newest."""
        ...

    def count_filed_by(self, staff_no: str) -> int: ...

    def next_number(self, kind: RequestKind, day: str) -> str:
        """Draw the next number of a day (YYYYMMDD) and kind; never reused."""
        ...
