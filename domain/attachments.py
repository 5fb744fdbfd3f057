"""Files that people send with a request: what is accepted, and where each is in being fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sqlmodel import Field, SQLModel

from domain.errors import Refused

if TYPE_CHECKING:
    from domain.work import Work

# What a file is follows from its first bytes, never from its name.
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"%PDF-", "application/pdf", ".pdf"),
)
SNIFF_BYTES = 32


class AttachmentState(StrEnum):
    """fetching -> (stored -> kept | refused); what was never kept is swept away in time."""

    FETCHING = "fetching"
    STORED = "stored"
    REFUSED = "refused"
    KEPT = "kept"  # belongs to a request


@dataclass(frozen=True, slots=True)
class AttachmentRules:
    """max_bytes: of one file. max_files: for one form field."""

    max_bytes: int
    max_files: int


class Attachment(SQLModel):
    """A file somebody sent.

    id: random, also its name on disk. path: relative to the data folder, set once stored.
    size: bytes. sha256: hexadecimal, of the stored bytes.
    """

    id: str = Field(primary_key=True, max_length=32)
    channel: str = Field(max_length=32)
    chat_id: str = Field(max_length=64)
    user_id: str = Field(max_length=64)
    draft_id: str = Field(max_length=32)
    remote_id: str = Field(max_length=256)
    name: str = Field(max_length=200)
    mime: str = Field(default="", max_length=100)
    size: int = 0
    sha256: str = Field(default="", max_length=64)
    path: str = Field(default="", max_length=200)
    state: AttachmentState = AttachmentState.FETCHING
    created_at: datetime


class Attachments(Protocol):
    def add(self, attachment: Attachment) -> None: ...

    def by_id(self, attachment_id: str) -> Attachment | None: ...

    def save(self, attachment: Attachment) -> None: ...

    def unkept(self, before: datetime) -> list[Attachment]:
        """Give those from before that time which no request keeps."""
        ...

    def remove(self, attachment: Attachment) -> None: ...

    def fetching(self) -> list[Attachment]:
        """Give those still to be fetched, oldest first."""
        ...


def keep_attachments(work: Work, ids: Iterable[str]) -> None:
    """Keep the files of a request. Raises Refused: file_still_coming, file_lost."""
    for attachment_id in ids:
        attachment = work.attachments.by_id(attachment_id)
        if attachment is not None and attachment.state is AttachmentState.FETCHING:
            raise Refused("file_still_coming")
        if attachment is None or attachment.state not in {AttachmentState.STORED, AttachmentState.KEPT}:
            raise Refused("file_lost")
        attachment.state = AttachmentState.KEPT
        work.attachments.save(attachment)


def sniff(head: bytes) -> tuple[str, str] | None:
    """Tell the media type and file ending from a file's first SNIFF_BYTES bytes; None if not accepted."""
    for signature, mime, ending in _SIGNATURES:
        if head.startswith(signature):
            return mime, ending
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp", ".webp"
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"heim"}:
        return "image/heic", ".heic"
    return None
