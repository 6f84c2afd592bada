from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base, WithId

COMPANY = "company_"


class Example(WithId, Base):
    """What a wording means, over what the repository says: `intent`, or None for "is no example any more".

    `key` is the folded wording (see `folding.fold`). `origin`: `studio` (typed by an admin), `label` (a candidate's
    message, masked; `message_id` says which) or `import`.
    """

    __tablename__ = "examples"
    __table_args__ = (UniqueConstraint("language", "key"),)

    language: Mapped[str] = mapped_column(String(2))
    key: Mapped[str] = mapped_column(String(220))
    text: Mapped[str]
    intent: Mapped[str | None] = mapped_column(String(64), index=True)
    origin: Mapped[str] = mapped_column(String(8))
    message_id: Mapped[str | None] = mapped_column(String(32), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class LockedMessage(WithId, Base):
    """A labelled message that measures NLU models and therefore never trains one. Masked; `intent` is what is right."""

    __tablename__ = "locked_messages"
    __table_args__ = (UniqueConstraint("language", "key"),)

    language: Mapped[str] = mapped_column(String(2))
    key: Mapped[str] = mapped_column(String(220))
    text: Mapped[str]
    intent: Mapped[str] = mapped_column(String(64), index=True)
    origin: Mapped[str] = mapped_column(String(16))
    message_id: Mapped[str | None] = mapped_column(String(32), index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class Question(WithId, Base):
    """A company question: one that the company teaches and answers itself, without a programmer.

    `titles` by language is what its button is called; `note` says to staff what candidates want to know. `status`: `draft`
    (not learnt yet) or `ready` (part of each training). Retired it is by an `IntentChange`: it is then no longer understood,
    but a button in an open chat still answers.
    """

    __tablename__ = "questions"

    slug: Mapped[str] = mapped_column(String(56), unique=True)
    titles: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(String(300), default="")
    status: Mapped[str] = mapped_column(String(8), default="draft", index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def intent(self) -> str:
        """The intent's name in the NLU model, and the key of the answer."""
        return COMPANY + self.slug


class IntentChange(WithId, Base):
    """What was done to a whole intent: `kind` is `retire`, `merge`, `split` or `rename`.

    `into`: the intent that takes the examples over (merge, split), else None. A retirement or merger is in force until
    `undone_at`.
    """

    __tablename__ = "intent_changes"
    __table_args__ = (Index("ix_intent_changes_intent", "intent", "created_at"),)

    kind: Mapped[str] = mapped_column(String(8))
    intent: Mapped[str] = mapped_column(String(64))
    into: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]


class Word(WithId, Base):
    """A word, phrase or beginning of a word (`lön*`) of a concept, over what the repository says. `removed`: taken out."""

    __tablename__ = "words"
    __table_args__ = (UniqueConstraint("concept", "language", "item"),)

    concept: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    item: Mapped[str] = mapped_column(String(80))
    removed: Mapped[bool] = mapped_column(default=False)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
