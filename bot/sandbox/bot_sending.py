"""Bot methods that put, change and remove messages."""

from __future__ import annotations

from typing import Any

from bot.sandbox.bot_errors import NOT_MODIFIED, bad_request, blocked, too_many_requests
from bot.sandbox.calls import Call
from bot.sandbox.chats import Chat, Message
from bot.sandbox.content import check_caption, check_entities, check_markup, check_text
from bot.sandbox.files import StoredFile
from bot.sandbox.rules import DAY
from bot.sandbox.sandbox import Sandbox

PHOTO_BYTES = 10 * 1024 * 1024
DELETABLE = 2 * DAY


def send_message(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    text = check_text(call.text("text"))
    return send(sandbox, call, text, read_entities(call, text, "entities"))


def send_document(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    return send_file(sandbox, call, "document")


def send_photo(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    return send_file(sandbox, call, "photo")


def send_file(sandbox: Sandbox, call: Call, kind: str) -> dict[str, Any]:
    caption = check_caption(call.text("caption"))
    entities = read_entities(call, caption, "caption_entities")
    return send(sandbox, call, caption, entities, file_kind=kind)


def send(
    sandbox: Sandbox, call: Call, text: str, entities: list[dict[str, Any]], *, file_kind: str = ""
) -> dict[str, Any]:
    keyboard = check_markup(call.nested("reply_markup"))
    chat = writable_chat(sandbox, call)
    reply_to = read_reply(call, chat)
    check_file(sandbox, call, file_kind)
    check_flood(sandbox, chat)
    message = sandbox.chats.add(chat.person.id, from_bot=True, date=sandbox.second())
    message.text, message.entities, message.reply_to = text, entities, reply_to
    message.show(keyboard)
    if file_kind:
        message.file_id = keep_file(sandbox, call, file_kind).file_id
        message.photo = file_kind == "photo"
    sandbox.save(message)
    sandbox.tally["sent"] += 1
    return sandbox.as_telegram(message)


def edit_message_text(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    text = check_text(call.text("text"))
    entities = read_entities(call, text, "entities")
    message = own_message(sandbox, call)
    if message.file_id:
        raise bad_request("there is no text in the message to edit")
    return edit(sandbox, call, message, text, entities)


def edit_message_caption(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    caption = check_caption(call.text("caption"))
    entities = read_entities(call, caption, "caption_entities")
    message = own_message(sandbox, call)
    if not message.file_id:
        raise bad_request("there is no caption in the message to edit")
    return edit(sandbox, call, message, caption, entities)


def edit_message_reply_markup(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    message = own_message(sandbox, call)
    return edit(sandbox, call, message, message.text, message.entities)


def edit(
    sandbox: Sandbox, call: Call, message: Message, text: str, entities: list[dict[str, Any]]
) -> dict[str, Any]:
    keyboard = check_markup(call.nested("reply_markup"))
    rewritten = (text, entities) != (message.text, message.entities)
    if not rewritten and keyboard == message.keyboard:
        raise bad_request(NOT_MODIFIED)
    check_flood(sandbox, sandbox.chats.enter(message.chat_id))
    message.text, message.entities = text, entities
    message.show(keyboard)
    if rewritten:
        message.edited = sandbox.second()
    sandbox.save(message)
    sandbox.tally["edited"] += 1
    return sandbox.as_telegram(message)


def delete_message(sandbox: Sandbox, call: Call) -> bool:
    chat = writable_chat(sandbox, call)
    message = chat.messages.get(call.integer("message_id", 0))
    if message is None:
        raise bad_request("message to delete not found")
    if sandbox.rules.now() - message.date > DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    sandbox.remove(message)
    return True


def send_chat_action(sandbox: Sandbox, call: Call) -> bool:
    writable_chat(sandbox, call)
    if not call.text("action"):
        raise bad_request("wrong parameter action in request")
    return True


def writable_chat(sandbox: Sandbox, call: Call) -> Chat:
    """Find the chat. Raises BotApiError when it is unknown or the person blocked the bot."""
    wanted = call.text("chat_id")
    if not wanted:
        raise bad_request("chat_id is empty")
    chat = sandbox.chats.known(int(wanted)) if wanted.lstrip("-").isdecimal() else None
    if chat is None:
        raise bad_request("chat not found")
    if chat.blocked:
        raise blocked()
    return chat


def own_message(sandbox: Sandbox, call: Call) -> Message:
    chat = writable_chat(sandbox, call)
    message = chat.messages.get(call.integer("message_id", 0))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return message


def check_flood(sandbox: Sandbox, chat: Chat) -> None:
    if seconds := sandbox.flood.admit(chat.person.id):
        raise too_many_requests(seconds)


def read_entities(call: Call, text: str, name: str) -> list[dict[str, Any]]:
    if call.text("parse_mode"):
        raise bad_request("unsupported parse_mode")
    return check_entities(text, call.nested(name) or [])


def read_reply(call: Call, chat: Chat) -> int:
    parameters = call.nested("reply_parameters") or {}
    if not isinstance(parameters, dict):
        raise bad_request("can't parse reply parameters")
    reply_to = parameters.get("message_id") or call.integer("reply_to_message_id", 0)
    if not reply_to or reply_to in chat.messages:
        return int(reply_to)
    if parameters.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
        return 0
    raise bad_request("message to be replied not found")


def check_file(sandbox: Sandbox, call: Call, kind: str) -> None:
    if not kind:
        return
    size = upload.size if (upload := call.uploads.get(field_of(call, kind))) else None
    if size is None and sandbox.files.get(call.text(kind)) is None:
        missing = f"there is no {kind} in the request"
        raise bad_request("wrong file identifier/HTTP URL specified" if call.text(kind) else missing)
    if size == 0:
        raise bad_request("file must be non-empty")
    if kind == "photo" and size and size > PHOTO_BYTES:
        raise bad_request(
            f"file of size {size} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes"
        )


def keep_file(sandbox: Sandbox, call: Call, kind: str) -> StoredFile:
    if upload := call.uploads.pop(field_of(call, kind), None):
        return sandbox.files.keep(upload, f"{kind}s")
    file = sandbox.files.get(call.text(kind))
    assert file  # noqa: S101  # check_file found it
    return file


def field_of(call: Call, kind: str) -> str:
    """Give the field that holds the file: its own, or the one it is attached by."""
    return call.text(kind).removeprefix("attach://") or kind
