"""What belongs to files and loans in chat: their words, buttons and sentences, handed to the router."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from domain.personnel_files.files import keeps_files, require_file, require_keeper
from handlers.approvals.asking import Questions
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.engine import Forms
from handlers.forms.fields import Form
from handlers.language import N_
from handlers.loans.borrowing import FILE_LOAN
from handlers.loans.desk import LoanDesk
from handlers.loans.due_changing import DUE_CHANGE
from handlers.loans.returning import RETURN_CHECK
from handlers.personnel_files import documents
from handlers.personnel_files.filing import MATERIAL_FILING
from handlers.personnel_files.incidents import IncidentList
from handlers.personnel_files.leaving import LeavingList
from handlers.personnel_files.lists import FileLists
from handlers.personnel_files.opening import FILE_OPENING
from handlers.personnel_files.records import label_of
from handlers.personnel_files.relatives import RELATIVE
from handlers.personnel_files.reporting import IncidentReporting
from handlers.personnel_files.steps import FilingSteps
from handlers.personnel_files.views import FileViews

OWN_FORMS = (FILE_OPENING, MATERIAL_FILING, RETURN_CHECK, DUE_CHANGE, RELATIVE)
COMMANDS: Mapping[str, tuple[str, ...]] = {  # slash name -> words that mean the same
    "borrow": (N_("Borrow a file"), N_("Borrow")),
    "loans": (N_("My loans"),),
    "files": (N_("Personnel files"), N_("Files")),
    "return": (N_("Bring back"),),
    "renew": (N_("Renew"),),
    "open_file": (N_("Open a file"),),
    "filing": (N_("File a document"),),
    "find_file": (N_("Find a file"),),
    "catalogue": (N_("Catalogue"),),
    "missing": (N_("Missing documents"), N_("List of missing documents")),
    "loans_out": (N_("Loans out"),),
    "due_today": (N_("Due today"),),
    "on_their_way": (N_("On their way"),),
    "incidents": (N_("Incidents"),),
    "leaving": (N_("People who leave"),),
    "relatives": (N_("Declare a relative"),),
    "export": (N_("Export"),),
}
SCANNED = "file_"
_NUMBER = r"[A-Za-z]{2}-[A-Za-z]{0,6}\d{1,9}(?:-[Ff])?"
_SENTENCES = {
    "record": re.compile(r"(?:查档案|查一?下?档案|档案|file)\s*[:：]?\s*(?P<what>\S.{0,40})", re.IGNORECASE),
    "catalogue": re.compile(r"(?:材料)?目录\s*[:：]?\s*(?P<what>\S.{0,40})"),
    "where": re.compile(
        r"(?:谁借了|谁拿了|谁拿着|who has)\s*(?P<what>\S.{0,40}?)(?:的?(?:人事)?档案)?[?？]?"
        r"|(?P<which>\S.{0,40}?)(?:的(?:人事)?档案)?(?:现在)?(?:在谁手里|在谁那里?|在哪里?|谁借了)[?？]?",
        re.IGNORECASE,
    ),
    "leave": re.compile(
        r"(?:(?:退出|取消)(?:排队|等候)|stop waiting for)\s*[:：]?\s*(?P<what>\S.{0,40})", re.IGNORECASE
    ),
    "wait": re.compile(r"(?:排队|等候|预约|wait for)\s*[:：]?\s*(?P<what>\S.{0,40})", re.IGNORECASE),
    "return": re.compile(rf"归还\s*[:：]?\s*(?P<what>{_NUMBER}|JY-\S+|\S{{2,20}})", re.IGNORECASE),
    "renew": re.compile(rf"续借\s*[:：]?\s*(?P<what>{_NUMBER}|JY-\S+|\S{{2,20}})", re.IGNORECASE),
    "borrow": re.compile(
        rf"借(?:阅|一?下)?(?:档案)?\s*[:：]?\s*(?P<what>{_NUMBER})|借(?:阅|一?下)?档案\s*(?P<whose>[^\s:：，,。]{{2,20}})",
        re.IGNORECASE,
    ),
}
_ALWAYS = {"wait", "leave"}  # also in the middle of a form, which says that the file is out

Command = Callable[[Context], object]
Tap = tuple[Callable[..., object], str]


class FileRoutes:
    def __init__(self, questions: Questions, forms: Forms) -> None:
        self._forms = forms
        self._desk = LoanDesk(questions, forms)
        self._views = FileViews(questions)
        self._steps = FilingSteps(questions)
        self._incidents = IncidentList(questions)
        self._reporting = IncidentReporting(questions)
        self._lists, self._leaving = FileLists(), LeavingList()

    def commands(self) -> Mapping[str, Command]:
        views, lists, start = self._views, self._lists, self._starter
        return {
            "borrow": start(FILE_LOAN),
            "loans": self._desk.show_mine,
            "files": lists.show_desk,
            "return": self._desk.return_in_words,
            "renew": self._desk.renew_in_words,
            "open_file": start(FILE_OPENING),
            "filing": start(MATERIAL_FILING),
            "find_file": lambda ctx: views.on_search(ctx, "record"),
            "catalogue": lambda ctx: views.on_search(ctx, "catalogue"),
            "missing": lists.show_missing,
            "loans_out": lists.show_out,
            "due_today": lists.show_due,
            "on_their_way": self._steps.show_list,
            "incidents": self._incidents.show_list,
            "leaving": self._leaving.show_list,
            "relatives": start(RELATIVE),
            "export": documents.show_exports,
        }

    def taps(self) -> Mapping[str, Tap]:
        ids, word, desk, views = r"\d{1,18}", r"[a-z_]{1,24}", self._desk, self._views
        return {
            "bl": (self._starter(FILE_LOAN), ""),
            "lb": (desk.on_borrow, ids),
            "lw": (desk.on_wait, ids),
            "lq": (desk.on_leave, ids),
            "ln": (desk.show_loan, ids),
            "lp": (desk.show_photos, ids),
            "ml": (desk.show_mine, r"\d{1,6}"),
            "lc": (desk.on_count, ids),
            "lr": (desk.on_renew, ids),
            "la": (desk.on_announce, ids),
            "lk": (desk.on_check, ids),
            "lo": (desk.on_answer, rf"{ids}:[yn]"),
            "ld": (desk.on_change_due, ids),
            "li": (self._incidents.show_one, ids),
            "lz": (self._incidents.on_close, rf"{ids}:{word}"),
            "lg": (self._leaving.show_one, r"[\w-]{1,32}"),
            "lv": (self._leaving.on_finish, r"[\w-]{1,32}"),
            "fl": (views.show_record, ids),
            "fw": (views.show_whereabouts, ids),
            "fc": (views.show_catalogue, ids),
            "fh": (views.show_history, ids),
            "fb": (views.on_label, ids),
            "fd": (self._reporting.on_report, ids),
            "fm": (views.show_moves, ids),
            "fv": (views.on_move, rf"{ids}:{word}:{word}"),
            "files": (self._lists.show_desk, ""),
            "fa": (views.on_search, ""),
            "fs": (self._show_list, r"(out|due|miss|mine|way|inc|leave):\d{1,6}"),
            "fx": (documents.on_export, word),
            "fe": (documents.show_exports, ""),
            "fo": (self._starter(FILE_OPENING), ""),
            "fi": (self._starter(MATERIAL_FILING), ""),
            "ff": (self._file_into, ids),
            "fr": (self._starter(RELATIVE), ""),
            "mt": (self._steps.on_step, rf"{ids}:{word}"),
            "mj": (self._steps.on_turn_down, rf"{ids}:{word}"),
            "mo": (self._steps.show_one, ids),
        }

    def questions(self) -> str:
        """Give the shapes of the buttons of our own questions."""
        ids, word = r"\d{1,18}", r"[a-z_]{1,16}"
        counts = rf"bc:{ids}:\d{{1,4}}|ri:{ids}:\d{{1,4}}"
        return rf"{counts}|rc:{ids}:{word}|dc:{ids}:{word}|fp:{ids}:[rchl]:\d{{1,2}}"

    def on_started(self, ctx: Context, payload: str) -> bool:
        """Open the file whose code was scanned; false for any other start."""
        if not payload.startswith(SCANNED):
            return False
        self._views.on_scanned(ctx, payload.removeprefix(SCANNED))
        return True

    def on_text(self, ctx: Context, text: str, *, inside: bool) -> bool:
        """Take a sentence about files; inside a form only what a form may send somebody to say."""
        for name, shape in _SENTENCES.items():
            match = None if inside and name not in _ALWAYS else shape.fullmatch(text.strip())
            if match is None:
                continue
            what = next(found for found in match.groups() if found is not None).strip()
            if self._say(ctx, name, what):
                return True
        return False

    def _say(self, ctx: Context, name: str, what: str) -> bool:
        keeps = keeps_files(ctx.actor)
        match name:
            case "record" if keeps:
                self._views.find(ctx, what)
            case "catalogue" if keeps:
                self._views.find(ctx, what, "catalogue")
            case "where" if keeps:
                self._views.find(ctx, what, "whereabouts")
            case "wait":
                self._desk.wait_in_words(ctx, what)
            case "leave":
                self._desk.leave_in_words(ctx, what)
            case "return":
                self._desk.return_in_words(ctx, what)
            case "renew":
                self._desk.renew_in_words(ctx, what)
            case "borrow":
                self._desk.borrow_in_words(ctx, what)
            case _:
                return False
        return True

    def _starter(self, form: Form) -> Command:
        return lambda ctx: self._forms.start(ctx, form.name)

    def _show_list(self, ctx: Context, which: str, page: str) -> None:
        lists: Mapping[str, Callable[[Context, str], Any]] = {
            "out": self._lists.show_out,
            "due": self._lists.show_due,
            "miss": self._lists.show_missing,
            "mine": self._lists.show_own_missing,
            "way": self._steps.show_list,
            "inc": self._incidents.show_list,
            "leave": self._leaving.show_list,
        }
        lists[which](ctx, page)

    def _file_into(self, ctx: Context, file_id: str) -> None:
        """File a document into the file on the screen."""
        file = require_file(ctx.work, int(file_id))
        require_keeper(ctx.work, ctx.actor, file)  # the form names entries of the catalogue
        former = ctx.conversation.draft_of(MATERIAL_FILING.name)
        if former is not None and (not former.touched or former.answers.keys() <= {"file"}):
            ctx.conversation.drop(former)
        answers = {"file": [str(file.id), label_of(ctx, file)]}
        self._forms.begin(ctx, Draft(MATERIAL_FILING.name, MATERIAL_FILING.version, answers=answers))
