"""Staff: found, added, changed. Who acts is an argument; every change is in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import func, select

from api import clock
from api.accounts import passwords, sessions
from api.accounts.models import Staff
from api.audit.service import Actor, record
from api.candidates.service import address
from api.config import LANGUAGES
from api.db import db
from api.errors import Conflict, Invalid, NotFound
from api.fields import UNSTORABLE

ACCESS = ("recruiter", "admin")
NOTIFY = ("sound", "desktop")


class NeedsAnAdmin(Conflict):
    """The last admin cannot go."""

    type = "needs-an-admin"
    sentence = lazy_gettext("Somebody must stay admin. Make another person admin first.")


class AlreadyStaff(Conflict):
    """The address belongs to somebody already."""

    type = "already-staff"
    sentence = lazy_gettext("This address belongs to somebody on the desk already.")


class WrongPassword(Invalid):
    """The present password, asked for before it is changed, is another."""

    type = "wrong-password"
    sentence = lazy_gettext("That is not your present password.")


def actor(staff: Staff) -> Actor:
    """The person as the audit log names them."""
    return Actor("staff", staff.id)


def with_email(email: str) -> Staff | None:
    """The person with this address, active or not."""
    return db.session.scalar(select(Staff).where(func.lower(Staff.email) == email.strip().lower()))


def everybody(active: bool | None = None) -> list[Staff]:
    """All staff by name; only the active or inactive ones if wished."""
    wanted = select(Staff).order_by(func.lower(Staff.name), Staff.id)
    return list(db.session.scalars(wanted if active is None else wanted.where(Staff.active.is_(active))))


def add(by: Actor, email: str, name: str, password_hash: str | None = None, **fields: str) -> Staff:
    """A new person. `fields`: access, office, team, language. Raises `AlreadyStaff` and `Invalid`."""
    email = address(email)
    if with_email(email) is not None:
        raise AlreadyStaff
    staff = Staff(email=email, name=proper_name(name), password_hash=password_hash, **checked(fields))
    db.session.add(staff)
    db.session.flush()
    record(by, "staff.added", staff, access=staff.access)
    return staff


def update(by: Actor, staff_id: str, fields: Mapping[str, str]) -> Staff:
    """Set access, office, team and lead of a person. Raises `NotFound`, `Invalid`, `NeedsAnAdmin`."""
    admins = _lock_admins()
    staff = locked(staff_id)
    wanted = checked({k: v for k, v in fields.items() if k in ("access", "office", "team")})
    if wanted.get("access") == "recruiter" and staff.access == "admin":
        _another_admin(staff, admins)
    if "lead_id" in fields:
        staff.lead_id = _other(fields["lead_id"], staff)
    for name, value in wanted.items():
        setattr(staff, name, value)
    record(by, "staff.changed", staff, access=staff.access)
    return staff


def deactivate(by: Actor, staff_id: str) -> Staff:
    """Let a person in no more; their sessions end now. What they did stays theirs. Raises `NotFound`, `NeedsAnAdmin`."""
    admins = _lock_admins()
    staff = locked(staff_id)
    if staff.access == "admin":
        _another_admin(staff, admins)
    sessions.end_all(staff, by)
    staff.active = False
    record(by, "staff.deactivated", staff)
    return staff


def activate(by: Actor, staff_id: str) -> Staff:
    """Let a person in again. Raises `NotFound`."""
    staff = locked(staff_id)
    staff.active = True
    staff.failed_sign_ins, staff.locked_until = 0, None
    record(by, "staff.activated", staff)
    return staff


def update_own(staff_id: str, name: str, language: str, notify: Mapping[str, bool]) -> Staff:
    """One's own name, language and what makes itself heard. Raises `Invalid`."""
    staff = locked(staff_id)
    staff.name, staff.language = proper_name(name), checked({"language": language})["language"]
    staff.notify = {**staff.notify, **{key: bool(notify.get(key)) for key in NOTIFY}}
    record(actor(staff), "staff.changed_own", staff)
    return staff


def go_away(staff_id: str, until: datetime | None, deputy_id: str) -> Staff:
    """One's own leave: until when, and who gets one's work meanwhile. `None` ends it. Raises `Invalid`."""
    staff = locked(staff_id)
    if until is not None and until <= clock.now():
        raise Invalid(lazy_gettext("Choose a day that lies ahead."))
    staff.away_until = until
    staff.deputy_id = _other(deputy_id, staff) if until else None
    record(actor(staff), "staff.away" if until else "staff.back", staff)
    return staff


def set_password(by: Actor, staff_id: str, password_hash: str, keep_session: str | None = None) -> Staff:
    """Keep a new password (hashed before, outside the transaction) and end all other sessions."""
    staff = locked(staff_id)
    staff.password_hash, staff.failed_sign_ins, staff.locked_until = password_hash, 0, None
    sessions.end_all(staff, by, but=keep_session)
    record(by, "staff.password_set", staff)
    return staff


def require_present(staff: Staff, password: str) -> None:
    """Raise `WrongPassword` unless it is the person's. Who has none yet (sign-in by OIDC) need not know one."""
    if staff.password_hash and not passwords.matches(staff.password_hash, password):
        raise WrongPassword


def locked(staff_id: str) -> Staff:
    """The person, held for writing. Raises `NotFound`."""
    staff = db.session.get(Staff, staff_id, with_for_update=True, populate_existing=True)
    if staff is None:
        raise NotFound
    return staff


def checked(fields: Mapping[str, str]) -> dict[str, Any]:
    """Access, office, team and language as they may be kept. Raises `Invalid`."""
    found = {name: value.strip() for name, value in fields.items()}
    if found.get("access", "recruiter") not in ACCESS or found.get("language", "en") not in LANGUAGES:
        raise Invalid
    if len(found.get("office", "")) > 40 or len(found.get("team", "")) > 60 or any(UNSTORABLE.search(v) for v in found.values()):
        raise Invalid
    return dict(found)


def proper_name(text: str) -> str:
    """A name as it is kept. Raises `Invalid`."""
    name = " ".join(text.split())
    if not name or len(name) > 200 or UNSTORABLE.search(name):
        raise Invalid(lazy_gettext("Give a name of 1 to 200 characters."))
    return name


def _other(staff_id: str, than: Staff) -> str | None:
    """The id of another active person, or None for nobody. Raises `Invalid`."""
    if not staff_id:
        return None
    other = db.session.get(Staff, staff_id)
    if other is None or not other.active or other.id == than.id:
        raise Invalid(lazy_gettext("Choose another person who is active."))
    return other.id


def _lock_admins() -> list[str]:
    """The ids of all admins, held until the end: two who go at once must not both count on the other."""
    return list(db.session.scalars(select(Staff.id).where(Staff.access == "admin", Staff.active).order_by(Staff.id).with_for_update()))


def _another_admin(than: Staff, admins: list[str]) -> None:
    if than.active and admins == [than.id]:
        raise NeedsAnAdmin
