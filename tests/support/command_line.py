"""The `menxia` command as tests call it: in this process where it ends by itself, else as a process."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from bot.cli import main
from bot.settings import ROOT

SAMPLE = ROOT / "deploy" / "sample_company"
PATIENCE = 20.0  # seconds


@dataclass(frozen=True)
class Outcome:
    """How a call ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def menxia(*arguments: object) -> Outcome:
    """Call the command in this process."""
    out, err = io.StringIO(), io.StringIO()
    code, root = 0, logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
    return Outcome(code, out.getvalue(), err.getvalue())


def make_company(data: Path, *, customers: bool = True) -> Path:
    """Make a database with the sample company in it, without accounts."""
    for call in (
        ("migrate",),
        ("staff", "import", SAMPLE / "staff.csv", "--departments", SAMPLE / "departments.csv"),
        *([("customers", "import", SAMPLE / "customers.csv")] if customers else []),
    ):
        outcome = menxia(*call, "--data", data)
        assert outcome.code == 0, outcome.err
    return data


@dataclass
class Process:
    """A `menxia` that runs until it is told to stop."""

    process: subprocess.Popen[str]

    def line(self) -> str:
        """Give its next line, or what it complained of where it ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip() or self.errors()

    def complaint(self) -> str:
        """Give the next line of what it complains of, while it goes on."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def running(*arguments: object) -> Iterator[Process]:
    """Run the command beside the test."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MENXIA_")}
    environment["MENXIA_REMINDERS__ENABLED"] = "false"  # a test waits for its own messages
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Process(process)
        finally:
            if process.poll() is None:
                process.kill()


def ask(address: str, path: str, body: Any = None) -> Any:
    """Call the people's side of a sandbox."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def say(address: str, account: int, text: str) -> str:
    """Say something to the bot and give its next answer."""
    said = ask(address, f"/sandbox/chats/{account}/messages", {"text": text})["message_id"]
    until = monotonic() + PATIENCE
    while monotonic() < until:
        for message in ask(address, f"/sandbox/chats/{account}/messages?after={said}"):
            if message["from"] == "bot":
                return str(message["text"])
    raise AssertionError(f"no answer to {text}")
