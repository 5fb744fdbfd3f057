"""Draining a full outbox at the configured rate, against a sandbox that refuses whatever is faster."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from handlers.ui import Button, ViewBuilder
from storage.engine import create_write_engine
from storage.outbox import Lane, SqlOutbox
from tests.bench.company import CHANNEL, database_url
from tests.bench.processes import killed_at_the_end, menxia, running_sandboxes
from tests.bench.tables import aim, table
from tests.bench.visitors import PATIENCE, visiting

RATE = 200
CHATS = 500
SANDBOX_BURST = 30  # as Telegram's; delivery itself goes five ahead at most


@dataclass(frozen=True)
class Drained:
    messages: int
    seconds: float
    refused: int
    cpu: float

    @property
    def share(self) -> float:
        """Give the achieved rate by the configured one."""
        return (self.messages - 1) / self.seconds / RATE


async def measure(folder: Path, messages: int) -> Drained:
    chats = list(range(50_001, 50_001 + CHATS))
    rules = {"flood_limits": True, "total_rate": RATE, "total_burst": SANDBOX_BURST}
    with running_sandboxes(folder, [{"chats": chats, "rules": rules}]) as [base]:
        bot = menxia("Menxia+ptb", "ptb", base, folder, {"per_second": RATE})
        fill(folder / "Menxia+ptb", chats, messages)
        with killed_at_the_end([bot]):
            async with visiting(base) as visitors:
                bot.process.start()
                async with asyncio.timeout(PATIENCE + messages / RATE):
                    stats = await visitors.settled()
                    while stats["sent"] < messages:
                        stats = await visitors.settled()
                times = [at for at, kind, _chat in await visitors.moments() if kind == "in"]
                seconds = max(times) - min(times)
                return Drained(stats["sent"], seconds, stats["rejected_429"], bot.process.cpu())


def fill(data: Path, chats: list[int], messages: int) -> None:
    """Queue reminders as a sweep would."""
    view = (
        ViewBuilder()
        .say("【提醒】人事档案借阅已逾期3天，请尽快归还或申请续借。")
        .buttons(Button("我来处理", "rm:1"), Button("查看详情", "vw:1:1"))
        .view()
    )
    row = {"channel": CHANNEL, "lane": Lane.BULK, "revises": False, "card": None, "target_id": None}
    rows = [
        {**row, "chat_id": str(chats[i % len(chats)]), "message_id": "", "view": view.to_json()}
        for i in range(messages)
    ]
    engine = create_write_engine(database_url(data))
    with engine.begin() as connection:
        SqlOutbox(connection).add(rows, datetime.now(UTC), lease=False)
    engine.dispose()


def report(found: Drained) -> str:
    title = (
        f"3. Outbox drain: {found.messages} queued messages to {CHATS} chats at {RATE}/s (Menxia+ptb);"
        " the sandbox enforces the same rate."
    )
    row = [
        "",
        f"{found.seconds:.2f}",
        f"{(found.messages - 1) / found.seconds:.1f}",
        f"{found.share * 100:.1f} %",
        str(found.refused),
        f"{found.cpu / found.messages * 1000:.2f}",
    ]
    head = ["", "seconds", "messages/s", "of the rate", "429s", "CPU ms/message, start included"]
    lines = [table(title, head, [row]), ""]
    share = f"{found.share * 100:.1f} %"
    lines.append(aim("achieved / configured rate", share, ">= 95 %", found.share >= 0.95))
    lines.append(aim("429s", str(found.refused), "0", found.refused == 0))
    return "\n".join(lines)
