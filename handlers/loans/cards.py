"""A loan as its borrower, a keeper or HR sees it, with what each may do about it now."""

from __future__ import annotations

from domain.loans.loans import Condition, Loan, LoanState
from domain.loans.receiving import may_receive
from domain.loans.renewals import renewal_of
from domain.people import Employee, Role
from domain.personnel_files.files import PersonnelFile
from handlers.context import Telling
from handlers.language import N_, Language
from handlers.loans.borrowing import handover_lines, show_purpose
from handlers.personnel_files.wording import (
    MODES,
    file_title,
    show_condition,
    show_due,
    show_parts,
    unit_name,
)
from handlers.ui import Button, View, ViewBuilder, bold

_HEADINGS = {
    LoanState.PENDING: N_("【To approve】"),
    LoanState.APPROVED: N_("【To hand over】"),
    LoanState.LENT: N_("【Lent】"),
    LoanState.RETURNED: N_("【Brought back】"),
    LoanState.LAPSED: N_("【Lapsed】"),
    LoanState.DROPPED: N_("【Not lent】"),
}


def loan_card(loan: Loan, state: LoanState | None = None) -> str:
    """Name the messages that show a loan in a state; each state has new ones, and the former rest."""
    return f"loan:{loan.id}:{(state or loan.state).value}"


def show_loan(ctx: Telling, _: Language, loan: Loan, reader_no: str) -> View:
    """Write where a loan stands; what is found on return goes to the parties and to whoever keeps files."""
    file, reader = ctx.work.files.by_id(loan.file_id), ctx.work.people.by_no(reader_no)
    if file is None or reader is None:
        raise LookupError(f"loan {loan.number} has lost its file or its reader")
    mine = loan.borrower_no == reader_no
    screen = ViewBuilder().say(bold(f"{_(_HEADINGS[loan.state])}{_('Loan')} {loan.number}"))
    borrower = ctx.work.people.by_no(loan.borrower_no)
    who = "" if mine else f" · {_('borrower {name}', name=name_of(_, ctx, borrower, loan.borrower_no))}"
    screen.say(f"{file_title(ctx.work.people, file)}{who}")
    screen.say(f"{_(MODES[loan.mode])} · {show_parts(_, loan.parts)}")
    if loan.purpose:
        screen.say(f"{_('Purpose')} {show_purpose(_, loan.purpose)}")
    _say_state(ctx, _, screen, loan, file)
    _buttons(ctx, _, screen, loan, file, reader)
    return screen.view()


def show_former(ctx: Telling, _: Language, loan: Loan) -> View:
    """What a card becomes once a newer one has taken its place: how far the loan is, and nothing to tap."""
    file = ctx.work.files.by_id(loan.file_id)
    screen = ViewBuilder().say(f"{_(_HEADINGS[loan.state])}{_('Loan')} {loan.number}")
    if file is not None:
        screen.say(file_title(ctx.work.people, file))
    if loan.state is LoanState.LAPSED:
        screen.say(_why_lapsed(_, loan))
    return screen.view()


def _why_lapsed(_: Language, loan: Loan) -> str:
    if loan.collect_by is None:  # it was never approved, or that was taken back
        return _("It was not mended in time; ask again if you still need it.")
    return _("It was not fetched in time; ask again if you still need it.")


def name_of(_: Language, ctx: Telling, person: Employee | None, staff_no: str) -> str:
    """Write a borrower with their department, and say where they have left."""
    if person is None:
        return staff_no
    left = "" if person.works_here else _(" (has left)")
    return f"{person.name}({person.department}){left}"


def _say_state(ctx: Telling, _: Language, screen: ViewBuilder, loan: Loan, file: PersonnelFile) -> None:
    kept = unit_name(ctx.work.people, file.custodian_no)
    match loan.state:
        case LoanState.PENDING:
            screen.say(f"{_('Due back')} {_.day(loan.due_on)}")
        case LoanState.APPROVED:
            screen.say(_("Approved: fetch it from {unit} and count the pages together.", unit=kept))
            for text in handover_lines(ctx, _, loan):
                screen.say(text)
            screen.say(f"{_('Due back')} {_.day(loan.due_on)}")
        case LoanState.LENT:
            if loan.pages:
                screen.say(f"{_('Handed over')} {_.plural('{n} page', '{n} pages', loan.pages)}")
            screen.say(f"{_('Due')} {show_due(_, loan, ctx.today)}")
            if renewal_of(ctx.work, loan) is not None:
                screen.say(_("A renewal is being decided."))
            if loan.announced_at is not None:
                screen.say(_("The borrower is bringing it back."))
        case LoanState.RETURNED:
            _say_return(ctx, _, screen, loan)
        case LoanState.LAPSED:
            screen.say(_why_lapsed(_, loan))
        case _:
            pass


def _say_return(ctx: Telling, _: Language, screen: ViewBuilder, loan: Loan) -> None:
    if loan.condition is None:
        return
    checked = ctx.name_of(loan.checked_by) if loan.checked_by else "?"
    back = _.plural("{n} page", "{n} pages", loan.pages_back)
    lent = _.plural("{n} page", "{n} pages", loan.pages)
    found = show_condition(_, loan.condition)
    screen.say(
        _("Checked by {name}: {found}, {back} of {lent}.", name=checked, found=found, back=back, lent=lent)
    )
    labels = {material.id: material.label for material in ctx.work.files.catalogue(loan.file_id)}
    for material_id, condition, _note in loan.findings:
        screen.say(f"· {labels.get(material_id, material_id)} {show_condition(_, Condition(condition))}")
    if loan.return_note:
        screen.say(f"{_('Note')} {loan.return_note}")
    if loan.disputed:
        screen.say(_("The borrower objects: {words}", words=loan.disputed))
    elif loan.accepted_at is not None:
        screen.say(_("Confirmed by the borrower."))


def _buttons(
    ctx: Telling, _: Language, screen: ViewBuilder, loan: Loan, file: PersonnelFile, reader: Employee
) -> None:
    if loan.photos:
        screen.buttons(Button(f"{_('Photos')} ({len(loan.photos)})", f"lp:{loan.id}"))
    if loan.borrower_no == reader.staff_no:
        _borrower_buttons(ctx, _, screen, loan)
    elif loan.state is LoanState.LENT and may_receive(ctx.work, reader, loan, file):
        row = [Button(_("Check the return"), f"lk:{loan.id}")]
        if reader.holds(Role.HR_MANAGER):
            row.append(Button(_("Change the day"), f"ld:{loan.id}"))
        screen.buttons(*row)


def _borrower_buttons(ctx: Telling, _: Language, screen: ViewBuilder, loan: Loan) -> None:
    match loan.state:
        case LoanState.APPROVED:
            screen.buttons(Button(_("Confirm handover"), f"lc:{loan.id}"))
        case LoanState.LENT:
            row = [Button(_("Bring back"), f"la:{loan.id}")]
            if loan.extended < ctx.work.rules.files.renewals and renewal_of(ctx.work, loan) is None:
                row.insert(0, Button(_("Renew"), f"lr:{loan.id}"))
            screen.buttons(*row)
        case LoanState.RETURNED if loan.accepted_at is None and not loan.disputed and loan.checked_by:
            screen.buttons(Button(_("Confirm"), f"lo:{loan.id}:y"), Button(_("I object"), f"lo:{loan.id}:n"))
        case _:
            pass
