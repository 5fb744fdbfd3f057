"""查看详情: everything about a request, who did what when, and whatever else its reader may do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.approvals.requests import Request, RequestState, Step, StepState
from domain.approvals.routes import Act
from handlers.approvals import cards
from handlers.approvals.kinds import Kind, Kinds
from handlers.context import Context
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import labelled, show_act, show_request_state


def show_details(ctx: Context, kinds: Kinds, request: Request, trail: Sequence[Step]) -> View:
    """Each field in full, and the whole trail; this is the record's own view."""
    _, kind = ctx.language, kinds[request.kind]
    screen = cards.show_head(ctx, _, kind, request, f"【{show_request_state(_, request.state)}】")
    for text in cards.content_lines(_, kind, request):
        screen.say(text)
    if request.cc:
        names = "、".join(ctx.name_of(staff_no) for staff_no in request.cc)
        screen.say(labelled(_, _("Copied to"), names))
    screen.say("").say(bold(_("Trail")))
    for text in _trail(ctx, kind, request, trail):
        screen.say(text)
    if kind.attachments(request):
        screen.buttons(Button(_("Send me the attachments"), cards.tap("at", request)))
    _buttons(ctx, screen, kind, request, trail)
    return screen.view()


def card_of_details(ctx: Context, request: Request, trail: Sequence[Step]) -> str:
    """Give the card that details with buttons turn into once the matter is settled."""
    if (mine := _open_step_of(ctx, request, trail)) is not None:
        return cards.step_card(mine)
    if ctx.actor.staff_no == request.applicant_no and not request.state.closed:
        return cards.request_card(request)
    return ""


def _trail(ctx: Context, kind: Kind, request: Request, trail: Sequence[Step]) -> list[str]:
    """What happened in the order of time, then who is asked now."""
    _ = ctx.language
    applicant = ctx.name_of(request.applicant_no)
    when = _.moment(request.submitted_at)
    past: list[tuple[datetime, str]] = [
        (
            request.submitted_at,
            _("{name} {state} on {when}", name=applicant, state=_("submitted"), when=when),
        )
    ]
    waits: list[str] = []
    for step in trail:
        if step.note == "carried" and step.version > 1:
            continue  # it stands under the version it was made for
        prefix = _("Version {n}", n=step.version) + " " if request.version > 1 else ""
        act = show_act(_, step.act)
        if step.decided_at is not None and (step.state.decided or step.offer):
            text = cards.show_decision(ctx, _, kind, request, step)
            past.append((step.decided_at, prefix + labelled(_, act, text)))
        elif step.state is StepState.OPEN:
            names = "、".join(ctx.name_of(staff_no) for staff_no in step.assignees) or "?"
            waits.append(prefix + labelled(_, act, _("waits for {names}", names=names)))
    for remark in ctx.work.requests.remarks(request.id or 0):
        said = _("{name} said on {when}", name=ctx.name_of(remark.author_no), when=_.moment(remark.at))
        past.append((remark.at, labelled(_, said, remark.text)))
    return [text for _at, text in sorted(past, key=lambda entry: entry[0])] + waits


def _buttons(ctx: Context, screen: ViewBuilder, kind: Kind, request: Request, trail: Sequence[Step]) -> None:
    _ = ctx.language
    talk = [Button(_("Comment"), cards.tap("rk", request)), Button(_("Copy to"), cards.tap("cc", request))]
    mine = _open_step_of(ctx, request, trail)
    if mine is not None:
        own = ctx.actor.staff_no in mine.assignees
        acts = ViewBuilder()
        cards.step_buttons(_, acts, kind, request, mine, own=own)
        for row in acts.rows:
            screen.buttons(*(button for button in row if not button.payload.startswith("vw:")))
        if mine.act is not Act.EXECUTE:
            words = Button(_("Approve with words"), cards.tap("aw", request, mine.position))
            more = [Button(_("Add an approver"), cards.tap("af", request, mine.position))] if own else []
            screen.buttons(words, *more)
    elif ctx.actor.staff_no == request.applicant_no:
        acts = ViewBuilder()
        cards.applicant_buttons(_, acts, request)
        for row in acts.rows:
            screen.buttons(*(button for button in row if not button.payload.startswith("vw:")))
    screen.buttons(*(talk if request.state is not RequestState.WITHDRAWN else talk[:1]))


def _open_step_of(ctx: Context, request: Request, trail: Sequence[Step]) -> Step | None:
    for step in trail:
        if step.state is StepState.OPEN and (
            cards.stands_for(ctx, request, step, ctx.actor.staff_no) is not None
        ):
            return step
    return None
