"""A conversation's status as its candidate sees it, and who does what in it right now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.candidates import rating, reply_mail
from api.conversations import queries
from api.conversations.models import Conversation, Presence
from api.db import db
from api.handoff.hours import expectation
from api.handoff.service import office_of


def status_of(conversation: Conversation) -> dict[str, Any]:
    """The status, with what matters around a person's help: see `schemas.Talk`."""
    ended = conversation.owner != "assistant" and conversation.resolved_at is not None
    waits = conversation.owner != "assistant" and not ended
    return queries.status_of(conversation) | {
        "ended": ended,
        "expected": expectation(office_of(conversation), clock.now(), conversation.language).text if waits else None,
        "reply_mail": reply_mail.recipient(conversation) is not None,
        "rate": rating.is_open(conversation),
    }


def presence_of(conversation: Conversation) -> dict[str, Any]:
    """`typing`: the name of the recruiter who writes, if one does; `seen`: how far the recruiters have read."""
    writes = select(Staff.name).join(Presence, Presence.who == Staff.id)
    mine = writes.where(Presence.conversation_id == conversation.id, Presence.doing == "typing", Presence.until > clock.now())
    return {"typing": db.session.scalar(mine.order_by(Presence.until.desc()).limit(1)), "seen": conversation.staff_seen_seq}
