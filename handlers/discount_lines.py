"""How a discount change reads: on a card, in a list, in a history, and when a special rate is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from domain.approvals.requests import Request
from domain.customers import Customer, CustomerField
from domain.discounts import DiscountChange, Scope, special_rates
from domain.people import Role
from domain.rates import points_between
from domain.settlements import Settlement
from handlers.context import Context, Telling
from handlers.language import N_, Language
from handlers.ui import View, ViewBuilder, bold
from handlers.wording import labelled, show_rate, show_settlement

RECENT = 3
SCOPES = {
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


def show_points(_: Language, old: Decimal, new: Decimal) -> str:
    points = points_between(old, new)
    if points == 0:
        return _("unchanged")
    wording = _("{n} points down") if points < 0 else _("{n} points up")
    return wording.format(n=_.number(abs(points)))


def change_lines(_: Language, content: Mapping[str, Any]) -> list[str]:
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


def policy_line(ctx: Telling, _: Language, content: Mapping[str, Any]) -> str:
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


def summarise_change(ctx: Telling, _: Language, request: Request) -> list[str]:
    content = request.content
    lines = change_lines(_, content)
    reason = show_reason(_, str(content.get("reason", "")))
    note = content.get("note")
    lines.append(f"{_('Cause')} {labelled(_, reason, note) if note else reason}")
    scope = Scope(content.get("scope", Scope.WHOLE))
    effective = date.fromisoformat(content["effective"])
    if scope is not Scope.WHOLE:
        until = _.day(date.fromisoformat(content["ends_on"]))
        words = f"{_(SCOPES[scope])}“{content.get('scope_words', '')}”"
        lines.append(_("For {scope}, {first} to {last}", scope=words, first=_.day(effective), last=until))
    elif effective > request.submitted_at.astimezone(ZoneInfo(ctx.work.rules.timezone)).date():
        lines.append(f"{_('Effective from')} {_.day(effective)}")
    return [*lines, policy_line(ctx, _, content), *_recent_line(ctx, _, request)]


def show_reason(_: Language, raw: str) -> str:
    """Write a reason: one of ours by its place, or the person's own words."""
    known = {f"r{at}": reason for at, reason in enumerate(REASONS)}
    return _(known[raw]) if raw in known else raw


def abridge_change(_: Language, content: Mapping[str, Any]) -> str:
    base, parts = content["base"], []
    if "rate" in content:
        old, new = Decimal(base["rate"]), Decimal(content["rate"])
        parts.append(f"{show_rate(_, old)}→{show_rate(_, new)}（{show_points(_, old, new)}）")
    if "settlement" in content:
        old_terms = show_settlement(_, Settlement.from_json(base["settlement"]))
        parts.append(f"{old_terms}→{show_settlement(_, Settlement.from_json(content['settlement']))}")
    return "，".join(parts)


def show_special(_: Language, change: DiscountChange) -> str:
    """Write a rate that holds for a part: 部分产品“伺服电机”：八八折，至12月31日."""
    parts = []
    if change.new_rate is not None:
        parts.append(show_rate(_, change.new_rate))
    if change.new_settlement is not None:
        parts.append(show_settlement(_, Settlement.from_json(change.new_settlement)))
    if change.ends_on is not None:
        parts.append(_("until {day}", day=_.day(change.ends_on)))
    return labelled(_, f"{_(SCOPES[change.scope])}“{change.scope_words}”", "，".join(parts))


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
