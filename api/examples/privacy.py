"""What was learnt from a candidate's messages: masked, but their words. It goes with the candidate."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, select

from api import personal_data
from api.conversations.models import Conversation, Message
from api.conversations.privacy import once_theirs
from api.db import db
from api.examples.models import Example, LockedMessage
from api.examples.service import forget_messages
from api.personal_data import Person


def export(person: Person) -> list[dict[str, Any]]:
    """Texts of theirs that the assistant learns from or is measured by."""
    own = _messages(Conversation.candidate_id == person.candidate_id)
    learnt = db.session.scalars(select(Example).where(Example.message_id.in_(own)).order_by(Example.key))
    locked = db.session.scalars(select(LockedMessage).where(LockedMessage.message_id.in_(own)).order_by(LockedMessage.key))
    rows: list[Example | LockedMessage] = [*learnt, *locked]
    return [{"text": row.text, "language": row.language, "since": row.created_at.isoformat()} for row in rows]


def erase(person: Person) -> None:
    """Runs before the conversations are emptied: by their messages the texts are found."""
    theirs = or_(Conversation.candidate_id == person.candidate_id, Conversation.id == person.conversation_id, Conversation.id.in_(once_theirs(person)))
    forget_messages(db.session.scalars(_messages(theirs)))


def _messages(owned: Any) -> Select[str]:
    return select(Message.id).join(Conversation, Conversation.id == Message.conversation_id).where(owned, Message.sender == "candidate")


personal_data.register("examples", "examples", "locked_messages", export=export, erase=erase, rank=4)
