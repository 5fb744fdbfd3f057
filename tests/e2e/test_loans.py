"""Lending a personnel file from the first word to the shelf, in transcripts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.app import CONSEQUENCES, make_turns
from bot.clock import now
from bot.messengers.telegram_events import CHANNEL
from bot.settings import load_settings
from domain.approvals.holes import mend_holes
from domain.loans.lapsing import lapse_loans
from domain.loans.leaving import begin_leaving
from domain.people import StaffState
from domain.personnel_files.files import FileState
from domain.personnel_files.moves import put_file
from storage.unit_of_work import SqlWork
from tests.support.person import Person

JY = re.compile(r"JY-\d{8}-\d{4}")
SHANGHAI = ZoneInfo("Asia/Shanghai")
FILE = "RS-0004"  # of 冼家俊, ordinary, kept by 人力资源部: 31 pages
PAGES = "31页，无误"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256))


def number_in(text: str) -> str:
    found = JY.search(text)
    assert found, text
    return found[0]


async def asks_for(
    borrower: Person, file: str = FILE, *, due: str = "一周后", mode: str = "借出", parts: str = "[整份档案]"
) -> str:
    """Fill the form and submit it; give the loan's number."""
    await borrower.says("借档案")
    await borrower.answers("档案借阅 1/6 · 档案", file)
    await borrower.answers("借阅范围", parts)
    await borrower.answers("借阅方式", f"[{mode}]")
    await borrower.answers("借阅事由", "[职称评审]")
    await borrower.answers("归还日期", due)
    await borrower.answers("借阅须知", "[已阅读，我会遵守]")
    await borrower.sees("档案借阅 · 请核对")
    await borrower.taps("提交")
    return number_in((await borrower.sees("【待审批】档案借阅 JY-")).text)


async def agrees(approver: Person, number: str) -> None:
    card = await approver.finds("【待审批】", number)
    await approver.taps_at(card, "同意", toast=f"已同意 {number}")


async def is_lent(stage, borrower: Person, keeper: Person, *approvers: Person, file: str = FILE) -> str:
    """Ask, approve and hand over."""
    number = await asks_for(borrower, file)
    for approver in approvers:
        await agrees(approver, number)
    await keeper.finds("【待交接】", number)
    await keeper.taps("确认交接")
    await keeper.sees("请当面清点页数")
    await keeper.taps(PAGES)
    await borrower.finds("已清点31页，请您确认")
    await borrower.taps("确认交接")
    await borrower.sees("保管员清点为31页")
    await borrower.taps(PAGES)
    await borrower.finds("【已借出】", number)
    return number


async def test_a_file_goes_out_and_comes_back(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await asks_for(borrower)
    card = await boss.finds("【待审批】", number)
    assert "冼家俊 RS-0004 · 莫志坚(销售一部)" in card.text
    assert "档案 RS-0004 · 人事档案 · 人力资源部" in card.text
    assert "借阅 借出 · 整份档案" in card.text
    assert "由您审批：直属上级（查阅途径为借阅）" in card.text
    await boss.taps("同意")
    await agrees(hr, number)
    await keeper.finds("【待交接】", "由您办理：保管单位档案管理员", "目录31页；双方均未清点")
    fetch = await borrower.finds("【待交接】", "请到人力资源部领取", "逾期自动失效")
    await keeper.taps("确认交接")
    await keeper.sees("页数 · JY-", "请当面清点页数")
    await keeper.taps(PAGES)
    await keeper.sees("您已清点31页，等借阅人在自己手机上确认")
    await keeper.finds("保管员陆佩珊清点31页")
    assert await stage.scalar("SELECT state FROM personnel_files WHERE number = 'RS-0004'") == "shelved"
    await borrower.taps_at(fetch, "确认交接")
    await borrower.sees("保管员清点为31页")
    await borrower.taps(PAGES)
    await borrower.sees("交接完成：31页")
    await borrower.finds("【已借出】", "应还")
    await keeper.says("RS-0004在谁手里")
    await keeper.sees("冼家俊 RS-0004", "现由莫志坚(销售一部)持有")
    await borrower.taps("归还", toast="请当面核对")
    await keeper.finds("借阅人正在送还")
    await keeper.taps("核对归还")
    await keeper.sees("对照目录核对")
    await keeper.taps("✓ 完好，31页")
    await keeper.sees("已归还，完好")
    await borrower.finds("【已归还】", "完好，归还31页，借出31页")
    await borrower.taps("确认", toast="办结")
    await borrower.sees("借阅人已确认")
    assert await stage.scalar("SELECT state FROM personnel_files WHERE number = 'RS-0004'") == "shelved"
    await stage.is_sound(requests=1)


async def test_the_borrower_may_count_first(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await asks_for(borrower)
    await agrees(boss, number)
    await agrees(hr, number)
    await borrower.finds("【待交接】", number)
    await borrower.taps("确认交接")
    await borrower.answers("请当面清点页数", "三十一页")
    await borrower.sees("等保管员确认")
    await keeper.finds("莫志坚已清点31页，请您确认")
    await keeper.taps("确认交接")
    await keeper.sees("请当面清点页数")
    await keeper.taps(PAGES)
    await keeper.sees("交接完成：31页")
    await borrower.finds("【已借出】", number)
    await stage.is_sound(requests=1)


async def test_two_counts_that_differ_are_counted_again(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await asks_for(borrower)
    await agrees(boss, number)
    await agrees(hr, number)
    await keeper.finds("【待交接】", number)
    await keeper.taps("确认交接")
    await keeper.answers("请当面清点页数", "很多", "30")
    await keeper.sees("与目录的31页不符")
    await borrower.finds("已清点30页")
    await borrower.taps("确认交接")
    await borrower.answers("保管员清点为30页", "31")
    await borrower.sees("等保管员确认")
    await keeper.finds("莫志坚已清点31页")
    assert await stage.scalar("SELECT state FROM loans WHERE number = :n", n=number) == "approved"
    await keeper.taps("确认交接")
    await keeper.sees("请当面清点页数")
    await keeper.taps(PAGES)
    await borrower.finds("【已借出】", number)


async def test_a_photo_may_come_with_the_count(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await asks_for(borrower)
    await agrees(boss, number)
    await agrees(hr, number)
    await keeper.finds("【待交接】", number)
    await keeper.taps("确认交接")
    await keeper.sees("如需拍照，请先发照片")
    await keeper.sends(("bag.jpg", JPEG), photo=True)
    await keeper.sees("照片已收到")
    await keeper.says("31")
    await keeper.sees("您已清点31页")
    assert await stage.scalar("SELECT count(*) FROM attachments WHERE state = 'kept'") == 1
    assert "[]" not in str(await stage.scalar("SELECT photos FROM loans WHERE number = :n", n=number))


async def test_the_keeper_is_replaced_between_the_two_counts(stage):
    """What the former keeper counted no longer stands; the new one counts anew."""
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    other = stage.person("石岩")
    number = await asks_for(borrower)
    await agrees(boss, number)
    await agrees(hr, number)
    await keeper.finds("【待交接】", number)
    await keeper.taps("确认交接")
    await keeper.sees("请当面清点页数")
    await keeper.taps(PAGES)
    await borrower.finds("已清点31页，请您确认")
    await stage.change(lambda work: takes_over(work, keeper.staff_no, other.staff_no))
    await borrower.taps("确认交接")
    await borrower.sees("请当面清点页数")
    await borrower.taps(PAGES)
    await borrower.sees("等保管员确认")
    await keeper.finds("这张卡片已关闭")
    await other.finds("莫志坚已清点31页", "【待交接】", number)
    await other.taps("确认交接")
    await other.sees("请当面清点页数")
    await other.taps(PAGES)
    await borrower.finds("【已借出】", number)


def takes_over(work: SqlWork, former: str, keeper: str) -> None:
    """The former keeper leaves, and the other is moved to their department, as an import would do it."""
    register = work.people.register()
    gone, new = register[former], register[keeper]
    work.people.put_staff(replace(gone, employee=replace(gone.employee, state=StaffState.LEFT)))
    moved = replace(new.employee, department_no=gone.employee.department_no)
    work.people.put_staff(replace(new, employee=moved))
    work.consequences = CONSEQUENCES
    mend_holes(work, now())


async def test_a_stand_in_takes_back_by_a_word_what_no_keeper_can(stage):
    """归还 of a manager begins the check where a file waits for them; else it means their own loans."""
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    steward = stage.person("霍敬贤")
    number = await is_lent(stage, borrower, keeper, boss, hr)
    await steward.says("归还")
    await steward.sees("您没有借出的档案")
    await stage.change(lambda work: leave(work, "陆佩珊", "石岩", "欧阳静"))
    await steward.says(f"归还 {FILE}")
    await steward.sees(f"归还核对 · {number}", "冼家俊", "莫志坚")
    await steward.taps("✓ 完好，31页")
    await steward.sees(f"{number} 已归还，完好")
    await borrower.finds("【已归还】", "完好，归还31页，借出31页")


def leave(work: SqlWork, *names: str) -> None:
    for member in work.people.register().values():
        if member.employee.name in names:
            work.people.put_staff(replace(member, employee=replace(member.employee, state=StaffState.LEFT)))


async def test_a_loan_is_renewed_in_one_tap_and_once_only(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await is_lent(stage, borrower, keeper, boss, hr)
    due = await stage.scalar("SELECT due_on FROM loans WHERE number = :n", n=number)
    first, second = await borrower.taps_twice("续借")
    assert "已申请续借 XJ-" in first + second
    assert await stage.scalar("SELECT count(*) FROM requests WHERE kind = 'loan_renewal'") == 1
    lent = await borrower.finds("【已借出】", "续借正在审批")
    assert "续借" not in lent.buttons
    card = await hr.finds("【待审批】续借 XJ-", f"借阅 {number}", "→")
    await hr.taps_at(card, "同意")
    await borrower.finds("【归还日期变更】", "欧阳静：XJ-")
    assert await stage.scalar("SELECT due_on FROM loans WHERE number = :n", n=number) > due
    await borrower.says("续借")
    await borrower.sees("已续借1次")
    await stage.is_sound(requests=2)


async def test_a_renewal_that_the_return_overtakes_lapses(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    await is_lent(stage, borrower, keeper, boss, hr)
    await borrower.taps("续借")
    card = await hr.finds("【待审批】续借 XJ-")
    await keeper.says(f"归还 {FILE}")
    await keeper.sees("对照目录核对")
    await keeper.taps("✓ 完好")
    await hr.sees("【已失效】续借 XJ-")
    assert "同意" not in hr.bubbles[card.message_id].buttons
    await borrower.finds("已失效：已过期，或所涉事项已经结束")
    await stage.is_sound(requests=2)


async def test_what_is_not_intact_opens_an_incident_until_hr_closes_it(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await is_lent(stage, borrower, keeper, boss, hr)
    await keeper.says("归还")
    await keeper.answers("归还核对 1/3 · 借阅", "冼家俊")
    await keeper.answers("档案状况", "[缺页]")
    await keeper.answers("页数", "31")
    await keeper.answers("借出31页，归还31页，并不缺页", "29")
    await keeper.sees("涉及的材料")
    await keeper.taps("☐ e2")
    await keeper.sees("涉及的材料")
    await keeper.taps("完成 (1)")
    await keeper.answers("问题说明", "e2 缺第3、4页")
    await keeper.answers("照片", "[跳过]")
    await keeper.sees("归还核对 · 请核对", "涉及的材料：e2 缺页")
    await keeper.taps("提交")
    await borrower.finds("【已归还】", "缺页，归还29页，借出31页", "e2 缺页", "e2 缺第3、4页")
    await hr.finds("【档案异常】冼家俊 RS-0004", "缺页：e2 缺第3、4页", number, "档案目前检查中")
    await borrower.taps("有异议")
    await borrower.answers("哪里不对", "领的时候就只有29页")
    await borrower.sees("已转人力资源部核查")
    await keeper.finds("借阅人有异议：领的时候就只有29页")
    await keeper.says("异常")
    await keeper.sees("异常 (2)", "冼家俊 RS-0004")
    await keeper.taps("1. ")
    card = await keeper.sees("【档案异常】")
    assert not card.buttons
    assert await stage.scalar("SELECT count(*) FROM file_access WHERE look = 'incident'") == 1
    await stage.plants(keeper, "已补齐", "lz:1:mended")
    await keeper.taps("已补齐")
    await keeper.answers("核查结果", "补好了")
    await keeper.sees("没有这项权限")
    for left in (2, 1):
        await hr.says("异常")
        await hr.sees(f"异常 ({left})")
        await hr.taps("1. ")
        await hr.sees("【档案异常】")
        await hr.taps("已登记，可继续使用")
        await hr.answers("核查结果", "已补复印件并注明")
        await hr.sees("异常已办结")
    assert await stage.scalar("SELECT state FROM personnel_files WHERE number = 'RS-0004'") == "shelved"
    await stage.is_sound(requests=1)


async def test_a_lost_file_is_missing_until_it_is_found_or_written_off(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    await is_lent(stage, borrower, keeper, boss, hr)
    await keeper.says(f"归还 {FILE}")
    await keeper.sees("对照目录核对")
    await keeper.taps("遗失")
    await keeper.answers("问题说明", "借阅人报失")
    await keeper.answers("照片", "[跳过]")
    await keeper.taps("提交")
    await hr.finds("【档案异常】", "遗失：借阅人报失")
    assert await stage.scalar("SELECT state FROM personnel_files WHERE number = 'RS-0004'") == "missing"
    await borrower.says("借档案")
    await borrower.answers("档案借阅 1/6", FILE)
    await borrower.sees("目前“遗失”，不能外借")
    await hr.taps("确认遗失")
    await hr.answers("核查结果", "多方查找无果，登报声明")
    await hr.sees("异常已办结")
    assert await stage.scalar("SELECT state FROM personnel_files WHERE number = 'RS-0004'") == "written_off"


async def test_one_file_has_one_loan_and_a_waiting_list(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    waiting = stage.person("温晓琳")
    await is_lent(stage, borrower, keeper, boss, hr)
    await waiting.says("借档案")
    await waiting.answers("档案借阅 1/6", FILE)
    await waiting.sees("RS-0004 已借出或有人申请", "排队 RS-0004")
    await waiting.says("排队 RS-0004")
    await waiting.sees("您排第1位")
    await waiting.says("排队 RS-0004")
    await waiting.sees("您已在排队")
    await keeper.says("谁借了冼家俊的档案？")
    await keeper.sees("排队等候：温晓琳")
    await keeper.says(f"归还 {FILE}")
    await keeper.sees("对照目录核对")
    await keeper.taps("✓ 完好")
    await waiting.finds("【档案已归还】冼家俊 RS-0004")
    await waiting.taps("借档案")
    await waiting.sees("档案借阅 2/6 · 借阅范围")


async def test_whoever_waits_may_leave_the_list(stage):
    waiting, other = stage.people("温晓琳", "冼家俊")
    await waiting.says("排队 RS-0034")
    await waiting.sees("您排第1位")
    await other.says("/start file_RS-0034")
    await other.sees("目前不能借阅")
    await other.taps("归还后通知我", toast="您排第2位")
    await other.sees("您排第2位")
    await waiting.taps("退出排队")
    await waiting.sees("已退出 RS-0034 的排队")
    await waiting.says("退出排队 RS-0034")
    await waiting.sees("您没有在排队：RS-0034")
    await other.says("/start file_RS-0034")
    await other.sees("目前不能借阅", "您排第1位")
    await other.says("借档案")
    await other.sees("档案借阅 1/6")
    await other.says("取消排队 RS-0034")
    await other.sees("已退出 RS-0034 的排队")
    assert await stage.scalar("SELECT count(*) FROM file_waiting") == 0


@pytest.mark.parametrize(
    ("name", "file", "told"),
    [
        ("冼家俊", "RS-0004", "涉及您本人"),
        ("莫志坚", "RS-0034", "已借出或有人申请"),
        ("莫志坚", "RS-0011", "目前“已转出”，不能外借"),
        ("莫志坚", "RS-9999", "没有找到"),
    ],
)
async def test_what_cannot_be_lent_is_said_at_the_form(stage, name, file, told):
    borrower = stage.person(name)
    await borrower.says("借档案")
    await borrower.answers("档案借阅 1/6 · 档案", file)
    await borrower.sees(told, "档案借阅 1/6 · 档案")


async def test_a_relatives_file_is_refused(stage):
    borrower, other = stage.people("莫志坚", "冼家俊")
    await other.says("亲属申报")
    await other.answers("谁的亲属", "[冼家俊（销售一部）]")
    await other.answers("哪一位是亲属", "mozhijian")
    await other.answers("什么关系", "[姻亲]")
    await other.taps("提交")
    await other.sees("✓ 已提交")
    await borrower.says("借档案")
    await borrower.answers("档案借阅 1/6 · 档案", FILE)
    await borrower.sees("涉及您的亲属，您须回避")


async def test_a_handover_leaves_a_keeper_who_turns_out_to_be_a_relative(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    other = stage.person("冼家俊")
    number = await asks_for(borrower)
    await agrees(boss, number)
    await agrees(hr, number)
    card = await keeper.finds("【待交接】", number)
    await other.says("亲属申报")
    await other.answers("谁的亲属", "[冼家俊（销售一部）]")
    await other.answers("哪一位是亲属", "lupeishan")
    await other.answers("什么关系", "[姻亲]")
    await other.taps("提交")
    await hr.finds("【待交接】", number)
    await stage.comes_to_rest()
    assert "确认交接" not in keeper.bubbles[card.message_id].buttons
    await hr.taps("确认交接")
    await hr.sees("请当面清点页数")
    await hr.taps(PAGES)
    await borrower.finds("已清点31页，请您确认")
    await stage.is_sound(requests=1)


async def test_the_day_of_return_lies_within_policy(stage):
    borrower = stage.person("莫志坚")
    await borrower.says("借档案 RS-0004")
    await borrower.answers("档案借阅 2/6 · 借阅范围", "e、b")
    await borrower.answers("借阅方式", "查阅")
    await borrower.answers("借阅事由", "岗位竞聘核对")
    await borrower.answers("最长14天", "两个月后")
    await borrower.sees("RS-0004 最长借14天")
    await borrower.says("昨天")
    await borrower.sees("太早")
    await borrower.says("明天")
    await borrower.answers("借阅须知", "1")
    await borrower.sees("借阅范围：e 合同、录用、任免、b 考核考察")


async def test_a_secret_file_asks_one_more_and_a_shorter_time(stage):
    borrower, steward, hr = stage.people("冼家俊", "霍敬贤", "欧阳静")
    leader = stage.person("莫志坚")
    await borrower.says("借档案")
    await borrower.answers("档案借阅 1/6", "RS-0033")
    await borrower.answers("借阅范围", "[整份档案]")
    await borrower.answers("借阅方式", "[查阅]")
    await borrower.answers("借阅事由", "[晋升考察]")
    await borrower.answers("最长7天", "三天后")
    await borrower.answers("借阅须知", "[已阅读，我会遵守]")
    await borrower.sees("流程：莫志坚(审批) → 欧阳静(审批) → 霍敬贤(审批) → 陆佩珊(办理)")
    await borrower.taps("提交")
    number = number_in((await borrower.sees("【待审批】档案借阅 JY-")).text)
    await agrees(leader, number)
    await agrees(hr, number)
    await steward.finds("【待审批】", number, "机密")
    await stage.is_sound(requests=1)


async def test_nobody_decides_on_their_own_file(stage):
    """The borrower's leader is whom the file is about: it goes to somebody above."""
    borrower, boss = stage.people("冼家俊", "梁国栋")
    await borrower.says("借档案")
    await borrower.answers("档案借阅 1/6", "RS-0003")
    await borrower.answers("借阅范围", "[整份档案]")
    await borrower.answers("借阅方式", "[查阅]")
    await borrower.answers("借阅事由", "[晋升考察]")
    await borrower.answers("归还日期", "明天")
    await borrower.answers("借阅须知", "[已阅读，我会遵守]")
    await borrower.taps("提交")
    await boss.finds("由您审批：此事涉及莫志坚本人，本人须回避")


async def test_hr_reads_a_management_file_with_one_approval(stage):
    reader, hr, keeper = stage.people("简文婷", "欧阳静", "陆佩珊")
    await reader.says("借档案 YG-0007")
    await reader.answers("借阅范围", "[整份档案]")
    await reader.answers("借阅方式", "[查阅]")
    await reader.answers("借阅事由", "[合同续签]")
    await reader.answers("归还日期", "今天")
    await reader.answers("借阅须知", "[已阅读，我会遵守]")
    await reader.sees("流程：欧阳静(审批) → 陆佩珊(办理)")
    await reader.taps("提交")
    number = number_in((await reader.sees("【待审批】档案借阅 JY-")).text)
    await agrees(hr, number)
    await keeper.finds("【待交接】", number)


async def test_a_keeper_hands_nothing_to_themselves(stage):
    keeper, boss, hr = stage.people("陆佩珊", "梁国栋", "欧阳静")
    number = await asks_for(keeper)
    await agrees(hr, number)
    await agrees(boss, number)
    await hr.finds("【待交接】", number, "由您")
    card = await keeper.finds("【待交接】", number)
    assert "确认交接" in card.buttons
    await keeper.taps_at(card, "确认交接")
    await keeper.sees("请当面清点页数")
    await keeper.taps(PAGES)
    await keeper.sees("等保管员确认")


async def test_a_keeper_with_a_loan_of_their_own_still_takes_others_back(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    await is_lent(stage, borrower, keeper, boss, hr)
    await stage.change(lambda work: lends_by_hand(work, keeper.staff_no))
    await keeper.says(f"归还 {FILE}")
    await keeper.sees("对照目录核对")
    await keeper.taps("✓ 完好，31页")
    await keeper.sees("已归还，完好")
    await keeper.says(f"归还 {FILE}")
    await keeper.sees(f"借出的档案里没有“{FILE}”")


def lends_by_hand(work: SqlWork, staff_no: str) -> None:
    """Let a loan of the old register be somebody's."""
    loan = work.loans.by_number("JY-2026-012")
    assert loan is not None
    loan.borrower_no = staff_no
    work.loans.save(loan)


async def test_a_loan_is_asked_for_by_name(stage):
    borrower = stage.person("莫志坚")
    await borrower.says("借档案 李文静")
    await borrower.sees("RS-0034")
    await borrower.says("借档案 没有这人")
    await borrower.sees("没有找到")
    await borrower.says("借档案 冼家俊")
    await borrower.sees("档案借阅 2/6 · 借阅范围")


async def test_where_the_catalogue_has_nothing_no_count_is_offered(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await asks_for(borrower, parts="c9")
    await agrees(boss, number)
    await agrees(hr, number)
    for person in (keeper, borrower):
        await person.finds("【待交接】", number)
        await person.taps("确认交接")
        question = await person.sees("请当面清点页数")
        assert "取消" in question.buttons
        assert not [label for label in question.buttons if "页" in label]


async def test_a_sealed_file_needs_a_reason_and_goes_back_sealed(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    await borrower.says("借档案")
    await borrower.answers("档案借阅 1/6", "YG-0011")
    await borrower.answers("借阅范围", "[整份档案]")
    await borrower.answers("借阅方式", "[查阅]")
    await borrower.answers("借阅事由", "[合同续签]")
    await borrower.answers("启封理由", "劳动仲裁举证")
    await borrower.answers("归还日期", "明天")
    await borrower.answers("借阅须知", "[已阅读，我会遵守]")
    await borrower.taps("提交")
    number = number_in((await borrower.sees("【待审批】档案借阅 JY-")).text)
    card = await boss.finds("【待审批】", number, "启封 劳动仲裁举证")
    await boss.taps_at(card, "同意")
    await agrees(hr, number)
    for person in (borrower, keeper):
        await person.finds("【待交接】", number)
        await person.taps("确认交接")
        await person.answers("请当面清点页数", "20")
    await borrower.finds("【已借出】", number)
    await keeper.says(f"归还 {number}")
    await keeper.sees("对照目录核对")
    await keeper.taps("✓ 完好")
    await keeper.sees("已归还，完好")
    assert await stage.scalar("SELECT state FROM personnel_files WHERE number = 'YG-0011'") == "sealed"


async def test_hr_calls_a_file_back_and_the_borrower_reads_why(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await is_lent(stage, borrower, keeper, boss, hr)
    await hr.says("借出清单")
    await hr.sees("借出清单 (4)")
    await hr.taps("3. ")
    await hr.sees("【已借出】", number)
    await hr.taps("调整归还日期")
    await hr.answers("新归还日期", "明天")
    await hr.answers("原因", "巡察组调阅")
    await hr.taps("提交")
    await borrower.finds("【归还日期变更】", "欧阳静：巡察组调阅")
    await borrower.says("我的借阅")
    tomorrow = (now() + timedelta(days=1)).astimezone(SHANGHAI)
    await borrower.sees("我的借阅 (3)", f"应还 {tomorrow.month}月{tomorrow.day}日")


async def test_whoever_leaves_is_not_done_while_a_file_is_out(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await is_lent(stage, borrower, keeper, boss, hr)
    await stage.change(lambda work: leaves(work, borrower.staff_no))
    card = await hr.finds("【离职手续】莫志坚", "未归还：冼家俊 RS-0004", number)
    assert "办结离职手续" not in card.buttons
    await stage.plants(hr, "办结", f"lv:{borrower.staff_no}")
    await hr.taps("办结", toast="还有档案未归还")
    await borrower.says("我的借阅")
    await borrower.sees_no("我的借阅 (")
    await keeper.says(f"归还 {FILE}")
    await keeper.sees("对照目录核对")
    await keeper.taps("✓ 完好")
    await keeper.sees("已归还，完好")
    told = hr.bubbles[card.message_id]
    assert "没有未归还的档案" in told.text
    assert "办结离职手续" in told.buttons
    await hr.says("离职清单")
    await hr.sees("莫志坚 YH0003 · 无未还")
    await hr.taps("莫志坚 YH0003")
    await hr.sees("没有未归还的档案")
    await hr.taps("办结离职手续", toast="离职手续已办结")
    await hr.sees("【离职手续已办结】莫志坚")
    assert await stage.scalar("SELECT state FROM personnel_files WHERE number = 'RS-0003'") == "sealed"


def leaves(work: SqlWork, staff_no: str) -> None:
    """As an import of the staff register does it."""
    known = work.people.register()[staff_no]
    work.people.put_staff(replace(known, employee=replace(known.employee, state=StaffState.LEFT)))
    work.consequences = CONSEQUENCES
    begin_leaving(work, {staff_no}, now())
    turns, _languages = make_turns(load_settings())
    turns.announce(work, CHANNEL, now(), lease=False)


async def test_a_loan_that_nobody_fetches_lapses(stage):
    borrower, boss, hr, keeper = stage.people("莫志坚", "梁国栋", "欧阳静", "陆佩珊")
    number = await asks_for(borrower)
    await agrees(boss, number)
    await agrees(hr, number)
    card = await keeper.finds("【待交接】", number)

    await stage.change(lambda work: nobody_came(work, number))
    await stage.restart_bot()
    await borrower.finds("【已失效】借阅", number, "逾期未领取，已失效")
    await keeper.finds("【已失效】档案借阅", number)
    assert "确认交接" not in keeper.bubbles[card.message_id].buttons
    await asks_for(borrower)
    await stage.is_sound(requests=2)


def nobody_came(work: SqlWork, number: str) -> None:
    """Let the days to fetch a file go by."""
    loan = work.loans.by_number(number)
    assert loan is not None
    loan.collect_by = now().date() - timedelta(days=2)
    work.loans.save(loan)


async def test_a_returned_loan_that_nobody_mends_lapses_and_its_borrower_is_told(stage):
    borrower, boss, other = stage.people("莫志坚", "梁国栋", "温晓琳")
    number = await asks_for(borrower)
    await boss.finds("【待审批】", number)
    await boss.taps("退回")
    await boss.answers(f"退回 {number}", "归还日期太晚")
    await borrower.finds("已退回", "归还日期太晚")
    await other.says(f"排队 {FILE}")
    await other.sees("您排第1位")
    await stage.change(lambda work: days_go_by(work, 3))
    await borrower.finds(number, "已失效：退回后未在期限内修改")
    await other.finds("【档案已归还】冼家俊 RS-0004")
    await stage.is_sound(requests=1)


def days_go_by(work: SqlWork, days: int) -> None:
    """As the sweep does it."""
    work.consequences = CONSEQUENCES
    lapse_loans(work, now() + timedelta(days=days))
    turns, _languages = make_turns(load_settings())
    turns.announce(work, CHANNEL, now(), lease=False)


async def seals(stage) -> None:
    """Let the file's person have left, and the file be sealed."""

    def act(work: SqlWork) -> None:
        file = work.files.by_number(FILE)
        assert file is not None
        put_file(work, file, FileState.SEALED, "", "", now())

    await stage.change(act)


async def test_a_file_that_was_sealed_meanwhile_needs_a_reason_when_the_loan_is_mended(stage):
    borrower, boss = stage.people("莫志坚", "梁国栋")
    number = await asks_for(borrower)
    await boss.finds("【待审批】", number)
    await boss.taps("退回")
    await boss.answers(f"退回 {number}", "归还日期太晚")
    await borrower.finds("已退回", "归还日期太晚")
    await seals(stage)
    await borrower.taps("修改后重新提交")
    await borrower.answers("档案借阅 1/2 · 启封理由", "劳动仲裁举证")
    await borrower.answers("档案借阅 2/2 · 归还日期", "三天后")
    await borrower.sees("档案借阅 · 请核对", "启封理由：未填 → 劳动仲裁举证")
    await borrower.taps("提交")
    await boss.finds("【待审批】", number, "启封 劳动仲裁举证")
    await stage.is_sound(requests=1)


async def test_a_file_that_is_sealed_while_the_loan_is_being_mended_is_asked_about_too(stage):
    borrower, boss = stage.people("莫志坚", "梁国栋")
    number = await asks_for(borrower)
    await boss.finds("【待审批】", number)
    await boss.taps("退回")
    await boss.answers(f"退回 {number}", "归还日期太晚")
    await borrower.finds("已退回", "归还日期太晚")
    await borrower.taps("修改后重新提交")
    await borrower.answers("档案借阅 1/1 · 归还日期", "三天后")
    await borrower.sees("档案借阅 · 请核对")
    await seals(stage)
    await borrower.taps("提交")
    await borrower.answers("档案借阅 1/2 · 启封理由", "劳动仲裁举证")
    await borrower.sees("档案借阅 · 请核对")
    await borrower.taps("提交")
    await boss.finds("【待审批】", number, "启封 劳动仲裁举证")
    await stage.is_sound(requests=1)
