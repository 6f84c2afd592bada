"""Who is on the desk: the admins' page."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.accounts import invitations, staff
from api.accounts.access import admin_required, current_staff
from api.accounts.pages import blueprint, done, field, page, saved
from api.answers.company import company
from api.db import db, read_only
from api.errors import DomainError, NotFound

LISTED = "accounts.staff_list"


@blueprint.get("/staff")
@admin_required
def staff_list() -> Response:
    """All staff and open invitations."""
    return _list()


@blueprint.post("/staff/invitations")
@admin_required
def invite() -> Response | AnyResponse:
    """Invite somebody by mail."""
    fields = {name: field(name) for name in ("access", "office", "team", "language")}
    try:
        again = invitations.is_open(field("email"))
        invitations.invite(current_staff(), field("email"), field("name"), **fields)
    except DomainError as error:
        return _list("invite", error)
    if again:
        return done(LISTED, gettext("The invitation is on its way and replaces the earlier one to the same address, whose link no longer works."))
    return done(LISTED, gettext("The invitation is on its way. Its link works for 7 days."))


@blueprint.post("/staff/invitations/<invitation_id>/withdraw")
@admin_required
def withdraw_invitation(invitation_id: str) -> AnyResponse:
    """End an invitation before it is used."""
    invitations.withdraw(current_staff(), invitation_id)
    return done(LISTED, gettext("The invitation is withdrawn."))


@blueprint.post("/staff/<staff_id>")
@admin_required
def save_staff(staff_id: str) -> Response | AnyResponse:
    """Access, office, team and lead of a person."""
    try:
        staff.update(staff.actor(current_staff()), staff_id, {name: field(name) for name in ("access", "office", "team", "lead_id")})
    except DomainError as error:
        return _list(staff_id, error)
    return done(LISTED, saved())


@blueprint.post("/staff/<staff_id>/deactivate")
@admin_required
def deactivate_staff(staff_id: str) -> Response | AnyResponse:
    """Let a person in no more."""
    try:
        person = staff.deactivate(staff.actor(current_staff()), staff_id)
    except DomainError as error:
        return _list(staff_id, error)
    return done(LISTED, gettext("%(name)s is deactivated and signed out everywhere.", name=person.name))


@blueprint.post("/staff/<staff_id>/activate")
@admin_required
def activate_staff(staff_id: str) -> AnyResponse:
    """Let a person in again."""
    person = staff.activate(staff.actor(current_staff()), staff_id)
    return done(LISTED, gettext("%(name)s can sign in again.", name=person.name))


@blueprint.post("/staff/<staff_id>/password-link")
@admin_required
def password_link(staff_id: str) -> AnyResponse:
    """Mail a person a link to choose a new password."""
    person = staff.locked(staff_id)
    if not person.active:
        raise NotFound
    invitations.send_password_link(current_staff(), person)
    return done(LISTED, gettext("%(name)s gets a mail with a link to choose a new password.", name=person.name))


def _list(form: str = "", error: DomainError | None = None) -> Response:
    """The page; `form` is the person or `invite` whose form was refused, and why."""
    if error is not None and error.status == 404:
        raise error
    db.session.rollback()
    read_only()
    people = staff.everybody()
    values = {"people": people, "invitations": invitations.pending(), "offices": company().offices, "names": {p.id: p.name for p in people}}
    return page("staff", error.status if error else 200, refused=form, error=error.sentence if error else None, field=field, **values)
