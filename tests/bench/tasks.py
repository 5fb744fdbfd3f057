"""我的待办 with two hundred pending requests beside the same with ten, turn and turn about in one run."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Engine

from bot.app import make_turns
from bot.settings import load_settings
from bot.turn import Turns
from domain.approvals.acts import approve_step
from domain.approvals.taking import StepRef
from domain.customers import CustomerFacts, file_customer
from domain.phones import parse_phone
from domain.settlements import parse_settlement
from handlers.ui import Chat, InboundEvent, MessageReceived, Sender, Tapped, What
from storage.engine import create_write_engine
from tests.bench.company import CHANNEL, database_url, found_company
from tests.bench.tables import aim, ms, percentile, table

MANAGER, CLERK, REP = 902, "A901", "S10001"
TEN, MANY = 10, 200
BEARABLE = 1.15  # p99 of one and the same program differs so much from run to run
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"


def measure(folder: Path, turns: int) -> dict[int, list[float]]:
    """Give the seconds of each turn, by how many requests are pending."""
    houses = {pending: _House(folder / str(pending), pending) for pending in (TEN, MANY)}
    found: dict[int, list[float]] = {pending: [] for pending in houses}
    for at in range(turns + 20):
        for pending, house in houses.items():
            seconds = house.ask(at)
            if at >= 20:  # the first ones compile statements
                found[pending].append(seconds)
    return found


def report(found: dict[int, list[float]]) -> str:
    rows = [
        [f"{pending} pending", ms(median(times)), ms(percentile(times, 0.99))]
        for pending, times in found.items()
    ]
    title = "5. 我的待办: the list, its pages and its filter, by what is pending; ms a turn, committed."
    ratio = percentile(found[MANY], 0.99) / percentile(found[TEN], 0.99)
    lines = [table(title, ["", "p50", "p99"], rows), ""]
    lines.append(aim("p99 with 200 / with 10", f"{ratio:.2f}", f"<= {BEARABLE}", ratio <= BEARABLE))
    return "\n".join(lines)


class _House:
    """A company in which so many requests wait for the market manager."""

    def __init__(self, folder: Path, pending: int) -> None:
        folder.mkdir()
        url = database_url(folder)
        found_company(url)
        self._engine: Engine = create_write_engine(url)
        self._turns: Turns = make_turns(load_settings())[0]
        self._events = 0
        for at in range(pending):
            self._file(at)

    def ask(self, at: int) -> float:
        """Ask for the list, or turn a page, or filter; give the seconds."""
        self._events += 1
        whats: tuple[What, ...] = (
            MessageReceived("我的待办"),
            Tapped("td:1:", "77", "handle"),
            Tapped("td:0:kh", "77", "handle"),
        )
        event = InboundEvent(
            CHANNEL,
            str(self._events),
            Chat(str(MANAGER)),
            Sender(str(MANAGER), "somebody"),
            datetime.now(UTC),
            whats[at % len(whats)],
        )
        began = perf_counter()
        with self._engine.begin() as connection:
            self._turns.take(connection, event, event.at, lease=True)
        return perf_counter() - began

    def _file(self, at: int) -> None:
        now = datetime.now(UTC)
        stated = CustomerFacts(
            name=f"{SURNAMES[at % 30]}{SURNAMES[at // 30]}{SURNAMES[(at * 7) % 30]}机电设备有限公司",
            credit_code="",
            address="广东省佛山市顺德区凤翔路28号",
            contact="陈志强",
            phone=parse_phone(f"1390013{at:04}"),
            rate=Decimal("0.92") if at % 4 else Decimal("0.82"),
            settlement=parse_settlement("月结30天"),
        )
        content: dict[str, Any] = {
            "name": stated.name,
            "address": stated.address,
            "contact": stated.contact,
            "phone": stated.phone.to_json(),
            "rate": str(stated.rate),
            "settlement": stated.settlement.to_json(),
        }
        with self._engine.begin() as connection:
            work = self._turns.work(connection)
            rep, clerk = work.people.by_no(REP), work.people.by_no(CLERK)
            assert rep is not None
            assert clerk is not None
            request = file_customer(work, rep, f"{at:012x}", stated, content, now)
            approve_step(work, clerk, StepRef(request.id or 0, 1, 0), now)
            work.session.flush()
