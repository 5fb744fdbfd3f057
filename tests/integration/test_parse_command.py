"""`menxia parse` as it is called: a message on standard input, JSON on standard output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT
from tests.support.command_line import SAMPLE, menxia
from tests.support.texts import SAMPLE as CASES

NOW = "2026-11-23T10:15:00+08:00"


def parsed(text: str, *arguments: object) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "parse", "--now", NOW, *map(str, arguments)],
        input=text.encode(),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_message_becomes_json_of_the_six_keys() -> None:
    found = parsed(
        "麻烦建档:常熟市虞峰纺织机械有限公司,常熟市东南大道1150号,顾晓岚,15962310478,九五折,现款现货"
    )
    assert list(found) == ["intent", "outcome", "fields", "missing", "clarify", "refuse_reason"]
    assert found["outcome"] == "complete"
    assert found["fields"]["settlement"] == {"method": "cash", "days": None}


def test_the_directory_may_be_the_csv_of_customers() -> None:
    found = parsed("惠岭液压再让2个点,同行压价", "--directory", SAMPLE / "customers.csv")
    assert found["fields"]["requested_discount"] == "0.93"


def test_the_directory_may_be_json(tmp_path: Path) -> None:
    file = tmp_path / "customers.json"
    file.write_text('[{"name": "无锡惠岭液压机械有限公司", "discount_rate": "0.95"}]', encoding="utf-8")
    found = parsed("惠岭液压再让2个点,同行压价", "--directory", file, "--intent", "discount_change")
    assert found["fields"]["requested_discount"] == "0.93"


def test_each_value_can_be_explained() -> None:
    found = parsed("龙城刀具95折改92折,量大了", "--explain")
    rows = {row["field"]: row for row in found["explained"]}
    assert rows["requested_discount"]["words"] == "92折"
    assert rows["requested_discount"]["span"] == [8, 11]


def test_scoring_the_sample_finds_nothing_silently_wrong() -> None:
    outcome = menxia("parse", "--score", CASES)
    assert outcome.code == 0, outcome.out
    assert "silently wrong" in outcome.out


def test_scoring_fails_and_names_the_case_where_a_value_is_silently_wrong(tmp_path: Path) -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    cases["cases"] = cases["cases"][:1]
    cases["cases"][0]["expected"]["fields"]["discount_rate"] = "0.94"
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases), encoding="utf-8")
    outcome = menxia("parse", "--score", file)
    assert outcome.code == 1
    assert "DN01" in outcome.out
    assert "discount_rate: 0.93 instead of 0.94" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--intent", "holiday"], "there is no intent holiday"),
        (["--score", "nowhere.json"], "cannot be read"),
    ],
)
def test_a_wrong_call_is_one_sentence(arguments: list[str], words: str) -> None:
    outcome = menxia("parse", *arguments)
    assert outcome.code != 0
    assert words in outcome.err
