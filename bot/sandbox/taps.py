"""Taps on buttons: each waits for the bot's acknowledgement, and only for so long."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from bot.sandbox.bot_errors import bad_request
from bot.sandbox.rules import SandboxRules
from bot.sandbox.store import Store

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class Taps:
    """The taps not acknowledged yet. Whoever changes them commits the store afterwards."""

    def __init__(self, store: Store, rules: SandboxRules) -> None:
        self._store = store
        self._rules = rules
        self._expires: dict[str, float] = {key: body["expires"] for key, body in store.all("tap")}
        self._waiting: dict[str, asyncio.Future[str | None]] = {}
        self.acknowledged = 0

    def begin(self) -> str:
        """Give the id of a new callback query."""
        self._forget_expired()
        query_id = str(secrets.randbelow(1 << 62) + 1)
        self._expires[query_id] = self._rules.now() + self._rules.tap_life
        self._store.put("tap", query_id, {"expires": self._expires[query_id]})
        self._waiting[query_id] = asyncio.get_running_loop().create_future()
        return query_id

    async def acknowledgement(self, query_id: str, seconds: float) -> dict[str, Any]:
        """Wait for the answer to a tap and give its toast. Raises TimeoutError."""
        try:
            async with asyncio.timeout(seconds):
                return {"toast": await self._waiting[query_id]}
        finally:
            self._waiting.pop(query_id, None)

    def abandon(self, query_id: str) -> None:
        """Nobody waits for this answer; the bot may still give it."""
        self._waiting.pop(query_id, None)

    def answer(self, query_id: str, toast: str | None) -> None:
        """Acknowledge. Raises BotApiError for an unknown, already answered or expired tap."""
        expires = self._expires.pop(query_id, None)
        if expires is not None:
            self._store.drop("tap", query_id)
        if expires is None or expires <= self._rules.now():
            raise bad_request(TOO_OLD)
        self.acknowledged += 1
        waiter = self._waiting.get(query_id)
        if waiter and not waiter.done():
            waiter.set_result(toast)

    def _forget_expired(self) -> None:
        at = self._rules.now()
        while self._expires and (oldest := next(iter(self._expires))) and self._expires[oldest] <= at:
            del self._expires[oldest]
            self._store.drop("tap", oldest)
