"""离职手续: what somebody who has left still has, and closing the list once all is back."""

from __future__ import annotations

from domain.errors import Refused
from domain.loans.leaving import files_out, finish_leaving
from domain.personnel_files.access import note_list
from domain.personnel_files.files import keeps_files
from handlers.context import Context, Telling
from handlers.language import Language
from handlers.personnel_files.wording import file_title, show_due, show_file_state
from handlers.ui import Button, View, ViewBuilder, bold

PAGE = 6


def leaving_card(staff_no: str) -> str:
    return f"leaving:{staff_no}"


def show_leaving(ctx: Telling, _: Language, staff_no: str) -> View:
    """The card of a leaving: files out, files to be sealed, and the button that closes it."""
    person, leaving = ctx.work.people.by_no(staff_no), ctx.work.leavings.lock(staff_no)
    name = f"{person.name}({person.department})" if person else staff_no
    done = leaving is None or leaving.finished_at is not None
    heading = _("【Leaving finished】") if done else _("【Leaving】")
    screen = ViewBuilder().say(bold(f"{heading}{name}"))
    out = files_out(ctx.work, staff_no)
    for loan in out:
        file = ctx.work.files.by_id(loan.file_id)
        title = file_title(ctx.work.people, file) if file else ""
        screen.say(
            _(
                "⚠️ Still out: {title}, {number}, due {day}",
                title=title,
                number=loan.number,
                day=show_due(_, loan, ctx.today),
            )
        )
        if not done:
            screen.buttons(Button(f"{_('Check the return')} {loan.number}", f"lk:{loan.id}"))
    for file in ctx.work.files.of_subjects([staff_no]):
        screen.say(f"{_('Own file')} {file.number} · {show_file_state(_, file.state)}")
    if done and leaving is not None and leaving.finished_at is not None:
        by = ctx.name_of(leaving.finished_by)
        return screen.say(_("Closed by {name} on {when}", name=by, when=_.moment(leaving.finished_at))).view()
    if out:
        return screen.say(_("It cannot be finished before everything is back.")).view()
    screen.say(_("Nothing is out. Finishing seals their files."))
    return screen.buttons(Button(_("Finish leaving"), f"lv:{staff_no}")).view()


class LeavingList:
    def show_list(self, ctx: Context, page: str = "0") -> None:
        """Who has left and is not done yet."""
        if not keeps_files(ctx.actor):
            raise Refused("role_required")
        _, at = ctx.language, int(page)
        note_list(ctx.work, ctx.actor, _("People who leave"), ctx.now)
        found = ctx.work.leavings.unfinished(limit=PAGE + 1, offset=at * PAGE)
        screen = ViewBuilder().say(bold(_("People who leave")))
        if not found:
            screen.say(_("Nobody's leaving is open."))
        for leaving in found[:PAGE]:
            name = ctx.name_of(leaving.staff_no)
            out = len(files_out(ctx.work, leaving.staff_no))
            told = _.plural("{n} file out", "{n} files out", out) if out else _("nothing out")
            screen.say(f"· {name} {leaving.staff_no} · {told}")
            screen.buttons(Button(f"{name} {leaving.staff_no}", f"lg:{leaving.staff_no}"))
        row = [Button("◀ " + _("Previous page"), f"fs:leave:{at - 1}")] if at else []
        if len(found) > PAGE:
            row.append(Button(_("Next page") + " ▶", f"fs:leave:{at + 1}"))
        ctx.show(screen.buttons(*row).view())

    def show_one(self, ctx: Context, staff_no: str) -> None:
        if not keeps_files(ctx.actor):
            raise Refused("role_required")
        note_list(ctx.work, ctx.actor, ctx.language("People who leave"), ctx.now)
        ctx.say(show_leaving(ctx, ctx.language, staff_no), leaving_card(staff_no))

    def on_finish(self, ctx: Context, staff_no: str) -> None:
        finish_leaving(ctx.work, ctx.actor, staff_no, ctx.now)
        ctx.toast = ctx.language("{name}'s leaving is finished.", name=ctx.name_of(staff_no))
