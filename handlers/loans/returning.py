"""归还: the keeper's check against the catalogue; intact in one tap, anything else by a short form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.errors import Refused
from domain.loans.loans import Condition, Loan, LoanState
from domain.loans.receiving import may_receive
from domain.loans.returns import Finding, ReturnCheck, check_return, require_count
from domain.people import Employee, Role
from domain.personnel_files.files import keeps_files
from domain.personnel_files.materials import MaterialState
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.choices import Choice, Option, Record
from handlers.forms.fields import Answers, Form, Text, load_answers
from handlers.forms.files import Files
from handlers.forms.marks import Marks, Pages
from handlers.language import N_
from handlers.personnel_files.wording import CONDITIONS, file_title

MOST = 50
_FOUND = tuple((c.value, CONDITIONS[c]) for c in (Condition.PAGES_MISSING, Condition.DAMAGED, Condition.LOST))


def may_check(employee: Employee) -> bool:
    """Whether somebody may ever take a file back; of which, is seen when it is chosen."""
    return keeps_files(employee) or employee.holds(Role.ADMIN_MANAGER, Role.GENERAL_MANAGER)


def search_out(ctx: Context, text: str) -> Sequence[Option]:
    """Offer what is out, found by file, borrower or number."""
    wanted, options = text.casefold(), []
    for loan in ctx.work.loans.out(limit=500):
        label, file = _label(ctx, loan), ctx.work.files.by_id(loan.file_id)
        if wanted in label.casefold() and file and may_receive(ctx.work, ctx.actor, loan, file):
            options.append(Option(str(loan.id), label))
            if len(options) == MOST:
                break
    return options


def _label(ctx: Context, loan: Loan) -> str:
    file = ctx.work.files.by_id(loan.file_id)
    title = file_title(ctx.work.people, file) if file else ""
    return f"{title} ← {ctx.name_of(loan.borrower_no)} {loan.number}"


def loan_title(ctx: Context, loan_id: str) -> str | None:
    """Give the title of a lent loan to whoever may take it back."""
    loan = ctx.work.loans.by_id(int(loan_id)) if loan_id.isdecimal() and len(loan_id) < 10 else None
    file = ctx.work.files.by_id(loan.file_id) if loan is not None else None
    if loan is None or file is None or loan.state is not LoanState.LENT:
        return None
    return _label(ctx, loan) if may_receive(ctx.work, ctx.actor, loan, file) else None


def _loan(ctx: Context) -> Loan | None:
    draft = ctx.conversation.current
    chosen = load_answers(RETURN_CHECK, draft).get("loan") if draft is not None else None
    return ctx.work.loans.by_id(int(chosen[0])) if chosen else None


def _lent_pages(ctx: Context) -> list[int]:
    loan = _loan(ctx)
    return [loan.pages] if loan and loan.pages else []


def _check_pages(ctx: Context, answers: Answers, pages: int) -> None:
    if (loan := _loan(ctx)) is not None and "condition" in answers:
        require_count(loan, Condition(answers["condition"]), pages)


def _entries(ctx: Context) -> Sequence[Option]:
    """Offer the catalogue's entries; only the keeper's screen names them."""
    loan = _loan(ctx)
    found = ctx.work.files.catalogue(loan.file_id) if loan else []
    return [
        Option(material.label, f"{material.label} {material.name}")
        for material in found
        if material.state is MaterialState.FILED
    ]


def _is_out(answers: Answers) -> bool:
    return answers.get("condition") != Condition.LOST.value


def _is_wanting(answers: Answers) -> bool:
    return answers.get("condition") in {Condition.PAGES_MISSING.value, Condition.DAMAGED.value}


def _not_intact(answers: Answers) -> bool:
    return answers.get("condition") not in {None, Condition.INTACT.value}


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    loan_id = int(answers["loan"][0])
    loan = ctx.work.loans.by_id(loan_id)
    if loan is None:
        raise Refused("loan_unknown")
    by_label = {material.label: material.id or 0 for material in ctx.work.files.catalogue(loan.file_id)}
    findings = tuple(
        Finding(by_label.get(label, 0), Condition(mark)) for label, mark in answers.get("findings", ())
    )
    check = ReturnCheck(
        Condition(answers["condition"]),
        answers.get("pages", 0),
        findings,
        answers.get("note", ""),
        tuple(entry[0] for entry in answers.get("photos", ())),
    )
    check_return(ctx.work, ctx.actor, loan_id, check, ctx.now)


RETURN_CHECK = Form(
    name="return_check",
    version=1,
    title=N_("Return of a file"),
    allowed=may_check,
    submit=_submit,
    fields=(
        Record(
            name="loan",
            label=N_("Loan"),
            question=N_("Which file came back? Send its number, its name or the borrower's."),
            example=N_("RS-0034"),
            search=search_out,
            title=loan_title,
        ),
        Choice(
            name="condition",
            label=N_("Condition"),
            question=N_("Checked against the catalogue: in which condition is it?"),
            options=tuple(Option(condition.value, label) for condition, label in CONDITIONS.items()),
        ),
        Pages(
            name="pages",
            label=N_("Pages"),
            question=N_("How many pages came back?"),
            example=N_("36"),
            usual=_lent_pages,
            check=_check_pages,
            when=_is_out,
        ),
        Marks(
            name="findings",
            label=N_("Materials concerned"),
            question=N_("Which materials are not intact? Tap for pages missing, again for damaged or lost."),
            optional=True,
            options=_entries,
            marks=_FOUND,
            when=_is_wanting,
        ),
        Text(
            name="note",
            label=N_("What is wrong"),
            question=N_("What is wrong? Name the place, never what the paper says."),
            example=N_("e2 缺第3页"),
            shortest=2,
            longest=200,
            when=_not_intact,
        ),
        Files(
            name="photos",
            label=N_("Photos"),
            question=N_("Send photos, or skip."),
            optional=True,
            when=_not_intact,
        ),
    ),
)


def start_for(ctx: Context, begin: Any, loan_id: str, condition: str = "") -> None:
    """Begin the check of a loan that is on the screen. begin: Forms.begin."""
    if (label := loan_title(ctx, loan_id)) is None:
        raise Refused("loan_unknown")
    answers: dict[str, Any] = {"loan": [loan_id, label]}
    if condition:
        answers["condition"] = Condition(condition).value
    if (former := ctx.conversation.draft_of(RETURN_CHECK.name)) is not None:
        ctx.conversation.drop(former)
    begin(ctx, Draft(RETURN_CHECK.name, RETURN_CHECK.version, answers=answers))
