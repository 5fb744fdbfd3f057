"""A discount change from the rep's first word to the ERP, in transcripts."""

from __future__ import annotations

import re

from tests.support.person import Person

CUSTOMER = "广州粤科智能装备有限公司"  # KH0002 of the sample company, 九折, 账期30天, looked after by 冼家俊
ZK = re.compile(r"ZK-\d{8}-\d{4}")


async def proposes(
    rep: Person, rate: str = "八八折", customer: str = "KH0002", scope: str = "全部产品"
) -> str:
    """File a change of the discount and give its number."""
    await rep.says("改折扣")
    await rep.answers("折扣变更 1/8 · 客户", customer)
    await rep.answers("变更内容", "[折扣]")
    await rep.answers("新折扣", rate)
    await rep.answers("变更原因", "[业务量增加]")
    await rep.answers("补充说明", "本季采购翻倍")
    await rep.answers("生效日期", "今天")
    await rep.answers("适用范围", f"[{scope}]")
    if scope != "全部产品":
        await rep.answers("范围说明", "订单 SO-20261120-03")
        await rep.answers("结束日期", "三天后")
    await rep.sees("折扣变更 · 请核对", "流程：招秀芬(审批) → 关惠珍(办理)")
    await rep.taps("提交")
    return number_in((await rep.sees("【待审批】折扣变更 ZK-")).text)


def number_in(text: str) -> str:
    found = ZK.search(text)
    assert found, text
    return found[0]


async def test_a_change_holds_only_once_the_accountant_has_changed_it(stage):
    rep, manager, accountant = stage.people("冼家俊", "招秀芬", "关惠珍")
    number = await proposes(rep, "再让2个点")
    card = await manager.finds("【待审批】", number)
    assert "由您审批：市场管理部经理" in card.text
    assert "折扣 九折 → 八八折（降2个点）" in card.text
    assert "结算 账期30天（不变）" in card.text
    assert "原因 业务量增加：本季采购翻倍" in card.text
    assert "政策 底价八折，高出8个点，在常规范围内" in card.text
    assert "最近没有变更过" in card.text
    await manager.taps("同意", toast=f"已同意 {number}")
    await rep.says("客户 KH0002")
    await rep.sees(CUSTOMER, "折扣 九折", number)
    await accountant.finds("【待变更】", number)
    await accountant.taps("已变更")
    await accountant.answers("ERP 单号", "什么", "erp-20261130-07")
    await accountant.sees(f"✓ 已变更 {number}：ERP 单号 ERP-20261130-07")
    await rep.finds(number, "关惠珍 已变更：ERP-20261130-07")
    await rep.says("客户 KH0002")
    await rep.sees("折扣 八八折", f"折扣 九折 → 八八折 {number}")
    number = await proposes(rep, "八七折")
    await manager.finds(number, "最近 2026-")
    await stage.is_sound(requests=2)


async def test_nobody_but_the_accountant_records_a_change(stage):
    rep, manager, accountant, clerk = stage.people("冼家俊", "招秀芬", "关惠珍", "伍洁莹")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.taps("同意")
    await accountant.finds("【待变更】", number)
    for other in (manager, rep, clerk):
        await other.says(f"已变更 {number} ERP-1")
        await other.sees_no("✓ 已变更")
    await rep.says("客户 KH0002")
    await rep.sees("折扣 九折", number)


async def test_a_rep_finds_their_own_customers_only(stage):
    rep, other, clerk = stage.people("冼家俊", "温晓琳", "伍洁莹")
    await other.says("客户 KH0002")
    await other.sees("没有找到")
    await other.says("改折扣")
    await other.answers("客户", "KH0002")
    await other.sees("没有找到“KH0002”")
    await clerk.says("客户 ykzn")
    await clerk.sees("粤科")
    await rep.says("我的客户")
    await rep.sees("我的客户 (")
    await rep.taps("查找")
    await rep.answers("哪个客户", "yueke")
    await rep.sees("我的客户 (2) · “yueke”", CUSTOMER)


async def test_what_cannot_be_is_said_at_the_form(stage):
    rep = stage.person("冼家俊")
    await rep.says("改折扣")
    await rep.answers("折扣变更 1/8 · 客户", "KH0002")
    await rep.answers("变更内容", "[折扣]")
    await rep.answers("新折扣", "七五折")
    await rep.sees("低于公司底价八折")
    await rep.says("九折")
    await rep.sees("现在就是这样")
    await rep.says("更低的折扣")
    await rep.sees("新折扣", "现行：九折，账期30天")
    await rep.says("取消")
    await rep.taps("确定取消")
    number = await proposes(rep)
    await rep.says("改折扣")
    await rep.answers("客户", "KH0002")
    await rep.answers("变更内容", "[结算方式]")
    await rep.answers("新结算方式", "月结120天")
    await rep.sees("90")
    await rep.says("月结60天")
    await rep.answers("变更原因", "客户要求")
    await rep.answers("补充说明", "[跳过]")
    await rep.answers("生效日期", "今天")
    await rep.answers("适用范围", "[全部产品]")
    await rep.sees("正在审批", number)


async def test_a_rate_that_moved_meanwhile_sends_the_request_back(stage):
    rep, manager, accountant = stage.people("冼家俊", "招秀芬", "关惠珍")
    whole = await proposes(rep)
    order = await proposes(rep, "八五折", scope="单笔订单")
    for number in (whole, order):
        await manager.says(f"同意 {number[-4:]}")
        await manager.sees(f"已同意 {number}")
    await accountant.says(f"已变更 {whole[-4:]} ERP-1001")
    await accountant.sees(f"✓ 已变更 {whole}")
    await accountant.says(f"已变更 {order[-4:]} ERP-1002")
    await accountant.sees(order, "已自动退回")
    await rep.finds(order, "现行条件已变动")
    await rep.taps("修改后重新提交")
    await rep.answers("新折扣", "八四折")
    await rep.sees("请核对", "八八折 → 八四折")
    await rep.taps("提交")
    await manager.finds("【待审批】", order, "第2版")


async def test_a_special_rate_stands_beside_the_register_and_lapses(stage):
    rep, manager, accountant = stage.people("冼家俊", "招秀芬", "关惠珍")
    number = await proposes(rep, "八五折", scope="单笔订单")
    await manager.finds(number, "单笔订单“订单 SO-20261120-03”")
    await manager.says("同意")
    await manager.sees(f"已同意 {number}")
    await accountant.says("已变更 ERP-1003")
    await accountant.sees("✓ 已变更")
    await rep.says("客户 KH0002")
    await rep.sees("折扣 九折", "★ 单笔订单“订单 SO-20261120-03”：八五折")


async def test_sales_admins_change_contacts_alone_and_the_rep_hears_of_it(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    await rep.says("客户 KH0002")
    await rep.sees(CUSTOMER)
    assert "改资料" not in rep.buttons()
    await clerk.says("客户 KH0002")
    await clerk.sees(CUSTOMER)
    await clerk.taps("改资料")
    await clerk.answers("变更内容", "[联系电话]")
    await clerk.answers("联系电话", "13812345678")
    await clerk.sees("请核对", "020-23781399 → 138 1234 5678")
    await clerk.taps("提交")
    await rep.finds("【客户资料】", "138****5678", "由伍洁莹修改")
    await clerk.says("客户 KH0002")
    await clerk.sees("变更记录", "联系电话")
