"""A loan of a personnel file: its states, its terms, and the register of loans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from sqlmodel import JSON, Field, SQLModel

from domain.errors import Refused

if TYPE_CHECKING:
    from domain.approvals.requests import Request
    from domain.work import Work


class LoanMode(StrEnum):
    READ = "read"  # 查阅: on the spot
    TAKE = "take"  # 借出


class LoanState(StrEnum):
    """pending -> (approved -> (lent -> returned | lapsed) | lapsed | dropped)."""

    PENDING = "pending"
    APPROVED = "approved"  # waits to be fetched
    LENT = "lent"
    RETURNED = "returned"  # checked by the keeper, in whatever condition
    LAPSED = "lapsed"  # approved and not fetched, or sent back and not mended in time
    DROPPED = "dropped"  # rejected, withdrawn or voided

    @property
    def active(self) -> bool:
        """Whether the loan keeps others from the file."""
        return self in {LoanState.PENDING, LoanState.APPROVED, LoanState.LENT}


class Condition(StrEnum):
    """In which condition a file, or one of its materials, came back."""

    INTACT = "intact"
    PAGES_MISSING = "pages_missing"
    DAMAGED = "damaged"
    LOST = "lost"


class Loan(SQLModel):
    """One loan.

    number: of its request, or of an old register. parts: classes (e) and entries (e3) that were asked for,
    empty for the whole file. came_from: the state that the file goes back to. collect_by: last day to fetch
    it. keeper_no, keeper_at, borrower_at, pages: the handover, each side's confirmation of the same count of
    pages. counted_by: who counted first where the two counts still differ. due_on: last day; first_due_on: as
    it was approved. extended: how often it was renewed. condition, findings: what the keeper found on return;
    findings: [material id, condition, note]. accepted_at, disputed: the borrower's word on that.
    photos: attachment ids.
    """

    id: int | None = Field(default=None, primary_key=True)
    request_id: int | None = Field(default=None, unique=True)
    number: str = Field(unique=True, max_length=32)
    file_id: int
    borrower_no: str = Field(max_length=32)
    mode: LoanMode
    parts: list[str] = Field(default_factory=list, sa_type=JSON)
    purpose: str = Field(default="", max_length=200)
    state: LoanState = LoanState.PENDING
    came_from: str = Field(default="", max_length=32)
    due_on: date
    first_due_on: date
    collect_by: date | None = None
    keeper_no: str = Field(default="", max_length=32)
    keeper_at: datetime | None = None
    borrower_at: datetime | None = None
    pages: int = 0
    photos: list[str] = Field(default_factory=list, sa_type=JSON)
    lent_at: datetime | None = None
    extended: int = 0
    announced_at: datetime | None = None
    returned_at: datetime | None = None
    checked_by: str = Field(default="", max_length=32)
    condition: Condition | None = None
    pages_back: int = 0
    findings: list[Any] = Field(default_factory=list, sa_type=JSON)
    return_note: str = Field(default="", max_length=200)
    accepted_at: datetime | None = None
    disputed: str = Field(default="", max_length=200)

    def overdue(self, today: date) -> int:
        """Give how many days the file has been out too long."""
        return max(0, (today - self.due_on).days) if self.state is LoanState.LENT else 0


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """What is asked for.

    parts: as in Loan. unsealing: why a sealed file must be opened, else empty. told: the purpose in words,
    where `purpose` is only the code of a choice.
    """

    file_id: int
    mode: LoanMode
    parts: tuple[str, ...]
    purpose: str
    due_on: date
    unsealing: str = ""
    told: str = ""


class WaitingEntry(SQLModel):
    """Somebody who asked for a file while it was out. told_at: when they learnt that it is back."""

    id: int | None = Field(default=None, primary_key=True)
    file_id: int
    staff_no: str = Field(max_length=32)
    since: datetime
    told_at: datetime | None = None


class Loans(Protocol):
    """The register of loans."""

    def add(self, loan: Loan) -> Loan: ...

    def lock(self, loan_id: int) -> Loan | None:
        """Read a loan for changing it; others wait until this transaction ends."""
        ...

    def by_id(self, loan_id: int) -> Loan | None: ...

    def by_request(self, request_id: int) -> Loan | None:
        """Read a loan for changing it."""
        ...

    def by_number(self, number: str) -> Loan | None: ...

    def save(self, loan: Loan) -> None: ...

    def active_of(self, file_id: int) -> Loan | None:
        """Give the one loan that keeps others from a file."""
        ...

    def of_borrower(self, staff_no: str, *, limit: int, offset: int = 0) -> list[Loan]:
        """Give a person's loans: active ones first, by the day they are due, then the latest."""
        ...

    def count_of_borrower(self, staff_no: str) -> int: ...

    def active_of_borrower(self, staff_no: str) -> list[Loan]: ...

    def of_file(self, file_id: int, *, limit: int) -> list[Loan]: ...

    def out(self, *, due_by: date | None = None, limit: int, offset: int = 0) -> list[Loan]:
        """Give what is lent, the first due first. due_by: only what is due by that day."""
        ...

    def count_out(self, *, due_by: date | None = None) -> int: ...

    def due_by(self, day: date) -> list[int]:
        """Give the ids of loans that are out and due by a day, or approved and to be fetched by it."""
        ...

    def uncollected(self, day: date) -> list[Loan]:
        """Give approved loans whose last day to be fetched, or whose due date, lies before a day."""
        ...

    def stale(self, day: date) -> list[Loan]:
        """Give loans still asked for whose due date lies before a day."""
        ...

    def unmended(self, since: datetime) -> list[Loan]:
        """Give loans whose request went back by a moment and was not mended."""
        ...

    def put_on_waiting_list(self, entry: WaitingEntry) -> bool:
        """Add somebody to a file's waiting list; False where they wait already."""
        ...

    def waiting(self, file_id: int) -> list[WaitingEntry]:
        """Give who waits for a file and was not told yet, the first first."""
        ...

    def still_waited_for(self, since: datetime) -> list[int]:
        """Give the files that somebody waits for, and of which nobody was told since a moment."""
        ...

    def leave_waiting_list(self, file_id: int, staff_no: str) -> bool: ...

    def save_waiting(self, entry: WaitingEntry) -> None: ...


def require_loan(work: Work, loan_id: int) -> Loan:
    """Lock a loan. Raises Refused("loan_unknown")."""
    loan = work.loans.lock(loan_id)
    if loan is None:
        raise Refused("loan_unknown")
    return loan


def loan_of(work: Work, request: Request) -> Loan:
    loan = work.loans.by_request(request.id or 0)
    if loan is None:
        raise LookupError(f"request {request.number} has lost its loan")
    return loan
