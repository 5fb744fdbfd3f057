"""A request on its way through its route: its states, its steps, and what makes a tap too late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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
    LOAN_RENEWAL = "loan_renewal"

    @property
    def prefix(self) -> str:
        """Letters that open a request number: KH-20261123-0007."""
        return {
            "new_customer": "KH",
            "discount_change": "ZK",
            "file_loan": "JY",
            "loan_renewal": "XJ",
        }[self.value]


class RequestState(StrEnum):
    """pending -> (rejected | returned -> pending | withdrawn | lapsed | approved -> (done | voided))."""

    PENDING = "pending"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"  # decided, waits to be carried out
    DONE = "done"
    VOIDED = "voided"  # approved, and given up by whoever was to carry it out
    LAPSED = "lapsed"  # time went by, or what it was about is over

    @property
    def closed(self) -> bool:
        return self not in {RequestState.PENDING, RequestState.RETURNED, RequestState.APPROVED}


class StepState(StrEnum):
    """waiting -> open -> decided; open <-> offered; open -> waiting while somebody asked first decides."""

    WAITING = "waiting"
    OPEN = "open"
    OFFERED = "offered"  # a counter-offer lies with the applicant
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    TRANSFERRED = "transferred"  # handed to somebody else, who has a step of their own
    EXECUTED = "executed"
    VOIDED = "voided"
    CANCELLED = "cancelled"

    @property
    def decided(self) -> bool:
        return self not in {StepState.WAITING, StepState.OPEN, StepState.OFFERED, StepState.CANCELLED}

    @property
    def passed(self) -> bool:
        """Whether what comes after this step may go on."""
        return self in {StepState.APPROVED, StepState.TRANSFERRED, StepState.EXECUTED}

    @property
    def live(self) -> bool:
        return self in {StepState.WAITING, StepState.OPEN, StepState.OFFERED}


class Request(SQLModel):
    """A request.

    number: shown to people, never reused. draft_id: the draft it came from; unique, so a draft that is
    submitted twice is one request. version: counts submissions; a decision binds to one of them.
    content: answers by field name. former: the content before the last resubmission.
    mend: names of the fields that a return asks to mend. route: frozen at submission.
    facts, ordinary: see domain.approvals.weights.Weight, of the present content.
    cc: staff numbers of those who were told and may read along. nudged_at: when haste was asked for last.
    position: of the first open step. outcome: what carrying it out recorded, such as the ERP number.
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
    facts: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    ordinary: bool = True
    cc: list[str] = Field(default_factory=list, sa_type=JSON)
    nudged_at: datetime | None = None
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

    The steps of a version form a graph without circles: a step opens once every step that it needs has
    passed. position: names the step within its version; it is not an order. stage: place of the rule that
    asked for it in the route. needs: positions. named: the person of several for whom the seat is meant.
    assignees: staff numbers of those who may take it, known once it opens; emptied by nobody else's leaving.
    note, instead_of: why somebody takes it whom the rule does not name: see Assignment, also `added` and
    `transferred` (by instead_of), and `carried` for a decision that an accepted counter-offer took along.
    decided_by, on_behalf_of: who decided, and in whose place. reason: the words of the decision.
    offer: a counter-offer's answers by field name.
    """

    id: int | None = Field(default=None, primary_key=True)
    request_id: int
    version: int
    position: int
    stage: int = 0
    needs: list[int] = Field(default_factory=list, sa_type=JSON)
    act: Act
    who: str = Field(max_length=200)
    named: str = Field(default="", max_length=32)
    state: StepState = StepState.WAITING
    assignees: list[str] = Field(default_factory=list, sa_type=JSON)
    note: str = Field(default="", max_length=32)
    instead_of: str = Field(default="", max_length=32)
    decided_by: str = Field(default="", max_length=32)
    on_behalf_of: str = Field(default="", max_length=32)
    decided_at: datetime | None = None
    reason: str = Field(default="", max_length=1000)
    offer: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    opened_at: datetime | None = None

    def decide(
        self, state: StepState, by: str, now: datetime, reason: str = "", on_behalf_of: str = ""
    ) -> None:
        self.state, self.decided_by, self.decided_at, self.reason = state, by, now, reason
        self.on_behalf_of = on_behalf_of


class Remark(SQLModel):
    """What a party to a request said about it, apart from deciding."""

    id: int | None = Field(default=None, primary_key=True)
    request_id: int
    author_no: str = Field(max_length=32)
    at: datetime
    text: str = Field(max_length=1000)


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose tasks somebody sees. kinds: only these, all if empty. apart_from: neither filed by nor about."""

    staff_no: str
    kinds: frozenset[RequestKind] = frozenset()
    apart_from: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A step that waits for somebody. desk: staff number of the person it waits for."""

    request: Request
    step: Step
    desk: str


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

    def add_steps(self, steps: list[Step]) -> list[Step]:
        """Store new steps and give them as they are kept."""
        ...

    def steps(self, request_id: int, version: int) -> list[Step]:
        """Give the steps of one version in order."""
        ...

    def step_by_id(self, step_id: int) -> Step | None: ...

    def all_steps(self, request_id: int) -> list[Step]:
        """Give the steps of every version in order: the trail."""
        ...

    def save(self, request: Request, *steps: Step) -> None:
        """Write changes; the queue of each open step's people follows from its assignees."""
        ...

    def waiting_at(
        self, desks: Sequence[Desk], *, kind: RequestKind | None = None, limit: int, offset: int = 0
    ) -> list[Task]:
        """Give what waits for somebody: what is out of the ordinary first, then the oldest."""
        ...

    def count_waiting_at(self, desks: Sequence[Desk]) -> dict[RequestKind, int]: ...

    def open_about(self, kinds: Collection[RequestKind], subject_id: int) -> list[Request]:
        """Give the requests about a subject that are not closed, the newest first."""
        ...

    def open_steps(self) -> list[tuple[Request, Step]]:
        """Give every step that waits for somebody or lies with its applicant, to look for holes."""
        ...

    def steps_open_since(self, after: datetime | None, until: datetime) -> list[int]:
        """Give the ids of the steps that wait and opened by a moment, after `after` where it is given."""
        ...

    def returned_since(self, moment: datetime) -> list[int]:
        """Give the ids of the requests that went back after a moment and were not mended."""
        ...

    def decided_for(self, staff_no: str, by: str, since: datetime, until: datetime) -> list[Task]:
        """Give what somebody decided in another's place, oldest first."""
        ...

    def add_remark(self, remark: Remark) -> None: ...

    def remarks(self, request_id: int) -> list[Remark]:
        """Give what was said about a request, oldest first."""
        ...

    def filed_by(self, staff_no: str, *, limit: int, offset: int = 0) -> list[Request]:
        """Give a person's own requests: open ones first, then the newest."""
        ...

    def count_filed_by(self, staff_no: str) -> int: ...

    def next_number(self, kind: RequestKind, day: str) -> str:
        """Draw the next number of a day (YYYYMMDD) and kind; never reused."""
        ...
