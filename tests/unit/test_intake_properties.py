"""What holds of the grammar for every text: it answers, soon, and says again what it has read."""

from __future__ import annotations

import json
import random
import re
from datetime import date, timedelta
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.rates import rate_words
from handlers.intake_text.intents import INTENTS
from handlers.intake_text.normalising import LONGEST, normalise
from handlers.intake_text.terms import terms_text
from tests.support.texts import SAMPLE, cases_of, read

SAMPLE_TEXTS = [case["text"] for case in cases_of(SAMPLE)]
_WORDS = re.findall(r"[一-龥]+|\d+|[A-Za-z]+|[^\w]", "".join(SAMPLE_TEXTS))
_PIECES = [
    *(
        "九折",
        "1",
        "0.9",
        "月结30天",
        "路",
        "有限公司",
        "13812345678",
        "联系人:",
        "从",
        "改",
        "再让",
        "①",
        "1、",
    ),
    *("\t", "\n", "春节后", "预付30%,", "号", "A", " ", ",", "→", "借档案", "幺", "(", "客户\t电话\t地址\n"),
    *("新客户", "91", "@", "中国", "张三 ", "+1 "),
]
MOST_SECONDS = 1.0  # of this process's own time: twenty times the aim, so that a slow machine does not fail


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["auto", *INTENTS]))
def test_any_text_is_answered(text: str, intent: str) -> None:
    reading = read(text, intent)
    json.dumps(reading.to_json())
    assert reading.outcome in {"complete", "ask_missing", "clarify", "refuse", "split", "reroute", "none"}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=60), st.sampled_from(["auto", *INTENTS]))
def test_any_mixture_of_sample_words_is_answered(words: list[str], intent: str) -> None:
    reading = read("".join(words), intent)
    for field in reading.fields.values():
        if field.span is not None:
            assert 0 <= field.span[0] < field.span[1] <= len("".join(words))


@pytest.mark.parametrize("piece", _PIECES)
def test_the_longest_message_of_one_piece_takes_no_long(piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]
    for intent in ("new_customer", "discount_change", "customer_data_change", "file_loan", "auto"):
        began = process_time()
        read(text, intent)
        assert process_time() - began < MOST_SECONDS


@pytest.mark.parametrize("seed", range(8))
def test_the_longest_message_of_anything_takes_no_long(seed: int) -> None:
    dice = random.Random(seed)
    pool = "".join(SAMPLE_TEXTS) + "".join(_PIECES)
    text = "".join(dice.choice(pool) for _ in range(LONGEST))
    began = process_time()
    read(text)
    assert process_time() - began < MOST_SECONDS


def test_a_message_is_read_as_far_as_a_messenger_delivers_it() -> None:
    assert len(normalise("九" * 2 * LONGEST).said) == LONGEST


@given(st.text(max_size=200))
def test_the_reading_keeps_the_way_back(text: str) -> None:
    normal = normalise(text)
    assert len(normal.shown) == len(normal.said) == len(normal.origin)
    assert list(normal.origin) == sorted(normal.origin)


# --- saying a value and reading it again -----------------------------------------------------------------

_HEAD = "新客户 泰州凤城泵厂 殷红 13805261234 泰州市海陵区东风路5号 "


@given(st.integers(50, 99))
def test_a_rate_said_in_words_is_read_as_itself(points: int) -> None:
    rate = Decimal(points) / 100
    assert read(f"{_HEAD}{rate_words(rate)} 现结").values()["discount_rate"] == format(rate, ".2f")


@given(
    st.sampled_from(["monthly", "monthly_next", "after_invoice", "after_delivery", "net_days"]),
    st.integers(0, 120),
)
def test_terms_said_in_words_are_read_as_themselves(method: str, days: int) -> None:
    if days == 0 and method not in {"after_invoice", "after_delivery"}:
        return
    terms = {"method": method, "days": days}
    assert read(f"{_HEAD}92折 {terms_text(terms)}").values()["settlement"] == terms


@given(st.integers(1, 12))
def test_an_acceptance_said_in_words_is_read_as_itself(months: int) -> None:
    terms = {"method": "bank_acceptance", "days": None, "tenor_months": months}
    assert read(f"{_HEAD}92折 {terms_text(terms)}").values()["settlement"] == terms


@given(st.integers(1, 700))
def test_a_day_said_in_full_is_read_as_itself(ahead: int) -> None:
    day = date(2026, 11, 23) + timedelta(days=ahead)
    text = f"龙城刀具95折改92折,量大了,{day.year}年{day.month}月{day.day}日起执行"
    assert read(text).values()["effective_from"] == day.isoformat()


@pytest.mark.parametrize("case", cases_of(SAMPLE)[:36], ids=lambda case: case["id"])
def test_what_was_read_is_read_again_from_its_own_labels(case: dict[str, Any]) -> None:
    labels = {
        "customer_name": "客户名称",
        "uscc": "统一社会信用代码",
        "contact_name": "联系人",
        "mobile": "手机",
        "landline": "座机",
        "address": "地址",
    }
    values = read(case["text"]).values()
    lines = [f"{label}:{values[name]}" for name, label in labels.items() if values.get(name)]
    if "discount_rate" in values:
        lines.append(f"折扣:{rate_words(Decimal(values['discount_rate']))}")
    again = read("新客户\n" + "\n".join(lines), "new_customer").values()
    for name in (*labels, "discount_rate"):
        assert again.get(name) == values.get(name), name


# --- order -----------------------------------------------------------------------------------------------

_LINES = (
    "客户名称:湛江市霞港制冷设备有限公司",
    "统一社会信用代码:91440803MA4BJ8TA6H",
    "地址:广东省湛江市霞山区椹川大道南62号",
    "联系人:苏锦荣",
    "手机:13659710284",
    "传真:0759-2234567",
    "邮箱:su@xg.example.com",
    "折扣:九三折",
    "结算方式:月结45天",
)


@given(st.permutations(_LINES))
def test_the_order_of_labelled_lines_does_not_matter(lines: list[str]) -> None:
    expected = read("新客户\n" + "\n".join(_LINES)).values()
    assert read("新客户\n" + "\n".join(lines)).values() == expected


_SEGMENTS = (
    "江门市蓬江区荷塘镇合力铝材加工部",
    "荷塘镇南华西路7号",
    "阮姐 13827765432",
    "八八折",
    "次月结45天",
)


@given(st.permutations(_SEGMENTS))
def test_the_order_of_unlabelled_segments_does_not_matter(segments: list[str]) -> None:
    expected = read("新客户," + ",".join(_SEGMENTS)).values()
    assert len(expected) == 9
    assert read("新客户," + ",".join(segments)).values() == expected
