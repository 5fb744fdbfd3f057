"""我的待办: one message for all that waits; the unusual comes first, the ordinary ticks and goes together."""

from __future__ import annotations

from domain.approvals.acts import approve_step, reject_step
from domain.approvals.delegations import desks_of
from domain.approvals.requests import Request, RequestKind, RequestState, Step, Task
from domain.approvals.routes import Act
from domain.approvals.taking import StepRef, read_request
from domain.errors import Refused
from handlers.approvals import cards
from handlers.approvals.asking import Questions
from handlers.approvals.deciding import ref, require_no_consent
from handlers.approvals.kinds import Kinds
from handlers.context import Context
from handlers.conversation import Asking
from handlers.language import Language
from handlers.refusals import explain
from handlers.ui import Button, ViewBuilder, bold
from handlers.wording import shorten, show_kind

PAGE = 6
MAX_TICKED = 50
_CODES = {kind: kind.prefix.lower() for kind in RequestKind}
_KINDS = {code: kind for kind, code in _CODES.items()}


def may_tick(request: Request, step: Step) -> bool:
    """Tell whether a request may be decided unopened: ordinary, and nothing about it is special."""
    return request.ordinary and step.act is not Act.EXECUTE and not step.note and request.version == 1


class Todo:
    """Payloads carry page and kind, so that every copy of the list turns its own pages."""

    def __init__(self, kinds: Kinds, questions: Questions) -> None:
        self._kinds = kinds
        self._questions = questions
        questions.register("reject_ticked", self._answer_reject)

    def show_todo(
        self, ctx: Context, page: str = "0", code: str = "", *, notes: tuple[str, ...] = ()
    ) -> None:
        """List what waits for this person, or for those they stand for."""
        _, kind = ctx.language, _KINDS.get(code)
        desks = desks_of(ctx.work, ctx.actor, ctx.now)
        counts = ctx.work.requests.count_waiting_at(desks)
        total = sum(counts.values())
        count = counts.get(kind, 0) if kind is not None else total
        at = min(max(int(page), 0), max(0, -(-count // PAGE) - 1))
        found = ctx.work.requests.waiting_at(desks, kind=kind, limit=PAGE, offset=at * PAGE)
        tasks = [task for task in found if self._mine(ctx, task)]
        screen = ViewBuilder()
        for note in notes:
            screen.say(note)
        heading = f"{_('My tasks')} ({count})"
        screen.say(bold(f"{heading} · {show_kind(_, kind)}" if kind is not None else heading))
        if not total:
            screen.say(_("Nothing waits for you."))
        for place, task in enumerate(tasks, start=at * PAGE + 1):
            self._line(ctx, screen, place, task)
        ticked = self._ticked(ctx)
        for place, task in enumerate(tasks, start=at * PAGE + 1):
            self._row(ctx, screen, place, task, ticked, f"{at}:{code}")
        self._below(_, screen, tasks, ticked, at, count, code)
        if len(counts) > 1:
            self._filters(_, screen, counts, total, code)
        ctx.show(screen.view())

    def on_tick(self, ctx: Context, *args: str) -> None:
        """Tick a request, or take the tick off."""
        key, (page, code) = ":".join(args[:3]), args[3:5]
        ticked = self._ticked(ctx)
        if key in ticked:
            ticked.remove(key)
        elif len(ticked) >= MAX_TICKED:
            raise Refused("too_many_ticked", limit=MAX_TICKED)
        else:
            ticked.append(key)
        ctx.conversation.ticked = ticked
        self.show_todo(ctx, page, code)

    def on_tick_page(self, ctx: Context, page: str, code: str) -> None:
        """Tick everything on this page that may be decided together; or nothing where all of it is."""
        desks = desks_of(ctx.work, ctx.actor, ctx.now)
        tasks = ctx.work.requests.waiting_at(
            desks, kind=_KINDS.get(code), limit=PAGE, offset=int(page) * PAGE
        )
        keys = [_key(task) for task in tasks if may_tick(task.request, task.step)]
        ticked = self._ticked(ctx)
        rest = [key for key in ticked if key not in keys]
        whole = all(key in ticked for key in keys)
        ctx.conversation.ticked = rest if whole else [*rest, *keys][:MAX_TICKED]
        self.show_todo(ctx, page, code)

    def on_approve_ticked(self, ctx: Context, page: str, code: str) -> None:
        """Approve all that is ticked, each by itself and with its own entry in the log."""
        keys, _ = self._ticked(ctx), ctx.language
        if not keys:
            raise Refused("nothing_ticked")
        done: list[str] = []
        failed: list[str] = []
        for key in keys:
            try:
                with ctx.work.attempt():
                    request = approve_step(ctx.work, ctx.actor, self._ordinary(ctx, key), ctx.now)
                sent_back = request.state is RequestState.RETURNED
                (failed if sent_back else done).append(request.number)
            except Refused as refused:
                if not refused.params.get("mine"):  # what one has decided singly meanwhile is no failure
                    failed.append(self._why_not(ctx, key, refused))
        ctx.conversation.ticked = []
        notes = (
            [
                "✓ "
                + _.plural(
                    "Approved {n} request: {numbers}",
                    "Approved {n} requests: {numbers}",
                    len(done),
                    numbers="、".join(done),
                )
            ]
            if done
            else []
        )
        notes += ["⚠️ " + _("Not approved: {what}", what=what) for what in failed]
        self.show_todo(ctx, page, code, notes=(*notes, ""))

    def on_reject_ticked(self, ctx: Context, page: str, code: str) -> None:
        """Ask for one reason for all that is ticked."""
        keys, _ = self._ticked(ctx), ctx.language
        if not keys:
            raise Refused("nothing_ticked")
        title = _.plural("Reject {n} request", "Reject {n} requests", len(keys))
        screen = ViewBuilder().say(bold(title)).say(_("Why? Type the reason; it goes to each applicant."))
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "reject_ticked", screen.view(), keys=keys)

    def approve_many(self, ctx: Context, refs: list[StepRef]) -> None:
        """Approve several in words, as if they had been ticked."""
        ctx.conversation.ticked = [f"{at.request_id}:{at.version}:{at.position}" for at in refs][:MAX_TICKED]
        self.on_approve_ticked(ctx, "0", "")

    def _answer_reject(self, ctx: Context, asking: Asking, text: str) -> None:
        require_no_consent(text)
        done, failed, _ = [], [], ctx.language
        for key in asking.args["keys"]:
            try:
                with ctx.work.attempt():
                    request = reject_step(ctx.work, ctx.actor, self._ordinary(ctx, key), text, ctx.now)
                done.append(request.number)
            except Refused as refused:
                if refused.code in {"reason_required", "reason_too_long"}:
                    raise
                failed.append(self._why_not(ctx, key, refused))
        ctx.conversation.ticked = []
        said = _("Rejected {numbers}: {reason}", numbers="、".join(done) or "0", reason=text)
        self._questions.settle(ctx, "\n".join([said, *failed]))

    def _ordinary(self, ctx: Context, key: str) -> StepRef:
        """Make sure that what is decided unopened may be. Raises Refused("needs_a_look")."""
        at = ref(key.split(":"))
        request = read_request(ctx.work, ctx.actor, at.request_id, ctx.now)
        steps = ctx.work.requests.steps(at.request_id, at.version)
        step = next((step for step in steps if step.position == at.position), None)
        if step is not None and not may_tick(request, step):
            raise Refused("needs_a_look", number=request.number)
        return at

    def _why_not(self, ctx: Context, key: str, refused: Refused) -> str:
        known = refused.code != "request_unknown"  # absent and forbidden sound the same
        request = ctx.work.requests.by_id(int(key.split(":", maxsplit=1)[0])) if known else None
        params = dict(refused.params)
        if "by" in params:
            params["by"] = ctx.name_of(str(params["by"]))
        why = explain(ctx.language, Refused(refused.code, **params))
        return f"{request.number if request else ''} {why}".strip()

    def _mine(self, ctx: Context, task: Task) -> bool:
        """Leave out what a delegation does not cover, such as a rate below its limit."""
        me = ctx.actor.staff_no
        return task.desk == me or cards.stands_for(ctx, task.request, task.step, me) is not None

    def _ticked(self, ctx: Context) -> list[str]:
        return list(ctx.conversation.ticked)

    def _line(self, ctx: Context, screen: ViewBuilder, place: int, task: Task) -> None:
        _, request, step = ctx.language, task.request, task.step
        kind = self._kinds[request.kind]
        sign = "" if request.ordinary else "⚠️ "
        applicant = ctx.name_of(request.applicant_no)
        desk = "" if task.desk == ctx.actor.staff_no else " " + _("(for {name})", name=ctx.name_of(task.desk))
        screen.say(f"{sign}{place}. ", bold(request.title), f" · {applicant}{desk}")
        doing = kind.brief(_, request.content)
        if step.act is Act.EXECUTE:
            doing = f"{_(kind.todo_heading)}{doing}"
        since = _.moment(step.opened_at or request.submitted_at)
        screen.say(f"{doing} · {request.number[-4:]} · {since}")

    def _row(
        self, ctx: Context, screen: ViewBuilder, place: int, task: Task, ticked: list[str], where: str
    ) -> None:
        """A tick for what may go together, and a button that opens it."""
        key = _key(task)
        label = f"{place}. {shorten(task.request.title, 14)}"
        if may_tick(task.request, task.step):
            sign = "☑" if key in ticked else "☐"
            screen.buttons(
                Button(f"{sign} {label}", f"tk:{key}:{where}"),
                Button(ctx.language("Open"), f"op:{task.request.id}"),
            )
        else:
            screen.buttons(Button(f"{label} ›", f"op:{task.request.id}"))

    def _below(
        self,
        _: Language,
        screen: ViewBuilder,
        tasks: list[Task],
        ticked: list[str],
        at: int,
        count: int,
        code: str,
    ) -> None:
        where = f"{at}:{code}"
        if any(may_tick(task.request, task.step) for task in tasks):
            row = [Button(_("Tick this page"), f"tp:{where}")]
            if ticked:
                row.append(Button(_("Approve ticked ({n})", n=len(ticked)), f"ta:{where}"))
                row.append(Button(_("Reject ticked"), f"tx:{where}"))
            screen.buttons(*row)
        turns = []
        if at > 0:
            turns.append(Button("◀ " + _("Previous page"), f"td:{at - 1}:{code}"))
        if (at + 1) * PAGE < count:
            turns.append(Button(_("Next page") + " ▶", f"td:{at + 1}:{code}"))
        screen.buttons(*turns)

    def _filters(
        self, _: Language, screen: ViewBuilder, counts: dict[RequestKind, int], total: int, code: str
    ) -> None:
        marks = [("", _("All kinds"), total)]
        marks += [(_CODES[kind], show_kind(_, kind), counts[kind]) for kind in RequestKind if kind in counts]
        screen.buttons(
            *(
                Button(f"• {label} {n}" if mark == code else f"{label} {n}", f"td:0:{mark}")
                for mark, label, n in marks
            )
        )


def _key(task: Task) -> str:
    return f"{task.step.request_id}:{task.step.version}:{task.step.position}"
