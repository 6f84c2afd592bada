from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base, WithId


class Handoff(WithId, Base):
    """A conversation's wait for a person, from the request until it is closed.

    `team`: whose queue it is in (empty: everybody's). `warned_at`: when its holder was told that the candidate still
    waits; `returns`: how often it went back to the queue in silence. `summary` holds what the recruiter must not ask
    again: role, language, reason, last questions by message id.
    """

    __tablename__ = "handoffs"
    __table_args__ = (Index("ix_handoffs_open", "closed_at", "reply_due_at"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    priority: Mapped[str] = mapped_column(String(8), default="normal")
    note: Mapped[str] = mapped_column(default="")
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    requested_at: Mapped[datetime] = mapped_column(default=clock.now)
    reply_due_at: Mapped[datetime]
    team: Mapped[str] = mapped_column(String(60), default="")
    claimed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    claimed_at: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    returns: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]


class Request(WithId, Base):
    """Something a person must do for a candidate: another interview time, a feedback call, a missing pay range…"""

    __tablename__ = "requests"

    kind: Mapped[str] = mapped_column(String(32), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    candidate_id: Mapped[str | None] = mapped_column(ForeignKey("candidates.id", ondelete="SET NULL"))
    application_id: Mapped[str | None] = mapped_column(ForeignKey("applications.id", ondelete="SET NULL"))
    role_id: Mapped[str | None] = mapped_column(ForeignKey("roles.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(String(16), default="open", index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(32))


class Note(WithId, Base):
    """What recruiters tell one another about a conversation; candidates never see it. `mentions`: staff ids."""

    __tablename__ = "notes"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str]
    mentions: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ConversationLabel(Base):
    """A word that recruiters sort conversations by."""

    __tablename__ = "conversation_labels"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)
    added_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)


class CannedReply(WithId, Base):
    """A reply to choose instead of typing: `texts` by language, with `{name}`, `{role}`, `{next_contact}` to fill in."""

    __tablename__ = "canned_replies"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    titles: Mapped[dict[str, Any]] = mapped_column(default=dict)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
