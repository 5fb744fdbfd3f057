"""One transaction's registers, joined on one connection; the writer commits them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from traceback import format_tb

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from domain.approvals.requests import RequestKind
from domain.errors import Unavailable
from domain.events import Event
from domain.work import Consequence, Rules
from storage.approvals import SqlRequests
from storage.attachments import SqlAttachments
from storage.audit import SqlAuditLog
from storage.calendar import SqlCalendarOverrides
from storage.conversations import SqlConversations
from storage.customers import SqlCustomers
from storage.delegations import SqlDelegations
from storage.discounts import SqlDiscountChanges
from storage.inbox import SqlInbox
from storage.loans import SqlIncidents, SqlLeavings, SqlLoans
from storage.onboarding import SqlInvitations
from storage.outbox import SqlOutbox
from storage.people import SqlPeople
from storage.personnel_files import SqlPersonnelFiles
from storage.reminders import SqlReminders
from storage.weekly import SqlWeekly
from storage.writer import is_passing

log = logging.getLogger(__name__)


class SqlWork:
    """Implements domain.work.Work; inbox, outbox and conversations are the turn's own."""

    def __init__(
        self, connection: Connection, rules: Rules, consequences: Mapping[RequestKind, Consequence]
    ) -> None:
        self.connection = connection
        self.rules = rules
        self.consequences = consequences
        self.events: list[Event] = []
        self.people = SqlPeople(connection)
        self.audit = SqlAuditLog(connection)
        self.inbox = SqlInbox(connection)
        self.outbox = SqlOutbox(connection)
        self.conversations = SqlConversations(connection)

    @cached_property
    def session(self) -> Session:
        """Made only where entities are changed; never committed itself, the writer's transaction is."""
        return Session(
            self.connection, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only"
        )

    @contextmanager
    def attempt(self) -> Iterator[None]:
        told = len(self.events)
        savepoint = self.connection.begin_nested()
        try:
            yield
            self.session.flush()
        except BaseException:
            savepoint.rollback()
            self.session.expunge_all()
            del self.events[told:]
            raise
        savepoint.commit()

    @contextmanager
    def contain(self, what: str) -> Iterator[None]:
        try:
            with self.attempt():
                yield
        except Exception as error:
            if isinstance(error, Unavailable) or is_passing(error):
                raise
            # Messages of errors quote values, so the log has the places alone.
            places = "".join(format_tb(error.__traceback__))
            log.error("%s failed and was left as it was: %s\n%s", what, type(error).__name__, places)

    @cached_property
    def requests(self) -> SqlRequests:
        return SqlRequests(self.session, self.connection)

    @cached_property
    def customers(self) -> SqlCustomers:
        return SqlCustomers(self.session, self.connection)

    @cached_property
    def discount_changes(self) -> SqlDiscountChanges:
        return SqlDiscountChanges(self.session)

    @cached_property
    def calendar_overrides(self) -> SqlCalendarOverrides:
        return SqlCalendarOverrides(self.connection)

    @cached_property
    def weekly(self) -> SqlWeekly:
        return SqlWeekly(self.connection, self.files, self.rules.timezone, self.rules.files.required)

    @cached_property
    def reminders(self) -> SqlReminders:
        return SqlReminders(self.connection)

    @cached_property
    def files(self) -> SqlPersonnelFiles:
        return SqlPersonnelFiles(self.session, self.connection, self.rules.timezone)

    @cached_property
    def loans(self) -> SqlLoans:
        return SqlLoans(self.session, self.connection)

    @cached_property
    def incidents(self) -> SqlIncidents:
        return SqlIncidents(self.session, self.connection)

    @cached_property
    def leavings(self) -> SqlLeavings:
        return SqlLeavings(self.session)

    @cached_property
    def delegations(self) -> SqlDelegations:
        return SqlDelegations(self.session)

    @cached_property
    def attachments(self) -> SqlAttachments:
        return SqlAttachments(self.session)

    @cached_property
    def invitations(self) -> SqlInvitations:
        return SqlInvitations(self.session)
