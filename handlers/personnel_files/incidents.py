"""异常: HR's list of what is wrong with files, and closing each after its check."""

from __future__ import annotations

from domain.errors import Refused
from domain.loans.incidents import Incident, Verdict, close_incident, closes_incident, verdicts_on
from domain.people import Role
from domain.personnel_files.access import Look, note_list, note_look
from domain.personnel_files.files import PersonnelFile, keeps_files, require_file
from handlers.approvals.asking import Questions
from handlers.context import Context, Telling
from handlers.conversation import Asking
from handlers.language import Language
from handlers.personnel_files.wording import file_title, show_condition, show_file_state, show_verdict
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import shorten

PAGE = 6


def incident_card(incident: Incident) -> str:
    return f"incident:{incident.id}"


def show_incident(ctx: Telling, _: Language, incident: Incident, file: PersonnelFile, reader_no: str) -> View:
    heading = _("【Incident】") if incident.closed_at is None else _("【Incident closed】")
    screen = ViewBuilder().say(bold(f"{heading}{file_title(ctx.work.people, file)}"))
    found = show_condition(_, incident.condition)
    screen.say(f"{found}：{incident.words}" if incident.words else found)
    loan = ctx.work.loans.by_id(incident.loan_id) if incident.loan_id else None
    if loan is not None:
        name = ctx.name_of(loan.borrower_no)
        screen.say(_("Loan {number}, borrower {name}", number=loan.number, name=name))
    opened = ctx.name_of(incident.opened_by)
    screen.say(_("Opened by {name} on {when}", name=opened, when=_.moment(incident.opened_at)))
    if incident.verdict is not None and incident.closed_at is not None:
        verdict, by = show_verdict(_, incident.verdict, incident.condition), ctx.name_of(incident.closed_by)
        screen.say(f"{verdict}：{incident.resolution}")
        screen.say(_("Closed by {name} on {when}", name=by, when=_.moment(incident.closed_at)))
        return screen.view()
    screen.say(_("The file is {state} until it was checked.", state=show_file_state(_, file.state)))
    reader = ctx.work.people.by_no(reader_no)
    if reader is not None and closes_incident(ctx.work, reader, incident, file):
        offered = [(verdict, show_verdict(_, verdict, incident.condition)) for verdict in verdicts_on(file)]
        screen.grid([Button(label, f"lz:{incident.id}:{verdict.value}") for verdict, label in offered], 1)
    return screen.view()


class IncidentList:
    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        questions.register("verdict", self._answer)

    def show_list(self, ctx: Context, page: str = "0") -> None:
        """What is not closed, the oldest first."""
        if not keeps_files(ctx.actor) and not ctx.actor.holds(Role.GENERAL_MANAGER):
            raise Refused("role_required")
        _, count = ctx.language, ctx.work.incidents.count_open()
        note_list(ctx.work, ctx.actor, _("Incidents"), ctx.now)
        at = min(max(int(page), 0), max(0, -(-count // PAGE) - 1))
        screen = ViewBuilder().say(bold(f"{_('Incidents')} ({count})"))
        if not count:
            screen.say(_("Nothing is open."))
        for place, incident in enumerate(
            ctx.work.incidents.open(limit=PAGE, offset=at * PAGE), at * PAGE + 1
        ):
            title = file_title(ctx.work.people, require_file(ctx.work, incident.file_id))
            found = show_condition(_, incident.condition)
            screen.say(f"{place}. {title} · {found} · {_.moment(incident.opened_at)}")
            screen.buttons(Button(f"{place}. {shorten(title, 22)}", f"li:{incident.id}"))
        row = [Button("◀ " + _("Previous page"), f"fs:inc:{at - 1}")] if at else []
        if (at + 1) * PAGE < count:
            row.append(Button(_("Next page") + " ▶", f"fs:inc:{at + 1}"))
        ctx.show(screen.buttons(*row).view())

    def show_one(self, ctx: Context, incident_id: str) -> None:
        incident, file = self._readable(ctx, incident_id)
        purpose = ctx.language("Incident")
        note_look(ctx.work, ctx.actor, file.id, Look.INCIDENT, purpose, ctx.now)
        view = show_incident(ctx, ctx.language, incident, file, ctx.actor.staff_no)
        ctx.say(view, incident_card(incident))

    def on_close(self, ctx: Context, incident_id: str, verdict: str) -> None:
        """Ask what the check has found."""
        incident, _file = self._readable(ctx, incident_id)
        if incident.closed_at is not None:
            raise Refused("incident_closed", by=incident.closed_by, at=incident.closed_at)
        _ = ctx.language
        screen = ViewBuilder().say(bold(show_verdict(_, _verdict(verdict), incident.condition)))
        screen.say(_("What did the check find, and what was done? It stays on file."))
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "verdict", screen.view(), incident=incident_id, verdict=verdict)

    def _answer(self, ctx: Context, asking: Asking, text: str) -> None:
        verdict = _verdict(str(asking.args["verdict"]))
        with ctx.work.attempt():
            close_incident(ctx.work, ctx.actor, int(asking.args["incident"]), verdict, text, ctx.now)
        self._questions.settle(ctx, ctx.language("The incident is closed."))

    def _readable(self, ctx: Context, incident_id: str) -> tuple[Incident, PersonnelFile]:
        incident = ctx.work.incidents.lock(int(incident_id))
        if incident is None:
            raise Refused("incident_unknown")
        file = require_file(ctx.work, incident.file_id)
        if not keeps_files(ctx.actor) and not closes_incident(ctx.work, ctx.actor, incident, file):
            raise Refused("incident_unknown")
        if file.subject_no == ctx.actor.staff_no:
            raise Refused("own_file", number=file.number)
        return incident, file


def _verdict(value: str) -> Verdict:
    try:
        return Verdict(value)
    except ValueError as error:
        raise Refused("button_unknown") from error
