"""`menxia demo` and `menxia sandbox`: the whole of Menxia, or its messenger alone, on this machine."""

from __future__ import annotations

import asyncio
import errno
import signal
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import typer
from pydantic import SecretStr

from bot.app import App
from bot.commands.faults import Fault
from bot.commands.folders import (
    BOT_LOCK,
    SANDBOX_LOCK,
    TOKEN_FILE,
    clear_folder,
    locked,
    make_folder,
    note_address,
    require_demo_folder,
    sandbox_token,
)
from bot.commands.opening import open_settings
from bot.commands.running import BOT_RUNS, Client, explained, until_stopped
from bot.commands.sample import list_people, prepare_sample
from bot.logs import set_up_logging
from bot.sandbox.people import SandboxPerson
from bot.sandbox.rules import SandboxRules
from bot.sandbox.server import SandboxServer
from bot.settings import DatabaseSettings, Limits, Settings, Webhook

LIMITS = Limits(per_second=25, per_chat_second=5, per_chat_burst=20)
RULES = SandboxRules(chat_rate=6, chat_burst=24, total_rate=30, total_burst=60)  # a little above LIMITS
SANDBOX_RUNS = "another demo or sandbox is running on {data}; stop it, or choose another folder with --data"


def run_demo(settings_file: Path | None, data: Path, port: int, client: Client | None, fresh: bool) -> None:
    """Run the sandbox and the bot in this process until a signal ends them."""
    set_up_logging("WARNING")
    settings = open_settings(settings_file)
    make_folder(data)
    with (
        locked(data, SANDBOX_LOCK, SANDBOX_RUNS.format(data=data)),
        locked(data, BOT_LOCK, BOT_RUNS.format(data=data)),
        explained(),
    ):
        clear_folder(data) if fresh else require_demo_folder(data)
        settings = settings.model_copy(update={"database": DatabaseSettings()})
        token = sandbox_token(data)
        prepare_sample(settings, data)
        asyncio.run(_demo(settings, data, port, client, token))


async def _demo(settings: Settings, data: Path, port: int, client: Client | None, token: str) -> None:
    people = list_people(settings, data)
    async with _sandbox(data, port, people, token, RULES) as address:
        messenger = settings.messenger.model_copy(
            update={
                "token": SecretStr(token),
                "api_base": address,
                "client": client or settings.messenger.client,
                "limits": LIMITS,
                "webhook": Webhook(),
            }
        )
        app = App(settings.model_copy(update={"messenger": messenger}), data)

        async def announce() -> None:
            await _until_polled(address)
            typer.echo(f"Menxia demo ready: {address}")

        await until_stopped(app, announce)


def run_sandbox(settings_file: Path | None, data: Path, port: int, bare: bool) -> None:
    """Run the sandbox alone until a signal ends it."""
    set_up_logging("WARNING")
    settings = open_settings(settings_file)
    make_folder(data)
    with locked(data, SANDBOX_LOCK, SANDBOX_RUNS.format(data=data)), explained():
        token = sandbox_token(data)
        if not bare:
            prepare_sample(settings, data)
        people = [] if bare else list_people(settings, data)
        asyncio.run(_sandbox_alone(data, port, people, token))


async def _sandbox_alone(data: Path, port: int, people: Sequence[SandboxPerson], token: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _sandbox(data, port, people, token, SandboxRules()) as address:
        typer.echo(f"Menxia sandbox ready: {address}")
        typer.echo(f"Token file: {data / TOKEN_FILE}")
        await stop.wait()


@asynccontextmanager
async def _sandbox(
    data: Path, port: int, people: Sequence[SandboxPerson], token: str, rules: SandboxRules
) -> AsyncIterator[str]:
    server = SandboxServer(data, token=token, people=people, rules=rules)
    try:
        address = await server.start(port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Fault(f"port {port} is in use; choose another with --port") from None
        raise Fault(f"port {port} cannot be opened: {error.strerror}") from None
    except sqlite3.Error as error:
        raise Fault(f"the sandbox's database in {data} cannot be used: {error}") from None
    try:
        note_address(data, address)
        yield address
    finally:
        await server.stop()


async def _until_polled(address: str) -> None:
    """Wait until the bot has asked for updates."""
    async with aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"{address}/sandbox/stats") as answer:
                if (await answer.json())["calls"].get("getUpdates"):
                    return
            await asyncio.sleep(0.01)
