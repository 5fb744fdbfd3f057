"""Joining: a one-use invitation binds a messenger account to a member of staff once an administrator agrees.

Only the hash of an invitation's token is stored; whoever opens the link first claims it, and gets no rights
before a system administrator has confirmed that name and account belong together.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sqlmodel import Field, SQLModel

from domain.approvals.holes import mend_holes
from domain.errors import Refused
from domain.events import AccountClaimed, AccountConfirmed, AccountUnreachable
from domain.people import Account, Employee, Role, require_known

if TYPE_CHECKING:
    from domain.work import Work

TOKEN_BYTES = 32  # 43 characters of URL-safe base64; a start link takes at most 64


class InvitationState(StrEnum):
    ISSUED = "issued"
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Invitation(SQLModel):
    """token_hash: SHA-256 of the token, hexadecimal; the token itself is shown once and never kept."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    staff_no: str = Field(max_length=32)
    state: InvitationState = InvitationState.ISSUED
    issued_at: datetime
    expires_at: datetime
    channel: str = Field(default="", max_length=32)
    user_id: str = Field(default="", max_length=64)
    chat_id: str = Field(default="", max_length=64)
    display_name: str = Field(default="", max_length=200)
    decided_by: str = Field(default="", max_length=32)


class Invitations(Protocol):
    def add(self, invitation: Invitation) -> Invitation: ...

    def by_hash(self, token_hash: str) -> Invitation | None:
        """Read an invitation for changing it."""
        ...

    def by_id(self, invitation_id: int) -> Invitation | None:
        """Read an invitation for changing it."""
        ...

    def save(self, invitation: Invitation) -> None: ...


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def fingerprint(account: Account) -> str:
    """Give what the audit log knows an account by: enough to compare, not to find the person elsewhere."""
    return hashlib.sha256(f"{account.channel}:{account.user_id}".encode()).hexdigest()[:16]


def invite_employee(work: Work, staff_no: str, valid_for: timedelta, now: datetime) -> str:
    """Issue an invitation and give its token. Raises Refused("staff_unknown" or "staff_left")."""
    employee = require_known(work.people, staff_no)
    if not employee.works_here:
        raise Refused("staff_left", name=employee.name)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    work.invitations.add(
        Invitation(token_hash=hash_token(token), staff_no=staff_no, issued_at=now, expires_at=now + valid_for)
    )
    work.audit.record(now, "", "invitation_issued", staff_no, after={"expires_at": now + valid_for})
    return token


def claim_invitation(
    work: Work, token: str, account: Account, display_name: str, now: datetime
) -> Invitation | None:
    """Claim an invitation for an account; None when it is unknown, used, too old, or its person has left.

    The caller says the same in all those cases, so that a stranger learns nothing.
    """
    invitation = work.invitations.by_hash(hash_token(token))
    if invitation is None or invitation.expires_at <= now:
        return None
    if invitation.state is not InvitationState.ISSUED:
        same = (invitation.channel, invitation.user_id) == (account.channel, account.user_id)
        return invitation if same and invitation.state is InvitationState.CLAIMED else None
    employee = work.people.by_no(invitation.staff_no)
    if employee is None or not employee.works_here:
        return None
    invitation.state = InvitationState.CLAIMED
    invitation.channel, invitation.user_id = account.channel, account.user_id
    invitation.chat_id, invitation.display_name = account.chat_id, display_name[:200]
    work.invitations.save(invitation)
    work.audit.record(now, "", "invitation_claimed", invitation.staff_no, after={"channel": account.channel})
    if employee.holds(Role.SYSTEM_ADMIN) and not _anyone_to_confirm(work):
        return _settle(work, invitation, employee, accept=True, by="", language=account.language, now=now)
    work.events.append(AccountClaimed(invitation.id or 0, invitation.staff_no, invitation.display_name))
    return invitation


def decide_claim(
    work: Work, admin: Employee, invitation_id: int, accept: bool, language: str, now: datetime
) -> Invitation:
    """Confirm or refuse that the account which claimed an invitation is that person's."""
    admin.require(Role.SYSTEM_ADMIN)
    invitation = work.invitations.by_id(invitation_id)
    if invitation is None or invitation.state is not InvitationState.CLAIMED:
        raise Refused("claim_settled")
    employee = require_known(work.people, invitation.staff_no)
    if accept and not employee.works_here:
        raise Refused("staff_left", name=employee.name)
    return _settle(work, invitation, employee, accept=accept, by=admin.staff_no, language=language, now=now)


def lose_contact(work: Work, channel: str, chat_id: str, now: datetime) -> None:
    """Mark whoever has this chat as out of reach; told once, when it happens."""
    person = work.people.by_chat(channel, chat_id)
    account = work.people.accounts([person.staff_no]).get(person.staff_no) if person else None
    if person is None or account is None or not account.reachable:
        return
    work.people.set_reachable(channel, chat_id, False)
    work.audit.record(now, "", "account_unreachable", person.staff_no)
    work.events.append(AccountUnreachable(person.staff_no))


def _anyone_to_confirm(work: Work) -> bool:
    """The very first administrator has nobody to confirm: whoever ran the command line vouched."""
    return bool(work.people.accounts(admin.staff_no for admin in work.people.holders(Role.SYSTEM_ADMIN)))


def _settle(
    work: Work,
    invitation: Invitation,
    employee: Employee,
    *,
    accept: bool,
    by: str,
    language: str,
    now: datetime,
) -> Invitation:
    before = invitation.state
    invitation.state = InvitationState.CONFIRMED if accept else InvitationState.REFUSED
    invitation.decided_by = by
    work.invitations.save(invitation)
    if accept:
        account = Account(
            invitation.channel, invitation.user_id, invitation.chat_id, employee.staff_no, language
        )
        former = work.people.accounts([employee.staff_no]).get(employee.staff_no)
        evicted = work.people.by_account(account.channel, account.user_id)
        work.people.bind(account, now, by)
        if evicted is not None:
            mend_holes(work, now)  # whoever had this account can no longer be reached
        work.audit.record(
            now,
            by,
            "account_bound",
            employee.staff_no,
            before={
                "account": fingerprint(former) if former else "",
                "was_of": evicted[1].staff_no if evicted else "",
            },
            after={"account": fingerprint(account)},
        )
    work.audit.record(
        now,
        by,
        f"invitation_{invitation.state.value}",
        employee.staff_no,
        before={"state": before.value},
        after={"state": invitation.state.value},
    )
    work.events.append(
        AccountConfirmed(
            invitation.id or 0, employee.staff_no, invitation.channel, invitation.chat_id, by, accept
        )
    )
    return invitation
