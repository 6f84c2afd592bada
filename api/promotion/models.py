from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base, WithId


class Promotion(WithId, Base):
    """A change of the live NLU model: who asked for it, what came of it.

    `kind`: `promotion`, `roll_back`, or `training` (trained outside the studio, by `desk train`). `status`: asked, loading,
    then live, failed or withdrawn. `under_way` is true while asked or loading and empty afterwards: being unique, it
    lets one at a time exist. `before_id`: the NLU model it replaces. `reason`: why an admin went over the gate, and
    `objections` what the gate had said. `step`: what the new assistant is doing while it loads; `problem`: why it failed.
    `followed_at`: when those who can be told an answer now were looked up.
    """

    __tablename__ = "promotions"

    model_id: Mapped[str] = mapped_column(String(64), index=True)
    before_id: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default="asked")
    under_way: Mapped[bool | None] = mapped_column(unique=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    objections: Mapped[list[Any]] = mapped_column(default=list)
    step: Mapped[str] = mapped_column(String(32), default="")
    problem: Mapped[str] = mapped_column(String(500), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    started_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    followed_at: Mapped[datetime | None]


class ModelArchive(Base):
    """An archive in the store outside (`DESK_MODEL_STORE`): since when, under which key, how large in bytes."""

    __tablename__ = "model_archives"

    model_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(500))
    size: Mapped[int]
    stored_at: Mapped[datetime] = mapped_column(default=clock.now)


class FollowUp(WithId, Base):
    """An answer to a question that was not understood when it was asked: once for each conversation and intent.

    `message_id` is the question. `answer`, `sources` and `buttons` are what the NLU model in force says to it.
    `status`: proposed (an admin has not decided), sent, declined, or lapsed (could not be told any more).
    """

    __tablename__ = "follow_ups"
    __table_args__ = (UniqueConstraint("conversation_id", "intent"),)

    promotion_id: Mapped[str] = mapped_column(ForeignKey("promotions.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    intent: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    answer: Mapped[str]
    sources: Mapped[list[Any]] = mapped_column(default=list)
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(String(16), default="proposed", index=True)
    mailed: Mapped[bool] = mapped_column(default=False)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
