"""Discount and settlement changes 折扣变更: the form, how a change reads on a card, and special rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from domain.approvals.requests import Request, RequestKind
from domain.customer_history import require_visible, visible_owners
from domain.customers import Customer, CustomerField, check_rate, check_settlement
from domain.discounts import (
    ChangeTerms,
    DiscountChange,
    Scope,
    base_of,
    check_differs,
    check_none_open,
    may_propose,
    parse_document_no,
    propose_change,
    repropose_change,
    require_active,
    special_rates,
)
from domain.errors import Refused
from domain.people import Role
from domain.rates import points_between
from domain.settlements import Settlement
from handlers.approvals.kinds import Kind
from handlers.approvals.preview import preview_route
from handlers.context import Context, Telling
from handlers.conversation import Draft
from handlers.forms.choices import Choice, OpenChoice, Option, Record
from handlers.forms.dates import Day
from handlers.forms.fields import Answers, Form, Text, load_answers
from handlers.forms.values import Rate, Terms
from handlers.language import N_, Language
from handlers.ui import View, ViewBuilder, bold
from handlers.wording import labelled, show_rate, show_settlement

RATE, TERMS, BOTH = "rate", "terms", "both"
FOUND = 24
RECENT = 3
_STEPS = (Decimal("-0.01"), Decimal("-0.02"), Decimal("-0.03"), Decimal("-0.05"), Decimal("0.02"))
_SCOPES = {
    Scope.WHOLE: N_("All products"),
    Scope.RANGE: N_("Some products"),
    Scope.ORDER: N_("One order"),
}
REASONS = (
    N_("More business"),
    N_("Less business"),
    N_("Competition"),
    N_("Long partnership"),
    N_("New project"),
    N_("Pays well"),
)


# --- the customer ----------------------------------------------------------------------------------------


def _search(ctx: Context, text: str) -> Sequence[Option]:
    found = ctx.work.customers.find(text, visible_owners(ctx.work, ctx.actor), limit=FOUND)
    return [Option(str(customer.id), customer.name) for customer in found]


def _customer(ctx: Context, customer_id: str) -> Customer | None:
    try:
        return require_visible(ctx.work, ctx.actor, int(customer_id))
    except (Refused, ValueError):
        return None


def _name(ctx: Context, customer_id: str) -> str | None:
    customer = _customer(ctx, customer_id)
    return customer.name if customer else None


def _chosen(ctx: Context, answers: Answers) -> Customer | None:
    chosen = answers.get("customer")
    return _customer(ctx, chosen[0]) if chosen else None


def _of_draft(ctx: Context, draft: Draft | None) -> Customer | None:
    return _chosen(ctx, load_answers(DISCOUNT_CHANGE, draft)) if draft is not None else None


def _check_customer(ctx: Context, answers: Answers, value: list[str]) -> None:
    require_active(require_visible(ctx.work, ctx.actor, int(value[0])))


def _present(ctx: Context, answers: Answers) -> list[str]:
    """What holds now, beside the questions that change it."""
    if (customer := _chosen(ctx, answers)) is None:
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
    if (customer := _chosen(ctx, answers)) is not None and answers.get("what") == RATE:
        check_differs(customer, rate, None)


def _check_settlement(ctx: Context, answers: Answers, settlement: Settlement) -> None:
    check_settlement(ctx.work, settlement)
    if (customer := _chosen(ctx, answers)) is not None:
        rate = answers.get("rate") if answers.get("what") == BOTH else None
        check_differs(customer, rate, settlement)


def _check_scope(ctx: Context, answers: Answers, value: str) -> None:
    _check_open(ctx, answers, Scope(value), "") if value == Scope.WHOLE else None


def _check_words(ctx: Context, answers: Answers, words: str) -> None:
    _check_open(ctx, answers, Scope(answers.get("scope", Scope.WHOLE)), words)


def _check_open(ctx: Context, answers: Answers, scope: Scope, words: str) -> None:
    if (customer := _chosen(ctx, answers)) is not None:
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
    if (customer := _chosen(ctx, answers)) is None:
        return []
    asked = {field.name for field in DISCOUNT_CHANGE.fields if field.when is None or field.when(answers)}
    content = {name: raw for name, raw in draft.answers.items() if name in asked}
    content["base"] = base_of(customer)
    _ = ctx.language
    lines = [*_change_lines(_, content), _policy_line(ctx, _, content)]
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
            search=_search,
            title=_name,
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
            options=tuple(Option(scope.value, label) for scope, label in _SCOPES.items()),
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


# --- how a change reads ----------------------------------------------------------------------------------


def show_points(_: Language, old: Decimal, new: Decimal) -> str:
    points = points_between(old, new)
    if points == 0:
        return _("unchanged")
    wording = _("{n} points down") if points < 0 else _("{n} points up")
    return wording.format(n=_.number(abs(points)))


def _change_lines(_: Language, content: Mapping[str, Any]) -> list[str]:
    base = content["base"]
    old, old_terms = Decimal(base["rate"]), Settlement.from_json(base["settlement"])
    if "rate" in content:
        new = Decimal(content["rate"])
        shown = f"{show_rate(_, old)} → {show_rate(_, new)}（{show_points(_, old, new)}）"
    else:
        shown = _("{what} (unchanged)", what=show_rate(_, old))
    lines = [f"{_('Discount')} {shown}"]
    if "settlement" in content:
        terms = Settlement.from_json(content["settlement"])
        shown = f"{show_settlement(_, old_terms)} → {show_settlement(_, terms)}"
    else:
        shown = _("{what} (unchanged)", what=show_settlement(_, old_terms))
    return [*lines, f"{_('Terms')} {shown}"]


def _policy_line(ctx: Telling, _: Language, content: Mapping[str, Any]) -> str:
    """How far from the company's limits it is, and whether it is ordinary."""
    rules, base = ctx.work.rules, content["base"]
    rate = Decimal(content.get("rate", base["rate"]))
    terms = Settlement.from_json(content.get("settlement", base["settlement"]))
    above = _.number(points_between(rules.min_rate, rate))
    parts = [_("floor {floor}, {n} points above it", floor=show_rate(_, rules.min_rate), n=above)]
    beyond = []
    cut = points_between(rate, Decimal(base["rate"]))
    if cut > rules.ordinary.cut:
        beyond.append(_("{n} points more than usual at once", n=_.number(cut - rules.ordinary.cut)))
    elif cut > 0 and rate < rules.ordinary.rate:
        n = _.number(points_between(rate, rules.ordinary.rate))
        beyond.append(_("{n} points below the usual range", n=n))
    if "settlement" in content and terms.credit_days > rules.ordinary.credit_days:
        n = _.number(terms.credit_days - rules.ordinary.credit_days)
        beyond.append(_("{n} days longer than usual", n=n))
    parts.append("⚠️ " + "，".join(beyond) if beyond else _("within the ordinary"))
    return f"{_('Policy')} {'，'.join(parts)}"


def _recent_line(ctx: Telling, _: Language, request: Request) -> list[str]:
    """The customer's last changes of rate and terms."""
    fields = (CustomerField.RATE, CustomerField.SETTLEMENT)
    changes = ctx.work.customers.changes(request.subject_id or 0, fields=fields, limit=RECENT)
    zone = ZoneInfo(ctx.work.rules.timezone)
    shown = [
        f"{change.at.astimezone(zone):%Y-%m} {show_value(_, change.field, change.before)}"
        f"→{show_value(_, change.field, change.after)}"
        for change in changes
    ]
    return [f"{_('Recently')} {'；'.join(shown)}"] if shown else [_("No earlier changes")]


def show_value(_: Language, field: CustomerField, stored: Any) -> str:
    """Write what a customer's history keeps of a field."""
    match field:
        case CustomerField.RATE:
            return show_rate(_, Decimal(stored))
        case CustomerField.SETTLEMENT:
            return show_settlement(_, Settlement.from_json(stored))
        case _:
            return str(stored) or _("not given")


def _summary(ctx: Telling, _: Language, request: Request) -> list[str]:
    content = request.content
    lines = _change_lines(_, content)
    reason = show_reason(_, str(content.get("reason", "")))
    note = content.get("note")
    lines.append(f"{_('Cause')} {labelled(_, reason, note) if note else reason}")
    scope = Scope(content.get("scope", Scope.WHOLE))
    effective = date.fromisoformat(content["effective"])
    if scope is not Scope.WHOLE:
        until = _.day(date.fromisoformat(content["ends_on"]))
        words = f"{_(_SCOPES[scope])}“{content.get('scope_words', '')}”"
        lines.append(_("For {scope}, {first} to {last}", scope=words, first=_.day(effective), last=until))
    elif effective > request.submitted_at.astimezone(ZoneInfo(ctx.work.rules.timezone)).date():
        lines.append(f"{_('Effective from')} {_.day(effective)}")
    return [*lines, _policy_line(ctx, _, content), *_recent_line(ctx, _, request)]


def show_reason(_: Language, raw: str) -> str:
    """Write a reason: one of ours by its place, or the person's own words."""
    known = {f"r{at}": reason for at, reason in enumerate(REASONS)}
    return _(known[raw]) if raw in known else raw


def _brief(_: Language, content: Mapping[str, Any]) -> str:
    base, parts = content["base"], []
    if "rate" in content:
        old, new = Decimal(base["rate"]), Decimal(content["rate"])
        parts.append(f"{show_rate(_, old)}→{show_rate(_, new)}（{show_points(_, old, new)}）")
    if "settlement" in content:
        old_terms = show_settlement(_, Settlement.from_json(base["settlement"]))
        parts.append(f"{old_terms}→{show_settlement(_, Settlement.from_json(content['settlement']))}")
    return "，".join(parts)


DISCOUNT_CHANGE_KIND = Kind(
    kind=RequestKind.DISCOUNT_CHANGE,
    form=DISCOUNT_CHANGE,
    summary=_summary,
    brief=_brief,
    attachments=lambda request: [],
    negotiable=("rate", "settlement"),
    todo_heading=N_("【To change】"),
    done_label=N_("Changed"),
    outcome_label=N_("ERP document number"),
    outcome_question=N_("By which document was it changed in the ERP? For example: ERP-20261130-07"),
    parse_outcome=parse_document_no,
    outcome_note=N_("It holds from now on."),
)


# --- special rates ---------------------------------------------------------------------------------------


def show_special(_: Language, change: DiscountChange) -> str:
    """Write a rate that holds for a part: 部分产品“伺服电机”：八八折，至12月31日."""
    parts = []
    if change.new_rate is not None:
        parts.append(show_rate(_, change.new_rate))
    if change.new_settlement is not None:
        parts.append(show_settlement(_, Settlement.from_json(change.new_settlement)))
    if change.ends_on is not None:
        parts.append(_("until {day}", day=_.day(change.ends_on)))
    return labelled(_, f"{_(_SCOPES[change.scope])}“{change.scope_words}”", "，".join(parts))


def special_lines(ctx: Context, customer: Customer) -> list[str]:
    changes = special_rates(ctx.work, customer.id or 0, ctx.today)
    return [show_special(ctx.language, change) for change in changes]


def on_lapsed(telling: Telling, change: DiscountChange) -> None:
    """The rep, 内勤 and the accountant learn that a special rate is over."""
    customer = telling.work.customers.by_id(change.customer_id)
    if customer is None:
        return

    def make(_: Language) -> View:
        terms = show_settlement(_, Settlement.from_json(customer.settlement))
        screen = ViewBuilder().say(bold(_("【Special rate over】{name}", name=customer.name)))
        screen.say(show_special(_, change))
        return screen.say(
            _("From now on: {rate}, {terms}", rate=show_rate(_, customer.rate), terms=terms)
        ).view()

    people = telling.work.people
    told = {customer.owner_no, change.applied_by}
    told.update(p.staff_no for p in people.holders(Role.SALES_ADMIN))
    for staff_no in sorted(told - {""}):
        telling.tell(staff_no, make)
