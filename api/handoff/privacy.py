"""What recruiters' work holds about a person: why they asked, in their words; notes, labels, files sent to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select

from api import clock, personal_data
from api.audit.models import AuditEntry
from api.candidates.models import Feedback
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
    for id_, until in _gone_over(person).items():
        _take_words(id_, until)
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


def _gone_over(person: Person) -> dict[str, datetime]:
    """Conversations that were theirs once, and until when: somebody else proved themselves there then, as far as the log of acts knows."""
    over: dict[str, datetime | None] = {}
    query = select(AuditEntry.subject_id, AuditEntry.actor_id, AuditEntry.at).where(
        AuditEntry.subject_kind == Conversation.__tablename__, AuditEntry.subject_id.in_(once_theirs(person)), AuditEntry.action == "candidate.verified"
    )
    for id_, who, at in db.session.execute(query.order_by(AuditEntry.at)):
        if who == person.candidate_id:
            over[id_] = None
        elif id_ in over and over[id_] is None:
            over[id_] = at
    return {id_: at or clock.now() for id_, at in over.items()}


def _take_words(conversation_id: str, until: datetime) -> None:
    """What was written by then may be theirs, proven or not, and goes. The rows stay: the other may wait for a person.

    Mails about any handoff go, since they quote what was said before it; the sweep writes anew of who still waits in the queue.
    """
    for handoff in db.session.scalars(select(Handoff).where(Handoff.conversation_id == conversation_id)).all():
        _forget_mails(f"handoff:{handoff.id}")
        handoff.note = "" if handoff.requested_at <= until else handoff.note
    unproven = (Request.conversation_id == conversation_id, Request.candidate_id.is_(None), Request.created_at <= until)
    for request in db.session.scalars(select(Request).where(*unproven)).all():
        _forget_mails(f"request:{request.id}")
        request.text = ""
    for feedback in db.session.scalars(select(Feedback).where(Feedback.conversation_id == conversation_id, Feedback.created_at <= until)).all():
        _forget_mails(f"feedback:{feedback.id}")
        feedback.comment = ""


def _remove(row: Handoff | Request, dedupe: str) -> None:
    _forget_mails(dedupe)
    db.session.delete(row)


def _forget_mails(dedupe: str) -> None:
    db.session.execute(delete(Mail).where(or_(Mail.dedupe == dedupe, Mail.dedupe.startswith(f"{dedupe}:", autoescape=True))))


TABLES = ("handoffs", "requests", "notes", "conversation_labels", "attachments", "presences")
personal_data.register("handoffs", *TABLES, export=export, erase=erase, rank=1)
