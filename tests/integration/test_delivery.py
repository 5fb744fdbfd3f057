"""Delivery from a real outbox to a messenger that fails on demand: order, pace, and every kind of error."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from bot.delivery import ROOM, TOTAL_BURST, Delivery, Trouble
from bot.messengers.port import (
    Gone,
    MessengerError,
    Moved,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorised,
    Unreachable,
)
from bot.settings import Limits
from bot.verdicts import UNKNOWN_TRIES, Backoff
from domain.errors import Unavailable
from handlers.ui import View, line
from storage.database import Database
from storage.outbox import _PARCEL, LEASE, Lane, Parcel, Sending, SqlOutbox, _outbox
from tests.support.company import CHANNEL, REP, account_of, settle_in, work_on
from tests.support.database import FrozenClock, rows, scalar
from tests.support.scripted import PATIENCE, ScriptedMessenger

FAST = Limits(per_second=100_000, per_chat_second=100_000, per_chat_burst=1_000)
HASTY = Backoff(unknown=(0.001,), outage=(0.001,), database=(0.01,))
MARKER = "【更新】"


def row(chat: str, words: str, **more: object) -> dict[str, object]:
    return {
        "channel": CHANNEL,
        "chat_id": chat,
        "lane": Lane.INTERACTIVE,
        "revises": False,
        "card": None,
        "target_id": None,
        "message_id": "",
        "view": View((line(words),)).to_json(),
        **more,
    }


class Post:
    """A delivery at work on a database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.messenger = ScriptedMessenger()
        self.clock = FrozenClock()
        self.unreachable: list[str] = []
        self.undelivered: list[str] = []
        self._folder = folder
        self.delivery = self.make()

    def make(self, limits: Limits = FAST) -> Delivery:
        self.delivery = Delivery(
            self.messenger,
            self.database.writer,
            limits,
            self._folder,
            self.clock,
            self.on_trouble,
            MARKER,
            HASTY,
        )
        return self.delivery

    async def on_trouble(self, trouble: Trouble, chat_id: str) -> None:
        if trouble is Trouble.UNDELIVERED:
            self.undelivered.append(chat_id)
            return

        def stop(connection: Connection) -> None:
            work = work_on(connection)
            work.people.set_reachable(CHANNEL, chat_id, False)
            work.outbox.stop_chat(CHANNEL, chat_id, self.clock())

        await self.database.writer.run(stop)
        self.unreachable.append(chat_id)

    @asynccontextmanager
    async def running(self, limits: Limits = FAST) -> AsyncIterator[asyncio.Task[None]]:
        delivery = self.make(limits)
        task = asyncio.create_task(delivery.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await delivery.close()

    async def put(self, *messages: dict[str, object], lease: bool = False) -> list[int]:
        return await self.database.writer.run(
            lambda connection: SqlOutbox(connection).add(messages, self.clock(), lease=lease)
        )

    async def ask(self, query: str) -> list[tuple[object, ...]]:
        return await self.database.writer.run(lambda connection: rows(connection, query))

    async def until(self, query: str, wanted: object) -> None:
        """Ask until `query` gives `wanted`: outcomes are recorded behind the sending."""
        async with asyncio.timeout(PATIENCE):
            while await self.database.writer.run(lambda connection: scalar(connection, query)) != wanted:
                pass

    async def settled(self, number: int, state: Sending = Sending.SENT) -> None:
        await self.until(f"SELECT count(*) FROM outbox WHERE state = '{state.value}'", number)


@pytest.fixture
def post(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path)


# --- order and pace --------------------------------------------------------------------------------------


async def test_each_chat_gets_its_messages_in_order(post: Post) -> None:
    await post.put(*(row(f"c{n % 7}", str(n)) for n in range(70)))
    async with post.running():
        await post.messenger.until_sent(70)
        await post.settled(70)
    for chat in range(7):
        assert post.messenger.texts(f"c{chat}") == [str(n) for n in range(70) if n % 7 == chat]


async def test_one_chat_has_one_call_under_way_at_most(post: Post) -> None:
    post.messenger.gate = asyncio.Event()
    await post.put(*(row("c1", str(n)) for n in range(3)), row("c2", "other"))
    async with post.running():
        await post.messenger.until_begun(2)
        assert post.messenger.begun == 2
        post.messenger.gate.set()
        await post.messenger.until_sent(4)
    assert post.messenger.texts("c1") == ["0", "1", "2"]


async def test_what_somebody_waits_for_goes_before_what_nobody_waits_for(post: Post) -> None:
    bulk = [row(f"b{n}", "bulk", lane=Lane.BULK) for n in range(40)]
    await post.put(*bulk, *(row(f"i{n}", "answer") for n in range(10)))
    async with post.running():
        await post.messenger.until_sent(50)
    kinds = [words for _chat, words in post.messenger.sent]
    assert kinds == ["answer"] * 10 + ["bulk"] * 40


async def test_the_whole_keeps_its_pace(post: Post) -> None:
    await post.put(*(row(f"c{n}", "x") for n in range(25)))
    async with post.running(Limits(per_second=200, per_chat_second=1_000, per_chat_burst=100)):
        await post.messenger.until_sent(25)
    times = [call.at for call in post.messenger.calls]
    assert times[-1] - times[0] >= (25 - TOTAL_BURST) / 200 * 0.95


async def test_a_chat_keeps_its_pace_while_others_go_on(post: Post) -> None:
    await post.put(*(row("slow", str(n)) for n in range(8)), *(row(f"c{n}", "x") for n in range(30)))
    async with post.running(Limits(per_second=100_000, per_chat_second=40, per_chat_burst=2)):
        await post.messenger.until_sent(38)
    slow = [call.at for call in post.messenger.calls if call.chat_id == "slow"]
    assert slow[-1] - slow[0] >= 6 / 40 * 0.95
    assert [chat for chat, _words in post.messenger.sent[-5:]] == ["slow"] * 5


async def test_revisions_do_not_spend_a_chats_pace(post: Post) -> None:
    revisions = [row("c1", str(n), revises=True, message_id="m77") for n in range(30)]
    await post.put(*revisions)
    async with post.running(Limits(per_second=100_000, per_chat_second=0.01, per_chat_burst=1)):
        await post.messenger.until_called(30)
    assert {call.message_id for call in post.messenger.calls} == {"m77"}


# --- errors ----------------------------------------------------------------------------------------------


async def test_a_limited_chat_waits_as_long_as_it_was_told_and_keeps_its_order(post: Post) -> None:
    post.messenger.fails("c1", RateLimited(0.15))
    await post.put(row("c1", "1"), row("c1", "2"), row("c2", "other"), row("c1", "3"))
    async with post.running():
        await post.messenger.until_sent(4)
        await post.settled(4)
    calls = [call for call in post.messenger.calls if call.chat_id == "c1"]
    assert [call.text for call in calls] == ["1", "1", "2", "3"]
    assert calls[1].at - calls[0].at >= 0.14
    assert post.messenger.sent[0] == ("c2", "other")
    assert await post.ask("SELECT DISTINCT unknown FROM outbox") == [(0,)]


async def test_while_nothing_can_be_reached_everything_waits_then_goes_on(post: Post) -> None:
    post.messenger.fails("c1", NotSent(), NotSent(), NotSent())
    await post.put(row("c1", "1"), row("c1", "2"), row("c2", "3"))
    async with post.running():
        await post.messenger.until_sent(3)
        await post.settled(3)
    assert post.messenger.texts("c1") == ["1", "2"]
    assert await post.ask("SELECT DISTINCT unknown FROM outbox") == [(0,)]


async def test_calls_that_fail_together_are_one_outage(post: Post) -> None:
    """Else a burst that meets one short outage would wait as long as after many in a row."""
    waits = Backoff(unknown=(0.001,), outage=(0.05, PATIENCE * 2), database=(0.01,))
    post.messenger.gate = asyncio.Event()
    post.messenger.fails_any(*[NotSent()] * TOTAL_BURST)
    await post.put(*(row(f"c{n}", "x") for n in range(TOTAL_BURST)))
    delivery = Delivery(
        post.messenger, post.database.writer, FAST, Path(), post.clock, post.on_trouble, MARKER, waits
    )
    task = asyncio.create_task(delivery.run())
    await post.messenger.until_begun(TOTAL_BURST)
    post.messenger.gate.set()
    await post.messenger.until_sent(TOTAL_BURST)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await delivery.close()


async def test_an_unknown_outcome_is_tried_again_and_counted(post: Post) -> None:
    post.messenger.fails("c1", OutcomeUnknown(), OutcomeUnknown())
    await post.put(row("c1", "1"), row("c1", "2"))
    async with post.running():
        await post.settled(2)
    assert [call.text for call in post.messenger.calls] == ["1", "1", "1", "2"]
    assert await post.ask("SELECT unknown FROM outbox ORDER BY id") == [(2,), (0,)]


async def test_after_too_many_unknown_outcomes_a_message_is_set_aside(post: Post) -> None:
    post.messenger.fails("c1", *[OutcomeUnknown("timeout")] * UNKNOWN_TRIES)
    await post.put(row("c1", "1"), row("c1", "2"))
    async with post.running():
        await post.settled(1)
        await post.settled(1, Sending.DEAD)
    assert [call.text for call in post.messenger.calls] == ["1"] * UNKNOWN_TRIES + ["2"]
    dead = await post.ask("SELECT unknown, error FROM outbox WHERE state = 'dead'")
    assert dead == [(UNKNOWN_TRIES, "timeout")]


async def test_somebody_who_blocked_the_bot_is_marked_and_their_rows_given_up(post: Post) -> None:
    await post.database.writer.run(settle_in)
    chat = account_of(REP).chat_id
    post.messenger.fails(chat, Unreachable())
    await post.put(*(row(chat, str(n)) for n in range(4)), row("c2", "other"))
    async with post.running():
        await post.settled(4, Sending.DEAD)
        await post.settled(1)
    assert post.unreachable == [chat]
    assert [call.text for call in post.messenger.calls if call.chat_id == chat] == ["0"]
    assert await post.ask("SELECT DISTINCT error FROM outbox WHERE state = 'dead'") == [("unreachable",)]
    known = await post.database.writer.run(lambda c: work_on(c).people.accounts([REP.staff_no]))
    assert not known[REP.staff_no].reachable


async def test_a_chat_that_moved_is_followed_everywhere(post: Post) -> None:
    await post.database.writer.run(settle_in)
    chat = account_of(REP).chat_id
    post.messenger.fails(chat, Moved("-100"))
    await post.put(row(chat, "1"), row(chat, "2"))
    async with post.running():
        await post.messenger.until_sent(2)
        await post.settled(2)
    assert post.messenger.texts("-100") == ["1", "2"]
    assert len(post.messenger.calls) == 3
    assert await post.ask("SELECT DISTINCT chat_id FROM outbox") == [("-100",)]
    known = await post.database.writer.run(lambda c: work_on(c).people.accounts([REP.staff_no]))
    assert known[REP.staff_no].chat_id == "-100"


async def test_a_card_that_can_no_longer_be_revised_is_sent_anew_and_says_so(post: Post) -> None:
    post.messenger.fails("c1", Gone())
    await post.put(row("c1", "已同意", revises=True, message_id="m5", card="step:1"))
    async with post.running():
        await post.settled(1)
    assert post.messenger.sent == [("c1", f"{MARKER}\n已同意")]


async def test_a_question_that_can_no_longer_be_revised_is_let_be(post: Post) -> None:
    post.messenger.fails("c1", Gone())
    await post.put(row("c1", "见下", revises=True, message_id="m5"), row("c1", "2"))
    async with post.running():
        await post.settled(1)
        await post.settled(1, Sending.SKIPPED)
    assert post.messenger.sent == [("c1", "2")]


async def test_a_refused_message_is_set_aside_and_the_next_goes_on(post: Post) -> None:
    post.messenger.fails("c1", Rejected("too long"))
    await post.put(row("c1", "1"), row("c1", "2"))
    async with post.running():
        await post.settled(1)
        await post.settled(1, Sending.DEAD)
    assert post.messenger.sent == [("c1", "2")]
    assert len(post.messenger.calls) == 2


async def test_refused_credentials_stop_everything_and_lose_nothing(post: Post) -> None:
    post.messenger.fails("c1", Unauthorised())
    await post.put(row("c1", "1"))
    async with post.running() as task:
        with pytest.raises(ExceptionGroup) as raised:
            async with asyncio.timeout(PATIENCE):
                await task
        assert raised.group_contains(Unauthorised)
    assert await post.ask("SELECT state FROM outbox") == [("pending",)]


async def test_an_answer_of_an_unforeseen_kind_sets_only_that_message_aside(post: Post) -> None:
    post.messenger.fails("c1", MessengerError("what is this"))
    await post.put(row("c1", "1"), row("c1", "2"))
    async with post.running():
        await post.settled(1)
        await post.settled(1, Sending.DEAD)


async def test_a_stored_view_that_cannot_be_read_sets_only_that_message_aside(post: Post) -> None:
    await post.put(row("c1", "1", view={"of": "the future"}), row("c1", "2"))
    async with post.running():
        await post.settled(1)
        await post.settled(1, Sending.DEAD)


# --- revisions -------------------------------------------------------------------------------------------


async def test_a_revision_finds_the_message_that_its_row_became(post: Post) -> None:
    (first,) = await post.put(row("c1", "待审批", card="step:1"))
    await post.put(row("c1", "已同意", revises=True, target_id=first, card="step:1"))
    async with post.running():
        await post.settled(2)
    revision = post.messenger.calls[1]
    assert (revision.verb, revision.text, revision.message_id) == ("revise", "已同意", "m1")


async def test_a_revision_finds_its_message_after_a_restart(post: Post) -> None:
    (first,) = await post.put(row("c1", "待审批"))
    async with post.running():
        await post.settled(1)
    await post.put(row("c1", "已同意", revises=True, target_id=first))
    async with post.running():
        await post.settled(2)
    assert post.messenger.calls[1].message_id == "m1"


async def test_a_revision_of_a_message_that_never_went_out_is_skipped(post: Post) -> None:
    post.messenger.fails("c1", Rejected())
    (first,) = await post.put(row("c1", "待审批"))
    await post.put(row("c1", "已同意", revises=True, target_id=first))
    async with post.running():
        await post.settled(1, Sending.SKIPPED)
    assert [call.verb for call in post.messenger.calls] == ["send"]


# --- restarts and backlogs -------------------------------------------------------------------------------


async def test_rows_found_leased_at_the_start_go_out_again_exactly_once(post: Post) -> None:
    await post.put(*(row("c1", str(n)) for n in range(5)), lease=True)
    recovered = await post.database.writer.run(
        lambda connection: SqlOutbox(connection).recover(CHANNEL, post.clock(), all_leases=True)
    )
    async with post.running():
        await post.settled(5)
    assert recovered == 5
    assert post.messenger.texts("c1") == ["0", "1", "2", "3", "4"]
    assert await post.ask("SELECT DISTINCT unknown, attempts FROM outbox") == [(1, 2)]


async def test_another_process_takes_leased_rows_only_once_their_lease_has_ended(post: Post) -> None:
    await post.put(row("c1", "1"), lease=True)

    def recover(connection: Connection) -> int:
        return SqlOutbox(connection).recover(CHANNEL, post.clock(), all_leases=False)

    assert await post.database.writer.run(recover) == 0
    post.clock.at += LEASE + timedelta(seconds=1)
    assert await post.database.writer.run(recover) == 1
    async with post.running():
        await post.settled(1)


async def test_a_row_that_waits_in_memory_is_not_sent_twice_where_its_lease_lapsed(post: Post) -> None:
    """A slow chat, or an outage: housekeeping must not make a second copy of what still waits here."""
    post.messenger.gate = asyncio.Event()
    ids = await post.put(*(row("c1", str(n)) for n in range(3)), lease=True)
    async with post.running():
        leased = await post.database.writer.run(
            lambda c: SqlOutbox(c).recover(CHANNEL, post.clock(), all_leases=True)
        )
        post.delivery.look()
        await post.until("SELECT count(*) FROM outbox WHERE state = 'leased'", 3)
        again = await post.database.writer.run(
            lambda c: SqlOutbox(c).recover(CHANNEL, post.clock(), all_leases=True)
        )
        post.delivery.look()
        await post.until("SELECT count(*) FROM outbox WHERE state = 'leased'", 3)
        post.messenger.gate.set()
        await post.settled(3)
    assert (leased, again, len(ids)) == (3, 3, 3)
    assert post.messenger.texts("c1") == ["0", "1", "2"]


async def test_a_backlog_of_a_thousand_rows_drains_in_order(post: Post) -> None:
    await post.put(*(row(f"c{n % 620}", str(n)) for n in range(1_000)))
    async with post.running():
        await post.messenger.until_sent(1_000)
        await post.settled(1_000)
    assert Counter(words for _chat, words in post.messenger.sent) == {str(n): 1 for n in range(1_000)}
    by_chat: defaultdict[str, list[int]] = defaultdict(list)
    for chat, words in post.messenger.sent:
        by_chat[chat].append(int(words))
    assert all(numbers == sorted(numbers) for numbers in by_chat.values())


async def test_new_answers_do_not_overtake_older_rows_that_wait_in_the_database(post: Post) -> None:
    post.messenger.gate = asyncio.Event()
    async with post.running():
        post.messenger.gate.set()
        await post.put(row("c0", "what waits at the start"))
        post.delivery.look()
        await post.settled(1)
        post.messenger.gate.clear()

        async def turn(chat: str, words: str) -> None:
            """What intake does: lease only where there is room, decided inside the transaction."""

            def run(connection: Connection) -> list[int]:
                lease = post.delivery.has_room
                ids = SqlOutbox(connection).add([row(chat, words)], post.clock(), lease=lease)
                return ids if lease else []

            leased = await post.database.writer.run(run, chat)
            if leased:
                post.delivery.accept(await post.database.writer.run(lambda c: parcels(c, leased), chat))
            else:
                post.delivery.look()

        for number in range(ROOM + 3):
            await turn("c1", str(number))
        post.messenger.gate.set()
        await post.messenger.until_sent(ROOM - 5)
        for number in range(ROOM + 3, ROOM + 20):
            await turn("c1", str(number))
        await post.settled(ROOM + 21)
    assert post.messenger.texts("c1") == [str(n) for n in range(ROOM + 20)]


def parcels(connection: Connection, ids: list[int]) -> list[Parcel]:
    found = connection.execute(_outbox.select().with_only_columns(*_PARCEL).where(_outbox.c.id.in_(ids)))
    return [Parcel(**row._mapping) for row in found]


async def test_stopping_lets_calls_under_way_end_and_records_them(post: Post) -> None:
    post.messenger.gate = asyncio.Event()
    await post.put(row("c1", "1"))
    delivery = post.make()
    task = asyncio.create_task(delivery.run())
    await post.messenger.until_begun(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    post.messenger.gate.set()
    await delivery.close()
    assert await post.ask("SELECT state, message_id FROM outbox") == [("sent", "m1")]


# --- the database away -----------------------------------------------------------------------------------


@asynccontextmanager
async def away(url: str) -> AsyncIterator[None]:
    """Throw everybody out of a PostgreSQL database, and keep them out meanwhile."""
    parsed = make_url(url)
    outside = parsed.set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(outside, isolation_level="AUTOCOMMIT")

    def administer(*statements: str) -> None:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    name = parsed.database
    out = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", out)
    try:
        yield
    finally:
        administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        engine.dispose()


@pytest.mark.parametrize(
    "errors",
    [(), (RateLimited(0.01),), (NotSent(),), (OutcomeUnknown(),)],
    ids=["sent", "429", "no", "maybe"],
)
async def test_an_outage_of_the_database_loses_no_message_and_sends_none_twice(
    postgresql_database: str, tmp_path: Path, errors: tuple[MessengerError, ...]
) -> None:
    database = Database(postgresql_database, threads=2)
    post = Post(database, tmp_path)
    post.messenger.gate = asyncio.Event()
    post.messenger.fails("c1", *errors)
    await post.put(*(row("c1", str(n)) for n in range(5)))
    async with post.running() as task:
        await post.messenger.until_begun(1)
        async with away(postgresql_database):
            post.messenger.gate.set()
            post.delivery.look()
            await post.messenger.until_called(1)
        await _settled(post, 5)
        assert not task.done()
    assert post.messenger.texts("c1") == ["0", "1", "2", "3", "4"]
    await database.close()


async def _settled(post: Post, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await post.settled(number)
            except Unavailable:
                continue
            return
