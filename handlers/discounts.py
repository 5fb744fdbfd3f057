"""Discount and settlement changes 折扣变更: the form and its checks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from domain.approvals.requests import RequestKind
from domain.customer_history import require_visible
from domain.customers import Customer, check_rate, check_settlement
from domain.discounts import (
    ChangeTerms,
    Scope,
    base_of,
    check_differs,
    check_none_open,
    may_propose,
    parse_document_no,
    propose_change,
    repropose_change,
    require_active,
)
from domain.errors import Refused
from domain.settlements import Settlement
from handlers.approvals.kinds import Kind
from handlers.approvals.preview import preview_route
from handlers.context import Context
from handlers.conversation import Draft
from handlers.customer_records import chosen_customer, name_of_customer, search_customers
from handlers.discount_lines import (
    REASONS,
    SCOPES,
    abridge_change,
    change_lines,
    policy_line,
    summarise_change,
)
from handlers.forms.choices import Choice, OpenChoice, Option, Record
from handlers.forms.dates import Day
from handlers.forms.fields import Answers, Form, Text, load_answers
from handlers.forms.values import Rate, Terms
from handlers.language import N_
from handlers.wording import show_rate, show_settlement

RATE, TERMS, BOTH = "rate", "terms", "both"
_STEPS = (Decimal("-0.01"), Decimal("-0.02"), Decimal("-0.03"), Decimal("-0.05"), Decimal("0.02"))


# --- the customer ----------------------------------------------------------------------------------------


def _of_draft(ctx: Context, draft: Draft | None) -> Customer | None:
    return chosen_customer(ctx, load_answers(DISCOUNT_CHANGE, draft)) if draft is not None else None


def _check_customer(ctx: Context, answers: Answers, value: list[str]) -> None:
    require_active(require_visible(ctx.work, ctx.actor, int(value[0])))


def _present(ctx: Context, answers: Answers) -> list[str]:
    """What holds now, beside the questions that change it."""
    if (customer := chosen_customer(ctx, answers)) is None:
        return []
    _ = ctx.language
    terms = show_settlement(_, Settlement.from_json(customer.settlement))
    return [_("Now: {rate}, {terms}", rate=show_rate(_, customer.rate), terms=terms)]


# --- the new terms ---------------------------------------------------------------------------------------


def _current_rate(ctx: Context, draft: Draft) -> Decimal | None:
    customer = _of_draft(ctx, draft)
    return customer.rate if customer else None


def _usual_rates(ctx: Context) -> list[Decimal]:
    customer = _of_draft(ctx, ctx.conversation.current)
    if customer is None:
        return []
    near = [customer.rate + step for step in _STEPS]
    return sorted({rate for rate in near if ctx.work.rules.min_rate <= rate <= 1}, reverse=True)


def _check_rate(ctx: Context, answers: Answers, rate: Decimal) -> None:
    check_rate(ctx.work, rate)
    if (customer := chosen_customer(ctx, answers)) is not None and answers.get("what") == RATE:
        check_differs(customer, rate, None)


def _check_settlement(ctx: Context, answers: Answers, settlement: Settlement) -> None:
    check_settlement(ctx.work, settlement)
    if (customer := chosen_customer(ctx, answers)) is not None:
        rate = answers.get("rate") if answers.get("what") == BOTH else None
        check_differs(customer, rate, settlement)


def _check_scope(ctx: Context, answers: Answers, value: str) -> None:
    _check_open(ctx, answers, Scope(value), "") if value == Scope.WHOLE else None


def _check_words(ctx: Context, answers: Answers, words: str) -> None:
    _check_open(ctx, answers, Scope(answers.get("scope", Scope.WHOLE)), words)


def _check_open(ctx: Context, answers: Answers, scope: Scope, words: str) -> None:
    if (customer := chosen_customer(ctx, answers)) is not None:
        draft = ctx.conversation.current
        mended = draft.mend.request_id if draft is not None and draft.mend is not None else 0
        check_none_open(ctx.work, customer, scope, words, apart_from=mended)


def _check_end(ctx: Context, answers: Answers, last: date) -> None:
    first = answers.get("effective")
    if first is not None and last < first:
        raise Refused("date_too_early", day=last, first=first)


def _changes_rate(answers: Answers) -> bool:
    return answers.get("what", BOTH) in {RATE, BOTH}


def _changes_terms(answers: Answers) -> bool:
    return answers.get("what", BOTH) in {TERMS, BOTH}


def _is_special(answers: Answers) -> bool:
    return str(answers.get("scope", Scope.WHOLE.value)) != Scope.WHOLE.value


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    terms = ChangeTerms(
        customer_id=int(answers["customer"][0]),
        rate=answers.get("rate"),
        settlement=answers.get("settlement"),
        effective_on=answers["effective"],
        scope=Scope(answers["scope"]),
        scope_words=answers.get("scope_words", ""),
        ends_on=answers.get("ends_on"),
    )
    content = dict(draft.answers)
    if draft.mend is not None:
        repropose_change(
            ctx.work, ctx.actor, draft.mend.request_id, draft.mend.version, terms, content, ctx.now
        )
    else:
        propose_change(ctx.work, ctx.actor, draft.id, terms, content, ctx.now)


def _preview(ctx: Context, draft: Draft, answers: Answers) -> list[str]:
    if (customer := chosen_customer(ctx, answers)) is None:
        return []
    asked = {field.name for field in DISCOUNT_CHANGE.fields if field.when is None or field.when(answers)}
    content = {name: raw for name, raw in draft.answers.items() if name in asked}
    content["base"] = base_of(customer)
    _ = ctx.language
    lines = [*change_lines(_, content), policy_line(ctx, _, content)]
    return ["", *lines, *preview_route(ctx, RequestKind.DISCOUNT_CHANGE, content)]


DISCOUNT_CHANGE = Form(
    name="discount_change",
    version=1,
    title=N_("Discount change"),
    allowed=may_propose,
    preview=_preview,
    submit=_submit,
    fields=(
        Record(
            name="customer",
            label=N_("Customer"),
            question=N_("Which customer? Send its name, a part of it, pinyin, initials or its number."),
            example=N_("恒锐, hrwj or KH0081"),
            aliases=("客户名称", "公司", "customer"),
            search=search_customers,
            title=name_of_customer,
            check=_check_customer,
        ),
        Choice(
            name="what",
            label=N_("What changes"),
            question=N_("What shall change?"),
            hint=_present,
            options=(
                Option(RATE, N_("Discount"), ("折扣", "只改折扣")),
                Option(TERMS, N_("Settlement"), ("结算", "账期", "只改结算")),
                Option(BOTH, N_("Both"), ("都改", "全部")),
            ),
        ),
        Rate(
            name="rate",
            label=N_("New discount"),
            question=N_("Which discount shall hold?"),
            example=N_("八八折, 0.88, or 再让2个点"),
            aliases=("折扣", "折扣率", "rate", "discount"),
            hint=_present,
            when=_changes_rate,
            usual=_usual_rates,
            current=_current_rate,
            check=_check_rate,
        ),
        Terms(
            name="settlement",
            label=N_("New settlement"),
            question=N_("Which terms shall hold?"),
            example=N_("月结30天 or 款到发货"),
            aliases=("结算方式", "结算", "账期", "付款方式", "terms"),
            hint=_present,
            when=_changes_terms,
            usual=("款到发货", "现结", "月结30天", "月结60天", "货到30天", "票到30天"),
            check=_check_settlement,
        ),
        OpenChoice(
            name="reason",
            label=N_("Reason"),
            question=N_("Why? Choose, or write it in your own words."),
            aliases=("原因", "理由", "reason"),
            options=tuple(Option(f"r{at}", reason) for at, reason in enumerate(REASONS)),
        ),
        Text(
            name="note",
            label=N_("Further words"),
            question=N_("Anything the approver should know? Otherwise skip."),
            example=N_("本季采购翻倍"),
            optional=True,
            aliases=("说明", "备注", "note"),
            longest=200,
        ),
        Day(
            name="effective",
            label=N_("Effective from"),
            question=N_("From which day shall it hold?"),
            example=N_("今天, 下周一, 12月1日"),
            aliases=("生效", "生效日", "effective"),
            likely=(0, 1, 2, 7),
            latest=365,
        ),
        Choice(
            name="scope",
            label=N_("Scope"),
            question=N_("What does it hold for?"),
            aliases=("范围", "scope"),
            options=tuple(Option(scope.value, label) for scope, label in SCOPES.items()),
            check=_check_scope,
        ),
        Text(
            name="scope_words",
            label=N_("Products or order"),
            question=N_("Which products, or which order?"),
            example=N_("伺服电机系列, or order SO-20261120-03"),
            longest=60,
            when=_is_special,
            check=_check_words,
        ),
        Day(
            name="ends_on",
            label=N_("Last day"),
            question=N_("Until which day (included)? After that the usual rate holds again."),
            example=N_("12月31日, 下周五"),
            aliases=("截止", "截止日期", "到期日"),
            likely=(7, 14, 30, 60),
            latest=730,
            when=_is_special,
            check=_check_end,
        ),
    ),
)


def start_for(ctx: Context, begin: Any, customer_id: str) -> None:
    """Begin a change for a customer that is on the screen. begin: Forms.begin."""
    customer = require_visible(ctx.work, ctx.actor, int(customer_id))
    if not may_propose(ctx.actor):
        raise Refused("role_required")
    require_active(customer)
    answers = {"customer": [str(customer.id), customer.name]}
    former = ctx.conversation.draft_of(DISCOUNT_CHANGE.name)
    if former is not None and (not former.touched or former.answers.keys() <= {"customer"}):
        ctx.conversation.drop(former)
    begin(ctx, Draft(DISCOUNT_CHANGE.name, DISCOUNT_CHANGE.version, answers=answers))


DISCOUNT_CHANGE_KIND = Kind(
    kind=RequestKind.DISCOUNT_CHANGE,
    form=DISCOUNT_CHANGE,
    summary=summarise_change,
    brief=abridge_change,
    attachments=lambda request: [],
    negotiable=("rate", "settlement"),
    todo_heading=N_("【To change】"),
    done_label=N_("Changed"),
    outcome_label=N_("ERP document number"),
    outcome_question=N_("By which document was it changed in the ERP? For example: ERP-20261130-07"),
    parse_outcome=parse_document_no,
    outcome_note=N_("It holds from now on."),
)
