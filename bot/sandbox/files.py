"""Files of the chats: taken in as they stream, kept under an id, served by id or by path."""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote

from aiohttp import BodyPartReader

from bot.sandbox.store import Store

CHUNK = 1 << 16


class FileTooLarge(Exception):
    """The part is larger than allowed."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived and belongs to no message yet."""

    path: Path
    name: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a message. size: bytes; shelf: documents or photos."""

    file_id: str
    name: str
    mime: str
    size: int
    shelf: str

    @property
    def file_path(self) -> str:
        """Give the path that getFile answers with."""
        return f"{self.shelf}/{self.file_id}{PurePosixPath(self.name).suffix}"


def safe_name(name: str | None) -> str:
    """Give a file name without folders and control characters."""
    name = name or ""
    if name.isascii() and not (plain := unquote(name)).isascii():
        name = plain  # some clients quote Chinese names
    name = PureWindowsPath(PurePosixPath(name).name).name
    return "".join(char for char in name if char.isprintable())[:200] or "file"


async def pour(part: BodyPartReader, path: Path, limit: int) -> int:
    """Write a part to disk and give its size. Raises FileTooLarge, having read it to the end."""
    size = 0
    with path.open("wb") as sink:
        while chunk := await part.read_chunk(CHUNK):
            size += len(chunk)
            if size <= limit:
                sink.write(chunk)
    if size > limit:
        raise FileTooLarge
    return size


class FileShelf:
    """The files under one folder; their particulars lie in the store."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store
        folder.mkdir(parents=True, exist_ok=True)
        for left_behind in folder.glob("incoming-*"):
            left_behind.unlink()
        self._files = {key: StoredFile(**body) for key, body in store.all("file")}

    async def take_in(self, part: BodyPartReader, limit: int) -> Upload:
        """Stream a part to disk. Raises FileTooLarge; limit: bytes."""
        name = safe_name(part.filename)
        path = self._folder / f"incoming-{secrets.token_hex(8)}"
        try:
            size = await pour(part, path, limit)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        declared = part.headers.get("Content-Type", "").partition(";")[0].strip()
        if declared in ("", "application/octet-stream"):
            declared = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Upload(path, name, declared, size)

    def keep(self, upload: Upload, shelf: str) -> StoredFile:
        """Give an upload its id."""
        file = StoredFile(secrets.token_urlsafe(24), upload.name, upload.mime, upload.size, shelf)
        upload.path.rename(self._folder / file.file_id)
        self._files[file.file_id] = file
        self._store.put("file", file.file_id, asdict(file))
        return file

    def get(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id)

    def at(self, file_path: str) -> StoredFile | None:
        """Find a file by the path getFile gave."""
        file = self._files.get(PurePosixPath(file_path).stem)
        return file if file and file.file_path == file_path else None

    def on_disk(self, file: StoredFile) -> Path:
        return self._folder / file.file_id
