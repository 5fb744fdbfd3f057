"""Imports of staff and customers from CSV files, through the command."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from bot.commands.opening import open_settings, transaction
from tests.support.command_line import SAMPLE, Outcome, make_company, menxia

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_company(tmp_path_factory.mktemp("company"))


@pytest.fixture
def data(company: Path, tmp_path: Path) -> Path:
    shutil.copytree(company, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    menxia("migrate", "--data", folder)
    return folder


def rows_of(name: str) -> Rows:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def import_customers(data: Path, rows: Rows, *more: str) -> Outcome:
    return menxia("customers", "import", write(data.parent / "customers.csv", rows), "--data", data, *more)


def import_staff(data: Path, rows: Rows, *more: str) -> Outcome:
    return menxia("staff", "import", write(data.parent / "staff.csv", rows), "--data", data, *more)


def names_in(data: Path) -> set[str]:
    return {row["name"] for row in menxia("show", "customers", "--json", "--data", data).json}


def test_sample_company_imports_whole_and_a_second_time_changes_nothing(data: Path) -> None:
    assert len(names_in(data)) == 80
    again = import_customers(data, rows_of("customers.csv"))
    assert again.out == "Imported: 0 new, 0 changed, 80 unchanged, 0 bad\n"
    staff = menxia("staff", "import", SAMPLE / "staff.csv", "--data", data)
    assert staff.out == "Imported: 0 new, 0 changed, 40 unchanged, 0 bad\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_are_read_as_excel_in_china_writes_them(data: Path, tmp_path: Path, encoding: str) -> None:
    file = write(tmp_path / "c.csv", rows_of("customers.csv"), encoding)
    assert "80 unchanged" in menxia("customers", "import", file, "--data", data).out


def test_changed_customer_keeps_its_id_and_is_audited_without_personal_data(data: Path) -> None:
    before = menxia("show", "customers", "KH0001", "--json", "--data", data).json
    rows = rows_of("customers.csv")
    rows[0] |= {"客户名称": "广州市新名字自动化有限公司", "联系人": "陈新人", "折扣率": "0.915"}
    assert "0 new, 1 changed, 79 unchanged" in import_customers(data, rows).out
    after = menxia("show", "customers", "KH0001", "--json", "--data", data).json
    assert (after["id"], after["rate"], after["contact"]) == (before["id"], "0.915", "陈新人")
    entry = menxia("show", "audit", "--json", "--limit", 1, "--data", data).json[0]
    assert (entry["action"], entry["subject"]) == ("customer_imported", "customer:KH0001")
    assert entry["after"] == {"columns": ["name", "contact", "rate"]}
    assert menxia("audit", "verify", "--data", data).code == 0


def test_every_bad_cell_is_named_with_its_line_and_nothing_is_written(data: Path) -> None:
    rows = rows_of("customers.csv")
    rows[0] |= {"客户名称": "不该写入的公司"}
    rows[1] |= {"折扣率": "92", "手机": "1881943365"}
    rows[2] |= {"统一社会信用代码": "91440112MA48XCTT6A", "业务员工号": "YH9999"}
    rows[3] |= {"结算方式": "现结", "账期天数": "30", "状态": "优秀", "建档日期": "2026-13-01"}
    rows[4] |= {"客户编号": rows[0]["客户编号"]}
    outcome = import_customers(data, rows)
    assert outcome.code == 1
    assert outcome.err == "menxia: 4 of 80 rows are bad; nothing was imported\n"
    for place in (
        *("3: 折扣率", "3: 手机", "4: 统一社会信用代码", "4: 业务员工号", "5: 账期天数", "5: 状态"),
        *("5: 建档日期", "6: 客户编号"),
    ):
        assert f"customers.csv:{place}: " in outcome.out
    assert "不该写入的公司" not in names_in(data)


def test_old_rate_below_the_floor_and_long_credit_are_no_fault(data: Path) -> None:
    rows = rows_of("customers.csv")
    rows[0] |= {"折扣率": "0.55", "结算方式": "月结", "账期天数": "120"}
    assert "1 changed" in import_customers(data, rows).out


def test_dates_that_excel_rewrote_are_read(data: Path) -> None:
    rows = rows_of("customers.csv")
    rows[0] |= {"建档日期": "2026/11/12"}
    assert "80 unchanged" in import_customers(data, rows).out


def test_dry_run_counts_and_writes_nothing(data: Path) -> None:
    rows = [rows_of("customers.csv")[0] | {"客户编号": "KH0999", "客户名称": "试跑有限公司"}]
    outcome = import_customers(data, rows, "--dry-run")
    assert outcome.out == "Dry run, nothing was written: 1 new, 0 changed, 0 unchanged, 0 bad\n"
    assert "试跑有限公司" not in names_in(data)
    entry = menxia("show", "audit", "--json", "--limit", 1, "--data", data).json[0]
    assert entry["subject"] != "customer:KH0999"


def test_missing_column_is_one_sentence_with_the_expected_header(data: Path) -> None:
    rows = [{k: v for k, v in row.items() if k != "折扣率"} for row in rows_of("customers.csv")]
    outcome = import_customers(data, rows)
    assert outcome.code == 1
    assert "lacks the column 折扣率; expected header: 客户编号,客户名称," in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04workbook", "Excel workbook"),
        (b"\xff\xfe\x81\x00\xff", "neither UTF-8 nor GB18030"),
        (b"", "lacks the column"),
    ],
)
def test_file_that_is_no_csv_is_refused_in_words(
    data: Path, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    outcome = menxia("customers", "import", file, "--data", data)
    assert outcome.code == 1
    assert words in outcome.err


def test_row_with_a_comma_too_many_is_bad(data: Path, tmp_path: Path) -> None:
    lines = (SAMPLE / "customers.csv").read_text(encoding="utf-8").splitlines()
    file = tmp_path / "c.csv"
    file.write_text("\n".join([lines[0], lines[1] + ",x"]), encoding="utf-8")
    outcome = menxia("customers", "import", file, "--data", data)
    assert "c.csv:2: 22 cells where the header has 21" in outcome.out


def test_staff_file_is_checked_as_a_whole(data: Path) -> None:
    rows = rows_of("staff.csv")
    rows[1] |= {"角色": "employee;boss"}
    rows[2] |= {"部门编号": "D99"}
    rows[3] |= {"直属上级工号": "YH7777", "状态": "休假"}
    rows[4] |= {"工号": "YH0001"}
    rows[5] |= {"手机": "12345", "合同到期": "1999-01-01"}
    outcome = import_staff(data, rows)
    assert outcome.code == 1
    for place in (
        *("3: 角色: employee;boss: unknown role boss", "4: 部门编号: there is no department D99"),
        *("5: 直属上级工号: YH7777 is unknown", "5: 状态: 休假", "6: 工号: YH0001 stands in line 2"),
        *("7: 手机: 12345", "7: 合同到期: 1999-01-01 lies before"),
    ):
        assert f"staff.csv:{place}" in outcome.out


def test_superiors_that_go_round_in_a_circle_are_bad_even_across_the_register(data: Path) -> None:
    manager = next(row for row in rows_of("staff.csv") if row["工号"] == "YH0001")
    outcome = import_staff(data, [manager | {"直属上级工号": "YH0004"}])
    assert outcome.code == 1
    assert "直属上级工号: goes round in a circle: YH0001 → YH0004 → YH0003 → YH0001" in outcome.out


def test_staff_change_takes_roles_along(data: Path) -> None:
    rows = [row for row in rows_of("staff.csv") if row["工号"] == "YH0002"]
    outcome = import_staff(data, [rows[0] | {"角色": "sales_admin"}])
    assert outcome.out == "Imported: 0 new, 1 changed, 0 unchanged, 0 bad\n"
    person = menxia("show", "staff", "YH0002", "--json", "--data", data).json
    assert person["roles"] == ["employee", "sales_admin"]


def test_staff_import_needs_the_departments_they_work_in(empty: Path) -> None:
    outcome = import_staff(empty, rows_of("staff.csv"))
    assert outcome.code == 1
    assert "there is no department D01" in outcome.out


def test_imported_customer_is_found_as_a_lookalike_after_a_change_of_name(data: Path) -> None:
    rows = rows_of("customers.csv")
    rows[0] |= {"客户名称": "珠海市蓝鲸海洋科技有限公司"}
    import_customers(data, rows)
    with transaction(open_settings(None), data) as work:
        found = work.customers.lookalikes("蓝鲸海洋科技", "", ())
        former = work.customers.lookalikes("穗岭自动化", "", ())
    assert "珠海市蓝鲸海洋科技有限公司" in [known.name for known in found]
    assert not [known for known in former if "穗岭" in known.name]
