"""Every act of an approver and an applicant, and its wrong uses, in transcripts."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

from tests.e2e.scripts import approves, files, records
from tests.e2e.test_discounts import proposes
from tests.support.command_line import SAMPLE, menxia


async def test_words_stand_beside_an_approval(stage):
    rep, manager, accountant = stage.people("冼家俊", "招秀芬", "关惠珍")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.taps("查看详情")
    await manager.taps("同意并附言")
    await manager.answers("附上什么话", "下次请提前一周")
    await manager.sees(f"✓ 已同意 {number}")
    await rep.finds("招秀芬 已同意：下次请提前一周")
    await accountant.finds("【待变更】", number)


async def test_a_step_is_handed_over_and_its_former_holder_decides_no_more(stage):
    rep, manager, boss, accountant = stage.people("冼家俊", "招秀芬", "梁国栋", "关惠珍")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.taps("转交")
    await manager.answers("给谁", "梁国栋")
    await manager.sees(f"已将 {number} 转交给梁国栋")
    await manager.finds("【已转交】", number)
    await boss.finds("【待审批】", number, "由招秀芬转交给您")
    await manager.taps_old("同意", toast="已转交")
    await boss.taps("同意", toast=f"已同意 {number}")
    await accountant.finds("【待变更】", number)
    await rep.taps("查看详情")
    await rep.sees("招秀芬", "已转交", "梁国栋", "已同意")


async def test_nothing_is_handed_to_its_applicant_to_oneself_or_to_somebody_who_left(stage):
    rep, manager = stage.people("冼家俊", "招秀芬")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    for name, why in (
        ("冼家俊", "是申请人"),
        ("招秀芬", "您自己"),
        ("谭子豪", "没有找到"),
        ("李文静", "有2项符合"),
    ):
        await manager.says(f"转交 {number} {name}")
        await manager.sees(why)
    await manager.finds("【待审批】", number)


async def test_somebody_is_asked_before_and_the_step_comes_back(stage):
    rep, manager, finance, accountant = stage.people("冼家俊", "招秀芬", "潘永昌", "关惠珍")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.taps("查看详情")
    await manager.taps("加签")
    await manager.taps("在我之前")
    await manager.answers("给谁", "panyongchang")
    await manager.sees(f"{number} 先由潘永昌审批")
    await manager.finds("【待加签人审批】", number)
    await manager.taps_old("同意", toast="先由加签的人审批")
    await finance.finds("【待审批】", number, "招秀芬请您加签")
    await finance.says("同意")
    await finance.sees(f"已同意 {number}")
    await manager.finds("【待审批】", number)
    await manager.taps("同意")
    await accountant.finds("【待变更】", number)


async def test_somebody_is_asked_after_ones_own_approval(stage):
    rep, manager, finance, accountant = stage.people("冼家俊", "招秀芬", "潘永昌", "关惠珍")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.says("后加签 潘永昌 请财务看看")
    await manager.sees(f"已同意 {number}，接下来由潘永昌审批")
    await finance.finds("【待审批】", number)
    await accountant.sees_no("【待变更】")
    await finance.taps("驳回")
    await finance.answers("请输入原因", "账期风险太大")
    await rep.finds("【已驳回】", number, "账期风险太大")


async def test_a_counter_offer_is_taken_in_one_tap_and_stands_approved(stage):
    rep, manager, accountant = stage.people("冼家俊", "招秀芬", "关惠珍")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.taps("还价")
    await manager.answers("您愿意批准什么条件", "八六折")
    await manager.sees("还价不能比申请的条件更优惠")
    await manager.says("89折")
    await manager.sees(f"已就 {number} 还价")
    await manager.finds("【还价】", "等申请人答复")
    await rep.finds("【还价】", "八八折 → 八九折", "您接受后即视为招秀芬同意")
    await rep.taps("接受", toast="已接受")
    await manager.finds("【已同意】", number, "申请人已接受")
    await accountant.finds("【待变更】", number, "九折 → 八九折")
    await rep.finds("已接受：九折→八九折")
    await rep.taps_old("不接受", toast="已失效")


async def test_a_declined_counter_offer_goes_back_to_the_applicant(stage):
    rep, manager = stage.people("冼家俊", "招秀芬")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.says("还价 89折")
    await rep.finds("【还价】", number)
    await rep.taps("不接受", toast="未接受")
    await manager.finds("未接受您的还价", number)
    await rep.finds("【已退回】", number, "需修改：新折扣")
    await rep.taps("修改后重新提交")
    await rep.answers("新折扣", "八八五折")
    await rep.taps("提交")
    await manager.finds("【待审批】", number, "第2版")


async def test_a_retracted_counter_offer_cannot_be_taken(stage):
    rep, manager = stage.people("冼家俊", "招秀芬")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.says("还价 89折")
    await rep.finds("【还价】", number)
    await manager.taps("收回还价", toast="已收回")
    await rep.finds("还价已收回")
    await rep.taps_old("接受", toast="已失效")
    await manager.finds("【待审批】", number)
    await manager.taps("同意")
    await rep.finds(number, "招秀芬 已同意")


async def test_haste_is_asked_for_once_in_four_hours(stage):
    rep, manager = stage.people("冼家俊", "招秀芬")
    number = await proposes(rep)
    await rep.taps("催办", toast=f"已就 {number} 提醒招秀芬")
    await manager.finds("【催办】冼家俊请您尽快处理", number)
    await rep.taps("催办", toast="刚催办过")
    await rep.says(f"催办 {number}")
    await rep.sees("刚催办过")
    await manager.taps("同意")
    await manager.sees("【已同意】", number)


async def test_nothing_is_decided_after_it_was_withdrawn(stage):
    rep, manager = stage.people("冼家俊", "招秀芬")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await rep.taps("撤回")
    await rep.taps("确定撤回")
    await rep.finds("【已撤回】", number)
    await manager.taps_old("同意", toast="已结束")
    await manager.says(f"驳回 {number} 太晚")
    await manager.sees("已结束")
    await rep.says(f"催办 {number}")
    await rep.sees("已结束")


async def test_the_executor_voids_what_was_approved(stage):
    rep, manager, accountant = stage.people("冼家俊", "招秀芬", "关惠珍")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.says(f"作废 {number} 不要了")
    await manager.says("同意")
    await accountant.finds("【待变更】", number)
    await accountant.taps("作废")
    await accountant.taps("客户已放弃")
    await accountant.sees(f"已作废 {number}：客户已放弃")
    await rep.finds("【已作废】", number)
    await rep.says("客户 KH0002")
    await rep.sees("折扣 九折")
    await accountant.taps_old("已变更", toast="已作废")


async def test_all_parties_hear_a_comment_and_the_trail_keeps_it(stage):
    rep, manager, stranger = stage.people("冼家俊", "招秀芬", "温晓琳")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.says(f"评论 {number[-4:]} 请补充近三月回款")
    await manager.sees(f"已评论 {number}")
    await rep.finds("💬 招秀芬：请补充近三月回款")
    await rep.taps("评论")
    await rep.answers("想对各方说什么", "已付清")
    await manager.finds("💬 冼家俊：已付清")
    await manager.says(f"详情 {number}")
    await manager.sees("审批记录", "招秀芬", "请补充近三月回款", "已付清")
    await stranger.says(f"评论 {number} 我也看看")
    await stranger.sees("没有")


async def test_whoever_is_copied_may_read_and_nobody_else(stage):
    rep, manager, other, third = stage.people("冼家俊", "招秀芬", "区颖仪", "温晓琳")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await manager.says(f"抄送 {number} 区颖仪")
    await manager.sees("抄送给区颖仪")
    await other.finds("【抄送】", number, "由招秀芬抄送给您")
    await other.taps("查看详情")
    await other.sees("审批记录")
    assert "同意" not in other.buttons()
    await third.says(f"详情 {number}")
    await third.sees("没有")


async def test_a_card_is_decided_by_a_reply(stage):
    rep, manager, accountant = stage.people("冼家俊", "招秀芬", "关惠珍")
    first = await proposes(rep)
    second = await proposes(rep, "九折", "KH0003")
    card = await manager.finds("【待审批】", first)
    await manager.says("同意")
    await manager.sees("可能指好几件", "我的待办 (2)")
    await manager.replies(card, "同意吗？")
    await manager.sees("我不猜您的意思", "同意吗")
    await manager.taps("取消")
    await manager.replies(card, "可以")
    await manager.sees(f"✓ 已同意 {first}")
    other = await manager.finds("【待审批】", second)
    await manager.replies(other, "不行，利润太低")
    await manager.sees(f"✓ 已驳回 {second}：利润太低")
    await rep.finds("【已驳回】", second, "利润太低")
    await accountant.finds("【待变更】", first)
    await manager.replies(card, "同意")
    await manager.sees("您已处理过")


async def test_an_unclear_reply_becomes_what_is_chosen(stage):
    rep, manager = stage.people("冼家俊", "招秀芬")
    number = await proposes(rep)
    card = await manager.finds("【待审批】", number)
    await stage.comes_to_rest()
    await manager.replies(card, "利润太低")
    await manager.taps("驳回，以此为原因")
    await manager.sees(f"已驳回 {number}：利润太低")
    await rep.finds("【已驳回】", "利润太低")


async def test_a_forwarded_card_opens_the_request_for_its_parties_only(stage):
    rep, manager, other = stage.people("冼家俊", "招秀芬", "温晓琳")
    number = await proposes(rep)
    card = await manager.finds("【待审批】", number)
    await rep.forwards(card.text)
    await rep.sees("【待审批】", number, "流程")
    await other.forwards(card.text)
    await other.sees("没有")


async def test_twenty_tasks_are_decided_from_one_message(stage):
    manager = stage.person("招秀芬")
    asked = [("冼家俊", "KH0002"), ("冼家俊", "KH0008"), ("冼家俊", "KH0006"), ("温晓琳", "KH0067")]
    asked += [("温晓琳", "KH0022"), ("温晓琳", "KH0024"), ("冼家俊", "KH0069"), ("冼家俊", "KH0041")]
    numbers = [await proposes(stage.person(rep), "再让3个点", customer) for rep, customer in asked]
    await manager.says("我的待办")
    seen = await manager.sees(f"我的待办 ({len(numbers)})")
    assert "⚠️ 1. " in seen.text
    assert "⚠️ 6. " not in seen.text
    ticks = [label for label in seen.buttons if label.startswith("☐")]
    assert ticks
    await manager.taps("勾选本页")
    await manager.taps("同意所选")
    await manager.sees(f"已同意 {len(ticks)} 件", f"我的待办 ({len(numbers) - len(ticks)})")
    found = "SELECT count(*) FROM audit WHERE action = 'step_approved'"
    assert await stage.scalar(found) == len(ticks)


async def test_a_delegate_decides_in_another_s_place_and_the_card_says_so(stage):
    rep, manager, delegate, accountant = stage.people("冼家俊", "招秀芬", "潘永昌", "关惠珍")
    first = await proposes(rep)
    await manager.says("今天到明天由潘永昌代批")
    await manager.sees("代理 · 请核对", "代理人：潘永昌", "审批类型：全部类型")
    await manager.taps("提交")
    await manager.finds("潘永昌代您审批")
    await delegate.finds("【代理】招秀芬请您代为审批")
    await delegate.says("我的待办")
    await delegate.sees("我的待办 (1)", "（代招秀芬）")
    await delegate.taps("打开")
    card = await delegate.sees("【待审批】", first, "由您代招秀芬审批")
    assert "转交" not in card.buttons
    await delegate.says(f"转交 {first} 梁国栋")
    await delegate.sees("只有")
    await delegate.taps("同意", toast=f"已同意 {first}")
    await rep.finds("潘永昌（代招秀芬） 已同意")
    await accountant.finds("【待变更】", first)
    await manager.says("代理")
    await manager.taps("结束代理")
    await manager.finds("【代理汇报】潘永昌代您审批", "共办理 1 件", first)
    second = await proposes(rep, "九折", "KH0003")
    await manager.finds("【待审批】", second)
    await delegate.says(f"同意 {second}")
    await delegate.sees("没有")


async def test_a_delegate_never_decides_their_own_request(stage):
    boss_rep, manager = stage.people("莫志坚", "招秀芬")
    await manager.says("今天到明天由莫志坚代批")
    await manager.sees("请核对")
    await manager.taps("提交")
    await boss_rep.finds("【代理】")
    number = await proposes(boss_rep, "九折", "KH0003")
    await boss_rep.says(f"同意 {number}")
    await boss_rep.sees_no("已同意")
    await boss_rep.says("我的待办")
    await boss_rep.sees("暂时没有待办")
    await manager.finds("【待审批】", number)


async def test_one_who_holds_a_role_of_the_route_does_not_decide_their_own(stage):
    manager, boss = stage.people("招秀芬", "梁国栋")
    await manager.says("改折扣")
    await manager.answers("客户", "KH0002")
    await manager.answers("变更内容", "[折扣]")
    await manager.answers("新折扣", "八八折")
    await manager.answers("变更原因", "[市场竞争]")
    await manager.answers("补充说明", "[跳过]")
    await manager.answers("生效日期", "今天")
    await manager.answers("适用范围", "[全部产品]")
    await manager.sees("流程：梁国栋(审批) → 关惠珍(办理)")
    await manager.taps("提交")
    await boss.finds("【待审批】", "招秀芬是申请人")


async def test_filing_still_goes_its_way(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    number = await files(rep)
    await approves(clerk, number)
    await manager.finds("【待审批】", number)
    await manager.says("还价 94折")
    await rep.finds("【还价】", "九二折 → 九四折")
    await rep.taps("接受")
    await records(clerk, number, "KH0081")
    await rep.says("客户 KH0081")
    await rep.sees("折扣 九四折")


async def test_a_request_moves_on_when_its_approver_leaves(stage, tmp_path: Path):
    rep, manager, boss, admin = stage.people("冼家俊", "招秀芬", "梁国栋", "司徒亮")
    number = await proposes(rep)
    await manager.finds("【待审批】", number)
    await stage.comes_to_rest()
    with (SAMPLE / "staff.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    gone = next(row for row in rows if row["姓名"] == "招秀芬")
    gone["状态"] = "离职"
    with (tmp_path / "staff.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    done = await asyncio.to_thread(menxia, "staff", "import", tmp_path / "staff.csv", "--data", stage.data)
    assert "1 steps that waited" in done.out
    await boss.finds("【待审批】", number, "暂时空缺")
    await admin.finds(number, "梁国栋")
    await manager.finds("这张卡片已关闭")
    await manager.taps_old("同意", toast="停用")
    await rep.says("我的申请")
    await rep.sees("待审批")
    await boss.taps("同意", toast=f"已同意 {number}")


async def test_the_administrator_reads_every_route_and_nobody_else_does(stage):
    admin, rep = stage.people("司徒亮", "冼家俊")
    await admin.says("审批路线")
    await admin.finds("审批路线 · 折扣变更", "1. 审批：市场管理部经理 招秀芬", "2. 办理：主办会计 关惠珍")
    await admin.finds("审批路线 · 新客户", "备用审批人：总经理 梁国栋")
    await rep.says("审批路线")
    await rep.sees("没有这项权限")


async def test_tasks_are_filtered_by_kind_and_rejected_together(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    filing = await files(rep)
    await approves(clerk, filing)
    change = await proposes(rep, "再让1个点")
    await manager.finds("【待审批】", change)
    await manager.says("我的待办")
    await manager.sees("我的待办 (2)")
    await manager.taps("折扣变更 1")
    seen = await manager.sees("我的待办 (1) · 折扣变更")
    assert "东莞市恒锐" not in seen.text
    await manager.taps("全部类型 2")
    await manager.sees("我的待办 (2)")
    await manager.taps("勾选本页")
    await manager.taps("驳回所选")
    await manager.answers("驳回 2 件", "同意", "本月额度已用完")
    await manager.sees("已驳回", filing, change, "本月额度已用完")
    await rep.finds("【已驳回】", filing, "本月额度已用完")
    await rep.finds("【已驳回】", change, "本月额度已用完")


async def test_a_delegation_is_made_by_a_short_form(stage):
    manager, delegate = stage.people("招秀芬", "潘永昌")
    await manager.says("代理")
    await manager.sees("目前没有人代您审批")
    await manager.taps("新建代理")
    await manager.answers("代理人", "招秀芬", "panyongchang")
    await manager.answers("开始日期", "明天")
    await manager.answers("结束日期", "今天", "三天后")
    await manager.answers("审批类型", "[折扣变更]")
    await manager.answers("折扣下限", "七折", "八五折")
    await manager.sees("代理 · 请核对", "审批类型：折扣变更", "折扣下限：八五折")
    await manager.taps("提交")
    await delegate.finds("【代理】招秀芬请您代为审批", "折扣变更", "最低八五折")
    await manager.says("代理")
    await manager.sees("潘永昌")
    await manager.taps("结束代理：潘永昌")
    await manager.sees("目前没有人代您审批")
    await delegate.finds("您代招秀芬的审批已结束")
