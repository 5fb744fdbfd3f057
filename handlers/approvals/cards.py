"""Cards: a request as an approver, a delegate, its applicant, or any other party sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.approvals.delegations import delegates_of
from domain.approvals.requests import Request, RequestState, Step, StepState
from domain.approvals.routes import Act
from domain.approvals.taking import StepRef
from domain.errors import Refused
from handlers.approvals.conditions import show_condition
from handlers.approvals.kinds import Kind, Kinds, asked_fields
from handlers.approvals.preview import route_line
from handlers.context import Telling
from handlers.forms.fields import Field
from handlers.language import N_, Language
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled, show_step_state, show_who

_HEADINGS = {
    StepState.OPEN: N_("【To approve】"),
    StepState.OFFERED: N_("【Counter-offer】"),
    StepState.APPROVED: N_("【Approved】"),
    StepState.REJECTED: N_("【Rejected】"),
    StepState.RETURNED: N_("【Returned】"),
    StepState.TRANSFERRED: N_("【Transferred】"),
    StepState.EXECUTED: N_("【Completed】"),
    StepState.VOIDED: N_("【Voided】"),
}
_REQUEST_HEADINGS = {
    RequestState.PENDING: N_("【To approve】"),
    RequestState.APPROVED: N_("【Approved】"),
    RequestState.RETURNED: N_("【Returned】"),
    RequestState.REJECTED: N_("【Rejected】"),
    RequestState.WITHDRAWN: N_("【Withdrawn】"),
    RequestState.DONE: N_("【Completed】"),
    RequestState.VOIDED: N_("【Voided】"),
    RequestState.LAPSED: N_("【Lapsed】"),
}


def step_card(step: Step) -> str:
    return f"step:{step.id}"


def request_card(request: Request) -> str:
    return f"request:{request.id}"


def offer_card(step: Step) -> str:
    return f"offer:{step.id}"


def tap(route: str, request: Request, *rest: object) -> str:
    """Make the payload of a button on this version of a request."""
    return ":".join([route, str(request.id), str(request.version), *(str(part) for part in rest)])


def ref_of(step: Step) -> StepRef:
    return StepRef(step.request_id, step.version, step.position)


def stands_for(ctx: Telling, request: Request, step: Step, reader: str) -> str | None:
    """Tell in whose place a reader may take a step: empty for their own, None where they may not."""
    if reader in step.assignees:
        return ""
    pairs = delegates_of(ctx.work, request, step, ctx.now)
    return next((principal for delegate, principal in pairs if delegate == reader), None)


def show_step(ctx: Telling, _: Language, kinds: Kinds, request: Request, step: Step, reader: str) -> View:
    """The card of a step: with buttons for whoever may take it, else with where it stands."""
    kind = kinds[request.kind]
    principal = stands_for(ctx, request, step, reader) if step.state is StepState.OPEN else None
    screen = show_head(ctx, _, kind, request, _heading(_, kind, request, step))
    if principal is not None:
        screen.say(_why(ctx, _, request, step, principal))
    for text in kind.summary(ctx, _, request):
        screen.say(text)
    for text in show_changes(_, kind, request):
        screen.say(text)
    if step.state.decided:
        screen.say(show_decision(ctx, _, kind, request, step))
    elif step.state is StepState.OFFERED:
        screen.say(show_decision(ctx, _, kind, request, step))
        if reader in {step.decided_by, *step.assignees}:
            screen.buttons(Button(_("Retract the offer"), tap("or", request, step.position)))
    elif step.state is StepState.WAITING and step.assignees:
        screen.say(_("Waits until those have decided who were asked first; then it comes back here."))
    elif principal is not None:
        step_buttons(_, screen, kind, request, step, own=not principal)
    elif step.state is StepState.OPEN:
        names = "、".join(ctx.name_of(staff_no) for staff_no in step.assignees)
        screen.say(_("waits for {names}", names=names or "?"))
    return screen.view()


def show_head(ctx: Telling, _: Language, kind: Kind, request: Request, title: str) -> ViewBuilder:
    applicant = ctx.work.people.by_no(request.applicant_no)
    who = f"{applicant.name}({applicant.department})" if applicant else request.applicant_no
    if applicant is not None and not applicant.works_here:
        who += _(" (has left)")
    screen = ViewBuilder().say(bold(f"{title}{_(kind.form.title)} {request.number}"))
    return screen.say(f"{request.title} · {who}")


def _heading(_: Language, kind: Kind, request: Request, step: Step) -> str:
    if step.state is StepState.OPEN and step.act is Act.EXECUTE:
        return _(kind.todo_heading)
    if step.state is StepState.CANCELLED and step.version != request.version:
        return _("【Replaced】")
    if step.state is StepState.WAITING:
        return _("【Waiting】")
    return _(_HEADINGS.get(step.state) or _REQUEST_HEADINGS[request.state])


def step_buttons(
    _: Language, screen: ViewBuilder, kind: Kind, request: Request, step: Step, *, own: bool
) -> None:
    """own: false for a delegate, who hands nothing on."""
    at = step.position
    details = Button(_("Details"), tap("vw", request))
    if step.act is Act.EXECUTE:
        screen.buttons(Button(_(kind.done_label), tap("ex", request, at)), details)
        screen.buttons(Button(_("Void"), tap("vo", request, at)))
        return
    screen.buttons(
        Button(_("Approve"), tap("ap", request, at)),
        Button(_("Reject"), tap("rj", request, at)),
        Button(_("Send back"), tap("rt", request, at)),
    )
    row = [Button(_("Transfer"), tap("tr", request, at))] if own else []
    if any(name in request.content for name in kind.negotiable):
        row.append(Button(_("Counter-offer"), tap("of", request, at)))
    screen.buttons(*row, details)


def _why(ctx: Telling, _: Language, request: Request, step: Step, principal: str) -> str:
    """Say what put the request before this reader."""
    if principal:
        return _("Goes to you because you stand for {name}.", name=ctx.name_of(principal))
    instead = ctx.name_of(step.instead_of) if step.instead_of else ""
    match step.note:
        case "own_request":
            return _("Goes to you because {name} filed it and nobody decides their own.", name=instead)
        case "concerned":
            return _("Goes to you because it is about {name}, who decides nothing of it.", name=instead)
        case "kin":
            return _(
                "Goes to you because it is about a relative of {name}, who decides nothing of it.",
                name=instead,
            )
        case "decided_before":
            return _("Goes to you because {name} has already approved an earlier step.", name=instead)
        case "vacant":
            who = show_who(_, step.who, ctx.name_of)
            return _("Goes to you because nobody else can act ({who}).", who=who)
        case "transferred":
            return _("{name} handed this to you.", name=instead)
        case "added":
            return _("{name} asks for your decision as well.", name=instead)
    who = show_who(_, step.who, ctx.name_of)
    if step.act is Act.EXECUTE:
        return _("Goes to you as {who}, to carry it out.", who=who)
    when = request.frozen_route.steps[step.stage].when
    if when:
        conditions = _(" or ").join(show_condition(_, condition) for condition in when)
        return _("Goes to you as {who}: {conditions}.", who=who, conditions=conditions)
    return _("Goes to you as {who}.", who=who)


def show_changes(_: Language, kind: Kind, request: Request) -> list[str]:
    """What a later version changed, 原 → 新; empty for a first version."""
    if request.version == 1:
        return []
    lines = [_("Version {n}; changed since the last:", n=request.version)]
    for field in kind.form.fields:
        old, new = request.former.get(field.name), request.content.get(field.name)
        if old == new:
            continue
        before, after = (_outside(_, field, raw) for raw in (old, new))
        shown = f"{before} → {after}" if before != after else _("changed, see details")
        lines.append(labelled(_, _(field.label), shown))
    return lines if len(lines) > 1 else [*lines, _("nothing")]


def show_offer(_: Language, kind: Kind, request: Request, step: Step) -> str:
    """Write a counter-offer as 折扣 八八折 → 九二折."""
    asked = request.former if step.state is StepState.APPROVED else request.content
    parts = []
    for name, raw in step.offer.items():
        if (field := kind.form.field(name)) is not None:
            before, after = _outside(_, field, asked.get(name)), _outside(_, field, raw)
            change = after if before == after else f"{before} → {after}"
            parts.append(f"{_(field.label)} {change}")
    return "，".join(parts)


def show_stored(_: Language, field: Field, raw: Any) -> str:
    value = _loaded(field, raw)
    return _("not given") if value is None else field.show(_, value)


def _loaded(field: Field, raw: Any) -> Any:
    """Read a stored answer; one that a newer form no longer understands must not hide the whole card."""
    try:
        return None if raw is None else field.load(raw)
    except (ValueError, KeyError, TypeError, ArithmeticError, Refused):
        return None


def _outside(_: Language, field: Field, raw: Any) -> str:
    value = _loaded(field, raw)
    return _("not given") if value is None else field.show_outside(_, value)


def show_person(ctx: Telling, _: Language, step: Step) -> str:
    """Write who decided: 王芳, or 王芳(代李强)."""
    name = ctx.name_of(step.decided_by) if step.decided_by else _("by itself")
    if step.on_behalf_of:
        return _("{name} (for {principal})", name=name, principal=ctx.name_of(step.on_behalf_of))
    return name


def show_done(_: Language, kind: Kind, step: Step) -> str:
    """Write what somebody did with a step: 已同意, 已变更."""
    return _(kind.done) if step.state is StepState.EXECUTED else show_step_state(_, step.state)


def show_decision(ctx: Telling, _: Language, kind: Kind, request: Request, step: Step) -> str:
    when = _.moment(step.decided_at) if step.decided_at else ""
    name, state = show_person(ctx, _, step), show_done(_, kind, step)
    if step.offer:
        terms = show_offer(_, kind, request, step)
        offered = _("{name} offered {terms} on {when}", name=name, terms=terms, when=when)
        answers = {
            StepState.APPROVED: _("taken by the applicant"),
            StepState.RETURNED: _("declined by the applicant"),
            StepState.CANCELLED: _("no longer stands"),
        }
        return labelled(_, offered, answers.get(step.state, _("the applicant has not answered yet")))
    text = _("{name} {state} on {when}", name=name, state=state, when=when)
    return labelled(_, text, step.reason) if step.reason else text


def show_request(ctx: Telling, _: Language, kinds: Kinds, request: Request, steps: Sequence[Step]) -> View:
    """The applicant's own message: where the request stands and what they can do."""
    kind = kinds[request.kind]
    screen = show_head(ctx, _, kind, request, _(_REQUEST_HEADINGS[request.state]))
    screen.say(route_line(ctx, _, request, steps, _(kind.done)))
    for step in steps:
        if step.state in {StepState.REJECTED, StepState.RETURNED, StepState.OFFERED, StepState.VOIDED}:
            screen.say(show_decision(ctx, _, kind, request, step))
    if request.state is RequestState.PENDING:
        screen.say(_("You will hear of every step here."))
    elif request.state is RequestState.RETURNED:
        screen.say(_("To mend: {fields}", fields=field_labels(_, kind, request.mend)))
    elif request.state is RequestState.DONE and request.outcome:
        screen.say(labelled(_, _(kind.outcome_label), request.outcome)).say(_(kind.outcome_note))
    applicant_buttons(_, screen, request)
    return screen.view()


def applicant_buttons(_: Language, screen: ViewBuilder, request: Request) -> None:
    """What an applicant can do about a request of their own as it stands."""
    details = Button(_("Details"), tap("vw", request))
    withdraw, nudge = Button(_("Withdraw"), tap("wd", request)), Button(_("Remind"), tap("nd", request))
    match request.state:
        case RequestState.RETURNED:
            screen.buttons(Button(_("Mend and submit again"), tap("mend", request)))
            screen.buttons(withdraw, details)
        case RequestState.PENDING:
            screen.buttons(nudge, withdraw, details)
        case RequestState.APPROVED:
            screen.buttons(nudge, details)
        case _:
            pass


def field_labels(_: Language, kind: Kind, names: Sequence[str]) -> str:
    return "、".join(_(field.label) for field in kind.form.fields if field.name in names)


def content_lines(_: Language, kind: Kind, request: Request) -> list[str]:
    fields = asked_fields(kind, request.content)
    return [labelled(_, _(f.label), show_stored(_, f, request.content.get(f.name))) for f in fields]
