"""Every deliberate oddity among the sample company's customers, and nothing else."""

from __future__ import annotations

import csv
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from domain.duplicates import KnownCustomer, Match, judge
from domain.phones import parse_phone

SAMPLE = Path(__file__).parents[2] / "deploy/sample_company/customers.csv"


@cache
def customers() -> dict[str, KnownCustomer]:
    with SAMPLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["客户编号"]: KnownCustomer(
            row["客户编号"],
            row["客户名称"],
            row["统一社会信用代码"] or None,
            tuple(parse_phone(phone).e164 for phone in (row["手机"], row["座机"]) if phone),
            row["业务员工号"],
            row["状态"],
        )
        for row in rows
    }


def compare(filed: str, known: str) -> Match | None:
    new = customers()[filed]
    return judge(new.name, new.credit_code, new.phones, customers()[known])


EXACT = {("KH0019", "KH0020"), ("KH0022", "KH0023"), ("KH0044", "KH0045"), ("KH0058", "KH0059")}
SIMILAR = {
    ("KH0010", "KH0011"): "homophone",
    ("KH0014", "KH0015"): "homophone",
    ("KH0017", "KH0018"): "homophone",
    ("KH0002", "KH0003"): "same_name",
    ("KH0032", "KH0033"): "same_name",
    ("KH0032", "KH0034"): "same_group",
    ("KH0033", "KH0034"): "same_group",
    ("KH0025", "KH0026"): "same_phone",
}


@pytest.mark.parametrize(("first", "second"), sorted(EXACT))
def test_the_same_company_filed_twice_is_an_exact_match_either_way(first: str, second: str) -> None:
    for match in (compare(first, second), compare(second, first)):
        assert match is not None
        assert (match.kind, match.reasons[0]) == ("exact", "same_name")


@pytest.mark.parametrize(("pair", "reason"), sorted(SIMILAR.items()))
def test_lookalikes_with_codes_of_their_own_are_similar_only(pair: tuple[str, str], reason: str) -> None:
    for match in (compare(*pair), compare(*reversed(pair))):
        assert match is not None
        assert (match.kind, match.reasons[0]) == ("similar", reason)


def test_no_other_pair_of_the_sample_is_a_match() -> None:
    matched = {pair for pair in combinations(sorted(customers()), 2) if compare(*pair)}
    assert matched == EXACT | SIMILAR.keys()


KNOWN = KnownCustomer("1", "佛山市恒锐五金有限公司", None, ("+8675781234567",), "张伟", "active")
CODE, OTHER = "91440112MA48XCTT69", "91440112205426005T"


@pytest.mark.parametrize(
    ("name", "phones", "kind", "reasons"),
    [
        ("恒锐五金（佛山）有限责任公司", (), "exact", ("same_name",)),
        ("广东省佛山恒锐五金", (), "exact", ("same_name",)),
        ("恒锐五金", ("+8675781234567",), "exact", ("same_name", "same_phone")),
        ("恒锐五金", (), "similar", ("same_name",)),
        ("佛山市南海区恒锐五金有限公司", (), "similar", ("same_name",)),
        ("佛山市南海区恒锐五金有限公司", ("+8675781234567",), "exact", ("same_name", "same_phone")),
        ("广州恒锐五金有限公司", ("+8675781234567",), "similar", ("same_name", "same_phone")),
        ("佛山恒锐五金有限公司佛山分公司", (), "similar", ("same_name",)),
        ("恒锐五金集团有限公司", (), "similar", ("same_name",)),
        ("恒锐集团", (), "similar", ("same_group",)),
        ("佛山衡瑞五金有限公司", (), "similar", ("homophone",)),
        ("佛山永发机械有限公司", ("+8675781234567",), "similar", ("same_phone",)),
    ],
)
def test_names_and_phones_are_weighed_together(
    name: str, phones: tuple[str, ...], kind: str, reasons: tuple[str, ...]
) -> None:
    match = judge(name, CODE, phones, KNOWN)
    assert match is not None
    assert (match.kind, match.reasons) == (kind, reasons)


def test_the_same_code_is_exact_whatever_the_name() -> None:
    known = KnownCustomer("1", "佛山市恒锐五金有限公司", CODE, (), "张伟", "active")
    assert judge("佛山永发机械有限公司", CODE, (), known) == Match(known, "exact", ("same_code",))


def test_codes_that_differ_are_never_exact() -> None:
    known = KnownCustomer("1", "佛山市恒锐五金有限公司", CODE, (), "张伟", "active")
    match = judge("佛山市恒锐五金有限公司", OTHER, (), known)
    assert match is not None
    assert match.kind == "similar"


def test_a_county_city_without_its_suffix_is_recognised() -> None:
    known = KnownCustomer("1", "昆山玉峰岸精密模具有限公司", None, (), "张伟", "active")
    match = judge("昆山市玉峰岸精密模具有限公司", None, (), known)
    assert match is not None
    assert (match.kind, match.reasons) == ("exact", ("same_name",))


def test_strangers_are_no_match() -> None:
    assert judge("佛山永发机械有限公司", CODE, (), KNOWN) is None
