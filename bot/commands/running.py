"""Running the bot until a signal ends it, and saying in plain words why it stopped otherwise."""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from bot.app import App, WrongSchema
from bot.commands.faults import Fault
from bot.commands.folders import BOT_LOCK, TOKEN_FILE, known_address, known_token, locked, make_folder
from bot.commands.opening import database_fault, open_settings, require_database
from bot.logs import set_up_logging
from bot.messengers.port import Conflict, MessengerError, Unauthorised
from bot.settings import MessengerSettings, Settings
from domain.errors import Unavailable

Client = Literal["ptb", "aiogram"]
BOT_RUNS = "another bot is running on {data}; stop it first"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def run_bot(
    settings_file: Path | None, data: Path, client: Client | None, api_base: str, token_file: Path | None
) -> None:
    """Run the bot alone. Raises Fault where it cannot start or has to stop."""
    set_up_logging()
    settings = open_settings(settings_file)
    base = api_base or _sandbox_base(settings, data, token_file) or settings.messenger.api_base
    changes: dict[str, object] = {"api_base": base, "token": _token(settings, data, base, token_file)}
    if client is not None:
        changes["client"] = client
    settings = settings.model_copy(update={"messenger": settings.messenger.model_copy(update=changes)})
    require_database(settings, data)
    make_folder(data)
    with locked(data, BOT_LOCK, BOT_RUNS.format(data=data)), explained():
        asyncio.run(until_stopped(App(settings, data)))


def _sandbox_base(settings: Settings, data: Path, token_file: Path | None) -> str:
    """Give the address of the folder's sandbox, where nothing names another messenger; empty otherwise."""
    named = token_file is not None or settings.messenger.token.get_secret_value()
    elsewhere = settings.messenger.api_base != MessengerSettings().api_base
    return "" if named or elsewhere else known_address(data) or ""


async def until_stopped(app: App, when_ready: Callable[[], Awaitable[None]] | None = None) -> None:
    """Run the bot until SIGINT or SIGTERM; `when_ready` follows its start."""
    ready = asyncio.Event()
    running = asyncio.create_task(app.run(ready))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.cancel)
    announcing = asyncio.create_task(_announce(ready, when_ready))
    announcing.add_done_callback(
        lambda done: done.cancelled() or done.exception() is None or running.cancel()
    )
    await asyncio.wait({running})
    announcing.cancel()
    await asyncio.wait({announcing})
    for task in (running, announcing):
        if not task.cancelled():
            task.result()


async def _announce(ready: asyncio.Event, when_ready: Callable[[], Awaitable[None]] | None) -> None:
    await ready.wait()
    if when_ready is not None:
        await when_ready()


class explained:
    """Turns what stops a bot into a Fault."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and (sentence := _why(_first(error))):
            raise Fault(sentence) from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _why(error: BaseException) -> str:
    match error:
        case WrongSchema():
            return f"{error}; run: menxia migrate"
        case Unauthorised():
            return "the messenger refuses the token; get the right one and put it where the old one was"
        case Conflict():
            return "another instance receives for the same bot; stop it, or give this one its own token"
        case MessengerError():
            return f"the messenger cannot be reached ({type(error).__name__}); check the network and api_base"
        case Unavailable():
            cause = error.__cause__
            return database_fault(cause) if isinstance(cause, DBAPIError) else str(error)
        case DBAPIError():
            return database_fault(error)
        case FileNotFoundError() if "locales" in str(error.filename):
            return f"the language file {error.filename} is missing; the installation is not complete"
        case OSError(errno=errno.EADDRINUSE):
            return "the webhook's address is in use; choose another in messenger.webhook.listen"
    return ""


def _token(settings: Settings, data: Path, base: str, token_file: Path | None) -> SecretStr:
    """Find the token: a file that was named, the settings, or the folder's sandbox."""
    if token_file is not None:
        try:
            return SecretStr(token_file.read_text().strip())
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise Fault(f"the token file {token_file} cannot be read: {reason}") from None
    if settings.messenger.token.get_secret_value():
        return settings.messenger.token
    sandbox = known_token(data)
    if sandbox is not None and urlsplit(base).hostname in LOOPBACK:
        return SecretStr(sandbox)
    hint = ""
    if sandbox is not None and (address := known_address(data)):
        hint = f"; for the sandbox of {data / TOKEN_FILE} add --api-base {address}"
    raise Fault(
        "no token is set; put it into deploy/secrets/messenger__token, MENXIA_MESSENGER__TOKEN "
        f"or a file named with --token-file{hint}"
    )
