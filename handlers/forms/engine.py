"""Every form there is: begin, go on, and hand what comes in to the draft it is meant for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from domain.errors import Refused
from handlers.context import Context
from handlers.conversation import MAX_DRAFTS, Draft
from handlers.forms import screens
from handlers.forms.dialogue import Dialogue, adapt
from handlers.forms.fields import Answers, Doubt, Field, Form, load_answers, next_field, visible_fields
from handlers.forms.files import Files
from handlers.forms.harvest import harvest, unlabelled
from handlers.language import N_, Language
from handlers.refusals import explain
from handlers.ui import FileArrived, RemoteFile, ViewBuilder

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


class More(Protocol):
    """What an answer said beyond the question. doubt: something to confirm first."""

    @property
    def notes(self) -> list[str]: ...

    @property
    def doubt(self) -> Doubt | None: ...


ReadMore = Callable[[Context, Form, Draft, Field | None, str], More | None]


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
        self._dialogue = Dialogue(languages)
        self.read_more: ReadMore | None = None

    def form(self, name: str) -> Form:
        return self._forms[name]

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
        adapt(form, draft)
        screen = ViewBuilder().say(_("You have a draft of “{form}”.", form=_(form.title)))
        for text in screens.summary_lines(_, form, draft, load_answers(form, draft))[:3]:
            screen.say(text)
        ctx.conversation.active = ""
        screen.buttons(screens.resume_button(_, form, draft, load_answers(form, draft)))
        ctx.say(screen.buttons(screens.key(draft, _("Refill"), "new")).view())

    def begin(self, ctx: Context, draft: Draft) -> None:
        """Open a draft and put its first question in a new message. Raises Refused("too_many_drafts")."""
        self.require_room(ctx)
        ctx.conversation.open(draft)
        self._dialogue.present(ctx, self._forms[draft.form], draft, fresh=True)

    def require_room(self, ctx: Context, count: int = 1) -> None:
        """Raise Refused("too_many_drafts") where so many more drafts would push others out."""
        if not ctx.conversation.has_room_for(count):
            raise Refused("too_many_drafts", limit=MAX_DRAFTS)

    def show(self, ctx: Context, draft: Draft, notes: Sequence[str], doubt: Doubt | None = None) -> None:
        """Show where a draft stands that was filled otherwise than by its questions."""
        draft.stage = "doubt" if doubt is not None else "ask"
        self._dialogue.present(
            ctx, self._forms[draft.form], draft, notes=notes, doubt=doubt, fresh=ctx.tapped is not None
        )

    def resume(self, ctx: Context, draft: Draft | None = None, notes: Sequence[str] = ()) -> bool:
        """Go on with a draft, the active or latest one by default; false when there is none."""
        conversation = ctx.conversation
        known = [other for other in conversation.drafts if other.form in self._forms]
        draft = draft or conversation.current or (known[-1] if known else None)
        if draft is None or (form := self._forms.get(draft.form)) is None:
            return False
        conversation.open(draft)
        adapt(form, draft)
        doubt = self._dialogue.doubt_held(ctx, form, draft)
        draft.stage, draft.view = "doubt" if doubt else "ask", {}
        self._dialogue.present(ctx, form, draft, notes=notes, doubt=doubt, fresh=True)
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
        adapt(form, draft)
        answers = load_answers(form, draft)
        if (act := self._words.get(text.strip().casefold())) is not None:
            self._dialogue.act(ctx, form, draft, act, "")
            self._go_on(ctx, draft)
            return True
        found = harvest(ctx, form, draft, text, self._languages)
        if found is not None:
            draft.stage, draft.focus, draft.view = "ask", "", {}
            self._dialogue.present(ctx, form, draft, notes=found)
            return True
        if draft.stage == "parting":  # whether to cancel is not the question that this answers
            self._dialogue.present(ctx, form, draft)
            return True
        field = next_field(form, draft, answers)
        if draft.stage == "doubt":
            field = form.field(str(draft.held["?"]["field"]))
        elif (more := self._read_more(ctx, form, draft, field, text)) is not None:
            draft.focus, draft.view = "", {}
            draft.stage = "doubt" if more.doubt is not None else "ask"
            self._dialogue.present(ctx, form, draft, notes=more.notes, doubt=more.doubt)
            return True
        if draft.stage == "edit" or field is None:
            self._dialogue.choose_field(ctx, form, draft, answers, text)
            return True
        if draft.stage != "doubt" and not self._dialogue.shown(draft, field):
            self._dialogue.present(ctx, form, draft)
            return True
        said = unlabelled(field, text, self._languages)
        self._dialogue.answer(ctx, form, draft, field, lambda: field.read(ctx, draft, said))
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
            self._dialogue.refuse(ctx, form, draft, refused)
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
                    self._dialogue.present(ctx, form, draft, notes=[note], fresh=True)
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
        adapt(form, draft)
        if act == "r" and (revision == "0" or str(draft.revision) != revision):
            self.resume(ctx, draft)
            return
        if act == "new" and revision == str(draft.revision):
            ctx.conversation.drop(draft)
            self.begin(ctx, Draft(form.name, form.version, then=draft.then))
            return
        if revision != str(draft.revision):
            ctx.toast = _("This question has been answered; please look at the latest one.")
            if draft.id != ctx.conversation.active or not ctx.tapped_the_prompt:
                self.resume(ctx, draft)
            return
        ctx.conversation.open(draft)
        self._dialogue.act(ctx, form, draft, act, arg)
        self._go_on(ctx, draft)

    def _read_more(
        self, ctx: Context, form: Form, draft: Draft, asked: Field | None, text: str
    ) -> More | None:
        return self.read_more(ctx, form, draft, asked, text) if self.read_more is not None else None

    def _go_on(self, ctx: Context, draft: Draft) -> None:
        """Put the draft that follows one that is over, where a message held several requests."""
        if not draft.then or ctx.conversation.draft(draft.id) is not None or ctx.conversation.active:
            return
        if (following := ctx.conversation.draft(draft.then)) is not None:
            self.go_on_with(ctx, following)

    def go_on_with(self, ctx: Context, draft: Draft) -> None:
        """Put a further request of a message, with what is known of it where it is not a summary already."""
        _, form = ctx.language, self._forms[draft.form]
        answers = load_answers(form, draft)
        notes = [_("Now the next one of your message."), *draft.notes]
        draft.notes = []
        if next_field(form, draft, answers) is not None:
            notes += screens.given_lines(_, form, draft, answers)
        self.resume(ctx, draft, notes)
