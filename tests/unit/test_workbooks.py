"""Workbooks as spreadsheets read them: text stays text, dates are dates, and titles are legal."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.documents.workbooks import Column, Sheet, Value, write_workbook

COLUMNS = (Column("姓名", 12), Column("值", 20))


def write(folder: Path, *rows: tuple[Value, ...], title: str = "档案管理清单") -> Path:
    path = folder / "book.xlsx"
    write_workbook(path, [Sheet(title, COLUMNS, rows, ("截至 11月24日",))])
    return path


@pytest.mark.parametrize("text", ["=1+1", "+86", "-3", "@SUM(A1)", "\t=1", '=HYPERLINK("x")', "%0A=1"])
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, text: str) -> None:
    cell = load_workbook(write(tmp_path, (text, 1))).worksheets[0]["A3"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix


def test_ordinary_text_has_no_quote(tmp_path: Path) -> None:
    assert not load_workbook(write(tmp_path, ("李文静", 1))).worksheets[0]["A3"].quotePrefix


def test_dates_and_numbers_are_what_they_are(tmp_path: Path) -> None:
    path = write(tmp_path, (None, date(2026, 11, 24)), ("", 7), ("", Decimal("0.92")))
    page = load_workbook(path).worksheets[0]
    assert [page[f"B{row}"].value for row in (3, 4, 5)][1:] == [7, 0.92]
    assert page["B3"].value.date() == date(2026, 11, 24)
    assert page["B3"].number_format == "yyyy-mm-dd"


def test_the_head_is_frozen_bold_and_printed_on_each_page(tmp_path: Path) -> None:
    page = load_workbook(write(tmp_path, ("李文静", 1))).worksheets[0]
    assert page.freeze_panes == "A3"
    assert page["A2"].font.bold
    assert page["A1"].value == "截至 11月24日"
    assert page.auto_filter.ref == "A2:B3"
    assert page.page_setup.orientation == "landscape"


def test_titles_are_made_legal(tmp_path: Path) -> None:
    [name] = load_workbook(write(tmp_path, title="a/b:c*d?[e]" + "长" * 40)).sheetnames
    assert name == ("a b c d  e " + "长" * 40)[:31]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_makes_a_book_without_formulas(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, (text, 1))
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    load_workbook(path)


def test_many_rows_are_taken_one_by_one(tmp_path: Path) -> None:
    taken = []

    def rows() -> Iterator[tuple[Value, ...]]:
        for at in range(5_000):
            taken.append(at)
            yield (f"员工{at}", at)

    path = tmp_path / "book.xlsx"
    write_workbook(path, [Sheet("多", COLUMNS, rows())])
    assert len(taken) == 5_000
    assert sum(1 for _row in load_workbook(path).worksheets[0].iter_rows()) == 5_001
