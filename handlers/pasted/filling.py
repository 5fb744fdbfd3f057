"""Filling a draft with what was understood: each value by its own field, checked as if it had been typed.

What does not pass, and what could mean two things, is kept aside with its reason; the field's own question
brings it up again, with the candidates as buttons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from domain.errors import Refused
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.fields import Doubt, Field, Form, load_answers, visible_fields
from handlers.forms.values import Rate, Terms
from handlers.intake_text.readings import HOLDS_NOW, Clarification
from handlers.pasted.sayings import Saying
from handlers.refusals import explain
from handlers.wording import labelled

_FIELDS = {  # of a reading -> of the forms
    "customer_name": "name",
    "uscc": "credit_code",
    "contact_name": "contact",
    "mobile": "phone",
    "landline": "phone",
    "discount_rate": "rate",
    "requested_discount": "rate",
    "requested_settlement": "settlement",
    "customer_ref": "customer",
    "effective_from": "effective",
    "effective_to": "ends_on",
    "due_date": "due",
    "file_subject": "file",
    "product_line": "scope_words",
}


@dataclass(slots=True)
class Filled:
    """What came of it. lines: one a value, with its field's place. doubt: to confirm first, of `doubtful`."""

    lines: list[tuple[int, str]] = field(default_factory=list)
    doubt: Doubt | None = None
    doubtful: Field | None = None

    @property
    def notes(self) -> list[str]:
        """One line a value, in the order of the form."""
        return [text for _place, text in sorted(self.lines, key=lambda line: line[0])]


class Filler:
    """Fills one draft of one form. sure: values already given may be replaced, shown as 原 → 新."""

    def __init__(self, ctx: Context, form: Form, draft: Draft, message: str, *, sure: bool) -> None:
        self._ctx = ctx
        self._form = form
        self._draft = draft
        self._message = message
        self._sure = sure
        self.filled = Filled()

    def fill(self, sayings: Sequence[Saying], doubts: Sequence[Clarification]) -> Filled:
        for saying in sayings:
            if (found := self._form.field(saying.field)) is not None:
                self._take(found, saying)
        for doubt in doubts:
            if (found := self._form.field(_FIELDS.get(doubt.field, doubt.field))) is not None:
                self._set_aside(found, doubt)
        return self.filled

    def _note(self, asked: Field, text: str) -> None:
        self.filled.lines.append((self._form.fields.index(asked), text))

    # --- values ------------------------------------------------------------------------------------------

    def _take(self, asked: Field, saying: Saying) -> None:
        ctx, draft, _ = self._ctx, self._draft, self._ctx.language
        answers = load_answers(self._form, draft)
        if asked not in visible_fields(self._form, draft, answers):
            return
        if saying.pending:
            draft.asides[asked.name] = {
                "view": {"term": saying.pending},
                "note": _(
                    "How many days? “{words}” alone does not say.", words=_(_PENDING.get(saying.pending, ""))
                ),
            }
            return
        draft.view = {}
        try:
            value = saying.value if saying.value is not None else asked.read(ctx, draft, saying.words)
            given = answers.get(asked.name)
            if given is not None and asked.dump(given) != asked.dump(value) and not self._may_replace(saying):
                self._keep(asked, given, value)
                return
            doubt = asked.check(ctx, {**answers, asked.name: value}, value) if asked.check else None
        except Refused as refused:
            why = explain(_, refused)
            draft.asides[asked.name] = {"view": draft.view, "note": why}
            self._note(asked, "✘ " + labelled(_, _(asked.label), why))
            draft.view = {}
            return
        draft.view = {}
        if doubt is not None and doubt.token not in draft.confirmed.get(doubt.key, []):
            self._hold(asked, value, doubt)
            return
        self._store(asked, value, given, saying)

    def _may_replace(self, saying: Saying) -> bool:
        return self._sure or saying.labelled

    def _store(self, asked: Field, value: Any, given: Any, saying: Saying) -> None:
        draft, _ = self._draft, self._ctx.language
        shown = asked.echo(_, value)
        if given is not None and asked.dump(given) != asked.dump(value):
            shown = f"{asked.echo(_, given)} → {shown}"
        draft.answers[asked.name] = asked.dump(value)
        draft.skipped = [name for name in draft.skipped if name != asked.name]
        draft.asides.pop(asked.name, None)
        draft.unsure = [name for name in draft.unsure if name != asked.name]
        sign = "✓ "
        if saying.unsure:
            draft.unsure.append(asked.name)
            sign, shown = "⚠️ ", _("{value} (please check)", value=shown)
        self._note(asked, sign + labelled(_, _(asked.label), shown))

    def _keep(self, asked: Field, given: Any, value: Any) -> None:
        """What was given stands; that the message says another thing is said."""
        _ = self._ctx.language
        text = _(
            "{given} stays; the message says {value}. Edit it if that is right.",
            given=asked.echo(_, given),
            value=asked.echo(_, value),
        )
        self._note(asked, "？ " + labelled(_, _(asked.label), text))

    def _hold(self, asked: Field, value: Any, doubt: Doubt) -> None:
        """Something must be confirmed before this value counts; it is asked first of all."""
        if self.filled.doubt is not None:
            return
        self._draft.held["?"] = {
            "field": asked.name,
            "value": asked.dump(value),
            "key": doubt.key,
            "token": doubt.token,
        }
        self.filled.doubt, self.filled.doubtful = doubt, asked

    # --- doubts ------------------------------------------------------------------------------------------

    def _set_aside(self, asked: Field, doubt: Clarification) -> None:
        """Keep a doubtful value for its own question, with words that the person understands."""
        ctx, draft, _ = self._ctx, self._draft, self._ctx.language
        if asked.name in draft.answers and not doubt.candidates:
            return
        words = self._message[slice(*doubt.span)].strip() if doubt.span else ""
        view, note = self._candidates(asked, doubt), ""
        if not view and words:
            draft.view = {}
            try:
                asked.read(ctx, draft, words)
            except Refused as refused:
                view, note = dict(draft.view), explain(_, refused)
            draft.view = {}
        if doubt.why.endswith(HOLDS_NOW):
            note = _("“{words}” is what holds now; please say what it should become.", words=words[:60])
        elif not note:
            said = words or labelled(_, _(asked.label), "、".join(doubt.candidates))
            note = _("“{words}” can be read in several ways; please choose or send it anew.", words=said[:60])
        draft.asides[asked.name] = {"view": view, "note": note}
        self._note(asked, "？ " + labelled(_, _(asked.label), note))

    def _candidates(self, asked: Field, doubt: Clarification) -> dict[str, Any]:
        """Give the view of a question that offers the candidates, as far as its field can."""
        if asked.name in {"customer", "file"}:
            words = self._message[slice(*doubt.span)].strip() if doubt.span else ""
            return {"search": words[:40]} if doubt.candidates and words else {}
        if not doubt.candidates:
            return {}
        if isinstance(asked, Rate):
            floor = self._ctx.work.rules.min_rate
            fitting = [each for each in doubt.candidates if floor <= Decimal(each) <= 1]
            return {"candidates": fitting} if fitting else {}
        if isinstance(asked, Terms):
            return {"candidates": [each for each in doubt.candidates if _readable(self._ctx, asked, each)]}
        return {"candidates": list(doubt.candidates)}


_PENDING = {
    "monthly": "月结",
    "monthly_next": "次月结",
    "after_invoice": "票到",
    "after_delivery": "货到",
    "net_days": "账期",
}


def _readable(ctx: Context, asked: Terms, words: str) -> bool:
    try:
        asked.read(ctx, Draft("", 0), words)
    except Refused:
        return False
    return len(words.encode()) <= 40
