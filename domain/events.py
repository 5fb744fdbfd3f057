"""What happened, in the past tense; handlers turn these into messages for everyone concerned."""

from __future__ import annotations

from dataclasses import dataclass

from domain.approvals.requests import Request, Step
from domain.people import Employee


@dataclass(frozen=True, slots=True)
class RequestSubmitted:
    """A first or a mended version went in."""

    request: Request
    applicant: Employee


@dataclass(frozen=True, slots=True)
class StepOpened:
    request: Request
    step: Step


@dataclass(frozen=True, slots=True)
class StepDecided:
    """Somebody approved, rejected, returned or carried out a step."""

    request: Request
    step: Step
    actor: Employee


@dataclass(frozen=True, slots=True)
class RequestWithdrawn:
    request: Request
    applicant: Employee


@dataclass(frozen=True, slots=True)
class StepUncovered:
    """Nobody the rule names can act, so the fallback does; the system administrator should know."""

    request: Request
    step: Step


@dataclass(frozen=True, slots=True)
class AccountClaimed:
    """Somebody opened an invitation and waits for a system administrator to confirm."""

    invitation_id: int
    staff_no: str
    display_name: str


@dataclass(frozen=True, slots=True)
class AccountConfirmed:
    """by: staff number of the administrator, empty for the very first account."""

    invitation_id: int
    staff_no: str
    channel: str
    chat_id: str
    by: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class AccountUnreachable:
    """Somebody blocked the bot."""

    staff_no: str


Event = (
    RequestSubmitted
    | StepOpened
    | StepDecided
    | RequestWithdrawn
    | StepUncovered
    | AccountClaimed
    | AccountConfirmed
    | AccountUnreachable
)
