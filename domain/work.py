"""The unit of work: the registers and rules that one transaction may use, and what happened in it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from domain.approvals.delegations import Delegations
from domain.approvals.requests import Request, RequestKind, Requests
from domain.approvals.routes import Route
from domain.approvals.weights import Ordinary, Weight
from domain.attachments import AttachmentRules, Attachments
from domain.calendar import CalendarOverrides
from domain.customers import Customers
from domain.discounts import DiscountChanges
from domain.events import Event
from domain.loans.incidents import Incidents
from domain.loans.leaving import Leavings
from domain.loans.loans import Loans
from domain.onboarding import Invitations
from domain.people import Employee, People
from domain.personnel_files.files import FileRules, PersonnelFiles
from domain.reminders.register import Reminders
from domain.reminders.rules import ReminderRules
from domain.weekly import Weekly


class AuditLog(Protocol):
    """The hash-chained record of every change."""

    def record(
        self,
        at: datetime,
        actor_no: str,
        action: str,
        subject: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        on_behalf_of: str = "",
    ) -> None:
        """Append an entry. before, after: only what changed; values that JSON can hold."""
        ...


class Consequence(Protocol):
    """What a request means for its subject, one implementation a kind."""

    def weigh(self, work: Work, applicant: Employee, content: Mapping[str, Any]) -> Weight: ...

    def moved(self, work: Work, request: Request) -> list[str]:
        """Name the fields whose ground has moved since submission, so that they must be looked at again."""
        ...

    def check_offer(self, work: Work, request: Request, offer: Mapping[str, Any]) -> None:
        """Make sure that a counter-offer (answers by field name) gives no more than was asked.

        Raises Refused.
        """
        ...

    def amended(self, work: Work, request: Request, now: datetime) -> None:
        """An accepted counter-offer has changed the content; bring the subject up to date."""
        ...

    def approved(self, work: Work, request: Request, actor: Employee, now: datetime) -> None: ...

    def done(self, work: Work, request: Request, actor: Employee, outcome: str, now: datetime) -> None: ...

    def refused(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        """The request was rejected, withdrawn or voided."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """The company's policy as settings give it.

    min_rate: smallest rate a form accepts. max_credit_days: longest term in days.
    fallback for routes stands in each route. day boundaries are taken in `timezone`.
    nudge_every: how often an applicant may ask for haste. max_delegation_days: how long one may hand over.
    """

    min_rate: Decimal
    max_credit_days: int
    grades: tuple[str, ...]
    categories: tuple[str, ...]
    sources: tuple[str, ...]
    routes: Mapping[RequestKind, Route]
    attachments: AttachmentRules
    timezone: str
    ordinary: Ordinary = field(default_factory=Ordinary)
    files: FileRules = field(default_factory=FileRules)
    nudge_every: timedelta = timedelta(hours=4)
    max_delegation_days: int = 60
    reminders: ReminderRules = field(default_factory=ReminderRules)


class Work(Protocol):
    """One transaction."""

    @property
    def people(self) -> People: ...

    @property
    def requests(self) -> Requests: ...

    @property
    def customers(self) -> Customers: ...

    @property
    def attachments(self) -> Attachments: ...

    @property
    def invitations(self) -> Invitations: ...

    @property
    def discount_changes(self) -> DiscountChanges: ...

    @property
    def files(self) -> PersonnelFiles: ...

    @property
    def loans(self) -> Loans: ...

    @property
    def incidents(self) -> Incidents: ...

    @property
    def leavings(self) -> Leavings: ...

    @property
    def delegations(self) -> Delegations: ...

    @property
    def reminders(self) -> Reminders: ...

    @property
    def weekly(self) -> Weekly: ...

    @property
    def calendar_overrides(self) -> CalendarOverrides: ...

    @property
    def audit(self) -> AuditLog: ...

    @property
    def rules(self) -> Rules: ...

    @property
    def consequences(self) -> Mapping[RequestKind, Consequence]: ...

    @property
    def events(self) -> list[Event]: ...

    def attempt(self) -> AbstractContextManager[None]:
        """Undo everything done inside where a Refused leaves it, so that the refusal itself can be told."""
        ...

    def contain(self, what: str) -> AbstractContextManager[None]:
        """Undo everything done inside where a fault leaves it, log that, and let what follows go on.

        For sweeps, where one bad row must not hold up the others. what: names the row in the log, without
        anybody's name. A database that does not answer is no fault of the row and is not contained.
        """
        ...
