"""Numbers as typed and as spoken."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.numerals import close_up, fold, read_number, spell_digits


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("92", "92"),
        ("9.2", "9.2"),
        (".9", "0.9"),
        ("九点二", "9.2"),
        ("八五", "85"),
        ("八十五", "85"),
        ("十", "10"),
        ("十五", "15"),
        ("三十", "30"),
        ("一百二十", "120"),
        ("一百零五", "105"),
        ("两", "2"),
        ("零点零五", "0.05"),
        ("九〇", "90"),
    ],
)
def test_numbers_are_read_in_either_script(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "九点", "点", "十十", "九十十", "abc", "1.", "-1", "²"])
def test_what_is_no_number_reads_as_none(text: str) -> None:
    assert read_number(text) is None


@given(st.decimals(0, 9999, places=4))
def test_spelled_digits_read_back(number: Decimal) -> None:
    assert read_number(spell_digits(f"{number:f}")) == number


def test_widths_and_spaces_are_folded() -> None:
    assert fold("  ９２　折 \n") == "92 折"
    assert close_up("９２ 折") == "92折"
    assert close_up("85 88") == "85,88"
    assert close_up("0。9") == "0.9"
