"""The keeper's desk and its lists: what is out, what is due, what employees still owe."""

from __future__ import annotations

from itertools import groupby

from domain.errors import Refused
from domain.loans.loans import Loan
from domain.personnel_files.access import note_list
from domain.personnel_files.files import keeps_files
from domain.personnel_files.missing import MissingDocument, missing_of
from handlers.context import Context
from handlers.personnel_files.wording import file_title, show_due
from handlers.ui import Button, ViewBuilder, bold
from handlers.wording import shorten

PAGE = 8


class FileLists:
    def show_desk(self, ctx: Context) -> None:
        """档案: what a keeper does and looks at; what anybody else may ask about files."""
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("Personnel files")))
        if not keeps_files(ctx.actor):
            screen.buttons(Button(_("Borrow a file"), "bl"), Button(_("My loans"), "ml:0"))
            screen.buttons(
                Button(_("My missing documents"), "fs:mine:0"), Button(_("Declare a relative"), "fr")
            )
            ctx.show(screen.view())
            return
        out, due = ctx.work.loans.count_out(), ctx.work.loans.count_out(due_by=ctx.today)
        open_ = ctx.work.incidents.count_open()
        screen.say(_("Out: {out}. Due or overdue: {due}. Incidents: {open}.", out=out, due=due, open=open_))
        screen.buttons(Button(_("Find a file"), "fa"), Button(_("File a document"), "fi"))
        screen.buttons(Button(_("Open a file"), "fo"), Button(_("On their way"), "fs:way:0"))
        screen.buttons(
            Button(f"{_('Loans out')} ({out})", "fs:out:0"), Button(f"{_('Due today')} ({due})", "fs:due:0")
        )
        screen.buttons(
            Button(_("Missing documents"), "fs:miss:0"), Button(f"{_('Incidents')} ({open_})", "fs:inc:0")
        )
        screen.buttons(Button(_("People who leave"), "fs:leave:0"), Button(_("Export"), "fe"))
        ctx.show(screen.buttons(Button(_("Borrow a file"), "bl"), Button(_("My loans"), "ml:0")).view())

    def show_out(self, ctx: Context, page: str = "0") -> None:
        """借出清单."""
        self._loans(ctx, page, "out", ctx.language("Loans out"), due=False)

    def show_due(self, ctx: Context, page: str = "0") -> None:
        """今日应还, overdue ones first."""
        self._loans(ctx, page, "due", ctx.language("Due today"), due=True)

    def _loans(self, ctx: Context, page: str, route: str, title: str, *, due: bool) -> None:
        self._require(ctx)
        note_list(ctx.work, ctx.actor, title, ctx.now)
        _, by = ctx.language, ctx.today if due else None
        count = ctx.work.loans.count_out(due_by=by)
        at = min(max(int(page), 0), max(0, -(-count // PAGE) - 1))
        screen = ViewBuilder().say(bold(f"{title} ({count})"))
        if not count:
            screen.say(_("Nothing is due today or overdue.") if due else _("Nothing is out."))
        loans = ctx.work.loans.out(due_by=by, limit=PAGE, offset=at * PAGE)
        for place, loan in enumerate(loans, start=at * PAGE + 1):
            screen.say(f"{place}. {self._title(ctx, loan)} ← {ctx.name_of(loan.borrower_no)}")
            screen.say(f"    {loan.number} · {_('due {day}', day=show_due(_, loan, ctx.today))}")
            screen.buttons(Button(f"{place}. {shorten(self._title(ctx, loan), 22)}", f"ln:{loan.id}"))
        row = [Button("◀ " + _("Previous page"), f"fs:{route}:{at - 1}")] if at else []
        if (at + 1) * PAGE < count:
            row.append(Button(_("Next page") + " ▶", f"fs:{route}:{at + 1}"))
        ctx.show(screen.buttons(*row).view())

    def show_missing(self, ctx: Context, page: str = "0") -> None:
        """缺件: who still owes which documents; an employee sees their own."""
        if not keeps_files(ctx.actor):
            self.show_own_missing(ctx)
            return
        _, at, required = ctx.language, int(page), ctx.work.rules.files.required
        note_list(ctx.work, ctx.actor, _("Missing documents"), ctx.now)
        found = ctx.work.files.missing(required, limit=PAGE * 2 + 1, offset=at * PAGE * 2)
        screen = ViewBuilder().say(bold(_("Missing documents")))
        if not found:
            screen.say(_("Everybody has handed in everything."))
        for staff_no, documents in groupby(found[: PAGE * 2], key=lambda document: document.subject_no):
            names = "、".join(_told(document) for document in documents)
            screen.say(f"· {ctx.name_of(staff_no)} {staff_no}：{names}")
        row = [Button("◀ " + _("Previous page"), f"fs:miss:{at - 1}")] if at else []
        if len(found) > PAGE * 2:
            row.append(Button(_("Next page") + " ▶", f"fs:miss:{at + 1}"))
        ctx.show(screen.buttons(*row).buttons(Button(_("Export"), "fx:missing")).view())

    def show_own_missing(self, ctx: Context, page: str = "0") -> None:
        _, missing = ctx.language, missing_of(ctx.work, ctx.actor.staff_no)
        screen = ViewBuilder().say(bold(_("My missing documents")))
        for document in missing:
            screen.say("· " + _told(document))
        screen.say(
            _("Please hand them to the keeper of files.") if missing else _("You have handed in everything.")
        )
        ctx.show(screen.view())

    def _title(self, ctx: Context, loan: Loan) -> str:
        file = ctx.work.files.by_id(loan.file_id)
        return file_title(ctx.work.people, file) if file else loan.number

    def _require(self, ctx: Context) -> None:
        if not keeps_files(ctx.actor):
            raise Refused("role_required")


def _told(document: MissingDocument) -> str:
    """Write what lacks: 1寸彩色照片 (1/2)."""
    return f"{document.name} ({document.have}/{document.copies})" if document.copies > 1 else document.name
