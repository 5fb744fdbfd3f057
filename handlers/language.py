"""A recipient's language, as handlers see it; the catalogues themselves are loaded by bot/i18n.py."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol


class Language(Protocol):
    """Wording and formats of one language. `code`: a locale such as zh_CN."""

    code: str

    def __call__(self, message: str, **params: Any) -> str:
        """Translate an English message and fill its named places."""
        ...

    def plural(self, one: str, many: str, n: int, **params: Any) -> str: ...

    def day(self, value: date) -> str:
        """Write a date with its weekday, such as 11月27日 周五."""
        ...

    def moment(self, value: datetime) -> str:
        """Write a moment in the company's time zone, such as 11月27日 15:30."""
        ...

    def month(self, value: date) -> str: ...

    def number(self, value: Decimal | int) -> str: ...

    def percent(self, value: Decimal) -> str: ...


def N_(message: str) -> str:
    """Mark a message for translation where no language is known yet."""
    return message
