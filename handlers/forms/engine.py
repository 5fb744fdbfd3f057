"""The dialogue of a form: one step a turn, from what was stored and what a person just did.

stage `ask`: the next question, or the summary when nothing is missing; `doubt`: something is to be confirmed;
`edit`: which field to change; `parting`: whether really to cancel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.errors import Refused
from handlers.alarms import alarm_uncovered
from handlers.context import Context
from handlers.conversation import MAX_DRAFTS, Draft
from handlers.forms import screens
from handlers.forms.fields import Answers, Doubt, Field, Form, load_answers, next_field, visible_fields
from handlers.forms.files import Files
from handlers.forms.harvest import harvest, unlabelled
from handlers.language import N_, Language
from handlers.refusals import explain
from handlers.ui import FileArrived, RemoteFile, View, ViewBuilder

WORDS = {  # what may be typed instead of a button
    "b": (N_("Back"),),
    "s": (N_("Skip"),),
    "c": (N_("Cancel"),),
    "cy": (N_("Yes, cancel"),),
    "k": (N_("Keep"),),
    "y": (N_("Confirm"),),
    "e": (N_("Edit"),),
    "ok": (N_("Submit"),),
    "r": (N_("Continue filling"), N_("Return")),
    "n": (N_("Refill"),),
}


FOLLOW_UPS = {
    "settlement_days_missing",
    "choice_ambiguous",
    "phone_ambiguous",
    "date_ambiguous",
}  # no mistake


# What a draft was to mend is past mending.
OVER = {"request_closed", "version_changed", "request_unknown"}


class Forms:
    """Every form there is, and the dialogue over them. languages: in which typed words are understood."""

    def __init__(self, forms: Sequence[Form], languages: Sequence[Language]) -> None:
        self._forms: Mapping[str, Form] = {form.name: form for form in forms}
        self._words = {
            language(word).casefold(): act
            for act, words in WORDS.items()
            for word in words
            for language in languages
        }
        self._languages = languages

    def start(self, ctx: Context, name: str) -> None:
        """Begin a form; where a draft lies, ask whether to go on with it."""
        form, _ = self._forms[name], ctx.language
        if not form.allowed(ctx.actor):
            raise Refused("role_required")
        draft = ctx.conversation.draft_of(name)
        if draft is None or not draft.touched:
            if draft is not None:
                ctx.conversation.drop(draft)
            self.begin(ctx, Draft(form.name, form.version))
            return
        self._adapt(form, draft)
        screen = ViewBuilder().say(_("You have a draft of “{form}”.", form=_(form.title)))
        for text in screens.summary_lines(_, form, draft, load_answers(form, draft))[:3]:
            screen.say(text)
        ctx.conversation.active = ""
        screen.buttons(screens.resume_button(_, form, draft, load_answers(form, draft)))
        ctx.say(screen.buttons(screens.key(draft, _("Refill"), "new")).view())

    def begin(self, ctx: Context, draft: Draft) -> None:
        """Open a draft and put its first question in a new message. Raises Refused("too_many_drafts")."""
        if not ctx.conversation.has_room:
            raise Refused("too_many_drafts", limit=MAX_DRAFTS)
        ctx.conversation.open(draft)
        self._present(ctx, self._forms[draft.form], draft, fresh=True)

    def resume(self, ctx: Context, draft: Draft | None = None, notes: Sequence[str] = ()) -> bool:
        """Go on with a draft, the active or latest one by default; false when there is none."""
        conversation = ctx.conversation
        known = [other for other in conversation.drafts if other.form in self._forms]
        draft = draft or conversation.current or (known[-1] if known else None)
        if draft is None or (form := self._forms.get(draft.form)) is None:
            return False
        conversation.open(draft)
        self._adapt(form, draft)
        draft.stage, draft.view = "ask", {}
        self._present(ctx, form, draft, notes=notes, fresh=True)
        return True

    def resume_active(self, ctx: Context) -> None:
        """Put the question of the form under way again, after something else was asked in between."""
        if ctx.conversation.current is not None:
            self.resume(ctx)

    def parked(self, ctx: Context) -> list[tuple[Form, Draft, Answers]]:
        """Give the drafts that can be continued."""
        drafts = [(self._forms.get(draft.form), draft) for draft in ctx.conversation.drafts]
        return [(form, draft, load_answers(form, draft)) for form, draft in drafts if form is not None]

    def on_text(self, ctx: Context, text: str) -> bool:
        """Take what was typed as a word for a button or as an answer; false if no form is under way."""
        draft = ctx.conversation.current
        if draft is None or (form := self._forms.get(draft.form)) is None:
            return False
        self._adapt(form, draft)
        answers = load_answers(form, draft)
        if (act := self._words.get(text.strip().casefold())) is not None:
            self._act(ctx, form, draft, act, "")
            return True
        found = harvest(ctx, form, draft, text, self._languages)
        if found is not None:
            draft.stage, draft.focus, draft.view = "ask", "", {}
            self._present(ctx, form, draft, notes=found)
            return True
        if draft.stage == "parting":  # whether to cancel is not the question that this answers
            self._present(ctx, form, draft)
            return True
        field = next_field(form, draft, answers)
        if draft.stage == "doubt":
            field = form.field(str(draft.held["?"]["field"]))
        if draft.stage == "edit" or field is None:
            self._choose_field(ctx, form, draft, answers, text)
            return True
        if draft.stage != "doubt" and not self._shown(draft, field):
            self._present(ctx, form, draft)
            return True
        said = unlabelled(field, text, self._languages)
        self._answer(ctx, form, draft, field, lambda: field.read(ctx, draft, said))
        return True

    def on_files(self, ctx: Context, files: Sequence[RemoteFile]) -> bool:
        """Take files for the question under way; false if no form is."""
        draft = ctx.conversation.current
        if draft is None or (form := self._forms.get(draft.form)) is None:
            return False
        answers = load_answers(form, draft)
        field = next_field(form, draft, answers)
        if field is None or not field.takes_files:
            field = next((f for f in visible_fields(form, draft, answers) if f.takes_files), None)
        if field is None:
            raise Refused("file_not_expected")
        try:
            for file in files:
                field.take_file(ctx, draft, file)
        except Refused as refused:
            self._refuse(ctx, form, draft, refused)
        return True

    def on_arrival(self, ctx: Context, arrived: FileArrived) -> None:
        """A file has been fetched, or could not be."""
        _ = ctx.language
        for draft in ctx.conversation.drafts:
            form = self._forms.get(draft.form)
            for field in form.fields if form else ():
                if not isinstance(field, Files):
                    continue
                if not field.arrive(draft, arrived.attachment_id, not arrived.refusal):
                    continue
                names = [entry[1] for entry in field.received(draft) if entry[0] == arrived.attachment_id]
                note = (
                    explain(
                        _, Refused(arrived.refusal, limit=ctx.work.rules.attachments.max_bytes // 1_000_000)
                    )
                    if arrived.refusal
                    else "✓ " + _("Received: {name}", name=names[0])
                )
                asking = draft.id == ctx.conversation.active and ctx.conversation.asking is None
                if not asking or draft.stage != "ask" or form is None:
                    ctx.say(ViewBuilder().say(note).view())
                else:
                    if next_field(form, draft, load_answers(form, draft)) is None:
                        draft.focus = field.name
                    self._present(ctx, form, draft, notes=[note], fresh=True)
                return

    def on_tap(self, ctx: Context, draft_id: str, revision: str, act: str, arg: str = "") -> None:
        """Take a tap on a form's button, or say why it is too late."""
        _, draft = ctx.language, ctx.conversation.draft(draft_id)
        if draft is None or (form := self._forms.get(draft.form)) is None:
            request = ctx.work.requests.by_draft(draft_id)
            ctx.toast = (
                _("Already submitted: {number}", number=request.number)
                if request is not None
                else _("This draft is no longer there.")
            )
            return
        self._adapt(form, draft)
        if act == "r" and (revision == "0" or str(draft.revision) != revision):
            self.resume(ctx, draft)
            return
        if act == "new" and revision == str(draft.revision):
            ctx.conversation.drop(draft)
            self.begin(ctx, Draft(form.name, form.version))
            return
        if revision != str(draft.revision):
            ctx.toast = _("This question has been answered; please look at the latest one.")
            if draft.id != ctx.conversation.active or not ctx.tapped_the_prompt:
                self.resume(ctx, draft)
            return
        ctx.conversation.open(draft)
        self._act(ctx, form, draft, act, arg)

    def _act(self, ctx: Context, form: Form, draft: Draft, act: str, arg: str) -> None:  # noqa: PLR0912
        answers = load_answers(form, draft)
        field = next_field(form, draft, answers)
        if act in {"v", "g", "k", "s"} and field is not None and not self._shown(draft, field):
            act = "r"  # it was meant for another question, so this one is put first
        match act:
            case "v" if field is not None:
                self._answer(ctx, form, draft, field, lambda: field.pick(ctx, draft, arg))
                return
            case "g" if field is not None:
                field.turn(ctx, draft, arg)
            case "k" if field is not None:
                self._keep(draft, field)
            case "s" if field is not None:
                if not field.optional:
                    self._refuse(ctx, form, draft, Refused("field_required"))
                    return
                draft.answers.pop(field.name, None)
                draft.held.pop(field.name, None)
                draft.skipped = [*(n for n in draft.skipped if n != field.name), field.name]
                draft.focus, draft.view = "", {}
            case "b" if not self._step_back(form, draft, answers, field):
                self._present(ctx, form, draft, notes=[ctx.language("This is the first question.")])
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
        self._present(ctx, form, draft)

    def _answer(self, ctx: Context, form: Form, draft: Draft, field: Field, read) -> None:  # type: ignore[no-untyped-def]
        try:
            value = read()
            answers = {**load_answers(form, draft), field.name: value}
            doubt = field.check(ctx, answers, value) if field.check else None
        except Refused as refused:
            draft.stage = "ask"
            draft.focus = field.name if field.name in draft.answers else draft.focus
            self._refuse(ctx, form, draft, refused)
            return
        if doubt is not None and doubt.token not in draft.confirmed.get(doubt.key, []):
            draft.stage = "doubt"
            draft.held["?"] = {
                "field": field.name,
                "value": field.dump(value),
                "key": doubt.key,
                "token": doubt.token,
            }
            self._present(ctx, form, draft, doubt=doubt)
            return
        self._store(draft, field.name, field.dump(value))
        self._present(ctx, form, draft, answered=field)

    @staticmethod
    def _shown(draft: Draft, field: Field) -> bool:
        """Whether a question is the one on the screen; a new version or a file may bring up another."""
        return draft.asked in {None, field.name}

    def _store(self, draft: Draft, name: str, raw: object) -> None:
        draft.answers[name] = raw
        draft.skipped = [n for n in draft.skipped if n != name]
        draft.held.pop(name, None)
        draft.held.pop("?", None)
        draft.stage, draft.focus, draft.view = "ask", "", {}

    def _keep(self, draft: Draft, field: Field) -> None:
        if field.name not in draft.answers and draft.mend is not None and field.name in draft.mend.former:
            draft.answers[field.name] = draft.mend.former[field.name]
        draft.focus, draft.view = "", {}

    def _confirm(self, draft: Draft) -> None:
        held = draft.held.pop("?")
        draft.confirmed[held["key"]] = [*draft.confirmed.get(held["key"], []), held["token"]]
        self._store(draft, held["field"], held["value"])

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

    def _choose_field(self, ctx: Context, form: Form, draft: Draft, answers: Answers, text: str) -> None:
        wanted = text.strip().casefold()
        for field in visible_fields(form, draft, answers):
            if wanted in {language(field.label).casefold() for language in self._languages}:
                draft.stage, draft.focus, draft.view = "ask", field.name, {}
                self._present(ctx, form, draft)
                return
        note = ctx.language("Nothing is filed yet. Submit, or say which field to change.")
        draft.stage = "ask"
        self._present(ctx, form, draft, notes=[note])

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
                self._refuse(ctx, form, draft, refused)
                return
            if doubt is not None and doubt.token not in draft.confirmed.get(doubt.key, []):
                draft.stage = "doubt"
                raw = draft.answers[field.name]
                draft.held["?"] = {"field": field.name, "value": raw, "key": doubt.key, "token": doubt.token}
                self._present(ctx, form, draft, doubt=doubt)
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
            self._refuse(ctx, form, draft, refused)
            return
        ctx.conversation.drop(draft)
        screen = ViewBuilder()
        for text in screens.summary_lines(ctx.language, form, draft, answers):
            screen.say(text)
        ctx.settle_prompt(screen.say("✓ " + ctx.language("Submitted")).view())

    def _refuse(self, ctx: Context, form: Form, draft: Draft, refused: Refused) -> None:
        sign = "" if refused.code in FOLLOW_UPS else "⚠️ "
        self._present(ctx, form, draft, notes=[sign + explain(ctx.language, refused)])

    def _present(
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
            view = screens.show_doubt(ctx, form, draft, held, doubt)
        elif draft.stage == "edit":
            view = screens.show_fields(ctx, form, draft, answers)
        elif draft.stage == "parting":
            view = screens.show_parting(ctx, form, draft)
        elif field is not None:
            draft.asked = field.name
            view = screens.show_question(ctx, form, draft, answers, field, notes)
        else:
            view = screens.show_summary(ctx, form, draft, answers, notes)
        closing = self._closing(ctx, form, draft, answers, answered or (field if notes else None))
        ctx.ask(view, closing, fresh=fresh)

    def _closing(
        self, ctx: Context, form: Form, draft: Draft, answers: Answers, former: Field | None
    ) -> View:
        """What the former question becomes: its title, with the answer if it got one."""
        _ = ctx.language
        if former is None:
            return ViewBuilder().say(_(form.title)).view()
        if former.name in answers:
            return screens.show_answered(ctx, form, draft, answers, former)
        return ViewBuilder().say(screens.question_title(_, form, draft, answers, former)).view()

    def _adapt(self, form: Form, draft: Draft) -> None:
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
