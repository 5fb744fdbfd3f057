"""The composition root: joins settings, database, handlers and messenger, and runs them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection

from bot import clock, messengers
from bot.attachments import Attachments
from bot.delivery import Delivery, Trouble
from bot.documents.making import Documents
from bot.i18n import Catalogue, load_languages
from bot.intake import Intake
from bot.messengers.port import Messenger
from bot.reaching import reach
from bot.reminding import Sweep
from bot.settings import Settings
from bot.turn import Turns
from bot.webhook import Webhook
from domain.approvals.delegations import announce_delegations
from domain.approvals.requests import RequestKind
from domain.customers import CustomerFiling
from domain.discounts import DiscountConsequence, lapse_changes
from domain.errors import Unavailable
from domain.loans.lapsing import lapse_loans
from domain.loans.renewals import RenewalConsequence
from domain.loans.requesting import LoanConsequence
from domain.loans.waiting import pass_on
from domain.onboarding import lose_contact
from domain.work import Consequence, Work
from handlers import onboarding
from handlers.alarms import alarm_undelivered
from handlers.context import Outgoing
from handlers.customers import NEW_CUSTOMER_KIND
from handlers.discounts import DISCOUNT_CHANGE_KIND
from handlers.loans.borrowing import FILE_LOAN_KIND
from handlers.loans.renewing import LOAN_RENEWAL_KIND
from handlers.router import Router
from storage.database import HEAD, Database, schema_version
from storage.inbox import SqlInbox
from storage.outbox import Parcel, SqlOutbox
from storage.reminders import forget_cards

log = logging.getLogger(__name__)

KINDS = {
    RequestKind.NEW_CUSTOMER: NEW_CUSTOMER_KIND,
    RequestKind.DISCOUNT_CHANGE: DISCOUNT_CHANGE_KIND,
    RequestKind.FILE_LOAN: FILE_LOAN_KIND,
    RequestKind.LOAN_RENEWAL: LOAN_RENEWAL_KIND,
}
CONSEQUENCES: Mapping[RequestKind, Consequence] = {
    RequestKind.NEW_CUSTOMER: CustomerFiling(),
    RequestKind.DISCOUNT_CHANGE: DiscountConsequence(),
    RequestKind.FILE_LOAN: LoanConsequence(),
    RequestKind.LOAN_RENEWAL: RenewalConsequence(),
}
LANGUAGES = ("zh_CN", "en")
GRAMMAR = "handlers.intake_text.parsing"  # takes its time to load, which no start need wait for
HOUSEKEEPING_SECONDS = 3_600
CALENDAR_SECONDS = 60  # how soon it is noticed that a day has begun


class WrongSchema(RuntimeError):
    """The database stands at another version than this program needs."""


def make_turns(settings: Settings) -> tuple[Turns, dict[str, Catalogue]]:
    """Join rules, handlers and languages; everything a turn needs but the database."""
    languages = load_languages(LANGUAGES, settings.company.timezone)
    router = Router(KINDS, list(languages.values()))
    turns = Turns(settings.rules(), CONSEQUENCES, router, languages, settings.company.language)
    return turns, languages


def turn_the_day(work: Work, now: datetime) -> None:
    """See to what begins or ends by its date; what fails of it holds up nothing else."""
    for act in (announce_delegations, lapse_changes, lapse_loans, pass_on):
        with work.contain(act.__name__):
            act(work, now)


class App:
    """The bot. data: folder of the database and the attachments."""

    def __init__(self, settings: Settings, data: Path, messenger: Messenger | None = None) -> None:
        self._settings = settings
        self._database = Database(settings.database_url(data), threads=settings.database.writers)
        token = settings.messenger.token.get_secret_value()
        self._messenger = messenger or messengers.create(
            settings.messenger.client, token, settings.messenger.api_base
        )
        self._turns, languages = make_turns(settings)
        self._default = languages[settings.company.language]
        writer = self._database.writer
        self._delivery = Delivery(
            self._messenger,
            writer,
            settings.messenger.limits,
            data,
            clock.now,
            self._on_trouble,
            self._default("【Updated】"),
        )
        self._delivery.documents = Documents(
            self._database.reader,
            settings.rules(),
            settings.company.name,
            languages,
            data,
            clock.now,
            self._messenger.invitation_link,
        )
        self._attachments = Attachments(
            self._messenger,
            writer,
            self._turns,
            self._delivery,
            settings.rules().attachments,
            data,
            clock.now,
        )
        self._intake = Intake(
            self._messenger, writer, self._turns, self._delivery, clock.now, self._attachments.look
        )
        self._sweep = Sweep(
            self._turns, writer, self._database.reader, self._delivery, self._messenger.channel, clock.now
        )
        self._sweeps = clock.Sweeps()
        self._reminders: set[asyncio.Task[None]] = set()

    async def run(self, ready: asyncio.Event | None = None) -> None:
        """Run until cancelled. Raises WrongSchema, or a MessengerError that no waiting can mend."""
        writer, channel = self._database.writer, self._messenger.channel
        try:
            found = await writer.run(schema_version)
            if found != HEAD:
                raise WrongSchema(f"the database stands at {found or 'nothing'}, this program needs {HEAD}")
            lone = self._database.embedded
            unknown = await writer.run(
                lambda connection: SqlOutbox(connection).recover(channel, clock.now(), all_leases=lone)
            )
            if unknown:
                log.warning("%s messages have an unknown outcome and go out again", unknown)
            if self._database.embedded and self._delivery.documents is not None:  # alone on this folder
                self._delivery.documents.forget()
            await reach(self._messenger.open)
            self._turns.private_link = await self._messenger.invitation_link()
            self._sweeps.every(HOUSEKEEPING_SECONDS, self._keep_house)
            self._sweeps.every(CALENDAR_SECONDS, self._turn_the_day)
            if self._settings.reminders.enabled:
                self._sweeps.every(CALENDAR_SECONDS, self._remind)
            self._sweeps.start()
            gc.collect()  # what was made until now stays; no later collection need look through it again
            gc.freeze()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._delivery.run())
                group.create_task(self._attachments.run())
                group.create_task(self._receive())
                if ready is not None:
                    ready.set()
                await asyncio.to_thread(import_module, GRAMMAR)
        finally:
            self._sweeps.stop()
            for task in self._reminders:
                task.cancel()
            if self._reminders:
                await asyncio.wait(self._reminders)
            with contextlib.suppress(Exception):
                await self._delivery.close()
            await self._messenger.close()
            await self._database.close()

    async def _receive(self) -> None:
        webhook = self._settings.messenger.webhook
        if webhook.url:
            await Webhook(self._messenger, self._intake, webhook).run()
        else:
            await reach(lambda: self._messenger.subscribe("", ""))
            await self._intake.poll(self._settings.messenger.long_poll_seconds)

    async def _keep_house(self) -> None:
        """Forget what no longer serves anything."""
        now, keep = clock.now(), self._settings.retention

        def sweep(connection: Connection) -> None:
            SqlInbox(connection).forget(now - timedelta(days=keep.inbox_days))
            outbox = SqlOutbox(connection)
            outbox.forget(now - timedelta(days=keep.outbox_days))
            forget_cards(connection, now - timedelta(days=keep.outbox_days))
            self._attachments.forget(connection, now - timedelta(days=keep.attachments_days))

        with contextlib.suppress(asyncio.CancelledError):  # stopping; the scheduler would call it an error
            await self._database.writer.run(sweep)
            self._delivery.look()

    async def _turn_the_day(self) -> None:
        """See to delegations, special rates and loans, and tell everyone concerned."""
        channel = self._messenger.channel

        def sweep(connection: Connection) -> tuple[Parcel, ...]:
            now, work = clock.now(), self._turns.work(connection)
            turn_the_day(work, now)
            return self._turns.announce(work, channel, now, lease=self._delivery.has_room)

        with contextlib.suppress(asyncio.CancelledError):  # stopping; the scheduler would call it an error
            parcels = await self._database.writer.run(sweep)
            self._delivery.accept(parcels)
            self._delivery.look()

    async def _remind(self) -> None:
        """Say what is due; a morning's many digests go on while the clock wakes the next sweep."""
        task = asyncio.create_task(self._say_what_is_due())
        self._reminders.add(task)
        task.add_done_callback(self._reminders.discard)

    async def _say_what_is_due(self) -> None:
        try:
            await self._sweep.run()
        except Unavailable:
            log.warning("the database does not answer; reminders wait")
        except Exception:
            log.exception("the sweep of reminders failed; the next one goes on")

    async def _on_trouble(self, trouble: Trouble, chat_id: str) -> None:
        """Tell the administrators what delivery could not mend; what waits for a lost chat is set aside."""
        channel = self._messenger.channel

        def run(connection: Connection) -> tuple[Parcel, ...]:
            work = self._turns.work(connection)
            outgoing: list[Outgoing] = []
            if trouble is Trouble.UNREACHABLE:
                lose_contact(work, channel, chat_id, clock.now())
                work.outbox.stop_chat(channel, chat_id, clock.now())
                for event in work.events:
                    outgoing += onboarding.on_account_event(work, event, self._turns.language)
            elif (person := work.people.by_chat(channel, chat_id)) is not None:
                outgoing = alarm_undelivered(work, self._turns.language, person)
            return self._turns.post(work, channel, outgoing, clock.now(), lease=self._delivery.has_room)

        parcels = await self._database.writer.run(run)
        self._delivery.accept(parcels)
        self._delivery.look()
