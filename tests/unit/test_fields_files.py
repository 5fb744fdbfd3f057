"""Files: sent one by one or several at once, at any question; they come late, out of order, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.attachments import AttachmentRules
from handlers.forms.files import Files
from handlers.ui import RemoteFile
from tests.support.forms import PDF, RULES, ZH, Phone, form_of

PAPERS = Files(name="files", label="Attachments", question="请发照片。")
BIG = RemoteFile("r", "大.pdf", "application/pdf", 10_000_001)


@pytest.fixture
def phone() -> Phone:
    phone = Phone(form_of(PAPERS))
    phone.opens()
    return phone


def held(phone: Phone) -> list[tuple[str, bool]]:
    return [(name, stored) for _id, name, stored in phone.draft.held.get("files", [])]


def test_a_file_counts_once_it_has_been_fetched(phone: Phone) -> None:
    turn = phone.sends()
    assert turn.fetches
    assert held(phone) == [("营业执照.pdf", False)]
    phone.arrives()
    assert phone.sees(ZH("Received: {name}", name="营业执照.pdf"))
    phone.taps("完成")
    assert [entry[1:] for entry in phone.answers["files"]] == [["营业执照.pdf", True]]
    assert phone.asked == "contact"


@pytest.mark.parametrize("said", ["完成", "done", " 完成 ", "Done"])
def test_done_may_be_typed(phone: Phone, said: str) -> None:
    phone.sends()
    phone.arrives()
    if said == "Done":
        phone.speaks("en")
    phone.says(said)
    assert "files" in phone.answers


def test_done_waits_for_what_is_still_coming(phone: Phone) -> None:
    phone.sends()
    phone.sends()
    phone.arrives(0)
    phone.taps("完成")
    assert "files" not in phone.answers
    assert ZH("One file is still being received; please try again in a moment.") in phone.question.text
    phone.arrives(1)
    phone.taps("完成")
    assert len(phone.answers["files"]) == 2


def test_done_means_nothing_before_a_file_has_come(phone: Phone) -> None:
    assert "完成" not in phone.question.labels
    phone.says("完成")
    assert phone.answers == {}
    assert phone.asked == "files"


def test_several_files_of_one_message_arrive_in_any_order(phone: Phone) -> None:
    phone.sends(*(replace(PDF, name=f"{n}.pdf") for n in (1, 2, 3)))
    for index in (2, 0, 1):
        phone.arrives(index)
    phone.taps("完成")
    assert [entry[1] for entry in phone.answers["files"]] == ["1.pdf", "2.pdf", "3.pdf"]


def test_a_file_that_could_not_be_fetched_is_told_and_let_go(phone: Phone) -> None:
    phone.sends()
    phone.sends()
    phone.arrives(0)
    phone.arrives(1, refusal="file_type")
    assert (
        ZH("Only photos (JPG, PNG, WEBP, HEIC) and PDF are accepted. Please send it again.")
        in phone.last.text
    )
    phone.taps("完成")
    assert len(phone.answers["files"]) == 1


def test_when_the_only_file_is_lost_the_question_stands_as_before(phone: Phone) -> None:
    phone.sends()
    phone.arrives(refusal="file_lost")
    assert phone.asked == "files"
    assert "完成" not in phone.question.labels


def test_a_file_too_large_is_refused_at_once(phone: Phone) -> None:
    turn = phone.sends(BIG)
    assert not turn.fetches
    assert phone.work.attachments.kept == {}
    assert "10 MB" in phone.last.text


def test_a_file_that_proves_too_large_says_the_limit(phone: Phone) -> None:
    phone.sends(replace(PDF, size=0))
    phone.arrives(refusal="file_too_large")
    assert "10 MB" in phone.last.text


def test_one_file_too_many_is_refused_and_the_others_stay(phone: Phone) -> None:
    phone.sends(*[PDF] * 4)
    assert len(held(phone)) == 3
    assert "3" in phone.last.text
    for index in range(3):
        phone.arrives(index)
    phone.taps("完成")
    assert len(phone.answers["files"]) == 3


def test_the_limit_is_the_companys() -> None:
    phone = Phone(form_of(PAPERS))
    phone.work.rules = replace(RULES, attachments=AttachmentRules(max_bytes=1_000_000, max_files=1))
    phone.opens()
    phone.sends()
    phone.sends()
    assert len(held(phone)) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\照.jpg", "照.jpg"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("...", "file"),
        ("", "file"),
    ],
)
def test_a_name_is_kept_for_showing_only(phone: Phone, name: str, kept: str) -> None:
    phone.sends(replace(PDF, name=name))
    assert held(phone) == [(kept, False)]


def test_words_are_no_file(phone: Phone) -> None:
    phone.says("没有")
    assert phone.asked == "files"
    assert phone.answers == {}


def test_a_file_sent_early_is_kept_for_its_question() -> None:
    phone = Phone()
    phone.opens()
    phone.sends()
    phone.arrives()
    assert phone.asked == "contact"
    phone.answers_until("files")
    assert "完成" in phone.question.labels
    phone.taps("完成")
    assert phone.asked == "summary"
    assert len(phone.answers["files"]) == 1


def test_a_file_sent_after_the_question_was_skipped_is_not_forgotten() -> None:
    phone = Phone()
    phone.opens()
    phone.answers_until("summary")
    phone.sends()
    phone.arrives()
    assert phone.asked == "files"
    phone.taps("完成")
    phone.taps("提交")
    assert len(phone.filed[0].content["files"]) == 1


def test_a_skipped_question_comes_back_when_a_file_is_sent_in_the_middle() -> None:
    phone = Phone()
    phone.opens()
    phone.answers_until("summary")
    phone.taps("修改")
    phone.taps("联系人")
    phone.sends()
    phone.arrives()
    phone.says("李芳")
    assert phone.asked == "files"


def test_another_file_may_follow_after_done() -> None:
    phone = Phone()
    phone.opens()
    phone.answers_until("files")
    phone.sends()
    phone.arrives()
    phone.taps("完成")
    phone.sends(replace(PDF, name="二.pdf"))
    phone.taps("提交")
    assert phone.filed == []
    phone.arrives()
    phone.taps("完成")
    phone.taps("提交")
    assert [entry[1] for entry in phone.filed[0].content["files"]] == ["营业执照.pdf", "二.pdf"]


def test_skip_lets_go_of_what_was_sent() -> None:
    phone = Phone()
    phone.opens()
    phone.answers_until("files")
    phone.sends()
    phone.arrives()
    phone.taps("跳过")
    assert phone.draft.held == {}
    assert phone.asked == "summary"


def test_a_file_that_arrives_while_another_form_is_open_is_told_without_disturbing_it() -> None:
    phone = Phone()
    phone.opens()
    phone.sends()
    phone.opens("new_customer")
    phone.arrives()
    assert phone.sees("营业执照.pdf")
    assert phone.asked == "name"
    assert phone.live == [phone.question]


@pytest.mark.parametrize("screen", ["修改", "取消"])
def test_a_file_that_arrives_meanwhile_leaves_another_screen_as_it_is(screen: str) -> None:
    phone = Phone()
    phone.opens()
    phone.answers_until("files")
    phone.sends()
    phone.says(screen)
    before = phone.question
    phone.arrives()
    assert phone.question is before
    assert phone.sees("营业执照.pdf")
    assert phone.live == [before]


def test_a_file_that_arrives_during_a_doubt_leaves_the_doubt_to_be_settled() -> None:
    phone = Phone()
    phone.opens()
    phone.sends()
    phone.says("陈志强")
    phone.arrives()
    assert phone.asked == "doubt:contact"
    phone.taps("确认")
    assert phone.answers["contact"] == "陈志强"


def test_a_file_nobody_waits_for_any_more_changes_nothing(phone: Phone) -> None:
    phone.sends()
    phone.says("取消")
    phone.says("确定取消")
    before = len(phone.messages)
    phone.arrives()
    assert len(phone.messages) == before


def test_a_form_without_files_says_that_it_needs_none() -> None:
    phone = Phone(form_of())
    phone.opens()
    phone.sends()
    assert phone.sees(ZH("Thank you, but I do not need a file just now."))
    assert phone.work.attachments.kept == {}


def test_files_are_counted_in_the_summary(phone: Phone) -> None:
    phone.sends(PDF, PDF)
    phone.arrives(0)
    phone.arrives(1)
    phone.taps("完成")
    phone.says("陈芳")
    assert ZH.plural("{n} file", "{n} files", 2) in phone.question.text


@pytest.mark.parametrize("raw", ["abc", 7, {"a": 1}, [1], [["id", "name"]]], ids=repr)
def test_what_is_no_list_of_files_counts_as_not_given(raw: object) -> None:
    with pytest.raises(TypeError):
        PAPERS.load(raw)
