"""客户 in chat: one's customers, a search, and a customer's card with terms, history and open requests."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from domain.approvals.requests import RequestKind
from domain.customer_history import may_see_customers, require_visible, value_of, visible_owners
from domain.customers import Customer, CustomerChange, CustomerField
from domain.discounts import may_propose
from domain.errors import Refused
from domain.phones import display, parse_phone
from domain.settlements import Settlement
from handlers.approvals.asking import Questions
from handlers.context import Context
from handlers.conversation import Asking
from handlers.customer_updates import LABELS, may_update, show_stored
from handlers.discount_lines import show_value, special_lines
from handlers.language import N_, Language
from handlers.ui import Button, ViewBuilder, bold
from handlers.wording import (
    labelled,
    shorten,
    show_customer_state,
    show_kind,
    show_rate,
    show_request_state,
    show_settlement,
)

PAGE = 6
HISTORY = 5
SEARCH_BYTES = 40  # of a search that travels in a button
_FIELDS = {CustomerField.RATE: N_("Discount"), CustomerField.SETTLEMENT: N_("Settlement"), **LABELS}


class CustomerViews:
    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        questions.register("customer_search", self._answer)

    def show_customers(self, ctx: Context, page: str = "0", text: str = "") -> None:
        """List one's customers, or what a search finds among them."""
        if not may_see_customers(ctx.actor):
            raise Refused("role_required")
        _, owners = ctx.language, visible_owners(ctx.work, ctx.actor)
        count = ctx.work.customers.count(text, owners)
        at = min(max(int(page), 0), max(0, -(-count // PAGE) - 1))
        found = ctx.work.customers.find(text, owners, limit=PAGE, offset=at * PAGE)
        own = owners is not None and len(owners) == 1
        title = _("My customers") if own else _("Customers")
        heading = f"{title} ({count})"
        screen = ViewBuilder().say(bold(f"{heading} · “{shorten(text, 20)}”" if text else heading))
        if not count:
            screen.say(
                _("Nothing was found. Try another part of the name.") if text else _("No customers yet.")
            )
        for place, customer in enumerate(found, start=at * PAGE + 1):
            terms = show_settlement(_, Settlement.from_json(customer.settlement))
            owner = "" if own else f" · {ctx.name_of(customer.owner_no)}"
            screen.say(f"{place}. {customer.name}{owner}")
            state = "" if customer.state.may_order else f" · {show_customer_state(_, customer.state)}"
            screen.say(f"    {show_rate(_, customer.rate)} · {terms}{state}")
        for place, customer in enumerate(found, start=at * PAGE + 1):
            screen.buttons(Button(f"{place}. {shorten(customer.name, 22)}", f"cv:{customer.id}"))
        self._turns(_, screen, at, count, text)
        screen.buttons(Button(_("Search"), "cs"))
        ctx.show(screen.view())

    def on_search(self, ctx: Context) -> None:
        """Ask what to look for."""
        if not may_see_customers(ctx.actor):
            raise Refused("role_required")
        _ = ctx.language
        screen = ViewBuilder().say(
            _("Which customer? Send its name, a part of it, pinyin, initials or its number.")
        )
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "customer_search", screen.view())

    def _answer(self, ctx: Context, asking: Asking, text: str) -> None:
        self._questions.show_answer(ctx, ctx.language("Search") + " ✓", lambda: self.find(ctx, text))

    def find(self, ctx: Context, text: str) -> None:
        """Show the customer a text means, or the list of those it may mean."""
        if not may_see_customers(ctx.actor):
            raise Refused("role_required")
        text = " ".join(text.split())
        found = ctx.work.customers.find(text, visible_owners(ctx.work, ctx.actor), limit=2)
        if len(found) == 1:
            self.show_customer(ctx, str(found[0].id))
        else:
            self.show_customers(ctx, "0", text)

    def show_customer(self, ctx: Context, customer_id: str) -> None:
        """The record's own view: what is on file, in full."""
        customer, _ = self._visible(ctx, customer_id), ctx.language
        screen = ViewBuilder().say(bold(customer.name))
        number = customer.erp_no or _("no ERP number yet")
        owner = ctx.work.people.by_no(customer.owner_no)
        owned = owner.name if owner else customer.owner_no
        if owner is not None and not owner.works_here:
            owned += _(" (has left)")
        screen.say(f"{number} · {show_customer_state(_, customer.state)} · {owned}")
        terms = show_settlement(_, Settlement.from_json(customer.settlement))
        screen.say(f"{_('Discount')} {show_rate(_, customer.rate)} · {_('Settlement')} {terms}")
        for text in special_lines(ctx, customer):
            screen.say("★ " + text)
        for label, value in self._facts(_, customer):
            screen.say(labelled(_, label, value))
        self._history(ctx, screen, customer)
        self._requests(ctx, screen, customer)
        self._buttons(ctx, screen, customer)
        ctx.say(screen.view())

    def show_history(self, ctx: Context, customer_id: str, page: str) -> None:
        """Every change of a customer, the newest first."""
        customer, _ = self._visible(ctx, customer_id), ctx.language
        at = int(page)
        changes = ctx.work.customers.changes(customer.id or 0, limit=PAGE + 1, offset=at * PAGE)
        screen = ViewBuilder().say(bold(f"{customer.name} · {_('Changes')}"))
        if not changes:
            screen.say(_("Nothing was changed yet."))
        for change in changes[:PAGE]:
            screen.say(self._change(ctx, change))
        row = [Button("◀ " + _("Previous page"), f"cx:{customer.id}:{at - 1}")] if at else []
        if len(changes) > PAGE:
            row.append(Button(_("Next page") + " ▶", f"cx:{customer.id}:{at + 1}"))
        screen.buttons(*row)
        ctx.show(screen.buttons(Button(_("Back to the customer"), f"cv:{customer.id}")).view())

    def _visible(self, ctx: Context, customer_id: str) -> Customer:
        if not may_see_customers(ctx.actor):
            raise Refused("customer_unknown")
        return require_visible(ctx.work, ctx.actor, int(customer_id))

    def _facts(self, _: Language, customer: Customer) -> list[tuple[str, str]]:
        phones = [customer.mobile, f"{customer.landline}-{customer.extension}".rstrip("-")]
        shown = "、".join(display(parse_phone(phone)) for phone in phones if phone)
        facts = [
            (_("Contact person"), customer.contact),
            (_("Contact phone"), shown),
            (_("Customer address"), value_of(customer, CustomerField.ADDRESS)),
            (_("Payment channel"), show_stored(_, CustomerField.PAYMENT, customer.payment_channel)),
            (_("Unified social credit code"), customer.credit_code),
            (_("Customer category"), customer.category),
            (_("Customer grade"), customer.grade),
            (_("Customer source"), customer.source),
        ]
        return [(label, value) for label, value in facts if value]

    def _history(self, ctx: Context, screen: ViewBuilder, customer: Customer) -> None:
        changes = ctx.work.customers.changes(customer.id or 0, limit=HISTORY)
        if changes:
            screen.say("").say(bold(ctx.language("Changes")))
        for change in changes:
            screen.say(self._change(ctx, change))

    def _change(self, ctx: Context, change: CustomerChange) -> str:
        _, zone = ctx.language, ZoneInfo(ctx.work.rules.timezone)
        if change.field in LABELS:
            values = [show_stored(_, change.field, str(value)) for value in (change.before, change.after)]
        else:
            values = [show_value(_, change.field, value) for value in (change.before, change.after)]
        by = change.request_number or ctx.name_of(change.by_no)
        day = f"{change.at.astimezone(zone):%Y-%m-%d}"
        return f"{day} {_(_FIELDS[change.field])} {values[0]} → {values[1]} {by}".rstrip()

    def _requests(self, ctx: Context, screen: ViewBuilder, customer: Customer) -> None:
        _ = ctx.language
        kinds = {RequestKind.NEW_CUSTOMER, RequestKind.DISCOUNT_CHANGE}
        requests = ctx.work.requests.open_about(kinds, customer.id or 0)
        if requests:
            screen.say("").say(bold(_("Open requests")))
        for request in requests:
            state = show_request_state(_, request.state)
            screen.say(f"{show_kind(_, request.kind)} {request.number} · {state}")

    def _buttons(self, ctx: Context, screen: ViewBuilder, customer: Customer) -> None:
        _, row = ctx.language, []
        if may_propose(ctx.actor) and customer.state.may_order:
            row.append(Button(_("Change discount"), f"dc:{customer.id}"))
        if may_update(ctx.actor):
            row.append(Button(_("Change data"), f"cm:{customer.id}"))
        screen.buttons(*row)
        screen.buttons(Button(_("All changes"), f"cx:{customer.id}:0"), Button(_("Customers"), "cu:0"))

    def _turns(self, _: Language, screen: ViewBuilder, at: int, count: int, text: str) -> None:
        kept = text.encode()[:SEARCH_BYTES].decode(errors="ignore")
        end = f":{kept}" if kept else ""
        row = []
        if at > 0:
            row.append(Button("◀ " + _("Previous page"), f"cu:{at - 1}{end}"))
        if (at + 1) * PAGE < count:
            row.append(Button(_("Next page") + " ▶", f"cu:{at + 1}{end}"))
        screen.buttons(*row)
