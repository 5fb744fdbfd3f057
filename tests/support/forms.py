"""A phone on which forms are filled in, without a database and without a messenger.

The turn is the one of `bot/turn.py` with registers in memory: an event is taken once, and the conversation
passes through JSON between turns. Messages stand in the chat as a messenger would keep them: a new one is
added at the end, a revision replaces one in its place.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.i18n import Catalogue, load_languages
from domain.approvals.delegations import Delegation
from domain.approvals.requests import Desk, Remark, Request, RequestKind, Step, StepState, Task
from domain.approvals.routes import Act, Route, StepRule
from domain.attachments import Attachment, AttachmentRules, AttachmentState
from domain.customers import (
    Customer,
    CustomerChange,
    CustomerField,
    CustomerFiling,
    CustomerState,
    check_rate,
    check_settlement,
)
from domain.discounts import ChangeState, DiscountChange, DiscountConsequence
from domain.duplicates import KnownCustomer
from domain.errors import Refused
from domain.events import Event
from domain.loans.renewals import RenewalConsequence
from domain.loans.requesting import LoanConsequence
from domain.names import initials
from domain.onboarding import Invitation
from domain.people import (
    Account,
    Department,
    Employee,
    EmploymentTerms,
    Role,
    StaffRecord,
    StaffState,
    find_people,
)
from domain.settlements import Settlement
from domain.work import Consequence, Rules
from handlers.approvals.delegating import DELEGATION
from handlers.approvals.kinds import Kind
from handlers.context import Context, Outgoing, Revise, ReviseCard
from handlers.conversation import Conversation, Draft, Prompt
from handlers.customer_updates import CUSTOMER_UPDATE
from handlers.customers import NEW_CUSTOMER_KIND
from handlers.discounts import DISCOUNT_CHANGE_KIND
from handlers.forms.choices import Choice, Option, Record
from handlers.forms.dates import Day
from handlers.forms.fields import Answers, Doubt, Field, Form, Text
from handlers.forms.files import Files
from handlers.forms.values import Address, CreditCode, PhoneNumber, Rate, Terms
from handlers.loans.borrowing import FILE_LOAN_KIND
from handlers.loans.renewing import LOAN_RENEWAL_KIND
from handlers.personnel_files.routes import OWN_FORMS
from handlers.router import Router
from handlers.ui import (
    Button,
    Chat,
    FileArrived,
    InboundEvent,
    MessageReceived,
    RemoteFile,
    Sender,
    Tapped,
    View,
    What,
)
from tests.support.files import MemoryFiles, MemoryIncidents, MemoryLeavings, MemoryLoans
from tests.support.reminders import MemoryOverrides, MemoryReminders, MemoryWeekly

CHANNEL = "phone"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
TODAY = date(2026, 11, 23)
LANGUAGES = load_languages(["zh_CN", "en"], "Asia/Shanghai")
ZH, EN = LANGUAGES["zh_CN"], LANGUAGES["en"]


# --- the company -----------------------------------------------------------------------------------------


def person(staff_no: str, name: str, superior_no: str, *roles: Role) -> Employee:
    held = frozenset({Role.EMPLOYEE, *roles})
    return Employee(staff_no, name, "D01", "销售一部", "职员", superior_no, StaffState.ACTIVE, held)


REP = person("YH0003", "张伟", "YH0002", Role.SALES_REP)
CLERK = person("YH0005", "刘芳", "YH0001", Role.SALES_ADMIN)
MANAGER = person("YH0002", "王敏", "YH0001", Role.MARKET_MANAGER)
BOSS = person("YH0001", "陈国华", "", Role.GENERAL_MANAGER)
ADMIN = person("YH0007", "周杰", "YH0001", Role.SYSTEM_ADMIN)
STAFF = (BOSS, MANAGER, REP, CLERK, ADMIN)

ROUTE = Route(
    (
        StepRule(Act.REVIEW, "role:sales_admin"),
        StepRule(Act.APPROVE, "role:market_manager"),
        StepRule(Act.EXECUTE, "role:sales_admin"),
    ),
    "role:general_manager",
)
RULES = Rules(
    min_rate=Decimal("0.80"),
    max_credit_days=90,
    grades=("A", "B", "C"),
    categories=("企业", "经销商", "个体工商户"),
    sources=("介绍", "广告"),
    routes=dict.fromkeys(RequestKind, ROUTE),
    attachments=AttachmentRules(max_bytes=10_000_000, max_files=3),
    timezone="Asia/Shanghai",
)


# --- registers in memory ---------------------------------------------------------------------------------


class MemoryPeople:
    def __init__(self) -> None:
        self.staff = {employee.staff_no: employee for employee in STAFF}
        self.departments: dict[str, Department] = {}
        self.bound = {
            employee.staff_no: Account(
                CHANNEL, employee.staff_no, employee.staff_no, employee.staff_no, "zh_CN"
            )
            for employee in STAFF
        }

    def by_no(self, staff_no: str) -> Employee | None:
        return self.staff.get(staff_no)

    def holders(self, role: Role) -> list[Employee]:
        return [e for _no, e in sorted(self.staff.items()) if e.works_here and e.holds(role)]

    def members(self, department_no: str) -> list[Employee]:
        return [e for _no, e in sorted(self.staff.items()) if e.department_no == department_no]

    def terms_of(self, staff_no: str) -> EmploymentTerms:
        return EmploymentTerms()

    def terms_ending(self, probation_by: date, contract_by: date) -> list[str]:
        return []

    def everybody(self) -> list[Employee]:
        return [e for _no, e in sorted(self.staff.items()) if e.works_here]

    def find(self, text: str, *, limit: int) -> list[Employee]:
        return find_people(self.staff.values(), text)[:limit]

    def department(self, number: str) -> Department | None:
        return self.departments.get(number)

    def by_account(self, channel: str, user_id: str) -> tuple[Account, Employee] | None:
        for account in self.bound.values():
            if (account.channel, account.user_id) == (channel, user_id):
                return account, self.staff[account.staff_no]
        return None

    def accounts(self, staff_nos: Iterable[str]) -> dict[str, Account]:
        return {staff_no: self.bound[staff_no] for staff_no in staff_nos if staff_no in self.bound}

    def language_of_chat(self, channel: str, chat_id: str) -> str:
        found = [a.language for a in self.bound.values() if (a.channel, a.chat_id) == (channel, chat_id)]
        return found[0] if found else ""

    def by_chat(self, channel: str, chat_id: str) -> Employee | None:
        for account in self.bound.values():
            if (account.channel, account.chat_id) == (channel, chat_id):
                return self.staff[account.staff_no]
        return None

    def bind(self, account: Account, at: datetime, confirmed_by: str) -> None:
        self.bound[account.staff_no] = account

    def set_language(self, account: Account, language: str) -> None:
        self.bound[account.staff_no] = replace(self.bound[account.staff_no], language=language)

    def set_reachable(self, channel: str, chat_id: str, reachable: bool) -> None:
        for staff_no, account in self.bound.items():
            if (account.channel, account.chat_id) == (channel, chat_id):
                self.bound[staff_no] = replace(account, reachable=reachable)

    def move_chat(self, channel: str, old: str, new: str) -> None:
        for staff_no, account in self.bound.items():
            if (account.channel, account.chat_id) == (channel, old):
                self.bound[staff_no] = replace(account, chat_id=new)

    def put_department(self, department: Department) -> bool:
        self.departments[department.number] = department
        return True

    def put_staff(self, record: StaffRecord) -> bool:
        changed = self.staff.get(record.employee.staff_no) != record.employee
        self.staff[record.employee.staff_no] = record.employee
        return changed


class MemoryRequests:
    """What is handed out is a copy: only what is saved stays."""

    def __init__(self) -> None:
        self.kept: dict[int, Request] = {}
        self.kept_steps: dict[tuple[int, int, int], Step] = {}
        self.numbers: dict[tuple[RequestKind, str], int] = {}
        self.kept_remarks: list[Remark] = []

    def add(self, request: Request) -> Request:
        taken = {(r.draft_id, r.number) for r in self.kept.values()}
        if any(request.draft_id == draft or request.number == number for draft, number in taken):
            raise AssertionError("the database keeps draft ids and numbers unique")
        request.id = len(self.kept) + 1
        self.kept[request.id] = request.model_copy(deep=True)
        return request

    def lock(self, request_id: int) -> Request | None:
        return self.by_id(request_id)

    def by_id(self, request_id: int) -> Request | None:
        found = self.kept.get(request_id)
        return found.model_copy(deep=True) if found else None

    def by_number(self, number: str) -> Request | None:
        return next((self.by_id(r.id or 0) for r in self.kept.values() if r.number == number), None)

    def by_draft(self, draft_id: str) -> Request | None:
        return next((self.by_id(r.id or 0) for r in self.kept.values() if r.draft_id == draft_id), None)

    def add_steps(self, steps: list[Step]) -> list[Step]:
        for step in steps:
            key = (step.request_id, step.version, step.position)
            step.id = step.id or len(self.kept_steps) + 1
            self.kept_steps[key] = step.model_copy(deep=True)
        return steps

    def steps(self, request_id: int, version: int) -> list[Step]:
        return [step for step in self.all_steps(request_id) if step.version == version]

    def step_by_id(self, step_id: int) -> Step | None:
        return next((s.model_copy(deep=True) for s in self.kept_steps.values() if s.id == step_id), None)

    def all_steps(self, request_id: int) -> list[Step]:
        return [s.model_copy(deep=True) for key, s in sorted(self.kept_steps.items()) if key[0] == request_id]

    def save(self, request: Request, *steps: Step) -> None:
        self.kept[request.id or 0] = request.model_copy(deep=True)
        self.add_steps(list(steps))

    def waiting_at(
        self, desks: Sequence[Desk], *, kind: RequestKind | None = None, limit: int, offset: int = 0
    ) -> list[Task]:
        tasks = [task for task in self._waiting(desks) if kind in {None, task.request.kind}]
        return tasks[offset : offset + limit]

    def count_waiting_at(self, desks: Sequence[Desk]) -> dict[RequestKind, int]:
        return dict(Counter(task.request.kind for task in self._waiting(desks)))

    def open_about(self, kinds: Collection[RequestKind], subject_id: int) -> list[Request]:
        found = [r for r in self.kept.values() if r.kind in kinds and r.subject_id == subject_id]
        return [r.model_copy(deep=True) for r in reversed(found) if not r.state.closed]

    def open_steps(self) -> list[tuple[Request, Step]]:
        return [
            (self.kept[step.request_id].model_copy(deep=True), step.model_copy(deep=True))
            for _key, step in sorted(self.kept_steps.items())
            if step.state in {StepState.OPEN, StepState.OFFERED}
            and step.version == self.kept[step.request_id].version
        ]

    def decided_for(self, staff_no: str, by: str, since: datetime, until: datetime) -> list[Task]:
        return [
            Task(self.kept[step.request_id], step, staff_no)
            for _key, step in sorted(self.kept_steps.items())
            if (step.on_behalf_of, step.decided_by) == (staff_no, by)
            and step.decided_at is not None
            and since <= step.decided_at < until
        ]

    def add_remark(self, remark: Remark) -> None:
        self.kept_remarks.append(remark)

    def remarks(self, request_id: int) -> list[Remark]:
        return [remark for remark in self.kept_remarks if remark.request_id == request_id]

    def filed_by(self, staff_no: str, *, limit: int, offset: int = 0) -> list[Request]:
        mine = [r for r in self.kept.values() if r.applicant_no == staff_no]
        mine.sort(key=lambda r: (r.state.closed, -(r.id or 0)))
        return [r.model_copy(deep=True) for r in mine[offset : offset + limit]]

    def steps_open_since(self, after: datetime | None, until: datetime) -> list[int]:
        return []

    def returned_since(self, moment: datetime) -> list[int]:
        return []

    def count_filed_by(self, staff_no: str) -> int:
        return sum(r.applicant_no == staff_no for r in self.kept.values())

    def next_number(self, kind: RequestKind, day: str) -> str:
        self.numbers[kind, day] = self.numbers.get((kind, day), 0) + 1
        return f"{kind.prefix}-{day}-{self.numbers[kind, day]:04d}"

    def _waiting(self, desks: Sequence[Desk]) -> list[Task]:
        tasks = [
            Task(request, step, desk.staff_no)
            for request, step in self.open_steps()
            for desk in desks
            if step.state is StepState.OPEN
            and desk.staff_no in step.assignees
            and (not desk.kinds or request.kind in desk.kinds)
            and request.applicant_no != desk.apart_from
        ]
        return sorted(tasks, key=lambda task: (task.request.ordinary, task.request.id))


class MemoryDelegations:
    def __init__(self) -> None:
        self.kept: dict[int, Delegation] = {}

    def add(self, delegation: Delegation) -> Delegation:
        delegation.id = len(self.kept) + 1
        self.kept[delegation.id] = delegation
        return delegation

    def by_id(self, delegation_id: int) -> Delegation | None:
        return self.kept.get(delegation_id)

    def save(self, delegation: Delegation) -> None:
        self.kept[delegation.id or 0] = delegation

    def given_to(self, staff_no: str, day: date) -> list[Delegation]:
        return [d for d in self.kept.values() if d.to_no == staff_no and d.stands_on(day)]

    def given_by(self, staff_no: str, since: date) -> list[Delegation]:
        found = [d for d in self.kept.values() if d.from_no == staff_no and d.last_day >= since]
        return sorted((d for d in found if d.ended_at is None), key=lambda d: d.first_day)

    def standing(self, day: date) -> list[Delegation]:
        return [d for d in self.kept.values() if d.ended_at is None and d.last_day >= day]

    def unannounced(self, day: date) -> list[Delegation]:
        live = [d for d in self.kept.values() if d.ended_at is None and not d.reported]
        return [d for d in live if d.last_day < day or (not d.begun and d.first_day <= day)]


class MemoryCustomers:
    def __init__(self, staff: Mapping[str, Employee]) -> None:
        self.kept: dict[int, Customer] = {}
        self.kept_changes: list[CustomerChange] = []
        self._staff = staff

    def add(self, customer: Customer) -> Customer:
        customer.id = len(self.kept) + 1
        self.kept[customer.id] = customer.model_copy(deep=True)
        return customer

    def by_id(self, customer_id: int) -> Customer | None:
        found = self.kept.get(customer_id)
        return found.model_copy(deep=True) if found else None

    def peek(self, customer_id: int) -> Customer | None:
        return self.by_id(customer_id)

    def last_touched(self, since: date, until: date) -> list[int]:
        return []

    def by_erp_no(self, erp_no: str) -> Customer | None:
        return next((self.by_id(c.id or 0) for c in self.kept.values() if c.erp_no == erp_no), None)

    def save(self, customer: Customer) -> None:
        self.kept[customer.id or 0] = customer.model_copy(deep=True)

    def lookalikes(
        self, name: str, credit_code: str, phones: tuple[str, ...], *, limit: int = 50
    ) -> list[KnownCustomer]:
        return [
            KnownCustomer(
                str(c.id), c.name, c.credit_code, c.phones, self._staff[c.owner_no].name, c.state.value
            )
            for c in self.kept.values()
        ][:limit]

    def find(
        self, text: str, owners: Collection[str] | None, *, limit: int, offset: int = 0
    ) -> list[Customer]:
        return self._found(text, owners)[offset : offset + limit]

    def count(self, text: str, owners: Collection[str] | None) -> int:
        return len(self._found(text, owners))

    def add_change(self, change: CustomerChange) -> None:
        self.kept_changes.append(change)

    def changes(
        self,
        customer_id: int,
        *,
        fields: Collection[CustomerField] = (),
        limit: int,
        offset: int = 0,
    ) -> list[CustomerChange]:
        found = [c for c in reversed(self.kept_changes) if c.customer_id == customer_id]
        return [c for c in found if not fields or c.field in fields][offset : offset + limit]

    def _found(self, text: str, owners: Collection[str] | None) -> list[Customer]:
        return [
            self.by_id(c.id or 0) or c
            for c in reversed(self.kept.values())
            if (owners is None or c.owner_no in owners)
            and c.state is not CustomerState.DECLINED
            and (text in c.name or text == c.erp_no or text.casefold() in initials(c.name))
        ]

    def lock_filing(self) -> None:
        """One chat at a time runs here."""


class MemoryDiscountChanges:
    def __init__(self) -> None:
        self.kept: dict[int, DiscountChange] = {}

    def add(self, change: DiscountChange) -> DiscountChange:
        change.id = len(self.kept) + 1
        self.kept[change.request_id] = change
        return change

    def by_request(self, request_id: int) -> DiscountChange | None:
        return self.kept.get(request_id)

    def by_id(self, change_id: int) -> DiscountChange | None:
        return next((change for change in self.kept.values() if change.id == change_id), None)

    def ending_by(self, day: date) -> list[int]:
        return []

    def save(self, change: DiscountChange) -> None:
        self.kept[change.request_id] = change

    def of_customer(self, customer_id: int, state: ChangeState) -> list[DiscountChange]:
        return [c for c in self.kept.values() if (c.customer_id, c.state) == (customer_id, state)]

    def ended(self, day: date) -> list[DiscountChange]:
        in_force = [c for c in self.kept.values() if c.state is ChangeState.IN_FORCE]
        return [c for c in in_force if c.ends_on is not None and c.ends_on < day]


class MemoryAttachments:
    def __init__(self) -> None:
        self.kept: dict[str, Attachment] = {}

    def add(self, attachment: Attachment) -> None:
        self.kept[attachment.id] = attachment.model_copy(deep=True)

    def by_id(self, attachment_id: str) -> Attachment | None:
        found = self.kept.get(attachment_id)
        return found.model_copy(deep=True) if found else None

    def save(self, attachment: Attachment) -> None:
        self.add(attachment)

    def fetching(self) -> list[Attachment]:
        return [a.model_copy() for a in self.kept.values() if a.state is AttachmentState.FETCHING]


class MemoryInvitations:
    def __init__(self) -> None:
        self.kept: dict[int, Invitation] = {}

    def add(self, invitation: Invitation) -> Invitation:
        invitation.id = len(self.kept) + 1
        self.save(invitation)
        return invitation

    def by_hash(self, token_hash: str) -> Invitation | None:
        return next((self.by_id(i.id or 0) for i in self.kept.values() if i.token_hash == token_hash), None)

    def by_id(self, invitation_id: int) -> Invitation | None:
        found = self.kept.get(invitation_id)
        return found.model_copy() if found else None

    def save(self, invitation: Invitation) -> None:
        self.kept[invitation.id or 0] = invitation.model_copy()


class MemoryAudit:
    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str]] = []

    def record(
        self,
        at: datetime,
        actor_no: str,
        action: str,
        subject: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        on_behalf_of: str = "",
    ) -> None:
        self.entries.append((actor_no, action, subject))


class MemoryWork:
    """Implements domain.work.Work; one object lives through all the turns of a test."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.people = MemoryPeople()
        self.requests = MemoryRequests()
        self.customers = MemoryCustomers(self.people.staff)
        self.delegations = MemoryDelegations()
        self.discount_changes = MemoryDiscountChanges()
        self.attachments = MemoryAttachments()
        self.files = MemoryFiles(self.people.staff)
        self.loans, self.incidents, self.leavings = MemoryLoans(), MemoryIncidents(), MemoryLeavings()
        self.invitations = MemoryInvitations()
        self.reminders, self.calendar_overrides = MemoryReminders(), MemoryOverrides()
        self.weekly = MemoryWeekly()
        self.audit = MemoryAudit()
        self.rules = rules
        self.consequences: Mapping[RequestKind, Consequence] = {
            RequestKind.NEW_CUSTOMER: CustomerFiling(),
            RequestKind.DISCOUNT_CHANGE: DiscountConsequence(),
            RequestKind.FILE_LOAN: LoanConsequence(),
            RequestKind.LOAN_RENEWAL: RenewalConsequence(),
        }
        self.events: list[Event] = []
        self.phones: dict[str, Phone] = {}  # the chats that messages of any turn reach

    @contextmanager
    def attempt(self) -> Iterator[None]:
        registers = (
            "people",
            "requests",
            "customers",
            "discount_changes",
            "delegations",
            "attachments",
            "files",
            "loans",
            "incidents",
            "leavings",
            "reminders",
            "calendar_overrides",
            "audit",
        )
        before = copy.deepcopy({name: vars(self)[name] for name in registers})
        events = list(self.events)
        try:
            yield
        except Refused:
            vars(self).update(before)
            self.events[:] = events
            raise


# --- the sample form -------------------------------------------------------------------------------------

CITIES = tuple(
    Option(f"c{n:02d}", name, aliases)
    for n, (name, *aliases) in enumerate(
        [
            ("广州", "穗"),
            ("深圳", "鹏城"),
            ("佛山",),
            ("东莞",),
            ("中山",),
            ("珠海",),
            ("惠州",),
            ("江门",),
            ("肇庆",),
            ("清远",),
            ("韶关",),
            ("汕头",),
            ("汕尾",),
            ("潮州",),
            ("揭阳",),
            ("湛江",),
            ("茂名",),
            ("阳江",),
            ("云浮",),
            ("梅州",),
        ],
        start=1,
    )
)
NAMES = [f"佛山恒锐五金{n:03d}" for n in range(1, 51)] + [f"中山恒锐灯饰{n:03d}" for n in range(1, 51)]
NAMES += [f"东莞宏达{trade}{n:03d}" for n in range(1, 51) for trade in ("模具", "电子")]  # 200 in all
ALIKE = {"陈志强", "李强"}  # somebody of that name was there before
BANNED = "黑名单"
CODE = "91350100M000100Y43"
OTHER_CODE = "91440300708461136T"


def find_names(ctx: Context, text: str) -> list[Option]:
    wanted = text.casefold()
    return [Option(str(n), name) for n, name in enumerate(NAMES) if wanted in name.casefold()][:50]


def name_at(ctx: Context, value: str) -> str | None:
    return NAMES[int(value)] if re.fullmatch(r"[0-9]{1,3}", value) and int(value) < len(NAMES) else None


def check_contact(ctx: Context, answers: Answers, name: str) -> Doubt | None:
    if name == BANNED:
        raise Refused("name_unreadable")
    if name not in ALIKE:
        return None
    known = {"name": name, "owner": "赵磊", "state": "active", "reasons": ("same_name",)}
    return Doubt("alike", name, "similar_customers", {"alike": [known], "count": 1})


def check_terms(ctx: Context, answers: Answers, settlement: Settlement) -> None:
    check_settlement(ctx.work, settlement)


def is_return_trip(answers: Answers) -> bool:
    return answers.get("way") == "return"


def submit_trip(ctx: Context, draft: Draft, answers: Answers) -> None:
    if ctx.work.requests.by_draft(draft.id) is None:
        if "rate" in answers:
            check_rate(ctx.work, answers["rate"])
        ctx.work.requests.add(
            Request(
                number=ctx.work.requests.next_number(RequestKind.FILE_LOAN, ctx.today.strftime("%Y%m%d")),
                kind=RequestKind.FILE_LOAN,
                applicant_no=ctx.actor.staff_no,
                draft_id=draft.id,
                title=answers["contact"],
                content=dict(draft.answers),
                route=ROUTE.to_json(),
                submitted_at=ctx.now,
                updated_at=ctx.now,
            )
        )


TRIP = Form(
    name="trip",
    version=1,
    title="出差",
    submit=submit_trip,
    fields=(
        Text(
            name="contact",
            label="Contact person",
            question="Whom do we talk to there?",
            example="陈志强 采购经理",
            aliases=("联系", "contact"),
            longest=40,
            check=check_contact,
        ),
        Choice(name="city", label="城市", question="去哪个城市?", options=CITIES),
        Record(
            name="customer", label="Customer name", question="拜访哪个客户?", search=find_names, title=name_at
        ),
        Rate(
            name="rate",
            label="Discount",
            question="Which discount shall the customer have?",
            optional=True,
            usual=lambda ctx: (Decimal("0.95"), Decimal("0.92")),
        ),
        Terms(
            name="terms",
            label="Settlement",
            question="How will the customer pay?",
            usual=("款到发货", "月结30天"),
            check=check_terms,
        ),
        PhoneNumber(
            name="phone",
            label="Contact phone",
            question="Please send a mobile number, or a landline with its area code.",
            aliases=("电话", "phone"),
        ),
        Address(
            name="address",
            label="Customer address",
            question="Please send province, city, district and street.",
        ),
        Day(name="leaves", label="出发日期", question="哪天出发?", latest=60),
        Choice(
            name="way",
            label="行程",
            question="单程还是往返?",
            options=(Option("single", "单程"), Option("return", "往返", ("来回",))),
        ),
        Day(name="returns", label="返回日期", question="哪天返回?", latest=90, when=is_return_trip),
        CreditCode(
            name="code",
            label="Unified social credit code",
            question="Please send the 18 characters of the unified social credit code.",
            optional=True,
            aliases=("税号",),
        ),
        Files(name="files", label="Attachments", question="请发照片。", optional=True),
    ),
)
GOOD = {  # what may be typed in answer to each question, except files
    "contact": "陈芳",
    "city": "广州",
    "customer": "佛山恒锐五金001",
    "rate": "九二折",
    "terms": "月结30天",
    "phone": "13800138000",
    "address": "广东省佛山市顺德区凤翔路28号",
    "leaves": "12月5日",
    "way": "往返",
    "returns": "12月8日",
    "code": CODE,
}
PDF = RemoteFile("remote-1", "营业执照.pdf", "application/pdf", 20_000)


def form_of(*fields: Field, **more: Any) -> Form:
    """A small form around the fields under test; it is filed like a trip."""
    contact = TRIP.fields[0]
    return replace(TRIP, fields=(*fields, replace(contact, label="最后", check=None)), **more)


def kinds_of(*forms: Form) -> dict[RequestKind, Kind]:
    """The processes as they are, beside forms of a test in the place of a kind that has no form yet."""
    places = (RequestKind.LOAN_RENEWAL, RequestKind.DISCOUNT_CHANGE)
    kinds = {
        RequestKind.NEW_CUSTOMER: NEW_CUSTOMER_KIND,
        RequestKind.DISCOUNT_CHANGE: DISCOUNT_CHANGE_KIND,
        RequestKind.FILE_LOAN: FILE_LOAN_KIND,
        RequestKind.LOAN_RENEWAL: LOAN_RENEWAL_KIND,
    }
    for kind, form in zip(places, forms, strict=False):
        kinds[kind] = replace(NEW_CUSTOMER_KIND, kind=kind, form=form, summary=lambda *_: [])
    return kinds


# --- the phone -------------------------------------------------------------------------------------------


@dataclass
class Message:
    """A message of the bot as it stands in the chat. ever: every view it has had. card: what it shows."""

    message_id: str
    view: View
    ever: list[View] = field(default_factory=list)
    card: str = ""

    def show(self, view: View) -> None:
        self.view = view
        self.ever.append(view)

    @property
    def text(self) -> str:
        return self.view.text

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.view.rows for button in row]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    @property
    def heading(self) -> str:
        """The line in bold: the title of a question, a summary or a list."""
        spans = [span.text for part in self.view.paragraphs for span in part.spans if span.bold]
        return spans[0] if spans else ""

    def button(self, label: str) -> Button:
        found = [b for b in self.buttons if b.label == label] or [b for b in self.buttons if label in b.label]
        if not found:
            raise AssertionError(f"no button {label!r} among {self.labels} of {self.text!r}")
        return found[0]


@dataclass
class Turn:
    """What came of an event."""

    toast: str = ""
    outgoing: tuple[Outgoing, ...] = ()
    fetches: bool = False


class Phone:
    """One person's private chat with the bot. work: shared between the phones of a company."""

    def __init__(
        self,
        *forms: Form,
        work: MemoryWork | None = None,
        owner: Employee = REP,
        language: str = "zh_CN",
        now: datetime = NOW,
    ) -> None:
        self.work = work or MemoryWork()
        self.work.phones[owner.staff_no] = self
        self.owner = owner
        self.now = now
        self.messages: list[Message] = []
        self.stored: dict[str, Any] = {}
        self.toast = ""
        self._events = count(1)
        self._answered: dict[str, str] = {}
        self._rows: dict[int, str] = {}
        self._last: InboundEvent | None = None
        self.deploys(*(forms or (TRIP,)))
        self.speaks(language)

    # --- what surrounds the person -----------------------------------------------------------------------

    def deploys(self, *forms: Form) -> None:
        """Start the bot anew with these forms; drafts are what the database kept."""
        kinds = kinds_of(*forms)
        self.known = [*(kind.form for kind in kinds.values()), DELEGATION, CUSTOMER_UPDATE, *OWN_FORMS]
        self.router = Router(kinds, list(LANGUAGES.values()))
        self.forms = self.router.forms

    def speaks(self, language: str) -> None:
        account = self.work.people.bound[self.owner.staff_no]
        self.work.people.set_language(account, language)

    @property
    def language(self) -> Catalogue:
        return LANGUAGES[self.work.people.bound[self.owner.staff_no].language]

    @property
    def conversation(self) -> Conversation:
        return Conversation.from_json(json.loads(json.dumps(self.stored)))

    @property
    def draft(self) -> Draft:
        draft = self.conversation.current
        assert draft is not None, "no form is under way"
        return draft

    @property
    def answers(self) -> dict[str, Any]:
        return self.draft.answers

    @property
    def filed(self) -> list[Request]:
        return list(self.work.requests.kept.values())

    def edits(self, change: Callable[[Conversation], None]) -> None:
        """Let the stored conversation be one that an older or newer program left."""
        conversation = self.conversation
        change(conversation)
        self.stored = json.loads(json.dumps(conversation.to_json()))

    # --- what the person does ----------------------------------------------------------------------------

    def opens(self, form: str = "trip") -> Turn:
        """Choose a process from the menu."""
        return self._turn(MessageReceived(form), lambda ctx: self.forms.start(ctx, form))

    def mends(self, draft: Draft) -> Turn:
        """Open a returned request as a form."""
        return self._turn(MessageReceived("mend"), lambda ctx: self.forms.begin(ctx, draft))

    def says(self, text: str) -> Turn:
        return self._turn(MessageReceived(text))

    def sends(self, *files: RemoteFile) -> Turn:
        return self._turn(MessageReceived(files=files or (PDF,)))

    def taps(self, label: str, message: Message | None = None) -> Turn:
        """Tap a button of the present question, or of another message."""
        message = message or self.question
        return self.taps_payload(message.button(label).payload, message)

    def taps_payload(self, payload: str, message: Message | None = None) -> Turn:
        return self._turn(Tapped(payload, (message or self.messages[-1]).message_id, "handle"))

    def hears(self, what: What) -> Turn:
        """Take any other event of this chat."""
        return self._turn(what)

    def again(self) -> Turn:
        """The messenger delivers the last event once more."""
        assert self._last is not None
        return self._take(self._last, None)

    def arrives(self, index: int = -1, refusal: str = "") -> Turn:
        """A file that was sent has been fetched, or could not be."""
        attachment = list(self.work.attachments.kept.values())[index]
        attachment.state = AttachmentState.REFUSED if refusal else AttachmentState.STORED
        attachment.path = "" if refusal else f"attachments/{attachment.id}"
        return self._turn(FileArrived(attachment.id, refusal))

    def answers_until(self, name: str) -> None:
        """Answer well from the question under way on to the one of field `name`; `summary`: all of them."""
        for _attempt in range(40):
            if (asked := self.asked) == name:
                return
            self.says(GOOD[asked] if asked in GOOD else self.language("Skip"))
        raise AssertionError(f"never came to {name}: {self.question.text}")

    # --- what the person sees ----------------------------------------------------------------------------

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def question(self) -> Message:
        """The message that holds the present question."""
        prompt = self.conversation.prompt
        message_id = prompt.message_id or self._rows.get(prompt.row_id, "")
        return next((m for m in self.messages if m.message_id == message_id), self.messages[-1])

    @property
    def asked(self) -> str:
        """What the present question asks, as it reads: a field, summary, edit, parting, or doubt:name."""
        heading, languages = self.question.heading, LANGUAGES.values()  # it may stand there in another one
        form = next((f for f in self.known if heading.startswith(tuple(_(f.title) for _ in languages))), None)
        label = heading.rpartition(" · ")[2]
        if form is None or not label:
            return ""
        for screen, title in (("summary", "please check"), ("edit", "Edit"), ("parting", "Cancel")):
            if label in {_(title) for _ in languages}:
                return screen
        name = next((f.name for f in form.fields if label in {_(f.label) for _ in languages}), "gone")
        return name if re.search(r" \d+/\d+ · ", heading) else f"doubt:{name}"

    @property
    def live(self) -> list[Message]:
        """The messages with a button that acts on the form under way, other than going on with it."""
        draft = self.conversation.current
        if draft is None:
            return []
        now = re.compile(rf"f:{draft.id}:{draft.revision}:(?!new$).*")
        return [m for m in self.messages if any(now.fullmatch(button.payload) for button in m.buttons)]

    def sees(self, *texts: str) -> bool:
        """Tell whether the last message says all of this."""
        return all(text in self.last.text for text in texts)

    # --- the turn ----------------------------------------------------------------------------------------

    def _turn(self, what: What, act: Callable[[Context], None] | None = None) -> Turn:
        event = InboundEvent(
            CHANNEL,
            f"e{next(self._events)}",
            Chat(self.owner.staff_no),
            Sender(self.owner.staff_no, self.owner.name),
            self.now,
            what,
        )
        return self._take(event, act)

    def _take(self, event: InboundEvent, act: Callable[[Context], None] | None) -> Turn:
        self._last = event
        if event.event_id in self._answered:
            self.toast = self._answered[event.event_id]
            return Turn(self.toast)
        conversation = self.conversation
        prompt = conversation.prompt
        if prompt.row_id and not prompt.message_id:  # delivered meanwhile, so its id is known
            conversation.prompt = Prompt(prompt.row_id, self._rows[prompt.row_id])
        known = self.work.people.by_account(CHANNEL, self.owner.staff_no)
        assert known is not None
        account, employee = known
        self.work.events.clear()
        ctx = Context(
            work=self.work,
            now=self.now,
            languages=lambda code: LANGUAGES.get(code, ZH),
            event=event,
            actor=employee,
            account=account,
            language=LANGUAGES[account.language],
            conversation=conversation,
        )
        if act is not None:
            act(ctx)
        else:
            self.router.handle(ctx)
        self._post(ctx.outgoing, conversation)
        self.stored = json.loads(json.dumps(conversation.to_json(), ensure_ascii=False))
        assert self.conversation.to_json() == conversation.to_json(), "a conversation survives the database"
        self._answered[event.event_id] = self.toast = ctx.toast
        return Turn(ctx.toast, tuple(ctx.outgoing), ctx.fetches)

    def _post(self, outgoing: Sequence[Outgoing], conversation: Conversation) -> None:
        for message in outgoing:
            if isinstance(message, ReviseCard):
                self._revise_card(message)
                continue
            view = View.from_json(json.loads(json.dumps(message.view.to_json(), ensure_ascii=False)))
            assert view == message.view, "a view survives the outbox"
            if isinstance(message, Revise):
                self._revise(message, view)
            elif (phone := self.work.phones.get(message.chat_id)) is not None:
                row = phone.receive(view, message.card)
                if message.prompt:
                    conversation.prompt = Prompt(row_id=row)

    def receive(self, view: View, card: str = "") -> int:
        """Get a new message; give its row in the outbox."""
        row = len(self._rows) + 1
        self._rows[row] = f"m{row}"
        self.messages.append(Message(f"m{row}", view, [view], card))
        return row

    def _revise_card(self, revision: ReviseCard) -> None:
        for phone in self.work.phones.values():
            for message in phone.messages:
                if message.card == revision.card:
                    message.show(revision.make(phone.language, phone.owner.staff_no))

    def _revise(self, revision: Revise, view: View) -> None:
        target = revision.target.message_id or self._rows[revision.target.row_id]
        for message in self.messages:
            if message.message_id == target:
                message.show(view)


def in_shanghai(year: int, month: int, day: int) -> datetime:
    """Ten o'clock of a day, where the company is."""
    return datetime(year, month, day, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
