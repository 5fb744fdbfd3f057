"""Let nobody delete who left and who is related: both say why somebody was kept from a file."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEPT = ("leavings", "relatives")
KEEP_SQLITE = """
CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'rows of {table} are kept for good'); END
"""
KEEP_POSTGRESQL = """
CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_loss()
"""


def upgrade() -> None:
    keep = KEEP_POSTGRESQL if _is_postgresql() else KEEP_SQLITE
    for table in KEPT:
        op.execute(keep.format(table=table))


def downgrade() -> None:
    for table in KEPT:
        op.execute(f"DROP TRIGGER {table}_kept" + (f" ON {table}" if _is_postgresql() else ""))


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
