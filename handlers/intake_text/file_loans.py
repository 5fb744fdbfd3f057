"""A request to borrow a personnel file: whose, which, why, until when."""

from __future__ import annotations

import re
from datetime import date
from itertools import islice

from domain.calendar import WorkCalendar
from handlers.intake_text.board import CORRECTION, MOST, Board
from handlers.intake_text.contact_shapes import FULL
from handlers.intake_text.days import recognise_days
from handlers.intake_text.labels import find_labels
from handlers.intake_text.normalising import Text, joined
from handlers.intake_text.readings import Gathering, Reading

_FILE_KIND = re.compile(r"人事档案|员工管理档案|管理档案|员工档案|个人档案")
_FILE_NO = re.compile(r"(?:rs|yg)\s?-?\s?\d{3,4}")
_UNIT = r"(?:(?:仓库|车间|门店)的?|[一-龥]{2,6}?(?:部|科|处|室|仓库|车间|门店|分公司|办|中心)的?\s?)?"
_POST = (
    r"(?:(?:副?总?经理|副?主任|主管|副?科长|副?处长|副?部长|副?厂长|班长|组长|店长|会计|出纳|工程师|专员|助理|总监|文员|内勤|业务员|"
    r"销售员?|司机|操作工|技术员|质检员|仓管员|员工|同事|师傅|新人)的?\s?)?"
)
_SUBJECT = re.compile(
    r"(?:借出|调出|借阅|借用|借一下|借下|借|查阅|调阅|调取|调一下|调|看一下|看|要)(?:一下|"
    rf"个)?(?:给?我(?:们)?(?:看|用)?(?:一下|下)?)?\s?{_UNIT}{_POST}"
    r"(?P<name>(?![借调查看要请])[一-龥]{2,4}?)\s?(?:的|同志的?|这个人的?)?\s?(?:人事档案|员工管理档案|"
    r"管理档案|员工档案|个人档案|档案)"
)
_SUBJECT_FIRST = re.compile(
    rf"(?:把|将|^|[,。\s])\s?{_UNIT}{_POST}"
    r"(?P<name>(?![借调查看要请])[一-龥]{2,4}?)(?:的|那个|这个|那份)?(?:人事档案|员工管理档案|管理档案|"
    r"员工档案|档案)[^,。;\n]{0,4}(?:借|调)"
)
_OWNED = re.compile(
    rf"(?:^|(?<=[\n,，。;；:：\s])){_UNIT}{_POST}"
    r"(?P<name>[一-龥]{2,4})的(?:人事档案|员工管理档案|管理档案|员工档案|个人档案)"
)
_NAMES = re.compile(r"[^、,和与及跟\s]+")
_SEVERAL = re.compile(
    r"(?:借出|调出|借阅|借用|借一下|借下|借|查阅|调阅|调取|调一下|调|看一下|看|要|把|将|^|[,。\s])(?:一下|个)?"
    rf"(?:给?我(?:们)?(?:看|用)?(?:一下|下)?)?\s?{_UNIT}{_POST}"
    r"(?P<all>(?P<names>(?![借调查看要请])[一-龥]{2,4}?(?:\s?[、,和与及跟]\s?[一-龥]{2,4}?){1,19})\s?"
    r"(?:[两二三四五六七八九十]个?人|[两二三四五六七八九十]位)?)(?:的|同志的?)?\s?(?:人事档案|员工管理档案|管理档案|员工档案|个人档案|档案)"
)
_NUMBERS = re.compile(
    rf"{_FILE_NO.pattern}(?:\s?(?:[(（][一-龥]{{2,4}}[)）])?\s?(?:[、,，/和与及]|以及|还有|\s){{1,2}}\s?"
    rf"{_FILE_NO.pattern}(?!\d)){{1,40}}"
)
"""Numbers of files that stand together."""
_BACK = re.compile(r"\s?(?:的?(?:人事)?档案)?(?:已经?|早就?|都)?(?:归还|还)了")
_CLAUSE = re.compile(r"(?<=[,，。;；\n])\s?[^,，。;；\n]+")
_LABELLED_SUBJECT = re.compile(
    r"(?:(?:借阅|档案|档案人|借谁|姓名)\s?[:=]|借档\s?[:= ])\s?(?P<name>[一-龥]{2,4})(?=[\s/,，。;\0]|$|的)"
)
_DUE = re.compile(
    r"^\s?(?:下班)?(?:之前|以前|前)?\s?(?:一定|肯定|保证|准时|就|会)*(?:return|归还|还|还回|交还|送回)"
)
_PURPOSE = re.compile(
    r"^(?:那个|那份)?(?:借我|借给我|给我|我要)(?:用|看)?(?:[一二三两\d]+[天周])?\s+|^(?:reason|事由是?|缘由|借阅?事由|因为|由于|因|为了|用于|要用来|用来|用途|事由|原因)[:：]?\s?|^[\s的(（]+|^(?:号)?(?:人事|个人|员工(?:管理)?|管理)?档案(?=[一-龥]{3})"
)
_LABELLED_PURPOSE = re.compile(
    r"(?:借阅?事由|借阅?原因|借阅?用途|事由|用途|缘由|原因|理由)\s?[:：]\s?"
    r"(?P<words>[^,，。;；/\n!！?？\0]{2,40}?)(?=\s*归还|[,，。;；/\n!！?？\0]|$)"
)
_NO_PURPOSE = re.compile(
    r"^不是|能不能|能否|可否|可以(?:吗|借)|借(?:我|给)|看看$|申请借|所以|^hi\b|^hr\b|thx|thanks|谢|您好|你好|领导|老师|^(?:想|我想|我要|麻烦|谢谢|请|帮|"
    r"辛苦|可以吗|行吗|好的|还$|借)|[?？吗]$|归还|^还|档案|^(?:的|"
    r"全套)?(?:复印件|原件|电子版|扫描件)$"
)


def split_loans(text: Text, most: int) -> tuple[list[Text], list[str]]:
    """Give the message once for each file that it names, so many at most; and what the others are called.

    借阮志明和李文静的人事档案, RS-0012、RS-0015: what is said besides holds for each of them.
    """
    several = _SEVERAL.search(text.said)
    names = [match.span() for match in _NAMES.finditer(text.said, *several.span("names"))] if several else []
    if several is None or not all(FULL.fullmatch(text.said[start:end]) for start, end in names):
        return _split_numbers(text, most)
    numbered = _FILE_NO.search(text.said)
    if numbered and not several.end() <= numbered.start() <= several.end() + 4:
        return _split_numbers(text, most)
    end = numbered.start() if numbered else len(text.said)
    end = several.end() if numbered else end
    run = _NUMBERS.match(text.said, numbered.start()) if numbered else None
    after = run.end() if run else numbered.end() if numbered else end
    alone = joined([text.part(0, end), text.part(after, len(text.said))]) if numbered else text
    chunks = [_only(alone, several.span("all"), name, names) for name in names[:most]]
    rest = [text.shown[slice(*name)] for name in names[most:]]
    if numbered is None:
        return chunks, rest
    beside = joined([text.part(0, several.start("all")), text.part(numbered.start(), len(text.said))])
    more, left = _split_numbers(beside, max(0, most - len(chunks)))
    return chunks + more, rest + left


def _split_numbers(text: Text, most: int) -> tuple[list[Text], list[str]]:
    run = _NUMBERS.search(text.said)
    if run is None:
        return [text][:most], [] if most else [text.shown.strip()]
    numbers = {_digits(match[0]): match.span() for match in _FILE_NO.finditer(text.said, *run.span())}
    spans = list(numbers.values())
    chunks = [_only(text, run.span(), number, []) for number in spans[:most]]
    return chunks, [text.shown[slice(*number)] for number in spans[most:]]


def _only(text: Text, whole: tuple[int, int], one: tuple[int, int], names: list[tuple[int, int]]) -> Text:
    """Give the message as it would be for one file alone, without what is said of the others by name."""
    rest = text.part(whole[1], len(text.said))
    name = text.said[slice(*one)]
    kept, at = [text.part(0, whole[0]), text.part(*one)], 0
    for clause in _CLAUSE.finditer(rest.said) if names else ():
        of = next((text.said[a:b] for a, b in names if clause[0].startswith(text.said[a:b])), "")
        if of:
            kept.append(rest.part(at, clause.start()))
            at = clause.start() + len(name) if of == name else clause.end()
    return joined([*kept, rest.part(at, len(rest.said))])


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def read_file_loan(text: Text, today: date, calendar: WorkCalendar | None) -> Reading:
    """Read what is to be lent, why, and until when."""
    board = Board(text)
    labels = find_labels(board)
    for mention in recognise_days(board, labels, today, calendar):
        tail = _DUE.match(board.text.said[mention.end : mention.end + 10])
        until = mention.role == "to" or re.search(
            r"(?:借到|用到|还|归还(?:日期|时间)?[:：]?)\s?$",
            board.text.said[max(0, mention.start - 6) : mention.start],
        )
        former = board.finds.get("due_date", [])
        mended = former and CORRECTION.search(board.text.said, former[-1].end, mention.start)
        if ((tail or until) and (mended or not former)) or mended:
            end = mention.end + (tail.end() if tail else 0)
            if mention.day is not None:
                board.found("due_date", mention.day.isoformat(), mention.start, end, "words")
            else:
                board.ask(
                    "due_date",
                    [day.isoformat() for day in mention.candidates],
                    "several days",
                    mention.start,
                    end,
                )
    if number := _meant(board.left, _FILE_NO):
        digits = re.sub(r"\s", "", number[0]).upper()
        board.found("file_subject", re.sub(r"^(RS|YG)-?", r"\1-", digits), *number.span(), "number")
    elif (
        subject := _LABELLED_SUBJECT.search(board.left)
        or _SUBJECT_FIRST.search(board.left)
        or _meant(board.left, _SUBJECT)
        or _OWNED.search(board.left)
    ) and not re.search(r"一下|哪|谁|我的|自己", subject["name"]):
        board.found("file_subject", board.shown(*subject.span("name")), *subject.span("name"), "words")
    for kind in board.search(_FILE_KIND):
        words = {"管理档案": "员工管理档案", "员工档案": "员工档案"}.get(kind[0], kind[0])
        board.found("file_kind", words, *kind.span(), "words")
    _purpose(board)
    gathered = Gathering(board)
    gathered.settle("file_subject", "file_kind", "reason", "due_date")
    return gathered.rerouted("file_loan")


def _meant(left: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Give the first file that is asked for, or what it was corrected to; what was brought back is none."""
    meant: re.Match[str] | None = None
    for match in islice(pattern.finditer(left), MOST):
        if _BACK.match(left, match.end()):
            continue
        if meant is None or CORRECTION.search(left, meant.end(), match.start()):
            meant = match
    return meant


def _purpose(board: Board) -> None:
    left = board.left
    last = max(
        (find.end for finds in board.finds.values() for find in finds if find.field.startswith("file")),
        default=0,
    )
    if said := _LABELLED_PURPOSE.search(left):
        board.found("reason", board.shown(*said.span("words")).strip(), *said.span("words"), "labelled")
        return
    clauses = [clause.span() for clause in re.finditer(r"[^,，。;；/\n!！?？\0]+", left)]
    after = [
        span
        for span in clauses
        if span[1] > last and (span[0] >= last or re.match(r"[一-龥]", left[last : last + 1]))
    ]
    before = [span for span in clauses if span[1] <= last]
    for first, end in [*after, *before]:
        start = max(first, last) if end > last else first
        while (lead := _PURPOSE.match(left[start:end])) and lead.end():
            start += lead.end()
        start += len(left[start:end]) - len(left[start:end].lstrip())
        words = left[start:end].strip()
        if len(words) >= 3 and not _NO_PURPOSE.search(words):
            board.found("reason", board.shown(start, start + len(words)), start, start + len(words), "clause")
            return
