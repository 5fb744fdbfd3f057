"""Recognisers of numbers that name something: codes, phones, faxes, accounts, postcodes, mail."""

from __future__ import annotations

import re

from domain.credit_codes import LENGTH, parse_credit_code
from domain.errors import Refused
from domain.phones import parse_phone
from handlers.intake_text.board import Board, Find
from handlers.intake_text.labels import Label, label_before

_SPOKEN = str.maketrans("零〇幺一二三四五六七八九", "001123456789")
_MAIL = re.compile(r"[a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,5}")
_WEB = re.compile(r"(?:https?://|www\.)[a-z0-9./_\-?=&%#]{1,200}")
_MENTION = re.compile(r"(?:^|(?<=[\s,]))@[^\s@,:;，：]{1,20}")
_NUMBER_OF_A_THING = re.compile(
    r"(?:订单|合同|快递|运单|物流|顺丰|身份证|编|货|批|料|图|流水|发票)(?:单|证)?(?:号码?|编号)(?:是|"
    r"为)?\s?[:：]?\s?[a-z]{0,6}\d[\da-z\-]{4,30}"
)
_CODE_RUN = re.compile(r"[0-9a-z](?:[ \-]?[0-9a-z]){0,24}")
_CODE = re.compile(r"(?<![0-9a-z])(?=[0-9a-z]{0,17}[0-9])[159ny][1-59]\d{6}[0-9a-z]{8,12}(?![0-9a-z])")
_CODE_SPACED = re.compile(r"(?<![0-9a-z])9[1-3](?:[ \-]?\d){6}(?:[ \-]?[0-9a-z]){10}(?![0-9a-z])")
_ACCOUNT = re.compile(r"\d(?:[ \-]?\d){7,29}(?!\d)")
_LONG_RUN = re.compile(r"(?<![0-9a-z+])\d(?:[ ]?\d){14,22}(?![0-9a-z])")
_HOTLINE = re.compile(r"(?<!\d)[48]00(?:[ \-]?\d{3}[ \-]?\d{4}|[ \-]?\d{4}[ \-]?\d{3})(?!\d)")
_ABROAD = re.compile(
    r"(?:\+|(?<!\d)(?<!\d[ \-])00)(?!86)[1-9]\d{0,2}[ \-]?\(?\d{1,4}\)?(?:[ \-]?\d{2,5}){1,3}(?!\d)"
)
_MOBILE = re.compile(
    r"(?=[+0-9])(?:(?:\+|(?<!\d)00|(?<!\d))86[ \-]?)?(?<![\d.])1[3-9]\d(?:[ \-]?\d){8}(?!\d)"
)
_SPOKEN_RUN = re.compile(
    r"[幺一](?:[ \-]?[零〇幺一二三四五六七八九]){6,13}(?![零〇幺一二三四五六七八九点十百折成])"
)
_LANDLINE = re.compile(
    r"(?:\+?86[ \-]?)?\(?(?<!\d)(?P<area>0(?:10|2\d|"
    r"[3-9]\d{2}))\)?[ \-]?(?P<local>[2-9]\d{2,3}[ \-]?\d{4}|[2-9]\d{3}[ \-]\d{3})(?!\d)"
    r"(?:[ ]?(?:转接?|分机号?|ext\.?|x|#|\*|-)[ :]?(?P<ext>\d{1,6})(?!\d))?"
)
_FROM_ABROAD = re.compile(
    r"\+86[ \-]?(?P<area>10|2\d|[3-9]\d{2})[ \-](?P<local>[2-9]\d{2,3}[ \-]?\d{4})(?!\d)(?P<ext>(?!))?"
)
_BAD_MOBILE = re.compile(r"(?<![\d.a-z])1[0-9](?:[ \-]?[\doil]){6,12}(?![\da-z])")
_PHONE_AND_FAX = re.compile(r"(?:电话|座机|tel)\s?[/、&及和]\s?$")
_FAX_AFTER = re.compile(r"[ ]?[(（]?[ ]?(?:传真|fax)(?!\s?[:：/]?\s?[\d\0(同号])")
_OF_ANOTHER = re.compile(
    r"(?:门卫|保安|仓库|仓管|司机|物流|货代|前台|收发室|微信|wechat)[^\d,，\s:：]{0,4}[\s:：]?(?:电话|手机|号)?[\s:：]*$"
)
_SIGNATURE = re.compile(
    r"\s*(?:-{1,3}|~)\s?[一-龥]{0,8}(?:[一二三四五六七八九]部|部|组|区|科|分公司)?\s?[一-龥]{2,4}[\s:：]*$"
)
"""The line of whoever sends the message, below what they forward: —— 销售二部 冯立 138…."""
_LOCAL = re.compile(r"(?<!\d)[2-9]\d{2,3}[ \-]?\d{4}(?!\d)")
_POSTCODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def recognise_noise(board: Board) -> None:
    """Take what is no field: web addresses and people called with @."""
    for match in board.search(_MAIL):
        board.found("email", match[0], match.start(), match.end(), "shape")
    for pattern in (_WEB, _MENTION, _NUMBER_OF_A_THING):
        for match in board.search(pattern):
            board.take(match.start(), match.end())


def recognise_codes(board: Board, labels: list[Label]) -> None:
    """Read the credit code; a wrong one is asked back, never mended."""
    for label in labels:
        if label.field == "uscc" and (match := _CODE_RUN.match(board.left, label.at)):
            end = _code_end(match[0])
            _code(board, match.start(), match.start() + end)
    if board.finds.get("uscc"):
        return
    for pattern in (_CODE, _CODE_SPACED):
        for match in board.search(pattern):
            before = label_before(labels, board.left, match.start())
            if before is not None and before.field == "bank_account":
                continue
            spaced = pattern is _CODE_SPACED and not re.search(r"[a-z]", match[0])
            if not spaced:
                _code(board, match.start(), match.end())


def _code_end(run: str) -> int:
    """Give how far a code written in groups reaches: to 18 characters, or to the end of a group beyond."""
    count = 0
    for at, character in enumerate(run):
        if character in " -":
            if count >= LENGTH:
                return at
        else:
            count += 1
    return len(run)


def _code(board: Board, start: int, end: int) -> None:
    typed = re.sub(r"[ \-]", "", board.shown(start, end)).upper()
    if len(typed) < 8:
        return
    try:
        board.found("uscc", parse_credit_code(typed), start, end, "check_character")
    except Refused as refused:
        reasons = {
            "credit_code_length": f"{len(typed)} characters instead of 18: typed {typed}",
            "credit_code_check": f"check character wrong: typed {typed}",
        }
        why = reasons.get(refused.code, f"a character no code has: typed {typed}")
        board.ask("uscc", [], why, start, end)


def recognise_accounts(board: Board, labels: list[Label]) -> None:
    """Read bank accounts; other long runs of digits are taken so that nothing is read into them."""
    for label in labels:
        if label.field == "bank_account" and (match := _ACCOUNT.match(board.left, label.at)):
            digits = re.sub(r"\D", "", match[0])
            board.found("bank_account", digits, match.start(), match.end(), "labelled")
        elif label.field == "chat_id" and (
            match := re.compile(r"[a-z0-9_\-]{5,20}").match(board.left, label.at)
        ):
            if label.words.startswith("q") or not _MOBILE.fullmatch(match[0]):
                board.take(label.start, match.end())
        elif (
            label.field == "fax"
            and not _PHONE_AND_FAX.search(board.left[: label.start])
            and (match := _LANDLINE.match(board.left, label.at))
        ):
            number = f"{match['area']}-{re.sub(r'[^0-9]', '', match['local'])}"
            board.found("fax", number, match.start(), match.end(), "labelled")
        elif label.field == "postcode" and (match := _POSTCODE.match(board.left, label.at)):
            board.found("postcode", match[0], match.start(), match.end(), "labelled")
    for match in board.search(_LONG_RUN):
        if any(_MOBILE.fullmatch(group) for group in match[0].split()):
            continue
        board.take(match.start(), match.end())


def recognise_phones(board: Board, labels: list[Label]) -> None:
    """Read hotlines, numbers abroad, mobiles and landlines; a wrong length is asked back, never cut."""
    for match in board.search(_HOTLINE):
        board.found("hotline", _grouped(match[0]), match.start(), match.end(), "shape")
    for match in board.search(_ABROAD):
        _abroad(board, match)
    for match in board.search(_MOBILE):
        digits = re.sub(r"[^0-9]", "", match[0])[-11:]
        _mobile(board, digits, match.start(), match.end())
    for pattern in (_LANDLINE, _FROM_ABROAD):
        for match in board.search(pattern):
            _landline(board, match)
    for match in board.search(_SPOKEN_RUN):
        _spoken(board, match)
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
    _leave_others(board, labels)
    for label in labels:
        if label.field in {"phone", "landline", "mobile"} and (local := _LOCAL.match(board.left, label.at)):
            board.ask("landline", [], f"no area code: {local[0]}", local.start(), local.end())


def _leave_others(board: Board, labels: list[Label]) -> None:
    """Where several phones stand, drop those of a note, of a chat account, or of the gate and the store."""
    kept: dict[str, list[Find]] = {}
    for name in ("mobile", "landline"):
        finds = board.finds.get(name, [])
        kept[name] = [find for find in finds if not _of_another(board, labels, find)]
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
