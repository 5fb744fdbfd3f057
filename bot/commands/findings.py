"""What a check of the installation finds, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    """fault: Menxia does not work, or does the wrong thing. warning: it works, and somebody should look."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"

    @property
    def sign(self) -> str:
        return {"ok": "✓", "warning": "!", "fault": "✗"}[self.value]


@dataclass(frozen=True, slots=True)
class Finding:
    """fix: what to do about it, empty where all is well."""

    level: Level
    subject: str
    found: str
    fix: str = ""

    def to_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


def fine(subject: str, found: str) -> Finding:
    return Finding(Level.OK, subject, found)


def warning(subject: str, found: str, fix: str) -> Finding:
    return Finding(Level.WARNING, subject, found, fix)


def fault(subject: str, found: str, fix: str) -> Finding:
    return Finding(Level.FAULT, subject, found, fix)


def guarded(subject: str, check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Run a check; one that breaks is itself a finding, and what it found before stands."""
    findings: list[Finding] = []
    try:
        findings.extend(check())
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0]
        findings.append(
            fault(
                subject, f"cannot be checked: {type(error).__name__}: {reason}", "mend that, then run again"
            )
        )
    return findings
