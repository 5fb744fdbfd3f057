"""归档: the form by which a document is taken in; the four steps follow on its card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.errors import Refused
from domain.personnel_files.files import keeps_files, require_file, require_keeper
from domain.personnel_files.materials import (
    MaterialClass,
    MaterialFacts,
    MaterialState,
    check_material_name,
    receive_material,
)
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.choices import Choice, OpenChoice, Option, Record
from handlers.forms.dates import Day
from handlers.forms.fields import Answers, Form, Text, load_answers
from handlers.forms.marks import Pages
from handlers.language import N_
from handlers.personnel_files.records import label_of_file, search_files
from handlers.personnel_files.wording import CLASSES

NONE = "none"
USUAL = (
    "劳动合同书",
    "转正审批表",
    "年度考核表",
    "学历（职称）证书复印件",
    "身份证复印件",
    "培训协议",
)


def _check_file(ctx: Context, answers: Answers, value: list[str]) -> None:
    require_keeper(ctx.work, ctx.actor, require_file(ctx.work, int(value[0])))


def _check_name(ctx: Context, answers: Answers, name: str) -> None:
    check_material_name(name)


def _names(ctx: Context) -> Sequence[Option]:
    """Offer what is most often filed, what the company requires first."""
    required = [document.name for document in ctx.work.rules.files.required]
    names = dict.fromkeys([*required, *USUAL])
    return [Option(name, name) for name in names if len(name.encode()) <= 40][:8]


def _replaceable(ctx: Context, text: str) -> Sequence[Option]:
    """Offer the entries of the same class that the document may take the place of."""
    said = text.casefold()
    return [option for option in _entries(ctx) if said in option.label.casefold() or said == option.value]


def _replaced(ctx: Context, material_id: str) -> str | None:
    return next((option.label for option in _entries(ctx) if option.value == material_id), None)


def _entries(ctx: Context) -> Sequence[Option]:
    none = Option(NONE, ctx.language("None, it is added"))
    draft = ctx.conversation.current
    answers = load_answers(MATERIAL_FILING, draft) if draft is not None else {}
    if "file" not in answers or "letter" not in answers:
        return [none]
    entries = [
        Option(str(material.id), f"{material.label} {material.name}")
        for material in ctx.work.files.catalogue(int(answers["file"][0]))
        if material.letter.value == answers["letter"] and material.state is MaterialState.FILED
    ]
    return [none, *entries]


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    replaced = answers["supersedes"][0]
    try:
        copies = int(answers.get("copies") or 1)
    except ValueError as error:
        raise Refused("pages_unreadable") from error
    facts = MaterialFacts(
        letter=MaterialClass(answers["letter"]),
        name=answers["name"],
        made_on=answers.get("made_on"),
        pages=answers["pages"],
        copies=copies,
        note=answers.get("note", ""),
        supersedes=None if replaced == NONE else int(replaced),
    )
    receive_material(ctx.work, ctx.actor, int(answers["file"][0]), facts, ctx.now)


def _check_day(ctx: Context, answers: Answers, day: date) -> None:
    if day > ctx.today:
        raise Refused("date_too_late", day=day, last=ctx.today)


MATERIAL_FILING = Form(
    name="material_filing",
    version=1,
    title=N_("File a document"),
    allowed=keeps_files,
    submit=_submit,
    fields=(
        Record(
            name="file",
            label=N_("File"),
            question=N_("Into whose file? Send a name, a part of it, pinyin or the number."),
            example=N_("李文静, liwenjing or RS-0034"),
            search=search_files,
            title=label_of_file,
            check=_check_file,
        ),
        OpenChoice(
            name="name",
            label=N_("Document"),
            question=N_("Which document? Choose, or type its name."),
            aliases=("材料", "名称"),
            options=_names,
            check=_check_name,
        ),
        Choice(
            name="letter",
            label=N_("Class"),
            question=N_("Into which class does it belong?"),
            options=tuple(Option(letter.value, label) for letter, label in CLASSES.items()),
        ),
        Record(
            name="supersedes",
            label=N_("Takes the place of"),
            question=N_("Does it take the place of another? That one stays, marked as superseded."),
            search=_replaceable,
            title=_replaced,
        ),
        Day(
            name="made_on",
            label=N_("Date of the document"),
            question=N_("Which date does it bear? Skip if it bears none."),
            example=N_("2026年11月20日, 昨天"),
            optional=True,
            likely=(0, -1),
            earliest=-36_525,
            latest=0,
            check=_check_day,
        ),
        Pages(
            name="pages",
            label=N_("Pages"),
            question=N_("How many pages has one copy?"),
            example=N_("4"),
            usual=lambda ctx: (1, 2, 4),
        ),
        Choice(
            name="copies",
            label=N_("Copies"),
            question=N_("How many copies?"),
            options=tuple(Option(str(n), str(n)) for n in range(1, 7)),
        ),
        Text(
            name="note",
            label=N_("Note"),
            question=N_("A note for the catalogue? Otherwise skip. Write nothing of its contents."),
            optional=True,
            longest=100,
        ),
    ),
)
