"""One step on a form under way: take an act or an answer, and show where the draft stands.

stage `ask`: the next question, or the summary when nothing is missing; `doubt`: something is to be confirmed;
`edit`: which field to change; `parting`: whether really to cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from domain.errors import Refused
from handlers.alarms import alarm_uncovered
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms import screens
from handlers.forms.fields import Answers, Doubt, Field, Form, load_answers, next_field, visible_fields
from handlers.language import Language
from handlers.refusals import explain
from handlers.ui import View, ViewBuilder

# Questions in return, not mistakes.
FOLLOW_UPS = {"settlement_days_missing", "choice_ambiguous", "phone_ambiguous", "date_ambiguous"}


# What a draft was to mend is past mending.
OVER = {"request_closed", "version_changed", "request_unknown"}


class Dialogue:
    """languages: in which the name of a field is understood."""

    def __init__(self, languages: Sequence[Language]) -> None:
        self._languages = languages

    def act(self, ctx: Context, form: Form, draft: Draft, act: str, arg: str) -> None:  # noqa: PLR0912
        answers = load_answers(form, draft)
        field = next_field(form, draft, answers)
        if act in {"v", "g", "k", "s"} and field is not None and not self.shown(draft, field):
            act = "r"  # it was meant for another question, so this one is put first
        match act:
            case "v" if field is not None:
                self.answer(ctx, form, draft, field, lambda: field.pick(ctx, draft, arg))
                return
            case "g" if field is not None:
                field.turn(ctx, draft, arg)
            case "k" if field is not None:
                self._keep(draft, field)
            case "s" if field is not None:
                if not field.optional:
                    self.refuse(ctx, form, draft, Refused("field_required"))
                    return
                draft.answers.pop(field.name, None)
                draft.held.pop(field.name, None)
                draft.skipped = [*(n for n in draft.skipped if n != field.name), field.name]
                draft.focus, draft.view = "", {}
            case "b" if not self._step_back(form, draft, answers, field):
                self.present(ctx, form, draft, notes=[ctx.language("This is the first question.")])
                return
            case "b":
                pass
            case "y" if draft.stage == "doubt":
                self._confirm(draft)
            case "n" if draft.stage == "doubt":
                draft.stage, draft.focus = "ask", str(draft.held.pop("?")["field"])
            case "e" if arg and form.field(arg) is not None:
                draft.stage, draft.focus, draft.view = "ask", arg, {}
            case "e":
                draft.stage = "edit"
            case "c" if draft.touched and draft.stage != "parting":
                draft.stage = "parting"
            case "c" | "cy":
                self._discard(ctx, form, draft)
                return
            case "ok" if field is None and draft.stage == "ask":
                self._submit(ctx, form, draft, answers)
                return
            case _:
                draft.stage, draft.view = "ask", {}
        self.present(ctx, form, draft)

    def answer(self, ctx: Context, form: Form, draft: Draft, field: Field, read: Callable[[], Any]) -> None:
        try:
            value = read()
            answers = {**load_answers(form, draft), field.name: value}
            doubt = field.check(ctx, answers, value) if field.check else None
        except Refused as refused:
            draft.stage = "ask"
            draft.focus = field.name if field.name in draft.answers else draft.focus
            self.refuse(ctx, form, draft, refused)
            return
        if doubt is not None and doubt.token not in draft.confirmed.get(doubt.key, []):
            draft.stage = "doubt"
            draft.held["?"] = {
                "field": field.name,
                "value": field.dump(value),
                "key": doubt.key,
                "token": doubt.token,
            }
            self.present(ctx, form, draft, doubt=doubt)
            return
        self._store(draft, field.name, field.dump(value))
        self.present(ctx, form, draft, answered=field)

    @staticmethod
    def _bring_up(draft: Draft, field: Field, notes: Sequence[str]) -> Sequence[str]:
        """Bring up what a message left doubtful about a field: its candidates, and why it is asked."""
        aside = draft.asides.get(field.name)
        if not aside or draft.view:
            return notes
        draft.view = dict(aside["view"])
        return [*(note for note in notes if not note.endswith(aside["note"])), "⚠️ " + aside["note"]]

    @staticmethod
    def shown(draft: Draft, field: Field) -> bool:
        """Whether a question is the one on the screen; a new version or a file may bring up another."""
        return draft.asked in {None, field.name}

    def _store(self, draft: Draft, name: str, raw: object) -> None:
        draft.answers[name] = raw
        draft.skipped = [n for n in draft.skipped if n != name]
        draft.held.pop(name, None)
        draft.held.pop("?", None)
        draft.asides.pop(name, None)
        draft.unsure = [n for n in draft.unsure if n != name]
        draft.stage, draft.focus, draft.view = "ask", "", {}

    def _keep(self, draft: Draft, field: Field) -> None:
        if field.name not in draft.answers and draft.mend is not None and field.name in draft.mend.former:
            draft.answers[field.name] = draft.mend.former[field.name]
        draft.focus, draft.view = "", {}

    def _confirm(self, draft: Draft) -> None:
        held = draft.held.pop("?")
        draft.confirmed[held["key"]] = [*draft.confirmed.get(held["key"], []), held["token"]]
        self._store(draft, held["field"], held["value"])

    def doubt_held(self, ctx: Context, form: Form, draft: Draft) -> Doubt | None:
        """Give what is still to be confirmed of a draft that was put aside; what needs it no more is kept."""
        held = draft.held.get("?")
        field = form.field(str(held["field"])) if held else None
        if held is None or field is None or field.check is None:
            return None
        try:
            value = field.load(held["value"])
            doubt = field.check(ctx, {**load_answers(form, draft), field.name: value}, value)
        except Refused:
            draft.held.pop("?")  # its question says why when it is answered again
            return None
        if doubt is None or doubt.token in draft.confirmed.get(doubt.key, []):
            self._store(draft, field.name, held["value"])
            return None
        held["key"], held["token"] = doubt.key, doubt.token
        return doubt

    def _step_back(self, form: Form, draft: Draft, answers: Answers, field: Field | None) -> bool:
        """Go to the question before; false where there is none."""
        if draft.stage != "ask":
            draft.stage = "ask"
            draft.held.pop("?", None)
            return True
        fields = visible_fields(form, draft, answers)
        place = fields.index(field) if field in fields else len(fields)
        if place == 0:
            return False
        draft.focus, draft.view = fields[place - 1].name, {}
        return True

    def choose_field(self, ctx: Context, form: Form, draft: Draft, answers: Answers, text: str) -> None:
        wanted = text.strip().casefold()
        for field in visible_fields(form, draft, answers):
            if wanted in {language(field.label).casefold() for language in self._languages}:
                draft.stage, draft.focus, draft.view = "ask", field.name, {}
                self.present(ctx, form, draft)
                return
        note = ctx.language("Nothing is filed yet. Submit, or say which field to change.")
        draft.stage = "ask"
        self.present(ctx, form, draft, notes=[note])

    def _discard(self, ctx: Context, form: Form, draft: Draft) -> None:
        ctx.conversation.drop(draft)
        _ = ctx.language
        view = ViewBuilder().say(_("“{form}” was cancelled; nothing was filed.", form=_(form.title))).view()
        if ctx.tapped is None:
            ctx.settle_prompt(ViewBuilder().say(_(form.title)).view())
            ctx.say(view)
        else:
            ctx.settle_prompt(view)

    def _submit(self, ctx: Context, form: Form, draft: Draft, answers: Answers) -> None:
        """Check everything again, since the register may have moved, and file what the summary shows."""
        asked = visible_fields(form, draft, answers)
        hidden = {f.name for f in form.fields if f.when is not None and not f.when(answers)}
        answers = {name: value for name, value in answers.items() if name not in hidden}
        for field in form.fields:
            if field.name not in answers:
                continue
            value = answers[field.name]
            try:
                if field in asked:
                    field.recheck(ctx, value)
                doubt = field.check(ctx, answers, value) if field.check and field in asked else None
            except Refused as refused:
                draft.focus = field.name
                self.refuse(ctx, form, draft, refused)
                return
            if doubt is not None and doubt.token not in draft.confirmed.get(doubt.key, []):
                draft.stage = "doubt"
                raw = draft.answers[field.name]
                draft.held["?"] = {"field": field.name, "value": raw, "key": doubt.key, "token": doubt.token}
                self.present(ctx, form, draft, doubt=doubt)
                return
        try:
            with ctx.work.attempt():
                kept = {name: raw for name, raw in draft.answers.items() if name not in hidden}
                form.submit(ctx, replace(draft, answers=kept), answers)
        except Refused as refused:
            if refused.code == "route_uncovered":
                ctx.outgoing += alarm_uncovered(ctx.work, ctx.languages, str(refused.params["who"]))
            if refused.code in OVER:
                ctx.conversation.drop(draft)
                ctx.settle_prompt(ViewBuilder().say("⚠️ " + explain(ctx.language, refused)).view())
                return
            self.refuse(ctx, form, draft, refused)
            return
        ctx.conversation.drop(draft)
        screen = ViewBuilder()
        for text in screens.summary_lines(ctx.language, form, draft, answers):
            screen.say(text)
        ctx.settle_prompt(screen.say("✓ " + ctx.language("Submitted")).view())

    def refuse(self, ctx: Context, form: Form, draft: Draft, refused: Refused) -> None:
        sign = "" if refused.code in FOLLOW_UPS else "⚠️ "
        self.present(ctx, form, draft, notes=[sign + explain(ctx.language, refused)])

    def present(
        self,
        ctx: Context,
        form: Form,
        draft: Draft,
        *,
        notes: Sequence[str] = (),
        doubt: Doubt | None = None,
        answered: Field | None = None,
        fresh: bool = False,
    ) -> None:
        """Show where the draft stands. fresh: in a new message even if a button was tapped."""
        answers = load_answers(form, draft)
        if draft.stage == "doubt" and doubt is None:  # a doubt that is not shown cannot be confirmed
            draft.stage = "ask"
            draft.held.pop("?", None)
        ctx.conversation.revision += 1
        draft.revision, draft.asked = ctx.conversation.revision, ""
        field = next_field(form, draft, answers)
        if doubt is not None and (held := form.field(str(draft.held["?"]["field"]))) is not None:
            draft.asked = held.name
            view = screens.show_doubt(ctx, form, draft, held, doubt, notes)
        elif draft.stage == "edit":
            view = screens.show_fields(ctx, form, draft, answers)
        elif draft.stage == "parting":
            view = screens.show_parting(ctx, form, draft)
        elif field is not None:
            draft.asked = field.name
            notes = self._bring_up(draft, field, notes)
            view = screens.show_question(ctx, form, draft, answers, field, notes)
        else:
            view = screens.show_summary(ctx, form, draft, answers, notes)
        closing = self._closing(ctx, form, draft, answers, answered or (field if notes else None))
        ctx.ask(view, closing, fresh=fresh)
        asked = screens.question_title(ctx.language, form, draft, answers, field) if field else ""
        ctx.conversation.asker, ctx.conversation.asks = draft.id, asked or ctx.language(form.title)

    def _closing(
        self, ctx: Context, form: Form, draft: Draft, answers: Answers, former: Field | None
    ) -> View:
        """What the former question becomes: its title, with the answer if it got one."""
        _, conversation = ctx.language, ctx.conversation
        if conversation.asker not in {"", draft.id}:  # it was another form's
            return ViewBuilder().say(conversation.asks).view()
        if former is None:
            return ViewBuilder().say(_(form.title)).view()
        if former.name in answers:
            return screens.show_answered(ctx, form, draft, answers, former)
        return ViewBuilder().say(screens.question_title(_, form, draft, answers, former)).view()


def adapt(form: Form, draft: Draft) -> None:
    """Bring a draft of another version up to date; what cannot be brought is asked again."""
    if draft.version != form.version:
        draft.view = {}
        if form.migrate is not None:
            try:
                draft.answers = form.migrate(dict(draft.answers), draft.version)
            except (ValueError, KeyError, TypeError, ArithmeticError):
                draft.orphans, draft.answers = {**draft.orphans, **draft.answers}, {}
    draft.version = form.version
    names = {field.name for field in form.fields}
    for name in [name for name in draft.answers if name not in names]:
        draft.orphans[name] = draft.answers.pop(name)
    for name in [name for name in draft.orphans if name in names]:  # the field has come back
        draft.answers.setdefault(name, draft.orphans.pop(name))
    optional = {field.name for field in form.fields if field.optional}
    draft.skipped = [name for name in draft.skipped if name in optional]
    if draft.focus and draft.focus not in names:
        draft.focus = ""
    if draft.stage == "doubt" and "?" not in draft.held:
        draft.stage = "ask"
