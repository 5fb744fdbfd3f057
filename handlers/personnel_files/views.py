"""档案 in chat: where a file is, its record and catalogue for whoever keeps it, and its moves.

Where a file is takes one message. Whatever says more asks for a purpose first, once a day and file.
"""

from __future__ import annotations

from domain.errors import Refused
from domain.loans.incidents import report_incident
from domain.loans.loans import Condition, LoanState
from domain.loans.waiting import GONE, place_of
from domain.personnel_files.access import (
    PURPOSE_LENGTH,
    Look,
    note_look,
    purpose_of_today,
    read_file,
)
from domain.personnel_files.files import (
    FileState,
    PersonnelFile,
    find_files,
    keeps_files,
    require_file,
    require_keeper,
    require_no_kin,
)
from domain.personnel_files.materials import Material, MaterialState
from domain.personnel_files.missing import missing_of
from domain.personnel_files.moves import NEEDS_REASON, may_move, move_file
from handlers.approvals.asking import Questions
from handlers.context import Context
from handlers.conversation import Asking
from handlers.language import N_, Language
from handlers.loans.cards import name_of
from handlers.personnel_files.documents import label_document
from handlers.personnel_files.records import label_of
from handlers.personnel_files.reporting import is_reportable
from handlers.personnel_files.wording import (
    CLASSES,
    file_kind,
    file_title,
    show_condition,
    show_due,
    show_file_state,
    show_loan_state,
    unit_name,
)
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled, shorten

MOST = 12
NEAR = 4  # files of which it is said at once where they are
HISTORY = 5
PURPOSES = (N_("Filing"), N_("Lending and return"), N_("Inspection"), N_("File transfer"), N_("Data check"))
_MOVES = {
    FileState.SHELVED: N_("Put on its shelf"),
    FileState.UNDER_INSPECTION: N_("Take for inspection"),
    FileState.IN_TRANSFER: N_("Begin transfer"),
    FileState.TRANSFERRED_OUT: N_("Receipt came: transferred"),
    FileState.SEALED: N_("Seal"),
    FileState.DESTRUCTION_PENDING: N_("Propose destruction"),
    FileState.DESTROYED: N_("Destroyed"),
    FileState.MISSING: N_("Report missing"),
    FileState.WRITTEN_OFF: N_("Write off"),
}


class FileViews:
    """Payloads carry the id of a file."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        questions.register("purpose", self._answer_purpose, fp=self._pick_purpose)
        questions.register("file_search", self._answer_search)
        questions.register("move", self._answer_move)

    # --- finding -----------------------------------------------------------------------------------------

    def on_search(self, ctx: Context, then: str = "record") -> None:
        """Ask whose file is meant. then: what to show of it."""
        if not keeps_files(ctx.actor):
            raise Refused("role_required")
        _ = ctx.language
        screen = ViewBuilder().say(
            _("Whose file, or which number? Send a name, a part of it, pinyin or the number.")
        )
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "file_search", screen.view(), then=then)

    def _answer_search(self, ctx: Context, asking: Asking, text: str) -> None:
        then = str(asking.args.get("then", "record"))
        self._questions.show_answer(ctx, ctx.language("Search") + " ✓", lambda: self.find(ctx, text, then))

    def find(self, ctx: Context, text: str, then: str = "record") -> None:
        """Show what was asked of the one file that a text means, or the list of those it may mean."""
        if not keeps_files(ctx.actor) and then != "whereabouts":
            raise Refused("role_required")
        found = find_files(ctx.work, text, limit=MOST + 1)
        if len(found) == 1:
            self._show(ctx, found[0], then)
            return
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("Files for “{text}”", text=shorten(text, 20))))
        if not found:
            screen.say(_("Nothing was found. Try another part of the name."))
        route = {"catalogue": "fc", "whereabouts": "fw"}.get(then, "fl")
        near = then == "whereabouts" and keeps_files(ctx.actor) and len(found) <= NEAR
        for file in found[:MOST]:
            if near and not self._is_kin(ctx, file):
                note_look(ctx.work, ctx.actor, file.id, Look.WHEREABOUTS, _("Where is it?"), ctx.now)
                screen.say(bold(label_of(ctx, file)))
                for told in self._where(ctx, file):
                    screen.say(told)
            else:
                screen.say(f"{label_of(ctx, file)} · {show_file_state(_, file.state)}")
            screen.buttons(Button(shorten(label_of(ctx, file), 28), f"{route}:{file.id}"))
        if len(found) > MOST:
            screen.say(_("… and more; please type more of it."))
        ctx.say(screen.view())

    def _is_kin(self, ctx: Context, file: PersonnelFile) -> bool:
        try:
            require_no_kin(ctx.work, ctx.actor, file)
        except Refused:
            return True
        return False

    def _show(self, ctx: Context, file: PersonnelFile, then: str) -> None:
        match then:
            case "catalogue":
                self.show_catalogue(ctx, str(file.id))
            case "whereabouts":
                self.show_whereabouts(ctx, str(file.id))
            case _:
                self.show_record(ctx, str(file.id))

    def on_scanned(self, ctx: Context, number: str) -> None:
        """The code on a bag was scanned: its record for a keeper, else whether it can be had."""
        file = ctx.work.files.by_number(number.upper())
        if file is None:
            raise Refused("file_unknown")
        if keeps_files(ctx.actor) and file.subject_no != ctx.actor.staff_no:
            self.show_record(ctx, str(file.id))
        else:
            self.show_whereabouts(ctx, str(file.id))

    # --- where it is -------------------------------------------------------------------------------------

    def show_whereabouts(self, ctx: Context, file_id: str) -> None:
        """现在在谁手里: the holder for whoever keeps files; for others only whether it can be had."""
        file, _ = require_file(ctx.work, int(file_id)), ctx.language
        require_no_kin(ctx.work, ctx.actor, file)
        note_look(ctx.work, ctx.actor, file.id, Look.WHEREABOUTS, _("Where is it?"), ctx.now)
        screen = ViewBuilder().say(bold(file_title(ctx.work.people, file)))
        loan = ctx.work.loans.active_of(file.id or 0)
        mine = loan is not None and loan.borrower_no == ctx.actor.staff_no
        if keeps_files(ctx.actor) or mine:
            for text in self._where(ctx, file):
                screen.say(text)
            if loan is not None:
                screen.buttons(Button(_("Loan"), f"ln:{loan.id}"))
            if keeps_files(ctx.actor):
                screen.buttons(Button(_("Record"), f"fl:{file.id}"))
            ctx.say(screen.view())
            return
        free = loan is None and file.state.here
        screen.say(_("It is in its place.") if free else _("It cannot be had at the moment."))
        if free:
            screen.buttons(Button(_("Borrow a file"), f"lb:{file.id}"))
        elif place := place_of(ctx.work, ctx.actor, file.id or 0):
            screen.say(_("You are number {n} on the list.", n=place))
            screen.buttons(Button(_("Leave the list"), f"lq:{file.id}"))
        elif file.state not in GONE:
            screen.buttons(Button(_("Tell me when it is back"), f"lw:{file.id}"))
        ctx.say(screen.view())

    def _where(self, ctx: Context, file: PersonnelFile) -> list[str]:
        _ = ctx.language
        kept = f"{unit_name(ctx.work.people, file.custodian_no)} {file.cabinet}".strip()
        lines = [f"{show_file_state(_, file.state)} · {kept}"]
        if file.note:
            lines.append(labelled(_, _("Note"), file.note))
        if (loan := ctx.work.loans.active_of(file.id or 0)) is not None:
            holder = ctx.work.people.by_no(loan.borrower_no)
            name = name_of(_, ctx, holder, loan.borrower_no)
            if loan.state is LoanState.LENT:
                due = show_due(_, loan, ctx.today)
                lines.append(
                    _(
                        "With {name} since {when}, due {due}",
                        name=name,
                        due=due,
                        when=_.moment(loan.lent_at) if loan.lent_at else "?",
                    )
                )
            else:
                state = show_loan_state(_, loan.state)
                lines.append(
                    _("Asked for by {name}: {number}, {state}", name=name, number=loan.number, state=state)
                )
        if waiting := ctx.work.loans.waiting(file.id or 0):
            names = "、".join(ctx.name_of(entry.staff_no) for entry in waiting[:5])
            lines.append(labelled(_, _("Waiting for it"), names))
        return lines

    # --- the record --------------------------------------------------------------------------------------

    def show_record(self, ctx: Context, file_id: str, purpose: str = "") -> None:
        """A file's record, for its keepers and HR."""
        file = self._read(ctx, file_id, Look.RECORD, purpose)
        if file is None:
            return
        _, people = ctx.language, ctx.work.people
        screen = ViewBuilder().say(bold(file_title(people, file))).say(file_kind(_, file))
        subject = people.by_no(file.subject_no)
        if subject is not None:
            left = "" if subject.works_here else _(" (has left)")
            screen.say(f"{subject.staff_no} · {subject.department} · {subject.title}{left}")
        for text in self._where(ctx, file):
            screen.say(text)
        counts = ctx.work.files.counts(file.id or 0)
        classes = "，".join(
            f"{letter} {_.plural('{n} document', '{n} documents', count)}"
            for letter, (count, _pages) in counts.by_class.items()
        )
        total = _.plural("{n} page", "{n} pages", counts.pages)
        screen.say(labelled(_, _("Catalogue"), f"{classes}；{total}" if classes else _("empty")))
        if subject is not None and subject.works_here and (missing := missing_of(ctx.work, file.subject_no)):
            screen.say("⚠️ " + labelled(_, _("Missing"), "、".join(document.name for document in missing)))
        for incident in ctx.work.incidents.open_about(file.id or 0):
            screen.say("⚠️ " + labelled(_, _("Incident"), show_condition(_, incident.condition)))
            screen.buttons(Button(_("Incident"), f"li:{incident.id}"))
        self._record_buttons(ctx, screen, file)
        ctx.say(screen.view())

    def _record_buttons(self, ctx: Context, screen: ViewBuilder, file: PersonnelFile) -> None:
        _ = ctx.language
        if (loan := ctx.work.loans.active_of(file.id or 0)) is not None:
            screen.buttons(Button(f"{_('Loan')} {loan.number}", f"ln:{loan.id}"))
        row = [Button(_("Catalogue"), f"fc:{file.id}"), Button(_("History"), f"fh:{file.id}")]
        moves = may_move(ctx.work, ctx.actor, file)
        if moves or file.state is FileState.BUILDING:
            row.insert(1, Button(_("File a document"), f"ff:{file.id}"))
        screen.buttons(*row)
        row = [Button(_("Label"), f"fb:{file.id}")]
        if moves and loan is None:
            row.append(Button(_("Move"), f"fm:{file.id}"))
        if moves and is_reportable(file):
            row.append(Button(_("Report an incident"), f"fd:{file.id}"))
        screen.buttons(*row)

    def show_catalogue(self, ctx: Context, file_id: str, purpose: str = "") -> None:
        """材料目录, class by class; superseded entries stay visible."""
        file = self._read(ctx, file_id, Look.CATALOGUE, purpose, then="catalogue")
        if file is None:
            return
        _ = ctx.language
        screen = ViewBuilder().say(bold(f"{_('Catalogue')} · {file_title(ctx.work.people, file)}"))
        entries = ctx.work.files.catalogue(file.id or 0)
        if not entries:
            screen.say(_("It is empty."))
        letter = None
        for material in entries:
            if material.letter is not letter:
                letter = material.letter
                screen.say(bold(_(CLASSES[letter])))
            screen.say(_entry(_, material))
        ctx.say(screen.buttons(Button(_("Record"), f"fl:{file.id}")).view())

    def show_history(self, ctx: Context, file_id: str) -> None:
        """Loans, moves and looks, the latest of each."""
        file = self._read(ctx, file_id, Look.RECORD, "", then="history")
        if file is None:
            return
        _ = ctx.language
        screen = ViewBuilder().say(bold(f"{_('History')} · {file_title(ctx.work.people, file)}"))
        for loan in ctx.work.loans.of_file(file.id or 0, limit=HISTORY):
            condition = f" · {show_condition(_, loan.condition)}" if loan.condition else ""
            name = ctx.name_of(loan.borrower_no)
            screen.say(f"{loan.number} {name} · {show_loan_state(_, loan.state)}{condition}")
        screen.say("").say(bold(_("Moves")))
        for move in ctx.work.files.moves(file.id or 0, limit=HISTORY):
            way = f"{show_file_state(_, move.before)} → {show_file_state(_, move.after)}"
            by = f" {ctx.name_of(move.by_no)}" if move.by_no else ""
            screen.say(f"{_.moment(move.at)} {way}{by} {move.note}".rstrip())
        screen.say("").say(bold(_("Who looked")))
        for entry in ctx.work.files.accesses(file.id or 0, limit=HISTORY):
            who = ctx.name_of(entry.actor_no) if entry.actor_no else _("command line")
            screen.say(f"{_.moment(entry.at)} {who}：{entry.purpose}")
        ctx.say(screen.buttons(Button(_("Record"), f"fl:{file.id}")).view())

    def on_label(self, ctx: Context, file_id: str) -> None:
        """Send the label of the bag as a PDF."""
        file = self._read(ctx, file_id, Look.LABEL, "", then="label")
        if file is None:
            return
        caption = ViewBuilder().say(labelled(ctx.language, ctx.language("Label"), file.number)).view()
        ctx.say(View(caption.paragraphs, (), label_document(file, ctx.language)))

    # --- the purpose -------------------------------------------------------------------------------------

    def _read(
        self, ctx: Context, file_id: str, look: Look, purpose: str, then: str = "record"
    ) -> PersonnelFile | None:
        """Open a file; where no purpose was given today, ask for one and give None."""
        try:
            return read_file(ctx.work, ctx.actor, int(file_id), look, purpose, ctx.now)
        except Refused as refused:
            if refused.code != "purpose_required":
                raise
        _, file = ctx.language, require_file(ctx.work, int(file_id))
        screen = ViewBuilder().say(bold(file_title(ctx.work.people, file)))
        for text in self._where(ctx, file):
            screen.say(text)
        screen.say(_("To open its record: for which purpose? Choose, or type it."))
        codes = {"record": "r", "catalogue": "c", "history": "h", "label": "l"}
        screen.grid([Button(_(p), f"q:fp:{file_id}:{codes[then]}:{at}") for at, p in enumerate(PURPOSES)], 2)
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "purpose", screen.view(), file=file_id, then=codes[then])
        return None

    def _answer_purpose(self, ctx: Context, asking: Asking, text: str) -> None:
        if not text:
            raise Refused("purpose_required")
        if len(text) > PURPOSE_LENGTH:
            raise Refused("purpose_too_long", limit=PURPOSE_LENGTH)
        self._open(ctx, str(asking.args["file"]), str(asking.args["then"]), text)

    def _pick_purpose(self, ctx: Context, file_id: str, then: str, at: str) -> None:
        if int(at) >= len(PURPOSES):
            raise Refused("button_unknown")
        self._open(ctx, file_id, then, ctx.language(PURPOSES[int(at)]))

    def _open(self, ctx: Context, file_id: str, then: str, purpose: str) -> None:
        read_file(ctx.work, ctx.actor, int(file_id), Look.RECORD, purpose, ctx.now)
        show = {"c": self.show_catalogue, "h": self.show_history, "l": self.on_label}.get(
            then, self.show_record
        )
        text = labelled(ctx.language, ctx.language("Purpose"), purpose)
        self._questions.show_answer(ctx, text, lambda: show(ctx, file_id))

    # --- moves -------------------------------------------------------------------------------------------

    def show_moves(self, ctx: Context, file_id: str) -> None:
        """Offer where the file may go from where it is."""
        file, _ = require_file(ctx.work, int(file_id)), ctx.language
        moves = may_move(ctx.work, ctx.actor, file)
        if not moves or not purpose_of_today(ctx.work, ctx.actor, int(file_id), ctx.now):
            raise Refused(
                "role_required" if not keeps_files(ctx.actor) else "file_move",
                number=file.number,
                state=file.state,
            )
        screen = ViewBuilder().say(bold(f"{_('Move')} · {file_title(ctx.work.people, file)}"))
        screen.say(show_file_state(_, file.state))
        for state in moves:
            screen.buttons(Button(_(_MOVES[state]), f"fv:{file.id}:{file.state.value}:{state.value}"))
        ctx.say(screen.view())

    def on_move(self, ctx: Context, file_id: str, before: str, after: str) -> None:
        """Move at once, or ask for the reason first where one is needed."""
        seen, goal, _ = _state(before), _state(after), ctx.language
        if goal in NEEDS_REASON:
            require_keeper(ctx.work, ctx.actor, require_file(ctx.work, int(file_id)))
            screen = ViewBuilder().say(bold(_(_MOVES[goal])))
            screen.say(_("Reason or destination? It stays in the register."))
            screen.buttons(Button(_("Cancel"), "q:no"))
            self._questions.put(ctx, "move", screen.view(), file=file_id, before=before, after=after)
            return
        file = move_file(ctx.work, ctx.actor, int(file_id), seen, goal, "", ctx.now)
        ctx.toast = f"{file.number} {show_file_state(_, file.state)}"

    def _answer_move(self, ctx: Context, asking: Asking, text: str) -> None:
        args = asking.args
        with ctx.work.attempt():
            seen, goal = _state(str(args["before"])), _state(str(args["after"]))
            file = self._move(ctx, int(args["file"]), seen, goal, text)
        self._questions.settle(ctx, f"{file.number} {show_file_state(ctx.language, file.state)}")

    def _move(self, ctx: Context, file_id: int, seen: FileState, goal: FileState, text: str) -> PersonnelFile:
        """Move a file; one that is missed from its place is an incident, which stays on HR's list."""
        if goal is FileState.MISSING and seen is not FileState.IN_TRANSFER:
            file = require_file(ctx.work, file_id)
            if file.state is not seen:
                raise Refused("file_state_changed", number=file.number, state=file.state)
            report_incident(ctx.work, ctx.actor, file_id, Condition.LOST, text, ctx.now)
            return file
        return move_file(ctx.work, ctx.actor, file_id, seen, goal, text, ctx.now)


def _entry(_: Language, material: Material) -> str:
    """One line of the catalogue: e3 劳动合同书 2024-03-01 · 4页 · 2份."""
    made = f" {material.made_on:%Y-%m-%d}" if material.made_on else ""
    pages = _.plural("{n} page", "{n} pages", material.pages)
    copies = f" × {material.copies}" if material.copies > 1 else ""
    note = f"（{material.note}）" if material.note else ""
    state = (
        ""
        if material.state is MaterialState.FILED
        else (
            " · "
            + (_("superseded") if material.state is MaterialState.SUPERSEDED else _("not yet in the file"))
        )
    )
    return f"{material.label} {material.name}{made} · {pages}{copies}{note}{state}"


def _state(value: str) -> FileState:
    try:
        return FileState(value)
    except ValueError as error:
        raise Refused("button_unknown") from error
