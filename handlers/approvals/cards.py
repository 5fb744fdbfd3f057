"""Cards: a request as an approver, its applicant, or any other party sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.approvals.requests import Request, RequestState, Step, StepState
from domain.approvals.routes import Act
from domain.errors import Refused
from domain.people import Employee
from handlers.approvals.kinds import Kind, Kinds
from handlers.approvals.preview import route_line
from handlers.context import Context, Telling
from handlers.forms.fields import Field
from handlers.language import N_, Language
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled, show_act, show_request_state, show_step_state, show_who

_HEADINGS = {
    StepState.OPEN: N_("【To approve】"),
    StepState.APPROVED: N_("【Approved】"),
    StepState.REJECTED: N_("【Rejected】"),
    StepState.RETURNED: N_("【Returned】"),
    StepState.EXECUTED: N_("【Completed】"),
}
_REQUEST_HEADINGS = {
    RequestState.PENDING: N_("【To approve】"),
    RequestState.APPROVED: N_("【Approved】"),
    RequestState.RETURNED: N_("【Returned】"),
    RequestState.REJECTED: N_("【Rejected】"),
    RequestState.WITHDRAWN: N_("【Withdrawn】"),
    RequestState.DONE: N_("【Completed】"),
}


def step_card(step: Step) -> str:
    return f"step:{step.id}"


def request_card(request: Request) -> str:
    return f"request:{request.id}"


def tap(route: str, request: Request, *rest: object) -> str:
    """Make the payload of a button on this version of a request."""
    return ":".join([route, str(request.id), str(request.version), *(str(part) for part in rest)])


def show_step(ctx: Telling, _: Language, kinds: Kinds, request: Request, step: Step) -> View:
    """The card of whoever may take a step; decided, it shows the outcome and has no buttons."""
    kind = kinds[request.kind]
    heading = _HEADINGS.get(step.state)
    if step.state is StepState.OPEN and step.act is Act.EXECUTE:
        title = _("【To record】")
    elif heading is not None:
        title = _(heading)
    else:
        title = _(_REQUEST_HEADINGS[request.state])
    screen = _head(ctx, _, kind, request, title)
    if step.note:
        screen.say(_why(ctx, _, step))
    for text in kind.summary(ctx, _, request):
        screen.say(text)
    for text in _changes(_, kind, request):
        screen.say(text)
    if step.state.decided:
        screen.say(_decision(ctx, _, step))
    elif step.state is StepState.OPEN:
        _step_buttons(_, screen, kind, request, step)
    return screen.view()


def _head(ctx: Telling, _: Language, kind: Kind, request: Request, title: str) -> ViewBuilder:
    applicant = ctx.work.people.by_no(request.applicant_no)
    who = f"{applicant.name}({applicant.department})" if applicant else request.applicant_no
    screen = ViewBuilder().say(bold(f"{title}{_(kind.form.title)} {request.number}"))
    return screen.say(f"{request.title} · {who}")


def _step_buttons(_: Language, screen: ViewBuilder, kind: Kind, request: Request, step: Step) -> None:
    at = step.position
    details = Button(_("Details"), tap("vw", request))
    if step.act is Act.EXECUTE:
        screen.buttons(Button(_(kind.done_label), tap("ex", request, at)), details)
        return
    screen.buttons(
        Button(_("Approve"), tap("ap", request, at)),
        Button(_("Reject"), tap("rj", request, at)),
        Button(_("Send back"), tap("rt", request, at)),
    )
    screen.buttons(details)


def _why(ctx: Telling, _: Language, step: Step) -> str:
    instead = ctx.name_of(step.instead_of) if step.instead_of else ""
    if step.note == "own_request":
        return _("Goes to you because {name} filed it and nobody decides their own.", name=instead)
    if step.note == "decided_before":
        return _("Goes to you because {name} has already approved an earlier step.", name=instead)
    return _("Goes to you because nobody else can act ({who}).", who=show_who(_, step.who, ctx.name_of))


def _changes(_: Language, kind: Kind, request: Request) -> list[str]:
    """What a mended version changed, 原 → 新; empty for a first version."""
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


def _shown(_: Language, field: Field, raw: Any) -> str:
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


def _decision(ctx: Telling, _: Language, step: Step) -> str:
    when = _.moment(step.decided_at) if step.decided_at else ""
    text = _(
        "{name} {state} on {when}",
        name=ctx.name_of(step.decided_by),
        state=show_step_state(_, step.state),
        when=when,
    )
    return labelled(_, text, step.reason) if step.reason else text


def show_request(ctx: Telling, _: Language, kinds: Kinds, request: Request, steps: Sequence[Step]) -> View:
    """The applicant's own message: where the request stands and what they can do."""
    kind = kinds[request.kind]
    screen = _head(ctx, _, kind, request, _(_REQUEST_HEADINGS[request.state]))
    screen.say(route_line(ctx, _, steps))
    for step in steps:
        if step.state in {StepState.REJECTED, StepState.RETURNED}:
            screen.say(_decision(ctx, _, step))
    if request.state is RequestState.PENDING:
        screen.say(_("You will hear of every step here."))
    elif request.state is RequestState.RETURNED:
        screen.say(_("To mend: {fields}", fields="、".join(_field_labels(_, kind, request.mend))))
    elif request.state is RequestState.DONE and request.outcome:
        screen.say(labelled(_, _(kind.outcome_label), request.outcome)).say(_(kind.outcome_note))
    _applicant_buttons(_, screen, request)
    return screen.view()


def _applicant_buttons(_: Language, screen: ViewBuilder, request: Request) -> None:
    details = Button(_("Details"), tap("vw", request))
    withdraw = Button(_("Withdraw"), tap("wd", request))
    if request.state is RequestState.RETURNED:
        screen.buttons(Button(_("Mend and submit again"), tap("mend", request)))
    if request.state in {RequestState.PENDING, RequestState.RETURNED}:
        screen.buttons(withdraw, details)
    elif not request.state.closed:
        screen.buttons(details)


def _field_labels(_: Language, kind: Kind, names: Sequence[str]) -> list[str]:
    return [_(field.label) for field in kind.form.fields if field.name in names]


def show_details(
    ctx: Context, kinds: Kinds, request: Request, trail: Sequence[Step], actor: Employee
) -> View:
    """Everything: each field in full, and who did what when; this is the record's own view."""
    _, kind = ctx.language, kinds[request.kind]
    screen = _head(ctx, _, kind, request, f"【{show_request_state(_, request.state)}】")
    for text in content_lines(_, kind, request.content):
        screen.say(text)
    screen.say("").say(bold(_("Trail")))
    screen.say(
        _(
            "{name} {state} on {when}",
            name=ctx.name_of(request.applicant_no),
            state=_("submitted"),
            when=_.moment(request.submitted_at),
        )
    )
    for step in trail:
        prefix = _("Version {n}", n=step.version) + " " if request.version > 1 else ""
        if step.state.decided:
            screen.say(prefix + labelled(_, show_act(_, step.act), _decision(ctx, _, step)))
        elif step.state is StepState.OPEN:
            names = "、".join(ctx.name_of(staff_no) for staff_no in step.assignees)
            waits = _("waits for {names}", names=names)
            screen.say(prefix + labelled(_, show_act(_, step.act), waits))
    if kind.attachments(request):
        screen.buttons(Button(_("Send me the attachments"), tap("at", request)))
    if (mine := _open_step_of(actor, trail)) is not None:
        own = ViewBuilder()
        _step_buttons(_, own, kind, request, mine)
        screen.buttons(*own.rows[0][: 3 if mine.act is not Act.EXECUTE else 1])
    elif actor.staff_no == request.applicant_no and request.state in {
        RequestState.PENDING,
        RequestState.RETURNED,
    }:
        screen.buttons(Button(_("Withdraw"), tap("wd", request)))
    return screen.view()


def card_of_details(request: Request, trail: Sequence[Step], actor: Employee) -> str:
    """Give the card that details with buttons turn into once the matter is settled; empty without buttons."""
    if (mine := _open_step_of(actor, trail)) is not None:
        return step_card(mine)
    withdrawable = request.state in {RequestState.PENDING, RequestState.RETURNED}
    return request_card(request) if actor.staff_no == request.applicant_no and withdrawable else ""


def _open_step_of(actor: Employee, trail: Sequence[Step]) -> Step | None:
    return next((s for s in trail if s.state is StepState.OPEN and actor.staff_no in s.assignees), None)


def content_lines(_: Language, kind: Kind, content: Mapping[str, Any]) -> list[str]:
    return [labelled(_, _(f.label), _shown(_, f, content.get(f.name))) for f in kind.form.fields]
