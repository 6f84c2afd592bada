"""The worker's part in conversations: turns that wait for another try, or that nobody came back for."""

from __future__ import annotations

from sqlalchemy import select

from api import clock, jobs
from api.conversations import turns
from api.conversations.models import Turn
from api.db import db, read_only


@jobs.job("conversations.run")
def run(conversation_id: str) -> None:
    """Run the waiting turns of a conversation."""
    turns.run(conversation_id)


@jobs.job("conversations.sweep", sweep=True)
def sweep() -> None:
    """Find turns that are due: their request died, or the queue lost their retry."""
    read_only()
    due = select(Turn.conversation_id).where(Turn.status == "pending", Turn.due_at <= clock.now()).distinct().limit(200)
    found = list(db.session.scalars(due))
    db.session.rollback()
    for conversation_id in found:
        jobs.later("conversations.run", conversation_id)
