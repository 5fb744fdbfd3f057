"""What a rep may type for a discount, and what it must never be taken for."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.rates import parse_rate, points_between, rate_words

D = Decimal


def refusal(text: str, current: str | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_rate(text, None if current is None else D(current))
    return caught.value


UNDERSTOOD = {
    "0.9": "九折 零点九 0。9 90折扣 9折 90折 0.9 0.90 90% ９折 "
    "打九折 打9折 按九折 九十折 .9 按90% 原价90% 原价打九折",
    "0.92": "九二折 92折 9.2折 九点二折 92 9.2 九二 九点二 ９２折 92扣 打九点二折 九十二折 "
    "让利8个点 优惠8个点 下浮8% 便宜8个点 减8% 让利八个点 优惠百分之八 8个点优惠 百分之九十二 优惠到92折",
    "0.85": "85扣 八五扣 打八五折 八五 85 8.5 85折。 面价*0.85 系数0.85 折扣85 折扣:八五",
    "0.885": "八八五折 885折 88.5折 8.85折 88.5 0.885",
    "1": "原价 不打折 全价 平价 面价不打折 无折扣 没有折扣 十折 1.0 1.00 100% 不优惠",
}


@pytest.mark.parametrize(
    ("text", "rate"), [(text, rate) for rate, row in UNDERSTOOD.items() for text in row.split()]
)
def test_each_way_to_say_a_rate_is_understood(text: str, rate: str) -> None:
    assert parse_rate(text) == D(rate)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("让利半个点", "0.995"),
        ("下浮一成", "0.9"),
        ("价格下浮1.5%", "0.985"),
        ("目录价98%", "0.98"),
        ("含税价按九二折走", "0.92"),
        ("不含税九折,要开票另加13个点", "0.9"),
        ("面价含税13个点 专票 优惠5个点", "0.95"),
        ("九二折(即0.92,让利8个点)", "0.92"),
        ("调到九折吧", "0.9"),
        ("92 折", "0.92"),
        ("五折", "0.5"),
        ("半价", "0.5"),
    ],
)
def test_words_of_reps_are_understood(text: str, rate: str) -> None:
    assert parse_rate(text) == D(rate)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("折扣8", ["0.8", "0.92"]),
        ("折扣给8", ["0.8", "0.92"]),
        ("8", ["0.8", "0.92"]),
        ("九", ["0.9", "0.91"]),
        ("10%折扣", ["0.9", "0.1"]),
        ("10%", ["0.9", "0.1"]),
        ("15", ["0.15", "0.85"]),
        ("1", ["1"]),
        ("0.9折", ["0.9", "0.09"]),
        ("10折", ["1", "0.1"]),
        ("八到九折", ["0.8", "0.9"]),
        ("8-9折", ["0.8", "0.9"]),
        ("85-90折", ["0.85", "0.9"]),
        ("九折到九一折", ["0.9", "0.91"]),
        ("让利5到8个点", ["0.95", "0.92"]),
        ("让利8个点也就是九折", ["0.92", "0.9"]),
        ("九折 八五折", ["0.9", "0.85"]),
        ("85 88", ["0.85", "0.88"]),
        ("让利8", ["0.92"]),
        ("925", ["0.925"]),
        ("8个点", ["0.92"]),
        ("最低八折", ["0.8"]),
        ("不要九折", ["0.9"]),
        ("再打九折", ["0.9"]),
        ("九折改八八折", ["0.9", "0.88"]),
    ],
)
def test_two_readings_are_asked_back_with_candidates(text: str, candidates: list[str]) -> None:
    refused = refusal(text)
    assert refused.code == "rate_ambiguous"
    assert refused.params["candidates"] == [D(candidate) for candidate in candidates]


@pytest.mark.parametrize(
    "text",
    ["含税13个点", "13%税", "专票13个点", "13个点专票", "增值税13%", "税率13%", "含13%税", "开票加13个点"],
)
def test_vat_is_never_taken_for_a_discount(text: str) -> None:
    assert refusal(text).code == "rate_is_tax"


@pytest.mark.parametrize("text", ["", "好的", "便宜点", "不知道", "abc", "，。", "含税", "折扣"])
def test_what_says_no_rate_is_unreadable(text: str) -> None:
    assert refusal(text).code == "rate_unreadable"


@pytest.mark.parametrize("text", ["0", "120%", "1.2", "150", "-5", "0折", "让利100%", "让利120个点"])
def test_rates_outside_nought_to_one_are_refused(text: str) -> None:
    assert refusal(text).code == "rate_out_of_range"


def test_more_than_four_places_are_refused() -> None:
    refused = refusal("0.92555")
    assert (refused.code, refused.params) == ("rate_too_fine", {"rate": D("0.92555"), "places": 4})


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("再让2个点", "0.93"),
        ("再降两个点", "0.93"),
        ("再下浮1.5个点", "0.935"),
        ("降2个百分点", "0.93"),
        ("上调1个点", "0.96"),
        ("上浮1%", "0.96"),
        ("九五折改九二折", "0.92"),
        ("从95折调到92折", "0.92"),
    ],
)
def test_relative_words_start_from_the_current_rate(text: str, rate: str) -> None:
    assert parse_rate(text, D("0.95")) == D(rate)


def test_relative_words_without_a_current_rate_say_so() -> None:
    refused = refusal("再让2个点")
    assert (refused.code, refused.params) == ("rate_relative_needs_current", {"points": D(-2)})


def test_relative_words_cannot_leave_the_range() -> None:
    assert refusal("上调3个点", "0.98").code == "rate_out_of_range"


def test_a_discount_on_top_offers_both_readings() -> None:
    assert refusal("再打九折", "0.95").params["candidates"] == [D("0.9"), D("0.855")]


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ("0.9", "九折"),
        ("0.90", "九折"),
        ("0.92", "九二折"),
        ("0.885", "八八五折"),
        ("1", "不打折"),
        ("1.00", "不打折"),
        ("0.05", "零点五折"),
    ],
)
def test_rates_are_said_in_zhe_words(rate: str, words: str) -> None:
    assert rate_words(D(rate)) == words


@given(st.integers(1, 10000))
def test_every_rate_reads_back_from_its_words(ten_thousandths: int) -> None:
    rate = D(ten_thousandths) / 10000
    assert parse_rate(rate_words(rate)) == rate


@given(st.integers(1, 9999))
def test_every_typed_decimal_below_one_is_itself(ten_thousandths: int) -> None:
    assert parse_rate(f"{D(ten_thousandths) / 10000:f}") == D(ten_thousandths) / 10000


@given(st.text(alphabet="0123456789.%折扣让利优惠点个再降到九八二十百半税价-~ ", max_size=12))
def test_any_text_is_a_valid_rate_or_a_refusal(text: str) -> None:
    with suppress(Refused):
        assert 0 < parse_rate(text, D("0.9")) <= 1


def test_points_are_negative_when_the_customer_pays_less() -> None:
    assert points_between(D("0.9"), D("0.88")) == -2
    assert points_between(D("0.9"), D("0.925")) == D("2.5")
