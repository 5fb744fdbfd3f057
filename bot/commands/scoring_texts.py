"""Scoring the grammar on cases with a known answer: right, blank, and silently wrong, which is the worst."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

NUMBERS = {"mobile", "landline", "fax", "hotline", "extension", "bank_account", "uscc", "postcode"}
_SPOKEN = str.maketrans("零〇幺一二三四五六七八九", "001123456789")


@dataclass
class CaseScore:
    """How one case came out. wrong: values given that were neither expected nor asked back."""

    case_id: str
    expected: int = 0
    right: int = 0
    blank: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    outcome_right: bool = False

    @property
    def perfect(self) -> bool:
        return self.outcome_right and not self.blank and not self.wrong and not self.differs


def score_case(case: Mapping[str, Any], given: Mapping[str, Any]) -> CaseScore:
    """Compare a reading with what was expected, after the conventions of the cases."""
    expected = case["expected"]
    score = CaseScore(case["id"])
    asked = {each["field"] for each in given["clarify"]}
    derived = set(expected.get("derived", ()))
    if "requests" in expected["fields"]:
        wanted, got = expected["fields"]["requests"], given["fields"].get("requests", [])
        if len(got) != len(wanted):
            score.differs.append(f"{len(got)} requests instead of {len(wanted)}")
        for at, fields in enumerate(wanted):
            _compare(score, fields, got[at] if at < len(got) else {}, asked, derived, f"{at + 1}.")
    else:
        _compare(score, expected["fields"], given["fields"], asked, derived, "")
    for name in ("intent", "outcome", "refuse_reason"):
        if given[name] != expected[name]:
            score.differs.append(f"{name}: {given[name]} instead of {expected[name]}")
    score.outcome_right = (given["intent"], given["outcome"], given["refuse_reason"]) == (
        expected["intent"],
        expected["outcome"],
        expected["refuse_reason"],
    )
    if sorted(given["missing"]) != sorted(expected["missing"]):
        score.differs.append(f"missing: {given['missing']} instead of {expected['missing']}")
    wanted_asked = {each["field"] for each in expected["clarify"]}
    if asked != wanted_asked:
        score.differs.append(f"clarify: {sorted(asked)} instead of {sorted(wanted_asked)}")
    return score


def score_cases(
    cases: Iterable[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> list[CaseScore]:
    return [score_case(case, read(case)) for case in cases]


def _compare(
    score: CaseScore,
    expected: Mapping[str, Any],
    given: Mapping[str, Any],
    asked: set[str],
    derived: set[str],
    prefix: str,
) -> None:
    for name in dict.fromkeys([*expected, *given]):
        want, got = expected.get(name), given.get(name)
        if name == "requests":
            continue
        if want is not None:
            score.expected += 1
        if same(name, want, got):
            score.right += want is not None
        elif got is None:
            if name in derived:
                score.expected -= 1
            else:
                score.blank.append(f"{prefix}{name}: {want}")
        elif name not in asked:
            score.wrong.append(f"{prefix}{name}: {got} instead of {want}")


def same(name: str, one: Any, two: Any) -> bool:
    """Whether two values are one by the conventions: NFKC, no white space, no separators in numbers."""
    return bool(_folded(name, one) == _folded(name, two))


def _folded(name: str, value: Any) -> Any:
    if isinstance(value, str):
        folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", value))
        if name in NUMBERS:
            return re.sub(r"[-()（）]", "", folded).translate(_SPOKEN).upper()
        return folded
    if isinstance(value, dict):
        return {key: _folded(key, each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_folded(name, each) for each in value]
    return value
