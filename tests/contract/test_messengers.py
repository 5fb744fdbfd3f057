"""What every messenger adapter promises, proved over real HTTP for each client of Telegram."""

import asyncio
import gc
import json
import logging
import subprocess
import sys
import traceback
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.messengers import create
from bot.messengers.port import (
    Conflict,
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
from bot.messengers.telegram_http import network_error
from bot.sandbox.people import SandboxPerson
from bot.sandbox.rules import SandboxRules
from handlers.ui import (
    Button,
    Chat,
    LocalFile,
    MessageEdited,
    MessageReceived,
    ReachabilityChanged,
    RemoteFile,
    Sender,
    Started,
    Tapped,
    View,
    bold,
    line,
)
from tests.support.sandbox import Clock, RunningSandbox, running_sandbox

# aiohttp's own multipart reader warns of itself when a boundary straddles two reads.
pytestmark = pytest.mark.filterwarnings("ignore:unread_data:DeprecationWarning")

SECRET = "AAcanary-of-the-token-0123456789abcd"
TOKEN = f"700100:{SECRET}"
WANG = 1001
ASKED = View(
    (line("😀 ", bold("折扣审批"), "：华强贸易"), line("九二折")),
    (
        (Button("同意", "approve:42:1"), Button("驳回", "reject:42:1")),
        (Button("说明", link="https://x.cn/"),),
    ),
)


class Phone:
    """One person's side of the sandbox."""

    def __init__(self, town: RunningSandbox) -> None:
        self._town = town
        self._chat = f"/sandbox/chats/{WANG}"

    async def _ask(self, verb: str, path: str, **body):
        answer = await self._town.ask(verb, path, **body)
        assert answer.status == 200, answer.body
        return answer.body

    async def says(self, text: str, **more) -> int:
        return (await self._town.says(WANG, text, **more))["message_id"]

    async def shares_own_number(self, phone: str) -> None:
        await self._ask("POST", f"{self._chat}/messages", json={"contact": phone})

    async def sends_files(self, *files: tuple[str, bytes, str], text: str = "", photo: bool = False):
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("text", text)
        if photo:
            form.add_field("as", "photo")
        for name, content, mime in files:
            form.add_field("file", content, filename=name, content_type=mime)
        return await self._ask("POST", f"{self._chat}/messages", data=form)

    async def rewrites(self, message_id: int, text: str) -> None:
        await self._ask("PATCH", f"{self._chat}/messages/{message_id}", json={"text": text})

    async def taps(self, message_id: str, label: str) -> None:
        assert (await self._town.taps(WANG, int(message_id), wait=0, label=label)).status == 200

    async def taps_and_waits(self, message_id: str, label: str) -> str | None:
        return (await self._town.taps(WANG, int(message_id), label=label)).body["toast"]

    async def blocks(self, blocked: bool) -> None:
        await self._ask("POST", f"{self._chat}/block", json={"blocked": blocked})

    async def sees(self) -> list[dict]:
        return [message for message in await self._town.messages(WANG) if message["from"] == "bot"]

    async def reads_file(self, url: str) -> bytes:
        return await self._ask("GET", url)

    async def arms(self, method: str, kind: str, **more) -> None:
        await self._town.fault(method, kind, **more)

    async def waits_for_calls(self, method: str, count: int) -> None:
        async with asyncio.timeout(10):
            while (await self._town.stats())["calls"].get(method, 0) < count:
                pass


@pytest.fixture(params=["ptb", "aiogram"])
def client(request):
    return request.param


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def town(tmp_path, clock):
    stalled = asyncio.Event()

    async def stall(_seconds: float) -> None:
        await stalled.wait()

    rules = SandboxRules(now=clock.now, sleep=stall, flood_limits=False)
    people = [SandboxPerson(WANG, "王小明")]
    async with running_sandbox(tmp_path / "sandbox", people=people, rules=rules, token=TOKEN) as town:
        yield town
        stalled.set()


@pytest.fixture
def sandbox(town):
    return town.base


@pytest.fixture
def phone(town):
    return Phone(town)


@asynccontextmanager
async def connected(client, base, token=TOKEN, read_seconds=None):
    if read_seconds is None:
        messenger = create(client, token, base)
    else:
        messenger = type(create(client, token, base))(token, base, read_seconds)
    try:
        yield messenger
    finally:
        await messenger.close()


@pytest.fixture
async def messenger(client, sandbox):
    async with connected(client, sandbox) as messenger:
        await messenger.open()
        yield messenger


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "contract.txt").write_bytes("购销合同".encode() * 20_000)
    return folder


async def received(messenger):
    return [event.what for event in (await messenger.receive("", 0)).events]


# --- receiving -------------------------------------------------------------------------------------------


async def test_first_receive_starts_with_nothing(messenger):
    batch = await messenger.receive("", 0)
    assert (batch.events, batch.cursor) == ((), "")


async def test_text_arrives_with_its_sender_chat_and_time(messenger, phone, clock):
    await phone.says("客户 华强贸易 九二折")
    (event,) = (await messenger.receive("", 0)).events
    assert event.channel == "telegram"
    assert event.event_id.isdecimal()
    assert event.chat == Chat(str(WANG), private=True)
    assert event.sender == Sender(str(WANG), "王小明")
    assert event.at == datetime.fromtimestamp(clock.at, UTC)
    assert event.what == MessageReceived("客户 华强贸易 九二折")


async def test_unconfirmed_events_are_delivered_again_with_the_same_id(messenger, phone):
    await phone.says("一")
    await phone.says("二")
    first, again = await messenger.receive("", 0), await messenger.receive("", 0)
    assert first == again
    assert [event.what.text for event in first.events] == ["一", "二"]


async def test_cursor_confirms_what_came_before_it(messenger, phone):
    await phone.says("一")
    first = await messenger.receive("", 0)
    await phone.says("二")
    second = await messenger.receive(first.cursor, 0)
    assert [event.what.text for event in second.events] == ["二"]
    third = await messenger.receive(second.cursor, 0)
    assert (third.events, third.cursor) == ((), second.cursor)


async def test_receive_waits_until_something_happens(messenger, phone):
    waiting = asyncio.create_task(messenger.receive("", 50))
    await phone.waits_for_calls("getUpdates", 1)
    await phone.says("来了")
    assert [event.what.text for event in (await waiting).events] == ["来了"]


async def test_cancelled_receive_loses_nothing_and_closes_nothing(messenger, phone, files):
    waiting = asyncio.create_task(messenger.receive("", 50))
    await phone.waits_for_calls("getUpdates", 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await phone.says("还在吗")
    assert await received(messenger) == [MessageReceived("还在吗")]
    assert await messenger.send(str(WANG), ASKED, files)


async def test_second_receiver_ends_the_first_with_conflict(messenger, phone):
    first = asyncio.create_task(messenger.receive("", 50))
    await phone.waits_for_calls("getUpdates", 1)
    await messenger.receive("", 0)
    with pytest.raises(Conflict):
        await first


async def test_document_arrives_with_caption_name_type_and_size(messenger, phone):
    await phone.sends_files(("合同 一.pdf", b"%PDF-1.7", "application/pdf"), text="请存档")
    (what,) = await received(messenger)
    assert what.text == "请存档"
    (file,) = what.files
    assert (file.name, file.mime, file.size) == ("合同 一.pdf", "application/pdf", 8)


async def test_photo_arrives_as_one_jpeg(messenger, phone):
    await phone.sends_files(("x.png", b"\x89PNG", "image/png"), photo=True)
    ((file,),) = [what.files for what in await received(messenger)]
    assert (file.name, file.mime) == ("photo.jpg", "image/jpeg")


async def test_album_arrives_as_one_event_a_file(messenger, phone):
    pictures = [(f"{n}.png", b"\x89PNG" + bytes([n]), "image/png") for n in range(3)]
    await phone.sends_files(*pictures, text="门头照", photo=True)
    whats = await received(messenger)
    assert [what.text for what in whats] == ["门头照", "", ""]
    assert len({what.files[0].file_id for what in whats}) == 3


async def test_own_contact_arrives_as_a_phone_number(messenger, phone):
    await phone.shares_own_number("+8613800138000")
    assert await received(messenger) == [MessageReceived(contact_phone="+8613800138000")]


@pytest.mark.parametrize(
    ("typed", "payload"), [("/start", ""), ("/start Zk3-_x", "Zk3-_x"), ("/start@menxia_sandbox_bot a", "a")]
)
async def test_start_carries_its_payload(messenger, phone, typed, payload):
    await phone.says(typed)
    assert await received(messenger) == [Started(payload)]


async def test_other_commands_are_text_without_the_bots_name(messenger, phone):
    await phone.says("/menu@menxia_sandbox_bot 2")
    assert await received(messenger) == [MessageReceived("/menu 2")]


async def test_answer_names_the_message_it_answers(messenger, phone, files):
    asked = await messenger.send(str(WANG), ASKED, files)
    await phone.says("为什么？", reply_to=int(asked))
    assert await received(messenger) == [MessageReceived("为什么？", reply_to=asked)]


async def test_edit_arrives_with_the_new_text(messenger, phone):
    message_id = await phone.says("九折")
    await phone.rewrites(message_id, "九二折")
    assert await received(messenger) == [MessageReceived("九折"), MessageEdited("九二折")]


async def test_tap_names_payload_message_and_handle(messenger, phone, files):
    asked = await messenger.send(str(WANG), ASKED, files)
    before = datetime.now(UTC)
    await phone.taps(asked, "同意")
    (event,) = (await messenger.receive("", 0)).events
    assert event.what == Tapped("approve:42:1", asked, event.what.handle)
    assert event.what.handle
    assert event.chat == Chat(str(WANG))
    assert before <= event.at <= datetime.now(UTC)


async def test_payload_of_64_bytes_comes_back_whole(messenger, phone, files):
    payload = "批" * 21 + "x"
    asked = await messenger.send(str(WANG), View((line("?"),), ((Button("好", payload),),)), files)
    await phone.taps(asked, "好")
    assert [what.payload for what in await received(messenger)] == [payload]


async def test_blocking_and_returning_change_reachability(messenger, phone):
    await messenger.receive("", 0)
    await phone.blocks(True)
    await phone.blocks(False)
    assert await received(messenger) == [ReachabilityChanged(False), ReachabilityChanged(True)]


# --- reading what a webhook pushes -----------------------------------------------------------------------

PERSON = {"id": WANG, "is_bot": False, "first_name": "小明", "last_name": "王"}
PRIVATE = {"id": WANG, "type": "private", "first_name": "小明"}
GROUP = {"id": -100500, "type": "supergroup", "title": "销售群"}
MESSAGE = {"message_id": 5, "date": 1_795_000_000, "chat": PRIVATE, "from": PERSON}


@pytest.fixture
def decode(client):
    return create(client, TOKEN, "http://127.0.0.1:9").decode


def message(**parts):
    return {"update_id": 9, "message": MESSAGE | parts}


def test_group_chat_is_not_private(decode):
    assert decode(message(chat=GROUP, text="大家好")).chat == Chat("-100500", private=False)


def test_first_and_last_name_make_the_display_name(decode):
    assert decode(message(text="好")).sender.display_name == "小明 王"


def test_forwarded_message_is_marked(decode):
    origin = {"type": "hidden_user", "sender_user_name": "某人", "date": 1_790_000_000}
    assert decode(message(text="好", forward_origin=origin)).what == MessageReceived("好", forwarded=True)


def test_contact_of_somebody_else_gives_no_phone_number(decode):
    contact = {"phone_number": "+8613900139000", "first_name": "李", "user_id": WANG + 1}
    assert decode(message(contact=contact)).what == MessageReceived()


def test_contact_without_account_gives_no_phone_number(decode):
    assert decode(message(contact={"phone_number": "+8613900139000", "first_name": "李"})).what == (
        MessageReceived()
    )


def test_largest_photo_is_taken(decode):
    sizes = [
        {
            "file_id": f"id{side}",
            "file_unique_id": f"u{side}",
            "width": side,
            "height": side,
            "file_size": side,
        }
        for side in (90, 1280, 320)
    ]
    what = decode(message(photo=sizes, caption="收据")).what
    assert what == MessageReceived("收据", (RemoteFile("id1280", "photo.jpg", "image/jpeg", 1280),))


def test_document_without_name_type_and_size_has_stand_ins(decode):
    what = decode(message(document={"file_id": "f", "file_unique_id": "u"})).what
    assert what.files == (RemoteFile("f", "file", "application/octet-stream", 0),)


def test_sticker_is_a_message_without_content(decode):
    sticker = {
        "file_id": "f",
        "file_unique_id": "u",
        "type": "regular",
        "width": 9,
        "height": 9,
        "is_animated": False,
        "is_video": False,
    }
    assert decode(message(sticker=sticker)).what == MessageReceived()


def test_nul_and_lone_surrogates_never_get_in(decode):
    body = json.loads(r'"a\u0000b\ud83dc\ud83d\ude00"')
    assert decode(message(text=body)).what == MessageReceived("ab\ufffdc😀")


@pytest.mark.parametrize(
    ("status", "reachable"),
    [
        ({"status": "member"}, True),
        ({"status": "left"}, False),
        ({"status": "kicked", "until_date": 0}, False),
    ],
)
def test_membership_tells_whether_a_group_can_be_reached(decode, status, reachable):
    bot = {"id": 700100, "is_bot": True, "first_name": "门下"}
    change = {
        "chat": GROUP,
        "from": PERSON,
        "date": 1_795_000_000,
        "old_chat_member": {"user": bot, "status": "left"},
        "new_chat_member": {"user": bot, **status},
    }
    event = decode({"update_id": 9, "my_chat_member": change})
    assert (event.what, event.chat.private) == (ReachabilityChanged(reachable), False)


def test_tap_on_a_message_too_old_to_show_still_counts(decode):
    tap = {
        "id": "77",
        "from": PERSON,
        "chat_instance": "1",
        "data": "approve:42:1",
        "message": {"chat": PRIVATE, "message_id": 5, "date": 0},
    }
    assert decode({"update_id": 9, "callback_query": tap}).what == Tapped("approve:42:1", "5", "77")


@pytest.mark.parametrize(
    "body",
    [
        {"update_id": 9, "message": MESSAGE | {"new_chat_title": "新群名", "chat": GROUP}},
        {"update_id": 9, "message": MESSAGE | {"text": "hi", "from": PERSON | {"is_bot": True}}},
        {"update_id": 9, "channel_post": MESSAGE | {"text": "公告"}},
        {"update_id": 9, "poll": {"id": "1"}},
        {"update_id": 9, "of_the_future": {"x": 1}},
        {"update_id": 9, "message": {"x": 1}},
        {"update_id": 9},
    ],
)
def test_kinds_that_do_not_concern_us_and_unreadable_ones_give_none(decode, body):
    assert decode(body) is None


# --- sending ---------------------------------------------------------------------------------------------


async def test_view_arrives_with_emoji_bold_words_and_buttons(messenger, phone, files):
    sent = await messenger.send(str(WANG), ASKED, files)
    (seen,) = await phone.sees()
    assert str(seen["message_id"]) == sent
    assert seen["text"] == "😀 折扣审批：华强贸易\n九二折"
    assert seen["entities"] == [{"type": "bold", "offset": 3, "length": 4}]
    assert seen["buttons"] == [
        [{"text": "同意", "data": "approve:42:1"}, {"text": "驳回", "data": "reject:42:1"}],
        [{"text": "说明", "url": "https://x.cn/"}],
    ]


async def test_long_text_comes_in_parts_and_the_last_has_the_buttons(messenger, phone, files):
    view = View((line(bold("甲" * 3000)), line("乙" * 3000), line("😀" * 4000)), ASKED.rows)
    sent = await messenger.send(str(WANG), view, files)
    seen = await phone.sees()
    assert "".join(message["text"] for message in seen).replace("\n", "") == view.text.replace("\n", "")
    assert str(seen[-1]["message_id"]) == sent
    assert [bool(message["buttons"]) for message in seen] == [False] * (len(seen) - 1) + [True]


async def test_twenty_buttons_in_one_row_are_wrapped(messenger, phone, files):
    row = tuple(Button(str(number), f"n:{number}") for number in range(20))
    await messenger.send(str(WANG), View((line("选一个"),), (row,)), files)
    assert [len(row) for row in (await phone.sees())[0]["buttons"]] == [8, 8, 4]


async def test_file_arrives_under_its_chinese_name_with_caption_and_buttons(messenger, phone, files):
    view = View(ASKED.paragraphs, ASKED.rows, LocalFile("contract.txt", '合"同" 一.txt', "text/plain"))
    await messenger.send(str(WANG), view, files)
    (seen,) = await phone.sees()
    assert seen["file"]["name"].startswith("合")
    assert await phone.reads_file(seen["file"]["url"]) == (files / "contract.txt").read_bytes()
    assert seen["text"] == view.text
    assert len(seen["buttons"]) == 2


async def test_text_too_long_for_a_caption_follows_its_file(messenger, phone, files):
    view = View((line("汉" * 1025),), ASKED.rows, LocalFile("contract.txt", "合同.txt", "text/plain"))
    sent = await messenger.send(str(WANG), view, files)
    file, text = await phone.sees()
    assert (file["text"], file["buttons"], bool(file["file"])) == ("", [], True)
    assert (text["text"], str(text["message_id"]), text["file"]) == ("汉" * 1025, sent, None)


@pytest.mark.parametrize("path", ["missing.txt", "../secret.txt", "/etc/passwd", "."])
async def test_only_files_of_the_data_folder_are_sent(messenger, phone, files, path):
    (files.parent / "secret.txt").write_text("不外传")
    with pytest.raises(Rejected):
        await messenger.send(str(WANG), View(file=LocalFile(path, "x.txt", "text/plain")), files)
    assert await phone.sees() == []


async def test_file_somebody_sent_is_fetched_in_chunks(messenger, phone):
    content = bytes(range(256)) * 1000
    await phone.sends_files(("a.bin", content, "application/octet-stream"))
    ((file,),) = [what.files for what in await received(messenger)]
    chunks = [chunk async for chunk in messenger.fetch(file.file_id)]
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= 64 * 1024


async def test_fetching_an_unknown_file_is_rejected(messenger):
    with pytest.raises(Rejected):
        await anext(messenger.fetch("no-such-file"))


async def test_invitation_link_names_the_bot_and_the_payload(messenger):
    assert await messenger.invitation_link("Zk3-_x") == "https://t.me/menxia_sandbox_bot?start=Zk3-_x"


# --- revising and acknowledging --------------------------------------------------------------------------


async def test_revision_replaces_text_and_buttons(messenger, phone, files):
    sent = await messenger.send(str(WANG), ASKED, files)
    await messenger.revise(str(WANG), sent, View((line(bold("已同意")),)))
    (seen,) = await phone.sees()
    assert (seen["text"], seen["buttons"]) == ("已同意", [])
    assert seen["entities"] == [{"type": "bold", "offset": 0, "length": 3}]


async def test_revising_to_the_same_is_success(messenger, files):
    sent = await messenger.send(str(WANG), ASKED, files)
    await messenger.revise(str(WANG), sent, ASKED)


async def test_not_modified_is_success_whatever_the_reason(messenger, phone, files):
    sent = await messenger.send(str(WANG), ASKED, files)
    await phone.arms("editMessageText", "not_modified")
    await messenger.revise(str(WANG), sent, View((line("已同意"),)))


@pytest.mark.parametrize("carries_file", [True, False])
async def test_caption_under_a_file_is_revised_with_and_without_naming_the_file(
    messenger, phone, files, carries_file
):
    file = LocalFile("contract.txt", "合同.txt", "text/plain")
    sent = await messenger.send(str(WANG), View(ASKED.paragraphs, ASKED.rows, file), files)
    await messenger.revise(str(WANG), sent, View((line("已签收"),), (), file if carries_file else None))
    (seen,) = await phone.sees()
    assert (seen["text"], seen["buttons"], bool(seen["file"])) == ("已签收", [], True)


async def test_revising_an_absent_message_says_gone(messenger):
    with pytest.raises(Gone):
        await messenger.revise(str(WANG), "987654", ASKED)


async def test_revising_somebody_elses_message_says_gone(messenger, phone):
    message_id = await phone.says("我的")
    with pytest.raises(Gone):
        await messenger.revise(str(WANG), str(message_id), ASKED)


async def test_revision_too_long_for_one_message_says_gone(messenger, phone, files):
    sent = await messenger.send(str(WANG), ASKED, files)
    with pytest.raises(Gone):
        await messenger.revise(str(WANG), sent, View((line("汉" * 4097),)))
    assert (await phone.sees())[0]["text"] == ASKED.text


async def test_acknowledgement_shows_its_notice(messenger, phone, files):
    sent = await messenger.send(str(WANG), ASKED, files)
    toast = asyncio.create_task(phone.taps_and_waits(sent, "同意"))
    (event,) = (await messenger.receive("", 50)).events
    assert await messenger.acknowledge(event.what.handle, "已同意") is True
    assert await toast == "已同意"


async def test_long_notice_is_shortened_to_what_is_shown(messenger, phone, files):
    sent = await messenger.send(str(WANG), ASKED, files)
    toast = asyncio.create_task(phone.taps_and_waits(sent, "同意"))
    (event,) = (await messenger.receive("", 50)).events
    await messenger.acknowledge(event.what.handle, "长" * 300)
    assert (await toast).endswith("长…")


async def test_acknowledging_too_late_or_twice_is_no_error(messenger, phone, files, clock):
    sent = await messenger.send(str(WANG), ASKED, files)
    await phone.taps(sent, "同意")
    (event,) = (await messenger.receive("", 0)).events
    clock.advance(151)
    await messenger.acknowledge(event.what.handle, "")
    await messenger.acknowledge(event.what.handle, "已同意")


# --- errors ----------------------------------------------------------------------------------------------


async def test_flood_control_says_how_long_to_wait(messenger, phone, files):
    await phone.arms("sendMessage", "429", retry_after=17)
    with pytest.raises(RateLimited) as raised:
        await messenger.send(str(WANG), ASKED, files)
    assert raised.value.retry_after == 17
    assert await messenger.send(str(WANG), ASKED, files)


async def test_server_error_leaves_the_outcome_unknown(messenger, phone, files):
    await phone.arms("sendMessage", "500")
    with pytest.raises(OutcomeUnknown):
        await messenger.send(str(WANG), ASKED, files)


async def test_blocked_by_the_person_is_unreachable(messenger, phone, files):
    await phone.blocks(True)
    with pytest.raises(Unreachable):
        await messenger.send(str(WANG), ASKED, files)


async def test_unknown_chat_is_unreachable(messenger, files):
    with pytest.raises(Unreachable):
        await messenger.send("987654321", ASKED, files)


async def test_lost_answer_leaves_the_outcome_unknown_although_it_was_sent(messenger, phone, files):
    await phone.arms("sendMessage", "drop_response")
    with pytest.raises(OutcomeUnknown):
        await messenger.send(str(WANG), ASKED, files)
    assert len(await phone.sees()) == 1


async def test_answer_that_never_comes_leaves_the_outcome_unknown(client, sandbox, phone, files):
    await phone.arms("sendMessage", "stall")
    async with connected(client, sandbox, read_seconds=0.2) as messenger:
        with pytest.raises(OutcomeUnknown):
            await messenger.send(str(WANG), ASKED, files)


@pytest.mark.parametrize("kind", ["429", "500", "403", "drop_response"])
async def test_failures_of_receiving_are_named_and_lose_nothing(messenger, phone, kind):
    expected = {"429": RateLimited, "403": Unreachable}.get(kind, OutcomeUnknown)
    await phone.says("还在")
    await phone.arms("getUpdates", kind)
    with pytest.raises(expected):
        await messenger.receive("", 0)
    assert await received(messenger) == [MessageReceived("还在")]


async def test_failure_after_the_first_part_is_of_unknown_outcome(messenger, phone, files):
    long = View((line("甲" * 4096), line("乙")), ASKED.rows, LocalFile("contract.txt", "a.txt", "text/plain"))
    await phone.arms("sendMessage", "429")
    with pytest.raises(OutcomeUnknown):
        await messenger.send(str(WANG), long, files)
    assert len(await phone.sees()) == 1


async def test_wrong_token_is_unauthorised(client, sandbox):
    async with connected(client, sandbox, token="700100:another") as messenger:
        with pytest.raises(Unauthorised):
            await messenger.open()


async def test_refused_connection_is_certainly_not_sent(client, unused_tcp_port, files):
    async with connected(client, f"http://127.0.0.1:{unused_tcp_port}") as messenger:
        with pytest.raises(NotSent):
            await messenger.send(str(WANG), ASKED, files)
        with pytest.raises(NotSent):
            await messenger.receive("", 0)


async def test_failed_tls_is_certainly_not_sent(client, sandbox, files):
    async with connected(client, sandbox.replace("http://", "https://")) as messenger:
        with pytest.raises(NotSent):
            await messenger.send(str(WANG), ASKED, files)


def test_failures_before_sending_and_after_are_told_apart():
    assert isinstance(network_error(aiohttp.ConnectionTimeoutError()), NotSent)
    for failure in (aiohttp.SocketTimeoutError(), aiohttp.ServerDisconnectedError(), TimeoutError()):
        assert isinstance(network_error(failure), OutcomeUnknown)


class ScriptedBotApi:
    """A Bot API server that gives one prepared answer to every call."""

    def __init__(self) -> None:
        self.status = 200
        self.body = ""

    async def answer(self, request):
        await request.read()
        return web.Response(status=self.status, text=self.body)

    def refuses(self, status: int, description: str, **parameters) -> None:
        self.status = status
        self.body = json.dumps(
            {"ok": False, "error_code": status, "description": description, "parameters": parameters}
        )


@pytest.fixture
async def scripted():
    script = ScriptedBotApi()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", script.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    script.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield script
    await runner.cleanup()


REFUSALS = [
    (400, "Bad Request: chat not found", Unreachable),
    (400, "Bad Request: user is deactivated", Unreachable),
    (400, "Bad Request: PEER_ID_INVALID", Unreachable),
    (403, "Forbidden: bot was blocked by the user", Unreachable),
    (403, "Forbidden: user is deactivated", Unreachable),
    (403, "Forbidden: bot was kicked from the supergroup chat", Unreachable),
    (403, "Forbidden: bot is not a member of the channel chat", Unreachable),
    (403, "Forbidden: the group chat was deleted", Unreachable),
    (403, "Forbidden: bot can't initiate conversation with a user", Unreachable),
    (400, "Bad Request: message to edit not found", Gone),
    (400, "Bad Request: message can't be edited", Gone),
    (400, "Bad Request: MESSAGE_ID_INVALID", Gone),
    (400, "Bad Request: message is too long", Rejected),
    (400, "Bad Request: something new", Rejected),
    (413, "Request Entity Too Large", Rejected),
    (401, "Unauthorized", Unauthorised),
    (404, "Not Found", Unauthorised),
    (409, "Conflict: terminated by other getUpdates request", Conflict),
    (500, "Internal Server Error", OutcomeUnknown),
    (502, "Bad Gateway", OutcomeUnknown),
    (504, "Gateway Timeout", OutcomeUnknown),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal[0]} {refusal[1][:45]}")
async def test_each_refusal_has_its_error(client, scripted, files, refusal):
    status, description, error = refusal
    scripted.refuses(status, description)
    async with connected(client, scripted.base) as messenger:
        with pytest.raises(error) as raised:
            await messenger.send(str(WANG), ASKED, files)
    assert type(raised.value) is error


async def test_upgraded_group_gives_its_new_id(client, scripted, files):
    scripted.refuses(
        400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-100123
    )
    async with connected(client, scripted.base) as messenger:
        with pytest.raises(Moved) as raised:
            await messenger.send("-55", ASKED, files)
    assert raised.value.chat_id == "-100123"


@pytest.mark.parametrize("description", ["Bad Request: QUERY_ID_INVALID", "Bad Request: query is too old"])
async def test_late_acknowledgement_says_in_all_wordings_that_nobody_saw_it(client, scripted, description):
    scripted.refuses(400, description)
    async with connected(client, scripted.base) as messenger:
        assert await messenger.acknowledge("77", "已同意") is False


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, "<html>blocked by the company's proxy</html>"),
        (404, "<html>not found</html>"),
        (401, "[]"),
        (502, "<html>bad gateway</html>"),
        (200, '{"ok": true, "resu'),
        (200, "<html>sign in to the hotel's network</html>"),
        (302, ""),
    ],
)
async def test_what_is_not_the_bot_api_blames_neither_person_nor_token(client, scripted, files, status, body):
    scripted.status, scripted.body = status, body
    async with connected(client, scripted.base) as messenger:
        with pytest.raises(OutcomeUnknown):
            await messenger.send(str(WANG), ASKED, files)
        with pytest.raises(OutcomeUnknown):
            await messenger.receive("", 0)


async def test_unreadable_update_does_not_hold_up_those_behind_it(client, scripted):
    good = message(text="后面的") | {"update_id": 12}
    updates = [{"update_id": 10, "message": {"x": 1}}, {"update_id": 11, "of_the_future": {}}, good]
    scripted.body = json.dumps({"ok": True, "result": updates})
    async with connected(client, scripted.base) as messenger:
        batch = await messenger.receive("", 0)
    assert [event.what for event in batch.events] == [MessageReceived("后面的")]
    assert batch.cursor == "13"


# --- secrets and libraries -------------------------------------------------------------------------------


@pytest.fixture
def everything_logged(caplog):
    for name in [None, *logging.root.manager.loggerDict]:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


WORDS = "绝密的话"
CONFIDING = View((line(WORDS),), ((Button("同意", "approve:42:1"),),))


def assert_nothing_leaked(log: str, errors: list[BaseException], messenger) -> None:
    told = log + repr(messenger) + "".join("".join(traceback.format_exception(error)) for error in errors)
    assert SECRET not in told
    assert WORDS not in told


async def test_neither_logs_nor_errors_hold_the_token_or_peoples_words(
    everything_logged, messenger, phone, files
):
    errors = []
    await phone.says(WORDS)
    await phone.sends_files(("a.txt", b"a", "text/plain"))
    events = (await messenger.receive("", 0)).events
    sent = await messenger.send(str(WANG), CONFIDING, files)
    await messenger.revise(str(WANG), sent, CONFIDING)
    assert [chunk async for chunk in messenger.fetch(events[1].what.files[0].file_id)] == [b"a"]
    for kind in ("429", "500", "403", "drop_response"):
        await phone.arms("sendMessage", kind)
        with pytest.raises(MessengerError) as raised:
            await messenger.send(str(WANG), CONFIDING, files)
        errors.append(raised.value)
    assert_nothing_leaked(everything_logged.text, errors, messenger)


async def test_answers_we_cannot_read_leak_nothing_either(everything_logged, client, scripted, files):
    errors = []
    async with connected(client, scripted.base) as messenger:
        for scripted.status in (200, 400, 404):
            scripted.body = WORDS
            with pytest.raises(OutcomeUnknown) as raised:
                await messenger.send(str(WANG), CONFIDING, files)
            errors.append(raised.value)
        scripted.refuses(400, f'Bad Request: can\'t parse entities: unsupported start tag "{WORDS}" at 3')
        with pytest.raises(Rejected) as raised:
            await messenger.send(str(WANG), CONFIDING, files)
        errors.append(raised.value)
        scripted.refuses(401, "Unauthorized")
        with pytest.raises(Unauthorised) as raised:
            await messenger.open()
        errors.append(raised.value)
        scripted.status = 200
        scripted.body = json.dumps({"ok": True, "result": [{"update_id": 1, "message": {"text": WORDS}}]})
        await messenger.receive("", 0)
    assert_nothing_leaked(everything_logged.text, errors, messenger)


async def test_closing_leaves_no_connection_and_may_be_repeated(client, sandbox):
    messenger = create(client, TOKEN, sandbox)
    await messenger.open()
    await messenger.close()
    await messenger.close()
    del messenger
    gc.collect()  # an unclosed connection would warn here, and warnings are errors


@pytest.mark.parametrize(("chosen", "other"), [("ptb", "aiogram"), ("aiogram", "telegram")])
def test_only_the_chosen_library_is_imported(chosen, other):
    script = (
        "import sys; from bot.messengers import create;"
        "assert not {'telegram', 'aiogram'} & sys.modules.keys();"
        f"create({chosen!r}, '1:x', 'http://127.0.0.1:9');"
        f"assert {chosen.replace('ptb', 'telegram')!r} in sys.modules;"
        f"assert {other!r} not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2], timeout=60)


@pytest.mark.parametrize("token", ["", "nocolon", "700100:with space"])
def test_what_cannot_be_a_token_is_refused_at_once(client, token):
    with pytest.raises(Unauthorised):
        create(client, token, "http://127.0.0.1:9")
