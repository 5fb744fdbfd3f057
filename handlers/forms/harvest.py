"""Several answers in one message: lines of `label: value`, each read by its own field."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.errors import Refused
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.fields import Field, Form, load_answers, tidy, visible_fields
from handlers.language import Language
from handlers.refusals import explain
from handlers.wording import labelled

_LINE = re.compile(r"^\s*(?P<label>[^:：]{1,20}?)\s*[:：]\s*(?P<value>.+?)\s*$")


def harvest(
    ctx: Context, form: Form, draft: Draft, text: str, languages: Sequence[Language]
) -> list[str] | None:
    """Fill what labelled lines say and report it line by line; None where fewer than two are labelled.

    A value that was given before is not overwritten silently: the report says 原 → 新.
    """
    asked = [f for f in form.fields if draft.mend is None or f.name in draft.mend.fields]
    named = {name: field for field in asked for name in _names(field, languages)}
    found: list[tuple[Field, str]] = []
    left: list[str] = []
    for line in text.splitlines():
        match = _LINE.match(line)
        field = named.get(tidy(match["label"]).casefold()) if match else None
        if match and field is not None and not field.takes_files:
            found.append((field, match["value"]))
        elif line.strip():
            left.append(line.strip())
    if len(found) < 2 and not (found and not left and next_is_summary(form, draft)):
        return None
    notes = [_fill(ctx, form, draft, field, value) for field, value in found]
    return notes + [_not_understood(ctx.language, text) for text in left]


def unlabelled(field: Field, text: str, languages: Sequence[Language]) -> str:
    """Take the field's own label off an answer: 联系人：陈芳 is 陈芳."""
    match = _LINE.match(text) if "\n" not in text.strip() else None
    named = match is not None and tidy(match["label"]).casefold() in _names(field, languages)
    return match["value"] if match and named else text


def _names(field: Field, languages: Sequence[Language]) -> set[str]:
    labels = [language(field.label) for language in languages]
    return {name.casefold() for name in (*labels, field.label, *field.aliases)}


def _not_understood(_: Language, text: str) -> str:
    return "？ " + _("Not understood: {text}", text=text[:40])


def next_is_summary(form: Form, draft: Draft) -> bool:
    answers = load_answers(form, draft)
    return all(f.name in answers or f.name in draft.skipped for f in visible_fields(form, draft, answers))


def _fill(ctx: Context, form: Form, draft: Draft, field: Field, text: str) -> str:
    _, answers = ctx.language, load_answers(form, draft)
    if field not in visible_fields(form, draft, answers):  # another answer decides that it is not asked
        return _not_understood(_, labelled(_, _(field.label), text))
    try:
        value = field.read(ctx, draft, text)
        doubt = field.check(ctx, {**answers, field.name: value}, value) if field.check else None
    except Refused as refused:
        draft.view = {}
        return "✘ " + labelled(_, _(field.label), explain(_, refused))
    if doubt is not None and doubt.token not in draft.confirmed.get(doubt.key, []):
        return "✘ " + labelled(_, _(field.label), _("please answer this one by itself"))
    shown = field.show(_, value)
    if field.name in answers and field.dump(answers[field.name]) != field.dump(value):
        shown = f"{field.show(_, answers[field.name])} → {shown}"
    draft.answers[field.name] = field.dump(value)
    draft.skipped = [name for name in draft.skipped if name != field.name]
    return "✓ " + labelled(_, _(field.label), shown)
