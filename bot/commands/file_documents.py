"""`menxia files export` and `menxia files label`: the same documents as in chat, written to a file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import typer

from bot import messengers
from bot.clock import now
from bot.commands.faults import Fault
from bot.commands.folders import known_address, known_token
from bot.commands.opening import open_settings, require_database, transaction
from bot.documents.making import Documents
from bot.i18n import load_languages
from bot.messengers.port import MessengerError
from bot.settings import Settings
from domain.personnel_files.access import AccessEntry, Look
from handlers.ui import Document
from storage.engine import create_read_engine

PATIENCE = 10.0  # seconds for the messenger to tell the bot's name


def export(settings_file: Path | None, data: Path, which: str, to: Path) -> None:
    """Write a list as a workbook."""
    settings = open_settings(settings_file)
    document = Document(which, (settings.company.language,), to.name, "")
    _note(settings, data, which, [None], Look.EXPORT)
    asyncio.run(make_document(settings, data, document, to))
    typer.echo(f"Written: {to}")


def print_labels(settings_file: Path | None, data: Path, numbers: list[str], to: Path) -> None:
    """Write the labels of files as a PDF."""
    settings = open_settings(settings_file)
    wanted = [number.strip().upper() for number in numbers]
    document = Document("label", (*wanted, settings.company.language), to.name, "application/pdf")
    _note(settings, data, f"label {' '.join(wanted)}"[:100], wanted, Look.LABEL)
    asyncio.run(make_document(settings, data, document, to))
    typer.echo(f"Written: {to}")


def _note(settings: Settings, data: Path, what: str, numbers: Sequence[str | None], look: Look) -> None:
    """Note what leaves the register as chat does; numbers: of the files looked at, None for all of them."""
    with transaction(settings, data) as work:
        moment = now()
        work.audit.record(moment, "", "files_exported", "files", after={"list": what})
        for number in numbers:
            file = work.files.by_number(number) if number else None
            if file is not None or number is None:
                entry = AccessEntry(
                    file_id=file.id if file else None, actor_no="", look=look, purpose=what, at=moment
                )
                work.files.note_access(entry)


async def make_document(settings: Settings, data: Path, document: Document, to: Path) -> None:
    reader = create_read_engine(require_database(settings, data))
    languages = load_languages([settings.company.language], settings.company.timezone)

    async def link(payload: str) -> str:
        return await _link(settings, data, payload)

    documents = Documents(reader, settings.rules(), settings.company.name, languages, data, now, link)
    try:
        await documents.make(document, to)
    except OSError as error:
        raise Fault(f"{to} cannot be written: {error.strerror}") from None
    except LookupError as error:
        raise Fault(str(error)) from None
    finally:
        await reader.dispose()


async def _link(settings: Settings, data: Path, payload: str) -> str:
    """Ask the messenger for the bot's address; a sandbox is asked where it listened last."""
    token = known_token(data) or settings.messenger.token.get_secret_value()
    base = known_address(data) or settings.messenger.api_base
    if not token:
        raise Fault("a label carries the bot's address: set messenger.token, or run the sandbox")
    messenger = messengers.create(settings.messenger.client, token, base)
    try:
        async with asyncio.timeout(PATIENCE):
            return await messenger.invitation_link(payload)
    except (MessengerError, TimeoutError) as error:
        raise Fault(f"the bot's name cannot be asked for ({type(error).__name__})") from None
    finally:
        await messenger.close()
