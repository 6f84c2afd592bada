"""What a stream shows of its conversation now.

Every message lets each stream of its conversation look, so it is done in as few statements as there can be: one says
how things are, and that nearly always is that the assistant speaks, nothing waits, and no person has been there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import bindparam, exists, select

from api.chat import talk
from api.conversations import queries
from api.conversations.models import Conversation, Turn
from api.conversations.streams import MARKS
from api.db import db, read_only
from api.handoff.models import Handoff

_HERE = select(
    *MARKS,
    Conversation.owner.label("owner"),
    Conversation.candidate_id.label("candidate_id"),
    Conversation.reply_mail.label("reply_mail"),
    exists().where(Turn.conversation_id == Conversation.id, Turn.status == "pending").label("waits"),
    exists().where(Handoff.conversation_id == Conversation.id).label("handed_over"),
).where(Conversation.id == bindparam("conversation"))


@dataclass(frozen=True)
class Look:
    """`messages` as the public API gives them, `status` and `presence` as in `talk`; `marks`: what the hub knows the moment by.

    `candidate`: the id of who has proved who they are.
    """

    marks: tuple[Any, ...]
    messages: list[dict[str, Any]]
    status: dict[str, Any]
    presence: dict[str, Any] | None
    candidate: str | None

    @property
    def settled(self) -> bool:
        """Whether whatever may change is told by a wake-up, or found by the hub: then an idle stream need not look."""
        return self.presence is None and self.status["status"] == "answered"


def look(app: Flask, conversation_id: str, after: int, most: int, note: bool) -> Look | None:
    """What is there now, with at most so many messages; None if the conversation is gone.

    With `note`, it is noted that the candidate looks, if that matters to somebody.
    """
    with app.app_context():
        read_only()
        here = db.session.connection().execute(_HERE, {"conversation": conversation_id}).one_or_none()
        if here is None:
            return None
        marks = tuple(here[: len(MARKS)])
        messages = queries.shown_after(conversation_id, after, most) if here.last_seq > after else []
        status, presence = _talk(conversation_id, here)
        db.session.rollback()
        if note and presence is not None:
            talk.note_looking(conversation_id)
        return Look(marks, messages, status, presence, here.candidate_id)


def _talk(conversation_id: str, here: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
    if here.owner == "assistant" and not (here.waits or here.handed_over or here.candidate_id):
        return talk.quiet_status(here.reply_mail is not None), None
    conversation = db.session.get_one(Conversation, conversation_id)
    return talk.status_of(conversation), talk.presence_of(conversation) if here.owner != "assistant" else None
