"""Documents about files: labels and lists, made when they are sent, so that none lies about on disk."""

from __future__ import annotations

from domain.errors import Refused
from domain.people import Role
from domain.personnel_files.access import Look, note_look
from domain.personnel_files.files import PersonnelFile, keeps_files
from handlers.context import Context
from handlers.language import N_, Language
from handlers.ui import Button, Document, View, ViewBuilder, bold

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORTS = {
    "files": N_("Register of files"),
    "loans": N_("Register of loans"),
    "missing": N_("List of missing documents"),
    "statistics": N_("Statistics of files"),
}


def label_document(file: PersonnelFile, _: Language) -> Document:
    return Document("label", (file.number, _.code), f"{file.number}.pdf", "application/pdf")


def show_exports(ctx: Context) -> None:
    """导出: which list."""
    _require(ctx)
    _ = ctx.language
    screen = ViewBuilder().say(bold(_("Export as a workbook"))).say(_("Which list? The export is noted."))
    screen.grid([Button(_(label), f"fx:{name}") for name, label in EXPORTS.items()], 2)
    ctx.show(screen.view())


def on_export(ctx: Context, name: str) -> None:
    """Send a list as a workbook, noted as a look at all files."""
    _require(ctx)
    if name not in EXPORTS:
        raise Refused("button_unknown")
    _ = ctx.language
    title = _(EXPORTS[name])
    note_look(ctx.work, ctx.actor, None, Look.EXPORT, title, ctx.now)
    ctx.work.audit.record(ctx.now, ctx.actor.staff_no, "files_exported", "files", after={"list": name})
    day = f"{ctx.today:%Y%m%d}"
    document = Document(name, (_.code, ctx.actor.staff_no), f"{title}-{day}.xlsx", XLSX)
    caption = ViewBuilder().say(_("{title}, as of {when}", title=title, when=_.moment(ctx.now))).view()
    ctx.say(View(caption.paragraphs, (), document))


def _require(ctx: Context) -> None:
    if not (keeps_files(ctx.actor) or ctx.actor.holds(Role.GENERAL_MANAGER)):
        raise Refused("role_required")
