"""Invitations."""

from __future__ import annotations

from sqlalchemy import Column, select
from sqlalchemy.orm import Session
from sqlmodel import Field

from domain.onboarding import Invitation, InvitationState
from storage.types import LARGEST_KEY, Coded


class InvitationRow(Invitation, table=True):
    __tablename__ = "invitations"
    staff_no: str = Field(max_length=32, foreign_key="staff.staff_no")
    state: InvitationState = Field(sa_column=Column(Coded(InvitationState), nullable=False))


class SqlInvitations:
    """Implements domain.onboarding.Invitations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, invitation: Invitation) -> Invitation:
        row = InvitationRow.model_validate(invitation)
        self._session.add(row)
        self._session.flush()
        return row

    def by_hash(self, token_hash: str) -> Invitation | None:
        columns = InvitationRow.__table__.c  # type: ignore[attr-defined]
        return self._session.scalars(
            select(InvitationRow).where(columns.token_hash == token_hash).with_for_update()
        ).first()

    def by_id(self, invitation_id: int) -> Invitation | None:
        if invitation_id > LARGEST_KEY:  # a forged button
            return None
        return self._session.get(InvitationRow, invitation_id, with_for_update=True, populate_existing=True)

    def save(self, invitation: Invitation) -> None:
        self._session.flush()
