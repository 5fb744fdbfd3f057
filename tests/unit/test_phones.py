"""Phone numbers as they stand on business cards and in chat messages."""

from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.phones import Phone, display, masked, parse_phone

SAMPLE = Path(__file__).parents[2] / "deploy/sample_company"


def refusal(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_phone(text)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "１３８００１３８０００",
        "+8613800138000",
        "+86 138 0013 8000",
        "8613800138000",
        "0086-13800138000",
        "幺三八零零幺三八零零零",
        "一三八〇〇一三八〇〇〇",
        "手机:13800138000(微信同号)",
        "13800138000,13800138000",
    ],
)
def test_mobiles_are_read_in_every_spelling(text: str) -> None:
    assert parse_phone(text) == Phone("+8613800138000", None, "mobile")


@pytest.mark.parametrize(
    ("text", "e164", "extension"),
    [
        ("020-81234567", "+862081234567", None),
        ("(020)81234567", "+862081234567", None),
        ("020 8123 4567 转 801", "+862081234567", "801"),
        ("020-81234567分机801", "+862081234567", "801"),
        ("020-81234567-801", "+862081234567", "801"),
        ("02081234567", "+862081234567", None),
        ("+86 20 8123 4567", "+862081234567", None),
        ("+86-020-81234567", "+862081234567", None),
        ("0411-8473 6620 转 8017", "+8641184736620", "8017"),
        ("Tel 0573-8206 5518-8003", "+8657382065518", "8003"),
        ("0591-8762 3314*617", "+8659187623314", "617"),
        ("010-62345678", "+861062345678", None),
        ("0752-3866542", "+867523866542", None),
        ("400-877-1139", "+864008771139", None),
        ("4008771139", "+864008771139", None),
    ],
)
def test_landlines_are_read_with_their_extension(text: str, e164: str, extension: str | None) -> None:
    assert parse_phone(text) == Phone(e164, extension, "landline")


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("+852 6462 5195", "+85264625195"),
        ("0085264625195", "+85264625195"),
        ("+84 91 234 5678", "+84912345678"),
    ],
)
def test_numbers_abroad_need_their_prefix(text: str, e164: str) -> None:
    assert parse_phone(text) == Phone(e164, None, "mobile")


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("", "phone_unreadable", {}),
        ("微信联系", "phone_unreadable", {}),
        ("1586198740", "phone_length", {"digits": 10}),
        ("139810226475", "phone_length", {"digits": 12}),
        ("020-812345", "phone_length", {"digits": 9}),
        ("12345", "phone_length", {"digits": 5}),
        ("12345678901", "phone_invalid", {}),
        ("+852 123", "phone_invalid", {}),
        ("+999 12345678", "phone_invalid", {}),
        ("81234567", "phone_area_missing", {}),
        ("3866542", "phone_area_missing", {}),
        ("8123 4567转801", "phone_area_missing", {}),
    ],
)
def test_what_is_wrong_is_named(text: str, code: str, params: dict[str, int]) -> None:
    refused = refusal(text)
    assert (refused.code, refused.params) == (code, params)


@pytest.mark.parametrize(
    "text",
    [
        "13800138000,13900139000",
        "13800138000 13900139000",
        "13800138000/020-81234567",
        "13800138000或13900139000",
    ],
)
def test_two_numbers_are_asked_back(text: str) -> None:
    refused = refusal(text)
    assert refused.code == "phone_ambiguous"
    assert len(refused.params["candidates"]) == 2


@pytest.mark.parametrize(
    ("text", "shown", "hidden"),
    [
        ("13800138000", "138 0013 8000", "138****8000"),
        ("020-81234567转801", "020-81234567 转 801", "020-****4567"),
        ("0752-3866542", "0752-3866542", "0752-****6542"),
        ("010-62345678", "010-62345678", "010-****5678"),
        ("4008771139", "400-877-1139", "400-****1139"),
        ("+85264625195", "+852 6462 5195", "+852 ****5195"),
    ],
)
def test_numbers_are_shown_and_masked(text: str, shown: str, hidden: str) -> None:
    phone = parse_phone(text)
    assert (display(phone), masked(phone)) == (shown, hidden)
    assert parse_phone(display(phone)) == phone
    assert Phone.from_json(phone.to_json()) == phone


@pytest.mark.parametrize("name", ["customers.csv", "staff.csv"])
def test_every_number_of_the_sample_company_is_read(name: str) -> None:
    with (SAMPLE / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["手机"]:
                assert parse_phone(row["手机"]).kind == "mobile"
            if row.get("座机"):
                assert parse_phone(f"{row['座机']}-{row['分机']}".strip("-")).extension == (
                    row["分机"] or None
                )


@given(st.text(alphabet="0123456789+-转() 幺一/x", max_size=20))
def test_any_text_is_a_number_or_a_refusal(text: str) -> None:
    with suppress(Refused):
        assert parse_phone(text).e164.startswith("+")
