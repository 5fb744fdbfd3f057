"""The processes of the benchmark: sandboxes and bots, started, measured and killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.bench.company import database_url, found_company

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "4200001:AAbenchmark-of-the-sandbox-0123456789"


@dataclass
class Process:
    """A process of ours. log: where its errors go."""

    arguments: Sequence[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    handle: subprocess.Popen[str] | None = None

    def start(self) -> None:
        with self.log.open("a") as errors:
            self.handle = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def first_line(self) -> str:
        assert self.handle is not None
        assert self.handle.stdout is not None
        return self.handle.stdout.readline()

    def cpu(self) -> float:
        """Give CPU seconds of the process so far, all threads, user and system."""
        times = self._psutil.cpu_times()
        return times.user + times.system

    def rss(self) -> float:
        """Give resident memory in MB of 2^20 bytes."""
        return self._psutil.memory_info().rss / 2**20

    def kill(self) -> None:
        """SIGKILL: the process gets no chance to tidy up."""
        if self.handle is not None:
            self.handle.kill()
            self.handle.wait()
            if self.handle.stdout is not None:
                self.handle.stdout.close()
            self.handle = None

    @property
    def _psutil(self) -> psutil.Process:
        assert self.handle is not None
        return psutil.Process(self.handle.pid)


@dataclass
class BotProcess:
    """A bot under test. base: address of its sandbox."""

    name: str
    process: Process
    base: str


@contextmanager
def killed_at_the_end(bots: Sequence[BotProcess]) -> Iterator[None]:
    """Kill the bots whatever happens; where something went wrong, say how each was and what it last wrote."""
    try:
        yield
    except BaseException as error:
        for bot in bots:
            handle = bot.process.handle
            state = "not running" if handle is None else f"exit status {handle.poll()}"
            written = bot.process.log.read_text()[-2_000:] if bot.process.log.exists() else ""
            error.add_note(f"{bot.name}: {state}\n{written}")
        raise
    finally:
        for bot in bots:
            bot.process.kill()


@contextmanager
def running_sandboxes(folder: Path, plots: Sequence[dict[str, Any]]) -> Iterator[list[str]]:
    """Run one sandbox a plot, all in one process, and give their addresses."""
    whole = json.dumps([{"token": TOKEN, **plot} for plot in plots])
    process = Process(["tests.bench.sandbox_process", str(folder), whole], folder / "sandbox.log")
    process.start()
    try:
        yield json.loads(process.first_line())
    finally:
        process.kill()


def menxia(name: str, client: str, base: str, folder: Path, limits: Mapping[str, float]) -> BotProcess:
    """Make Menxia, as `menxia run` starts it, with a database of its own. limits: of [messenger.limits]."""
    data = folder / name.replace(" ", "")
    data.mkdir()
    found_company(database_url(data))
    environment = {
        "MENXIA_MESSENGER__TOKEN": TOKEN,
        "MENXIA_REMINDERS__ENABLED": "false",
        **{f"MENXIA_MESSENGER__LIMITS__{key.upper()}": str(value) for key, value in limits.items()},
    }
    arguments = ["bot", "run", "--data", str(data), "--client", client, "--api-base", base]
    return BotProcess(name, Process(arguments, folder / f"{data.name}.log", environment), base)


def bare(name: str, client: str, base: str, folder: Path, *more: str) -> BotProcess:
    """Make a bare bot on `client`."""
    arguments = [f"tests.bench.bare_{client}", base, TOKEN, *more]
    log = folder / f"{name.replace(' ', '')}.log"
    return BotProcess(name, Process(arguments, log), base)
