"""Files: each one that is sent is added; it counts once it has been fetched and looked at."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, ClassVar

from domain.attachments import Attachment
from domain.errors import Refused
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.fields import Field, Key, tidy
from handlers.language import Language
from handlers.ui import RemoteFile

DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Files(Field):
    """The value is a list of [attachment id, name, stored?]; the list grows until the person says done."""

    takes_files: ClassVar[bool] = True

    def read(self, ctx: Context, draft: Draft, text: str) -> Any:
        if tidy(text).casefold() in {DONE, ctx.language("Done").casefold()}:
            return self.pick(ctx, draft, DONE)
        raise Refused("file_expected")

    def pick(self, ctx: Context, draft: Draft, arg: str) -> Any:
        held = self.received(draft)
        if arg != DONE or not held:
            raise Refused("file_expected")
        if any(not stored for _id, _name, stored in held):
            raise Refused("file_still_coming")
        return held

    def received(self, draft: Draft) -> list[list[Any]]:
        """Give what this draft has got so far, whether or not the person is done."""
        former = draft.mend.former.get(self.name, []) if draft.mend else []
        return [list(entry) for entry in draft.held.get(self.name, draft.answers.get(self.name, former))]

    def take_file(self, ctx: Context, draft: Draft, file: RemoteFile) -> None:
        held = self.received(draft)
        attachment = receive_file(ctx, file, held=len(held), draft_id=draft.id)
        draft.held = {**draft.held, self.name: [*held, [attachment.id, attachment.name, False]]}
        draft.answers.pop(self.name, None)
        draft.skipped = [name for name in draft.skipped if name != self.name]

    def arrive(self, draft: Draft, attachment_id: str, stored: bool) -> bool:
        """Mark a file as stored, or let it go; false if this draft no longer waits for it."""
        held = self.received(draft)
        if all(entry[0] != attachment_id for entry in held):
            return False
        kept = [
            [entry[0], entry[1], entry[2] or entry[0] == attachment_id]
            for entry in held
            if stored or entry[0] != attachment_id
        ]
        draft.held = {**draft.held, self.name: kept}
        return True

    def load(self, raw: Any) -> Any:
        if not isinstance(raw, list) or any(not isinstance(e, list) or len(e) != 3 for e in raw):
            raise TypeError(f"{self.name} holds files, not {raw!r}")
        return [list(entry) for entry in raw]

    def show(self, _: Language, value: Any) -> str:
        return _.plural("{n} file", "{n} files", len(value))

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        return [[Key(ctx.language("Done"), DONE)]] if self.received(draft) else []


def receive_file(ctx: Context, file: RemoteFile, *, held: int, draft_id: str) -> Attachment:
    """Note a file that is to be fetched. held: how many came before it.

    Raises Refused: too_many_files, file_too_large.
    """
    rules = ctx.work.rules.attachments
    if held >= rules.max_files:
        raise Refused("too_many_files", limit=rules.max_files)
    if file.size > rules.max_bytes:
        raise Refused("file_too_large", limit=rules.max_bytes // 1_000_000)
    attachment = Attachment(
        id=secrets.token_hex(16),
        channel=ctx.event.channel,
        chat_id=ctx.chat_id,
        user_id=ctx.event.sender.user_id,
        draft_id=draft_id,
        remote_id=file.file_id,
        name=_safe_name(file.name),
        mime=file.mime,
        size=file.size,
        created_at=ctx.now,
    )
    ctx.work.attachments.add(attachment)
    ctx.fetches = True
    return attachment


def _safe_name(name: str) -> str:
    """Keep a name for showing; on disk a file goes by its id."""
    shown = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip(". ")
    return shown[:80] or "file"
