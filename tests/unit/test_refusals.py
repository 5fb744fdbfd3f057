"""Every refusal that typing can cause has wording that can be filled, in every language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bot.i18n import load_languages
from domain.addresses import parse_address
from domain.credit_codes import parse_credit_code
from domain.dates import parse_date
from domain.errors import Refused
from domain.names import normalise_name
from domain.phones import parse_phone
from domain.rates import parse_rate
from domain.settlements import parse_days, parse_settlement
from handlers.refusals import explain

LANGUAGES = load_languages(["zh_CN", "en"], "Asia/Shanghai")


def parse_a_date(text: str) -> date:
    return parse_date(text, date(2026, 11, 23))


WRONG: list[tuple[Callable[[str], object], str]] = [
    (parse_rate, "150|-3|0|0.92345678|13个点专票|再让2个点|折扣8|哈哈|120%"),
    (parse_a_date, "2月30日|32号|哈哈|11月27日周一|周一|2025-02-29"),
    (parse_settlement, "月结|30天|哈哈|月结9999天|月结30天或现结"),
    (parse_days, "99999|哈"),
    (parse_phone, "1380013800|22345678|哈|12345678901|13800138000 13900139000"),
    (parse_credit_code, "914401|91440101MA5XXXXXOX|91440101MA5XXXXX0X"),
    (parse_address, "佛山|123456789|" + "佛" * 201 + "路"),
    (normalise_name, "1|a|" + "公" * 200),
]
CASES = [(parse, text) for parse, texts in WRONG for text in texts.split("|")]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(("parse", "text"), CASES, ids=[text[:20] for _parse, text in CASES])
def test_whatever_is_typed_wrongly_is_explained_without_gaps(
    parse: Callable[[str], object], text: str, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)
    said = explain(LANGUAGES[code], caught.value)
    assert said
    assert "{" not in said
