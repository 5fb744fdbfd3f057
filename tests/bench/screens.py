"""What the bare bots show: Menxia's own questions and buttons, as plain text. Imports nothing of Menxia."""

from __future__ import annotations

from dataclasses import dataclass

Rows = list[list[tuple[str, str]]]

TITLE = "新客户"
TYPED = (0, 2, 3, 4)  # questions answered in words; all others by a button
GREETING = "您好，业务员，要办什么？"
MENU: Rows = [
    [("新客户", "new")],
    [("我的待办", "td:0"), ("我的申请", "my:0")],
    [("帮助", "help"), ("中文/English", "lang")],
]


@dataclass(frozen=True, slots=True)
class Question:
    """choices: labels by row, each its own value."""

    label: str
    words: str
    choices: tuple[tuple[str, ...], ...] = ()
    optional: bool = False


QUESTIONS = (
    Question("客户名称", "请发客户全称，与营业执照一致\n例如 佛山市恒锐五金制品有限公司"),
    Question(
        "统一社会信用代码",
        "请发18位统一社会信用代码\n例如 91440101MA5XXXXX0X（营业执照上有）",
        optional=True,
    ),
    Question("客户地址", "请发省市区和详细地址\n例如 广东省佛山市顺德区凤翔路28号"),
    Question("联系人", "请发客户那边联系人的姓名，可加职务\n例如 陈志强 采购经理"),
    Question("联系电话", "请发手机号，或带区号的座机\n例如 13800138000，或 0757-22345678 转 801"),
    Question(
        "折扣",
        "给客户什么折扣？请点选或输入\n例如 九二折、92折、0.92、让利8个点",
        (("九五折", "九二折", "九折", "八八折"), ("八五折",)),
    ),
    Question(
        "结算方式",
        "客户怎么结算？请点选或输入\n例如 月结30天、款到发货",
        (("款到发货", "现结"), ("月结30天", "月结60天"), ("货到30天", "票到30天")),
    ),
    Question("客户类别", "请选择客户类别", (("企业", "经销商", "个体户"), ("政府", "服务型")), optional=True),
    Question("客户等级", "请选择客户等级", (("A", "B", "C"),), optional=True),
    Question(
        "客户来源",
        "请选择客户来源",
        (("普遍寻找", "广告", "介绍"), ("查阅资料", "委托助手", "客户资料整理"), ("交易会",)),
        optional=True,
    ),
    Question("附件", "请发营业执照的照片或 PDF，多份请逐个发送", optional=True),
)
SUMMARY_ROWS: Rows = [[("提交", "f:ok")], [("修改", "f:e"), ("取消", "f:c")]]


def heading(place: int) -> str:
    return f"{TITLE} {place + 1}/{len(QUESTIONS)} · {QUESTIONS[place].label}"


def question(place: int) -> tuple[str, int, Rows]:
    """Give text, length of the bold heading, and buttons."""
    asked = QUESTIONS[place]
    rows: Rows = [[(label, f"f:{place}:v:{label}") for label in row] for row in asked.choices]
    steps = [("上一步", f"f:{place}:b")] if place else []
    if asked.optional:
        steps.append(("跳过", f"f:{place}:s"))
    rows.append([*steps, ("取消", f"f:{place}:c")])
    return f"{heading(place)}\n{asked.words}", len(heading(place)), rows


def summary_lines(answers: dict[str, str]) -> str:
    return "\n".join(f"{asked.label}：{answers.get(asked.label, '未填')}" for asked in QUESTIONS)


def summary(answers: dict[str, str]) -> tuple[str, int, Rows]:
    title = f"{TITLE} · 请核对"
    route = "流程：经理901(核对) → 经理902(审批) → 经理901(办理)"
    return f"{title}\n{summary_lines(answers)}\n{route}", len(title), SUMMARY_ROWS


def filed(answers: dict[str, str]) -> str:
    return f"{summary_lines(answers)}\n✓ 已提交"


def picked(data: str) -> tuple[int, str]:
    """Read a button's payload: which question, and the value, empty where it was skipped."""
    _form, place, act, *value = data.split(":", 3)
    return int(place), value[0] if act == "v" else ""
