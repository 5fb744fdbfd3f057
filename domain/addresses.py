"""Addresses: tidied as typed, and lightly split into province, city, district and the rest.

Nothing is looked up and nothing is added: a part that was not written stays empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import Refused
from domain.numerals import fold

SHORTEST, LONGEST = 6, 200

_HINT = re.compile(
    r"[省市区县旗镇乡村路街道号巷弄园楼栋幢座室里湾岛港澳院厦场坊屯组社围洲桥口段]|新界|九龙|香港|"
    r"\b(?:street|st|road|rd|avenue|ave|lane|district|city|building|bldg|floor|park|highway|no)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:(?:客户|公司|详细|收货|联系|办公|送货)?地址|address|add)\s*[:：.]\s*", re.IGNORECASE
)
_PARTS = re.compile(
    r"(?P<province>[一-龥]{2,8}?(?:省|自治区|特别行政区)|香港|澳门)?"
    r"(?P<city>[一-龥]{2,10}?(?:市|自治州|地区|盟)(?![场政]))?"
    r"(?P<district>[一-龥]{1,7}?(?:(?<![小园社校景厂片])(?<!工业)(?<!开发)区|县|旗|市(?!区))(?![场政]))?"
    r"(?P<detail>.*)"
)
_MUNICIPALITIES = ("北京", "上海", "天津", "重庆")


@dataclass(frozen=True)
class CnAddress:
    """The written parts of one address; parts that were not written are empty."""

    province: str
    city: str
    district: str
    detail: str


def parse_address(text: str) -> str:
    """Tidy an address as typed: widths folded, line breaks joined, no spaces between Chinese characters.

    Raises Refused: address_too_short(length, minimum), address_too_long(length, maximum), address_unreadable.
    """
    folded = _LABEL.sub("", fold(text)).strip(" ,，.。;；")
    address = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", folded)
    if not any(character.isalpha() for character in address):
        raise Refused("address_unreadable")
    if len(address) < SHORTEST:
        raise Refused("address_too_short", length=len(address), minimum=SHORTEST)
    if len(address) > LONGEST:
        raise Refused("address_too_long", length=len(address), maximum=LONGEST)
    if not _HINT.search(address):
        raise Refused("address_unreadable")
    return address


def join_address(address: CnAddress) -> str:
    """Write an address in one piece; a municipality's name is both province and city, and stands once."""
    city = "" if address.city == address.province else address.city
    return f"{address.province}{city}{address.district}{address.detail}"


def split_address(address: str) -> CnAddress:
    """Split a tidied address by its own words; 佛山市顺德区凤翔路28号 has no province."""
    match = _PARTS.match(address)
    if match is None:
        return CnAddress("", "", "", address)
    province, city, district, detail = (
        match[name] or "" for name in ("province", "city", "district", "detail")
    )
    if city.startswith(_MUNICIPALITIES) and not province:
        province = city
    return CnAddress(province, city, district, detail)
