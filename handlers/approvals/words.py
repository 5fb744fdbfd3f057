"""Decisions in words: `同意 0007`, `驳回 0007 利润太低`, or a reply `不行，利润太低` to a card.

Consent is read from a closed pattern only: a text with any reservation, condition or question in it is
unclear and is asked back, since a wrong approval is the worst that could happen.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 600  # characters; whatever is longer is no decision


class Verb(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    TRANSFER = "transfer"
    ADD_BEFORE = "add_before"
    ADD_AFTER = "add_after"
    OFFER = "offer"
    NUDGE = "nudge"
    WITHDRAW = "withdraw"
    VOID = "void"
    COMMENT = "comment"
    COPY = "copy"
    DETAILS = "details"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Said:
    """number: of a request as typed, `ZK-20261123-0007` or its end `0007`. rest: what follows."""

    verb: Verb
    number: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A reply that is about its request, but no decision that could be relied upon."""

    text: str


_VERBS = {
    Verb.APPROVE: ("同意", "批准", "approve"),
    Verb.REJECT: ("驳回", "拒绝", "不同意", "reject"),
    Verb.RETURN: ("退回", "打回", "return"),
    Verb.TRANSFER: ("转交", "转给", "转办", "transfer"),
    Verb.ADD_AFTER: ("后加签",),
    Verb.ADD_BEFORE: ("前加签", "加签"),
    Verb.OFFER: ("还价", "counter"),
    Verb.NUDGE: ("催办", "催一下", "remind"),
    Verb.WITHDRAW: ("撤回", "withdraw"),
    Verb.VOID: ("作废", "void"),
    Verb.COMMENT: ("评论", "comment"),
    Verb.COPY: ("抄送", "copy"),
    Verb.DETAILS: ("查看详情", "详情", "details"),
    Verb.RECORD: ("已变更", "已录入", "recorded"),
}
_BY_WORD = {word: verb for verb, words in _VERBS.items() for word in words}
_WORD = "|".join(sorted(_BY_WORD, key=len, reverse=True))
_NUMBER = r"(?:[A-Za-z]{2}\s?-?\s?)?(?:\d{8}-\d{1,6}|\d{1,4})(?![\d折扣点%天日个.年月])"
_FULL = re.compile(
    rf"(?P<verb>{_WORD})(?:(?P<gap>[\s:：,，。;；、#]+)(?:(?P<number>{_NUMBER})(?:[\s:：,，;；、]+|$))?(?P<rest>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_GLUED = re.compile(r"(?P<verb>转交|转给|抄送|前加签|后加签|加签)给?(?P<rest>[^\s\d].{0,40})")
_TIGHT = re.compile(rf"^({_WORD})(?=\d|[A-Za-z]{{2}}\s?-?\s?\d)", re.IGNORECASE)
_END = r"[\s!！。.~～👍🙏👌]*"
_CONSENT = re.compile(
    rf"(?:同意|批准|通过|可以|行|好|好的|没问题|ok|okay|yes|approved?|👍|👌){_END}(?:[,，。;；\s]+(?P<words>.+))?",
    re.IGNORECASE | re.DOTALL,
)
_RESERVED = re.compile(
    r"[?？]|不|没|别|但|如果|若|除非|否则|只要|前提|条件|不过|可是|然而|先|等|吗|么|吧|呢|是否|改|调|折|扣|\d|"
    r"\b(?:but|if|unless|not|no|only|when)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"(?:不同意|不行|不可以|不可|不能批|不批准?|不通过|驳回|拒绝|否决|no|reject(?:ed)?)(?:[\s,，。:：;；!！]+(?P<reason>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_OFFERED = re.compile(
    r"(?:改[为成]|最多|最低|只能给?|可以给|给)?\s*(?P<terms>[\d.零一二三四五六七八九十半]{1,6}[折扣])\s*(?:可以|同意|行|就行|我就?同意)?[。!！]*"
)
_QUESTION = re.compile(r"[?？]|吗|是不是|能不能|可不可以|行不行")


def read_said(text: str) -> Said | None:
    """Read an act by its word, with a request's number and what follows; None where a text is none."""
    said = _tidy(text)
    if not said or len(said) > LONGEST:
        return None
    match = _FULL.fullmatch(_TIGHT.sub(r"\1 ", said.rstrip("!！。.~～ ")))
    if match is None:
        glued = _GLUED.fullmatch(said)
        return Said(_BY_WORD[glued["verb"]], "", glued["rest"]) if glued is not None else None
    verb, rest = _BY_WORD[match["verb"].lower()], (match["rest"] or "").strip()
    if verb in {Verb.ADD_BEFORE, Verb.ADD_AFTER} and re.search(r"在我之后|之后再?审", rest):
        verb, rest = Verb.ADD_AFTER, re.sub(r"在我之后|之后再?审批?", "", rest).strip()
    number = _number(match["number"] or "")
    if verb is Verb.RECORD and number and not rest:  # what was recorded, not which request
        number, rest = "", match["number"]
    if verb is Verb.APPROVE and rest and not _is_numbers(rest) and _RESERVED.search(rest):
        return None  # 同意，但…: no consent
    return Said(verb, number, rest)


def read_reply(text: str) -> Said | Unclear:
    """Read a reply to a card, which is about that card's request."""
    said = _tidy(text)
    if len(said) > LONGEST:
        return Unclear(said[:LONGEST])
    known = read_said(said)
    if known is not None and not (known.verb is Verb.REJECT and _QUESTION.search(known.rest)):
        return known
    if (consent := _CONSENT.fullmatch(said)) is not None:
        words = (consent["words"] or "").strip()
        return Unclear(said) if _RESERVED.search(words) else Said(Verb.APPROVE, "", words)
    if (offered := _OFFERED.fullmatch(said)) is not None:
        return Said(Verb.OFFER, "", offered["terms"])
    if (refusal := _REFUSAL.fullmatch(said)) is not None and not _QUESTION.search(said):
        return Said(Verb.REJECT, "", (refusal["reason"] or "").strip())
    return Unclear(said)


def read_numbers(text: str) -> list[str]:
    """Read several numbers of requests, `0007 0008、0011`; nothing where other words stand between."""
    if not _is_numbers(text):
        return []
    return [_number(part) for part in re.split(r"[\s,，、和]+", text) if part]


def _is_numbers(text: str) -> bool:
    return re.fullmatch(rf"(?:{_NUMBER}[\s,，、和]*)+", text) is not None


def _number(typed: str) -> str:
    number = re.sub(r"\s", "", typed).upper()
    number = re.sub(r"^([A-Z]{2})-?", r"\1-", number)
    prefix, dash, end = number.rpartition("-")
    return f"{prefix}{dash}{end.zfill(4)}" if end else ""


def _tidy(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[: LONGEST * 2])
    shown = "".join(c for c in folded if c.isspace() or not unicodedata.category(c).startswith("C"))
    return re.sub(r"[^\S\n]+", " ", shown).strip()
