"""Promises: who contacts the candidate next. An application has at most one open; how the others ended is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from api.accounts.models import Staff
from api.answers.company import company
from api.audit.models import AuditEntry
from api.db import db
from api.roles.models import Application, Promise, Role

STAFF = "staff"
SETTLED = ("promise.kept", "promise.kept_late")


def open_promise(application: Application) -> Promise | None:
    """The contact that is still owed."""
    return next((p for p in application.promises if p.status == "open"), None)


def made_by_staff(application: Application) -> bool:
    """Whether the contact that is still owed was promised at the desk, of which the ATS knows nothing."""
    promise = open_promise(application)
    return promise is not None and promise.made_by == STAFF


def zone_of(office: str | None) -> ZoneInfo:
    """The time zone of an office, by which a day ends there."""
    return ZoneInfo(company().office(office).time_zone)


def drop(application: Application, now: datetime) -> None:
    """Nobody waits for the contact any more; neither kept nor broken."""
    _end(open_promise(application), "dropped", now)


def settle(application: Application, contacted_at: datetime) -> None:
    """The application moved on, so the candidate has been contacted: in time, or after the day that was named."""
    promise = open_promise(application)
    if promise is not None:
        _end(promise, "kept" if in_time(promise, contacted_at, application.role) else "broken", contacted_at)


def in_time(promise: Promise, at: datetime, role: Role) -> bool:
    """Whether the promised day had not passed at `at`, where the role's office is."""
    return at.astimezone(zone_of(role.office)).date() <= promise.due_on


def still_owed(application: Application, data: dict[str, Any] | None) -> bool:
    """Whether `data` is the very promise that is open, or what staff made of it."""
    promise = open_promise(application)
    return promise is not None and data is not None and (_is(promise, data) or _known(application, data) is promise)


def has_ended(application: Application, data: dict[str, Any], stage_since: datetime) -> bool:
    """Whether `data` has ended here already, so that whoever sends it has only not heard of that.

    Without `made_at` what was settled at the desk is compared, and else only what ended in this stage: what the sender has
    ended by another stage may be promised again there. What the sender's own next promise replaced has not: naming the first
    day again is another change of mind.
    """
    overruled = open_promise(application) is None or made_by_staff(application)
    ended = ("kept", "broken", "replaced") if overruled else ("kept", "broken")
    known = [p for p in application.promises if p.status in ended and _is(p, data)]
    return any(data.get("made_at") or (p.closed_at is not None and p.closed_at > stage_since) or _settled_at_desk(p) for p in known)


def _settled_at_desk(promise: Promise) -> bool:
    """Whether it was staff who had been in touch, of which the ATS need not have heard; the log of acts knows."""
    acts = (AuditEntry.subject_kind == Promise.__tablename__, AuditEntry.subject_id == promise.id, AuditEntry.action.in_((*SETTLED, "promise.reopened")))
    return db.session.scalar(select(AuditEntry.action).where(*acts).order_by(AuditEntry.at.desc()).limit(1)) in SETTLED


def make(application: Application, data: dict[str, Any], made_by: str, now: datetime, staff_id: str | None = None) -> Promise:
    """Let `data` (who, due_on, channel, made_at?) be the open promise. The same again changes nothing, unless staff make it theirs.

    `staff_id`: whose it is, where that is known; otherwise they are looked for among the staff.
    """
    before = open_promise(application)
    if before is not None and _is(before, data) and (made_by != STAFF or before.made_by == STAFF):
        return before
    _end(before, "replaced", now)
    # Two open at once are refused by the database, and rows are written before they are changed.
    db.session.flush()
    promise = Promise(**_facts(data, now), made_by=made_by, staff_id=staff_id or _staff_id(data["who"], application.role))
    application.promises.append(promise)
    return promise


def _staff_id(who: str, role: Role) -> str | None:
    """Whoever of the staff is promised, by name, or by the address of the role's recruiter of that name."""
    email = role.recruiter.get("email") if role.recruiter.get("name") == who else None
    known = or_(Staff.name == who, func.lower(Staff.email) == email.lower()) if email else Staff.name == who
    found = list(db.session.scalars(select(Staff.id).where(Staff.active, known).limit(2)))
    return found[0] if len(found) == 1 else None


def remember(application: Application, data: dict[str, Any], made_by: str, now: datetime) -> None:
    """Note how a promise ended (`data` with its status). One that is known already is corrected."""
    known = _known(application, data)
    if known is None:
        application.promises.append(Promise(**_facts(data, now), status=data["status"], made_by=made_by, closed_at=now))
    elif known.status != data["status"]:
        _end(known, data["status"], known.closed_at or now)


def _known(application: Application, data: dict[str, Any]) -> Promise | None:
    """The promise that `data` is, or what staff made of it, where they have promised the very same themselves."""
    found = next((p for p in application.promises if _is(p, data)), None)
    if found is None or found.status != "replaced":
        return found
    return next((p for p in reversed(application.promises) if p.made_by == STAFF and same_contact(p, data)), found)


def _end(promise: Promise | None, status: str, at: datetime) -> None:
    if promise is not None:
        promise.status, promise.closed_at = status, at


def _facts(data: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {"who": data["who"], "due_on": data["due_on"], "channel": data["channel"], "made_at": data.get("made_at") or now}


def same_contact(promise: Promise, data: dict[str, Any]) -> bool:
    """Whether `data` names the same person, day and channel."""
    return (promise.who, promise.due_on, promise.channel) == (data["who"], data["due_on"], data["channel"])


def _is(promise: Promise, data: dict[str, Any]) -> bool:
    return same_contact(promise, data) and data.get("made_at") in (None, promise.made_at)
