"""Divisions: resolved where the text or a clue says so, and otherwise left unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.divisions import (
    NOWHERE,
    Division,
    begins_with_place,
    find_division,
    place_of_credit_code,
    place_of_dialling_code,
    place_of_name,
    place_of_postcode,
)


@pytest.mark.parametrize(
    ("address", "province", "city", "district"),
    [
        ("广东省湛江市霞山区椹川大道南62号", "广东省", "湛江市", "霞山区"),
        ("常熟市东南大道1150号", "江苏省", "苏州市", "常熟市"),
        ("江苏昆山市千灯镇石浦路22号", "江苏省", "苏州市", "昆山市"),
        ("香洲区唐家湾镇港湾大道386号", "广东省", "珠海市", "香洲区"),
        ("广东省东莞市塘厦镇林村", "广东省", "东莞市", ""),
        ("中山市古镇镇兴隆路15号", "广东省", "中山市", ""),
        ("海南省儋州市洋浦经济开发区吉浦路8号", "海南省", "儋州市", ""),
        ("嘉峪关市雄关西路8号", "甘肃省", "嘉峪关市", ""),
        ("吉林省吉林市龙潭区遵义东路18号", "吉林省", "吉林市", "龙潭区"),
        ("上海市嘉定区曹安公路4750弄9号", "上海市", "上海市", "嘉定区"),
        ("重庆市石柱土家族自治县南宾路2号", "重庆市", "重庆市", "石柱土家族自治县"),
        ("香港新界沙田安丽街18号", "香港特别行政区", "", ""),
        ("澳门新口岸宋玉生广场258号", "澳门特别行政区", "", ""),
        ("台湾省台北市忠孝东路1段", "台湾省", "", ""),
        ("苏州工业园区星湖街328号", "江苏省", "苏州市", ""),
        ("成都市高新区天府大道1700号", "四川省", "成都市", ""),
        ("湖南长沙县星沙镇开元路8号", "湖南省", "长沙市", "长沙县"),
        ("鼓楼区中山北路200号", "", "", "鼓楼区"),
        ("朝阳区建国路88号", "", "", "朝阳区"),
        ("中山路8号", "", "", ""),
        ("吉林大街18号", "", "", ""),
        ("遵义东路18号", "", "", ""),
    ],
)
def test_address_gives_its_division(address: str, province: str, city: str, district: str) -> None:
    assert find_division(address) == Division(province, city, district)


@pytest.mark.parametrize(
    ("clue", "city"),
    [
        (place_of_name("南京玄武印刷机械厂"), "南京市"),
        (place_of_dialling_code("0591"), "福州市"),
        (place_of_credit_code("91320106MA1T7P3QXW"), "南京市"),
        (place_of_postcode("350001"), "福州市"),
    ],
)
def test_a_clue_tells_districts_of_one_name_apart(clue: Division, city: str) -> None:
    assert find_division("鼓楼区五四路18号", [clue]).city == city


def test_a_clue_that_contradicts_the_address_is_set_aside() -> None:
    guangzhou = place_of_name("广州荔湾岭风电机厂")
    assert find_division("江苏省苏州市吴江区西环路1688号", [guangzhou]).city == "苏州市"


def test_clues_that_disagree_tell_nothing() -> None:
    clues = [place_of_name("南京玄武印刷机械厂"), place_of_dialling_code("0591")]
    assert find_division("鼓楼区五四路18号", clues).city == ""


def test_an_address_without_a_place_takes_the_name_of_the_company() -> None:
    clue = place_of_name("江门市蓬江区荷塘镇合力铝材加工部")
    assert find_division("荷塘镇南华西路七号", [clue]) == Division("广东省", "江门市", "蓬江区")


def test_a_dialling_code_of_several_cities_gives_their_province() -> None:
    assert place_of_dialling_code("0731") == Division("湖南省")
    assert place_of_dialling_code("0999999") == NOWHERE


@given(st.text(max_size=40))
def test_any_text_has_a_division_or_none(text: str) -> None:
    found = find_division(text, [place_of_name(text)])
    assert (found == NOWHERE) or any(found.parts)
    assert isinstance(begins_with_place(text), bool)
