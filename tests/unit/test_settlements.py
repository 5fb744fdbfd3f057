"""Settlement terms as reps and the old customer file write them."""

from __future__ import annotations

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.settlements import (
    Settlement,
    SettlementMethod,
    parse_days,
    parse_settlement,
    settlement_of,
    settlement_words,
)

SAMPLE = Path(__file__).parents[2] / "deploy/sample_company/customers.csv"

UNDERSTOOD = {
    (
        "prepay",
        None,
    ): "款到发货 先款后货 预付 预付款 先付款后发货 全款预付 TT预付全款后发货 T/T100%预付,款到发货 款到后发货",
    ("cash", None): "现结 现款现货 现款 现金 现付",
    (
        "monthly",
        30,
    ): "月结30天 月结30 月结三十天 月结一个月 月结1个月 月结,账期30天 月结,30天账期 "
    "３０天月结 月结（30天） 月结３０天",
    ("monthly", 60): "月结60天 月结两个月 月结六十",
    ("monthly_next", 45): "次月结45天 次月结四十五天 次月结45",
    ("after_invoice", 30): "票到30天 发票到30天 票到后30天付款 开票后30天 见票30天 收到发票后30天内付款",
    ("after_invoice", 0): "票到付款 见票即付",
    ("after_delivery", 15): "货到15天 货到15天付 货到后15天付款 货到半个月",
    ("after_delivery", 0): "货到付款 货到即付",
    ("net_days", 45): "账期45天 45天账期 N45 net45 帐期45",
    (
        "bank_acceptance",
        None,
    ): "银行承兑 承兑 6个月银行承兑 货到后付3个月电子银行承兑 银承 商承 银行承兑(6个月) 银行承兑汇票",
    ("installment", None): "分期 分三期付 预付20%,货到付70%,质保金10%一年后付 预付30%货到付清",
}


def refusal(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_settlement(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "terms"), [(text, terms) for terms, row in UNDERSTOOD.items() for text in row.split()]
)
def test_each_way_to_say_terms_is_understood(text: str, terms: tuple[str, int | None]) -> None:
    settlement = parse_settlement(text)
    assert (settlement.method.value, settlement.days) == terms


def test_the_words_stay_and_a_month_is_said_to_be_thirty_days() -> None:
    assert parse_settlement(" 月结 ３０ 天 ").words == "月结30天"
    assert parse_settlement("月结一个月").words == "月结一个月(按30天)"


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("月结", "monthly"),
        ("次月结", "monthly_next"),
        ("票到", "after_invoice"),
        ("货到", "after_delivery"),
        ("账期", "net_days"),
    ],
)
def test_terms_with_days_ask_for_the_days(text: str, method: str) -> None:
    refused = refusal(text)
    assert (refused.code, refused.params) == ("settlement_days_missing", {"method": SettlementMethod(method)})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("款到发货,月结30天", ["月结30天", "款到发货"]),
        ("现结改次月结60天", ["次月结60天", "现结"]),
        ("月结30天或60天", ["月结30天", "月结60天"]),
        ("月结30天 月结60天", ["月结30天", "月结60天"]),
        ("不要月结30天", ["月结30天"]),
        ("30天", ["月结30天", "次月结30天", "票到30天", "货到30天", "账期30天"]),
        ("月结30天,6个月银行承兑", ["银行承兑(6个月)", "月结30天"]),
    ],
)
def test_two_terms_are_asked_back(text: str, words: list[str]) -> None:
    refused = refusal(text)
    assert refused.code == "settlement_ambiguous"
    assert [settlement_words(candidate) for candidate in refused.params["candidates"]] == words


@pytest.mark.parametrize("text", ["", "好的", "老样子", "90%"])
def test_other_words_are_unreadable(text: str) -> None:
    assert refusal(text).code == "settlement_unreadable"


def test_absurd_days_are_refused() -> None:
    refused = refusal("月结3000天")
    assert (refused.code, refused.params) == ("settlement_days_out_of_range", {"days": 3000, "longest": 365})


@pytest.mark.parametrize(
    ("text", "days"), [("30", 30), ("三十天", 30), ("一个月", 30), ("半个月", 15), ("两周", 14), ("45日", 45)]
)
def test_days_alone_are_read(text: str, days: int) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "很久", "一年半", "2.5天"])
def test_days_that_are_no_days_are_unreadable(text: str) -> None:
    with pytest.raises(Refused, match="settlement_days_unreadable"):
        parse_days(text)


def test_only_terms_with_days_give_credit() -> None:
    assert parse_settlement("月结30天").credit_days == 30
    assert parse_settlement("6个月银行承兑").credit_days == 0
    assert parse_settlement("款到发货").credit_days == 0
    assert parse_settlement("货到付款").credit_days == 0


@given(st.sampled_from(SettlementMethod), st.integers(0, 365))
def test_canonical_words_read_back(method: SettlementMethod, days: int) -> None:
    settlement = settlement_of(method, days)
    assert parse_settlement(settlement.words) == settlement
    assert Settlement.from_json(settlement.to_json()) == settlement


@given(st.text(alphabet="月结票到货账期天个半款发0123456789三十,承兑现预付%次", max_size=12))
def test_any_text_is_terms_or_a_refusal(text: str) -> None:
    with suppress(Refused):
        settlement = parse_settlement(text)
        assert settlement.method.has_days == (settlement.days is not None)


def test_every_term_of_the_sample_company_is_understood() -> None:
    with SAMPLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            days = int(row["账期天数"]) if row["账期天数"] else None
            settlement = parse_settlement(row["结算方式"] + (f"{days}天" if days is not None else ""))
            assert settlement.days == days
