"""Sessions of signed-in browsers: begun, found again, touched, ended. The cookie's token is kept as SHA-256 only."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from api import clock
from api.accounts.models import Staff, StaffSession
from api.audit.service import Actor, record
from api.db import db
from api.errors import NotFound

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)


def begin(staff: Staff, how: str, browser: str) -> str:
    """A new session for `staff`, signed in by `how` (password, oidc, invitation). Gives the token for the cookie."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session = StaffSession(
        staff_id=staff.id, token_hash=_hash(token), how=how, browser=_storable(browser), created_at=now, used_at=now, expires_at=now + ABSOLUTE
    )
    db.session.add(session)
    db.session.flush()
    record(Actor("staff", staff.id), "staff.signed_in", staff, how=how, session=session.id)
    return token


def find(token: str) -> tuple[StaffSession, Staff] | None:
    """The session in force with this token and whose it is; None for an unknown, ended or expired one, and for the deactivated."""
    if not token:
        return None
    wanted = select(StaffSession, Staff).join(Staff, Staff.id == StaffSession.staff_id)
    row = db.session.execute(wanted.where(StaffSession.token_hash == _hash(token), Staff.active, *_in_force(clock.now()))).first()
    return (row[0], row[1]) if row else None


def is_alive(session_id: str) -> bool:
    """Whether a session goes on: for streams, which outlive the request that began them."""
    wanted = select(StaffSession.id).join(Staff, Staff.id == StaffSession.staff_id)
    return db.session.scalar(wanted.where(StaffSession.id == session_id, Staff.active, *_in_force(clock.now()))) is not None


def stale(session: StaffSession, staff: Staff) -> bool:
    """Whether it is time to note that the session is in use."""
    since = clock.now() - TOUCH_EVERY
    return session.used_at < since or staff.seen_at is None or staff.seen_at < since


def touch(session_id: str, staff_id: str) -> None:
    """Note that the session and the person are at work now."""
    now = clock.now()
    db.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(used_at=now))
    db.session.execute(update(Staff).where(Staff.id == staff_id).values(seen_at=now))


def of(staff: Staff) -> list[StaffSession]:
    """The sessions of a person that are in force, last used first."""
    wanted = select(StaffSession).where(StaffSession.staff_id == staff.id, *_in_force(clock.now()))
    return list(db.session.scalars(wanted.order_by(StaffSession.used_at.desc(), StaffSession.id)))


def end(staff: Staff, session_id: str) -> None:
    """End one session of one's own. Raises `NotFound` for another's and for one that is not in force."""
    wanted = select(StaffSession).where(StaffSession.id == session_id, StaffSession.staff_id == staff.id, *_in_force(clock.now()))
    session = db.session.scalar(wanted)
    if session is None:
        raise NotFound
    session.ended_at = clock.now()
    record(Actor("staff", staff.id), "session.ended", session)


def end_all(staff: Staff, actor: Actor, but: str | None = None) -> int:
    """End all sessions of a person, but the one with the id `but`. How many there were."""
    ended = [s for s in of(staff) if s.id != but]
    for session in ended:
        session.ended_at = clock.now()
        record(actor, "session.ended", session)
    return len(ended)


def described(session: StaffSession) -> tuple[str, str]:
    """Browser and system in words that people know: ("Firefox", "Linux"), empty where not known."""
    text = session.browser
    browsers = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))
    return next((name for mark, name in browsers if mark in text), ""), next((name for mark, name in systems if mark in text), "")


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return StaffSession.ended_at.is_(None), StaffSession.expires_at > now, StaffSession.used_at > now - IDLE


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _storable(text: str) -> str:
    """What a browser says of itself, without what PostgreSQL refuses."""
    return text.replace("\0", "").encode(errors="replace").decode()[:200]
