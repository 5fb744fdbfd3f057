"""Addresses as typed by reps, in China, Hong Kong and abroad."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.addresses import CnAddress, parse_address, split_address
from domain.errors import Refused

SAMPLE = Path(__file__).parents[2] / "deploy/sample_company/customers.csv"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" 广东省佛山市顺德区凤翔路２８号 ", "广东省佛山市顺德区凤翔路28号"),
        ("广东省 佛山市\n顺德区 凤翔路28号。", "广东省佛山市顺德区凤翔路28号"),
        ("地址:荷塘镇南华西路七号", "荷塘镇南华西路七号"),
        ("新界荃湾沙咀道128号9楼B室", "新界荃湾沙咀道128号9楼B室"),
        ("25 Le Loi Street, District 1, Ho Chi Minh City", "25 Le Loi Street, District 1, Ho Chi Minh City"),
        ("深圳南山科技园", "深圳南山科技园"),
    ],
)
def test_addresses_are_tidied_not_changed(text: str, address: str) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("佛山市", "address_too_short"),
        ("", "address_unreadable"),
        ("123456789", "address_unreadable"),
        ("老地方你懂的就那儿", "address_unreadable"),
        ("凤翔路" * 67, "address_too_long"),
    ],
)
def test_what_cannot_be_an_address_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        parse_address(text)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("广东省佛山市顺德区凤翔路28号", ("广东省", "佛山市", "顺德区", "凤翔路28号")),
        ("佛山市顺德区凤翔路28号", ("", "佛山市", "顺德区", "凤翔路28号")),
        ("上海市嘉定区马陆镇丰登路615弄8号", ("上海市", "上海市", "嘉定区", "马陆镇丰登路615弄8号")),
        (
            "新疆维吾尔自治区乌鲁木齐市新市区长春中路345号",
            ("新疆维吾尔自治区", "乌鲁木齐市", "新市区", "长春中路345号"),
        ),
        ("广东省东莞市长安镇振安东路265号", ("广东省", "东莞市", "", "长安镇振安东路265号")),
        ("荷塘镇南华西路七号", ("", "", "", "荷塘镇南华西路七号")),
        ("科技园区12栋", ("", "", "", "科技园区12栋")),
    ],
)
def test_written_parts_are_split(address: str, parts: tuple[str, str, str, str]) -> None:
    found = split_address(address)
    assert (found.city, found.district, found.detail) == parts[1:]
    assert found == CnAddress(*parts)


def test_every_address_of_the_sample_company_is_read_and_split() -> None:
    with SAMPLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            written = row["省"] + row["市"] * (row["市"] != row["省"]) + row["区"] + row["地址"]
            parts = split_address(parse_address(written))
            assert (parts.province, parts.detail) == (row["省"], row["地址"])
            assert (parts.city, parts.district) == (row["市"], row["区"])


@given(st.text(alphabet="广东省佛山市顺德区县路号12 园旗自治州", max_size=30))
def test_splitting_loses_nothing_written(text: str) -> None:
    parts = split_address(text)
    written = parts.city + parts.district + parts.detail
    assert text.endswith(written)
    assert text in {written, parts.province + written}
