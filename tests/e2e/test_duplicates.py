"""A customer that is there already stops the form; one merely alike is asked about."""

from __future__ import annotations

import asyncio

from tests.e2e.scripts import ANSWERS, NAME, drafts, files, question


async def test_exact_duplicate_stops_and_names_the_owner(stage):
    rep = stage.person("冼家俊")
    await rep.says("/new_customer")
    await rep.answers(question("客户名称"), "佛山南海区鸿昌五金塑料有限公司")
    await rep.sees("该客户已有档案", "佛山市南海区鸿昌五金塑料有限公司", "詹耀祖", question("客户名称"))
    await rep.says(NAME)
    await rep.answers(question("统一社会信用代码"), "91440605525476909W")
    await rep.sees("该客户已有档案", "鸿昌五金塑料", question("统一社会信用代码"))
    await stage.is_sound()


async def test_similar_customer_warns_and_may_be_confirmed(stage):
    rep = stage.person("冼家俊")
    await rep.says("/new_customer")
    await rep.answers(question("客户名称"), "佛山市南海区弘昌五金塑料有限公司")
    await rep.sees("相似", "佛山市南海区宏昌五金塑料有限公司", "苏婉婷", "同音")
    assert rep.buttons() == ["确认", "重新填写", "取消"]
    await rep.taps("重新填写")
    await rep.answers(question("客户名称"), "佛山市南海区弘昌五金塑料有限公司")
    await rep.answers("佛山市南海区鸿昌五金塑料有限公司", "[确认]")
    await rep.sees(question("统一社会信用代码"))
    await stage.is_sound()


async def test_confirmed_likeness_is_not_asked_again(stage):
    rep = stage.person("冼家俊")
    await rep.says("/new_customer")
    await rep.answers(question("客户名称"), "佛山市南海区弘昌五金塑料有限公司")
    await rep.answers("相似", "确认")
    await rep.sees(question("统一社会信用代码"))
    rest = {label: answer for label, answer in ANSWERS.items() if label != "客户名称"}
    await rep.says("\n".join(f"{label}：{answer}" for label, answer in rest.items()))
    await rep.answers(question("统一社会信用代码"), "[跳过]")
    await rep.answers(question("附件"), "[跳过]")
    await rep.answers("新客户 · 请核对", "[提交]")
    await rep.sees("【待审批】新客户 KH-", "弘昌")
    await stage.is_sound(customers=1, requests=1)


async def test_duplicate_found_at_submission_because_another_rep_was_faster(stage):
    slow, fast = stage.people("冼家俊", "温晓琳")
    await drafts(slow)
    await files(fast, 联系电话="13900139000")
    await slow.taps("提交")
    await slow.sees("该客户已有档案", NAME, "温晓琳", question("客户名称"))
    await slow.says("东莞市金桥机电有限公司")
    await slow.answers("新客户 · 请核对", "[提交]")
    await slow.sees("【待审批】新客户 KH-", "东莞市金桥机电有限公司")
    await stage.is_sound(customers=2, requests=2)


async def test_likeness_found_at_submission_is_asked_then(stage):
    slow, fast = stage.people("冼家俊", "温晓琳")
    await drafts(slow)
    await files(fast, "东莞市恒瑞五金制品有限公司", 联系电话="13900139000")
    await slow.taps("提交")
    await slow.answers("相似", "[确认]")
    await slow.answers("新客户 · 请核对", "[提交]")
    await slow.sees("【待审批】新客户 KH-", NAME)
    await stage.is_sound(customers=2, requests=2)


async def test_two_reps_submit_the_same_customer_at_once(stage):
    one, other = stage.people("冼家俊", "温晓琳")
    await drafts(one)
    await drafts(other)
    await asyncio.gather(one.taps("提交"), other.taps("提交"))
    await stage.comes_to_rest()
    assert one.count("【待审批】") + other.count("【待审批】") == 1
    assert one.count("该客户已有档案") + other.count("该客户已有档案") == 1
    await stage.is_sound(customers=1, requests=1)
