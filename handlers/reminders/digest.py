"""The digest: one message a person and working day, in groups, with buttons that act right there.

It is made from the register each time, so it can be brought up to date: what is settled shows a tick, and
once a newer digest is there, nothing in the former one can be tapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from domain.reminders.planning import is_live
from domain.reminders.register import Reminder
from domain.reminders.rules import Concern, Rule
from handlers.approvals.kinds import Kinds
from handlers.context import Telling
from handlers.language import N_, Language
from handlers.reminders.lines import Line, Writer
from handlers.ui import Button, View, ViewBuilder, bold

PREFIX = "digest:"
SHOWN = 12  # lines
ROWS = 8  # with buttons
_GROUPS: tuple[tuple[str, frozenset[Rule]], ...] = (
    (N_("For you to decide"), frozenset({Rule.APPROVAL})),
    (N_("For you to carry out"), frozenset({Rule.EXECUTION})),
    (N_("Your own requests"), frozenset({Rule.RETURNED, Rule.DRAFT})),
    (N_("Files you borrowed, or keep"), frozenset({Rule.COLLECTION, Rule.LOAN_DUE, Rule.LOAN_OVERDUE})),
    (N_("Customers"), frozenset({Rule.FOLLOW_UP, Rule.SPECIAL_RATE})),
    (
        N_("Personnel files"),
        frozenset({Rule.MISSING, Rule.INSPECTION, Rule.INCIDENT, Rule.LEAVING}),
    ),
    (N_("Probation and contracts"), frozenset({Rule.PROBATION, Rule.CONTRACT})),
    (N_("The bot itself"), frozenset({Rule.CALENDAR, Rule.WEEKLY})),
)
_ESCALATED = N_("Waits too long, please look into it")
_KNOW = N_("For your information")


def digest_card(staff_no: str, name: str) -> str:
    return f"{PREFIX}{staff_no}:{name}"


def show_digest(
    telling: Telling, kinds: Kinds, _: Language, reminders: Sequence[Reminder], *, closed: bool = False
) -> View:
    """Write a digest as things stand. closed: a newer one is there."""
    writer, screen = Writer.of(telling, kinds, _), ViewBuilder()
    day = writer.at.day_of(reminders[0].at) if reminders else writer.at.today
    live = {_key(reminder): is_live(telling.work, reminder) for reminder in reminders}
    left = sum(live.values())
    heading = _("【Reminders】{day}", day=_.day(day))
    count = _.plural("{n} thing", "{n} things", left) if left else _("all settled")
    screen.say(bold(f"{heading} · {count}"))
    if any(reminder.late for reminder in reminders):
        screen.say(_("(Sent later than planned: the bot did not run.)"))
    written, shown, rows, last = 0, 0, 0, ""
    lacking = [r for r in reminders if r.rule is Rule.MISSING and r.key != r.staff_no and live[_key(r)]]
    for title, reminder in _in_order(reminders):
        if len(lacking) > 1 and reminder in lacking[1:]:
            continue
        merged = len(lacking) > 1 and reminder is lacking[0]
        if (line := writer.all_missing(lacking) if merged else writer.write(reminder)) is None:
            continue
        written += 1
        if shown >= SHOWN:
            continue
        if title != last:
            screen.say(bold(_(title)))
            last = title
        shown += 1
        alive = live[_key(reminder)]
        screen.say(f"{shown}. {line.text}" if alive else f"✓ {shown}. {line.text}")
        if alive and not closed and rows < ROWS and line.buttons:
            screen.buttons(*_numbered(shown, line))
            rows += 1
    reader = reminders[0].staff_no if reminders else ""
    put_off = telling.work.reminders.put_off(reader, telling.now)
    later = [
        put_off[r.rule, r.subject] for r in reminders if live[_key(r)] and (r.rule, r.subject) in put_off
    ]
    if later:
        screen.say("⏰ " + _("Comes again on {when}.", when=_.moment(min(later))))
    if left and telling.work.reminders.muted(reader, writer.at.today):
        screen.say("🔕 " + _("No more reminders today."))
    if written > shown:
        screen.say(_("And {n} more, see My tasks and the lists.", n=written - shown))
    if not closed and left:
        name = reminders[0].card.removeprefix(PREFIX).partition(":")[2]
        screen.buttons(Button(_("Remind me later"), f"rl:{name}"), Button(_("No more today"), f"rm:{name}"))
    return screen.view()


def _key(reminder: Reminder) -> tuple[Rule, str, str]:
    return reminder.rule, reminder.subject, reminder.occurrence


def _numbered(place: int, line: Line) -> tuple[Button, ...]:
    first, *others = line.buttons
    return (replace(first, label=f"{place} {first.label}"), *others)


def _in_order(reminders: Sequence[Reminder]) -> list[tuple[str, Reminder]]:
    """Sort into groups: one's own duties first, what others owe, then what is only good to know."""
    found = []
    for at, (title, rules) in enumerate(_GROUPS):
        for reminder in reminders:
            if reminder.rule in rules:
                place = {
                    Concern.DUTY: (0, at, title),
                    Concern.ESCALATION: (1, at, _ESCALATED),
                    Concern.INFORMATION: (2, at, _KNOW),
                }[reminder.concern]
                found.append((place, reminder))
    ordered = sorted(found, key=lambda pair: (pair[0][0], pair[0][1], pair[1].at))
    return [(place[2], reminder) for place, reminder in ordered]
