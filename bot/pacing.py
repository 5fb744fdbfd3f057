"""A token bucket on a given clock: so many a second, a few ahead."""

from __future__ import annotations


class Pace:
    """rate: a second. burst: how many may go at once after a rest. Times are seconds of any steady clock."""

    __slots__ = ("_burst", "_rate", "_since", "_tokens")

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._tokens = float(burst)
        self._since = 0.0

    def ready_at(self, now: float, kept: int = 0) -> float:
        """Tell when the next one may go and leave `kept` of the burst; not later than `now` if at once."""
        self._fill(now)
        wanted = 1 + kept
        return now if self._tokens >= wanted else now + (wanted - self._tokens) / self._rate

    def rested(self, now: float) -> bool:
        """Tell whether nothing that went before weighs any more."""
        self._fill(now)
        return self._tokens >= self._burst

    def take(self, now: float) -> None:
        self._fill(now)
        self._tokens -= 1

    def _fill(self, now: float) -> None:
        if now > self._since:
            self._tokens = min(self._burst, self._tokens + (now - self._since) * self._rate)
            self._since = now
