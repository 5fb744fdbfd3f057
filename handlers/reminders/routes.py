"""What belongs to reminders in chat: their words and buttons, handed to the router."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handlers import calendar
from handlers.approvals.kinds import Kinds
from handlers.context import Context, Telling
from handlers.language import N_
from handlers.reminders.report import on_report
from handlers.reminders.sending import Reminding
from handlers.reminders.settled import subjects_of
from handlers.reminders.wishes import Wishes

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "reminders": (N_("Reminders"), N_("My reminders")),
    "reminder_settings": (N_("Reminder settings"),),
    "reminder_log": (N_("Who was reminded"),),
    "report": (N_("Weekly report"),),
    "calendar": (N_("Working calendar"),),
}


class ReminderRoutes:
    def __init__(self, kinds: Kinds) -> None:
        self.reminding = Reminding(kinds)
        self._wishes = Wishes(kinds, self.reminding)

    def commands(self) -> Mapping[str, Callable[[Context], object]]:
        return {
            "reminders": self._wishes.show_mine,
            "reminder_settings": self._wishes.show_settings,
            "reminder_log": self._wishes.show_log,
            "report": on_report,
            "calendar": calendar.show_calendar,
        }

    def taps(self) -> Mapping[str, tuple[Callable[..., object], str]]:
        wishes, name, word = self._wishes, r"\d{8}(-\d{4})?", r"[a-z_]{1,24}"
        return {
            "rl": (wishes.on_later, name),
            "rb": (wishes.on_back, name),
            "rs": (wishes.on_snooze, rf"{name}:{word}"),
            "rm": (wishes.on_mute, name),
            "rw": (wishes.show_settings, ""),
            "rq": (wishes.on_turn, word),
            "rg": (wishes.show_log, r"\d{1,6}"),
            "fu": (wishes.on_followed_up, r"\d{1,18}"),
            "ip": (wishes.on_inspected, r"\d{4}Q[1-4]/[\w-]{1,32}"),
            "wk": (calendar.show_calendar, ""),
        }

    def on_text(self, ctx: Context, text: str) -> bool:
        """Take a day that is entered into the calendar."""
        return calendar.on_sentence(ctx, text)

    def on_events(self, telling: Telling) -> None:
        """Bring the reminders up to date of whatever has just changed."""
        if telling.work.events:
            subjects = subjects_of(telling.work, telling.work.events)
            if subjects:
                self.reminding.on_settled(telling, subjects)
