"""Taps on cards and the words that follow them: approve, reject, send back, record, withdraw, mend."""

from __future__ import annotations

from domain.approvals.acts import (
    StepRef,
    approve_step,
    may_read,
    record_outcome,
    reject_step,
    require_withdrawable,
    return_step,
    take_step,
    withdraw_request,
)
from domain.approvals.requests import Request, RequestState, Step, StepState
from domain.approvals.routes import Act
from domain.errors import Refused
from handlers.approvals import cards
from handlers.approvals.kinds import Kinds
from handlers.context import Context
from handlers.conversation import Asking, Draft, Mend
from handlers.forms.engine import Forms
from handlers.forms.fields import tidy
from handlers.language import N_, Language
from handlers.refusals import explain
from handlers.ui import Button, LocalFile, View, ViewBuilder, bold

REJECT_REASONS = (N_("Facts do not match"), N_("We know this customer already"), N_("Terms do not suit us"))
RETURN_REASONS = (N_("Incomplete"), N_("Not correct"), N_("Please add the attachment"))
CONSENT = {"同意", "批准", "通过", "可以", "好", "好的", "ok", "yes", "approve", "approved"}
ASKING_SECONDS = 1_800
MAY_TRY_AGAIN = {
    "reason_is_consent",
    "reason_required",
    "reason_too_long",
    "fields_required",
    "erp_no_unreadable",
    "erp_no_taken",
}


class ApprovalActs:
    """Everything a button of a card does. Payloads carry request id, version and position."""

    def __init__(self, kinds: Kinds, forms: Forms) -> None:
        self._kinds = kinds
        self._forms = forms

    # --- deciding ----------------------------------------------------------------------------------------

    def on_approve(self, ctx: Context, request_id: str, version: str, position: str) -> None:
        with ctx.work.attempt():
            request = approve_step(ctx.work, ctx.actor, _at([request_id, version, position]), ctx.now)
        ctx.toast = ctx.language("Approved {number}", number=request.number)

    def on_approve_word(self, ctx: Context) -> bool:
        """A typed 同意 counts where exactly one request waits; false where it could mean several or none."""
        waiting = ctx.work.requests.waiting_for(ctx.actor.staff_no, limit=2)
        if len(waiting) != 1 or waiting[0][1].act is Act.EXECUTE:
            return False
        request, step = waiting[0]
        with ctx.work.attempt():
            approve_step(ctx.work, ctx.actor, StepRef(request.id or 0, step.version, step.position), ctx.now)
        ctx.say(ViewBuilder().say("✓ " + ctx.language("Approved {number}", number=request.number)).view())
        return True

    def on_reject(self, ctx: Context, request_id: str, version: str, position: str) -> None:
        request, _step = self._mine(ctx, request_id, version, position)
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("Reject {number}", number=request.number)))
        screen.say(_("Why? Type the reason, or choose one."))
        args = [request_id, version, position]
        for index, reason in enumerate(REJECT_REASONS):
            screen.buttons(Button(_(reason), ":".join(["q", "rj", *args, str(index)])))
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._ask(ctx, "reject", args, screen.view())

    def on_reject_reason(self, ctx: Context, args: list[str], reason: str) -> None:
        with ctx.work.attempt():
            request = reject_step(ctx.work, ctx.actor, _at(args), reason, ctx.now)
        self._settle(ctx, ctx.language("Rejected {number}: {reason}", number=request.number, reason=reason))

    def on_return(self, ctx: Context, request_id: str, version: str, position: str) -> None:
        request, _step = self._mine(ctx, request_id, version, position)
        self._ask(
            ctx, "return", [request_id, version, position], self._field_screen(ctx.language, request, [])
        )

    def on_return_field(self, ctx: Context, request_id: str, version: str, position: str, name: str) -> None:
        """Tick a field, all of them, or go on to the reason."""
        request, _step = self._mine(ctx, request_id, version, position)
        asking = ctx.conversation.asking
        args = [request_id, version, position]
        if asking is None or asking.route != "return" or asking.args["ids"] != args:
            self._ask(ctx, "return", args, self._field_screen(ctx.language, request, []))
            return
        names = [field.name for field in self._kinds[request.kind].form.fields]
        picked: list[str] = asking.args.get("fields", [])
        if name == "*next":
            if not picked:
                raise Refused("fields_required")
            if said := asking.args.get("reason"):
                self.on_return_reason(ctx, args, said)
                return
            ctx.ask(self._reason_screen(ctx.language, request, picked, args), ViewBuilder().say("…").view())
            return
        if name == "*all":
            picked = [] if len(picked) == len(names) else names
        elif name in names:
            picked = [n for n in names if (n in picked) != (n == name)]
        asking.args["fields"] = picked
        ctx.ask(self._field_screen(ctx.language, request, picked), ViewBuilder().say("…").view())

    def on_return_reason(self, ctx: Context, args: list[str], reason: str) -> None:
        asking = ctx.conversation.asking
        fields = list(asking.args.get("fields", [])) if asking else []
        request, _step = self._mine(ctx, *args)
        if not fields:
            fields = self._named_in(ctx.language, request, reason)
        if not fields:
            if asking is not None:
                asking.args["reason"] = reason
            raise Refused("fields_required")
        with ctx.work.attempt():
            return_step(ctx.work, ctx.actor, _at(args), reason, fields, ctx.now)
        self._settle(ctx, ctx.language("Sent back {number}: {reason}", number=request.number, reason=reason))

    def on_record(self, ctx: Context, request_id: str, version: str, position: str) -> None:
        request, _step = self._mine(ctx, request_id, version, position)
        _, kind = ctx.language, self._kinds[request.kind]
        screen = ViewBuilder().say(bold(f"{_(kind.outcome_label)} · {request.number}"))
        screen.say(request.title).say(_(kind.outcome_question))
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._ask(ctx, "record", [request_id, version, position], screen.view())

    def on_recorded(self, ctx: Context, args: list[str], text: str) -> None:
        request, _step = self._mine(ctx, *args)
        kind = self._kinds[request.kind]
        outcome = kind.parse_outcome(text)
        with ctx.work.attempt():
            record_outcome(ctx.work, ctx.actor, _at(args), outcome, ctx.now)
        _ = ctx.language
        self._settle(
            ctx,
            _(
                "Recorded {number}: {label} {outcome}",
                number=request.number,
                label=_(kind.outcome_label),
                outcome=outcome,
            ),
        )

    # --- the applicant -----------------------------------------------------------------------------------

    def on_withdraw(self, ctx: Context, request_id: str, version: str, sure: str = "") -> None:
        request = self._readable(ctx, request_id)
        if request.applicant_no != ctx.actor.staff_no:
            raise Refused("request_unknown")
        request.require_version(int(version))
        _ = ctx.language
        if not sure:
            require_withdrawable(request)
            screen = ViewBuilder().say(
                _("Withdraw {number} ({title})?", number=request.number, title=request.title)
            )
            screen.buttons(
                Button(_("Yes, withdraw"), cards.tap("wd", request, "y")), Button(_("Leave it"), "q:no")
            )
            ctx.say(screen.view())
            return
        try:
            with ctx.work.attempt():
                withdraw_request(ctx.work, ctx.actor, int(request_id), int(version), ctx.now)
        except Refused as refused:
            ctx.show(ViewBuilder().say("⚠️ " + explain(_, refused)).view())  # the question is settled
            raise
        ctx.show(ViewBuilder().say(_("Withdrawn: {number}", number=request.number)).view())

    def on_mend(self, ctx: Context, request_id: str, version: str) -> None:
        """Open the returned request as a form that asks only for what was named."""
        request = self._readable(ctx, request_id)
        if request.applicant_no != ctx.actor.staff_no:
            raise Refused("request_unknown")
        request.require_version(int(version))
        if request.state is not RequestState.RETURNED:
            raise Refused("request_closed", number=request.number, state=request.state)
        form = self._kinds[request.kind].form
        draft = ctx.conversation.draft_of(form.name, int(request_id))
        if draft is not None and draft.mend is not None and draft.mend.version == request.version:
            self._forms.resume(ctx, draft)
            return
        if draft is not None:
            ctx.conversation.drop(draft)
        mend = Mend(int(request_id), request.version, list(request.mend), dict(request.content))
        kept = {name: raw for name, raw in request.content.items() if name not in request.mend}
        self._forms.begin(ctx, Draft(form.name, form.version, answers=kept, mend=mend))

    # --- reading -----------------------------------------------------------------------------------------

    def show_details(self, ctx: Context, request_id: str, _version: str = "") -> None:
        request = self._readable(ctx, request_id)
        trail = ctx.work.requests.all_steps(int(request_id))
        ctx.say(
            cards.show_details(ctx, self._kinds, request, trail, ctx.actor),
            cards.card_of_details(request, trail, ctx.actor),
        )

    def show_attachments(self, ctx: Context, request_id: str, _version: str = "") -> None:
        request = self._readable(ctx, request_id)
        for attachment_id in self._kinds[request.kind].attachments(request):
            attachment = ctx.work.attachments.by_id(attachment_id)
            if attachment is not None and attachment.path:
                file = LocalFile(attachment.path, attachment.name, attachment.mime)
                caption = ViewBuilder().say(f"{request.number} {attachment.name}").view()
                ctx.say(View(caption.paragraphs, (), file))

    def open_card(self, ctx: Context, request_id: str) -> None:
        """Show a request from a list: with its buttons for whoever may act, else as its applicant sees it."""
        request = self._readable(ctx, request_id)
        steps = ctx.work.requests.steps(int(request_id), request.version)
        for step in steps:
            if step.state is StepState.OPEN and ctx.actor.staff_no in step.assignees:
                ctx.say(cards.show_step(ctx, ctx.language, self._kinds, request, step), cards.step_card(step))
                return
        if request.applicant_no == ctx.actor.staff_no:
            view = cards.show_request(ctx, ctx.language, self._kinds, request, steps)
            ctx.say(view, cards.request_card(request))
            return
        self.show_details(ctx, request_id)

    # --- questions outside forms -------------------------------------------------------------------------

    def on_asked_tap(self, ctx: Context, what: str, *args: str) -> None:
        """A button of one of our own questions."""
        if what == "no":
            ctx.conversation.asking = None
            ctx.settle_prompt(ViewBuilder().say(ctx.language("Cancelled; nothing was changed.")).view())
            self._forms.resume_active(ctx)
            return
        try:
            if what == "rj":
                self.on_reject_reason(ctx, list(args[:3]), ctx.language(REJECT_REASONS[int(args[3])]))
            elif what == "rf":
                self.on_return_field(ctx, *args)
            else:
                self.on_return_reason(ctx, list(args[:3]), ctx.language(RETURN_REASONS[int(args[3])]))
        except Refused as refused:
            if refused.code not in MAY_TRY_AGAIN:
                ctx.conversation.asking = None
                ctx.settle_prompt(ViewBuilder().say(ctx.language("See below.")).view())
            raise

    def on_asked_text(self, ctx: Context, asking: Asking, text: str) -> bool:
        """The next message after a question; false where it lay too long to be meant."""
        if ctx.now.timestamp() - asking.since > ASKING_SECONDS:
            ctx.conversation.asking = None
            return False
        try:
            self._answer(ctx, asking, text)
        except Refused as refused:
            if refused.code not in MAY_TRY_AGAIN:
                ctx.conversation.asking = None
                ctx.settle_prompt(ViewBuilder().say(ctx.language("See below.")).view())
            raise
        return True

    def _answer(self, ctx: Context, asking: Asking, text: str) -> None:
        ids: list[str] = asking.args["ids"]
        reason = text.strip() if tidy(text) else ""
        if asking.route != "record" and tidy(text).casefold() in CONSENT:
            raise Refused("reason_is_consent")
        match asking.route:
            case "reject":
                self.on_reject_reason(ctx, ids, reason)
            case "return":
                self.on_return_reason(ctx, ids, reason)
            case "record":
                self.on_recorded(ctx, ids, text)
            case _:
                ctx.conversation.asking = None

    def _ask(self, ctx: Context, route: str, ids: list[str], view: View) -> None:
        ctx.conversation.asking = Asking(route, {"ids": ids}, ctx.now.timestamp())
        ctx.ask(view, ViewBuilder().say(ctx.language("See below.")).view(), fresh=True)

    def _settle(self, ctx: Context, text: str) -> None:
        ctx.conversation.asking = None
        view = ViewBuilder().say("✓ " + text).view()
        if ctx.tapped is not None:
            ctx.settle_prompt(view)
        else:
            ctx.settle_prompt(ViewBuilder().say(ctx.language("See below.")).view())
            ctx.say(view)
        self._forms.resume_active(ctx)

    def _field_screen(self, _: Language, request: Request, picked: list[str]) -> View:
        ids = [str(request.id), str(request.version), str(request.position)]
        screen = ViewBuilder().say(bold(_("Send back {number}", number=request.number)))
        screen.say(_("Tick what has to be mended, then give the reason."))
        fields = self._kinds[request.kind].form.fields
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
        for index, reason in enumerate(RETURN_REASONS):
            screen.buttons(Button(_(reason), ":".join(["q", "rr", *ids, str(index)])))
        return screen.buttons(Button(_("Cancel"), "q:no")).view()

    def _named_in(self, _: Language, request: Request, text: str) -> list[str]:
        """Find the fields a reason speaks of; the longest names first, so that 联系电话 is not also 联系."""
        fields = self._kinds[request.kind].form.fields
        labels = [_(f.label) for f in fields]
        names = [(name, f.name) for f in fields for name in (_(f.label), *f.aliases)]
        names = [(n, f) for n, f in names if n in labels or all(n not in label for label in labels)]
        named = set()
        for name, field in sorted(names, key=lambda pair: -len(pair[0])):
            if name in text:
                named.add(field)
                text = text.replace(name, "\0")
        return [f.name for f in fields if f.name in named]

    def _readable(self, ctx: Context, request_id: str) -> Request:
        """Find a request the person is a party to; absent and forbidden sound the same."""
        request = ctx.work.requests.by_id(int(request_id))
        if request is None or not may_read(ctx.actor, request, ctx.work.requests.all_steps(int(request_id))):
            raise Refused("request_unknown")
        return request

    def _mine(self, ctx: Context, request_id: str, version: str, position: str) -> tuple[Request, Step]:
        """Check early what the act itself will check again: that this step is open and this person's."""
        at = _at([request_id, version, position])
        request, steps = take_step(ctx.work, ctx.actor, at)
        return request, steps[at.position]


def _at(ids: list[str]) -> StepRef:
    return StepRef(*(int(part) for part in ids))
