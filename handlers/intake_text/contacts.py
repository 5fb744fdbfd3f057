"""Contacts: a labelled one, else a name that stands by itself or beside a phone, and the title beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from handlers.intake_text.board import MOST, Board
from handlers.intake_text.contact_shapes import (
    BESIDE,
    CALLED,
    FOUR,
    FULL,
    GLUED,
    JAPANESE_NAME,
    NOT_IN,
    PIECE,
    PLAIN,
    POST,
    RARE_NAME,
    TITLE,
    TRANSLITERATED_NAME,
    width_of_name,
)
from handlers.intake_text.labels import Label, field_of_label
from handlers.intake_text.placeholders import not_yet, suspicious
from handlers.intake_text.trades import ends_with_trade

_LEAD = re.compile(
    r"(?:先?找|先联系|跟|采购部?|财务部?|设备部|工程部|技术部|生产部|销售部|客户|店主|对接人?|联系|人是|联系人|老板娘?|业务部|我叫|是|叫)(?=[一-龥]{2})"
)
_IN_SENTENCE = re.compile(
    r"[一-龥]{0,10}?(?:采购|联系|对接|负责|管|老板|经理|找|跟|接|收货|姓名|人(?=[叫填写]))[一-龥]{0,6}"
    r"(?:叫做?|都?是|就是|找|的|跟|为|填|写|人)(?=[一-龥]{2})"
)
_AFTER = re.compile(r"(?<=[一-龥]{2})(?:来?联系|接听?|接收|[聊谈定]的|对接|签收|收货?|负责[一-龥]{0,6})$")
_VALUE_LEAD = re.compile(r"\s*(?:不是\S{2,4}?是|都?是|就是|叫做?|:|:|换成了?|找)?\s*")
_TAKEN_BACK = re.compile(
    r"[\s,，(（]*(?:哦不|噢不|不对|不是|写错了?|说错了?|打错了?|错了|更正)[,，\s]*(?:应该|应)?(?:是|叫|为)?[:：]?\s?"
    rf"(?P<name>{CALLED.pattern}|{FULL.pattern})(?![一-龥])"
)
_TWICE = re.compile(rf"(?P<name>{FULL.pattern})(?P<called>{CALLED.pattern})")
_FULL_IN_BRACKETS = re.compile(rf"\s?[(（]\s?(?P<name>{FULL.pattern})\s?[)）]")
_LATIN = re.compile(r"(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? ?)?[A-Z][A-Za-z]+(?: [A-Z][a-z]+){0,3}(?![A-Za-z0-9_])")


_LATIN_FULL = re.compile(r"(?<![A-Za-z0-9.])[A-Z][a-z]{1,14}(?: [A-Z][a-z]{1,14}){1,2}(?![A-Za-z0-9.])")


@dataclass(frozen=True)
class _Name:
    start: int
    end: int
    called: bool = False
    """With a title: 叶工."""


def recognise_contacts(board: Board, labels: list[Label]) -> None:
    """Find a labelled contact, or else a name that stands by itself or beside a phone."""
    found = False
    for label in labels:
        if label.field == "contact_name":
            found |= _labelled(board, labels, label)
        elif label.field == "contact_title" and label.strong:
            match = re.compile(r"[^\n;,|\t\0\s]{2,10}").match(board.left, label.at)
            if match:
                board.found("contact_title", board.shown(*match.span()), *match.span(), "labelled")
    if not found:
        _unlabelled(board, labels)


def _unlabelled(board: Board, labels: list[Label]) -> None:
    fields = {label.at: label.field for label in labels}
    names: list[_Name] = []
    unsure: list[re.Match[str]] = []
    for piece in board.search_all(PIECE):
        field = fields.get(piece.start(), "phone")
        if field in {"phone", "mobile", "landline"}:
            named = _named(board, piece)
            names += named
            if not named and _may_be_a_name(piece[0]) and _phone_near(board, piece.end()):
                unsure.append(piece)
    beside = [name for name in names if _phone_near(board, name.end)]
    called = [name for name in names if name.called]
    for name in (beside or called or names)[:MOST]:  # beside a phone is trusted most, then a title
        _name(board, name.start, name.end, "shape")
    if not names and (latin := _latin_beside_phone(board)):
        _name(board, *latin, "beside_phone")
    elif not names and len(unsure) == 1 and board.finds.get("customer_name"):
        _name(board, *unsure[0].span(), "beside_phone")
    elif not names and unsure:
        first = unsure[0]
        board.ask("contact_name", [board.shown(*first.span())], "perhaps a name", *first.span())


def _latin_beside_phone(board: Board) -> tuple[int, int] | None:
    """Give where a name in Latin letters stands right before a phone: Raymond Chow, +852 9234 1187."""
    shown = board.left_as_shown
    matches = islice(_LATIN_FULL.finditer(shown), MOST)
    return next((match.span() for match in matches if _phone_near(board, match.end())), None)


def _may_be_a_name(said: str) -> bool:
    return (
        re.fullmatch(r"[一-龥]{2,3}", said) is not None
        and said not in PLAIN
        and not NOT_IN.search(said)
        and not field_of_label(said)
        and not re.search(
            r"手机|微信|传真|号|机$|联系|财务|仓库|门卫|座机|老板"
            r"|值班|直线|展会|民营|[商业城办班]$",
            said,
        )
        and not ends_with_trade(said)
    )


def _phone_near(board: Board, end: int) -> bool:
    rest = board.left[end : end + 14]
    before_phone = re.match(
        r"[\s,:：、/|;(（\-]*(?:联系|的)?(?:手机|电话|联系电话|tel|mob)?[号码是\s:：]*\0", rest
    )
    return bool(before_phone) and _is_phone(board, end)


def _is_phone(board: Board, end: int) -> bool:
    starts = [
        find.start for name in ("mobile", "landline", "hotline") for find in board.finds.get(name, [])
    ] + [board.questions[name].start for name in ("mobile", "landline") if name in board.questions]
    return any(end <= start <= end + 14 for start in starts)


def _labelled(board: Board, labels: list[Label], label: Label) -> bool:
    following = min([other.start for other in labels if other.start > label.at], default=len(board.left))
    stop = re.compile(r"[\n;；|\t,，。\0]").search(board.left, label.at, following)
    end = stop.start() if stop else following
    lead = _VALUE_LEAD.match(board.left[label.at : end])
    at = label.at + (lead.end() if lead else 0)
    said = board.left[at:end]
    if not_yet(said):
        return False
    if (post := POST.match(said)) and FULL.fullmatch(said[post.end() :]):
        board.found("contact_title", board.shown(at, at + post.end()), at, at + post.end(), "before_name")
        board.found("contact_name", board.shown(at + post.end(), end), at + post.end(), end, "labelled")
        return True
    both = re.compile(
        rf"({CALLED.pattern}|{FULL.pattern})\s?(?:/|、|和|或者?|,)\s?({CALLED.pattern}|"
        rf"{FULL.pattern})(?![一-龥])"
    ).match(board.left, at)
    if both and not label.words.startswith("采购"):
        board.ask("contact_name", [both[1], both[2]], "two contacts", both.start(), both.end())
        return True
    if latin := _LATIN.match(board.shown(at, end)):
        board.found("contact_name", latin[0], at, at + latin.end(), "labelled")
        return True
    if re.match(r"姓[一-龥](?![一-龥])", said):
        return False
    width = width_of_name(said, loose=label.strong or label.words != "采购")
    words = re.match(r"[一-龥·]{2,12}", said)
    if words and label.strong and (suspicious(words[0]) or (not width and words.end() >= 4)):
        board.ask("contact_name", [words[0]], "no name that is known", at, at + words.end())
        return True
    if not width or suspicious(said[:width]):
        return False
    if taken_back := _TAKEN_BACK.match(board.left, at + width):
        board.take(at, at + width)
        at, width = taken_back.start("name"), len(taken_back["name"])
    _name(board, at, at + width, "labelled")
    return True


def _named(board: Board, piece: re.Match[str]) -> list[_Name]:
    """Give the name a piece of text is, by itself or at the end of a few words that lead to it."""
    whole, start = piece[0], piece.start()
    said, at = whole, start
    if lead := _LEAD.match(said):
        said, at = said[lead.end() :], at + lead.end()
    if (after := _AFTER.search(said)) and FULL.fullmatch(said[: after.start()]):
        said = said[: after.start()]
    names = _whole(board, said, at)
    if names or not (lead := _IN_SENTENCE.match(whole)):
        return names
    said, at = whole[lead.end() :], start + lead.end()
    if after := _AFTER.search(said):
        said = said[: after.start()]
    return _whole(board, said, at) if not suspicious(said) else []


def _whole(board: Board, said: str, at: int) -> list[_Name]:
    end = at + len(said)
    trusted = _phone_near(board, end) or bool(BESIDE.match(board.left, end))
    if TRANSLITERATED_NAME.fullmatch(said) and (len(said) > 3 or not FULL.fullmatch(said)):
        return [_Name(at, end)] if trusted else []
    if POST.fullmatch(said):
        return []
    if (twice := _TWICE.fullmatch(said)) and twice["name"][0] == twice["called"][0]:
        return [_Name(at, at + len(twice["name"]))]
    if called := CALLED.fullmatch(said):
        in_brackets = _FULL_IN_BRACKETS.match(board.left, end)
        if in_brackets and in_brackets["name"][0] == said[0]:
            return [_Name(*in_brackets.span("name"), True)]
        plain = said in PLAIN or said in {"老板", "老客户", "小店", "小区"}
        return [] if plain else [_Name(at, at + called.end(), True)]
    if 2 <= len(said) <= 3 and not trusted and (said in PLAIN or NOT_IN.search(said)):
        return []
    if trusted and re.search(r"手机|电话|传真|客户|谢谢|应该|是$|[的了吗折款账号]|公司|采购$|业务", said):
        return []
    if _is_full(said) or (BESIDE.match(board.left, end) and _may_be_a_name(said)):
        return [_Name(at, end)]
    if trusted and said not in PLAIN and (RARE_NAME.fullmatch(said) or JAPANESE_NAME.fullmatch(said)):
        return [] if field_of_label(said) else [_Name(at, end)]
    return _titled(said, at)


def _is_full(said: str) -> bool:
    return bool(FULL.fullmatch(said) or (len(said) == 4 and FOUR.fullmatch(said) and not NOT_IN.search(said)))


def _titled(said: str, at: int) -> list[_Name]:
    """Give the name before a title that is glued to it: 刘建国经理."""
    full = FULL.match(said)
    if full and (title := GLUED.match(said, full.end())) and title.end() == len(said):
        return [_Name(at, at + full.end())]
    for width in (3, 2):
        titled = full and len(said) > width and re.fullmatch(TITLE, said[width:])
        if titled and FULL.fullmatch(said[:width]):
            return [_Name(at, at + width)]
    return []


def _name(board: Board, start: int, end: int, why: str) -> None:
    board.found("contact_name", board.shown(start, end).strip(), start, end, why)
    note_title(board, start, end)


def note_title(board: Board, start: int, end: int) -> None:
    """Note the title that stands at or beside a name."""
    left = board.left
    glued, beside = GLUED.match(left, end), BESIDE.match(left, end)
    match = glued if glued and glued["title"] else beside
    if (
        match
        and not CALLED.fullmatch(board.text.said[start:end])
        and match["title"] not in {"先生", "女士", "小姐"}
    ):
        board.found("contact_title", board.shown(*match.span("title")), *match.span("title"), "beside_name")
