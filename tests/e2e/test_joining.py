"""Joining: an invitation, an administrator's word, a welcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.clock import now
from domain.onboarding import invite_employee
from storage.unit_of_work import SqlWork
from tests.e2e.scripts import files

STRANGE = "这是公司内部服务"


def invite(staff_no: str = "YH0005", hours: float = 24) -> Callable[[SqlWork], str]:
    return lambda work: invite_employee(work, staff_no, timedelta(hours=hours), now())


async def test_invitation_is_claimed_confirmed_and_welcomed(stage):
    newcomer, other, admin = stage.stranger(), stage.stranger(990_002), stage.person("司徒亮")
    token = await stage.change(invite())
    await newcomer.says(f"/start {token}")
    await newcomer.sees("管理员确认后")
    await newcomer.says("/menu")
    await newcomer.sees(STRANGE)
    await newcomer.says(f"/start {token}")
    await newcomer.sees("管理员确认后")

    await other.says(f"/start {token}")
    await other.sees(STRANGE)

    await admin.sees("【待确认】新账号", "温晓琳 YH0005", "访客990001")
    await admin.taps("确认")
    await admin.sees("温晓琳", "司徒亮")
    await newcomer.sees("账号已确认")
    await newcomer.taps("菜单")
    await newcomer.sees("温晓琳，您好")
    await files(newcomer)

    await other.says(f"/start {token}")
    await other.sees(STRANGE)
    former = stage.person("温晓琳")
    await former.says("/menu")
    await former.sees(STRANGE)
    await stage.is_sound(customers=1, requests=1)


async def test_refused_account_stays_a_stranger(stage):
    newcomer, admin = stage.stranger(), stage.person("司徒亮")
    token = await stage.change(invite())
    await newcomer.says(f"/start {token}")
    await admin.sees("【待确认】新账号")
    await admin.taps("拒绝")
    await admin.sees("温晓琳", "拒绝")
    await newcomer.sees(STRANGE)
    await admin.taps_old("确认", toast="已经处理过了")
    await newcomer.says(f"/start {token}")
    await newcomer.sees(STRANGE)
    employee = stage.person("温晓琳")
    await employee.says("/menu")
    await employee.sees("温晓琳，您好")
    await stage.is_sound()


async def test_old_invitation_opens_nothing(stage):
    newcomer = stage.stranger()
    token = await stage.change(invite(hours=-1))
    await newcomer.says(f"/start {token}")
    await newcomer.sees(STRANGE)
    assert await stage.scalar("SELECT state FROM invitations") == "issued"
    await stage.is_sound()


async def test_only_an_administrator_confirms(stage):
    newcomer, colleague = stage.stranger(), stage.person("冼家俊")
    token = await stage.change(invite())
    await newcomer.says(f"/start {token}")
    await newcomer.sees("管理员确认后")
    await stage.plants(colleague, "确认", "jn:1:y")
    await colleague.taps("确认", toast="您没有这项权限")
    await newcomer.says("/menu")
    await newcomer.sees(STRANGE)
