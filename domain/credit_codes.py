"""统一社会信用代码: 18 characters naming one registered organisation, the last a check character.

stdnum supplies the check character only; its own validation refuses the codes of farming co-operatives, whose
first character is N or Y.
"""

from __future__ import annotations

import re

from stdnum.cn import uscc

from domain.errors import Refused
from domain.numerals import fold

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MISTAKEN = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"}
_DIGITS_ONLY = range(2, 8)
_LABEL = re.compile(
    r"^(?:统一社会信用代码|统一信用代码|社会信用代码|信用代码|开票税号|税号|执照号|代码)[\s:：是为]*"
)


def parse_credit_code(text: str) -> str:
    """Read a code as typed; spaces and hyphens are set aside, lower case is accepted.

    Raises Refused: credit_code_length(length, expected), credit_code_character(character, position from 1,
    meant: the likely character or None), credit_code_check.
    """
    code = re.sub(r"[\s\-‐–—_.·]", "", _LABEL.sub("", fold(text))).upper()
    if len(code) != LENGTH:
        raise Refused("credit_code_length", length=len(code), expected=LENGTH)
    for index, character in enumerate(code):
        if character not in ALPHABET or (index in _DIGITS_ONLY and not character.isdecimal()):
            meant = _MISTAKEN.get(character)
            raise Refused("credit_code_character", character=character, position=index + 1, meant=meant)
    if uscc.calc_check_digit(code) != code[-1]:
        raise Refused("credit_code_check")
    return code
