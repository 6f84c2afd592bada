"""Reading conversations: what a client is shown."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from api.accounts.models import Staff
from api.conversations.models import Conversation, Message, Stored, Turn
from api.db import db
from api.roles.models import Role


def as_public(message: Message | Stored) -> dict[str, Any]:
    """A message as the public API gives it."""
    return {
        "id": message.id,
        "seq": message.seq,
        "sender": message.sender,
        "author": message.author,
        "text": message.text,
        "language": message.language,
        "buttons": message.buttons,
        "sources": message.sources,
        "attachments": message.attachments,
        "in_reply_to": message.in_reply_to,
        "client_id": message.client_id,
        "rating": message.rating,
        "sent_at": message.sent_at,
    }


def messages_after(conversation_id: str, after: int = 0, limit: int = 500) -> list[Message]:
    """Visible messages with a number above `after`, in order, at most `limit`."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > after, Message.hidden.is_(False)).order_by(Message.seq).limit(limit)
    return list(db.session.scalars(query))


_MESSAGE = Message.__table__.c
_SHOWN = ("id", "seq", "sender", "author", "text", "language", "buttons", "sources", "attachments", "in_reply_to", "client_id", "rating", "sent_at")
_AFTER = (
    select(*(_MESSAGE[name] for name in _SHOWN))
    .where(_MESSAGE.conversation_id == bindparam("conversation"), _MESSAGE.seq > bindparam("after"), _MESSAGE.hidden.is_(False))
    .order_by(_MESSAGE.seq)
    .limit(bindparam("most"))
)


def shown_after(conversation_id: str, after: int, limit: int) -> list[dict[str, Any]]:
    """The same as the public API gives them, ready for JSON: for streams, which look often."""
    rows = db.session.connection().execute(_AFTER, {"conversation": conversation_id, "after": after, "most": limit}).mappings()
    return [{**row, "sent_at": row["sent_at"].isoformat()} for row in rows]


def replies_to(message: Message) -> list[Message]:
    """What was said in answer to a message."""
    query = (
        select(Message)
        .where(Message.conversation_id == message.conversation_id, Message.in_reply_to == message.id, Message.hidden.is_(False))
        .order_by(Message.seq)
    )
    return list(db.session.scalars(query))


ANSWERED: dict[str, str | None] = {"status": "answered", "waiting_because": None, "speaker": None}


def status_of(conversation: Conversation) -> dict[str, str | None]:
    """`status`: answered, waiting or with_recruiter (`speaker`: who, from claiming to resolving); `waiting_because`: waking_up, delayed or nothing yet."""
    if conversation.owner != "assistant":
        staff = db.session.get(Staff, conversation.staff_id) if conversation.staff_id and conversation.resolved_at is None else None
        return {"status": "with_recruiter", "waiting_because": None, "speaker": staff.name if staff else None}
    turn = _oldest_waiting(conversation)
    if turn is None:
        return {**ANSWERED}
    because = None if not turn.attempts else "waking_up" if turn.error == "waking_up" else "delayed"
    return {"status": "waiting", "waiting_because": because, "speaker": None}


def _oldest_waiting(conversation: Conversation) -> Turn | None:
    query = select(Turn).where(Turn.conversation_id == conversation.id, Turn.status == "pending").order_by(Turn.created_at).limit(1)
    return db.session.scalar(query)


def known_role(ref: str | None) -> str | None:
    """`ref` if there is such a role; pages of roles that the desk does not know are pages like any other."""
    return db.session.scalar(select(Role.ref).where(Role.ref == ref)) if ref else None
