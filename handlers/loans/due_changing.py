"""改期: HR sets another day of return, such as to call a file back early; the borrower is told why."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.errors import Refused
from domain.loans.loans import LoanState
from domain.loans.renewals import change_due
from domain.people import Employee, Role
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.choices import Record
from handlers.forms.dates import Day
from handlers.forms.fields import Answers, Form, Text
from handlers.language import N_
from handlers.loans.returning import loan_title, search_out


def may_change(employee: Employee) -> bool:
    return employee.works_here and employee.holds(Role.HR_MANAGER)


def _present(ctx: Context, answers: Answers) -> list[str]:
    chosen = answers.get("loan")
    loan = ctx.work.loans.by_id(int(chosen[0])) if chosen else None
    return [ctx.language("Due now: {due}.", due=ctx.language.day(loan.due_on))] if loan else []


def _check(ctx: Context, answers: Answers, due: date) -> None:
    chosen = answers.get("loan")
    loan = ctx.work.loans.by_id(int(chosen[0])) if chosen else None
    if loan is None or loan.state is not LoanState.LENT:
        raise Refused("loan_unknown")


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    change_due(ctx.work, ctx.actor, int(answers["loan"][0]), answers["due"], answers["reason"], ctx.now)


DUE_CHANGE = Form(
    name="due_change",
    version=1,
    title=N_("Change the day"),
    allowed=may_change,
    submit=_submit,
    fields=(
        Record(
            name="loan", label=N_("Loan"), question=N_("Which loan?"), search=search_out, title=loan_title
        ),
        Day(
            name="due",
            label=N_("New day of return"),
            question=N_("Until when?"),
            example=N_("下周五, 三天后, 12月5日"),
            likely=(0, 1, 3, 7),
            latest=366,
            hint=_present,
            check=_check,
        ),
        Text(
            name="reason",
            label=N_("Reason"),
            question=N_("Why? The borrower reads it."),
            example=N_("急需核对"),
            shortest=2,
            longest=100,
        ),
    ),
)


def start_for(ctx: Context, begin: Any, loan_id: str) -> None:
    """Begin for a loan that is on the screen. begin: Forms.begin."""
    if not may_change(ctx.actor):
        raise Refused("role_required")
    if (label := loan_title(ctx, loan_id)) is None:
        raise Refused("loan_unknown")
    if (former := ctx.conversation.draft_of(DUE_CHANGE.name)) is not None:
        ctx.conversation.drop(former)
    begin(ctx, Draft(DUE_CHANGE.name, DUE_CHANGE.version, answers={"loan": [loan_id, label]}))
