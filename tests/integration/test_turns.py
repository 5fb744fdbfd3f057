"""Whole turns with the real handlers on real databases: who is heard, what repeats do, what garbage does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from bot.app import KINDS, make_turns
from bot.delivery import Delivery, Trouble
from bot.intake import Intake
from bot.messengers.port import Batch, Conflict, RateLimited, Unauthorised
from bot.settings import Limits, load_settings
from bot.turn import TurnResult, Turns
from domain.approvals.requests import Request
from domain.errors import Refused
from domain.onboarding import claim_invitation, invite_employee
from domain.people import Account, Employee
from handlers.onboarding import greet_leaver, greet_stranger
from handlers.refusals import explain
from handlers.router import Router
from handlers.ui import (
    PAYLOAD_BYTES,
    FileArrived,
    InboundEvent,
    MessageEdited,
    MessageReceived,
    ReachabilityChanged,
    RemoteFile,
    View,
)
from storage.database import Database
from storage.engine import create_write_engine
from tests.support.company import (
    ADMIN,
    BOSS,
    CHANNEL,
    CLERK,
    LEAVER,
    OTHER_REP,
    REP,
    chat_of,
    event,
    file,
    leave,
    said,
    settle_in,
    started,
    tapped,
    transaction,
    work_on,
)
from tests.support.database import NOW, FrozenClock, rows
from tests.support.scripted import PATIENCE, ScriptedMessenger

SETTINGS = load_settings()
TURNS, LANGUAGES = make_turns(SETTINGS)
CHINESE = LANGUAGES["zh_CN"]
STRANGER = "31337"


@dataclass
class House:
    """A company with one filing that waits for 内勤, and the turns of its people."""

    engine: Engine
    request: Request
    turns: Turns = TURNS

    def take(self, *events: InboundEvent) -> TurnResult:
        """Take events one after the other, each committed; give what the last one led to."""
        result = TurnResult()
        for happened in events:
            with self.engine.begin() as connection:
                result = self.turns.take(connection, happened, NOW, lease=True)
        return result

    def hears(self, *events: InboundEvent) -> list[str]:
        """Give the texts that the last event led to."""
        return [View.from_json(parcel.view).text for parcel in self.take(*events).parcels]

    def state(self) -> dict[str, list[Any]]:
        with self.engine.begin() as connection:
            return state_of(connection)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.begin() as connection:
            return rows(connection, query)


def state_of(connection: Connection) -> dict[str, list[Any]]:
    """Everything that matters: all tables but the post, the conversations and a person's own language."""
    tables = ("requests", "steps", "step_queue", "customers", "invitations", "staff", "audit", "attachments")
    found = {table: rows(connection, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}
    found["accounts"] = rows(
        connection, "SELECT channel, user_id, chat_id, staff_no FROM accounts ORDER BY 2"
    )
    return found


@pytest.fixture
def house(engine: Engine) -> House:
    with engine.begin() as connection:
        settle_in(connection)
    with transaction(engine) as work:
        request = file(work, draft="aaaaaaaaaaaa")
    return House(engine, request)


def every_kind(chat: str, **more: Any) -> list[InboundEvent]:
    """One of everything that can come in."""
    return [
        said(chat, "你好", **more),
        said(chat, "/start", **more),
        said(chat, "/todo", **more),
        said(chat, "新客户", **more),
        said(chat, "同意", **more),
        started(chat, **more),
        started(chat, "x" * 43, **more),
        event(chat, MessageEdited("改"), **more),
        event(chat, MessageReceived(files=(RemoteFile("f1", "a.pdf", "application/pdf", 9),)), **more),
        event(chat, MessageReceived(), **more),
        event(chat, MessageReceived(contact_phone="13800138000"), **more),
        event(chat, FileArrived("0" * 32), **more),
    ]


# --- who is heard ----------------------------------------------------------------------------------------


def test_a_stranger_hears_one_sentence_whatever_they_try_and_changes_nothing(house: House) -> None:
    before = house.state()
    sentence = greet_stranger(CHINESE).text
    for happened in every_kind(STRANGER):
        assert house.hears(happened) == [sentence], happened.what
    for payload in (f"ap:{house.request.id}:1:0", "menu", "nonsense", "jn:1:y", "lang:en"):
        assert house.take(tapped(STRANGER, payload)) == TurnResult(sentence)
    assert house.take(event(STRANGER, ReachabilityChanged(False))) == TurnResult()
    assert house.state() == before
    assert house.ask("SELECT count(*) FROM conversations") == [(0,)]


def test_a_stranger_in_a_group_is_not_answered_at_all(house: House) -> None:
    for happened in every_kind("-100", sender=STRANGER, private=False):
        assert house.take(happened) == TurnResult()
    assert house.take(tapped("-100", "menu", sender=STRANGER, private=False)) == TurnResult()


def test_an_unknown_link_and_no_link_sound_the_same(house: House) -> None:
    with transaction(house.engine) as work:
        token = invite_employee(work, LEAVER.staff_no.replace("8", "3"), SETTINGS.invitation_life, NOW)
        used = claim_invitation(work, token, Account(CHANNEL, "u1", "c1", "", "zh_CN"), "某人", NOW)
        assert used is not None
    sentence = greet_stranger(CHINESE).text
    for payload in ("", "unknown", token):
        assert house.hears(started(STRANGER, payload)) == [sentence]


def test_a_leaver_is_refused_at_once_whatever_they_try(house: House) -> None:
    before, sentence = house.state(), greet_leaver(CHINESE).text
    for happened in every_kind(chat_of(LEAVER)):
        assert house.hears(happened) == [sentence], happened.what
    assert house.take(tapped(chat_of(LEAVER), "new")) == TurnResult(sentence)
    assert house.state() == before


def test_whoever_leaves_in_the_middle_of_a_form_is_refused_at_the_next_word(house: House) -> None:
    assert house.hears(said(chat_of(REP), "/new_customer"))
    with house.engine.begin() as connection:
        leave(connection, REP)
    assert house.hears(said(chat_of(REP), "东莞市丙丁机电有限公司")) == [greet_leaver(CHINESE).text]


def test_in_a_group_nobody_gets_a_form_or_a_card(house: House) -> None:
    before = house.state()
    sentence = CHINESE("Please talk to me in our private chat.")
    group: dict[str, Any] = {"sender": chat_of(CLERK), "private": False}
    assert house.hears(said("-100", "/new_customer", **group)) == [sentence]
    assert house.hears(said("-100", "大家好", **group)) == []
    card = tapped("-100", f"ap:{house.request.id}:1:0", event_id="once", **group)
    assert house.take(card) == TurnResult(sentence)
    assert house.take(card) == TurnResult(sentence, repeated=True)
    assert house.hears(said("-100", "/new_customer", **group)) == [], "a group is told once in a while"
    assert house.state() == before
    [(told,)] = house.ask("SELECT body FROM conversations")
    assert "told" in str(told)
    assert "drafts" not in str(told)


def test_only_a_link_that_is_good_lets_a_stranger_further(house: House) -> None:
    with house.engine.begin() as connection:
        connection.execute(text(f"DELETE FROM accounts WHERE staff_no = '{OTHER_REP.staff_no}'"))
        token = invite_employee(work_on(connection), OTHER_REP.staff_no, SETTINGS.invitation_life, NOW)
    result = house.take(started(STRANGER, token, name="小赵"))
    told = {parcel.chat_id: View.from_json(parcel.view) for parcel in result.parcels}
    assert set(told) == {STRANGER, chat_of(ADMIN)}
    assert OTHER_REP.name not in told[STRANGER].text  # a claim tells nothing before it is confirmed
    confirm = told[chat_of(ADMIN)].rows[0][0].payload
    welcomed = house.take(tapped(chat_of(ADMIN), confirm))
    assert STRANGER in {parcel.chat_id for parcel in welcomed.parcels}
    assert house.hears(said(STRANGER, "/menu"))[0] != greet_stranger(CHINESE).text


# --- repeats ---------------------------------------------------------------------------------------------


def test_a_repeated_event_changes_nothing_and_gets_the_answer_given_then(house: House) -> None:
    approve = tapped(chat_of(CLERK), f"ap:{house.request.id}:1:0", event_id="tap-1")
    first = house.take(approve)
    assert house.request.number in first.answer
    before = house.state(), house.ask("SELECT count(*) FROM outbox")
    for _ in range(3):
        assert house.take(approve) == TurnResult(first.answer, repeated=True)
    assert (house.state(), house.ask("SELECT count(*) FROM outbox")) == before


def test_the_same_tap_as_another_event_says_it_was_done_already(house: House) -> None:
    payload = f"ap:{house.request.id}:1:0"
    first = house.take(tapped(chat_of(CLERK), payload))
    before = house.state()
    again = house.take(tapped(chat_of(CLERK), payload))
    assert again.answer not in ("", first.answer)
    assert house.state() == before


def test_a_repeated_message_does_not_answer_the_next_question(house: House) -> None:
    name = said(chat_of(REP), "东莞市丙丁机电有限公司", event_id="name")
    house.take(said(chat_of(REP), "/new_customer"), name)
    before = house.ask("SELECT body FROM conversations")
    assert house.take(name) == TurnResult(repeated=True)
    assert house.ask("SELECT body FROM conversations") == before


def test_everybody_concerned_hears_of_a_decision_in_the_same_transaction(house: House) -> None:
    result = house.take(tapped(chat_of(CLERK), f"ap:{house.request.id}:1:0"))
    assert result.answer
    assert "0002" in {parcel.chat_id for parcel in result.parcels}  # the market manager's card
    leased = house.ask("SELECT count(*) FROM outbox WHERE state = 'leased'")
    assert leased == [(len(result.parcels),)]


def test_without_room_every_message_waits_in_the_database(house: House) -> None:
    with house.engine.begin() as connection:
        result = TURNS.take(connection, said(chat_of(REP), "/menu"), NOW, lease=False)
    assert result.parcels == ()
    assert house.ask("SELECT state FROM outbox") == [("pending",)]


# --- garbage ---------------------------------------------------------------------------------------------


def fits(payload: str) -> bool:
    return 0 < len(payload.encode()) <= PAYLOAD_BYTES


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=300)
ids = st.one_of(st.integers(0, 3), st.integers(0, 10**18)).map(str)
forged = st.builds(
    lambda route, parts: ":".join([route, *parts]),
    st.sampled_from(
        "f q ap rj rt ex wd mend vw at op td my jn lang menu help new".split()  # noqa: SIM905
    ),
    st.lists(
        st.one_of(
            ids,
            st.sampled_from(
                ["y", "n", "no", "rj", "rr", "rf", "*all", "*next", "aaaaaaaaaaaa", "ok", "٣", "-1"]
            ),
            st.text(max_size=5),
        ),
        max_size=5,
    ),
).filter(fits)
payloads = st.one_of(
    forged, st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=64).filter(fits)
)
FUZZ = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def undone(
    house: House, *events: InboundEvent
) -> tuple[dict[str, list[Any]], dict[str, list[Any]], TurnResult]:
    """Take events in one transaction that is rolled back; give the state before and after them."""
    with house.engine.connect() as connection:
        rolled_back = connection.begin()
        before, result = state_of(connection), TurnResult()
        for happened in events:
            result = house.turns.take(connection, happened, NOW, lease=True)
        after = state_of(connection)
        rolled_back.rollback()
    return before, after, result


@FUZZ
@given(payload=payloads, who=st.sampled_from([OTHER_REP, BOSS, ADMIN, LEAVER]))
@example(payload="ap:999999999999999999:1:0", who=BOSS)
@example(payload="jn:999999999999999999:y", who=ADMIN)
@example(payload="op:999999999999999999", who=BOSS)
@example(payload="lang:en:x", who=BOSS)
@example(payload="f:aaaaaaaaaaaa:0:ok", who=OTHER_REP)
@example(payload="q:rj:1:1:0:2", who=OTHER_REP)
@example(payload="jn:1:y", who=ADMIN)
def test_a_forged_button_of_an_outsider_never_raises_and_changes_nothing(
    house: House, payload: str, who: Employee
) -> None:
    before, after, result = undone(house, tapped(chat_of(who), payload))
    assert after == before
    assert result.answer or result.parcels


CONSENT = {"同意", "approve", "/approve"}


@FUZZ
@given(payload=payloads)
@example(payload="q:rj:1:1:0:2")
@example(payload="q:rr:1:1:0:0")
@example(payload="q:rf:1:1:0:*next")
@example(payload="rt:1:1:0")
@example(payload="ex:1:1:0")
def test_no_button_a_party_may_forge_ever_raises(house: House, payload: str) -> None:
    """内勤 may act on this request, so the state may change; what they may not do is break a turn."""
    undone(house, tapped(chat_of(CLERK), payload))
    undone(house, tapped(chat_of(CLERK), f"rj:{house.request.id}:1:0"), tapped(chat_of(CLERK), payload))
    undone(house, tapped(chat_of(CLERK), f"rt:{house.request.id}:1:0"), tapped(chat_of(CLERK), payload))


@FUZZ
@given(words=texts, who=st.sampled_from([REP, CLERK, BOSS]))
@example(words="/", who=REP)
@example(words="/ x", who=REP)
@example(words="//new_customer", who=REP)
@example(words="/new_customer@somebot", who=BOSS)
@example(words="不同意", who=CLERK)
@example(words="同意", who=REP)
@example(words="{name}", who=REP)
def test_no_text_but_consent_ever_raises_or_changes_anything(house: House, words: str, who: Employee) -> None:
    assume(who != CLERK or words.strip().casefold() not in CONSENT)
    before, after, _result = undone(house, said(chat_of(who), words))
    assert after == before


@FUZZ
@given(words=st.lists(texts, min_size=1, max_size=4))
@example(words=["东莞市丙丁机电有限公司", "跳过", "{x}", "%s"])
@example(words=["名称：甲乙\n电话：13800138000\n折扣：九折"])
def test_no_text_inside_a_form_ever_raises_or_changes_anything(house: House, words: list[str]) -> None:
    chat = chat_of(REP)
    before, after, _result = undone(
        house, said(chat, "/new_customer"), *(said(chat, word) for word in words), said(chat, "/menu")
    )
    assert after == before


@pytest.mark.parametrize("payload", ["", "x" * 64, "客" * 21, "ap", "ap:", "ap::::", ":", "f:::", "new:1"])
def test_an_unknown_button_says_so(house: House, payload: str) -> None:
    before = house.state()
    known_not = explain(CHINESE, Refused("button_unknown"))
    assert house.take(tapped(chat_of(CLERK), payload)).answer == known_not
    assert house.state() == before


def test_whatever_comes_in_from_somebody_who_works_here_is_survived(house: House) -> None:
    before = house.state()
    for happened in every_kind(chat_of(CLERK)):
        house.take(happened)
    after = house.state()
    for table in ("customers", "staff", "invitations", "accounts", "attachments"):
        assert after[table] == before[table]


def test_a_typed_consent_counts_where_exactly_one_request_waits(house: House) -> None:
    assert any("已同意" in text for text in house.hears(said(chat_of(CLERK), "同意")))
    assert house.ask("SELECT state, decided_by FROM steps WHERE position = 0") == [
        ("approved", CLERK.staff_no)
    ]
    assert "我的待办" in house.hears(said(chat_of(CLERK), "同意"))[0]


def test_a_typed_consent_is_no_reason_to_reject(house: House) -> None:
    house.take(tapped(chat_of(CLERK), f"rj:{house.request.id}:1:0"))
    before = house.state()
    assert "这听起来是同意" in house.hears(said(chat_of(CLERK), "同意"))[0]
    assert house.state() == before


@pytest.mark.parametrize("route", ["rj", "rr"])
def test_a_forged_reason_beyond_the_list_says_that_the_button_is_unknown(house: House, route: str) -> None:
    before = house.state()
    assert house.take(tapped(chat_of(CLERK), f"q:{route}:{house.request.id}:1:0:7")).answer
    assert house.state() == before


# --- bugs ------------------------------------------------------------------------------------------------


@pytest.fixture
def broken() -> Turns:
    """The real handlers, in a house where nobody wrote down what the end of a filing means."""
    router = Router(KINDS, list(LANGUAGES.values()))
    return Turns(SETTINGS.rules(), {}, router, LANGUAGES, "zh_CN")


def test_after_a_bug_everything_is_as_it_was_and_the_person_is_told(house: House, broken: Turns) -> None:
    house.take(said(chat_of(REP), "/new_customer"), said(chat_of(REP), "东莞市丙丁机电有限公司"))
    before = house.state(), house.ask("SELECT body FROM conversations")
    withdraw = tapped(chat_of(REP), f"wd:{house.request.id}:1:y", event_id="bug")
    with pytest.raises(KeyError), house.engine.begin() as connection:
        broken.take(connection, withdraw, NOW, lease=True)
    assert (house.state(), house.ask("SELECT body FROM conversations")) == before
    with house.engine.begin() as connection:
        sorry = broken.apologise(connection, withdraw, "A1B2", NOW, lease=True)
    assert "A1B2" in sorry.answer
    assert (house.state(), house.ask("SELECT body FROM conversations")) == before
    assert house.take(withdraw) == TurnResult(sorry.answer, repeated=True)  # it counts as done


def test_a_message_that_hit_a_bug_is_answered_by_a_message(house: House) -> None:
    with house.engine.begin() as connection:
        sorry = TURNS.apologise(connection, said(chat_of(REP), "x", event_id="bug"), "A1B2", NOW, lease=True)
        again = TURNS.apologise(connection, said(chat_of(REP), "x", event_id="bug"), "C3D4", NOW, lease=True)
    (parcel,) = sorry.parcels
    assert "A1B2" in View.from_json(parcel.view).text
    assert again == TurnResult(repeated=True)


def test_a_conversation_of_another_version_is_read_as_far_as_it_is_known(house: House) -> None:
    chat = chat_of(REP)
    house.take(said(chat, "/new_customer"), said(chat, "东莞市丙丁机电有限公司"))
    with house.engine.begin() as connection:
        conversations = work_on(connection).conversations
        body = conversations.load(CHANNEL, chat)
        body["later"] = {"invented": True}
        body["drafts"][0]["mood"] = "cheerful"
        body["drafts"][0]["answers"]["horoscope"] = "狮子座"
        body["prompt"]["colour"] = "red"
        body["asking"] = {"route": "reject", "args": {"ids": ["1", "1", "0"]}, "since": 0.0, "tone": "kind"}
        conversations.save(CHANNEL, chat, body, "new_customer", NOW)
    assert any("东莞市丙丁机电有限公司" in heard for heard in house.hears(said(chat, "/new_customer")))


# --- intake ----------------------------------------------------------------------------------------------


@pytest.fixture
def messenger() -> ScriptedMessenger:
    return ScriptedMessenger()


@pytest.fixture
def open_house(database: Database, database_url: str) -> Iterator[House]:
    engine = create_write_engine(database_url)
    with engine.begin() as connection:
        settle_in(connection)
    with transaction(engine) as work:
        request = file(work)
    yield House(engine, request)
    engine.dispose()


def make_intake(
    database: Database,
    messenger: ScriptedMessenger,
    turns: Turns = TURNS,
    on_fetch: Callable[[], None] = list,
) -> Intake:
    clock = FrozenClock()

    async def trouble(kind: Trouble, chat_id: str) -> None: ...

    delivery = Delivery(messenger, database.writer, Limits(), None, clock, trouble, "")  # type: ignore[arg-type]
    return Intake(messenger, database.writer, turns, delivery, clock, on_fetch)


async def test_the_cursor_moves_only_after_every_turn_of_the_batch_is_committed(
    database: Database, open_house: House, messenger: ScriptedMessenger
) -> None:
    intake = make_intake(database, messenger)
    batch = tuple(said(chat_of(who), "/menu") for who in (REP, CLERK, BOSS))
    messenger.inbound.put_nowait(Batch(batch, "4"))
    messenger.inbound.put_nowait(Unauthorised())
    with pytest.raises(Unauthorised):
        async with asyncio.timeout(PATIENCE):
            await intake.poll(1)
    assert messenger.cursors == ["", "4"]
    assert open_house.ask("SELECT count(*) FROM inbox") == [(3,)]


async def test_a_failed_receive_is_tried_again_with_the_same_cursor(
    database: Database, messenger: ScriptedMessenger
) -> None:
    intake = make_intake(database, messenger)
    for answer in (Batch((), "7"), RateLimited(0.001), Unauthorised()):
        messenger.inbound.put_nowait(answer)
    with pytest.raises(Unauthorised):
        async with asyncio.timeout(PATIENCE):
            await intake.poll(1)
    assert messenger.cursors == ["", "7", "7"]


async def test_a_tap_is_acknowledged_with_its_answer_after_the_commit(
    database: Database, open_house: House, messenger: ScriptedMessenger
) -> None:
    intake = make_intake(database, messenger)
    await intake.take(tapped(chat_of(CLERK), f"ap:{open_house.request.id}:1:0"))
    await messenger.until(lambda: bool(messenger.acknowledged))
    ((handle, notice),) = messenger.acknowledged
    assert (handle, open_house.request.number in notice) == ("handle", True)


async def test_the_notice_of_a_tap_that_came_too_late_follows_as_a_message_once(
    database: Database, open_house: House, messenger: ScriptedMessenger
) -> None:
    intake = make_intake(database, messenger)
    messenger.late = True
    stale = tapped(chat_of(CLERK), f"ap:{open_house.request.id}:9:0")
    await intake.take(stale)
    await messenger.until(lambda: bool(messenger.acknowledged))
    [(_handle, notice)] = messenger.acknowledged
    for _time in range(2):  # redelivered, it is answered again and said no more
        await intake.take(stale)
    await messenger.until(lambda: len(messenger.acknowledged) == 3)
    await database.writer.run(lambda connection: None)  # whatever was queued before is done
    rows = open_house.ask("SELECT view FROM outbox WHERE chat_id = '0005'")
    assert notice
    assert sum(notice in str(view) for (view,) in rows) == 1


async def test_a_group_is_shown_the_way_to_the_private_chat(house: House) -> None:
    turns, _languages = make_turns(SETTINGS)
    turns.private_link = "https://t.me/menxia_bot"
    call = said("-100", "/start", sender=chat_of(CLERK), private=False)
    with house.engine.begin() as connection:
        (parcel,) = turns.take(connection, call, NOW, lease=True).parcels
    [[button]] = View.from_json(parcel.view).rows
    assert (button.link, button.payload) == ("https://t.me/menxia_bot", "")


async def test_a_turn_that_hits_a_bug_is_apologised_for_once_and_never_blocks_the_next(
    database: Database,
    open_house: House,
    messenger: ScriptedMessenger,
    broken: Turns,
    caplog: pytest.LogCaptureFixture,
) -> None:
    intake = make_intake(database, messenger, broken)
    withdraw = tapped(chat_of(REP), f"wd:{open_house.request.id}:1:y", event_id="bug")
    with caplog.at_level(logging.ERROR):
        await intake.take(withdraw)
        await intake.take(said(chat_of(REP), "/menu"))
    await messenger.until(lambda: bool(messenger.acknowledged))
    assert open_house.ask("SELECT count(*) FROM inbox") == [(2,)]
    assert open_house.ask("SELECT state FROM requests") == [("pending",)]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def test_one_event_that_arrives_twice_at_once_takes_effect_once(
    database: Database, open_house: House, messenger: ScriptedMessenger
) -> None:
    intake = make_intake(database, messenger)
    tap = tapped(chat_of(CLERK), f"ap:{open_house.request.id}:1:0")
    await asyncio.gather(*(intake.take(tap) for _ in range(5)))
    await messenger.until(lambda: len(messenger.acknowledged) == 5)
    assert len({notice for _handle, notice in messenger.acknowledged}) == 1
    assert open_house.ask("SELECT count(*) FROM audit WHERE action = 'step_approved'") == [(1,)]


async def test_a_poller_beside_ours_is_waited_for_at_first(
    database: Database, messenger: ScriptedMessenger
) -> None:
    intake = make_intake(database, messenger)
    messenger.inbound.put_nowait(Conflict())
    polling = asyncio.create_task(intake.poll(1))
    await asyncio.wait({polling}, timeout=0.05)
    assert (messenger.cursors, polling.done()) == ([""], False)
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
