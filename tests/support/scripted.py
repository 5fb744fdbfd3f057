"""A messenger that answers as a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from bot.messengers.port import Batch, Capabilities, MessengerError
from handlers.ui import InboundEvent, View
from tests.support.company import CHANNEL

PATIENCE = 20.0  # seconds that nothing here needs


@dataclass(frozen=True)
class Call:
    """One call that reached the messenger. at: loop time. error: what it was answered with."""

    verb: str
    chat_id: str
    text: str
    message_id: str
    at: float
    error: MessengerError | None = None


class ScriptedMessenger:
    """Implements bot.messengers.port.Messenger.

    `fails` queues answers for the next calls to a chat, `fails_any` for the next to whichever chat.
    """

    channel = CHANNEL
    capabilities = Capabilities(4096, 1024, 200, 64, 8, 100, True, 20_000_000, 50_000_000)

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.begun = 0
        self.acknowledged: list[tuple[str, str]] = []
        self.late = False  # taps came too late to be answered
        self.inbound: asyncio.Queue[Batch | MessengerError] = asyncio.Queue()
        self.cursors: list[str] = []
        self._scripts: defaultdict[str, deque[MessengerError]] = defaultdict(deque)
        self._ids = count(1)
        self._changed = asyncio.Condition()
        self.gate: asyncio.Event | None = None

    def fails(self, chat_id: str, *errors: MessengerError) -> None:
        self._scripts[chat_id].extend(errors)

    def fails_any(self, *errors: MessengerError) -> None:
        self._scripts[""].extend(errors)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Chat and text of every new message that went through, in order."""
        return [(c.chat_id, c.text) for c in self.calls if c.verb == "send" and c.error is None]

    def texts(self, chat_id: str) -> list[str]:
        return [text for chat, text in self.sent if chat == chat_id]

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait for calls until `reached`."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(reached)

    async def until_sent(self, number: int) -> None:
        await self.until(lambda: len(self.sent) >= number)

    async def until_begun(self, number: int) -> None:
        """Wait until so many calls were begun, be they held at the gate or not."""
        await self.until(lambda: self.begun >= number)

    async def until_called(self, number: int) -> None:
        await self.until(lambda: len(self.calls) >= number)

    # --- the port ----------------------------------------------------------------------------------------

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def receive(self, cursor: str, wait: float) -> Batch:
        self.cursors.append(cursor)
        batch = await self.inbound.get()
        if isinstance(batch, MessengerError):
            raise batch
        return batch

    def decode(self, body: dict[str, Any]) -> InboundEvent | None:
        return None

    async def send(self, chat_id: str, view: View, files: Path) -> str:
        await self._call("send", chat_id, view)
        return f"m{next(self._ids)}"

    async def revise(self, chat_id: str, message_id: str, view: View) -> None:
        await self._call("revise", chat_id, view, message_id)

    async def acknowledge(self, handle: str, notice: str) -> bool:
        async with self._changed:
            self.acknowledged.append((handle, notice))
            self._changed.notify_all()
        return not self.late

    async def _nothing(self) -> AsyncIterator[bytes]:
        yield b""

    def fetch(self, file_id: str) -> AsyncIterator[bytes]:
        return self._nothing()

    async def invitation_link(self, payload: str) -> str:
        return f"https://example.invalid/?start={payload}"

    async def _call(self, verb: str, chat_id: str, view: View, message_id: str = "") -> None:
        async with self._changed:
            self.begun += 1
            self._changed.notify_all()
        if self.gate is not None:
            await self.gate.wait()
        script = self._scripts[chat_id] or self._scripts[""]
        error = script.popleft() if script else None
        at = asyncio.get_running_loop().time()
        async with self._changed:
            self.calls.append(Call(verb, chat_id, view.text, message_id, at, error))
            self._changed.notify_all()
        if error is not None:
            raise error
