"""Column types that hold domain values the same way on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only an INTEGER key

# Met by prefix: a language's own order would put a prefix and what it begins apart.
PrefixKey = String(64).with_variant(String(64, collation="C"), "postgresql")

LARGEST_KEY = 2**31 - 1  # PostgreSQL refuses to compare an integer column with more

_SCALE = 10_000


class Coded(TypeDecorator[StrEnum]):
    """An enum by its value, so that renaming a member or adding one needs no migration."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)


class RateColumn(TypeDecorator[Decimal]):
    """A rate in ten-thousandths: exact, and comparable in SQL, where SQLite has no decimals."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value * _SCALE)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / _SCALE).normalize()


def dump_json(value: Any) -> str:
    """Write JSON as it is kept in the database: compact, Chinese readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
