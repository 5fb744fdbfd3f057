"""The customer register, with an index of name parts that finds lookalikes among very many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from domain.customers import Customer, CustomerChange, CustomerField, CustomerState
from domain.duplicates import KnownCustomer
from domain.names import initials, pinyin, query_grams, search_grams
from domain.numerals import close_up
from storage.memo import Memo
from storage.people import StaffRow
from storage.types import Coded, PrefixKey, RateColumn


class CustomerRow(Customer, table=True):
    __tablename__ = "customers"
    __table_args__ = (
        Index("ix_customers_code", "credit_code"),
        Index("ix_customers_mobile", "mobile"),
        Index("ix_customers_landline", "landline"),
        Index("ix_customers_owner", "owner_no"),
        Index("ix_customers_followed_up", "followed_up_on", "filed_on"),
    )
    rate: Decimal = Field(sa_column=Column(RateColumn(), nullable=False))
    state: CustomerState = Field(sa_column=Column(Coded(CustomerState), nullable=False))


class CustomerGramRow(SQLModel, table=True):
    """A part of a customer's name: characters, syllables or initials, see domain.names."""

    __tablename__ = "customer_grams"
    gram: str = Field(sa_column=Column(PrefixKey, primary_key=True))
    customer_id: int = Field(primary_key=True, foreign_key="customers.id", index=True)


_customers = CustomerRow.__table__  # type: ignore[attr-defined]
_grams = CustomerGramRow.__table__  # type: ignore[attr-defined]
_staff = StaffRow.__table__  # type: ignore[attr-defined]
_STANDING = _customers.c.state != CustomerState.DECLINED
_SHARED = (
    select(_grams.c.customer_id)
    .where(_grams.c.gram.in_(bindparam("grams", expanding=True)))
    .group_by(_grams.c.customer_id)
    .order_by(func.count().desc(), _grams.c.customer_id)
    .limit(bindparam("most"))
)
_SAME = (
    select(_customers.c.id)
    .where(
        or_(
            _customers.c.credit_code == bindparam("credit_code"),
            _customers.c.mobile.in_(bindparam("phones", expanding=True)),
            _customers.c.landline.in_(bindparam("phones", expanding=True)),
        ),
        _STANDING,
    )
    .limit(bindparam("most"))
)
_KNOWN = (
    select(
        _customers.c.id,
        _customers.c.name,
        _customers.c.credit_code,
        _customers.c.mobile,
        _customers.c.landline,
        _customers.c.state,
        _staff.c.name.label("owner"),
    )
    .outerjoin(_staff, _staff.c.staff_no == _customers.c.owner_no)
    .where(_customers.c.id.in_(bindparam("ids", expanding=True)), _STANDING)
    .order_by(_customers.c.id)
)
_FILING_LOCK = 0x4B48  # any number that nobody else locks
MOST_FOUND = 200  # customers that a look-up gives; whoever gets so many types more
MOST_GRAMS = 60
NEARLY_BEST = 0.9
CLOSE_ENOUGH = 0.5  # of the pairs of characters typed; less is another customer


class CustomerChangeRow(CustomerChange, table=True):
    __tablename__ = "customer_changes"
    __table_args__ = (Index("ix_customer_changes_customer", "customer_id", "id"),)
    customer_id: int = Field(foreign_key="customers.id")
    field: CustomerField = Field(sa_column=Column(Coded(CustomerField), nullable=False))


class SqlCustomers:
    """Implements domain.customers.Customers."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self._session = session
        self._connection = connection
        self._alike = Memo(connection)

    def add(self, customer: Customer) -> Customer:
        self._alike.clear()
        row = CustomerRow.model_validate(customer)
        self._session.add(row)
        self._session.flush()
        self._index(row)
        return row

    def by_id(self, customer_id: int) -> Customer | None:
        return self._session.get(CustomerRow, customer_id, with_for_update=True, populate_existing=True)

    def peek(self, customer_id: int) -> Customer | None:
        return self._session.get(CustomerRow, customer_id)

    def last_touched(self, since: date, until: date) -> list[int]:
        alive = _customers.c.state.in_([CustomerState.ACTIVE, CustomerState.MAINTAINED])
        followed = _customers.c.followed_up_on.between(since, until)
        only_filed = and_(_customers.c.followed_up_on.is_(None), _customers.c.filed_on.between(since, until))
        found: set[int] = set()
        for when in (followed, only_filed):
            found.update(self._connection.execute(select(_customers.c.id).where(alive, when)).scalars())
        return sorted(found)

    def by_erp_no(self, erp_no: str) -> Customer | None:
        return self._session.scalars(select(CustomerRow).where(_customers.c.erp_no == erp_no)).first()

    def save(self, customer: Customer) -> None:
        self._alike.clear()
        self._session.flush()
        self._index(customer)

    def register(self) -> dict[str, Customer]:
        """Give every customer that has an ERP number, by that number, for comparing and not for changing."""
        rows = self._connection.execute(select(_customers).where(_customers.c.erp_no.is_not(None)))
        return {row["erp_no"]: Customer.model_construct(**row) for row in rows.mappings()}

    def put_all(self, fresh: Sequence[Customer], changed: Sequence[Customer], renamed: set[int]) -> None:
        """Insert and update many at once. renamed: ids of the changed ones whose name is another."""
        self._alike.clear()
        names = {customer.id: customer.name for customer in changed if customer.id in renamed}
        if fresh:
            added = self._connection.execute(
                insert(_customers).returning(_customers.c.id, _customers.c.name),
                [customer.model_dump(exclude={"id"}) for customer in fresh],
            )
            names.update((row.id, row.name) for row in added)
        if changed:
            self._connection.execute(
                update(_customers).where(_customers.c.id == bindparam("known_id")),
                [{**customer.model_dump(exclude={"id"}), "known_id": customer.id} for customer in changed],
            )
        if renamed:
            gone = delete(_grams).where(_grams.c.customer_id == bindparam("known_id"))
            self._connection.execute(gone, [{"known_id": customer_id} for customer_id in sorted(renamed)])
        grams = [
            {"gram": gram, "customer_id": customer_id}
            for customer_id, name in names.items()
            for gram in search_grams(name)
        ]
        if grams:
            self._connection.execute(insert(_grams), grams)

    def lookalikes(
        self, name: str, credit_code: str, phones: tuple[str, ...], *, limit: int = 50
    ) -> list[KnownCustomer]:
        key = (name, credit_code, phones, limit)
        if key not in self._alike:
            self._alike[key] = self._read_lookalikes(name, credit_code, phones, limit)
        return list(self._alike[key])

    def _read_lookalikes(
        self, name: str, credit_code: str, phones: tuple[str, ...], limit: int
    ) -> list[KnownCustomer]:
        ids: set[int] = set()
        if grams := search_grams(name):
            ids.update(self._connection.execute(_SHARED, {"grams": sorted(grams), "most": limit}).scalars())
        if credit_code or phones:
            # NULL equals nothing; an empty list would become a subquery, which keeps the indexes out.
            same = {"credit_code": credit_code or None, "phones": phones or [None], "most": limit}
            ids.update(self._connection.execute(_SAME, same).scalars())
        if not ids:
            return []
        return [
            KnownCustomer(
                str(row.id),
                row.name,
                row.credit_code,
                tuple(phone for phone in (row.mobile, row.landline) if phone),
                row.owner or "",
                row.state,
            )
            for row in self._connection.execute(_KNOWN, {"ids": sorted(ids)})
        ]

    def find(
        self, text: str, owners: Collection[str] | None, *, limit: int, offset: int = 0
    ) -> list[Customer]:
        if text.strip():
            found = self._found(text, owners)[offset : offset + limit]
            rows = self._session.scalars(select(CustomerRow).where(_customers.c.id.in_(found)))
            by_id = {row.id: row for row in rows}
            return [by_id[customer_id] for customer_id in found if customer_id in by_id]
        newest = select(CustomerRow).where(_STANDING, *_owned_by(owners)).order_by(_customers.c.id.desc())
        return cast(list[Customer], list(self._session.scalars(newest.limit(limit).offset(offset))))

    def count(self, text: str, owners: Collection[str] | None) -> int:
        if text.strip():
            return len(self._found(text, owners))
        counted = select(func.count()).select_from(_customers).where(_STANDING, *_owned_by(owners))
        return int(self._connection.execute(counted).scalar_one())

    def _found(self, text: str, owners: Collection[str] | None) -> list[int]:
        """Give the ids of at most MOST_FOUND customers that a text may mean, the best first."""
        typed = "".join(text.split())
        exact = select(_customers.c.id).where(
            or_(
                _customers.c.erp_no == typed.upper(),
                _customers.c.credit_code == typed.upper(),
                _customers.c.mobile.in_([typed, f"+86{typed}"]),
                _customers.c.landline.in_([typed, f"+86{typed.lstrip('0').replace('-', '')}"]),
            ),
            _STANDING,
            *_owned_by(owners),
        )
        if found := list(self._connection.execute(exact.limit(MOST_FOUND)).scalars()):
            return found
        grams = sorted(query_grams(text))[:MOST_GRAMS]
        if not grams:
            return []
        met = union_all(
            *(
                select(literal(at).label("key"), _grams.c.customer_id).where(
                    _grams.c.gram >= gram, _grams.c.gram < gram[:-1] + chr(ord(gram[-1]) + 1)
                )
                for at, gram in enumerate(grams)
            )
        ).subquery()
        keys_met = func.count(met.c.key.distinct())
        ranked = (
            select(_customers.c.id, _customers.c.name)
            .join(met, met.c.customer_id == _customers.c.id)
            .where(_STANDING, *_owned_by(owners))
            .group_by(_customers.c.id, _customers.c.name)
            .order_by(keys_met.desc(), func.length(_customers.c.name), _customers.c.id)
            .limit(MOST_FOUND)
        )
        rows = self._connection.execute(ranked).all()
        closeness = {row.id: _closeness(text, row.name) for row in rows}
        best = max(closeness.values(), default=0.0)
        return [row.id for row in rows if closeness[row.id] >= max(best * NEARLY_BEST, CLOSE_ENOUGH)]

    def add_changes(self, changes: Sequence[CustomerChange]) -> None:
        """Insert many at once."""
        if changes:
            rows = [change.model_dump(exclude={"id"}) for change in changes]
            self._connection.execute(insert(CustomerChangeRow.__table__), rows)  # type: ignore[attr-defined]

    def add_change(self, change: CustomerChange) -> None:
        self._session.add(CustomerChangeRow.model_validate(change))
        self._session.flush()

    def changes(
        self,
        customer_id: int,
        *,
        fields: Collection[CustomerField] = (),
        limit: int,
        offset: int = 0,
    ) -> list[CustomerChange]:
        columns = CustomerChangeRow.__table__.c  # type: ignore[attr-defined]
        rows = select(CustomerChangeRow).where(columns.customer_id == customer_id)
        if fields:
            rows = rows.where(columns.field.in_(sorted(fields)))
        newest = rows.order_by(columns.id.desc()).limit(limit).offset(offset)
        return cast(list[CustomerChange], list(self._session.scalars(newest)))

    def lock_filing(self) -> None:
        if self._connection.dialect.name == "postgresql":  # SQLite has one writer
            self._alike.clear()  # others may have filed meanwhile
            self._connection.execute(select(func.pg_advisory_xact_lock(_FILING_LOCK)))

    def _index(self, customer: Customer) -> None:
        """Keep the name's parts; a declined customer is nobody's lookalike and must not crowd others out."""
        wanted = set() if customer.state is CustomerState.DECLINED else search_grams(customer.name)
        there = set(
            self._connection.execute(
                select(_grams.c.gram).where(_grams.c.customer_id == customer.id)
            ).scalars()
        )
        if stale := there - wanted:
            self._connection.execute(
                delete(_grams).where(_grams.c.customer_id == customer.id, _grams.c.gram.in_(stale))
            )
        if fresh := wanted - there:
            self._connection.execute(
                insert(_grams), [{"gram": gram, "customer_id": customer.id} for gram in sorted(fresh)]
            )


def _owned_by(owners: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if owners is None else [_customers.c.owner_no.in_(sorted(owners))]


def _closeness(text: str, name: str) -> float:
    """Tell how much of a text a name holds: 1 as it stands, by sound or by initials, else by pairs."""
    wanted, held = close_up(text).casefold(), close_up(name).casefold()
    spelt = pinyin(held)
    if wanted in held or (
        wanted.isascii() and (wanted in spelt.replace(" ", "") or wanted in initials(held))
    ):
        return 1.0
    pairs = {wanted[at : at + 2] for at in range(len(wanted) - 1)}
    if wanted.isascii() or not pairs:
        return 0.0
    sounds = pinyin(wanted).split()
    same_sound = f" {' '.join(sounds)} " in f" {spelt} "
    return 0.9 if same_sound else sum(pair in held for pair in pairs) / len(pairs)
