from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base, WithId


class Candidate(WithId, Base):
    """A person who applies or has applied. `email` is kept in lower case and is unique."""

    __tablename__ = "candidates"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str | None] = mapped_column(String(2))
    phone: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Verification(WithId, Base):
    """A six-digit code on its way to prove an address. `candidate_id` is empty for unknown addresses.

    Only an HMAC of the code is kept. Of several for a conversation only the newest counts.
    """

    __tablename__ = "verifications"
    __table_args__ = (Index("ix_verifications_conversation", "conversation_id", "created_at"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    candidate_id: Mapped[str | None] = mapped_column(ForeignKey("candidates.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries_left: Mapped[int] = mapped_column(default=5)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class JobAlert(WithId, Base):
    """A wish to hear of new roles; active only after the address was confirmed (double opt-in)."""

    __tablename__ = "job_alerts"

    email: Mapped[str] = mapped_column(String(254), index=True)
    language: Mapped[str] = mapped_column(String(2))
    field: Mapped[str | None] = mapped_column(String(100))
    employment_type: Mapped[str | None] = mapped_column(String(32))
    location: Mapped[str | None] = mapped_column(String(100))
    remote: Mapped[bool] = mapped_column(default=False, server_default=false())
    status: Mapped[str] = mapped_column(String(16), default="pending")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class AnnouncedRole(Base):
    """A role that has been held against the job alerts, once. Those found together are one `batch`, done when all are told."""

    __tablename__ = "announced_roles"

    role_id: Mapped[str] = mapped_column(ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True)
    batch: Mapped[str] = mapped_column(String(32), index=True)
    found_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]


class Feedback(WithId, Base):
    """What a candidate thinks of how they were treated: a score of 1 to 5, words, or both."""

    __tablename__ = "feedback"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    score: Mapped[int | None]
    comment: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
