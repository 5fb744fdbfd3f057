"""报异常: what a keeper finds wrong with a file on its shelf; two questions, and the incident is open."""

from __future__ import annotations

from domain.errors import Refused
from domain.loans.incidents import report_incident
from domain.loans.loans import Condition
from domain.personnel_files.files import FileState, PersonnelFile, require_file, require_keeper
from handlers.approvals.asking import Questions
from handlers.context import Context
from handlers.conversation import Asking
from handlers.personnel_files.wording import CONDITIONS, file_title, show_condition
from handlers.ui import Button, ViewBuilder, bold

WRONG = (Condition.PAGES_MISSING, Condition.DAMAGED, Condition.LOST)


def is_reportable(file: PersonnelFile) -> bool:
    """Whether a file stands where its keeper can find something wrong with it."""
    return file.state.here or file.state is FileState.UNDER_INSPECTION


class IncidentReporting:
    """Payloads carry the id of a file."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        questions.register("damage", self._answer, dc=self._pick)

    def on_report(self, ctx: Context, file_id: str) -> None:
        """Ask what is wrong: 缺页, 损坏 or 遗失."""
        file = require_file(ctx.work, int(file_id))
        require_keeper(ctx.work, ctx.actor, file)
        if not is_reportable(file):
            raise Refused("file_not_here", number=file.number, state=file.state)
        _ = ctx.language
        screen = ViewBuilder().say(bold(f"{_('Report an incident')} · {file_title(ctx.work.people, file)}"))
        screen.say(_("What is wrong with it? The file is set aside until HR has checked it."))
        screen.grid([Button(_(CONDITIONS[c]), f"q:dc:{file.id}:{c.value}") for c in WRONG], 3)
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "damage", screen.view(), file=file_id)

    def _pick(self, ctx: Context, file_id: str, condition: str) -> None:
        """Ask for the words, in place of the first question."""
        found = _condition(condition)
        file = require_file(ctx.work, int(file_id))
        require_keeper(ctx.work, ctx.actor, file)
        args = {"file": file_id, "condition": found.value}
        ctx.conversation.asking = Asking("damage", args, ctx.now.timestamp())
        _ = ctx.language
        title = f"{show_condition(_, found)} · {file_title(ctx.work.people, file)}"
        screen = ViewBuilder().say(bold(title))
        screen.say(_("What is wrong? Name the place, never what the paper says."))
        self._questions.again(ctx, screen.buttons(Button(_("Cancel"), "q:no")).view())

    def _answer(self, ctx: Context, asking: Asking, text: str) -> None:
        file_id, _ = str(asking.args["file"]), ctx.language
        if "condition" not in asking.args:
            found = [c for c in WRONG if text in {_(CONDITIONS[c]), c.value}]
            if not found:
                raise Refused("choice_unknown", options=[_(CONDITIONS[c]) for c in WRONG])
            self._pick(ctx, file_id, found[0].value)
            return
        condition = _condition(str(asking.args["condition"]))
        with ctx.work.attempt():
            report_incident(ctx.work, ctx.actor, int(file_id), condition, text, ctx.now)
        number = require_file(ctx.work, int(file_id)).number
        self._questions.settle(
            ctx, _("The incident about {number} is open; HR looks into it.", number=number)
        )


def _condition(value: str) -> Condition:
    if value not in {condition.value for condition in WRONG}:
        raise Refused("button_unknown")
    return Condition(value)
