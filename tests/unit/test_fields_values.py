"""Text, rates, terms, phones, addresses, codes: typed or tapped, and asked back where they are ambiguous."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from handlers.forms.fields import Field, Text
from tests.support.forms import CODE, EN, TRIP, ZH, Phone, form_of

NAME, RATE, TERMS, PHONE, ADDRESS, CREDIT = (
    replace(TRIP.field(name), name="it", check=None)  # type: ignore[type-var]
    for name in ("contact", "rate", "terms", "phone", "address", "code")
)
PAGES_OF = ["9" * 4096, "㊿" * 4096, "九" * 4096, "百" * 4096, "下" * 4096, "\0" * 4096]


def asking(field: Field, language: str = "zh_CN") -> Phone:
    phone = Phone(form_of(field), language=language)
    phone.opens()
    return phone


def answer_to(field: Field, *said: str, language: str = "zh_CN") -> object:
    """What is stored after these words, None while the question is still open."""
    phone = asking(field, language)
    for text in said:
        phone.says(text)
    return phone.answers.get("it")


def buttons_for(phone: Phone) -> list[str]:
    return [b.label for b in phone.question.buttons if ":v:" in b.payload]


def forged(phone: Phone, arg: str) -> Phone:
    draft = phone.draft
    phone.taps_payload(f"f:{draft.id}:{draft.revision}:{arg}", phone.question)
    return phone


# --- every field -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", PAGES_OF, ids=lambda text: text[:1])
@pytest.mark.parametrize("field", [NAME, RATE, TERMS, PHONE, ADDRESS, CREDIT], ids=lambda f: type(f).__name__)
def test_pages_of_anything_are_refused_and_the_question_stays(field: Field, text: str) -> None:
    phone = asking(field)
    phone.says(text)
    assert phone.asked == "it"
    assert phone.answers == {}


@pytest.mark.parametrize(
    ("field", "said", "stored"),
    [
        (NAME, "联系人：陈芳", "陈芳"),
        (NAME, "Contact person: 陈芳", "陈芳"),
        (NAME, "CONTACT：陈芳", "陈芳"),
        (RATE, "折扣：九二折", "0.92"),
        (ADDRESS, "客户地址: 佛山市顺德区凤翔路28号", "佛山市顺德区凤翔路28号"),
        (NAME, "备注：陈芳", "备注:陈芳"),
    ],
)
def test_a_fields_own_label_is_no_part_of_the_answer(field: Field, said: str, stored: str) -> None:
    assert answer_to(field, said) == stored


@pytest.mark.parametrize(
    ("field", "said", "kept"),
    [
        (NAME, "陈芳", "陈芳"),
        (RATE, "92折", "九二折"),
        (TERMS, "月结30天", "月结30天"),
        (PHONE, "13800138000", "138 0013 8000"),
        (ADDRESS, "佛山市顺德区凤翔路28号", "佛山市顺德区凤翔路28号"),
        (CREDIT, CODE, "91350100M000100…"),
    ],
    ids=["text", "rate", "terms", "phone", "address", "code"],
)
def test_a_question_asked_again_offers_to_keep_its_answer(field: Field, said: str, kept: str) -> None:
    phone = asking(field)
    phone.says(said)
    before = phone.answers
    phone.taps("上一步")
    assert f"保留“{kept}”" in phone.question.labels
    phone.taps("保留")
    assert phone.answers == before
    assert phone.asked == "contact"


# --- text ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("  陈志强　采购经理 ", "陈志强 采购经理"),
        ("ＡＢＣ", "ABC"),
        ("陈\u200b志\u202e强", "陈志强"),
        ("a\0b", "ab"),
        ("陈\n志强", "陈 志强"),
        ("🀄 陈", "🀄 陈"),
        ("\u200b 陈 \u200b", "陈"),
    ],
)
def test_text_is_tidied_and_nothing_invisible_is_kept(said: str, stored: str) -> None:
    assert answer_to(NAME, said) == stored


@pytest.mark.parametrize("said", ["\u200b \u200b", "\0", "\u200b\u202e", "\0 \0", "字" * 41])
def test_text_that_is_empty_to_the_eye_or_too_long_is_refused(said: str) -> None:
    phone = asking(NAME)
    phone.says(said)
    assert phone.answers == {}
    assert "40" in phone.question.text


def test_a_texts_limits_count_what_is_kept() -> None:
    field = Text(name="it", label="姓名", question="?", shortest=2, longest=3)
    assert answer_to(field, "字") is None
    assert answer_to(field, "字\u200b字\u200b字") == "字字字"


def test_a_text_may_be_one_that_needs_its_own_reading() -> None:
    field = Text(name="it", label="姓名", question="?", parse=str.upper)
    assert answer_to(field, "chen") == "CHEN"


# --- rate ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["九二折", "92折", "9.2折", "0.92", "９２折", "让利8个点", "92"])
def test_a_rate_is_understood_as_reps_say_it(said: str) -> None:
    assert answer_to(RATE, said) == "0.92"


def test_usual_rates_are_buttons_in_the_words_of_each_language() -> None:
    phone = asking(RATE)
    assert buttons_for(phone) == ["九五折", "九二折"]
    phone.taps("九五折")
    assert phone.answers["it"] == "0.95"
    assert buttons_for(asking(RATE, "en")) == ["95% of list price", "92% of list price"]


def test_an_ambiguous_rate_becomes_buttons_of_its_readings() -> None:
    phone = asking(RATE)
    phone.says("折扣8")
    assert buttons_for(phone) == ["八折", "九二折"]
    phone.taps("八折")
    assert phone.answers["it"] == "0.8"


def test_after_an_ambiguous_rate_a_clear_one_may_be_typed() -> None:
    assert answer_to(RATE, "折扣8", "九折") == "0.9"


@pytest.mark.parametrize(
    "arg", ["v:NaN", "v:Infinity", "v:-1", "v:5", "v:1e-9", "v:0.93", "v:", "v", "v:x", "v:0.920"]
)
def test_a_forged_rate_is_refused(arg: str) -> None:
    assert forged(asking(RATE), arg).answers == {}


@pytest.mark.parametrize("said", ["0." + "1" * 60 + "折", "0." + "0" * 60 + "1折", "1" * 60 + "折"])
def test_readings_finer_than_a_rate_may_be_are_not_offered(said: str) -> None:
    phone = asking(RATE)
    phone.says(said)
    assert phone.answers == {}
    assert all(len(label) < 8 for label in buttons_for(phone))


def test_the_full_price_and_a_rate_of_four_places_can_be_given() -> None:
    assert answer_to(RATE, "不打折") == "1"
    assert answer_to(RATE, "0.9125") == "0.9125"


def test_an_optional_rate_can_be_skipped() -> None:
    phone = asking(RATE)
    phone.taps("跳过")
    assert phone.draft.skipped == ["it"]
    assert phone.asked == "contact"


# --- terms -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "method", "days"),
    [
        ("月结30天", "monthly", 30),
        ("款到发货", "prepay", None),
        ("货到30天", "after_delivery", 30),
        ("月结\u200b60天\0", "monthly", 60),
    ],
)
def test_terms_are_understood_as_reps_say_them(said: str, method: str, days: int | None) -> None:
    stored = answer_to(TERMS, said)
    assert isinstance(stored, dict)
    assert (stored["method"], stored["days"]) == (method, days)
    assert stored["words"].isprintable()


def test_usual_terms_are_buttons() -> None:
    phone = asking(TERMS)
    assert buttons_for(phone) == ["款到发货", "月结30天"]
    phone.taps("月结30天")
    assert phone.answers["it"]["days"] == 30
    assert buttons_for(asking(TERMS, "en")) == ["payment before delivery", "monthly, 30 days"]


@pytest.mark.parametrize("said", ["45", "四十五天", "45天", "４５"])
def test_terms_without_days_ask_for_the_days_alone(said: str) -> None:
    phone = asking(TERMS)
    phone.says("月结")
    assert buttons_for(phone) == [ZH("{n} days", n=n) for n in (30, 45, 60, 90)]
    assert "⚠️" not in phone.question.text
    phone.says(said)
    assert phone.answers["it"] == {"method": "monthly", "days": 45, "words": "月结45天"}


def test_the_days_of_terms_are_buttons_too() -> None:
    phone = asking(TERMS, "en")
    phone.says("月结")
    phone.taps(EN("{n} days", n=60))
    assert phone.answers["it"]["days"] == 60


def test_other_terms_may_be_said_while_days_are_awaited() -> None:
    stored = answer_to(TERMS, "月结", "款到发货")
    assert isinstance(stored, dict)
    assert stored["method"] == "prepay"


@pytest.mark.parametrize("said", ["9" * 40, "366", "很多天", "9" * 40 + "天"])
def test_days_that_cannot_be_leave_the_question_about_days(said: str) -> None:
    phone = asking(TERMS)
    phone.says("月结")
    phone.says(said)
    assert phone.answers == {}


@pytest.mark.parametrize(
    "said", ["月结" + "9" * 40 + "天", "9" * 40 + "天", "承兑" + "9" * 40 + "个月或月结30天"]
)
def test_terms_with_numbers_beyond_reason_are_refused(said: str) -> None:
    assert answer_to(TERMS, said) is None


def test_ambiguous_terms_become_buttons_of_their_readings() -> None:
    phone = asking(TERMS)
    phone.says("30天")
    assert "月结30天" in buttons_for(phone)
    assert "货到30天" in buttons_for(phone)
    phone.taps("货到30天")
    assert phone.answers["it"]["method"] == "after_delivery"


# --- phone -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["13800138000", "138 0013 8000", "+86 138-0013-8000", "１３８００１３８０００"]
)
def test_a_mobile_is_understood_in_any_spelling(said: str) -> None:
    assert answer_to(PHONE, said) == {"e164": "+8613800138000", "extension": None, "kind": "mobile"}


def test_a_landline_keeps_its_extension() -> None:
    stored = answer_to(PHONE, "0757-22345678转801")
    assert stored == {"e164": "+8675722345678", "extension": "801", "kind": "landline"}


@pytest.mark.parametrize(
    "said", ["13800138000/13900139000", "13800138000\n13900139000", "13800138000 或 13900139000"]
)
def test_several_numbers_become_buttons_to_choose_from(said: str) -> None:
    phone = asking(PHONE)
    phone.says(said)
    assert buttons_for(phone) == ["138 0013 8000", "139 0013 9000"]
    phone.taps("139")
    assert phone.answers["it"]["e164"] == "+8613900139000"


def test_a_landline_with_extension_can_be_chosen_among_several() -> None:
    phone = asking(PHONE)
    phone.says("13800138000、0757-22345678转801")
    phone.taps("0757")
    assert phone.answers["it"]["extension"] == "801"


@pytest.mark.parametrize("said", ["1380013800", "22345678", "没有电话", "12345678901", "++", "☎"])
def test_what_is_no_phone_number_is_refused_with_an_example(said: str) -> None:
    phone = asking(PHONE)
    phone.says(said)
    assert phone.answers == {}
    assert "0757-22345678" in phone.question.text or "13800138000" in phone.question.text


# --- address and code ------------------------------------------------------------------------------------


def test_an_address_is_kept_without_anything_invisible() -> None:
    assert (
        answer_to(ADDRESS, "广东省佛山市\0顺德区\u202e凤翔路28号\n三楼") == "广东省佛山市顺德区凤翔路28号三楼"
    )


@pytest.mark.parametrize("said", ["12345", "路", "路" * 201, "？？？？？？？"])
def test_what_is_no_address_is_refused(said: str) -> None:
    assert answer_to(ADDRESS, said) is None


@pytest.mark.parametrize("said", [CODE, CODE.lower(), " ".join(CODE), f"税号：{CODE}", f"{CODE}\u200b"])
def test_a_credit_code_is_understood_in_any_spelling(said: str) -> None:
    assert answer_to(CREDIT, said) == CODE


@pytest.mark.parametrize("said", [CODE[:-1], CODE[:-1] + "4", CODE[:-1] + "O", "\0" * 18])
def test_a_credit_code_with_a_fault_is_refused_and_says_which(said: str) -> None:
    phone = asking(CREDIT)
    phone.says(said)
    assert phone.answers == {}
    assert "⚠️" in phone.question.text


# --- what was stored -------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", [f for f in TRIP.fields if f.name not in {"files"}], ids=lambda f: f.name)
@pytest.mark.parametrize("raw", [None, 7, [], {}, [1, 2], {"a": 1}, [["x"]]], ids=repr)
def test_an_answer_of_another_kind_counts_as_not_given(field: Field, raw: object) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, ArithmeticError)):
        field.load(raw)


@pytest.mark.parametrize(("rate", "shown"), [("0.92", "92%"), ("0.9125", "91.25%")])
def test_a_rate_reads_as_a_share_in_english(rate: str, shown: str) -> None:
    assert RATE.show(EN, Decimal(rate)) == f"{shown} of list price"
