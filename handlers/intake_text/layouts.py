"""Layouts that are undone before reading: tables pasted from a sheet, labels on lines of their own, JSON."""

from __future__ import annotations

import re

from handlers.intake_text.labels import field_of_label
from handlers.intake_text.normalising import Text, joined

MOST_ROWS = 20


def flattened(text: Text) -> list[Text]:
    """Give the texts of a message, one for each row of a table, else the message as labelled lines."""
    lines = _lines(text)
    for at, line in enumerate(lines):
        cells = _cells(line)
        if len(cells) >= 3 and all(field_of_label(cell.said.strip()) for cell in cells):
            head = [*lines[:at]]
            rows = [_cells(row) for row in lines[at + 1 :]]
            filled = [row for row in rows if len(row) >= 2]
            if filled:
                return [_row(head, cells, row) for row in filled[:MOST_ROWS]]
    return [_unquoted(_stacked(lines))]


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
        if value.said.strip():
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
