"""Where a company's name begins in a sentence, and whether it is the customer's at all."""

from __future__ import annotations

import re

from domain.divisions import place_width
from handlers.intake_text.trades import brand_width

_CUT = re.compile(
    r"了(?!一)|叫做?|(?<!美)的|是|拜访|签下|拿下|谈下来?|下来|新?客户|把(?!手)|让我|(?<![\w一-龥])给|"
    r"来自|认识|(?:这|那|一|两|有|新|几)家(?![具电居纺装])|(?:看看|看一?下|查查|查一?下|问问|问一?下|知道|了解一?下)|"
    r"这边有?|那边有?|有个|个新|单位(?=[一-龥]{2})|(?:名称|名字|抬头|全称|户名|简称|称)(?:叫做?|是|为)?|曾用名|原名|旧名|前身"
)
_FORM = re.compile(r"(?:有限责任|股份有限|有限)?公司$")
_NO_PART = re.compile(
    r"[我你您他她它请的了吗呢吧把将给为是叫称兹这那录帮]$|[我你您他她它请吗呢吧把将兹]|"
    r"(?:客户|公司|单位|名称|全称|一家|建档|开户|新增|登记|录入|添加|报备|申请|资料|信息|如下|发来|转来)$"
)
_NOT_THE_CUSTOMER = re.compile(
    r"(?:对手|竞品|竞争|同行|友商|曾用名|原名|旧名|原称|原来(?:叫|是)|以前叫|之前叫|前身|母公司|总公司|上级|隶属于?|归属|"
    r"股东|控股|供应商|供货商|一直用|原来用|以前用|之前用|在用|用的|替(?:代|换)|介绍人|推荐人|介绍方|业主|总包|甲方|代理)"
    r"(?:的?是|为|叫|:|：|\s|着|的|一?家|过|于|单位|公司|一直)*$|[(（](?:原|曾|前身|旧)(?:名|称|用名|为|是|来?叫|:)*$"
)
_SAID_AFTER = re.compile(
    r"\s?(?:那边)?(?:的[一-龥]{1,4})?(?:介绍|推荐|引荐|转介|牵线)|\s?的(?:货|产品|设备|代理|供应商|子公司|分销)|"
    r"\s?(?:控股|旗下|下属|在抢|也在|报价|报的|给(?:他们|的|到|了))"
)


def name_begins(words: str) -> int:
    """Give where the name begins behind the words of a sentence: 今天拜访了|徐州云龙起重…."""
    at, core = 0, _FORM.sub("", words)
    for match in _CUT.finditer(words):
        if len(words) - match.end() >= 6 and not 0 <= brand_width(core[match.end() :]) < 2:
            at = match.end()
    return at + _before_place(words[at:])


def _before_place(words: str) -> int:
    """Give where a place stands behind words that are no part of a name: 我司是|合肥庐岸…, 为|伊宁…."""
    if place_width(words) >= 2:
        return 0
    for at in range(1, min(12, len(words) - 6)):
        if _NO_PART.search(words[:at]) and place_width(words[at:]) >= 2:
            return at
    return 0


def is_only_a_place(left: str, start: int, end: int) -> bool:
    """Whether what looks like a shop or works is a piece of a place: 河南省驻马店|市, 丹徒区厂|前路."""
    width = place_width(left[start : end + 8])
    return start + width >= end - 1 or bool(
        re.match(r"[市区县省州盟旗]|[前后东西南北][路街]", left[end : end + 2])
    )


def is_somebody_else(said: str, start: int, end: int) -> bool:
    """Whether a company is named for another reason: a rival, a parent, a former name, who recommended."""
    before = re.split(r"[,，;；。\n、]", said[max(0, start - 14) : start])[-1]
    return bool(_NOT_THE_CUSTOMER.search(before) or _SAID_AFTER.match(said, end))
