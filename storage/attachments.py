"""Files that people sent."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Column, Index, select
from sqlalchemy.orm import Session
from sqlmodel import Field

from domain.attachments import Attachment, AttachmentState
from storage.types import Coded


class AttachmentRow(Attachment, table=True):
    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_state", "state", "created_at"),)
    state: AttachmentState = Field(sa_column=Column(Coded(AttachmentState), nullable=False))


class SqlAttachments:
    """Implements domain.attachments.Attachments."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, attachment: Attachment) -> None:
        self._session.add(AttachmentRow.model_validate(attachment))
        self._session.flush()

    def by_id(self, attachment_id: str) -> Attachment | None:
        return self._session.get(AttachmentRow, attachment_id)

    def save(self, attachment: Attachment) -> None:
        self._session.flush()

    def unkept(self, before: datetime) -> list[Attachment]:
        columns = AttachmentRow.__table__.c  # type: ignore[attr-defined]
        rows = self._session.scalars(
            select(AttachmentRow).where(columns.created_at < before, columns.state != AttachmentState.KEPT)
        )
        return cast(list[Attachment], list(rows))

    def remove(self, attachment: Attachment) -> None:
        self._session.delete(attachment)
        self._session.flush()

    def fetching(self) -> list[Attachment]:
        columns = AttachmentRow.__table__.c  # type: ignore[attr-defined]
        rows = self._session.scalars(
            select(AttachmentRow)
            .where(columns.state == AttachmentState.FETCHING)
            .order_by(columns.created_at, columns.id)
        )
        return cast(list[Attachment], list(rows))
