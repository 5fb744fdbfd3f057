"""The register of reminders in memory, for handlers that run without a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from domain.calendar import CalendarOverride
from domain.personnel_files.reminding import Inspection
from domain.reminders.register import IdleDraft, Reminder, Snooze, Told
from domain.reminders.rules import Due, Rule
from domain.weekly import WeeklyFigures


class MemoryReminders:
    def __init__(self) -> None:
        self.kept: dict[tuple[Rule, str, str, str], Reminder] = {}
        self.marks: dict[str, str] = {}
        self.later: dict[tuple[str, Rule, str], datetime] = {}
        self.mutes: set[tuple[str, date]] = set()
        self.off: set[tuple[str, Rule]] = set()
        self.inspections: dict[tuple[str, str], Inspection] = {}

    def known(self, dues: Sequence[Due]) -> set[tuple[Rule, str, str]]:
        said = [(due.rule, due.subject, due.occurrence, due.to) for due in dues]
        return {key[:3] for key in said if key in self.kept}

    def claim(self, reminders: Sequence[Reminder]) -> list[Reminder]:
        fresh = [r for r in reminders if (r.rule, r.subject, r.occurrence, r.staff_no) not in self.kept]
        self.kept.update({(r.rule, r.subject, r.occurrence, r.staff_no): r for r in fresh})
        return fresh

    def of_card(self, card: str) -> list[Reminder]:
        return [reminder for reminder in self.kept.values() if reminder.card == card]

    def cards_about(self, subjects: Collection[str], since: datetime) -> list[str]:
        return list({r.card: None for r in self.kept.values() if r.subject in subjects and r.at >= since})

    def last_card(self, staff_no: str, before: str) -> str:
        mine = [r for r in self.kept.values() if r.staff_no == staff_no and r.card.startswith("digest:")]
        return next((r.card for r in sorted(mine, key=lambda r: r.at, reverse=True) if r.card != before), "")

    def note_seen(self, card: str, now: datetime) -> None:
        for reminder in self.of_card(card):
            reminder.seen_at = reminder.seen_at or now

    def history(self, rules: Collection[Rule], *, limit: int, offset: int = 0) -> list[Told]:
        found = [Told(reminder, None) for reminder in self.kept.values() if reminder.rule in rules]
        return found[offset : offset + limit]

    def count_history(self, rules: Collection[Rule]) -> int:
        return sum(reminder.rule in rules for reminder in self.kept.values())

    def mark(self, name: str) -> str:
        return self.marks.get(name, "")

    def set_mark(self, name: str, upto: str) -> None:
        self.marks[name] = upto

    def snooze(self, snoozes: Sequence[Snooze]) -> None:
        self.later.update({(each.staff_no, each.rule, each.subject): each.until for each in snoozes})

    def put_off(self, staff_no: str, now: datetime) -> dict[tuple[Rule, str], datetime]:
        return {
            (rule, subject): until
            for (who, rule, subject), until in self.later.items()
            if who == staff_no and until > now
        }

    def snoozes_ended(self, now: datetime) -> list[Snooze]:
        return [Snooze(*key, until) for key, until in self.later.items() if until <= now]

    def drop_snoozes(self, snoozes: Sequence[Snooze]) -> int:
        return sum(self.later.pop((s.staff_no, s.rule, s.subject), None) is not None for s in snoozes)

    def end_snoozes(self, reminders: Sequence[Reminder], now: datetime) -> None:
        self.drop_snoozes(
            [s for s in self.snoozes_ended(now) if any(s.subject == r.subject for r in reminders)]
        )

    def mute(self, staff_no: str, day: date) -> None:
        self.mutes.add((staff_no, day))

    def muted(self, staff_no: str, day: date) -> bool:
        return (staff_no, day) in self.mutes

    def turned_off(self, staff_no: str) -> frozenset[Rule]:
        return frozenset(rule for who, rule in self.off if who == staff_no)

    def turn(self, staff_no: str, rule: Rule, *, off: bool) -> None:
        (self.off.add if off else self.off.discard)((staff_no, rule))

    def inspected(self, unit_no: str, period: str) -> bool:
        return (unit_no, period) in self.inspections

    def add_inspection(self, inspection: Inspection) -> bool:
        key = (inspection.unit_no, inspection.period)
        return self.inspections.setdefault(key, inspection) is inspection

    def idle_drafts(self, since: datetime, until: datetime) -> list[IdleDraft]:
        return []

    def idle_draft(self, draft_id: str, staff_no: str) -> IdleDraft | None:
        return None


class MemoryOverrides:
    def __init__(self) -> None:
        self.kept: dict[date, CalendarOverride] = {}

    def all(self) -> dict[date, CalendarOverride]:
        return dict(self.kept)

    def put(self, override: CalendarOverride) -> bool:
        before, self.kept[override.day] = self.kept.get(override.day), override
        return before is None or (before.works, before.name) != (override.works, override.name)

    def remove(self, day: date) -> bool:
        return self.kept.pop(day, None) is not None


class MemoryWeekly:
    """A quiet week."""

    def figures(self, first: date, now: datetime) -> WeeklyFigures:
        return WeeklyFigures(first, first, now, (0, 0, 0, 0), 0, 0, 0, 0, (0, 0, 0, 0), 0, ())
