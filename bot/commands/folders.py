"""The data folder of a demo or sandbox: its token, its port, who is using it, and clearing it."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.commands.faults import Fault
from bot.settings import SQLITE_FILE

TOKEN_FILE, PORT_FILE = "sandbox.token", "sandbox.port"
SANDBOX_LOCK, BOT_LOCK = "sandbox.lock", "bot.lock"
BOT_ID = 4_200_001
_DATABASES = (SQLITE_FILE, "sandbox.db")
_FOLDERS = ("sandbox_files", "attachments", "documents")
_OWN = frozenset(
    {
        *(f"{database}{end}" for database in _DATABASES for end in ("", "-wal", "-shm", "-journal")),
        *(*_FOLDERS, TOKEN_FILE, PORT_FILE, SANDBOX_LOCK, BOT_LOCK),
    }
)


def make_folder(data: Path) -> None:
    """Create the folder. Raises Fault where that is impossible."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's data lies there
    except OSError as error:
        raise Fault(f"the folder {data} cannot be made: {error.strerror}") from None


@contextmanager
def locked(data: Path, name: str, sentence: str) -> Iterator[None]:
    """Hold a lock file while the block runs; the system frees it however the process ends.

    Raises Fault(sentence) where another process holds it.
    """
    try:
        handle = os.open(data / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Fault(f"the folder {data} cannot be written: {error.strerror}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                raise Fault(sentence) from None
            raise
        yield
    finally:
        os.close(handle)


def sandbox_token(data: Path) -> str:
    """Give the sandbox's token, made on first use and readable by its owner only."""
    path = data / TOKEN_FILE
    if (token := known_token(data)) is not None:
        return token
    token = f"{BOT_ID}:{secrets.token_urlsafe(27)}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(token + "\n")
    return token


def known_token(data: Path) -> str | None:
    """Give the token of a sandbox that was set up on the folder."""
    with suppress(OSError):
        return (data / TOKEN_FILE).read_text().strip() or None
    return None


def known_address(data: Path) -> str | None:
    """Give the address that the folder's sandbox listens on, or listened on last."""
    with suppress(OSError):
        if port := (data / PORT_FILE).read_text().strip():
            return f"http://127.0.0.1:{port}"
    return None


def note_address(data: Path, address: str) -> None:
    (data / PORT_FILE).write_text(address.rpartition(":")[2] + "\n")


def require_demo_folder(data: Path) -> None:
    """Raise Fault where a database lies that no demo or sandbox made."""
    if (data / SQLITE_FILE).exists() and known_token(data) is None:
        raise Fault(f"{data} holds a database that is not a demo's; choose another folder with --data")


def clear_folder(data: Path) -> None:
    """Delete what a demo keeps. Raises Fault, deleting nothing, where anything else lies there."""
    require_demo_folder(data)
    strange = sorted(entry.name for entry in data.iterdir() if entry.name not in _OWN)
    if strange:
        named = ", ".join(strange[:3])
        raise Fault(f"{data} holds things that are not a demo's ({named}); nothing was deleted")
    for name in _OWN - {SANDBOX_LOCK, BOT_LOCK}:
        path = data / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
