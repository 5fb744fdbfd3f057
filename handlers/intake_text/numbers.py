"""Recognisers of numbers that name something: codes, accounts, faxes, postcodes, mail."""

from __future__ import annotations

import re

from domain.credit_codes import LENGTH, parse_credit_code
from domain.errors import Refused
from handlers.intake_text.board import Board
from handlers.intake_text.labels import Label, label_before
from handlers.intake_text.phones import LANDLINE, MOBILE

_MAIL = re.compile(r"[a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,5}")
_WEB = re.compile(r"(?:https?://|www\.)[a-z0-9./_\-?=&%#]{1,200}")
_MENTION = re.compile(r"(?:^|(?<=[\s,]))@[^\s@,:;，：]{1,20}")
_NUMBER_OF_A_THING = re.compile(
    r"(?:订单|合同|快递|运单|物流|顺丰|身份证|编|货|批|料|图|流水|发票)(?:单|证)?(?:号码?|编号)(?:是|"
    r"为)?\s?[:：]?\s?[a-z]{0,6}\d[\da-z\-]{4,30}"
)
_CODE_RUN = re.compile(r"[0-9a-z](?:[ \-]?[0-9a-z]){0,24}")
_CODE = re.compile(r"(?<![0-9a-z])(?=[0-9a-z]{0,17}[0-9])[159ny][1-59][\doil]{6}[0-9a-z]{8,12}(?![0-9a-z])")
_CODE_SPACED = re.compile(r"(?<![0-9a-z])9[1-3](?:[ \-]?\d){6}(?:[ \-]?[0-9a-z]){10}(?![0-9a-z])")
_ACCOUNT = re.compile(r"\d(?:[ \-]?\d){7,29}(?!\d)")
_LONG_RUN = re.compile(r"(?<![0-9a-z+])\d(?:[ ]?\d){14,22}(?![0-9a-z])")
_PHONE_AND_FAX = re.compile(r"(?:电话|座机|tel)\s?[/、&及和]\s?$")
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
            account = match[0].isdecimal() and not LENGTH - 1 <= len(match[0]) <= LENGTH + 1
            if not spaced and not account:
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
            if label.words.startswith("q") or not MOBILE.fullmatch(match[0]):
                board.take(label.start, match.end())
        elif (
            label.field == "fax"
            and not _PHONE_AND_FAX.search(board.left[: label.start])
            and (match := LANDLINE.match(board.left, label.at))
        ):
            number = f"{match['area']}-{re.sub(r'[^0-9]', '', match['local'])}"
            board.found("fax", number, match.start(), match.end(), "labelled")
        elif label.field == "extension" and (
            match := re.compile(r"\d{1,6}(?!\d)").match(board.left, label.at)
        ):
            board.found("extension", match[0], match.start(), match.end(), "labelled")
        elif label.field == "postcode" and (match := _POSTCODE.match(board.left, label.at)):
            board.found("postcode", match[0], match.start(), match.end(), "labelled")
    for match in board.search(_LONG_RUN):
        if any(MOBILE.fullmatch(group) for group in match[0].split()):
            continue
        board.take(match.start(), match.end())
