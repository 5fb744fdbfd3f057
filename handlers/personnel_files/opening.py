"""建档: the form by which a keeper opens a file on the day somebody arrives."""

from __future__ import annotations

from collections.abc import Sequence

from domain.personnel_files.files import (
    CopyKind,
    FileKind,
    FileState,
    PersonnelFile,
    Secrecy,
    file_number,
    keeps_files,
)
from domain.personnel_files.keepers import units_of_keepers
from domain.personnel_files.opening import FileFacts, check_opening, open_file
from handlers.context import Context, Telling
from handlers.conversation import Draft
from handlers.forms.choices import Choice, Option, Record
from handlers.forms.fields import Answers, Form, Text
from handlers.language import N_, Language
from handlers.personnel_files.records import label_of_person, search_staff
from handlers.personnel_files.wording import (
    COPY_KINDS,
    FILE_KINDS,
    SECRECIES,
    file_kind,
    file_title,
    unit_name,
)
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled


def _units(ctx: Context, text: str) -> Sequence[Option]:
    """Offer the units that keep files, one's own first."""
    units = units_of_keepers(ctx.work.people, ctx.actor)
    return [
        Option(unit.number, unit.name) for unit in units if text in {unit.number, ""} or text in unit.name
    ]


def _unit_name(ctx: Context, number: str) -> str | None:
    return next((option.label for option in _units(ctx, "") if option.value == number), None)


def _check_kind(ctx: Context, answers: Answers, kind: str) -> None:
    if "subject" in answers and "copy" in answers:
        check_opening(ctx.work, ctx.actor, _facts(answers))


def _check_copy(ctx: Context, answers: Answers, copy: str) -> None:
    check_opening(ctx.work, ctx.actor, _facts({**answers, "copy": copy}))


def _facts(answers: Answers) -> FileFacts:
    return FileFacts(
        subject_no=answers["subject"][0],
        kind=FileKind(answers["kind"]),
        copy_kind=CopyKind(answers["copy"]),
        secrecy=Secrecy(answers.get("secrecy", Secrecy.ORDINARY)),
        custodian_no=answers["unit"][0] if "unit" in answers else "",
        cabinet=answers.get("cabinet", ""),
    )


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    open_file(ctx.work, ctx.actor, _facts(answers), ctx.now)


def _preview(ctx: Context, draft: Draft, answers: Answers) -> list[str]:
    _, facts = ctx.language, _facts(answers)
    number = file_number(ctx.work, facts.subject_no, facts.kind, facts.copy_kind)
    return ["", labelled(_, _("Number on the bag"), number)]


FILE_OPENING = Form(
    name="file_opening",
    version=1,
    title=N_("Open a file"),
    allowed=keeps_files,
    preview=_preview,
    submit=_submit,
    fields=(
        Record(
            name="subject",
            label=N_("Employee"),
            question=N_("Whose file? Send a name, a part of it, pinyin or the staff number."),
            example=N_("陈芳, chenfang or YH0041"),
            search=search_staff,
            title=label_of_person,
        ),
        Choice(
            name="kind",
            label=N_("Kind of file"),
            question=N_("Which file is it?"),
            options=tuple(Option(kind.value, label) for kind, label in FILE_KINDS.items()),
            check=_check_kind,
        ),
        Choice(
            name="copy",
            label=N_("Originals or copies"),
            question=N_("Does it hold the originals, or copies?"),
            options=tuple(Option(copy.value, label) for copy, label in COPY_KINDS.items()),
            check=_check_copy,
        ),
        Choice(
            name="secrecy",
            label=N_("Secrecy"),
            question=N_("How secret is it?"),
            options=tuple(Option(secrecy.value, label) for secrecy, label in SECRECIES.items()),
        ),
        Record(
            name="unit",
            label=N_("Kept by"),
            question=N_("Which unit keeps it?"),
            search=_units,
            title=_unit_name,
        ),
        Text(
            name="cabinet",
            label=N_("Place"),
            question=N_("Cabinet, shelf and place?"),
            example=N_("A-01-03"),
            longest=40,
        ),
    ),
)


def show_opened(ctx: Telling, _: Language, file: PersonnelFile) -> View:
    """Say that a file was opened, with what comes next: its label, its shelf, its first documents."""
    screen = ViewBuilder().say(bold(f"{_('【File opened】')}{file_title(ctx.work.people, file)}"))
    screen.say(f"{file_kind(_, file)} · {unit_name(ctx.work.people, file.custodian_no)} {file.cabinet}")
    screen.say(_("Print the label, file what came in, then put it on its shelf."))
    states = f"{FileState.BUILDING.value}:{FileState.SHELVED.value}"
    screen.buttons(Button(_("Label"), f"fb:{file.id}"), Button(_("File a document"), f"ff:{file.id}"))
    return screen.buttons(Button(_("Put on its shelf"), f"fv:{file.id}:{states}")).view()
