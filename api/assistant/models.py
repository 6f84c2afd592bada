from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base

LIVE = "live"


class Assistant(Base):
    """Where the assistant that takes turns answers now: one row, named `live`, written by its keeper.

    `keeper` is that process, as `host:pid`. It says every few seconds that it lives (`seen_at`); one that has not for
    `api.assistant.address.TRUSTED` may be replaced by another.
    """

    __tablename__ = "assistants"

    name: Mapped[str] = mapped_column(String(16), primary_key=True, default=LIVE)
    address: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(64))
    keeper: Mapped[str] = mapped_column(String(200))
    ready_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
