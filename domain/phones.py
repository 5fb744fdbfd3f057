"""Phone numbers of contacts: mobiles, landlines with area code and extension, numbers abroad with +prefix.

phonenumbers.geocoder and .carrier are never imported: they cost more memory than the rest of the bot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, Self

import phonenumbers

from domain.errors import Refused
from domain.numerals import fold

Kind = Literal["mobile", "landline"]

_SPOKEN = str.maketrans("零〇幺一二三四五六七八九", "001123456789")
_EXTENSION = re.compile(r"(?:转接?|分机号?|ext\.?|x|#|\*)[\s.:：]*(\d{1,6})\D*$", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(
    r"(?<!\d)(\(?(?:\+?86[\s-]*)?0\d{2,3}\)?[\s-]*\d{3,4}[\s-]?\d{4})\s*-\s*(\d{1,6})\D*$"
)
_SEPARATOR = re.compile(r"[,，;；、|\n]|/|或者?|和|以及|\s(?=1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d))")
_MOBILE_TYPES = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


@dataclass(frozen=True)
class Phone:
    """One number. e164: +8613800138000, without the extension; two people behind one switchboard share it."""

    e164: str
    extension: str | None
    kind: Kind

    def to_json(self) -> dict[str, Any]:
        return {"e164": self.e164, "extension": self.extension, "kind": self.kind}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(stored["e164"], stored["extension"], stored["kind"])


def parse_phone(text: str) -> Phone:
    """Read one phone number as typed, in China unless it carries another country's + or 00.

    Raises Refused: phone_unreadable, phone_length(digits), phone_invalid, phone_area_missing,
    phone_ambiguous(candidates: list of Phone).
    """
    typed = fold("\n".join(filter(None, (line.strip() for line in text.splitlines())))).translate(_SPOKEN)
    parts = [part for part in _SEPARATOR.split(typed) if len(_digits(part)) >= 7]
    if len(parts) < 2:
        return _read(typed)
    phones = []
    for part in parts:
        phone = _read(part)
        if phone not in phones:
            phones.append(phone)
    if len(phones) > 1:
        raise Refused("phone_ambiguous", candidates=phones)
    return phones[0]


def display(phone: Phone) -> str:
    """Write a number the way people read it aloud: 138 0013 8000, 020-81234567 转 801, +852 6462 5195."""
    suffix = f" 转 {phone.extension}" if phone.extension else ""
    national = _national(phone)
    if national is None:
        number = phonenumbers.format_number(
            phonenumbers.parse(phone.e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
        return number + suffix
    if phone.kind == "mobile":
        return f"{national[:3]} {national[3:7]} {national[7:]}{suffix}"
    area, local = _split_area(national)
    return f"{area}-{local[:3]}-{local[3:]}{suffix}" if area == "400" else f"{area}-{local}{suffix}"


def masked(phone: Phone) -> str:
    """Write a number as shown outside its own record: 138****5678, 020-****5678, +852 ****5195."""
    national = _national(phone)
    if national is None:
        code = phonenumbers.parse(phone.e164).country_code
        return f"+{code} ****{phone.e164[-4:]}"
    if phone.kind == "mobile":
        return f"{national[:3]}****{national[-4:]}"
    return f"{_split_area(national)[0]}-****{national[-4:]}"


def _read(typed: str) -> Phone:
    number, extension = _without_extension(typed)
    digits = _digits(number)
    if not digits:
        raise Refused("phone_unreadable")
    if re.search(r"\+(?!86)|^\D*00(?!86)", number.replace(" ", "")):
        return _validated(f"+{digits.removeprefix('00')}", None, extension)
    digits = re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$|0?[2-9]\d{8,10}$|0?10\d{8}$|[48]00\d{7}$)", "", digits)
    if digits.startswith("1"):
        if len(digits) != 11:
            raise Refused("phone_length", digits=len(digits))
    elif digits.startswith(("400", "800")) and len(digits) == 10:
        pass
    elif not digits.startswith("0") and len(digits) in (7, 8):
        raise Refused("phone_area_missing")
    elif not digits.startswith("0") or not 10 <= len(digits) <= 12:
        if "+86" in number.replace(" ", "") and 9 <= len(digits) <= 11:
            digits = f"0{digits}"
        else:
            raise Refused("phone_length", digits=len(digits))
    return _validated(digits, "CN", extension)


def _validated(number: str, region: str | None, extension: str | None) -> Phone:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException as error:
        raise Refused("phone_invalid") from error
    if not phonenumbers.is_valid_number(parsed):
        raise Refused("phone_invalid")
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    is_mobile = phonenumbers.number_type(parsed) in _MOBILE_TYPES
    return Phone(e164, extension, "mobile" if is_mobile else "landline")


def _without_extension(typed: str) -> tuple[str, str | None]:
    for pattern in (_EXTENSION, _DASHED_EXTENSION):
        match = pattern.search(typed)
        if (
            match
            and len(_digits(before := typed[: match.start()] + (match[1] if match.lastindex == 2 else "")))
            >= 7
        ):
            return before, match[match.lastindex or 1]
    return typed, None


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _national(phone: Phone) -> str | None:
    return phone.e164.removeprefix("+86") if phone.e164.startswith("+86") else None


def _split_area(national: str) -> tuple[str, str]:
    """Split a Chinese landline: 010 and 02x have two digits after the trunk 0, all others three."""
    if national.startswith(("400", "800")):
        return national[:3], national[3:]
    width = 2 if national.startswith(("10", "2")) else 3
    return f"0{national[:width]}", national[width:]
