"""Time: the one place that asks what time it is, and the scheduler that wakes the sweeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

Sweep = Callable[[], Awaitable[None]]


def now() -> datetime:
    """Give the present moment, aware, in UTC."""
    return datetime.now(UTC)


class Sweeps:
    """Wakes sweeps. They find their work in the database, so one that is late or runs twice does no harm."""

    def __init__(self) -> None:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: PLC0415 - who only asks the time

        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )

    def every(self, seconds: int, sweep: Sweep) -> None:
        """Run `sweep` now and then again every `seconds`."""
        self._scheduler.add_job(sweep, "interval", seconds=seconds, next_run_time=now())

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
