from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base, WithId


class ReviewGroup(WithId, Base):
    """Open reviews that ask alike. It holds no words: `lead_id` is the review that stands for the others.

    `waiting`: how many of them are open; `rank`: the sum of their uncertainties, so what is frequent and unclear comes first.
    `held_by` works on it until `held_until`.
    """

    __tablename__ = "review_groups"
    __table_args__ = (Index("ix_review_groups_rank", "rank"),)

    lead_id: Mapped[str | None] = mapped_column(String(32))
    waiting: Mapped[int] = mapped_column(default=0)
    rank: Mapped[float] = mapped_column(default=0.0)
    guess: Mapped[str | None] = mapped_column(String(64))
    held_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    held_until: Mapped[datetime | None]
    newest_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ReviewLabel(WithId, Base):
    """One act of labelling: who said what of how many reviews, and when; undone by whom.

    `decision`: right, intent, new, out_of_scope, ignore, erase. `before`: what the wordings taught until then, to
    go back to: {review id: {"intent", "origin"} of the example, or null}; it holds no words.
    """

    __tablename__ = "review_labels"
    __table_args__ = (Index("ix_review_labels_at", "at"),)

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    decision: Mapped[str] = mapped_column(String(16))
    intent: Mapped[str | None] = mapped_column(String(64))
    many: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Review(WithId, Base):
    """A candidate's message that is worth a look. `text` is masked, `key` folded: the same words, the same key.

    `reasons`: words of `reasons.REASONS`, a comma between them. `guess`: the likeliest intent as the NLU model
    `model_id` sees it, with `confidence` (0 to 1, how likely it is right) and the next ones as `alternatives`
    [{"intent", "confidence"}]. `uncertainty`: 0 to 1. `status`: open, labelled, ignored, erased (then without words).
    `asked_at`: when the candidate wrote it.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index("ix_reviews_status_group", "status", "group_id"),
        Index("ix_reviews_key", "key"),
    )

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str]
    key: Mapped[str] = mapped_column(String(220))
    reasons: Mapped[str] = mapped_column(String(200), default="")
    understood_as: Mapped[str | None] = mapped_column(String(64))
    guess: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float] = mapped_column(default=0.0)
    alternatives: Mapped[list[Any]] = mapped_column(default=list)
    model_id: Mapped[str | None] = mapped_column(String(64))
    uncertainty: Mapped[float] = mapped_column(default=0.0)
    group_id: Mapped[str | None] = mapped_column(ForeignKey("review_groups.id", ondelete="SET NULL"), index=True)
    status: Mapped[str] = mapped_column(String(16), default="open")
    intent: Mapped[str | None] = mapped_column(String(64), index=True)
    label_id: Mapped[str | None] = mapped_column(ForeignKey("review_labels.id"), index=True)
    asked_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ReviewMark(Base):
    """How far a background job has come: `swept` (conversations looked at), `grouped` (groups formed)."""

    __tablename__ = "review_marks"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime]
