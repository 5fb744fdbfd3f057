"""The sandbox as a server on this machine: a strict Telegram Bot API, and its people's side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from aiohttp import web

from bot.sandbox.bot_api import add_bot_routes
from bot.sandbox.gatekeeping import add_safe_headers, guard
from bot.sandbox.people import SandboxPerson
from bot.sandbox.rules import SandboxRules
from bot.sandbox.sandbox import SANDBOX, Sandbox
from bot.sandbox.user_api import add_user_routes

HOST = "127.0.0.1"
JSON_BYTES = 4 * 1024 * 1024  # files stream to disk and are measured there
STOPPED_WITHIN = 5.0


def create_app(
    data: Path, *, token: str, people: Sequence[SandboxPerson], rules: SandboxRules | None = None
) -> web.Application:
    """Make the application. data: the folder of `sandbox.db`, which is opened when the server starts."""

    async def live(app: web.Application) -> AsyncIterator[None]:
        sandbox = app[SANDBOX] = Sandbox(data, token=token, people=people, rules=rules or SandboxRules())
        sandbox.webhook.start()
        yield
        await sandbox.webhook.stop()
        sandbox.store.close()

    app = web.Application(middlewares=[guard], client_max_size=JSON_BYTES)
    app.cleanup_ctx.append(live)
    app.on_shutdown.append(end_waiting)
    app.on_response_prepare.append(add_safe_headers)
    add_bot_routes(app)
    add_user_routes(app)
    return app


async def end_waiting(app: web.Application) -> None:
    """Answer the long poll and end the streams, so that stopping waits for nobody."""
    sandbox = app[SANDBOX]
    sandbox.updates.end_poll()
    sandbox.streams.close()


class SandboxServer:
    """A sandbox that listens on the loopback interface."""

    def __init__(
        self,
        data: Path,
        *,
        token: str,
        people: Sequence[SandboxPerson] = (),
        rules: SandboxRules | None = None,
    ) -> None:
        self._app = create_app(data, token=token, people=people, rules=rules)
        # Nothing may log the address of a call: it holds the token.
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=STOPPED_WITHIN)

    async def start(self, port: int = 0) -> str:
        """Listen and give the base address. port: 0 for any free one."""
        try:
            await self._runner.setup()
            site = web.TCPSite(self._runner, HOST, port)
            await site.start()
        except BaseException:
            await self._runner.cleanup()
            raise
        bound: int = self._runner.addresses[0][1]
        return f"http://{HOST}:{bound}"

    async def stop(self) -> None:
        await self._runner.cleanup()


async def serve(
    data: Path, port: int, people: Sequence[SandboxPerson], token: str, rules: SandboxRules | None = None
) -> None:
    """Serve until cancelled."""
    server = SandboxServer(data, token=token, people=people, rules=rules)
    await server.start(port)
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()
