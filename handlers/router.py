"""Where an event goes: taps by their payload, commands and words by name, the rest to what is under way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from domain.customer_history import may_see_customers
from domain.errors import Refused
from domain.events import AccountClaimed, AccountConfirmed, AccountUnreachable
from domain.onboarding import lose_contact
from handlers import customer_updates, discounts, onboarding
from handlers.alarms import alarm_uncovered
from handlers.approvals.applying import Applying
from handlers.approvals.asking import Questions
from handlers.approvals.choosing import Choosing
from handlers.approvals.deciding import Deciding
from handlers.approvals.delegating import DELEGATION, Delegating
from handlers.approvals.kinds import Kinds
from handlers.approvals.mine import Mine
from handlers.approvals.notices import Notices
from handlers.approvals.offering import Offering
from handlers.approvals.reading import Reading
from handlers.approvals.routes import show_routes
from handlers.approvals.todo import Todo
from handlers.approvals.typed import NUMBER as WHOLE_NUMBER
from handlers.approvals.typed import OF_APPLICANT, Typed
from handlers.approvals.words import read_said
from handlers.context import Context, Telling
from handlers.customer_updates import CUSTOMER_UPDATE
from handlers.customer_views import CustomerViews
from handlers.forms.engine import Forms
from handlers.language import N_, Language
from handlers.menu import Menu
from handlers.pasted.pasting import Pasting
from handlers.personnel_files.routes import COMMANDS as FILE_COMMANDS
from handlers.personnel_files.routes import OWN_FORMS, FileRoutes
from handlers.refusals import explain
from handlers.reminders.routes import COMMANDS as REMINDER_COMMANDS
from handlers.reminders.routes import ReminderRoutes
from handlers.ui import (
    FileArrived,
    MessageEdited,
    MessageReceived,
    ReachabilityChanged,
    Started,
    Tapped,
    ViewBuilder,
)

COMMANDS: Mapping[str, tuple[str, ...]] = {  # slash name -> words that mean the same
    "menu": (N_("Menu"),),
    "new_customer": (N_("New customer"),),
    "todo": (N_("My tasks"),),
    "mine": (N_("My requests"),),
    "help": (N_("Help"),),
    "language": (N_("Language"),),
    "resume": (N_("Continue filling"),),
    "cancel": (N_("Cancel"),),
    "delegate": (N_("Delegation"),),
    "discount": (N_("Change discount"), N_("Discount change")),
    "customers": (N_("Customers"), N_("My customers")),
    "routes": (N_("Approval route"),),
    **FILE_COMMANDS,
    **REMINDER_COMMANDS,
}
_LOOK_UP = re.compile(r"(?:客户|查客户|查一?下?|customers?|find)\s+(?P<text>\S.{0,60})", re.IGNORECASE)
_INSIDE_FORMS = {"cancel", "resume"}  # these words belong to a form while one is under way


class Router:
    """Joins the handlers. languages: in which typed words are understood."""

    def __init__(self, kinds: Kinds, languages: Sequence[Language]) -> None:
        own = (DELEGATION, CUSTOMER_UPDATE, *OWN_FORMS)
        self.forms = Forms([*(kind.form for kind in kinds.values()), *own], languages)
        self._menu = Menu(self.forms, languages)
        self._questions = Questions(self.forms)
        deciding = Deciding(kinds, self._questions)
        choosing = Choosing(self._questions)
        offering = Offering(kinds, self._questions)
        applying = Applying(kinds, self.forms)
        reading = Reading(kinds, self._questions)
        todo, mine = Todo(kinds, self._questions), Mine(kinds)
        self._delegating = Delegating(self.forms)
        self._customers = customers = CustomerViews(self._questions)
        self._typed = Typed(self._questions, deciding, choosing, offering, applying, reading, todo)
        self._todo, self._mine = todo, mine
        self._notices = Notices(kinds)
        self._files = FileRoutes(self._questions, self.forms)
        self._pasting = Pasting(self.forms, customers.find, todo.show_todo)
        self._reminders = ReminderRoutes(kinds)
        self.reminding = self._reminders.reminding
        self._words = {
            language(word).casefold(): command
            for command, words in COMMANDS.items()
            for word in words
            for language in languages
        }
        self._commands: Mapping[str, Callable[[Context], object]] = {
            "menu": self._menu.show_menu,
            "start": self._menu.show_menu,
            "new_customer": lambda ctx: self.forms.start(ctx, "new_customer"),
            "todo": todo.show_todo,
            "mine": mine.show_mine,
            "help": self._menu.show_help,
            "language": self._menu.show_languages,
            "resume": self._resume,
            "cancel": self._menu.on_cancel,
            "delegate": self._delegating.show_delegations,
            "discount": lambda ctx: self.forms.start(ctx, "discount_change"),
            "customers": customers.show_customers,
            "routes": show_routes,
            **self._files.commands(),
            **self._reminders.commands(),
        }
        ids, two, three = r"\d{1,18}", r"\d{1,18}:\d{1,9}", r"\d{1,18}:\d{1,9}:\d{1,4}"
        where = r"\d{1,6}(:[a-z]{0,2})?"
        taps: dict[str, tuple[Callable[..., object], str]] = {
            "f": (self.forms.on_tap, r"[0-9a-f]{12}:\d{1,9}:[a-z]{1,4}(:.*)?"),
            "q": (
                self._questions.on_tap,
                rf"no|un:(ap|rj|rt|rk)|(rj|rr|vo):{three}:[0-2]|rf:{three}:[*a-z_]+"
                rf"|ot:{three}:[01](\.\d{{1,4}})?|ch:{three}:[\w-]{{1,32}}|sd:{three}:(before|after)"
                rf"|oc:{three}:\d{{1,4}}|{self._files.questions()}",
            ),
            "ap": (deciding.on_approve, three),
            "aw": (deciding.on_approve_words, three),
            "rj": (deciding.on_reject, three),
            "rt": (deciding.on_return, three),
            "ex": (deciding.on_record, three),
            "vo": (deciding.on_void, three),
            "tr": (choosing.on_transfer, three),
            "af": (choosing.on_add, three),
            "of": (offering.on_offer, three),
            "or": (offering.on_retract, three),
            "oa": (offering.on_accept, three),
            "od": (offering.on_decline, three),
            "wd": (applying.on_withdraw, rf"{two}(:y)?"),
            "mend": (applying.on_mend, two),
            "nd": (applying.on_nudge, two),
            "cc": (choosing.on_copy, two),
            "vw": (reading.show_details, two),
            "at": (reading.show_attachments, two),
            "rk": (reading.on_remark, two),
            "op": (reading.open_card, ids),
            "td": (todo.show_todo, where),
            "tk": (todo.on_tick, rf"{three}:\d{{1,6}}:[a-z]{{0,2}}"),
            "tp": (todo.on_tick_page, r"\d{1,6}:[a-z]{0,2}"),
            "ta": (todo.on_approve_ticked, r"\d{1,6}:[a-z]{0,2}"),
            "tx": (todo.on_reject_ticked, r"\d{1,6}:[a-z]{0,2}"),
            "dn": (self._delegating.on_new, ""),
            "de": (self._delegating.on_end, ids),
            "my": (mine.show_mine, r"\d{1,6}"),
            "cu": (customers.show_customers, r"\d{1,6}(:.{1,40})?"),
            "cv": (customers.show_customer, ids),
            "cx": (customers.show_history, r"\d{1,18}:\d{1,6}"),
            "cs": (customers.on_search, ""),
            "dc": (lambda ctx, key: discounts.start_for(ctx, self.forms.begin, key), ids),
            "cm": (lambda ctx, key: customer_updates.start_for(ctx, self.forms.begin, key), ids),
            "dis": (lambda ctx: self.forms.start(ctx, "discount_change"), ""),
            "jn": (onboarding.on_decide, rf"{ids}:[yn]"),
            "lang": (self._menu.on_language, r"|[a-zA-Z_]{2,8}"),
            "pi": (self._pasting.on_switch, r"[0-9a-f]{12}(:[a-z])?"),
            "menu": (self._menu.show_menu, ""),
            "help": (self._menu.show_help, ""),
            "new": (lambda ctx: self.forms.start(ctx, "new_customer"), ""),
        }
        for more in (self._files.taps(), self._reminders.taps()):
            if both := taps.keys() & more.keys():
                raise ValueError(f"two handlers share the route {', '.join(sorted(both))}")
            taps.update(more)
        self._taps = {route: (handler, re.compile(shape)) for route, (handler, shape) in taps.items()}

    def handle(self, ctx: Context) -> None:
        """Handle one event of somebody who works here; an expected refusal becomes its wording."""
        try:
            self._dispatch(ctx)
        except Refused as refused:
            self._tell_refusal(ctx, refused)
        self.announce(ctx)

    def announce(self, telling: Telling) -> None:
        """Turn what happened in this transaction into messages for everyone concerned."""
        for event in telling.work.events:
            if isinstance(event, AccountClaimed | AccountConfirmed | AccountUnreachable):
                telling.outgoing += onboarding.on_account_event(telling.work, event, telling.languages)
            else:
                self._notices.on_event(telling, event)
        self._reminders.on_events(telling)

    def _dispatch(self, ctx: Context) -> None:
        match ctx.event.what:
            case Tapped(payload=payload):
                self._tap(ctx, payload)
            case MessageReceived() as message if message.files:
                if not (
                    self._questions.on_files(ctx, message.files) or self.forms.on_files(ctx, message.files)
                ):
                    raise Refused("file_not_expected")
            case MessageReceived(text=text) if text.strip():
                self._text(ctx, text)
            case MessageReceived():
                raise Refused("message_unreadable")
            case Started(payload=payload):
                self._park(ctx)
                if not self._files.on_started(ctx, payload):
                    self._menu.show_menu(ctx)
            case MessageEdited():
                ctx.say(
                    ViewBuilder()
                    .say(ctx.language("I do not follow edited messages; please send it anew."))
                    .view()
                )
            case FileArrived() as arrived:
                if not self._questions.on_arrival(ctx, arrived):
                    self.forms.on_arrival(ctx, arrived)
            case ReachabilityChanged(reachable=True):
                ctx.work.people.set_reachable(ctx.event.channel, ctx.chat_id, True)
                self._menu.show_menu(ctx)
            case ReachabilityChanged():
                lose_contact(ctx.work, ctx.event.channel, ctx.chat_id, ctx.now)

    def _tap(self, ctx: Context, payload: str) -> None:
        """Call the handler of a payload; a person's own client may send anything, so its shape is checked."""
        route, _colon, rest = payload.partition(":")
        handler, shape = self._taps.get(route, (None, None))
        if handler is None or shape is None or not shape.fullmatch(rest):
            raise Refused("button_unknown")
        most = {"f": 3, "cu": 1}.get(route, -1)
        handler(ctx, *(rest.split(":", most) if rest else ()))

    def _text(self, ctx: Context, text: str) -> None:
        word = text.strip()
        command = word[1:].split()[0].lower() if word.startswith("/") and len(word) > 1 else ""
        if not command:
            command = self._words.get(word.casefold(), "")
            within = ctx.conversation.current is not None
            if command in _INSIDE_FORMS and within and ctx.conversation.asking is None:
                command = ""
        if command == "cancel" and ctx.conversation.asking is not None:
            self._questions.on_tap(ctx, "no")
            return
        if handler := self._commands.get(command):
            if command not in _INSIDE_FORMS:
                self._park(ctx)
            handler(ctx)
            return
        if ctx.replied_card and self._typed.on_reply(ctx, text):
            return
        asking = ctx.conversation.asking
        if asking is not None and self._questions.on_text(ctx, asking, text):
            return
        if (
            self._says_more(ctx, text)
            or self._pasting.on_other_wish(ctx, text)
            or self.forms.on_text(ctx, text)
        ):
            return
        self._menu.show_fallback(ctx)

    def _says_more(self, ctx: Context, text: str) -> bool:
        """Take an act in words; inside a form only with a request's whole number."""
        said = read_said(text)
        inside = ctx.conversation.current is not None
        if said is not None and (not inside or WHOLE_NUMBER.fullmatch(said.number)):
            try:
                return self._typed.on_said(ctx, said)
            except Refused as refused:
                if refused.code not in {"say_which", "nothing_waits"}:
                    raise
                note = "⚠️ " + explain(ctx.language, refused)
                if said.verb in OF_APPLICANT:
                    ctx.say(ViewBuilder().say(note).view())
                    self._mine.show_mine(ctx)
                else:
                    self._todo.show_todo(ctx, notes=(note, ""))
                return True
        forwarded = isinstance(ctx.event.what, MessageReceived) and ctx.event.what.forwarded
        if forwarded and self._typed.on_forwarded(ctx, text):
            return True
        if self._files.on_text(ctx, text, inside=inside) or self._reminders.on_text(ctx, text):
            return True
        if inside:
            return False
        if (looked := _LOOK_UP.fullmatch(text.strip())) is not None and may_see_customers(ctx.actor):
            self._customers.find(ctx, looked["text"])
            return True
        return self._delegating.on_sentence(ctx, text) or self._pasting.on_text(ctx, text)

    def _resume(self, ctx: Context) -> None:
        if not self.forms.resume(ctx):
            self._menu.show_menu(ctx)

    def _park(self, ctx: Context) -> None:
        """Whatever was under way waits; texts go elsewhere until it is continued."""
        ctx.conversation.active, ctx.conversation.asking = "", None

    def _tell_refusal(self, ctx: Context, refused: Refused) -> None:
        if refused.code == "route_uncovered":
            who = str(refused.params["who"])
            ctx.outgoing += alarm_uncovered(ctx.work, ctx.languages, who)
        names = {"by": ctx.name_of(str(refused.params["by"]))} if "by" in refused.params else {}
        text = explain(ctx.language, Refused(refused.code, **{**refused.params, **names}))
        if ctx.tapped is not None:
            ctx.toast = text
        else:
            ctx.say(ViewBuilder().say("⚠️ " + text).view())
