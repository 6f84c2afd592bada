"""Answers told later: they say what somebody asked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from api import personal_data
from api.conversations.models import Conversation
from api.conversations.privacy import once_theirs
from api.db import db
from api.personal_data import Person, facts
from api.promotion.models import FollowUp

INTERNAL = ("promotion_id", "conversation_id", "message_id", "staff_id")


def export(person: Person) -> list[dict[str, Any]]:
    """What the person was told later, or may be."""
    mine = select(FollowUp).join(Conversation, Conversation.id == FollowUp.conversation_id).where(Conversation.candidate_id == person.candidate_id)
    return [facts(row, *INTERNAL) for row in db.session.scalars(mine.order_by(FollowUp.created_at))]


def erase(person: Person) -> None:
    """Nothing of it stays; what was not told yet is not told any more."""
    owned = db.session.scalars(select(Conversation.id).where(Conversation.candidate_id == person.candidate_id))
    ids = {*owned, *once_theirs(person), *([person.conversation_id] if person.conversation_id else [])}
    db.session.execute(delete(FollowUp).where(FollowUp.conversation_id.in_(ids)))


personal_data.register("answers told later", "follow_ups", export=export, erase=erase, rank=4)
