"""Saying what is due: each reminder is written down and put into the outbox in one transaction, or neither.

Whoever comes second, be it another process or the same one after a restart, finds it written down and says
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from domain.reminders.planning import due_to, is_live, last_digest_day, moment_of, say
from domain.reminders.register import Reminder, Snooze
from domain.reminders.rules import LATER, Due, Moment, Rule
from handlers.approvals import cards
from handlers.approvals.kinds import Kinds
from handlers.context import Telling
from handlers.language import Language
from handlers.reminders.digest import PREFIX, digest_card, show_digest
from handlers.reminders.report import show_report
from handlers.ui import View, ViewBuilder, bold

KEPT_UP_TO_DATE = timedelta(days=14)


class Reminding:
    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def send_due(self, telling: Telling, staff_no: str, subjects: Iterable[str]) -> int:
        """Say to one person what is due to them: the digest, and apart from it what is urgent.

        Give how many reminders were said. Nothing is said to whom the bot cannot reach; it stays due.
        """
        at = moment_of(telling.work, telling.now)
        if not at.in_window or not _reachable(telling, staff_no):
            return 0
        dues = due_to(telling.work, staff_no, subjects, at)
        plain = [due for due in dues if not due.urgent]
        said = self._digest(telling, staff_no, plain, digest_card(staff_no, f"{at.today:%Y%m%d}"), at)
        return said + sum(self._urgent(telling, due, at) for due in dues if due.urgent)

    def send_urgent(self, telling: Telling, staff_no: str, subjects: Iterable[str]) -> int:
        """Say to one person what cannot wait for the digest."""
        at = moment_of(telling.work, telling.now)
        if not at.in_window or not _reachable(telling, staff_no):
            return 0
        dues = due_to(telling.work, staff_no, subjects, at)
        return sum(self._urgent(telling, due, at) for due in dues if due.urgent)

    def send_ended_snooze(self, telling: Telling, staff_no: str, snoozes: Sequence[Snooze]) -> int:
        """Say again what somebody put off, as far as it still stands."""
        at = moment_of(telling.work, telling.now)
        if not at.in_window or telling.work.reminders.muted(staff_no, at.today):
            return 0
        snoozes = [each for each in snoozes if telling.work.reminders.drop_snoozes([each])]
        if not _reachable(telling, staff_no):
            return 0
        dues = [
            Due(each.rule, each.subject, f"{LATER}{each.until:%Y%m%dT%H%M}", staff_no, at.today)
            for each in snoozes
        ]
        card = digest_card(staff_no, f"{at.here:%Y%m%d-%H%M}")
        still = [
            due
            for due, reminder in zip(dues, say(dues, card, at, None), strict=True)
            if is_live(telling.work, reminder)
        ]
        return self._digest(telling, staff_no, still, card, at)

    def on_settled(self, telling: Telling, subjects: Iterable[str]) -> None:
        """Bring every digest up to date that mentions what has just changed."""
        since = telling.now - KEPT_UP_TO_DATE
        for card in telling.work.reminders.cards_about(set(subjects), since):
            self.refresh(telling, card)

    def refresh(self, telling: Telling, card: str) -> None:
        if not card.startswith(PREFIX):
            return

        def make(_: Language, reader: str) -> View:
            mine = [r for r in telling.work.reminders.of_card(card) if r.staff_no == reader]
            newest = telling.work.reminders.last_card(reader, "")
            return show_digest(telling, self._kinds, _, mine, closed=newest != card)

        telling.revise_card(card, make)

    def _digest(self, telling: Telling, staff_no: str, dues: Sequence[Due], card: str, at: Moment) -> int:
        if not dues:
            return 0
        work, former = telling.work, telling.work.reminders.last_card(staff_no, card)
        said = work.reminders.claim(say(dues, card, at, last_digest_day(work)))
        if not said:
            return 0
        work.reminders.end_snoozes(said, at.now)
        telling.tell(staff_no, lambda _: show_digest(telling, self._kinds, _, said), card, bulk=True)
        if former:
            self.refresh(telling, former)
        return len(said)

    def _urgent(self, telling: Telling, due: Due, at: Moment) -> int:
        """Say one thing by itself: the card of a step that waits, or the weekly report."""
        step = None
        card = f"urgent:{due.subject}:{due.to}"
        if due.rule is Rule.APPROVAL:
            step = telling.work.requests.step_by_id(int(due.subject.partition(":")[2]))
            card = cards.step_card(step) if step is not None else card
        said: list[Reminder] = telling.work.reminders.claim(say([due], card, at, None))
        if not said:
            return 0
        if step is not None:
            request = telling.work.requests.by_id(step.request_id)
            if request is None:
                return 0

            def make(_: Language) -> View:
                waited = _("【Reminder】It has waited for {n} working hours.", n=at.rules.approval_hours)
                shown = cards.show_step(telling, _, self._kinds, request, step, due.to)
                head = ViewBuilder().say(bold(waited)).view()
                return View((*head.paragraphs, *shown.paragraphs), shown.rows)

            telling.tell(due.to, make, card, bulk=True)
        else:
            telling.tell(due.to, lambda _: show_report(telling, _, due.to), card, bulk=True)
        return 1


def _reachable(telling: Telling, staff_no: str) -> bool:
    account = telling.work.people.accounts([staff_no]).get(staff_no)
    return account is not None and account.reachable
