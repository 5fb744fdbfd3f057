"""The sandbox's user side: what the page, our tests and outside testers rely on."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.rules import SandboxRules
from bot.sandbox.server import serve
from tests.support.sandbox import (
    MANAGER,
    PEOPLE,
    REP,
    TOKEN,
    Clock,
    RunningSandbox,
    receiver,
    ruled_by,
    running_sandbox,
)

STRANGER = 777


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(tmp_path: Path, clock: Clock) -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(tmp_path, rules=ruled_by(clock)) as running:
        yield running


def keyboard(**labels: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": text, "callback_data": data} for text, data in labels.items()]]}


async def card(sandbox: RunningSandbox, **labels: str) -> int:
    """Let the bot send a message with buttons and give its id."""
    markup = keyboard(**labels)
    sent = await sandbox.result("sendMessage", chat_id=REP, text="请审批", reply_markup=markup)
    message_id: int = sent["message_id"]
    return message_id


async def updates(sandbox: RunningSandbox, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await sandbox.result("getUpdates", **more)
    return found


# --- people and messages ---------------------------------------------------------------------------------


async def test_people_are_listed_and_strangers_join_on_first_use(sandbox: RunningSandbox) -> None:
    people = (await sandbox.ask("GET", "/sandbox/people")).body
    assert people[0] == {"id": REP, "name": "王芳", "title": "销售代表", "staff_no": "S001"}
    assert await sandbox.messages(STRANGER) == []
    await sandbox.says(STRANGER, "你好")
    people = (await sandbox.ask("GET", "/sandbox/people")).body
    assert people[-1] == {"id": STRANGER, "name": f"访客{STRANGER}", "title": "", "staff_no": None}
    assert (await updates(sandbox))[0]["message"]["from"]["first_name"] == f"访客{STRANGER}"
    await sandbox.result("sendMessage", chat_id=STRANGER, text="您是？")


async def test_message_looks_the_same_to_its_writer_and_in_the_chat(sandbox: RunningSandbox) -> None:
    said = await sandbox.says(REP, "/start 邀请")
    assert said == (await sandbox.messages(REP))[0]
    assert said == {
        "message_id": said["message_id"],
        "from": "user",
        "text": "/start 邀请",
        "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
        "buttons": [],
        "file": None,
        "edited": False,
        "date": "2026-11-23T02:13:20+00:00",
        "reply_to": None,
    }
    message = (await updates(sandbox))[0]["message"]
    assert message["entities"] == said["entities"]
    assert message["chat"] == {"id": REP, "type": "private", "first_name": "王芳"}


async def test_messages_after_an_id_show_their_present_state(sandbox: RunningSandbox) -> None:
    first = await card(sandbox, 同意="y", 拒绝="n")
    await sandbox.says(REP, "稍等")
    await sandbox.result("editMessageText", chat_id=REP, message_id=first, text="已批准")
    shown = await sandbox.messages(REP)
    assert [(one["from"], one["text"], one["edited"]) for one in shown] == [
        ("bot", "已批准", True),
        ("user", "稍等", False),
    ]
    assert await sandbox.messages(REP, after=first) == shown[1:]
    assert await sandbox.messages(MANAGER) == []


async def test_link_buttons_carry_their_address(sandbox: RunningSandbox) -> None:
    markup = {"inline_keyboard": [[{"text": "官网", "url": "https://example.cn"}]]}
    sent = await sandbox.result("sendMessage", chat_id=REP, text="看", reply_markup=markup)
    assert (await sandbox.messages(REP))[0]["buttons"] == [[{"text": "官网", "url": "https://example.cn"}]]
    assert (await sandbox.taps(REP, sent["message_id"], label="官网")).status == 400


async def test_reply_names_the_message_it_answers(sandbox: RunningSandbox) -> None:
    asked = await sandbox.result("sendMessage", chat_id=REP, text="哪家公司？")
    said = await sandbox.says(REP, "南京一家", reply_to=asked["message_id"])
    assert said["reply_to"] == asked["message_id"]
    assert (await updates(sandbox))[0]["message"]["reply_to_message"]["text"] == "哪家公司？"
    answer = await sandbox.ask("POST", f"/sandbox/chats/{REP}/messages", json={"text": "x", "reply_to": 999})
    assert answer.status == 404


async def test_contact_is_shared(sandbox: RunningSandbox) -> None:
    answer = await sandbox.ask("POST", f"/sandbox/chats/{REP}/messages", json={"contact": "13800000000"})
    assert answer.body["text"] == "13800000000"
    contact = (await updates(sandbox))[0]["message"]["contact"]
    assert (contact["phone_number"], contact["user_id"]) == ("13800000000", REP)


@pytest.mark.parametrize(
    "body", [{"text": ""}, {"text": "好" * 4097}, {"text": 5}, {}, [], {"text": "x", "reply_to": "y"}]
)
async def test_malformed_messages_are_refused(sandbox: RunningSandbox, body: Any) -> None:
    answer = await sandbox.ask("POST", f"/sandbox/chats/{REP}/messages", json=body)
    assert answer.status == 400
    assert answer.body["error"]
    assert await updates(sandbox) == []


async def test_person_edits_an_own_message_only(sandbox: RunningSandbox) -> None:
    said = await sandbox.says(REP, "九折")
    theirs = await sandbox.result("sendMessage", chat_id=REP, text="好的")
    path = f"/sandbox/chats/{REP}/messages"
    edited = await sandbox.ask("PATCH", f"{path}/{said['message_id']}", json={"text": "九二折"})
    assert (edited.body["text"], edited.body["edited"]) == ("九二折", True)
    update = (await updates(sandbox))[1]["edited_message"]
    assert (update["text"], update["message_id"]) == ("九二折", said["message_id"])
    assert (await sandbox.ask("PATCH", f"{path}/{theirs['message_id']}", json={"text": "x"})).status == 400
    assert (await sandbox.ask("PATCH", f"{path}/999", json={"text": "x"})).status == 404


# --- files -----------------------------------------------------------------------------------------------


async def test_file_arrives_and_is_served_as_an_attachment(sandbox: RunningSandbox) -> None:
    said = await sandbox.sends_files(REP, ("../报价 单.html", b"<script>"), text="请看")
    assert (said["text"], said["file"]["name"]) == ("请看", "报价 单.html")
    document = (await updates(sandbox))[0]["message"]["document"]
    assert (document["file_name"], document["file_size"]) == ("报价 单.html", 8)
    served = await sandbox.ask("GET", said["file"]["url"])
    assert served.body == b"<script>"
    assert served.headers["Content-Disposition"] == "attachment"
    assert served.headers["Content-Type"] == "application/octet-stream"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert (await sandbox.ask("GET", "/sandbox/files/nonsense/x")).status == 404


async def test_picture_becomes_a_photo_on_request_and_shows_inline(sandbox: RunningSandbox) -> None:
    said = await sandbox.sends_files(REP, ("执照.png", b"\x89PNG"), **{"as": "photo"})
    await sandbox.sends_files(REP, ("执照.png", b"\x89PNG"))
    photo, document = [one["message"] for one in await updates(sandbox)]
    assert photo["photo"][0]["file_size"] == 4
    assert document["document"]["mime_type"] == "image/png"
    served = await sandbox.ask("GET", said["file"]["url"])
    assert (served.headers["Content-Disposition"], served.headers["Content-Type"]) == ("inline", "image/png")


async def test_several_files_are_an_album(sandbox: RunningSandbox) -> None:
    album = await sandbox.sends_files(REP, ("a.pdf", b"1"), ("b.pdf", b"2"), text="两份")
    assert [one["text"] for one in album["messages"]] == ["两份", ""]
    received = [one["message"] for one in await updates(sandbox)]
    assert len({one["media_group_id"] for one in received}) == 1
    assert [one["message_id"] for one in received] == [one["message_id"] for one in album["messages"]]


async def test_form_without_a_file_or_with_too_large_a_one_is_refused(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    path = f"/sandbox/chats/{REP}/messages"
    with aiohttp.MultipartWriter("form-data") as form:
        form.append("x").set_content_disposition("form-data", name="text")
    assert (await sandbox.ask("POST", path, data=form)).status == 400
    with aiohttp.MultipartWriter("form-data") as form, (tmp_path / "huge").open("w+b") as huge:
        huge.truncate(60 * 1024 * 1024 + 1)
        form.append(huge).set_content_disposition("form-data", name="file", filename="huge")
        assert (await sandbox.ask("POST", path, data=form)).status == 413
    assert list((tmp_path / "sandbox_files").iterdir()) == []


# --- taps ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("toast", "shown"), [("已提交", "已提交"), ("", None)])
async def test_tap_waits_for_the_acknowledgement(
    sandbox: RunningSandbox, toast: str, shown: str | None
) -> None:
    message_id = await card(sandbox, 同意="y")
    tap = asyncio.create_task(sandbox.taps(REP, message_id, label="同意"))
    query = (await updates(sandbox, timeout=10))[0]["callback_query"]
    assert query["data"] == "y"
    assert not tap.done()
    await sandbox.result("answerCallbackQuery", callback_query_id=query["id"], text=toast)
    answer = await tap
    assert (answer.status, answer.body) == (200, {"toast": shown})
    assert (await sandbox.stats())["acknowledged"] == 1


async def test_tap_need_not_wait(sandbox: RunningSandbox) -> None:
    answer = await sandbox.taps(REP, await card(sandbox, 同意="y"), data="y", wait=0)
    assert (answer.status, answer.body) == (200, {"toast": None, "pending": True})
    assert len(await updates(sandbox)) == 1


async def test_tap_nobody_acknowledges_times_out(sandbox: RunningSandbox) -> None:
    answer = await sandbox.taps(REP, await card(sandbox, 同意="y"), data="y", wait=0.05)
    assert (answer.status, answer.body) == (504, {"error": "not acknowledged"})


async def test_stale_button_can_be_tapped_by_data_only(sandbox: RunningSandbox) -> None:
    message_id = await card(sandbox, 同意="old")
    markup = keyboard(同意="new")
    await sandbox.result("editMessageReplyMarkup", chat_id=REP, message_id=message_id, reply_markup=markup)
    await sandbox.taps(REP, message_id, data="old", wait=0)
    await sandbox.taps(REP, message_id, label="同意", wait=0)
    assert [one["callback_query"]["data"] for one in await updates(sandbox)] == ["old", "new"]
    await sandbox.result("editMessageReplyMarkup", chat_id=REP, message_id=message_id)
    assert (await sandbox.taps(REP, message_id, data="new", wait=0)).status == 200
    assert (await sandbox.taps(REP, message_id, label="同意", wait=0)).status == 400
    assert (await sandbox.taps(REP, message_id, data="never", wait=0)).status == 400
    assert (await sandbox.taps(REP, 999, data="new", wait=0)).status == 404


async def test_label_must_be_unique(sandbox: RunningSandbox) -> None:
    row = [{"text": "详情", "callback_data": data} for data in ("1", "2")]
    markup = {"inline_keyboard": [row]}
    sent = await sandbox.result("sendMessage", chat_id=REP, text="两单", reply_markup=markup)
    answer = await sandbox.taps(REP, sent["message_id"], label="详情", wait=0)
    assert (answer.status, answer.body) == (400, {"error": "2 buttons have this label"})


# --- events ----------------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(sandbox: RunningSandbox, path: str) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    """Open a stream and give its events once the server has opened it too."""
    async with sandbox.http.get(sandbox.base + path) as response, asyncio.timeout(10):
        assert response.content_type == "text/event-stream"
        assert await response.content.readline() == b": open\n"

        async def events() -> AsyncIterator[tuple[str, Any]]:
            event = ""
            async for line in response.content:
                name, _, value = line.decode().strip().partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    yield event, json.loads(value)
                elif not name and value:
                    yield "comment", value

        yield events()


async def test_events_tell_of_new_edited_and_deleted_messages(sandbox: RunningSandbox) -> None:
    async with listening(sandbox, f"/sandbox/chats/{REP}/events") as events:
        await sandbox.says(MANAGER, "别的对话")
        message_id = await card(sandbox, 同意="y")
        where = {"chat_id": REP, "message_id": message_id}
        await sandbox.result("editMessageText", **where, text="已批准")
        shown = (await sandbox.messages(REP))[0]
        await sandbox.result("deleteMessage", **where)
        event, message = await anext(events)
        assert (event, message["text"], message["edited"]) == ("message", "请审批", False)
        assert await anext(events) == ("message", {"chat_id": REP, **shown})
        assert await anext(events) == ("deleted", where)


async def test_one_stream_carries_several_chats(sandbox: RunningSandbox) -> None:
    async with listening(sandbox, f"/sandbox/events?chats={REP},{STRANGER}") as events:
        await sandbox.says(MANAGER, "没人看")
        await sandbox.says(STRANGER, "一")
        await sandbox.says(REP, "二")
        seen = [await anext(events), await anext(events)]
        assert [(one["chat_id"], one["text"]) for _, one in seen] == [(STRANGER, "一"), (REP, "二")]
    assert (await sandbox.ask("GET", "/sandbox/events?chats=x")).status == 400


async def test_stream_without_a_choice_carries_all_chats(sandbox: RunningSandbox) -> None:
    async with listening(sandbox, "/sandbox/events") as events:
        await sandbox.says(MANAGER, "有人看")
        assert (await anext(events))[1]["chat_id"] == MANAGER


async def test_silent_stream_shows_that_it_lives(tmp_path: Path) -> None:
    rules = ruled_by(Clock(), heartbeat=0.01)
    async with (
        running_sandbox(tmp_path, rules=rules) as sandbox,
        listening(sandbox, "/sandbox/events") as events,
    ):
        assert await anext(events) == ("comment", "still here")


# --- blocking and redelivery -----------------------------------------------------------------------------


async def test_person_who_blocked_the_bot_cannot_write_until_unblocking(sandbox: RunningSandbox) -> None:
    path = f"/sandbox/chats/{REP}"
    assert (await sandbox.ask("POST", f"{path}/block", json={"blocked": True})).body == {"blocked": True}
    await sandbox.ask("POST", f"{path}/block", json={"blocked": True})
    assert (await sandbox.ask("POST", f"{path}/messages", json={"text": "x"})).status == 409
    await sandbox.ask("POST", f"{path}/block", json={"blocked": False})
    await sandbox.says(REP, "回来了")
    assert len(await updates(sandbox)) == 3
    assert (await sandbox.ask("POST", f"{path}/block", json={"blocked": "yes"})).status == 400


async def test_confirmed_update_is_redelivered_whatever_the_offset(sandbox: RunningSandbox) -> None:
    await sandbox.says(REP, "一")
    await sandbox.says(REP, "二")
    first, second = await updates(sandbox)
    offset = second["update_id"] + 1
    assert await updates(sandbox, offset=offset) == []
    answer = await sandbox.ask("POST", "/sandbox/redeliver", json={"update_id": first["update_id"]})
    assert answer.status == 200
    assert await updates(sandbox, offset=offset) == [first]
    assert await updates(sandbox, offset=offset) == []


async def test_redelivery_wakes_a_long_poll(sandbox: RunningSandbox) -> None:
    await sandbox.says(REP, "一")
    (first,) = await updates(sandbox)
    poll = asyncio.create_task(updates(sandbox, offset=first["update_id"] + 1, timeout=50))
    await sandbox.until_called("getUpdates", 2)
    await sandbox.ask("POST", "/sandbox/redeliver", json={"update_id": first["update_id"]})
    assert await poll == [first]


async def test_redelivery_is_not_lost_on_a_bot_that_died_in_its_poll(sandbox: RunningSandbox) -> None:
    await sandbox.says(REP, "一")
    (first,) = await updates(sandbox)
    offset = first["update_id"] + 1
    dying = asyncio.create_task(updates(sandbox, offset=offset, timeout=50))
    await sandbox.until_called("getUpdates", 2)
    dying.cancel()
    await asyncio.wait([dying])
    await sandbox.stats()
    await sandbox.ask("POST", "/sandbox/redeliver", json={"update_id": first["update_id"]})
    assert await updates(sandbox, offset=offset) == [first]


async def test_update_still_waiting_is_redelivered_after_its_first_delivery(sandbox: RunningSandbox) -> None:
    await sandbox.says(REP, "一")
    update_id = (await sandbox.stats())["last_update_id"]
    await sandbox.ask("POST", "/sandbox/redeliver", json={"update_id": update_id})
    for offset in (0, update_id + 1):
        assert [one["update_id"] for one in await updates(sandbox, offset=offset)] == [update_id]
    assert await updates(sandbox, offset=update_id + 1) == []


async def test_unknown_update_cannot_be_redelivered(sandbox: RunningSandbox) -> None:
    answer = await sandbox.ask("POST", "/sandbox/redeliver", json={"update_id": 1})
    assert (answer.status, answer.body) == (404, {"error": "no such update"})


async def test_redelivery_reaches_a_webhook(sandbox: RunningSandbox) -> None:
    async with receiver() as hook:
        await sandbox.result("setWebhook", url=hook.url)
        await sandbox.says(REP, "一")
        first, _ = await hook.next()
        await sandbox.ask("POST", "/sandbox/redeliver", json={"update_id": first["update_id"]})
        assert (await hook.next())[0] == first
        await sandbox.result("deleteWebhook")


async def test_redelivery_survives_a_restart(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path) as sandbox:
        await sandbox.says(REP, "一")
        (first,) = await updates(sandbox)
        await updates(sandbox, offset=first["update_id"] + 1)
        await sandbox.ask("POST", "/sandbox/redeliver", json={"update_id": first["update_id"]})
    async with running_sandbox(tmp_path) as sandbox:
        assert await updates(sandbox, offset=first["update_id"] + 1) == [first]


# --- gatekeeping -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:8080"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "127.0.0.1@evil.example"},
        {"Host": "["},
        {"Host": "localhost@evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
)
async def test_other_sites_are_turned_away(sandbox: RunningSandbox, headers: dict[str, str]) -> None:
    for verb, path in (("GET", "/sandbox/people"), ("DELETE", "/sandbox/faults"), ("GET", "/")):
        answer = await sandbox.ask(verb, path, headers=headers)
        assert answer.status in (400, 403)


async def test_own_page_is_let_in_under_both_names(sandbox: RunningSandbox) -> None:
    port = sandbox.base.rpartition(":")[2]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}"):
        headers = {"Host": host, "Origin": f"http://{host}"}
        assert (await sandbox.ask("GET", "/sandbox/people", headers=headers)).status == 200


async def test_plain_forms_are_refused(sandbox: RunningSandbox) -> None:
    for kwargs in (
        {"data": {"text": "x"}},
        {"data": b'{"text":"x"}', "headers": {"Content-Type": "text/plain"}},
    ):
        answer = await sandbox.ask("POST", f"/sandbox/chats/{REP}/messages", **kwargs)
        assert answer.status == 415


async def test_page_is_served_with_its_types_and_nothing_else(sandbox: RunningSandbox) -> None:
    index = await sandbox.ask("GET", "/")
    assert (index.status, index.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'self'" in index.headers["Content-Security-Policy"]
    script = await sandbox.ask("GET", "/page/app.js")
    assert (script.status, script.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    for name in ("nothing.js", "..%2Fserver.py", "server.py"):
        assert (await sandbox.ask("GET", f"/page/{name}")).status == 404


async def test_unknown_paths_answer_with_an_error(sandbox: RunningSandbox) -> None:
    answer = await sandbox.ask("GET", "/sandbox/nothing")
    assert (answer.status, answer.body) == (404, {"error": "Not Found"})


# --- restart ---------------------------------------------------------------------------------------------


async def test_chats_files_and_old_buttons_survive_a_restart(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path) as sandbox:
        message_id = await card(sandbox, 同意="old")
        await sandbox.result("editMessageText", chat_id=REP, message_id=message_id, text="已批准")
        said = await sandbox.sends_files(STRANGER, ("a.txt", b"content"))
        await sandbox.says(STRANGER, "撤回")
        gone = (await sandbox.messages(STRANGER))[-1]["message_id"]
        await sandbox.result("deleteMessage", chat_id=STRANGER, message_id=gone)
        await sandbox.ask("POST", f"/sandbox/chats/{MANAGER}/block", json={"blocked": True})
        before = [await sandbox.messages(one) for one in (REP, STRANGER)]
    async with running_sandbox(tmp_path) as sandbox:
        assert [await sandbox.messages(one) for one in (REP, STRANGER)] == before
        assert (await sandbox.ask("GET", said["file"]["url"])).body == b"content"
        assert (await sandbox.taps(REP, message_id, data="old", wait=0)).status == 200
        assert (await sandbox.refusal("sendMessage", chat_id=MANAGER, text="x"))[0] == 403
        assert (await sandbox.says(REP, "新"))["message_id"] > gone


async def test_killed_sandbox_loses_nothing_it_answered(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.support.sandbox import PEOPLE, TOKEN\n"
        "from bot.sandbox.server import SandboxServer\n"
        "async def run():\n"
        "    print(await SandboxServer(Path(sys.argv[1]), token=TOKEN, people=PEOPLE).start(), flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(run())\n"
    )
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), cwd=root, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    async with aiohttp.ClientSession() as http:
        killed = RunningSandbox((await process.stdout.readline()).decode().strip(), http, TOKEN)
        said = [await killed.says(REP, f"第{number}句") for number in range(30)]
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with running_sandbox(tmp_path) as sandbox:
        assert await sandbox.messages(REP) == said
        assert [one["message"]["text"] for one in await updates(sandbox)] == [one["text"] for one in said]


async def test_serving_goes_on_until_cancelled(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serving = asyncio.create_task(serve(tmp_path, port, PEOPLE, TOKEN, SandboxRules()))
    async with aiohttp.ClientSession() as http, asyncio.timeout(5):
        sandbox = RunningSandbox(f"http://127.0.0.1:{port}", http)
        while True:
            try:
                assert (await sandbox.result("getMe"))["is_bot"]
                break
            except aiohttp.ClientConnectorError:
                continue
        serving.cancel()
        await asyncio.wait([serving])
        with pytest.raises(aiohttp.ClientConnectorError):
            await sandbox.result("getMe")


async def test_second_sandbox_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path):
        with pytest.raises(Exception, match="locked"):
            async with running_sandbox(tmp_path):
                pass


async def test_statistics_count_what_happened(sandbox: RunningSandbox) -> None:
    await sandbox.says(REP, "一")
    await card(sandbox, 同意="y")
    stats = await sandbox.stats()
    assert {
        key: stats[key] for key in ("updates_queued", "updates_confirmed", "sent", "edited", "chats")
    } == {
        "updates_queued": 1,
        "updates_confirmed": 0,
        "sent": 1,
        "edited": 0,
        "chats": 2,
    }
    assert stats["calls"] == {"sendMessage": 1}
    assert stats["last_update_id"] == (await updates(sandbox))[0]["update_id"]
