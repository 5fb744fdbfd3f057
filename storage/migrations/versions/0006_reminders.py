"""Keep what was said to whom, what people want to hear later, and how far the sweep has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_requests_state", "requests", ["state", "updated_at"]),
    ("ix_loans_collect", "loans", ["state", "collect_by"]),
    ("ix_staff_probation", "staff", ["state", "probation_ends_on"]),
    ("ix_staff_contract", "staff", ["contract_ends_on"]),
    ("ix_customers_followed_up", "customers", ["followed_up_on", "filed_on"]),
)


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("occurrence", sa.String(40), nullable=False),
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("card", sa.String(64), nullable=False),
        sa.Column("concern", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("told", sa.String(32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("rule", "subject", "occurrence", "staff_no"),
    )
    op.create_index("ix_reminders_subject", "reminders", ["subject", "at"], unique=False)
    op.create_index("ix_reminders_card", "reminders", ["card"], unique=False)
    op.create_index("ix_reminders_person", "reminders", ["staff_no", "at"], unique=False)
    op.create_index("ix_reminders_rule", "reminders", ["rule", "at"], unique=False)
    op.create_table(
        "reminder_snoozes",
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("staff_no", "rule", "subject"),
    )
    op.create_index("ix_reminder_snoozes_until", "reminder_snoozes", ["until"], unique=False)
    op.create_table(
        "reminder_mutes",
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("staff_no", "day"),
    )
    op.create_table(
        "reminders_turned_off",
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("staff_no", "rule"),
    )
    op.create_table(
        "sweep_marks",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("upto", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "file_inspections",
        sa.Column("unit_no", sa.String(32), nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("unit_no", "period"),
    )
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)
    op.drop_index("ix_steps_state", "steps")
    op.create_index("ix_steps_state", "steps", ["state", "opened_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_steps_state", "steps")
    op.create_index("ix_steps_state", "steps", ["state"], unique=False)
    for name, table, _columns in INDEXES:
        op.drop_index(name, table)
    for table in (
        "file_inspections",
        "sweep_marks",
        "reminders_turned_off",
        "reminder_mutes",
        "reminder_snoozes",
        "reminders",
    ):
        op.drop_table(table)
