"""Personnel files: the register, materials, loans, incidents; people are found by keys met as a prefix."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from domain.people import people_keys

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PREFIX_KEY = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
ACTIVE = sa.text("state IN ('pending', 'approved', 'lent')")
KEPT = ("personnel_files", "file_moves", "materials", "file_access", "loans", "file_incidents")
KEEP_SQLITE = """
CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'rows of {table} are kept for good'); END
"""
KEEP_POSTGRESQL = """
CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_loss()
"""
REFUSE_POSTGRESQL = """
CREATE FUNCTION refuse_loss() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'rows of % are kept for good', TG_TABLE_NAME; END $$
"""
GRAM_ORDER = 'ALTER TABLE customer_grams ALTER COLUMN gram TYPE varchar(64) COLLATE "{order}"'


def upgrade() -> None:
    op.create_table(
        "file_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("actor_no", sa.String(32), nullable=False),
        sa.Column("look", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_file_access_actor", "file_access", ["actor_no", "file_id", "at"], unique=False)
    op.create_index("ix_file_access_file", "file_access", ["file_id", "id"], unique=False)
    op.create_table(
        "leavings",
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("staff_no"),
    )
    op.create_table(
        "personnel_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("subject_no", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("copy_kind", sa.String(32), nullable=False),
        sa.Column("secrecy", sa.String(32), nullable=False),
        sa.Column("custodian_no", sa.String(32), nullable=False),
        sa.Column("cabinet", sa.String(40), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("shelved_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_personnel_files_state", "personnel_files", ["state", "id"], unique=False)
    op.create_index("ix_personnel_files_subject", "personnel_files", ["subject_no"], unique=False)
    op.create_table(
        "relatives",
        sa.Column("one_no", sa.String(32), nullable=False),
        sa.Column("other_no", sa.String(32), nullable=False),
        sa.Column("relation", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("one_no", "other_no"),
    )
    op.create_index("ix_relatives_other_no", "relatives", ["other_no"], unique=False)
    op.create_table(
        "file_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(32), nullable=False),
        sa.Column("after", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_no", sa.String(32), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["personnel_files.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_file_moves_file", "file_moves", ["file_id", "id"], unique=False)
    op.create_table(
        "file_waiting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["personnel_files.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_file_waiting_file", "file_waiting", ["file_id", "told_at", "id"], unique=False)
    op.create_table(
        "loans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("borrower_no", sa.String(32), nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("came_from", sa.String(32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("collect_by", sa.Date(), nullable=True),
        sa.Column("keeper_no", sa.String(32), nullable=False),
        sa.Column("keeper_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("borrower_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("lent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.String(32), nullable=False),
        sa.Column("condition", sa.String(32), nullable=True),
        sa.Column("pages_back", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("return_note", sa.String(200), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disputed", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["personnel_files.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("request_id"),
    )
    op.create_index("ix_loans_borrower", "loans", ["borrower_no", "state", "due_on"], unique=False)
    op.create_index("ix_loans_due", "loans", ["state", "due_on"], unique=False)
    op.create_index("ix_loans_file", "loans", ["file_id", "id"], unique=False)
    op.create_index(
        "ux_loans_active_file",
        "loans",
        ["file_id"],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
    op.create_table(
        "materials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", sa.String(100), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(32), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["personnel_files.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_materials_file", "materials", ["file_id", "letter", "place"], unique=False)
    op.create_index("ix_materials_state", "materials", ["state", "id"], unique=False)
    op.create_table(
        "staff_keys",
        sa.Column(
            "key",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("staff_no", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["staff_no"], ["staff.staff_no"]),
        sa.PrimaryKeyConstraint("key", "staff_no"),
    )
    op.create_index("ix_staff_keys_staff_no", "staff_keys", ["staff_no"], unique=False)
    op.create_table(
        "file_incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("loan_id", sa.Integer(), nullable=True),
        sa.Column("condition", sa.String(32), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=True),
        sa.Column("resolution", sa.String(200), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["personnel_files.id"]),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_file_incidents_file", "file_incidents", ["file_id", "closed_at"], unique=False)
    op.create_index("ix_file_incidents_open", "file_incidents", ["closed_at", "id"], unique=False)
    _keep_rows()
    _index_staff()


def _keep_rows() -> None:
    """Let nobody delete what the register must always show."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(GRAM_ORDER.format(order="C"))
        op.execute(REFUSE_POSTGRESQL)
    for table in KEPT:
        op.execute((KEEP_POSTGRESQL if postgresql else KEEP_SQLITE).format(table=table))


def _index_staff() -> None:
    """Give those who are in the staff register already the keys that find them."""
    staff = op.get_bind().execute(sa.text("SELECT staff_no, name FROM staff")).all()
    rows = [
        {"key": key, "staff_no": staff_no}
        for staff_no, name in staff
        for key in sorted(people_keys(staff_no, name))
    ]
    if rows:
        op.get_bind().execute(
            sa.text("INSERT INTO staff_keys (key, staff_no) VALUES (:key, :staff_no)"), rows
        )


def downgrade() -> None:
    """Go back to a company without personnel files; the register of files is lost."""
    for table in (
        "file_incidents",
        "staff_keys",
        "materials",
        "loans",
        "file_waiting",
        "file_moves",
        "relatives",
        "personnel_files",
        "leavings",
        "file_access",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_loss()")
        op.execute(GRAM_ORDER.format(order="default"))
