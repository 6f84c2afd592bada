"""Reading candidates: by address, and what has been sent to whom lately."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import func, select

from api.candidates.models import Candidate, Verification
from api.db import db, is_sqlite
from api.outbox.models import Mail

LOCK = 7_310_227  # any number, the same in every process; PostgreSQL keeps locks by two numbers apart from those by one


def candidate_with(email: str) -> Candidate | None:
    """The candidate with this address (in lower case)."""
    return db.session.scalar(select(Candidate).where(Candidate.email == email))


def one_at_a_time(email: str) -> None:
    """Until the end of the transaction nobody else gets here with this address: what is counted of it now stays true.

    It is the address that is locked, not the candidate's row: an unknown one has no row, and requests sent at once that
    wait for each other only with some addresses would tell which are known. Lock a conversation before, never after.
    SQLite has one writer at a time anyway.
    """
    if not is_sqlite():
        number = int.from_bytes(hashlib.sha256(email.encode()).digest()[:4], signed=True)
        db.session.execute(select(func.pg_advisory_xact_lock(LOCK, number)))


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
