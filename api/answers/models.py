from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base


class Answer(Base):
    """What the company says on one subject (`key`) in one language, and since when: as it was loaded from files.

    What admins write in the studio stands over it, as `TextVersion`s of the kind `answer`.
    """

    __tablename__ = "answers"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    text: Mapped[str]
    as_of: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def id(self) -> str:
        """The key, by which the audit names an answer."""
        return self.key


class TextVersion(Base):
    """One wording of one text in one language, for a time. Versions are never changed but for their end.

    Of the versions whose time it is, the one that began last counts; see `api.answers.texts`. Without a `text` it
    says that from then on the shipped wording counts again. `valid_until` at or before `valid_from`: called off.
    `worded_at`: when the wording was written, which is earlier than `created_at` where it was only found still right;
    None where it is the shipped one.
    """

    __tablename__ = "text_versions"
    __table_args__ = (Index("ix_text_versions_text", "kind", "key", "language", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # a number: of two versions of one moment the later one counts
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str | None]
    valid_from: Mapped[datetime] = mapped_column(default=clock.now)
    valid_until: Mapped[datetime | None]
    worded_at: Mapped[datetime | None]
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
