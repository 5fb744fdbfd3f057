"""Judging whether a customer being filed is one the register already holds.

An exact match stops the form, a similar one warns and names the owner; so exact needs more than a like name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

from domain.names import NameKey, name_key, pinyin

CLOSE = 0.85
"""Likeness of two core names from which they are shown as similar; calibrated on the sample company."""
SHORT_CORE = 4
"""Characters from which a shorter name that lies in a longer one suggests the same company."""


@dataclass(frozen=True)
class KnownCustomer:
    """What the register tells about one customer. phones: E.164, without extensions."""

    id: str
    name: str
    credit_code: str | None
    phones: tuple[str, ...]
    owner_name: str
    state: str


@dataclass(frozen=True)
class Match:
    """One customer of the register that may be the same.

    reasons: same_code, same_name, homophone, close_name, same_group, same_phone; the most telling first.
    """

    known: KnownCustomer
    kind: Literal["exact", "similar"]
    reasons: tuple[str, ...]


def judge(name: str, credit_code: str | None, phones: Iterable[str], known: KnownCustomer) -> Match | None:
    """Compare a customer being filed with a known one; None where nothing suggests they are the same.

    Exact: the same credit code; or the same core name, standing and places while the codes do not differ; or
    the same with places where one names fewer, if a phone is the same too.
    """
    ours, theirs = _aligned(name_key(name), name_key(known.name))
    same_phone = not set(phones).isdisjoint(known.phones)
    same_code = bool(credit_code) and credit_code == known.credit_code
    codes_differ = bool(credit_code and known.credit_code) and not same_code
    reasons = [reason for reason in (_name_reason(ours, theirs),) if reason]
    if same_code:
        reasons.insert(0, "same_code")
    if same_phone:
        reasons.append("same_phone")
    if not reasons:
        return None
    same_company = "same_name" in reasons and ours.standing == theirs.standing and not codes_differ
    nested = ours.places <= theirs.places or theirs.places <= ours.places
    exact = same_code or (same_company and (ours.places == theirs.places or (nested and same_phone)))
    return Match(known, "exact" if exact else "similar", tuple(reasons))


def _name_reason(ours: NameKey, theirs: NameKey) -> str | None:
    if ours.core == theirs.core:
        return "same_name"
    if pinyin(ours.core) == pinyin(theirs.core):
        return "homophone"
    if Indel.normalized_similarity(ours.core, theirs.core) >= CLOSE:
        return "close_name"
    shorter, longer = sorted((ours.core, theirs.core), key=len)
    if (ours.standing or theirs.standing) and len(shorter) >= 2 and longer.startswith(shorter):
        return "same_group"
    if len(shorter) >= SHORT_CORE:
        if shorter in longer:
            return "close_name"
        if pinyin(longer[: len(shorter)]) == pinyin(shorter):
            return "homophone"
    return None


def _aligned(ours: NameKey, theirs: NameKey) -> tuple[NameKey, NameKey]:
    """Recognise a place one name wrote without its suffix: 昆山玉峰岸 beside 昆山市玉峰岸."""
    for place in ours.places | theirs.places:
        ours, theirs = _without(ours, place, theirs), _without(theirs, place, ours)
    return ours, theirs


def _without(key: NameKey, place: str, other: NameKey) -> NameKey:
    core = key.core.removeprefix(place)
    return (
        NameKey(core, key.places | {place}, key.standing) if core != key.core and core == other.core else key
    )
