"""What a change holds for: everything, some products, or one order."""

from __future__ import annotations

import re

from handlers.intake_text.board import Board

_SINGLE = re.compile(
    r"(?:就|只|仅)?(?:限)?(?:这|本|此|该)(?:一)?(?:票|单|次(?!只?申请|只[调改要]|想|要|调|改|希望|能|再)|批|笔|张单|个订单|张订单)(?:货|订单)?|"
    r"单次有效|一次性(?:特价|优惠|申请)|仅此一[单次]|本次订单|单笔"
)
_LINE = re.compile(
    r"(?:(?:只|单独|就)(?:有|调整?|改|限于?|针对|动|给)|仅(?:调整?|改|限于?|针对|"
    r"给)?)\s?(?P<a>[一-龥a-z0-9\-]{2,14}?)(?=[,，;。)）\s\n\0]|$|改|调|的(?:折|价)|从|由)|"
    r"(?P<b>[一-龥a-z0-9\-]{2,10}?(?:系列|产品线|品类|类产品))(?=\s?(?:改|调|从|由|申请|降|打|按|给|再|"
    r"\0|[九八七\d]|,|，))|"
    r"针对(?P<c>[一-龥a-z0-9\-]{2,12}?(?:系列|产品|类))"
)
_WHOLE = re.compile(r"全(?:部|线|系列)?产品|整个客户|所有产品|全品类|全线")
_NO_LINE = re.compile(r"结算|折扣|价格|账期|月结|付款|这个客户|客户|他们|一次|这次|一单|这单|这票|一票")


def recognise_scope(board: Board) -> None:
    for match in board.search(_SINGLE):
        board.found("scope", "single_order", match.start(), match.end(), "words")
        return
    for match in board.search(_LINE):
        name = next(name for name in "abc" if match[name])
        if _NO_LINE.search(match[name]):
            continue
        start, end = match.span(name)
        board.found("product_line", board.shown(start, end), start, end, "words")
        board.finds["scope"] = [
            type(board.finds["product_line"][0])("scope", "product_line", start, end, "words")
        ]
        board.take(match.start(), match.end())
        return
    if match_whole := _WHOLE.search(board.left):
        board.take(*match_whole.span())
