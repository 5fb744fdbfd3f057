"""The webhook: pushes updates one after the other and repeats each until the bot accepts it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict, dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.rules import SandboxRules
from bot.sandbox.store import Store
from bot.sandbox.updates import UpdateQueue

LONGEST_PAUSE = 60.0
LONGEST_RETRY_AFTER = 3600.0
PUSH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    url: str = ""
    secret_token: str = ""
    max_connections: int = 40


def pause_after(failures: int) -> float:
    """Give the seconds before the next attempt: none, 2, 4, 8 … 60."""
    return 0.0 if failures <= 1 else min(2.0 ** (failures - 1), LONGEST_PAUSE)


class Webhook:
    """Pushes the queue to the bot's address while one is set."""

    def __init__(self, queue: UpdateQueue, store: Store, rules: SandboxRules) -> None:
        self._queue = queue
        self._store = store
        self._rules = rules
        self._task: asyncio.Task[None] | None = None
        self.settings = WebhookSettings(**store.get("setting", "webhook", {}))
        self.last_error: tuple[int, str] | None = None

    async def set(self, settings: WebhookSettings) -> None:
        """Push to a new address from now on; an empty url ends the pushing."""
        await self.stop()
        self.settings = settings
        self.last_error = None
        self._store.put("setting", "webhook", asdict(settings))
        if settings.url:
            self._queue.end_poll("terminated by setWebhook request")
        self.start()

    def start(self) -> None:
        if self.settings.url:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        failures, failed_id = 0, 0
        async with ClientSession(timeout=ClientTimeout(total=PUSH_SECONDS)) as session:
            while True:
                update = await self._queue.first()
                retry_after = await self._push(session, update.raw)
                if retry_after is None:
                    self._queue.confirm_one(update)
                    self._store.commit()
                    continue
                failures = failures + 1 if failed_id == update.update_id else 1
                failed_id = update.update_id
                if pause := retry_after or pause_after(failures):
                    await self._rules.sleep(pause)

    async def _push(self, session: ClientSession, raw: str) -> float | None:
        """Push once; give None when accepted, else the seconds the bot asked for (0 when it did not)."""
        headers = {"Content-Type": "application/json"}
        if self.settings.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.settings.secret_token
        try:
            async with session.post(self.settings.url, data=raw.encode(), headers=headers) as response:
                if 200 <= response.status < 300:
                    return None
                wish = response.headers.get("Retry-After", "")
                reason = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (ClientError, TimeoutError, OSError) as error:
            wish, reason = "", f"Connection failed: {type(error).__name__}"
        self.last_error = (int(self._rules.now()), reason)
        return min(float(wish), LONGEST_RETRY_AFTER) if wish.isdecimal() else 0.0
