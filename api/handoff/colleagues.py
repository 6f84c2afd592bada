"""Who of the recruiters is there to take over, and which teams they are in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from api.accounts.models import Staff
from api.db import db


def teams() -> list[str]:
    """The teams that somebody is in."""
    return list(db.session.scalars(select(Staff.team).where(Staff.active, Staff.team != "").distinct().order_by(Staff.team)))


def is_away(staff: Staff, now: datetime) -> bool:
    """Whether the person is on leave."""
    return staff.away_until is not None and staff.away_until > now


def stand_in(staff: Staff, now: datetime) -> Staff | None:
    """The person, or who gets their work while they are away; None if nobody is there."""
    met: set[str] = set()
    person: Staff | None = staff
    while person is not None and person.id not in met:
        if person.active and not is_away(person, now):
            return person
        met.add(person.id)
        person = db.session.get(Staff, person.deputy_id) if person.deputy_id else None
    return None
