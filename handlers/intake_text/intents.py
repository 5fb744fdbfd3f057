"""What a message wants: one of the company's processes, a question, or nothing that is filed."""

from __future__ import annotations

import re

from handlers.intake_text.chat import is_chat
from handlers.intake_text.companies import NAMED
from handlers.intake_text.normalising import Text

INTENTS = (
    "new_customer",
    "discount_change",
    "customer_data_change",
    "file_loan",
    "discount_query",
    "todo",
    "other",
)

_REMINDER = re.compile(
    r"提醒(?:我|一下|下|大家)|提我(?=去|[^,。;]{0,6}点)|(?:记得|别忘了|到点|到时候?)(?:提|叫|喊)我|闹钟"
)
_NOT_NOW = re.compile(
    r"(?:先|暂时?|千万)(?:别|不要?|不用)(?:急着)?(?:去)?(?:提单|提交|报单|报批|上报|录系统|录入|建档|走流程|走审批|申请|提流程|发起|报(?!价)|改)|别提单|只是(?:讨论|问问|打听)|帮(?:忙|我)?参谋"
)
_TODO = re.compile(r"待办|待我(?:审批|处理)|等我(?:审批|批|处理)|(?:要|需)我(?:审批|批)的|我的审批")
_LOAN = re.compile(
    r"(?:借|调|查|看|用)[^,，。;；\n]{0,16}(?:档案|rs-?\d{3,4}|yg-?\d{3,4})|档案[^,。;\n]{0,8}(?:借|调|"
    r"查)(?:阅|用|出|一下|我|"
    r"给)|(?:rs|yg)-?\d{4}|(?:借阅|借档|调阅|调档)(?:申请|登记)?(?:单|表)?(?=[^一-龥])"
)
_NEW = re.compile(
    r"(?<!更)新客户|新增客户|新(?:建|开|加)(?:个|一个|一家)?客户|建(?:个|一个|一下)?档|开户(?!行|银行|信息|资料|名|许可|:中国|"
    r":\s?[一-龥]*银行)|录(?:入)?(?:一个|个|一下|下|"
    r"一家)?(?:新)?客户|客户建档|新建(?:一个|个)?客户|登记(?:一个|个)?客户|新户|(?:海外|国外|香港|澳门|"
    r"台湾|外贸)客户|建(?:个|一个)?(?:新)?客户"
)
_DATA_WORDS = (
    r"总机|座机|开户银行|e-?mail|税号|收件人|联系人|采购|电话|手机号?|号码|地址|送货|收货|开票(?:信息|资料)|账号|开户行|"
    r"邮箱|传真|抬头|对接人|负责人|财务"
)
_DATA = re.compile(
    rf"(?:换|改|更新|变更|变|搬|调整)[^,。;\n]{{0,10}}(?:{_DATA_WORDS})|新(?:座机|手机|号码|电话|地址|邮箱|开户行|账号|联系人|传真|名片|厂址)|"
    rf"(?:货|发货|送货)[^,。;\n]{{0,6}}(?:别|不要|统一|改|换)|(?:{_DATA_WORDS})[^,。;\n]{{0,4}}错|资料更正|(?:电话|手机|"
    rf"号码)[^,。;\n]{{0,3}}[转变换]了|接[手替任]|换人|换了(?:个|一个)?人|新联系人|"
    rf"(?:{_DATA_WORDS})[^,。;\n]{{0,8}}(?:换|改|更新|变更|"
    rf"变成|变了|搬)|搬(?:家|了|到|迁)|地址[^,。;\n]{{0,4}}迁|迁(?:到|至|址)|以后[^,。;\n]{{0,6}}(?:找|送|寄)|改名|更名"
)
_RATE = (
    r"(?:\d{1,3}(?:\.\d+)?|[一二三四五六七八九十]{1,3}(?:点[一二三四五六七八九])?)\s?[折扣]|"
    r"0?\.\d{2,4}(?!\d)|(?:下浮|上浮|让利|优惠|便宜|[面标]价的?)\s?\d{1,2}(?:\.\d)?\s?%|"
    r"(?:\d{1,2}(?:\.\d)?|[一二三四五六七八九十半])\s?个?(?:百分)?点|折上折"
)
_TERMS = r"月结|现结|款到|先款后货|票到|货到|账期|帐期|承兑|预付|结算"
_CHANGE_VERB = (
    r"改|调(?!料|味)|申请|恢复|降|涨|提|再让|再优惠|再打|再下浮|再降|再给|变更|变|"
    r"换成|放宽|延长|缩短|让利|下浮|上浮|优惠"
)
_CHANGE = re.compile(
    rf"(?:{_CHANGE_VERB})[^,。;\n]{{0,14}}(?:{_RATE}|{_TERMS}|折扣)|(?:{_RATE}|"
    rf"{_TERMS})(?!的)[^,。;\n]{{0,8}}(?:{_CHANGE_VERB}|→|->|=>|不变)|"
    rf"以后[都就也]?[走用按](?:{_TERMS})|"
    rf"恢复[^,。;\n]{{0,6}}(?:[面原]价|不打折)|(?:{_RATE})[^,。;\n]{{0,2}}取消|(?:想要?|希望|"
    rf"要求)[^,。;\n]{{0,4}}(?:{_RATE})|现价|以[^,。;\n]{{0,2}}(?:{_RATE})为准|"
    rf"(?:从|由)[^,。;\n]{{0,6}}(?:{_RATE})[^,。;\n]{{0,4}}(?:到|至|成)|(?:→|->|"
    rf"=>)\s?[^,。;\n]{{0,4}}(?:{_RATE}|"
    rf"{_TERMS})|"
    rf"(?:按|给|打|做到|能到|走|到)(?:成|做|个)?\s?(?:{_RATE})|折扣\s?(?:变更|调整|改)|(?:要|"
    rf"想)?改(?:一下|下)?(?:折扣|结算)|(?:新|原|"
    rf"现)(?:折扣|结算)|现申请|"
    rf"(?:折上折?|折扣)[^,。;\n]{{0,4}}(?:\d|{_RATE})|(?:{_RATE})\s?(?:到|至|~|或者?)\s?(?:{_RATE})|"
    rf"(?:再(?:让|降|优惠|打|"
    rf"下浮|给|减|便宜))|(?:希望|想|申请|能不能|可不可以|能否)[^,。;\n]{{0,6}}(?:月结|现结|款到发货|票到|"
    rf"货到|承兑)|"
    rf"(?:折扣|价格)(?:要|想|得|需要?)(?:调|改|降)|(?:申请|要|帮忙)[^,。;\n]{{0,3}}(?:优惠|让利|降一?[降点下些]|调一?[调低]|降价)|让\s?[\d一二三四五半][\d.]*\s?个?点|降点?价|便宜点|优惠点|让点利|(?:给|为|"
    rf"帮)[^,。;\n折]{{2,12}}?\d{{0,2}}[一-龥]{{0,2}}?折(?!的)|"
    rf"(?:^|[\n;。,])\s?[一-龥]{{3,10}}(?:本单|这单|特批|特价|批)*\s?(?:\d{{1,2}}(?:\.\d)?|"
    rf"[一二三四五六七八九]{{1,2}})折(?![的线])"
)
_QUERY = re.compile(
    r"几[折扣]|折[^,。;\n]{0,2}(?:对吗|对吧|对不对|没错吧|是吗|是吧)|(?:还有|有没有|有)折扣(?:吗|么|没)|"
    r"多少折|几多折|discount[^,。;\n]{0,4}(?:多少|几)|(?:什么|啥)(?:折扣|价|账期|结算|付款方式)|(?:折扣|"
    r"账期|价格|结算方式)(?:目前|现在)?(?:是|给的?是|"
    r"给)?(?:多少|几|什么|啥)|"
    r"(?:查|看|问|了解)(?:一下|下|查|看)?[^,。;\n]{2,20}(?:折扣|账期|价格|结算)|"
    r"还是[^,。;\n]{1,8}折[^,。;\n]{0,3}[吗么?？]|(?:现在|"
    r"目前)[^,。;\n]{0,4}(?:享受|给|是)[^,。;\n]{0,4}(?:几|多少|什么)|是月结还是|是现结还是"
)
_ASKS = re.compile(
    r"(?:改|调|降|申请|给|做|能到|能不能|可以)[^,。;\n]{0,8}(?:" + _RATE + r")|再(?:让|降|优惠|打|下浮)"
)
_TOLD = re.compile(
    r"昨天(?!起|开始)|刚才|刚跟|刚和|吃饭|吃完饭|上次说|回头再|签回来|上午说|聊到|聊了|听说|据说|随口|开会(?![前议])"
)
_UNCHANGED = re.compile(
    r"(?:价格|折扣|账期|结算|其余|其他|别的|其它)[^,。;\n]{0,6}(?:照旧|不变|不动|不改|没变|不调|照常|维持|还是[^,。;\n]{0,4}折(?![吗么?]))|"
    rf"(?:{_RATE}|{_TERMS})[^,。;\s改调]{{0,6}}(?:那些|这些)?都?(?:不变|照旧|不动)"
)
_HOUR = r"[\d一二三四五六七八九十]{1,3}点(?:钟|半|整|[一二三四五六七八九十\d]{1,2}分)?"
_BY_THE_CLOCK = re.compile(
    rf"(?:上午|下午|晚上|早上|中午|今晚|明早|约的?)\s?{_HOUR}|{_HOUR}(?=改到|推到|开会|见|出发|到(?:下午|上午|晚上)|钟|碰头|集合)"
)
_CLAUSE = re.compile(r"[^,。;?!\n]+")
_GIVEN = re.compile(rf"嫌[^,。;\n]{{0,8}}[贵高]|(?:打|给)了[^,。;\n]{{0,3}}(?:{_RATE})")
_ASKED_AFTER_ALL = re.compile(
    r"现价|为准|(?:您看|帮我?|给)[^,。;\n]{0,3}(?:报|提|走|改|录|批|申请)(?:一下|个|流程)"
)
_FROM_TO = re.compile(rf"(?:从|由)\s?{_RATE}[^,。;\n]{{0,4}}(?:到|至|成|为)\s?{_RATE}")
_DETAIL = {
    "phone": re.compile(
        r"1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8}|\+\d{2,3}[\s-]?\d|"
        r"[幺一][三四五六七八九](?:\s?[零幺一二三四五六七八九]){9}"
    ),
    "address": re.compile(r"[路街道巷镇村弄]\s?[一-龥\d]{0,6}\s?号|地址|工业区|工业园|street|road"),
    "terms": re.compile(_TERMS + r"|现款|分期|定金"),
    "rate": re.compile(_RATE + r"|不打折|折扣|让利|优惠|下浮"),
    "code": re.compile(r"9[1-3]\d{6}[0-9a-z]{8,10}|税号|信用代码"),
    "contact": re.compile(r"联系人|[一-龥](?:经理|主任|先生|小姐|女士|工|总|姐)(?![一-龥])|手机|电话"),
}
_RIVAL_CLAUSE = re.compile(
    r"(?:对手|同行|竞品|友商|别家|别人|隔壁|其他家|人家|另一家)[^,。;\n]{0,8}(?:给|报|打|做|是|"
    r"只要)[^,。;\n]{0,6}?(?:\d|"
    r"[一二三四五六七八九])[^,。;\n]{0,3}折"
)
_NUMBERED_FILE = re.compile(r"(?:借|调)[^,。;\n]{0,6}(?:rs|yg)-?\d{3,4}")
_LABELLED_CHANGE = re.compile(
    r"折扣变更|结算(?:方式)?变更|原(?:折扣|结算)|现折扣|新(?:折扣|结算)|变更原因|现申请(?!新|建|开|录|登)"
)


def recognise_intent(text: Text) -> str:
    """Give the intent; what asks for nothing that is filed is other."""
    said = re.sub(r"[ \t]+", " ", text.said)
    if is_chat(said):
        return "other"
    if _NOT_NOW.search(said):
        return "discount_query" if _QUERY.search(said) else "other"
    if _REMINDER.search(said):
        return "other"
    if _TODO.search(said) and not NAMED.search(said):
        return "todo"
    if asks_for_a_file(said):
        return "file_loan"
    if _LABELLED_CHANGE.search(said):
        return "discount_change"
    return (
        "new_customer"
        if asks_for_new_customer(said) or _describes_a_customer(said)
        else _of_a_known_customer(said)
    )


def asks_for_new_customer(said: str) -> bool:
    """Whether a stretch says that a customer is new: 新客户, 建档."""
    return bool(_NEW.search(said))


def is_put_off(said: str) -> bool:
    """Whether a message says that nothing is to be filed yet, or only wants a reminder."""
    return bool(_NOT_NOW.search(said) or _REMINDER.search(said))


def asks_for_a_file(said: str) -> bool:
    """Whether a stretch asks for a personnel file."""
    asked = (_LOAN.search(said) and ("档案" in said or "借档" in said)) or _NUMBERED_FILE.search(said)
    return bool(asked and not re.search(r"客户档案|建档|新客户", said))


def _describes_a_customer(said: str) -> bool:
    """Whether a message without a request reads like a card: a company and most of what a form asks."""
    details = sum(bool(pattern.search(said)) for pattern in _DETAIL.values())
    if re.search(r"(?:客户名称|公司名称|单位名称|name)\s?[:=]", said) and details >= 2:
        return True
    placed = _DETAIL["phone"].search(said) or _DETAIL["address"].search(said)
    both = _DETAIL["phone"].search(said) and _DETAIL["address"].search(said) and details >= 4
    named = _DETAIL["phone"].search(said) and _DETAIL["address"].search(said) and NAMED.search(said)
    if not both and not named and not (placed and details >= 3 and NAMED.search(said)):
        return False
    return not re.search(
        r"(?:从|由|原)[^,。;\n]{0,6}折|再让|以后[^,。;\n]{0,8}(?:送|货|找)|统一送|还是[^,。;\n]{0,3}折|换了|改了|不变|"
        r"(?:地址|联系人|对接人|手机|电话|账号|开户行|邮箱)[^,。;:\n]{0,2}(?:改|换|变|迁|搬)|"
        r"新(?:地址|电话|号码|手机|联系人|名称)|更新|变更|停用|(?<!折)作废|搬[到至了迁]",
        said,
    )


def _only_given(clause: str) -> bool:
    """Whether a clause only tells what somebody gave: 主办方打了九折."""
    return bool(_GIVEN.search(clause)) and not re.search("申请|改|要|想", clause)


def _of_a_known_customer(said: str) -> str:
    if re.search(
        rf"(?:{_RATE})还是[^,。;\n]{{0,4}}(?:{_RATE})[^,。;\n]{{0,2}}(?:来着|[?？].{{0,6}}[忘记])|来着[?？]?$|还是[^,。;\n]{{1,6}}来着",
        said,
    ):
        return "discount_query"
    said = _BY_THE_CLOCK.sub("", said)
    said = _CLAUSE.sub(lambda clause: "" if _only_given(clause[0]) else clause[0], said)
    said = _UNCHANGED.sub("", _RIVAL_CLAUSE.sub("", said))
    changes = bool(_CHANGE.search(said))
    said = re.sub(
        r"没说?(?:清|明)?要?(?:几|多少)折|(?:调|改|降)到(?:几|多少)折[^,。]{0,4}(?:等|再|还|我)", "", said
    )
    if _QUERY.search(said) and not _ASKS.search(said):
        return "discount_query"
    priced = changes and re.search(_RATE, _without_data(said))
    if _DATA.search(said) and not priced and not _settlement_changes(said):
        return "customer_data_change"
    if changes and (not _TOLD.search(said) or _FROM_TO.search(said) or _ASKED_AFTER_ALL.search(said)):
        return "discount_change"
    return "other"


def _without_data(said: str) -> str:
    return re.sub(r"(?:0\d{2,3}-?)?\d{7,}", "", said)


def _settlement_changes(said: str) -> bool:
    return bool(
        re.search(
            rf"(?:改|调|换|申请)[^,。;\n]{{0,6}}(?:{_TERMS})(?!和)|(?:{_TERMS})[^,。;\n]{{0,8}}(?:改|调|"
            rf"申请)",
            said,
        )
    ) and not re.search(r"账期照旧|结算不变|价格和账期照旧", said)
