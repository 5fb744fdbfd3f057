"""Cases of free text with their known readings, and how the grammar does on them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.commands.scoring_texts import CaseScore, score_case
from handlers.intake_text.directories import Directory, DirectoryEntry
from handlers.intake_text.parsing import parse_text
from handlers.intake_text.readings import Policy, Reading

CASES = Path(__file__).resolve().parents[1] / "cases"
SAMPLE = CASES / "freetext_dev.json"
TRAPS = sorted((CASES / "freetext").glob("*.json"))
TODAY = date(2026, 11, 23)


def cases_of(path: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return cases


def read_case(case: Mapping[str, Any]) -> Reading:
    directory = None
    if "directory" in case:
        rows = case["directory"]
        directory = Directory(DirectoryEntry(row["name"], Decimal(row["discount_rate"])) for row in rows)
    return parse_text(case["text"], today=TODAY, policy=Policy(Decimal("0.80"), 90), directory=directory)


def scored(case: Mapping[str, Any]) -> CaseScore:
    return score_case(case, read_case(case).to_json())


def now_of(path: Path) -> date:
    context = json.loads(path.read_text(encoding="utf-8"))["context"]
    return datetime.fromisoformat(context["now"]).date()


def read(text: str, intent: str = "auto", **known: Any) -> Reading:
    return parse_text(text, today=TODAY, intent=intent, **known)
