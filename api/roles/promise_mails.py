"""What recruiters and their leads are mailed of promises, each in their own language."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.conversations.models import Conversation
from api.db import db
from api.outbox.service import queue_mail
from api.roles import text
from api.roles.models import Application, Promise
from api.roles.promise_words import title
from api.roles.queries import local_now

HANDED_ON = 5  # deputies of deputies


def remind(promise: Promise, application: Application, conversation: Conversation | None) -> None:
    """The day is near."""

    def subject(who: str, day: str) -> str:
        return gettext("Promised: contact %(name)s by %(day)s", name=who, day=day)

    _mail(responsible(promise, application), promise, application, conversation, subject, f"promise:{promise.id}:remind")


def overdue(promise: Promise, application: Application, conversation: Conversation | None) -> None:
    """The day has passed; the recruiter is told."""

    def subject(who: str, day: str) -> str:
        return gettext("Overdue: contact with %(name)s was promised by %(day)s", name=who, day=day)

    _mail(responsible(promise, application), promise, application, conversation, subject, f"promise:{promise.id}:overdue")


def still_overdue(promise: Promise, application: Application, conversation: Conversation | None) -> None:
    """It is still overdue; the recruiter's lead is told."""

    def subject(who: str, day: str) -> str:
        return gettext("Still overdue: %(staff)s promised %(name)s contact by %(day)s", staff=promise.who, name=who, day=day)

    _mail(lead_of(responsible(promise, application)), promise, application, conversation, subject, f"promise:{promise.id}:lead")


def responsible(promise: Promise | None, application: Application) -> Staff | None:
    """Whoever answers for the promise, or without one for the role; while they are away, who stands in for them."""
    email = str(application.role.recruiter.get("email", "")).lower()
    found = db.session.get(Staff, promise.staff_id) if promise is not None and promise.staff_id else None
    if found is None and email:
        found = db.session.scalar(select(Staff).where(Staff.email == email, Staff.active))
    return present(found)


def present(staff: Staff | None) -> Staff | None:
    """The person, or who stands in; someone away without anybody to stand in is told all the same. None if they have left."""
    person, now = staff, clock.now()
    for _ in range(HANDED_ON):
        if person is None or (person.active and (person.away_until is None or person.away_until <= now)):
            return person
        person = db.session.get(Staff, person.deputy_id) if person.deputy_id else None
    return staff if staff is not None and staff.active else None


def lead_of(staff: Staff | None) -> Staff | None:
    """Whom a person reports to."""
    return present(db.session.get(Staff, staff.lead_id)) if staff is not None and staff.lead_id else None


def address(staff: Staff | None, application: Application) -> tuple[str, str]:
    """Where to write to, and in which language; whoever is not staff here is reached at the role's address, or the common one."""
    if staff is not None:
        return staff.email, staff.language
    return str(application.role.recruiter.get("email") or current_app.config["SETTINGS"].recruiters_mail), "en"


def link(conversation: Conversation | None) -> str:
    """Where recruiters act on it."""
    path = f"/desk/conversations/{conversation.id}" if conversation is not None else "/desk/promises"
    return f"{current_app.config['SETTINGS'].site}{path}"


def _mail(
    staff: Staff | None, promise: Promise, application: Application, conversation: Conversation | None, subject: Callable[[str, str], str], dedupe: str
) -> None:
    to, language = address(staff, application)
    candidate = application.candidate
    with force_locale(language):
        about, role = title(application, language), application.role
        day = text.day(promise.due_on, local_now(application.role.office).date())
        facts = (
            gettext("%(who)s promised this on %(day)s.", who=promise.who, day=text.day(promise.made_at.date(), clock.now().date())),
            gettext("Role: %(title)s (%(ref)s). Stage: %(stage)s.", title=about, ref=role.ref, stage=text.stage(application.stage)),
            ", ".join(filter(None, (candidate.name, candidate.phone, candidate.email))),
            gettext("Mark it as kept, or name a new day, here: %(url)s", url=link(conversation)),
        )  # fmt: skip
        queue_mail(to, subject(candidate.name or candidate.email, day), "\n\n".join(facts) + "\n", language, dedupe)
