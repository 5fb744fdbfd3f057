"""What holds now and what is asked for: 从95折改92折, 目前月结30天, 88折 → 86折."""

from __future__ import annotations

import re

from handlers.intake_text.board import CORRECTION, Board
from handlers.intake_text.decided import TURN
from handlers.intake_text.labels import Label, label_before
from handlers.intake_text.rate_mentions import RateMention
from handlers.intake_text.terms import TermsMention

_NOW = re.compile(
    r"(?:从|由|自|眼下|如今|现价|现行价?|原来?|原先|原本|本来|之前|以前|后来|目前|现在|现行|现|当前|一直是?|此前|平时|平常|执行的)(?:是|的|拿的?|做|为|给|"
    r"享受|按|折扣|结算|价格|[:：])*\s?$"
)
_LISTED_WITH_NOW = re.compile(r"(?:原来?|目前|现在|现行)[^,，;；。\n改调申拟]{1,12}[、和及/]\s?$")
_BETWEEN = re.compile(
    r"^[\s,的折扣,]*(?:申请|想|要|直接)?(?:改|调|降|升|涨|恢复|变|提|换|放宽|延长|缩短|收)?(?:成|到|为|至|"
    r"整为|整到|回|→|->|-+>|=+>)?[\s]*(?:到|"
    r"成|为)?(?:折扣)?\s?$"
)
_VERB = re.compile(r"收[到紧回]|改|调|降|升|涨|恢复|变|提|换|放宽|延长|→|->|=>|成|为")
_STAYS = re.compile(r"^\s?(?:[、,]?\s?(?:保持)?不变|不动|太高|偏高|高了|照旧|维持|不调|保持)")
_ENDED = re.compile(
    r"^\s?(?:的?(?:折扣|价格?))?\s?(?:就|也)?(?:别给|不给|不能|给不了|取消|收回|停[掉了]|没了|不享受|不再)"
)
_STAYED = re.compile(r"(?:不变|不动|照旧|维持|保持)[,，]?(?:还是|仍是|仍|为|在)?\s?$")
_THEN_CHANGED = re.compile(
    r"^\s?(?:\(?[^,;。]{0,3}\)?)?(?:申请)?(?:改|调整?|降|升|涨|恢复|变更?|提|换|转|放到|放宽|延|缩|→|->|"
    r"=>)(?!善)"
)
_THEN_ASKED = re.compile(r"^\s?[,，]?\s?(?:现?在?申请|想|希望|要求?)(?:改|调|换|放|延|变|缩|转|用|走)")
_ASKED_NOW = re.compile(r"(?:走|结|算|拿|执行|给|做)?吧")
_EITHER = re.compile(r"都行|都可以|都可|之间|区间|左右|上下|您定|你定|看着定|随便")
_CHANGE_ASKED = re.compile(r"从|由|调|改|变更|申请|降|升|恢复")


def roles_of_rates(
    board: Board, labels: list[Label], rates: list[RateMention]
) -> tuple[list[RateMention], list[RateMention]]:
    """Part the rates into those that hold now and those asked for."""
    meant = [mention for mention in rates if mention.meant]
    said = board.text.said
    roles: dict[int, str] = {}
    arrow = re.search(r"→|->|=>", said)
    both_sides = (
        arrow and any(m.start > arrow.start() for m in meant) and any(m.start < arrow.start() for m in meant)
    )
    for at, mention in enumerate(meant):
        label = label_before(labels, board.text.said, mention.start)
        before = board.left[max(0, mention.start - 24) : mention.start].replace("\0", "")
        after = said[mention.end : mention.end + 8]
        before = re.split(r"[,，;。\n]", before)[-1]
        if at in roles:
            continue
        if (
            label is not None
            and label.words == "申请"
            and at + 1 < len(meant)
            and _turns(said, mention.end, meant[at + 1].start)
        ):
            roles[at], roles[at + 1] = "now", "to"  # 申请:95折改为92折
        elif label is not None and label.field in {"current_discount", "requested_discount"}:
            roles[at] = "now" if label.field == "current_discount" else "to"
        elif mention.delta is not None or mention.again is not None:
            roles[at] = "to"
        elif (
            _STAYS.match(after)
            or (_ENDED.match(after) and len(meant) > 1)
            or _STAYED.search(before)
            or (_then_relative(meant, at) and not _CHANGE_ASKED.search(before))
        ):
            roles[at] = "now"
        elif both_sides and arrow:
            roles[at] = "now" if mention.start < arrow.start() else "to"
        elif (
            _NOW.search(before)
            and not re.search(r"现申请|(?:改|调|降|升)到?$", before)
            and not _ASKED_NOW.match(after)
        ):
            roles[at] = "now"
        elif at + 1 < len(meant) and _turns(said, mention.end, meant[at + 1].start):
            roles[at], roles[at + 1] = "now", "to"
        elif (
            at + 1 < len(meant)
            and _BETWEEN.match(said[mention.end : meant[at + 1].start])
            and _pair(said, mention, meant[at + 1])
        ):
            roles[at] = "now"
            roles[at + 1] = "to"
        elif at not in roles and (
            _LISTED_WITH_NOW.search(said[max(0, mention.start - 16) : mention.start])
            or (_THEN_CHANGED.match(after) and at + 1 < len(meant))
        ):
            roles[at] = "now"
        elif at not in roles:
            roles[at] = "to"
    now = [mention for at, mention in enumerate(meant) if roles.get(at) == "now"]
    asked = [mention for at, mention in enumerate(meant) if roles.get(at) == "to"]
    return now, asked


def _then_relative(meant: list[RateMention], at: int) -> bool:
    """Whether what follows counts from this rate: 95折再让3个点."""
    return (
        meant[at].value is not None
        and not meant[at].off
        and at + 1 < len(meant)
        and meant[at + 1].delta is not None
    )


def _turns(said: str, end: int, start: int) -> bool:
    """Whether 改为 or → stands between two bundles: 91折、现结 改为 89折、票到30天."""
    between = said[end:start]
    turns = list(TURN.finditer(between))
    if not turns or re.search(r"[;。\n]", between) or CORRECTION.search(between):
        return False
    return re.fullmatch(r"[^,]{0,8}", between[turns[-1].end() :]) is not None


def _pair(said: str, one: RateMention, two: RateMention) -> bool:
    """Whether two rates beside one another are from and to, and not a range to choose from."""
    between, around = said[one.end : two.start], said[two.end : two.end + 8]
    if _EITHER.search(around) or re.fullmatch(r"\s?(?:或者?|/|、|,)?\s?", between):
        return False
    return bool(_VERB.search(between) or _CHANGE_ASKED.search(said[: two.start]))


def roles_of_terms(
    board: Board, labels: list[Label], mentions: list[TermsMention]
) -> tuple[list[TermsMention], list[TermsMention]]:
    """Part the terms into those that hold now and those asked for."""
    meant = [mention for mention in mentions if not mention.negated]
    said = board.text.said
    now: list[TermsMention] = []
    asked: list[TermsMention] = []
    arrow = re.search(r"→|->|=>", said)
    both_sides = (
        arrow and any(m.start > arrow.start() for m in meant) and any(m.start < arrow.start() for m in meant)
    )
    for at, mention in enumerate(meant):
        label = label_before(labels, said, mention.start)
        before = re.split(r"[,，;。\n]", said[max(0, mention.start - 12) : mention.start])[-1]
        after = said[mention.end : mention.end + 8]
        follows = at + 1 < len(meant)
        side = _side(labels, said, mention.start)
        if label is not None and label.field in {"current_settlement", "requested_settlement"}:
            (now if label.field == "current_settlement" else asked).append(mention)
        elif side:
            (now if side == "current" else asked).append(mention)
        elif _STAYS.match(after):
            now.append(mention)
        elif both_sides and arrow:
            (now if mention.start < arrow.start() else asked).append(mention)
        elif (
            _NOW.search(before)
            or _after_a_rate_that_holds(said, mention)
            or (
                follows
                and (
                    _turns(said, mention.end, meant[at + 1].start)
                    or _THEN_CHANGED.match(after)
                    or _THEN_ASKED.match(after)
                )
            )
        ):
            now.append(mention)
        else:
            asked.append(mention)
    if not asked and now and re.search(r"(?:改|调|换)(?:成|为|到)\s?$", said[: now[-1].start]):
        asked.append(now.pop())
    return now, asked


def _side(labels: list[Label], said: str, start: int) -> str:
    """Give on which side of a change the line stands by its label: 现行:92折,票到45天."""
    for label in reversed(labels):
        if label.at <= start and "\n" not in said[label.at : start]:
            side = label.field.partition("_")[0]
            return side if label.strong and side in {"current", "requested"} else ""
    return ""


def _after_a_rate_that_holds(said: str, mention: TermsMention) -> bool:
    return bool(
        re.search(
            r"(?:目前|现在(?!申请)|现行|原来?)[^,;。\n改调申拟想要提批]{1,10}$",
            said[max(0, mention.start - 14) : mention.start],
        )
    )
