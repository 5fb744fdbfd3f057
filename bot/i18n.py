"""Languages: gettext catalogues and Babel's formats, joined for a recipient.

Catalogues are compiled in memory when they are loaded, so a compiled file can never be older than its source.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from bot.clock import now

LOCALES = Path(__file__).resolve().parent.parent / "locales"
DOMAIN = "messages"
_DAY = {"zh": "M月d日 EEE", "en": "EEE, MMM d"}
_DAY_AND_YEAR = {"zh": "y年M月d日 EEE", "en": "EEE, MMM d, y"}
_MOMENT = {"zh": "M月d日 HH:mm", "en": "MMM d, HH:mm"}
_MONTH = {"zh": "y年M月", "en": "MMMM y"}


class Catalogue:
    """Implements handlers.language.Language."""

    def __init__(self, code: str, translations: gettext.NullTranslations, zone: ZoneInfo) -> None:
        self.code = code
        self._translations = translations
        self._locale = Locale.parse(code)
        self._zone = zone

    def __call__(self, message: str, **params: Any) -> str:
        text = self._translations.gettext(message) if message else ""
        return text.format(**params) if params else text

    def plural(self, one: str, many: str, n: int, **params: Any) -> str:
        return self._translations.ngettext(one, many, n).format(n=self.number(n), **params)

    def day(self, value: date) -> str:
        this_year = now().astimezone(self._zone).year
        patterns = _DAY if value.year == this_year else _DAY_AND_YEAR
        return format_date(value, patterns[self._locale.language], locale=self._locale)

    def moment(self, value: datetime) -> str:
        pattern = _MOMENT[self._locale.language]
        return format_datetime(value, pattern, tzinfo=self._zone, locale=self._locale)

    def month(self, value: date) -> str:
        return format_date(value, _MONTH[self._locale.language], locale=self._locale)

    def number(self, value: Decimal | int) -> str:
        return format_decimal(value, locale=self._locale)

    def percent(self, value: Decimal) -> str:
        return format_percent(value, "#,##0.##%", locale=self._locale)


def load_languages(codes: Iterable[str], timezone: str, folder: Path = LOCALES) -> dict[str, Catalogue]:
    """Load catalogues by locale code."""
    zone = ZoneInfo(timezone)
    return {
        code: Catalogue(code, _compile(folder / code / "LC_MESSAGES" / f"{DOMAIN}.po"), zone)
        for code in codes
    }


def _compile(path: Path) -> gettext.GNUTranslations:
    with path.open("rb") as source:
        catalogue = read_po(source)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
