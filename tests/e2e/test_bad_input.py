"""What does not pass is answered at once with the reason, then the same question; nothing is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.e2e.scripts import CODE, NAME, goes_to, question

BAD = {
    "客户名称": [
        ("\u200b", "刚才是0个字"),
        ("甲", "刚才是1个字"),
        ("恒" * 61, "刚才是61个字"),
        ("12345", "请填全称"),
    ],
    "统一社会信用代码": [
        ("91440101", "应为18位，刚才是8位"),
        (CODE[:17] + "O", "第18位不会是“O”"),
        (CODE[:17] + "5", "校验不通过"),
    ],
    "客户地址": [("佛山", "地址太短"), ("abcdefgh", "请写省市区和街道")],
    "联系人": [("陈" * 41, "请填1到40个字，刚才是41个字")],
    "联系电话": [
        ("没有电话", "没看懂这个电话号码"),
        ("1380013800", "刚才是10位"),
        ("22345678", "请带上区号"),
        ("12345678901", "没有这样的号码"),
    ],
    "折扣": [
        ("便宜点", "没看懂这个折扣"),
        ("七折", "七折低于公司底价八折"),
        ("13个点专票", "税点"),
        ("再让2个点", "没有原折扣"),
        ("0", "要大于零"),
        ("0.91234", "最多4位小数"),
    ],
    "结算方式": [
        ("随便", "没看懂这个结算方式"),
        ("月结120天", "超过公司上限90天"),
        ("货到500天", "500天超出范围"),
    ],
    "客户类别": [("大客户", "没有这个选项")],
    "客户等级": [("Z", "没有这个选项")],
    "客户来源": [("0", "没有这个选项")],
    "附件": [("没有附件", "请发照片或 PDF")],
}


@pytest.mark.parametrize("label", BAD)
async def test_bad_answer_gets_reason_and_the_same_question(stage, label):
    rep = stage.person("冼家俊")
    await goes_to(rep, label)
    before = (await stage.conversation(rep))["drafts"][0]["answers"]
    for answer, reason in BAD[label]:
        await rep.says(answer)
        refusal = await rep.sees(reason, question(label))
        assert refusal.text.startswith("⚠️ "), refusal.text
        assert refusal.text.index(reason) < refusal.text.index(question(label))
        assert "取消" in refusal.buttons
    await stage.comes_to_rest()
    assert (await stage.conversation(rep))["drafts"][0]["answers"] == before
    await stage.is_sound()


async def test_full_width_and_spoken_forms_are_understood(stage):
    rep = stage.person("冼家俊")
    await rep.says("/new_customer")
    await rep.answers(question("客户名称"), "　东莞市恒锐五金制品有限公司　")
    await rep.answers(question("统一社会信用代码"), f"税号：{CODE[:8]} {CODE[8:].lower()}")
    await rep.answers(question("客户地址"), "地址：广东省东莞市 长安镇\n振安东路２８号")
    await rep.answers(question("联系人"), "陈志强")
    await rep.answers(question("联系电话"), "座机０７６９－２２３４５６７８转８０１")
    await rep.answers(question("折扣"), "让利8个点")
    await rep.answers(question("结算方式"), "月结一个月")
    await rep.answers(question("客户类别"), "企业")
    await rep.answers(question("客户等级"), "b")
    await rep.answers(question("客户来源"), "[跳过]")
    await rep.answers(question("附件"), "[跳过]")
    await rep.sees(
        f"客户名称：{NAME}", f"：{CODE}", "长安镇振安东路28号", "0769-22345678 转 801", "九二折", "月结30天"
    )


async def test_ambiguous_discount_becomes_buttons(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "折扣")
    assert "九五折" in rep.buttons()
    await rep.says("八到九折")
    await rep.sees("有几种理解", question("折扣"))
    assert rep.buttons()[:2] == ["八折", "九折"]
    assert "九五折" not in rep.buttons()
    await rep.taps("九折")
    await rep.sees(question("结算方式"))
    assert Decimal((await stage.conversation(rep))["drafts"][0]["answers"]["rate"]) == Decimal("0.9")


async def test_two_phone_numbers_become_buttons(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "联系电话")
    await rep.says("13800138000 或 0769-22345678")
    await rep.sees("有几个号码", question("联系电话"))
    assert rep.buttons()[:2] == ["138 0013 8000", "0769-22345678"]
    await rep.taps("0769-22345678")
    await rep.sees(question("折扣"))


async def test_monthly_terms_without_days_ask_for_days(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "结算方式")
    await rep.says("月结")
    await rep.sees("账期多少天", question("结算方式"))
    assert rep.buttons()[:4] == ["30天", "45天", "60天", "90天"]
    await rep.says("很多")
    await rep.sees(question("结算方式"), "⚠️")
    await rep.says("月结")
    await rep.answers("账期多少天", "100")
    await rep.sees("账期100天超过公司上限90天", question("结算方式"))
    await rep.says("月结")
    await rep.answers("账期多少天", "[45天]")
    await rep.sees(question("客户类别"))
    assert (await stage.conversation(rep))["drafts"][0]["answers"]["settlement"]["days"] == 45


async def test_terms_without_basis_become_buttons(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "结算方式")
    await rep.says("60天")
    await rep.sees("有几种理解", question("结算方式"))
    assert "月结60天" in rep.buttons()
    await rep.taps("月结60天")
    await rep.sees(question("客户类别"))


async def test_ambiguous_choice_offers_what_fits(stage):
    rep = stage.person("冼家俊")
    await goes_to(rep, "客户来源")
    await rep.says("资料")
    await rep.sees("有2项符合", question("客户来源"))
    assert rep.buttons()[:2] == ["查阅资料", "客户资料整理"]
    await rep.taps("客户资料整理")
    await rep.sees(question("附件"))
    assert (await stage.conversation(rep))["drafts"][0]["answers"]["source"] == "客户资料整理"
