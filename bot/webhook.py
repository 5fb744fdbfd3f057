"""Webhook intake: pushed updates become turns; 200 is answered only after the commit."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging

from aiohttp import web

from bot.intake import Intake
from bot.messengers.port import Messenger
from bot.reaching import reach
from bot.settings import Webhook as WebhookSettings

log = logging.getLogger(__name__)

SECRET_LENGTH = 32
BODY_BYTES = 1_000_000
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Webhook:
    """Has updates pushed to us, behind a reverse proxy. Raises ValueError without a long enough secret."""

    def __init__(self, messenger: Messenger, intake: Intake, settings: WebhookSettings) -> None:
        self._secret = settings.secret.get_secret_value()
        if len(self._secret) < SECRET_LENGTH:
            raise ValueError(f"messenger.webhook.secret needs at least {SECRET_LENGTH} characters")
        self._url = settings.url
        self._messenger = messenger
        self._intake = intake
        self._host, _, port = settings.listen.rpartition(":")
        self._port = int(port)

    async def run(self) -> None:
        """Serve until cancelled."""
        app = web.Application(client_max_size=BODY_BYTES)
        app.router.add_post("/", self._receive)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            await reach(lambda: self._messenger.subscribe(self._url, self._secret))
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return web.Response(status=403)
        try:
            body = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400)
        event = self._messenger.decode(body) if isinstance(body, dict) else None
        if event is not None:
            await self._intake.take(event)
        return web.Response()
