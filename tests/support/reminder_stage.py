"""A story played on a database in virtual time, and what the sweep of reminders said in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Engine

from bot.app import make_turns
from bot.reminding import sweep_once
from bot.settings import load_settings
from tests.support.company import CHANNEL
from tests.support.database import rows
from tests.support.reminder_facts import Facts
from tests.support.reminder_script import Script, open_company
from tests.support.reminder_table import ZONE, Entry


class Stage:
    """A company to which happens what `facts` tell, when the clock comes to it."""

    def __init__(self, engine: Engine, facts: Facts) -> None:
        self._engine = engine
        self._turns, _languages = make_turns(load_settings())
        self._acts = Script(facts).acts
        self._done = 0
        with engine.begin() as connection:
            open_company(self._turns.work(connection), facts)

    def sweep(self, now: datetime) -> int:
        """Let everything happen until now, then look what is due; give how much was said."""
        with self._engine.begin() as connection:
            work = self._turns.work(connection)
            while self._done < len(self._acts) and self._acts[self._done][0] <= now:
                self._acts[self._done][1](work)
                work.session.flush()
                self._done += 1
            return sweep_once(self._turns, self._turns.work(connection), CHANNEL, now)

    def live(self, first: date, last: date, hours: Iterable[int]) -> None:
        """Let days go by, sweeping at these hours."""
        moments = [time(hour) for hour in hours]
        for at in range((last - first).days + 1):
            for moment in moments:
                self.sweep(datetime.combine(first + timedelta(days=at), moment, ZONE))

    def said(self) -> Counter[Entry]:
        return Counter(entry for entry, _late in self.told())

    def told(self) -> list[tuple[Entry, bool]]:
        """Give every reminder in its order, and whether it was marked late."""
        query = "SELECT rule, concern, subject, staff_no, at, card, late FROM reminders ORDER BY at, subject"
        with self._engine.connect() as connection:
            return [
                (Entry(rule, concern, subject, to, _moment(at), not card.startswith("digest:")), bool(late))
                for rule, concern, subject, to, at, card, late in rows(connection, query)
            ]

    def messages(self) -> list[tuple[str, datetime, str]]:
        """Give to whom, when and as which card each message went; revisions of it apart."""
        query = (
            "SELECT staff_no, created_at, card FROM outbox JOIN accounts USING (channel, chat_id) "
            "WHERE NOT revises ORDER BY outbox.id"
        )
        with self._engine.connect() as connection:
            return [(staff_no, _moment(at), card) for staff_no, at, card in rows(connection, query)]


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC).astimezone(ZONE)
