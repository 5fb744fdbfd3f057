"""Conditions of routes: reading them, and when they hold."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.approvals.conditions import any_holds, facts_named, read_condition
from handlers.approvals.conditions import show_condition
from tests.support.forms import EN, ZH

FACTS = {"rate": "0.84", "cut": "6", "credit_days": "60", "grade": "B", "department": "D02"}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("rate < 0.85", True),
        ("rate < 0.84", False),
        ("rate <= 0.84", True),
        ("cut > 5", True),
        ("cut >= 7", False),
        ("credit_days = 60", True),
        ("credit_days != 60", False),
        ("grade = A|B", True),
        ("grade != A|B", False),
        ("department = D03", False),
        ("rate < 0.85 and department = D02", True),
        ("rate < 0.85 and department = D03", False),
        ("secrecy = 机密", False),
    ],
)
def test_a_condition_is_held_against_the_facts(condition: str, holds: bool) -> None:
    assert any_holds([condition], FACTS) is holds


def test_without_conditions_a_step_is_always_asked_and_of_several_one_must_hold() -> None:
    assert any_holds([], {})
    assert any_holds(["rate < 0.5", "cut > 5"], FACTS)
    assert not any_holds(["rate < 0.5", "cut > 9"], FACTS)
    assert facts_named(["rate < 0.5 and grade = A", "cut > 9"]) == {"rate", "grade", "cut"}


@pytest.mark.parametrize(
    "condition",
    ["", "rate", "rate <", "rate < abc", "rate ~ 0.8", "colour = red", "grade < B", "rate < 0.8 or cut > 3"],
)
def test_what_cannot_be_read_is_said(condition: str) -> None:
    with pytest.raises(ValueError, match=r"is no|is compared|write"):
        read_condition(condition)


@given(st.decimals(0, 1, places=4), st.decimals(0, 1, places=4))
def test_numbers_are_compared_as_numbers(left: Decimal, right: Decimal) -> None:
    facts = {"rate": str(left)}
    assert any_holds([f"rate < {right}"], facts) is (left < right)
    assert any_holds([f"rate >= {right}"], facts) is (left >= right)
    assert any_holds([f"rate = {right}"], facts) is (left == right)


def test_a_condition_reads_well() -> None:
    assert show_condition(ZH, "rate < 0.85 and credit_days > 60") == "折扣低于八五折且账期超过60天"
    assert show_condition(ZH, "cut > 3") == "降幅超过3个点"
    assert show_condition(ZH, "grade = A|B") == "客户等级为A或B"
    assert show_condition(EN, "cut > 3") == "the points taken off is above 3 points"
