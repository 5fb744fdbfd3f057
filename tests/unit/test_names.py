"""Company names: tidy form, key, pinyin and the grams of the register."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refused
from domain.names import initials, name_key, normalise_name, pinyin, query_grams, search_grams


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" 粤科(广州) 智能装备有限公司 ", "粤科（广州）智能装备有限公司"),
        ("佛山 恒锐 五金有限公司。", "佛山恒锐五金有限公司"),
        ("Saigon  Precision Tools Co., Ltd.", "Saigon Precision Tools Co., Ltd."),
        ("ＡＢＣ科技", "ABC科技"),
        ("阿强五金店", "阿强五金店"),
    ],
)
def test_names_are_tidied_for_display(text: str, name: str) -> None:
    assert normalise_name(text) == name
    assert normalise_name(name) == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name_unreadable"),
        ("12345", "name_unreadable"),
        ("。。", "name_unreadable"),
        ("恒", "name_too_short"),
        ("恒" * 61, "name_too_long"),
    ],
)
def test_what_is_no_name_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        normalise_name(text)


@pytest.mark.parametrize(
    ("name", "core", "places", "standing"),
    [
        ("佛山恒锐五金有限公司", "恒锐五金", {"佛山"}, ""),
        ("广东省佛山市恒锐五金有限责任公司", "恒锐五金", {"佛山"}, ""),
        ("恒锐五金（佛山）股份有限公司", "恒锐五金", {"佛山"}, ""),
        ("恒锐五金(中国)有限公司", "恒锐五金", {"中国"}, ""),
        ("佛山市南海区宏昌五金塑料有限公司", "宏昌五金塑料", {"佛山", "南海"}, ""),
        ("南安市石井阿福水暖店", "石井阿福水暖店", {"南安"}, ""),
        ("番禺区大石阿强五金店", "大石阿强五金店", {"番禺"}, ""),
        ("华粤重装集团有限公司", "华粤重装", set(), "group"),
        ("华粤重装集团有限公司柳州分公司", "华粤重装", {"柳州"}, "branch"),
        ("粤恒工控设备有限公司佛山分公司", "粤恒工控设备", {"佛山"}, "branch"),
        ("河南嵩衡农业机械有限公司", "嵩衡农业机械", {"河南"}, ""),
        ("邢台市信都区凯旋轴承经销处(个体工商户)", "凯旋轴承经销处", {"邢台", "信都"}, ""),
        ("延边朝鲜族自治州长白山药业", "长白山药业", {"延边"}, ""),
        ("南京市政工程有限公司", "市政工程", {"南京"}, ""),
        ("中山路五金店", "中山路五金店", set(), ""),
        ("华润超市", "华润超市", set(), ""),
        ("深圳小区物业公司", "小区物业", {"深圳"}, ""),
        ("上海公司", "上海", set(), ""),
        ("Saigon Precision Tools Co., Ltd.", "saigon precision tools", set(), ""),
    ],
)
def test_the_key_keeps_what_tells_a_company_from_others(
    name: str, core: str, places: set[str], standing: str
) -> None:
    key = name_key(name)
    assert (key.core, key.places, key.standing) == (core, places, standing)


def test_places_are_found_in_any_order() -> None:
    assert name_key("广州粤科智能装备有限公司") == name_key("粤科（广州）智能装备有限公司")


def test_chinese_is_spelled_in_syllables() -> None:
    assert pinyin("宏昌五金") == pinyin("鸿昌五金") == "hong chang wu jin"
    assert pinyin("佛山 重庆 ABC科技") == "fo shan chong qing abc ke ji"
    assert initials("恒锐五金") == "hrwj"


def test_one_name_is_kept_under_characters_syllables_and_initials() -> None:
    assert search_grams("佛山恒锐五金有限公司") == {
        *("h恒锐", "h锐五", "h五金"),
        *("pheng.rui", "prui.wu", "pwu.jin"),
        "ihrwj",
    }
    assert search_grams("恒公司") == {"h恒", "pheng", "ih"}


@pytest.mark.parametrize(
    "query",
    [
        "恒锐",
        "佛山恒锐",
        "恒锐五金有限公司",
        "锐五",
        "恒",
        "hengrui",
        "heng rui",
        "HengRui",
        "hrwj",
        "hr",
        "heng",
        "衡瑞",
    ],
)
def test_a_register_row_is_met_by_part_pinyin_or_initials(query: str) -> None:
    stored = search_grams("佛山恒锐五金有限公司")
    assert any(gram.startswith(asked) for asked in query_grams(query) for gram in stored)


@pytest.mark.parametrize("query", ["precision", "Saigon Precision", "spt"])
def test_foreign_names_are_met_by_word(query: str) -> None:
    stored = search_grams("Saigon Precision Tools Co., Ltd.")
    assert any(gram.startswith(asked) for asked in query_grams(query) for gram in stored)


def test_letters_are_cut_into_syllables_in_every_way() -> None:
    assert {"pxian", "pxi.an"} <= query_grams("xian")
    assert query_grams("!?") == frozenset()


@given(st.text(max_size=40))
def test_any_text_has_a_key_and_grams(text: str) -> None:
    assert name_key(text) == name_key(text)
    assert all(gram[0] in "hpi" for gram in search_grams(text) | query_grams(text))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=60))
def test_long_runs_of_letters_cost_little(text: str) -> None:
    assert len(query_grams(text)) < 400
