"""The unit of work: the registers and rules that one transaction may use, and what happened in it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from domain.approvals.requests import Request, RequestKind, Requests
from domain.approvals.routes import Route
from domain.attachments import AttachmentRules, Attachments
from domain.customers import Customers
from domain.events import Event
from domain.onboarding import Invitations
from domain.people import Employee, People


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
    """What a request's end means for its subject, one implementation a kind."""

    def approved(self, work: Work, request: Request, actor: Employee, now: datetime) -> None: ...

    def done(self, work: Work, request: Request, actor: Employee, outcome: str, now: datetime) -> None: ...

    def refused(self, work: Work, request: Request, actor: Employee, now: datetime) -> None:
        """The request was rejected or withdrawn."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """The company's policy as settings give it.

    min_rate: smallest rate a form accepts. max_credit_days: longest term in days.
    fallback for routes stands in each route. day boundaries are taken in `timezone`.
    """

    min_rate: Decimal
    max_credit_days: int
    grades: tuple[str, ...]
    categories: tuple[str, ...]
    sources: tuple[str, ...]
    routes: Mapping[RequestKind, Route]
    attachments: AttachmentRules
    timezone: str


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
