"""A document on its way into its file: one card, the four steps one tap each."""

from __future__ import annotations

from domain.errors import Refused
from domain.personnel_files.access import note_list
from domain.personnel_files.files import PersonnelFile, keeps_files
from domain.personnel_files.materials import Material, MaterialState, reject_material, take_next_step
from handlers.approvals.asking import Questions
from handlers.context import Context, Telling
from handlers.conversation import Asking
from handlers.language import N_, Language
from handlers.personnel_files.wording import CLASSES, file_title, show_material_state
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled, shorten

PAGE = 6
_STEPS = (
    (MaterialState.AUTHENTICATED, N_("authenticated"), N_("① Genuine, complete, this person's")),
    (MaterialState.PLACED, N_("place settled"), N_("② Settle its place")),
    (MaterialState.CATALOGUED, N_("in the catalogue"), N_("③ Enter in the catalogue")),
    (MaterialState.FILED, N_("in the file"), N_("④ Put in")),
)
_ORDER = [MaterialState.RECEIVED, *(state for state, _done, _act in _STEPS)]


def material_card(material: Material) -> str:
    return f"material:{material.id}"


def show_material(ctx: Telling, _: Language, material: Material, file: PersonnelFile) -> View:
    """The card: what it is, which steps are done, and the one that comes next."""
    screen = ViewBuilder().say(bold(f"{_('【Filing】')}{file_title(ctx.work.people, file)}"))
    pages = _.plural("{n} page", "{n} pages", material.pages)
    copies = f" × {material.copies}" if material.copies > 1 else ""
    screen.say(f"{material.name} · {pages}{copies}")
    place = material.label if material.place else _("class {letter}", letter=_(CLASSES[material.letter]))
    screen.say(labelled(_, _("Place"), f"{place} · {file.cabinet}" if file.cabinet else place))
    if material.state not in _ORDER:
        screen.say(show_material_state(_, material.state))
        return screen.say(material.note).view() if material.note else screen.view()
    reached = _ORDER.index(material.state)
    done = [("☑ " if at <= reached else "☐ ") + _(word) for at, (_s, word, _a) in enumerate(_STEPS, start=1)]
    screen.say("  ".join(done))
    if material.state is MaterialState.FILED:
        return screen.view()
    _state, _word, act = _STEPS[reached]
    screen.buttons(Button(_(act), f"mt:{material.id}:{material.state.value}"))
    return screen.buttons(Button(_("Turn down"), f"mj:{material.id}:{material.state.value}")).view()


class FilingSteps:
    """Payloads carry the id of a document and the state that was seen."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        questions.register("turn_down", self._answer)

    def on_step(self, ctx: Context, material_id: str, state: str) -> None:
        material = take_next_step(ctx.work, ctx.actor, int(material_id), _state(state), ctx.now)
        ctx.toast = f"{material.label} {show_material_state(ctx.language, material.state)}"

    def on_turn_down(self, ctx: Context, material_id: str, state: str) -> None:
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("Turn down"))).say(_("Why is it not taken in?"))
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "turn_down", screen.view(), material=material_id, state=state)

    def _answer(self, ctx: Context, asking: Asking, text: str) -> None:
        args = asking.args
        with ctx.work.attempt():
            reject_material(ctx.work, ctx.actor, int(args["material"]), _state(args["state"]), text, ctx.now)
        self._questions.settle(ctx, ctx.language("Turned down."))

    def show_list(self, ctx: Context, page: str = "0") -> None:
        """待归档: what was taken in and lies in no file yet."""
        if not keeps_files(ctx.actor):
            raise Refused("role_required")
        _, at = ctx.language, int(page)
        note_list(ctx.work, ctx.actor, _("On their way"), ctx.now)
        found = ctx.work.files.on_the_way(limit=PAGE + 1, offset=at * PAGE)
        screen = ViewBuilder().say(bold(_("On their way into files")))
        if not found:
            screen.say(_("Nothing lies about."))
        for place, material in enumerate(found[:PAGE], start=at * PAGE + 1):
            file = ctx.work.files.by_id(material.file_id)
            title = file_title(ctx.work.people, file) if file else ""
            when = _.moment(material.received_at)
            screen.say(
                f"{place}. {title} · {material.name} · {show_material_state(_, material.state)} · {when}"
            )
            screen.buttons(Button(f"{place}. {shorten(f'{title} {material.name}', 24)}", f"mo:{material.id}"))
        row = [Button("◀ " + _("Previous page"), f"fs:way:{at - 1}")] if at else []
        if len(found) > PAGE:
            row.append(Button(_("Next page") + " ▶", f"fs:way:{at + 1}"))
        ctx.show(screen.buttons(*row).view())

    def show_one(self, ctx: Context, material_id: str) -> None:
        if not keeps_files(ctx.actor):
            raise Refused("role_required")
        material = ctx.work.files.lock_material(int(material_id))
        file = ctx.work.files.by_id(material.file_id) if material else None
        if material is None or file is None:
            raise Refused("material_unknown")
        ctx.say(show_material(ctx, ctx.language, material, file), material_card(material))


def _state(value: str) -> MaterialState:
    try:
        return MaterialState(value)
    except ValueError as error:
        raise Refused("button_unknown") from error
