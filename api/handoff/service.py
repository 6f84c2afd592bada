"""Asking for a person; requests that a person must carry out."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import select

from api.audit.service import record
from api.conversations import service as conversations
from api.conversations.effects import Acting
from api.conversations.models import Conversation, Message
from api.db import db
from api.handoff import mails, notify
from api.handoff.hours import expectation
from api.handoff.models import Handoff, Request
from api.roles.models import Application, Role

REASONS = (
    "asked_for_person", "complaint", "not_understood", "data_request", "accommodation", "offer_check",
    "technical_problem", "assistant_failed", "promise_overdue", "withdrew",
)  # fmt: skip
BACK = "/external_back_to_assistant"


def open_handoff(conversation: Conversation) -> Handoff | None:
    """The conversation's handoff that is not closed yet."""
    query = select(Handoff).where(Handoff.conversation_id == conversation.id, Handoff.closed_at.is_(None))
    return db.session.scalar(query)


def request_handoff(acting: Acting, reason: str, priority: str = "normal", note: str = "") -> str:
    """Let the conversation wait for a person, tell the candidate when, and tell the recruiters. Once."""
    conversation = acting.conversation
    if conversation.owner != "assistant" and conversation.resolved_at is None:
        return "already"
    conversation.resolved_at = conversation.resolved_by = None
    office = office_of(conversation)
    expected = expectation(office, acting.now, conversation.language)
    handoff = Handoff(
        conversation_id=conversation.id, reason=reason if reason in REASONS else "asked_for_person", priority=priority, note=note,
        summary=summary(conversation), requested_at=acting.now, reply_due_at=expected.reply_by,
    )  # fmt: skip
    db.session.add(handoff)
    db.session.flush()
    conversations.give_to(conversation, "queue")
    with force_locale(conversation.language):
        text = gettext("I have asked a recruiter to take over. %(when)s Your messages stay here, so you can close this page and come back.", when=expected.text)
        if reason == "assistant_failed":
            text = gettext(
                "I could not answer that in time, I am sorry. I have asked a recruiter to take over. %(when)s Nothing you wrote is lost.", when=expected.text
            )
        if reason == "withdrew":
            text = gettext("I have told your recruiter. If they would like to ask you something, they write here. You need not do anything.")
        back = {"title": gettext("Ask the assistant instead"), "button": BACK}
    acting.say(text, buttons=[back])
    notify.queued(conversation, handoff)
    record(acting.actor, "handoff.request", handoff, reason=handoff.reason)
    return "requested"


def office_of(conversation: Conversation) -> str | None:
    """Whose recruiters answer in it: those of the office of the page's role."""
    return office_of_role(conversation.page_role)


def office_of_role(ref: str | None) -> str | None:
    """The key of a role's office; None for none, or one that is not there."""
    return None if ref is None else db.session.scalar(select(Role.office).where(Role.ref == ref))


def summary(conversation: Conversation) -> dict[str, Any]:
    """What the recruiter need not ask again; messages by id, so that erasing them erases them here."""
    asked = (
        select(Message.id, Message.intent)
        .where(Message.conversation_id == conversation.id, Message.sender == "candidate")
        .order_by(Message.seq.desc())
        .limit(10)
    )
    rows = db.session.execute(asked).all()
    return {
        "role": conversation.page_role,
        "language": conversation.language,
        "verified": conversation.verified_at is not None,
        "asked": [{"message": id_, "intent": intent} for id_, intent in reversed(rows)],
    }


def add_request(acting: Acting, kind: str, text: str = "", application: Application | None = None, role: Role | None = None, **data: Any) -> Request:
    """Store something that a person must do, and mail it to the recruiters until their desk shows it."""
    request = Request(
        kind=kind, conversation_id=acting.conversation.id, candidate_id=acting.conversation.candidate_id, text=text[:2000], data=data,
        application_id=application.id if application else None, role_id=role.id if role else application.role_id if application else None,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    mails.tell_of_request(acting.conversation, request, application, role or (application.role if application else None))
    record(acting.actor, f"request.{kind}", request)
    return request
