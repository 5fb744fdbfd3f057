"""The messenger-neutral vocabulary: what comes in (InboundEvent) and what goes out (View).

Text is a small tree, never a markup string, so no name a person types can break or forge formatting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PAYLOAD_BYTES = 64  # the tightest messenger's limit for what a button carries


# --- inbound ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sender:
    """A messenger account; who that is in the company is looked up inside the transaction."""

    user_id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Chat:
    chat_id: str
    private: bool = True


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that still lies with the messenger.

    size: bytes, 0 where the messenger does not say.
    """

    file_id: str
    name: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class MessageReceived:
    text: str = ""
    files: tuple[RemoteFile, ...] = ()
    contact_phone: str = ""
    reply_to: str = ""  # message id of the message this one answers
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class MessageEdited:
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tapped:
    """handle: what the messenger needs to acknowledge the tap."""

    payload: str
    message_id: str
    handle: str


@dataclass(frozen=True, slots=True)
class Started:
    """The chat was opened, perhaps by an invitation link that carries a payload."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class ReachabilityChanged:
    reachable: bool


@dataclass(frozen=True, slots=True)
class FileArrived:
    """Our own event: a file that somebody sent has been fetched, or could not be.

    refusal: empty when stored, else the code of why not.
    """

    attachment_id: str
    refusal: str = ""


What = MessageReceived | MessageEdited | Tapped | Started | ReachabilityChanged | FileArrived


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """One thing that happened in a chat.

    event_id: unique within the channel; a repeat has the same.
    at: when the messenger says it happened; aware.
    """

    channel: str
    event_id: str
    chat: Chat
    sender: Sender
    at: datetime
    what: What


# --- outbound --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Button:
    """A button carries either a payload (at most PAYLOAD_BYTES bytes of UTF-8) or a link."""

    label: str
    payload: str = ""
    link: str = ""

    def __post_init__(self) -> None:
        if bool(self.payload) == bool(self.link):
            raise ValueError(f"button {self.label!r} needs a payload or a link")
        if len(self.payload.encode()) > PAYLOAD_BYTES:
            raise ValueError(f"payload of button {self.label!r} exceeds {PAYLOAD_BYTES} bytes")


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of ours to send. path: relative to the data folder. picture: shown in the chat itself."""

    path: str
    name: str
    mime: str
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is made when it is sent. recipe: what to make, args: of what; see bot/documents."""

    recipe: str
    args: tuple[str, ...]
    name: str
    mime: str


@dataclass(frozen=True, slots=True)
class View:
    """What a person sees: paragraphs (one line or more each), rows of buttons, at most one file."""

    paragraphs: tuple[Paragraph, ...] = ()
    rows: tuple[tuple[Button, ...], ...] = ()
    file: LocalFile | Document | None = None

    @property
    def text(self) -> str:
        return "\n".join(paragraph.text for paragraph in self.paragraphs)

    def to_json(self) -> dict[str, Any]:
        """Give the compact form kept in the outbox."""
        body: dict[str, Any] = {
            "p": [[[s.text, 1] if s.bold else s.text for s in p.spans] for p in self.paragraphs]
        }
        if self.rows:
            body["b"] = [[[b.label, b.payload, b.link] for b in row] for row in self.rows]
        match self.file:
            case LocalFile(path, name, mime):
                body["f"] = [path, name, mime]
            case Document(recipe, args, name, mime):
                body["d"] = [recipe, list(args), name, mime]
        return body

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> View:
        return cls(
            tuple(
                Paragraph(tuple(Span(s) if isinstance(s, str) else Span(s[0], bold=True) for s in p))
                for p in body["p"]
            ),
            tuple(tuple(Button(*b) for b in row) for row in body.get("b", ())),
            _file(body),
        )


def _file(body: dict[str, Any]) -> LocalFile | Document | None:
    if "d" in body:
        recipe, args, name, mime = body["d"]
        return Document(recipe, tuple(args), name, mime)
    return LocalFile(*body["f"]) if "f" in body else None


def line(*parts: str | Span) -> Paragraph:
    """Make one line from plain and marked parts."""
    return Paragraph(tuple(Span(part) if isinstance(part, str) else part for part in parts))


def bold(text: str) -> Span:
    return Span(text, bold=True)


def lines(text: str) -> tuple[Paragraph, ...]:
    """Make one plain paragraph a line of `text`."""
    return tuple(line(part) for part in text.split("\n"))


@dataclass(slots=True)
class ViewBuilder:
    """Collects a view line by line, where a view is made in several steps."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    rows: list[tuple[Button, ...]] = field(default_factory=list)

    def say(self, *parts: str | Span) -> ViewBuilder:
        self.paragraphs.append(line(*parts))
        return self

    def buttons(self, *row: Button) -> ViewBuilder:
        if row:
            self.rows.append(row)
        return self

    def grid(self, buttons: Sequence[Button], width: int) -> ViewBuilder:
        for start in range(0, len(buttons), width):
            self.rows.append(tuple(buttons[start : start + width]))
        return self

    def view(self) -> View:
        return View(tuple(self.paragraphs), tuple(self.rows))
