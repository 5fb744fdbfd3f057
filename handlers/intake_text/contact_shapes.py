"""What a contact's name looks like: full names, surname and title (叶工, 老俞, 阮姐), transliterated ones."""

from __future__ import annotations

import re

from handlers.intake_text.surnames import COMPOUND, JAPANESE, RARE, SURNAMES, TRANSLITERATED

TITLE = (
    r"(?:总经理|副总经理|董事长|[一-龥]{0,4}总监|[一-龥]{0,4}副总|供应链经理|采购经理|采购主管|采购部长|采购员|销售经理|业务经理|"
    r"项目经理|生产经理|技术经理|部门经理|工程师|"
    r"[一-龥]{0,6}经理|[一-龥]{0,6}主管|[一-龥]{0,4}主任|[一-龥]{0,2}科长|[一-龥]{0,2}处长|"
    r"[一-龥]{0,4}部长|[一-龥]{0,2}厂长|店长|会计|出纳|采购|"
    r"先生|女士|小姐|老师|师傅|老板娘?|总工|院长|所长|校长|主席|书记|站长|队长|局长|太太|阿姨)"
)
PLAIN_TITLE = (
    r"经理|主管|主任|科长|处长|部长|厂长|店长|会计|出纳|采购|先生|女士|小姐|老师|"
    r"师傅|老板娘?|总工|院长|所长|校长|主席|书记|站长|队长|局长|太太|阿姨|工程师"
)
POST = re.compile(
    rf"(?:供应链|采购|销售|业务|项目|生产|技术|部门|区域|高级|客户|市场|运营|物流|总|副总?|大区|商务|"
    rf"外贸|质量|设备|工程|财务|行政|人事|仓库|研发|车间)*(?:部|"
    rf"科)?(?:{PLAIN_TITLE}|总监|董事长)"
)
SHORT_TITLE = rf"(?:{PLAIN_TITLE}|总|工|姐|哥|生|姨|叔|伯|嫂|董|导)"
TRANSLITERATED_NAME = re.compile(rf"{TRANSLITERATED}{{3,8}}(?:·{TRANSLITERATED}{{2,8}})?")
DOTTED = re.compile(r"[一-龥]{1,8}(?:·[一-龥]{1,8}){1,2}")
JAPANESE_NAME = re.compile(JAPANESE)
RARE_NAME = re.compile(rf"[{RARE}][一-龥]{{1,2}}")
FULL = re.compile(rf"(?:(?:{COMPOUND})[一-龥]{{1,2}}|[{SURNAMES}][一-龥]{{1,2}})")
FOUR = re.compile(rf"[{SURNAMES}]{{2}}[一-龥]{{2}}")
CALLED = re.compile(
    rf"(?:(?:{COMPOUND})|[{SURNAMES}]){SHORT_TITLE}|折(?:{PLAIN_TITLE})|[老小阿][一-龥]{{1,2}}|[{SURNAMES}](?:记|府)"
)
BESIDE = re.compile(rf"[\s\-(（,|]{{1,5}}(?P<title>{TITLE})[)）]?(?![一-龥])")
GLUED = re.compile(
    r"(?P<title>(?:总经理|副总经理|采购经理|采购主管|销售经理|[一-龥]{0,2}经理|[一-龥]{0,2}主管|"
    r"[一-龥]{0,2}主任|[一-龥]{0,2}厂长|先生|女士|小姐|"
    r"工程师|会计|老师|师傅))(?![一-龥])"
)
PIECE = re.compile(r"[^\n;；|\t,，。、/\0\s!！?？:：()（）·\-]+")
_PLAIN_WORDS = (
    "谢谢 麻烦 尽快 客户 新客户 地址 电话 手机 联系 折扣 结算 方式 价格 报价 现结 月结 专票 普票 含税 "
    "安排 时间 公司 单位 名片 国内 国外 "
    "尽快安排 首单 首批 年底 明年 今年 上海 北京 广州 深圳 天津 重庆 安装 成交 高新 都是 都行 和平 明天 "
    "后天 平时 经常 应该 相关 管理 "
    "常规 计划 全部 全款 于是 包邮 包装 安全 方便 有事 东西 广告 介绍 金属 水泵 计量 温度 高压 成本 和气 "
    "通过 通知 连续 支持 查收 别的 "
    "单价 景气 年付 席位 相同 同上 江西 江苏 安徽 海南 云南 宁夏 广东 广西 常州 常熟 金华 徐州 温州 台州 "
    "扬州 苏州 贺州 柳州 文山 连云 "
    "项目 任务 经营 关系 后续 时候 有货 有限 商量 席卷 白天 空白 元旦 边上 路上 "
    "老号 新号 原号 旧号 国庆 钱款 都按 向您 从前 能否 明细 成品 车间 华东 华南 华北"
)
PLAIN = frozenset(_PLAIN_WORDS.split())
NOT_IN = re.compile(
    r"[的了吗呢吧给按个折款账票价额天月号年元台把让要请是就好不]|公司|客户|谢|麻烦|部$|科$|处$|厂|店|行$|"
    r"路|街|省|市$|县$|镇|村|同号|"
    r"名称|单位|应该|是$|热线|全国|建档|登记|备用|优惠|地址|电话|采购$|业务|付|结$|单$|报|谈|找|和$|另|再|先|急|周[一二三四五六日天]|星期"
)


def width_of_name(said: str, *, loose: bool) -> int:
    """Give how many characters of what stands behind a label are a name."""
    for pattern in (DOTTED, TRANSLITERATED_NAME):
        if (foreign := pattern.match(said)) and not re.match(r"[一-龥·]", said[foreign.end() :]):
            return foreign.end()
    called = CALLED.match(said)
    if called and (not re.match(r"[一-龥]", said[called.end() :]) or called.end() >= 3):
        return called.end()
    word = re.match(r"[一-龥·]+", said)
    if word is None:
        return 0
    if len(word[0]) <= 3:
        return len(word[0]) if len(word[0]) >= 2 else 0
    full = FULL.match(said)
    if full and GLUED.match(said, full.end()):
        return full.end()
    if len(word[0]) in {4, 5} and JAPANESE_NAME.fullmatch(word[0]):
        return len(word[0])
    if len(word[0]) == 4 and (FOUR.match(said) or re.match(COMPOUND, said)):
        return 4
    for width in (3, 2):
        if full and width <= full.end() and re.compile(rf"{SHORT_TITLE}(?![一-龥])").match(said, width):
            return width
    return (
        0
        if not loose
        else (full.end() if full and re.match(r"(?:电话|手机|地址|在)", said[full.end() :]) else 0)
    )
