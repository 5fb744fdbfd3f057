"""Workbooks: lists written row by row, in which no text can ever become a formula.

A name that begins with = + - @ could be computed by the spreadsheet that opens it. Text is therefore stored
as text, and what begins so is marked with a leading quote (quotePrefix), which survives editing the cell too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

Page = Any  # openpyxl's write-only worksheet, of which its stubs know half
Value = str | int | date | Decimal | None
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_BOLD = Font(bold=True)
_SHADE = PatternFill("solid", fgColor="E8EEF4")
_WRAP = Alignment(vertical="top", wrap_text=True)


@dataclass(frozen=True, slots=True)
class Column:
    """width: characters."""

    heading: str
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """notes: lines above the header. rows: taken one by one."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Value]]
    notes: tuple[str, ...] = ()


def write_workbook(target: Path, sheets: Sequence[Sheet]) -> None:
    """Write sheets to an XLSX file, holding one row at a time."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book.create_sheet(_legal(sheet.title)), sheet)
    book.save(target)


def _write(page: Page, sheet: Sheet) -> None:
    for at, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(at)].width = column.width
    head = len(sheet.notes) + 1
    page.freeze_panes = f"A{head + 1}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4; without it LibreOffice prints upright
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{head}:{head}"
    for note in sheet.notes:
        page.append([_cell(page, note)])
    page.append([_heading(page, column.heading) for column in sheet.columns])
    count = head
    for row in sheet.rows:
        page.append([_cell(page, value) for value in row])
        count += 1
    if sheet.columns and count > head:
        page.auto_filter.ref = f"A{head}:{get_column_letter(len(sheet.columns))}{count}"


def _heading(page: Page, text: str) -> Any:
    cell = WriteOnlyCell(page, text)
    cell.font, cell.fill, cell.alignment = _BOLD, _SHADE, _WRAP
    return cell


def _cell(page: Page, value: Value) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        text = _CONTROL.sub("", value)
        cell = WriteOnlyCell(page)
        cell.value = text
        cell.data_type = "s"  # whatever it begins with
        if text.startswith(_DANGEROUS):
            cell.quotePrefix = True
        return cell
    cell = WriteOnlyCell(page)
    cell.value = value
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _legal(title: str) -> str:
    """Make a sheet's name that workbooks accept."""
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")[:31] or "Sheet"
