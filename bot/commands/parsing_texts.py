"""`menxia parse`: one message of free text as JSON, or a file of cases scored."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from bot.clock import now
from bot.commands.console import print_json, print_table
from bot.commands.faults import Fault
from bot.commands.scoring_texts import CaseScore, score_case
from bot.settings import load_settings
from domain.errors import Refused
from domain.phones import parse_phone
from handlers.intake_text.directories import Directory, DirectoryEntry
from handlers.intake_text.intents import INTENTS
from handlers.intake_text.parsing import parse_text
from handlers.intake_text.readings import Policy, Reading

COLUMNS = ("客户名称", "折扣率")
_ZONE = "Asia/Shanghai"


def parse_message(
    intent: str, directory: Path | None, moment: str | None, settings_file: Path | None, explain: bool
) -> None:
    """Read standard input and print what it says. Raises Fault for a wrong intent or file."""
    if intent != "auto" and intent not in INTENTS:
        raise Fault(f"there is no intent {intent}; write auto or one of {', '.join(INTENTS)}", 2)
    policy, zone = _company(settings_file)
    reading = parse_text(
        sys.stdin.buffer.read().decode("utf-8-sig", "replace"),
        today=_today(moment, zone),
        intent=intent,
        policy=policy,
        directory=None if directory is None else read_directory(directory),
    )
    print_json(reading.to_json() | ({"explained": explained(reading)} if explain else {}))


def score_file(path: Path, moment: str | None, details: bool) -> int:
    """Score a file of cases, print a table and what differs; give 1 where a value is silently wrong."""
    cases = _json(path)
    if not isinstance(cases, dict) or not isinstance(cases.get("cases"), list):
        raise Fault(f"{path.name} holds no cases; it must be an object with `cases` and `context`")
    context = cases.get("context", {})
    limits = context.get("policy", {})
    policy = Policy(Decimal(limits.get("min_discount_rate", "0.80")), int(limits.get("max_credit_days", 90)))
    today = _today(moment or context.get("now"), _ZONE)
    scores = [score_case(case, _reading(case, today, policy).to_json()) for case in cases["cases"]]
    _report(path.name, scores, details)
    return 1 if any(score.wrong for score in scores) else 0


def read_directory(path: Path) -> Directory:
    """Read customers from JSON as cases hold them, or from a CSV of customers. Raises Fault."""
    if path.suffix.lower() == ".json":
        entries = _json(path)
        return _directory(entries.get("directory", []) if isinstance(entries, dict) else entries, path.name)
    from bot.commands.csv_files import read_rows  # noqa: PLC0415 - loads the whole register's code

    return Directory(
        DirectoryEntry(
            name=row.cells["客户名称"],
            rate=_rate(row.cells["折扣率"]),
            credit_code=row.cells.get("统一社会信用代码", ""),
            phones=tuple(_phones(row.cells)),
        )
        for row in read_rows(path, COLUMNS)
        if row.cells["客户名称"]
    )


def explained(reading: Reading) -> list[dict[str, Any]]:
    """Give where each value stood and why it was taken for that."""
    rows = []
    for number, request in enumerate(reading.requests or (reading,), start=1):
        for name, value in request.fields.items():
            row = {
                "field": name,
                "value": value.value,
                "words": value.words,
                "span": value.span,
                "why": value.why,
            }
            rows.append(row | ({"request": number} if reading.requests else {}))
    return rows


def _reading(case: Mapping[str, Any], today: date, policy: Policy) -> Reading:
    held = case.get("directory")
    directory = None if held is None else _directory(held, str(case.get("id")))
    return parse_text(case["text"], today=today, policy=policy, directory=directory)


def _directory(entries: Any, source: str) -> Directory:
    try:
        return Directory(DirectoryEntry(each["name"], _rate(each.get("discount_rate"))) for each in entries)
    except (TypeError, KeyError, AttributeError):
        raise Fault(f"{source}: a directory is a list of objects with name and discount_rate") from None


def _rate(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _phones(cells: Mapping[str, str]) -> list[str]:
    found = []
    for column in ("手机", "座机"):
        try:
            if cells.get(column):
                found.append(parse_phone(cells[column]).e164)
        except Refused:
            continue
    return found


def _company(settings_file: Path | None) -> tuple[Policy, str]:
    try:
        settings = load_settings(settings_file)
    except (OSError, ValueError, ValidationError) as error:
        if settings_file is None:
            return Policy(), _ZONE
        raise Fault(f"{settings_file} cannot be read: {error}") from None
    return Policy(settings.policy.min_rate, settings.policy.max_credit_days), settings.company.timezone


def _today(moment: str | None, zone: str) -> date:
    if moment is None:
        return now().astimezone(ZoneInfo(zone)).date()
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise Fault(f"{moment} is no moment; write it as 2026-11-23T10:15:00+08:00", 2) from None
    return (at if at.tzinfo is None else at.astimezone(ZoneInfo(zone))).date()


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Fault(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise Fault(f"{path.name} is no JSON: {error}") from None


def _report(name: str, scores: list[CaseScore], details: bool) -> None:
    if details:
        for score in scores:
            if not score.perfect:
                typer.echo(f"{score.case_id}")
                for kind in ("wrong", "blank", "differs"):
                    for line in getattr(score, kind):
                        typer.echo(f"  {kind:8}{line}")
    expected, right = sum(score.expected for score in scores), sum(score.right for score in scores)
    row = (
        len(scores),
        sum(score.outcome_right for score in scores),
        expected,
        f"{right} ({100 * right / expected:.1f} %)" if expected else right,
        sum(len(score.blank) for score in scores),
        sum(len(score.wrong) for score in scores),
    )
    print_table(name, ("cases", "right outcome", "fields", "right", "blank", "silently wrong"), [row])
