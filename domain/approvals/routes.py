"""Routes as settings declare them: who is asked, in which order, under which conditions, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.approvals.conditions import any_holds


class Act(StrEnum):
    """What a step asks of its people: check the facts, decide, or carry the decision out."""

    REVIEW = "review"
    APPROVE = "approve"
    EXECUTE = "execute"


class Mode(StrEnum):
    """How several people share a step: 或签 any one, 会签 all at once, 依次 all in turn."""

    ANY = "any"
    ALL = "all"
    IN_TURN = "in_turn"


@dataclass(frozen=True, slots=True)
class StepRule:
    """who: names apart by commas, see domain.approvals.assigning. when: conditions, one must hold."""

    act: Act
    who: str
    mode: Mode = Mode.ANY
    when: tuple[str, ...] = ()

    def to_json(self) -> list[Any]:
        return [self.act.value, self.who, self.mode.value, list(self.when)]

    @classmethod
    def from_json(cls, body: list[Any]) -> StepRule:
        """Read a rule; those of the first version had an act and a name only."""
        act, who, *rest = body
        mode, when = rest or (Mode.ANY, ())
        return cls(Act(act), who, Mode(mode), tuple(when))


@dataclass(frozen=True, slots=True)
class Route:
    """fallback: who takes a step that nobody else can. cc: who is told once it is approved."""

    steps: tuple[StepRule, ...]
    fallback: str
    cc: tuple[str, ...] = ()

    def asked(self, facts: Mapping[str, str]) -> list[tuple[int, StepRule]]:
        """Give the rules that a request of these facts meets, each with its place in the route."""
        return [(at, rule) for at, rule in enumerate(self.steps) if any_holds(rule.when, facts)]

    def to_json(self) -> dict[str, Any]:
        steps = [step.to_json() for step in self.steps]
        return {"steps": steps, "fallback": self.fallback, "cc": list(self.cc)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Route:
        steps = tuple(StepRule.from_json(step) for step in body["steps"])
        return cls(steps, body["fallback"], tuple(body.get("cc", ())))
