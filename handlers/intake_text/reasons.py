"""Why a change is asked for: the clauses that give a cause."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.intake_text.board import Board
from handlers.intake_text.causes import first_sign, kind_of_cause, says_something
from handlers.intake_text.labels import Label
from handlers.intake_text.placeholders import not_yet

_NO_REASON = re.compile(
    r"天数|没(?:说|讲|提|给|写)(?:明|清)?(?:是)?(?:什么)?原因|原因[额呃嗯]?(?:不|没|未|待|回头)|没有?(?:什么)?(?:原因|理由)|你问|问他|问下|再补|领导|老板|点头|口头|"
    r"同意了|批了|批准|(?<!才)走流程|不用走|您定|你定|你看|您看|谢谢|"
    r"麻烦|尽快处理|尽快批|尽快$|先这样|照旧|不变|不动|帮忙|辛苦|拜托|系统直接|"
    r"直接改|报两个|报\d个|"
    r"消息|原话|来信|转发|截图|名片|[:：]$|^(?:申请|改|调|现在(?![^,]*[量单])|目前(?![^,]*[量单])|折扣|结算|价格|客户要改|要改|这个客户|该客户)|"
    r"改(?:一下|下)?(?:折扣|结算)|"
    r"[吗?？]$|收到(?!发票|货|款|票)|^好的|都行|都可以|有效$|执行$|生效$|"
    r"开始$|^起|^从(?![来不没未])"
)
_NONE_SAID = re.compile(r"[你您]问|问[他她下]|再补|没(?:说|讲|提|给|写)")
_NOT_LEFT_OVER = re.compile(
    r"您|你|请|帮|烦|审批|申请|流程|处理|安排|注意|保暖|打扰|天冷|辛苦|客气|感谢|折|价格|账期|结算|月结|优惠|让利|全部产品|"
    r"天气|下雨|昨天|今天|我(?!们)|资料|合同|发过|催|不好意思|晚了|吃|刚[才吃到]|系列|要[用货]|[月周]底|下周|发货|提货|有效|生效|开始|执行|截止|电话|手机|联系|备注|"
    r"附件|图|表|领导|经理|急|只此|这一|这单|口误|作废|更正|搞错|写错|"
    r"知道|记得|[说谈讲]好|我跟|沟通|商量|[一-龥]总(?!是)|提醒|回复|确认|看看|报一|报个|录|批一|不变|照旧|其他|其它|别的|是这样|[吗呢吧]$|定$"
)
"""Words of a clause that is no cause, where no word tells one."""
_LEAD = re.compile(
    r"^[一-龥]{1,2}(?:总|工|经理|老板)(?:说|讲)?[:：]|^(?:因为|由于|原因是?|理由是?|缘由是?|主要是?|是因为|考虑到|鉴于|毕竟|这是因为|因|说是|说)[:：,]?\s?|"
    r"^(?:那边|这边)(?=同行|对手)|^[两三四五六几2-9][家个](?:客户)?都是|^[\s,:：;。、的吧了嘛呢/\-(（]+"
)
_TOLD = re.compile(r"(?:因为|由于|原因|理由|缘由|主要|考虑到|鉴于|是因为)")
_BECAUSE = re.compile(r"(?:都?是)?(?:因为|由于)(?=[^,]{3})")
_ASKS_THEN = re.compile(
    r"[,，]?\s?(?:(?:所以|因此|故此?)(?:就)?(?:想|请|希望|申请|要|能|把|将)?|才(?:想|请|希望|申请)|(?:想|请|希望|申请|要求|能不能|能否|麻烦)(?=请|"
    r"把|将|要|公司|领导|申请|给|让|从|由|调|改|降))"
    r"[^,，]*$|(?:希望|想|申请)$"
)
_TAIL = re.compile(r"[\s,;。、/!)）吧哈啊呢~]+$")
_CLAUSE = re.compile(r"[^,，。;；\n!！?？\s()（）]+")
_GAP = re.compile(r"[,，、\s]{1,2}")
_GOES_ON = re.compile(r"(?:还|也|而且|并且|又|且|再加上|加上|今年|明年|去年|金额|总额|预计)")
_SPEAKER = re.compile(
    r"今年|去年|明年|最近|近期|近[一二三两几半]|上半年|下半年|上个?月|本月|这个?月|[一二三四本上]季度|他们|这边|对方|客户"
)
_LONG = 14
_ABOUT_ELSE = re.compile(
    r"\s*(?:自|从|于|到|至|\d{4}[年\-/.]|\d{1,2}月|下[个周月]|明年|元旦|即日|本月|折扣|结算|价格|账期|请|麻烦|谢谢|烦|希望|望|想|申请|生效|执行|"
    r"有效|仅限|只限|其[他它]|另外|辛苦|拜托|尽快|急|以上|特此|盼|妥否|当否|可否)"
)
_ASKED_RATE = re.compile(
    r"(?:申请|改|调|降到|想要?|希望)[^,;。\n]{0,8}(?:\d|[一二三四五六七八九])[\d.点一二三四五六七八九]{0,3}\s?折"
)


MOST_CLAUSES = 40
"""Clauses of one request that are looked at."""


@dataclass(frozen=True)
class Reason:
    words: str
    code: str
    start: int
    end: int
    why: str = "words"


def reason_code(words: str) -> str:
    """Classify a cause; what none of the words tells is other."""
    return kind_of_cause(words) or "other"


def hide_labelled_reason(board: Board, labels: list[Label]) -> tuple[int, int] | None:
    """Take what stands behind 原因:, that no rival's price in it is read as asked for; give its place."""
    for label in labels:
        if label.field != "reason":
            continue
        said = board.text.said
        limit = min([other.start for other in labels if other.start > label.at], default=len(said))
        stop = re.compile(r"[;；。\n]").search(board.left, label.at, limit)
        end = stop.start() if stop else limit
        for comma in re.finditer(r"[,，]", board.left[label.at : end]):
            if _ABOUT_ELSE.match(said, label.at + comma.end()) and not says_something(
                re.split(r"[,，;。\n]", said[label.at + comma.end() : end])[0]
            ):
                end = label.at + comma.start()
                break
        gap = re.compile(r"\s+(?=申请|改|调|从|\d{1,2}月|自|执行|生效|\d{1,3}(?:\.\d)?折)").search(
            said, label.at + 2, end
        )
        end = gap.start() if gap else end
        if (
            end - label.at < 2
            or not_yet(said[label.at : end])
            or _NONE_SAID.search(said[label.at : end])
            or _ASKED_RATE.search(said[label.at : end])
        ):
            return None
        board.take(label.at, end)
        return label.at, end
    return None


def labelled_reason(board: Board, start: int, end: int) -> Reason | None:
    words = board.text.said[start:end]
    begin = start
    while (cut := _LEAD.match(board.text.said[begin:end])) and cut.end():
        begin += cut.end()
    tail = _TAIL.search(board.text.said[begin:end])
    stop = begin + tail.start() if tail else end
    said = board.text.said[begin:stop]
    if not words.strip() or stop - begin < 2:
        return None
    return Reason(board.shown(begin, stop), reason_code(said), begin, stop, "labelled")


def find_reason(board: Board) -> Reason | None:
    """Give the stretch of clauses that say a cause; None where there is none, however the change is urged.

    A clause counts where nothing of it was taken, or the rest of it says a cause by itself.
    """
    spans: list[tuple[int, int, bool]] = []
    said = board.text.said
    clauses = [clause.span() for clause in board.search_all(_CLAUSE, MOST_CLAUSES)]
    for first, last in clauses:
        span = _cause(board, first, last)
        if span is None:
            if spans and _GAP.fullmatch(said, spans[-1][1], first) and _continues(board, first, last):
                tail = _TAIL.search(said[first:last])
                spans[-1] = (spans[-1][0], first + tail.start() if tail else last, spans[-1][2])
            continue
        adds = span[2] or not (spans and spans[-1][2]) or bool(_GOES_ON.match(said[span[0] : span[1]]))
        if spans and adds and _GAP.fullmatch(said, spans[-1][1], span[0]):
            spans[-1] = (spans[-1][0], span[1], spans[-1][2] or span[2])
        else:
            spans.append(span)
    strong = [span for span in spans if span[2]] or spans
    if not strong:
        return _left_over(board, clauses)
    start, end, _ = strong[0]
    return Reason(board.shown(start, end), reason_code(said[start:end]), start, end)


def _continues(board: Board, first: int, last: int) -> bool:
    """Whether a clause adds to the cause before it: …,还送两年质保."""
    words = board.text.said[first:last]
    untouched = "\0" not in board.left[first:last]
    return (
        untouched
        and bool(_GOES_ON.match(words))
        and not _NO_REASON.search(words)
        and not _NOT_LEFT_OVER.search(words)
    )


def _left_over(board: Board, clauses: list[tuple[int, int]]) -> Reason | None:
    """Give the one clause that states a fact and is nothing else, where no word tells a cause."""
    said = board.text.said
    for span in clauses:
        first, last = _stripped(said, *span)
        words = said[first:last]
        untouched = "\0" not in board.left[max(0, first - 1) : last]
        if len(words) < 4 or not untouched or not says_something(words):
            continue
        if not _NO_REASON.search(words) and not _NOT_LEFT_OVER.search(words):
            return Reason(board.shown(first, last), reason_code(words), first, last, "left_over")
    return None


def _stripped(said: str, first: int, last: int) -> tuple[int, int]:
    """Take off the words that lead to a cause, and what is asked for after it."""
    while (lead := _LEAD.match(said[first:last])) and lead.end():
        first += lead.end()
    if asked := _ASKS_THEN.search(said[first:last]):
        last = first + asked.start()
    tail = _TAIL.search(said[first:last])
    return first, first + tail.start() if tail else last


def _cause(board: Board, start: int, end: int) -> tuple[int, int, bool] | None:
    left = board.left[start:end]
    pieces = [piece for piece in re.finditer(r"[^\0]+", left) if len(piece[0]) >= 2]
    for piece in pieces:
        first, last = start + piece.start(), start + piece.end()
        told = bool(_TOLD.match(board.text.said[first:last]))
        first, last = _stripped(board.text.said, first, last)
        if inner := _BECAUSE.search(board.text.said, first, last):
            first, told = inner.end(), True
        first = _beginning(board.text.said, first, last)
        words = board.text.said[first:last]
        if len(words) < 2 or _NO_REASON.search(words) or not_yet(words):
            continue
        code = kind_of_cause(words)
        if code is None and not told:
            continue
        if code == "other" and not told and len(words) < 4:
            continue
        return first, last, told or code != "other"
    return None


def _beginning(said: str, first: int, last: int) -> int:
    """Give where a cause begins in a clause spoken without a pause: 出来|今年他们订单翻了一番."""
    if last - first <= _LONG or (sign := first_sign(said[first:last])) is None:
        return first
    heads = [head.start() for head in _SPEAKER.finditer(said, first, first + sign + 1)]
    if not heads or heads[-1] - first < _LONG // 2:
        return first
    near = [at for at in heads if first + sign - at <= _LONG - 4]
    return near[0] if near and near[0] - first >= _LONG // 2 else first
