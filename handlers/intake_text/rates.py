"""Discount rates in free text: where one is mentioned, what it says, and whether it is meant at all."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from domain.divisions import place_width
from handlers.intake_text.board import Board
from handlers.intake_text.decided import RIVAL
from handlers.intake_text.labels import Label
from handlers.intake_text.rate_mentions import RateMention
from handlers.intake_text.rate_readers import COUNTED, NAMED, REBATED, Reader, Rule, parsed_rate, value_of
from handlers.intake_text.rate_shapes import (
    ARROW,
    ARROW_ZHE,
    BARE,
    BOTTOM,
    CLAUSE,
    DECIMALS_TURNED,
    DENIED_AFTER,
    FLOOR,
    FROM_TO,
    NEGATED,
    NOT_A_RATE,
    NOT_YET_AGREED,
    NUMBERS_TURNED,
    POINTS_TURNED,
    PUT_OFF,
    PUT_OFF_AFTER,
    WHOLE,
    WHOLE_AGAIN,
    WHOLE_SAID,
)

_IN_A_NAME = re.compile(r"[一-龥]{0,5}?(?:有限公司|公司|厂|商行|经营部|店)(?![一-龥])")
_BONUS = re.compile(r"做满|完成|达到|达标|任务")
_SAID_AS = {DECIMALS_TURNED: "{}", POINTS_TURNED: "优惠{}%"}


def recognise_rates(board: Board, labels: list[Label]) -> list[RateMention]:
    """Find every mention of a rate and take its words, but leave a rival's price to the reason."""
    found: list[RateMention] = []
    _take_pairs(board, found, ARROW)
    _take_pairs(board, found, ARROW_ZHE)
    _take_pairs(board, found, DECIMALS_TURNED)
    _take_pairs(board, found, POINTS_TURNED)
    if "折" in board.text.said:
        _take_pairs(board, found, NUMBERS_TURNED)
    for rule in COUNTED:
        _apply(board, found, rule)
    _take_pairs(board, found, FROM_TO)
    for rule in NAMED:
        _apply(board, found, rule)
    for label in labels:
        if label.field in {"discount_rate", "current_discount", "requested_discount"}:
            _take_bare(board, found, label)
    if NOT_YET_AGREED.search(board.text.said):
        for mention in found:
            board.release(mention.start, mention.end)
        return []
    _take(board, found, WHOLE_AGAIN, lambda match: RateMention(*match.span("whole"), Decimal(1)))
    if not found:
        _take(board, found, WHOLE, lambda match: RateMention(*match.span(), Decimal(1)))
    sure = any(mention.value is not None and mention.meant for mention in found)
    kept = [mention for mention in found if not (sure and _a_bonus(board.text.said, mention))]
    return sorted(kept, key=lambda mention: mention.start)


def _a_bonus(said: str, mention: RateMention) -> bool:
    """Whether a mention is a bonus for an aim reached, beside the rate itself."""
    before = CLAUSE.split(said[max(0, mention.start - 16) : mention.start])[-1]
    return mention.why == REBATED and bool(_BONUS.search(before))


def _apply(board: Board, found: list[RateMention], rule: Rule) -> None:
    signs, pattern, read = rule
    if any(sign in board.text.said for sign in signs):
        _take(board, found, pattern, read)


def _take(board: Board, found: list[RateMention], pattern: re.Pattern[str], read: Reader) -> None:
    for match in board.search(pattern):
        mention = None if _IN_A_NAME.match(board.left, match.end()) and _inside(board, match) else read(match)
        if mention:
            found.append(_judged(board.text.said, mention))
            board.take(mention.start, mention.end)


def _inside(board: Board, match: re.Match[str]) -> bool:
    """Whether a rate is a piece of a company's name: 佛山九折五金厂, and not 九折 佛山五金厂."""
    before, after = board.left[max(0, match.start() - 2) : match.start()], board.left[match.end() :]
    return (
        bool(re.search(r"[一-龥](?<![打按给享改到成为走是的要想])$", before)) and place_width(after[:8]) < 2
    )


def _take_pairs(board: Board, found: list[RateMention], pattern: re.Pattern[str]) -> None:
    """Read two numbers that share one word: 折扣94→91, 从95到93折."""
    for match in board.search(pattern):
        for name in ("c" if match.groupdict().get("c") else "a", "b"):
            read = parsed_rate(_SAID_AS.get(pattern, "{}折").format(match[name]))
            if read is not None and read[0] is not None:
                start, end = match.start(name), match.end() if name == "b" else match.end(name)
                found.append(_judged(board.text.said, RateMention(start, end, read[0])))
                board.take(start, end)


def _take_bare(board: Board, found: list[RateMention], label: Label) -> None:
    """Read a bare number behind the label of a rate."""
    if (whole := WHOLE_SAID.match(board.text.said, label.at)) and whole[0] in board.left:
        found.append(RateMention(*whole.span(), Decimal(1)))
        board.take(*whole.span())
        return
    match = BARE.match(board.left, label.at)
    mention = value_of(match, match["n"]) if match else None
    if mention is not None:
        found.append(mention)
        board.take(mention.start, mention.end)


def _judged(said: str, mention: RateMention) -> RateMention:
    before = CLAUSE.split(said[max(0, mention.start - 24) : mention.start])[-1]
    if FLOOR.search(before) and mention.value is not None:
        candidates, why = (mention.value,), "a limit is not a rate"
        mention = replace(mention, value=None, candidates=candidates, why=why)
    before = re.split(r"我们|我司|咱们?|我方|申请", before)[-1]
    given = re.search(r"\s(?=给他)", before)
    if given and not RIVAL.search(before[max(0, given.start() - 6) : given.start()]):
        before = before[given.end() :]
    rival = bool(RIVAL.search(before) or NOT_A_RATE.search(before) or BOTTOM.search(before))
    put_off = PUT_OFF.search(before) or PUT_OFF_AFTER.match(said, mention.end)
    denied = NEGATED.search(before) or DENIED_AFTER.match(said, mention.end)
    return replace(mention, rival=rival, negated=bool(put_off or denied))
