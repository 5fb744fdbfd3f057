"""Why a change is asked for: the clauses that give a cause, and what kind of cause it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.intake_text.board import Board

_QUANTITY = r"(?:量|订单|采购|拿货|走货|用货|销量|业务|进货|提货|下单|需求|生意|单子|单量|出货)"
_KINDS = (
    (
        "competition",
        r"同行|对手|竞品|竞争|(?:否则|不然|要不)[^,]{0,6}(?:走|换|丢|跑|流失)|丢单|丢客户|抢走|隔壁|别家|"
        r"友商|压价|对面[报给]|那家(?:给|报|做)|更便宜|更低|便宜(?:些|点)|抢单|抢得|抢生意|换牌子|换品牌|"
        r"换供应商|其他厂|别的厂|另一家|其他家|比我们低|报得?更低|挖(?:客户|墙角)|低价",
    ),
    (
        "volume_decrease",
        rf"没下(?:单|过)?$|没(?:怎么|有|再)?(?:下单|拿货|进货|采购|提货|订货|下过单)|不怎么(?:下单|拿货)|"
        rf"少了一半|没订单|停(?:产|单)|"
        rf"{_QUANTITY}[一-龥\d%]{{0,6}}(?:少|减|下滑|下降|萎缩|跌|降|缩|掉|不足|没了|不如)|少拿|减产|"
        rf"没达到|没完成",
    ),
    (
        "good_payment",
        r"(?:从来?|一直|向来)?(?:不|没|未|没有)(?:拖过?|欠过?|赖过?|逾期过?)(?!延)|从来?没[一-龥]{0,4}(?:拖|欠|逾期)|"
        r"没(?:有)?(?:拖|欠)过|"
        r"(?:提前|按时|准时|及时|从不拖|没拖)[一-龥]{0,3}(?:回款|付款|打款|结款|欠)|"
        r"回款[一-龥]{0,4}(?:及时|准时|快|好|稳定|提前|良好)|"
        r"付款[一-龥]{0,6}(?:及时|准时|快|好|爽快|稳定|良好)|信誉|信用(?:很|一直|良)?好|从(?:不|没|"
        r"未)拖欠|没有?拖欠|不拖款|零逾期|没有?逾期|款付得快",
    ),
    (
        "volume_increase",
        rf"增长[了到]?\s?\d|增长[一二三四五六七八九两]|"
        rf"{_QUANTITY}[一-龥\d%.]{{0,10}}(?:涨|增|多|大|翻|升|上来|上去|突破|提高|扩|高|上了|起来|达到|"
        rf"超|到[^,]{{0,6}}了)|"
        rf"包年|年框|框架|冲量|冲[一-龥]{{0,4}}量|翻番|翻倍|翻了|大单|批量|扩产|上量|走量|"
        rf"签[^,]{{0,8}}(?:合同|协议|框架)|年度合同|包销|一次(?:性)?(?:拿|"
        rf"订|采购|下)|"
        r"(?:新增|扩建|新上|上马|增加了?)[一-龥]{0,6}(?:项目|产线|生产线|厂)|"
        r"多了[一二三四五六七八九十两\d]*(?:倍|成)|扩大(?:合作|采购)|加大采购|集中采购|"
        r"大客户|超额完成|完成[^,]{0,6}任务",
    ),
    (
        "other",
        r"对方|客户|他们|总部|集团|资金|财务|账务|项目|要求|关系|样板|周转|困难|战略|合作|成本|原材料|"
        r"涨价|汇率|政策|市场|行情|清库存|搬迁|重组|审计|招标|中标|投标|不然|"
        r"否则|着急|急着|开工|工期|拖款|拖欠|逾期",
    ),
)
_NO_REASON = re.compile(
    r"没(?:说|讲|提|给|写)(?:明|清)?(?:是)?(?:什么)?原因|原因(?:不|没|未|待|回头)|没有?(?:什么)?(?:原因|理由)|你问|问他|问下|再补|领导|老板|点头|口头|"
    r"同意了|批了|批准|走流程|不用走|您定|你定|你看|您看|谢谢|"
    r"麻烦|尽快处理|尽快批|尽快$|先这样|照旧|不变|不动|帮忙|辛苦|拜托|系统直接|"
    r"直接改|报两个|报\d个|"
    r"^(?:申请|改|调|现在(?![^,]*[量单])|目前(?![^,]*[量单])|折扣|结算|价格|客户要改|要改|这个客户|该客户)|改(?:一下|下)?(?:折扣|结算)|"
    r"[吗?？]$|收到|^好的|都行|都可以|有效$|执行$|生效$|"
    r"开始$|^起|^从"
)
_LEAD = re.compile(
    r"^(?:因为|由于|原因是?|理由是?|主要是?|是因为|考虑到|鉴于|毕竟|这是因为|因|说是|说)[:：,]?\s?|"
    r"^[\s,:：;。、的吧了(（]+"
)
_BECAUSE = re.compile(r"(?:都?是)?(?:因为|由于)(?=[^,]{3})")
_TAIL = re.compile(r"[\s,;。、!)）吧哈啊~]+$")
_CLAUSE = re.compile(r"[^,，。;；\n!！?？\s()（）]+")
_GAP = re.compile(r"[,，、\s]{1,2}")


@dataclass(frozen=True)
class Reason:
    words: str
    code: str
    start: int
    end: int


def reason_code(words: str) -> str:
    """Classify a cause; what none of the words tells is other."""
    return next((code for code, pattern in _KINDS if re.search(pattern, words)), "other")


def labelled_reason(board: Board, start: int, end: int) -> Reason | None:
    words = board.shown(start, end)
    cut = _LEAD.match(words)
    begin = start + (cut.end() if cut else 0)
    tail = _TAIL.search(board.shown(begin, end))
    stop = begin + tail.start() if tail else end
    said = board.text.said[begin:stop]
    return Reason(board.shown(begin, stop), reason_code(said), begin, stop) if stop - begin >= 2 else None


def find_reason(board: Board) -> Reason | None:
    """Give the stretch of clauses that say a cause; None where there is none, however the change is urged.

    A clause counts where nothing of it was taken, or the rest of it says a cause by itself.
    """
    spans: list[tuple[int, int, bool]] = []
    said = board.text.said
    for clause in list(board.search_all(_CLAUSE)):
        span = _cause(board, clause.start(), clause.end())
        if span is None:
            continue
        if spans and _GAP.fullmatch(said, spans[-1][1], span[0]):
            spans[-1] = (spans[-1][0], span[1], spans[-1][2] or span[2])
        else:
            spans.append(span)
    strong = [span for span in spans if span[2]] or spans
    if not strong:
        return None
    start, end, _ = strong[0]
    return Reason(board.shown(start, end), reason_code(said[start:end]), start, end)


def _cause(board: Board, start: int, end: int) -> tuple[int, int, bool] | None:
    left = board.left[start:end]
    pieces = [piece for piece in re.finditer(r"[^\0]+", left) if len(piece[0]) >= 2]
    for piece in pieces:
        first, last = start + piece.start(), start + piece.end()
        told = bool(re.match(r"(?:因为|由于|原因|理由|主要|考虑到|鉴于|是因为)", board.text.said[first:last]))
        while lead := _LEAD.match(board.text.said[first:last]):
            if lead.end() == 0:
                break
            first += lead.end()
        tail = _TAIL.search(board.text.said[first:last])
        last = first + tail.start() if tail else last
        if inner := _BECAUSE.search(board.text.said, first, last):
            first, told = inner.end(), True
        words = board.text.said[first:last]
        if len(words) < 2 or _NO_REASON.search(words):
            continue
        code = next((code for code, pattern in _KINDS if re.search(pattern, words)), None)
        if code is None and not told:
            continue
        if code == "other" and not told and len(words) < 4:
            continue
        return first, last, told or code != "other"
    return None
