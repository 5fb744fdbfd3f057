"""Filing a customer from the first word to the ERP number, as the people see it."""

from __future__ import annotations


async def test_rep_files_customer_and_two_people_approve(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    await rep.says("/new_customer")
    await rep.answers("新客户 1/11 · 客户名称", "东莞市恒锐五金制品有限公司")
    await rep.answers("新客户 2/11 · 统一社会信用代码", "[跳过]")
    await rep.answers("新客户 3/11 · 客户地址", "广东省东莞市长安镇振安东路28号")
    await rep.answers("新客户 4/11 · 联系人", "陈志强 采购经理")
    await rep.answers("新客户 5/11 · 联系电话", "13800138000")
    await rep.answers("新客户 6/11 · 折扣", "92折")
    await rep.answers("新客户 7/11 · 结算方式", "[月结30天]")
    await rep.answers("新客户 8/11 · 客户类别", "[企业]")
    await rep.answers("新客户 9/11 · 客户等级", "[B]")
    await rep.answers("新客户 10/11 · 客户来源", "[介绍]")
    await rep.answers("新客户 11/11 · 附件", "[跳过]")
    await rep.sees("新客户 · 请核对", "客户名称：东莞市恒锐五金制品有限公司", "折扣：九二折", "招秀芬(审批)")
    await rep.taps("提交")
    await rep.sees("【待审批】新客户 KH-", "每一步的进展都会在这里通知您")

    await clerk.sees("【待审批】新客户 KH-", "折扣 九二折 · 结算方式 月结30天", "138****8000")
    await clerk.taps("同意", toast="已同意 KH-")
    await clerk.sees("【已同意】", "伍洁莹 已同意")
    await rep.sees("伍洁莹 已同意", "下一步：招秀芬")
    await manager.sees("【待审批】新客户 KH-")
    await manager.says("我的待办")
    await manager.sees("我的待办 (1)", "东莞市恒锐五金制品有限公司 · 冼家俊")
    await manager.taps("同意", toast="已同意 KH-")
    await manager.sees("【已同意】", "招秀芬 已同意")
    await rep.sees("招秀芬 已同意", "下一步：伍洁莹/韦小燕")

    await clerk.sees("【待录入】")
    await clerk.taps("已录入")
    await clerk.answers("请发该客户在 ERP 中的编号", "kh0081")
    await clerk.sees("✓ 已录入 KH-", "ERP 客户编号 KH0081")
    await rep.sees("伍洁莹 已录入：KH0081", "该客户可以下单了")
    await rep.sees("【已完成】新客户 KH-", "ERP 客户编号：KH0081")
    customer = await stage.customer("东莞市恒锐五金制品有限公司")
    assert (customer.state, customer.erp_no, customer.owner_no) == ("active", "KH0081", "YH0004")
    await stage.is_sound(customers=1, requests=1)
