"""A conversation's status as its candidate sees it, and who does what in it right now."""

from __future__ import annotations

from typing import Any

from api import clock
from api.candidates import rating, reply_mail
from api.conversations import queries
from api.conversations.models import Conversation, Presence
from api.db import db, repeatable
from api.handoff import presence
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


def quiet_status(reply_mail: bool) -> dict[str, Any]:
    """The same where the assistant speaks, nothing waits and no person has been: nearly always, and nothing need be asked."""
    nothing = {"waiting_because": None, "speaker": None, "ended": False, "expected": None}
    return nothing | {"status": "answered", "reply_mail": reply_mail, "rate": False}


def presence_of(conversation: Conversation) -> dict[str, Any]:
    """`typing`: the name of the recruiter who writes, if one does; `seen`: how far the recruiters have read."""
    return {"typing": presence.typing_to_candidate(conversation), "seen": conversation.staff_seen_seq}


def note_looking(conversation_id: str) -> None:
    """The candidate has the conversation before their eyes; commits. Whoever types is known to look."""
    repeatable()
    row = db.session.get(Presence, (conversation_id, presence.CANDIDATE))
    if row is None or row.doing != "typing" or row.until <= clock.now():
        presence.set(conversation_id, presence.CANDIDATE, "looking")
    db.session.commit()
