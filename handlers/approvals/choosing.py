"""Choosing a colleague: 转交, 加签, 抄送 by name, pinyin, initials or staff number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from domain.approvals.detours import Side, add_approver, may_choose, transfer_step
from domain.approvals.remarks import copy_request
from domain.approvals.requests import Request
from domain.approvals.taking import StepRef, read_request, take_own_decision
from domain.errors import Refused
from domain.people import Employee, find_people
from handlers.approvals.asking import Questions
from handlers.approvals.deciding import ids_of, ref
from handlers.context import Context
from handlers.conversation import Asking
from handlers.language import N_
from handlers.ui import Button, View, ViewBuilder, bold
from handlers.wording import shorten

SHOWN = 6
_TITLES = {
    "transfer": N_("Transfer {number}"),
    "before": N_("Ask somebody before you: {number}"),
    "after": N_("Approve {number} and ask somebody after you"),
    "copy": N_("Copy {number} to"),
}


class Choosing:
    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        questions.register("choose", self._answer, ch=self._pick, sd=self._pick_side)

    def on_transfer(self, ctx: Context, *ids: str) -> None:
        self._ask(ctx, "transfer", ref([*ids]))

    def on_add(self, ctx: Context, *ids: str) -> None:
        """Ask on which side first: before oneself, or after one's own approval."""
        taken = take_own_decision(ctx.work, ctx.actor, ref([*ids]), ctx.now)
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("Add an approver: {number}", number=taken.request.number)))
        screen.say(_("When shall they decide?"))
        screen.buttons(Button(_("Before me"), ":".join(["q", "sd", *ids, "before"])))
        screen.buttons(Button(_("After me; I approve now"), ":".join(["q", "sd", *ids, "after"])))
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "choose", screen.view(), ids=[*ids], how="before")

    def _pick_side(self, ctx: Context, *args: str) -> None:
        asking, how = ctx.conversation.asking, args[3]
        if asking is None or asking.route != "choose" or how not in {"before", "after"}:
            raise Refused("button_unknown")
        asking.args.update(ids=[*args[:3]], how=how)
        at = ref([*args])
        likely = self._likely(ctx, self._candidates(ctx, how, at))
        self._questions.again(ctx, self._screen(ctx, how, at, likely, 0))

    def on_copy(self, ctx: Context, request_id: str, version: str) -> None:
        read_request(ctx.work, ctx.actor, int(request_id), ctx.now)
        self._ask(ctx, "copy", StepRef(int(request_id), int(version), 0))

    def choose(self, ctx: Context, how: str, at: StepRef, text: str) -> None:
        """Act on whom a text names, with the words after the name; ask again where it could be several."""
        name, _gap, words = text.strip().partition(" ")
        if not name:
            self._ask(ctx, how, at)
            return
        found = find_people(self._candidates(ctx, how, at), name)
        if not found:
            colleague = find_people(ctx.work.people.everybody(), name)
            if len(colleague) == 1:  # found, but not to be chosen: let the act say why
                self._act(ctx, how, at, colleague[0].staff_no, words.strip())
                return
            raise Refused("record_unknown", text=shorten(name, 40))
        if len(found) > 1:
            self._questions.put(
                ctx, "choose", self._screen(ctx, how, at, found, len(found)), ids=ids_of(at), how=how
            )
            return
        self._act(ctx, how, at, found[0].staff_no, words.strip())

    def _answer(self, ctx: Context, asking: Asking, text: str) -> None:
        self.choose(ctx, asking.args["how"], ref(asking.args["ids"]), text)

    def _pick(self, ctx: Context, *args: str) -> None:
        asking = ctx.conversation.asking
        if asking is None or asking.route != "choose" or asking.args["ids"] != [*args[:3]]:
            raise Refused("button_unknown")
        self._act(ctx, asking.args["how"], ref([*args]), args[3], "")

    def _ask(self, ctx: Context, how: str, at: StepRef) -> None:
        likely = self._likely(ctx, self._candidates(ctx, how, at))
        self._questions.put(ctx, "choose", self._screen(ctx, how, at, likely, 0), ids=ids_of(at), how=how)

    def _candidates(self, ctx: Context, how: str, at: StepRef) -> list[Employee]:
        if how == "copy":
            return [p for p in ctx.work.people.everybody() if p.staff_no != ctx.actor.staff_no]
        taken = take_own_decision(ctx.work, ctx.actor, at, ctx.now)
        return may_choose(ctx.work, taken.round, ctx.actor)

    def _likely(self, ctx: Context, candidates: Sequence[Employee]) -> list[Employee]:
        """Offer one's superior, those of the same roles, then the own department."""
        me = ctx.actor
        roles = {role for role in me.roles if role not in {role.EMPLOYEE, role.SALES_REP}}

        def distance(person: Employee) -> int:
            if person.staff_no == me.superior_no:
                return 0
            if person.holds(*roles):
                return 1
            return 2 if person.department_no == me.department_no or person.superior_no == me.staff_no else 3

        return sorted((p for p in candidates if distance(p) < 3), key=distance)[:SHOWN]

    def _screen(self, ctx: Context, how: str, at: StepRef, people: Sequence[Employee], found: int) -> View:
        _ = ctx.language
        request = ctx.work.requests.by_id(at.request_id)
        screen = ViewBuilder().say(bold(_(_TITLES[how], number=request.number if request else "")))
        if found:
            screen.say(_("{count} of them fit; please choose one.", count=found))
        else:
            screen.say(_("To whom? Send a name, pinyin or staff number."))
        for person in people[:SHOWN]:
            label = f"{person.name}({person.department} {person.title})"
            screen.buttons(Button(shorten(label, 30), ":".join(["q", "ch", *ids_of(at), person.staff_no])))
        return screen.buttons(Button(_("Cancel"), "q:no")).view()

    def _act(self, ctx: Context, how: str, at: StepRef, staff_no: str, words: str) -> None:
        acts: dict[str, Callable[[], Request]] = {
            "transfer": lambda: transfer_step(ctx.work, ctx.actor, at, staff_no, words, ctx.now),
            "before": lambda: add_approver(ctx.work, ctx.actor, at, staff_no, Side.BEFORE, words, ctx.now),
            "after": lambda: add_approver(ctx.work, ctx.actor, at, staff_no, Side.AFTER, words, ctx.now),
            "copy": lambda: copy_request(ctx.work, ctx.actor, at.request_id, staff_no, ctx.now),
        }
        with ctx.work.attempt():
            request = acts[how]()
        _, name = ctx.language, ctx.name_of(staff_no)
        done = {
            "transfer": _("Handed {number} to {name}", number=request.number, name=name),
            "before": _("{name} decides on {number} first", number=request.number, name=name),
            "after": _("Approved {number}; {name} decides next", number=request.number, name=name),
            "copy": _("Copied {number} to {name}", number=request.number, name=name),
        }
        self._questions.settle(ctx, done[how])
