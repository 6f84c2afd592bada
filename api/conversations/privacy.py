"""What conversations hold about a person: everything that was said in them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, func, select, update

from api import clock, personal_data
from api.audit.models import AuditEntry
from api.candidates.models import Verification
from api.conversations.models import Conversation, Effect, Message, Turn
from api.db import db
from api.personal_data import Person, facts, mentions, without_address

INTERNAL = ("token_hash", "lease", "lease_until", "staff_id", "candidate_id", "version", "last_seq", "mailed_seq", "resolved_by")
NO_WORDS: dict[str, Any] = {"text": "", "button": None, "buttons": [], "sources": [], "alternatives": [], "attachments": [], "hidden": True}


def export(person: Person) -> list[dict[str, Any]]:
    """The person's conversations, each with its messages and what was done in it."""
    owned = select(Conversation).where(Conversation.candidate_id == person.candidate_id).order_by(Conversation.created_at)
    return [_exported(c) for c in db.session.scalars(owned)]


def _exported(conversation: Conversation) -> dict[str, Any]:
    messages = db.session.scalars(select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq))
    effects = db.session.scalars(select(Effect).where(Effect.conversation_id == conversation.id).order_by(Effect.applied_at, Effect.position))
    return facts(conversation, *INTERNAL) | {
        "messages": [facts(m, "conversation_id", "staff_id") for m in messages],
        "done": [facts(e, "conversation_id", "turn_id", "id") for e in effects],
    }


def erase(person: Person) -> None:
    """Remove the person's conversations. The one that asks stays, without words and without a name.

    A conversation that has gone over to somebody else loses its words, and elsewhere the address is masked.
    """
    others = (Conversation.candidate_id == person.candidate_id, Conversation.id != (person.conversation_id or ""))
    db.session.execute(delete(Conversation).where(*others))
    for id_ in once_theirs(person):
        _take_words(id_)
    if person.conversation_id:
        _take_words(person.conversation_id)
        _detach(db.session.get_one(Conversation, person.conversation_id))
    for id_ in _touched(person):
        _mask(id_, person.email)
    db.session.flush()


def once_theirs(person: Person) -> list[str]:
    """Conversations in which the person was proven once; the log of acts knows."""
    proven = select(AuditEntry.subject_id).where(
        AuditEntry.actor_id == person.candidate_id, AuditEntry.action == "candidate.verified", AuditEntry.subject_kind == Conversation.__tablename__
    )
    return list(db.session.scalars(select(Conversation.id).where(Conversation.id.in_(proven))))


def _take_words(conversation_id: str) -> None:
    """Nothing that was said remains, seen or unseen; what waited for an answer waits no more."""
    db.session.execute(update(Message).where(Message.conversation_id == conversation_id).values(**NO_WORDS))
    db.session.execute(update(Effect).where(Effect.conversation_id == conversation_id).values(data={}))
    waiting = (Turn.conversation_id == conversation_id, Turn.status == "pending")
    db.session.execute(update(Turn).where(*waiting).values(status="dropped", done_at=clock.now()))
    conversation = db.session.get_one(Conversation, conversation_id)
    conversation.state = conversation.reply_mail = None


def _detach(conversation: Conversation) -> None:
    conversation.candidate_id = conversation.verified_at = conversation.verified_by = None
    conversation.version += 1


def _touched(person: Person) -> list[str]:
    """Conversations of nobody in particular in which the address was typed."""
    said = select(Message.conversation_id).where(Message.text.icontains(person.email, autoescape=True))
    asked = select(Verification.conversation_id).where(Verification.candidate_id == person.candidate_id)
    wanted = select(Conversation.id).where(func.lower(Conversation.reply_mail) == person.email)
    return list(db.session.scalars(said.union(asked, wanted)))


def _mask(conversation_id: str, email: str) -> None:
    """Take the address out of a conversation: texts, buttons, the assistant's memory, what was done."""
    for message in db.session.scalars(select(Message).where(Message.conversation_id == conversation_id)):
        message.text = without_address(message.text, email)
        if message.button and mentions(message.button, email):
            message.button = None
        if _holds(message.buttons, email):
            message.buttons = []
    for effect in db.session.scalars(select(Effect).where(Effect.conversation_id == conversation_id)):
        if _holds(effect.data, email):
            effect.data = {}
    conversation = db.session.get_one(Conversation, conversation_id)
    if _holds(conversation.state, email):
        conversation.state = None
    if (conversation.reply_mail or "").lower() == email:
        conversation.reply_mail = None


def _holds(data: Any, email: str) -> bool:
    return mentions(json.dumps(data, ensure_ascii=False), email)


personal_data.register("conversations", "conversations", "messages", "turns", "effects", export=export, erase=erase)
