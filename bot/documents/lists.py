"""The lists about personnel files: 档案管理清单, 借阅登记表, 缺件清单, 统计."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.documents.workbooks import Column, Sheet, Value
from domain.loans.loans import LoanState
from domain.people import StaffState
from domain.personnel_files.files import FileState
from domain.personnel_files.missing import MissingDocument
from domain.work import Rules
from handlers.language import N_, Language
from handlers.loans.borrowing import show_purpose
from handlers.personnel_files.wording import (
    COPY_KINDS,
    FILE_KINDS,
    FILE_STATES,
    MODES,
    SECRECIES,
    show_condition,
    show_loan_state,
    show_parts,
)
from storage import file_reports
from storage.unit_of_work import SqlWork

EVERYBODY = 10_000_000
FILE_COLUMNS = (
    (N_("File number"), 14),
    (N_("Name"), 12),
    (N_("Staff number"), 12),
    (N_("Department"), 16),
    (N_("Hired on"), 12),
    (N_("Kind of file"), 14),
    (N_("Originals or copies"), 12),
    (N_("Secrecy"), 8),
    (N_("Kept by"), 14),
    (N_("Place"), 12),
    (N_("Opened on"), 12),
    (N_("State"), 10),
    (N_("Holder"), 12),
    (N_("Due on"), 12),
    (N_("Documents"), 10),
    (N_("Pages"), 8),
    (N_("Note"), 24),
)
LOAN_COLUMNS = (
    (N_("Loan number"), 20),
    (N_("Borrower"), 12),
    (N_("Department"), 16),
    (N_("File number"), 14),
    (N_("Name"), 12),
    (N_("Secrecy"), 8),
    (N_("Scope of the loan"), 20),
    (N_("Kind of loan"), 10),
    (N_("Purpose of the loan"), 20),
    (N_("Lent on"), 12),
    (N_("Due on"), 12),
    (N_("Returned on"), 12),
    (N_("Renewed"), 8),
    (N_("Pages"), 8),
    (N_("Pages back"), 8),
    (N_("Condition"), 10),
    (N_("State"), 10),
    (N_("Note"), 30),
)
MISSING_COLUMNS = (
    (N_("Staff number"), 12),
    (N_("Name"), 12),
    (N_("Department"), 18),
    (N_("Missing document"), 30),
    (N_("Needed"), 8),
    (N_("There"), 8),
)


class FileListing:
    """Makes the sheets of one list. _: the language; now: as of when."""

    def __init__(self, rules: Rules, _: Language, now: datetime) -> None:
        self._rules, self._say, self._now = rules, _, now
        self._zone = ZoneInfo(rules.timezone)

    async def sheets(self, name: str, connection: AsyncConnection) -> list[Sheet]:
        """Raises KeyError for a list that there is none of."""
        make = {
            "files": self._files,
            "loans": self._loans,
            "missing": self._missing,
            "statistics": self._statistics,
        }[name]
        return await make(connection)

    async def _files(self, connection: AsyncConnection) -> list[Sheet]:
        _, rows = self._say, await file_reports.file_rows(connection)
        here = sum(row.state is FileState.SHELVED for row in rows)
        out = sum(row.state is FileState.ON_LOAN for row in rows)
        notes = (
            self._as_of(),
            _("{n} bags, {here} in their place, {out} lent", n=len(rows), here=here, out=out),
        )
        return [Sheet(_("Register of files"), self._columns(FILE_COLUMNS), map(self._file, rows), notes)]

    def _file(self, row: Any) -> Sequence[Value]:
        _ = self._say
        left = _(" (has left)") if row.staff_state is StaffState.LEFT else ""
        return (
            row.number,
            f"{row.name or ''}{left}",
            row.subject_no,
            row.department or "",
            row.hired_on,
            _(FILE_KINDS[row.kind]),
            _(COPY_KINDS[row.copy_kind]),
            _(SECRECIES[row.secrecy]),
            row.custodian or row.custodian_no,
            row.cabinet,
            row.opened_on,
            _(FILE_STATES[row.state]),
            row.holder or "",
            row.due_on,
            row.materials,
            row.pages,
            row.note if row.state is not FileState.ON_LOAN else row.loan_number or "",
        )

    async def _loans(self, connection: AsyncConnection) -> list[Sheet]:
        rows = await file_reports.loan_rows(connection)
        return [
            Sheet(
                self._say("Register of loans"),
                self._columns(LOAN_COLUMNS),
                map(self._loan, rows),
                (self._as_of(),),
            )
        ]

    def _loan(self, row: Any) -> Sequence[Value]:
        _ = self._say
        late = row.state is LoanState.LENT and row.due_on < self._now.astimezone(self._zone).date()
        return (
            row.number,
            row.borrower or row.borrower_no,
            row.department or "",
            row.file_number,
            row.subject or "",
            _(SECRECIES[row.secrecy]),
            show_parts(_, row.parts),
            _(MODES[row.mode]),
            show_purpose(_, row.purpose),
            self._day(row.lent_at),
            row.due_on,
            self._day(row.returned_at),
            row.extended,
            row.pages or None,
            row.pages_back or None,
            show_condition(_, row.condition) if row.condition else "",
            _("overdue") if late else show_loan_state(_, row.state),
            row.return_note,
        )

    async def _missing(self, connection: AsyncConnection) -> list[Sheet]:
        def read(sync: Connection) -> list[tuple[MissingDocument, str, str]]:
            work = SqlWork(sync, self._rules, {})
            found = work.files.missing(self._rules.files.required, limit=EVERYBODY)
            people = {no: record.employee for no, record in work.people.register().items()}
            return [
                (document, people[document.subject_no].name, people[document.subject_no].department)
                for document in found
            ]

        rows = await connection.run_sync(read)
        listed = [(d.subject_no, name, unit, d.name, d.copies, d.have) for d, name, unit in rows]
        return [
            Sheet(
                self._say("List of missing documents"),
                self._columns(MISSING_COLUMNS),
                listed,
                (self._as_of(),),
            )
        ]

    async def _statistics(self, connection: AsyncConnection) -> list[Sheet]:
        _, rows = self._say, await file_reports.counts_by_department(connection)
        sheets = []
        kinds: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
            (_("By department"), _("Department"), lambda row: row.department or _("none")),
            (_("By kind"), _("Kind of file"), self._kind),
            (_("By state"), _("State"), lambda row: _(FILE_STATES[row.state])),
        )
        for title, heading, label in kinds:
            counts: Counter[str] = Counter()
            out: Counter[str] = Counter()
            for row in rows:
                counts[label(row)] += row.count
                out[label(row)] += row.count if row.state is FileState.ON_LOAN else 0
            listed = [(name, count, out[name]) for name, count in counts.items()]
            total = (_("Total"), sum(counts.values()), sum(out.values()))
            columns = (Column(heading, 24), Column(_("Bags"), 10), Column(_("Lent out"), 10))
            sheets.append(Sheet(title, columns, [*listed, total], (self._as_of(),)))
        return sheets

    def _kind(self, row: Any) -> str:
        return f"{self._say(FILE_KINDS[row.kind])} · {self._say(SECRECIES[row.secrecy])}"

    def _columns(self, named: Sequence[tuple[str, int]]) -> tuple[Column, ...]:
        return tuple(Column(self._say(heading), width) for heading, width in named)

    def _as_of(self) -> str:
        _ = self._say
        return _("As of {when}", when=_.moment(self._now))

    def _day(self, moment: datetime | None) -> Value:
        return moment.astimezone(self._zone).date() if moment else None
