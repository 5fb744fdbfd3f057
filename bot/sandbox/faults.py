"""Faults on request: the next calls of a bot method fail as Telegram or the network sometimes do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    TOO_MANY = "429"
    SERVER_ERROR = "500"
    BLOCKED = "403"
    DROP_RESPONSE = "drop_response"
    STALL = "stall"
    NOT_MODIFIED = "not_modified"


@dataclass(slots=True)
class Fault:
    """An armed fault. left: calls it still spoils; retry_after and seconds: seconds."""

    method: str
    kind: FaultKind
    left: int
    retry_after: float = 1
    seconds: float = 60


class Faults:
    """The armed faults, oldest first."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self.fired = 0

    def arm(self, fault: Fault) -> None:
        self._armed.append(fault)

    def clear(self) -> None:
        self._armed.clear()

    def take(self, method: str) -> Fault | None:
        """Give the fault this call runs into and count it, or None."""
        for fault in self._armed:
            if fault.method in ("*", method):
                fault.left -= 1
                self.fired += 1
                if not fault.left:
                    self._armed.remove(fault)
                return fault
        return None

    def left(self) -> dict[str, dict[str, int]]:
        """Give the calls still to be spoilt, by method and kind."""
        summary: dict[str, dict[str, int]] = {}
        for fault in self._armed:
            kinds = summary.setdefault(fault.method, {})
            kinds[fault.kind] = kinds.get(fault.kind, 0) + fault.left
        return summary
