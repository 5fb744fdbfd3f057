"""Credit codes as copied from business licences."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.credit_codes import ALPHABET, parse_credit_code
from domain.errors import Refused

SAMPLE = Path(__file__).parents[2] / "deploy/sample_company/customers.csv"
CODE = "91440112MA48XCTT69"


def refusal(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_credit_code(text)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        CODE.lower(),
        "91 440112 MA48XCTT6 9",
        "914401-12MA48XC-TT69",
        "９１４４０１１２ＭＡ４８ＸＣＴＴ６９",
        f"税号:{CODE}",
    ],
)
def test_spaces_hyphens_and_case_are_set_aside(text: str) -> None:
    assert parse_credit_code(text) == CODE


def test_a_wrong_length_is_told() -> None:
    refused = refusal(CODE[:-1])
    assert (refused.code, refused.params) == ("credit_code_length", {"length": 17, "expected": 18})


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("91440112MA48XCTTO9", {"character": "O", "position": 17, "meant": "0"}),
        ("9144011IMA48XCTT69", {"character": "I", "position": 8, "meant": "1"}),
        ("9144011AMA48XCTT69", {"character": "A", "position": 8, "meant": None}),
        ("91440112MA48XCTT6粤", {"character": "粤", "position": 18, "meant": None}),
    ],
)
def test_an_impossible_character_is_named_with_its_place(code: str, params: dict[str, object]) -> None:
    refused = refusal(code)
    assert (refused.code, refused.params) == ("credit_code_character", params)


def test_a_wrong_check_character_is_told() -> None:
    assert refusal("91220203MA5E50E807").code == "credit_code_check"


@given(st.integers(0, 17), st.sampled_from(ALPHABET))
def test_no_single_slip_passes(position: int, character: str) -> None:
    slipped = CODE[:position] + character + CODE[position + 1 :]
    if slipped != CODE:
        assert refusal(slipped).code in {"credit_code_check", "credit_code_character"}


def test_every_code_of_the_sample_company_is_read() -> None:
    with SAMPLE.open(encoding="utf-8") as file:
        codes = [row["统一社会信用代码"] for row in csv.DictReader(file) if row["统一社会信用代码"]]
    assert [parse_credit_code(code) for code in codes] == codes
