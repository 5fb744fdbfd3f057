"""Reminders that were sent, what people want to hear later or not at all, and how far the sweep has come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Field, SQLModel

from domain.personnel_files.reminding import Inspection
from domain.reminders.register import IdleDraft, Reminder, Snooze, Told
from domain.reminders.rules import Concern, Due, Rule
from storage.conversations import ConversationRow
from storage.outbox import OutboxRow
from storage.people import AccountRow
from storage.types import Coded

_MOST = 500  # values in one IN


class ReminderRow(Reminder, table=True):
    __tablename__ = "reminders"
    __table_args__ = (
        Index("ix_reminders_subject", "subject", "at"),
        Index("ix_reminders_card", "card"),
        Index("ix_reminders_person", "staff_no", "at"),
        Index("ix_reminders_rule", "rule", "at"),
    )
    rule: Rule = Field(sa_column=Column(Coded(Rule), primary_key=True))
    concern: Concern = Field(sa_column=Column(Coded(Concern), nullable=False))


class SnoozeRow(SQLModel, table=True):
    __tablename__ = "reminder_snoozes"
    __table_args__ = (Index("ix_reminder_snoozes_until", "until"),)
    staff_no: str = Field(primary_key=True, max_length=32)
    rule: Rule = Field(sa_column=Column(Coded(Rule), primary_key=True))
    subject: str = Field(primary_key=True, max_length=64)
    until: datetime


class MuteRow(SQLModel, table=True):
    """A day on which a person wants no more reminders."""

    __tablename__ = "reminder_mutes"
    staff_no: str = Field(primary_key=True, max_length=32)
    day: date = Field(primary_key=True)


class TurnedOffRow(SQLModel, table=True):
    """A rule of which a person wants no information."""

    __tablename__ = "reminders_turned_off"
    staff_no: str = Field(primary_key=True, max_length=32)
    rule: Rule = Field(sa_column=Column(Coded(Rule), primary_key=True))


class MarkRow(SQLModel, table=True):
    """How far a sweep has come: a day or a moment, as ISO 8601."""

    __tablename__ = "sweep_marks"
    name: str = Field(primary_key=True, max_length=32)
    upto: str = Field(max_length=40)


class InspectionRow(Inspection, table=True):
    __tablename__ = "file_inspections"


_reminders = ReminderRow.__table__  # type: ignore[attr-defined]
_snoozes = SnoozeRow.__table__  # type: ignore[attr-defined]
_mutes = MuteRow.__table__  # type: ignore[attr-defined]
_off = TurnedOffRow.__table__  # type: ignore[attr-defined]
_marks = MarkRow.__table__  # type: ignore[attr-defined]
_inspections = InspectionRow.__table__  # type: ignore[attr-defined]
_outbox = OutboxRow.__table__  # type: ignore[attr-defined]
_conversations = ConversationRow.__table__  # type: ignore[attr-defined]
_accounts = AccountRow.__table__  # type: ignore[attr-defined]
DIGEST = "digest:"

# What each digest asks, made once: building a statement costs more than running it.
_KNOWN = select(_reminders.c.rule, _reminders.c.subject, _reminders.c.occurrence).where(
    _reminders.c.staff_no == bindparam("who"),
    _reminders.c.subject.in_(bindparam("subjects", expanding=True)),
)
_LAST_CARD = (
    select(_reminders.c.card)
    .where(
        _reminders.c.staff_no == bindparam("who"),
        _reminders.c.card.like(f"{DIGEST}%"),
        _reminders.c.card != bindparam("before"),
    )
    .order_by(_reminders.c.at.desc())
    .limit(1)
)
_MARK = select(_marks.c.upto).where(_marks.c.name == bindparam("name"))
_PUT_OFF = select(_snoozes).where(
    _snoozes.c.staff_no == bindparam("who"), _snoozes.c.until > bindparam("now")
)
_END_SNOOZE = delete(_snoozes).where(
    _snoozes.c.staff_no == bindparam("who"),
    _snoozes.c.rule == bindparam("what"),
    _snoozes.c.subject == bindparam("about"),
    _snoozes.c.until <= bindparam("now"),
)
_MUTED = select(_mutes.c.day).where(_mutes.c.staff_no == bindparam("who"), _mutes.c.day == bindparam("today"))
_TURNED_OFF = select(_off.c.rule).where(_off.c.staff_no == bindparam("who"))
_CLAIM = {
    "sqlite": sqlite_insert(_reminders).on_conflict_do_nothing(),
    "postgresql": postgresql_insert(_reminders).on_conflict_do_nothing(),
}


class SqlReminders:
    """Implements domain.reminders.register.Reminders."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._make = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert

    # --- what was said -----------------------------------------------------------------------------------

    def known(self, dues: Sequence[Due]) -> set[tuple[Rule, str, str]]:
        found: set[tuple[Rule, str, str]] = set()
        for start in range(0, len(dues), _MOST):
            part = dues[start : start + _MOST]
            subjects = sorted({due.subject for due in part})
            rows = self._connection.execute(_KNOWN, {"who": part[0].to, "subjects": subjects})
            found.update((row.rule, row.subject, row.occurrence) for row in rows)
        return found

    def claim(self, reminders: Sequence[Reminder]) -> list[Reminder]:
        claimed = []
        for reminder in reminders:
            row = self._connection.execute(_CLAIM[self._connection.dialect.name], reminder.model_dump())
            if row.rowcount:
                claimed.append(reminder)
        return claimed

    def of_card(self, card: str) -> list[Reminder]:
        rows = self._connection.execute(
            select(_reminders)
            .where(_reminders.c.card == card)
            .order_by(_reminders.c.rule, _reminders.c.subject)
        )
        return [Reminder.model_construct(**row) for row in rows.mappings()]

    def cards_about(self, subjects: Collection[str], since: datetime) -> list[str]:
        wanted = sorted(subjects)
        found: dict[str, None] = {}
        for start in range(0, len(wanted), _MOST):
            part = wanted[start : start + _MOST]
            rows = self._connection.execute(
                select(_reminders.c.card)
                .distinct()
                .where(_reminders.c.subject.in_(part), _reminders.c.at >= since)
            )
            found.update(dict.fromkeys(rows.scalars()))
        return list(found)

    def last_card(self, staff_no: str, before: str) -> str:
        found = self._connection.execute(_LAST_CARD, {"who": staff_no, "before": before})
        return str(found.scalar() or "")

    def note_seen(self, card: str, now: datetime) -> None:
        self._connection.execute(
            update(_reminders)
            .where(_reminders.c.card == card, _reminders.c.seen_at.is_(None))
            .values(seen_at=now)
        )

    def history(self, rules: Collection[Rule], *, limit: int, offset: int = 0) -> list[Told]:
        delivered = (
            select(func.min(_outbox.c.settled_at))
            .where(_outbox.c.card == _reminders.c.card, _outbox.c.state == "sent", ~_outbox.c.revises)
            .scalar_subquery()
        )
        rows = self._connection.execute(
            select(_reminders, delivered.label("delivered_at"))
            .where(_reminders.c.rule.in_(sorted(rules)))
            .order_by(_reminders.c.at.desc(), _reminders.c.subject, _reminders.c.staff_no)
            .limit(limit)
            .offset(offset)
        ).mappings()
        return [
            Told(Reminder.model_construct(**{k: row[k] for k in Reminder.model_fields}), row["delivered_at"])
            for row in rows
        ]

    def count_history(self, rules: Collection[Rule]) -> int:
        counted = select(func.count()).select_from(_reminders).where(_reminders.c.rule.in_(sorted(rules)))
        return int(self._connection.execute(counted).scalar_one())

    # --- how far the sweep has come ----------------------------------------------------------------------

    def mark(self, name: str) -> str:
        found = self._connection.execute(_MARK, {"name": name})
        return str(found.scalar() or "")

    def set_mark(self, name: str, upto: str) -> None:
        made = self._make(_marks).values(name=name, upto=upto)
        self._connection.execute(
            made.on_conflict_do_update(index_elements=["name"], set_={"upto": made.excluded.upto})
        )

    # --- later, or not at all ----------------------------------------------------------------------------

    def snooze(self, snoozes: Sequence[Snooze]) -> None:
        for each in snoozes:
            made = self._make(_snoozes).values(
                staff_no=each.staff_no, rule=each.rule, subject=each.subject, until=each.until
            )
            keys = ["staff_no", "rule", "subject"]
            self._connection.execute(
                made.on_conflict_do_update(index_elements=keys, set_={"until": made.excluded.until})
            )

    def put_off(self, staff_no: str, now: datetime) -> dict[tuple[Rule, str], datetime]:
        rows = self._connection.execute(_PUT_OFF, {"who": staff_no, "now": now})
        return {(row.rule, row.subject): row.until for row in rows}

    def snoozes_ended(self, now: datetime) -> list[Snooze]:
        rows = self._connection.execute(
            select(_snoozes).where(_snoozes.c.until <= now).order_by(_snoozes.c.staff_no, _snoozes.c.subject)
        )
        return [_snooze(row) for row in rows]

    def drop_snoozes(self, snoozes: Sequence[Snooze]) -> int:
        gone = 0
        for each in snoozes:
            gone += self._connection.execute(
                delete(_snoozes).where(
                    _snoozes.c.staff_no == each.staff_no,
                    _snoozes.c.rule == each.rule,
                    _snoozes.c.subject == each.subject,
                    _snoozes.c.until == each.until,
                )
            ).rowcount
        return gone

    def end_snoozes(self, reminders: Sequence[Reminder], now: datetime) -> None:
        ended = [
            {"who": each.staff_no, "what": each.rule, "about": each.subject, "now": now} for each in reminders
        ]
        if ended:
            self._connection.execute(_END_SNOOZE, ended)

    def mute(self, staff_no: str, day: date) -> None:
        made = self._make(_mutes).values(staff_no=staff_no, day=day)
        self._connection.execute(made.on_conflict_do_nothing())

    def muted(self, staff_no: str, day: date) -> bool:
        return self._connection.execute(_MUTED, {"who": staff_no, "today": day}).first() is not None

    def turned_off(self, staff_no: str) -> frozenset[Rule]:
        return frozenset(self._connection.execute(_TURNED_OFF, {"who": staff_no}).scalars())

    def turn(self, staff_no: str, rule: Rule, *, off: bool) -> None:
        if off:
            made = self._make(_off).values(staff_no=staff_no, rule=rule)
            self._connection.execute(made.on_conflict_do_nothing())
        else:
            self._connection.execute(delete(_off).where(_off.c.staff_no == staff_no, _off.c.rule == rule))

    # --- inspections -------------------------------------------------------------------------------------

    def inspected(self, unit_no: str, period: str) -> bool:
        found = select(_inspections.c.period).where(
            _inspections.c.unit_no == unit_no, _inspections.c.period == period
        )
        return self._connection.execute(found).first() is not None

    def add_inspection(self, inspection: Inspection) -> bool:
        if self.inspected(inspection.unit_no, inspection.period):
            return False
        self._connection.execute(insert(_inspections).values(inspection.model_dump()))
        return True

    # --- drafts ------------------------------------------------------------------------------------------

    def idle_drafts(self, since: datetime, until: datetime) -> list[IdleDraft]:
        within = and_(_conversations.c.updated_at > since, _conversations.c.updated_at <= until)
        return self._drafts(_DRAFTS.where(within, _conversations.c.form != ""))

    def idle_draft(self, draft_id: str, staff_no: str) -> IdleDraft | None:
        found = self._drafts(_DRAFTS.where(_accounts.c.staff_no == staff_no))
        return next((draft for draft in found if draft.draft_id == draft_id), None)

    def _drafts(self, query: Select[Any]) -> list[IdleDraft]:
        found = []
        for row in self._connection.execute(query.order_by(_conversations.c.updated_at)):
            for draft in row.body.get("drafts", ()):
                if (answers := draft.get("answers")) and not draft.get("mend"):
                    given = (draft["id"], draft["form"], row.staff_no, row.updated_at, tuple(answers))
                    found.append(IdleDraft(*given))
        return found


_DRAFTS = select(_conversations.c.body, _conversations.c.updated_at, _accounts.c.staff_no).join(
    _accounts,
    and_(_accounts.c.channel == _conversations.c.channel, _accounts.c.chat_id == _conversations.c.chat_id),
)


def _snooze(row: Row[Any]) -> Snooze:
    return Snooze(row.staff_no, row.rule, row.subject, row.until)


def forget_cards(connection: Connection, before: datetime) -> int:
    """Forget the messages of digests that nobody revises any more; what was said stays in the register."""
    old = or_(_outbox.c.card.like(f"{DIGEST}%"), _outbox.c.card.like("urgent:%"))
    return connection.execute(delete(_outbox).where(old, _outbox.c.settled_at < before)).rowcount
