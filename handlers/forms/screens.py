"""What a form shows: a question, the summary, the list of fields to change, the parting question."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.fields import Answers, Doubt, Field, Form, load_former, visible_fields
from handlers.language import Language
from handlers.refusals import explain_doubt
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled, shorten


def key(draft: Draft, label: str, act: str, arg: str = "") -> Button:
    payload = f"f:{draft.id}:{draft.revision}:{act}"
    return Button(label, f"{payload}:{arg}" if arg else payload)


def show_question(
    ctx: Context, form: Form, draft: Draft, answers: Answers, field: Field, notes: Sequence[str]
) -> View:
    _ = ctx.language
    screen = ViewBuilder()
    for note in notes:
        screen.say(note)
    if notes:
        screen.say("")
    screen.say(bold(question_title(_, form, draft, answers, field)))
    screen.say(_(field.question))
    for text in field.hint(ctx, answers) if field.hint else ():
        screen.say(text)
    if field.example:
        screen.say(_("For example: {example}", example=_(field.example)))
    for row in field.keys(ctx, draft):
        screen.buttons(*(key(draft, k.label, "g" if k.turns else "v", k.arg) for k in row))
    kept = answers.get(field.name, load_former(form, draft).get(field.name))
    if kept is not None:
        screen.buttons(key(draft, _("Keep “{value}”", value=shorten(field.show(_, kept), 16)), "k"))
    first = next(iter(visible_fields(form, draft, answers)), field)
    steps = [] if field.name == first.name else [key(draft, _("Back"), "b")]
    if field.optional:
        steps.append(key(draft, _("Skip"), "s"))
    screen.buttons(*steps, key(draft, _("Cancel"), "c"))
    return screen.buttons(*_otherwise(_, form, draft)).view()


def _otherwise(_: Language, form: Form, draft: Draft) -> list[Button]:
    """Where a draft was made of a message, a way to say that it was meant as something else."""
    if not draft.said:
        return []
    return [Button(_("Not “{form}”?", form=_(form.title)), f"pi:{draft.id}")]


def question_title(_: Language, form: Form, draft: Draft, answers: Answers, field: Field) -> str:
    """Write `新客户 3/8 · 客户地址`."""
    fields = visible_fields(form, draft, answers)
    place = next((i for i, f in enumerate(fields, start=1) if f.name == field.name), 0)
    return f"{_(form.title)} {place}/{len(fields)} · {_(field.label)}"


def show_answered(ctx: Context, form: Form, draft: Draft, answers: Answers, field: Field) -> View:
    """What a question becomes once it was answered in words."""
    _ = ctx.language
    title = question_title(_, form, draft, answers, field)
    return ViewBuilder().say(f"{title} ✓ {field.show(_, answers[field.name])}").view()


def show_doubt(
    ctx: Context, form: Form, draft: Draft, field: Field, doubt: Doubt, notes: Sequence[str] = ()
) -> View:
    _ = ctx.language
    screen = ViewBuilder()
    for note in notes:
        screen.say(note)
    if notes:
        screen.say("")
    screen.say(bold(f"{_(form.title)} · {_(field.label)}"))
    for text in explain_doubt(_, doubt.code, doubt.params):
        screen.say(text)
    screen.buttons(key(draft, _("Confirm"), "y"), key(draft, _("Refill"), "n"))
    return screen.buttons(key(draft, _("Cancel"), "c")).view()


def summary_lines(_: Language, form: Form, draft: Draft, answers: Answers) -> list[str]:
    """One line a field; a mended one as 原 -> 新."""
    lines, loaded = [], load_former(form, draft)
    for field in form.fields:
        if field.when is not None and not field.when(answers):
            continue
        shown = _shown(_, draft, field, answers[field.name]) if field.name in answers else _("not given")
        if draft.mend is not None and draft.mend.former.get(field.name) != draft.answers.get(field.name):
            old = field.show(_, loaded[field.name]) if field.name in loaded else _("not given")
            shown = f"{old} → {shown}"
        if field.name in draft.unsure:
            shown = _("{value} (please check)", value=shown)
        lines.append(labelled(_, _(field.label), shown))
    return lines


def given_lines(_: Language, form: Form, draft: Draft, answers: Answers) -> list[str]:
    """Write what is given already, one line a field: ✓, or ⚠️ where it is to be checked."""
    given = [field for field in visible_fields(form, draft, answers) if field.name in answers]
    lines = []
    for field in given:
        shown = _shown(_, draft, field, answers[field.name])
        unsure = field.name in draft.unsure
        shown = _("{value} (please check)", value=shown) if unsure else shown
        lines.append(("⚠️ " if unsure else "✓ ") + labelled(_, _(field.label), shown))
    return lines


def _shown(_: Language, draft: Draft, field: Field, value: object) -> str:
    """What was understood from a message is shown with the number behind the words."""
    return field.echo(_, value) if draft.said else field.show(_, value)


def show_summary(ctx: Context, form: Form, draft: Draft, answers: Answers, notes: Sequence[str]) -> View:
    _ = ctx.language
    screen = ViewBuilder()
    for note in notes:
        screen.say(note)
    if notes:
        screen.say("")
    screen.say(bold(f"{_(form.title)} · {_('please check')}"))
    for text in summary_lines(_, form, draft, answers):
        screen.say(text)
    if form.preview is not None:
        for text in form.preview(ctx, draft, answers):
            screen.say(text)
    screen.buttons(key(draft, _("Submit"), "ok"))
    screen.buttons(key(draft, _("Edit"), "e"), key(draft, _("Cancel"), "c"))
    return screen.buttons(*_otherwise(_, form, draft)).view()


def show_fields(ctx: Context, form: Form, draft: Draft, answers: Answers) -> View:
    _ = ctx.language
    screen = ViewBuilder().say(bold(f"{_(form.title)} · {_('Edit')}")).say(_("Which field shall be changed?"))
    fields = visible_fields(form, draft, answers)
    screen.grid([key(draft, _(f.label), "e", f.name) for f in fields], 2)
    return screen.buttons(key(draft, _("Return"), "r")).view()


def show_parting(ctx: Context, form: Form, draft: Draft) -> View:
    _ = ctx.language
    count = len(draft.answers.keys() | draft.received)
    screen = ViewBuilder().say(bold(f"{_(form.title)} · {_('Cancel')}"))
    screen.say(
        _.plural("{n} answer will be lost. Really cancel?", "{n} answers will be lost. Really cancel?", count)
    )
    screen.buttons(key(draft, _("Yes, cancel"), "cy"), key(draft, _("Continue filling"), "r"))
    return screen.view()


def resume_button(_: Language, form: Form, draft: Draft, answers: Answers) -> Button:
    """A button that works at any time, whatever question was shown last."""
    fields = visible_fields(form, draft, answers)
    done = sum(f.name in answers or f.name in draft.skipped for f in fields)
    return Button(f"{_('Continue filling')} {_(form.title)} {done}/{len(fields)}", f"f:{draft.id}:0:r")
