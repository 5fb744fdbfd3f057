"""Let the steps of a request form a graph, weigh requests, and keep remarks and delegations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEEDS = {
    "sqlite": "UPDATE steps SET needs = json_array(position - 1) WHERE position > 0",
    "postgresql": "UPDATE steps SET needs = json_build_array(position - 1) WHERE position > 0",
}


def upgrade() -> None:
    queue = _take_queue()
    op.add_column("requests", sa.Column("facts", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("requests", sa.Column("ordinary", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("requests", sa.Column("cc", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("requests", sa.Column("nudged_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("steps") as steps:
        steps.add_column(sa.Column("stage", sa.Integer(), nullable=False, server_default="0"))
        steps.add_column(sa.Column("needs", sa.JSON(), nullable=False, server_default="[]"))
        steps.add_column(sa.Column("named", sa.String(32), nullable=False, server_default=""))
        steps.add_column(sa.Column("on_behalf_of", sa.String(32), nullable=False, server_default=""))
        steps.add_column(sa.Column("offer", sa.JSON(), nullable=False, server_default="{}"))
        steps.alter_column("who", existing_type=sa.String(64), type_=sa.String(200))
    op.create_index("ix_steps_on_behalf_of", "steps", ["on_behalf_of", "decided_by"], unique=False)
    op.create_index("ix_steps_state", "steps", ["state"], unique=False)
    op.execute("UPDATE steps SET stage = position")
    op.execute(NEEDS[op.get_bind().dialect.name])
    op.create_table(
        "step_queue",
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("ordinary", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"]),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"]),
        sa.PrimaryKeyConstraint("step_id", "staff_no"),
    )
    op.create_index(
        "ix_step_queue_person", "step_queue", ["staff_no", "ordinary", "request_id", "kind"], unique=False
    )
    for step_id, staff_no, request_id in queue:
        op.execute(
            sa.text(
                "INSERT INTO step_queue (step_id, staff_no, request_id, ordinary, kind)"
                " SELECT :step_id, :staff_no, id, ordinary, kind FROM requests WHERE id = :request_id"
            ).bindparams(step_id=step_id, staff_no=staff_no, request_id=request_id)
        )
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("author_no", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_remarks_request_id", "remarks", ["request_id"], unique=False)
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_no", sa.String(32), nullable=False),
        sa.Column("to_no", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("min_rate", sa.Integer()),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delegations_to", "delegations", ["to_no", "last_day"], unique=False)
    op.create_index("ix_delegations_from", "delegations", ["from_no", "last_day"], unique=False)
    op.create_index("ix_delegations_reported", "delegations", ["reported", "first_day"], unique=False)


def downgrade() -> None:
    """Go back to steps in a row; remarks and delegations are lost, and steps that were put in stay in place."""
    queue = _take_queue()
    op.drop_table("delegations")
    op.drop_table("remarks")
    op.drop_index("ix_steps_state", "steps")
    op.drop_index("ix_steps_on_behalf_of", "steps")
    with op.batch_alter_table("steps") as steps:
        for name in ("stage", "needs", "named", "on_behalf_of", "offer"):
            steps.drop_column(name)
        steps.alter_column("who", existing_type=sa.String(200), type_=sa.String(64))
    for name in ("facts", "ordinary", "cc", "nudged_at"):
        op.drop_column("requests", name)
    op.create_table(
        "step_queue",
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"]),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"]),
        sa.PrimaryKeyConstraint("step_id", "staff_no"),
    )
    op.create_index("ix_step_queue_person", "step_queue", ["staff_no", "request_id"], unique=False)
    for step_id, staff_no, request_id in queue:
        op.execute(
            sa.text(
                "INSERT INTO step_queue (step_id, staff_no, request_id)"
                " VALUES (:step_id, :staff_no, :request_id)"
            ).bindparams(step_id=step_id, staff_no=staff_no, request_id=request_id)
        )


def _take_queue() -> list[tuple[int, str, int]]:
    """Read who waits for which step and drop the table: SQLite cannot change a table that others point at."""
    rows = op.get_bind().execute(sa.text("SELECT step_id, staff_no, request_id FROM step_queue")).all()
    op.drop_table("step_queue")
    return [(row[0], row[1], row[2]) for row in rows]
