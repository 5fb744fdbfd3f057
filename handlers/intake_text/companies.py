"""Customer names: companies, works, shops, offices without 有限公司, branches, English names."""

from __future__ import annotations

import re

from domain.divisions import place_width
from handlers.intake_text.abroad import COMPANY as COMPANY_ABROAD
from handlers.intake_text.board import Board
from handlers.intake_text.company_bounds import is_only_a_place, is_somebody_else, name_begins
from handlers.intake_text.labels import Label, value_end
from handlers.intake_text.placeholders import LONGEST_NAME, not_yet, suspicious
from handlers.intake_text.trades import brand_width, ends_with_trade, unlike_a_name

_FORMS = (
    r"有限责任公司|股份有限公司|有限公司|分公司|集团公司|总公司|公司|(?:集团|实业)(?![一-龥])|"
    r"(?:配件|机械|电器|灯饰|玩具|加工|制品|五金|制造|机电|电机|水泵|阀门|铸造|化工|纺织|制衣|包装|电镀|"
    r"设备|印刷|家具|塑料|塑胶|食品|"
    r"水泥|轴承|模具|电子|造纸|制药|修理|修配|总|分|泵|阀|纸|糖|酒|药|船|砖|钢|铝|铜|线|灯)?厂|"
    r"商行|布行|车行|电器行|五金行|洋行|(?:[器材板石轮零]|(?<!司)机)(?:材)?行(?!业|动|情|驶|李|政|走)|经营部|经销处|经销部|销售部|营业部|加工部|门市部|门市|服务部|"
    r"维修部|工程部|装饰部|安装部|批发部|办事处|"
    r"(?:五金|水暖|电器|建材|标准件|专卖|旗舰|杂货|配件|门|分|连锁|体验|自行车|电动车|机电)?店|中心|"
    r"研究所|研究院|设计院|医院|卫生院|学校|"
    r"学院|大学|中学|小学|合作社|事务所|酒店|宾馆|工作室|管理站|加油站|服务站|管理处|管理局|管理委员会|"
    r"管委会|供电局|水务局|税务局|煤矿|农场|农庄|协会|"
    r"商店|超市|商场|商城|贸易行|工坊|作坊|工场"
)
_BRANCH = r"(?:[一-龥]{2,8}(?:分公司|办事处|分厂|分店|分部))?"
_CHARACTERS = r"[一-龥㐀-䶿a-zA-Z0-9()·&\-]"
_GREEDY = re.compile(rf"{_CHARACTERS}{{1,40}}(?:{_FORMS})(?![街路道巷村镇乡号市区县])")
NAMED = re.compile(rf"(?<=[一-龥][一-龥)])(?:{_FORMS})|co\.?,? ?ltd|[a-z] limited|\binc\b")
"""Whether a text speaks of a company at all; for the simplified, lower-case form."""
_LEAD = re.compile(
    r"^(?:[\s>@*#·•\-_=~!。,、:(]|①|②|③|④|⑤|⑥|\d{1,2}\s?[.、):](?!\d)|第[一二三四五]个?[家]?|"
    r"[a-h]\s?[)、.:])+|"
    r"^(?:老板|各位|大家|早上|上午|下午|晚上|早|好|您好|你好|哈喽|hi|hello|在吗|麻烦|帮忙|帮我|帮|请|"
    r"辛苦|再|还有|另外|给|把|将|我要|想|要|需要|"
    r"接了个?|来了个?|谈了个?|开发了个?|又|有)|"
    r"^(?:能不能给?|可以给?|可不可以给?)|"
    r"^(?:录入?|新建|建立?|新增|增加|添加|登记|开(?=[个一新户档客])|报备?)(?:一下|一个|一家|个|家)?(?:新)?(?:客户|户|档案?|"
    r"资料)?(?:建档|档案)?(?:资料)?|"
    r"^(?:海外|香港|国外|台湾|澳门)?新?客户(?:资料|信息|报一下|报备|建档|两个|一个|1个|2个|一家|是|叫)*|"
    r"^建个?档案?|^建档|^开户|^一个|^一家|^个|^两家一起|"
    r"^公司(?:[叫喊]做?|是|名)?|^喊做|^(?:名字|名称|全称|户名)(?:叫做?|是|为)?|^叫做?(?!化)|^是|^转发|^【[^】]{0,12}】|^\[[^\]]{0,12}\]"
)
_FORM = re.compile(rf"(?:{_FORMS})$")
_SINGLE = frozenset("好早请录开建想要又有再报")
"""Characters that names begin with more often than messages do, right before a name without a place."""
_PLAIN_WORDS = re.compile(
    r"我们公司|贵公司|你们公司|总公司|分公司|本公司|公司$|^(?:他们|对方|客户|这家|那家|一家|两家|集团|公司)"
)
_STREET_GOES_ON = re.compile(r"[一-龥]{0,4}(?:路|街|大道|道|巷|弄|村)(?:[东南西北中]段)?\d")
_NEVER = re.compile(r"有家|[一那哪两几]家[厂店]|出厂|厂里|网店|搬?[新老]厂$|[我你他]们?厂$|别拉|[这那]家?厂$")
_LEGAL = re.compile(r"公司|集团|厂$|店$|中心$|经营部|商行|co\.?,? ?ltd", re.IGNORECASE)
_SOLE = re.compile(r"[( ]{0,2}(?:个体工商户|个体户)[)\s]?")
_BANK_NAME = re.compile(
    r"(?:中国|[一-龥]{2,8}?)银行[一-龥]{2,14}?(?:支行|分行|营业部|分理处)|[一-龥]{2,8}信用社(?![一-龥])"
)
_BANK = re.compile(r"银行|信用社|支行")


def recognise_full_names(board: Board, labels: list[Label]) -> None:
    """Find the full names of companies in a request about one that is known; what only may be a
    name is none."""
    recognise_companies(board, labels, short=False)
    if question := board.questions.pop("customer_name", None):
        board.release(question.start, question.end)
    for find in list(board.finds.get("customer_name", [])):
        sure = _LEGAL.search(find.value) or place_width(find.value)
        if find.why == "shape" and (unlike_a_name(find.value) or not sure):
            board.finds["customer_name"].remove(find)
            board.release(find.start, find.end)


def recognise_companies(board: Board, labels: list[Label], *, short: bool = True) -> None:
    """Find the names of companies, labelled ones first; note a sole trader's word beside a name."""
    for match in board.search(_SOLE):
        board.found("customer_category", "individual_business", match.start(), match.end(), "words")
    for label in labels:
        if label.field == "bank_name":
            end = value_end(board, labels, label)
            lead = re.match(
                r"\s*(?:变更|改|换|更新)?(?:成|为|到|是)?了?\s?[:：]?", board.text.said[label.at : end]
            )
            start = label.at + (lead.end() if lead else 0)
            name = board.shown(start, end).strip(" :")
            if _BANK.search(name):
                board.found("bank_name", name, start, end, "labelled")
    beside_account = board.finds.get("bank_account") and not board.finds.get("bank_name")
    for match in board.search(_BANK_NAME) if beside_account else ():
        board.found("bank_name", board.shown(*match.span()), *match.span(), "shape")
    named = False
    for label in labels:
        if label.field == "customer_name" and label.strong:
            named |= _labelled(board, labels, label)
    if not named:
        _unlabelled(board, labels)
    if short and not board.finds.get("customer_name") and "customer_name" not in board.questions:
        _without_form(board)
    _english(board)


def _labelled(board: Board, labels: list[Label], label: Label) -> bool:
    end = value_end(board, labels, label, r"[\n;；|\t,，。]|\s/\s|/(?=[一-龥])")
    start = label.at
    stretch = board.left[start:end]
    if lead := _lead(stretch):
        start += lead
    if not_yet(board.left[start:end]):
        return False
    shown = board.shown(start, end)
    if english := COMPANY_ABROAD.match(board.text.shown, start + len(shown) - len(shown.lstrip())):
        board.found("customer_name", english[0].strip(), english.start(), english.end(), "labelled")
        return True
    match = re.match(rf"\s*{_GREEDY.pattern}", shown)
    if match is None and re.search(r"\s", shown.strip()) and re.search(r"[一-龥]", shown):
        head = shown.strip().split()[0]
        end = start + shown.index(head) + len(head)
    elif match is not None:
        branch = re.match(_BRANCH, shown[match.end() :])
        end = start + match.end() + (branch.end() if branch else 0)
    name = board.shown(start, end).strip(" ,，;。")
    if len(name) < 2 or not any(map(str.isalpha, name)):
        return False
    _name(board, name, start, end, "labelled")
    return True


def _name(board: Board, name: str, start: int, end: int, why: str) -> None:
    """Note a name, but ask where other words seem to have been caught with it."""
    if is_somebody_else(board.text.said, start, end):
        board.take(start, end)
    elif suspicious(name) or len(name) > LONGEST_NAME:
        board.ask("customer_name", [name], "other words may have been caught with the name", start, end)
    else:
        board.found("customer_name", name, start, end, why)


def _lead(stretch: str) -> int:
    """Give where a name begins behind the words that lead to it: never so far on that no brand is left.

    给力五金 keeps its first character, as 念食品 is no name; 给|华锐刀具 does not.
    """
    if not _LEAD.match(stretch) or place_width(stretch) >= 2:
        return 0
    begins = [0]
    while (match := _LEAD.match(stretch[begins[-1] :])) and match.end():
        begins.append(begins[-1] + match.end())
    return next(at for at in reversed(begins) if at == 0 or _leaves_a_name(stretch, at))


def _leaves_a_name(stretch: str, at: int) -> bool:
    rest, gone = stretch[at:], stretch[:at].strip(" >@*#·•-_=~!。,、:(")
    name = _GREEDY.match(rest)
    if name is None or not gone or place_width(rest) >= 2:
        return True
    core = _FORM.sub("", name[0])
    brand = brand_width(core)
    return (len(core) if brand < 0 else brand) >= 2 and gone not in _SINGLE


_PIECE = re.compile(r"[^\n;；|\t,，。、/~\0\s!！?？:：]+")


def _unlabelled(board: Board, labels: list[Label]) -> None:
    starts = [label.start for label in labels]
    values = {label.at for label in labels if label.field in {"customer_name"}}
    taken = {label.at for label in labels if label.field not in {"customer_name", "note"}}
    for piece in list(board.search_all(_PIECE)):
        start, end = piece.span()
        if start in taken:
            continue
        called = next(
            (each.at for each in labels if each.field == "customer_name" and start < each.at < end), start
        )
        cut = min([at for at in starts if max(start, called - 1) < at < end], default=end)
        inside = [
            label.at for label in labels if label.start == start and label.field in {"customer_name", "phone"}
        ]
        begin = max([start, *[at for at in inside if at < cut]]) if inside and start not in values else start
        begin = max(begin, called)
        begin += _lead(board.left[begin:cut])
        match = _GREEDY.match(board.left, begin, cut)
        if match is None:
            if called > start and _short_name(board.left[begin:cut]):
                _name(board, board.shown(begin, cut), begin, cut, "labelled")
            continue
        begin += name_begins(match[0])
        end_of_name = match.end()
        if open_bracket := re.search(r"[(（][^)）]*$", match[0]):
            end_of_name = match.start() + open_bracket.start()
        street = _STREET_GOES_ON.match(board.left, end_of_name) and not match[0].endswith("公司")
        if street or is_only_a_place(board.left, begin, end_of_name):
            continue
        if board.left[end_of_name - 3 : end_of_name] != "分公司":
            branch = re.match(_BRANCH, board.left[end_of_name:cut])
            end_of_name += branch.end() if branch else 0
        name = board.shown(begin, end_of_name)
        if (
            len(name) < 4
            or (_PLAIN_WORDS.search(name) and len(name) < 7)
            or not re.search(r"[一-龥]{3}", name)
        ):
            continue
        if _NEVER.search(name) or name.count("(") != name.count(")"):
            continue
        if re.search(r"[路街巷弄]\d|\d+号(?![一-龥]{3,}公司$)|工业区|工业园|银行", name) or re.match(
            r"到|从|转(?![向子轴动])|在(?=[一-龥]{2,8}[省市区县])", name
        ):
            continue
        _name(board, name, begin, end_of_name, "shape")


def _short_name(said: str) -> bool:
    """Whether words are a name without a legal form: 徐州云龙山电机."""
    return bool(4 <= len(said) <= 16 and re.fullmatch(r"[一-龥()]+", said) and ends_with_trade(said))


def _without_form(board: Board) -> None:
    """Take a name without a legal form where no other stands: a place, a brand and a trade in one word."""
    for piece in list(board.search_all(_PIECE)):
        if len(piece[0]) > LONGEST_NAME:
            continue
        begin = piece.start() + _lead(piece[0])
        begin += name_begins(board.left[begin : piece.end()])
        said = board.left[begin : piece.end()]
        if _short_name(said) and 2 <= place_width(said) < len(said) - 3 and not unlike_a_name(said):
            board.found("customer_name", board.shown(begin, piece.end()), begin, piece.end(), "short_name")
            return


def _english(board: Board) -> None:
    """Take English names; one is the customer's name only where no Chinese one stands."""
    chinese = bool(board.finds.get("customer_name"))
    for match in list(COMPANY_ABROAD.finditer(board.text.shown))[:8]:
        if "\0" in board.left[match.start() : match.end()]:
            continue
        if chinese:
            board.take(match.start(), match.end())
        else:
            board.found("customer_name", match[0].strip(), match.start(), match.end(), "shape")
