"""A running sandbox for tests, with a bot's and a person's hands on it, over real HTTP."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.people import SandboxPerson
from bot.sandbox.rules import SandboxRules
from bot.sandbox.server import SandboxServer

TOKEN = "4200001:sandbox-secret"
PEOPLE = (SandboxPerson(101, "王芳", "销售代表", "S001"), SandboxPerson(102, "李伟", "销售总监", "S002"))
REP, MANAGER = 101, 102


@dataclass
class Clock:
    """A clock that tests move; pausing moves it too and is remembered."""

    at: float = 1_795_400_000.0
    pauses: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        self.at += seconds


@dataclass(frozen=True)
class Answer:
    """What an HTTP request gave."""

    status: int
    body: Any
    headers: Any


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox, and one HTTP client that plays the bot and the people."""

    base: str
    http: aiohttp.ClientSession
    token: str = TOKEN

    async def call(self, method: str, *, token: str = "", **params: Any) -> Answer:
        """Call a bot method with a JSON body."""
        return await self.ask("POST", f"/bot{token or self.token}/{method}", json=params)

    async def result(self, method: str, **params: Any) -> Any:
        """Call a bot method that must succeed."""
        answer = await self.call(method, **params)
        assert answer.status == 200, answer.body
        return answer.body["result"]

    async def refusal(self, method: str, **params: Any) -> tuple[int, str]:
        """Call a bot method that must fail; give code and description."""
        answer = await self.call(method, **params)
        assert answer.body["ok"] is False
        assert answer.body["error_code"] == answer.status
        return answer.status, answer.body["description"]

    async def says(self, chat_id: int, text: str, **more: Any) -> Any:
        answer = await self.ask("POST", f"/sandbox/chats/{chat_id}/messages", json={"text": text, **more})
        assert answer.status == 200, answer.body
        return answer.body

    async def sends_files(self, chat_id: int, *files: tuple[str, bytes], **words: str) -> Any:
        form = aiohttp.FormData()
        for name, content in files:
            form.add_field("file", io.BytesIO(content), filename=name)
        for name, word in words.items():
            form.add_field(name, word)
        answer = await self.ask("POST", f"/sandbox/chats/{chat_id}/messages", data=form)
        assert answer.status == 200, answer.body
        return answer.body

    async def taps(self, chat_id: int, message_id: int, *, wait: float | None = None, **which: str) -> Answer:
        query = "" if wait is None else f"?wait={wait}"
        body = {"message_id": message_id, **which}
        return await self.ask("POST", f"/sandbox/chats/{chat_id}/taps{query}", json=body)

    async def messages(self, chat_id: int, after: int = 0) -> list[dict[str, Any]]:
        answer = await self.ask("GET", f"/sandbox/chats/{chat_id}/messages?after={after}")
        found: list[dict[str, Any]] = answer.body
        return found

    async def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", "/sandbox/stats")).body
        return found

    async def until_called(self, method: str, times: int = 1) -> None:
        """Wait until the bot's call has been taken up."""
        async with asyncio.timeout(5):
            while (await self.stats())["calls"].get(method, 0) < times:
                pass

    async def fault(self, method: str, kind: str, count: int = 1, **more: float) -> None:
        body = {"method": method, "kind": kind, "count": count, **more}
        answer = await self.ask("POST", "/sandbox/faults", json=body)
        assert answer.body == {"armed": count}

    async def ask(self, verb: str, path: str, **kwargs: Any) -> Answer:
        async with self.http.request(verb, self.base + path, **kwargs) as response:
            raw = await response.read()
            parsed = json.loads(raw) if response.content_type == "application/json" else raw
            return Answer(response.status, parsed, response.headers)


@asynccontextmanager
async def running_sandbox(
    folder: Path,
    *,
    people: Sequence[SandboxPerson] = PEOPLE,
    rules: SandboxRules | None = None,
    token: str = TOKEN,
    port: int = 0,
) -> AsyncIterator[RunningSandbox]:
    """Run a sandbox on the folder; leaving and entering again is a restart."""
    server = SandboxServer(folder, token=token, people=people, rules=rules)
    base = await server.start(port)
    try:
        async with aiohttp.ClientSession() as http:
            yield RunningSandbox(base, http, token)
    finally:
        await server.stop()


def ruled_by(clock: Clock, **rules: Any) -> SandboxRules:
    """Make rules that live by the clock of the test."""
    return SandboxRules(now=clock.now, sleep=clock.sleep, **rules)


@dataclass
class Receiver:
    """A bot's webhook that answers with the given statuses in turn, then 200."""

    statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    received: asyncio.Queue[tuple[dict[str, Any], str | None]] = field(default_factory=asyncio.Queue)
    url: str = ""

    async def next(self) -> tuple[dict[str, Any], str | None]:
        """Give the next pushed update and its secret."""
        async with asyncio.timeout(5):
            return await self.received.get()


@asynccontextmanager
async def receiver(*statuses: tuple[int, dict[str, str]]) -> AsyncIterator[Receiver]:
    """Run a webhook on loopback."""
    hook = Receiver(list(statuses))

    async def on_update(request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        hook.received.put_nowait((await request.json(), secret))
        status, headers = hook.statuses.pop(0) if hook.statuses else (200, {})
        return web.Response(status=status, headers=headers)

    app = web.Application()
    app.router.add_post("/hook", on_update)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield hook
    finally:
        await runner.cleanup()
