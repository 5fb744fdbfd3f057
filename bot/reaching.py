"""Reaching the messenger at start, however long the network is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.messengers.port import NotSent, OutcomeUnknown, RateLimited
from bot.verdicts import USUAL, pick

log = logging.getLogger(__name__)


async def reach(act: Callable[[], Awaitable[None]]) -> None:
    """Do what may be repeated until it succeeds; what waiting cannot mend is raised."""
    failures = 0
    while True:
        try:
            await act()
            return
        except (NotSent, OutcomeUnknown, RateLimited) as error:
            wait = error.retry_after if isinstance(error, RateLimited) else pick(USUAL.outage, failures)
            log.warning("the messenger cannot be reached (%s); again in %s s", type(error).__name__, wait)
            failures += 1
            await asyncio.sleep(wait)
