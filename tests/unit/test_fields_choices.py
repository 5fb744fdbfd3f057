"""Choosing: from a list of options in pages, and from a register by any part of a name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.forms.choices import PAGE, Choice, Option, Record
from tests.support.forms import CITIES, EN, NAMES, RULES, ZH, Phone, find_names, form_of, name_at

COLOURS = Choice(
    name="colour",
    label="颜色",
    question="什么颜色?",
    options=(Option("approve", "Approve", ("ok",)), Option("reject", "Reject"), Option("42", "四二")),
)


@pytest.fixture
def cities() -> Phone:
    phone = Phone()
    phone.opens()
    phone.answers_until("city")
    return phone


@pytest.fixture
def customers() -> Phone:
    phone = Phone()
    phone.opens()
    phone.answers_until("customer")
    return phone


def choosing(field: Choice | Record, language: str = "zh_CN") -> Phone:
    phone = Phone(form_of(field), language=language)
    phone.opens()
    return phone


def options_on(phone: Phone) -> list[str]:
    """What the question's buttons offer, without those that turn pages or belong to every question."""
    return [b.label for b in phone.question.buttons if ":v:" in b.payload]


# --- answering -------------------------------------------------------------------------------------------


def test_a_button_answers(cities: Phone) -> None:
    cities.taps("深圳")
    assert cities.answers["city"] == "c02"


@pytest.mark.parametrize("said", ["佛山", " 佛山 ", "3", "３", "c03", "穗", "鹏城"])
def test_a_label_a_number_a_value_or_another_name_answers(cities: Phone, said: str) -> None:
    cities.says(said)
    assert cities.answers["city"] == {"穗": "c01", "鹏城": "c02"}.get(said, "c03")


def test_a_part_that_only_one_label_has_answers(cities: Phone) -> None:
    cities.says("浮")
    assert cities.answers["city"] == "c19"


def test_a_number_counts_from_one_over_all_pages(cities: Phone) -> None:
    cities.says("20")
    assert cities.answers["city"] == "c20"


@pytest.mark.parametrize("said", ["0", "21", "9" * 4096, "㊿" * 4096, "-1"])
def test_a_number_that_no_option_has_is_refused(cities: Phone, said: str) -> None:
    cities.says(said)
    assert cities.asked == "city"
    assert "city" not in cities.answers


def test_an_exact_value_wins_over_a_position() -> None:
    phone = choosing(COLOURS)
    phone.says("42")
    assert phone.answers["colour"] == "42"


@pytest.mark.parametrize(
    ("language", "said"), [("zh_CN", "同意"), ("en", "Approve"), ("en", "approve"), ("en", "OK")]
)
def test_labels_are_understood_in_the_language_they_are_shown_in(language: str, said: str) -> None:
    phone = choosing(COLOURS, language)
    phone.says(said)
    assert phone.answers["colour"] == "approve"


def test_what_is_unknown_is_answered_with_examples(cities: Phone) -> None:
    cities.says("火星")
    assert "广州、深圳、佛山" in cities.question.text
    assert cities.asked == "city"


def test_a_forged_option_is_refused_and_asked_again(cities: Phone) -> None:
    draft = cities.draft
    cities.taps_payload(f"f:{draft.id}:{draft.revision}:v:c99", cities.question)
    assert "city" not in cities.answers
    assert cities.asked == "city"


def test_an_option_that_is_gone_at_submission_is_asked_again() -> None:
    listed = Choice(
        name="grade",
        label="等级",
        question="?",
        options=lambda ctx: [Option(g, g) for g in ctx.work.rules.grades],
    )
    phone = choosing(listed)
    phone.says("B")
    phone.says("陈芳")
    phone.work.rules = replace(RULES, grades=("A",))
    phone.taps("提交")
    assert phone.filed == []
    assert phone.asked == "grade"
    assert phone.answers["contact"] == "陈芳"


def test_keep_leaves_the_answer_as_it_was(cities: Phone) -> None:
    cities.says("佛山")
    cities.taps("上一步")
    assert "保留“佛山”" in cities.question.labels
    cities.taps("保留")
    assert cities.answers["city"] == "c03"
    assert cities.asked == "customer"


# --- pages -----------------------------------------------------------------------------------------------


def test_pages_turn_forth_and_back_in_one_message(cities: Phone) -> None:
    seen = [*options_on(cities)]
    assert len(seen) == PAGE
    assert "◀ 上一页" not in cities.question.labels
    for _page in range(2):
        cities.taps("下一页")
        seen += options_on(cities)
    assert seen == [option.label for option in CITIES]
    assert "下一页 ▶" not in cities.question.labels
    cities.taps("上一页")
    assert options_on(cities) == [option.label for option in CITIES[8:16]]
    assert len([m for m in cities.messages if m.buttons]) == 1


def test_turning_a_page_answers_nothing(cities: Phone) -> None:
    before = cities.answers
    cities.taps("下一页")
    assert cities.answers == before
    assert cities.asked == "city"


@pytest.mark.parametrize("page", ["99", "-7", "999999999"])
def test_a_page_that_is_not_there_shows_the_nearest(cities: Phone, page: str) -> None:
    draft = cities.draft
    cities.taps_payload(f"f:{draft.id}:{draft.revision}:g:{page}", cities.question)
    assert options_on(cities)


@pytest.mark.parametrize("page", ["x", "", "1.5"])
def test_a_page_that_is_no_number_is_refused(cities: Phone, page: str) -> None:
    draft = cities.draft
    turn = cities.taps_payload(f"f:{draft.id}:{draft.revision}:g:{page}", cities.question)
    assert turn.toast == ZH("This button no longer works. Please open the menu.")
    assert cities.asked == "city"


def test_long_labels_get_a_row_of_their_own() -> None:
    phone = choosing(replace(COLOURS, options=(Option("a", "佛山市恒锐五金制品有限公司"), Option("b", "短"))))
    assert [len(row) for row in phone.question.view.rows[:2]] == [1, 1]


def test_four_short_options_stand_two_by_two() -> None:
    phone = choosing(replace(COLOURS, options=tuple(Option(v, v) for v in "ABCD")))
    assert [len(row) for row in phone.question.view.rows[:2]] == [2, 2]


# --- searching -------------------------------------------------------------------------------------------


def test_a_part_of_several_labels_offers_just_those(cities: Phone) -> None:
    cities.says("汕")
    assert options_on(cities) == ["汕头", "汕尾"]
    assert "2" in cities.question.text
    assert "⚠️" not in cities.question.text
    cities.taps("汕尾")
    assert cities.answers["city"] == "c13"


def test_a_search_that_no_longer_fits_the_language_shows_every_option() -> None:
    phone = choosing(replace(COLOURS, options=(*COLOURS.options, Option("ap", "Approval"))), "en")
    phone.says("appro")
    assert options_on(phone) == ["Approve", "Approval"]
    phone.speaks("zh_CN")
    phone.says("继续填写")
    assert len(options_on(phone)) == 4


def test_a_register_is_offered_page_by_page(customers: Phone) -> None:
    assert options_on(customers) == NAMES[:PAGE]
    customers.taps("下一页")
    assert options_on(customers) == NAMES[PAGE : 2 * PAGE]


def test_a_part_of_one_name_answers(customers: Phone) -> None:
    customers.says("五金007")
    assert customers.answers["customer"] == ["6", "佛山恒锐五金007"]


def test_pages_of_a_search_stay_within_the_search(customers: Phone) -> None:
    customers.says("东莞宏达模具")
    assert all("模具" in label for label in options_on(customers))
    customers.taps("下一页")
    assert len(options_on(customers)) == PAGE
    assert all("模具" in label for label in options_on(customers))
    customers.taps(options_on(customers)[0])
    assert "模具" in customers.answers["customer"][1]


def test_a_new_search_replaces_the_former(customers: Phone) -> None:
    customers.says("模具")
    customers.says("电子")
    assert all("电子" in label for label in options_on(customers))


def test_nothing_found_is_said_with_what_was_typed(customers: Phone) -> None:
    customers.says("没有这家")
    assert "没有这家" in customers.question.text
    assert customers.asked == "customer"


@pytest.mark.parametrize("arg", ["200", "-1", "", "x", "²"])
def test_a_forged_entry_is_refused(customers: Phone, arg: str) -> None:
    draft = customers.draft
    customers.taps_payload(f"f:{draft.id}:{draft.revision}:v:{arg}", customers.question)
    assert customers.asked == "customer"


def test_a_record_gone_from_the_register_at_submission_is_asked_again() -> None:
    gone: set[str] = set()
    field = Record(
        name="customer",
        label="客户",
        question="?",
        search=find_names,
        title=lambda ctx, value: None if value in gone else name_at(ctx, value),
    )
    phone = choosing(field)
    phone.says("五金007")
    phone.says("陈芳")
    gone.add("6")
    phone.taps("提交")
    assert phone.filed == []
    assert phone.asked == "customer"


def test_names_that_look_like_wording_stay_names() -> None:
    phone = choosing(replace(COLOURS, options=(Option("x", "{name} {0} %s"),)), "en")
    assert options_on(phone) == ["{name} {0} %s"]
    phone.taps("{name}")
    phone.says("Chen")
    assert "{name} {0} %s" in phone.question.text


def test_the_english_screen_has_english_buttons() -> None:
    phone = Phone(language="en")
    phone.opens()
    phone.answers_until("city")
    assert {EN("Next page") + " ▶", EN("Back"), EN("Cancel")} <= set(phone.question.labels)
