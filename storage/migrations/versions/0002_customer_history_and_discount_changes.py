"""Keep what changed in a customer's record, and the discount changes that were asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("payment_channel", sa.String(40), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":  # look-up reads ranges of grams, byte by byte
        op.execute('ALTER TABLE customer_grams ALTER COLUMN gram TYPE VARCHAR(64) COLLATE "C"')
    op.create_index("ix_requests_subject", "requests", ["kind", "subject_id"], unique=False)
    op.create_table(
        "customer_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_no", sa.String(32), nullable=False),
        sa.Column("request_number", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_customer_changes_customer", "customer_changes", ["customer_id", "id"], unique=False)
    op.create_table(
        "discount_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_key", sa.String(80), nullable=False),
        sa.Column("scope_words", sa.String(80), nullable=False),
        sa.Column("old_rate", sa.Integer(), nullable=False),
        sa.Column("old_settlement", sa.JSON(), nullable=False),
        sa.Column("new_rate", sa.Integer()),
        sa.Column("new_settlement", sa.JSON()),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("erp_no", sa.String(40), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True)),
        sa.Column("applied_by", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_discount_changes_request", "discount_changes", ["request_id"], unique=True)
    op.create_index(
        "ix_discount_changes_customer", "discount_changes", ["customer_id", "state"], unique=False
    )
    op.create_index("ix_discount_changes_ends", "discount_changes", ["state", "ends_on"], unique=False)


def downgrade() -> None:
    op.drop_table("discount_changes")
    op.drop_table("customer_changes")
    op.drop_index("ix_requests_subject", "requests")
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE customer_grams ALTER COLUMN gram TYPE VARCHAR(64) COLLATE "default"')
    op.drop_column("customers", "payment_channel")
