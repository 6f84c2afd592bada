from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base


class Answer(Base):
    """What the company says on one subject (`key`) in one language, and since when."""

    __tablename__ = "answers"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    text: Mapped[str]
    as_of: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def id(self) -> str:
        """The key, by which the audit names an answer."""
        return self.key
