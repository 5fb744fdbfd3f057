"""Scenes that many transcripts have in common."""

from __future__ import annotations

import re

from tests.support.person import Person

NAME = "东莞市恒锐五金制品有限公司"
ANSWERS = {
    "客户名称": NAME,
    "客户地址": "广东省东莞市长安镇振安东路28号",
    "联系人": "陈志强 采购经理",
    "联系电话": "13800138000",
    "折扣": "九二折",
    "结算方式": "月结30天",
    "客户类别": "企业",
    "客户等级": "B",
    "客户来源": "介绍",
}
PLACES = ("客户名称", "统一社会信用代码", "客户地址", "联系人", "联系电话", "折扣", "结算方式", "客户类别")
PLACES += ("客户等级", "客户来源", "附件")
CODE = "914419001313079504"  # a code whose check character is right
NUMBER = re.compile(r"KH-\d{8}-\d{4}")


def question(label: str) -> str:
    """Give the title of a question of the form; only where it is being asked does a line follow."""
    return f"新客户 {PLACES.index(label) + 1}/11 · {label}\n"


async def goes_to(rep: Person, label: str) -> None:
    """Begin a filing and answer, in one message, everything before a question."""
    await rep.says("/new_customer")
    await rep.sees(question("客户名称"))
    before = [place for place in PLACES[: PLACES.index(label)] if place in ANSWERS]
    if len(before) == 1:
        await rep.says(ANSWERS[before[0]])
    elif before:
        await rep.says("\n".join(f"{place}：{ANSWERS[place]}" for place in before))
    if PLACES.index(label) > 1:
        await rep.sees(question("统一社会信用代码"))
        await rep.taps("跳过")
    await rep.sees(question(label))


async def drafts(rep: Person, name: str = NAME, **answers: str) -> None:
    """Fill a filing up to its summary."""
    await rep.says("/new_customer")
    await rep.sees(question("客户名称"))
    filled = {**ANSWERS, "客户名称": name, **answers}
    await rep.says("\n".join(f"{label}：{answer}" for label, answer in filled.items()))
    await rep.answers(question("统一社会信用代码"), "[跳过]")
    await rep.answers(question("附件"), "[跳过]")
    await rep.sees("新客户 · 请核对", name)


async def files(rep: Person, name: str = NAME, **answers: str) -> str:
    """File a customer and give the request's number."""
    await drafts(rep, name, **answers)
    await rep.taps("提交")
    return number_in((await rep.sees("【待审批】新客户 KH-", name)).text)


def number_in(text: str) -> str:
    found = NUMBER.search(text)
    assert found, text
    return found[0]


async def approves(person: Person, number: str) -> None:
    await person.finds("【待审批】", number)
    await person.taps("同意", toast=f"已同意 {number}")
    await person.sees("【已同意】", number)


async def records(clerk: Person, number: str, erp_no: str) -> None:
    await clerk.finds("【待录入】", number)
    await clerk.taps("已录入")
    await clerk.answers(f"ERP 客户编号 · {number}", erp_no)
    await clerk.sees(f"✓ 已录入 {number}")
