"""Messages that hold two requests, cut where the second begins; nothing crosses over."""

from __future__ import annotations

import re

from handlers.intake_text.board import Board
from handlers.intake_text.companies import recognise_companies
from handlers.intake_text.labels import field_of_label, find_labels
from handlers.intake_text.normalising import Text
from handlers.intake_text.trades import unlike_a_name

MOST = 40
"""Requests that are told apart in one message."""
MOST_LABELS = 300
MARK = re.compile(
    r"(?:^|(?<=\n))\s*[\-*·•](?=\s?[一-龥])\s?|(?:^|(?<=[\n;；:：,，。\s]))(?:①|②|③|④|⑤|⑥|"
    r"\(?\d{1,2}\s?[).、．](?!\d)|\(\d{1,2}\)|"
    r"第[一二三四五六]个?[家]?[:：、,]?|"
    r"[a-h]\s?[)、.](?![a-z0-9])|[一二三四五六]、|[一二三四]是(?=[一-龥]{3})|其[一二三])\s*"
)
_BREAK = re.compile(r"\n\s*\n|\n|[;；。]|[,，]?(?:另外|同时|此外|还有|再一个|另一个|另一家)[,，:：]?")
_RATE = re.compile(r"[\d一二三四五六七八九十.点]{1,5}\s?[折扣]|个点|月结|现结|款到|票到|货到|账期|承兑")


_TAKEN_BACK = re.compile(
    r"(?:[先就]|暂时?)?(?:不报|不建|不录|别建|别报|别录|不申请|撤[了回]?|算了|作废|取消)[了吧]?[,，。;；!！\s)）]*$"
)
_INTRODUCED = re.compile(
    r"[^:：,，;；\n]{0,20}(?:[两二三四几2-9]\s?[家个条份件]|一起)[^:：,，;；\n]{0,12}[:：]\s*"
)
_OF_ONE = re.compile(r"(?:现价|原价|现[在行]?|目前|想要?|要求|希望|申请|改[为成到]|调|理由|原因|折扣|结算)")
_ONLY_TERMS = re.compile(r"(?:次?月结|票到|货到|账期|承兑|现结|款到|执行|理由|缘由|原因|有效|生效|备注)")
_NAME_AND_RATE = re.compile(
    r"\s*(?![一-龥]{0,8}(?:目前|现在|申请|改|调|降|到|按|原|给|从|由|恢复|成|"
    r"现))[一-龥]{3,8}?\s?\d{1,2}(?:\.\d)?折\s?[,，]"
)


def split_new_customers(text: Text) -> list[Text]:
    """Cut a text at the names of companies, each chunk from its mark or line on."""
    board = Board(text)
    labels = find_labels(board, MOST_LABELS)
    recognise_companies(board, labels)
    finds = sorted(board.finds.get("customer_name", []), key=lambda find: find.start)
    names: list[int] = []
    seen: list[str] = []
    for find in finds:
        if any(find.value in name or name in find.value for name in seen):
            continue
        seen.append(find.value)
        label = next(
            (
                each
                for each in labels
                if each.at <= find.start and each.field == "customer_name" and each.at >= find.start - 4
            ),
            None,
        )
        names.append(label.start if label else find.start)
    if len(names) < 2:
        return [text]
    starts = [_beginning(text.said, at) for at in names]
    chunks = _cut(text, starts)
    return chunks if all(_has_more(chunk.said) for chunk in chunks) else [text]


def split_changes(text: Text) -> list[Text]:
    """Cut a text at its marks, or at breaks after which another customer and another rate stand."""
    marks = [match.start() for match in MARK.finditer(text.said)]
    chunks = _cut(text, marks) if len(marks) >= 2 else []
    if len(chunks) >= 2 and all(_asks(chunk.said) for chunk in chunks):
        return chunks
    commas = [0] + [match.end() for match in re.finditer(r"[,，]", text.said)]
    if len(commas) > 1 and all(_NAME_AND_RATE.match(text.said, at) for at in commas[:2]):
        return _cut(text, [at for at in commas if _NAME_AND_RATE.match(text.said, at)])
    if intro := _INTRODUCED.match(text.said):
        chunks = split_changes(text.part(intro.end(), len(text.said)))
        if len(chunks) >= 2:
            return chunks
    breaks = [0] + [match.end() for match in _BREAK.finditer(text.said)]
    return [text] if len(breaks) < 2 else _asking_chunks(text, breaks)


def still_wanted(chunks: list[Text]) -> list[Text]:
    """Drop requests that are taken back where they end: ②…这个客户刚说不要了,不报."""
    kept = [chunk for chunk in chunks if not _TAKEN_BACK.search(chunk.said)]
    return kept if kept else chunks


def _asks(said: str) -> bool:
    """Whether a listed line is a request by itself, and no field of one: ② 现价92折."""
    bare = MARK.sub("", said, count=1).strip()
    return (
        bool(_RATE.search(bare))
        and field_of_label(re.split(r"[:：\s\d]", bare)[0]) is None
        and not _OF_ONE.match(bare)
    )


def _asking_chunks(text: Text, breaks: list[int]) -> list[Text]:
    """Join what follows a break to the request before, unless it begins with a name and asks for a rate."""
    starts: list[int] = []
    values = {
        label.start for label in find_labels(Board(text), MOST_LABELS) if label.field != "customer_name"
    }
    ends = [*breaks[1:], len(text.said)]
    for first, last in zip(breaks, ends, strict=True):
        said = text.said[first:last]
        head = re.match(
            r"[\s,，]*(?:把|将|给)?(?P<name>[一-龥a-z0-9()（）]{2,16}?)\s?(?:的折扣|折扣)?(?:从|由|原|现|"
            r"再|申请|改|调|"
            r"[\d一二三四五六七八九]{1,3}(?:\.\d)?\s?折|[:：])",
            said,
        )
        at = first + len(said) - len(said.lstrip())
        names = (
            head
            and at not in values
            and not re.match(
                r"因为|原因|理由|折扣|价格|月结|目前|现在|同行|对手|另外|其他|其余|从|原|结算|客户|他们|年底|"
                r"今年|对方|新|生效|变更|以后|都|含税|仅限",
                head["name"],
            )
        )
        if (
            names
            and head
            and not unlike_a_name(head["name"])
            and not _ONLY_TERMS.match(head["name"])
            and _RATE.search(said)
        ):
            starts.append(first)
    if len(starts) < 2 or len(starts) > MOST:
        return [text]
    return _cut(text, starts)


def _beginning(said: str, name: int) -> int:
    """Give where the request of a name begins: at its mark, else at the name itself."""
    line = said.rfind("\n", 0, name) + 1
    mark = None
    for match in MARK.finditer(said, line, name):
        mark = match
    return mark.start() if mark and name - mark.end() <= 6 else name


def _cut(text: Text, starts: list[int]) -> list[Text]:
    starts = starts[:MOST]
    ends = [*starts[1:], len(text.said)]
    return [
        text.part(first, last)
        for first, last in zip(starts, ends, strict=True)
        if text.said[first:last].strip()
    ]


def _has_more(said: str) -> bool:
    """Whether a chunk says more than a name: a phone, a rate or terms of its own."""
    return bool(_RATE.search(said) or re.search(r"1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|[路街]\S{0,6}\d+号", said))
