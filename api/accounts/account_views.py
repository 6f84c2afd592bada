"""One's own account: name, language, what makes itself heard, leave, password, sessions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.accounts import oidc, passwords, sessions, staff
from api.accounts.access import current_session, current_staff, staff_required
from api.accounts.models import Staff
from api.accounts.pages import blueprint, done, field, page, saved
from api.answers.company import company
from api.db import db, read_only
from api.errors import DomainError, Invalid
from api.limits import limiter


@blueprint.get("/account")
@staff_required
def account() -> Response:
    """The page of one's own account."""
    return _account()


@blueprint.post("/account")
@staff_required
def save_account() -> Response | AnyResponse:
    """Name, language, sounds and notifications."""
    me = current_staff()
    try:
        staff.update_own(me.id, field("name"), field("language"), {key: key in request.form for key in staff.NOTIFY})
    except DomainError as error:
        return _account("profile", error)
    return done("accounts.account", saved())


@blueprint.post("/account/password")
@staff_required
@limiter.limit("10 per minute")
def save_password() -> Response | AnyResponse:
    """A new password; all other sessions end."""
    me, new = current_staff(), request.form.get("password", "")
    try:
        staff.require_present(me, request.form.get("present", ""))
        if new != request.form.get("again", ""):
            raise Invalid(gettext("The two passwords are not the same."))
        password_hash = passwords.hashed(new, me.email, me.name, company().name)
    except DomainError as error:
        return _account("password", error)
    staff.set_password(staff.actor(me), me.id, password_hash, keep_session=current_session().id)
    return done("accounts.account", gettext("Your password is changed. All your other sessions have ended."))


@blueprint.post("/account/leave")
@staff_required
def save_leave() -> Response | AnyResponse:
    """Leave of absence, up to and with a day, or its end."""
    me = current_staff()
    try:
        until = _end_of(field("until"), me) if field("until") else None
        staff.go_away(me.id, until, field("deputy"))
    except DomainError as error:
        return _account("leave", error)
    return done("accounts.account", gettext("Your leave is noted.") if until else gettext("Welcome back: you get work again."))


@blueprint.post("/account/sessions/<session_id>/end")
@staff_required
def end_session(session_id: str) -> AnyResponse:
    """End one of one's own sessions."""
    sessions.end(current_staff(), session_id)
    return done("accounts.account", gettext("That session has ended."))


@blueprint.post("/account/sessions/end-others")
@staff_required
def end_other_sessions() -> AnyResponse:
    """End all sessions but this one."""
    me = current_staff()
    sessions.end_all(me, staff.actor(me), but=current_session().id)
    return done("accounts.account", gettext("All your other sessions have ended."))


def _account(form: str = "", error: DomainError | None = None) -> Response:
    """The page; `form` is the one that was refused, and why."""
    db.session.rollback()
    read_only()
    person = db.session.get_one(Staff, current_staff().id, populate_existing=True)
    others = [p for p in staff.everybody(active=True) if p.id != person.id]
    values = {"person": person, "others": others, "sessions": sessions.of(person), "current": current_session().id, "away_day": _last_day(person)}
    return page("account", error.status if error else 200, refused=form, error=error.sentence if error else None, oidc=oidc.enabled(), **values)


def _zone(person: Staff) -> ZoneInfo:
    return ZoneInfo(company().office(person.office).time_zone)


def _end_of(day: str, person: Staff) -> datetime:
    """The end of a day as the person's office has it. Raises `Invalid`."""
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), _zone(person))
    except (ValueError, OverflowError):
        raise Invalid(gettext("Give a day like 2026-12-24.")) from None


def _last_day(person: Staff) -> str:
    if person.away_until is None:
        return ""
    return (person.away_until.astimezone(_zone(person)) - timedelta(seconds=1)).date().isoformat()
