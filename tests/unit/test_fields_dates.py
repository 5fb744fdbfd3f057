"""A day: likely ones as buttons, a month to turn through, and whatever is typed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from handlers.forms.dates import Day
from tests.support.forms import TODAY, ZH, Phone, form_of, in_shanghai

WHEN = Day(name="day", label="日期", question="哪天?")


def asking(field: Day = WHEN, language: str = "zh_CN", at: date = TODAY) -> Phone:
    phone = Phone(form_of(field), language=language, now=in_shanghai(at.year, at.month, at.day))
    phone.opens()
    return phone


def days_on(phone: Phone) -> list[date]:
    args = [b.payload.split(":", 4)[4] for b in phone.question.buttons if ":v:" in b.payload]
    return [date.fromisoformat(arg) for arg in args]


def month_on(phone: Phone) -> list[str]:
    """The first row of a month: its name, and the arrows there are."""
    return [button.label for button in phone.question.view.rows[0]]


# --- answering -------------------------------------------------------------------------------------------


def test_likely_days_are_buttons_with_their_weekday() -> None:
    phone = asking()
    assert days_on(phone) == [TODAY + timedelta(days=n) for n in (0, 1, 2, 7)]
    assert ZH.day(TODAY) in phone.question.labels
    phone.taps(ZH.day(date(2026, 11, 30)))
    assert phone.answers["day"] == "2026-11-30"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("12月5日", date(2026, 12, 5)),
        ("12/5", date(2026, 12, 5)),
        ("１２月５日", date(2026, 12, 5)),
        ("明天", date(2026, 11, 24)),
        ("下周五", date(2026, 12, 4)),
        ("三天后", date(2026, 11, 26)),
        ("2026-12-31", date(2026, 12, 31)),
        ("1月2日", date(2027, 1, 2)),
        ("元旦", date(2027, 1, 1)),
    ],
)
def test_a_typed_day_answers_and_its_weekday_is_echoed(said: str, day: date) -> None:
    phone = asking()
    phone.says(said)
    assert phone.answers["day"] == day.isoformat()
    assert ZH.day(day) in phone.messages[-2].text


def test_a_day_that_can_be_two_is_offered_as_both() -> None:
    phone = asking()
    phone.says("周一")
    assert days_on(phone) == [TODAY, TODAY + timedelta(weeks=1)]
    assert "⚠️" not in phone.question.text
    phone.taps(ZH.day(date(2026, 11, 30)))
    assert phone.answers["day"] == "2026-11-30"


@pytest.mark.parametrize(
    "said",
    [
        "改天",
        "2月30日",
        "12月5日周一",
        "9" * 40 + "天后",
        "999999999999月5日",
        "2026年" + "9" * 30 + "月1日",
        "日" * 4096,
    ],
)
def test_what_is_no_day_is_refused_and_asked_again(said: str) -> None:
    phone = asking()
    phone.says(said)
    assert phone.asked == "day"
    assert phone.answers == {}
    assert "⚠️" in phone.question.text


def test_keep_offers_the_day_that_was_given() -> None:
    phone = asking()
    phone.says("12月5日")
    phone.taps("上一步")
    phone.taps("保留")
    assert phone.answers["day"] == "2026-12-05"


def test_english_writes_days_in_english() -> None:
    phone = asking(language="en")
    assert "Calendar" in phone.question.labels
    phone.says("12/5")
    assert "Dec 5" in phone.messages[-2].text


# --- limits ----------------------------------------------------------------------------------------------


def test_yesterday_is_too_early_where_today_is_the_first() -> None:
    phone = asking()
    phone.says("2026-11-22")
    assert phone.answers == {}
    assert ZH.day(TODAY) in phone.question.text


def test_the_last_day_counts_and_the_one_after_does_not() -> None:
    field = Day(name="day", label="日期", question="?", latest=10)
    phone = asking(field)
    phone.says("2026-12-04")
    assert phone.answers == {}
    phone.says("2026-12-03")
    assert phone.answers["day"] == "2026-12-03"


def test_a_day_that_has_passed_until_submission_is_asked_again() -> None:
    phone = asking()
    phone.taps(ZH.day(TODAY))
    phone.says("陈芳")
    phone.now += timedelta(days=1)
    phone.taps("提交")
    assert phone.filed == []
    assert phone.asked == "day"


def test_today_is_the_companys_day_not_that_of_utc() -> None:
    phone = asking()
    phone.now = in_shanghai(2026, 11, 24).replace(hour=1)  # still the 23rd in UTC
    phone.says("继续填写")
    assert days_on(phone)[0] == date(2026, 11, 24)


# --- the calendar ----------------------------------------------------------------------------------------


def test_the_calendar_opens_at_this_month_and_offers_no_day_gone_by() -> None:
    phone = asking()
    phone.taps("选日期")
    assert month_on(phone) == ["2026年11月", "▶"]
    assert days_on(phone) == [date(2026, 11, n) for n in range(23, 31)]


def test_a_month_turns_from_december_to_january_and_back() -> None:
    phone = asking()
    phone.taps("选日期")
    phone.taps("▶")
    assert month_on(phone) == ["◀", "2026年12月", "▶"]
    phone.taps("▶")
    assert month_on(phone) == ["◀", "2027年1月", "▶"]
    assert days_on(phone) == [date(2027, 1, n) for n in range(1, 32)]
    phone.taps("◀")
    assert month_on(phone)[1] == "2026年12月"
    phone.taps("▶")
    phone.taps("15")
    assert phone.answers["day"] == "2027-01-15"


def test_the_calendar_ends_with_the_last_month_that_has_a_day() -> None:
    phone = asking(Day(name="day", label="日期", question="?", latest=10))
    phone.taps("选日期")
    phone.taps("▶")
    assert month_on(phone) == ["◀", "2026年12月"]
    assert days_on(phone) == [date(2026, 12, n) for n in (1, 2, 3)]


@pytest.mark.parametrize(("today", "length"), [(date(2027, 2, 1), 28), (date(2028, 2, 1), 29)])
def test_february_has_its_days(today: date, length: int) -> None:
    phone = asking(at=today)
    phone.taps("选日期")
    assert len(days_on(phone)) == length


def test_weeks_are_rows_from_monday_to_sunday() -> None:
    phone = asking()
    phone.taps("选日期")
    phone.taps("▶")
    weeks = [[b.label for b in row] for row in phone.question.view.rows[1:6]]
    assert weeks[0] == ["1", "2", "3", "4", "5", "6"]  # 2026-12-01 is a Tuesday
    assert weeks[1] == ["7", "8", "9", "10", "11", "12", "13"]


def test_the_months_name_leads_back_to_the_likely_days() -> None:
    phone = asking()
    phone.taps("选日期")
    phone.taps("2026年11月")
    assert "选日期" in phone.question.labels


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2026-12"])
def test_any_month_can_be_shown_without_limits(month: str) -> None:
    phone = asking(Day(name="day", label="日期", question="?", earliest=None))
    draft = phone.draft
    phone.taps_payload(f"f:{draft.id}:{draft.revision}:g:{month}", phone.question)
    assert phone.asked == "day"
    assert days_on(phone)


@pytest.mark.parametrize("arg", ["g:2026-13", "g:x", "g:0000-01", "v:2026-02-30", "v:", "v", "v:x", "g:1"])
def test_a_forged_month_or_day_is_refused(arg: str) -> None:
    phone = asking()
    draft = phone.draft
    phone.taps_payload(f"f:{draft.id}:{draft.revision}:{arg}", phone.question)
    assert phone.asked == "day"
    assert phone.answers == {}


def test_a_typed_day_answers_while_the_calendar_is_open() -> None:
    phone = asking()
    phone.taps("选日期")
    phone.says("明天")
    assert phone.answers["day"] == "2026-11-24"
