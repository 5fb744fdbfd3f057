"""A small company for tests: its people, its rules, what they file, and what they say to the bot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine

from domain.approvals.requests import Request, RequestKind, Step
from domain.approvals.routes import Act, Route, StepRule
from domain.approvals.taking import StepRef
from domain.attachments import AttachmentRules
from domain.customers import CustomerFacts, CustomerFiling, file_customer
from domain.people import Account, Department, Employee, Role, StaffRecord, StaffState
from domain.phones import parse_phone
from domain.settlements import parse_settlement
from domain.work import Rules
from handlers.ui import Chat, InboundEvent, MessageReceived, Sender, Started, Tapped, What
from storage.unit_of_work import SqlWork
from tests.support.database import NOW

CHANNEL = "test"
CONSEQUENCES = {RequestKind.NEW_CUSTOMER: CustomerFiling()}


# --- people ----------------------------------------------------------------------------------------------


def person(
    staff_no: str, name: str, superior_no: str, *roles: Role, state: StaffState = StaffState.ACTIVE
) -> Employee:
    held = frozenset({Role.EMPLOYEE, *roles})
    return Employee(staff_no, name, "D01", "销售一部", "职员", superior_no, state, held)


BOSS = person("YH0001", "陈国华", "", Role.GENERAL_MANAGER)
MANAGER = person("YH0002", "王敏", "YH0001", Role.MARKET_MANAGER, Role.SALES_REP)
REP = person("YH0003", "张伟", "YH0002", Role.SALES_REP)
OTHER_REP = person("YH0004", "赵磊", "YH0002", Role.SALES_REP)
CLERK = person("YH0005", "刘芳", "YH0001", Role.SALES_ADMIN)  # 内勤
OTHER_CLERK = person("YH0006", "孙丽", "YH0001", Role.SALES_ADMIN)
ADMIN = person("YH0007", "周杰", "YH0001", Role.SYSTEM_ADMIN)
LEAVER = person("YH0008", "钱多", "YH0002", Role.SALES_REP, state=StaffState.LEFT)
STAFF = (BOSS, MANAGER, REP, OTHER_REP, CLERK, OTHER_CLERK, ADMIN, LEAVER)


def chat_of(employee: Employee) -> str:
    """The private chat of a member of staff, also the account's id."""
    return employee.staff_no.removeprefix("YH")


def account_of(employee: Employee, language: str = "zh_CN") -> Account:
    chat = chat_of(employee)
    return Account(CHANNEL, chat, chat, employee.staff_no, language)


def put(connection: Connection, employee: Employee) -> None:
    """Write a person into the register as they are now."""
    work_on(connection).people.put_staff(StaffRecord(employee, "", None, None, None))


def unbind(connection: Connection, employee: Employee) -> None:
    connection.exec_driver_sql(f"DELETE FROM accounts WHERE staff_no = '{employee.staff_no}'")


def change_roles(connection: Connection, employee: Employee, *roles: Role) -> Employee:
    changed = replace(employee, roles=frozenset({Role.EMPLOYEE, *roles}))
    put(connection, changed)
    return changed


def leave(connection: Connection, employee: Employee) -> Employee:
    gone = replace(employee, state=StaffState.LEFT)
    put(connection, gone)
    return gone


def settle_in(connection: Connection, staff: Sequence[Employee] = STAFF) -> None:
    """Put the company into an empty register, everybody bound to an account."""
    people = work_on(connection).people
    people.put_department(Department("D01", "销售一部", "", MANAGER.staff_no))
    for employee in staff:
        put(connection, employee)
        people.bind(account_of(employee), NOW, ADMIN.staff_no)


# --- rules -----------------------------------------------------------------------------------------------

ROUTE = Route(
    (
        StepRule(Act.REVIEW, "role:sales_admin"),
        StepRule(Act.APPROVE, "role:market_manager"),
        StepRule(Act.EXECUTE, "role:sales_admin"),
    ),
    "role:general_manager",
)


def rules(*steps: StepRule, fallback: str = ROUTE.fallback, min_rate: str = "0.80") -> Rules:
    """The company's policy; steps: the route of new customers, the usual one by default."""
    return Rules(
        min_rate=Decimal(min_rate),
        max_credit_days=90,
        grades=("A", "B", "C"),
        categories=("企业", "经销商"),
        sources=("介绍", "广告"),
        routes={RequestKind.NEW_CUSTOMER: Route(steps or ROUTE.steps, fallback)},
        attachments=AttachmentRules(10_000_000, 5),
        timezone="Asia/Shanghai",
    )


RULES = rules()


def work_on(connection: Connection, policy: Rules = RULES) -> SqlWork:
    return SqlWork(connection, policy, CONSEQUENCES)


@contextmanager
def transaction(engine: Engine, policy: Rules = RULES) -> Iterator[SqlWork]:
    """One unit of work, committed at the end."""
    with engine.begin() as connection:
        yield work_on(connection, policy)


# --- filings ---------------------------------------------------------------------------------------------

_drafts = count(1)


def facts(name: str = "佛山市恒锐五金制品有限公司", phone: str = "13800138000", **more: Any) -> CustomerFacts:
    usual = {
        "credit_code": "",
        "address": "广东省佛山市顺德区凤翔路28号",
        "contact": "陈志强",
        "rate": Decimal("0.92"),
        "settlement": parse_settlement("月结30天"),
    }
    return CustomerFacts(name=name, phone=parse_phone(phone), **{**usual, **more})


def content_of(stated: CustomerFacts) -> dict[str, Any]:
    """The form's answers as they are frozen into a request."""
    return {
        "name": stated.name,
        "address": stated.address,
        "contact": stated.contact,
        "phone": stated.phone.to_json(),
        "rate": str(stated.rate),
        "settlement": stated.settlement.to_json(),
    }


def content(name: str = "佛山市恒锐五金制品有限公司", **more: Any) -> dict[str, Any]:
    """The answers of a filing that differs from the usual one in name and `more`."""
    return {**content_of(facts(name)), **more}


def file(
    work: SqlWork, rep: Employee = REP, *, draft: str = "", now: datetime = NOW, **about: Any
) -> Request:
    """File a new customer through the domain."""
    stated = facts(**about)
    return file_customer(work, rep, draft or f"{next(_drafts):012x}", stated, content_of(stated), now)


def at(request: Request, position: int | None = None, version: int | None = None) -> StepRef:
    """What a button on the present card speaks of."""
    return StepRef(
        request.id or 0,
        request.version if version is None else version,
        request.position if position is None else position,
    )


def step_of(work: SqlWork, request: Request, position: int | None = None) -> Step:
    steps = work.requests.steps(request.id or 0, request.version)
    return steps[request.position if position is None else position]


# --- events ----------------------------------------------------------------------------------------------

_events = count(1)


def event(
    chat: str,
    what: What,
    *,
    event_id: str = "",
    sender: str = "",
    private: bool = True,
    name: str = "某人",
) -> InboundEvent:
    return InboundEvent(
        CHANNEL, event_id or f"e{next(_events)}", Chat(chat, private), Sender(sender or chat, name), NOW, what
    )


def said(chat: str, text: str, **more: Any) -> InboundEvent:
    return event(chat, MessageReceived(text), **more)


def tapped(chat: str, payload: str, *, message_id: str = "m1", **more: Any) -> InboundEvent:
    return event(chat, Tapped(payload, message_id, "handle"), **more)


def started(chat: str, payload: str = "", **more: Any) -> InboundEvent:
    return event(chat, Started(payload), **more)
