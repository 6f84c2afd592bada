"""Signing in and out: by password, through the employer's provider, by a link in a mail."""

from __future__ import annotations

from flask import Response, g, redirect, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from api.accounts import account_views, invitations, oidc, passwords, sessions, signing_in, staff_views
from api.accounts.access import START, current_session, current_staff, enter, leave, safe_next
from api.accounts.models import Invitation
from api.accounts.pages import blueprint, browser, done, field, page
from api.accounts.passwords import PasswordTooWeak
from api.accounts.signing_in import SignInRefused
from api.db import db, read_only
from api.errors import Invalid, SignInNeeded
from api.limits import limiter

__all__ = ["account_views", "blueprint", "staff_views"]
TRIES = "10 per minute;60 per hour"
LINKS = "5 per minute;20 per hour"
NEXT = "next"


@blueprint.get("/sign-in")
def sign_in() -> Response | AnyResponse:
    """The page to sign in; whoever is signed in already goes on."""
    target = safe_next(request.args.get("next"))
    try:
        current_staff()
    except SignInNeeded:
        return page("sign_in", target=target, oidc=oidc.enabled())
    return redirect(target)


@blueprint.post("/sign-in")
@limiter.limit(TRIES)
def sign_in_with_password() -> Response | AnyResponse:
    """Address and password."""
    target = safe_next(field("next", 2000))
    try:
        token = signing_in.with_password(field("email"), request.form.get("password", ""), browser())
    except SignInRefused as error:
        return page("sign_in", 422, target=target, oidc=oidc.enabled(), email=field("email", 254), error=error.sentence)
    return _entered(token, target)


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """End this session. Whoever is signed out already is content, too."""
    try:
        person = current_staff()
    except SignInNeeded:
        pass
    else:
        sessions.end(person, current_session().id)
        db.session.commit()
    response = redirect(url_for("accounts.sign_in"), 303)
    leave(response)
    return response


@blueprint.get("/sign-in/oidc")
@limiter.limit(TRIES)
def start_oidc() -> AnyResponse:
    """Off to the employer's provider."""
    response = oidc.start()
    session[NEXT] = safe_next(request.args.get("next"))
    return response


@blueprint.get("/sign-in/oidc/callback")
@limiter.limit(TRIES)
def finish_oidc() -> AnyResponse:
    """Back from the provider."""
    found, target = oidc.claims(), safe_next(session.get(NEXT))
    token = oidc.sign_in(found, browser())
    db.session.commit()
    return _entered(token, target)


@blueprint.get("/forgotten")
def forgotten() -> Response:
    """The page to ask for a new password."""
    return page("forgotten")


@blueprint.post("/forgotten")
@limiter.limit(LINKS)
def send_forgotten() -> AnyResponse:
    """Mail a link, if there is somebody to mail it to."""
    invitations.forgotten(field("email", 254))
    return done("accounts.sign_in", gettext("If somebody on the desk has this address, a mail with a link is on its way. The link works for 2 hours."))


@blueprint.get("/invitation/<token>")
@limiter.limit(TRIES)
def invitation(token: str) -> Response:
    """Where an invitation leads: choose a name and a password."""
    read_only()
    return _invitation(_found(token))


@blueprint.post("/invitation/<token>")
@limiter.limit(TRIES)
def accept_invitation(token: str) -> Response | AnyResponse:
    """Come in."""
    read_only()
    found = _found(token)
    name = " ".join(field("name").split()) or found.name
    try:
        if request.form.get("password", "") != request.form.get("again", ""):
            raise PasswordTooWeak(gettext("The two passwords are not the same."))
        db.session.rollback()
        password_hash = passwords.hashed(request.form.get("password", ""), found.email, name)
        key = invitations.accept(token, name, password_hash, browser())
    except Invalid as error:
        db.session.rollback()
        read_only()
        return _invitation(invitations.find(token), error)
    db.session.commit()
    return _entered(key, START)


def _found(token: str) -> Invitation:
    """The invitation; from here on the page speaks the language of whoever it is for. Raises `InvitationUnusable`."""
    found = invitations.find(token)
    g.language = found.language
    return found


def _invitation(found: Invitation, error: Invalid | None = None) -> Response:
    status, sentence = (error.status, error.sentence) if error else (200, None)
    return page("invitation", status, invitation=found, known=invitations.is_for_staff(found), error=sentence, name=field("name") or found.name)


def _entered(token: str, target: str) -> AnyResponse:
    response = redirect(target, 303)
    enter(response, token)
    return response
