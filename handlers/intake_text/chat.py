"""Talk that sounds like a request: the restaurant downstairs gives 八折 to 新客户 too."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[^,，。;；!！?？\n]+")
_SHOP = re.compile(
    r"(?:楼下|楼上|对面|旁边|门口|隔壁|附近|街上|商场|食堂|万达|周边)[^,]{0,10}?(?:店|馆|超市|食堂|健身房|餐厅|饭堂|摊|咖啡|铺|"
    r"影院|厅)|(?:火锅|奶茶|咖啡|烧烤|理发|水果|面馆|自助餐|电影|健身|外卖|食堂|羊肉|牛肉|海鲜|团购|拼单|满\d+|第二杯|会员|办卡|双十一|双11)"
    r"[^,]{0,16}(?:折|优惠|半价|便宜)"
)
_PASTIME = re.compile(
    r"谁去|有人(?:一起|去|要|拼)|一起(?:去|吃|拼)|去吗|去不去|拼单|去逛|逛逛|办卡|吃饭去|点外卖|要不要一起|约吗|约不约"
)
_TALK_OF_NEW = re.compile(
    r"(?:这个|那个|这些|那些|几个|多少|哪些|开发)新客户(?=[^:：]{0,4}(?:真|太|很|好|没|不|都|还|难|的))|"
    r"新客户(?:的)?(?:见面|礼物|买什么|接待|聚餐|培训|会议|大会|拜访|名单|开发|真|太|很|没有|不多|都|比|专享|活动|政策|奖励|提成|数量)"
)
_DETAIL = re.compile(
    r"1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8}|有限公司|9[1-3]\d{6}|[路街道巷弄]\S{0,6}\d+号|联系人|客户名称|"
    r"[幺一][三四五六七八九](?:\s?[零幺一二三四五六七八九]){9}"
)
_MEANT = re.compile(r"(?:从|由|原|现|改|调|申请|恢复|月结|款到|票到|货到|账期|承兑)|再(?:让|降|打|优惠)")


def is_chat(said: str) -> bool:
    """Whether a message only talks: of shops and pastimes, or of new customers in general."""
    if _DETAIL.search(said):
        return False
    if _TALK_OF_NEW.search(said):
        return True
    clauses = [clause[0] for clause in _CLAUSE.finditer(said)]
    if not any(_SHOP.search(clause) or _PASTIME.search(clause) for clause in clauses):
        return False
    rest = [clause for clause in clauses if not _SHOP.search(clause) and not _PASTIME.search(clause)]
    return not any(_MEANT.search(clause) for clause in rest)
