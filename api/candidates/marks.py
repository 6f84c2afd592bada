"""What tells, in a link or in a device's token, which mailbox it came from; the address itself does not stand there."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from flask import current_app
from sqlalchemy import Select, select

from api.audit.models import AuditEntry
from api.candidates.models import Candidate
from api.conversations.models import Conversation, Locked
from api.db import db

PROOF_ENDED = "verification.end"  # in the log of acts


def address_mark(email: str) -> str:
    """What stands in a link for the address that it was mailed to."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"address:{email}".encode(), hashlib.sha256).hexdigest()[:16]


def is_mark_of(mark: object, email: str) -> bool:
    """Whether this is the mark of this address; what is no mark at all is nobody's."""
    return hmac.compare_digest(str(mark).encode(), address_mark(email).encode())


def may_open(mark: object, conversation: Conversation | Locked) -> bool:
    """Whether what came to the mailbox with this mark (None: nobody knows to which) opens a conversation.

    Until somebody has proven who they are, any does; then those to their mailbox. So it stays once they are let go: what was
    said to them still stands there.
    """
    if conversation.verified_at is None:
        last = db.session.execute(_let_go(conversation.id)).first()
        return last is None or _is_of(mark, last.email)
    whose = select(Candidate.email).join(Conversation, Conversation.candidate_id == Candidate.id).where(Conversation.id == conversation.id)
    return _is_of(mark, db.session.scalar(whose))


def _is_of(mark: object, email: str | None) -> bool:
    return mark is not None and email is not None and is_mark_of(mark, email)


def _let_go(conversation_id: str) -> Select[Any]:
    """The address of who was proven there last; None in it if that is erased, and no row if nobody was."""
    ended = (AuditEntry.subject_kind == Conversation.__tablename__, AuditEntry.subject_id == conversation_id, AuditEntry.action == PROOF_ENDED)
    query = select(Candidate.email).select_from(AuditEntry).outerjoin(Candidate, Candidate.id == AuditEntry.actor_id)
    return query.where(*ended).order_by(AuditEntry.at.desc()).limit(1)
