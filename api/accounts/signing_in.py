"""Signing in with a password: each try is counted before it is looked at, so that many at once are no way around.

What is said is the same for an unknown address, a wrong password, a locked and a deactivated account, and takes as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext
from sqlalchemy import func, select

from api import clock
from api.accounts import passwords, sessions
from api.accounts.models import Staff
from api.audit.models import AuditEntry
from api.audit.service import Actor, record
from api.db import db
from api.errors import Invalid

FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)


class SignInRefused(Invalid):
    """Address and password do not open anything now."""

    type = "sign-in-refused"
    sentence = lazy_gettext("That address and password don't open anything. After several tries an account rests for some minutes; then try again.")


@dataclass(frozen=True)
class _Try:
    """What is known of whoever tries: nobody's id and hash are None."""

    staff_id: str | None
    kept: str | None


def with_password(email: str, password: str, browser: str) -> str:
    """Sign in; gives the token of the new session. Raises `SignInRefused`.

    Commits: once to count the try, and once for the session, with the slow comparison in between.
    """
    attempt = _count(email.strip().lower())
    db.session.commit()
    fits = passwords.matches(attempt.kept, password)
    if not fits or attempt.staff_id is None or attempt.kept is None:
        raise SignInRefused
    renewed = passwords.renewed(attempt.kept, password)
    token = _open(attempt.staff_id, attempt.kept, renewed, browser)
    db.session.commit()
    return token


def wait_after(failures: int) -> timedelta:
    """How long an account rests after so many failures in a row: nothing at first, then ever longer."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(FIRST_WAIT * 2 ** min(failures - FREE_TRIES, 20), LONGEST_WAIT)


def _count(email: str) -> _Try:
    """Count a try as failed until it has succeeded; one while the account rests is not looked at, nor counted."""
    storable = email.replace("\0", "").encode(errors="replace").decode()
    staff = db.session.scalar(select(Staff).where(func.lower(Staff.email) == storable).with_for_update())
    if staff is None or not staff.active or _rests(staff, clock.now()):
        db.session.add(_nobody("staff.sign_in_refused") if staff is None else _by(staff, "staff.sign_in_refused"))
        return _Try(None, None)
    staff.failed_sign_ins += 1
    wait = wait_after(staff.failed_sign_ins)
    staff.locked_until = clock.now() + wait if wait else None
    record(Actor("staff", staff.id), "staff.sign_in_tried", staff, failures=staff.failed_sign_ins)
    return _Try(staff.id, staff.password_hash)


def _open(staff_id: str, kept: str, renewed: str, browser: str) -> str:
    staff = db.session.get(Staff, staff_id, with_for_update=True, populate_existing=True)
    if staff is None or not staff.active or staff.password_hash != kept:  # changed while we compared
        db.session.rollback()
        raise SignInRefused
    staff.password_hash = renewed
    staff.failed_sign_ins, staff.locked_until = 0, None
    return sessions.begin(staff, "password", browser)


def _rests(staff: Staff, now: datetime) -> bool:
    return staff.locked_until is not None and staff.locked_until > now


def _nobody(action: str) -> AuditEntry:
    """An address that nobody has: noted without the address, which may be a password typed into the wrong field."""
    return AuditEntry(actor_kind="staff", actor_id="unknown", action=action, subject_kind="staff", subject_id="unknown")


def _by(staff: Staff, action: str) -> AuditEntry:
    return AuditEntry(actor_kind="staff", actor_id=staff.id, action=action, subject_kind="staff", subject_id=staff.id)
