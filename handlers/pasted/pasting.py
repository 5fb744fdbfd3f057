"""A message outside any form that wants something filed, and an answer inside one that says more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from domain.calendar import WorkCalendar
from domain.customer_history import may_see_customers, visible_owners
from domain.customers import may_file
from domain.discounts import may_propose
from domain.errors import Refused
from domain.people import Role
from handlers.context import Context
from handlers.conversation import Draft
from handlers.customer_updates import CUSTOMER_UPDATE, may_update
from handlers.forms.engine import Forms
from handlers.forms.fields import Field, Form, load_answers, next_field
from handlers.intake_text.directories import Directory, DirectoryEntry
from handlers.intake_text.readings import Policy, Reading
from handlers.language import N_
from handlers.pasted.filling import Filled, Filler
from handlers.pasted.sayings import Saying, sayings_of, unfiled, updates_of
from handlers.ui import Button, ViewBuilder, bold
from handlers.wording import labelled

SHORTEST = 4  # characters; less is a word, not a message
LONGEST = 4096
PIECE = 3000  # characters of one message that gives words back
ENTRIES = 24  # customers that a message may be about
FREE = {"reason", "purpose", "scope_words", "unsealing"}  # own words, which may speak of anything
MANY = 3
_FORMS = {"new_customer": "new_customer", "discount_change": "discount_change", "file_loan": "file_loan"}
SWITCHES = {
    "n": ("new_customer", N_("New customer")),
    "d": ("discount_change", N_("Discount change")),
    "l": ("file_loan", N_("File loan")),
    "u": ("customer_data_change", N_("Customer data")),
}


class Pasting:
    """look_up, todo: what a question about a customer, and about one's tasks, is answered with."""

    def __init__(
        self,
        forms: Forms,
        look_up: Callable[[Context, str], None],
        todo: Callable[[Context], None],
    ) -> None:
        self._forms = forms
        self._look_up = look_up
        self._todo = todo
        forms.read_more = self.within

    # --- outside a form ----------------------------------------------------------------------------------

    def on_text(self, ctx: Context, text: str) -> bool:
        """Take a message that wants something; false where it wants nothing that we do."""
        if not SHORTEST <= len(text.strip()) <= LONGEST:
            return False
        return self._act(ctx, text, self._read(ctx, text, "auto"))

    def on_switch(self, ctx: Context, draft_id: str, kind: str = "") -> None:
        """It was meant as something else: offer what, then read the same message as that."""
        draft = ctx.conversation.draft(draft_id)
        if draft is None or not draft.said:
            raise Refused("button_unknown")
        if kind not in SWITCHES:
            self._offer(ctx, draft)
            return
        text, intent = draft.said, SWITCHES[kind][0]
        self._drop_chain(ctx, draft)
        if not self._act(ctx, text, self._read(ctx, text, intent), chosen=True):
            self._forms.start(ctx, _FORMS.get(intent, CUSTOMER_UPDATE.name))

    def _offer(self, ctx: Context, draft: Draft) -> None:
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("What did you mean?"))).say(draft.said[:200])
        allowed = {
            "n": may_file(ctx.actor),
            "d": may_propose(ctx.actor),
            "l": True,
            "u": may_update(ctx.actor),
        }
        rows = [
            Button(_(label), f"pi:{draft.id}:{kind}")
            for kind, (intent, label) in SWITCHES.items()
            if allowed[kind] and intent != draft.form
        ]
        screen.grid(rows, 2).buttons(Button(_("Continue filling"), f"f:{draft.id}:0:r"))
        ctx.say(screen.view())

    def _drop_chain(self, ctx: Context, draft: Draft) -> None:
        following: Draft | None = draft
        while following is not None:
            ctx.conversation.drop(following)
            following = ctx.conversation.draft(following.then) if following.then else None

    def _act(self, ctx: Context, text: str, reading: Reading, *, chosen: bool = False) -> bool:
        requests = list(reading.requests or (reading,))
        match reading.intent:
            case "new_customer" | "discount_change" | "file_loan" as intent:
                form = self._forms.form(_FORMS[intent])
                allowed = form.allowed(ctx.actor)
                said = [(each, sayings_of(form.name, each, ctx.today)) for each in requests]
                told = [(each, sayings) for each, sayings in said if _tells(sayings) or each.clarify]
                if not told and not chosen:
                    return False
                if not allowed:
                    raise Refused("role_required")
                self._forms.require_room(ctx, len(told))
                self._give_back(ctx, reading.rest)
                self._begin(ctx, form, text, told or [(reading, [])])
                return True
            case "customer_data_change":
                return self._change_data(ctx, text, reading)
            case "discount_query":
                return self._answer_query(ctx, reading)
            case "todo":
                self._todo(ctx)
                return True
        return False

    def _begin(
        self, ctx: Context, form: Form, text: str, told: Sequence[tuple[Reading, Sequence[Saying]]]
    ) -> None:
        """Open a draft for each request; the first is shown, the others follow one after the other."""
        self._forms.require_room(ctx, len(told))
        drafts = [Draft(form.name, form.version, said=text[:LONGEST]) for _each in told]
        for draft, following in pairwise(drafts):
            draft.then = following.id
        filled: list[tuple[Draft, Filled, list[str]]] = []
        for draft, (reading, sayings) in zip(drafts, told, strict=True):
            ctx.conversation.open(draft)
            result = Filler(ctx, form, draft, text, sure=True).fill(sayings, reading.clarify)
            draft.skipped = [f.name for f in form.fields if f.optional and f.name not in draft.answers]
            for name in draft.asides:
                draft.skipped = [each for each in draft.skipped if each != name]
            filled.append((draft, result, unfiled(reading)))
        draft, result, left = filled[0]
        _ = ctx.language
        notes = [_("Understood:"), *result.notes]
        if result.doubt is None and next_field(form, draft, load_answers(form, draft)) is None:
            notes = [note for note in result.notes if not note.startswith(("✓", "⚠️"))]  # the summary says it
        if left:
            notes.append("ℹ️ " + labelled(_, _("Not on file"), "、".join(left)[:120]))
        if len(drafts) > 1:
            count = _.plural(
                "{n} request in one message; this is the first.",
                "{n} requests in one message; this is the first.",
                len(drafts),
            )
            notes.insert(0, count)
        ctx.conversation.active = draft.id
        self._forms.show(ctx, draft, notes, result.doubt)

    def _give_back(self, ctx: Context, rest: str) -> None:
        """Send the words of what is too many for one message, so that none is lost."""
        lead = ctx.language("That is as many as I take at once. Please send the others again later:")
        for start in range(0, len(rest), PIECE):
            ctx.say(ViewBuilder().say(lead if start == 0 else "…").say(rest[start : start + PIECE]).view())

    # --- other wishes ------------------------------------------------------------------------------------

    def _change_data(self, ctx: Context, text: str, reading: Reading) -> bool:
        """内勤 changes a customer's data alone; whoever may not learns who does."""
        changes = updates_of(reading)
        if not changes:
            return False
        if not may_update(ctx.actor):
            _ = ctx.language
            names = "、".join(person.name for person in ctx.work.people.holders(Role.SALES_ADMIN)) or "?"
            said = _(
                "Address, contact and phone of a customer are changed by {names}; please tell them.",
                names=names,
            )
            ctx.say(ViewBuilder().say(said).view())
            return True
        told = [(reading, sayings) for sayings in changes]
        self._begin(ctx, CUSTOMER_UPDATE, text, told)
        return True

    def _answer_query(self, ctx: Context, reading: Reading) -> bool:
        value = reading.fields.get("customer_ref")
        words = (
            value.words
            if value is not None
            else next(
                (c.candidates[0] for c in reading.clarify if c.field == "customer_ref" and c.candidates), ""
            )
        )
        if not words or not may_see_customers(ctx.actor):
            return False
        found = Directory(self._entries(ctx, words)).matches(words)
        self._look_up(ctx, found[0].name if len(found) == 1 else words)
        return True

    # --- inside a form -----------------------------------------------------------------------------------

    def within(self, ctx: Context, form: Form, draft: Draft, asked: Field | None, text: str) -> Filled | None:
        """Fill what an answer says beyond the question; None where it is an answer and no more."""
        if form.name not in _FORMS or not SHORTEST <= len(text.strip()) <= LONGEST:
            return None
        reading = self._read(ctx, text, form.name)
        if reading.requests:
            return None
        meant = [s for s in sayings_of(form.name, reading, ctx.today) if not s.unsure or s.words]
        if draft.mend is not None:
            meant = [saying for saying in meant if saying.field in draft.mend.fields]
        names = {saying.field for saying in meant} - {"what", "scope"}
        free = asked is not None and asked.name in FREE
        if len(names) < (MANY if free else 2):
            return None
        if asked is not None and asked.name not in names and len(names) < MANY:
            return None
        filler = Filler(ctx, form, draft, text, sure=len(names) >= MANY)
        return filler.fill(meant, [] if draft.mend is not None else reading.clarify)

    # --- reading -----------------------------------------------------------------------------------------

    def _read(self, ctx: Context, text: str, intent: str) -> Reading:
        """Read a message, a second time with the customers that it may speak of."""
        from handlers.intake_text.parsing import parse_text  # noqa: PLC0415 - starts slowly, see bot/app.py

        rules = ctx.work.rules
        more: dict[str, Any] = {
            "today": ctx.today,
            "policy": Policy(rules.min_rate, rules.max_credit_days),
            "calendar": WorkCalendar(ctx.work.calendar_overrides.all()),
        }
        reading = parse_text(text, intent=intent, **more)
        if reading.intent not in {"discount_change", "customer_data_change", "discount_query"}:
            return reading
        if not may_see_customers(ctx.actor):
            return reading
        entries: list[DirectoryEntry] = []
        for request in reading.requests or (reading,):
            value = request.fields.get("customer_ref")
            if value is not None:
                entries += self._entries(ctx, str(value.value))
        if not entries:
            return reading
        return parse_text(text, intent=reading.intent, directory=Directory(entries), **more)

    def _entries(self, ctx: Context, words: str) -> list[DirectoryEntry]:
        """Give whom a rep may mean: found by name or part, or by the first characters of a short form."""
        owners = visible_owners(ctx.work, ctx.actor)
        found = {
            customer.id: customer
            for part in (words, words[:2])
            for customer in ctx.work.customers.find(part, owners, limit=ENTRIES)
        }
        return [DirectoryEntry(customer.name, customer.rate) for customer in found.values()]


def _tells(sayings: Sequence[Saying]) -> bool:
    """Whether anything was said that is not merely assumed."""
    return any(saying.words or saying.pending for saying in sayings if not saying.unsure or saying.words)
