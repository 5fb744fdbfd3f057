"""New customer 新客户建档: the form, its checks against the register, and how a filing reads on a card."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.approvals.requests import Request, RequestKind
from domain.customers import (
    CustomerFacts,
    check_rate,
    check_settlement,
    file_customer,
    find_duplicates,
    known_params,
    may_file,
    parse_erp_no,
    refile_customer,
)
from domain.duplicates import Match
from domain.errors import Refused
from domain.names import normalise_name
from domain.phones import Phone, masked
from domain.settlements import Settlement
from handlers.approvals.kinds import Kind
from handlers.approvals.preview import preview_route
from handlers.context import Context, Telling
from handlers.conversation import Draft
from handlers.forms.choices import Choice, Option
from handlers.forms.fields import Answers, Doubt, Form, Text, load_answers
from handlers.forms.files import Files
from handlers.forms.values import Address, CreditCode, PhoneNumber, Rate, Terms
from handlers.language import N_, Language
from handlers.wording import show_rate, show_settlement

USUAL_RATES = (Decimal("0.95"), Decimal("0.92"), Decimal("0.90"), Decimal("0.88"), Decimal("0.85"))
USUAL_TERMS = ("款到发货", "现结", "月结30天", "月结60天", "货到30天", "票到30天")


def _usual_rates(ctx: Context) -> list[Decimal]:
    return [rate for rate in USUAL_RATES if rate >= ctx.work.rules.min_rate]


def _mended(ctx: Context) -> tuple[int | None, Answers]:
    """While a returned filing is mended: the customer itself, and what was filed of it."""
    draft = ctx.conversation.current
    if draft is None or draft.mend is None:
        return None, {}
    request = ctx.work.requests.by_id(draft.mend.request_id)
    former = Draft(NEW_CUSTOMER.name, NEW_CUSTOMER.version, answers=draft.mend.former)
    return (request.subject_id if request else None), load_answers(NEW_CUSTOMER, former)


def _lookalikes(ctx: Context, answers: Answers, apart_from: int | None) -> list[Match]:
    phone: Phone | None = answers.get("phone")
    return find_duplicates(
        ctx.work,
        answers.get("name", ""),
        answers.get("credit_code", ""),
        (phone.e164,) if phone else (),
        apart_from=apart_from,
    )


def check_duplicates(ctx: Context, answers: Answers, _value: Any) -> Doubt | None:
    """Refuse a customer that is there already; ask about one that is merely alike.

    What was alike when a returned filing was first sent has been confirmed then.
    """
    own, former = _mended(ctx)
    found = _lookalikes(ctx, answers, own)
    for match in found:
        if match.kind == "exact":
            raise Refused("duplicate_customer", **known_params(match.known))
    if found and former:
        confirmed = {match.known.id for match in _lookalikes(ctx, former, own)}
        found = [match for match in found if match.known.id not in confirmed]
    if not found:
        return None
    token = ",".join(str(match.known.id) for match in found[:20])
    alike = [{**known_params(match.known), "reasons": match.reasons} for match in found[:3]]
    return Doubt("duplicates", token, "similar_customers", {"alike": alike, "count": len(found)})


def _check_rate(ctx: Context, _answers: Answers, rate: Decimal) -> None:
    check_rate(ctx.work, rate)


def _check_settlement(ctx: Context, _answers: Answers, settlement: Settlement) -> None:
    check_settlement(ctx.work, settlement)


def _listed(name: str) -> Any:
    def options(ctx: Context) -> list[Option]:
        return [Option(value, value) for value in getattr(ctx.work.rules, name)]

    return options


def _facts(answers: Answers) -> CustomerFacts:
    return CustomerFacts(
        name=answers["name"],
        credit_code=answers.get("credit_code", ""),
        address=answers["address"],
        contact=answers["contact"],
        phone=answers["phone"],
        rate=answers["rate"],
        settlement=answers["settlement"],
        category=answers.get("category", ""),
        grade=answers.get("grade", ""),
        source=answers.get("source", ""),
        attachments=tuple(entry[0] for entry in answers.get("files", ())),
    )


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    facts, content = _facts(answers), dict(draft.answers)
    if draft.mend is not None:
        refile_customer(
            ctx.work, ctx.actor, draft.mend.request_id, draft.mend.version, facts, content, ctx.now
        )
    else:
        file_customer(ctx.work, ctx.actor, draft.id, facts, content, ctx.now)


def _preview(ctx: Context, draft: Draft, answers: Answers) -> list[str]:
    return preview_route(ctx, RequestKind.NEW_CUSTOMER, draft.answers)


NEW_CUSTOMER = Form(
    name="new_customer",
    version=1,
    title=N_("New customer"),
    allowed=may_file,
    preview=_preview,
    submit=_submit,
    fields=(
        Text(
            name="name",
            label=N_("Customer name"),
            question=N_("What is the customer's full name, as on its business licence?"),
            example=N_("佛山市恒锐五金制品有限公司"),
            aliases=("客户", "公司", "公司名称", "名称", "单位", "name", "customer"),
            shortest=2,
            longest=60,
            parse=normalise_name,
            check=check_duplicates,
        ),
        CreditCode(
            name="credit_code",
            label=N_("Unified social credit code"),
            question=N_("Please send the 18 characters of the unified social credit code."),
            example=N_("914401061313079505 (on the business licence)"),
            optional=True,
            aliases=("信用代码", "税号", "统一代码", "uscc", "credit code"),
            check=check_duplicates,
        ),
        Address(
            name="address",
            label=N_("Customer address"),
            question=N_("Please send province, city, district and street."),
            example=N_("广东省佛山市顺德区凤翔路28号"),
            aliases=("地址", "address"),
        ),
        Text(
            name="contact",
            label=N_("Contact person"),
            question=N_("Whom do we talk to there?"),
            example=N_("陈志强 采购经理"),
            aliases=("联系", "contact"),
            longest=40,
        ),
        PhoneNumber(
            name="phone",
            label=N_("Contact phone"),
            question=N_("Please send a mobile number, or a landline with its area code."),
            example=N_("13800138000 or 0757-22345678 ext. 801"),
            aliases=("电话", "手机", "座机", "手机号", "phone", "mobile"),
            check=check_duplicates,
        ),
        Rate(
            name="rate",
            label=N_("Discount"),
            question=N_("Which discount shall the customer have?"),
            example=N_("九二折, 92折, 0.92 or 让利8个点"),
            aliases=("折扣率", "discount", "rate"),
            usual=_usual_rates,
            check=_check_rate,
        ),
        Terms(
            name="settlement",
            label=N_("Settlement"),
            question=N_("How will the customer pay?"),
            example=N_("月结30天 or 款到发货"),
            aliases=("结算", "付款方式", "账期", "terms"),
            usual=USUAL_TERMS,
            check=_check_settlement,
        ),
        Choice(
            name="category",
            label=N_("Customer category"),
            question=N_("Which kind of customer is it?"),
            optional=True,
            aliases=("类别",),
            options=_listed("categories"),
        ),
        Choice(
            name="grade",
            label=N_("Customer grade"),
            question=N_("Which grade shall it have?"),
            optional=True,
            aliases=("等级",),
            options=_listed("grades"),
        ),
        Choice(
            name="source",
            label=N_("Customer source"),
            question=N_("How did we get to know it?"),
            optional=True,
            aliases=("来源",),
            options=_listed("sources"),
        ),
        Files(
            name="files",
            label=N_("Attachments"),
            question=N_("Please send a photo or PDF of the business licence; several one after the other."),
            optional=True,
        ),
    ),
)


def _summary(ctx: Telling, _: Language, request: Request) -> list[str]:
    """Four lines that a decision can be taken on."""
    content, floor = request.content, ctx.work.rules.min_rate
    phone = Phone.from_json(content["phone"])
    lines = [
        _brief(_, content),
        f"{_('Contact person')} {content['contact']} {masked(phone)}",
        f"{_('Address')} {content['address']}",
        _("Policy: floor {floor}, within it", floor=show_rate(_, floor)),
    ]
    if files := content.get("files"):
        lines.append(_.plural("{n} attachment", "{n} attachments", len(files)))
    return lines


def _brief(_: Language, content: Mapping[str, Any]) -> str:
    rate, settlement = Decimal(content["rate"]), Settlement.from_json(content["settlement"])
    return f"{_('Discount')} {show_rate(_, rate)} · {_('Settlement')} {show_settlement(_, settlement)}"


def _attachments(request: Request) -> list[str]:
    return [entry[0] for entry in request.content.get("files", [])]


NEW_CUSTOMER_KIND = Kind(
    kind=RequestKind.NEW_CUSTOMER,
    form=NEW_CUSTOMER,
    summary=_summary,
    brief=_brief,
    attachments=_attachments,
    negotiable=("rate", "settlement"),
    todo_heading=N_("【To record】"),
    done_label=N_("Recorded"),
    outcome_label=N_("ERP customer number"),
    outcome_question=N_("Which number did the ERP give this customer? For example: KH0081"),
    parse_outcome=parse_erp_no,
    outcome_note=N_("The customer may order now."),
)
