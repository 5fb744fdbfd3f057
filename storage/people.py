"""The staff register: departments, staff, roles and messenger accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Column, Connection, Index, bindparam, delete, insert, select, update
from sqlmodel import Field, SQLModel

from domain.people import (
    Account,
    Department,
    Employee,
    EmploymentTerms,
    Role,
    StaffRecord,
    StaffState,
    people_keys,
    query_keys,
)
from storage.conversations import ConversationRow
from storage.memo import Memo
from storage.types import Coded, PrefixKey


class DepartmentRow(SQLModel, table=True):
    __tablename__ = "departments"
    number: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=100)
    parent_number: str = Field(max_length=32)
    head_no: str = Field(max_length=32)
    founded_on: date | None = None


class StaffRow(SQLModel, table=True):
    """roles: comma-separated, for reading a person in one go; `staff_roles` answers who holds a role."""

    __tablename__ = "staff"
    __table_args__ = (
        Index("ix_staff_probation", "state", "probation_ends_on"),
        Index("ix_staff_contract", "contract_ends_on"),
    )
    staff_no: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=60)
    department_no: str = Field(max_length=32, index=True)
    title: str = Field(max_length=60)
    superior_no: str = Field(max_length=32, index=True)
    state: StaffState = Field(sa_column=Column(Coded(StaffState), nullable=False))
    roles: str = Field(max_length=400)
    phone: str = Field(max_length=24)
    hired_on: date | None = None
    probation_ends_on: date | None = None
    contract_ends_on: date | None = None


class StaffRoleRow(SQLModel, table=True):
    __tablename__ = "staff_roles"
    role: str = Field(primary_key=True, max_length=32)
    staff_no: str = Field(primary_key=True, max_length=32, foreign_key="staff.staff_no")


class StaffKeyRow(SQLModel, table=True):
    """A key that finds a person by prefix, see domain.people.people_keys."""

    __tablename__ = "staff_keys"
    key: str = Field(sa_column=Column(PrefixKey, primary_key=True))
    staff_no: str = Field(primary_key=True, max_length=32, foreign_key="staff.staff_no", index=True)


class AccountRow(SQLModel, table=True):
    __tablename__ = "accounts"
    channel: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(primary_key=True, max_length=64)
    chat_id: str = Field(max_length=64, index=True)
    staff_no: str = Field(max_length=32, unique=True, foreign_key="staff.staff_no")
    language: str = Field(max_length=16)
    reachable: bool = True
    bound_at: datetime
    confirmed_by: str = Field(default="", max_length=32)


_departments = DepartmentRow.__table__  # type: ignore[attr-defined]
_staff = StaffRow.__table__  # type: ignore[attr-defined]
_roles = StaffRoleRow.__table__  # type: ignore[attr-defined]
_keys = StaffKeyRow.__table__  # type: ignore[attr-defined]
_accounts = AccountRow.__table__  # type: ignore[attr-defined]
_conversations = ConversationRow.__table__  # type: ignore[attr-defined]

_EMPLOYEE = select(
    _staff.c.staff_no,
    _staff.c.name,
    _staff.c.department_no,
    _departments.c.name,
    _staff.c.title,
    _staff.c.superior_no,
    _staff.c.state,
    _staff.c.roles,
).select_from(_staff.outerjoin(_departments, _departments.c.number == _staff.c.department_no))
_BY_NO = _EMPLOYEE.where(_staff.c.staff_no == bindparam("staff_no"))
_HOLDERS = (
    _EMPLOYEE.join(_roles, _roles.c.staff_no == _staff.c.staff_no)
    .where(_roles.c.role == bindparam("role"), _staff.c.state != StaffState.LEFT)
    .order_by(_staff.c.staff_no)
)
_ACCOUNT = (
    _accounts.c.channel,
    _accounts.c.user_id,
    _accounts.c.chat_id,
    _accounts.c.staff_no,
    _accounts.c.language,
    _accounts.c.reachable,
)
_BY_ACCOUNT = (
    _EMPLOYEE.add_columns(*_ACCOUNT)
    .join(_accounts, _accounts.c.staff_no == _staff.c.staff_no)
    .where(_accounts.c.channel == bindparam("channel"), _accounts.c.user_id == bindparam("user_id"))
)
_ACCOUNTS = (
    select(*_ACCOUNT)
    .join(_staff, _staff.c.staff_no == _accounts.c.staff_no)
    .where(
        _accounts.c.staff_no.in_(bindparam("staff_nos", expanding=True)), _staff.c.state != StaffState.LEFT
    )
)


_BY_PREFIX = (
    select(_keys.c.key, _keys.c.staff_no)
    .where(_keys.c.key >= bindparam("first"), _keys.c.key < bindparam("beyond"))
    .order_by(_keys.c.key, _keys.c.staff_no)
    .limit(bindparam("most"))
)


def _employee(row: tuple[object, ...]) -> Employee:
    staff_no, name, department_no, department, title, superior_no, state, roles = row
    return Employee(
        str(staff_no),
        str(name),
        str(department_no),
        str(department or ""),
        str(title),
        str(superior_no),
        StaffState(str(state)),
        frozenset(Role(role) for role in str(roles).split(",") if role),
    )


class SqlPeople:
    """Implements domain.people.People, for one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._employees, self._holders, self._bound = Memo(connection), Memo(connection), Memo(connection)
        self._departments = Memo(connection)

    def by_no(self, staff_no: str) -> Employee | None:
        if staff_no not in self._employees:
            row = self._connection.execute(_BY_NO, {"staff_no": staff_no}).first()
            self._employees[staff_no] = _employee(tuple(row)) if row else None
        found: Employee | None = self._employees[staff_no]
        return found

    def holders(self, role: Role) -> list[Employee]:
        if role not in self._holders:
            rows = self._connection.execute(_HOLDERS, {"role": role.value})
            self._holders[role] = [_employee(tuple(row)) for row in rows]
        return list(self._holders[role])

    def members(self, department_no: str) -> list[Employee]:
        rows = self._connection.execute(
            _EMPLOYEE.where(_staff.c.department_no == department_no).order_by(_staff.c.staff_no)
        )
        return [_employee(tuple(row)) for row in rows]

    def everybody(self) -> list[Employee]:
        rows = self._connection.execute(
            _EMPLOYEE.where(_staff.c.state != StaffState.LEFT).order_by(_staff.c.staff_no)
        )
        return [_employee(tuple(row)) for row in rows]

    def find(self, text: str, *, limit: int) -> list[Employee]:
        """Meet keys by prefix, each at most `limit` times, so that it costs the same in any company."""
        found: dict[str, None] = {}
        for prefix in query_keys(text):
            beyond = prefix[:-1] + chr(ord(prefix[-1]) + 1)
            most = {"first": prefix, "beyond": beyond, "most": limit}
            rows = self._connection.execute(_BY_PREFIX, most).all()
            exact = [row.staff_no for row in rows if row.key == prefix]
            found.update(dict.fromkeys([*exact, *(row.staff_no for row in rows)]))
            if found:  # a name as written says more than its sound
                break
        named = _EMPLOYEE.where(_staff.c.staff_no.in_(list(found)[:limit]))
        people = {row[0]: _employee(tuple(row)) for row in self._connection.execute(named)}
        return [people[staff_no] for staff_no in found if staff_no in people]

    def department(self, number: str) -> Department | None:
        if number not in self._departments:
            found = self._connection.execute(
                select(_departments).where(_departments.c.number == number)
            ).first()
            self._departments[number] = Department(*found) if found else None
        known: Department | None = self._departments[number]
        return known

    def by_account(self, channel: str, user_id: str) -> tuple[Account, Employee] | None:
        row = self._connection.execute(_BY_ACCOUNT, {"channel": channel, "user_id": user_id}).first()
        return (Account(*row[8:]), _employee(tuple(row[:8]))) if row else None

    def accounts(self, staff_nos: Iterable[str]) -> dict[str, Account]:
        wanted = list(dict.fromkeys(staff_nos))
        unread = [staff_no for staff_no in wanted if staff_no not in self._bound]
        if unread:
            rows = self._connection.execute(_ACCOUNTS, {"staff_nos": unread})
            found = {row.staff_no: Account(*row) for row in rows}
            for staff_no in unread:
                self._bound[staff_no] = found.get(staff_no)
        return {staff_no: account for staff_no in wanted if (account := self._bound[staff_no]) is not None}

    def language_of_chat(self, channel: str, chat_id: str) -> str:
        found = self._connection.execute(
            select(_accounts.c.language)
            .join(_staff, _staff.c.staff_no == _accounts.c.staff_no)
            .where(
                _accounts.c.channel == channel,
                _accounts.c.chat_id == chat_id,
                _staff.c.state != StaffState.LEFT,
            )
        )
        return str(found.scalar() or "")

    def by_chat(self, channel: str, chat_id: str) -> Employee | None:
        row = self._connection.execute(
            _EMPLOYEE.join(_accounts, _accounts.c.staff_no == _staff.c.staff_no).where(
                _accounts.c.channel == channel, _accounts.c.chat_id == chat_id
            )
        ).first()
        return _employee(tuple(row)) if row else None

    def bind(self, account: Account, at: datetime, confirmed_by: str) -> None:
        self._forget()
        self._hand_over(account)
        self._connection.execute(
            delete(_accounts).where(
                (_accounts.c.staff_no == account.staff_no)
                | ((_accounts.c.channel == account.channel) & (_accounts.c.user_id == account.user_id))
            )
        )
        self._connection.execute(
            insert(_accounts).values(
                channel=account.channel,
                user_id=account.user_id,
                chat_id=account.chat_id,
                staff_no=account.staff_no,
                language=account.language,
                reachable=account.reachable,
                bound_at=at,
                confirmed_by=confirmed_by,
            )
        )

    def _forget(self) -> None:
        """What follows may change what was read."""
        for memo in (self._employees, self._holders, self._bound, self._departments):
            memo.clear()

    def _hand_over(self, account: Account) -> None:
        """What a person was in the middle of goes along to their new chat, and stays with nobody else."""
        former = self._connection.execute(
            select(_accounts.c.chat_id).where(
                _accounts.c.staff_no == account.staff_no, _accounts.c.channel == account.channel
            )
        ).scalar()
        if former == account.chat_id:
            return
        here = (_conversations.c.channel == account.channel, _conversations.c.chat_id == account.chat_id)
        self._connection.execute(delete(_conversations).where(*here))
        self._connection.execute(
            update(_conversations)
            .where(_conversations.c.channel == account.channel, _conversations.c.chat_id == former)
            .values(chat_id=account.chat_id)
        )

    def set_language(self, account: Account, language: str) -> None:
        self._forget()
        self._connection.execute(
            update(_accounts)
            .where(_accounts.c.channel == account.channel, _accounts.c.user_id == account.user_id)
            .values(language=language)
        )

    def set_reachable(self, channel: str, chat_id: str, reachable: bool) -> None:
        self._forget()
        self._connection.execute(
            update(_accounts)
            .where(_accounts.c.channel == channel, _accounts.c.chat_id == chat_id)
            .values(reachable=reachable)
        )

    def move_chat(self, channel: str, old: str, new: str) -> None:
        self._forget()
        self._connection.execute(
            update(_accounts)
            .where(_accounts.c.channel == channel, _accounts.c.chat_id == old)
            .values(chat_id=new)
        )

    def register(self) -> dict[str, StaffRecord]:
        """Give everybody who works or worked here, by staff number."""
        more = (_staff.c.phone, _staff.c.hired_on, _staff.c.probation_ends_on, _staff.c.contract_ends_on)
        rows = self._connection.execute(_EMPLOYEE.add_columns(*more).order_by(_staff.c.staff_no))
        return {row.staff_no: StaffRecord(_employee(tuple(row[:8])), *row[8:]) for row in rows}

    def departments(self) -> dict[str, Department]:
        """Give every department by its number."""
        rows = self._connection.execute(select(_departments).order_by(_departments.c.number))
        return {row.number: Department(*row) for row in rows}

    def terms_of(self, staff_no: str) -> EmploymentTerms:
        columns = (_staff.c.hired_on, _staff.c.probation_ends_on, _staff.c.contract_ends_on)
        found = self._connection.execute(select(*columns).where(_staff.c.staff_no == staff_no)).first()
        return EmploymentTerms(*found) if found else EmploymentTerms()

    def terms_ending(self, probation_by: date, contract_by: date) -> list[str]:
        on_trial = select(_staff.c.staff_no).where(
            _staff.c.state == StaffState.PROBATION, _staff.c.probation_ends_on <= probation_by
        )
        expiring = select(_staff.c.staff_no).where(
            _staff.c.contract_ends_on <= contract_by, _staff.c.state != StaffState.LEFT
        )
        found = {*self._connection.execute(on_trial).scalars(), *self._connection.execute(expiring).scalars()}
        return sorted(found)

    def put_department(self, department: Department) -> bool:
        self._forget()
        values = {
            "number": department.number,
            "name": department.name,
            "parent_number": department.parent_number,
            "head_no": department.head_no,
            "founded_on": department.founded_on,
        }
        key = _departments.c.number == department.number
        known = self._connection.execute(select(_departments).where(key)).mappings().first()
        if known is None:
            self._connection.execute(insert(_departments).values(values))
        elif dict(known) != values:
            self._connection.execute(update(_departments).where(key).values(values))
        else:
            return False
        return True

    def put_staff(self, record: StaffRecord) -> bool:
        self._forget()
        person = record.employee
        values = {
            "staff_no": person.staff_no,
            "name": person.name,
            "department_no": person.department_no,
            "title": person.title,
            "superior_no": person.superior_no,
            "state": person.state,
            "roles": ",".join(sorted(person.roles)),
            "phone": record.phone,
            "hired_on": record.hired_on,
            "probation_ends_on": record.probation_ends_on,
            "contract_ends_on": record.contract_ends_on,
        }
        key = _staff.c.staff_no == person.staff_no
        known = self._connection.execute(select(_staff).where(key)).mappings().first()
        if known is None:
            self._connection.execute(insert(_staff).values(values))
        elif dict(known) != values:
            self._connection.execute(update(_staff).where(key).values(values))
        else:
            return False
        self._index(person)
        self._connection.execute(delete(_roles).where(_roles.c.staff_no == person.staff_no))
        self._connection.execute(
            insert(_roles), [{"role": role.value, "staff_no": person.staff_no} for role in person.roles]
        )
        return True

    def _index(self, person: Employee) -> None:
        wanted = people_keys(person.staff_no, person.name)
        mine = _keys.c.staff_no == person.staff_no
        there = set(self._connection.execute(select(_keys.c.key).where(mine)).scalars())
        if stale := there - wanted:
            self._connection.execute(delete(_keys).where(mine, _keys.c.key.in_(sorted(stale))))
        if fresh := wanted - there:
            rows = [{"key": key, "staff_no": person.staff_no} for key in sorted(fresh)]
            self._connection.execute(insert(_keys), rows)
