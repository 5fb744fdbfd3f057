"""Contact names: full names, surname and title (叶工, 老俞, 阮姐), and the title beside a name."""

from __future__ import annotations

import re

from handlers.intake_text.board import MOST, Board
from handlers.intake_text.labels import Label

_SURNAMES = (
    "衣赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁"
    "韦昌马苗凤花方俞任袁柳酆鲍史唐"
    "费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏"
    "成戴谈宋茅庞熊纪舒屈项祝董"
    "梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁"
    "宣邓郁单杭洪包诸左石崔吉钮龚"
    "程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇"
    "栾暴甘钭厉戎祖武符刘景詹束龙"
    "叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴鬱胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩"
    "桑桂濮牛寿通边扈燕冀郏浦尚农"
    "温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩"
    "厍聂晁勾敖融冷訾辛阚那简饶空"
    "曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公岳帅缑亢况郈有琴归海晋楚闫法汝鄢涂钦商牟佘佴伯赏墨哈"
    "谯笪年爱阳佟言福肖区保代励"
    "麦冼阳邝佀覃韦闭农玉粟仝苑盘蓝雷钟畲冮揭古丘官苟芦付候覃滕隋初修辜由纳撒达刀普罕丛解练招零位南宋"
)
_COMPOUND = (
    r"欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|长孙|宇文|夏侯|独孤|"
    r"南宫|西门|轩辕|端木|申屠|呼延|百里|闻人"
)
_TITLE = (
    r"(?:总经理|副总经理|董事长|总监|副总|供应链经理|采购经理|采购主管|采购部长|采购员|销售经理|业务经理|"
    r"项目经理|生产经理|技术经理|部门经理|工程师|"
    r"[一-龥]{0,4}经理|[一-龥]{0,3}主管|[一-龥]{0,3}主任|[一-龥]{0,2}科长|[一-龥]{0,2}处长|"
    r"[一-龥]{0,2}部长|[一-龥]{0,2}厂长|店长|会计|出纳|采购|"
    r"先生|女士|小姐|老师|师傅|老板娘?|总工|院长|所长|校长|主席|书记|站长|队长|局长|太太|阿姨)"
)
_PLAIN_TITLE = (
    r"经理|主管|主任|科长|处长|部长|厂长|店长|会计|出纳|采购|先生|女士|小姐|老师|"
    r"师傅|老板娘?|总工|院长|所长|校长|主席|书记|站长|队长|局长|太太|阿姨|工程师"
)
_POST = re.compile(
    rf"(?:供应链|采购|销售|业务|项目|生产|技术|部门|区域|高级|客户|市场|运营|物流|总|副总?|大区|商务|"
    rf"外贸|质量|设备|工程|财务|行政|人事|仓库|研发|车间)*(?:部|"
    rf"科)?(?:{_PLAIN_TITLE}|总监|董事长)"
)
_SHORT_TITLE = rf"(?:{_PLAIN_TITLE}|总|工|姐|哥|生|姨|叔|伯|嫂|董|导)"
_TRANSLITERATED = re.compile(
    r"[阿不都热合曼扎西次仁买提吐尔逊艾依木古丽巴特格桑旺堆洛卓玛达娃德吉央金平措多朝鲁苏和娜其乌兰图雅哈"
    r"斯萨迪力江玉努麦帕孜肯别克叶买买加措顿珠罗布白贡]{4,8}"
)
_FULL = re.compile(rf"(?:(?:{_COMPOUND})[一-龥]{{1,2}}|[{_SURNAMES}][一-龥]{{1,2}})")
_FOUR = re.compile(rf"[{_SURNAMES}]{{2}}[一-龥]{{2}}")
_CALLED = re.compile(
    rf"(?:(?:{_COMPOUND})|[{_SURNAMES}]){_SHORT_TITLE}|[老小阿][一-龥]{{1,2}}|[{_SURNAMES}](?:记|府)"
)
_BESIDE = re.compile(rf"[\s\-(（,]{{1,2}}(?P<title>{_TITLE})[)）]?(?![一-龥])")
_GLUED = re.compile(
    r"(?P<title>(?:总经理|副总经理|采购经理|采购主管|销售经理|[一-龥]{0,2}经理|[一-龥]{0,2}主管|"
    r"[一-龥]{0,2}主任|[一-龥]{0,2}厂长|先生|女士|小姐|"
    r"工程师|会计|老师|师傅))(?![一-龥])"
)
_PIECE = re.compile(r"[^\n;；|\t,，。、/\0\s!！?？:：()（）·]+")
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
    "国庆 钱款 都按 向您 从前 能否 明细 成品 车间 华东 华南 华北"
)
_PLAIN = frozenset(_PLAIN_WORDS.split())
_NOT_IN = re.compile(
    r"[的了吗呢吧给按个折款账票价额天月号年元台把让要请是就好不]|公司|客户|谢|麻烦|部$|科$|处$|厂|店|行$|"
    r"路|街|省|市$|县$|镇|村|同号|"
    r"建档|登记|备用|优惠|地址|电话|采购$|业务|付|结$|单$|报|谈|找|和$|另|再|先|急|周[一二三四五六日天]|星期"
)


def recognise_contacts(board: Board, labels: list[Label]) -> None:
    """Find a labelled contact, or else a name that stands by itself or beside a phone."""
    found = False
    for label in labels:
        if label.field == "contact_name":
            found |= _labelled(board, labels, label)
        elif label.field == "contact_title" and label.strong:
            match = re.compile(r"[^\n;,|\t\0\s]{2,10}").match(board.left, label.at)
            if match:
                board.found("contact_title", board.shown(*match.span()), *match.span(), "labelled")
    if found:
        return
    others = {label.at for label in labels}
    names: list[tuple[int, int, str, bool]] = []
    for piece in list(board.search_all(_PIECE)):
        if piece.start() in others and not re.match(
            r"phone|mobile|landline", _field_at(labels, piece.start())
        ):
            continue
        names += _named(board, piece)
    called = [name for name in names if name[3]]
    beside = [name for name in names if _phone_near(board, name[1])]
    for start, end, _, _ in _chosen(called, beside, names)[:MOST]:
        _name(board, start, end, "shape")


def _field_at(labels: list[Label], at: int) -> str:
    return next((label.field for label in labels if label.at == at), "")


def _chosen(
    called: list[tuple[int, int, str, bool]],
    beside: list[tuple[int, int, str, bool]],
    names: list[tuple[int, int, str, bool]],
) -> list[tuple[int, int, str, bool]]:
    """Trust a name beside a phone most, then one with a title, then the only one there is."""
    for group in (beside, called, names):
        if group:
            return group
    return []


def _phone_near(board: Board, end: int) -> bool:
    rest = board.left[end : end + 14]
    return bool(re.match(r"[\s,:：(（]*(?:手机|电话|联系电话|tel|mob)?[号码\s:：]*\0", rest)) and _is_phone(
        board, end
    )


def _is_phone(board: Board, end: int) -> bool:
    starts = [
        find.start for name in ("mobile", "landline", "hotline") for find in board.finds.get(name, [])
    ] + [board.questions[name].start for name in ("mobile", "landline") if name in board.questions]
    return any(end <= start <= end + 14 for start in starts)


def _labelled(board: Board, labels: list[Label], label: Label) -> bool:
    following = min([other.start for other in labels if other.start > label.at], default=len(board.left))
    stop = re.compile(r"[\n;；|\t,，。\0]").search(board.left, label.at, following)
    end = stop.start() if stop else following
    said = board.left[label.at : end]
    lead = re.match(r"\s*(?:不是\S{2,4}?是|是|叫|:|:|换成了?|找)?\s*", said)
    at = label.at + (lead.end() if lead else 0)
    both = re.compile(
        rf"({_CALLED.pattern}|{_FULL.pattern})\s?(?:/|、|和|或者?|,)\s?({_CALLED.pattern}|"
        rf"{_FULL.pattern})(?![一-龥])"
    ).match(board.left, at)
    if both and not label.words.startswith("采购"):
        board.ask("contact_name", [both[1], both[2]], "two contacts", both.start(), both.end())
        return True
    shown = board.shown(at, end)
    if latin := re.match(
        r"(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? ?)?[A-Z][A-Za-z]+(?: [A-Z][a-z]+){0,3}(?![A-Za-z0-9_])", shown
    ):
        board.found("contact_name", latin[0], at, at + latin.end(), "labelled")
        return True
    width = _width(board.left[at:end], loose=label.strong or label.words != "采购")
    if not width:
        return False
    _name(board, at, at + width, "labelled")
    return True


def _width(said: str, *, loose: bool) -> int:
    """Give how many characters of what stands behind a label are a name."""
    called = _CALLED.match(said)
    if called and (not re.match(r"[一-龥]", said[called.end() :]) or called.end() >= 3):
        return called.end()
    word = re.match(r"[一-龥·]+", said)
    if word is None:
        return 0
    if len(word[0]) <= 3:
        return len(word[0]) if len(word[0]) >= 2 else 0
    full = _FULL.match(said)
    if full and _GLUED.match(said, full.end()):
        return full.end()
    if len(word[0]) == 4 and (_FOUR.match(said) or re.match(_COMPOUND, said)):
        return 4
    for width in (3, 2):
        if full and width <= full.end() and re.compile(rf"{_SHORT_TITLE}(?![一-龥])").match(said, width):
            return width
    return (
        0
        if not loose
        else (full.end() if full and re.match(r"(?:电话|手机|地址|在)", said[full.end() :]) else 0)
    )


def _named(board: Board, piece: re.Match[str]) -> list[tuple[int, int, str, bool]]:
    said, at = piece[0], piece.start()
    if lead := re.match(
        r"(?:找|采购|财务|店主|对接人?|联系|人是|联系人|老板娘?|业务部|是|叫)(?=[一-龥]{2})", said
    ):
        said, at = said[lead.end() :], at + lead.end()
    if trusted_name := _TRANSLITERATED.fullmatch(said):
        return [(at, at + trusted_name.end(), said, False)] if _phone_near(board, at + len(said)) else []
    if _POST.fullmatch(said):
        return []
    if called := _CALLED.fullmatch(said):
        plain = said in _PLAIN or said in {"老板", "老客户", "小店", "小区"}
        return [] if plain else [(at, at + called.end(), said, True)]
    trusted = _phone_near(board, at + len(said))
    if 2 <= len(said) <= 3 and not trusted and (said in _PLAIN or _NOT_IN.search(said)):
        return []
    if trusted and re.search(r"手机|电话|传真|客户|谢谢|[的了吗折款账号]|公司|采购$|业务", said):
        return []
    if _FULL.fullmatch(said) or (len(said) == 4 and _FOUR.fullmatch(said) and not _NOT_IN.search(said)):
        return [(at, at + len(said), said, False)]
    full = _FULL.match(said)
    if full and (title := _GLUED.match(said, full.end())) and title.end() == len(said):
        return [(at, at + full.end(), said, False)]
    for width in (3, 2):
        if (
            full
            and len(said) > width
            and re.fullmatch(_TITLE, said[width:])
            and _FULL.fullmatch(said[:width])
        ):
            return [(at, at + width, said, False)]
    return []


def _name(board: Board, start: int, end: int, why: str) -> None:
    board.found("contact_name", board.shown(start, end).strip(), start, end, why)
    left = board.left
    glued, beside = _GLUED.match(left, end), _BESIDE.match(left, end)
    match = glued if glued and glued["title"] else beside
    if (
        match
        and not _CALLED.fullmatch(board.text.said[start:end])
        and match["title"] not in {"先生", "女士", "小姐"}
    ):
        board.found("contact_title", board.shown(*match.span("title")), *match.span("title"), "beside_name")
