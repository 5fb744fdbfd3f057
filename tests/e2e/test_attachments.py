"""Photos and files: judged by their content, kept under our own names, handed to who decides."""

from __future__ import annotations

from tests.e2e.scripts import approves, goes_to, question

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 40
PDF = b"%PDF-1.7\n" + b"the licence of a company\n" * 200
EXE = b"MZ\x90\x00" + bytes(400)


async def test_photo_and_pdf_reach_the_approver(stage):
    rep, clerk, manager = stage.people("冼家俊", "伍洁莹", "招秀芬")
    await goes_to(rep, "附件")
    await rep.sends(("IMG_0001.jpg", JPEG), photo=True)
    await rep.sees("已收到：photo.jpg", question("附件"))
    await rep.sends(("../../营业执照 副本.pdf", PDF))
    await rep.sees("已收到：", "营业执照 副本.pdf", question("附件"))
    await rep.taps("完成")
    await rep.answers("附件：2个", "[提交]")
    await rep.sees("【待审批】新客户 KH-")

    card = await clerk.sees("【待审批】新客户 KH-", "附件 2个")
    number = card.text.splitlines()[0].split()[-1]
    await clerk.taps("查看详情")
    await clerk.sees("审批记录", "附件：2个")
    await clerk.taps("查看附件")
    await clerk.sees(number, "营业执照 副本.pdf")
    await clerk.finds(number, "photo.jpg")
    await stage.comes_to_rest()
    got = [bubble.file for bubble in clerk.bubbles.values() if bubble.file]
    assert [await stage.ask("GET", file["url"]) for file in got] == [JPEG, PDF]

    stored = await stage.rows("SELECT id, path, size FROM attachments ORDER BY created_at")
    for (name, path, size), (content, ending) in zip(stored, ((JPEG, ".jpg"), (PDF, ".pdf")), strict=True):
        assert path == f"attachments/{name[:2]}/{name}{ending}"
        assert (stage.data / path).read_bytes() == content
        assert size == len(content)
    assert len([file for file in (stage.data / "attachments").rglob("*") if file.is_file()]) == 2
    await approves(clerk, number)
    await approves(manager, number)
    await stage.is_sound(customers=1, requests=1)


async def test_program_with_a_photo_s_name_is_refused(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "附件")
    await rep.sends(("营业执照.jpg", EXE))
    await rep.sees("只支持照片", question("附件"))
    assert "完成" not in rep.buttons()
    await stage.comes_to_rest()
    assert not [file for file in (stage.data / "attachments").rglob("*") if file.is_file()]
    await rep.sends(("营业执照.exe", PDF))
    await rep.sees("已收到", question("附件"))
    await rep.taps("完成")
    await rep.sees("附件：1个")
    await stage.is_sound()


async def test_too_large_a_file_is_refused(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "附件")
    await rep.sends(("营业执照.pdf", PDF + bytes(10_000_000)))
    await rep.sees("不能超过 10 MB")
    await rep.sends(("营业执照.pdf", PDF))
    await rep.sees("已收到：营业执照.pdf", question("附件"))
    await stage.is_sound()


async def test_album_beyond_the_limit_keeps_what_fits(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "附件")
    await rep.sends(*((f"{i}.jpg", JPEG) for i in range(6)), photo=True)
    await rep.sees("附件最多5个")
    await stage.comes_to_rest()
    await rep.taps("完成")
    await rep.sees("附件：5个")
    await stage.is_sound()


async def test_file_sent_before_its_question_is_kept(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "客户来源")
    await rep.sends(("营业执照.pdf", PDF))
    await rep.sees("已收到：营业执照.pdf", question("客户来源"))
    await rep.taps("介绍")
    await rep.answers(question("附件"), "[完成]")
    await rep.sees("附件：1个")
    await stage.is_sound()


async def test_file_that_arrives_while_the_bot_is_down_is_fetched_later(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "附件")
    await stage.stop_bot()
    await rep.sends(("营业执照.pdf", PDF))
    await stage.start_bot()
    await rep.sees("已收到：营业执照.pdf", question("附件"))
    await stage.is_sound()
