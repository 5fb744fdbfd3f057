"""What Telegram says, in our words: its updates become events, its refusals become the port's errors.

Both clients give their update objects the same attribute names, so one reading serves both.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from bot.messengers.port import (
    Conflict,
    Gone,
    MessengerError,
    Moved,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unauthorised,
    Unreachable,
)
from handlers.ui import (
    Chat,
    InboundEvent,
    MessageEdited,
    MessageReceived,
    ReachabilityChanged,
    RemoteFile,
    Sender,
    Started,
    Tapped,
    What,
)

CHANNEL = "telegram"

# Telegram queues only what is listed here; whatever is left out is lost for good.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_TOKEN = re.compile(r"\d+:[^\s/?#%]+")
_START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*")
_ADDRESSED_COMMAND = re.compile(r"^(/\w+)@\w+")

# What people send without words of their own; a message with none of these is a service message.
_SENT_BY_A_PERSON = (
    "contact",
    "sticker",
    "voice",
    "video",
    "video_note",
    "audio",
    "animation",
    "location",
    "venue",
    "poll",
    "dice",
)


def to_event(update: Any, received_at: datetime) -> InboundEvent | None:
    """Read a client's Update; None for kinds that do not concern us.

    received_at: when it reached us; stands in for the moment of a tap, which Telegram does not tell.
    """
    if (message := update.message) is not None:
        return _event(update, message, message.date, _message(message))
    if (message := update.edited_message) is not None:
        text = _clean(message.text or message.caption or "")
        return _event(update, message, message.edit_date or message.date, MessageEdited(text))
    if (tap := update.callback_query) is not None:
        if tap.message is None or not tap.data:
            return None
        what = Tapped(_clean(tap.data), str(tap.message.message_id), tap.id)
        return _event(update, tap, received_at, what, chat=tap.message.chat)
    if (change := update.my_chat_member) is not None:
        reachable = change.new_chat_member.status not in ("kicked", "left")
        return _event(update, change, change.date, ReachabilityChanged(reachable))
    return None


def check_token(token: str) -> None:
    """Raise Unauthorised for what cannot be a token, before it becomes part of an address."""
    if not _TOKEN.fullmatch(token):
        raise Unauthorised("this is not the form of a Telegram token")


def _event(
    update: Any, source: Any, at: datetime | int, what: What | None, chat: Any = None
) -> InboundEvent | None:
    sender, chat = source.from_user, chat or source.chat
    if what is None or sender is None or sender.is_bot:
        return None
    names = (sender.first_name, sender.last_name)
    return InboundEvent(
        channel=CHANNEL,
        event_id=str(update.update_id),
        chat=Chat(str(chat.id), private=chat.type == "private"),
        sender=Sender(str(sender.id), _clean(" ".join(name for name in names if name))),
        at=datetime.fromtimestamp(at, UTC) if isinstance(at, int) else at.astimezone(UTC),
        what=what,
    )


def _message(message: Any) -> What | None:
    text = _clean(message.text or message.caption or "")
    if start := _START.fullmatch(text):
        return Started(start[1] or "")
    files = tuple(_files(message))
    if not (text or files or any(getattr(message, kind) for kind in _SENT_BY_A_PERSON)):
        return None
    contact, answered = message.contact, message.reply_to_message
    own = contact is not None and message.from_user is not None and contact.user_id == message.from_user.id
    return MessageReceived(
        text=_ADDRESSED_COMMAND.sub(r"\1", text),
        files=files,
        contact_phone=contact.phone_number if own else "",
        reply_to=str(answered.message_id) if answered else "",
        forwarded=message.forward_origin is not None,
    )


def _files(message: Any) -> list[RemoteFile]:
    if message.document:
        sent = message.document
        mime = sent.mime_type or "application/octet-stream"
        return [RemoteFile(sent.file_id, _clean(sent.file_name or "file"), mime, sent.file_size or 0)]
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return [RemoteFile(largest.file_id, "photo.jpg", "image/jpeg", largest.file_size or 0)]
    return []


def _clean(text: str) -> str:
    """Drop what no database stores: NUL and lone surrogates, which JSON can smuggle in."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


# --- refusals --------------------------------------------------------------------------------------------


class Unchanged(Rejected):
    """The message reads so already: success for whoever revises."""


class TooLate(Rejected):
    """The tap can no longer be answered: nobody waits for it."""


class OtherKind(Rejected):
    """The message has a caption where text was to be revised, or text where a caption was."""


# Lower case, matched anywhere in the description; the first match decides.
_DESCRIPTIONS: tuple[tuple[str, type[MessengerError]], ...] = (
    ("message is not modified", Unchanged),
    ("message_not_modified", Unchanged),
    ("query is too old", TooLate),
    ("query_id_invalid", TooLate),
    ("there is no text in the message to edit", OtherKind),
    ("there is no caption in the message to edit", OtherKind),
    ("message to edit not found", Gone),
    ("message can't be edited", Gone),
    ("message_id_invalid", Gone),
    ("chat not found", Unreachable),
    ("user is deactivated", Unreachable),
    ("user_deactivated", Unreachable),
    ("user_is_blocked", Unreachable),
    ("peer_id_invalid", Unreachable),
    ("chat_write_forbidden", Unreachable),
    ("group chat was deactivated", Unreachable),
)
_QUOTED = re.compile(r"\s[\"'«“].*", re.DOTALL)


def refusal(status: int, body: bytes | str) -> MessengerError:
    """Give the error for an answer other than success.

    What is not the Bot API's own JSON came from a machine in between, whose 403 or 404 says nothing
    about a person or our token.
    """
    try:
        answer = json.loads(body)
        description = str(answer["description"])
        parameters = answer.get("parameters") or {}
    except (ValueError, TypeError, KeyError, AttributeError):
        return OutcomeUnknown(f"HTTP {status} from something that is not the Bot API")
    if "migrate_to_chat_id" in parameters:
        return Moved(str(parameters["migrate_to_chat_id"]))
    if status == 429 or "retry_after" in parameters:
        return RateLimited(float(parameters.get("retry_after", 1)))
    return _kind(status, description.lower())(f"{status} {_QUOTED.sub(' …', description)[:120]}")


def _kind(status: int, description: str) -> type[MessengerError]:
    if status == 400:
        return next((kind for part, kind in _DESCRIPTIONS if part in description), Rejected)
    if status == 413:
        return Rejected
    return {401: Unauthorised, 403: Unreachable, 404: Unauthorised, 409: Conflict}.get(status, OutcomeUnknown)
