"""What was said to whom, what people asked to hear later or not at all, and how far the sweep has come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from sqlmodel import Field, SQLModel

from domain.reminders.rules import Concern, Due, Rule

if TYPE_CHECKING:
    from domain.personnel_files.reminding import Inspection


class Reminder(SQLModel):
    """A reminder that was sent.

    rule, subject, occurrence, staff_no: see Due; together they are unique. card: of the message that says it.
    at: when. late: it was to go out on an earlier day, and the bot did not run. told: see Due.
    seen_at: when the person first touched that message; messengers tell no more than that.
    """

    rule: Rule = Field(primary_key=True)
    subject: str = Field(primary_key=True, max_length=64)
    occurrence: str = Field(primary_key=True, max_length=40)
    staff_no: str = Field(primary_key=True, max_length=32)
    card: str = Field(max_length=64)
    concern: Concern
    at: datetime
    late: bool = False
    told: str = Field(default="", max_length=32)
    seen_at: datetime | None = None

    @property
    def key(self) -> str:
        """What names the subject within its sort."""
        return self.subject.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Snooze:
    """稍后提醒. until: from when the subject may be mentioned to this person again."""

    staff_no: str
    rule: Rule
    subject: str
    until: datetime


@dataclass(frozen=True, slots=True)
class IdleDraft:
    """fields: names of the answers given."""

    draft_id: str
    form: str
    staff_no: str
    since: datetime
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A reminder with what became of its message. delivered_at: None while none is known to have arrived."""

    reminder: Reminder
    delivered_at: datetime | None


class Reminders(Protocol):
    """The register of reminders."""

    def known(self, dues: Sequence[Due]) -> set[tuple[Rule, str, str]]:
        """Give rule, subject and occurrence of those of one person's that were said before."""
        ...

    def claim(self, reminders: Sequence[Reminder]) -> list[Reminder]:
        """Write down what is about to be said; give those that nobody wrote down before."""
        ...

    def of_card(self, card: str) -> list[Reminder]: ...

    def cards_about(self, subjects: Collection[str], since: datetime) -> list[str]:
        """Give the cards of messages, not older, that mention any of these subjects."""
        ...

    def last_card(self, staff_no: str, before: str) -> str:
        """Give the card of a person's latest digest apart from one, empty for none."""
        ...

    def note_seen(self, card: str, now: datetime) -> None: ...

    def history(self, rules: Collection[Rule], *, limit: int, offset: int = 0) -> list[Told]:
        """Give what was said by some rules, the latest first."""
        ...

    def count_history(self, rules: Collection[Rule]) -> int: ...

    def mark(self, name: str) -> str:
        """Give how far a sweep has come, empty if it never ran."""
        ...

    def set_mark(self, name: str, upto: str) -> None: ...

    def snooze(self, snoozes: Sequence[Snooze]) -> None: ...

    def put_off(self, staff_no: str, now: datetime) -> dict[tuple[Rule, str], datetime]:
        """Give what a person does not want to hear of yet, and until when."""
        ...

    def snoozes_ended(self, now: datetime) -> list[Snooze]: ...

    def drop_snoozes(self, snoozes: Sequence[Snooze]) -> int:
        """Take them out of the register; give how many were there."""
        ...

    def end_snoozes(self, reminders: Sequence[Reminder], now: datetime) -> None:
        """Forget what was put off until now and is said by these reminders anyway."""
        ...

    def mute(self, staff_no: str, day: date) -> None:
        """今天不再提醒."""
        ...

    def muted(self, staff_no: str, day: date) -> bool: ...

    def turned_off(self, staff_no: str) -> frozenset[Rule]:
        """Give the rules of which a person wants no information."""
        ...

    def turn(self, staff_no: str, rule: Rule, *, off: bool) -> None: ...

    def inspected(self, unit_no: str, period: str) -> bool: ...

    def add_inspection(self, inspection: Inspection) -> bool:
        """Store that a unit was inspected; False where it was already."""
        ...

    def idle_drafts(self, since: datetime, until: datetime) -> list[IdleDraft]:
        """Give drafts with something in them that were touched last within a span."""
        ...

    def idle_draft(self, draft_id: str, staff_no: str) -> IdleDraft | None: ...
