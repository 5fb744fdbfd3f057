"""What a reading says, as the words and values that a form's fields take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.customers import CustomerField
from domain.discounts import Scope
from domain.errors import Refused
from domain.settlements import Settlement, SettlementMethod, parse_settlement, settlement_of
from handlers.intake_text.readings import Reading, Value

NEW_CUSTOMER, DISCOUNT_CHANGE = "new_customer", "discount_change"
FILE_LOAN, CUSTOMER_UPDATE = "file_loan", "customer_update"
_SCOPES = {"single_order": Scope.ORDER, "product_line": Scope.RANGE, "whole": Scope.WHOLE}
_UNFILED = (
    "landline", "fax", "email", "postcode", "hotline", "wechat", "qq", "bank_name", "bank_account",
    "delivery_address",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saying:
    """What one field is told. field: of the form. words: read by it, unless `value` says it already.

    unsure: completed or assumed, so the person is asked to look: 请核对. labelled: the message names the
    field. pending: terms without their days; only these are asked.
    """

    field: str
    words: str = ""
    value: Any = None
    unsure: bool = False
    labelled: bool = False
    pending: str = ""


def sayings_of(form: str, reading: Reading, today: date) -> list[Saying]:
    """Give what a form's fields are told, in the order in which they must be filled."""
    fields = reading.fields
    match form:
        case "new_customer":
            return _new_customer(fields)
        case "discount_change":
            return _discount_change(fields, {doubt.field for doubt in reading.clarify}, today)
        case "file_loan":
            return _file_loan(fields)
        case _:
            return []


def updates_of(reading: Reading) -> list[list[Saying]]:
    """Give one list for each of a customer's data that changes, since each is a form of its own."""
    fields = reading.fields
    customer = _plain(fields, "customer_ref", "customer")
    found = []
    changes = (
        (CustomerField.CONTACT, _contact(fields)),
        (CustomerField.PHONE, _phone(fields)),
        (CustomerField.ADDRESS, _address(fields, "address") or _address(fields, "delivery_address")),
    )
    for field, saying in changes:
        if saying is not None:
            what = Saying("what", value=field.value)
            found.append([*customer, what, Saying(field.value, saying.words, unsure=saying.unsure)])
    return found


def unfiled(reading: Reading) -> list[str]:
    """Give what the message says and no field of the form keeps, as it was written."""
    fields = dict(reading.fields)
    if fields.get("mobile") is None:
        fields.pop("landline", None)
    if fields.get("address") is None:  # then it is the address
        fields.pop("delivery_address", None)
    return [fields[name].words or str(fields[name].value) for name in _UNFILED if name in fields]


def _new_customer(fields: Mapping[str, Value]) -> list[Saying]:
    return [
        *_plain(fields, "uscc", "credit_code"),
        *_maybe(_address(fields, "address")),
        *_maybe(_contact(fields)),
        *_maybe(_phone(fields)),
        *_plain(fields, "discount_rate", "rate"),
        *_maybe(_terms(fields, "settlement", "settlement")),
        *_plain(fields, "category", "category"),
        *_plain(fields, "grade", "grade"),
        *_plain(fields, "source", "source"),
        *_plain(fields, "customer_name", "name"),  # last: what it is alike to depends on code and phone
    ]


def _discount_change(fields: Mapping[str, Value], doubtful: set[str], today: date) -> list[Saying]:
    rate = _plain(fields, "requested_discount", "rate")
    terms = _maybe(_terms(fields, "requested_settlement", "settlement"))
    of_rate = bool(rate) or "requested_discount" in doubtful
    of_terms = bool(terms) or "requested_settlement" in doubtful
    what = []
    if of_rate or of_terms:
        both = "both" if of_rate and of_terms else "rate" if of_rate else "terms"
        what = [Saying("what", value=both)]
    scope = fields.get("scope")
    kind = _SCOPES.get(str(scope.value), Scope.WHOLE) if scope is not None else Scope.WHOLE
    effective = _day(fields, "effective_from", "effective")
    return [
        *_plain(fields, "customer_ref", "customer"),
        *what,
        *rate,
        *terms,
        *_plain(fields, "reason", "reason"),
        *(effective or [Saying("effective", value=today, unsure=True)]),
        Saying("scope", value=kind.value, unsure=scope is None),
        *_plain(fields, "product_line", "scope_words"),
        *_day(fields, "effective_to", "ends_on"),
    ]


def _file_loan(fields: Mapping[str, Value]) -> list[Saying]:
    return [
        *_plain(fields, "file_subject", "file"),
        *_plain(fields, "reason", "purpose"),
        *_day(fields, "due_date", "due"),
    ]


def _plain(fields: Mapping[str, Value], name: str, field: str) -> list[Saying]:
    value = fields.get(name)
    if value is None or value.value is None:
        return []
    return [Saying(field, str(value.value), unsure=value.unsure, labelled=value.why == "labelled")]


def _maybe(saying: Saying | None) -> list[Saying]:
    return [saying] if saying is not None else []


def _day(fields: Mapping[str, Value], name: str, field: str) -> list[Saying]:
    value = fields.get(name)
    return [Saying(field, value=date.fromisoformat(value.value))] if value is not None and value.value else []


def _address(fields: Mapping[str, Value], name: str) -> Saying | None:
    """Complete an address by the province and city that its district told."""
    value = fields.get(name)
    if value is None or not value.value:
        return None
    typed = str(value.value)
    derived = [fields.get(part) for part in ("province", "city")] if name == "address" else []
    added = [
        str(part.value)
        for part in derived
        if part is not None and part.value and part.value not in typed and not _short_in(part.value, typed)
    ]
    added = [part for at, part in enumerate(added) if part not in added[:at]]  # 北京市 is both
    return Saying("address", "".join(added) + typed, unsure=bool(added), labelled=value.why == "labelled")


def _short_in(place: str, typed: str) -> bool:
    """Tell whether an address opens with a place's short name: 广东佛山…"""
    short = place.removesuffix("省").removesuffix("市")
    return len(short) > 1 and typed.startswith(short)


def _contact(fields: Mapping[str, Value]) -> Saying | None:
    name, title = fields.get("contact_name"), fields.get("contact_title")
    if name is None or not name.value:
        return None
    words = str(name.value)
    if title is not None and title.value and str(title.value) not in words:
        words = f"{words} {title.value}"
    return Saying("contact", words, unsure=name.unsure, labelled=name.why == "labelled")


def _phone(fields: Mapping[str, Value]) -> Saying | None:
    mobile, landline, extension = (fields.get(name) for name in ("mobile", "landline", "extension"))
    if mobile is not None and mobile.value:
        return Saying("phone", str(mobile.value), labelled=mobile.why == "labelled")
    if landline is None or not landline.value:
        return None
    more = f"转{extension.value}" if extension is not None and extension.value else ""
    return Saying("phone", f"{landline.value}{more}", labelled=landline.why == "labelled")


def _terms(fields: Mapping[str, Value], name: str, field: str) -> Saying | None:
    value = fields.get(name)
    if value is None or not value.value:
        return None
    stated: Mapping[str, Any] = value.value
    method, days = SettlementMethod(stated["method"]), stated.get("days")
    labelled = value.why == "labelled"
    if method.has_days and days is None:
        return Saying(field, pending=method.value, labelled=labelled)
    return Saying(field, value=_settlement(method, days, value.words), labelled=labelled)


def _settlement(method: SettlementMethod, days: int | None, words: str) -> Settlement:
    """Keep the words where they say the same by themselves, since terms have rival meanings."""
    try:
        read = parse_settlement(words)
    except (Refused, ArithmeticError):
        read = None
    if read is not None and (read.method, read.days) == (method, days):
        return read
    canonical = settlement_of(method, days)
    keeps = method in {SettlementMethod.BANK_ACCEPTANCE, SettlementMethod.INSTALLMENT} and words
    return Settlement(method, canonical.days, words[:60]) if keeps else canonical
