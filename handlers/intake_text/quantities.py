"""Numbers that count something else than a rate: 订单增加五成, 毛利只有8个点, 铜价涨了15%, 年采购额80万."""

from __future__ import annotations

import re

from handlers.intake_text.board import Board

_HAN = "[零一二两三四五六七八九十百半几]"
_NUMBER = (
    rf"(?:(?:\d{{1,3}}(?:\.\d+)?|{_HAN}{{1,4}})\s?(?:%|个?百分点|个?点|成[半多]?|倍)|百分之{_HAN}{{1,5}}|"
    rf"(?:\d{{1,3}}(?:\.\d+)?|{_HAN}{{1,4}})成{_HAN}?)"
)
_COUNTED = (
    r"(?:(?:订单|单子|采购|销售|营业|进货|拿货|提货|出货|用货|走货|下单|消耗)[额量]?|[用销产走总单]量|(?<![变流质容轻])量|"
    r"产值|产能|需求|生意|业务|业绩|份额|任务|目标|营收|开工率|客流|金额|"
    r"汇率|关税|运费|原材料|原料|[铜铝钢铁锌镍锡油煤纸]价|[铜铝钢材油]材?(?:价|料)|人工)"
)
_COST = r"(?:毛利率?|利润率?|成本|费用|提成|佣金|利率|利息|汇率|关税|税点|占比)"
_GROWTH = (
    r"(?:增[加长幅]?|上?涨|上?升|提[高升]|扩大?|翻|多|下?降|减少?|下?跌|少|下滑|萎缩|缩[水减]?|掉|"
    r"完成|达到?|占|超|只有|不到|才)"
)
_TOLD = r"[^,，;；。\n折扣付浮让希想要申可再]"
"""Characters of what is told; a wish, or what is given, is none."""
_FIRST = (
    "[订单采销营进拿提出用走下消产总量需生业份任目开客金汇关运原铜铝钢铁锌镍锡油煤纸材人"
    "毛利成费佣税占增上涨升扩翻多降减跌少萎缩掉完达超只不才]"
)
_GROWN = re.compile(
    rf"(?={_FIRST})(?:{_COUNTED}{_TOLD}{{0,12}}?{_GROWTH}{_TOLD}{{0,5}}?(?P<number>{_NUMBER})(?!的?折)|"
    rf"{_COST}[^,，;；。\n折扣]{{0,5}}?(?P<cost>{_NUMBER})|"
    rf"{_GROWTH}(?:了|约|近|到|将近|差不多|超过)?\s?(?P<after>{_NUMBER})的?(?:订单|用量|采购|销量|业务|产能|货))"
)


def hide_quantities(board: Board) -> list[tuple[int, int]]:
    """Take the numbers of growth and cost, so that no rate is read into them; give where, to be released."""
    places = []
    for match in board.search(_GROWN):
        span = match.span(match.lastgroup or 0)
        board.take(*span)
        places.append(span)
    return places
