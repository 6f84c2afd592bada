"""What was worth a look of a candidate's words: masked, but theirs. It goes with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select

from api import personal_data
from api.conversations.models import Conversation
from api.conversations.privacy import once_theirs
from api.db import db
from api.personal_data import Person, facts
from api.reviews import groups
from api.reviews.models import Review

INTERNAL = ("id", "key", "group_id", "label_id")


def export(person: Person) -> list[dict[str, Any]]:
    """Their messages that were looked at, to teach the assistant."""
    rows = db.session.scalars(select(Review).where(_owned(Conversation.candidate_id == person.candidate_id)).order_by(Review.asked_at))
    return [facts(review, *INTERNAL) for review in rows]


def erase(person: Person) -> None:
    """Runs before the conversations are emptied: by them the reviews are found."""
    theirs = _owned(or_(Conversation.candidate_id == person.candidate_id, Conversation.id == person.conversation_id, Conversation.id.in_(once_theirs(person))))
    touched = set(db.session.scalars(select(Review.group_id).where(theirs, Review.group_id.is_not(None))))
    db.session.execute(delete(Review).where(theirs))
    groups.refresh({id_ for id_ in touched if id_})


def _owned(conversations: ColumnElement[bool]) -> ColumnElement[bool]:
    return Review.conversation_id.in_(select(Conversation.id).where(conversations))


# Groups, labels and marks hold no words: counts, intents, and who labelled.
personal_data.register("reviews", "reviews", "review_groups", "review_labels", "review_marks", export=export, erase=erase, rank=4)
