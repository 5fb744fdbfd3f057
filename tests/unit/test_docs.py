"""The papers keep to the code: glossary complete, links alive, decisions in order, nothing of one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.i18n import load_languages
from domain.approvals.requests import RequestState
from domain.customers import CustomerState
from handlers.wording import show_customer_state, show_request_state

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Enforced by"]
SKIPPED_FOLDERS = {"build", "data", "dist", "artifacts", "node_modules"}
NOT_IN_GLOSSARY: dict[str, str] = {}  # public class of domain/ -> why it needs no line

_CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)")
_MACHINE = re.compile(
    r"(?<![\w.])/(?:work|home|root|tmp|Users|mnt)/|\b[A-Z]:\\|"
    r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|docker\.io|ghcr\.io|quay\.io)\b"
)


_NAMED = re.compile(
    r"`((?:bot|handlers|domain|storage|locales|tests|deploy|docs)/[\w./-]*|[\w-]+\.(?:toml|md))`"
)


def _papers() -> list[Path]:
    return [
        path
        for path in sorted(ROOT.rglob("*.md"))
        if not any(
            part.startswith(".") or part in SKIPPED_FOLDERS or part.endswith(".egg-info")
            for part in path.relative_to(ROOT).parts[:-1]
        )
    ]


PAPERS = _papers()
OURS = [path for path in PAPERS if path.is_relative_to(ROOT / "docs") or path.name == "CONTRIBUTING.md"]


def _id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _public_classes() -> Iterator[str]:
    for path in sorted((ROOT / "domain").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name


def _headings(text: str, level: int) -> list[str]:
    return re.findall(rf"^{'#' * level} (.+)$", text, re.MULTILINE)


# --- the glossary ----------------------------------------------------------------------------------------


def test_glossary_names_every_public_class_of_the_domain() -> None:
    named = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")))
    classes = set(_public_classes())
    assert sorted(classes - named - NOT_IN_GLOSSARY.keys()) == []
    assert sorted(NOT_IN_GLOSSARY.keys() - classes) == [], "an exclusion names nothing"


def test_glossary_gives_three_cells_in_every_row() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert [row for row in rows if row.count("|") != 4 or "||" in row.replace(" ", "")] == []


def test_glossary_gives_the_states_in_the_words_people_see() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    chinese = load_languages(["zh_CN"], "Asia/Shanghai")["zh_CN"]
    said = [f"`{state.value}` {show_customer_state(chinese, state)}" for state in CustomerState]
    said += [f"`{state.value}` {show_request_state(chinese, state)}" for state in RequestState]
    assert [words for words in said if words not in text] == []


# --- every paper -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAPERS, ids=_id)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    prose = _CODE.sub("", path.read_text(encoding="utf-8"))
    targets = [target.partition("#")[0] for target in _LINK.findall(prose) if "://" not in target]
    broken = [
        target
        for target in targets
        if target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("path", PAPERS, ids=_id)
def test_no_paper_speaks_of_one_machine(path: Path) -> None:
    assert _MACHINE.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", OURS, ids=_id)
def test_every_file_that_a_paper_names_is_there(path: Path) -> None:
    named = set(_NAMED.findall(path.read_text(encoding="utf-8")))
    assert sorted(name for name in named if "NNNN" not in name and not (ROOT / name).exists()) == []


# --- decisions -------------------------------------------------------------------------------------------


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [path.name.partition("-")[0] for path in DECISIONS]
    assert numbers == [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=_id)
def test_decision_has_its_number_its_date_and_the_four_headings(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (title,) = _headings(text, 1)
    assert title.startswith(f"{path.name[:4]} ")
    assert re.search(r"^Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert _headings(text, 2) == HEADINGS


@pytest.mark.parametrize("path", DECISIONS, ids=_id)
def test_decision_can_be_quoted_in_one_sentence(path: Path) -> None:
    _before, _heading, after = path.read_text(encoding="utf-8").partition("## Decision\n\n")
    quoted = [line for line in after.partition("\n## ")[0].splitlines() if line.startswith("> ")]
    assert quoted
    assert " ".join(line.removeprefix("> ") for line in quoted).rstrip("*").endswith(".")


def test_decisions_are_listed_in_order() -> None:
    index = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    assert _LINK.findall(index) == [f"decisions/{path.name}" for path in DECISIONS]


# --- what decisions rest on ------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["domain", "handlers"])
def test_nothing_below_bot_is_asynchronous(folder: str) -> None:
    found = [
        _id(path)
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("method", "caller"),
    [("send", "bot/delivery.py"), ("revise", "bot/delivery.py"), ("fetch", "bot/attachments.py")],
)
def test_one_module_alone_calls_the_messenger(method: str, caller: str) -> None:
    callers = {
        _id(path)
        for path in sorted((ROOT / "bot").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == method and "messenger" in ast.unparse(node.value)
    }
    assert callers == {caller}
