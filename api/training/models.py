from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base, WithId


class Training(WithId, Base):
    """A piece of background work on NLU models.

    `kind`: `training` makes a new `NluModel` and compares it; `comparison` compares the one in `model_id` again.
    `status`: queued, running, done, failed, stopped. `under_way` is true while queued or running and empty afterwards:
    being unique, it lets one at a time exist. `runner` is who works on it; a `heartbeat_at` that is old means that they
    died. `error` is a code of `api.training.words`, `detail` what the tool said. `stages`: [[stage, seconds since start]…],
    `counts`: how many examples of each intent in each language it is made from.
    """

    __tablename__ = "trainings"

    kind: Mapped[str] = mapped_column(String(16), default="training")
    status: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    under_way: Mapped[bool | None] = mapped_column(default=True, unique=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    model_id: Mapped[str | None] = mapped_column(String(64), index=True)
    runner: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(default=0)
    stage: Mapped[str] = mapped_column(String(32), default="queued")
    percent: Mapped[int] = mapped_column(default=0)
    stages: Mapped[list[Any]] = mapped_column(default=list)
    log: Mapped[str] = mapped_column(default="", deferred=True)
    error: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(default="")
    stop_asked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class NluModel(Base):
    """A trained archive, `<id>.tar.gz`, whose SHA-256 must be `sha256`.

    `status`: `candidate` (trained, not live yet), `live` (one at most), `kept` (was live, can be again), `gone` (its
    archive is deleted). `counts`: {intent: {language: examples}}. `figures`, `comparison` and `checks` are what
    `api.training.figures`, `api.training.comparison` and the smoke test and test stories found; `compared_with` is the
    live one that `comparison` is about.
    """

    __tablename__ = "nlu_models"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    inputs_hash: Mapped[str] = mapped_column(String(64), default="")
    status: Mapped[str] = mapped_column(String(16), default="candidate", index=True)
    training_id: Mapped[str | None] = mapped_column(ForeignKey("trainings.id", ondelete="SET NULL"))
    size: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    figures: Mapped[dict[str, Any] | None]
    comparison: Mapped[dict[str, Any] | None]
    checks: Mapped[dict[str, Any] | None]
    compared_with: Mapped[str | None] = mapped_column(String(64))
    compared_at: Mapped[datetime | None]
    trained_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class Mistake(WithId, Base):
    """An example that a model takes for something else when it has not seen it in training.

    The example itself stands where examples stand; here it is known by `digest` (see `api.training.archive.digest`).
    `predicted` is an intent, or `nlu_fallback` when the model would ask back.
    """

    __tablename__ = "mistakes"
    __table_args__ = (Index("ix_mistakes_intent", "model_id", "intent"),)

    model_id: Mapped[str] = mapped_column(ForeignKey("nlu_models.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(2))
    digest: Mapped[str] = mapped_column(String(16))
    intent: Mapped[str] = mapped_column(String(64))
    predicted: Mapped[str] = mapped_column(String(64))
    confidence: Mapped[float]


class Difference(WithId, Base):
    """A real message that a candidate model answers otherwise than the live one. `text` is masked.

    `count`: how many of the messages looked at say the same. `verdict`: `better` (the new answer is right), `worse` (the
    old one is), `neither` (`right_intent` says what is), or empty while nobody has judged.
    """

    __tablename__ = "differences"
    __table_args__ = (Index("ix_differences_model", "model_id", "position"),)

    model_id: Mapped[str] = mapped_column(ForeignKey("nlu_models.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    count: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str]
    old_intent: Mapped[str] = mapped_column(String(64))
    old_confidence: Mapped[float]
    new_intent: Mapped[str] = mapped_column(String(64))
    new_confidence: Mapped[float]
    verdict: Mapped[str | None] = mapped_column(String(16))
    right_intent: Mapped[str | None] = mapped_column(String(64))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
