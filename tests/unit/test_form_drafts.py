"""Drafts: left and continued, several at once, of other versions of a form, and of forms that are gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from handlers.conversation import MAX_DRAFTS, Asking, Conversation, Draft, Mend
from handlers.forms.choices import Choice, Option
from handlers.forms.fields import Field, Form, Text
from handlers.ui import Started
from tests.support.forms import GOOD, NOW, PDF, RULES, TRIP, ZH, Phone

NOTE = Text(name="note", label="备注", question="还有什么?")
FULL = {
    "contact": "陈芳",
    "city": "c01",
    "customer": ["0", "佛山恒锐五金001"],
    "rate": "0.92",
    "terms": {"method": "monthly", "days": 30, "words": "月结30天"},
    "phone": {"e164": "+8613800138000", "extension": None, "kind": "mobile"},
    "address": "广东省佛山市顺德区凤翔路28号",
    "leaves": "2026-12-05",
    "way": "single",
}


@pytest.fixture
def phone() -> Phone:
    """A phone in the middle of a trip: two answers given, the customer asked for."""
    phone = Phone()
    phone.opens()
    phone.answers_until("customer")
    return phone


def version_two(change: Callable[[tuple[Field, ...]], tuple[Field, ...]] | None = None, **more: Any) -> Form:
    return replace(TRIP, version=2, fields=change(TRIP.fields) if change else TRIP.fields, **more)


def without(*names: str) -> Callable[[tuple[Field, ...]], tuple[Field, ...]]:
    return lambda fields: tuple(field for field in fields if field.name not in names)


def mending(*fields: str, **former: Any) -> Draft:
    """A draft that mends a returned request."""
    whole = {**FULL, **former}
    kept = {name: raw for name, raw in whole.items() if name not in fields}
    return Draft("trip", 1, answers=kept, skipped=["code", "files"], mend=Mend(7, 1, list(fields), whole))


# --- left and continued ----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["/menu", "菜单", "帮助", "我的待办", "/start"])
def test_another_command_leaves_the_draft_to_be_continued(phone: Phone, word: str) -> None:
    before = phone.draft
    phone.says(word)
    assert phone.conversation.current is None
    phone.says("继续填写")
    assert phone.asked == "customer"
    assert phone.draft.answers == before.answers


def test_the_menu_offers_to_go_on_with_how_far_it_is(phone: Phone) -> None:
    phone.says("菜单")
    phone.taps("继续填写 出差 2/11", phone.last)
    assert phone.asked == "customer"
    assert phone.live == [phone.question] == [phone.last]


def test_the_button_to_go_on_works_however_old_it_is(phone: Phone) -> None:
    phone.says("菜单")
    menu = phone.last
    phone.taps("继续填写", menu)
    phone.answers_until("address")
    phone.taps("继续填写", menu)
    assert phone.asked == "address"
    assert phone.live == [phone.question] == [phone.last]


def test_words_go_elsewhere_while_the_draft_is_left(phone: Phone) -> None:
    before = phone.answers
    phone.says("菜单")
    phone.says("佛山恒锐五金001")
    phone.says("继续填写")
    assert phone.answers == before


def test_an_old_button_of_a_draft_that_was_left_shows_its_question_again(phone: Phone) -> None:
    question, payload = phone.messages[0], phone.messages[0].ever[0].rows[0][0].payload
    phone.says("菜单")
    phone.taps_payload(payload, question)
    assert phone.asked == "customer"
    assert phone.draft.form == "trip"


def test_opening_the_same_form_again_offers_to_go_on_or_to_begin_anew(phone: Phone) -> None:
    phone.opens()
    assert phone.sees("联系人：陈芳", "城市：广州")
    assert phone.last.labels == ["继续填写 出差 2/11", "重新填写"]
    phone.taps("继续填写", phone.last)
    assert phone.asked == "customer"


def test_beginning_anew_gives_up_the_former_draft(phone: Phone) -> None:
    former = phone.draft.id
    phone.opens()
    phone.taps("重新填写", phone.last)
    assert phone.draft.id != former
    assert len(phone.conversation.drafts) == 1
    assert phone.asked == "contact"
    assert phone.live == [phone.question] == [phone.last]


def test_beginning_anew_twice_begins_once(phone: Phone) -> None:
    phone.opens()
    offer = phone.last
    phone.taps("重新填写", offer)
    begun = phone.draft.id
    turn = phone.taps("重新填写", offer)
    assert phone.draft.id == begun
    assert turn.toast == ZH("This draft is no longer there.")


def test_an_old_offer_to_begin_anew_gives_up_nothing(phone: Phone) -> None:
    phone.opens()
    offer = phone.last
    phone.taps("继续填写", offer)
    phone.says("佛山恒锐五金001")
    before = phone.answers
    turn = phone.taps("重新填写", offer)
    assert phone.answers == before
    assert turn.toast == ZH("This question has been answered; please look at the latest one.")


def test_a_draft_without_a_word_in_it_is_begun_anew_without_asking() -> None:
    phone = Phone()
    phone.opens()
    phone.opens()
    assert len(phone.conversation.drafts) == 1
    assert phone.asked == "contact"


def test_a_draft_with_only_a_file_in_it_is_not_begun_anew_without_asking() -> None:
    phone = Phone()
    phone.opens()
    phone.sends()
    phone.arrives()
    phone.opens()
    assert "重新填写" in phone.last.labels


def test_going_on_where_nothing_lies_shows_the_menu() -> None:
    phone = Phone()
    phone.says("继续填写")
    assert phone.last.button("新客户")


def test_a_restart_in_the_middle_changes_nothing(phone: Phone) -> None:
    phone.deploys(TRIP)
    phone.says("佛山恒锐五金001")
    assert phone.asked == "rate"


def test_the_language_may_change_in_the_middle(phone: Phone) -> None:
    before = phone.answers
    phone.speaks("en")
    phone.says("Continue filling")
    assert phone.question.heading == "出差 3/11 · Customer name"
    phone.says("上一步")
    assert phone.asked == "city"
    assert phone.answers == before


# --- several at once -------------------------------------------------------------------------------------


def test_two_drafts_keep_their_own_answers_and_questions(phone: Phone) -> None:
    phone.opens("new_customer")
    phone.says("佛山市恒锐五金制品有限公司")
    assert phone.asked == "credit_code"
    phone.says("菜单")
    phone.taps("继续填写 出差", phone.last)
    assert phone.asked == "customer"
    phone.says("佛山恒锐五金001")
    assert [set(draft.answers) for draft in phone.conversation.drafts] == [
        {"contact", "city", "customer"},
        {"name"},
    ]


def test_only_the_form_under_way_has_live_buttons(phone: Phone) -> None:
    phone.opens("new_customer")
    assert [m for m in phone.messages if m.buttons] == [phone.question]


def test_a_button_of_the_other_form_continues_that_form(phone: Phone) -> None:
    question, payload = phone.question, phone.question.button("取消").payload
    phone.opens("new_customer")
    phone.says("佛山市恒锐五金制品有限公司")
    phone.taps_payload(payload, question)
    assert phone.draft.form == "trip"
    assert phone.asked == "parting"
    assert len(phone.conversation.drafts) == 2


def test_a_mended_request_and_a_new_one_are_two_drafts(phone: Phone) -> None:
    fresh = phone.draft.id
    phone.mends(mending("phone"))
    assert phone.asked == "phone"
    phone.says("13900139000")
    assert phone.asked == "summary"
    kept = {draft.id: draft.answers for draft in phone.conversation.drafts}
    assert kept[fresh] == {"contact": "陈芳", "city": "c01"}
    assert kept[phone.draft.id]["phone"]["e164"] == "+8613900139000"
    phone.opens()
    assert phone.sees("城市：广州")


def test_a_new_draft_lets_go_only_those_in_which_nothing_was_typed() -> None:
    conversation = Conversation()
    for n in range(MAX_DRAFTS):
        answers = {} if n % 2 else {"name": "x"}
        conversation.open(Draft("trip", 1, id=f"{n:012x}", answers=answers))
    conversation.open(Draft("trip", 1, id="f" * 12))
    kept = [draft.id for draft in conversation.drafts]
    assert kept == [f"{n:012x}" for n in range(0, MAX_DRAFTS, 2)] + ["f" * 12]
    assert conversation.has_room_for(1)


def test_there_is_no_room_for_another_draft_among_too_many() -> None:
    conversation = Conversation()
    for n in range(MAX_DRAFTS):
        conversation.open(Draft("trip", 1, id=f"{n:012x}", answers={"name": "x"}))
    assert not conversation.has_room_for(1)


def test_opening_a_draft_again_makes_no_second_one() -> None:
    conversation = Conversation()
    draft = Draft("trip", 1)
    conversation.open(draft)
    conversation.open(draft)
    assert conversation.drafts == [draft]


# --- mending ---------------------------------------------------------------------------------------------


def test_mending_asks_only_what_was_named_and_offers_to_keep_it() -> None:
    phone = Phone()
    phone.mends(mending("phone", "rate"))
    assert phone.question.heading == "出差 1/2 · 折扣"
    assert "上一步" not in phone.question.labels
    assert "保留“九二折”" in phone.question.labels
    phone.taps("保留")
    assert phone.question.heading == "出差 2/2 · 联系电话"
    phone.says("13900139000")
    assert "联系电话：138 0013 8000 → 139 0013 9000" in phone.question.text
    assert "折扣：九二折\n" in phone.question.text


def test_mending_refuses_lines_for_what_was_not_named() -> None:
    phone = Phone()
    phone.mends(mending("phone"))
    phone.says("联系人：李芳\n联系电话：13900139000")
    assert phone.answers["contact"] == "陈芳"


def test_mending_leaves_what_was_not_named_out_of_the_fields_to_edit() -> None:
    phone = Phone()
    phone.mends(mending("phone"))
    phone.taps("保留")
    phone.taps("修改")
    assert phone.question.labels == ["联系电话", "返回"]
    draft = phone.draft
    phone.taps_payload(f"f:{draft.id}:{draft.revision}:e:contact", phone.question)
    assert phone.asked == "summary"


def test_a_former_answer_that_its_field_no_longer_understands_is_just_not_offered() -> None:
    phone = Phone()
    phone.mends(mending("phone", phone="138-not-any-more"))
    assert phone.asked == "phone"
    assert not any("保留" in label for label in phone.question.labels)
    phone.says("13900139000")
    assert "联系电话：未填 → 139 0013 9000" in phone.question.text


# --- other versions of the form --------------------------------------------------------------------------


def test_an_answer_to_a_field_that_is_gone_is_set_aside_and_comes_back_with_it(phone: Phone) -> None:
    phone.deploys(version_two(without("city")))
    phone.says("继续填写")
    assert phone.draft.orphans == {"city": "c01"}
    assert phone.question.heading == "出差 2/10 · 客户名称"
    phone.deploys(TRIP)
    phone.says("继续填写")
    assert phone.draft.orphans == {}
    assert phone.answers["city"] == "c01"


def test_a_field_that_was_added_is_asked(phone: Phone) -> None:
    phone.deploys(version_two(lambda fields: (NOTE, *fields)))
    phone.says("继续填写")
    assert phone.asked == "note"
    phone.says("无")
    assert phone.asked == "customer"


def test_a_required_field_added_while_the_summary_is_shown_is_asked_before_the_filing() -> None:
    phone = Phone()
    phone.opens()
    phone.answers_until("summary")
    phone.deploys(version_two(lambda fields: (*fields, NOTE)))
    phone.taps("提交")
    assert phone.filed == []
    assert phone.asked == "note"


def test_words_typed_at_a_question_that_is_gone_answer_no_other(phone: Phone) -> None:
    phone.answers_until("address")
    phone.deploys(version_two(without("address")))
    before = phone.answers
    phone.says("明天")
    assert phone.answers == before
    assert phone.asked == "leaves"


def test_a_tap_on_a_question_that_is_gone_answers_no_other() -> None:
    phone = Phone(version_two(lambda fields: (NOTE, *fields)))
    phone.opens()
    phone.says("无")
    phone.answers_until("city")
    payload = phone.question.button("广州").payload
    phone.deploys(TRIP)
    phone.edits(lambda conversation: conversation.drafts[0].answers.pop("contact"))
    phone.taps_payload(payload, phone.question)
    assert phone.asked == "contact"
    assert phone.answers == {}


def test_a_renamed_field_is_carried_over_by_the_form(phone: Phone) -> None:
    def migrate(answers: dict[str, Any], version: int) -> dict[str, Any]:
        return {"town" if version < 2 and name == "city" else name: raw for name, raw in answers.items()}

    fields = tuple(replace(f, name="town") if f.name == "city" else f for f in TRIP.fields)
    phone.deploys(version_two(lambda _fields: fields, migrate=migrate))
    phone.says("继续填写")
    assert phone.asked == "customer"
    assert phone.answers["town"] == "c01"
    assert phone.draft.version == 2


def test_fields_may_change_their_order(phone: Phone) -> None:
    phone.deploys(version_two(lambda fields: fields[::-1]))
    phone.says("继续填写")
    assert phone.asked == "files"
    assert set(phone.answers) == {"contact", "city"}


def test_an_answer_that_its_field_no_longer_understands_is_asked_again(phone: Phone) -> None:
    phone.answers_until("phone")
    phone.edits(lambda conversation: conversation.drafts[0].answers.update(terms="月结", rate=[]))
    phone.says("继续填写")
    assert phone.asked == "rate"
    phone.says("九折")
    assert phone.asked == "terms"


def test_a_field_that_became_required_is_asked_although_it_was_skipped() -> None:
    phone = Phone()
    phone.opens()
    phone.answers_until("rate")
    phone.taps("跳过")
    phone.deploys(version_two(lambda fields: tuple(replace(f, optional=False) for f in fields)))
    phone.says("继续填写")
    assert phone.asked == "rate"


def test_a_draft_of_a_newer_version_is_filled_as_far_as_this_one_goes(phone: Phone) -> None:
    def newer(conversation: Conversation) -> None:
        draft = conversation.drafts[0]
        draft.version, draft.focus, draft.stage = 9, "colour", "blink"
        draft.answers["colour"] = {"r": 1}
        draft.view = {"page": "first", "month": "soon", "candidates": [1]}

    phone.edits(newer)
    phone.says("继续填写")
    assert phone.asked == "customer"
    assert phone.draft.orphans == {"colour": {"r": 1}}


def test_a_doubt_about_a_field_that_is_gone_is_let_go() -> None:
    phone = Phone()
    phone.opens()
    phone.says("陈志强")
    phone.deploys(version_two(without("contact")))
    phone.says("确认")
    phone.says("继续填写")
    assert phone.asked == "city"
    assert phone.answers == {}


def test_a_page_turned_in_another_version_does_not_matter() -> None:
    phone = Phone()
    phone.opens()
    phone.answers_until("city")
    phone.taps("下一页")
    phone.deploys(version_two(lambda fields: (fields[0], replace(TRIP.fields[7], name="city"), *fields[2:])))
    phone.says("不知道")
    assert phone.asked == "city"
    assert "选日期" in phone.question.labels


def test_what_another_program_wrote_besides_is_passed_over(phone: Phone) -> None:
    phone.mends(mending("phone"))
    for part in (
        phone.stored,
        phone.stored["prompt"],
        *phone.stored["drafts"],
        phone.stored["drafts"][1]["mend"],
    ):
        part["colour"] = "red"
    phone.stored["asking"] = {"route": "x", "args": {}, "since": 0.0, "colour": "red"}
    assert phone.conversation.draft_of("trip", 7) is not None


def test_an_empty_conversation_can_be_read() -> None:
    assert Conversation.from_json({}).to_json() == Conversation().to_json()


# --- forms that are gone ---------------------------------------------------------------------------------


@pytest.fixture
def orphaned(phone: Phone) -> Phone:
    """The form under way is not there any more."""
    phone.deploys(replace(TRIP, name="journey"))
    return phone


def test_a_draft_of_an_unknown_form_does_not_hold_the_chat(orphaned: Phone) -> None:
    for text in ("佛山恒锐五金001", "继续填写", "取消", "/resume", "好"):
        before = len(orphaned.messages)
        orphaned.says(text)
        assert len(orphaned.messages) > before
    orphaned.opens("new_customer")
    assert orphaned.asked == "name"


def test_a_button_of_an_unknown_form_says_that_the_draft_is_gone(orphaned: Phone) -> None:
    turn = orphaned.taps_payload(orphaned.messages[-1].buttons[0].payload)
    assert turn.toast == ZH("This draft is no longer there.")


def test_a_file_for_an_unknown_form_is_not_taken(orphaned: Phone) -> None:
    orphaned.sends()
    assert orphaned.sees(ZH("Thank you, but I do not need a file just now."))


def test_a_draft_of_an_unknown_form_waits_until_the_form_is_back(orphaned: Phone) -> None:
    orphaned.says("菜单")
    assert not any("继续填写" in label for label in orphaned.last.labels)
    orphaned.deploys(TRIP)
    orphaned.says("继续填写")
    assert orphaned.asked == "customer"
    assert set(orphaned.answers) == {"contact", "city"}


def test_going_on_passes_over_a_draft_of_an_unknown_form() -> None:
    phone = Phone()
    phone.opens("new_customer")
    phone.says("佛山市恒锐五金制品有限公司")
    phone.opens()
    phone.says("陈芳")
    phone.deploys(replace(TRIP, name="journey"))
    phone.says("菜单")
    phone.says("继续填写")
    assert phone.asked == "credit_code"


# --- questions outside forms -----------------------------------------------------------------------------


def test_a_question_outside_the_form_takes_the_next_words_and_the_form_nothing(phone: Phone) -> None:
    phone.edits(lambda c: setattr(c, "asking", Asking("reject", {"ids": ["1", "1", "0"]}, NOW.timestamp())))
    before = phone.answers
    phone.says("佛山恒锐五金001")
    assert phone.answers == before


def test_continuing_the_form_ends_the_question_outside_it(phone: Phone) -> None:
    phone.edits(lambda c: setattr(c, "asking", Asking("reject", {"ids": ["1", "1", "0"]}, NOW.timestamp())))
    phone.taps("下一页")
    assert phone.conversation.asking is None
    phone.says("佛山恒锐五金001")
    assert phone.asked == "rate"


def test_a_file_that_arrives_leaves_a_question_outside_the_form_as_it_is(phone: Phone) -> None:
    phone.sends()
    phone.edits(lambda c: setattr(c, "asking", Asking("reject", {"ids": ["1", "1", "0"]}, NOW.timestamp())))
    prompt = phone.conversation.prompt
    phone.arrives()
    assert phone.sees(PDF.name)
    assert phone.conversation.prompt == prompt
    assert phone.conversation.asking is not None


def test_starting_the_chat_anew_keeps_the_draft(phone: Phone) -> None:
    phone.hears(Started(""))
    assert phone.last.button("继续填写 出差 2/11")


# --- what was chosen long ago ----------------------------------------------------------------------------


def test_choices_made_for_the_turn_are_checked_again_before_filing() -> None:
    grade = Choice(
        name="grade",
        label="等级",
        question="?",
        options=lambda ctx: [Option(g, g) for g in ctx.work.rules.grades],
    )
    phone = Phone(replace(TRIP, fields=(*TRIP.fields, grade)))
    phone.opens()
    phone.answers_until("files")
    phone.taps("跳过")
    phone.says("B")
    phone.work.rules = replace(RULES, grades=("A",))
    phone.taps("提交")
    assert phone.asked == "grade"
    assert GOOD.keys() <= {*phone.answers, "grade"}
