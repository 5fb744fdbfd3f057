"""Who may do what is judged by the register in the moment of the tap, never by the button."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.people import Role, StaffRecord, StaffState
from storage.unit_of_work import SqlWork
from tests.e2e.scripts import approves, files, question, records

STRANGE = "这是公司内部服务"


def put(staff_no: str, **changes: object) -> Callable[[SqlWork], None]:
    """Change somebody in the staff register."""

    def change(work: SqlWork) -> None:
        record = work.people.register()[staff_no]
        changed = StaffRecord(
            replace(record.employee, **changes),
            record.phone,
            record.hired_on,
            record.probation_ends_on,
            record.contract_ends_on,
        )
        work.people.put_staff(changed)

    return change


@pytest.mark.parametrize("words", ["你好", "/new_customer", "/start", "/start no-such-invitation", "提交"])
async def test_stranger_hears_one_polite_sentence(stage, words):
    stranger = stage.stranger()
    await stranger.says(words)
    await stranger.sees(STRANGE)
    assert not stranger.latest().buttons
    await stage.is_sound()


async def test_stranger_learns_nothing_from_files_or_buttons(stage):
    stranger = stage.stranger()
    await stranger.sends(("x.pdf", b"%PDF-1.7"))
    await stranger.sees(STRANGE)
    await stage.plants(stranger, "同意", "ap:1:1:0")
    await stranger.taps("同意", toast=STRANGE)
    await stage.is_sound()


async def test_former_employee_is_turned_away(stage):
    former = stage.person("谭子豪")
    for words in ("/menu", "/new_customer", "新客户", "/start", "客户名称：甲"):
        await former.says(words)
        await former.sees("您的账号已停用")
    await stage.plants(former, "同意", "ap:1:1:0")
    await former.taps("同意", toast="您的账号已停用")
    await stage.is_sound()


async def test_approver_who_left_meanwhile_decides_nothing(stage):
    rep, leaver, clerk = stage.people("冼家俊", "韦小燕", "伍洁莹")
    number = await files(rep)
    await leaver.sees("【待审批】", number)
    await stage.change(put("YH0016", state=StaffState.LEFT))
    await leaver.taps("同意", toast="您的账号已停用")
    assert await stage.scalar("SELECT state FROM steps WHERE position = 0") == "open"
    await approves(clerk, number)
    await stage.comes_to_rest()
    assert not leaver.latest().buttons
    await stage.is_sound(customers=1, requests=1)


async def test_approver_who_lost_the_role_meanwhile_decides_nothing(stage):
    rep, other, clerk = stage.people("冼家俊", "韦小燕", "伍洁莹")
    number = await files(rep)
    await other.sees("【待审批】", number)
    await other.taps("驳回")
    await other.sees(f"驳回 {number}")
    await stage.change(put("YH0016", roles=frozenset({Role.EMPLOYEE})))
    await other.says("资料不全")
    await other.sees("不由您处理")
    await other.taps("同意", toast="不由您处理")
    await approves(clerk, number)
    await stage.is_sound(customers=1, requests=1)


async def test_rep_who_left_in_the_middle_files_nothing(stage):
    rep = stage.person("冼家俊")
    await rep.says("/new_customer")
    await rep.sees(question("客户名称"))
    await stage.change(put("YH0004", state=StaffState.LEFT))
    await rep.says("东莞市恒锐五金制品有限公司")
    await rep.sees("您的账号已停用")
    await rep.taps("取消", toast="您的账号已停用")
    assert await stage.scalar("SELECT count(*) FROM requests") == 0


async def test_forwarded_card_does_nothing_for_anybody_else(stage):
    rep, clerk, colleague, boss = stage.people("冼家俊", "伍洁莹", "温晓琳", "梁国栋")
    number = await files(rep)
    await clerk.sees("【待审批】", number)
    for person in (colleague, boss):
        await stage.plants(person, "同意", "ap:1:1:0")
        await person.taps("同意", toast="没有找到这个申请")
        await stage.plants(person, "查看详情", "vw:1:1")
        await person.taps("查看详情", toast="没有找到这个申请")
        await stage.plants(person, "撤回", "wd:1:1:y")
        await person.taps("撤回", toast="没有找到这个申请")
    await stage.plants(rep, "同意", "ap:1:1:0")
    await rep.taps("同意", toast="不能审批自己的申请")
    await stage.plants(rep, "已录入", "ex:1:1:2")
    await rep.taps("已录入", toast="不")
    assert await stage.scalar("SELECT count(*) FROM audit WHERE action = 'step_approved'") == 0
    assert await stage.scalar("SELECT state FROM requests") == "pending"


@pytest.mark.parametrize(
    "data",
    [
        "ap:1",
        "ap:1:1:0:0",
        "ap:x:1:0",
        "nothing",
        "op:-1",
        "op:99999999999999999999",
        "f:::",
        "lang:xx:",
    ],
)
async def test_forged_payload_is_refused_politely(stage, data):
    rep = stage.person("冼家俊")
    await stage.plants(rep, "同意", data)
    await rep.taps("同意", toast="这个按钮已失效")


async def test_step_ahead_of_its_turn_cannot_be_taken(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    number = await files(rep)
    await stage.plants(manager, "转来的同意", "ap:1:1:1")
    await manager.taps("转来的同意", toast="没有找到这个申请")
    await stage.plants(clerk, "已录入", "ex:1:1:2")
    await clerk.taps("已录入", toast="不由您处理")
    await stage.plants(clerk, "转来的同意", "ap:1:2:0")
    await clerk.taps("转来的同意", toast="内容已更新")
    assert await stage.scalar("SELECT count(*) FROM steps WHERE state = 'approved'") == 0
    await stage.person("韦小燕").finds("【待审批】", number)


async def test_two_clerks_tap_at_once_and_one_wins(stage):
    rep, one, other = stage.people("冼家俊", "伍洁莹", "韦小燕")
    number = await files(rep)
    await one.sees("【待审批】", number)
    await other.sees("【待审批】", number)
    notices = dict(zip((one, other), await asyncio.gather(one.taps("同意"), other.taps("同意")), strict=True))
    winner = one if notices[one] == f"已同意 {number}" else other
    loser = other if winner is one else one
    assert notices[winner] == f"已同意 {number}"
    assert winner.name in notices[loser]
    assert number in notices[loser]
    await loser.sees("【已同意】", winner.name)
    assert await stage.scalar("SELECT count(*) FROM audit WHERE action = 'step_approved'") == 1
    await stage.is_sound(customers=1, requests=1)


async def test_approval_and_rejection_at_once_leave_one_decision(stage):
    rep, one, other = stage.people("冼家俊", "伍洁莹", "韦小燕")
    number = await files(rep)
    await other.sees("【待审批】", number)
    await other.taps("驳回")
    await other.sees(f"驳回 {number}")
    await one.sees("【待审批】", number)
    await asyncio.gather(one.taps("同意"), other.says("信息有误"))
    await stage.comes_to_rest()
    decided = await stage.rows("SELECT decided_by FROM steps WHERE state IN ('approved', 'rejected')")
    assert len(decided) == 1
    await stage.is_sound(customers=1, requests=1)


async def test_manager_s_own_filing_goes_to_her_superior(stage):
    manager, clerk, boss = stage.people("招秀芬", "伍洁莹", "梁国栋")
    number = await files(manager)
    await manager.sees("梁国栋")
    await approves(clerk, number)
    await boss.sees("【待审批】", number, "招秀芬是申请人", "转由您处理")
    await stage.plants(manager, "同意", "ap:1:1:1")
    await manager.taps("同意", toast="不能审批自己的申请")
    await approves(boss, number)
    await manager.sees("梁国栋", "已同意")
    await records(clerk, number, "KH0081")
    await manager.sees("【已完成】", number)
    await stage.comes_to_rest()
    assert await stage.scalar("SELECT state FROM requests") == "done"


async def test_clerk_who_reviewed_may_record_and_another_may_too(stage):
    rep, clerk, other, manager = stage.people("冼家俊", "伍洁莹", "韦小燕", "招秀芬")
    first = await files(rep)
    second = await files(rep, "中山市金桥机电有限公司", 联系电话="13900139000")
    for number in (first, second):
        card = await clerk.finds("【待审批】", number)
        await clerk.taps_at(card, "同意", toast=f"已同意 {number}")
        card = await manager.finds("【待审批】", number)
        await manager.taps_at(card, "同意", toast=f"已同意 {number}")
    card = await clerk.finds("【待录入】", first)
    await clerk.taps_at(card, "已录入")
    await clerk.answers(f"ERP 客户编号 · {first}", "KH0001")
    await clerk.sees("KH0001", "广州市穗岭自动化工程有限公司")
    await clerk.says("编号八十一")
    await clerk.sees("只能用字母、数字和短横线")
    await clerk.says("kh0081")
    await clerk.sees(f"✓ 已录入 {first}", "KH0081")
    card = await other.finds("【待录入】", second)
    await other.taps_at(card, "已录入")
    await other.answers(f"ERP 客户编号 · {second}", "KH0082")
    await other.sees(f"✓ 已录入 {second}")
    await clerk.finds("【已完成】", second, "韦小燕")
    await stage.is_sound(customers=2, requests=2)


async def test_step_nobody_can_take_goes_to_the_fallback_and_the_administrator_hears(stage):
    rep, clerk, boss, admin = stage.people("冼家俊", "伍洁莹", "梁国栋", "司徒亮")
    await stage.change(put("YH0013", state=StaffState.LEFT))
    number = await files(rep)
    await approves(clerk, number)
    await boss.sees("【待审批】", number, "转由您处理")
    await admin.sees(number, "梁国栋")
    await approves(boss, number)
    await stage.is_sound(customers=1, requests=1)
