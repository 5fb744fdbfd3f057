"""One message is enough: pasted, understood, completed, corrected and filed, in transcripts."""

from __future__ import annotations

from tests.e2e.scripts import drafts

CARD = (
    "新客户:佛山市鼎锐机电有限公司,佛山市顺德区凤翔路28号,"
    "联系人陈志强 采购经理,手机136 1300 1380,九二折,月结30天"
)


async def test_a_complete_message_is_a_summary_at_once_and_filed_only_on_submission(stage):
    rep = stage.person("冼家俊")
    await rep.says(CARD)
    card = await rep.sees("新客户 · 请核对", "客户名称：佛山市鼎锐机电有限公司", "联系人：陈志强 采购经理")
    assert "客户地址：广东省佛山市顺德区凤翔路28号（请核对）" in card.text
    assert "折扣：九二折(0.92)" in card.text
    assert await stage.scalar("SELECT count(*) FROM requests") == 0
    await rep.taps("提交")
    await rep.sees("KH-")
    await stage.is_sound(customers=1, requests=1)


async def test_only_what_is_missing_is_asked(stage):
    rep = stage.person("冼家俊")
    await rep.says("@内勤 新客户 佛山市鼎锐机电有限公司 13800138000 九五折 月结")
    await rep.sees("已读懂", "客户名称：佛山市鼎锐机电有限公司", "客户地址")
    await rep.says("佛山市顺德区凤翔路28号")
    await rep.sees("联系人")
    await rep.says("老俞")
    question = await rep.sees("结算方式", "“月结”没有写天数")
    assert {"30天", "60天"} <= set(question.buttons)
    await rep.taps("30天")
    await rep.sees("新客户 · 请核对", "结算方式：月结30天")
    await rep.taps("提交")
    await rep.sees("KH-")
    await stage.is_sound(customers=1, requests=1)


async def test_what_could_mean_two_things_is_asked_with_the_candidates_as_buttons(stage):
    rep = stage.person("冼家俊")
    await rep.says("录客户 佛山市鼎锐机电有限公司 佛山市顺德区凤翔路28号 陈志强 13800138000 折扣给8 票到30天")
    question = await rep.sees("折扣", "有几种理解")
    assert {"八折", "九二折"} <= set(question.buttons)
    await rep.taps("九二折")
    await rep.sees("新客户 · 请核对", "折扣：九二折")
    await rep.taps("取消")
    await rep.taps("确定取消")
    await stage.is_sound()


async def test_a_wrong_code_and_a_rate_below_the_floor_are_told_and_the_rest_is_kept(stage):
    rep = stage.person("冼家俊")
    await rep.says(
        "客户名称:佛山市鼎锐机电有限公司\n税号:91441900131307950X\n地址:佛山市顺德区凤翔路28号\n"
        "联系人:陈志强\n手机:13800138000\n折扣:七八折\n现结"
    )
    card = await rep.sees("✘ 折扣", "八折", "统一社会信用代码")
    assert "✓ 联系人：陈志强" in card.text
    await rep.taps("跳过")
    await rep.sees("折扣")
    await rep.says("八五折")
    await rep.sees("新客户 · 请核对", "折扣：八五折")


async def test_a_customer_that_is_there_is_shown_before_the_rest_is_asked(stage):
    rep = stage.person("冼家俊")
    name = await stage.scalar("SELECT name FROM customers WHERE erp_no = 'KH0003'")
    await rep.says(f"新客户 {name} 九五折")
    await rep.sees("✓ 折扣：九五折(0.95)", "⚠️ 该客户已有档案", "负责")
    await rep.says("取消")
    await rep.sees("取消")


async def test_two_customers_in_one_message_are_two_drafts_one_after_the_other(stage):
    rep = stage.person("冼家俊")
    await rep.says(
        "两家一起建档:\n1)佛山市鼎锐机电有限公司 佛山市顺德区凤翔路28号 庞丽清 13977546210 九五折 款到发货\n"
        "2)中山市瀚辰灯饰有限公司 中山市古镇镇同兴路8号 温志强 18807793358 93折 月结30天"
    )
    await rep.sees("一条消息里有2个申请", "新客户 · 请核对", "佛山市鼎锐机电有限公司")
    await rep.taps("提交")
    await rep.finds("KH-", "佛山市鼎锐机电有限公司")
    await rep.sees("接着看您那条消息里的下一个", "中山市瀚辰灯饰有限公司")
    await rep.taps("提交")
    await rep.finds("KH-", "中山市瀚辰灯饰有限公司")
    await stage.is_sound(customers=2, requests=2)


async def test_a_message_in_the_middle_of_a_form_fills_what_it_says(stage):
    rep = stage.person("冼家俊")
    await rep.says("/new_customer")
    await rep.sees("客户名称")
    await rep.says("佛山市鼎锐机电有限公司")
    await rep.sees("统一社会信用代码")
    await rep.says("佛山市顺德区凤翔路28号 陈志强 13800138000 九二折 款到发货")
    card = await rep.sees("✓ 联系人：陈志强", "✓ 折扣：九二折(0.92)")
    assert "客户名称" not in card.text.split("统一社会信用代码")[0]
    await rep.says("折扣：九折\n结算方式：月结30天")
    await rep.sees("折扣：九二折 → 九折", "结算方式：款到发货 → 月结30天")


async def test_a_contradiction_inside_a_form_is_never_silent(stage):
    rep = stage.person("冼家俊")
    await drafts(rep)
    await rep.says("东莞市恒锐五金制品有限公司,联系人李强,13900139000,九折,月结60天")
    await rep.sees("九二折(0.92) → 九折(0.9)", "月结30天 → 月结60天")
    await rep.sees("新客户 · 请核对")


async def test_a_change_of_discount_is_read_against_the_register(stage):
    rep = stage.person("冼家俊")
    customer = (
        await stage.rows(
            "SELECT name, rate FROM customers WHERE owner_no = 'YH0004' AND state = 'maintained'"
            " AND rate >= 9000 AND rate < 10000 ORDER BY id LIMIT 1"
        )
    )[0]
    await rep.says(f"{customer.name}再让2个点,隔壁厂家报得更低")
    card = await rep.sees("折扣变更 · 请核对", customer.name, "隔壁厂家报得更低")
    assert "生效日期" in card.text
    assert "（请核对）" in card.text
    await rep.taps("提交")
    await rep.sees("ZK-")
    assert await stage.scalar("SELECT new_rate FROM discount_changes") == customer.rate - 200
    await stage.is_sound(requests=1)


async def test_a_message_taken_for_the_wrong_thing_is_read_again_as_another(stage):
    rep = stage.person("冼家俊")
    name = await stage.scalar(
        "SELECT name FROM customers WHERE owner_no = 'YH0004' AND state = 'maintained' LIMIT 1"
    )
    await rep.says(f"新客户 {name} 九一折 量上来了")
    await rep.sees("⚠️ 该客户已有档案")
    await rep.taps("不是“新客户”？")
    await rep.sees("您想办的是？")
    await rep.taps("折扣变更")
    await rep.sees("折扣变更", name)
    assert await stage.scalar("SELECT count(*) FROM requests") == 0


async def test_questions_data_changes_loans_and_chat_go_where_they_belong(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    name = await stage.scalar(
        "SELECT name FROM customers WHERE owner_no = 'YH0004' AND state = 'maintained' LIMIT 1"
    )
    await rep.says(f"{name}现在给的几折,是月结还是现结来着")
    await rep.sees(name)
    await rep.says(f"{name}换采购了,以后找李婉霞 18902530617")
    await rep.sees("由销售内勤直接修改", "伍洁莹")
    await clerk.says(f"{name}换采购了,以后找李婉霞 18902530617")
    await clerk.sees("李婉霞", name)
    await rep.says("想借一下研发部甘泉的员工管理档案,做试用期考核要核对入职材料,这周五还")
    loan = await rep.sees("已读懂", "甘泉", "借阅事由：做试用期考核要核对入职材料")
    assert "归还日期" in loan.text
    await rep.says("菜单")
    await rep.says("明天上午十点提醒我给铭骏的采购回电话")
    await rep.sees("没明白您的意思")


async def test_whoever_may_not_file_is_refused(stage):
    keeper = stage.person("陆佩珊")
    await keeper.says(CARD)
    await keeper.sees("没有这项权限")
    await stage.is_sound()
