"""The dialogue of a form: one question after the other, back and forth, to the summary and the filing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from handlers.forms.engine import WORDS
from tests.support.forms import BANNED, GOOD, LANGUAGES, RULES, TODAY, TRIP, ZH, Phone

NAMES = [field.name for field in TRIP.fields]
OPTIONAL = {field.name for field in TRIP.fields if field.optional}
LABELS = {field.name: ZH(field.label) for field in TRIP.fields}


@pytest.fixture
def phone() -> Phone:
    phone = Phone()
    phone.opens()
    return phone


@pytest.fixture
def filled(phone: Phone) -> Phone:
    """A phone at the summary of a trip there and back."""
    phone.answers_until("summary")
    return phone


def at(name: str, language: str = "zh_CN") -> Phone:
    phone = Phone(language=language)
    phone.opens()
    phone.answers_until(name)
    return phone


# --- questions -------------------------------------------------------------------------------------------


def test_a_question_opens_with_title_progress_and_label(phone: Phone) -> None:
    assert phone.question.view.paragraphs[0].text == "出差 1/11 · 联系人"
    assert phone.question.view.paragraphs[0].spans[0].bold
    assert "例如 陈志强 采购经理" in phone.question.text


def test_progress_counts_through_all_questions(phone: Phone) -> None:
    seen = []
    for name in NAMES:
        phone.answers_until(name)
        seen.append(phone.question.heading.split()[1])
    assert seen == [*(f"{n}/11" for n in range(1, 10)), "10/12", "11/12", "12/12"]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_question_but_the_first_can_go_back_and_only_optional_ones_be_skipped(
    name: str, language: str
) -> None:
    phone, _ = at(name, language), LANGUAGES[language]
    assert (_("Back") in phone.question.labels) == (name != "contact")
    assert (_("Skip") in phone.question.labels) == (name in OPTIONAL)
    assert _("Cancel") in phone.question.labels


@pytest.mark.parametrize("how", ["taps", "says"])
@pytest.mark.parametrize("name", NAMES[1:])
def test_back_shows_the_question_before_with_its_answer_kept(name: str, how: str) -> None:
    phone = at(name)
    before = phone.answers
    getattr(phone, how)("上一步")
    assert phone.asked == NAMES[NAMES.index(name) - 1]
    assert phone.answers == before
    assert any(label.startswith("保留") for label in phone.question.labels)
    phone.taps("保留")
    assert phone.asked == name
    assert phone.answers == before


def test_back_leads_from_the_summary_to_the_first_question_step_by_step(filled: Phone) -> None:
    before, seen = filled.answers, []
    for _step in NAMES:
        filled.says("上一步")
        seen.append(filled.asked)
    assert seen == NAMES[::-1]
    filled.says("上一步")
    assert filled.asked == "contact"
    assert filled.answers == before


@pytest.mark.parametrize("forged", [False, True])
def test_going_back_from_the_first_question_says_that_it_is_the_first(phone: Phone, forged: bool) -> None:
    draft = phone.draft
    if forged:
        phone.taps_payload(f"f:{draft.id}:{draft.revision}:b", phone.question)
    else:
        phone.says("上一步")
    assert ZH("This is the first question.") in phone.question.text
    assert phone.asked == "contact"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OPTIONAL])
@pytest.mark.parametrize("forged", [False, True])
def test_what_is_required_cannot_be_skipped(name: str, forged: bool) -> None:
    phone = at(name)
    draft = phone.draft
    if forged:
        phone.taps_payload(f"f:{draft.id}:{draft.revision}:s", phone.question)
    else:
        phone.says("跳过")
    assert phone.asked == name
    assert ZH("This one is needed and cannot be skipped.") in phone.question.text


@pytest.mark.parametrize("how", ["taps", "says"])
def test_skipping_takes_back_an_answer_given_before(how: str) -> None:
    phone = at("terms")
    phone.taps("上一步")
    getattr(phone, how)("跳过")
    assert "rate" not in phone.answers
    assert phone.asked == "terms"


def test_a_refused_answer_is_told_with_its_reason_and_asked_again() -> None:
    phone = at("phone")
    phone.says("123")
    assert phone.question.text.startswith("⚠️ ")
    assert phone.asked == "phone"
    assert phone.question.heading == "出差 6/11 · 联系电话"


def test_a_refused_answer_leaves_the_former_one() -> None:
    phone = at("address")
    phone.taps("上一步")
    before = phone.answers
    phone.says("123")
    assert phone.answers == before
    assert "保留“138 0013 8000”" in phone.question.labels


def test_the_answered_question_keeps_its_answer_and_loses_its_buttons(phone: Phone) -> None:
    phone.says("陈芳")
    former, present = phone.messages
    assert former.text == "出差 1/11 · 联系人 ✓ 陈芳"
    assert former.buttons == []
    assert phone.question is present


def test_a_tap_turns_the_question_into_the_next_in_its_place() -> None:
    phone = at("city")
    before = len(phone.messages)
    phone.taps("广州")
    assert len(phone.messages) == before
    assert phone.asked == "customer"


@pytest.mark.parametrize("act", WORDS)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_word_for_a_button_is_never_an_answer(act: str, language: str) -> None:
    for word in WORDS[act]:
        for name in ("contact", "address"):
            phone = at(name, language)
            before = phone.answers
            phone.says(LANGUAGES[language](word))
            draft = phone.conversation.current
            assert draft is None or draft.answers == before


def test_exactly_one_message_has_buttons_for_the_present_question(phone: Phone) -> None:
    for name in NAMES:
        phone.answers_until(name)
        assert phone.live == [phone.question]
        assert [m for m in phone.messages if m.buttons] == [phone.question]


# --- fields that depend on others ------------------------------------------------------------------------


def test_a_field_appears_with_the_answer_it_depends_on() -> None:
    phone = at("way")
    assert phone.question.heading.startswith("出差 9/11")
    phone.taps("往返")
    assert phone.asked == "returns"
    assert phone.question.heading.startswith("出差 10/12")


def test_a_field_disappears_and_is_neither_counted_nor_filed(filled: Phone) -> None:
    filled.taps("修改")
    filled.taps("行程")
    filled.taps("单程")
    assert filled.asked == "summary"
    assert "返回日期" not in filled.question.text
    filled.taps("提交")
    assert "returns" not in filled.filed[0].content


def test_an_answer_that_is_hidden_comes_back_with_its_field(filled: Phone) -> None:
    for way in ("单程", "往返"):
        filled.says("行程")
        filled.taps(way)
    assert filled.asked == "summary"
    assert "12月8日" in filled.question.text


def test_a_hidden_answer_cannot_hinder_the_filing(filled: Phone) -> None:
    filled.says("行程")
    filled.taps("单程")
    filled.now = filled.now.replace(month=12, day=4)
    filled.taps("提交")
    assert len(filled.filed) == 1


def test_a_required_field_that_appears_must_be_answered_before_the_filing() -> None:
    phone = at("way")
    phone.taps("单程")
    phone.answers_until("summary")
    phone.says("行程")
    phone.taps("往返")
    phone.says("提交")
    assert phone.filed == []
    assert phone.asked == "returns"


# --- doubts ----------------------------------------------------------------------------------------------


@pytest.fixture
def doubted(phone: Phone) -> Phone:
    phone.says("陈志强")
    return phone


def test_a_doubt_shows_what_is_alike_and_waits(doubted: Phone) -> None:
    assert doubted.asked == "doubt:contact"
    assert "赵磊" in doubted.question.text
    assert doubted.question.labels == ["确认", "重新填写", "取消"]
    assert doubted.answers == {}


@pytest.mark.parametrize("how", ["taps", "says"])
def test_a_confirmed_doubt_is_not_asked_again(doubted: Phone, how: str) -> None:
    getattr(doubted, how)("确认")
    assert doubted.answers["contact"] == "陈志强"
    assert doubted.asked == "city"
    doubted.taps("上一步")
    doubted.says("陈志强")
    assert doubted.asked == "city"
    doubted.answers_until("summary")
    doubted.taps("提交")
    assert len(doubted.filed) == 1


@pytest.mark.parametrize("how", ["taps", "says"])
def test_refilling_asks_the_same_question(doubted: Phone, how: str) -> None:
    getattr(doubted, how)("重新填写")
    assert doubted.asked == "contact"
    doubted.says("陈芳")
    assert doubted.answers["contact"] == "陈芳"


def test_another_answer_may_be_typed_right_away(doubted: Phone) -> None:
    doubted.says("陈芳")
    assert doubted.answers["contact"] == "陈芳"
    assert doubted.asked == "city"


def test_each_doubt_is_its_own(doubted: Phone) -> None:
    doubted.taps("重新填写")
    doubted.says("李强")
    assert doubted.asked == "doubt:contact"
    doubted.taps("确认")
    assert doubted.answers["contact"] == "李强"


@pytest.mark.parametrize("word", ["跳过", "保留", "上一步", "修改", "继续填写", "提交"])
def test_a_doubt_left_by_another_word_cannot_be_confirmed_unseen(doubted: Phone, word: str) -> None:
    doubted.says(word)
    if doubted.asked != "doubt:contact":
        doubted.says("确认")
    assert doubted.answers == {}


def test_a_doubt_that_comes_up_at_submission_is_asked_then(filled: Phone) -> None:
    filled.edits(lambda conversation: conversation.drafts[0].answers.update(contact="李强"))
    filled.taps("提交")
    assert filled.filed == []
    assert filled.asked == "doubt:contact"
    filled.taps("确认")
    assert filled.asked == "summary"
    filled.taps("提交")
    assert filled.filed[0].content["contact"] == "李强"


def test_words_typed_at_a_summary_after_a_doubt_do_not_become_the_doubted_answer(filled: Phone) -> None:
    filled.edits(lambda conversation: conversation.drafts[0].answers.update(contact="李强"))
    filled.taps("提交")
    filled.says("继续填写")
    assert filled.asked == "summary"
    filled.says("折扣")
    assert filled.asked == "rate"
    assert filled.answers["contact"] == "李强"


# --- summary, edit, submit -------------------------------------------------------------------------------


def test_the_summary_shows_each_field_on_a_line(filled: Phone) -> None:
    lines = filled.question.text.split("\n")
    assert lines[0] == "出差 · 请核对"
    assert [line.partition("：")[0] for line in lines[1:]] == list(LABELS.values())
    assert filled.question.labels == ["提交", "修改", "取消"]


@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_field_can_be_edited_and_leads_back_to_the_summary(
    filled: Phone, name: str, typed: bool
) -> None:
    before = filled.answers
    if typed:
        filled.says(LABELS[name])
    else:
        filled.taps("修改")
        assert set(LABELS.values()) <= set(filled.question.labels)
        filled.taps(LABELS[name])
    assert filled.asked == name
    filled.says({"files": "跳过"}.get(name, GOOD.get(name, "")))
    assert filled.asked == "summary"
    assert filled.answers == before


def test_return_leads_from_the_list_of_fields_to_the_summary(filled: Phone) -> None:
    filled.taps("修改")
    filled.taps("返回")
    assert filled.asked == "summary"


@pytest.mark.parametrize("screen", ["修改", "取消"])
def test_submit_counts_only_at_the_summary(filled: Phone, screen: str) -> None:
    filled.taps(screen)
    filled.says("提交")
    assert filled.filed == []
    assert filled.asked == "summary"
    filled.says("提交")
    assert len(filled.filed) == 1


@pytest.mark.parametrize("name", NAMES[:-1])
def test_submit_before_the_end_asks_what_is_missing(name: str) -> None:
    phone = at(name)
    phone.says("提交")
    draft = phone.draft
    phone.taps_payload(f"f:{draft.id}:{draft.revision}:ok", phone.question)
    assert phone.filed == []
    assert phone.asked == name


def test_other_words_at_the_summary_change_nothing(filled: Phone) -> None:
    before = filled.answers
    for text in ("好的", "确认", "随便", "🀄"):
        filled.says(text)
        assert filled.asked == "summary"
    assert filled.answers == before
    assert filled.filed == []


@pytest.mark.parametrize("how", ["taps", "says"])
def test_submission_files_what_was_shown_and_ends_the_form(filled: Phone, how: str) -> None:
    answers = filled.answers
    getattr(filled, how)("提交")
    assert filled.filed[0].content == answers
    assert filled.conversation.drafts == []
    assert all(not message.buttons for message in filled.messages)
    assert any("✓ 已提交" in message.text for message in filled.messages)


def test_a_second_tap_on_submit_names_the_number_and_files_nothing(filled: Phone) -> None:
    summary, payload = filled.question, filled.question.button("提交").payload
    filled.taps("提交")
    turn = filled.taps_payload(payload, summary)
    assert len(filled.filed) == 1
    assert turn.toast == ZH("Already submitted: {number}", number=filled.filed[0].number)
    assert turn.outgoing == ()


def test_the_same_tap_delivered_twice_gets_the_same_answer_and_no_effect(filled: Phone) -> None:
    filled.taps("提交")
    before = filled.stored
    turn = filled.again()
    assert turn.outgoing == ()
    assert filled.stored == before
    assert len(filled.filed) == 1


def test_a_rule_that_moved_leads_back_to_its_field_with_everything_kept(filled: Phone) -> None:
    before = filled.answers
    filled.work.rules = replace(RULES, max_credit_days=15)
    filled.taps("提交")
    assert filled.filed == []
    assert filled.asked == "terms"
    assert filled.answers == before
    filled.says("款到发货")
    filled.taps("提交")
    assert len(filled.filed) == 1


def test_a_refused_filing_leaves_the_summary_with_the_reason(filled: Phone) -> None:
    before = filled.answers
    filled.work.rules = replace(RULES, min_rate=Decimal("0.95"))
    filled.taps("提交")
    assert filled.filed == []
    assert filled.asked == "summary"
    assert "九五折" in filled.question.text
    assert filled.answers == before
    filled.says("折扣")
    filled.says("九五折")
    filled.taps("提交")
    assert len(filled.filed) == 1


def test_a_field_check_refuses_before_anything_is_stored(phone: Phone) -> None:
    phone.says(BANNED)
    assert phone.answers == {}
    assert phone.asked == "contact"


# --- cancel ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["taps", "says"])
def test_an_untouched_form_is_cancelled_at_once(phone: Phone, how: str) -> None:
    getattr(phone, how)("取消")
    assert phone.conversation.drafts == []
    assert "出差" in phone.last.text
    assert all(not message.buttons for message in phone.messages)


@pytest.mark.parametrize("sure", ["确定取消", "取消"])
@pytest.mark.parametrize("how", ["taps", "says"])
def test_what_was_typed_is_given_up_only_when_confirmed(how: str, sure: str) -> None:
    phone = at("customer")
    getattr(phone, how)("取消")
    assert phone.asked == "parting"
    assert "2" in phone.question.text
    assert len(phone.answers) == 2
    phone.says(sure)
    assert phone.conversation.drafts == []
    assert phone.filed == []


@pytest.mark.parametrize("how", ["taps", "says"])
@pytest.mark.parametrize("name", [*NAMES[1:], "summary"])
def test_after_second_thoughts_the_question_is_the_same(name: str, how: str) -> None:
    phone = at(name)
    before = phone.answers
    phone.taps("取消")
    getattr(phone, how)("继续填写")
    assert phone.asked == name
    assert phone.answers == before


def test_other_words_do_not_answer_a_question_that_is_not_shown() -> None:
    phone = at("address")
    phone.taps("上一步")
    phone.taps("取消")
    before = phone.answers
    phone.says("13900139000")
    assert phone.asked == "parting"
    assert phone.answers == before


def test_the_parting_question_at_the_summary_stands_until_it_is_answered(filled: Phone) -> None:
    filled.taps("取消")
    filled.says("折扣")
    assert filled.asked == "parting"


def test_a_file_counts_as_something_to_lose(phone: Phone) -> None:
    phone.sends()
    phone.arrives()
    phone.taps("取消")
    assert phone.asked == "parting"
    assert "1" in phone.question.text


def test_slash_cancel_works_like_the_word() -> None:
    phone = at("customer")
    phone.says("/cancel")
    assert phone.asked == "parting"


# --- old buttons -----------------------------------------------------------------------------------------


def test_a_double_tap_is_told_and_has_no_second_effect() -> None:
    phone = at("city")
    question, payload = phone.question, phone.question.button("广州").payload
    phone.taps("广州")
    before = phone.stored
    turn = phone.taps_payload(payload, question)
    assert turn.toast == ZH("This question has been answered; please look at the latest one.")
    assert turn.outgoing == ()
    assert phone.stored == before


def test_a_button_older_than_that_brings_the_present_question_again() -> None:
    phone = at("city")
    question, payload = phone.question, phone.question.button("深圳").payload
    phone.answers_until("terms")
    before, said = phone.answers, len(phone.messages)
    turn = phone.taps_payload(payload, question)
    assert turn.toast == ZH("This question has been answered; please look at the latest one.")
    assert phone.answers == before
    assert phone.asked == "terms"
    assert len(phone.messages) == said + 1
    assert phone.live == [phone.question] == [phone.last]


def test_a_button_from_the_future_does_nothing(phone: Phone) -> None:
    draft = phone.draft
    phone.taps_payload(f"f:{draft.id}:{draft.revision + 1}:cy", phone.question)
    assert phone.draft.id == draft.id


def test_a_button_of_a_cancelled_form_says_that_it_is_gone(phone: Phone) -> None:
    question, payload = phone.question, phone.question.button("取消").payload
    phone.taps("取消")
    turn = phone.taps_payload(payload, question)
    assert turn.toast == ZH("This draft is no longer there.")


def test_words_for_buttons_that_the_screen_does_not_have_show_it_again() -> None:
    phone = at("terms")
    before = phone.answers
    for word in ("确认", "重新填写", "返回", "提交", "确定"):
        phone.says(word)
        assert phone.asked == "terms"
        assert phone.answers == before


# --- several answers in one message ----------------------------------------------------------------------


def test_labelled_lines_fill_their_fields_and_the_first_gap_is_asked(phone: Phone) -> None:
    phone.says("联系人：陈芳\n联系电话: 13800138000\n折扣：九二折")
    assert phone.answers == {
        "contact": "陈芳",
        "phone": {"e164": "+8613800138000", "extension": None, "kind": "mobile"},
        "rate": "0.92",
    }
    assert phone.asked == "city"
    assert "✓ 联系人：陈芳" in phone.question.text


def test_labels_are_understood_in_either_language_and_by_their_other_names(phone: Phone) -> None:
    phone.says("Contact person: 陈芳\n电话：13800138000\nDISCOUNT： 九折")
    assert set(phone.answers) == {"contact", "phone", "rate"}


def test_each_line_reports_for_itself(phone: Phone) -> None:
    phone.says("联系人：陈芳\n联系电话：123\n你好\n附件：一张")
    text = phone.question.text
    assert "✓ 联系人：陈芳" in text
    assert "✘ 联系电话" in text
    assert ZH("Not understood: {text}", text="你好") in text
    assert ZH("Not understood: {text}", text="附件：一张") in text
    assert set(phone.answers) == {"contact"}


def test_a_value_given_before_is_shown_as_old_and_new() -> None:
    phone = at("customer")
    phone.says("城市：深圳\n联系人：陈芳")
    assert "广州 → 深圳" in phone.question.text
    assert "陈芳 →" not in phone.question.text
    assert phone.answers["city"] == "c02"


def test_a_doubtful_value_among_several_is_asked_by_itself(phone: Phone) -> None:
    phone.says("联系人：陈志强\n折扣：九折")
    assert "✘ 联系人" in phone.question.text
    assert phone.asked == "contact"
    assert set(phone.answers) == {"rate"}


def test_a_line_may_answer_a_field_that_another_line_brings_up(phone: Phone) -> None:
    phone.says("行程：往返\n返回日期：12月8日")
    assert phone.answers == {"way": "return", "returns": "2026-12-08"}


def test_a_line_for_a_field_that_is_not_asked_fills_nothing(phone: Phone) -> None:
    phone.says("行程：单程\n返回日期：12月8日")
    assert phone.answers == {"way": "single"}
    assert ZH("Not understood: {text}", text="返回日期：12月8日") in phone.question.text


def test_one_labelled_line_at_the_summary_changes_its_field(filled: Phone) -> None:
    filled.says("折扣：九折")
    assert filled.asked == "summary"
    assert filled.answers["rate"] == "0.9"
    assert "九二折 → 九折" in filled.question.text


def test_one_line_labelled_as_another_field_is_an_answer_to_the_question_shown(phone: Phone) -> None:
    phone.says("折扣：九折")
    assert set(phone.answers) == {"contact"}


def test_a_skipped_field_counts_as_answered_once_a_line_fills_it() -> None:
    phone = at("terms")
    phone.taps("上一步")
    phone.taps("跳过")
    phone.says("折扣：九折\n联系人：李芳")
    assert phone.draft.skipped == []
    assert phone.answers["rate"] == "0.9"


def test_the_form_knows_what_day_it_is_for_the_company(phone: Phone) -> None:
    phone.says("出发日期：今天\n联系人：陈芳")
    assert phone.answers["leaves"] == TODAY.isoformat()
