"""How the desk is doing right now, in numbers that name nobody: asked of the database when somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, func, select

from api import clock, jobs
from api.conversations.models import Conversation, Turn
from api.db import db
from api.handoff.models import Handoff
from api.outbox.models import Mail, Webhook
from api.roles.models import Promise

LATE = timedelta(minutes=2)  # after this a message, a mail or the worker is not just busy


@dataclass(frozen=True)
class Reading:
    """How many there are, and for how long the oldest one has been so, in seconds (0 where there is none)."""

    name: str
    about: str
    count: int
    oldest: float


def _waiting_turns() -> Executable:
    return select(func.count(), func.min(Turn.created_at)).where(Turn.status == "pending")


def _waiting_candidates() -> Executable:
    waiting = select(func.count(), func.min(Handoff.requested_at)).join(Conversation, Conversation.id == Handoff.conversation_id)
    return waiting.where(Handoff.closed_at.is_(None), Handoff.claimed_at.is_(None), Conversation.owner == "queue")


def _late_replies() -> Executable:
    late = select(func.count(), func.min(Handoff.reply_due_at))
    return late.where(Handoff.closed_at.is_(None), Handoff.first_reply_at.is_(None), Handoff.reply_due_at < clock.now())


def _overdue_promises() -> Executable:
    return select(func.count(), func.min(Promise.due_on)).where(Promise.status == "open", Promise.due_on < clock.now().date())


def _unsent(outgoing: type[Mail | Webhook]) -> Executable:
    return select(func.count(), func.min(outgoing.due_at)).where(outgoing.status == "due", outgoing.due_at <= clock.now())


def _given_up(outgoing: type[Mail | Webhook]) -> Executable:
    return select(func.count(), func.min(outgoing.created_at)).where(outgoing.status == "failed")


ASKED: tuple[tuple[str, str, Callable[[], Executable]], ...] = (
    ("turns_waiting", "Messages of candidates that the assistant has not answered yet", _waiting_turns),
    ("conversations_waiting", "Conversations that wait for a person", _waiting_candidates),
    ("replies_late", "Conversations whose expected reply time has passed", _late_replies),
    ("promises_overdue", "Promises of a next contact whose day has passed", _overdue_promises),
    ("mails_waiting", "Mails that are due", lambda: _unsent(Mail)),
    ("mails_failed", "Mails that were given up", lambda: _given_up(Mail)),
    ("webhooks_waiting", "Webhook calls that are due", lambda: _unsent(Webhook)),
    ("webhooks_failed", "Webhook calls that were given up", lambda: _given_up(Webhook)),
)


def readings() -> list[Reading]:
    """All of them, in the caller's transaction, which only reads."""
    now = clock.now()
    return [Reading(name, about, *_count_and_age(db.session.execute(query()).one(), now)) for name, about, query in ASKED]


def _count_and_age(row: Any, now: datetime) -> tuple[int, float]:
    count, oldest = row
    if oldest is None:
        return int(count), 0.0
    if not isinstance(oldest, datetime):  # a day ends at its midnight; which zone's is no matter here
        oldest = datetime.combine(oldest + timedelta(days=1), datetime.min.time(), now.tzinfo)
    return int(count), max(0.0, (now - oldest).total_seconds())


def worker_silence() -> float | None:
    """Seconds since the worker last looked for work; None when it never has, or the queue is away."""
    at = jobs.last_sweep()
    return None if at is None else max(0.0, (clock.now() - at).total_seconds())
