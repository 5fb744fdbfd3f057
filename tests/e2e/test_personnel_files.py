"""The keeper's register of personnel files, in transcripts: opening, filing, finding, labels and lists."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.support.person import Person


async def looks_into(keeper: Person, number: str, purpose: str = "信息核对") -> None:
    """Open a record, saying why."""
    await keeper.says(f"查档案 {number}")
    await keeper.sees(number, "查看档案信息需说明用途")
    await keeper.taps(purpose)
    await keeper.sees(number, "目录：")


async def gets_file(stage, person: Person, ending: str) -> bytes:
    """Give the newest document of a chat."""
    await stage.comes_to_rest()
    files = [b.file for b in person.bubbles.values() if b.file and b.file["name"].endswith(ending)]
    assert files, person.transcript()
    found: bytes = await stage.ask("GET", files[-1]["url"])
    return found


async def test_where_a_file_is_takes_one_message(stage):
    keeper, rep = stage.people("陆佩珊", "冼家俊")
    await keeper.says("李文静在谁手里？")
    card = await keeper.sees("YG-0014 李文静（市场管理部）", "RS-0034 李文静（研发部）")
    assert "现由庞博(研发部)持有" in card.text
    assert "逾期" in card.text
    await keeper.says("谁借了 RS-0006")
    await keeper.sees("邝伟文 RS-0006", "现由简文婷(人力资源部)持有")
    await keeper.says("liwenjing在哪里")
    await keeper.sees("YG-0014 李文静", "RS-0034 李文静")
    await rep.says("李文静在谁手里")
    await rep.sees("没明白您的意思")
    assert "庞博" not in rep.transcript()
    assert await stage.scalar("SELECT count(*) FROM file_access WHERE look = 'whereabouts'") == 5


async def test_a_record_opens_for_a_purpose_only(stage):
    keeper = stage.person("陆佩珊")
    await keeper.says("查档案 岑美玲")
    await keeper.sees("查看档案信息需说明用途")
    await keeper.says("年度审计抽查")
    card = await keeper.sees("岑美玲 RS-0009", "人事档案", "YH0009 · 销售二部")
    assert "应聘人员登记表" not in card.text
    await keeper.taps("目录")
    await keeper.sees(
        "目录 · 岑美玲 RS-0009", "e2 劳动合同书 2015-10-12 · 6页", "f2 1寸彩色照片 2015-10-12 · 1页 × 2"
    )
    await keeper.taps("档案信息")
    await keeper.taps("记录")
    await keeper.sees("JY-2026-011 卢绍峰 · 借出", "陆佩珊：年度审计抽查")
    rows = await stage.rows("SELECT look, purpose FROM file_access ORDER BY id")
    assert {purpose for _look, purpose in rows} == {"年度审计抽查"}
    assert {look for look, _purpose in rows} >= {"record", "catalogue"}


async def test_lists_loans_and_incidents_leave_an_entry_each(stage):
    keeper, holder = stage.people("陆佩珊", "庞博")
    titles = {
        "借出清单": "借出清单 (",
        "今日应还": "今日应还 (",
        "待归档": "待归档",
        "异常": "异常 (",
        "离职清单": "离职清单",
        "缺件清单": "缺件",
    }
    for word, heading in [*titles.items(), ("借出清单", "借出清单 (")]:
        await keeper.says(word)
        await keeper.sees(heading)
    lists = "SELECT purpose FROM file_access WHERE look = 'list' AND file_id IS NULL AND actor_no = :no"
    read = [purpose for (purpose,) in await stage.rows(lists, no=keeper.staff_no)]
    assert len(read) == len(set(read)) == len(titles)
    assert "借出清单" in read
    loans = "SELECT count(*) FROM file_access WHERE look = 'loan'"
    await keeper.taps("1. ")
    await keeper.sees("【已借出】")
    assert await stage.scalar(loans) == 1
    await holder.says("我的借阅")
    await holder.sees("我的借阅 (")
    await holder.taps("1. ")
    await holder.sees("【已借出】")
    assert await stage.scalar(loans) == 1


async def test_nobody_else_looks_into_files(stage):
    rep, keeper = stage.people("冼家俊", "陆佩珊")
    for label, data in (("档案", "fl:1"), ("目录", "fc:1"), ("标签", "fb:1"), ("流转", "fh:1")):
        await stage.plants(rep, label, data)
        await rep.taps(label, toast="没有这项权限")
    for word in ("借出清单", "今日应还", "待归档", "异常", "离职清单", "导出", "建档", "归档", "查档案"):
        await rep.says(word)
        await rep.sees("没有这项权限")
    await rep.says("缺件")
    await rep.sees("我的缺件", "您的材料已交齐")
    await keeper.says("查档案 陆佩珊")
    await keeper.sees("涉及您本人")


async def test_a_file_is_opened_labelled_and_shelved(stage):
    keeper = stage.person("陆佩珊")
    await keeper.says("建档")
    await keeper.answers("建档 1/6 · 员工", "骆思远")
    await keeper.answers("档案类型", "[员工管理档案]")
    await keeper.answers("原件或复印件", "[原件]")
    await keeper.sees("YG-0007 已经建档（在架）")
    await keeper.taps("复印件")
    await keeper.answers("密级", "[普通]")
    await keeper.answers("保管单位", "[人力资源部]")
    await keeper.answers("位置", "C-01-01")
    await keeper.sees("建档 · 请核对", "档案袋编号：YG-0007-F")
    await keeper.taps("提交")
    await keeper.sees("【已建档】骆思远 YG-0007-F", "员工管理档案 · 复印件 · 人力资源部 C-01-01")
    await keeper.taps("上架", toast="YG-0007-F 在架")
    await keeper.taps("标签")
    await keeper.sees("标签：YG-0007-F")
    pdf = PdfReader(io.BytesIO(await gets_file(stage, keeper, ".pdf")))
    text = pdf.pages[0].extract_text()
    for part in ("骆思远", "YG-0007-F", "工号", "YH0007", "入职时间", "扫码查看档案"):
        assert part in text
    assert not list((stage.data / "documents").iterdir())


async def test_a_document_is_filed_in_four_steps(stage):
    keeper, employee = stage.people("陆佩珊", "骆思远")
    await employee.says("缺件")
    await employee.sees("学历（职称）证书复印件")
    await keeper.says("归档")
    await keeper.answers("归档 1/8 · 档案", "YG-0007")
    await keeper.answers("材料名称", "乙肝两对半化验单")
    await keeper.sees("不得收集乙肝检测材料")
    await keeper.says("学历(职称)证书复印件")
    await keeper.answers("类别", "[a 履历]")
    await keeper.answers("替换", "[不替换，新增]")
    await keeper.answers("形成日期", "11月20日")
    await keeper.answers("页数", "2")
    await keeper.answers("份数", "[1]")
    await keeper.answers("备注", "[跳过]")
    await keeper.taps("提交")
    card = await keeper.sees("【归档】骆思远 YG-0007", "☐ 已鉴别  ☐ 已定位置")
    first, second = await keeper.taps_twice("① 鉴别")
    assert "已鉴别" in first + second
    await keeper.sees("☑ 已鉴别  ☐ 已定位置")
    await keeper.taps_old("① 鉴别：真实、完整、属本人", toast="已鉴别")
    await keeper.taps("② 确定位置")
    await keeper.taps("③ 登入目录")
    await employee.says("缺件")
    await employee.sees("学历（职称）证书复印件")
    await keeper.taps("④ 放入档案")
    await keeper.sees("☑ 已鉴别  ☑ 已定位置  ☑ 已登目录  ☑ 已入档")
    assert not keeper.bubbles[card.message_id].buttons
    await employee.says("缺件")
    await employee.sees("您的材料已交齐")
    await keeper.says("缺件清单")
    shown = await keeper.sees("缺件")
    assert "骆思远" not in shown.text
    assert "赖俊杰 YH0032：1寸彩色照片 (1/2)" in shown.text


async def test_what_is_replaced_stays_in_the_catalogue(stage):
    keeper = stage.person("陆佩珊")
    await looks_into(keeper, "YG-0007")
    await keeper.taps("归档")
    await keeper.answers("材料名称", "身份证复印件")
    await keeper.answers("类别", "[f 其他]")
    await keeper.taps("f1")
    await keeper.answers("形成日期", "昨天")
    await keeper.answers("页数", "1")
    await keeper.answers("份数", "[1]")
    await keeper.answers("备注", "[跳过]")
    await keeper.taps("提交")
    for step in ("① 鉴别", "② 确定位置", "③ 登入目录", "④ 放入档案"):
        await keeper.taps(step)
    await keeper.sees("☑ 已入档")
    await keeper.says("目录 YG-0007")
    await keeper.sees("目录", "f1 ", "已替换")
    assert await stage.scalar("SELECT count(*) FROM materials WHERE state = 'superseded'") == 1


async def test_a_document_is_turned_down_with_a_reason(stage):
    keeper = stage.person("陆佩珊")
    await looks_into(keeper, "YG-0007")
    await keeper.taps("归档")
    await keeper.answers("材料名称", "培训协议")
    await keeper.answers("类别", "d")
    await keeper.answers("替换", "[不替换，新增]")
    await keeper.answers("形成日期", "[跳过]")
    await keeper.answers("页数", "3")
    await keeper.answers("份数", "1")
    await keeper.answers("备注", "[跳过]")
    await keeper.taps("提交")
    await keeper.taps("退件")
    await keeper.answers("为什么不收", "未签字")
    await keeper.sees("已退件")
    await keeper.says("待归档")
    await keeper.sees("没有待归档的材料")


async def test_scanning_a_bag_opens_the_bot_at_that_file(stage):
    keeper, rep, holder = stage.people("陆佩珊", "冼家俊", "庞博")
    await keeper.says("/start file_RS-0034")
    await keeper.sees("李文静 RS-0034", "现由庞博(研发部)持有", "查看档案信息需说明用途")
    await rep.says("/start file_RS-0034")
    card = await rep.sees("李文静 RS-0034", "目前不能借阅")
    assert "庞博" not in card.text
    await rep.taps("归还后通知我", toast="您排第1位")
    await rep.says("/start file_RS-0005")
    await rep.sees("温晓琳 RS-0005", "在架，可以借阅")
    await rep.taps("借档案")
    await rep.sees("档案借阅 2/6 · 借阅范围")
    await holder.says("/start file_RS-0034")
    await holder.sees("现由庞博(研发部)持有")
    await holder.says("/start file_RS-0000")
    await holder.sees("没有这份档案")


@pytest.mark.parametrize(
    ("list_", "heading", "cell"),
    [
        ("档案管理清单", "档案编号", "RS-0034"),
        ("借阅登记表", "借阅编号", "JY-2026-010"),
        ("缺件清单", "缺少材料", "身份证复印件"),
        ("档案统计", "部门", "人力资源部"),
    ],
)
async def test_lists_come_as_workbooks(stage, list_, heading, cell):
    keeper = stage.person("陆佩珊")
    await keeper.says("导出")
    await keeper.sees("导出 Excel")
    await keeper.taps(list_)
    await keeper.sees(f"{list_}，截至")
    book = load_workbook(io.BytesIO(await gets_file(stage, keeper, ".xlsx")))
    values = [value for row in book.worksheets[0].iter_rows(values_only=True) for value in row]
    assert heading in values
    assert cell in values
    assert await stage.scalar("SELECT count(*) FROM file_access WHERE look = 'export'") == 1


async def test_a_file_goes_missing_is_checked_and_found(stage):
    keeper, hr = stage.people("陆佩珊", "欧阳静")
    await looks_into(keeper, "RS-0005", "档案检查")
    await keeper.taps("变更状态")
    await keeper.sees("变更状态 · 温晓琳 RS-0005")
    await keeper.taps("报遗失")
    await keeper.answers("原因或去向", "盘点未找到")
    await keeper.sees("RS-0005 遗失")
    await keeper.says("RS-0005在哪")
    await keeper.sees("遗失 · 人力资源部", "备注：盘点未找到")
    await looks_into(hr, "RS-0005", "档案检查")
    await hr.taps("变更状态")
    await hr.sees("变更状态 · 温晓琳")
    await hr.taps("取出检查", toast="RS-0005 检查中")
    await hr.taps("取出检查", toast="状态已变为“检查中”")


async def test_no_forged_button_leads_into_ones_own_catalogue(stage):
    keeper, rep = stage.people("陆佩珊", "冼家俊")
    own = await stage.scalar("SELECT id FROM personnel_files WHERE number = 'RS-0023'")
    await stage.plants(keeper, "归档", f"ff:{own}")
    await keeper.taps("归档", toast="涉及您本人")
    await stage.plants(rep, "报遗失", f"fv:{own}:shelved:missing")
    await rep.taps("报遗失", toast="没有这项权限")


async def test_a_file_that_is_missed_stays_on_the_list_until_hr_has_closed_it(stage):
    keeper, hr = stage.people("陆佩珊", "欧阳静")
    await looks_into(keeper, "RS-0005", "档案检查")
    await keeper.taps("变更状态")
    await keeper.sees("变更状态 · 温晓琳 RS-0005")
    await keeper.taps("报遗失")
    await keeper.answers("原因或去向", "盘点未找到")
    card = await hr.finds("【档案异常】温晓琳 RS-0005", "遗失：盘点未找到")
    assert "已登记，可继续使用" not in card.buttons
    await stage.plants(hr, "可用", "lz:1:accepted")
    await hr.taps("可用")
    await hr.answers("核查结果", "可用")
    await hr.sees("RS-0005 现为遗失")
    await hr.taps_at(hr.bubbles[card.message_id], "已找回")
    await hr.answers("核查结果", "错放在B柜，已归位")
    await hr.sees("异常已办结")
    assert await stage.scalar("SELECT state FROM personnel_files WHERE number = 'RS-0005'") == "shelved"


async def test_damage_found_on_the_shelf_opens_an_incident(stage):
    keeper, hr, other = stage.people("陆佩珊", "欧阳静", "石岩")
    await looks_into(keeper, "RS-0005", "档案检查")
    await keeper.taps("报异常")
    await keeper.sees("报异常 · 温晓琳 RS-0005")
    await keeper.taps("损坏")
    await keeper.answers("损坏 · 温晓琳 RS-0005", "\u200b")
    await keeper.answers("请填写原因", "e2 发霉，粘连")
    await keeper.sees("RS-0005 的异常已登记")
    card = await hr.finds("【档案异常】温晓琳 RS-0005", "损坏：e2 发霉，粘连", "档案目前检查中")
    await keeper.says("RS-0005在哪")
    await keeper.sees("检查中 · 人力资源部")
    await stage.plants(other, "报异常", "fd:11")
    await other.taps("报异常", toast="由人力资源部保管")
    await hr.taps_at(card, "已补齐或修复")
    await hr.answers("核查结果", "已除霉")
    await hr.sees("异常已办结")
    assert await stage.scalar("SELECT state FROM personnel_files WHERE number = 'RS-0005'") == "shelved"


async def test_an_incident_that_hr_reported_about_a_managers_relative_goes_to_administration(stage):
    hr, boss, steward = stage.people("欧阳静", "梁国栋", "霍敬贤")
    subject = await stage.scalar("SELECT subject_no FROM personnel_files WHERE number = 'RS-0005'")
    await stage.change(lambda work: work.files.declare_relative(boss.staff_no, subject, "姻亲"))
    await looks_into(hr, "RS-0005", "档案检查")
    await hr.taps("报异常")
    await hr.answers("报异常 · 温晓琳 RS-0005", "缺页")
    await hr.answers("缺页 · 温晓琳 RS-0005", "e2 缺第3页")
    await hr.sees("RS-0005 的异常已登记")
    await steward.finds("【档案异常】温晓琳 RS-0005", "缺页：e2 缺第3页")
    await steward.taps("已补齐")
    await steward.answers("核查结果", "已补齐复印件")
    await steward.sees("异常已办结")
    assert await stage.scalar("SELECT closed_by FROM file_incidents") == steward.staff_no


async def test_the_other_units_keeper_changes_nothing(stage):
    other = stage.person("石岩")
    await looks_into(other, "RS-0005")
    card = other.latest()
    assert "变更状态" not in card.buttons
    assert "归档" not in card.buttons
    await stage.plants(other, "报遗失", "fv:11:shelved:under_inspection")
    await other.taps("报遗失", toast="由人力资源部保管")
