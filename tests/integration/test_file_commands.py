"""`menxia files …`: imports checked row by row, relatives, workbooks, labels; and staff who leave."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from bot.commands.opening import open_settings, transaction
from tests.support.command_line import SAMPLE, Outcome, make_company, menxia

Rows = list[dict[str, str]]
FILES = ("files", "import", SAMPLE / "personnel_files.csv")
WITH = ("--materials", SAMPLE / "materials.csv", "--loans", SAMPLE / "loans.csv")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_company(tmp_path_factory.mktemp("company"), customers=False)


@pytest.fixture
def data(company: Path, tmp_path: Path) -> Path:
    shutil.copytree(company, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def filled(data: Path) -> Path:
    assert menxia(*FILES, *WITH, "--data", data).code == 0
    return data


def rows_of(name: str) -> Rows:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def spoilt(data: Path, name: str, at: int, **cells: str) -> Outcome:
    """Import the sample with some cells of one row changed."""
    paths = {each: SAMPLE / each for each in ("personnel_files.csv", "materials.csv", "loans.csv")}
    rows = rows_of(name)
    rows[at].update(cells)
    paths[name] = write(data.parent / name, rows)
    return menxia(
        "files",
        "import",
        paths["personnel_files.csv"],
        "--materials",
        paths["materials.csv"],
        "--loans",
        paths["loans.csv"],
        "--data",
        data,
    )


def counts(data: Path) -> list[Any]:
    with transaction(open_settings(None), data) as work:
        return [
            work.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("personnel_files", "materials", "loans")
        ]


def test_the_sample_register_imports_whole_and_a_second_time_changes_nothing(data: Path) -> None:
    first = menxia(*FILES, *WITH, "--data", data)
    assert "Imported: 651 new, 0 changed, 0 unchanged, 0 bad" in first.out
    assert counts(data) == [54, 585, 12]
    second = menxia(*FILES, *WITH, "--data", data)
    assert "Imported: 0 new, 0 changed, 651 unchanged, 0 bad" in second.out
    assert counts(data) == [54, 585, 12]


def test_a_dry_run_writes_nothing(data: Path) -> None:
    assert "Dry run" in menxia(*FILES, *WITH, "--dry-run", "--data", data).out
    assert counts(data) == [0, 0, 0]


def test_a_changed_cabinet_is_brought_up_to_date_and_a_state_is_not(filled: Path) -> None:
    rows = rows_of("personnel_files.csv")
    rows[0].update(柜号="Z-09-09", 状态="封存")
    outcome = menxia("files", "import", write(filled.parent / "f.csv", rows), "--data", filled)
    assert "0 new, 1 changed" in outcome.out
    with transaction(open_settings(None), filled) as work:
        file = work.files.by_number("RS-0001")
        assert file is not None
        assert (file.cabinet, file.state.value) == ("Z-09-09", "shelved")


@pytest.mark.parametrize(
    ("name", "cells", "complaint"),
    [
        ("personnel_files.csv", {"工号": "YH9999"}, "has the number RS-9999"),
        ("personnel_files.csv", {"档案类型": "技术档案"}, "write one of 人事档案, 员工管理档案"),
        ("personnel_files.csv", {"保管单位": "档案馆"}, "there is no department 档案馆"),
        ("personnel_files.csv", {"状态": "借出"}, "needs its open loan"),
        ("personnel_files.csv", {"入柜日期": "2099-01-01"}, "lies in the future"),
        ("materials.csv", {"档案编号": "RS-9999"}, "there is no file RS-9999"),
        ("materials.csv", {"类号": "g"}, "write one of a, b, c, d, e, f"),
        ("materials.csv", {"序号": "2"}, "stands in line"),
        ("materials.csv", {"页数": "0"}, "write a whole number"),
        ("materials.csv", {"材料名称": "乙肝五项"}, "hepatitis"),
        ("loans.csv", {"借阅人工号": "YH0004"}, "nobody borrows their own file"),
        ("loans.csv", {"归还日期": "", "归还状况": ""}, "but RS-0004 is not 借出"),
        ("loans.csv", {"归还状况": ""}, "both a day and a condition"),
        ("loans.csv", {"应还日期": "2025-01-01"}, "lies before the day of lending"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(
    data: Path, name: str, cells: dict[str, str], complaint: str
) -> None:
    outcome = spoilt(data, name, 0, **cells)
    assert outcome.code == 1
    assert complaint in outcome.out + outcome.err
    assert "nothing was imported" in outcome.err
    assert counts(data) == [0, 0, 0]


@pytest.mark.parametrize(
    ("which", "heading", "text"),
    [
        ("files", "档案编号", "RS-0034"),
        ("loans", "借阅编号", "JY-2026-009"),
        ("missing", "缺少材料", "劳动关系说明书"),
        ("statistics", "部门", "销售一部"),
    ],
)
def test_lists_are_written_as_workbooks(filled: Path, which: str, heading: str, text: str) -> None:
    target = filled.parent / "list.xlsx"
    outcome = menxia("files", "export", which, "--to", target, "--data", filled)
    assert outcome.code == 0, outcome.err
    pages = load_workbook(target).worksheets
    values = [value for page in pages for row in page.iter_rows(values_only=True) for value in row]
    assert heading in values
    assert text in values


def test_no_list_holds_a_formula(data: Path) -> None:
    """A name may begin with anything; the cell stays text."""
    rows = rows_of("staff.csv")
    rows[6]["姓名"] = '=HYPERLINK("x")'
    assert menxia("staff", "import", write(data.parent / "s.csv", rows), "--data", data).code == 0
    assert menxia(*FILES, *WITH, "--data", data).code == 0
    target = data.parent / "list.xlsx"
    assert menxia("files", "export", "files", "--to", target, "--data", data).code == 0
    cells = [cell for row in load_workbook(target).worksheets[0].iter_rows() for cell in row]
    named = next(cell for cell in cells if cell.value == '=HYPERLINK("x")')
    assert (named.data_type, named.quotePrefix) == ("s", True)
    assert all(cell.data_type != "f" for cell in cells)


def test_a_row_never_changes_somebody_elses_file(filled: Path) -> None:
    with transaction(open_settings(None), filled) as work:
        work.connection.execute(
            text("UPDATE personnel_files SET subject_no = 'YH0040' WHERE number = 'RS-0001'")
        )
    outcome = menxia("files", "import", SAMPLE / "personnel_files.csv", "--data", filled)
    assert outcome.code == 1
    assert "RS-0001 is the file of YH0040" in outcome.out + outcome.err


def test_an_export_leaves_an_audit_entry(filled: Path) -> None:
    assert menxia("files", "export", "loans", "--to", filled.parent / "l.xlsx", "--data", filled).code == 0
    entries = menxia("show", "audit", "--json", "--limit", "1", "--data", filled).json
    assert entries[0]["action"] == "files_exported"
    with transaction(open_settings(None), filled) as work:
        query = text("SELECT look, purpose, actor_no FROM file_access WHERE file_id IS NULL")
        assert list(work.connection.execute(query)) == [("export", "loans", "")]


def test_a_label_without_the_bots_address_says_what_to_do(filled: Path) -> None:
    outcome = menxia("files", "label", "RS-0034", "--to", filled.parent / "l.pdf", "--data", filled)
    assert outcome.code == 1
    assert "set messenger.token" in outcome.err


def test_relatives_are_imported_and_checked(filled: Path) -> None:
    rows = [{"工号": "YH0003", "亲属工号": "YH0004", "关系": "姻亲"}]
    path = write(filled.parent / "r.csv", rows)
    assert "1 new" in menxia("files", "relatives", path, "--data", filled).out
    assert "1 unchanged" in menxia("files", "relatives", path, "--data", filled).out
    bad = write(filled.parent / "r.csv", [{"工号": "YH0003", "亲属工号": "YH0003", "关系": "本人"}])
    assert "nobody is their own relative" in menxia("files", "relatives", bad, "--data", filled).out


def test_a_staff_import_opens_the_leaving_of_whoever_left(filled: Path) -> None:
    rows = rows_of("staff.csv")
    left = next(row for row in rows if row["工号"] == "YH0008")
    left["状态"] = "离职"
    assert menxia("staff", "import", write(filled.parent / "s.csv", rows), "--data", filled).code == 0
    with transaction(open_settings(None), filled) as work:
        [leaving] = work.leavings.unfinished(limit=9)
        assert leaving.staff_no == "YH0008"
    assert menxia("staff", "import", filled.parent / "s.csv", "--data", filled).code == 0
    with transaction(open_settings(None), filled) as work:
        assert len(work.leavings.unfinished(limit=9)) == 1
