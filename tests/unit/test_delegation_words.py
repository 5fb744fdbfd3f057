"""A delegation in one sentence."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.approvals.delegating import read_sentence

TODAY = date(2026, 11, 24)  # a Tuesday
NAMES = {"王芳", "欧阳静", "潘永昌", "李强"}


@pytest.mark.parametrize(
    ("text", "name", "first", "last"),
    [
        ("12月1日到5日由王芳代批", "王芳", date(2026, 12, 1), date(2026, 12, 5)),
        ("12月1号至12月5号王芳代审", "王芳", date(2026, 12, 1), date(2026, 12, 5)),
        ("明天由欧阳静代我审批", "欧阳静", date(2026, 11, 25), date(2026, 11, 25)),
        ("今天到后天请潘永昌代批折扣变更", "潘永昌", date(2026, 11, 24), date(2026, 11, 26)),
        ("下周一到下周五王芳替我审批", "王芳", date(2026, 11, 30), date(2026, 12, 4)),
        ("由王芳代批", "王芳", None, None),
        ("从12月1日到5日，由王芳代为审批", "王芳", date(2026, 12, 1), date(2026, 12, 5)),
        ("哪天由赵四代批", "赵四", None, None),
    ],
)
def test_days_and_delegate_are_read(text: str, name: str, first: date | None, last: date | None) -> None:
    said = read_sentence(text, TODAY, NAMES)
    assert said is not None
    assert said[:3] == (name, first, last)


@pytest.mark.parametrize(
    "text", ["", "王芳", "代理", "代批", "什么是代批", "新客户", "我要代理商名单", "王芳代批" * 30]
)
def test_other_texts_are_no_delegation(text: str) -> None:
    assert read_sentence(text, TODAY, NAMES) is None
