"""Reminders in transcripts: the digest and its buttons, what people wish, who was reminded, the report."""

from __future__ import annotations

from tests.e2e.scripts import NAME, files

MORNING = "2026-11-25T09:00"


async def test_a_borrower_renews_from_the_digest_and_it_is_brought_up_to_date(stage):
    borrower, hr = stage.people("卢绍峰", "欧阳静")
    assert await stage.sweeps(MORNING) > 0
    digest = await borrower.sees(
        "【今日提醒】11月25日 周三", "档案借还", "岑美玲 RS-0009", "应还日期：11月25日"
    )
    assert list(digest.buttons)[:2] == ["1 续借", "归还"]
    await borrower.taps("1 续借")
    await hr.sees("【待审批】续借", "卢绍峰")
    await borrower.finds("续借")
    await hr.taps("同意")
    digest = await borrower.finds("【今日提醒】11月25日 周三", "✓ 1. 您借的岑美玲 RS-0009")
    assert not any("续借" in label for label in digest.buttons)
    assert await stage.sweeps("2026-11-25T09:30") == 0


async def test_hr_sees_what_is_due_in_one_message_and_who_was_reminded(stage):
    hr, keeper, leader = stage.people("欧阳静", "陆佩珊", "庞博")
    await stage.sweeps(MORNING)
    digest = await hr.sees("【今日提醒】", "转正与合同", "需您过问", "试用期11月30日")
    assert "6人缺件：骆思远、李文静" in digest.text
    assert "12 缺件清单" in digest.buttons
    await keeper.sees("【今日提醒】", "庞博借的JY-2026-010还没归还")
    await leader.sees("【今日提醒】", "李文静 RS-0034", "应还日期：11月18日")
    await stage.comes_to_rest()
    await hr.says("提醒记录")
    log = await hr.sees("提醒记录", "已送达")
    await hr.taps("下一页")
    await hr.finds("提醒记录", "缺件")
    assert "RS-0034" not in log.text


async def test_the_digest_can_be_put_off_and_silenced(stage):
    borrower = stage.person("卢绍峰")
    await stage.sweeps(MORNING)
    await borrower.sees("【今日提醒】")
    await borrower.taps("稍后提醒")
    await borrower.taps("返回")
    await borrower.taps("稍后提醒")
    await borrower.taps("下周", toast="再提醒")
    await borrower.finds("⏰", "再提醒")
    await borrower.taps("今天不再提醒", toast="今天不再提醒")
    await borrower.finds("🔕 今天不再提醒")


async def test_an_approval_is_given_from_the_digest(stage):
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    await files(rep)
    await clerk.sees("【待审批】")
    await stage.change(
        lambda work: work.connection.exec_driver_sql("UPDATE steps SET opened_at = '2026-11-23 02:00:00'")
    )
    await stage.sweeps(MORNING)
    digest = await clerk.sees("【今日提醒】", "待您审批", NAME, "已等")
    approve = next(label for label in digest.buttons if label.endswith("同意"))
    await clerk.taps_at(digest, approve)
    digest = await clerk.finds("【今日提醒】", f"✓ 1. 新客户 {NAME}")
    await rep.finds("已同意")
    assert not [label for label in digest.buttons if label.endswith("同意")]


async def test_what_is_due_can_be_asked_for_at_any_time_and_information_turned_off(stage):
    rep, leader = stage.people("冼家俊", "庞博")
    await rep.says("提醒")
    await rep.sees("目前没有需要您处理的提醒")
    await leader.says("提醒")
    await leader.sees("【今日提醒】", "李文静 RS-0034")
    await rep.says("提醒设置")
    await rep.sees("提醒设置", "属于您职责的提醒不能关闭")
    await rep.taps("☑ 周报")
    await rep.taps("☐ 周报")
    await rep.taps("☑ 周报")
    assert await stage.scalar("SELECT count(*) FROM reminders_turned_off") == 1
    await rep.says("提醒记录")
    await rep.sees("没有这项权限")


async def test_the_weekly_report_is_a_picture_with_its_numbers(stage):
    hr, rep = stage.people("欧阳静", "冼家俊")
    await hr.says("周报")
    report = await hr.sees("周报", "借出档案", "待审批")
    assert report.file is not None
    assert "提交新客户" not in report.text, "HR does not see what reps file"
    picture = await stage.ask("GET", report.file["url"])
    assert picture.startswith(b"\x89PNG")
    await rep.says("周报")
    await rep.sees("没有这项权限")


async def test_the_calendar_is_shown_and_changed_in_words(stage):
    admin, rep = stage.people("司徒亮", "冼家俊")
    await rep.says("工作日历")
    await rep.sees("工作日历", "今天是")
    await rep.says("工作日历 2031-02-20 上班")
    await rep.sees("没有这项权限")
    await admin.says("工作日历 2031-02-22 上班 春节调休")
    await admin.sees("✓ 2031年2月22日", "工作日")
    await admin.says("工作日历 2031-02-22 恢复")
    await admin.sees("✓ 2031年2月22日", "休息日")
    await admin.says("工作日历 2031-02-30 上班")
    await admin.sees("⚠️")
    assert await stage.scalar("SELECT count(*) FROM calendar_overrides") == 0


async def test_a_rep_notes_a_contact_from_the_digest(stage):
    rep = stage.person("薛佳")
    await stage.sweeps(MORNING)
    digest = await rep.sees("【今日提醒】", "没有跟进")
    label = next(label for label in digest.buttons if "已跟进" in label)
    await rep.taps_at(digest, label, toast="已记录")
    await rep.finds("【今日提醒】", "✓")
