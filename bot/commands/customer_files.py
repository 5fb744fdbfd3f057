"""The customer register from a CSV file: read, checked, and written in one go."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from bot.commands.csv_files import BadCell, Row, one_of, parse_day, read_rows
from bot.commands.staff_files import Change, Tally
from domain.credit_codes import parse_credit_code
from domain.customer_history import value_of
from domain.customers import Customer, CustomerChange, CustomerField, CustomerState, parse_erp_no
from domain.errors import Refused
from domain.phones import Phone, parse_phone
from domain.rates import PLACES, parse_rate
from domain.settlements import Settlement, parse_settlement, settlement_of
from domain.work import Rules
from storage.unit_of_work import SqlWork

COLUMNS = (
    *("客户编号", "客户名称", "统一社会信用代码", "省", "市", "区", "地址", "联系人", "手机", "座机"),
    *("分机", "折扣率", "结算方式", "账期天数", "等级", "类别", "来源", "业务员工号", "状态", "建档日期"),
    "最近跟进日期",
)
STATES = {
    "正式": CustomerState.ACTIVE,
    "维护": CustomerState.MAINTAINED,
    "冻结": CustomerState.FROZEN,
}
_KEPT = frozenset({"id", "attachments", "payment_channel"})  # what a file does not say
_COMPARED = tuple(name for name in Customer.model_fields if name not in _KEPT)


class CustomerFile:
    """Customers as a file has them; the floor and the longest credit bind new requests, not these."""

    def __init__(self, path: Path, rules: Rules, today: date) -> None:
        self._rows = read_rows(path, COLUMNS)
        self._rules, self._today = rules, today
        self.customers: list[Customer] = []

    @property
    def rows(self) -> int:
        return len(self._rows)

    def read(self, at: int) -> None:
        """Read the row at a place, counted from 0; the rows come in order."""
        self.customers.append(_customer(self._rows[at], self._rules, self._today))

    def check(self, staff: Container[str]) -> list[BadCell]:
        """Check every row by itself and against the others. staff: staff numbers, former ones too."""
        first: dict[str, int] = {}
        for row, customer in zip(self._rows, self.customers, strict=True):
            number = customer.erp_no or ""
            if number and (line := first.setdefault(number, row.line)) != row.line:
                row.bad("客户编号", f"{number} stands in line {line} already")
            if customer.owner_no and customer.owner_no not in staff:
                row.bad("业务员工号", f"nobody has the staff number {customer.owner_no}")
        return [fault for row in self._rows for fault in row.faults]

    def write(self, work: SqlWork, now: datetime) -> Tally:
        """Write what differs from the register, an audit entry for each."""
        known = work.customers.register()
        fresh: list[Customer] = []
        changed: list[Customer] = []
        renamed: set[int] = set()
        told: list[Change] = []
        history: list[CustomerChange] = []
        for customer in self.customers:
            number = customer.erp_no or ""
            if (there := known.get(number)) is None:
                fresh.append(customer)
                told.append((f"customer:{number}", {}, {"columns": ["all"]}))
            elif columns := _differing(there, customer):
                for name in _KEPT:
                    setattr(customer, name, getattr(there, name))
                history += _history(there, customer, now)
                changed.append(customer)
                if "name" in columns:
                    renamed.add(there.id or 0)
                told.append((f"customer:{number}", {"known": True}, {"columns": columns}))
        work.customers.put_all(fresh, changed, renamed)
        work.customers.add_changes(history)
        work.audit.record_all(now, "", "customer_imported", told)
        return Tally(len(fresh), len(changed), self.rows - len(told))


def _history(there: Customer, wanted: Customer, now: datetime) -> list[CustomerChange]:
    """Write down what the file changes of rate, terms and contacts."""
    pairs = [(field, value_of(there, field), value_of(wanted, field)) for field in CustomerField]
    return [
        CustomerChange(customer_id=there.id or 0, field=field, before=before, after=after, at=now)
        for field, before, after in pairs
        if before != after
    ]


def _differing(there: Customer, wanted: Customer) -> list[str]:
    return [name for name in _COMPARED if getattr(there, name) != getattr(wanted, name)]


def _customer(row: Row, rules: Rules, today: date) -> Customer:
    mobile = row.read("手机", partial(_phone, kind="mobile"))
    landline = row.read("座机", _phone)
    if not row.cells["手机"] and not row.cells["座机"]:
        row.bad("手机", "a mobile or a landline (座机) is needed")
    settlement = _settlement(row)
    values: dict[str, Any] = {
        "erp_no": row.read("客户编号", parse_erp_no, needed=True),
        "name": row.text("客户名称", 120, needed=True),
        "credit_code": row.read("统一社会信用代码", parse_credit_code) or "",
        "province": row.text("省", 40),
        "city": row.text("市", 40),
        "district": row.text("区", 40),
        "address": row.text("地址", 250, needed=True),
        "contact": row.text("联系人", 60, needed=True),
        "mobile": mobile.e164 if mobile else "",
        "landline": landline.e164 if landline else "",
        "extension": row.read("分机", _extension) or (landline.extension if landline else "") or "",
        "rate": row.read("折扣率", _rate, needed=True) or Decimal(1),
        "settlement": settlement.to_json() if settlement else {},
        "grade": row.read("等级", one_of({grade: grade for grade in rules.grades})) or "",
        "category": row.read("类别", one_of({each: each for each in rules.categories})) or "",
        "source": row.read("来源", one_of({each: each for each in rules.sources})) or "",
        "owner_no": row.text("业务员工号", 32, needed=True),
        "state": row.read("状态", one_of(STATES), needed=True) or CustomerState.FROZEN,
        "filed_on": row.read("建档日期", parse_day),
        "followed_up_on": row.read("最近跟进日期", parse_day),
    }
    for column, key in (("建档日期", "filed_on"), ("最近跟进日期", "followed_up_on")):
        if values[key] and values[key] > today:
            row.bad(column, f"{values[key]} lies in the future")
    return Customer(**values)


def _phone(text: str, kind: str = "") -> Phone:
    phone = parse_phone(text)
    if kind and phone.kind != kind:
        raise ValueError("not a mobile number; a landline belongs into 座机")
    return phone


def _extension(text: str) -> str:
    if not re.fullmatch(r"\d{1,6}", text):
        raise ValueError("an extension has 1 to 6 digits")
    return text


def _rate(text: str) -> Decimal:
    """Read a share of the list price (0.92), or the words a rep would use."""
    if not re.fullmatch(r"\d+(?:\.\d+)?", text):
        return parse_rate(text)
    rate = Decimal(text)
    if not 0 < rate <= 1:
        raise ValueError("a rate is a share of the list price, above 0 and at most 1, such as 0.92")
    if rate != round(rate, PLACES):
        raise Refused("rate_too_fine", rate=rate, places=PLACES)
    return rate.normalize()


def _settlement(row: Row) -> Settlement | None:
    if not row.cells["账期天数"]:
        return row.read("结算方式", parse_settlement, needed=True)
    days, terms = row.read("账期天数", _days), row.cells["结算方式"]
    if days is None:
        return None
    if _needs_no_days(terms):
        row.bad("账期天数", f"{terms} has no days of credit")
        return None
    read = row.read("结算方式", lambda terms: parse_settlement(f"{terms}{days}天"), needed=True)
    if read is not None and read.days != days:
        row.bad("账期天数", f"{terms} says other days")
    return settlement_of(read.method, read.days) if read else None


def _needs_no_days(terms: str) -> bool:
    try:
        return not parse_settlement(terms).method.has_days
    except Refused:
        return False


def _days(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}(?:\.0)?", text):
        raise ValueError("write the number of days, such as 30")
    return int(float(text))
