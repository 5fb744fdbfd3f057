"""What the command line shows: registers, requests and queues as plain rows, read from one snapshot."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.addresses import CnAddress, join_address
from domain.approvals.requests import RequestKind
from storage.approvals import RequestRow, StepRow
from storage.audit import AuditRow
from storage.conversations import ConversationRow
from storage.customers import CustomerRow
from storage.outbox import OutboxRow
from storage.people import AccountRow, DepartmentRow, StaffRow

Record = dict[str, Any]
Report = Callable[[AsyncConnection, str | None, int | None], Awaitable[list[Record]]]

_customers = CustomerRow.__table__  # type: ignore[attr-defined]
_requests = RequestRow.__table__  # type: ignore[attr-defined]
_steps = StepRow.__table__  # type: ignore[attr-defined]
_staff = StaffRow.__table__  # type: ignore[attr-defined]
_departments = DepartmentRow.__table__  # type: ignore[attr-defined]
_accounts = AccountRow.__table__  # type: ignore[attr-defined]
_conversations = ConversationRow.__table__  # type: ignore[attr-defined]
_outbox = OutboxRow.__table__  # type: ignore[attr-defined]
_audit = AuditRow.__table__  # type: ignore[attr-defined]


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Read everything inside as it stood at one moment, whatever the bot writes meanwhile."""
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            await connection.exec_driver_sql("BEGIN")
        else:
            await connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection
        await connection.rollback()


async def customers(connection: AsyncConnection, key: str | None, limit: int | None) -> list[Record]:
    """Give customers; key: id or ERP number."""
    filed = (
        select(func.max(_requests.c.number))
        .where(_requests.c.subject_id == _customers.c.id, _requests.c.kind == RequestKind.NEW_CUSTOMER)
        .scalar_subquery()
    )
    query = select(_customers, filed.label("request"))
    if key is not None:
        query = query.where(or_(_customers.c.erp_no == key.upper(), _is_number(_customers.c.id, key)))
    rows = await _read(connection, query, _customers.c.id, limit)
    return [{**row, "address": join_address(_place(row))} for row in rows]


def _place(row: Record) -> CnAddress:
    return CnAddress(row["province"], row["city"], row["district"], row["address"])


async def staff(connection: AsyncConnection, key: str | None, limit: int | None) -> list[Record]:
    """Give staff with their accounts; key: staff number."""
    query = (
        select(
            _staff,
            _departments.c.name.label("department"),
            _accounts.c.channel,
            _accounts.c.chat_id,
            _accounts.c.language,
            _accounts.c.reachable,
        )
        .outerjoin(_departments, _departments.c.number == _staff.c.department_no)
        .outerjoin(_accounts, _accounts.c.staff_no == _staff.c.staff_no)
    )
    if key is not None:
        query = query.where(_staff.c.staff_no == key)
    rows = await _read(connection, query, _staff.c.staff_no, limit)
    return [{**row, "roles": row["roles"].split(",")} for row in rows]


async def requests(connection: AsyncConnection, key: str | None, limit: int | None) -> list[Record]:
    """Give requests with their steps; key: number or id."""
    query: Select[Any] = select(_requests)
    if key is not None:
        query = query.where(or_(_requests.c.number == key.upper(), _is_number(_requests.c.id, key)))
    found = await _read(connection, query, _requests.c.id, limit)
    trail: defaultdict[int, list[Record]] = defaultdict(list)
    if found:
        span = _steps.c.request_id.between(found[-1]["id"], found[0]["id"])
        ordered = select(_steps).where(span).order_by(_steps.c.version, _steps.c.position)
        for step in (await connection.execute(ordered)).mappings():
            trail[step["request_id"]].append(_plain(step))
    return [{**request, "steps": trail[request["id"]]} for request in found]


async def conversations(connection: AsyncConnection, key: str | None, limit: int | None) -> list[Record]:
    """Give where chats stand; key: chat id."""
    query = select(_conversations, _accounts.c.staff_no).outerjoin(
        _accounts,
        (_accounts.c.channel == _conversations.c.channel) & (_accounts.c.chat_id == _conversations.c.chat_id),
    )
    if key is not None:
        query = query.where(_conversations.c.chat_id == key)
    return await _read(connection, query, _conversations.c.updated_at, limit)


async def outbox(connection: AsyncConnection, key: str | None, limit: int | None) -> list[Record]:
    """Give messages that left or are to leave; key: id."""
    query: Select[Any] = select(_outbox)
    if key is not None:
        query = query.where(_is_number(_outbox.c.id, key))
    return await _read(connection, query, _outbox.c.id, limit)


async def audit(connection: AsyncConnection, key: str | None, limit: int | None) -> list[Record]:
    """Give audit entries; key: sequence number."""
    query: Select[Any] = select(_audit)
    if key is not None:
        query = query.where(_is_number(_audit.c.seq, key))
    rows = await _read(connection, query, _audit.c.seq, limit)
    return [{**row, "before": json.loads(row["before"]), "after": json.loads(row["after"])} for row in rows]


REPORTS: Mapping[str, Report] = {
    "customers": customers,
    "staff": staff,
    "requests": requests,
    "conversations": conversations,
    "outbox": outbox,
    "audit": audit,
}


async def department_heads(connection: AsyncConnection) -> list[Record]:
    """Give departments with the staff number of their head."""
    rows = await connection.execute(select(_departments).order_by(_departments.c.number))
    return [_plain(row) for row in rows.mappings()]


async def _read(
    connection: AsyncConnection, query: Select[Any], newest: ColumnElement[Any], limit: int | None
) -> list[Record]:
    """Run a query, newest first."""
    rows = await connection.execute(query.order_by(newest.desc()).limit(limit))
    return [_plain(row) for row in rows.mappings()]


def _is_number(column: ColumnElement[Any], key: str) -> ColumnElement[bool]:
    return column == (int(key) if key.isdecimal() and len(key) < 19 else -1)


def _plain(row: Iterable[Any] | Mapping[Any, Any]) -> Record:
    return {str(name): _json(value) for name, value in dict(row).items()}


def _json(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        case date():
            return value.isoformat()
    return value
