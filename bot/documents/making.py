"""Makes a document when it is about to be sent, and lets go of it afterwards.

The outbox keeps only what is to be made: nothing about anybody's file waits on disk for a messenger.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.documents.charts import draw
from bot.messengers.port import MessengerError, Rejected
from domain.weekly import Audience, WeeklyFigures
from domain.work import Rules
from handlers.language import Language
from handlers.personnel_files.wording import FILE_KINDS, SECRECIES
from handlers.reminders.report import RECIPE, chart_of
from handlers.ui import Document, LocalFile
from storage import file_reports
from storage.reports import snapshot
from storage.unit_of_work import SqlWork

log = logging.getLogger(__name__)

FOLDER = "documents"
SCANNED = "file_"


class Documents:
    """link: gives the address that opens the bot with a payload."""

    def __init__(
        self,
        reader: AsyncEngine,
        rules: Rules,
        company: str,
        languages: Mapping[str, Language],
        folder: Path,
        now: Callable[[], datetime],
        link: Callable[[str], Awaitable[str]],
    ) -> None:
        self._reader = reader
        self._rules = rules
        self._company = company
        self._languages = languages
        self._folder = folder
        self._now = now
        self._link = link

    def forget(self) -> None:
        """Delete what a process left that was killed while it sent a document."""
        for path in (self._folder / FOLDER).glob("*"):
            path.unlink(missing_ok=True)

    @asynccontextmanager
    async def made(self, document: Document) -> AsyncIterator[LocalFile]:
        """Make a document for as long as the block runs. Raises Rejected where it cannot be made."""
        path = self._folder / FOLDER / secrets.token_hex(8)
        try:
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                await self.make(document, path)
            except MessengerError:
                raise
            except Exception as error:
                log.exception("document %s could not be made", document.recipe)
                raise Rejected(f"the document {document.recipe} could not be made") from error
            picture = document.mime.startswith("image/")
            yield LocalFile(str(path.relative_to(self._folder)), document.name, document.mime, picture)
        finally:
            path.unlink(missing_ok=True)

    async def make(self, document: Document, path: Path) -> None:
        """Write a document. args: of a label, number and language; of all others, language first."""
        if document.recipe == "label":
            *numbers, code = document.args
            content = await self.labels(numbers, code)
            await asyncio.to_thread(path.write_bytes, content)
            return
        if document.recipe == RECIPE:
            code, audience, first = document.args
            content = await self.weekly(code, Audience(audience), date.fromisoformat(first))
            await asyncio.to_thread(path.write_bytes, content)
            return
        from bot.documents.lists import FileListing  # noqa: PLC0415 - large, and needed now and then
        from bot.documents.workbooks import write_workbook  # noqa: PLC0415

        listing = FileListing(self._rules, self._languages[document.args[0]], self._now())
        async with snapshot(self._reader) as connection:
            sheets = await listing.sheets(document.recipe, connection)
        await asyncio.to_thread(write_workbook, path, sheets)

    async def weekly(self, code: str, audience: Audience, first: date) -> bytes:
        """Give the picture of a week's report as PNG. first: its Monday."""

        def read(connection: Connection) -> WeeklyFigures:
            return SqlWork(connection, self._rules, {}).weekly.figures(first, self._now())

        async with snapshot(self._reader) as connection:
            figures = await connection.run_sync(read)
        return await draw(chart_of(self._languages[code], figures, audience, self._company))

    async def labels(self, numbers: list[str], code: str) -> bytes:
        """Give the labels of files as a PDF. Raises LookupError for a number that is unknown."""
        from bot.documents.labels import BagLabel, render_labels  # noqa: PLC0415 - as above

        _ = self._languages[code]
        async with snapshot(self._reader) as connection:
            rows = await file_reports.files_numbered(connection, numbers)
        if missing := sorted(set(numbers) - {row.number for row in rows}):
            raise LookupError(f"there is no file {', '.join(missing)}")
        labels = [
            BagLabel(
                company=self._company,
                heading=_(FILE_KINDS[row.kind]),
                number=row.number,
                name=row.name or row.subject_no,
                lines=(
                    (_("Hired on"), f"{row.hired_on:%Y-%m-%d}" if row.hired_on else "—"),
                    (_("Staff number"), row.subject_no),
                    (_("Department"), row.department or "—"),
                    (_("Place"), row.cabinet or "—"),
                ),
                secret=_(SECRECIES[row.secrecy]) if row.secrecy.value == "secret" else "",
                link=await self._link(f"{SCANNED}{row.number}"),
                hint=_("Scan to open this file"),
            )
            for row in rows
        ]
        return await asyncio.to_thread(render_labels, labels)
