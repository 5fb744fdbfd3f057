"""Files and people as answers to a question, found by whatever part of them is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.errors import Refused
from domain.personnel_files.files import FileState, PersonnelFile, find_files
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.choices import Option, Record
from handlers.forms.fields import Answers
from handlers.personnel_files.wording import subject_name

FOUND = 24


def search_files(ctx: Context, text: str) -> Sequence[Option]:
    """Offer the files a text may mean; nothing for no text: the register is nobody's to leaf through."""
    if not text:
        return []
    return [Option(str(file.id), label_of(ctx, file)) for file in find_files(ctx.work, text, limit=FOUND)]


def label_of(ctx: Context, file: PersonnelFile) -> str:
    """Write number, name and department, so that two of one name are told apart."""
    subject = ctx.work.people.by_no(file.subject_no)
    where = f"（{subject.department}）" if subject and subject.department else ""
    return f"{file.number} {subject_name(ctx.work.people, file)}{where}"


def file_of(ctx: Context, answers: Answers) -> PersonnelFile | None:
    """Give the file that a form is about, once it is known."""
    chosen = answers.get("file")
    return ctx.work.files.by_id(int(chosen[0])) if chosen else None


def label_of_file(ctx: Context, file_id: str) -> str | None:
    file = ctx.work.files.by_id(int(file_id)) if file_id.isdecimal() and len(file_id) < 10 else None
    return label_of(ctx, file) if file else None


@dataclass(frozen=True, kw_only=True)
class FileRecord(Record):
    """A file; its state when it was chosen is kept, since a sealed one is asked about further."""

    def read(self, ctx: Context, draft: Draft, text: str) -> list[str]:
        return self._with_state(ctx, Record.read(self, ctx, draft, text))

    def pick(self, ctx: Context, draft: Draft, arg: str) -> list[str]:
        return self._with_state(ctx, Record.pick(self, ctx, draft, arg))

    def load(self, raw: Any) -> list[str]:
        if not isinstance(raw, list) or [type(part) for part in raw] != [str, str, str]:
            raise TypeError(f"{self.name} holds an id, a label and a state, not {raw!r}")
        return raw

    def _with_state(self, ctx: Context, value: list[str]) -> list[str]:
        file = ctx.work.files.by_id(int(value[0]))
        if file is None:
            raise Refused("choice_gone")
        return [*value, file.state.value]


def answer_of(ctx: Context, file: PersonnelFile) -> list[str]:
    """Give the answer that names a file already known."""
    return [str(file.id), label_of(ctx, file), file.state.value]


def is_sealed(answers: Answers) -> bool:
    chosen = answers.get("file")
    return chosen is not None and chosen[2] == FileState.SEALED.value


def search_staff(ctx: Context, text: str) -> Sequence[Option]:
    """Offer the people who work here and whom a text may mean."""
    found = ctx.work.people.find(text, limit=FOUND) if text else []
    return [
        Option(person.staff_no, f"{person.name}（{person.department or person.staff_no}）")
        for person in found
        if person.works_here
    ]


def label_of_person(ctx: Context, staff_no: str) -> str | None:
    person = ctx.work.people.by_no(staff_no)
    return f"{person.name}（{person.department or person.staff_no}）" if person else None
