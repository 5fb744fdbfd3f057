"""A message outside any form that wants something filed, and an answer inside one that says more."""

from __future__ import annotations

import re
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
from handlers.language import N_, Language
from handlers.pasted.filling import Filled, Filler
from handlers.pasted.sayings import sayings_of, unfiled
from handlers.pasted.wishes import FORMS, Wish, wishes_of
from handlers.refusals import explain
from handlers.ui import Button, ViewBuilder, bold
from handlers.wording import labelled

SHORTEST = 4  # characters; less is a word, not a message
LONGEST = 4096
PIECE = 3000  # characters of one message that gives words back
ENTRIES = 24  # customers that a message may be about
FREE = {"reason", "note", "purpose", "scope_words", "unsealing"}  # own words, which may speak of anything
MANY = 3
_APART = re.compile(r"\n|^\s*(?:另外|顺便|还有|对了)")  # it does not answer what was asked
_ABOUT_KNOWN = {"discount_change", "customer_data_change", "discount_query"}
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

    def on_other_wish(self, ctx: Context, text: str) -> bool:
        """Open what plainly asks for something else than the form under way, which waits meanwhile.

        False where the text may be an answer to that form's question.
        """
        draft = ctx.conversation.current
        if draft is None or not SHORTEST <= len(text.strip()) <= LONGEST:
            return False
        reading = self._read(ctx, text, "auto")
        requests = reading.requests or (reading,)
        if not all(self._is_plain(ctx, request, draft.form) for request in requests):
            return False
        form = self._forms.form(draft.form)
        asked = next_field(form, draft, load_answers(form, draft))
        own_words = asked is not None and asked.name in FREE and not _APART.search(text)
        if own_words and any(request.intent != "new_customer" for request in requests):
            return False
        if not self._act(ctx, text, reading):
            return False
        _ = ctx.language
        title = _(form.title)
        ctx.say(ViewBuilder().say(_("“{form}” waits; Menu leads back to it.", form=title)).view())
        return True

    def _is_plain(self, ctx: Context, request: Reading, under_way: str) -> bool:
        """Whether a request says whose and what, and is of another kind than the form under way."""
        said = request.fields
        match request.intent:
            case intent if FORMS.get(intent) in {None, under_way}:
                return False
            case "new_customer":
                return (
                    "customer_name" in said and bool({"mobile", "landline"} & said.keys()) and len(said) > 3
                )
            case "file_loan":
                return "file_subject" in said and bool({"reason", "due_date"} & said.keys())
        name = str(said["customer_ref"].value) if "customer_ref" in said else ""
        asked = {"requested_discount", "requested_settlement"}
        doubts = {doubt.field for doubt in request.clarify}
        return bool(name and asked & {*said, *doubts}) and self._is_known(ctx, name)

    def _is_known(self, ctx: Context, name: str) -> bool:
        return may_see_customers(ctx.actor) and len(Directory(self._entries(ctx, name)).matches(name)) == 1

    def on_switch(self, ctx: Context, draft_id: str, kind: str = "") -> None:
        """It was meant as something else: offer what, then read the same message as that."""
        draft = ctx.conversation.draft(draft_id)
        if draft is None or not draft.said:
            raise Refused("button_unknown")
        if kind not in SWITCHES:
            self._offer(ctx, draft)
            return
        text, intent = draft.said, SWITCHES[kind][0]
        form = self._forms.form(FORMS.get(intent, CUSTOMER_UPDATE.name))
        if not form.allowed(ctx.actor):
            raise Refused("role_required")
        behind = self._drop_request(ctx, draft)
        if not self._act(ctx, text, self._read(ctx, text, intent), chosen=True, behind=behind):
            self._forms.begin(ctx, Draft(form.name, form.version, then=behind.id if behind else ""))
        if behind is not None and not ctx.conversation.active:
            self._forms.go_on_with(ctx, behind)

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

    def _drop_request(self, ctx: Context, draft: Draft) -> Draft | None:
        """Drop what became of one request; give the draft behind it, of another one."""
        following: Draft | None = draft
        while following is not None and following.said == draft.said:
            ctx.conversation.drop(following)
            following = ctx.conversation.draft(following.then) if following.then else None
        return following

    def _act(
        self, ctx: Context, text: str, reading: Reading, *, chosen: bool = False, behind: Draft | None = None
    ) -> bool:
        """Do what a message wants; false where it wants nothing. behind: a draft to go on with afterwards."""
        if reading.intent == "todo":
            self._todo(ctx)
            return True
        wishes = wishes_of(ctx, self._forms, reading, chosen=chosen)
        if wishes.only_not_theirs:
            raise Refused("role_required")
        self._forms.require_room(ctx, len(wishes.drafts))
        answered = [self._answer_query(ctx, question) for question in wishes.questions]
        if wishes.for_clerks:
            self._name_clerks(ctx)
        if wishes.unfiled:
            ctx.say(ViewBuilder().say(_unfiled_note(ctx.language, wishes.unfiled)).view())
        several = bool(reading.requests)
        not_theirs = [form.title for form in wishes.not_theirs]
        if several and not all(answered):
            not_theirs.append(N_("Customers"))
        for title in not_theirs:
            why = explain(ctx.language, Refused("role_required"))
            ctx.say(ViewBuilder().say(f"✘ {ctx.language(title)}").say(why).view())
        if wishes.drafts:
            self._give_back(ctx, reading.rest)
            self._begin(ctx, text, wishes.drafts, behind)
        return any(answered) or wishes.for_clerks or bool(wishes.unfiled or wishes.drafts)

    def _begin(self, ctx: Context, text: str, wishes: Sequence[Wish], behind: Draft | None) -> None:
        """Open a draft for each request; the first is shown, the others follow one after the other."""
        drafts = [
            Draft(wish.form.name, wish.form.version, said=(wish.reading.said or text)[:LONGEST])
            for wish in wishes
        ]
        for draft, following in pairwise([*drafts, behind] if behind is not None else drafts):
            draft.then = following.id
        filled: list[tuple[Draft, Filled, list[str]]] = []
        for draft, wish in zip(drafts, wishes, strict=True):
            ctx.conversation.open(draft)
            result = Filler(ctx, wish.form, draft, text, sure=True).fill(wish.sayings, wish.reading.clarify)
            skipped = [f.name for f in wish.form.fields if f.optional and f.name not in draft.answers]
            draft.skipped = [name for name in skipped if name not in draft.asides]
            filled.append((draft, result, unfiled(wish.reading)))
        draft, result, left = filled[0]
        _ = ctx.language
        form = wishes[0].form
        notes = [_("Understood:"), *result.notes]
        if result.doubt is None and next_field(form, draft, load_answers(form, draft)) is None:
            notes = [note for note in result.notes if not note.startswith(("✓", "⚠️"))]  # the summary says it
        if left:
            notes.append(_unfiled_note(_, left))
        for later, told, missed in filled[1:]:
            later.notes = [note for note in told.notes if note[0] in "✘？"]
            later.notes += [_unfiled_note(_, missed)] if missed else []
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

    def _name_clerks(self, ctx: Context) -> None:
        """Say who changes the data of customers, to whoever may not."""
        _ = ctx.language
        names = "、".join(person.name for person in ctx.work.people.holders(Role.SALES_ADMIN)) or "?"
        said = _(
            "Address, contact and phone of a customer are changed by {names}; please tell them.",
            names=names,
        )
        ctx.say(ViewBuilder().say(said).view())

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
        if form.name not in FORMS or not SHORTEST <= len(text.strip()) <= LONGEST:
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
        about_known = [
            request for request in reading.requests or (reading,) if request.intent in _ABOUT_KNOWN
        ]
        if not about_known or not may_see_customers(ctx.actor):
            return reading
        entries: dict[str, DirectoryEntry] = {}  # two requests may speak of one customer
        for request in about_known:
            value = request.fields.get("customer_ref")
            if value is not None:
                entries |= {entry.name: entry for entry in self._entries(ctx, str(value.value))}
        if not entries:
            return reading
        return parse_text(text, intent=intent, directory=Directory(list(entries.values())), **more)

    def _entries(self, ctx: Context, words: str) -> list[DirectoryEntry]:
        """Give whom a rep may mean: found by name or part, or by the first characters of a short form."""
        owners = visible_owners(ctx.work, ctx.actor)
        found = {
            customer.id: customer
            for part in (words, words[:2])
            for customer in ctx.work.customers.find(part, owners, limit=ENTRIES)
        }
        return [DirectoryEntry(customer.name, customer.rate) for customer in found.values()]


def _unfiled_note(_: Language, words: Sequence[str]) -> str:
    return "ℹ️ " + labelled(_, _("Not on file"), "、".join(words)[:120])
