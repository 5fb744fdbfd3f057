"""Requests of other processes about a customer: changed contacts and addresses, a question about a rate."""

from __future__ import annotations

import re

from handlers.intake_text.addresses import recognise_addresses
from handlers.intake_text.board import Board, Find
from handlers.intake_text.companies import recognise_full_names
from handlers.intake_text.contacts import note_title, recognise_contacts
from handlers.intake_text.directories import Directory
from handlers.intake_text.formers import is_former, is_former_place
from handlers.intake_text.labels import Label
from handlers.intake_text.new_customers import solve
from handlers.intake_text.normalising import Text
from handlers.intake_text.readings import Gathering, Reading
from handlers.intake_text.references import Reference, find_reference

_NEW_NAME = re.compile(
    r"(?:新名称?|新名字|改名[为成叫]?|更名[为成叫]?|改为|改成|变更为|现名)(?:了|是|为|叫)?[\s:：]*$"
)
_NEW_CONTACT = re.compile(
    r"(?:(?<=[。,，;\n])改(?=[一-龥]{2,4}\0)|联系人|采购|对接人|负责人|经办人|收货人|接[手替任](?:的人?)?|联系(?!人|电话|方式|不)|找(?:财务|采购|销售|仓库)?|现在(?=是|找|"
    r"叫))(?:[一-龥]{0,4}?)(?:换成了?|改成|改为|变更为|换为|换人|是|叫|"
    r"找|:)*\s?(?P<name>[一-龥]{2,4}?)(?=了|吧|[\s,，。;\0\d]|$|的?(?:电话|手机))"
)


def read_data_change(text: Text, directory: Directory | None) -> Reading:
    """Read a change that 内勤 makes alone; the outcome is another process."""
    board, labels, _rates, _terms, _told = solve(text)
    recognise_full_names(board, labels)
    renamed = _renamed(board) if re.search(r"改名|更名|新名称", text.said) else []
    reference = find_reference(board, labels, directory)
    _refer(board, reference, directory)
    board.finds["customer_name"] = renamed
    _drop_former(board)
    _contact(board)
    _addresses(board, labels)
    gathered = Gathering(board)
    gathered.settle(
        "customer_ref", "customer_name", "contact_name", "mobile", "landline", "extension", "fax", "email",
        "address", "delivery_address", "postcode", "bank_name", "bank_account", "uscc",
    )  # fmt: skip
    return gathered.rerouted("customer_data_change")


def _renamed(board: Board) -> list[Find]:
    """Give what a customer is called from now on, and leave its former name to the reference."""
    names = board.finds.pop("customer_name", [])
    new = [find for find in names if _NEW_NAME.search(board.text.said[max(0, find.start - 8) : find.start])]
    board.finds["customer_name"] = [find for find in names if find not in new and len(names) > 1]
    return new


def _drop_former(board: Board) -> None:
    """Drop the mail address and the fax number that are said to be gone, where a new one stands."""
    for name in ("email", "fax"):
        finds = board.finds.get(name, [])
        kept = [find for find in finds if not is_former(board.text.said, find)]
        if kept:
            board.finds[name] = kept


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
            r"^(?:了|换|改|是|新|以后|电话|地址|采购|经理)|公司|[不没未]变|电话|手机|照旧|人$|[说讲的]$|要求|^(?:主管|经理|主任|总监|会计|部长|科长)$",
            match["name"],
        ):
            named = match
    if named is not None:
        start, end = named.span("name")
        board.found("contact_name", board.shown(start, end), start, end, "labelled")
        note_title(board, start, end)
    elif board.finds.get("mobile"):
        recognise_contacts(board, [])


def _addresses(board: Board, labels: list[Label]) -> None:
    said = board.text.said
    recognise_addresses(board, labels)
    finds = board.finds.pop("address", [])
    finds += board.finds.pop("delivery_address", [])
    kept = [find for find in finds if not is_former_place(said, find)]
    for find in kept or finds:
        before = said[max(0, find.start - 14) : find.start]
        delivery = re.search(r"送货|收货|发货|交货|寄|送到|统一送|改送|货[^,。]{0,4}(?:送|发)", before)
        name = "delivery_address" if delivery or find.field == "delivery_address" else "address"
        board.finds.setdefault(name, []).append(Find(name, find.value, find.start, find.end, find.why))


def read_query(text: Text, directory: Directory | None) -> Reading:
    """Read whose rate is asked after."""
    board, labels, _rates, _terms, _told = solve(text)
    recognise_full_names(board, labels)
    _refer(board, find_reference(board, labels, directory), directory)
    gathered = Gathering(board)
    gathered.settle("customer_ref")
    return gathered.rerouted("discount_query")
