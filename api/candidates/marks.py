"""What tells, in a link or in a device's token, which mailbox it came from; the address itself does not stand there."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app
from sqlalchemy import select

from api.candidates.models import Candidate
from api.conversations.models import Conversation
from api.db import db


def address_mark(email: str) -> str:
    """What stands in a link for the address that it was mailed to."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"address:{email}".encode(), hashlib.sha256).hexdigest()[:16]


def is_mark_of(mark: object, email: str) -> bool:
    """Whether this is the mark of this address; what is no mark at all is nobody's."""
    return hmac.compare_digest(str(mark).encode(), address_mark(email).encode())


def is_of_proven(mark: object, conversation_id: str) -> bool:
    """Whether this is the mark of the address that was proven in a conversation. No address, no mark."""
    email = db.session.scalar(
        select(Candidate.email)
        .join(Conversation, Conversation.candidate_id == Candidate.id)
        .where(Conversation.id == conversation_id, Conversation.verified_at.is_not(None))
    )
    return email is not None and is_mark_of(mark, email)
