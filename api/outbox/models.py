from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base, WithId


class Mail(WithId, Base):
    """A mail to send, stored in the transaction that wants it sent. `dedupe` keeps a reason from mailing twice."""

    __tablename__ = "mails"
    __table_args__ = (Index("ix_mails_due", "status", "due_at"),)

    dedupe: Mapped[str] = mapped_column(String(120), unique=True)
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str]
    language: Mapped[str] = mapped_column(String(2))
    status: Mapped[str] = mapped_column(String(16), default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]


class Webhook(WithId, Base):
    """A call that tells an outside channel of work that waits. `text` names neither candidates nor their words."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_due", "status", "due_at"),)

    dedupe: Mapped[str] = mapped_column(String(120), unique=True)
    text: Mapped[str]
    status: Mapped[str] = mapped_column(String(16), default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
