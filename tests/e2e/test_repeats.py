"""What comes twice takes effect once: double taps, late taps, and updates delivered again."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tests.e2e.scripts import NAME, drafts, files, goes_to, question


async def test_double_tap_on_submit_files_once(stage):
    rep = stage.person("冼家俊")
    await drafts(rep)
    _first, second = await rep.taps_twice("提交")
    assert "已经提交过了，单号 KH-" in second
    await rep.sees("【待审批】新客户 KH-")
    await stage.comes_to_rest()
    assert rep.count("【待审批】") == 1
    await stage.is_sound(customers=1, requests=1)


async def test_double_tap_on_approve_decides_once(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    first, second = await clerk.taps_twice("同意")
    assert first == f"已同意 {number}"
    assert second.startswith(f"您已处理过 {number}")
    await clerk.sees("【已同意】", number)
    assert await stage.scalar("SELECT count(*) FROM audit WHERE action = 'step_approved'") == 1
    await stage.is_sound(customers=1, requests=1)


async def test_late_tap_on_an_approved_card_says_who_and_when(stage):
    rep, clerk, other = stage.people("冼家俊", "伍洁莹", "韦小燕")
    number = await files(rep)
    await other.sees("【待审批】", number)
    await clerk.taps("同意", toast=f"已同意 {number}")
    await other.sees("【已同意】", "伍洁莹")
    for label in ("同意", "驳回", "退回"):
        notice = await other.taps_old(label, toast=f"{number} 已由伍洁莹处理")
        assert "月" in notice
    await stage.is_sound(customers=1, requests=1)


async def test_button_of_an_old_question_acts_no_more(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "折扣")
    await rep.taps("九折")
    await rep.sees(question("结算方式"))
    await rep.taps_old("八五折", toast="这一题已经答过了")
    await stage.comes_to_rest()
    await rep.says("现结")
    await rep.sees(question("客户类别"))
    assert Decimal((await stage.conversation(rep))["drafts"][0]["answers"]["rate"]) == Decimal("0.9")
    await stage.is_sound()


async def test_button_of_a_submitted_form_tells_its_number(stage):
    rep = stage.person("冼家俊")
    number = await files(rep)
    await rep.taps_old("跳过", toast=f"已经提交过了，单号 {number}")
    await rep.taps_old("修改", toast=f"已经提交过了，单号 {number}")
    await stage.is_sound(customers=1, requests=1)


async def test_button_of_a_cancelled_form_says_so(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "联系人")
    await rep.taps("取消")
    await rep.answers("确定取消吗", "[确定取消]")
    await rep.sees("已取消")
    await rep.taps_old("上一步", toast="这份草稿已经不在了")
    await stage.is_sound()


async def test_redelivered_text_is_not_taken_twice(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "联系人")
    await rep.says("陈志强")
    await rep.sees(question("联系电话"))
    await stage.comes_to_rest()
    said = len(rep.bubbles)
    await stage.redeliver(await stage.last_update())
    assert len(rep.bubbles) == said, rep.transcript()
    await rep.says("13800138000")
    await rep.sees(question("折扣"))
    await stage.is_sound()


async def test_redelivered_tap_is_answered_as_it_was(stage):
    """The first acknowledgement is lost; the update comes again, and the stored notice with it."""
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    await stage.fault("answerCallbackQuery", "500")
    tap = asyncio.create_task(clerk.taps("同意"))
    await clerk.sees("【已同意】", number)
    await stage.faults_have_struck()
    assert not tap.done()
    await stage.redeliver(await stage.last_update())
    assert await tap == f"已同意 {number}"
    assert await stage.scalar("SELECT count(*) FROM audit WHERE action = 'step_approved'") == 1
    await stage.is_sound(customers=1, requests=1)


async def test_redelivered_submit_files_once(stage):
    rep = stage.person("冼家俊")
    await files(rep)
    await stage.comes_to_rest()
    said = len(rep.bubbles)
    for _again in range(2):
        await stage.redeliver(await stage.last_update())
    assert len(rep.bubbles) == said, rep.transcript()
    assert (await stage.customer(NAME)).state == "pending"
    await stage.is_sound(customers=1, requests=1)


async def test_every_update_of_a_filing_delivered_again_changes_nothing(stage):
    rep = stage.person("冼家俊")
    first = await stage.last_update()
    await files(rep)
    await stage.comes_to_rest()
    before = [(b.message_id, b.text) for b in rep.bubbles.values()]
    for update in range(first + 1, await stage.last_update() + 1):
        await stage.redeliver(update)
    assert [(b.message_id, b.text) for b in rep.bubbles.values()] == before
    await stage.is_sound(customers=1, requests=1)
