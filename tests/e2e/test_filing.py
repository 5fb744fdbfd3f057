"""Filing a customer from the first word to the ERP number, and every way through the form."""

from __future__ import annotations

from tests.e2e.scripts import ANSWERS, CODE, NAME, approves, drafts, files, goes_to, question, records


async def test_rep_files_customer_and_two_people_approve(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    await rep.says("/new_customer")
    await rep.answers("新客户 1/11 · 客户名称", NAME)
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
    await rep.sees("新客户 · 请核对", f"客户名称：{NAME}", "折扣：九二折", "招秀芬(审批)")
    await rep.taps("提交")
    await rep.sees("【待审批】新客户 KH-", "每一步的进展都会在这里通知您")

    await clerk.sees("【待审批】新客户 KH-", "九二折", "月结30天", "138****8000")
    await clerk.taps("同意", toast="已同意 KH-")
    await clerk.sees("【已同意】", "伍洁莹", "已同意")
    await rep.sees("伍洁莹", "已同意", "下一步：招秀芬")
    await manager.sees("【待审批】新客户 KH-")
    await manager.says("我的待办")
    await manager.sees("我的待办 (1)", f"{NAME} · 冼家俊")
    await manager.taps("同意", toast="已同意 KH-")
    await manager.sees("【已同意】", "招秀芬", "已同意")
    await rep.sees("招秀芬", "已同意", "下一步：伍洁莹/韦小燕")

    await clerk.sees("【待录入】")
    await clerk.taps("已录入")
    await clerk.answers("请发该客户在 ERP 中的编号", "kh0081")
    await clerk.sees("✓ 已录入 KH-", "ERP 客户编号 KH0081")
    await rep.sees("伍洁莹", "已录入", "KH0081", "该客户可以下单了")
    await rep.sees("【已完成】新客户 KH-", "ERP 客户编号：KH0081")
    customer = await stage.customer(NAME)
    assert (customer.state, customer.erp_no, customer.owner_no) == ("active", "KH0081", "YH0004")
    await stage.is_sound(customers=1, requests=1)


async def test_lists_show_what_waits_and_what_was_filed(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    await rep.says("我的申请")
    await rep.sees("您还没有提交过申请")
    await clerk.says("/todo")
    await clerk.sees("暂时没有待办")
    number = await files(rep)
    await clerk.says("/todo")
    await clerk.sees("我的待办 (1)", number[-4:], "九二折")
    await clerk.taps("打开")
    await clerk.sees("【待审批】", number)
    await approves(clerk, number)
    await approves(manager, number)
    await clerk.says("我的待办")
    await clerk.sees("我的待办 (1)", "待录入")
    await records(clerk, number, "KH0081")
    await clerk.says("/menu")
    await clerk.sees("伍洁莹，您好")
    assert "我的待办" in clerk.buttons()
    await rep.says("/mine")
    await rep.sees("我的申请 (1)", f"{NAME} · 已完成 KH0081", number)
    await rep.taps("1. " + NAME[:10])
    await rep.sees("【已完成】", number, "ERP 客户编号：KH0081")
    await stage.is_sound(customers=1, requests=1)


async def test_finished_cards_have_no_button_in_any_chat(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    number = await files(rep)
    await approves(clerk, number)
    await approves(manager, number)
    await records(clerk, number, "KH0081")
    await stage.comes_to_rest()
    for person in [rep, manager, *stage.people("伍洁莹", "韦小燕", "黎倩儿")]:
        for bubble in person.bubbles.values():
            if bubble.text.startswith(("【已", "✓")):
                assert not bubble.buttons, person.transcript()
        assert not person.count("【待"), person.transcript()


async def test_rep_steps_back_keeps_and_overwrites(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "联系人")
    await rep.taps("上一步")
    await rep.sees(question("客户地址"))
    assert rep.buttons()[0].startswith("保留“广东省东莞市")
    await rep.taps("保留")
    await rep.answers(question("联系人"), "陈志强")
    await rep.answers(question("联系电话"), "上一步")
    await rep.answers(question("联系人"), "保留")
    await rep.answers(question("联系电话"), "上一步")
    await rep.answers(question("联系人"), "李秀英")
    await rep.answers(question("联系电话"), "上一步")
    await rep.sees(question("联系人"))
    assert "保留“李秀英”" in rep.buttons()
    await stage.is_sound()


async def test_first_question_has_nothing_before_it(stage):
    rep = stage.person("冼家俊")
    await rep.says("新客户")
    await rep.sees(question("客户名称"))
    assert rep.buttons() == ["取消"]
    await rep.says("上一步")
    await rep.sees("已经是第一题了", question("客户名称"))


async def test_needed_field_cannot_be_skipped(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "客户地址")
    assert "跳过" not in rep.buttons()
    await rep.says("跳过")
    await rep.sees("这一项必填，不能跳过", question("客户地址"))


async def test_every_field_can_be_edited_from_the_summary(stage):
    rep = stage.person("冼家俊")
    await drafts(rep)
    edits = {
        "客户名称": "东莞市恒锐精密五金有限公司",
        "统一社会信用代码": CODE,
        "客户地址": "广东省东莞市虎门镇连升路2号",
        "联系人": "李秀英",
        "联系电话": "0769-22345678转801",
        "折扣": "让利5个点",
        "结算方式": "款到发货",
        "客户类别": "经销商",
        "客户等级": "1",
        "客户来源": "广告",
    }
    for label, answer in edits.items():
        await rep.taps("修改")
        await rep.sees("请选择要修改的项目")
        await rep.taps(label)
        await rep.answers(question(label), answer)
        await rep.sees("新客户 · 请核对", f"{label}：")
    await rep.sees(
        "九五折", "款到发货", "经销商", "客户等级：A", "客户来源：广告", CODE, "0769-22345678 转 801"
    )
    await rep.taps("修改")
    await rep.answers("请选择要修改的项目", "[返回]")
    await rep.answers("新客户 · 请核对", "[提交]")
    await rep.sees("【待审批】新客户", "东莞市恒锐精密五金有限公司")
    await stage.is_sound(customers=1, requests=1)


async def test_typed_words_do_what_buttons_do(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "附件")
    await rep.says("跳过")
    await rep.answers("新客户 · 请核对", "修改")
    await rep.answers("请选择要修改的项目", "联系人")
    await rep.answers(question("联系人"), "李秀英")
    await rep.answers("联系人：李秀英", "客户地址")
    await rep.answers(question("客户地址"), "保留")
    await rep.answers("新客户 · 请核对", "修改")
    await rep.answers("请选择要修改的项目", "返回")
    await rep.answers("新客户 · 请核对", "取消")
    await rep.answers("确定取消吗", "继续填写")
    await rep.answers("新客户 · 请核对", "好的")
    await rep.answers("还没有提交", "提交")
    await rep.sees("【待审批】新客户 KH-")
    await stage.is_sound(customers=1, requests=1)


async def test_edited_optional_field_can_be_emptied(stage):
    rep = stage.person("冼家俊")
    await drafts(rep)
    await rep.says("客户来源")
    await rep.answers(question("客户来源"), "跳过")
    await rep.sees("新客户 · 请核对", "客户来源：未填")


async def test_cancelling_an_empty_form_asks_nothing(stage):
    rep = stage.person("冼家俊")
    await rep.says("/new_customer")
    await rep.answers(question("客户名称"), "[取消]")
    await rep.sees("“新客户”已取消，没有提交任何内容")
    await rep.says("取消")
    await rep.sees("当前没有正在填写的内容")
    await stage.is_sound()


async def test_cancelling_a_filled_form_asks_first(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "联系电话")
    await rep.taps("取消")
    await rep.answers("已填的3项不会保留", "[继续填写]")
    await rep.answers(question("联系电话"), "/cancel")
    await rep.answers("已填的3项不会保留", "[确定取消]")
    await rep.sees("“新客户”已取消")
    await rep.says("继续填写")
    await rep.sees("冼家俊，您好")
    await stage.is_sound()


async def test_many_lines_fill_many_fields_and_say_what_changed(stage):
    rep = stage.person("冼家俊")
    await rep.says("/new_customer")
    await rep.sees(question("客户名称"))
    await rep.says(f"客户名称：{NAME}\n联系人: 陈志强\n电话：13800138000\n折扣 九折\n备注：很急\n地址：佛山")
    report = await rep.sees(question("统一社会信用代码"))
    for line in (f"✓ 客户名称：{NAME}", "✓ 联系人：陈志强", "✓ 联系电话：138 0013 8000", "备注：很急"):
        assert line in report.text
    assert "✘ 客户地址：地址太短" in report.text
    await rep.says("联系人：李秀英\n折扣：七折\n结算方式：款到发货")
    await rep.sees("✓ 联系人：陈志强 → 李秀英", "✘ 折扣：七折低于公司底价八折", "✓ 结算方式：款到发货")
    await rep.says("折扣：九折\n地址：" + ANSWERS["客户地址"])
    await rep.sees("✓ 折扣：九折")


async def test_summary_takes_one_labelled_line(stage):
    rep = stage.person("冼家俊")
    await drafts(rep)
    await rep.says("联系人：李秀英")
    await rep.sees("✓ 联系人：陈志强 采购经理 → 李秀英", "新客户 · 请核对")


async def test_employee_who_is_no_rep_cannot_file(stage):
    clerk = stage.person("伍洁莹")
    await clerk.says("/menu")
    await clerk.sees("伍洁莹，您好")
    assert "新客户" not in clerk.buttons()
    await clerk.says("/new_customer")
    await clerk.sees("您没有这项权限")


async def test_help_menu_and_unknown_words(stage):
    rep = stage.person("冼家俊")
    await rep.says("/start")
    await rep.sees("冼家俊，您好")
    await rep.taps("帮助")
    await rep.sees("在这里可以做什么")
    await rep.taps("菜单")
    await rep.sees("冼家俊，您好")
    await rep.says("今天天气不错")
    await rep.sees("没明白您的意思")
    await rep.sends(("x.jpg", b"\xff\xd8\xff\xe0 picture"), photo=True)
    await rep.sees("现在还不需要发文件")
    await rep.shares_own_number("13800138000")
    await rep.sees("目前只能看懂文字、照片和文件")
    await rep.rewrites("今天天气不错", "我的待办")
    await rep.sees("改过的消息不会重新处理")
