"""The sandbox's bot side is as strict as Telegram."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.sandbox import (
    MANAGER,
    REP,
    TOKEN,
    Clock,
    RunningSandbox,
    receiver,
    ruled_by,
    running_sandbox,
)

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
JSON = {"Content-Type": "application/json"}
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(tmp_path: Path, clock: Clock) -> AsyncIterator[RunningSandbox]:
    async with running_sandbox(tmp_path, rules=ruled_by(clock)) as running:
        yield running


def one_button(text: str = "同意", **button: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": text, **button}]]}


async def sent(sandbox: RunningSandbox, text: str = "你好", **more: Any) -> int:
    message_id: int = (await sandbox.result("sendMessage", chat_id=REP, text=text, **more))["message_id"]
    return message_id


async def tapped(sandbox: RunningSandbox) -> dict[str, Any]:
    """Tap a fresh button without waiting, and give the callback query the bot receives."""
    message_id = await sent(sandbox, reply_markup=one_button(callback_data="ok"))
    await sandbox.taps(REP, message_id, data="ok", wait=0)
    query: dict[str, Any] = (await sandbox.result("getUpdates"))[-1]["callback_query"]
    return query


# --- calls -----------------------------------------------------------------------------------------------


async def test_wrong_token_is_unauthorised(sandbox: RunningSandbox) -> None:
    answer = await sandbox.call("getMe", token="4200001:wrong")
    assert answer.status == 401
    assert answer.body == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_unknown_method_is_not_found(sandbox: RunningSandbox) -> None:
    assert await sandbox.refusal("sendDice", chat_id=REP) == (404, "Not Found: method not found")


async def test_bot_knows_itself_by_its_token(sandbox: RunningSandbox) -> None:
    me = await sandbox.result("getMe")
    assert (me["id"], me["is_bot"]) == (4200001, True)


@pytest.mark.parametrize("way", ["query", "json", "urlencoded", "multipart"])
async def test_parameters_arrive_in_each_of_the_four_ways(sandbox: RunningSandbox, way: str) -> None:
    fields = {"chat_id": str(REP), "text": "好", "reply_markup": json.dumps(one_button(callback_data="甲"))}
    kwargs: dict[str, Any] = {"json": {**fields, "reply_markup": one_button(callback_data="甲")}}
    if way == "query":
        kwargs = {"params": fields}
    elif way == "urlencoded":
        kwargs = {"data": fields}
    elif way == "multipart":
        with aiohttp.MultipartWriter("form-data") as form:
            for name, value in fields.items():
                form.append(value).set_content_disposition("form-data", name=name)
        kwargs = {"data": form}
    answer = await sandbox.ask("GET" if way == "query" else "POST", f"/bot{TOKEN}/sendmessage", **kwargs)
    assert answer.status == 200, answer.body
    assert answer.body["result"]["reply_markup"] == one_button(callback_data="甲")
    assert (await sandbox.messages(REP))[-1]["text"] == "好"


async def test_token_never_reaches_a_log(sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await sandbox.call("getMe")
    await sandbox.call("nonsense")
    await sandbox.ask("POST", f"/bot{TOKEN}/sendMessage", data=b"{", headers=JSON)
    assert "sandbox-secret" not in caplog.text


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/json", b"{", 400),
        ("application/json", b"[]", 400),
        ("application/json", b" " * (4 * 1024 * 1024 + 1), 413),
        ("multipart/form-data; boundary=x", b"nonsense", 400),
    ],
)
async def test_unreadable_bodies_are_refused(
    sandbox: RunningSandbox, content_type: str, body: bytes, code: int
) -> None:
    headers = {"Content-Type": content_type}
    answer = await sandbox.ask("POST", f"/bot{TOKEN}/sendMessage", data=io.BytesIO(body), headers=headers)
    assert (answer.status, answer.body["ok"]) == (code, False)


# --- getUpdates ------------------------------------------------------------------------------------------


async def test_update_ids_increase_by_one_and_stay_until_confirmed(sandbox: RunningSandbox) -> None:
    for text in ("一", "二", "三"):
        await sandbox.says(REP, text)
    first = await sandbox.result("getUpdates")
    ids = [update["update_id"] for update in first]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
    assert await sandbox.result("getUpdates") == first
    assert await sandbox.result("getUpdates", offset=ids[2]) == first[2:]
    assert await sandbox.result("getUpdates", offset=ids[2] + 1) == []
    assert (await sandbox.stats())["updates_confirmed"] == 3


async def test_limit_bounds_the_batch(sandbox: RunningSandbox) -> None:
    for text in ("一", "二", "三"):
        await sandbox.says(REP, text)
    assert [one["message"]["text"] for one in await sandbox.result("getUpdates", limit=2)] == ["一", "二"]


async def test_negative_offset_keeps_only_the_newest(sandbox: RunningSandbox) -> None:
    for text in ("一", "二", "三"):
        await sandbox.says(REP, text)
    assert [one["message"]["text"] for one in await sandbox.result("getUpdates", offset=-1)] == ["三"]
    assert len(await sandbox.result("getUpdates")) == 1


async def test_long_poll_ends_as_soon_as_something_arrives(sandbox: RunningSandbox) -> None:
    poll = asyncio.create_task(sandbox.result("getUpdates", timeout=50))
    await sandbox.until_called("getUpdates")
    await sandbox.says(REP, "在吗")
    async with asyncio.timeout(5):
        assert [one["message"]["text"] for one in await poll] == ["在吗"]


async def test_long_poll_gives_nothing_after_its_timeout(sandbox: RunningSandbox) -> None:
    assert await sandbox.result("getUpdates", timeout=1) == []


async def test_second_poller_terminates_the_first(sandbox: RunningSandbox) -> None:
    first = asyncio.create_task(sandbox.refusal("getUpdates", timeout=50))
    await sandbox.until_called("getUpdates")
    second = asyncio.create_task(sandbox.result("getUpdates", timeout=50))
    assert await first == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    await sandbox.says(REP, "在吗")
    assert len(await second) == 1


async def test_kinds_not_allowed_are_never_queued(sandbox: RunningSandbox) -> None:
    await sandbox.result("getUpdates", allowed_updates=["callback_query"])
    await sandbox.says(REP, "没人听")
    await sandbox.result("getUpdates", allowed_updates=["message"])
    await sandbox.says(REP, "有人听")
    assert [one["message"]["text"] for one in await sandbox.result("getUpdates")] == ["有人听"]


async def test_messages_vanish_after_a_day(sandbox: RunningSandbox, clock: Clock) -> None:
    await sandbox.says(REP, "旧")
    clock.advance(24 * 3600 - 1)
    await sandbox.says(REP, "新")
    clock.advance(1)
    assert [one["message"]["text"] for one in await sandbox.result("getUpdates")] == ["新"]


async def test_taps_vanish_after_150_seconds(sandbox: RunningSandbox, clock: Clock) -> None:
    query = await tapped(sandbox)
    clock.advance(149)
    assert len(await sandbox.result("getUpdates")) == 1
    clock.advance(1)
    assert await sandbox.result("getUpdates") == []
    assert (await sandbox.stats())["updates_confirmed"] == 0
    assert await sandbox.refusal("answerCallbackQuery", callback_query_id=query["id"]) == (400, TOO_OLD)


# --- sending ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "message text is empty"),
        (" \n", "message text is empty"),
        ("好" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
    ],
)
async def test_text_has_1_to_4096_utf16_units(sandbox: RunningSandbox, text: str, what: str) -> None:
    assert await sandbox.refusal("sendMessage", chat_id=REP, text=text) == (400, f"Bad Request: {what}")


async def test_longest_text_is_accepted(sandbox: RunningSandbox) -> None:
    await sandbox.result("sendMessage", chat_id=REP, text="😀" * 2048)


async def test_caption_has_at_most_1024_units(sandbox: RunningSandbox) -> None:
    form = aiohttp.FormData({"chat_id": str(REP), "caption": "好" * 1025})
    form.add_field("document", b"x", filename="a.txt")
    answer = await sandbox.ask("POST", f"/bot{TOKEN}/sendDocument", data=form)
    assert answer.body["description"] == "Bad Request: message caption is too long"


async def test_entities_count_in_utf16(sandbox: RunningSandbox) -> None:
    bold = {"type": "bold", "offset": 2, "length": 2}
    message = await sandbox.result("sendMessage", chat_id=REP, text="😀同意", entities=[bold])
    assert message["entities"] == [bold]
    assert (await sandbox.messages(REP))[0]["entities"] == [bold]


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "bold", "offset": -1, "length": 1},
        {"type": "bold", "offset": 1, "length": 1},
        {"type": "bold", "offset": 0, "length": 0},
        {"type": "huge", "offset": 0, "length": 2},
        {"type": "text_link", "offset": 0, "length": 2},
        {"type": "bold"},
    ],
)
async def test_entities_outside_the_text_are_refused(sandbox: RunningSandbox, entity: dict[str, Any]) -> None:
    code, _ = await sandbox.refusal("sendMessage", chat_id=REP, text="😀同意", entities=[entity])
    assert code == 400


async def test_parse_mode_is_refused(sandbox: RunningSandbox) -> None:
    code, what = await sandbox.refusal("sendMessage", chat_id=REP, text="x", parse_mode="Wiki")
    assert (code, what) == (400, "Bad Request: unsupported parse_mode")


@pytest.mark.parametrize(
    ("button", "what"),
    [
        ({"text": "同意", "callback_data": "好" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "同意", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "网址", "url": "javascript:alert(1)"}, "BUTTON_URL_INVALID"),
        ({"text": "空"}, "text buttons are unallowed in the inline keyboard"),
    ],
)
async def test_malformed_buttons_are_refused(
    sandbox: RunningSandbox, button: dict[str, str], what: str
) -> None:
    markup = {"inline_keyboard": [[button]]}
    refusal = await sandbox.refusal("sendMessage", chat_id=REP, text="x", reply_markup=markup)
    assert refusal == (400, f"Bad Request: {what}")


async def test_button_without_label_is_refused(sandbox: RunningSandbox) -> None:
    markup = {"inline_keyboard": [[{"text": "", "callback_data": "x"}]]}
    code, _ = await sandbox.refusal("sendMessage", chat_id=REP, text="x", reply_markup=markup)
    assert code == 400


@pytest.mark.parametrize(
    ("rows", "width", "fits"), [(1, 8, True), (1, 9, False), (25, 4, True), (13, 8, False)]
)
async def test_keyboard_has_8_buttons_a_row_and_100_in_all(
    sandbox: RunningSandbox, rows: int, width: int, fits: bool
) -> None:
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "x" * 64}] * width] * rows}
    answer = await sandbox.call("sendMessage", chat_id=REP, text="x", reply_markup=markup)
    assert answer.body["ok"] is fits


async def test_unknown_chat_is_not_found(sandbox: RunningSandbox) -> None:
    for chat_id in (999, "@somebody"):
        refusal = await sandbox.refusal("sendMessage", chat_id=chat_id, text="x")
        assert refusal == (400, "Bad Request: chat not found")


async def test_reply_must_answer_a_message_that_exists(sandbox: RunningSandbox) -> None:
    first = await sandbox.says(REP, "问")
    reply = {"message_id": first["message_id"]}
    answer = await sandbox.result("sendMessage", chat_id=REP, text="答", reply_parameters=reply)
    assert answer["reply_to_message"]["text"] == "问"
    assert await sandbox.refusal(
        "sendMessage", chat_id=REP, text="答", reply_parameters={"message_id": 99}
    ) == (
        400,
        "Bad Request: message to be replied not found",
    )


# --- editing and deleting --------------------------------------------------------------------------------


async def test_edit_that_changes_nothing_is_refused(sandbox: RunningSandbox) -> None:
    markup = one_button(callback_data="1")
    message_id = await sent(sandbox, "甲", reply_markup=markup)
    same = {"chat_id": REP, "message_id": message_id, "text": "甲", "reply_markup": markup}
    assert await sandbox.refusal("editMessageText", **same) == (400, NOT_MODIFIED)
    edited = await sandbox.result("editMessageText", **(same | {"text": "乙"}))
    assert edited["text"] == "乙"
    assert "edit_date" in edited


async def test_edit_without_keyboard_takes_the_buttons_away(sandbox: RunningSandbox) -> None:
    message_id = await sent(sandbox, "甲", reply_markup=one_button(callback_data="1"))
    await sandbox.result("editMessageText", chat_id=REP, message_id=message_id, text="甲")
    assert (await sandbox.messages(REP))[0]["buttons"] == []


async def test_keyboard_alone_can_be_replaced(sandbox: RunningSandbox) -> None:
    message_id = await sent(sandbox, "甲", reply_markup=one_button(callback_data="1"))
    where = {"chat_id": REP, "message_id": message_id}
    await sandbox.result("editMessageReplyMarkup", **where, reply_markup=one_button(callback_data="2"))
    refusal = await sandbox.refusal(
        "editMessageReplyMarkup", **where, reply_markup=one_button(callback_data="2")
    )
    assert refusal == (400, NOT_MODIFIED)
    assert (await sandbox.messages(REP))[0]["buttons"] == [[{"text": "同意", "data": "2"}]]


async def test_only_own_messages_can_be_edited(sandbox: RunningSandbox) -> None:
    theirs = await sandbox.says(REP, "我说的")
    edit = {"chat_id": REP, "text": "改"}
    assert await sandbox.refusal("editMessageText", **edit, message_id=theirs["message_id"]) == (
        400,
        "Bad Request: message can't be edited",
    )
    assert await sandbox.refusal("editMessageText", **edit, message_id=999) == (
        400,
        "Bad Request: message to edit not found",
    )


async def test_caption_and_text_are_edited_each_by_its_own_method(sandbox: RunningSandbox) -> None:
    text_id = await sent(sandbox)
    file_id = (await send_document(sandbox, "a.txt", b"x"))["message_id"]
    assert (await sandbox.refusal("editMessageText", chat_id=REP, message_id=file_id, text="x"))[0] == 400
    assert (await sandbox.refusal("editMessageCaption", chat_id=REP, message_id=text_id, caption="x"))[
        0
    ] == 400
    edited = await sandbox.result("editMessageCaption", chat_id=REP, message_id=file_id, caption="新")
    assert edited["caption"] == "新"


async def test_deleted_message_is_gone(sandbox: RunningSandbox) -> None:
    where = {"chat_id": REP, "message_id": await sent(sandbox)}
    assert await sandbox.result("deleteMessage", **where) is True
    assert await sandbox.messages(REP) == []
    assert await sandbox.refusal("deleteMessage", **where) == (
        400,
        "Bad Request: message to delete not found",
    )
    assert (await sandbox.refusal("editMessageText", **where, text="x"))[1].endswith(
        "message to edit not found"
    )


async def test_message_older_than_two_days_cannot_be_deleted(sandbox: RunningSandbox, clock: Clock) -> None:
    message_id = await sent(sandbox)
    clock.advance(48 * 3600 + 1)
    assert (await sandbox.refusal("deleteMessage", chat_id=REP, message_id=message_id))[0] == 400


# --- taps ------------------------------------------------------------------------------------------------


async def test_tap_is_answered_once(sandbox: RunningSandbox) -> None:
    query = await tapped(sandbox)
    assert await sandbox.result("answerCallbackQuery", callback_query_id=query["id"]) is True
    assert await sandbox.refusal("answerCallbackQuery", callback_query_id=query["id"]) == (400, TOO_OLD)
    assert await sandbox.refusal("answerCallbackQuery", callback_query_id="1") == (400, TOO_OLD)


async def test_toast_has_at_most_200_characters(sandbox: RunningSandbox) -> None:
    query = await tapped(sandbox)
    answer = {"callback_query_id": query["id"]}
    assert (await sandbox.refusal("answerCallbackQuery", **answer, text="好" * 201))[0] == 400
    assert await sandbox.result("answerCallbackQuery", **answer, text="好" * 200) is True


async def test_tap_carries_the_message_it_was_made_on(sandbox: RunningSandbox) -> None:
    query = await tapped(sandbox)
    assert (query["data"], query["from"]["id"], query["message"]["text"]) == ("ok", REP, "你好")


# --- reachability and floods -----------------------------------------------------------------------------


async def test_person_who_blocked_the_bot_cannot_be_reached(sandbox: RunningSandbox) -> None:
    await sandbox.ask("POST", f"/sandbox/chats/{REP}/block", json={"blocked": True})
    assert await sandbox.refusal("sendMessage", chat_id=REP, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    await sandbox.ask("POST", f"/sandbox/chats/{REP}/block", json={"blocked": False})
    await sandbox.result("sendMessage", chat_id=REP, text="x")
    changes = [one["my_chat_member"] for one in await sandbox.result("getUpdates")]
    assert [one["new_chat_member"]["status"] for one in changes] == ["kicked", "member"]


async def test_chat_that_floods_is_told_to_wait(sandbox: RunningSandbox, clock: Clock) -> None:
    for _ in range(20):
        await sent(sandbox)
    answer = await sandbox.call("sendMessage", chat_id=REP, text="x")
    assert answer.status == 429
    assert answer.body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    await sandbox.result("sendMessage", chat_id=MANAGER, text="别人不受影响")
    clock.advance(1)
    await sent(sandbox)
    assert (await sandbox.stats())["rejected_429"] == 1
    assert (await sandbox.stats())["sent"] == 22


async def test_all_chats_together_are_limited(tmp_path: Path, clock: Clock) -> None:
    rules = ruled_by(clock, total_rate=2, total_burst=3)
    async with running_sandbox(tmp_path, rules=rules) as sandbox:
        for chat_id in (REP, MANAGER, REP):
            await sandbox.result("sendMessage", chat_id=chat_id, text="x")
        assert (await sandbox.refusal("sendMessage", chat_id=MANAGER, text="x"))[0] == 429
        clock.advance(0.5)
        await sandbox.result("sendMessage", chat_id=MANAGER, text="x")


async def test_flood_limits_can_be_switched_off(tmp_path: Path, clock: Clock) -> None:
    async with running_sandbox(tmp_path, rules=ruled_by(clock, flood_limits=False)) as sandbox:
        for _ in range(100):
            await sent(sandbox)


# --- files -----------------------------------------------------------------------------------------------


async def send_document(sandbox: RunningSandbox, name: str, content: bytes) -> Any:
    form = aiohttp.FormData({"chat_id": str(REP)}, quote_fields=False)
    form.add_field("document", io.BytesIO(content), filename=name)
    answer = await sandbox.ask("POST", f"/bot{TOKEN}/sendDocument", data=form)
    return answer.body["result"] if answer.body["ok"] else answer.body


async def test_document_goes_out_and_can_be_sent_again_by_its_id(sandbox: RunningSandbox) -> None:
    document = (await send_document(sandbox, "报价.pdf", b"%PDF"))["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == (
        "报价.pdf",
        "application/pdf",
        4,
    )
    again = await sandbox.result("sendDocument", chat_id=MANAGER, document=document["file_id"])
    assert again["document"]["file_id"] == document["file_id"]
    assert (await sandbox.refusal("sendDocument", chat_id=REP, document="nonsense"))[0] == 400
    assert (await sandbox.refusal("sendDocument", chat_id=REP))[0] == 400


async def test_photo_attached_by_name_goes_out(sandbox: RunningSandbox) -> None:
    form = aiohttp.FormData({"chat_id": str(REP), "photo": "attach://pic", "caption": "照片"})
    form.add_field("pic", b"\x89PNG", filename="p.png")
    answer = await sandbox.ask("POST", f"/bot{TOKEN}/sendPhoto", data=form)
    assert answer.body["result"]["photo"][0]["file_size"] == 4


async def test_file_somebody_sent_can_be_fetched_with_the_token_only(sandbox: RunningSandbox) -> None:
    await sandbox.sends_files(REP, ("合同.pdf", b"content"), text="请看")
    message = (await sandbox.result("getUpdates"))[0]["message"]
    assert message["caption"] == "请看"
    path = (await sandbox.result("getFile", file_id=message["document"]["file_id"]))["file_path"]
    assert (await sandbox.ask("GET", f"/file/bot{TOKEN}/{path}")).body == b"content"
    assert (await sandbox.ask("GET", f"/file/botwrong/{path}")).status == 401
    assert (await sandbox.ask("GET", f"/file/bot{TOKEN}/documents/../../sandbox.db")).status == 404
    assert (await sandbox.refusal("getFile", file_id="nonsense"))[0] == 400


async def test_files_over_20_mb_cannot_be_fetched_and_over_50_mb_not_sent(sandbox: RunningSandbox) -> None:
    document = (await send_document(sandbox, "big.bin", bytes(20 * 1024 * 1024 + 1)))["document"]
    assert await sandbox.refusal("getFile", file_id=document["file_id"]) == (
        400,
        "Bad Request: file is too big",
    )
    refused = await send_document(sandbox, "huge.bin", bytes(50 * 1024 * 1024 + 1))
    assert refused["error_code"] == 413


# --- commands --------------------------------------------------------------------------------------------


async def test_commands_are_kept(sandbox: RunningSandbox) -> None:
    commands = [{"command": "start", "description": "开始"}]
    await sandbox.result("setMyCommands", commands=commands)
    assert await sandbox.result("getMyCommands") == commands
    assert await sandbox.result("getMyCommands", language_code="en") == []
    bad = [{"command": "开始", "description": "x"}]
    assert await sandbox.refusal("setMyCommands", commands=bad) == (400, "Bad Request: BOT_COMMAND_INVALID")


# --- webhook ---------------------------------------------------------------------------------------------


async def test_webhook_pushes_in_order_with_the_secret(sandbox: RunningSandbox) -> None:
    async with receiver() as hook:
        await sandbox.says(REP, "一")
        await sandbox.result("setWebhook", url=hook.url, secret_token="s-3_cret", max_connections=5)
        await sandbox.says(REP, "二")
        pushed = [await hook.next(), await hook.next()]
        assert [update["message"]["text"] for update, _ in pushed] == ["一", "二"]
        assert [secret for _, secret in pushed] == ["s-3_cret", "s-3_cret"]
        await sandbox.result("deleteWebhook")


async def test_getting_updates_conflicts_with_a_webhook(sandbox: RunningSandbox) -> None:
    poll = asyncio.create_task(sandbox.refusal("getUpdates", timeout=50))
    await sandbox.until_called("getUpdates")
    async with receiver() as hook:
        await sandbox.result("setWebhook", url=hook.url)
        assert await poll == (409, "Conflict: terminated by setWebhook request")
        assert (await sandbox.refusal("getUpdates"))[0] == 409
        await sandbox.result("deleteWebhook")
        assert await sandbox.result("getUpdates") == []


async def test_refused_push_is_repeated_at_once_then_ever_more_slowly(
    sandbox: RunningSandbox, clock: Clock
) -> None:
    refusals: list[tuple[int, dict[str, str]]] = [(500, {})] * 4
    async with receiver(*refusals, (503, {"Retry-After": "7"})) as hook:
        await sandbox.result("setWebhook", url=hook.url)
        said = await sandbox.says(REP, "听到吗")
        await sandbox.says(REP, "等等我")
        pushed = [(await hook.next())[0]["message"] for _ in range(7)]
        assert [one["message_id"] for one in pushed[:6]] == [said["message_id"]] * 6
        assert pushed[6]["text"] == "等等我"
        assert clock.pauses == [2, 4, 8, 7]
        info = await sandbox.result("getWebhookInfo")
        assert (info["url"], "503" in info["last_error_message"]) == (hook.url, True)
        await sandbox.result("deleteWebhook")


async def test_webhook_gets_only_the_kinds_it_allows(sandbox: RunningSandbox) -> None:
    async with receiver() as hook:
        await sandbox.result("setWebhook", url=hook.url, allowed_updates=["my_chat_member"])
        await sandbox.says(REP, "没人听")
        await sandbox.ask("POST", f"/sandbox/chats/{REP}/block", json={"blocked": True})
        update, secret = await hook.next()
        assert "my_chat_member" in update
        assert secret is None
        await sandbox.result("deleteWebhook")


async def test_malformed_webhooks_are_refused(sandbox: RunningSandbox) -> None:
    assert (await sandbox.refusal("setWebhook", url="ftp://x"))[0] == 400
    assert (await sandbox.refusal("setWebhook", url="http://127.0.0.1:1/", secret_token="a b"))[0] == 400


async def test_pending_updates_can_be_dropped(sandbox: RunningSandbox) -> None:
    await sandbox.says(REP, "算了")
    assert (await sandbox.result("getWebhookInfo"))["pending_update_count"] == 1
    await sandbox.result("deleteWebhook", drop_pending_updates=True)
    assert await sandbox.result("getUpdates") == []


# --- restart ---------------------------------------------------------------------------------------------


async def test_unconfirmed_updates_and_the_counter_survive_a_restart(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path) as sandbox:
        await sandbox.says(REP, "一")
        await sandbox.says(REP, "二")
        first, second = await sandbox.result("getUpdates")
        await sandbox.result("getUpdates", offset=second["update_id"])
    async with running_sandbox(tmp_path) as sandbox:
        assert await sandbox.result("getUpdates") == [second]
        await sandbox.says(REP, "三")
        ids = [one["update_id"] for one in await sandbox.result("getUpdates")]
        assert ids == [first["update_id"] + 1, first["update_id"] + 2]
        stats = await sandbox.stats()
        assert (stats["updates_queued"], stats["updates_confirmed"]) == (3, 1)


async def test_tap_can_be_answered_after_a_restart(tmp_path: Path) -> None:
    async with running_sandbox(tmp_path) as sandbox:
        query = await tapped(sandbox)
    async with running_sandbox(tmp_path) as sandbox:
        assert await sandbox.result("answerCallbackQuery", callback_query_id=query["id"]) is True


async def test_webhook_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with receiver() as hook:
        async with running_sandbox(tmp_path) as sandbox:
            await sandbox.result("setWebhook", url=hook.url, secret_token="s")
        async with running_sandbox(tmp_path) as sandbox:
            await sandbox.says(REP, "还在")
            update, secret = await hook.next()
            assert (update["message"]["text"], secret) == ("还在", "s")
            await sandbox.result("deleteWebhook")


async def test_stopping_ends_a_long_poll(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as http:
        async with running_sandbox(tmp_path) as sandbox:
            bot = RunningSandbox(sandbox.base, http)
            poll = asyncio.create_task(bot.result("getUpdates", timeout=50))
            await sandbox.until_called("getUpdates")
        assert await poll == []


# --- faults ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "what"),
    [
        ("429", 429, "Too Many Requests: retry after 3"),
        ("500", 500, "Internal Server Error"),
        ("403", 403, "Forbidden: bot was blocked by the user"),
        ("not_modified", 400, NOT_MODIFIED),
    ],
)
async def test_armed_fault_refuses_without_effect(
    sandbox: RunningSandbox, kind: str, code: int, what: str
) -> None:
    await sandbox.fault("sendMessage", kind, 2, retry_after=3)
    assert (await sandbox.stats())["faults"] == {"sendMessage": {kind: 2}}
    await sandbox.result("getMe")
    for _ in range(2):
        assert await sandbox.refusal("sendMessage", chat_id=REP, text="x") == (code, what)
    assert await sandbox.messages(REP) == []
    await sent(sandbox)


async def test_dropped_response_leaves_the_effect(sandbox: RunningSandbox) -> None:
    await sandbox.fault("*", "drop_response")
    with pytest.raises(aiohttp.ClientError):
        await sandbox.call("sendMessage", chat_id=REP, text="到了吗")
    assert [one["text"] for one in await sandbox.messages(REP)] == ["到了吗"]


async def test_stalled_call_takes_effect_after_its_silence(sandbox: RunningSandbox, clock: Clock) -> None:
    await sandbox.fault("sendMessage", "stall", seconds=90)
    await sent(sandbox)
    assert clock.pauses == [90]
    assert len(await sandbox.messages(REP)) == 1


async def test_faults_can_be_cleared_and_must_make_sense(sandbox: RunningSandbox) -> None:
    await sandbox.fault("sendMessage", "500", 5)
    await sandbox.ask("DELETE", "/sandbox/faults")
    await sent(sandbox)
    for body in (
        {"method": "sendDice", "kind": "500", "count": 1},
        {"method": "*", "kind": "501", "count": 1},
        {"method": "*", "kind": "500", "count": 0},
    ):
        answer = await sandbox.ask("POST", "/sandbox/faults", json=body)
        assert (answer.status, bool(re.search("needed|must", answer.body["error"]))) == (400, True)
