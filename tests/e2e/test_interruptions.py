"""Whatever comes between two answers, the draft waits and texts go where the person meant them."""

from __future__ import annotations

from bot.clock import now
from bot.messengers.telegram_events import CHANNEL
from tests.e2e.scripts import ANSWERS, NAME, approves, files, goes_to, question


async def test_command_in_the_middle_parks_the_form(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "客户地址")
    await rep.says("/todo")
    await rep.sees("我的待办 (0)")
    await rep.says("广东省东莞市长安镇振安东路28号")
    await rep.sees("没明白您的意思")
    await rep.taps("继续填写 新客户 2/11")
    await rep.answers(question("客户地址"), "我的申请")
    await rep.sees("我的申请 (0)")
    await rep.says("继续填写")
    await rep.answers(question("客户地址"), "/menu")
    await rep.sees("冼家俊，您好")
    await rep.taps("继续填写 新客户")
    await rep.answers(question("客户地址"), ANSWERS["客户地址"])
    await rep.sees(question("联系人"))
    await stage.is_sound()


async def test_approving_in_the_middle_does_not_disturb_the_form(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    await goes_to(manager, "客户地址")
    number = await files(rep, "中山市金桥机电有限公司", 联系电话="13900139000")
    await approves(clerk, number)
    await manager.sees("【待审批】", number)
    await manager.taps("同意", toast=f"已同意 {number}")
    await manager.sees("【已同意】", number)
    await manager.says(ANSWERS["客户地址"])
    await manager.sees(question("联系人"))
    await stage.is_sound(customers=1, requests=1)


async def test_rejecting_in_the_middle_comes_back_to_the_form(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    await goes_to(manager, "客户地址")
    number = await files(rep, "中山市金桥机电有限公司", 联系电话="13900139000")
    await approves(clerk, number)
    await manager.sees("【待审批】", number)
    await manager.taps("驳回")
    await manager.sees(f"驳回 {number}")
    await manager.says("已有同类供应商")
    await manager.sees("✓ 已驳回", "已有同类供应商")
    await manager.answers(question("客户地址"), ANSWERS["客户地址"])
    await manager.sees(question("联系人"))
    await rep.finds("招秀芬", "已驳回", "已有同类供应商")
    await stage.is_sound(customers=1, requests=1)


async def test_cancelled_question_comes_back_to_the_form(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    await goes_to(manager, "客户地址")
    number = await files(rep, "中山市金桥机电有限公司", 联系电话="13900139000")
    await approves(clerk, number)
    await manager.sees("【待审批】", number)
    await manager.taps("驳回")
    await manager.answers(f"驳回 {number}", "取消")
    await manager.sees("没有任何改动")
    await manager.sees(question("客户地址"))
    await approves(manager, number)
    await manager.says(ANSWERS["客户地址"])
    await manager.sees(question("联系人"))
    await stage.is_sound(customers=1, requests=1)


async def test_second_new_customer_offers_the_draft(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "联系人")
    await rep.says("新客户")
    await rep.sees("还没填完", f"客户名称：{NAME}")
    assert rep.buttons() == ["继续填写 新客户 3/11", "重新填写"]
    await rep.taps("继续填写")
    await rep.answers(question("联系人"), "陈志强")
    await rep.answers(question("联系电话"), "/new_customer")
    await rep.answers("还没填完", "[重新填写]")
    await rep.answers(question("客户名称"), "中山市金桥机电有限公司")
    await rep.sees(question("统一社会信用代码"))
    drafts = (await stage.conversation(rep))["drafts"]
    assert [draft["answers"] for draft in drafts] == [{"name": "中山市金桥机电有限公司"}]
    await stage.is_sound()


async def test_draft_survives_a_restart(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "联系人")
    await stage.restart_bot()
    await rep.says("陈志强")
    await rep.sees(question("联系电话"))
    await stage.restart_bot()
    await rep.taps("上一步")
    await rep.answers(question("联系人"), "[保留]")
    await rep.sees(question("联系电话"))
    await stage.is_sound()


async def test_what_was_said_while_the_bot_was_down_is_answered(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "联系人")
    await stage.stop_bot()
    await rep.says("陈志强")
    await rep.says("13800138000")
    await stage.start_bot()
    await rep.sees(question("折扣"))
    await stage.is_sound()


async def test_draft_survives_a_changed_form(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "联系电话")
    await stage.comes_to_rest()
    body = await stage.conversation(rep)
    draft = body["drafts"][0]
    draft["version"], draft["focus"], draft["stage"] = 0, "fax", "ask"
    draft["answers"]["fax"] = "0769-22345679"
    draft["answers"]["settlement"] = {"method": "barter", "days": None, "words": "以物易物"}
    del draft["answers"]["address"]
    draft["colour"] = body["mood"] = "of another version"
    await stage.change(lambda work: work.conversations.save(CHANNEL, str(rep.chat_id), body, "", now()))
    await stage.restart_bot()
    await rep.says("继续填写")
    await rep.answers(question("客户地址"), ANSWERS["客户地址"])
    await rep.answers(question("联系电话"), "13800138000")
    await rep.answers(question("折扣"), "[九折]")
    await rep.answers(question("结算方式"), "[现结]")
    for label in ("客户类别", "客户等级", "客户来源", "附件"):
        await rep.answers(question(label), "[跳过]")
    await rep.sees("新客户 · 请核对", "陈志强")
    assert (await stage.conversation(rep))["drafts"][0]["orphans"] == {"fax": "0769-22345679"}
    await rep.taps("提交")
    await rep.sees("【待审批】新客户 KH-")
    await stage.is_sound(customers=1, requests=1)
