"""Proving who one is without a code: an identity token of the careers site, or a link in a mail of the ATS."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext
from sqlalchemy import select

from api import clock, links
from api.audit.service import Actor, record
from api.candidates import service
from api.candidates.marks import address_mark, is_mark_of
from api.candidates.models import Candidate
from api.config import LANGUAGES
from api.conversations.models import Conversation
from api.db import db
from api.errors import DomainError, Invalid, NotFound
from api.fields import UNSTORABLE
from api.roles.models import Application

LINK, LINK_LIFE = "application", timedelta(days=30)


class IdentityRefused(Invalid):
    """The token proves nothing: not signed by a known key, not for us, out of date, or changed."""

    type = "identity-refused"
    sentence = lazy_gettext("That link or sign-in does not tell us who you are any more. You can show it with a code by mail instead.")


def verify_with_token(conversation: Conversation, token: str) -> None:
    """Make the conversation the candidate's whom the token names: our own link, or the careers site's JWT.

    Raises `IdentityRefused`. A candidate who is not known yet is added with what the JWT says.
    """
    candidate, how = _of_link(token), "link"
    if candidate is None:
        from api.candidates.identity_tokens import claims_of  # loads what most desks never need

        candidate, how = _of_claims(claims_of(token)), "identity"
    service.mark_verified(conversation, candidate.id, how, clock.now())


def make_link(ref: str, actor: Actor) -> str:
    """The link for the application with this reference, for `actor` to mail. Raises `NotFound`."""
    application = db.session.scalar(select(Application).where(Application.ref == ref))
    if application is None:
        raise NotFound
    record(actor, "application.link_made", application)
    return link_for(application)


def link_for(application: Application) -> str:
    """A link for a mail to this application's candidate: it opens the chat as them, for 30 days.

    It dies when the candidate's address is corrected, because it may have gone to somebody else.
    """
    token = links.sign(LINK, [application.id, address_mark(application.candidate.email)])
    return f"{current_app.config['SETTINGS'].site}/chat#identity={token}"


def _of_link(token: str) -> Candidate | None:
    """Whom one of our links is for; None if it is not one of ours. Raises `IdentityRefused` if its time is over."""
    try:
        id_, mark = links.read(LINK, token, LINK_LIFE)
    except links.LinkUnusable:
        return None
    application = db.session.get(Application, id_)
    if application is None or not is_mark_of(mark, application.candidate.email):
        raise IdentityRefused
    return application.candidate


def _of_claims(claims: dict[str, Any]) -> Candidate:
    email, name, language = claims["email"], claims.get("name"), claims.get("language")
    try:
        known = service.address(email if isinstance(email, str) else "")
    except DomainError:
        raise IdentityRefused from None
    fits = isinstance(name, str) and not UNSTORABLE.search(name)
    return service.find_or_add_candidate(known, str(name)[:200] if fits else "", language if language in LANGUAGES else None)
