"""What comparisons hold about a person: messages of theirs that a candidate model answers otherwise, masked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, or_, select

from api import personal_data
from api.conversations.models import Conversation, Message
from api.conversations.privacy import once_theirs
from api.db import db
from api.personal_data import Person, facts
from api.training.models import Difference

TIES = ("model_id", "message_id", "position", "staff_id")


def _messages(person: Person, others: list[str]) -> Select[str]:
    own = Conversation.candidate_id == person.candidate_id
    return select(Message.id).join(Conversation, Conversation.id == Message.conversation_id).where(or_(own, Conversation.id.in_(others)))


def export(person: Person) -> list[dict[str, Any]]:
    """The messages, and what two models made of them."""
    return [facts(row, *TIES) for row in db.session.scalars(select(Difference).where(Difference.message_id.in_(_messages(person, []))))]


def erase(person: Person) -> None:
    """Remove them. An address is masked in them from the beginning."""
    theirs = [*once_theirs(person), *([person.conversation_id] if person.conversation_id else [])]
    db.session.execute(delete(Difference).where(Difference.message_id.in_(_messages(person, theirs))))


personal_data.register("comparisons", "differences", export=export, erase=erase, rank=1)
