"""Updates that are pushed instead of fetched: the secret is checked, and 200 follows the commit."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from bot import messengers
from bot.messengers.port import Messenger
from bot.settings import Webhook as WebhookSettings
from bot.webhook import HEADER, Webhook
from handlers.ui import InboundEvent, MessageReceived
from tests.support.sandbox import REP, TOKEN, RunningSandbox, running_sandbox

SECRET = "s" * 40


class Recorder:
    """Takes events as the intake does, and lets a test wait for one."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[InboundEvent] = asyncio.Queue()

    async def take(self, event: InboundEvent) -> None:
        await self.events.put(event)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listening(messenger: Messenger, recorder: Recorder, port: int, url: str) -> asyncio.Task[None]:
    settings = WebhookSettings(url=url, listen=f"127.0.0.1:{port}", secret=SECRET)  # type: ignore[arg-type]
    return asyncio.create_task(Webhook(messenger, recorder, settings).run())  # type: ignore[arg-type]


async def pushed(sandbox: RunningSandbox, recorder: Recorder, text: str) -> InboundEvent:
    await sandbox.says(REP, text)
    return await asyncio.wait_for(recorder.events.get(), 15)


@pytest.mark.parametrize("client", ["ptb", "aiogram"])
async def test_an_update_is_pushed_with_the_secret_and_becomes_an_event(tmp_path: Path, client: str) -> None:
    async with running_sandbox(tmp_path) as sandbox:
        messenger = messengers.create(client, TOKEN, sandbox.base)  # type: ignore[arg-type]
        recorder, port = Recorder(), free_port()
        await messenger.open()
        task = await listening(messenger, recorder, port, f"http://127.0.0.1:{port}/")
        event = await pushed(sandbox, recorder, "你好")
        assert event.what == MessageReceived("你好")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await messenger.subscribe("", "")
        await sandbox.says(REP, "再见")
        batch = await messenger.receive("", 5)
        assert [e.what for e in batch.events] == [MessageReceived("再见")]
        await messenger.close()


async def test_a_push_without_the_secret_is_refused(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path) as sandbox:
        messenger = messengers.create("ptb", TOKEN, sandbox.base)
        recorder, port = Recorder(), free_port()
        await messenger.open()
        task = await listening(messenger, recorder, port, f"http://127.0.0.1:{port}/")
        await pushed(sandbox, recorder, "听见了")
        async with aiohttp.ClientSession() as http:
            for secret in ("", "wrong", SECRET[:-1]):
                headers = {HEADER: secret} if secret else {}
                answer = await http.post(f"http://127.0.0.1:{port}/", json={"update_id": 1}, headers=headers)
                assert answer.status == 403
            garbled = await http.post(f"http://127.0.0.1:{port}/", data=b"{", headers={HEADER: SECRET})
            assert garbled.status == 400
        assert recorder.events.empty()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await messenger.close()


def test_a_short_secret_is_not_accepted() -> None:
    settings = WebhookSettings(url="https://example.invalid/", secret="short")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 32"):
        Webhook(messengers.create("ptb", TOKEN, "http://127.0.0.1:1"), Recorder(), settings)  # type: ignore[arg-type]
