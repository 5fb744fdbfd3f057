"""Layouts that are undone before reading: tables pasted from a sheet, labels on lines of their own, JSON."""

from __future__ import annotations

import re

from handlers.intake_text.labels import field_of_label
from handlers.intake_text.normalising import Text, joined

MOST_ROWS = 60
MOST_HEAD_LINES = 4
"""Lines above a table that are read with each of its rows."""
_BRACKETED = re.compile(r"[【\[]([^【】\[\]\n]{1,10})[】\]]")
_DRAWN = frozenset(
    (
        "鼓掌",
        "抱拳",
        "微笑",
        "强",
        "玫瑰",
        "握手",
        "捂脸",
        "庆祝",
        "胜利",
        "合十",
        "呲牙",
        "偷笑",
        "愉快",
        "太阳",
        "拥抱",
    )
)
"""Pictures that a messenger copies as words."""
_LETTERS = {"m": "手机", "t": "电话", "f": "传真", "a": "地址", "e": "邮箱", "p": "邮编"}
_LETTER = re.compile(
    r"(?m)^[ \t]*(?P<letter>[mtfae](?=[ \t]?[:.])|p\.?[ ]?c(?=[.:]))(?:[ \t]?[.:]){1,2}[ \t]?"
)


def flattened(text: Text) -> list[Text]:
    """Give the texts of a message, one for each row of a table, else the message as labelled lines."""
    lines = _lines(_lettered(_bracketed(text)))
    for at, line in enumerate(lines):
        cells = _cells(line)
        if _is_head(cells):
            head = lines[max(0, at - MOST_HEAD_LINES) : at]
            rows = [_cells(row) for row in lines[at + 1 :]]
            filled = [row for row in rows if len(row) >= 2]
            if filled:
                return [_row(head, cells, row) for row in filled[:MOST_ROWS]]
    return [_unquoted(_stacked(lines))]


def _bracketed(text: Text) -> Text:
    """Write 【地址】海南省… as a label on a line of its own: the marks become a new line and a colon."""
    if "\t" in text.said or ("【" not in text.said and "[" not in text.said):
        return text
    shown, said = list(text.shown), list(text.said)
    for match in _BRACKETED.finditer(text.said):
        known = field_of_label(match[1].strip())
        drawn = match[1] in _DRAWN
        if not known and not drawn and text.said[: match.start()].rpartition("\n")[2].strip():
            continue  # in the middle of a line, as 88号【3楼】
        for letters in (shown, said):
            letters[match.start()] = "\n"
            letters[match.end() - 1] = ":" if known else "\n"
    return Text("".join(shown), "".join(said), text.origin)


def _lettered(text: Text) -> Text:
    """Write the letters of a card out: M: 137…, T: 0751-…, P.C. 512023."""
    found = list(_LETTER.finditer(text.said))
    if len(found) < 2:
        return text
    pieces: list[Text | str] = []
    end = 0
    for match in found:
        pieces += [text.part(end, match.start()), f"{_LETTERS[match['letter'][:1]]}:"]
        end = match.end()
    return joined([*pieces, text.part(end, len(text.said))])


def _is_head(cells: list[Text]) -> bool:
    """Whether a line heads a table: labels, and at most a few words of another kind, as 序号."""
    known = sum(bool(field_of_label(cell.said.strip())) for cell in cells)
    short = all(len(cell.said.strip()) <= 8 and not re.search(r"\d", cell.said) for cell in cells)
    return known >= 3 and short and known * 3 >= len(cells) * 2


def _lines(text: Text) -> list[Text]:
    lines, start = [], 0
    for match in re.finditer(r"\n|$", text.said):
        lines.append(text.part(start, match.start()))
        start = match.end()
    return lines


def _cells(line: Text) -> list[Text]:
    mark = "\t" if "\t" in line.said else "|" if line.said.count("|") >= 3 else ""
    if not mark:
        return []
    cells, start = [], 0
    for match in re.finditer(rf"{re.escape(mark)}|$", line.said):
        cells.append(line.part(start, match.start()))
        start = match.end()
    return [cell for cell in cells if cell.said.strip()] if mark == "|" else cells


def _row(head: list[Text], labels: list[Text], values: list[Text]) -> Text:
    pieces: list[Text | str] = []
    for line in head:
        pieces += [line, "\n"]
    for label, value in zip(labels, values, strict=False):
        if value.said.strip() and field_of_label(label.said.strip()):
            pieces += [label, ":", value, "\n"]
    return joined(pieces)


def _stacked(lines: list[Text]) -> Text:
    """Join a line that is nothing but a label with the line after it."""
    alone = [bool(field_of_label(line.said.strip(" :"))) for line in lines]
    stacked = sum(alone) >= 2
    pieces: list[Text | str] = []
    for at, line in enumerate(lines):
        pieces.append(line)
        joins = stacked and alone[at] and at + 1 < len(lines) and not alone[at + 1]
        pieces.append((":" if not line.said.rstrip().endswith(":") else "") if joins else "\n")
    return joined(pieces[:-1])


def _unquoted(text: Text) -> Text:
    if not re.search(r"[{\"]\s*[\w一-龥]+\"\s*:", text.said):
        return text
    shown = re.sub(r"\"\s*,", lambda match: ";" + " " * (len(match[0]) - 1), text.shown)
    shown = re.sub(r"[{}\"]", " ", shown)
    said = re.sub(r"\"\s*,", lambda match: ";" + " " * (len(match[0]) - 1), text.said)
    return Text(re.sub(r"\s(?=\s*:)", " ", shown), re.sub(r"[{}\"]", " ", said), text.origin)
