"""Administrative divisions: which province, city and district an address or a company's name speaks of.

The table holds facts of public record (see its first line), is read at first use and takes about 2 MB. A
district's name that several cities share is resolved only by a clue; without one the place stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("divisions.tsv")
_SUFFIX = re.compile(
    r"(?:省|特别行政区|(?:壮族|回族|维吾尔)?自治区|市|地区|盟|"
    r"(?:[一-龥]{2,3}族|哈萨克|柯尔克孜|蒙古)*自治州)$"
)
_NOT_AFTER = re.compile(r"[路街道巷弄桥大区县镇村乡旗州]|[东南西北中一二三]{1,2}[路街]")
_POSTCODES = (
    "北京10 上海20 天津30 重庆40 内蒙古01 内蒙古02 山西03 山西04 河北05 河北06 河北07 辽宁11 辽宁12 吉林13 "
    "黑龙江15 黑龙江16 江苏21 江苏22 安徽23 安徽24 山东25 山东26 山东27 浙江31 浙江32 江西33 江西34 福建35 "
    "福建36 湖南41 湖南42 湖北43 湖北44 河南45 河南46 河南47 广东51 广东52 广西53 广西54 贵州55 贵州56 "
    "海南57 "
    "四川61 四川62 四川63 四川64 云南65 云南66 云南67 陕西71 陕西72 甘肃73 甘肃74 宁夏75 青海81 新疆83 "
    "新疆84 "
    "西藏85"
)


@dataclass(frozen=True)
class Division:
    """Official names; empty where not known. Hong Kong, Macau and Taiwan have a province only."""

    province: str = ""
    city: str = ""
    district: str = ""

    def agrees(self, other: Division) -> bool:
        """Whether one may lie in the other."""
        pairs = zip(self.parts, other.parts, strict=True)
        return all(not ours or not theirs or ours == theirs for ours, theirs in pairs)

    @property
    def parts(self) -> tuple[str, str, str]:
        return self.province, self.city, self.district


NOWHERE = Division()


@dataclass(frozen=True)
class _Gazetteer:
    """The table by name. Short names lack 省, 市 and the like."""

    provinces: dict[str, str]
    cities: dict[str, list[Division]]
    districts: dict[str, list[Division]]
    dialling: dict[str, list[Division]]
    codes: dict[str, Division]


def find_division(address: str, clues: Iterable[Division] = ()) -> Division:
    """Give the place an address begins with; clues: places that other parts of the message speak of."""
    clues = [clue for clue in clues if clue != NOWHERE]
    stated, at = _leading(address)
    if stated != NOWHERE and (stated.city or stated.district) and stated.province:
        return stated
    fits = [clue for clue in clues if clue.agrees(stated)]
    if stated.district:
        options = [each for each in _gazetteer().districts[stated.district] if each.agrees(stated)]
        narrowed = [each for each in options if any(each.agrees(clue) for clue in fits)] if fits else options
        if len(narrowed) == 1:
            return narrowed[0]
        return stated
    if stated.province or not at:
        return _richest(fits, stated)
    return stated


def place_of_name(name: str) -> Division:
    """Give the place a company's name names: 江门市蓬江区…, 常熟…, 华源(苏州)…."""
    stated, _at = _leading(name)
    if stated == NOWHERE and (bracket := re.search(r"[(（]([一-龥]{2,6})[)）]", name)):
        stated, _at = _leading(bracket[1])
    if not stated.province and stated.district:
        options = _gazetteer().districts[stated.district]
        return options[0] if len(options) == 1 else NOWHERE
    return stated


def place_of_dialling_code(code: str) -> Division:
    """Give the city of a landline's area code, or the province where several cities share it."""
    return _common(_gazetteer().dialling.get(code, []))


def place_of_credit_code(code: str) -> Division:
    """Give the place whose authority registered the organisation; never more than the city."""
    table = _gazetteer().codes
    return table.get(code[2:6]) or table.get(code[2:4]) or NOWHERE


def place_of_postcode(postcode: str) -> Division:
    for entry in _POSTCODES.split():
        if postcode.startswith(entry[-2:]):
            return Division(_gazetteer().provinces[entry[:-2]])
    return NOWHERE


def begins_with_place(text: str) -> bool:
    """Whether a text begins with a province, city or district of the table."""
    return _leading(text)[1] > 0


def place_width(text: str) -> int:
    """Give how many characters at the beginning of a text name a province, city or district."""
    return _leading(text)[1]


def _leading(text: str) -> tuple[Division, int]:
    """Read province, city and district off the beginning; give the place and where the rest begins."""
    table, at = _gazetteer(), 0
    province, width = _longest(table.provinces, text, at)
    named = table.provinces[province] if province else ""
    if province and _is_city(table, text, at, province, width):
        named, width = "", 0
    at += width
    city, at = _city(table, text, at, named)
    place = city or Division(named)
    name, width = _longest(table.districts, text, at, full=True)
    if name:
        options = [each for each in table.districts[name] if each.agrees(place)]
        if len(options) == 1 and (place.province or place.city):
            return options[0], at + width
        if options:
            return Division(place.province, place.city, name), at + width
    if city is None and not named and not name:
        return NOWHERE, 0
    return place, at


def _city(table: _Gazetteer, text: str, at: int, province: str) -> tuple[Division | None, int]:
    name, width = _longest(table.cities, text, at)
    if not name:
        return None, at
    options = [each for each in table.cities[name] if not province or each.province == province]
    if len(options) != 1:
        return None, at
    return options[0], at + width


def _is_city(table: _Gazetteer, text: str, at: int, name: str, width: int) -> bool:
    """吉林市 and 海南… may be a province or a city; a municipality is both and counts as a city."""
    city, wide = _longest(table.cities, text, at)
    if not city:
        return False
    municipal = table.cities[city][0].province == table.cities[city][0].city
    return wide > width or (municipal and wide >= width)


def _longest(
    names: dict[str, str] | dict[str, list[Division]], text: str, at: int, *, full: bool = False
) -> tuple[str, int]:
    """Give the longest name that stands here, and its width; short names only where no street follows."""
    for width in range(min(12, len(text) - at), 1, -1):
        name = text[at : at + width]
        if name not in names:
            continue
        if full or _SUFFIX.search(name) or not _NOT_AFTER.match(text, at + width):
            return name, width
    return "", 0


def _richest(places: list[Division], stated: Division) -> Division:
    """Give what all clues agree on."""
    named = [place for place in places if place.city] or places
    if not named or any(not one.agrees(two) for one in named for two in named):
        return stated
    best = max(named, key=lambda place: sum(map(bool, place.parts)))
    return best if best.agrees(stated) else stated


def _common(places: list[Division]) -> Division:
    if len(places) == 1:
        return places[0]
    provinces = {place.province for place in places}
    return Division(provinces.pop()) if len(provinces) == 1 else NOWHERE


@cache
def _gazetteer() -> _Gazetteer:
    table = _Gazetteer({}, {}, {}, {}, {})
    for line in _TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        codes, province, city, dialling, districts = line.split("\t")
        city = city.strip("-")
        place = Division(province, city)
        for name in {province, _SUFFIX.sub("", province)}:
            table.provinces[name] = province
        if city:
            for name in {city, _SUFFIX.sub("", city)}:
                table.cities.setdefault(name, []).append(place)
        for code in codes.split(","):
            table.codes[code] = place
            table.codes.setdefault(code[:2], Division(province))
        for code in filter(None, dialling.split(",")):
            table.dialling.setdefault(code, []).append(place)
        for entry in districts.split() if city else ():
            whole = Division(province, city, entry[2:])
            table.districts.setdefault(entry[2:], []).append(whole)
    return table
