"""Pieces of a message: where it may be cut, and whether a piece is a request by itself.

A piece stands by itself where it begins with what it is about and says what is wanted: 漓岩塑胶94折改91折.
What comes after other words (上次借…, 和漓岩塑胶一样…), gives a reason or corrects belongs to what is before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from handlers.intake_text.board import CORRECTION
from handlers.intake_text.companies import NAMED
from handlers.intake_text.intents import asks_for_a_file, asks_for_new_customer, recognise_intent
from handlers.intake_text.normalising import Text, joined
from handlers.intake_text.readings import Reading
from handlers.intake_text.references import LEAD
from handlers.intake_text.splitting import MARK
from handlers.intake_text.trades import ends_with_trade

KEYS = {
    "new_customer": "customer_name",
    "discount_change": "customer_ref",
    "customer_data_change": "customer_ref",
    "discount_query": "customer_ref",
    "file_loan": "file_subject",
}
"""The field that tells whom or what a request is about."""
PERHAPS_NEW = "?"
"""A company's name, which may begin the card of a new customer."""

_LINKS = r"另外|还有|再有|再就是|顺便|此外|对了|然后|以及|同时"
_DATA = (
    r"新?的?(?:联系电话|电话|手机号?|座机|号码|联系人|采购|对接人|"
    r"送货地址|收货地址|公司地址|地址|邮箱|开户行|账号|传真)"
)
_BREAK = re.compile(
    rf"\n+|[。;；!！?？]+|[,，]?\s?(?:{_LINKS}|再(?=帮|麻烦|借))[,，:：]?|"
    r"[,，]\s?(?=(?:再|也|还要?|麻烦|帮我|请|我要?)*(?:借|调阅|查阅)(?:一下|下)?(?:[^,，。;；\n]{1,16}档案|\s?(?:rs|yg)-?\d))|"
    rf"[,，]\s?(?=[一-龥()]{{4,16}}{_DATA}(?:改|换|变))"
)
_ASIDE = re.compile(r"[\s,，]*(?:事由|原因|理由|缘由|备注|说明|因为|由于|因|附|ps)")
_HEAD = re.compile(rf"(?:{MARK.pattern}|{LEAD.pattern}|{_LINKS}|[\s,，、:：。;；(（]|也|还|hr|请问)*")
_LOAN = re.compile(
    r"借|调(?:阅|取|档|一下|出)|查阅|看一?下|要[^,，。]{2,8}档案|档案\s?[:：]|(?:rs|yg)\s?-?\s?\d|"
    r"[一-龥]{2,10}档案[^,，。;；\n]{0,4}(?:借|调)"
)
_DONE = re.compile(r"(?:已经?|早就?|都)(?:归?还|借)|还了(?=$|[,，。\s])|归还了")
_WANTED = re.compile(
    r"改|调|换|申请|再[让降优]|恢复|降|涨|提到|→|->|=>|给到?|做到|要|放宽|延长|能不能|能否|想|希望"
)
_SPOKEN_OF = re.compile(r"的(?:申请|审批|合同|单子?|报价|流程|事)")
_OF_THE_SAME = re.compile(
    rf"(?P<who>(?:他们家?|她们|它们|对方|该客户|这家|他家)的?)?(?:(?P<data>{_DATA}(?:也|都|已经?)?"
    r"(?:改|换|变|搬|更新|为|[:：]))|(?P<rate>折扣|价格|结算|账期|\d{2}折|[一二三四五六七八九]{1,2}折))"
)


def pieces_of(text: Text) -> list[Text]:
    """Cut at the marks of a list, sentences, lines and 另外, and where a comma leads to a request."""
    marks = {match.start() for match in MARK.finditer(text.said)}
    cuts = {match.end() for match in _BREAK.finditer(text.said)} | (marks if len(marks) > 1 else set())
    bounds = [0, *sorted(cut for cut in cuts if 0 < cut < len(text.said)), len(text.said)]
    return [text.part(first, last) for first, last in pairwise(bounds)]


def are_listed(pieces: Sequence[Text]) -> bool:
    """Whether pieces are the items of a list; one mark alone may be anything, such as 第一单."""
    return sum(bool(MARK.match(piece.said)) for piece in pieces) > 1


def kind_of(piece: Text) -> str:
    """Give what a piece seems to ask for; empty: nothing by itself."""
    if _ASIDE.match(piece.said) or CORRECTION.search(piece.said[:10]):
        return ""
    if asks_for_a_file(piece.said):
        said = piece.said
        return "file_loan" if _LOAN.match(said, _head(said)) and not _DONE.search(said) else ""
    if asks_for_new_customer(piece.said):
        return "new_customer"
    kind = recognise_intent(piece)
    if kind in KEYS:
        return kind
    return PERHAPS_NEW if NAMED.search(piece.said) else ""


def key_of(kind: str, reading: Reading) -> str:
    """Give whom or what a request is about, of several the first; empty where it is not said."""
    found = (reading.requests[0] if reading.requests else reading).fields.get(KEYS[kind])
    return str(found.value) if found is not None else ""


def stands(kind: str, piece: Text, reading: Reading, *, listed: bool) -> bool:
    """Whether a piece about a known customer, or a file, says by itself what is wanted. listed: see above."""
    key = key_of(kind, reading)
    if not key or kind == "file_loan":
        return bool(key)
    at = piece.said.find(key.lower())
    if not 0 <= at <= _head(piece.said):
        return False
    listed = listed and bool(MARK.match(piece.said))
    if not listed and not _is_a_name(key):
        return False
    first = reading.requests[0] if reading.requests else reading
    doubts = {doubt.field for doubt in first.clarify}
    if kind == "discount_change":
        asked = {"requested_discount", "requested_settlement"} & {*first.fields, *doubts}
        said = piece.said[at + len(key) :]
        return bool(asked) and not _SPOKEN_OF.search(said) and (listed or bool(_WANTED.search(said)))
    return kind == "discount_query" or len(first.fields) > 1 or bool(doubts - {KEYS[kind]})


def takes_back(piece: Text) -> bool:
    """Whether a piece ends with a correction, so that the next one only mends it: 借RS-0015,不对,."""
    return bool(CORRECTION.search(piece.said[-6:]))


def without(piece: Text, key: str) -> Text:
    """Leave out a name that was said before, and the words that lead to it."""
    at = piece.said.find(key.lower())
    return joined(["\n", piece.part(at + len(key), len(piece.said))]) if at >= 0 else piece


def goes_on(piece: Text, before: str) -> tuple[str, int, int] | None:
    """Tell what else a piece asks of the customer just spoken of: 他们电话改成139…; None where nothing.

    before: the kind of the piece before. The two numbers bound the word that stands for the customer.
    """
    start = _head(piece.said)
    match = _OF_THE_SAME.match(piece.said, start)
    if match is None:
        return None
    kind = "customer_data_change" if match["data"] else "discount_change"
    allowed = {
        "customer_data_change": {"discount_change", "discount_query"},
        "discount_change": {"customer_data_change"},
    }
    if before not in allowed[kind] or recognise_intent(piece) != kind:
        return None
    return kind, start, start + len(match["who"] or "")


def _head(said: str) -> int:
    """Give where the words end that only lead to a request."""
    match = _HEAD.match(said)
    return match.end() if match else 0


def _is_a_name(words: str) -> bool:
    return ends_with_trade(words) or bool(NAMED.search(words)) or words.isascii()
