"""The labels people write before a value: 客户名称:, 联系人 , 手机/Mobile:, name=."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from handlers.intake_text.board import MOST, Board

_WORDS = {
    "customer_name": (
        "客户名称 客户名 客户全称 客户单位 公司名称 公司全称 公司名 单位名称 企业名称 开票名称 开票抬头 "
        "发票抬头 抬头 名称 "
        "店名 店铺名 商号 字号 公司叫 单位是 单位叫 客户叫 公司名叫 公司名是 客户 公司 单位 户名 "
        "company customer name"
    ),
    "uscc": (
        "统一社会信用代码 统一信用代码 社会信用代码 信用代码 统一代码 纳税人识别号 税务登记号 开票税号 "
        "税号 执照号 营业执照号 "
        "代码 uscc tax id"
    ),
    "contact_name": (
        "联系人姓名 联系人 联络人 收件人 收货人 经办人 负责人 对接人 店主 采购联系人 老板娘 老板 姓名 "
        "联系 采购 contact person contact 找"
    ),
    "contact_title": "职位 职务 title",
    "phone": "联系电话 联系方式 联系号码 电话号码 电话 phone",
    "mobile": "联系手机 手机号码 手机号 手机 移动电话 mobile mob cell 手机/微信",
    "landline": "座机 固定电话 固话 总机 tel telephone",
    "extension": "分机号 分机",
    "fax": "传真号 传真 fax",
    "hotline": "客服热线 客服电话 客服 热线",
    "email": "电子邮箱 电子邮件 邮箱 邮件 e-mail email",
    "address": (
        "详细地址 客户地址 公司地址 单位地址 注册地址 开票地址 办公地址 联系地址 厂址 地址 地点 所在地 "
        "地方在 address addr add"
    ),
    "region": "所在地区 省市区 所在省市 地区 区域",
    "delivery_address": "送货地址 收货地址 发货地址 交货地址",
    "postcode": "邮政编码 邮编 p.c. postcode zip",
    "discount_rate": "折扣率 折扣 价格系数 系数 价格 报价 discount rate",
    "current_discount": "现行 现价 现行价 现执行 原折扣 现折扣 现行折扣 目前折扣 当前折扣 现有折扣 原价格 "
    "现价格",
    "requested_discount": (
        "新折扣 现申请 申请折扣 拟调折扣 调整后折扣 调整折扣 变更后折扣 申请价格 目标折扣 拟申请折扣 拟调 "
        "申请 拟改"
    ),
    "settlement": "结算方式 结算条件 结算 付款方式 付款条件 付款 账期 帐期 terms payment",
    "current_settlement": (
        "原结算方式 原结算 现结算 现结算方式 目前结算方式 当前结算方式 原付款方式 现付款方式 原账期"
    ),
    "requested_settlement": (
        "新结算方式 新结算 申请结算方式 申请结算 变更后结算方式 新付款方式 申请付款方式 新账期 申请账期"
    ),
    "reason": "变更原因 申请原因 调整原因 申请理由 变更理由 调整理由 原因 理由 事由 缘由 缘故 reason",
    "effective_from": (
        "启用日期 启用时间 生效时间 生效日期 生效日 执行期 执行期限 执行时间 执行日期 开始时间 开始日期"
    ),
    "effective_to": "有效期 截止日期 截止时间 有效期至 到期日",
    "source": "客户来源 来源 source",
    "customer_category": "客户类别 客户类型 类别 category",
    "grade": "客户等级 客户级别 等级 grade",
    "bank_name": "开户银行 开户行",
    "bank_account": "银行账号 银行帐号 账号 帐号 卡号",
    "chat_id": "微信号 微信 wechat qq号 qq",
    "credit_limit_cny": "信用额度 授信额度 授信 额度",
    "note": "备注 说明 网址 网站 web",
    "product_line": "适用范围 产品范围",
}
_BARE = {
    *(
        "联系人",
        "联系人姓名",
        "联络人",
        "收件人",
        "收货人",
        "经办人",
        "负责人",
        "老板娘",
        "找",
        "原因",
        "理由",
        "店名",
        "店铺名",
        "公司叫",
        "单位是",
        "单位叫",
        "客户叫",
        "公司名叫",
        "公司名是",
        "姓名",
        "对接人",
    ),
    *(
        "联系手机",
        "手机号码",
        "手机号",
        "手机",
        "移动电话",
        "联系电话",
        "电话号码",
        "电话",
        "座机",
        "固话",
        "传真",
        "fax",
    ),
    *(
        "tel",
        "mob",
        "mobile",
        "邮编",
        "邮政编码",
        "邮箱",
        "地址",
        "详细地址",
        "送货地址",
        "收货地址",
        "注册地址",
    ),
    *(
        "开票地址",
        "公司地址",
        "统一社会信用代码",
        "信用代码",
        "纳税人识别号",
        "税号",
        "开票税号",
        "执照号",
        "折扣",
    ),
    *(
        "折扣率",
        "结算方式",
        "客户名称",
        "公司名称",
        "单位名称",
        "微信号",
        "qq",
        "微信",
        "开户行",
        "账号",
        "职位",
        "客服",
    ),
    *(
        "店主",
        "地点",
        "客户等级",
        "客户级别",
        "contact",
        "生效日期",
        "生效时间",
        "系数",
        "地方在",
        "额度",
        "信用额度",
        "热线",
        "联系",
        "qq号",
        "银行账号",
        "厂址",
        "结算",
        "老板",
    ),
}
"""Labels that need no colon: 地址古镇镇曹三工业区."""
_BILINGUAL = r"(?:\s?/\s?(?:微信|手机|电话|[a-z][a-z.\-]{1,9}))?"


@dataclass(frozen=True)
class Label:
    """A label in a text. at: where its value begins. strong: written with a colon."""

    field: str
    words: str
    start: int
    at: int
    strong: bool


@cache
def field_of_label(words: str) -> str | None:
    bare = words.strip(" \"'*_-#").split("/")[0].strip()
    return _by_word().get(bare) or _by_word().get(bare.removeprefix("新"))


@cache
def _by_word() -> dict[str, str]:
    multi = {"tax id": "uscc", "contact person": "contact_name"}
    return {word: name for name, words in _WORDS.items() for word in words.split()} | multi


def _spaced(word: str) -> str:
    """Allow the gaps of cards in short labels: 手 机, 联 系 人, Q Q. All or none: 公司 地址 is two words."""
    short = 2 <= len(word) <= 4 and (not word.isascii() or word == "qq")
    return rf"{re.escape(word)}|{'[ ]{1,4}'.join(word)}" if short else re.escape(word)


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(_by_word(), key=len, reverse=True)
    strong = "|".join(_spaced(word) for word in words)
    ordered = sorted(_BARE, key=len, reverse=True)
    bare = "|".join(f"{re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in ordered)
    first = "".join(sorted({word[0] for word in [*words, *ordered]}))  # most characters begin no label
    guarded = rf"(?<![a-z])(?=[{first}])(?P<strong>{strong})(?:人)?{_BILINGUAL}[ \t]?[:=][ \t]?"
    return re.compile(
        rf"{guarded}|(?<![a-z])(?=[{first}])(?P<bare>{bare}){_BILINGUAL}(?:号码)?(?:嘛|呢|的话)?(?:就?是|为|叫)?\s?"
    )


_NO_LABEL_BEFORE = re.compile(r"[的没无换改约打接回]$|[个位]$")
_OWNED = {
    "收货地址",
    "送货地址",
    "发货地址",
    "注册地址",
    "公司地址",
    "开户行",
    "账号",
    "银行账号",
    "税号",
    "传真",
    "邮箱",
}
"""Labels that may stand behind 的: 汇讯机电的开户行改成…."""
_WORD_GOES_ON = {
    "原因": re.compile(r"[不没未待回另下后]"),
    "理由": re.compile(r"[不没未待回另下后充]"),
    "找": re.compile(r"[了到他她它我您你们]"),
    "联系": re.compile(r"[手电了不得上过方我您你他她客]"),
    "地址": re.compile(r"[不改变没迁]"),
    "地点": re.compile(r"[不改变没]"),
    "店主": re.compile(r"[说要]"),
    "电话": re.compile(r"[不没改里打费联]"),
    "手机": re.compile(r"[不没改厂配壳店]"),
    "联系人": re.compile(r"[改换没变]|不(?!是)"),
    "折扣": re.compile(r"[上价优不能要可多]"),
    "老板": re.compile(r"[说定娘们的要让在是电]"),
    "结算": re.compile(r"[方不]"),
    "微信": re.compile(r"[同群]"),
    "客服": re.compile(r"[部务]"),
}


def find_labels(board: Board, most: int = MOST) -> list[Label]:
    """Give the first labels of what is left of a text, in order."""
    return list(_labels_of(board.left, most))


@lru_cache(maxsize=4)
def _labels_of(left: str, most: int) -> tuple[Label, ...]:
    """Look once, though several rules of splitting ask."""
    labels: list[Label] = []
    for match in islice(_pattern().finditer(left), most):
        words = match["strong"] or match["bare"]
        if words not in _by_word():
            words = words.replace(" ", "")
        before = left[max(0, match.start() - 1) : match.start()]
        if match["strong"] and words in {"客户", "公司", "单位"} and re.match(r"[新老个家港外该这]", before):
            continue
        if match["strong"] and words == "公司" and re.match(r"[一-龥](?<![户方])", before):
            continue  # the end of a name: …有限公司:
        if match["bare"]:
            goes_on = _WORD_GOES_ON.get(words)
            owned = before == "的" and words in _OWNED
            if (_NO_LABEL_BEFORE.search(before) and not owned) or (
                goes_on and goes_on.match(left, match.end())
            ):
                continue
        labels.append(Label(_by_word()[words], words, match.start(), match.end(), bool(match["strong"])))
    return tuple(labels)


def label_before(labels: list[Label], left: str, start: int) -> Label | None:
    """Give the label whose value begins here, with nothing but marks between them."""
    for label in reversed(labels):
        if label.at <= start:
            return label if not re.search(r"[^\s:：(（/\-\0是为]", left[label.at : start]) else None
    return None


def value_end(board: Board, labels: list[Label], label: Label, stops: str = r"[\n;；|\t,，。/]") -> int:
    """Give where a labelled value ends: at a stop, at the next label, or at what another rule took."""
    following = [other.start for other in labels if other.start >= label.at and other is not label]
    limit = min(following, default=len(board.left))
    stop = re.compile(rf"{stops}|\0").search(board.left, label.at, limit)
    return stop.start() if stop else limit
