"""还价 in chat: an approver says which terms they would grant; the applicant takes or declines them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from domain.approvals.offers import answer_offer, make_offer, retract_offer
from domain.approvals.requests import Request, RequestState
from domain.approvals.taking import StepRef, take_decision
from domain.errors import Refused
from handlers.approvals.asking import Questions
from handlers.approvals.deciding import ids_of, ref
from handlers.approvals.kinds import Kind, Kinds
from handlers.context import Context
from handlers.conversation import Asking, Draft
from handlers.ui import Button, ViewBuilder, bold
from handlers.wording import show_rate

STEPS = (Decimal("0.01"), Decimal("0.02"), Decimal("0.03"), Decimal("0.05"))


class Offering:
    def __init__(self, kinds: Kinds, questions: Questions) -> None:
        self._kinds = kinds
        self._questions = questions
        questions.register("offer", self._answer, ot=self._pick)

    def on_offer(self, ctx: Context, *ids: str) -> None:
        taken = take_decision(ctx.work, ctx.actor, ref([*ids]), ctx.now)
        request, _ = taken.request, ctx.language
        kind = self._kinds[request.kind]
        if not self._negotiable(kind, request):
            raise Refused("nothing_to_offer")
        screen = ViewBuilder().say(bold(_("Counter-offer: {number}", number=request.number)))
        for text in [kind.brief(_, request.content), _("Which terms would you grant?")]:
            screen.say(text)
        screen.say(_("For example: {example}", example=_("92折, or 月结30天")))
        rates = self._rates(request)
        screen.buttons(
            *(Button(show_rate(_, rate), ":".join(["q", "ot", *ids, str(rate)])) for rate in rates)
        )
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "offer", screen.view(), ids=[*ids])

    def offer(self, ctx: Context, at: StepRef, text: str) -> None:
        """Make an offer in words. Raises Refused("offer_unreadable")."""
        taken = take_decision(ctx.work, ctx.actor, at, ctx.now)
        if not text.strip():
            self.on_offer(ctx, *ids_of(at))
            return
        self._make(ctx, at, self._read(ctx, taken.request, text))

    def on_retract(self, ctx: Context, *ids: str) -> None:
        with ctx.work.attempt():
            request = retract_offer(ctx.work, ctx.actor, ref([*ids]), ctx.now)
        ctx.toast = ctx.language("The offer on {number} is retracted", number=request.number)

    def on_accept(self, ctx: Context, *ids: str) -> None:
        self._reply(ctx, ref([*ids]), accept=True)

    def on_decline(self, ctx: Context, *ids: str) -> None:
        self._reply(ctx, ref([*ids]), accept=False)

    def _reply(self, ctx: Context, at: StepRef, *, accept: bool) -> None:
        with ctx.work.attempt():
            stood = answer_offer(ctx.work, ctx.actor, at, accept, ctx.now)
        _ = ctx.language
        if not stood:
            ctx.toast = _("The offer no longer stands; see the latest message.")
        else:
            ctx.toast = _("Taken") if accept else _("Declined; you may mend your request")

    def _answer(self, ctx: Context, asking: Asking, text: str) -> None:
        self.offer(ctx, ref(asking.args["ids"]), text)

    def _pick(self, ctx: Context, *args: str) -> None:
        try:
            rate = Decimal(args[3])
        except (ArithmeticError, IndexError) as error:
            raise Refused("button_unknown") from error
        self._make(ctx, ref([*args]), {"rate": str(rate)})

    def _make(self, ctx: Context, at: StepRef, offer: dict[str, Any]) -> None:
        with ctx.work.attempt():
            request = make_offer(ctx.work, ctx.actor, at, offer, ctx.now)
        _ = ctx.language
        if request.state is RequestState.RETURNED:
            text = _("{number} went back by itself: what it starts from has changed.", number=request.number)
        else:
            kind = self._kinds[request.kind]
            terms = kind.brief(_, {**request.content, **offer})
            name = ctx.name_of(request.applicant_no)
            text = _(
                "Offered on {number}: {terms}. {name} answers.", number=request.number, terms=terms, name=name
            )
        self._questions.settle(ctx, text)

    def _negotiable(self, kind: Kind, request: Request) -> list[str]:
        return [name for name in kind.negotiable if name in request.content]

    def _read(self, ctx: Context, request: Request, text: str) -> dict[str, Any]:
        """Read each part of a text by the first field that understands it."""
        kind = self._kinds[request.kind]
        draft = Draft(kind.form.name, kind.form.version, answers=dict(request.content))
        offer: dict[str, Any] = {}
        for part in [text] if self._read_part(ctx, kind, request, draft, text) else _parts(text):
            found = self._read_part(ctx, kind, request, draft, part)
            if found is None or found[0] in offer:
                raise Refused("offer_unreadable")
            offer[found[0]] = found[1]
        if not offer:
            raise Refused("offer_unreadable")
        return offer

    def _read_part(
        self, ctx: Context, kind: Kind, request: Request, draft: Draft, text: str
    ) -> tuple[str, Any] | None:
        for name in self._negotiable(kind, request):
            field = kind.form.field(name)
            if field is None:
                continue
            try:
                return name, field.dump(field.read(ctx, draft, text))
            except Refused:
                draft.view = {}
        return None

    def _rates(self, request: Request) -> list[Decimal]:
        if "rate" not in request.content:
            return []
        asked = Decimal(request.content["rate"])
        return [asked + step for step in STEPS if asked + step <= 1]


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[\s,，;；、]+|和", text) if part]
