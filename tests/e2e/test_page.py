"""The sandbox's page in a real browser: people click, type, send a photo, and read what a phone shows."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright

from tests.support.stage import Stage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
PATIENCE = 20_000  # milliseconds

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; .ci/run installs it"),
    pytest.mark.parametrize("client", ["ptb"], indirect=True),
]


@pytest.fixture
def client(request: pytest.FixtureRequest) -> str:
    """The page knows nothing of the bot's client, so one is enough."""
    return str(request.param)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@dataclass
class Handset:
    """One phone on the page."""

    frame: Locator

    async def says(self, text: str) -> None:
        await self.frame.get_by_label("消息", exact=True).fill(text)
        await self.frame.get_by_label("发送", exact=True).click()

    async def taps(self, label: str) -> None:
        buttons = self.frame.locator("[data-message-id]").get_by_role("button", name=label, exact=True)
        await buttons.last.click(timeout=PATIENCE)

    async def sees(self, *parts: str) -> None:
        bubble = self.frame.locator("[data-message-id]")
        for part in parts:
            bubble = bubble.filter(has_text=part)
        await bubble.last.wait_for(timeout=PATIENCE)

    async def answers(self, question: str, answer: str) -> None:
        await self.sees(question)
        await self.says(answer)


async def opened(
    browser: Browser, stage: Stage, *names: str, width: int = 1440
) -> tuple[Page, list[Handset]]:
    """Open the page with these people's phones; any complaint of the page fails the test."""
    page = await browser.new_page(viewport={**PHONE, "width": width})
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    ids = [stage.person(name).chat_id for name in names]
    await page.goto(f"{stage.base}/#people={','.join(str(chat) for chat in ids)}")
    return page, [Handset(page.locator(f'[data-chat="{chat}"]')) for chat in ids]


def a_photo() -> bytes:
    """Make a small red PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + b"\xc0\x30\x20" * 40) * 30
    header = struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


async def file_by_clicking(rep: Handset, name: str) -> None:
    await rep.says("新客户")
    for question, answer in (("1/11", name), ("2/11", "跳过"), ("3/11", "广东省佛山市顺德区凤翔路28号")):
        await rep.answers(question, answer)
    for question, answer in (("4/11", "陈志强 采购经理"), ("5/11", "13800138000")):
        await rep.answers(question, answer)
    for question, label in (("6/11", "九二折"), ("7/11", "月结30天"), ("8/11", "经销商"), ("9/11", "A")):
        await rep.sees(question)
        await rep.taps(label)
    await rep.sees("10/11")
    await rep.taps("介绍")
    await rep.sees("11/11")


async def test_a_rep_files_and_two_people_decide_by_clicking_on_three_phones(
    stage: Stage, browser: Browser
) -> None:
    _page, (rep, clerk, manager) = await opened(browser, stage, "冼家俊", "伍洁莹", "招秀芬")
    await file_by_clicking(rep, "佛山市恒锐五金制品有限公司")
    await rep.taps("跳过")
    await rep.sees("新客户 · 请核对", "折扣：九二折")
    await rep.taps("提交")
    await clerk.sees("【待审批】", "佛山市恒锐五金制品有限公司", "138****8000")
    await clerk.taps("同意")
    await clerk.frame.locator(".toast", has_text="已同意").wait_for()
    await manager.sees("【待审批】")
    await manager.taps("同意")
    await clerk.sees("【待录入】")
    await clerk.taps("已录入")
    await clerk.answers("ERP", "KH0081")
    await rep.sees("可以下单")
    await clerk.sees("【已完成】")
    for phone in (rep, clerk, manager):
        live = phone.frame.locator("[data-message-id]").get_by_role("button")
        assert {text for text in await live.all_inner_texts() if text} <= {"查看详情"}
    customer = await stage.customer("佛山市恒锐五金制品有限公司")
    assert (customer.state, customer.erp_no) == ("active", "KH0081")


async def test_a_phone_wide_page_shows_one_phone_that_fits_and_sends_a_photo(
    stage: Stage, browser: Browser, tmp_path: Path
) -> None:
    page, (rep,) = await opened(browser, stage, "冼家俊", width=PHONE["width"])
    assert await page.locator("[data-chat]").count() == 1
    await file_by_clicking(rep, "佛山市恒锐五金制品有限公司")
    photo = tmp_path / "licence.png"
    photo.write_bytes(a_photo())
    await rep.frame.locator("input[type=file]").set_input_files(photo)
    await rep.frame.get_by_label("发送", exact=True).click()
    await rep.sees("已收到")
    await rep.taps("完成")
    await rep.sees("新客户 · 请核对", "附件")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await rep.taps("提交")
    await rep.sees("【待审批】")


async def test_the_page_goes_on_by_itself_after_the_bot_was_away(stage: Stage, browser: Browser) -> None:
    _page, (rep,) = await opened(browser, stage, "冼家俊")
    await rep.says("/start")
    await rep.sees("您好")
    await stage.stop_bot()
    await rep.says("新客户")
    await stage.start_bot()
    await rep.sees("1/11")
