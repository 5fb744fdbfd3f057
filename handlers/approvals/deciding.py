"""Deciding on a card: 同意, 驳回, 退回, recording what was carried out, 作废; each also in words."""

from __future__ import annotations

from domain.approvals.acts import approve_step, record_outcome, reject_step, return_step, void_request
from domain.approvals.requests import Request, RequestState
from domain.approvals.taking import StepRef, Taken, take_step
from domain.errors import Refused
from handlers.approvals.asking import Questions
from handlers.approvals.kinds import Kinds, asked_fields
from handlers.approvals.words import Verb, read_said
from handlers.context import Context
from handlers.conversation import Asking
from handlers.language import N_, Language
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled

REJECT_REASONS = (N_("Facts do not match"), N_("We know this customer already"), N_("Terms do not suit us"))
RETURN_REASONS = (N_("Incomplete"), N_("Not correct"), N_("Please add the attachment"))
VOID_REASONS = (N_("The customer gave it up"), N_("Entered by mistake"), N_("The ERP does not take it"))
CONSENT = {"可以", "好", "好的", "ok", "yes", "approved", "行"}


def ids_of(at: StepRef) -> list[str]:
    return [str(at.request_id), str(at.version), str(at.position)]


def ref(ids: list[str]) -> StepRef:
    """Read what a button speaks of: request id, version, position."""
    return StepRef(*(int(part) for part in ids[:3]))


def require_no_consent(text: str) -> None:
    """A typed 同意 must never become the reason of a rejection. Raises Refused("reason_is_consent")."""
    said = read_said(text)
    if text.strip().casefold() in CONSENT or (said is not None and said.verb is Verb.APPROVE):
        raise Refused("reason_is_consent")


class Deciding:
    """Payloads carry request id, version and position."""

    def __init__(self, kinds: Kinds, questions: Questions) -> None:
        self._kinds = kinds
        self._questions = questions
        questions.register("approve", self._answer_words)
        questions.register("reject", self._answer_reject, rj=self._pick_reject)
        questions.register("return", self._answer_return, rf=self._pick_field, rr=self._pick_return)
        questions.register("record", self._answer_record, takes_files=True, oc=self._pick_outcome)
        questions.register("void", self._answer_void, vo=self._pick_void)

    # --- approving ---------------------------------------------------------------------------------------

    def on_approve(self, ctx: Context, *ids: str) -> None:
        request = self._approve(ctx, ref([*ids]), "")
        ctx.toast = self._approved(ctx.language, request)

    def approve(self, ctx: Context, at: StepRef, words: str) -> None:
        """Approve in words, and echo what was done."""
        request = self._approve(ctx, at, words)
        self._questions.settle(ctx, self._approved(ctx.language, request))

    def on_approve_words(self, ctx: Context, *ids: str) -> None:
        taken = self._mine(ctx, [*ids])
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("Approve {number}", number=taken.request.number)))
        screen.say(_("What shall stand beside your approval?")).buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "approve", screen.view(), ids=[*ids])

    def _answer_words(self, ctx: Context, asking: Asking, text: str) -> None:
        self.approve(ctx, ref(asking.args["ids"]), text)

    def _approve(self, ctx: Context, at: StepRef, words: str) -> Request:
        with ctx.work.attempt():
            return approve_step(ctx.work, ctx.actor, at, ctx.now, words)

    def _approved(self, _: Language, request: Request) -> str:
        if request.state is RequestState.RETURNED:
            return _("{number} went back by itself: what it starts from has changed.", number=request.number)
        return _("Approved {number}", number=request.number)

    # --- rejecting ---------------------------------------------------------------------------------------

    def on_reject(self, ctx: Context, *ids: str) -> None:
        taken = self._mine(ctx, [*ids], decides=True)
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("Reject {number}", number=taken.request.number)))
        screen.say(_("Why? Type the reason, or choose one."))
        self._questions.put(ctx, "reject", _quick(_, screen, "rj", ids, REJECT_REASONS).view(), ids=[*ids])

    def reject(self, ctx: Context, at: StepRef, reason: str) -> None:
        require_no_consent(reason)
        with ctx.work.attempt():
            request = reject_step(ctx.work, ctx.actor, at, reason, ctx.now)
        text = ctx.language("Rejected {number}: {reason}", number=request.number, reason=reason)
        self._questions.settle(ctx, text)

    def _answer_reject(self, ctx: Context, asking: Asking, text: str) -> None:
        self.reject(ctx, ref(asking.args["ids"]), text)

    def _pick_reject(self, ctx: Context, *args: str) -> None:
        self.reject(ctx, ref([*args]), ctx.language(_chosen(REJECT_REASONS, args)))

    # --- sending back ------------------------------------------------------------------------------------

    def on_return(self, ctx: Context, *ids: str) -> None:
        taken = self._mine(ctx, [*ids], decides=True)
        screen = self._field_screen(ctx.language, taken.request, [*ids], [])
        self._questions.put(ctx, "return", screen, ids=[*ids])

    def send_back(self, ctx: Context, at: StepRef, reason: str) -> None:
        """Send back with a typed reason; the fields it names are to be mended, else they are asked."""
        taken = self._mine(ctx, ids_of(at), decides=True)
        named = self._named_in(ctx.language, taken.request, reason)
        if not reason or not named:
            screen = self._field_screen(ctx.language, taken.request, ids_of(at), [])
            self._questions.put(ctx, "return", screen, ids=ids_of(at), reason=reason)
            return
        self._return(ctx, at, reason, named)

    def _pick_field(self, ctx: Context, *args: str) -> None:
        """Tick a field, all of them, or go on to the reason."""
        ids, name = [*args[:3]], args[3] if len(args) > 3 else ""
        taken = self._mine(ctx, ids, decides=True)
        asking = ctx.conversation.asking
        if asking is None or asking.route != "return" or asking.args["ids"] != ids:
            self.on_return(ctx, *ids)
            return
        names = [field.name for field in asked_fields(self._kinds[taken.request.kind], taken.request.content)]
        picked: list[str] = asking.args.get("fields", [])
        if name == "*next":
            if not picked:
                raise Refused("fields_required")
            if said := asking.args.get("reason"):
                self._return(ctx, ref(ids), said, picked)
                return
            self._questions.again(ctx, self._reason_screen(ctx.language, taken.request, picked, ids))
            return
        if name == "*all":
            picked = [] if len(picked) == len(names) else names
        elif name in names:
            picked = [n for n in names if (n in picked) != (n == name)]
        asking.args["fields"] = picked
        self._questions.again(ctx, self._field_screen(ctx.language, taken.request, ids, picked))

    def _answer_return(self, ctx: Context, asking: Asking, text: str) -> None:
        require_no_consent(text)
        at = ref(asking.args["ids"])
        taken = self._mine(ctx, asking.args["ids"], decides=True)
        fields = asking.args.get("fields") or self._named_in(ctx.language, taken.request, text)
        if not fields:
            asking.args["reason"] = text
            raise Refused("fields_required")
        self._return(ctx, at, text, list(fields))

    def _pick_return(self, ctx: Context, *args: str) -> None:
        asking = ctx.conversation.asking
        fields = list(asking.args.get("fields", [])) if asking else []
        self._return(ctx, ref([*args]), ctx.language(_chosen(RETURN_REASONS, args)), fields)

    def _return(self, ctx: Context, at: StepRef, reason: str, fields: list[str]) -> None:
        with ctx.work.attempt():
            request = return_step(ctx.work, ctx.actor, at, reason, fields, ctx.now)
        text = ctx.language("Sent back {number}: {reason}", number=request.number, reason=reason)
        self._questions.settle(ctx, text)

    def _field_screen(self, _: Language, request: Request, ids: list[str], picked: list[str]) -> View:
        screen = ViewBuilder().say(bold(_("Send back {number}", number=request.number)))
        screen.say(_("Tick what has to be mended, then give the reason."))
        fields = asked_fields(self._kinds[request.kind], request.content)
        buttons = [
            Button(("☑ " if f.name in picked else "☐ ") + _(f.label), ":".join(["q", "rf", *ids, f.name]))
            for f in fields
        ]
        screen.grid(buttons, 2)
        screen.buttons(
            Button(_("All"), ":".join(["q", "rf", *ids, "*all"])),
            Button(_("Next: reason"), ":".join(["q", "rf", *ids, "*next"])),
            Button(_("Cancel"), "q:no"),
        )
        return screen.view()

    def _reason_screen(self, _: Language, request: Request, picked: list[str], ids: list[str]) -> View:
        fields = self._kinds[request.kind].form.fields
        labels = "、".join(_(f.label) for f in fields if f.name in picked)
        screen = ViewBuilder().say(bold(_("Send back {number}", number=request.number)))
        screen.say(_("To mend: {fields}", fields=labels))
        screen.say(_("Why? Type the reason, or choose one."))
        return _quick(_, screen, "rr", ids, RETURN_REASONS).view()

    def _named_in(self, _: Language, request: Request, text: str) -> list[str]:
        """Find the fields a reason speaks of; the longest names first, so that 联系电话 is not also 联系."""
        fields = asked_fields(self._kinds[request.kind], request.content)
        labels = [_(f.label) for f in fields]
        names = [(name, f.name) for f in fields for name in (_(f.label), *f.aliases)]
        names = [(n, f) for n, f in names if n in labels or all(n not in label for label in labels)]
        named = set()
        for name, field in sorted(names, key=lambda pair: -len(pair[0])):
            if name in text:
                named.add(field)
                text = text.replace(name, "\0")
        return [f.name for f in fields if f.name in named]

    # --- carrying out ------------------------------------------------------------------------------------

    def on_record(self, ctx: Context, *ids: str) -> None:
        taken = self._mine(ctx, [*ids])
        _, kind = ctx.language, self._kinds[taken.request.kind]
        screen = ViewBuilder().say(bold(f"{_(kind.outcome_label)} · {taken.request.number}"))
        screen.say(taken.request.title).say(_(kind.outcome_question))
        for choice, value in kind.outcome_choices(ctx, taken.request) if kind.outcome_choices else ():
            screen.buttons(Button(choice, ":".join(["q", "oc", *ids, value])))
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "record", screen.view(), ids=[*ids])

    def record(self, ctx: Context, at: StepRef, text: str) -> None:
        kind = self._kinds[self._mine(ctx, ids_of(at)).request.kind]
        outcome, _ = kind.parse_outcome(text), ctx.language
        if kind.carry_out is not None:
            with ctx.work.attempt():
                told = kind.carry_out(ctx, at, outcome, self._questions.photos(ctx))
            self._questions.settle(ctx, told)
            return
        with ctx.work.attempt():
            request = record_outcome(ctx.work, ctx.actor, at, outcome, ctx.now)
        if request.state is RequestState.RETURNED:
            self._questions.settle(ctx, self._approved(_, request))
            return
        label = _(kind.outcome_label)
        text = labelled(_, f"{_(kind.done)} {request.number}", f"{label} {outcome}")
        self._questions.settle(ctx, text)

    def _answer_record(self, ctx: Context, asking: Asking, text: str) -> None:
        self.record(ctx, ref(asking.args["ids"]), text)

    def _pick_outcome(self, ctx: Context, *args: str) -> None:
        self.record(ctx, ref([*args]), args[3])

    def on_void(self, ctx: Context, *ids: str) -> None:
        taken = self._mine(ctx, [*ids])
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("Void {number}", number=taken.request.number)))
        screen.say(_("It was approved and will not be carried out. Why? Type the reason, or choose one."))
        self._questions.put(ctx, "void", _quick(_, screen, "vo", ids, VOID_REASONS).view(), ids=[*ids])

    def void(self, ctx: Context, at: StepRef, reason: str) -> None:
        require_no_consent(reason)
        with ctx.work.attempt():
            request = void_request(ctx.work, ctx.actor, at, reason, ctx.now)
        text = ctx.language("Voided {number}: {reason}", number=request.number, reason=reason)
        self._questions.settle(ctx, text)

    def _answer_void(self, ctx: Context, asking: Asking, text: str) -> None:
        self.void(ctx, ref(asking.args["ids"]), text)

    def _pick_void(self, ctx: Context, *args: str) -> None:
        self.void(ctx, ref([*args]), ctx.language(_chosen(VOID_REASONS, args)))

    def _mine(self, ctx: Context, ids: list[str], *, decides: bool = False) -> Taken:
        """Check early what the act itself will check again: that this step is open and this person's."""
        taken = take_step(ctx.work, ctx.actor, ref(ids), ctx.now)
        if decides and taken.step.act is taken.step.act.EXECUTE:
            raise Refused("outcome_required", number=taken.request.number)
        return taken


def _quick(
    _: Language, screen: ViewBuilder, what: str, ids: list[str] | tuple[str, ...], reasons: tuple[str, ...]
) -> ViewBuilder:
    for index, reason in enumerate(reasons):
        screen.buttons(Button(_(reason), ":".join(["q", what, *ids, str(index)])))
    return screen.buttons(Button(_("Cancel"), "q:no"))


def _chosen(reasons: tuple[str, ...], args: tuple[str, ...]) -> str:
    """Find a quick reason by its button. Raises Refused("button_unknown")."""
    try:
        return reasons[int(args[3])]
    except (IndexError, ValueError) as error:
        raise Refused("button_unknown") from error
