from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base, WithId


class Staff(WithId, Base):
    """A person at the employer: recruiter or admin.

    `lead_id`: who is told when a promise stays overdue or a candidate past the interview withdraws. While
    `away_until` lies ahead, `deputy_id` gets what would come to this person. `notify`: what was switched on
    (`sound`, `desktop`). `seen_at`: when a page of theirs last asked for anything. Staff are deactivated, never
    deleted, so columns that came later name them without a foreign key (SQLite would copy the whole table for one).
    """

    __tablename__ = "staff"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    access: Mapped[str] = mapped_column(String(16), default="recruiter")
    office: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(2), default="en")
    team: Mapped[str] = mapped_column(String(60), default="")
    lead_id: Mapped[str | None] = mapped_column(String(32))
    away_until: Mapped[datetime | None]
    deputy_id: Mapped[str | None] = mapped_column(String(32))
    notify: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seen_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    oidc_subject: Mapped[str | None] = mapped_column(String(500), index=True, unique=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class StaffSession(WithId, Base):
    """A signed-in browser; the cookie's token is kept as SHA-256 only. `how`: password or oidc."""

    __tablename__ = "staff_sessions"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    how: Mapped[str] = mapped_column(String(16), default="password")
    browser: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Invitation(WithId, Base):
    """A mailed invitation to become staff; the link's token is kept as SHA-256 only and works once."""

    __tablename__ = "invitations"

    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(200))
    access: Mapped[str] = mapped_column(String(16), default="recruiter")
    office: Mapped[str] = mapped_column(String(40), default="")
    team: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(2), default="en")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class ApiKey(WithId, Base):
    """A key of an ATS; only its SHA-256 is kept, `prefix` tells keys apart in lists."""

    __tablename__ = "api_keys"

    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(12))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
