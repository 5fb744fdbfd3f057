"""Who takes part in a sandbox: the staff it was set up with, and strangers who turn up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SandboxPerson:
    """A messenger account of the sandbox. id: also the id of the private chat with the bot."""

    id: int
    name: str
    title: str = ""
    staff_no: str | None = None


def stranger(account_id: int) -> SandboxPerson:
    """Make the account of somebody the company does not know."""
    return SandboxPerson(account_id, f"访客{account_id}")
