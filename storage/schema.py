"""Every table, gathered for migrations and for the test that compares the two."""

from __future__ import annotations

from sqlmodel import SQLModel

from storage import (
    approvals,
    attachments,
    audit,
    conversations,
    customers,
    delegations,
    inbox,
    onboarding,
    outbox,
    people,
)

TABLES = (
    approvals,
    attachments,
    audit,
    conversations,
    customers,
    delegations,
    inbox,
    onboarding,
    outbox,
    people,
)
metadata = SQLModel.metadata
