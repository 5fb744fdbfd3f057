"""The queue of updates and the long poll that empties it.

An update stays until a later offset confirms it or its life ends. One that is redelivered on request is
given once more whatever the offset, after its first delivery is confirmed.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.sandbox.bot_errors import conflict
from bot.sandbox.rules import SandboxRules
from bot.sandbox.store import CONFIRMED, EXPIRED, Store

FIRST_UPDATE_ID = 100_000_001
POLL_SECONDS = 50  # Telegram caps a long poll here
LISTED_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Update:
    """A queued update. raw: its JSON; expires: seconds since 1970."""

    update_id: int
    expires: float
    raw: str


class UpdateQueue:
    """The updates of the bot, in order. Whoever changes it commits the store afterwards."""

    def __init__(self, store: Store, rules: SandboxRules) -> None:
        self._store = store
        self._rules = rules
        self._waiting = deque(Update(*row) for row in store.unconfirmed())
        self._again = {row[0]: Update(row[0], float("inf"), row[1]) for row in store.to_give_again()}
        self._given_again: set[int] = set()
        self._allowed: list[str] = store.get("setting", "allowed_updates", [])
        self._soonest = min((update.expires for update in self._waiting), default=float("inf"))
        self._poller: asyncio.Future[None] | None = None
        self._arrived = asyncio.Event()
        self.last_update_id = int(store.get("counter", "update", FIRST_UPDATE_ID - 1))
        self.queued, self.confirmed = store.update_counts()

    @property
    def allowed(self) -> list[str]:
        return self._allowed

    def allow(self, kinds: Sequence[str]) -> None:
        """Queue only these kinds from now on; none listed means the usual ones."""
        if list(kinds) != self._allowed:
            self._allowed = list(kinds)
            self._store.put("setting", "allowed_updates", self._allowed)

    def add(self, kind: str, content: dict[str, Any]) -> int | None:
        """Queue an update and wake who waits; None when the bot does not want this kind."""
        if kind not in self._allowed if self._allowed else kind in LISTED_ONLY:
            return None
        rules = self._rules
        self.last_update_id += 1
        life = rules.tap_life if kind == "callback_query" else rules.message_life
        raw = json.dumps({"update_id": self.last_update_id, kind: content}, ensure_ascii=False)
        update = Update(self.last_update_id, rules.now() + life, raw)
        self._store.put_update(update.update_id, kind, update.expires, raw)
        self._store.put("counter", "update", self.last_update_id)
        self._waiting.append(update)
        self._soonest = min(self._soonest, update.expires)
        self.queued += 1
        self._wake()
        return update.update_id

    def redeliver(self, update_id: int) -> bool:
        """Give an update once more, even a confirmed one; False when it is not known."""
        raw = self._store.update(update_id)
        if raw is None:
            return False
        self._again[update_id] = Update(update_id, float("inf"), raw)
        self._given_again.discard(update_id)
        self._store.mark_again(update_id, True)
        self._wake()
        return True

    def pending(self, limit: int | None = None) -> list[Update]:
        """Give the updates to deliver now, oldest first, forgetting the expired ones."""
        if self._rules.now() >= self._soonest:
            self._forget_expired()
        if not self._again:
            return list(islice(self._waiting, limit))
        first_time = {update.update_id for update in self._waiting}
        again = [update for update in self._again.values() if update.update_id not in first_time]
        return sorted([*again, *self._waiting], key=lambda update: update.update_id)[:limit]

    def confirm(self, offset: int) -> None:
        """Confirm what lies below the offset; a negative one keeps only so many of the newest."""
        if offset < 0:
            pending = self.pending()
            offset = pending[max(0, len(pending) + offset)].update_id if pending else 0
        done: list[int] = []
        while self._waiting and self._waiting[0].update_id < offset:
            done.append(self._waiting.popleft().update_id)
        self._settle(done)
        for update_id in [one for one in self._given_again if one < offset]:
            self._end_again(update_id)

    def confirm_one(self, update: Update) -> None:
        """Confirm a single update that a webhook accepted."""
        if self._again.get(update.update_id) is update:
            self._end_again(update.update_id)
        elif update in self._waiting:
            self._waiting.remove(update)
            self._settle([update.update_id])

    def forget_all(self) -> None:
        """Drop whatever is queued (`drop_pending_updates`)."""
        self._settle([update.update_id for update in self._waiting])
        self._waiting.clear()
        for update_id in list(self._again):
            self._end_again(update_id)

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Update]:
        """Confirm, then wait for updates. Raises BotApiError 409 when another poll takes over."""
        self.end_poll(
            "terminated by other getUpdates request; make sure that only one bot instance is running"
        )
        if offset:
            self.confirm(offset)
        self._store.commit()
        if not (batch := self.pending(limit)) and seconds > 0:
            poller = self._poller = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(min(seconds, POLL_SECONDS)):
                    await poller
            except TimeoutError:
                pass
            finally:
                if self._poller is poller:
                    self._poller = None
            batch = self.pending(limit)
        return batch

    def handed_over(self, batch: list[Update]) -> None:
        """Note that a poller got these, so that its next offset can confirm those given again."""
        self._given_again.update(one.update_id for one in batch if self._again.get(one.update_id) is one)

    def end_poll(self, reason: str = "") -> None:
        """End the running long poll: with nothing, or with 409 and the reason."""
        if self._poller and not self._poller.done():
            if reason:
                self._poller.set_exception(conflict(reason))
            else:
                self._poller.set_result(None)

    async def first(self) -> Update:
        """Wait for the next update to push."""
        while not (pending := self.pending(1)):
            self._arrived.clear()
            await self._arrived.wait()
        return pending[0]

    def _wake(self) -> None:
        self._arrived.set()
        if self._poller and not self._poller.done():
            self._poller.set_result(None)

    def _forget_expired(self) -> None:
        at = self._rules.now()
        expired = [update.update_id for update in self._waiting if update.expires <= at]
        self._store.end_updates(expired, EXPIRED)
        self._waiting = deque(update for update in self._waiting if update.expires > at)
        self._soonest = min((update.expires for update in self._waiting), default=float("inf"))

    def _settle(self, update_ids: list[int]) -> None:
        if update_ids:
            self._store.end_updates(update_ids, CONFIRMED)
            self.confirmed += len(update_ids)

    def _end_again(self, update_id: int) -> None:
        del self._again[update_id]
        self._given_again.discard(update_id)
        self._store.mark_again(update_id, False)
