"""What a card's buttons do, in words: with a number, as a reply to a card, or where only one can be meant."""

from __future__ import annotations

import re
from collections.abc import Callable

from domain.approvals.delegations import desks_of
from domain.approvals.requests import Request, RequestState, Step, StepState
from domain.approvals.routes import Act
from domain.approvals.taking import StepRef, read_request
from domain.errors import Refused
from handlers.approvals import cards
from handlers.approvals.applying import Applying
from handlers.approvals.asking import Questions
from handlers.approvals.choosing import Choosing
from handlers.approvals.deciding import Deciding, ids_of
from handlers.approvals.offering import Offering
from handlers.approvals.reading import Reading
from handlers.approvals.todo import Todo
from handlers.approvals.words import Said, Unclear, Verb, read_numbers, read_reply
from handlers.context import Context
from handlers.conversation import Asking
from handlers.ui import Button, ViewBuilder
from handlers.wording import shorten

LOOKED_AT = 500  # tasks or requests that a short number is looked for in
OF_APPLICANT = {Verb.NUDGE, Verb.WITHDRAW}
OF_READER = {Verb.COMMENT, Verb.COPY, Verb.DETAILS}
OF_EXECUTOR = {Verb.RECORD, Verb.VOID}
NUMBER = re.compile(r"(?:KH|ZK|JY)-\d{8}-\d{4,}")


class Typed:
    def __init__(
        self,
        questions: Questions,
        deciding: Deciding,
        choosing: Choosing,
        offering: Offering,
        applying: Applying,
        reading: Reading,
        todo: Todo,
    ) -> None:
        self._questions = questions
        self._applying = applying
        self._reading = reading
        self._todo = todo
        self._on_step: dict[Verb, Callable[[Context, StepRef, str], None]] = {
            Verb.APPROVE: deciding.approve,
            Verb.REJECT: lambda ctx, at, text: (
                deciding.reject(ctx, at, text) if text else deciding.on_reject(ctx, *ids_of(at))
            ),
            Verb.RETURN: deciding.send_back,
            Verb.TRANSFER: lambda ctx, at, text: choosing.choose(ctx, "transfer", at, text),
            Verb.ADD_BEFORE: lambda ctx, at, text: choosing.choose(ctx, "before", at, text),
            Verb.ADD_AFTER: lambda ctx, at, text: choosing.choose(ctx, "after", at, text),
            Verb.OFFER: offering.offer,
            Verb.RECORD: lambda ctx, at, text: (
                deciding.record(ctx, at, text) if text else deciding.on_record(ctx, *ids_of(at))
            ),
            Verb.VOID: lambda ctx, at, text: (
                deciding.void(ctx, at, text) if text else deciding.on_void(ctx, *ids_of(at))
            ),
        }
        self._copy: Callable[[Context, StepRef, str], None] = lambda ctx, at, text: choosing.choose(
            ctx, "copy", at, text
        )
        questions.register("unclear", self._answer_unclear, un=self._pick_unclear)

    def on_said(self, ctx: Context, said: Said) -> bool:
        """Do what was said; false where it names no request and could mean none, so that others may try."""
        if said.verb is Verb.APPROVE and said.number and (more := read_numbers(said.rest)):
            self._todo.approve_many(ctx, [self._step(ctx, n, said.verb) for n in [said.number, *more]])
            return True
        if said.verb in OF_APPLICANT:
            self._as_applicant(ctx, said, self._own(ctx, said))
        elif said.verb in OF_READER:
            self._as_reader(ctx, said, self._named(ctx, said))
        else:
            self._on_step[said.verb](ctx, self._step(ctx, said.number, said.verb), said.rest)
        return True

    def on_reply(self, ctx: Context, text: str) -> bool:
        """A reply to a card is about its request; false where the message shows none."""
        kind, _colon, key = ctx.replied_card.partition(":")
        if kind not in {"step", "request", "offer"} or not key.isdigit():
            return False
        step = ctx.work.requests.step_by_id(int(key)) if kind != "request" else None
        request_id = step.request_id if step is not None else int(key) if kind == "request" else 0
        request = read_request(ctx.work, ctx.actor, request_id, ctx.now)
        said = read_reply(text)
        if isinstance(said, Unclear):
            self._ask_back(ctx, request, step, said.text)
        elif said.number and not request.number.endswith(said.number.partition("-")[2] or said.number):
            self.on_said(ctx, said)  # it names another request than the one it answers
        elif said.verb in OF_APPLICANT:
            self._as_applicant(ctx, said, request)
        elif said.verb in OF_READER:
            self._as_reader(ctx, said, request)
        else:
            at = cards.ref_of(step) if step is not None else self._open_step(ctx, request, said.verb)
            self._on_step[said.verb](ctx, at, said.rest)
        return True

    def on_forwarded(self, ctx: Context, text: str) -> bool:
        """A forwarded card opens the request it speaks of, as it stands; false where it speaks of none."""
        found = NUMBER.search(text)
        request = ctx.work.requests.by_number(found[0]) if found else None
        if request is None:
            return False
        self._reading.open_card(ctx, str(request.id))
        return True

    # --- finding what is meant ---------------------------------------------------------------------------

    def _step(self, ctx: Context, number: str, verb: Verb) -> StepRef:
        """Find the step of a number, or the only one. Raises Refused where none or several could be meant."""
        tasks = ctx.work.requests.waiting_at(desks_of(ctx.work, ctx.actor, ctx.now), limit=LOOKED_AT)
        executes = verb in OF_EXECUTOR
        fitting = [t for t in tasks if (t.step.act is Act.EXECUTE) is executes]
        if number:
            named = [task for task in tasks if _matches(task.request, number)]
            if not named:
                self._say_why_not(ctx, number)
            fitting = named
        if len(fitting) == 1:
            return cards.ref_of(fitting[0].step)
        raise Refused("say_which" if fitting else "nothing_waits")

    def _say_why_not(self, ctx: Context, number: str) -> None:
        """A full number that waits for nobody here: let the step say who decided, or that it is unknown."""
        request = ctx.work.requests.by_number(number)
        if request is None:
            raise Refused("request_unknown")
        read_request(ctx.work, ctx.actor, request.id or 0, ctx.now)
        if request.state not in {RequestState.PENDING, RequestState.APPROVED}:
            raise Refused("request_closed", number=request.number, state=request.state)
        raise Refused("not_your_step", number=request.number)

    def _open_step(self, ctx: Context, request: Request, verb: Verb) -> StepRef:
        steps: list[Step] = ctx.work.requests.steps(request.id or 0, request.version)
        for step in steps:
            mine = cards.stands_for(ctx, request, step, ctx.actor.staff_no) is not None
            if step.state is StepState.OPEN and mine:
                return cards.ref_of(step)
        raise Refused("not_your_step", number=request.number)

    def _own(self, ctx: Context, said: Said) -> Request:
        mine = ctx.work.requests.filed_by(ctx.actor.staff_no, limit=LOOKED_AT)
        live = [request for request in mine if not request.state.closed]
        fitting = [r for r in mine if _matches(r, said.number)] if said.number else live
        if len(fitting) == 1:
            return fitting[0]
        raise Refused("say_which" if fitting else "request_unknown")

    def _named(self, ctx: Context, said: Said) -> Request:
        if not said.number:
            raise Refused("say_which")
        if (request := ctx.work.requests.by_number(said.number)) is not None:
            return read_request(ctx.work, ctx.actor, request.id or 0, ctx.now)
        tasks = ctx.work.requests.waiting_at(desks_of(ctx.work, ctx.actor, ctx.now), limit=LOOKED_AT)
        near = [task.request for task in tasks]
        near += ctx.work.requests.filed_by(ctx.actor.staff_no, limit=LOOKED_AT)
        found = {request.id: request for request in near if _matches(request, said.number)}
        if len(found) == 1:
            return next(iter(found.values()))
        raise Refused("say_which" if found else "request_unknown")

    # --- acts that are no decision -----------------------------------------------------------------------

    def _as_applicant(self, ctx: Context, said: Said, request: Request) -> None:
        act = self._applying.on_nudge if said.verb is Verb.NUDGE else self._applying.on_withdraw
        act(ctx, str(request.id), str(request.version))

    def _as_reader(self, ctx: Context, said: Said, request: Request) -> None:
        if said.verb is Verb.DETAILS:
            self._reading.show_details(ctx, str(request.id))
        elif said.verb is Verb.COPY:
            self._copy(ctx, StepRef(request.id or 0, request.version, 0), said.rest)
        elif said.rest:
            self._reading.remark(ctx, request.id or 0, said.rest)
        else:
            self._reading.on_remark(ctx, str(request.id))

    # --- replies that are unclear ------------------------------------------------------------------------

    def _ask_back(self, ctx: Context, request: Request, step: Step | None, text: str) -> None:
        """Offer what a reply could have meant; nothing is decided until one is chosen."""
        _ = ctx.language
        screen = ViewBuilder().say(_("{number}: “{text}”", number=request.number, text=shorten(text, 60)))
        screen.say(_("I will not guess. What shall it be?"))
        mine = (
            step is not None
            and step.state is StepState.OPEN
            and step.act is not Act.EXECUTE
            and cards.stands_for(ctx, request, step, ctx.actor.staff_no) is not None
        )
        if mine:
            screen.buttons(Button(_("Approve with these words"), "q:un:ap"))
            screen.buttons(Button(_("Reject with this reason"), "q:un:rj"))
            screen.buttons(Button(_("Send back with this reason"), "q:un:rt"))
        screen.buttons(Button(_("Only a comment"), "q:un:rk"), Button(_("Cancel"), "q:no"))
        ids = ids_of(cards.ref_of(step)) if mine and step is not None else [str(request.id), "0", "0"]
        self._questions.put(ctx, "unclear", screen.view(), ids=ids, text=text)

    def _answer_unclear(self, ctx: Context, asking: Asking, text: str) -> None:
        """Another text instead of a button: read it as the reply it replaces."""
        said = read_reply(text)
        if isinstance(said, Unclear) or said.verb not in self._on_step:
            raise Refused("please_choose")
        at = StepRef(*(int(part) for part in asking.args["ids"]))
        self._on_step[said.verb](ctx, at, said.rest or asking.args["text"])

    def _pick_unclear(self, ctx: Context, what: str) -> None:
        asking = ctx.conversation.asking
        if asking is None or asking.route != "unclear":
            raise Refused("button_unknown")
        at, text = StepRef(*(int(part) for part in asking.args["ids"])), str(asking.args["text"])
        verb = {"ap": Verb.APPROVE, "rj": Verb.REJECT, "rt": Verb.RETURN}.get(what)
        if verb is not None:
            self._on_step[verb](ctx, at, text)
        else:
            self._reading.remark(ctx, at.request_id, text)


def _matches(request: Request, number: str) -> bool:
    """Tell whether a typed number means a request: whole, without its date, or its end."""
    if request.number == number:
        return True
    prefix, _dash, end = number.rpartition("-")
    return request.number.endswith(f"-{end}") and (
        not prefix or request.number.startswith(prefix) or f"-{prefix}-" in request.number
    )
