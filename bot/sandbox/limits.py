"""Flood control: so many messages a second in one chat and in all together, with bursts."""

from __future__ import annotations

import math

from bot.sandbox.rules import SandboxRules


class Bucket:
    """A token bucket that starts full. rate: tokens a second."""

    __slots__ = ("_at", "_rate", "_size", "_tokens")

    def __init__(self, rate: float, size: int, at: float) -> None:
        self._rate = rate
        self._size = size
        self._tokens = float(size)
        self._at = at

    def shortage(self, at: float) -> float:
        """Give the seconds until a token is there; 0 when one is there already."""
        self._tokens = min(self._size, self._tokens + max(0.0, at - self._at) * self._rate)
        self._at = at
        return max(0.0, (1.0 - self._tokens) / self._rate)

    def take(self) -> None:
        self._tokens -= 1.0


class FloodGate:
    """Admits messages of the bot at the rates of the rules."""

    def __init__(self, rules: SandboxRules) -> None:
        self._rules = rules
        self._total = Bucket(rules.total_rate, rules.total_burst, rules.now())
        self._chats: dict[int, Bucket] = {}

    def admit(self, chat_id: int) -> int:
        """Count one message for the chat; give 0, or the whole seconds to wait if it is refused."""
        rules = self._rules
        if not rules.flood_limits:
            return 0
        at = rules.now()
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = Bucket(rules.chat_rate, rules.chat_burst, at)
        shortage = max(chat.shortage(at), self._total.shortage(at))
        if shortage > 1e-6:  # rounding of the clock is not a shortage
            return math.ceil(shortage - 1e-6)
        chat.take()
        self._total.take()
        return 0
