"""Requests of other processes: changed contacts, the loan of a file, a question about a rate."""

from __future__ import annotations

import re
from datetime import date

from domain.calendar import WorkCalendar
from handlers.intake_text.addresses import recognise_addresses
from handlers.intake_text.board import Board, Find
from handlers.intake_text.companies import recognise_companies
from handlers.intake_text.contacts import recognise_contacts
from handlers.intake_text.days import recognise_days
from handlers.intake_text.directories import Directory
from handlers.intake_text.labels import Label, find_labels
from handlers.intake_text.new_customers import solve
from handlers.intake_text.normalising import Text
from handlers.intake_text.readings import Gathering, Reading
from handlers.intake_text.references import Reference, find_reference

_FILE_KIND = re.compile(r"人事档案|员工管理档案|管理档案|员工档案|个人档案")
_FILE_NO = re.compile(r"(?:rs|yg)\s?-?\s?\d{3,4}")
_SUBJECT = re.compile(
    r"(?:借出|调出|借阅|借用|借一下|借下|借|查阅|调阅|调取|调一下|调|看一下|看|要)(?:一下|"
    r"个)?\s?(?:[一-龥]{2,6}?(?:部|科|处|室|分公司|办|"
    r"中心)的?\s?)?(?P<name>[一-龥]{2,4}?)\s?(?:的|同志的?|这个人的?)?\s?(?:人事档案|员工管理档案|"
    r"管理档案|员工档案|个人档案|档案)"
)
_SUBJECT_FIRST = re.compile(
    r"(?:把|将|^|[,。\s])\s?(?:[一-龥]{2,6}?(?:部|科|处|室|分公司|办|"
    r"中心)的?)?(?P<name>[一-龥]{2,4}?)的?(?:人事档案|员工管理档案|管理档案|"
    r"员工档案|档案)[^,。;\n]{0,4}(?:借|调)"
)
_DUE = re.compile(r"^\s?(?:之前|以前|前)?\s?(?:归还|还|还回|交还|送回)")
_PURPOSE = re.compile(r"^(?:因为|由于|为了|用于|要用来|用来|用途|事由|原因)[:：]?\s?|^[\s的(（]+")
_NO_PURPOSE = re.compile(
    r"^(?:想|我想|我要|麻烦|谢谢|请|帮|辛苦|可以吗|行吗|好的|还$|借)|[?？吗]$|归还|^还|档案|^(?:的|"
    r"全套)?(?:复印件|原件|电子版|扫描件)$"
)
_NEW_CONTACT = re.compile(
    r"(?:联系人|采购|对接人|负责人|经办人|收货人|找(?:财务|采购|销售|仓库)?|现在(?=是|找|"
    r"叫))(?:[一-龥]{0,4}?)(?:换成了?|改成|改为|变更为|换为|换人|是|叫|"
    r"找|:)*\s?(?P<name>[一-龥]{2,4}?)(?=了|吧|[\s,，。;\0\d]|$|的?(?:电话|手机))"
)


def read_data_change(text: Text, directory: Directory | None) -> Reading:
    """Read a change that 内勤 makes alone; the outcome is another process."""
    board, labels, _rates, _terms = solve(text)
    recognise_companies(board, labels)
    if re.search(r"改名|更名", text.said):
        board.finds.pop("customer_name", None)
    reference = find_reference(board, labels, directory)
    _refer(board, reference, directory)
    _contact(board)
    _addresses(board, labels)
    gathered = Gathering(board)
    gathered.settle(
        "customer_ref", "contact_name", "mobile", "landline", "extension", "fax", "email", "address",
        "delivery_address", "postcode", "bank_name", "bank_account", "uscc",
    )  # fmt: skip
    return _rerouted("customer_data_change", gathered)


def _refer(board: Board, reference: Reference | None, directory: Directory | None) -> None:
    if reference is None:
        return
    board.take(reference.start, reference.end)
    if directory is not None and len(found := directory.matches(reference.words)) != 1:
        names = [entry.name for entry in (found or directory.alike(reference.words))[:8]]
        board.ask(
            "customer_ref",
            names,
            f"{len(found)} customers match {reference.words}",
            reference.start,
            reference.end,
        )
        return
    board.finds["customer_ref"] = [
        Find("customer_ref", reference.words, reference.start, reference.end, reference.why)
    ]


def _contact(board: Board) -> None:
    named = None
    for match in board.search(_NEW_CONTACT):
        if not re.search(
            r"^(?:了|换|改|是|新|以后|电话|地址|采购|经理)|公司|不变|电话|手机|照旧|人$", match["name"]
        ):
            named = match
    if named is not None:
        start, end = named.span("name")
        board.found("contact_name", board.shown(start, end), start, end, "labelled")
    elif board.finds.get("mobile"):
        recognise_contacts(board, [])


def _addresses(board: Board, labels: list[Label]) -> None:
    said = board.text.said
    recognise_addresses(board, labels)
    finds = board.finds.pop("address", [])
    for find in finds:
        before = said[max(0, find.start - 14) : find.start]
        delivery = re.search(r"送货|收货|发货|交货|寄|送到", before)
        name = "delivery_address" if delivery else "address"
        board.finds.setdefault(name, []).append(Find(name, find.value, find.start, find.end, find.why))


def read_file_loan(text: Text, today: date, calendar: WorkCalendar | None) -> Reading:
    """Read what is to be lent, why, and until when."""
    board = Board(text)
    labels = find_labels(board)
    due = False
    for mention in recognise_days(board, labels, today, calendar):
        tail = _DUE.match(board.text.said[mention.end : mention.end + 6])
        until = mention.role == "to" or re.search(
            r"(?:借到|用到|还|归还(?:日期|时间)?[:：]?)\s?$",
            board.text.said[max(0, mention.start - 6) : mention.start],
        )
        if (tail or until) and not due:
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
            due = True
    if number := _FILE_NO.search(board.left):
        digits = re.sub(r"\s", "", number[0]).upper()
        board.found("file_subject", re.sub(r"^(RS|YG)-?", r"\1-", digits), *number.span(), "number")
    elif (subject := _SUBJECT_FIRST.search(board.left) or _SUBJECT.search(board.left)) and not re.search(
        r"一下|哪|谁|我的|自己", subject["name"]
    ):
        board.found("file_subject", board.shown(*subject.span("name")), *subject.span("name"), "words")
    if kind := _FILE_KIND.search(board.left):
        words = {"管理档案": "员工管理档案", "员工档案": "员工档案"}.get(kind[0], kind[0])
        board.found("file_kind", words, *kind.span(), "words")
    _purpose(board)
    gathered = Gathering(board)
    gathered.settle("file_subject", "file_kind", "reason", "due_date")
    return _rerouted("file_loan", gathered)


def _purpose(board: Board) -> None:
    left = board.left
    last = max(
        (find.end for finds in board.finds.values() for find in finds if find.field.startswith("file")),
        default=0,
    )
    for clause in re.finditer(r"[^,，。;；\n!！?？\0]+", left):
        start, end = clause.span()
        if end <= last or (start < last and not re.match(r"[一-龥]", left[last : last + 1])):
            continue
        start = max(start, last)
        while (lead := _PURPOSE.match(left[start:end])) and lead.end():
            start += lead.end()
        words = left[start:end].strip()
        if len(words) < 3 or _NO_PURPOSE.search(words):
            continue
        start += len(left[start:end]) - len(left[start:end].lstrip())
        board.found("reason", board.shown(start, start + len(words)), start, start + len(words), "clause")
        return


def read_query(text: Text, directory: Directory | None) -> Reading:
    """Read whose rate is asked after."""
    board, labels, _rates, _terms = solve(text)
    recognise_companies(board, labels)
    _refer(board, find_reference(board, labels, directory), directory)
    gathered = Gathering(board)
    gathered.settle("customer_ref")
    return _rerouted("discount_query", gathered)


def _rerouted(intent: str, gathered: Gathering) -> Reading:
    reading = gathered.reading(intent, (), None)
    return Reading(intent, "reroute", reading.fields, (), reading.clarify)
