"""Several requests in one message: how they are parted, shared out and limited."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.intake_text.mixing import MOST_CHARACTERS
from handlers.intake_text.parsing import MOST_REQUESTS, parse_text
from handlers.intake_text.readings import Reading

TODAY = date(2026, 11, 23)
CHANGE = "漓岩塑胶94折改91折,量上来了"
LOAN = "借阮志明的人事档案,核对社保,下周五还"


def read(message: str) -> Reading:
    return parse_text(message, today=TODAY)


def test_requests_beyond_the_most_are_given_back_word_for_word():
    lines = [f"{at}. 漓岩塑胶 9{at % 9}折改88折 量大了" for at in range(1, MOST_REQUESTS + 3)]
    reading = read("\n".join(lines))
    assert len(reading.requests) == MOST_REQUESTS
    assert reading.rest.splitlines() == lines[MOST_REQUESTS:]
    assert reading.to_json()["rest"] == reading.rest


def test_a_mixed_message_gives_back_whole_parts_that_are_too_many():
    lines = [f"{at}. 漓岩塑胶 9{at % 9}折改88折 量大了" for at in range(1, MOST_REQUESTS + 1)]
    reading = read("\n".join([*lines, f"{len(lines) + 1}. {LOAN}"]))
    assert [request.intent for request in reading.requests] == ["discount_change"] * MOST_REQUESTS
    assert LOAN in reading.rest


def test_each_request_keeps_its_own_words():
    reading = read(f"{CHANGE}\n\n另外,{LOAN}")
    assert [request.intent for request in reading.requests] == ["discount_change", "file_loan"]
    change, loan = (request.said for request in reading.requests)
    assert CHANGE in change
    assert LOAN not in change
    assert LOAN in loan
    assert CHANGE not in loan


@pytest.mark.parametrize(
    ("shared", "settlement"),
    [("两家都款到发货", ("prepay", "prepay")), ("前一家现结,后一家月结30天", ("cash", "monthly"))],
)
def test_what_is_said_of_all_goes_to_each(shared: str, settlement: tuple[str, str]):
    one = "南阳宛城铸造厂 河南省南阳市宛城区仲景路8号 王磊 13852198706 95折"
    two = "许昌莲城电气厂 河南省许昌市魏都区八一路3号 李萍 13852198707 93折"
    reading = read(f"两家新客户\n1. {one}\n2. {two}\n{shared}")
    methods = tuple(request.fields["settlement"].value["method"] for request in reading.requests)
    assert methods == settlement


def test_a_message_too_long_to_be_parted_is_of_one_kind():
    reading = read(f"{CHANGE}\n{LOAN}\n" + "补充说明" * (MOST_CHARACTERS // 4))
    assert not reading.requests
