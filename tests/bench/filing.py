"""The filing everybody does in the benchmark: what a person types and taps, step by step.

Eleven questions, thirteen updates: the command, four typed answers, seven tapped ones and the submission.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

QUESTIONS = 11
FILED = "已提交"
_STEMS = "恒锐嘉诚宏达鑫旺瑞丰泰和盛隆永昌博远凯立新力联创华腾金德信义福源广顺安康明辉东升海纳百川锦绣前程"
_LAST = -1  # the row with 跳过


@dataclass(frozen=True, slots=True)
class Step:
    """text: typed; else the button at `row`, `column` of the question is tapped.

    mark: what the awaited answer says, and nothing before it.
    """

    mark: str
    text: str = ""
    row: int = 0
    column: int = 0


def question_mark(number: int) -> str:
    return f" {number}/{QUESTIONS} · "


def filing(dice: random.Random) -> list[Step]:
    """Make the steps of one customer nobody filed before."""
    stem = "".join(dice.sample(_STEMS, 6))
    phone = "138" + "".join(dice.choices("0123456789", k=8))
    return [
        Step(question_mark(1), text="/new_customer"),
        Step(question_mark(2), text=f"佛山市{stem}五金制品有限公司"),
        Step(question_mark(3), row=_LAST, column=1),
        Step(question_mark(4), text="广东省佛山市顺德区凤翔路28号"),
        Step(question_mark(5), text="陈志强 采购经理"),
        Step(question_mark(6), text=phone),
        Step(question_mark(7), row=0, column=1),
        Step(question_mark(8), row=1, column=0),
        Step(question_mark(9), row=0, column=1),
        Step(question_mark(10), row=0, column=1),
        Step(question_mark(11), row=1, column=0),
        Step("请核对", row=_LAST, column=1),
        Step(FILED, row=0, column=0),
    ]


STEPS = len(filing(random.Random(0)))
