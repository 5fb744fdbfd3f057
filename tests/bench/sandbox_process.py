"""Sandboxes of the benchmark in one process of their own, each with a record of when calls came and went.

`python -m tests.bench.sandbox_process FOLDER PLOTS`; PLOTS is JSON, one object a sandbox. The addresses are
written to standard output as one line of JSON once all of them listen.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from aiohttp import web

from bot.sandbox.people import SandboxPerson
from bot.sandbox.rules import SandboxRules
from bot.sandbox.server import HOST, create_app

ANSWERS = ("sendMessage", "editMessageText")


class Record:
    """By the steady clock: when people tapped (`tap`), updates were handed to the bot (`out`), and its calls
    arrived (`in`)."""

    def __init__(self) -> None:
        self.moments: list[tuple[float, str, int]] = []

    @web.middleware
    async def stamp(self, request: web.Request, handler: Any) -> web.StreamResponse:
        came = perf_counter()
        if request.path.endswith("/taps"):
            self.moments.append((came, "tap", int(request.path.split("/")[-2])))
        response: web.StreamResponse = await handler(request)
        if request.path.startswith("/bot") and isinstance(response, web.Response) and response.status == 200:
            self._note(request.path.rpartition("/")[2], came, str(response.text))
        return response

    def _note(self, method: str, came: float, answer: str) -> None:
        if method == "getUpdates":
            gone = perf_counter()
            for update in json.loads(answer)["result"]:
                source = update.get("message") or update["callback_query"]["message"]
                self.moments.append((gone, "out", source["chat"]["id"]))
        elif method in ANSWERS:
            self.moments.append((came, "in", json.loads(answer)["result"]["chat"]["id"]))

    async def show(self, request: web.Request) -> web.Response:
        """Give what was recorded since the last time."""
        moments, self.moments = self.moments, []
        return web.json_response(moments)


async def open_sandbox(folder: Path, plot: dict[str, Any]) -> str:
    people = [SandboxPerson(chat_id, f"P{chat_id}") for chat_id in plot["chats"]]
    rules = SandboxRules(**plot["rules"])
    app = create_app(folder, token=plot["token"], people=people, rules=rules)
    record = Record()
    app.middlewares.insert(0, record.stamp)
    app.router.add_get("/bench/moments", record.show)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    return f"http://{HOST}:{runner.addresses[0][1]}"


async def main(folder: Path, plots: list[dict[str, Any]]) -> None:
    bases = [await open_sandbox(folder / f"sandbox{i}", plot) for i, plot in enumerate(plots)]
    print(json.dumps(bases), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
