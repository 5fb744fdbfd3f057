"""Decisions in words: what is an act, what a reply decides, and above all what is never taken for consent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.approvals.words import Said, Unclear, Verb, read_numbers, read_reply, read_said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("同意", Said(Verb.APPROVE)),
        ("同意！", Said(Verb.APPROVE)),
        ("批准", Said(Verb.APPROVE)),
        ("Approve", Said(Verb.APPROVE)),
        ("同意 ZK-20261123-0007", Said(Verb.APPROVE, "ZK-20261123-0007")),
        ("同意 zk-20261123-0007", Said(Verb.APPROVE, "ZK-20261123-0007")),
        ("同意　ＺＫ－２０２６１１２３－０００７", Said(Verb.APPROVE, "ZK-20261123-0007")),
        ("同意 0007", Said(Verb.APPROVE, "0007")),
        ("同意0007", Said(Verb.APPROVE, "0007")),
        ("同意 7", Said(Verb.APPROVE, "0007")),
        ("同意 zk7", Said(Verb.APPROVE, "ZK-0007")),
        ("同意 ZK-0007", Said(Verb.APPROVE, "ZK-0007")),
        ("同意 20261123-0007", Said(Verb.APPROVE, "20261123-0007")),
        ("同意 7 8 9", Said(Verb.APPROVE, "0007", "8 9")),
        ("驳回", Said(Verb.REJECT)),
        ("驳回 0007 利润太低", Said(Verb.REJECT, "0007", "利润太低")),
        ("驳回，利润太低", Said(Verb.REJECT, "", "利润太低")),
        ("不同意", Said(Verb.REJECT)),
        ("退回 0007 地址不全", Said(Verb.RETURN, "0007", "地址不全")),
        ("转交 王芳", Said(Verb.TRANSFER, "", "王芳")),
        ("转交王芳", Said(Verb.TRANSFER, "", "王芳")),
        ("转给 0007 王芳 我出差", Said(Verb.TRANSFER, "0007", "王芳 我出差")),
        ("加签 王芳", Said(Verb.ADD_BEFORE, "", "王芳")),
        ("前加签 王芳", Said(Verb.ADD_BEFORE, "", "王芳")),
        ("后加签 王芳", Said(Verb.ADD_AFTER, "", "王芳")),
        ("加签 王芳 在我之后", Said(Verb.ADD_AFTER, "", "王芳")),
        ("还价 92折", Said(Verb.OFFER, "", "92折")),
        ("还价92折", Said(Verb.OFFER, "", "92折")),
        ("还价 0007 92折", Said(Verb.OFFER, "0007", "92折")),
        ("还价 0007 月结30天", Said(Verb.OFFER, "0007", "月结30天")),
        ("催办", Said(Verb.NUDGE)),
        ("催办 0007", Said(Verb.NUDGE, "0007")),
        ("撤回 0007", Said(Verb.WITHDRAW, "0007")),
        ("作废 0007 客户倒闭", Said(Verb.VOID, "0007", "客户倒闭")),
        ("评论 2026年的价格", Said(Verb.COMMENT, "", "2026年的价格")),
        ("评论 0007 请补图纸", Said(Verb.COMMENT, "0007", "请补图纸")),
        ("抄送 0007 李强", Said(Verb.COPY, "0007", "李强")),
        ("查看详情 0007", Said(Verb.DETAILS, "0007")),
        ("详情 7", Said(Verb.DETAILS, "0007")),
        ("已变更 0007 ERP-7788", Said(Verb.RECORD, "0007", "ERP-7788")),
        ("已录入 KH0081", Said(Verb.RECORD, "", "KH0081")),
    ],
)
def test_an_act_is_read_with_its_number_and_what_follows(text: str, said: Said) -> None:
    assert read_said(text) == said


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "可以", "好", "行", "利润太低", "同意吗", "同意吗？", "同意，但要先款", "同意除非先款"),
        *("我同意", "大家同意", "同意驳回", "ZK-0007", "0007", "不是不同意", "请同意", "新客户", "💬"),
        *("同意书在哪里", "详情页打不开"),
    ],
)
def test_other_texts_are_no_act(text: str) -> None:
    assert read_said(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *(
            (word, Said(Verb.APPROVE))
            for word in ("同意", "可以", "行", "好", "好的", "OK", "没问题", "通过", "👍")
        ),
        ("可以。", Said(Verb.APPROVE)),
        ("同意，辛苦了", Said(Verb.APPROVE, "", "辛苦了")),
        ("不行，利润太低", Said(Verb.REJECT, "", "利润太低")),
        ("不行", Said(Verb.REJECT)),
        ("不可以", Said(Verb.REJECT)),
        ("不批", Said(Verb.REJECT)),
        ("拒绝：资料不实", Said(Verb.REJECT, "", "资料不实")),
        ("退回，地址不全", Said(Verb.RETURN, "", "地址不全")),
        ("改为92折同意", Said(Verb.OFFER, "", "92折")),
        ("92折可以", Said(Verb.OFFER, "", "92折")),
        ("最多九二折", Said(Verb.OFFER, "", "九二折")),
        ("评论 请补图纸", Said(Verb.COMMENT, "", "请补图纸")),
    ],
)
def test_a_reply_is_read_as_a_decision_on_its_card(text: str, said: Said) -> None:
    assert read_reply(text) == said


RESERVED = [
    "同意，但是要先款",
    "同意，不过账期太长",
    "同意 除非先款",
    "如果先款就同意",
    "可以吧？",
    "同意吗",
    "应该可以",
]
RESERVED += [
    "再看看",
    "先放放",
    "不是不同意",
    "没有不同意",
    "利润太低",
    "同意驳回",
    "同意，改成92折",
    "同意 下次不许",
]
RESERVED += [
    "行不行",
    "能不能再谈谈",
    "好吗",
    "可以考虑",
    "ok?",
    "不行吗？",
    "同意 before friday only",
    "yes but prepay",
]


@pytest.mark.parametrize("text", RESERVED)
def test_a_reply_with_any_reservation_is_asked_back(text: str) -> None:
    read = read_reply(text)
    assert isinstance(read, Unclear), read


def test_several_numbers_are_read_only_where_nothing_else_stands_between() -> None:
    assert read_numbers("8 0009、KH-10") == ["0008", "0009", "KH-0010"]
    assert read_numbers("8 和 9") == ["0008", "0009"]
    assert read_numbers("8 但 9") == []
    assert read_numbers("") == []


MARKS = ("不", "没", "别", "但", "如果", "除非", "吗", "?", "？", "改")
PIECES = st.sampled_from(
    [*MARKS, "同意", "可以", "行", "好", " ", "，", "0007", "驳回", "ok", "92折", "👍", "先款"]
)
PHRASES = st.one_of(st.text(max_size=4096), st.lists(PIECES, max_size=8).map("".join))


@given(PHRASES)
def test_no_text_breaks_the_reading(text: str) -> None:
    assert read_said(text) is None or isinstance(read_said(text), Said)
    assert isinstance(read_reply(text), Said | Unclear)


@given(PHRASES)
def test_consent_never_comes_out_of_a_text_with_a_reservation(text: str) -> None:
    for read in (read_said(text), read_reply(text)):
        if isinstance(read, Said) and read.verb is Verb.APPROVE:
            said = text.replace("没问题", "")
            assert not any(mark in said for mark in MARKS)
