"""What the requests of one message come to: drafts to open, questions to answer, what others must do."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.context import Context
from handlers.customer_updates import CUSTOMER_UPDATE, may_update
from handlers.forms.engine import Forms
from handlers.forms.fields import Form
from handlers.intake_text.readings import Reading
from handlers.pasted.sayings import Saying, sayings_of, unfiled, updates_of

FORMS = {"new_customer": "new_customer", "discount_change": "discount_change", "file_loan": "file_loan"}
"""The form of each kind of request that everybody files alike."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A form to be filled. sayings: what its fields are told."""

    form: Form
    reading: Reading
    sayings: list[Saying]


@dataclass(slots=True)
class Wishes:
    """drafts: in the order of the message. not_theirs: forms that this person may not file.

    for_clerks: data of customers are to be changed, which 内勤 does. unfiled: what no form keeps, as written.
    """

    drafts: list[Wish] = field(default_factory=list)
    questions: list[Reading] = field(default_factory=list)
    not_theirs: list[Form] = field(default_factory=list)
    for_clerks: bool = False
    unfiled: list[str] = field(default_factory=list)

    @property
    def nothing_to_file(self) -> bool:
        return not self.drafts and not self.not_theirs and not self.for_clerks and not self.unfiled

    @property
    def only_not_theirs(self) -> bool:
        others = self.drafts or self.questions or self.for_clerks or self.unfiled
        return bool(self.not_theirs) and not others


def wishes_of(ctx: Context, forms: Forms, reading: Reading, *, chosen: bool) -> Wishes:
    """Give what a reading asks for. chosen: the person named the kind, so that a bare form is opened too."""
    wishes = Wishes()
    for request in reading.requests or (reading,):
        match request.intent:
            case "discount_query":
                wishes.questions.append(request)
            case "customer_data_change":
                _change_data(ctx, wishes, request)
            case intent if intent in FORMS:
                _file(ctx, wishes, forms.form(FORMS[intent]), request)
    if chosen and wishes.nothing_to_file and reading.intent in FORMS:
        wishes.drafts.append(Wish(forms.form(FORMS[reading.intent]), reading, []))
    return wishes


def _file(ctx: Context, wishes: Wishes, form: Form, request: Reading) -> None:
    sayings = sayings_of(form.name, request, ctx.today)
    if not _tells(sayings) and not request.clarify:
        return
    if form.allowed(ctx.actor):
        wishes.drafts.append(Wish(form, request, sayings))
    else:
        wishes.not_theirs.append(form)


def _change_data(ctx: Context, wishes: Wishes, request: Reading) -> None:
    changes, left = updates_of(request), unfiled(request)
    if not may_update(ctx.actor):
        wishes.for_clerks |= bool(changes or left)
        return
    wishes.drafts += [Wish(CUSTOMER_UPDATE, request, sayings) for sayings in changes]
    if not changes:
        wishes.unfiled += left


def _tells(sayings: list[Saying]) -> bool:
    """Whether anything was said that is not merely assumed."""
    return any(saying.words or saying.pending for saying in sayings if not saying.unsure or saying.words)
