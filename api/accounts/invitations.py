"""Links by mail that let somebody onto the desk: an invitation (7 days), or a new password for who is on it (2 hours).

Both are signed, kept as SHA-256 only, and work once; a newer one for the same address ends the older.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import current_app
from flask_babel import force_locale, gettext, lazy_gettext
from sqlalchemy import select

from api import clock, links
from api.accounts import sessions, staff
from api.accounts.models import Invitation, Staff
from api.answers.company import company
from api.audit.service import Actor, record
from api.candidates.service import address
from api.db import db
from api.errors import DomainError, NotFound
from api.outbox.service import queue_mail, queue_nothing

PURPOSE = "staff-invitation"
LIFE, PASSWORD_LIFE = timedelta(days=7), timedelta(hours=2)
ASK_AGAIN = timedelta(minutes=2)


class InvitationUnusable(DomainError):
    """A link that has been used, has run out, was replaced, or is none of ours."""

    type = "invitation-unusable"
    status = 410
    sentence = lazy_gettext("This link does not work any more: each works once and for some days. Ask an admin of your desk for a new one.")


def invite(by: Staff | None, email: str, name: str, **fields: str) -> tuple[Invitation, str]:
    """Invite somebody new; gives the address of the page that the mail names. Raises `AlreadyStaff`, `Invalid`."""
    email = address(email)
    if staff.with_email(email) is not None:
        raise staff.AlreadyStaff
    invitation, url = _make(by, email, name, LIFE, fields)
    record(_actor(by), "invitation.made", invitation, access=invitation.access)
    _mail_invitation(invitation, url, by)
    return invitation, url


def is_open(email: str) -> bool:
    """Whether an invitation to this address may still be used, so that a new one would end it. Raises `Invalid`."""
    wanted = select(Invitation.id).where(Invitation.email == address(email), Invitation.accepted_at.is_(None), Invitation.expires_at > clock.now())
    return db.session.scalar(wanted.limit(1)) is not None


def send_password_link(by: Staff | None, person: Staff) -> str:
    """Mail a person on the desk a link to set a password; gives its address."""
    fields = {"access": person.access, "office": person.office, "team": person.team, "language": person.language}
    invitation, url = _make(by, person.email, person.name, LIFE if by else PASSWORD_LIFE, fields)
    record(_actor(by), "password_link.made", person)
    with force_locale(person.language):
        text = gettext("With this link you choose a new password for the recruiters' desk. It works once:")
        rest = gettext("You have not asked for it? Then do nothing; your password stays as it is.")
        _queue(invitation, gettext("A new password for the desk of %(company)s", company=company().name), text, url, rest)
    return url


def forgotten(email: str) -> None:
    """Whoever has this address gets a link; nobody learns whether anybody does."""
    person = staff.with_email(email.replace("\0", "").encode(errors="replace").decode())
    since = clock.now() - ASK_AGAIN
    recent = select(Invitation.id).where(Invitation.email == (person.email if person else ""), Invitation.created_at > since)
    if person is not None and person.active and db.session.scalar(recent) is None:
        send_password_link(None, person)
    else:
        queue_nothing(f"forgotten:{secrets.token_urlsafe(16)}")


def find(token: str) -> Invitation:
    """The invitation behind a link. Raises `InvitationUnusable`."""
    try:
        links.read(PURPOSE, token, LIFE)
    except links.LinkUnusable:
        raise InvitationUnusable from None
    found = db.session.scalar(select(Invitation).where(Invitation.token_hash == _hash(token)))
    if found is None or found.accepted_at is not None or found.expires_at <= clock.now():
        raise InvitationUnusable
    return found


def accept(token: str, name: str, password_hash: str, browser: str) -> str:
    """Use the link: a new person, or a new password for one; gives the token of a session.

    Raises `InvitationUnusable`, also for who was deactivated meanwhile, and `Invalid` for a name that is none.
    """
    invitation = find(token)
    invitation = db.session.get(Invitation, invitation.id, with_for_update=True, populate_existing=True) or invitation
    person = staff.with_email(invitation.email)
    if invitation.accepted_at is not None or (person is not None and not person.active):
        raise InvitationUnusable
    if person is None:
        fields = {"access": invitation.access, "office": invitation.office, "team": invitation.team, "language": invitation.language}
        person = staff.add(Actor("system", f"invitation:{invitation.id}"), invitation.email, name, password_hash, **fields)
    else:
        staff.set_password(Actor("staff", person.id), person.id, password_hash)
    invitation.accepted_at = clock.now()
    record(Actor("staff", person.id), "invitation.accepted", invitation)
    return sessions.begin(person, "invitation", browser)


def is_for_staff(invitation: Invitation) -> bool:
    """Whether the link is for somebody on the desk already, who chooses a new password."""
    return staff.with_email(invitation.email) is not None


def pending() -> list[Invitation]:
    """Invitations of people who are not on the desk yet, that may still be used; the newest first."""
    known = select(Staff.email)
    wanted = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.expires_at > clock.now(), Invitation.email.not_in(known))
    return list(db.session.scalars(wanted.order_by(Invitation.created_at.desc())))


def withdraw(by: Staff, invitation_id: str) -> None:
    """End an invitation before it is used. Raises `NotFound`."""
    found = db.session.get(Invitation, invitation_id)
    if found is None or found.accepted_at is not None or found.expires_at <= clock.now():
        raise NotFound
    found.expires_at = clock.now()
    record(_actor(by), "invitation.withdrawn", found)


def _make(by: Staff | None, email: str, name: str, life: timedelta, fields: dict[str, str]) -> tuple[Invitation, str]:
    now = clock.now()
    for older in db.session.scalars(select(Invitation).where(Invitation.email == email, Invitation.accepted_at.is_(None), Invitation.expires_at > now)):
        older.expires_at = now
    token = links.sign(PURPOSE, secrets.token_urlsafe(24))
    invitation = Invitation(
        email=email,
        name=staff.proper_name(name),
        token_hash=_hash(token),
        invited_by=by.id if by else None,
        expires_at=now + life,
        **staff.checked(fields),
    )
    db.session.add(invitation)
    db.session.flush()
    return invitation, f"{current_app.config['SETTINGS'].site}/desk/invitation/{token}"


def _mail_invitation(invitation: Invitation, url: str, by: Staff | None) -> None:
    with force_locale(invitation.language):
        name = company().name
        if by:
            text = gettext("%(person)s invites you to the recruiters' desk of %(company)s. Choose a password here within 7 days:", person=by.name, company=name)
        else:
            text = gettext("You are invited to the recruiters' desk of %(company)s. Choose a password here within 7 days:", company=name)
        _queue(invitation, gettext("Your place at the desk of %(company)s", company=name), text, url, gettext("The link is yours alone and works once."))


def _queue(invitation: Invitation, subject: str, text: str, url: str, rest: str) -> None:
    letter = "\n\n".join((gettext("Hi!"), text, url, rest, company().name)) + "\n"
    queue_mail(invitation.email, subject, letter, invitation.language, f"invitation:{invitation.id}")


def _actor(by: Staff | None) -> Actor:
    return staff.actor(by) if by else Actor("system", "desk")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
