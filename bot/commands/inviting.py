"""`menxia staff invite`: an invitation for one member of staff, as a link or as the text to send."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot import messengers
from bot.clock import now
from bot.commands.csv_files import ENGLISH
from bot.commands.faults import Fault
from bot.commands.folders import known_token
from bot.commands.opening import open_settings, transaction
from bot.messengers.port import MessengerError
from bot.settings import Settings
from domain.errors import Refused
from domain.onboarding import invite_employee
from handlers.refusals import explain

PATIENCE = 10.0  # seconds for the messenger to tell the bot's name


def invite(settings_file: Path | None, data: Path, staff_no: str) -> None:
    """Print an invitation. Raises Fault where nobody has that number, or they left."""
    settings = open_settings(settings_file)
    try:
        with transaction(settings, data) as work:
            token = invite_employee(work, staff_no, settings.invitation_life, now())
    except Refused as refused:
        raise Fault(explain(ENGLISH, refused)) from None
    typer.echo(_invitation(settings, data, token))
    hours = settings.messenger.invitation_hours
    typer.echo(f"For {staff_no} only, once, within {hours:g} hours.", err=True)


def _invitation(settings: Settings, data: Path, token: str) -> str:
    text = f"/start {token}"
    secret = settings.messenger.token.get_secret_value()
    if known_token(data) is not None or not secret:
        return text
    try:
        return asyncio.run(_link(settings, secret, token))
    except (MessengerError, TimeoutError) as error:
        typer.echo(f"The bot's name cannot be asked for ({type(error).__name__}); send this text:", err=True)
        return text


async def _link(settings: Settings, secret: str, token: str) -> str:
    messenger = messengers.create(settings.messenger.client, secret, settings.messenger.api_base)
    try:
        async with asyncio.timeout(PATIENCE):
            return await messenger.invitation_link(token)
    finally:
        await messenger.close()
