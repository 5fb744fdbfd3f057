"""The port: everything Menxia asks of a messenger, and the errors a messenger may answer with.

MessengerError
├── RateLimited        certainly not sent; wait `retry_after` seconds
├── NotSent            certainly not sent; try again (no connection was made)
├── OutcomeUnknown     perhaps sent; policy decides whether to repeat
├── Unreachable        this person or chat cannot be reached until they come back
├── Moved              the chat has a new id
├── Rejected           permanent: the same call will never succeed
│   └── Gone           the message to revise is no longer there
├── Unauthorised       the bot's own credentials are refused: stop everything
└── Conflict           another instance is receiving for the same bot: stop receiving
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from handlers.ui import InboundEvent, View


class MessengerError(Exception):
    """Base of what a messenger may answer with. The text never holds a token or a person's words."""


class RateLimited(MessengerError):
    """Certainly not sent. retry_after: seconds to wait before this chat may be tried again."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class NotSent(MessengerError):
    """Certainly not sent: no connection could be made."""


class OutcomeUnknown(MessengerError):
    """Perhaps sent: the connection broke or the server failed after the request had left."""


class Unreachable(MessengerError):
    """The person blocked the bot, left, or the chat is gone."""


class Moved(MessengerError):
    """The chat has a new id."""

    def __init__(self, chat_id: str) -> None:
        super().__init__("the chat moved")
        self.chat_id = chat_id


class Rejected(MessengerError):
    """The messenger refuses this very content, for good."""


class Gone(Rejected):
    """The message to revise is no longer there or may no longer be revised."""


class Unauthorised(MessengerError):
    """The bot's credentials are refused."""


class Conflict(MessengerError):
    """Another instance receives for the same bot."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a messenger can do; adapters degrade what it cannot.

    text_length: UTF-16 units a message; notice_length: characters of a toast;
    *_size: bytes of a file we can fetch or send.
    """

    text_length: int
    caption_length: int
    notice_length: int
    payload_bytes: int
    buttons_per_row: int
    buttons: int
    can_revise: bool
    fetch_size: int
    send_size: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What was received, and the cursor that confirms it once it is handed to the next `receive`."""

    events: tuple[InboundEvent, ...]
    cursor: str


class Messenger(Protocol):
    """A messenger. Every method but `decode` may raise a MessengerError."""

    channel: str
    capabilities: Capabilities

    async def open(self) -> None:
        """Connect and check the credentials."""

    async def close(self) -> None: ...

    async def subscribe(self, url: str, secret: str) -> None:
        """Have events pushed to `url` with `secret` in a header; an empty url goes back to `receive`."""
        ...

    async def receive(self, cursor: str, wait: float) -> Batch:
        """Wait up to `wait` seconds for events; everything before `cursor` is confirmed by this call.

        cursor: empty at the very first call.
        """
        ...

    def decode(self, body: dict[str, Any]) -> InboundEvent | None:
        """Read one pushed update (webhook); None for kinds that do not concern us."""
        ...

    async def send(self, chat_id: str, view: View, files: Path) -> str:
        """Send, splitting what is too long, and give the id of the message that carries the buttons.

        files: the data folder that `view.file.path` is relative to.
        """
        ...

    async def revise(self, chat_id: str, message_id: str, view: View) -> None:
        """Replace text and buttons; silent if they are so already. Raises Gone when that is impossible."""
        ...

    async def acknowledge(self, handle: str, notice: str) -> bool:
        """Answer a tap, showing `notice` when not empty; false where the tap was too old to be answered."""
        ...

    def fetch(self, file_id: str) -> AsyncIterator[bytes]:
        """Stream a file somebody sent, in chunks."""
        ...

    async def invitation_link(self, payload: str = "") -> str:
        """Give the link that opens a private chat with us and delivers `payload`, if any, as Started."""
        ...
