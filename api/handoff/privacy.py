"""What handoffs and requests hold about a person: why they asked, in their words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, or_, select

from api import personal_data
from api.conversations.models import Conversation
from api.db import db
from api.handoff.models import Handoff, Request
from api.outbox.models import Mail
from api.personal_data import Person, facts, without_address

TIES = ("conversation_id", "candidate_id", "application_id", "role_id", "claimed_by")


def _handoffs(person: Person) -> Select[Handoff]:
    return select(Handoff).where(Handoff.conversation_id.in_(_conversations(person)))


def _requests(person: Person) -> Select[Request]:
    return select(Request).where(or_(Request.conversation_id.in_(_conversations(person)), Request.candidate_id == person.candidate_id))


def _conversations(person: Person) -> Select[str]:
    return select(Conversation.id).where(Conversation.candidate_id == person.candidate_id)


def export(person: Person) -> dict[str, Any]:
    """When a person was asked for, and what was asked of them."""
    handoffs, requests = db.session.scalars(_handoffs(person)), db.session.scalars(_requests(person))
    return {"handoffs": [facts(h, *TIES) for h in handoffs], "requests": [facts(r, *TIES) for r in requests]}


def erase(person: Person) -> None:
    """Remove them, and the mails that told the recruiters of them; mask the address in those of others."""
    for handoff in db.session.scalars(_handoffs(person)).all():
        _remove(handoff, f"handoff:{handoff.id}")
    for request in db.session.scalars(_requests(person)).all():
        _remove(request, f"request:{request.id}")
    for handoff in db.session.scalars(select(Handoff).where(Handoff.note.icontains(person.email, autoescape=True))):
        handoff.note = without_address(handoff.note, person.email)
    for request in db.session.scalars(select(Request).where(Request.text.icontains(person.email, autoescape=True))):
        request.text = without_address(request.text, person.email)
    db.session.flush()


def _remove(row: Handoff | Request, dedupe: str) -> None:
    db.session.execute(delete(Mail).where(Mail.dedupe == dedupe))
    db.session.delete(row)


personal_data.register("handoffs", "handoffs", "requests", "notes", "conversation_labels", export=export, erase=erase, rank=1)
