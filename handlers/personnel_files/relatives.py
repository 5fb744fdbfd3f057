"""亲属申报: everybody declares relatives in the company; nobody handles a relative's file."""

from __future__ import annotations

from collections.abc import Sequence

from domain.events import RelativeDeclared
from domain.personnel_files.access import declare_relative
from domain.personnel_files.files import keeps_files
from handlers.context import Context, Telling
from handlers.conversation import Draft
from handlers.forms.choices import OpenChoice, Option, Record
from handlers.forms.fields import Answers, Form
from handlers.language import N_, Language
from handlers.personnel_files.records import label_of_person, search_staff
from handlers.ui import View, ViewBuilder, bold

RELATIONS = (
    N_("Spouse"),
    N_("Parent or child"),
    N_("Brother or sister"),
    N_("In-law"),
)


def _people(ctx: Context, text: str) -> Sequence[Option]:
    """Offer oneself first; only whoever keeps files declares for others."""
    me = Option(ctx.actor.staff_no, label_of_person(ctx, ctx.actor.staff_no) or ctx.actor.name)
    if not text:
        return [me]
    return search_staff(ctx, text) if keeps_files(ctx.actor) else [me]


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    one, other, relation = answers["person"][0], answers["relative"][0], answers["relation"]
    declare_relative(ctx.work, ctx.actor, one, other, relation, ctx.now)


RELATIVE = Form(
    name="relative",
    version=1,
    title=N_("Declare a relative"),
    submit=_submit,
    fields=(
        Record(
            name="person",
            label=N_("Who"),
            question=N_("Whose relative?"),
            search=_people,
            title=label_of_person,
        ),
        Record(
            name="relative",
            label=N_("Relative"),
            question=N_("Who here is a relative? Send a name, pinyin or the staff number."),
            example=N_("陈芳, chenfang or YH0041"),
            search=search_staff,
            title=label_of_person,
        ),
        OpenChoice(
            name="relation",
            label=N_("Relation"),
            question=N_("What are they to each other?"),
            longest=20,
            options=tuple(Option(f"k{at}", relation) for at, relation in enumerate(RELATIONS)),
        ),
    ),
)


def show_declared(ctx: Telling, _: Language, event: RelativeDeclared) -> View:
    """Tell the other person and HR, so that a false declaration comes out."""
    one, other = ctx.name_of(event.staff_no), ctx.name_of(event.relative_no)
    known = {f"k{at}": relation for at, relation in enumerate(RELATIONS)}
    relation = _(known[event.relation]) if event.relation in known else event.relation
    screen = ViewBuilder().say(bold(_("【Relatives】")))
    screen.say(f"{one} · {other}：{relation}")
    return screen.say(_("Declared by {name}. If it is wrong, tell HR.", name=ctx.name_of(event.by))).view()
