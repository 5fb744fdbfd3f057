"""Instalments: parts in percent with their occasions, 预付30%,货到付70%; what is no whole is asked back."""

from __future__ import annotations

import re
from collections.abc import Callable

from domain.numerals import read_number
from domain.settlements import SettlementMethod
from handlers.intake_text.board import Board
from handlers.intake_text.decided import TURN

Add = Callable[..., None]
"""Notes terms: start, end, value or None, why."""
NUM = r"(?:\d{1,3}|[一二两三四五六七八九十百零]{1,5})"
_SHARE = rf"(?<![浮惠让利宜降税])(?P<share>\d{{1,3}}(?:\.\d)?%|{NUM}成|百分之{NUM})"
_TRIGGER = (
    r"(?P<on_order>预付款?|定金|订金|首付|预付|签约|签合同|合同签订|下单)|"
    r"(?P<before_shipment>发货前|提货前|出货前|发运前|款到发货|付清发货|付款后?发货)|"
    r"(?P<warranty_end>质保期?满?|质保金|保质期|保修期|质量保证金|一年后)|"
    r"(?P<on_delivery>货到|到货|收货|货到后)|(?P<unknown>验收|安装|调试|投产|尾款|余款|剩余|其余|余下|"
    r"月底|次月)"
)
_REST = re.compile(r"余款|尾款|剩余|其余|余下|剩下")
_PART = re.compile(rf"{_SHARE}|{_TRIGGER}")
_ANY_SHARE = re.compile(_SHARE.replace("share", "any"))
_HAPPENED = re.compile(r"已(?:经)?(?:付|收|到|打)|付了|收了|到账|打了|刚到|付过")
_PAID = re.compile(r"(?:付清|付款|支付|付|再付|一年后付|一年后)*")
_CLAUSE = re.compile(r"(?:[^,;。\n\s、+\0/]|(?<=\bt)/(?=t))+")
MOST = 8
Parts = list[tuple[int | None, str]]
"""Percent and occasion."""


def recognise_instalments(board: Board, add: Add) -> None:
    """Read the parts on each side of 改为, →: what holds and what is asked for are two terms."""
    if not _ANY_SHARE.search(board.left):
        return
    turns = [match.span() for match in board.search(TURN)]
    starts, ends = [0, *[end for _, end in turns]], [*[start for start, _ in turns], len(board.left)]
    for start, end in zip(starts, ends, strict=True):
        _between(board, add, start, end)


def _between(board: Board, add: Add, first: int, last: int) -> None:
    parts: Parts = []
    spans: list[tuple[int, int]] = []
    for clause in _CLAUSE.finditer(board.left, first, last):
        if len(parts) >= MOST:
            break
        read = _read(clause[0], sum(percent or 0 for percent, _ in parts) if parts else None)
        if read is not None:
            parts += read[0]
            spans.append((clause.start() + read[1], clause.start() + read[2]))
    total = sum(percent or 0 for percent, _ in parts)
    if not parts or (len(parts) == 1 and total == 100):
        return
    start, end = spans[0][0], spans[-1][1]
    if total != 100 or any(percent is None or trigger == "unknown" for percent, trigger in parts):
        add(start, end, None, f"parts make {total}%, or an occasion is not known")
        return
    listed = [{"percent": percent, "trigger": trigger} for percent, trigger in parts]
    add(start, end, {"method": SettlementMethod.INSTALLMENT.value, "days": None, "parts": listed})


def _read(clause: str, before: int | None) -> tuple[Parts, int, int] | None:
    """Read the parts of one clause, and where they stand in it. before: what earlier parts make, if any."""
    if _HAPPENED.search(clause):
        return None
    pieces = list(_PART.finditer(clause))
    shares = [piece for piece in pieces if piece.lastgroup == "share"]
    triggers = [piece for piece in pieces if piece.lastgroup != "share"]
    known = [trigger for trigger in triggers if trigger.lastgroup != "unknown"]
    rest = _REST.search(clause)
    if not shares:
        if rest and before and before < 100 and len(known) == 1:
            return [(100 - before, _occasion(known[0]))], rest.start(), len(clause)
        return None
    if not triggers:
        return None
    if len(shares) < len(known) and len({each.lastgroup for each in known}) == 1:
        triggers = known = known[:1]  # 下单付30%定金 says one occasion twice
    first = _percent(shares[0][0])
    if rest and first and len(shares) == 1 and len(known) == 2:
        near = _nearest(shares, known)[0]
        other = known[1] if near is known[0] else known[0]
        return [(first, _occasion(near)), (100 - first, _occasion(other))], 0, len(clause)
    pairs = zip(shares, _nearest(shares, triggers), strict=True)
    paid = _PAID.match(clause, pieces[-1].end())
    end = paid.end() if paid else pieces[-1].end()
    return [(_percent(share[0]), _occasion(trigger)) for share, trigger in pairs], pieces[0].start(), end


def _occasion(trigger: re.Match[str]) -> str:
    return trigger.lastgroup or "unknown"


def _nearest(shares: list[re.Match[str]], triggers: list[re.Match[str]]) -> list[re.Match[str]]:
    if len(shares) == len(triggers):
        return triggers
    known = [trigger for trigger in triggers if trigger.lastgroup != "unknown"] or triggers
    return [min(known, key=lambda trigger: abs(trigger.start() - share.start())) for share in shares]


def _percent(said: str) -> int | None:
    number = read_number(said.strip("%成").removeprefix("百分之"))
    if number is None or number % 1:
        return None
    return int(number) * (10 if said.endswith("成") else 1)
