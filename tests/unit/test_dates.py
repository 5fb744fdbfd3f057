"""Dates as typed into a chat on Monday 2026-11-23."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates import WEEKDAYS_ZH, parse_date, parse_period
from domain.errors import Refused

MONDAY = date(2026, 11, 23)

UNDERSTOOD = {
    "2026-12-05": "12月5日 12月5号 12月05日 12-5 12/5 12.5 2026-12-05 2026/12/5 2026.12.5 20261205 "
    "2026年12月5日 "
    "十二月五号 12月5 １２月５日 5号 5日 12月5日前 12月5号之前 "
    "12月5日(周六) 12月5日周六 今年12月5日 下个月5号 下月5日",
    "2026-11-23": "今天 今日 23号 11月23日 本周一 这周一",
    "2026-11-24": "明天 明日 明天下午 明天吧 1天后 周二 星期二",
    "2026-11-25": "后天 两天后 2天后",
    "2026-11-26": "大后天 三天后 3天后 3天之后 三个工作日后 3个工作日内",
    "2026-11-27": "周五 本周五 这周五 星期五 礼拜五 周5",
    "2026-11-29": "周日 周天 星期天 本周日",
    "2026-12-04": "下周五 下星期五 下个星期五 下周五前",
    "2026-12-07": "下下周一 两周后 2周后 2个星期后 十四天后",
    "2026-12-08": "半个月后",
    "2026-11-30": "月底 本月底 这个月底 月末 下周一 30号 一周后",
    "2026-12-31": "下月底 下个月底 年底 31号 12月31日 今年年底",
    "2026-12-23": "一个月后",
    "2027-01-04": "元旦后第一个工作日 元旦后第1个工作日 元旦放假回来上班第一天",
    "2027-10-01": "国庆 国庆节",
    "2027-01-01": "元旦 明年1月1日 1月1日 1-1 明年元旦",
    "2027-11-22": "11月22日 11.22",
    "2028-02-29": "2028-02-29 2028年2月29日",
}


def refusal(text: str, today: date = MONDAY) -> Refused:
    with pytest.raises(Refused) as caught:
        parse_date(text, today)
    return caught.value


@pytest.mark.parametrize(
    ("text", "day"), [(text, day) for day, row in UNDERSTOOD.items() for text in row.split()]
)
def test_each_way_to_say_a_day_is_understood(text: str, day: str) -> None:
    assert parse_date(text, MONDAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "尽快",
        "三天前",
        "3天",
        "下周",
        "12",
        "1205",
        "周八",
        "号",
        "12-5-6",
    ],
)
def test_other_words_are_unreadable(text: str) -> None:
    assert refusal(text).code == "date_unreadable"


@pytest.mark.parametrize(
    ("text", "year", "month", "day"),
    [
        ("2月30日", 2027, 2, 30),
        ("2月29日", 2027, 2, 29),
        ("13月1日", 2026, 13, 1),
        ("2026-02-29", 2026, 2, 29),
        ("32号", 2026, 11, 32),
        ("本月31号", 2026, 11, 31),
    ],
)
def test_days_no_calendar_has_are_named(text: str, year: int, month: int, day: int) -> None:
    refused = refusal(text)
    assert (refused.code, refused.params) == ("date_impossible", {"year": year, "month": month, "day": day})


def test_the_weekday_of_today_is_asked_back() -> None:
    refused = refusal("周一")
    assert refused.code == "date_ambiguous"
    assert refused.params["candidates"] == [MONDAY, date(2026, 11, 30)]


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("年前", ["2026-12-31", "2027-02-04"]),
        ("春节前", ["2027-02-04"]),
        ("国庆后", ["2027-10-06"]),
        ("周末", ["2026-11-28", "2026-11-29"]),
    ],
)
def test_what_people_mean_differently_is_asked_back(text: str, candidates: list[str]) -> None:
    refused = refusal(text)
    assert refused.code == "date_ambiguous"
    assert [day.isoformat() for day in refused.params["candidates"]][: len(candidates)] == candidates


def test_a_long_holiday_that_is_not_published_yet_is_asked_back() -> None:
    refused = refusal("春节后上班第一天")
    assert refused.code == "date_ambiguous"
    assert len(refused.params["candidates"]) == 1
    assert parse_date("春节后上班第一天", date(2026, 1, 5)) == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("下个月起", "2026-12-01"),
        ("下月", "2026-12-01"),
        ("明年开始", "2027-01-01"),
        ("下季度", "2027-01-01"),
        ("下周", "2026-11-30"),
        ("本月", "2026-11-01"),
    ],
)
def test_a_stretch_of_time_begins_on_its_first_day(text: str, first: str) -> None:
    assert parse_period(text, MONDAY).isoformat() == first


@given(
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.sampled_from(
        [
            "元旦后第一个工作日",
            "三个工作日后",
            "12月底",
            "3号",
            "11.30",
            "周五之前",
            "下下周一",
            "下个月5号",
            "国庆",
        ]
    ),
)
def test_a_day_ahead_is_never_past(today: date, text: str) -> None:
    with suppress(Refused):
        assert parse_date(text, today) >= today


def test_a_weekday_that_contradicts_the_date_is_told() -> None:
    refused = refusal("12月5日(周五)")
    assert refused.code == "date_weekday_differs"
    assert refused.params == {"date": date(2026, 12, 5), "weekday": 4}


def test_the_end_of_a_short_month_holds() -> None:
    assert parse_date("一个月后", date(2027, 1, 31)) == date(2027, 2, 28)
    assert parse_date("元旦", date(2027, 1, 1)) == date(2027, 1, 1)
    assert parse_date("31号", date(2027, 2, 1)) == date(2027, 3, 31)
    assert parse_date("下月底", date(2026, 12, 31)) == date(2027, 1, 31)


@given(st.dates(date(2020, 1, 1), date(2090, 12, 31)), st.integers(0, 364))
def test_month_and_day_name_the_next_such_day(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    if (day.month, day.day) != (2, 29):
        assert parse_date(f"{day.month}月{day.day}日", today) == day
    assert parse_date(day.isoformat(), today) == day
    assert parse_date(f"{day.isoformat()}({WEEKDAYS_ZH[day.weekday()]})", today) == day


@given(st.dates(date(2020, 1, 1), date(2090, 12, 31)), st.integers(1, 31))
def test_a_day_of_the_month_is_never_past_nor_two_months_off(today: date, day: int) -> None:
    found = parse_date(f"{day}号", today)
    assert found.day == day
    assert timedelta(0) <= found - today <= timedelta(days=62)


@given(st.text(alphabet="0123456789年月日号-/.周下本天后三十底一明个前", max_size=10))
def test_any_text_is_a_date_or_a_refusal(text: str) -> None:
    with suppress(Refused):
        assert isinstance(parse_date(text, MONDAY), date)
