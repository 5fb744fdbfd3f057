"""The grammar of free text on cases with a known reading, trap by trap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.texts import SAMPLE, TODAY, TRAPS, cases_of, now_of, read, scored

SAMPLE_CASES = cases_of(SAMPLE)
OWN_CASES = [case for path in TRAPS for case in cases_of(path)]


def _id(case: dict[str, Any]) -> str:
    return str(case["id"])


@pytest.mark.parametrize("case", SAMPLE_CASES, ids=_id)
def test_no_value_of_a_sample_case_is_silently_wrong(case: dict[str, Any]) -> None:
    assert scored(case).wrong == []


def test_sample_cases_are_read_nearly_in_full() -> None:
    scores = [scored(case) for case in SAMPLE_CASES]
    assert sum(score.right for score in scores) >= 0.97 * sum(score.expected for score in scores)
    assert sum(score.outcome_right for score in scores) >= 58


@pytest.mark.parametrize("case", OWN_CASES, ids=_id)
def test_each_trap_is_seen(case: dict[str, Any]) -> None:
    score = scored(case)
    assert (score.wrong, score.differs) == ([], [])


def test_hardly_a_value_of_our_own_cases_is_left_blank() -> None:
    scores = [scored(case) for case in OWN_CASES]
    assert sum(len(score.blank) for score in scores) <= 0.005 * sum(score.expected for score in scores)


def test_own_cases_are_many_and_a_quarter_of_them_is_not_simply_complete() -> None:
    unready = [case for case in OWN_CASES if case["expected"]["outcome"] != "complete"]
    assert len(OWN_CASES) >= 150
    assert len(unready) >= len(OWN_CASES) / 4
    assert len({case["id"] for case in OWN_CASES}) == len(OWN_CASES)


@pytest.mark.parametrize("path", [SAMPLE, *TRAPS], ids=lambda path: path.stem)
def test_cases_count_from_the_same_day(path: Path) -> None:
    assert now_of(path) == TODAY


# --- where a value stood, and why ------------------------------------------------------------------------


def test_each_value_says_where_it_stood_and_why() -> None:
    message = "新客户：中山市古镇炫彩灯饰配件厂 联系人区炳坤　手机１３６ ３２１５ ７８０９"
    fields = read(message).fields
    for name, words in (
        ("customer_name", "中山市古镇炫彩灯饰配件厂"),
        ("contact_name", "区炳坤"),
        ("mobile", "１３６ ３２１５ ７８０９"),
    ):
        span = fields[name].span
        assert span is not None
        assert message[slice(*span)] == words
    assert fields["contact_name"].why == "labelled"
    assert fields["mobile"].value == "13632157809"


def test_a_doubtful_field_says_where_the_doubt_lies() -> None:
    message = "录客户 衡阳雁城变压器配件有限公司 蒋国平 15307340896 折扣给8 票到30天"
    (question,) = read(message).clarify
    assert question.field == "discount_rate"
    assert question.candidates == ("0.80", "0.92")
    assert question.span is not None
    assert message[slice(*question.span)] == "折扣给8"


def test_derived_places_have_no_span() -> None:
    fields = read("新客户 常熟市虞峰纺织机械有限公司 常熟市东南大道1150号").fields
    assert (fields["city"].value, fields["city"].span) == ("苏州市", None)


def test_a_known_intent_is_not_recognised_anew() -> None:
    text = "殷红 13805261234 泰州市海陵区东风路5号"
    assert read(text).intent == "other"
    assert read(text, "new_customer").values()["contact_name"] == "殷红"


def test_a_message_without_words_is_none() -> None:
    for text in ("", "   ", "😀", "。。。", "\n"):
        assert read(text).outcome == "none"
