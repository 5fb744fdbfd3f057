"""Everybody is spoken to in their own language, cards included."""

from __future__ import annotations

from tests.e2e.scripts import drafts, files, number_in


async def test_cards_follow_the_reader_s_language(stage):
    rep, clerk, other = stage.people("冼家俊", "伍洁莹", "韦小燕")
    await clerk.says("/language")
    await clerk.sees("请选择语言")
    await clerk.taps("English")
    await clerk.sees("I speak English now.")
    number = await files(rep)
    await clerk.sees("【To approve】New customer " + number, "Discount", "冼家俊")
    await other.sees("【待审批】新客户 " + number)
    await other.taps("同意", toast="已同意")
    await clerk.sees("【Approved】New customer " + number, "韦小燕", "approved")
    await clerk.taps_old("Approve", toast="韦小燕")
    await clerk.says("/todo")
    await clerk.sees("My tasks (0)", "Nothing waits for you.")

    await clerk.says("/language")
    await clerk.taps("中文")
    await clerk.sees("已切换为中文")
    await clerk.taps("菜单")
    await clerk.sees("伍洁莹，您好")
    manager = stage.person("招秀芬")
    await manager.sees("【待审批】", number)
    await manager.taps("同意", toast="已同意")
    await clerk.sees("【待录入】新客户 " + number)
    await stage.is_sound(customers=1, requests=1)


async def test_form_in_english_understands_both_languages(stage):
    rep = stage.person("冼家俊")
    await rep.says("/language")
    await rep.taps("English")
    await rep.sees("I speak English now.")
    await rep.says("New customer")
    await rep.sees("New customer 1/11 · Customer name")
    await rep.says(
        "Customer name: 东莞市恒锐五金制品有限公司\n地址：广东省东莞市长安镇振安东路28号\nContact: Chen"
    )
    await rep.sees("New customer 2/11")
    await rep.says("skip")
    await rep.sees("New customer 5/11 · Contact phone")
    await rep.says("跳过")
    await rep.sees("This one is needed", "New customer 5/11")
    await rep.says("13800138000")
    await rep.sees("New customer 6/11 · Discount")
    await rep.says("92折")
    await rep.sees("New customer 7/11 · Settlement")
    await rep.says("/language")
    await rep.taps("中文")
    await rep.sees("已切换为中文")
    await rep.says("继续填写")
    await rep.sees("新客户 7/11 · 结算方式")
    await stage.is_sound()


async def test_decision_of_an_english_reader_is_told_in_chinese(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    await clerk.says("/language")
    await clerk.taps("English")
    await clerk.sees("I speak English now.")
    await drafts(rep)
    await rep.taps("提交")
    number = number_in((await rep.sees("【待审批】新客户 KH-")).text)
    await clerk.sees("【To approve】", number)
    await clerk.taps("Reject")
    await clerk.answers(f"Reject {number}", "[Facts do not match]")
    await clerk.sees("Rejected", number)
    await rep.sees("伍洁莹", "已驳回")
    await rep.finds("【已驳回】新客户 " + number)
    await stage.is_sound(customers=1, requests=1)
