"""Which customer a change, a question or a notice speaks of, as the rep calls it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.divisions import place_width
from handlers.intake_text.board import Board, Find, corrected
from handlers.intake_text.directories import Directory
from handlers.intake_text.labels import Label, value_end
from handlers.intake_text.trades import brand_width, ends_with_trade, unlike_a_name, width_to_trade

_CLAUSE = re.compile(r"[^,，。;；\n!！?？、:：()（）\[\]【】/|~\s\0]+")
_CODE = re.compile(r"(?<![a-z0-9])kh\s?-?\s?\d{3,8}(?!\d)")
_LEAD_ONE = re.compile(
    r"(?:①|②|③|④|⑤|⑥|第[一二三四]个|[一二三四]是(?=[一-龥]{3})|\d{1,2}[.)、]|[\-*·•>]|"
    r"(?:我|要|想)?(?:报|说|申请|改|调)的是|瞅瞅|瞅一?[下眼]|瞧瞧|瞧一?[下眼]|嗯+|呃+|哎|喂|那个啥?|这个啥|就是说|求批?|[看查]一眼|查一查|看一看|问一问|老板|领导好|各位|大家|早上好|上午好|下午好|你好|您好|哈喽|hi|麻烦|帮忙|帮我|帮|请问一下|请问|请|"
    r"辛苦|想|我要|我想|要|再|还有|另外|同时|此外|以及|外加|然后|"
    r"关于|对于|能不能|可不可以|可以|能否|是否|给|把|将|为|替|跟|和|向(?![日阳东荣明前])|查一下|查下|查查|查|看一下|看下|"
    r"看看|看|问一下|问下|了解一下|更新一下|更新|修改一下|修改|"
    r"老客户|我?们?负责的|我?手上的|知道|刚才|刚刚|问问|咨询一?下|确认一?下|"
    r"同意了|批了|申请把|申请给|申请将|申请|报一下|报个|变更|调整|系统里?|直接|先|那个|客户名称|客户|"
    r"公司|转发|转(?![动向子轴速鼓印型])|一下|名片上?|截图|(?:这|那)(?:个|家|边)|我们?(?:这边)?是|我们?|是|兹|谨|拟|径|现(?=[将把对])|"
    r"对(?![手方面象口接比])(?=[一-龥]{3})|"
    r"敬请|烦请|烦|恳请|呈报|特此|针对|就(?=[一-龥]{3})|跟[您你]|说(?:个|一?下)?事儿?|汇报(?:一?下)?|报告|报批|经理|主管|领导|所以|因此|"
    r"故(?=[一-龥]{4})|正?在(?=[一-龥]{4})|劳驾|[看查]一眼|后台(?=[把将给帮])|内勤|老师们?|同事们?|客户是|单位是)"
)
"""One of the words that lead to a name."""
LEAD = re.compile(rf"(?:{_LEAD_ONE.pattern})+")
_END = re.compile(
    r"[呢嘛哈](?!绒)|仅(?=这|本|限|此)|做紧|咱|[他她它]们?家?|[望拟盼](?=[将把对改调申能请降])|[这那](?=[次回趟边条笔事单都]|中标)|(?:近|连续|连着|最近)?[一二三四五六七八九十两半几\d]{1,3}个?(?:月|"
    r"年|季度)(?=[没不只才都来内里])|"
    r"分别(?=调|改)|当前|管(?=采购|财务|仓|设备)|来[函电]|(?:发|转)(?:过)?来|告知|对接|负责人|底价|底线|框架(?=合同|协议)|[个嘅](?=折扣|联系|电话|地址)|开户|账号|总机|后面|往后|接下来|开(?=\d|[专普]?票)|"
    r"我(?=[刚们想要的申跟和])|走(?=[银承月款货票账])|(?:上回|这回|批下来|现行)|[一-龥]总(?=原话|[说的讲])|中标|拿下|谈下|仓管|仓库(?!设备|货架|物流)|门卫|前台|老板|原话|眼下|"
    r"到底|执行|享受|收(?=[到紧回])|也|刚|喝茶|吃饭|(?:这|那)[边家]|拿(?=的|什么|货)|批(?=的|了|过)|打电话|来电|那里|"
    r"从|由(?!器)|再|(?<!首)要|想|申请|改|调(?!速|压|节|谐)|目前|现在|现[结款在申]|"
    r"原[来先本]?(?=[结走用是做下让优九八七\d折\0现月款票货账次预全是按给])|原价|月结|款到|票到|货到|账期|帐期|承兑|"
    r"[这那](?=[一个半几两三次单批票块])|之前|只有|近[一二三四五六七八九十两半几\d]{1,3}个?(?:月|年|季度)|今年|去年|明年|上半年|下半年|最近|近期|本季|上季|每月|每年|半年|"
    r"一季度|二季度|三季度|四季度|"
    r"客户|对方|他们|只(?=调|改|针)|以后|就(?=这|按|是|从)|的|"
    r"涨(?!轴)|降(?!温|解)|恢复|让(?!德)|优惠|下浮|上浮|折扣|折(?!弯)|价格|单价|结算|付款|能(?=不能|给|"
    r"做|否|到|拿|享|打)|放宽|延长|缩短|在(?=原|现)|"
    r"不(?=是|改|调|变|要)|承兑|全款|预付|已(?=搬|经|换|改)|邮箱|传真|手机|座机|微信|邮编|税号|法人|收款|"
    r"合同|发票|可以|可否|是否|是不是|还是|"
    r"打(?!印|包|捆|磨|井|标)|按|给(?!水|料|排)|一直|连续|因为|由于|原因|(?<![成首商])都(?=开|按|是|改|"
    r"调|要|申请|降)|财务(?=电话|联系|的|换|改|要)|订单|"
    r"用量|拿货|采购|换(?!热)|送货|收货|联系|电话|搬(?!运)|地址|开票|发票|量(?=[上大涨少翻下增多])|"
    r"已经|今天|昨天|上次|下次|本单|本次|特批|特价|公司(?=地址|的|电话|账|采购)|迁|搬到|注册|年底|月底|"
    r"还有|仅限|长期|统一|全部|全线|同意|直接|涨回|多少|几折|是|什么|"
    r"怎么|有没有|走(?=量|票|现)|\d|[一二三四五六七八九]折|"
    r"[零一二三四五六七八九](?=[零一二三四五六七八九点]{0,2}[折扣])|→|->|说|报价"
)
_PROJECT = re.compile(r"(?P<name>[一-龥]{3,8}?)(?P<project>[一-龥]{2}(?:项目|标段|工地|分店))$")
_NOBODY = re.compile(
    r"^(?:内勤|[一-龥]{0,4}老师|[一-龥]{0,4}辛苦|谁|[一-龥]{1,2}(?:总|工|经理|会计|主任|姐|哥|主管|助理)$|看看|敬请|烦请|恳请|审批|谨启|呈报|说错|"
    r"写错|打错|搞错|更正|纠正|不是|就这|这一|群里|消息|原话|来信|流程|单独|单次|统一|[老小阿][一-龥](?:说|跟|讲)|[一-龥]{1,2}(?:总|工|经理)说|通知|备注|提醒|"
    r"紧急|"
    r"人家|别人|咱|[只仅就](?:调|改|限|给|针对)|[一-龥]{1,8}系列$|[一-龥]{2,4}?(?:有|那)家|隔壁|周[一二三四五六日]|星期|领导|老板|"
    r"经理|我们|你们|他们|她|他|我|您|你|对方|系统|不用|不走|价格|折扣|结算|月结|现结|中午|明天|后天|"
    r"今天|昨天|提醒|刚|最近|今年|去年|这|那|该|好的|收到|谢谢|"
    r"因为|原因|另外|其他|其余|恢复|执行|有效|起|到|一次|\d|同行|对手|竞争|隔壁|量|订单|用量|业务|采购|"
    r"年底|财务|总部|付款|账|专票|含税|以后|都|全部|所有|有|没有|在|能|"
    r"可|是|别|不|报|两个|几个|申请|麻烦|"
    r"尽快|急|连着|连续|一直|半年|月|季度|客户|公司|送货|地址|电话|联系|开户|账号|新|原|现|下|上次|各位|"
    r"大家|请|帮|查|看|改|调|换|冲|签|包|回款|信誉|信用|资金|冲量|"
    r"理由|生效|原来|目前|全年|提货|(?:微信|电话|口头|钉钉)(?:上|里|中)|[一-龥]{1,2}(?:总|工|经理|主任|董)(?:口头|昨天|今天|刚|微信|电话|已经?|私下))"
)
_ENGLISH = frozenset(
    (
        "discount",
        "could",
        "would",
        "please",
        "dear",
        "check",
        "order",
        "price",
        "from",
        "email",
        "update",
        "current",
        "hello",
        "thanks",
    )
)
_TAKEN_BACK = re.compile(
    r"(?:错了?|不对|[哦噢]不|口误|更正|纠正)[,，。\s:：]*(?:应该|应)?(?:是|为|[:：])?\s?$|不是[^,，。]{2,10}[,，\s]?是\s?$"
)
_MEANT = re.compile(r"(?:报|申请|改|调|要|想改)的(?:才|就)?是\s?$")
_DENIED = re.compile(r"不是\s?$")
_NO_BRAND = re.compile(
    r"所有|全|其[他余它]|单[独次]|统一|[两几]个|有[效关]|以后|原[来有材]|目前|同行|对手|竞争|隔壁|别|不|没|都|今|去年|明年|最近|一次|\d|"
    r"年底|季度|价格|折扣|订单|用量|量|业务|采购|回款|资金|总部|财务|送货|新[设产]|现货|在|上次|下次|换|改(?:装|造)"
)
"""What may stand before a trade and is no brand: 所有电机."""
_VERB_BEFORE = re.compile(r"(?:把|将|给|为|替)\s?$")


@dataclass(frozen=True)
class Reference:
    words: str
    start: int
    end: int
    why: str


def find_reference(board: Board, labels: list[Label], directory: Directory | None) -> Reference | None:
    """Give how the customer is called: labelled, by its full name, or before what is asked for it."""
    for label in labels:
        if label.field == "customer_name" and label.strong:
            end = value_end(board, labels, label, r"[\n;；|\t,，。\s]")
            if len(board.shown(label.at, end).strip()) >= 2:
                return Reference(board.shown(label.at, end).strip(), label.at, end, "labelled")
    if finds := board.finds.get("customer_name"):
        return Reference(finds[0].value, finds[0].start, finds[0].end, "full_name")
    if codes := list(board.search(_CODE)):
        finds = [
            Find("customer_ref", code[0].replace(" ", "").upper(), *code.span(), "code") for code in codes
        ]
        first = corrected(board.text.said, finds)[0]
        return Reference(first.value, first.start, first.end, "code")
    scored = _candidates(board)
    candidates = [each for score, each in scored if score >= 1]
    if directory is not None:
        known = [each for _score, each in scored if directory.matches(each.words)]
        if known:
            return known[0]
        if known_head := _known_head(board, directory):
            return known_head
        for each in candidates:
            for width in range(len(each.words) - 1, 1, -1):
                shorter = each.words[:width]
                if directory.matches(shorter):
                    return Reference(shorter, each.start, each.start + width, "directory")
    return candidates[0] if candidates else None


def _known_head(board: Board, directory: Directory) -> Reference | None:
    """Give a name of the register that a clause begins with, though it looks like another word: 新力要由…."""
    for clause in list(board.search_all(_CLAUSE, 4)):
        lead = LEAD.match(clause[0])
        start = clause.start() + (lead.end() if lead else 0)
        stop = next((end.start() for end in _END.finditer(board.left, start + 2, clause.end())), clause.end())
        words = board.left[start:stop]
        if 2 <= len(words) <= 12 and not unlike_a_name(words) and directory.matches(words):
            return Reference(board.shown(start, stop), start, stop, "directory")
    return None


def _candidates(board: Board) -> list[tuple[int, Reference]]:
    """Give who may be meant, the likeliest first; what scores below one is nobody unless the
    register knows it."""
    found: list[tuple[int, Reference]] = []
    said = board.text.said
    days = {find.end for name in ("effective_from", "effective_to") for find in board.finds.get(name, [])}
    for count, clause in enumerate(list(board.search_all(_CLAUSE, 40))):
        start, end = clause.span()
        if board.left[start - 1 : start] == "\0" and start not in days:
            continue
        called = _called(board, start, end)
        if called is None:
            inner = re.search(r"(?:把|将|给|为|替)(?=[一-龥]{2})", clause[0])
            called = _called(board, start + inner.end(), end) if inner else None
            if called is None:
                continue
        begin, stop = called
        follows = said[stop : stop + 16]
        score = 3 * bool(
            re.match(
                r"\s*[的:：,，]?\s*(?:就|也)?(?:\0|改|调|从|由|再|申请|"
                r"[\d九八七六五一二三四]{1,3}(?:\.\d)?\s?[折扣]|现|原|月结|涨|降|恢复|折扣|能|"
                r"想|要|目前|直接|按|打|给|放宽|承兑|款到|票到|货到|账期|不是|在原|由于|因为)",
                follows,
            )
        )
        score += 2 * bool(_VERB_BEFORE.search(said[max(0, begin - 2) : begin])) + (
            3 if count == 0 else 1 if count == 1 else 0
        )
        score -= 2 * (stop - begin < 3) + 4 * unlike_a_name(said[begin:stop])
        score += 3 * ends_with_trade(said[begin:stop])
        before = said[max(0, begin - 12) : begin]
        score += 6 * bool(_TAKEN_BACK.search(before) or _MEANT.search(before)) - 6 * bool(
            _DENIED.search(before)
        )
        found.append((score, Reference(board.shown(begin, stop), begin, stop, "before_request")))
    return sorted(found, key=lambda scored: -scored[0])


def _called(board: Board, start: int, end: int) -> tuple[int, int] | None:
    """Give where a name stands in a clause; as few leading words are taken off as leave a whole one.

    给力五金 is a name, for 力 is no brand; 给华锐刀具 is not.
    """
    said = board.text.said
    begins = [start]
    while (lead := _LEAD_ONE.match(said, begins[-1], end)) and lead.end() > begins[-1]:
        begins.append(lead.end())
    for begin in reversed(begins):
        stop = _stop(said, begin, end)
        words = said[begin:stop]
        if begin > start and 0 <= brand_width(words) < 2:
            continue
        if said[stop : stop + 1] in {"说", "讲"} and len(words) <= 3 and stop + 1 < end:
            told = re.compile(r"(?:他们|我们|咱们?|她们)?").match(said, stop + 1, end)
            return _called(board, told.end() if told else stop + 1, end)
        return (begin, stop) if _may_be_called(words) else None
    return None


def _stop(said: str, start: int, end: int) -> int:
    """Give where a name that begins there ends."""
    ends = _END.finditer(said, start, end + 8)
    stop = next((match.start() for match in ends if start + 2 <= match.start() < end), end)
    named = start + width_to_trade(said[start:stop])
    if start < named < stop - 2 and re.search(r"系列|产品|项目|工程|订单", said[named:stop]):
        stop = named
    if project := _PROJECT.fullmatch(said[start:stop]):
        stop = start + len(project["name"])
    return stop


def _may_be_called(words: str) -> bool:
    if not 2 <= len(words) <= 24 or not re.fullmatch(r"[一-龥a-z0-9()（）&·\-]+", words):
        return False
    if place_width(words) == len(words):
        return False  # 苏州 alone is a place
    if _NOBODY.match(words) and (brand_width(words) < 2 or _NO_BRAND.match(words) or unlike_a_name(words)):
        return False
    return bool(re.search(r"[一-龥]", words)) or (len(words) >= 4 and words not in _ENGLISH)
