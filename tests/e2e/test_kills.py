"""The bot is killed at the worst moments; nothing that was accepted is lost, nothing takes effect twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from tests.e2e.scripts import ANSWERS, NAME, drafts, number_in, question
from tests.support.person import Bubble, Person
from tests.support.stage import Stage, set_stage

CLERKS = ("伍洁莹", "韦小燕", "黎倩儿")


@pytest.fixture
async def machine(company, tmp_path, client) -> AsyncIterator[Stage]:
    """A stage whose bot is a process of its own."""
    async with set_stage(company, tmp_path, client, Stage.launch_bot) as stage:
        yield stage


@pytest.fixture
async def fragile(company, tmp_path) -> AsyncIterator[Stage]:
    """A stage for many kills, with the client that starts in a second."""
    async with set_stage(company, tmp_path, "ptb", Stage.launch_bot) as stage:
        yield stage


@pytest.mark.parametrize(
    ("client", "performed"),
    [("ptb", False), ("ptb", True), ("aiogram", True)],
    ids=["ptb-never sent", "ptb-sent after all", "aiogram-sent after all"],
)
async def test_killed_between_commit_and_send(machine, performed):
    """Four messages are under way when the bot dies; which of them arrived, it cannot know."""
    stage = machine
    rep = stage.person("冼家俊")
    await drafts(rep)
    await stage.fault("sendMessage", "stall", count=4)
    await rep.taps_and_turns_away("提交")
    await stage.stalls.begin(4)
    await stage.kill_bot()
    assert await stage.scalar("SELECT count(*) FROM requests") == 1
    assert not rep.count("【待审批】")
    stage.stalls.end(perform=performed)
    await stage.launch_bot()

    number = number_in((await rep.sees("【待审批】新客户 KH-", NAME)).text)
    for clerk in stage.people(*CLERKS):
        await clerk.sees("【待审批】", number)
    await stage.comes_to_rest()
    for person in (rep, *stage.people(*CLERKS)):
        assert person.count("【待审批】") == (2 if performed else 1), person.transcript()
    assert await stage.scalar("SELECT count(*) FROM outbox WHERE unknown > 0 AND card IS NOT NULL") == 4
    await finishes(stage, number)
    await is_whole(stage)


async def test_killed_before_the_tap_was_acknowledged(fragile):
    """The decision is committed and its notice hangs; the tap comes again and is answered as it was."""
    stage = fragile
    rep, clerk = stage.people("冼家俊", "伍洁莹")
    await drafts(rep)
    await rep.taps("提交")
    number = number_in((await clerk.sees("【待审批】")).text)
    await stage.comes_to_rest()
    await stage.fault("answerCallbackQuery", "stall")
    tap = asyncio.create_task(clerk.taps("同意"))
    await stage.stalls.begin()
    await clerk.sees("【已同意】", number)
    await stage.kill_bot()
    stage.stalls.end(perform=False)
    await stage.launch_bot()
    await stage.redeliver(await stage.last_update())
    assert await tap == f"已同意 {number}"
    assert await stage.scalar("SELECT count(*) FROM audit WHERE action = 'step_approved'") == 1
    await finishes(stage, number)
    await is_whole(stage)


@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_at_random_instants_of_a_filing(fragile, seed):
    """Each act may be the one after which the bot dies, at once or some changes later."""
    stage, dice = fragile, random.Random(seed)
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    doomed = set(dice.sample(range(14), 3))
    acts, shown = 0, dict[Person, Bubble]()

    async def does(person: Person, act: str, *seen: str) -> str:
        """Act, let the bot die if so decided, and wait for what must come all the same."""
        nonlocal acts
        if act.startswith("["):
            await person.taps_and_turns_away(act[1:-1], shown.get(person))
        else:
            await person.says(act)
        if acts in doomed:
            await stage.changes_by(dice.choice((0, 0, 1, 2)))
            await stage.kill_bot()
            await stage.launch_bot()
        acts += 1
        shown[person] = await person.sees(*seen)
        return shown[person].text

    await does(rep, "/new_customer", question("客户名称"))
    await does(rep, NAME, question("统一社会信用代码"))
    await does(rep, "[跳过]", question("客户地址"))
    await does(rep, ANSWERS["客户地址"], question("联系人"))
    await does(rep, "陈志强", question("联系电话"))
    await does(rep, "13800138000", question("折扣"))
    await does(rep, "[九折]", question("结算方式"))
    rest = "客户类别：企业\n客户等级：B\n客户来源：介绍\n结算方式：现结"
    await does(rep, rest, question("附件"))
    await does(rep, "[跳过]", "新客户 · 请核对", "九折", "陈志强")
    number = number_in(await does(rep, "[提交]", "【待审批】新客户 KH-"))
    shown[clerk] = await clerk.finds("【待审批】", number)
    await does(clerk, "[同意]", "【已同意】", number)
    shown[manager] = await manager.finds("【待审批】", number)
    await does(manager, "[同意]", "【已同意】", number)
    shown[clerk] = await clerk.finds("【待录入】", number)
    await does(clerk, "[已录入]", f"ERP 客户编号 · {number}")
    await does(clerk, "KH0081", f"✓ 已录入 {number}")
    await rep.finds("【已完成】", number)
    await rep.finds("该客户可以下单了")
    assert acts == 14
    await is_whole(stage)


@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_while_many_file_at_once(fragile, seed):
    stage, dice = fragile, random.Random(seed)
    reps = stage.people("冼家俊", "温晓琳", "邝伟文", "岑美玲")
    names = (
        "东莞市金桥机电有限公司",
        "中山市远航泵业有限公司",
        "惠州市天工轴承有限公司",
        "珠海市百川阀门有限公司",
    )

    async def files(rep: Person, name: str, phone: str) -> str:
        lines = {**ANSWERS, "客户名称": name, "联系电话": phone}
        await rep.says("/new_customer")
        await rep.sees(question("客户名称"))
        await rep.says("\n".join(f"{label}：{answer}" for label, answer in lines.items()))
        await rep.taps_and_turns_away("跳过", await rep.sees(question("统一社会信用代码")))
        await rep.taps_and_turns_away("跳过", await rep.sees(question("附件")))
        await rep.taps_and_turns_away("提交", await rep.sees("新客户 · 请核对"))
        return number_in((await rep.sees("【待审批】新客户 KH-", name)).text)

    async def kills() -> None:
        for _time in range(2):
            await stage.changes_by(dice.randint(2, 9))
            await stage.kill_bot()
            await stage.launch_bot()

    filings = [
        files(rep, name, f"1380013800{i}") for i, (rep, name) in enumerate(zip(reps, names, strict=True))
    ]
    *numbers, _killed = await asyncio.gather(*filings, kills())
    assert len(set(numbers)) == 4
    for clerk in stage.people(*CLERKS):
        for number in numbers:
            await clerk.finds("【待审批】", number)
    await is_whole(stage, requests=4)


async def finishes(stage: Stage, number: str) -> None:
    """Take a request to its end, whichever step it stands at."""
    clerk, manager = stage.people("伍洁莹", "招秀芬")
    if await stage.scalar("SELECT position FROM requests") == 0:
        await clerk.taps("同意", toast="已同意")
    await manager.finds("【待审批】", number)
    await manager.taps("同意", toast="已同意")
    await clerk.finds("【待录入】", number)
    await clerk.taps("已录入")
    await clerk.answers(f"ERP 客户编号 · {number}", "KH0081")
    await clerk.sees(f"✓ 已录入 {number}")
    assert (await stage.customer(NAME)).state == "active"


async def is_whole(stage: Stage, requests: int = 1) -> None:
    """Check the state exactly, and the messages but for doubles, whose buttons the bot does not know."""
    await stage.is_sound(customers=requests, requests=requests, doubled=True)
    taken = await stage.scalar("SELECT count(*) FROM inbox")
    assert taken == (await stage.stats())["updates_queued"]
