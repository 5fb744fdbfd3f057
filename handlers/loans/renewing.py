"""续借: one tap on the loan's card; the form is for whoever wants another day, or mends a returned one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.approvals.requests import Request, RequestKind
from domain.errors import Refused
from domain.loans.loans import Loan, LoanState
from domain.loans.renewals import check_renewal, later_due, renew_again, renew_loan
from handlers.approvals.kinds import Kind
from handlers.approvals.preview import preview_route
from handlers.context import Context, Telling
from handlers.conversation import Draft
from handlers.forms.choices import Option, Record
from handlers.forms.dates import Day
from handlers.forms.fields import Answers, Form, Text
from handlers.language import N_, Language
from handlers.personnel_files.wording import file_title, show_due

MOST = 20


def _mine(ctx: Context, text: str) -> Sequence[Option]:
    loans = [
        loan for loan in ctx.work.loans.active_of_borrower(ctx.actor.staff_no) if loan.state is LoanState.LENT
    ]
    options = [Option(str(loan.id), _label(ctx, loan)) for loan in loans[:MOST]]
    return [option for option in options if text.casefold() in option.label.casefold()]


def _label(ctx: Context, loan: Loan) -> str:
    file = ctx.work.files.by_id(loan.file_id)
    return f"{file_title(ctx.work.people, file)} {loan.number}" if file else loan.number


def _title(ctx: Context, loan_id: str) -> str | None:
    return next((option.label for option in _mine(ctx, "") if option.value == loan_id), None)


def _loan(ctx: Context, answers: Answers) -> Loan | None:
    chosen = answers.get("loan")
    return ctx.work.loans.by_id(int(chosen[0])) if chosen else None


def _check_due(ctx: Context, answers: Answers, due: date) -> None:
    if (loan := _loan(ctx, answers)) is not None:
        check_renewal(ctx.work, loan, due, ctx.now)


def _limit(ctx: Context, answers: Answers) -> list[str]:
    if (loan := _loan(ctx, answers)) is None:
        return []
    _ = ctx.language
    last = _.day(later_due(ctx.work, loan, ctx.now))
    return [_("Due now: {due}. At the latest: {last}.", due=_.day(loan.due_on), last=last)]


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    if draft.mend is not None:
        content = dict(draft.answers)
        renew_again(ctx.work, ctx.actor, draft.mend.request_id, draft.mend.version, content, ctx.now)
        return
    loan_id, reason = int(answers["loan"][0]), answers.get("reason", "")
    renew_loan(ctx.work, ctx.actor, loan_id, answers["due"], reason, ctx.now)


def _preview(ctx: Context, draft: Draft, answers: Answers) -> list[str]:
    return ["", *preview_route(ctx, RequestKind.LOAN_RENEWAL, dict(draft.answers))]


LOAN_RENEWAL = Form(
    name="loan_renewal",
    version=1,
    title=N_("Renewal"),
    preview=_preview,
    submit=_submit,
    fields=(
        Record(
            name="loan",
            label=N_("Loan"),
            question=N_("Which loan?"),
            search=_mine,
            title=_title,
        ),
        Day(
            name="due",
            label=N_("New day of return"),
            question=N_("Until when?"),
            example=N_("下周五, 三天后, 12月5日"),
            likely=(3, 7),
            latest=732,
            hint=_limit,
            check=_check_due,
        ),
        Text(
            name="reason",
            label=N_("Reason"),
            question=N_("Why? Otherwise skip."),
            optional=True,
            longest=100,
        ),
    ),
)


def renew_in_one_tap(ctx: Context, loan_id: str) -> None:
    """Ask for the usual extension; a second tap says that it was asked for."""
    with ctx.work.attempt():
        request = renew_loan(ctx.work, ctx.actor, int(loan_id), None, "", ctx.now)
    _ = ctx.language
    due = _.day(date.fromisoformat(request.content["due"]))
    text = _("Renewal {number} asked for: until {day}.", number=request.number, day=due)
    if ctx.tapped is not None:
        ctx.toast = text


def _summarise(ctx: Telling, _: Language, request: Request) -> list[str]:
    content = request.content
    before, after = date.fromisoformat(content["base"]), date.fromisoformat(content["due"])
    lines = [
        f"{_('Loan')} {content['loan'][1]}",
        f"{_('Due back')} {_.day(before)} → {_.day(after)}",
    ]
    loan = ctx.work.loans.by_id(int(content["loan"][0]))
    if loan is not None and loan.overdue(ctx.today):
        lines.append(f"{_('Due')} {show_due(_, loan, ctx.today)}")
    if content.get("reason"):
        lines.append(f"{_('Cause')} {content['reason']}")
    if loan is not None and (waiting := len(ctx.work.loans.waiting(loan.file_id))):
        lines.append("⚠️ " + _.plural("{n} person waits for it", "{n} people wait for it", waiting))
    return lines


def _abridge(_: Language, content: Mapping[str, Any]) -> str:
    return _("until {day}", day=_.day(date.fromisoformat(content["due"])))


def _no_outcome(text: str) -> str:
    raise Refused("outcome_unreadable")


LOAN_RENEWAL_KIND = Kind(
    kind=RequestKind.LOAN_RENEWAL,
    form=LOAN_RENEWAL,
    summary=_summarise,
    brief=_abridge,
    attachments=lambda request: [],
    negotiable=(),
    todo_heading=N_("【To approve】"),
    done_label=N_("Renew"),
    done_word=N_("renewed"),
    outcome_label=N_("Renewal"),
    outcome_question=N_("Until when?"),
    parse_outcome=_no_outcome,
    outcome_note=N_("The new day of return holds."),
)
