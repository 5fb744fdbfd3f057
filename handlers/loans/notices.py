"""Who hears of what about files and loans: each event becomes messages and brings cards up to date."""

from __future__ import annotations

from collections.abc import Iterable

from domain.approvals.requests import Request, Step
from domain.events import (
    Event,
    FileFree,
    FileOpened,
    HandoverCounted,
    IncidentClosed,
    IncidentOpened,
    LeavingFinished,
    LeavingOpened,
    LoanApproved,
    LoanDueChanged,
    LoanEnded,
    LoanLent,
    LoanReturned,
    LoanSentBack,
    MaterialMoved,
    RelativeDeclared,
    RenewalMoved,
    ReturnAnnounced,
    ReturnAnswered,
)
from domain.loans.incidents import may_close
from domain.loans.loans import Loan, LoanState
from domain.loans.receiving import receiver_nos
from domain.people import Role
from domain.personnel_files.files import PersonnelFile
from domain.personnel_files.keepers import keepers_of
from domain.personnel_files.materials import MaterialState
from handlers.approvals import cards
from handlers.approvals.kinds import Kinds
from handlers.context import Context, Telling
from handlers.language import N_, Language
from handlers.loans.cards import loan_card, show_former, show_loan
from handlers.personnel_files.incidents import incident_card, show_incident
from handlers.personnel_files.leaving import leaving_card, show_leaving
from handlers.personnel_files.opening import show_opened
from handlers.personnel_files.relatives import show_declared
from handlers.personnel_files.steps import material_card, show_material
from handlers.personnel_files.wording import file_title
from handlers.ui import Button, View, ViewBuilder, bold, line

_COUNTED = N_("{name} counted {n} pages. Please confirm, or say your own count.")


class LoanNotices:
    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def on_event(self, ctx: Telling, event: Event) -> None:  # noqa: PLR0912 - one line an event
        match event:
            case LoanApproved() | LoanLent():
                self._refresh_former(ctx, event.loan)
                self._tell(ctx, event.loan, event.loan.borrower_no)
            case HandoverCounted():
                self._counted(ctx, event)
            case LoanEnded() | LoanSentBack():
                self._refresh_former(ctx, event.loan)
            case RenewalMoved():
                self._refresh(ctx, event.loan)
            case LoanDueChanged():
                self._due_changed(ctx, event)
            case ReturnAnnounced():
                self._refresh(ctx, event.loan)
                for keeper in receiver_nos(ctx.work, event.loan):
                    self._tell(ctx, event.loan, keeper)
            case LoanReturned():
                self._refresh_former(ctx, event.loan)
                self._tell(ctx, event.loan, event.loan.borrower_no)
                self._refresh_leaving(ctx, event.loan.borrower_no)
            case ReturnAnswered():
                self._refresh(ctx, event.loan)
                if event.loan.disputed:
                    self._tell(ctx, event.loan, event.loan.checked_by)
            case MaterialMoved():
                self._material(ctx, event)
            case FileOpened() if isinstance(ctx, Context):
                ctx.say(show_opened(ctx, ctx.language, event.file))
            case IncidentOpened() | IncidentClosed():
                self._incident(ctx, event)
            case FileFree():
                self._free(ctx, event)
            case RelativeDeclared():
                for staff_no in dict.fromkeys((event.staff_no, event.relative_no, *self._hr(ctx))):
                    if staff_no != event.by:
                        ctx.tell(staff_no, lambda _: show_declared(ctx, _, event))
            case LeavingOpened():
                for staff_no in self._hr(ctx):
                    ctx.tell(
                        staff_no,
                        lambda _: show_leaving(ctx, _, event.staff_no),
                        leaving_card(event.staff_no),
                    )
            case LeavingFinished():
                self._refresh_leaving(ctx, event.staff_no)
            case _:
                pass

    def _refresh_former(self, ctx: Telling, loan: Loan) -> None:
        """Bring the cards of the state that is over up to date, for the last time."""
        for state in LoanState:
            if state is not loan.state:
                card = loan_card(loan, state)
                ctx.revise_card(card, lambda _, _reader: show_former(ctx, _, loan))

    def _refresh(self, ctx: Telling, loan: Loan) -> None:
        ctx.revise_card(loan_card(loan), lambda _, reader: show_loan(ctx, _, loan, reader))

    def _refresh_leaving(self, ctx: Telling, staff_no: str) -> None:
        ctx.revise_card(leaving_card(staff_no), lambda _, _reader: show_leaving(ctx, _, staff_no))

    def _tell(self, ctx: Telling, loan: Loan, staff_no: str) -> None:
        ctx.tell(staff_no, lambda _: show_loan(ctx, _, loan, staff_no), loan_card(loan))

    def _counted(self, ctx: Telling, event: HandoverCounted) -> None:
        """Each side sees on its card what the other counted; the one who is asked now is told as well."""
        loan, step = event.loan, event.step
        request = ctx.work.requests.by_id(step.request_id)
        if request is None:
            return
        ctx.revise_card(
            cards.step_card(step),
            lambda _, reader: cards.show_step(ctx, _, self._kinds, request, step, reader),
        )
        self._refresh(ctx, loan)
        if event.by != loan.borrower_no:
            self._ask_borrower(ctx, loan, event.by)
            return
        for staff_no in step.assignees:
            self._ask_keeper(ctx, loan, request, step, staff_no)

    def _ask_borrower(self, ctx: Telling, loan: Loan, keeper_no: str) -> None:
        def make(_: Language) -> View:
            name = ctx.name_of(keeper_no)
            lead = _(
                "{name} counted {n} pages. Please confirm, or say your own count.", name=name, n=loan.pages
            )
            return _led(lead, show_loan(ctx, _, loan, loan.borrower_no))

        ctx.tell(loan.borrower_no, make, loan_card(loan))

    def _ask_keeper(self, ctx: Telling, loan: Loan, request: Request, step: Step, staff_no: str) -> None:
        def make(_: Language) -> View:
            name = ctx.name_of(loan.borrower_no)
            lead = _(
                "{name} counted {n} pages. Please confirm, or say your own count.", name=name, n=loan.pages
            )
            return _led(lead, cards.show_step(ctx, _, self._kinds, request, step, staff_no))

        ctx.tell(staff_no, make, cards.step_card(step))

    def _due_changed(self, ctx: Telling, event: LoanDueChanged) -> None:
        loan = event.loan
        self._refresh(ctx, loan)

        def make(_: Language) -> View:
            screen = ViewBuilder().say(bold(f"{_('【Day of return】')}{loan.number}"))
            screen.say(f"{_.day(event.before)} → {_.day(loan.due_on)}")
            screen.say(f"{ctx.name_of(event.by)}：{event.reason}")
            card = show_loan(ctx, _, loan, loan.borrower_no)
            return View((*screen.paragraphs, *card.paragraphs[1:]), card.rows)

        ctx.tell(loan.borrower_no, make, loan_card(loan))

    def _material(self, ctx: Telling, event: MaterialMoved) -> None:
        """A document that has come in gets a card, on which the four steps follow."""
        material, file = event.material, event.file
        if material.state is MaterialState.RECEIVED and isinstance(ctx, Context):
            ctx.say(show_material(ctx, ctx.language, material, file), material_card(material))
        else:
            ctx.revise_card(material_card(material), lambda _, _reader: show_material(ctx, _, material, file))

    def _incident(self, ctx: Telling, event: IncidentOpened | IncidentClosed) -> None:
        incident, file = event.incident, event.file
        card = incident_card(incident)
        ctx.revise_card(card, lambda _, reader: show_incident(ctx, _, incident, file, reader))
        if isinstance(event, IncidentOpened):
            closers = [person.staff_no for person in may_close(ctx.work, incident, file)]
            for staff_no in dict.fromkeys((*self._hr(ctx, file), *closers)):
                ctx.tell(
                    staff_no,
                    lambda _, reader=staff_no: show_incident(ctx, _, incident, file, reader),  # type: ignore[misc]
                    card,
                )

    def _free(self, ctx: Telling, event: FileFree) -> None:
        def make(_: Language) -> View:
            title = file_title(ctx.work.people, event.file)
            screen = ViewBuilder().say(bold(f"{_('【It is back】')}{title}"))
            screen.say(_("You asked to be told. It goes to whoever asks first."))
            return screen.buttons(Button(_("Borrow a file"), f"lb:{event.file.id}")).view()

        ctx.tell(event.staff_no, make)

    def _hr(self, ctx: Telling, file: PersonnelFile | None = None) -> Iterable[str]:
        """Give HR managers, and the keepers of a file's unit; nobody reads about their own file."""
        people = ctx.work.people.holders(Role.HR_MANAGER)
        people += (
            keepers_of(ctx.work.people, file.custodian_no)
            if file
            else ctx.work.people.holders(Role.FILE_KEEPER)
        )
        subject = file.subject_no if file else ""
        return dict.fromkeys(person.staff_no for person in people if person.staff_no != subject)


def _led(lead: str, card: View) -> View:
    """Put a line above a card that says why it comes now; the card's next revision drops it."""
    return View((line(lead), *card.paragraphs), card.rows)
