from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api import clock
from api.candidates.models import Candidate
from api.db import Base, WithId

STAGES = ("received", "screening", "interview", "assessment", "offer", "hired", "rejected", "withdrawn")


class Role(WithId, Base):
    """A position recruited for. `ref` is the employer's own reference; texts are kept by language.

    `revision`: one more with each change, so that a change is seen whichever of two transactions ends first.
    """

    __tablename__ = "roles"
    __table_args__ = (Index("ix_roles_changed", "updated_at", "revision"),)

    ref: Mapped[str] = mapped_column(String(64), unique=True)
    status: Mapped[str] = mapped_column(String(16), default="open", index=True)
    employer: Mapped[dict[str, Any]] = mapped_column(default=dict)
    country: Mapped[str | None] = mapped_column(String(2))
    office: Mapped[str | None] = mapped_column(String(40))
    locations: Mapped[list[Any]] = mapped_column(default=list)
    remote: Mapped[str | None] = mapped_column(String(16))
    field: Mapped[str | None] = mapped_column(String(64))
    employment_type: Mapped[str | None] = mapped_column(String(32))
    hours: Mapped[str | None] = mapped_column(String(16))
    hours_per_week: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    contract_months: Mapped[int | None]
    starts_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    pay_min: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    pay_max: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    pay_currency: Mapped[str | None] = mapped_column(String(3))
    pay_period: Mapped[str | None] = mapped_column(String(8))
    pay_as_of: Mapped[date | None]
    languages: Mapped[list[Any]] = mapped_column(default=list)
    team_size: Mapped[int | None]
    manager: Mapped[dict[str, Any]] = mapped_column(default=dict)
    contact: Mapped[dict[str, Any]] = mapped_column(default=dict)
    recruiter: Mapped[dict[str, Any]] = mapped_column(default=dict)
    response_days: Mapped[int | None]
    url: Mapped[str | None] = mapped_column(String(500))
    source: Mapped[str] = mapped_column(String(32), default="ats")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    revision: Mapped[int] = mapped_column(default=1, server_default="1")

    texts: Mapped[list[RoleText]] = relationship(back_populates="role", cascade="all, delete-orphan", lazy="selectin")


class RoleText(Base):
    """A role's texts in one language: `title`, and `data` with the rest by name."""

    __tablename__ = "role_texts"

    role_id: Mapped[str] = mapped_column(ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)

    role: Mapped[Role] = relationship(back_populates="texts")


class Application(WithId, Base):
    """A candidate's application for a role, in one of `STAGES`.

    `withdrawal_reason`: null unless the candidate withdrew in a conversation; then their words, or none.
    """

    __tablename__ = "applications"
    __table_args__ = (Index("ix_applications_candidate", "candidate_id", "received_at"),)

    ref: Mapped[str] = mapped_column(String(64), unique=True)
    role_id: Mapped[str] = mapped_column(ForeignKey("roles.id"), index=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey("candidates.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(16), default="active")
    stage: Mapped[str] = mapped_column(String(16), default="received")
    stage_since: Mapped[datetime]
    received_at: Mapped[datetime]
    interview: Mapped[dict[str, Any] | None]
    feedback: Mapped[dict[str, Any]] = mapped_column(default=dict)
    withdrawal_reason: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    role: Mapped[Role] = relationship(lazy="joined")
    candidate: Mapped[Candidate] = relationship(lazy="joined")
    history: Mapped[list[StageChange]] = relationship(cascade="all, delete-orphan", order_by="StageChange.at", lazy="selectin")
    promises: Mapped[list[Promise]] = relationship(cascade="all, delete-orphan", order_by="Promise.made_at", lazy="selectin")


class StageChange(WithId, Base):
    """One step of an application's history."""

    __tablename__ = "stage_changes"
    __table_args__ = (UniqueConstraint("application_id", "stage", "at"),)

    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    stage: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class Promise(WithId, Base):
    """Who contacts the candidate next, by which day, how. An application has at most one open promise.

    `status`: open; kept or broken (contact came in time, or late or not at all); replaced by another promise;
    dropped (the candidate withdrew, or the employer took it back). `made_by`: ats, staff, rule, demo; `staff_id`: the
    recruiter who made it or answers for it, where they are staff here. `…_at`: when who was told of what, once each.
    """

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_due", "status", "due_on"),
        Index("uq_promises_open", "application_id", unique=True, sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'")),
    )

    application_id: Mapped[str] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    who: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    channel: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default="open")
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[str] = mapped_column(String(64), default="ats")
    staff_id: Mapped[str | None] = mapped_column(String(32))
    closed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    told_recruiter_at: Mapped[datetime | None]
    told_lead_at: Mapped[datetime | None]
    told_candidate_at: Mapped[datetime | None]
