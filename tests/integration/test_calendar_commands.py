"""`menxia calendar …`: the company's own days, imported and shown beside the state's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import Outcome, menxia


@pytest.fixture
def data(tmp_path: Path) -> Path:
    menxia("migrate", "--data", tmp_path / "data")
    return tmp_path / "data"


def load(data: Path, *rows: str) -> Outcome:
    path = data.parent / "days.csv"
    path.write_text("\n".join(("日期,类型,名称", *rows)) + "\n", encoding="utf-8")
    return menxia("calendar", "import", path, "--data", data)


def shown(data: Path, year: int) -> dict[str, tuple[bool, str, str]]:
    outcome = menxia("calendar", "show", year, "--json", "--data", data)
    return {day["day"]: (day["works"], day["name"], day["source"]) for day in outcome.json}


def test_a_published_year_is_shown_with_its_working_weekends(data: Path) -> None:
    year = shown(data, 2026)
    assert year["2026-10-01"] == (False, "国庆节", "published")
    assert year["2026-10-10"] == (True, "国庆节", "published")
    assert "2026-11-24" not in year


def test_what_is_imported_goes_first_and_a_second_time_changes_nothing(data: Path) -> None:
    rows = ("2027-02-20,上班,春节调休", "2027/2/11,休息,春节")
    assert "2 new, 0 changed, 0 unchanged" in load(data, *rows).out
    assert "0 new, 0 changed, 2 unchanged" in load(data, *rows).out
    assert "0 new, 1 changed, 1 unchanged" in load(data, rows[0], "2027-02-11,上班,").out
    year = shown(data, 2027)
    assert year["2027-02-20"] == (True, "春节调休", "override")
    assert year["2027-02-11"] == (True, "", "override")
    assert year["2027-01-01"] == (False, "元旦", "expected")
    assert "not published yet" in menxia("calendar", "show", 2027, "--data", data).out


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("2027-02-30,上班,", "not a date"),
        ("2027-02-20,加班,", "write one of 上班, 休息"),
        (",休息,春节", "must not be empty"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(data: Path, row: str, complaint: str) -> None:
    outcome = load(data, "2027-02-21,上班,", row)
    assert outcome.code == 1
    assert complaint in outcome.out
    assert "2027-02-21" not in shown(data, 2027)


def test_a_year_beyond_all_calendars_is_refused(data: Path) -> None:
    assert menxia("calendar", "show", 9999, "--data", data).code == 1
