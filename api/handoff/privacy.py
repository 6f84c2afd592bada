"""What recruiters' work holds about a person: why they asked, in their words; notes, labels, files sent to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, or_, select

from api import personal_data
from api.conversations.models import Attachment, Conversation, Presence
from api.conversations.privacy import once_theirs
from api.db import db
from api.handoff import attachments
from api.handoff.models import ConversationLabel, Handoff, Note, Request
from api.outbox.models import Mail
from api.personal_data import Person, facts, without_address

TIES = ("conversation_id", "candidate_id", "application_id", "role_id", "claimed_by", "staff_id", "message_id", "done_by", "added_by", "mentions")


def _handoffs(person: Person) -> Select[Handoff]:
    return select(Handoff).where(Handoff.conversation_id.in_(_conversations(person)))


def _requests(person: Person) -> Select[Request]:
    return select(Request).where(or_(Request.conversation_id.in_(_conversations(person)), Request.candidate_id == person.candidate_id))


def _conversations(person: Person) -> Select[str]:
    return select(Conversation.id).where(Conversation.candidate_id == person.candidate_id)


def export(person: Person) -> dict[str, Any]:
    """When a person was asked for, what was asked of them, what they noted and sent."""
    own = _conversations(person)
    return {
        "handoffs": [facts(h, *TIES) for h in db.session.scalars(_handoffs(person))],
        "requests": [facts(r, *TIES) for r in db.session.scalars(_requests(person))],
        "notes": [facts(n, *TIES) for n in db.session.scalars(select(Note).where(Note.conversation_id.in_(own)).order_by(Note.created_at))],
        "labels": [facts(x, *TIES) for x in db.session.scalars(select(ConversationLabel).where(ConversationLabel.conversation_id.in_(own)))],
        "files": [facts(a, *TIES, "sha256", "status") for a in db.session.scalars(select(Attachment).where(Attachment.conversation_id.in_(own)))],
    }


def erase(person: Person) -> None:
    """Remove them, and the mails that told the recruiters of them; mask the address in those of others."""
    for handoff in db.session.scalars(_handoffs(person)).all():
        _remove(handoff, f"handoff:{handoff.id}")
    for request in db.session.scalars(_requests(person)).all():
        _remove(request, f"request:{request.id}")
    theirs = [*db.session.scalars(_conversations(person)), *once_theirs(person)]
    attachments.forget(theirs)
    for kind in (Note, ConversationLabel, Presence):
        db.session.execute(delete(kind).where(kind.conversation_id.in_(theirs)))
    for row, column in ((Handoff, "note"), (Request, "text"), (Note, "text")):
        _mask(row, column, person.email)
    db.session.flush()


def _mask(kind: type[Handoff] | type[Request] | type[Note], column: str, email: str) -> None:
    for row in db.session.scalars(select(kind).where(getattr(kind, column).icontains(email, autoescape=True))):
        setattr(row, column, without_address(getattr(row, column), email))


def _remove(row: Handoff | Request, dedupe: str) -> None:
    db.session.execute(delete(Mail).where(or_(Mail.dedupe == dedupe, Mail.dedupe.startswith(f"{dedupe}:", autoescape=True))))
    db.session.delete(row)


TABLES = ("handoffs", "requests", "notes", "conversation_labels", "attachments", "presences")
personal_data.register("handoffs", *TABLES, export=export, erase=erase, rank=1)
