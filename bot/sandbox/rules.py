"""What a sandbox enforces, and the clock it lives by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class SandboxRules:
    """Limits of the sandbox, by default about those of Telegram.

    now: seconds since 1970, UTC. sleep: pauses between webhook attempts and during a stall.
    *_rate: messages a second, sustained. *_burst: messages at once. *_life: seconds an update waits.
    """

    now: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    flood_limits: bool = True
    chat_rate: float = 1.0
    chat_burst: int = 20
    total_rate: float = 30.0
    total_burst: int = 30
    message_life: float = DAY
    tap_life: float = 150.0
    heartbeat: float = 15.0
