"""Addresses in free text, and the division they lie in."""

from __future__ import annotations

import re
from typing import Any

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
from handlers.intake_text.abroad import addresses_abroad
from handlers.intake_text.board import Board, Find
from handlers.intake_text.labels import Label, value_end
from handlers.intake_text.placeholders import not_yet, suspicious

_STREET = re.compile(
    r"[一-龥\d]{1,14}?(?:大道|大街|公路|国道|路|街|巷|弄|胡同|道)(?:[东南西北中]?(?:段|侧|头))?|"
    r"[一-龥]{2,6}(?:镇|乡|村|街道|工业区|工业园|科技园|"
    r"开发区|园区|社区|小区|广场|大厦|新区)"
)
_NUMBERED = re.compile(
    r"\d+(?:-\d+)?号?(?:-\d+)?|[零〇一二三四五六七八九十百]{1,8}号|[a-z]\d*(?:栋|座|幢|区)"
)
_PLACE_ENDS = ("省", "市", "区", "县", "镇", "街道")
_PIECE = re.compile(r"[^\n;；|\t,，。、/\0!！?？]+")
_CONTINUES = re.compile(
    r"\s*(?:[a-z\d\-#]+(?:号|栋|幢|座|楼|层|室|单元|弄|号楼|厂房|门|户|组|f)|"
    r"[一-龥]{0,4}[一二三四五六七八九十]+(?:楼|层|栋|单元|室))"
)
_LEAD = re.compile(
    r"^[\s:：(（\-]*(?:以后|今后|已经?|嘛|呢|的话|就是|就?在|位于|搬到了?|迁至|送货到?|送到|地方在|搬到了?|改到了?|改送|改寄|货送|货发|用?新的|别送|别寄|(?:变更|更新|变|换|调整|改)(?:为|成|到|至)了?|"
    r"统一[送寄]到?|现为|"
    r"改成|迁到|寄到|送到|送货到?|地址是?|是|到|:|人在|厂在)*\s*"
)
_TAIL = re.compile(
    r"[\s(（【\[的/]+$|(?<=[号室楼栋幢座层院厂店口弄村面处])(?:[给按打](?=他|她|人家|客户|这家|对方|\0|\d|[九八七])|折扣|价格|结算|付款|月结|现结|款到|"
    r"货到|票到).*$|[吧哈啊呢哦了~]+$|(?:都|就)?(?:已经?)?(?:不用|作废|停用|退租|搬走)$|[」】』》\"'”’]+$|(?<=[号室楼栋幢座层院厂店口])(?:这边|那边|这里|那里|"
    r"(?:请|麻烦|烦请|务必|快递|送货?|不要|别|勿|谢谢|注意|记得|收件|收货|联系|找|电话|手机|座机|到了).*|[一-龥]{2,4}(?:亲)?收)$"
)
LONGEST_TAIL = 60
"""Characters behind an address that are looked through for what is no part of it."""
_OPENING = re.compile(r"[「【『《\[\"'“‘\s]+")
_OF_AN_ADDRESS = re.compile(r"[省市区县旗镇乡村路街道巷弄号园楼厦座室里坊港岛州]|[a-z]{3}")
_NOT_AN_ADDRESS = re.compile(
    r"过来|提货|路过|路上|在路|销路|思路|线路|电路|回路|油路|气路|道理|知道|渠道|报道|街坊|套路|出路|"
    r"号码|型号|几号|编号|账号|订单|合同|帐号|税号|单号|信号"
)


def recognise_addresses(board: Board, labels: list[Label]) -> None:
    """Find labelled addresses, then stretches that begin with a place or hold a street and a number."""
    for label in labels:
        if label.field in {"address", "delivery_address"}:
            _labelled(board, labels, label)
    _with_region(board, labels)
    shown = board.left_as_shown
    for start, end in list(addresses_abroad(shown)):
        board.found("address", shown[start:end].strip(" ,."), start, end, "shape")
    starts = sorted(label.start for label in labels)
    values = {label.at for label in labels if label.field not in {"address", "delivery_address", "phone"}}
    for piece in list(board.search_all(_PIECE)):
        for start, end in _words(board.left, piece.start(), piece.end(), starts):
            if start in values:
                continue
            begin = _place_within(board.left, start + _lead(board.left[start:end]), end)
            if begin < end and _looks(board.left[begin:end]):
                _found(board, "address", begin, end, "shape")


def _with_region(board: Board, labels: list[Label]) -> None:
    """Put 所在地区 before 详细地址, as forms of shops part them."""
    finds = board.finds.get("address", [])
    region = next((label for label in labels if label.field == "region" and label.strong), None)
    if region is None or len(finds) != 1 or begins_with_place(board.text.said[finds[0].start :]):
        return
    end = value_end(board, labels, region, r"[\n;；|\t。,，]")
    place = re.sub(r"[\s/\-]", "", board.shown(region.at, end))
    if begins_with_place(place):
        find = finds[0]
        board.finds["address"] = [Find("address", place + find.value, find.start, find.end, find.why)]
        board.take(region.at, end)


def _lead(stretch: str) -> int:
    lead = _LEAD.match(stretch)
    return lead.end() if lead else 0


def _words(left: str, start: int, end: int, cuts: list[int]) -> list[tuple[int, int]]:
    """Cut a stretch at gaps and labels, but keep an address written with gaps together."""
    spans: list[tuple[int, int]] = []
    for match in re.finditer(r"\S+", left[start:end]):
        first, last = start + match.start(), start + match.end()
        cut = min([at for at in cuts if first < at < last], default=last)
        if spans and spans[-1][1] + 3 >= first and spans[-1][1] not in cuts:
            before = left[spans[-1][0] : spans[-1][1]]
            place_only = before.endswith(_PLACE_ENDS) and begins_with_place(before)
            place_only = place_only and not re.search(r"\d", before)
            if (place_only and re.match(r"[一-龥]", left[first:cut])) or (
                _STREET.search(before) and _CONTINUES.fullmatch(left[first:cut])
            ):
                spans[-1] = (spans[-1][0], cut)
                continue
        spans.append((first, cut))
    return spans


def _place_within(left: str, start: int, end: int) -> int:
    """Give where a place begins behind a few words that lead to it: 他们在武汉市…."""
    for lead in re.finditer(r"[在到是于址点:：为]", left[start : min(end, start + 9)]):
        if begins_with_place(left[start + lead.end() : end]) and not begins_with_place(left[start:end]):
            return start + lead.end()
    return start


def _looks(stretch: str) -> bool:
    placed, number = begins_with_place(stretch), _NUMBERED.search(stretch)
    if len(stretch) < 5 or _NOT_AN_ADDRESS.search(stretch):
        return False
    if not (street := _STREET.search(stretch)):
        return placed and re.search(r"\d号|[零一二三四五六七八九十]号", stretch) is not None
    if placed and re.search(r"有限公司$|厂$|店$|公司$", stretch):
        return False
    if placed:
        return True
    return bool(number and street.start() <= 6 and number.end() > street.end())


def _labelled(board: Board, labels: list[Label], label: Label) -> None:
    end = value_end(board, labels, label, r"[\n;；|\t。,，]")
    start = label.at + _lead(board.left[label.at : end])
    stretch = board.left[start:end]
    if not_yet(stretch):
        board.take(start, end)
        return
    if re.search(r"[a-zA-Z]{3}", stretch) and not re.search(r"[一-龥]", stretch):
        line = re.search(r"[\n;|\0]", board.left[start:])
        end = start + line.start() if line else len(board.left)
    elif gap := re.search(r"\s(?!\s*[a-z\d]*[a-z]?\d*(?:号|栋|幢|座|楼|层|室|单元))", stretch):
        head = stretch[: gap.start()]
        if _STREET.search(head) and not re.search(r"(?:省|市|区|县|镇)$", head):
            end = start + gap.start()
    if len(board.shown(start, end).strip()) >= 5:
        _found(board, label.field, start, end, "labelled")


def _found(board: Board, name: str, start: int, end: int, why: str) -> None:
    if opening := _OPENING.match(board.left, start, end):
        start = opening.end()
    while tail := _TAIL.search(board.left, max(start, end - LONGEST_TAIL), end):
        end = tail.start()
    if open_bracket := re.search(r"[(（][^)）]*$", board.shown(start, end)):
        end = start + open_bracket.start()
    shown = board.shown(start, end)
    if shown.endswith(")") and shown.count("(") < shown.count(")"):
        end -= 1
    value = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", board.shown(start, end)).strip(" :：-")
    if not value:
        return
    if suspicious(value) or not _OF_AN_ADDRESS.search(value.lower()):
        if why == "labelled":
            board.ask(name, [value], "it does not read like an address", start, end)
        return
    board.found(name, value, start, end, why)


def divisions(address: str, simplified: str, clues: dict[str, Any]) -> Division:
    """Give the division of an address; clues: other fields that say where the customer is."""
    places = []
    if name := clues.get("customer_name"):
        places.append(place_of_name(name))
    if landline := clues.get("landline"):
        places.append(place_of_dialling_code(str(landline).partition("-")[0]))
    if code := clues.get("uscc"):
        places.append(place_of_credit_code(code))
    if postcode := clues.get("postcode"):
        places.append(place_of_postcode(postcode))
    if re.search(r"[a-zA-Z]{3}", address) and not re.search(r"[一-龥]", address):
        return NOWHERE
    return find_division(simplified or address, places)
