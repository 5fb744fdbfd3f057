"""What people say to reminders: later, no more today, none for information; and who was reminded when."""

from __future__ import annotations

from domain.errors import Refused
from domain.follow_ups import note_follow_up
from domain.people import Role
from domain.personnel_files.reminding import finish_inspection
from domain.reminders.planning import due_at_hand, is_live, moment_of, say
from domain.reminders.register import Told
from domain.reminders.rules import Rule
from domain.reminders.wishes import (
    INFORMING,
    Later,
    mute_today,
    offered,
    own_reminders,
    snooze_card,
    turn_rule,
)
from handlers.approvals.kinds import Kinds
from handlers.context import Context
from handlers.language import N_
from handlers.reminders.digest import digest_card, show_digest
from handlers.reminders.sending import Reminding
from handlers.ui import Button, View, ViewBuilder, bold

PAGE = 8
_LATER = {
    Later.HOUR: N_("In an hour"),
    Later.AFTERNOON: N_("This afternoon"),
    Later.TOMORROW: N_("Tomorrow"),
    Later.NEXT_WEEK: N_("Next week"),
}
RULES = {
    Rule.APPROVAL: N_("requests that wait"),
    Rule.EXECUTION: N_("to carry out"),
    Rule.DRAFT: N_("drafts that lie"),
    Rule.RETURNED: N_("requests that came back"),
    Rule.FOLLOW_UP: N_("customers to contact"),
    Rule.SPECIAL_RATE: N_("special rates that end"),
    Rule.COLLECTION: N_("files to fetch"),
    Rule.LOAN_DUE: N_("files to bring back"),
    Rule.LOAN_OVERDUE: N_("files overdue"),
    Rule.MISSING: N_("missing documents"),
    Rule.PROBATION: N_("probation"),
    Rule.CONTRACT: N_("contracts that end"),
    Rule.LEAVING: N_("people who leave"),
    Rule.INSPECTION: N_("inspection of files"),
    Rule.INCIDENT: N_("incidents"),
    Rule.CALENDAR: N_("working calendar"),
    Rule.WEEKLY: N_("weekly report"),
}
_OF_HR = (
    Rule.COLLECTION,
    Rule.LOAN_DUE,
    Rule.LOAN_OVERDUE,
    Rule.MISSING,
    Rule.PROBATION,
    Rule.CONTRACT,
    Rule.LEAVING,
    Rule.INSPECTION,
    Rule.INCIDENT,
)
_LOG_READERS = (Role.HR_MANAGER, Role.FILE_KEEPER, Role.SYSTEM_ADMIN)


class Wishes:
    def __init__(self, kinds: Kinds, reminding: Reminding) -> None:
        self._kinds = kinds
        self._reminding = reminding

    # --- later -------------------------------------------------------------------------------------------

    def on_later(self, ctx: Context, name: str) -> None:
        """Put the choices under the digest, in its own message."""
        _, card = ctx.language, digest_card(ctx.actor.staff_no, name)
        mine = own_reminders(ctx.work, ctx.actor, card)
        shown = show_digest(ctx, self._kinds, _, mine, closed=True)
        choices = [
            Button(_(_LATER[when]), f"rs:{name}:{when.value}")
            for when in offered(moment_of(ctx.work, ctx.now))
        ]
        rows = ViewBuilder().grid(choices, 2).buttons(Button(_("Return"), f"rb:{name}")).view().rows
        ctx.show(View(shown.paragraphs, rows))

    def on_back(self, ctx: Context, name: str) -> None:
        card = digest_card(ctx.actor.staff_no, name)
        own_reminders(ctx.work, ctx.actor, card)
        self._reminding.refresh(ctx, card)

    def on_snooze(self, ctx: Context, name: str, when: str) -> None:
        card = digest_card(ctx.actor.staff_no, name)
        until, still = snooze_card(ctx.work, ctx.actor, card, _later(when), ctx.now)
        ctx.toast = ctx.language.plural(
            "{n} thing comes again on {when}.",
            "{n} things come again on {when}.",
            len(still),
            when=ctx.language.moment(until),
        )
        self._reminding.refresh(ctx, card)

    def on_mute(self, ctx: Context, name: str) -> None:
        card = digest_card(ctx.actor.staff_no, name)
        own_reminders(ctx.work, ctx.actor, card)
        day = mute_today(ctx.work, ctx.actor, ctx.now)
        ctx.toast = ctx.language("No more reminders today; see you on {day}.", day=ctx.language.day(day))
        self._reminding.refresh(ctx, card)

    # --- acts on the spot --------------------------------------------------------------------------------

    def on_followed_up(self, ctx: Context, customer_id: str) -> None:
        customer = note_follow_up(ctx.work, ctx.actor, int(customer_id), ctx.now)
        ctx.toast = ctx.language("Noted: in touch with {name} today.", name=customer.name)

    def on_inspected(self, ctx: Context, key: str) -> None:
        done = finish_inspection(ctx.work, ctx.actor, key, ctx.now)
        ctx.toast = ctx.language("Noted: the files of {period} are inspected.", period=done.period)

    # --- what I hear of ----------------------------------------------------------------------------------

    def show_mine(self, ctx: Context) -> None:
        """提醒: what is due to me, be it said before or not, with what I was told last and still stands."""
        _, me, at = ctx.language, ctx.actor.staff_no, moment_of(ctx.work, ctx.now)
        card = ctx.work.reminders.last_card(me, "")
        told = [r for r in ctx.work.reminders.of_card(card) if r.staff_no == me and is_live(ctx.work, r)]
        known = {(reminder.rule, reminder.subject) for reminder in told}
        more = [due for due in due_at_hand(ctx.work, me, at) if (due.rule, due.subject) not in known]
        left = [*told, *say(more, "", at, None)]
        screen = show_digest(ctx, self._kinds, _, left) if left else None
        settings = Button(_("Reminder settings"), "rw")
        if screen is None:
            empty = ViewBuilder().say(_("Nothing is due to you at present.")).buttons(settings).view()
            ctx.say(empty)
            return
        rows = [row for row in screen.rows if not row[0].payload.startswith(("rl:", "rm:"))]
        ctx.say(View(screen.paragraphs, (*rows, (settings,))))

    def show_settings(self, ctx: Context) -> None:
        """提醒设置: what is for information may be turned off, never what is a duty."""
        _, off = ctx.language, ctx.work.reminders.turned_off(ctx.actor.staff_no)
        hours = ctx.work.rules.reminders.hours
        screen = ViewBuilder().say(bold(_("Reminder settings")))
        when = f"{hours.begins:%H:%M}–{hours.ends:%H:%M}"
        screen.say(
            _("I remind you on working days, {hours}. What is your duty cannot be turned off;", hours=when)
        )
        screen.say(_("this is only for information, tap to turn it on or off:"))
        for rule in INFORMING:
            sign = "☐" if rule in off else "☑"
            screen.buttons(Button(f"{sign} {_(RULES[rule])}", f"rq:{rule.value}"))
        if ctx.actor.holds(*_LOG_READERS):
            screen.buttons(Button(_("Who was reminded"), "rg:0"))
        ctx.show(screen.view())

    def on_turn(self, ctx: Context, name: str) -> None:
        rule = _rule(name)
        off = rule in ctx.work.reminders.turned_off(ctx.actor.staff_no)
        turn_rule(ctx.work, ctx.actor, rule, off=not off)
        self.show_settings(ctx)

    # --- who was reminded --------------------------------------------------------------------------------

    def show_log(self, ctx: Context, page: str = "0") -> None:
        """提醒记录: for HR, who was reminded when, and whether it arrived and was touched."""
        if not ctx.actor.holds(*_LOG_READERS):
            raise Refused("role_required")
        _, count = ctx.language, ctx.work.reminders.count_history(_OF_HR)
        at = min(max(int(page), 0), max(0, -(-count // PAGE) - 1))
        found = ctx.work.reminders.history(_OF_HR, limit=PAGE, offset=at * PAGE)
        screen = ViewBuilder().say(bold(f"{_('Who was reminded')} ({count})"))
        if not count:
            screen.say(_("Nobody yet."))
        for told in found:
            screen.say(self._entry(ctx, told))
        row = [Button("◀ " + _("Previous page"), f"rg:{at - 1}")] if at else []
        if (at + 1) * PAGE < count:
            row.append(Button(_("Next page") + " ▶", f"rg:{at + 1}"))
        ctx.show(screen.buttons(*row).view())

    def _entry(self, ctx: Context, told: Told) -> str:
        _, reminder = ctx.language, told.reminder
        if reminder.seen_at is not None:
            state = _("tapped {when}", when=_.moment(reminder.seen_at))
        else:
            state = _("delivered") if told.delivered_at is not None else _("on its way")
        name = ctx.name_of(reminder.staff_no)
        return (
            f"{_.moment(reminder.at)} {name} · {_(RULES[reminder.rule])} {self._about(ctx, told)} · {state}"
        )

    def _about(self, ctx: Context, told: Told) -> str:
        """Name the subject by its number alone."""
        key, work = told.reminder.key, ctx.work
        match told.reminder.subject.partition(":")[0]:
            case "loan":
                loan = work.loans.by_id(int(key))
                return loan.number if loan else ""
            case "incident":
                incident = work.incidents.by_id(int(key))
                file = work.files.by_id(incident.file_id) if incident else None
                return file.number if file else ""
            case _:
                return key


def _later(name: str) -> Later:
    try:
        return Later(name)
    except ValueError:
        raise Refused("button_unknown") from None


def _rule(name: str) -> Rule:
    try:
        return Rule(name)
    except ValueError:
        raise Refused("button_unknown") from None
