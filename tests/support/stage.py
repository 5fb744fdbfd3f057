"""A stage for transcripts: sandbox, database with the sample company, and the bot, over real HTTP.

The bot runs in this process, or as a process of its own that can be killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import aiohttp
from pydantic import SecretStr
from sqlalchemy import text

from bot.app import App, make_turns
from bot.commands.demo import LIMITS as DEMO_LIMITS
from bot.commands.opening import transaction
from bot.commands.sample import list_people, prepare_sample
from bot.messengers.telegram_events import CHANNEL
from bot.reminding import sweep_once
from bot.sandbox.bot_errors import BotApiError
from bot.sandbox.people import SandboxPerson
from bot.sandbox.rules import SandboxRules
from bot.sandbox.server import SandboxServer
from bot.settings import ROOT, SQLITE_FILE, Limits, Settings, load_settings
from storage.audit import verify
from storage.engine import create_read_engine
from storage.unit_of_work import SqlWork
from tests.support.person import PATIENCE, Person

T = TypeVar("T")
TOKEN = "4200001:a-secret-of-the-stage-and-no-other"
LIMITS = Limits(per_second=10_000, per_chat_second=10_000, per_chat_burst=10_000)
PLANTED = "转发的卡片"
BOT_STARTS_WITHIN = 40.0  # a process that imports aiogram on a busy machine


@dataclass(frozen=True)
class Company:
    """The sample company, once: a migrated database that every stage begins with a copy of."""

    settings: Settings
    database: Path
    people: tuple[SandboxPerson, ...]

    @classmethod
    def found(cls, folder: Path) -> Company:
        settings = load_settings()
        prepare_sample(settings, folder)
        reminders = settings.reminders.model_copy(update={"enabled": False})  # a test's clock is its own
        settings = settings.model_copy(update={"reminders": reminders})
        return cls(settings, folder / SQLITE_FILE, tuple(list_people(settings, folder)))


class Stalls:
    """Calls of the bot that hang, by a `stall` fault, until the test lets them go on or end."""

    def __init__(self) -> None:
        self._hanging = asyncio.Semaphore(0)
        self._passing = asyncio.Event()
        self._go = asyncio.Event()
        self._perform = True

    async def sleep(self, seconds: float) -> None:
        """Stand in for the sandbox's own pause; raises where the call is to come to nothing.

        A stall of 0 seconds only tells that the call has come.
        """
        if not seconds:
            self._passing.set()
            return
        self._hanging.release()
        await self._go.wait()
        if not self._perform:
            raise BotApiError(500, "Internal Server Error")

    async def begin(self, count: int = 1) -> None:
        """Wait until so many more calls hang."""
        async with asyncio.timeout(PATIENCE):
            for _call in range(count):
                await self._hanging.acquire()

    async def passes(self, seconds: float) -> None:
        """Wait for a call that stalls 0 seconds."""
        async with asyncio.timeout(seconds):
            await self._passing.wait()
        self._passing.clear()

    def end(self, *, perform: bool) -> None:
        """Let every hanging call take effect, or none."""
        self._perform = perform
        self._go.set()


class Stage:
    """What a transcript plays on. client: ptb or aiogram."""

    def __init__(self, company: Company, folder: Path, client: str) -> None:
        self.data = folder / "data"
        self.changes = 0
        self.stalls = Stalls()
        self._company = company
        self._client = client
        self._people = {
            str(one.staff_no): Person(self, one.id, one.name, str(one.staff_no)) for one in company.people
        }
        self._by_chat = {person.chat_id: person for person in self._people.values()}
        self._changed = asyncio.Condition()
        self._bot: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._log = folder / "bot.log"

    # --- opening and closing -----------------------------------------------------------------------------

    async def open(self, rules: SandboxRules | None) -> None:
        self.data.mkdir(parents=True)
        shutil.copyfile(self._company.database, self.data / SQLITE_FILE)
        self._server = SandboxServer(
            self.data / "sandbox",
            token=TOKEN,
            people=self._company.people,
            rules=rules or SandboxRules(flood_limits=False, sleep=self.stalls.sleep),
        )
        self.base = await self._server.start()
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_read=60))
        self._reader = create_read_engine(f"sqlite:///{self.data / SQLITE_FILE}")
        listening = asyncio.Event()
        self._listener = asyncio.create_task(self._listen(listening))
        await listening.wait()

    async def close(self) -> None:
        self.stalls.end(perform=False)
        try:
            await self.kill_bot()
            await self.stop_bot()
        finally:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
            await self._http.close()
            await self._reader.dispose()
            await self._server.stop()

    async def _listen(self, listening: asyncio.Event) -> None:
        """Follow every chat; the stream begins with a comment, so nothing is missed after it."""
        async with self._http.get(f"{self.base}/sandbox/events") as stream:
            kind = ""
            async for raw in stream.content:
                line = raw.decode().rstrip("\n")
                if line.startswith(":"):
                    listening.set()
                elif line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    async with self._changed:
                        self._take(kind, json.loads(line.removeprefix("data: ")))
                        self._changed.notify_all()

    def _take(self, kind: str, body: dict[str, Any]) -> None:
        self.changes += 1
        if (person := self._by_chat.get(body["chat_id"])) is None:
            return
        if kind == "message":
            person.show(body, self.changes)
        elif kind == "deleted":
            person.bubbles.pop(body["message_id"], None)

    # --- the bot -----------------------------------------------------------------------------------------

    async def start_paced_bot(self) -> None:
        await self.start_bot(DEMO_LIMITS)

    async def start_bot(self, limits: Limits = LIMITS) -> None:
        """Start the bot in this process."""
        company = self._company.settings
        messenger = company.messenger.model_copy(
            update={
                "token": SecretStr(TOKEN),
                "api_base": self.base,
                "client": self._client,
                "limits": limits,
            }
        )
        app = App(company.model_copy(update={"messenger": messenger}), self.data)
        ready = asyncio.Event()
        self._bot = asyncio.create_task(app.run(ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self._bot, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._bot.done():
            self._bot.result()

    async def stop_bot(self) -> None:
        """Stop the bot of this process. Raises whatever made it stop by itself."""
        bot, self._bot = self._bot, None
        if bot is not None:
            bot.cancel()
            with suppress(asyncio.CancelledError):
                await bot

    async def restart_bot(self) -> None:
        await self.stop_bot()
        await self.start_bot()

    async def launch_bot(self) -> None:
        """Start the bot as a process of its own, and wait until it asks for updates."""
        await self.fault("getUpdates", "stall", seconds=0)
        environment = {
            **os.environ,
            "MENXIA_MESSENGER__TOKEN": TOKEN,
            "MENXIA_REMINDERS__ENABLED": "false",  # the clock of a test is its own
            "MENXIA_MESSENGER__LIMITS__PER_SECOND": "10000",
            "MENXIA_MESSENGER__LIMITS__PER_CHAT_SECOND": "10000",
            "MENXIA_MESSENGER__LIMITS__PER_CHAT_BURST": "10000",
        }
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--data", str(self.data)),
                *("--client", self._client, "--api-base", self.base),
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        ended, polled = (
            asyncio.create_task(self._process.wait()),
            asyncio.create_task(self.stalls.passes(BOT_STARTS_WITHIN)),
        )
        await asyncio.wait({ended, polled}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not polled.done():
            polled.cancel()
            raise AssertionError(f"the bot does not start\n{self._log.read_text()}")
        polled.result()

    async def kill_bot(self) -> None:
        """Kill the process, as a failing machine would."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            await process.wait()

    # --- people ------------------------------------------------------------------------------------------

    def person(self, name: str) -> Person:
        """Find a member of staff by name, or by staff number where two share a name."""
        found = [p for p in self._people.values() if name in (p.name, p.staff_no)]
        assert len(found) == 1, f"{len(found)} people are called {name}"
        return found[0]

    def people(self, *names: str) -> list[Person]:
        return [self.person(name) for name in names]

    def stranger(self, account: int = 990_001) -> Person:
        """Let somebody in whom the company does not know."""
        return self._by_chat.setdefault(account, Person(self, account, f"访客{account}"))

    async def changes_by(self, count: int) -> None:
        """Wait until so many more things have happened in the chats."""
        goal = self.changes + count
        await self.until(lambda: self.changes >= goal or None, lambda: "nothing more happened")

    async def until(self, find: Callable[[], T | None], sorry: Callable[[], str]) -> T:
        """Wait for the change of a chat that makes `find` give something."""
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                while (found := find()) is None:
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise AssertionError(sorry() + self._how_the_bot_is()) from None

    def _how_the_bot_is(self) -> str:
        if self._bot is not None and self._bot.done():
            return f"\n--- the bot has stopped: {self._bot.exception()!r}"
        return f"\n--- the bot says ---\n{self._log.read_text()[-3000:]}" if self._log.exists() else ""

    # --- the sandbox -------------------------------------------------------------------------------------

    async def ask(self, verb: str, path: str, **body: Any) -> Any:
        """Ask the sandbox's user side; anything but success fails the test."""
        async with self._http.request(verb, self.base + path, **body) as answer:
            read = await (answer.json() if answer.content_type == "application/json" else answer.read())
            assert answer.status == 200, f"{verb} {path}: {answer.status} {read}"
            return read

    async def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.ask("GET", "/sandbox/stats")
        return found

    async def fault(self, method: str, kind: str, count: int = 1, **more: float) -> None:
        await self.ask(
            "POST", "/sandbox/faults", json={"method": method, "kind": kind, "count": count, **more}
        )

    async def faults_have_struck(self) -> None:
        """Wait until every armed fault has spoilt its calls."""
        async with asyncio.timeout(PATIENCE):
            while (await self.stats())["faults"]:
                pass

    async def last_update(self) -> int:
        return int((await self.stats())["last_update_id"])

    async def redeliver(self, update_id: int) -> None:
        """Give the bot an update once more, and wait until it has taken it."""
        await self.comes_to_rest()
        await self.fault("getUpdates", "stall", seconds=0)
        await self.ask("POST", "/sandbox/redeliver", json={"update_id": update_id})
        await self.stalls.passes(PATIENCE)
        await self.comes_to_rest()

    async def plants(self, person: Person, label: str, data: str) -> None:
        """Put a button into somebody's chat that was never meant for them, as a modified client could."""
        keyboard = {"inline_keyboard": [[{"text": label, "callback_data": data}]]}
        message = {"chat_id": person.chat_id, "text": PLANTED, "reply_markup": keyboard}
        await self.ask("POST", f"/bot{TOKEN}/sendMessage", json=message)
        await person.finds(PLANTED)

    # --- the database ------------------------------------------------------------------------------------

    async def rows(self, query: str, **params: Any) -> list[Any]:
        async with self._reader.connect() as connection:
            return list(await connection.execute(text(query), params))

    async def scalar(self, query: str, **params: Any) -> Any:
        return (await self.rows(query, **params))[0][0]

    async def change(self, act: Callable[[SqlWork], T]) -> T:
        """Change the register beside the running bot, as the command line does."""

        def run() -> T:
            with transaction(self._company.settings, self.data) as work:
                return act(work)

        return await asyncio.to_thread(run)

    async def sweeps(self, moment: str) -> int:
        """Say the reminders of a moment of the company's clock, as `menxia remind --at` does.

        They leave at once, whatever the clock of this machine says.
        """
        zone = ZoneInfo(self._company.settings.company.timezone)
        at = datetime.fromisoformat(moment).replace(tzinfo=zone)
        turns, _languages = make_turns(self._company.settings)

        def act(work: SqlWork) -> int:
            said = sweep_once(turns, work, CHANNEL, at)
            early = "UPDATE outbox SET not_before = '2020-01-01 00:00:00' WHERE state = 'pending'"
            work.connection.execute(text(early))
            return said

        return await self.change(act)

    async def customer(self, name: str) -> Any:
        """Give the one customer of this name."""
        found = await self.rows("SELECT * FROM customers WHERE name = :name", name=name)
        assert len(found) == 1, f"{len(found)} customers are called {name}"
        return found[0]

    async def comes_to_rest(self) -> None:
        """Wait until every update is taken, every file fetched and every message sent, and seen by us."""
        try:
            async with asyncio.timeout(PATIENCE * 2):
                while not await self._rests():
                    pass
        except TimeoutError:
            left = await self.rows("SELECT id, chat_id, state, error FROM outbox WHERE state <> 'sent'")
            raise AssertionError(f"the bot does not come to rest: {await self.stats()} {left}") from None
        for person in list(self._by_chat.values()):
            await self._catches_up(person)

    async def _rests(self) -> bool:
        if (await self.stats())["updates_pending"]:
            return False
        if await self.scalar("SELECT count(*) FROM attachments WHERE state = 'fetching'"):
            return False
        return not await self.scalar("SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')")

    async def _catches_up(self, person: Person) -> None:
        """Wait until what the stream told about a chat is what the sandbox has."""
        truth = await self.ask("GET", f"/sandbox/chats/{person.chat_id}/messages")
        wanted = [(one["message_id"], one["text"], one["buttons"]) for one in truth]

        def same() -> bool | None:
            shown = [(b.message_id, b.text, b.rows) for b in person.bubbles.values()]
            return True if sorted(shown, key=lambda one: one[0]) == wanted else None

        await self.until(same, lambda: f"the stream lost something\n{person.transcript()}")

    async def is_sound(
        self, *, customers: int = 0, requests: int = 0, dead: int = 0, doubled: bool = False
    ) -> None:
        """Check what must hold after every play.

        customers, requests: that it added. dead: messages that could not be sent. doubled: some may have
        come twice, and the bot knows only one of the two.
        """
        await self.comes_to_rest()
        assert await self.scalar("SELECT count(*) FROM customers") == 80 + customers
        assert await self.scalar("SELECT count(*) FROM requests") == requests
        assert await self.scalar("SELECT count(*) FROM outbox WHERE state = 'dead'") == dead
        async with self._reader.connect() as connection:
            _sound, broken = await connection.run_sync(verify)
        assert broken is None
        if doubled:
            return
        live = [f"{p.name}: {found}" for p in self._by_chat.values() for found in await self._live(p)]
        assert not live, "buttons that can do nothing any more:\n" + "\n".join(live)

    async def _live(self, person: Person) -> list[str]:
        """List the buttons of a chat whose matter is closed."""
        found = []
        for bubble in person.bubbles.values():
            for label, data in bubble.buttons.items():
                if bubble.from_bot and bubble.text != PLANTED and not await self._may_stand(person, data):
                    found.append(f"[{label}] {data} under “{bubble.text.splitlines()[0]}”")
        return found

    async def _may_stand(self, person: Person, data: str) -> bool:
        route, *args = data.split(":")
        match route:
            case "ap" | "rj" | "rt" | "ex":
                query = (
                    "SELECT count(*) FROM steps JOIN step_queue ON step_queue.step_id = steps.id "
                    "WHERE steps.request_id = :id AND version = :version AND position = :position "
                    "AND state = 'open' AND staff_no = :staff_no"
                )
                params: dict[str, Any] = dict(zip(("id", "version", "position"), map(int, args), strict=True))
                return bool(await self.scalar(query, **params, staff_no=person.staff_no))
            case "wd" | "mend":
                states = ("'returned'",) if route == "mend" else ("'returned'", "'pending'")
                query = (
                    "SELECT count(*) FROM requests WHERE id = :id AND version = :version "
                    f"AND state IN ({', '.join(states)})"
                )
                return bool(await self.scalar(query, id=int(args[0]), version=int(args[1])))
            case "jn":
                query = "SELECT count(*) FROM invitations WHERE id = :id AND state = 'claimed'"
                return bool(await self.scalar(query, id=int(args[0])))
            case "f":
                body = await self.conversation(person)
                revisions = {draft["id"]: draft["revision"] for draft in body.get("drafts", [])}
                return args[1] == "0" or args[2] == "new" or revisions.get(args[0]) == int(args[1])
            case "q":
                return bool((await self.conversation(person)).get("asking"))
        return True

    async def conversation(self, person: Person) -> dict[str, Any]:
        """Give where a chat stands, as stored."""
        found = await self.rows(
            "SELECT body FROM conversations WHERE chat_id = :chat", chat=str(person.chat_id)
        )
        return dict(json.loads(found[0][0])) if found else {}


Launch = Callable[[Stage], Awaitable[None]]


@asynccontextmanager
async def set_stage(
    company: Company, folder: Path, client: str, launch: Launch, rules: SandboxRules | None = None
) -> AsyncIterator[Stage]:
    """Set up a stage and take it down. launch: Stage.start_bot or Stage.launch_bot."""
    stage = Stage(company, folder, client)
    await stage.open(rules)
    try:
        await launch(stage)
        yield stage
    finally:
        await stage.close()
