"""What a system administrator is told at once: people who cannot be reached, messages and steps that hang."""

from __future__ import annotations

from collections.abc import Callable

from domain.people import Employee, Role
from domain.work import Work
from handlers.context import MakeView, Outgoing, Send
from handlers.language import Language
from handlers.ui import View, ViewBuilder
from handlers.wording import show_who


def tell_admins(
    work: Work, languages: Callable[[str], Language], make: MakeView, *, apart_from: str = "", card: str = ""
) -> list[Outgoing]:
    """Make one message for each administrator who can be reached. apart_from: staff number."""
    admins = [a.staff_no for a in work.people.holders(Role.SYSTEM_ADMIN) if a.staff_no != apart_from]
    return [
        Send(account.chat_id, make(languages(account.language)), card)
        for account in work.people.accounts(admins).values()
        if account.reachable
    ]


def alarm_unreachable(work: Work, languages: Callable[[str], Language], staff_no: str) -> list[Outgoing]:
    person = work.people.by_no(staff_no)
    name = person.name if person else staff_no

    def make(_: Language) -> View:
        return ViewBuilder().say(_("{name} can no longer be reached: the bot was blocked.", name=name)).view()

    return tell_admins(work, languages, make, apart_from=staff_no)


def alarm_undelivered(work: Work, languages: Callable[[str], Language], person: Employee) -> list[Outgoing]:
    """A message was given up; the administrators' own are not worth another that may fail as well."""
    if person.holds(Role.SYSTEM_ADMIN):
        return []

    def make(_: Language) -> View:
        text = _("A message to {name} could not be delivered and was given up.", name=person.name)
        return ViewBuilder().say(text).view()

    return tell_admins(work, languages, make)


def alarm_uncovered(work: Work, languages: Callable[[str], Language], who: str) -> list[Outgoing]:
    """A route has a step that nobody can take, not even its fallback."""

    def make(_: Language) -> View:
        rule = show_who(_, who, str)
        text = _("A request could not go on: nobody can act as {who}, nor does the fallback.", who=rule)
        return ViewBuilder().say(text).view()

    return tell_admins(work, languages, make)
