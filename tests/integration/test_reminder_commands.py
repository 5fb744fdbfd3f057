"""`menxia remind` and `menxia report`, and the figures behind the picture."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.support.command_line import make_company, menxia

MORNING = "2026-11-25T09:00"


@pytest.fixture
def company(tmp_path: Path) -> Path:
    return make_company(tmp_path / "data")


def remind(data: Path, *more: object):
    return menxia("remind", "--json", "--data", data, *more)


def test_a_dry_run_says_what_is_due_to_whom_and_why_and_writes_nothing(company: Path) -> None:
    first = remind(company, "--dry-run", "--at", MORNING).json
    assert {"to", "rule", "about", "why", "day", "how"} == set(first[0])
    assert any(row["rule"] == "contract" and row["to"] == "欧阳静 YH0021" for row in first)
    assert {row["how"] for row in first} == {"cannot be reached"}, "nobody has an account yet"
    assert remind(company, "--dry-run", "--at", MORNING).json == first


def test_at_night_it_says_what_would_be_due_and_sends_nothing(company: Path) -> None:
    outcome = menxia("remind", "--at", "2026-11-25T22:00", "--data", company)
    assert outcome.code == 0
    assert "Outside the window" in outcome.out
    assert ", 0 said" in outcome.out


def test_a_moment_that_is_none_is_refused(company: Path) -> None:
    assert menxia("remind", "--at", "tomorrow", "--data", company).code != 0


def test_the_report_is_a_light_picture_that_a_phone_shows_sharp(company: Path, tmp_path: Path) -> None:
    target = tmp_path / "week.png"
    assert menxia("report", "--png", target, "--data", company).code == 0
    picture = Image.open(io.BytesIO(target.read_bytes())).convert("RGB")
    assert picture.width == 920
    assert picture.getpixel((2, 2)) == (255, 255, 255)
    assert len(picture.getcolors(1 << 20) or ()) > 50
    refused = menxia("report", "--png", tmp_path / "week.pdf", "--data", company)
    assert refused.code == 1
    assert "report.png" in refused.err


def test_the_doctor_tells_who_is_missing_for_reminders(company: Path, tmp_path: Path) -> None:
    findings = menxia("doctor", "--json", "--data", company).json
    assert any(each["subject"] == "reminders" and each["level"] == "ok" for each in findings)
    assert any(each["subject"] == "calendar" for each in findings)
