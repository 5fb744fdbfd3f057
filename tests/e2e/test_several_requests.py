"""One message that asks for several things: each becomes a draft of its own, and nothing is lost."""

from __future__ import annotations

import pytest

NEW = "新客户 佛山市鼎锐机电有限公司,佛山市顺德区凤翔路28号,陈志强,13613001380,九二折,月结30天"
LOAN = "借甘泉的员工管理档案,核对入职材料,三天后还"


@pytest.fixture
async def known(stage) -> str:
    """Name a customer of 冼家俊 whose rate leaves room for a change."""
    return str(
        await stage.scalar(
            "SELECT name FROM customers WHERE owner_no = 'YH0004' AND state = 'maintained'"
            " AND rate >= 9000 AND rate < 10000 ORDER BY id LIMIT 1"
        )
    )


async def lends(rep) -> None:
    await rep.sees("档案借阅", "借阅范围")
    await rep.taps("整份档案")
    await rep.sees("借阅方式")
    await rep.taps("查阅")
    await rep.sees("借阅须知")
    await rep.taps("已阅读，我会遵守")
    await rep.sees("档案借阅 · 请核对", "甘泉", "核对入职材料")
    await rep.taps("提交")


async def test_a_change_a_loan_and_a_new_customer_follow_one_another(stage, known):
    rep = stage.person("冼家俊")
    await rep.says(f"今天三件事:\n1.{known}再让2个点,量上来了\n2.{LOAN}\n3.{NEW}")
    await rep.sees("一条消息里有3个申请", "折扣变更 · 请核对", known)
    await rep.taps("提交")
    following = await rep.sees("接着看您那条消息里的下一个", "✓ 档案：", "甘泉", "✓ 借阅事由：核对入职材料")
    assert "【待审批】" not in following.text  # the question comes last, below the card of what was filed
    await lends(rep)
    await rep.sees("接着看您那条消息里的下一个", "新客户 · 请核对", "佛山市鼎锐机电有限公司")
    await rep.taps("提交")
    await rep.finds("KH-", "佛山市鼎锐机电有限公司")
    await stage.is_sound(customers=1, requests=3)


async def test_files_named_together_are_loans_of_their_own(stage):
    rep = stage.person("冼家俊")
    await rep.says("借甘泉和骆思远的员工管理档案,核对入职材料,三天后还")
    await rep.sees("一条消息里有2个申请", "甘泉", "借阅事由：核对入职材料")
    await lends(rep)
    await rep.sees("接着看您那条消息里的下一个", "骆思远", "✓ 借阅事由：核对入职材料")


async def test_a_question_is_answered_and_the_request_beside_it_drafted(stage, known):
    rep = stage.person("冼家俊")
    await rep.says(f"{known}现在几折?\n另外{LOAN}")
    await rep.sees("已读懂", "甘泉")
    await rep.finds(known, "折")


async def test_data_of_two_customers_do_not_mix(stage, known):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    other = await stage.scalar(
        "SELECT name FROM customers WHERE state = 'maintained' AND name <> :known ORDER BY id DESC LIMIT 1",
        known=known,
    )
    said = f"1. {known}电话改成 13977218403\n2. {other}联系人换成李梅"
    await clerk.says(said)
    await clerk.sees("一条消息里有2个申请", known, "139 7721 8403")
    await rep.says(f"{known}再让1个点,量上来了\n{known}联系人换成李梅 13977218404")
    await rep.sees("折扣变更 · 请核对", known)
    await rep.finds("由销售内勤直接修改", "伍洁莹")


async def test_the_rest_of_a_long_list_is_given_back(stage):
    rep = stage.person("冼家俊")
    names = [row.name for row in await stage.rows("SELECT name FROM customers ORDER BY id LIMIT 12")]
    await rep.says("\n".join(f"{at}. {name} 现结改款到发货 账上紧" for at, name in enumerate(names, 1)))
    await rep.sees("一条消息里有10个申请")
    given_back = await rep.finds("一次先识别这么多")
    assert names[9] not in given_back.text
    assert all(name in given_back.text for name in names[10:])


async def test_a_name_like_another_is_confirmed_when_its_turn_comes(stage):
    rep = stage.person("冼家俊")
    alike = "佛山市南海区弘昌五金塑料有限公司"  # 宏昌 is on file
    second = f"{alike},佛山市顺德区凤翔路30号,温志强,18807793358,93折,现结"
    await rep.says(f"两家一起建档:\n1){NEW.removeprefix('新客户 ')}\n2){second}")
    await rep.sees("新客户 · 请核对", "佛山市鼎锐机电有限公司")
    await rep.taps("提交")
    await rep.sees("接着看您那条消息里的下一个", "✓ 联系人：温志强", "宏昌")
    await rep.taps("确认")
    await rep.sees("新客户 · 请核对", alike)


async def test_what_was_meant_otherwise_is_read_again_and_the_next_one_stays(stage, known):
    rep = stage.person("冼家俊")
    await rep.says(f"1.新客户 {known} 再让1个点,量上来了\n2.{LOAN}")
    await rep.sees("一条消息里有2个申请", known)
    await rep.taps("不是“新客户”？")
    await rep.sees("您想办的是？")
    await rep.taps("折扣变更")
    await rep.sees("折扣变更 · 请核对", known)
    await rep.taps("提交")
    await rep.sees("接着看您那条消息里的下一个", "甘泉")


async def test_a_rate_that_holds_already_is_told(stage, known):
    rep = stage.person("冼家俊")
    rate = await stage.scalar("SELECT rate FROM customers WHERE name = :name", name=known)
    await rep.says(f"{known}改成0.{rate // 100},量上来了")
    await rep.sees("就是现行的，没有变化", "折扣变更", "新折扣")


async def test_another_wish_in_the_middle_of_a_form_opens_a_draft_of_its_own(stage, known):
    rep = stage.person("冼家俊")
    await rep.says("/new_customer")
    await rep.sees("客户名称")
    await rep.says("佛山市恒锐五金有限公司")
    await rep.sees("统一社会信用代码")
    await rep.says(f"{known}再让1个点,量上来了")
    await rep.sees("折扣变更 · 请核对", known)
    await rep.finds("“新客户”先放着")
    await rep.finds("新客户 2/11 · 统一社会信用代码")  # the question that was left keeps its own title
    await rep.taps("提交")
    await rep.finds("ZK-")
    await rep.says("/new_customer")
    await rep.finds("佛山市恒锐五金有限公司")


async def test_an_answer_that_only_speaks_of_another_customer_stays_an_answer(stage, known):
    rep = stage.person("冼家俊")
    await rep.says(f"{known}申请九三折")
    await rep.sees("变更原因")
    await rep.says("新客户佛山鼎锐都给了九折")
    await rep.sees("折扣变更 · 请核对", "新客户佛山鼎锐都给了九折")


async def test_an_answer_in_own_words_is_not_taken_for_another_wish(stage, known):
    rep = stage.person("冼家俊")
    await rep.says("借甘泉的员工管理档案,三天后还")
    await rep.sees("档案借阅", "借阅范围")
    await rep.taps("整份档案")
    await rep.sees("借阅方式")
    await rep.taps("查阅")
    await rep.sees("借阅事由")
    await rep.says(f"{known}申请改89折的合同要核对签字")
    await rep.sees("借阅须知")
    await rep.taps("已阅读，我会遵守")
    await rep.sees("档案借阅 · 请核对", f"{known}申请改89折的合同要核对签字")


async def test_only_the_request_that_was_misread_is_read_again(stage, known):
    rep = stage.person("冼家俊")
    other = await stage.scalar(
        "SELECT name FROM customers WHERE owner_no = 'YH0004' AND state = 'maintained'"
        " AND rate >= 9000 AND name <> :known ORDER BY id DESC LIMIT 1",
        known=known,
    )
    await rep.says(f"1.{known}再让1个点,量大了\n2.{other}再让1个点,量大了\n3.{LOAN}")
    await rep.sees("一条消息里有3个申请", known)
    await rep.taps("提交")
    await rep.sees("接着看您那条消息里的下一个", other)
    await rep.taps("不是“折扣变更”？")
    await rep.sees("您想办的是？")
    await rep.taps("新客户")
    await rep.sees("新客户", "该客户已有档案")
    assert [draft["form"] for draft in (await stage.conversation(rep))["drafts"]] == [
        "file_loan",
        "new_customer",
    ]
    assert await stage.scalar("SELECT count(*) FROM requests") == 1


async def test_what_is_not_kept_and_what_one_may_not_do_is_told(stage, known):
    clerk, keeper = stage.people("伍洁莹", "甘泉")
    await clerk.says(f"1. {known}邮箱改成a@lyan.com\n2. {LOAN}")
    await clerk.sees("已读懂", "甘泉")
    await clerk.finds("未登记", "a@lyan.com")
    await keeper.says(f"{known}现在几折?\n另外借骆思远的员工管理档案,核对入职材料,三天后还")
    await keeper.sees("已读懂", "骆思远")
    await keeper.finds("没有这项权限")
