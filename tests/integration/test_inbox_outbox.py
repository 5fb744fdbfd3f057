"""Inbox and outbox: each event once, each message leased, settled, held and forgotten as promised."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from handlers.ui import View, line
from storage.inbox import SqlInbox
from storage.outbox import LEASE, Lane, Sending, Settled, SqlOutbox
from tests.support.database import NOW, race, rows

SECOND = timedelta(seconds=1)


def row(chat: str = "c1", words: str = "x", **more: object) -> dict[str, object]:
    return {
        "channel": "test",
        "chat_id": chat,
        "lane": Lane.INTERACTIVE,
        "revises": False,
        "card": None,
        "target_id": None,
        "message_id": "",
        "view": View((line(words),)).to_json(),
        **more,
    }


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Three bulk messages, then two answers, all pending."""
    with engine.begin() as connection:
        bulk = [row("c1", f"b{n}", lane=Lane.BULK) for n in range(3)]
        SqlOutbox(connection).add([*bulk, row("c2", "a0"), row("c1", "a1")], NOW, lease=False)
    return engine


def states(engine: Engine) -> list[str]:
    with engine.begin() as connection:
        return [state for (state,) in rows(connection, "SELECT state FROM outbox ORDER BY id")]


# --- inbox -----------------------------------------------------------------------------------------------


def test_an_event_is_claimed_once_and_a_repeat_gets_the_answer_given_then(engine: Engine) -> None:
    with engine.begin() as connection:
        assert SqlInbox(connection).claim("test", "e1", NOW) is None
        SqlInbox(connection).set_answer("test", "e1", "已同意 KH-20261123-0001")
    with engine.begin() as connection:
        assert SqlInbox(connection).claim("test", "e1", NOW) == "已同意 KH-20261123-0001"
        assert SqlInbox(connection).claim("test", "e2", NOW) is None
        assert SqlInbox(connection).claim("other", "e1", NOW) is None
    with engine.begin() as connection:
        assert SqlInbox(connection).claim("test", "e2", NOW) == ""


def test_an_event_that_was_rolled_back_is_new_again(engine: Engine) -> None:
    with engine.connect() as connection:
        transaction = connection.begin()
        SqlInbox(connection).claim("test", "e1", NOW)
        transaction.rollback()
    with engine.begin() as connection:
        assert SqlInbox(connection).claim("test", "e1", NOW) is None


def test_one_event_that_arrives_many_times_at_once_takes_effect_once(engine: Engine) -> None:
    def claim(connection: Connection) -> str | None:
        known = SqlInbox(connection).claim("test", "e1", NOW)
        if known is None:
            SqlInbox(connection).set_answer("test", "e1", "done")
        return known

    outcomes = race(engine, *[claim] * 6)
    assert sorted(outcomes, key=str) == [None] + ["done"] * 5


def test_a_very_long_answer_is_cut_to_what_fits(engine: Engine) -> None:
    with engine.begin() as connection:
        SqlInbox(connection).claim("test", "e1", NOW)
        SqlInbox(connection).set_answer("test", "e1", "长" * 1_000)
        assert SqlInbox(connection).claim("test", "e1", NOW) == "长" * 400


def test_old_events_are_forgotten_and_young_ones_kept(engine: Engine) -> None:
    with engine.begin() as connection:
        SqlInbox(connection).claim("test", "old", NOW - timedelta(days=3, seconds=1))
        SqlInbox(connection).claim("test", "young", NOW - timedelta(days=3))
        assert SqlInbox(connection).forget(NOW - timedelta(days=3)) == 1
        assert rows(connection, "SELECT event_id FROM inbox") == [("young",)]


# --- outbox: leasing -------------------------------------------------------------------------------------


def test_answers_are_leased_before_bulk_and_each_lane_in_order(filled: Engine) -> None:
    with filled.begin() as connection:
        leased = SqlOutbox(connection).lease_due("test", NOW, 10)
    texts = [View.from_json(parcel.view).text for parcel in leased]
    assert texts == ["a0", "a1", "b0", "b1", "b2"]
    assert {parcel.attempts for parcel in leased} == {1}
    assert states(filled) == ["leased"] * 5


def test_no_row_is_leased_twice(filled: Engine) -> None:
    with filled.begin() as connection:
        assert len(SqlOutbox(connection).lease_due("test", NOW, 3)) == 3
        assert len(SqlOutbox(connection).lease_due("test", NOW, 3)) == 2
        assert SqlOutbox(connection).lease_due("test", NOW, 3) == []
        assert SqlOutbox(connection).lease_due("other", NOW, 3) == []


def test_machines_that_lease_at_once_never_share_a_row(engine: Engine) -> None:
    with engine.begin() as connection:
        SqlOutbox(connection).add([row(words=str(n)) for n in range(40)], NOW, lease=False)
    outcomes = race(engine, *[lambda connection: SqlOutbox(connection).lease_due("test", NOW, 10)] * 4)
    leased = [parcel.id for outcome in outcomes for parcel in outcome]  # type: ignore[union-attr]
    assert sorted(leased) == sorted(set(leased))
    assert len(leased) == 40


def test_rows_leased_as_they_are_written_are_nobody_elses(engine: Engine) -> None:
    with engine.begin() as connection:
        ids = SqlOutbox(connection).add([row(words=str(n)) for n in range(3)], NOW, lease=True)
        assert ids == sorted(ids)
        assert SqlOutbox(connection).lease_due("test", NOW, 10) == []
        assert rows(connection, "SELECT DISTINCT state, attempts, unknown FROM outbox") == [("leased", 1, 0)]


def test_recovered_rows_may_go_out_at_once_so_that_nothing_overtakes_them(filled: Engine) -> None:
    with filled.begin() as connection:
        outbox = SqlOutbox(connection)
        ids = [parcel.id for parcel in outbox.lease_due("test", NOW, 10)]
        outbox.hold(ids, NOW + 30 * SECOND)
        assert outbox.recover("test", NOW + LEASE + SECOND, all_leases=False) == 0
        assert outbox.recover("test", NOW, all_leases=True) == 5
        assert [parcel.unknown for parcel in outbox.lease_due("test", NOW, 10)] == [1] * 5


def test_released_rows_were_never_tried(filled: Engine) -> None:
    with filled.begin() as connection:
        outbox = SqlOutbox(connection)
        ids = [parcel.id for parcel in outbox.lease_due("test", NOW, 10)]
        outbox.release(ids, NOW)
        assert [parcel.unknown for parcel in outbox.lease_due("test", NOW, 10)] == [0] * 5


def test_hold_touches_only_what_is_leased(filled: Engine) -> None:
    with filled.begin() as connection:
        outbox = SqlOutbox(connection)
        outbox.hold([1, 2, 3, 4, 5], NOW + 30 * SECOND)
        assert len(outbox.lease_due("test", NOW, 10)) == 5


# --- outbox: recovering and settling ---------------------------------------------------------------------


def test_a_lease_that_lapsed_is_an_unknown_outcome_and_is_counted(filled: Engine) -> None:
    with filled.begin() as connection:
        outbox = SqlOutbox(connection)
        outbox.lease_due("test", NOW, 2)
        assert outbox.recover("test", NOW + LEASE, all_leases=False) == 0
        assert outbox.recover("test", NOW + LEASE + SECOND, all_leases=False) == 2
        assert outbox.recover("other", NOW + LEASE + SECOND, all_leases=True) == 0
        again = outbox.lease_due("test", NOW + LEASE + SECOND, 2)
    assert [(parcel.attempts, parcel.unknown) for parcel in again] == [(2, 1), (2, 1)]


def test_settled_rows_are_never_recovered(filled: Engine) -> None:
    with filled.begin() as connection:
        outbox = SqlOutbox(connection)
        ids = [parcel.id for parcel in outbox.lease_due("test", NOW, 10)]
        outbox.settle(
            [
                Settled(ids[0], Sending.SENT, NOW, "m1", unknown=2),
                Settled(ids[1], Sending.DEAD, NOW, error="e" * 900),
                Settled(ids[2], Sending.SKIPPED, NOW),
            ]
        )
        outbox.settle([])
        assert outbox.recover("test", NOW, all_leases=True) == 2
        assert outbox.message_of(ids[0]) == ("m1", Sending.SENT)
        assert outbox.message_of(ids[3]) == ("", Sending.PENDING)
        assert outbox.message_of(9_999) is None
        stored = rows(connection, f"SELECT unknown, leased_until FROM outbox WHERE id = {ids[0]}")
        assert stored == [(2, None)]
        assert rows(connection, f"SELECT length(error) FROM outbox WHERE id = {ids[1]}") == [(200,)]


# --- outbox: cards ---------------------------------------------------------------------------------------


def test_every_message_that_shows_a_card_is_found_but_not_its_revisions(engine: Engine) -> None:
    with engine.begin() as connection:
        outbox = SqlOutbox(connection)
        ids = outbox.add(
            [
                row("c1", card="step:1"),
                row("c2", card="step:1"),
                row("c1", card="step:1", revises=True),
                row("c3", card="step:2"),
                row("c4", card="step:1"),
                row("c5"),
            ],
            NOW,
            lease=True,
        )
        outbox.settle([Settled(ids[4], Sending.DEAD, NOW, error="unreachable")])
        assert outbox.cards("step:1") == [(ids[0], "test", "c1"), (ids[1], "test", "c2")]
        assert outbox.cards("step:9") == []


# --- outbox: chats and forgetting ------------------------------------------------------------------------


def test_stopping_a_chat_gives_up_only_what_waits_there(filled: Engine) -> None:
    with filled.begin() as connection:
        outbox = SqlOutbox(connection)
        (first,) = outbox.lease_due("test", NOW, 1)
        outbox.settle([Settled(first.id, Sending.SENT, NOW, "m1")])
        outbox.lease_due("test", NOW, 1)
        assert outbox.stop_chat("test", "c1", NOW) == 4
        assert outbox.stop_chat("test", "c1", NOW) == 0
        assert outbox.stop_chat("other", "c2", NOW) == 0
    assert states(filled) == ["dead", "dead", "dead", "sent", "dead"]


def test_a_chat_that_moved_takes_its_rows_along(filled: Engine) -> None:
    with filled.begin() as connection:
        SqlOutbox(connection).move_chat("test", "c1", "-100")
        assert rows(connection, "SELECT chat_id, count(*) FROM outbox GROUP BY chat_id ORDER BY 1") == [
            ("-100", 4),
            ("c2", 1),
        ]


def test_forgetting_keeps_cards_the_dead_the_waiting_and_the_young(engine: Engine) -> None:
    old, young = NOW - timedelta(days=40), NOW - timedelta(days=1)
    with engine.begin() as connection:
        outbox = SqlOutbox(connection)
        messages = ["sent", "skipped", "young", "dead", "card", "waiting"]
        rows_ = [row(words=name, card="step:1" if name == "card" else None) for name in messages]
        ids = dict(zip(messages, outbox.add(rows_, old, lease=True), strict=True))
        outbox.settle(
            [
                Settled(ids["sent"], Sending.SENT, old, "m1"),
                Settled(ids["skipped"], Sending.SKIPPED, old),
                Settled(ids["young"], Sending.SENT, young, "m2"),
                Settled(ids["dead"], Sending.DEAD, old),
                Settled(ids["card"], Sending.SENT, old, "m3"),
            ]
        )
        assert outbox.forget(NOW - timedelta(days=30)) == 2
        kept = [kept for (kept,) in rows(connection, "SELECT id FROM outbox ORDER BY id")]
    assert kept == [ids[name] for name in ("young", "dead", "card", "waiting")]
