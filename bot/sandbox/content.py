"""What a message may contain: lengths, entities and buttons, refused as Telegram refuses them."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.bot_errors import bad_request
from bot.sandbox.chats import Keyboard

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
PAYLOAD_BYTES = 64
BUTTONS_A_ROW = 8
BUTTONS = 100
ENTITY_KINDS = frozenset(
    {
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
    }
)
COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w{1,64})?")


def units(text: str) -> int:
    """Count UTF-16 units, in which Telegram measures."""
    return len(text) + sum(char > "\uffff" for char in text)


def check_text(text: str) -> str:
    if not text.strip():
        raise bad_request("message text is empty")
    if units(text) > TEXT_UNITS:
        raise bad_request("message is too long")
    return text


def check_caption(caption: str) -> str:
    if units(caption) > CAPTION_UNITS:
        raise bad_request("message caption is too long")
    return caption


def check_entities(text: str, entities: Any) -> list[dict[str, Any]]:
    """Give the entities in order. They lie within the text and never cut a character in two."""
    if not isinstance(entities, list):
        raise bad_request("can't parse entities: Array expected")
    starts = boundaries(text) if entities else {0}
    checked: list[dict[str, Any]] = []
    for entity in entities:
        match entity:
            case {"type": str(kind), "offset": int(offset), "length": int(length)} if kind in ENTITY_KINDS:
                pass
            case _:
                raise bad_request("can't parse MessageEntity: type, offset and length are required")
        if offset < 0 or length <= 0 or offset + length > max(starts):
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
                f"at UTF-16 offset {offset + length}"
            )
        if offset not in starts or offset + length not in starts:
            raise bad_request(f"entity beginning at UTF-16 offset {offset} is in a middle of a UTF-16 symbol")
        if kind == "text_link" and not entity.get("url"):
            raise bad_request("can't parse MessageEntity: text_link needs a url")
        checked.append({key: value for key, value in entity.items() if value is not None})
    return sorted(checked, key=lambda one: (one["offset"], -one["length"], one["type"]))


def boundaries(text: str) -> set[int]:
    """Give the UTF-16 offsets at which characters begin, and the end."""
    offset = 0
    found = {0}
    for char in text:
        offset += 2 if char > "\uffff" else 1
        found.add(offset)
    return found


def check_markup(markup: Any) -> Keyboard:
    """Give the inline keyboard. Keyboards that replace the phone's are accepted and not shown."""
    if markup is None:
        return []
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if not {"inline_keyboard", "keyboard", "remove_keyboard", "force_reply"} & markup.keys():
        raise bad_request("can't parse reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    if any(len(row) > BUTTONS_A_ROW for row in rows) or sum(map(len, rows)) > BUTTONS:
        raise bad_request("reply markup is too long")
    return [[check_button(button) for button in row] for row in rows if row]


def check_button(button: Any) -> dict[str, Any]:
    match button:
        case {"text": str(text)} if text.strip():
            pass
        case _:
            raise bad_request('can\'t parse inline keyboard button: field "text" must be a non-empty String')
    payload, url = button.get("callback_data"), button.get("url")
    if payload is not None and url is None:
        if not isinstance(payload, str) or not 1 <= len(payload.encode()) <= PAYLOAD_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return {"text": text, "callback_data": payload}
    if url is not None and payload is None:
        if not isinstance(url, str) or not re.match(r"(https?|tg)://\S+$", url):
            raise bad_request("BUTTON_URL_INVALID")
        return {"text": text, "url": url}
    raise bad_request("text buttons are unallowed in the inline keyboard")


def commands_in(text: str) -> list[dict[str, Any]]:
    """Mark the commands a person typed, as a phone does."""
    return [
        {"type": "bot_command", "offset": units(text[: found.start()]), "length": units(found.group())}
        for found in COMMAND.finditer(text)
    ]
