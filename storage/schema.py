"""Every table, gathered for migrations and for the test that compares the two."""

from __future__ import annotations

from sqlmodel import SQLModel

from storage import (
    approvals,
    attachments,
    audit,
    calendar,
    conversations,
    customers,
    delegations,
    discounts,
    inbox,
    loans,
    onboarding,
    outbox,
    people,
    personnel_files,
    reminders,
)

TABLES = (
    approvals,
    attachments,
    audit,
    calendar,
    conversations,
    customers,
    delegations,
    discounts,
    inbox,
    loans,
    onboarding,
    outbox,
    people,
    personnel_files,
    reminders,
)
metadata = SQLModel.metadata
