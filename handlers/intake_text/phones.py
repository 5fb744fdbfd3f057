"""Phones in free text: mobiles, landlines with extension and fax, hotlines, numbers abroad, spoken digits."""

from __future__ import annotations

import re

from domain.errors import Refused
from domain.phones import parse_phone
from handlers.intake_text.board import Board, Find
from handlers.intake_text.formers import is_former, is_nobodys
from handlers.intake_text.labels import Label, label_before

_SPOKEN = str.maketrans("零〇洞幺一二三四五六七拐八九勾", "000112345677899")
_DIGIT = "[零〇洞幺一二三四五六七拐八九勾]"
_HOTLINE = re.compile(r"(?<!\d)[48]00(?:[ \-]?\d{3}[ \-]?\d{4}|[ \-]?\d{4}[ \-]?\d{3})(?!\d)")
_ABROAD = re.compile(
    r"(?:\+|(?<!\d)(?<!\d[ \-])00)(?!86)[1-9]\d{0,2}[ \-]?\(?\d{1,4}\)?(?:[ \-]?\d{2,5}){1,3}(?!\d)"
)
MOBILE = re.compile(r"(?=[+0-9])(?:(?:\+|(?<!\d)00|(?<!\d))86[ \-]?)?(?<![\d.])1[3-9]\d(?:[ \-]?\d){8}(?!\d)")
_SPOKEN_RUN = re.compile(rf"[幺一](?:[ \-]?{_DIGIT}){{6,13}}(?!{_DIGIT}|[点十百折成])")
_SPOKEN_LANDLINE = re.compile(rf"(?<!{_DIGIT})[零〇洞](?:[ \-]?{_DIGIT}){{9,11}}(?!{_DIGIT}|[点十百折成])")
LANDLINE = re.compile(
    r"(?:\+?86[ \-]?)?\(?(?<!\d)(?P<area>0(?:10|2\d|"
    r"[3-9]\d{2}))\)?[ \-]?(?P<local>[2-9]\d{2,3}[ \-]?\d{4}|[2-9]\d{3}[ \-]\d{3})(?!\d)"
    r"(?:[ ]{0,3}(?:转接?|分机号?|ext\.?|x|#|\*|-)[ :]?(?P<ext>\d{1,6})(?!\d))?"
)
_FROM_ABROAD = re.compile(
    r"\+86[ \-]?(?P<area>10|2\d|[3-9]\d{2})[ \-](?P<local>[2-9]\d{2,3}[ \-]?\d{4})(?!\d)(?P<ext>(?!))?"
)
_SHORT_LANDLINE = re.compile(r"(?<![\d\-])0\d{2,3}-\d{3,6}(?![\d\-])")
_BAD_MOBILE = re.compile(r"(?<![\d.a-z])1[0-9](?:[ \-]?[\doil]){6,12}(?![\da-z])")
_FAX_AFTER = re.compile(r"[ ]?[(（]?[ ]?(?:传真|fax)(?!\s?[:：/]?\s?[\d\0(同号])")
_OF_ANOTHER = re.compile(
    r"(?:门卫|保安|仓库|仓管|司机|物流|货代|前台|收发室|微信|wechat)[^\d,，\s:：]{0,4}[\s:：]?(?:电话|手机|号)?[\s:：]*$"
)
_SIGNATURE = re.compile(
    r"\s*(?:-{1,3}|~)\s?[一-龥]{0,8}(?:[一二三四五六七八九]部|部|组|区|科|分公司)?\s?[一-龥]{2,4}[\s:：]*$"
)
"""The line of whoever sends the message, below what they forward: —— 销售二部 冯立 138…."""
_SENDERS_LINE = re.compile(
    r"\s*(?:业务员|跟单|销售员?|报单人|提交人|录入人|申请人|填表人)\s?[:：]?\s?[一-龥]{2,4}"
)
_LOCAL = re.compile(r"(?<!\d)[2-9]\d{2,3}[ \-]?\d{4}(?!\d)")


def recognise_phones(board: Board, labels: list[Label]) -> None:
    """Read hotlines, numbers abroad, mobiles and landlines; a wrong length is asked back, never cut.

    A landline without its area code stays as typed: none is invented.
    """
    for match in board.search(_HOTLINE):
        board.found("hotline", _grouped(match[0]), match.start(), match.end(), "shape")
    for match in board.search(_ABROAD):
        _abroad(board, match)
    for match in board.search(MOBILE):
        digits = re.sub(r"[^0-9]", "", match[0])[-11:]
        _mobile(board, digits, match.start(), match.end())
    for pattern in (LANDLINE, _FROM_ABROAD):
        for match in board.search(pattern):
            _landline(board, match)
    for match in board.search(_SPOKEN_LANDLINE):
        if said := LANDLINE.fullmatch(re.sub(r"[ \-]", "", match[0]).translate(_SPOKEN)):
            board.found("landline", f"{said['area']}-{said['local']}", *match.span(), "shape")
    for match in board.search(_SPOKEN_RUN):
        _spoken(board, match)
    _bad(board, labels)
    _leave_others(board, labels)
    for match in board.search(_SHORT_LANDLINE):
        label = label_before(labels, board.left, match.start())
        if label is not None and label.field in {"phone", "landline", "mobile"}:
            board.ask("landline", [], f"too short: {match[0]}", *match.span())
    for label in labels:
        if label.field in {"phone", "landline", "mobile"} and (local := _LOCAL.match(board.left, label.at)):
            number = re.sub(r"\D", "", local[0])
            board.found("landline", number, *local.span(), "labelled")


def _bad(board: Board, labels: list[Label]) -> None:
    """Ask for what was meant to be a mobile and is too short or too long."""
    for match in board.search(_BAD_MOBILE):
        label = label_before(labels, board.left, match.start())
        if label is not None and label.field in {"bank_account", "uscc", "chat_id"}:
            continue
        typed = board.shown(match.start(), match.end())
        head, _, tail = typed.rpartition(" ")
        if len(tail) < 4 and len(re.sub(r"[ \-]", "", head)) >= 9:  # the next number begins after the gap
            typed = head
        digits = re.sub(r"[ \-]", "", typed)
        board.ask("mobile", [], f"{len(digits)} digits: {digits}", match.start(), match.start() + len(typed))


def _leave_others(board: Board, labels: list[Label]) -> None:
    """Drop the sender's own phone; where several stand, those of a note, of the gate, and what is gone."""
    kept: dict[str, list[Find]] = {}
    for name in ("mobile", "landline"):
        finds = [find for find in board.finds.get(name, []) if not is_nobodys(board.text.said, find)]
        if name in board.finds:
            board.finds[name] = finds
        kept[name] = [
            find
            for find in finds
            if not _of_another(board, labels, find) and not is_former(board.text.said, find)
        ]
    if not any(kept.values()):
        return
    for name, finds in kept.items():
        if len(finds) < len(board.finds.get(name, [])):
            board.finds[name] = finds


def _of_another(board: Board, labels: list[Label], find: Find) -> bool:
    said = board.text.said
    note = next((label for label in reversed(labels) if label.at <= find.start), None)
    if note is not None and note.words in {"备注", "说明"} and "\n" not in said[note.at : find.start]:
        return True
    if _SENDERS_LINE.match(said, said.rfind("\n", 0, find.start) + 1, find.start) and "\n" in said:
        return True
    line = said[said.rfind("\n", 0, find.start) + 1 : find.start]
    if "\n" in said and _SIGNATURE.match(line):
        return True
    before = re.split(r"[,，;；。\n]", said[max(0, find.start - 12) : find.start])[-1]
    return bool(_OF_ANOTHER.search(before))


def _grouped(said: str) -> str:
    digits = re.sub(r"\D", "", said)
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _abroad(board: Board, match: re.Match[str]) -> None:
    typed = match[0]
    while typed:
        try:
            phone = parse_phone(typed)
        except Refused:
            shorter = re.sub(r"[ \-]\d+$", "", typed)
            typed = shorter if shorter != typed else ""
            continue
        name = "mobile" if phone.kind == "mobile" else "landline"
        board.found(name, phone.e164, match.start(), match.start() + len(typed), "shape")
        return
    board.ask("mobile", [], f"no number of that country: {match[0]}", match.start(), match.end())


def _mobile(board: Board, digits: str, start: int, end: int) -> None:
    try:
        parse_phone(digits)
    except Refused:
        board.ask("mobile", [], f"no mobile number: {digits}", start, end)
    else:
        board.found("mobile", digits, start, end, "shape")


def _spoken(board: Board, match: re.Match[str]) -> None:
    digits = re.sub(r"[ \-]", "", match[0]).translate(_SPOKEN)
    end = match.end()
    if len(digits) > 11 and re.search(r" ", match[0]):  # what follows a gap may be another number: …九 九折
        count = 0
        for at, character in enumerate(match[0]):
            count += character not in " -"
            if count == 11 and match[0][at + 1 : at + 2] == " ":
                digits, end = digits[:11], match.start() + at + 1
    if len(digits) == 11:
        _mobile(board, digits, match.start(), end)
    elif len(digits) >= 8:
        board.ask("mobile", [], f"{len(digits)} digits: {digits}", match.start(), end)


def _landline(board: Board, match: re.Match[str]) -> None:
    local = re.sub(r"\D", "", match["local"])
    number = f"0{match['area'].removeprefix('0')}-{local}"
    before = board.left[max(0, match.start() - 10) : match.start()].split("\0")[-1]
    both = re.search(r"(?:电话|座机|tel)\s?[/、&及和]\s?(?:传真|fax)", before)
    if both or re.search(r"传真|fax", before) or _FAX_AFTER.match(board.left, match.end()):
        if both:
            board.finds["fax"] = [Find("fax", number, match.start(), match.end(), "labelled")]
            board.found("landline", number, match.start(), match.end(), "labelled")
            return
        board.found("fax", number, match.start(), match.end(), "labelled")
        return
    try:
        parse_phone(number)
    except Refused:
        board.ask("landline", [], f"no landline number: {number}", match.start(), match.end())
        return
    board.found("landline", number, match.start(), match.end(), "shape")
    if match["ext"]:
        board.found("extension", match["ext"], match.start("ext"), match.end("ext"), "shape")
