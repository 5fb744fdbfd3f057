"""Rejecting, sending back, mending and withdrawing."""

from __future__ import annotations

from tests.e2e.scripts import NAME, approves, files, question, records


async def test_reject_with_a_quick_reason(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("驳回")
    await clerk.answers(f"驳回 {number}", "[信息与实际不符]")
    await clerk.sees(f"✓ 已驳回 {number}", "信息与实际不符")
    await rep.sees("伍洁莹", "已驳回", "信息与实际不符")
    await rep.finds("【已驳回】", number)
    await stage.person("韦小燕").sees("【已驳回】", number, "伍洁莹")
    assert (await stage.customer(NAME)).state == "declined"
    await stage.is_sound(customers=1, requests=1)


async def test_reject_with_a_typed_reason(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    number = await files(rep)
    await approves(clerk, number)
    await manager.sees("【待审批】", number)
    await manager.taps("驳回")
    await manager.answers(f"驳回 {number}", "该客户由总部直管")
    await manager.sees(f"✓ 已驳回 {number}", "该客户由总部直管")
    await rep.sees("招秀芬", "已驳回", "该客户由总部直管")
    await clerk.says("/todo")
    await clerk.sees("暂时没有待办")
    await stage.is_sound(customers=1, requests=1)


async def test_reject_needs_a_reason(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("驳回")
    await clerk.answers(f"驳回 {number}", "\u200b")
    await clerk.sees("请填写原因")
    await clerk.says("恒" * 501)
    await clerk.sees("原因最多500个字")
    await clerk.says("信息有误")
    await clerk.sees(f"✓ 已驳回 {number}", "信息有误")
    await stage.is_sound(customers=1, requests=1)


async def test_rejection_can_be_cancelled(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("驳回")
    await clerk.answers(f"驳回 {number}", "[取消]")
    await clerk.sees("没有任何改动")
    await clerk.says("不行")
    await clerk.sees("没明白您的意思")
    await approves(clerk, number)
    await stage.is_sound(customers=1, requests=1)


async def test_rep_mends_only_what_was_named(stage):
    rep, clerk, other, manager = stage.people("冼家俊", "伍洁莹", "韦小燕", "招秀芬")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("退回")
    await clerk.answers(f"退回 {number}", "[☐ 联系电话]")
    await clerk.answers(f"退回 {number}", "[☐ 客户地址]")
    await clerk.sees(f"退回 {number}")
    assert {"☑ 联系电话", "☑ 客户地址"} <= set(clerk.buttons())
    await clerk.taps("下一步")
    await clerk.answers("客户地址、联系电话", "电话打不通，地址请写清楚")
    await clerk.sees(f"✓ 已退回 {number}", "电话打不通")

    await rep.sees("伍洁莹", "已退回", "电话打不通", "客户地址、联系电话")
    await rep.taps("修改后重新提交")
    await rep.sees("新客户 1/2 · 客户地址")
    await rep.taps("保留")
    await rep.answers("新客户 2/2 · 联系电话", "13900139000")
    await rep.sees("新客户 · 请核对", "138 0013 8000 → 139 0013 9000")
    await rep.says("联系人")
    await rep.answers("还没有提交", "[提交]")
    await rep.sees("【待审批】新客户 " + number)

    card = await clerk.finds("【待审批】", number, "138****8000 → 139****9000")
    assert "客户地址：" not in card.text
    await clerk.taps_old("同意", toast="已")
    await other.taps_old("同意", toast="伍洁莹")
    await clerk.taps("同意", toast=f"已同意 {number}")
    await approves(manager, number)
    await records(clerk, number, "KH0081")
    customer = await stage.customer(NAME)
    assert (customer.state, customer.mobile) == ("active", "+8613900139000")
    await stage.is_sound(customers=1, requests=1)


async def test_everything_may_be_kept(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("退回")
    await clerk.answers(f"退回 {number}", "[全选]")
    await clerk.sees(f"退回 {number}")
    await clerk.taps("☑ 客户名称")
    await clerk.sees(f"退回 {number}")
    for label in (
        "统一社会信用代码",
        "客户地址",
        "联系人",
        "折扣",
        "结算方式",
        "客户类别",
        "客户等级",
        "客户来源",
    ):
        await clerk.taps(f"☑ {label}")
        await clerk.finds(f"退回 {number}")
    await clerk.taps("☑ 附件")
    await stage.comes_to_rest()
    await clerk.taps("下一步")
    await clerk.answers("需修改", "[填写有误]")
    await clerk.sees(f"✓ 已退回 {number}", "填写有误")
    await rep.sees("已退回", "填写有误")
    await rep.taps("修改后重新提交")
    await rep.answers("新客户 1/1 · 联系电话\n", "[保留]")
    await rep.answers("新客户 · 请核对", "[提交]")
    await clerk.finds("【待审批】", number, "没有改动")
    await stage.is_sound(customers=1, requests=1)


async def test_return_needs_a_field_and_keeps_the_typed_reason(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("退回")
    await clerk.sees(f"退回 {number}")
    await clerk.taps("下一步", toast="请至少勾选一项")
    await clerk.says("请再核实一下")
    await clerk.sees("请至少勾选一项")
    await clerk.taps("☐ 联系人")
    await stage.comes_to_rest()
    await clerk.taps("下一步")
    await clerk.sees(f"✓ 已退回 {number}", "请再核实一下")
    await rep.sees("已退回", "请再核实一下", "联系人")
    await stage.is_sound(customers=1, requests=1)


async def test_typed_reason_names_the_field_itself(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("退回")
    await clerk.answers(f"退回 {number}", "联系电话打不通")
    await clerk.sees(f"✓ 已退回 {number}")
    await rep.sees("已退回", "联系电话打不通")
    await rep.taps("修改后重新提交")
    await rep.sees("新客户 1/1 · 联系电话")
    await stage.is_sound(customers=1, requests=1)


async def test_request_can_be_returned_twice(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    number = await files(rep)
    for phone in ("13900139000", "13700137000"):
        await clerk.finds("【待审批】", number)
        await clerk.taps("退回")
        await clerk.answers(f"退回 {number}", "联系电话打不通")
        await clerk.sees(f"✓ 已退回 {number}")
        await rep.sees("已退回", "联系电话打不通")
        await rep.taps("修改后重新提交")
        await rep.answers("新客户 1/1 · 联系电话", phone)
        await rep.answers("新客户 · 请核对", "[提交]")
        await rep.sees("【待审批】新客户 " + number)
    await clerk.finds("【待审批】", number, "139****9000 → 137****7000")
    await approves(clerk, number)
    await approves(manager, number)
    await rep.says("/mine")
    await rep.sees("我的申请 (1)")
    await rep.taps("1.")
    await rep.sees("【已同意】", number)
    await rep.taps("查看详情")
    await rep.sees("审批记录", "伍洁莹", "已退回", "137 0013 7000")
    await stage.is_sound(customers=1, requests=1)


async def test_withdrawing_asks_first(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await rep.taps("撤回")
    await rep.answers(f"要撤回 {number}", "[不撤回]")
    await rep.sees("没有任何改动")
    await rep.taps("撤回")
    await rep.answers(f"要撤回 {number}", "[确定撤回]")
    await rep.sees(f"已撤回 {number}")
    await rep.finds("【已撤回】", number)
    await clerk.sees("【已撤回】", number)
    await clerk.taps_old("同意", toast="已撤回")
    assert (await stage.customer(NAME)).state == "declined"
    await files(rep)
    await stage.is_sound(customers=2, requests=2)


async def test_approved_request_cannot_be_withdrawn(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    number = await files(rep)
    await rep.taps("撤回")
    await rep.sees(f"要撤回 {number}")
    await approves(clerk, number)
    await approves(manager, number)
    await rep.finds("【已同意】", number)
    await rep.taps_old("撤回", toast="不能撤回")
    await rep.taps("确定撤回", toast="不能撤回")
    assert (await stage.customer(NAME)).state == "pending"
    await stage.is_sound(customers=1, requests=1)


async def test_returned_request_can_be_withdrawn(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("退回")
    await clerk.answers(f"退回 {number}", "联系电话打不通")
    await rep.sees("已退回", "联系电话打不通")
    await rep.taps("撤回")
    await rep.answers(f"要撤回 {number}", "[确定撤回]")
    await rep.sees(f"已撤回 {number}")
    await rep.finds("【已撤回】", number)
    await rep.taps_old("修改后重新提交", toast="已撤回")
    await stage.is_sound(customers=1, requests=1)


async def test_half_mended_draft_does_not_mix_with_a_new_customer(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("退回")
    await clerk.answers(f"退回 {number}", "联系电话打不通")
    await rep.sees("已退回")
    await rep.taps("修改后重新提交")
    await rep.sees("新客户 1/1 · 联系电话")
    await rep.says("/new_customer")
    await rep.answers(question("客户名称"), "中山市金桥机电有限公司")
    await rep.sees(question("统一社会信用代码"))
    await rep.finds("已退回")
    await rep.taps("修改后重新提交")
    await rep.answers("新客户 1/1 · 联系电话", "13900139000")
    await rep.answers("新客户 · 请核对", "[提交]")
    await rep.sees("【待审批】新客户 " + number)
    await stage.is_sound(customers=1, requests=1)


async def test_details_lose_their_buttons_with_the_matter(stage):
    rep, clerk, other = stage.people("冼家俊", "伍洁莹", "韦小燕")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await clerk.taps("查看详情")
    await clerk.sees("审批记录", "138 0013 8000")
    await other.finds("【待审批】", number)
    await other.taps("查看详情")
    await other.sees("审批记录")
    await rep.taps("查看详情")
    await rep.sees("审批记录")
    await clerk.taps("同意", toast=f"已同意 {number}")
    await other.sees("【已同意】", number, "伍洁莹")
    await rep.taps("撤回")
    await rep.answers(f"要撤回 {number}", "[确定撤回]")
    await rep.sees(f"已撤回 {number}")
    await stage.is_sound(customers=1, requests=1)
