"""Reading candidates: by address, and what has been sent to whom lately."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from api.candidates.models import Candidate, Verification
from api.db import db
from api.outbox.models import Mail


def candidate_with(email: str) -> Candidate | None:
    """The candidate with this address (in lower case)."""
    return db.session.scalar(select(Candidate).where(Candidate.email == email))


def codes_of_conversation(conversation_id: str, since: datetime) -> int:
    """How many codes the conversation has asked for, to whatever address."""
    return _count(Verification.conversation_id == conversation_id, Verification.created_at > since)


def codes_of_candidate(candidate_id: str, since: datetime) -> int:
    """How many codes have been mailed to the candidate, from whatever conversation."""
    return _count(Verification.candidate_id == candidate_id, Verification.created_at > since)


def _count(*conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(Verification).where(*conditions)) or 0  # type: ignore[arg-type]


def newest_code(conversation_id: str, now: datetime) -> Verification | None:
    """The one code of the conversation that may still be tried."""
    query = (
        select(Verification)
        .where(Verification.conversation_id == conversation_id, Verification.used_at.is_(None), Verification.tries_left > 0, Verification.expires_at > now)
        .order_by(Verification.created_at.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def mails_to(recipient: str, about: str, since: datetime) -> int:
    """How many mails of one sort (the beginning of `dedupe`) went to an address."""
    wanted = select(func.count()).select_from(Mail).where(Mail.recipient == recipient, Mail.dedupe.startswith(about, autoescape=True), Mail.created_at > since)
    return db.session.scalar(wanted) or 0
