"""Tax words and credit limits: 含税13个点 is VAT and no discount, 额度20万 is neither."""

from __future__ import annotations

import re
from decimal import Decimal

from domain.numerals import read_number
from handlers.intake_text.board import Board

_RATES = {Decimal(13), Decimal(9), Decimal(6), Decimal(3), Decimal(1)}
_EXCLUDED = re.compile(r"不含税价?|未税价?|不带税|税前价?|裸价")
_INCLUDED = re.compile(r"含(?=\s?\d{1,2}\s?(?:%|个点)的?(?:增值)?税)|含税价?(?:格)?|带税|含增值税")
_N = r"(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})"
_BEFORE = re.compile(
    rf"(?:含税|税率|税点|增值税|专票|普票|加税|开票\s?(?:再|另|要)*加|另加|加收|"
    rf"加)\s?[:是为]?\s?(?:另加)?\s?{_N}\s?(?:个?点|%|个(?!月|"
    rf"工))(?:的?(?:增值)?税点?|的?专票|的?普票)?"
)
_AFTER = re.compile(rf"{_N}\s?(?:个?点|%)\s?的?\s?(?:增值税)?(?:专用?发?票|普通?发?票|增值税|税点?|发票)")
_INVOICES = {
    "special": re.compile(r"增值税专用发票|增值税专票|专用发票|专票"),
    "general": re.compile(r"增值税普通发票|增值税普票|普通发票|普票"),
}
_REFUSED = re.compile(r"不要|不开|不是|无需|不用|别开")
_LIMIT = re.compile(
    r"(?:信用额度|授信额度|授信|额度)\s?[:是为]?\s?(?P<n>\d{1,9}(?:\.\d{1,2})?)\s?(?P<unit>万|w|千|k)?元?"
)


def recognise_taxes(board: Board) -> None:
    for match in board.search(_LIMIT):
        unit = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000}.get(match["unit"] or "", 1)
        amount = (Decimal(match["n"]) * unit).quantize(Decimal("0.01"))
        board.found("credit_limit_cny", str(amount), match.start(), match.end(), "labelled")
    without = [match.span() for match in board.search(_EXCLUDED)]
    within = [match.span() for match in board.search(_INCLUDED) if not _covered(match.start(), without)]
    for pattern in (_BEFORE, _AFTER):
        for match in board.search(pattern):
            rate = read_number(match["n"])
            if rate in _RATES and not re.search(r"让利|优惠|下浮|便宜|再让", match[0]):
                if (
                    match[0].startswith("加")
                    and "税" not in board.text.said[max(0, match.start() - 8) : match.end() + 3]
                ):
                    continue
                share = format(Decimal(rate) / 100, ".2f")
                board.found("tax_rate", share, match.start(), match.end(), "tax_words")
    if bool(within) != bool(without):
        start, end = (within or without)[0]
        board.found("tax_included", bool(within), start, end, "tax_words")
        for start, end in within + without:
            board.take(start, end)
    asked = [name for name in _INVOICES if _wanted(board.text.said, name)]
    if len(asked) == 1 and (kind := _INVOICES[asked[0]].search(board.text.said)):
        board.found("invoice_type", asked[0], *kind.span(), "tax_words")


def _wanted(said: str, kind: str) -> bool:
    """Whether a kind of invoice is asked for: 开专票, and not 不要专票 or 专票开不了."""
    return any(
        not _REFUSED.search(said[max(0, match.start() - 3) : match.start()])
        and not re.match(r"(?:开不了|不开|不要|免了)", said[match.end() :])
        for match in _INVOICES[kind].finditer(said)
    )


def _covered(start: int, spans: list[tuple[int, int]]) -> bool:
    return any(first <= start < last for first, last in spans)
