"""The people's side of a sandbox: they type and tap, and see the answers arrive on its event stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import aiohttp

from tests.bench.filing import Step

PATIENCE = 60.0  # seconds; a bot that takes longer has failed
GREETED = "要办什么"
_HEADERS = {"Content-Type": "application/json"}


@dataclass
class Visitors:
    """Everybody who uses one bot. questions: the message with the present question, by chat."""

    base: str
    http: aiohttp.ClientSession
    questions: dict[int, dict[str, Any]] = field(default_factory=dict)
    _waiting: dict[int, tuple[str, asyncio.Future[tuple[float, dict[str, Any]]]]] = field(
        default_factory=dict
    )

    async def take(self, chat_id: int, step: Step) -> float:
        """Do one step; give the moment its answer arrived, on the machine's steady clock."""
        future: asyncio.Future[tuple[float, dict[str, Any]]] = asyncio.get_running_loop().create_future()
        self._waiting[chat_id] = (step.mark, future)
        posted = asyncio.create_task(self._post(chat_id, step))
        async with asyncio.timeout(PATIENCE):
            arrived, self.questions[chat_id] = await future
            await posted
        return arrived

    async def say(self, chat_id: int, text: str) -> None:
        await self.ask(f"/sandbox/chats/{chat_id}/messages", {"text": text})

    async def stats(self) -> dict[str, Any]:
        async with self.http.get(f"{self.base}/sandbox/stats") as response:
            found: dict[str, Any] = await response.json()
            return found

    async def moments(self) -> list[tuple[float, str, int]]:
        async with self.http.get(f"{self.base}/bench/moments") as response:
            return [(at, kind, chat) for at, kind, chat in await response.json()]

    async def settled(self) -> dict[str, Any]:
        """Wait until the bot has fallen silent and nothing is unconfirmed; give the statistics."""
        quiet, before = 0, await self.stats()
        while quiet < 5:
            await asyncio.sleep(0.03)  # the distance of two looks, not a wait for anything
            now = await self.stats()
            quiet = quiet + 1 if now["calls"] == before["calls"] and not now["updates_pending"] else 0
            before = now
        return before

    async def _post(self, chat_id: int, step: Step) -> None:
        if step.text:
            await self.say(chat_id, step.text)
            return
        message = self.questions[chat_id]
        button = message["buttons"][step.row][step.column]
        body = {"message_id": message["message_id"], "data": button["data"]}
        await self.ask(f"/sandbox/chats/{chat_id}/taps", body)

    async def ask(self, path: str, body: dict[str, Any]) -> None:
        async with self.http.post(self.base + path, data=json.dumps(body), headers=_HEADERS) as response:
            if response.status != 200:
                raise RuntimeError(f"{path} gave {response.status}: {await response.text()}")

    async def _listen(self, opened: asyncio.Event) -> None:
        async with self.http.get(f"{self.base}/sandbox/events") as response:
            async for raw in response.content:
                opened.set()
                if raw.startswith(b"data: "):
                    self._see(perf_counter(), json.loads(raw[6:]))

    def _see(self, at: float, message: dict[str, Any]) -> None:
        mark, future = self._waiting.get(message["chat_id"], ("", None))
        if future is None or message.get("from") != "bot" or mark not in message["text"]:
            return
        del self._waiting[message["chat_id"]]
        future.set_result((at, message))


@asynccontextmanager
async def visiting(base: str) -> AsyncIterator[Visitors]:
    """Open the event stream of a sandbox."""
    timeout = aiohttp.ClientTimeout(total=None)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http:
        visitors, opened = Visitors(base, http), asyncio.Event()
        listening = asyncio.create_task(visitors._listen(opened))
        await opened.wait()
        try:
            yield visitors
        finally:
            listening.cancel()
