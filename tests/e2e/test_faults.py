"""The messenger fails in every way it knows; what people filed and read stays right."""

from __future__ import annotations

import pytest

from tests.e2e.scripts import NAME, approves, drafts, files, goes_to, question


async def test_flood_limit_delays_and_loses_nothing(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    await stage.fault("sendMessage", "429", retry_after=1)
    await rep.says("/new_customer")
    await rep.answers(question("客户名称"), "[取消]")
    await rep.sees("已取消")
    await stage.fault("editMessageText", "429", count=2, retry_after=1)
    number = await files(rep)
    await approves(clerk, number)
    assert (await stage.stats())["rejected_429"] == 3
    await stage.is_sound(customers=1, requests=1)


async def test_server_errors_are_tried_again(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    await stage.fault("sendMessage", "500")
    await stage.fault("editMessageText", "500")
    await stage.fault("answerCallbackQuery", "500")
    number = await files_without_notices(rep)
    await clerk.sees("【待审批】", number)
    await stage.is_sound(customers=1, requests=1)


async def files_without_notices(rep):
    """File a customer though taps may never be acknowledged."""
    await rep.says("/new_customer")
    await rep.sees(question("客户名称"))
    await rep.says(
        f"客户名称：{NAME}\n地址：东莞市长安镇振安东路28号\n联系人：陈志强\n电话：13800138000\n折扣：九折"
    )
    await rep.answers(question("统一社会信用代码"), "跳过")
    await rep.sees(question("结算方式"))
    await rep.taps_and_turns_away("现结")
    for label in ("客户类别", "客户等级", "客户来源", "附件"):
        await rep.answers(question(label), "跳过")
    await rep.answers("新客户 · 请核对", "提交")
    return (await rep.sees("【待审批】新客户 KH-")).text.splitlines()[0].split()[-1]


async def test_lost_answer_may_double_a_message_but_not_a_request(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    await drafts(rep)
    await stage.fault("sendMessage", "drop_response", count=2)
    await rep.taps("提交")
    await rep.sees("【待审批】新客户 KH-")
    await clerk.sees("【待审批】新客户 KH-")
    await stage.comes_to_rest()
    everybody = [rep, *stage.people("伍洁莹", "韦小燕", "黎倩儿")]
    assert sum(person.count("【待审批】") for person in everybody) == 4 + 2
    await clerk.taps("同意", toast="已同意")
    await clerk.sees("【已同意】")
    if clerk.count("【待审批】"):
        await clerk.taps("同意", toast="您已处理过")
    await stage.comes_to_rest()
    assert await stage.scalar("SELECT count(*) FROM audit WHERE action = 'step_approved'") == 1
    assert await stage.scalar("SELECT count(*) FROM requests") == 1
    assert await stage.scalar("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0


async def test_lost_answer_to_an_edit_repeats_harmlessly(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "折扣")
    await stage.fault("editMessageText", "drop_response")
    await rep.taps("九折")
    await rep.sees(question("结算方式"))
    await stage.comes_to_rest()
    await stage.is_sound()


async def test_message_that_reads_so_already_counts_as_revised(stage):
    rep = stage.person("冼家俊")
    await rep.says("/language")
    await rep.sees("请选择语言")
    await stage.fault("editMessageText", "not_modified")
    await rep.taps("中文")
    await stage.faults_have_struck()
    await stage.is_sound()


async def test_blocked_bot_sets_messages_aside_and_tells_the_administrator(stage):
    rep, clerk, admin = stage.people("冼家俊", "伍洁莹", "司徒亮")
    number = await files(rep)
    await stage.fault("sendMessage", "403")
    await rep.says("/menu")
    await admin.sees("冼家俊", "屏蔽了机器人")
    assert await stage.scalar("SELECT reachable FROM accounts WHERE staff_no = 'YH0004'") == 0
    await approves(clerk, number)
    await stage.comes_to_rest()
    assert not rep.count("伍洁莹 已同意")
    await rep.says("/menu")
    await rep.sees("冼家俊，您好")
    assert await stage.scalar("SELECT reachable FROM accounts WHERE staff_no = 'YH0004'") == 1
    await approves(stage.person("招秀芬"), number)
    await rep.sees("招秀芬", "已同意", number)
    await stage.is_sound(customers=1, requests=1, dead=1)


async def test_rep_who_blocks_and_comes_back_is_spoken_to_again(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    number = await files(rep)
    await rep.blocks_the_bot()
    await stage.comes_to_rest()
    assert await stage.scalar("SELECT reachable FROM accounts WHERE staff_no = 'YH0004'") == 0
    await approves(clerk, number)
    await stage.comes_to_rest()
    await rep.unblocks_the_bot()
    await stage.comes_to_rest()
    assert await stage.scalar("SELECT reachable FROM accounts WHERE staff_no = 'YH0004'") == 1
    await approves(manager, number)
    await rep.sees("招秀芬", "已同意", number)
    await rep.says("/mine")
    await rep.sees("我的申请 (1)", number)
    await stage.comes_to_rest()
    assert await stage.scalar("SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')") == 0


async def test_approver_who_blocked_the_bot_does_not_stop_the_others(stage):
    rep, clerk, other = stage.people("冼家俊", "伍洁莹", "韦小燕")
    await other.blocks_the_bot()
    number = await files(rep)
    await approves(clerk, number)
    await stage.comes_to_rest()
    assert not other.count(number)
    await other.unblocks_the_bot()
    await other.says("我的待办")
    await other.sees("我的待办 (0)")
    await stage.is_sound(customers=1, requests=1)


async def test_receiving_goes_on_after_errors(stage):
    rep = stage.person("冼家俊")
    await stage.fault("getUpdates", "500")
    await rep.says("/new_customer")
    await rep.answers(question("客户名称"), NAME)
    await stage.faults_have_struck()
    await rep.sees(question("统一社会信用代码"))
    await stage.fault("getUpdates", "drop_response")
    await rep.says("跳过")
    await rep.sees(question("客户地址"))
    await rep.says("广东省东莞市长安镇振安东路28号")
    await rep.sees(question("联系人"))
    await stage.comes_to_rest()
    assert rep.count(question("联系人")) == 1
    await stage.is_sound()


async def test_receiving_goes_on_after_a_stall(stage):
    rep = stage.person("冼家俊")
    await stage.fault("getUpdates", "stall")
    await rep.says("/menu")
    await stage.stalls.begin()
    await rep.says("/new_customer")
    stage.stalls.end(perform=True)
    await rep.sees(question("客户名称"))
    await stage.is_sound()


async def test_slow_chat_does_not_hold_up_another(stage):
    rep, colleague = stage.people("冼家俊", "温晓琳")
    await stage.fault("sendMessage", "stall")
    await rep.says("/menu")
    await stage.stalls.begin()
    await colleague.says("/menu")
    await colleague.sees("温晓琳，您好")
    stage.stalls.end(perform=True)
    await rep.sees("冼家俊，您好")
    await stage.is_sound()


@pytest.mark.parametrize("kind", ["500", "drop_response"])
async def test_file_that_cannot_be_fetched_at_first_is_fetched_again(stage, kind):
    rep = stage.person("冼家俊")
    await goes_to(rep, "附件")
    await stage.fault("getFile", kind)
    await rep.sends(("营业执照.pdf", b"%PDF-1.7\n"))
    await rep.sees("已收到：营业执照.pdf", question("附件"))
    await stage.is_sound()


async def test_sandbox_s_own_flood_limits_are_kept(paced_stage):
    """Under the limits that the demo has, a busy approver loses nothing."""
    reps = paced_stage.people("冼家俊", "温晓琳", "邝伟文", "骆思远", "岑美玲", "覃建平")
    clerk = paced_stage.person("伍洁莹")
    names = ("金桥机电", "远航泵业", "天工轴承", "百川阀门", "宏业电缆", "瑞丰模具")
    for i, (rep, name) in enumerate(zip(reps, names, strict=True)):
        number = await files(rep, f"中山市{name}有限公司", 联系电话=f"1390013900{i}")
        await clerk.finds("【待审批】", number)
    await clerk.says("/todo")
    await clerk.sees("我的待办 (6)", "6. ")
    await clerk.taps("☐ 6. ")
    await clerk.taps("同意所选")
    await clerk.sees("我的待办 (5)", "已同意 1 件")
    await paced_stage.is_sound(customers=6, requests=6)
