"""What the desk's streams look at: counts, whether the lists have moved, what is new to a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import func, or_, select

from api import clock
from api.accounts.models import Staff
from api.conversations.models import Conversation, Presence
from api.db import db
from api.desk import words
from api.handoff import inbox
from api.handoff.inbox import InboxRow
from api.handoff.models import ConversationLabel, Request
from api.roles import promise_queries

MOST = 50


@dataclass(frozen=True)
class Work:
    """Something that a person should hear of. `kind`: waiting (for anybody), mine (the candidate wrote, or it was passed on), late."""

    key: str
    kind: str
    conversation: str
    title: str
    at: datetime

    def public(self) -> dict[str, str]:
        """As the page gets it; without what was said, because it may appear on a locked screen."""
        return {"key": self.key, "kind": self.kind, "conversation": self.conversation, "title": self.title}


@dataclass(frozen=True)
class Pulse:
    """The desk at a moment, as one person sees it. `people` and `assistant`: fingerprints of the two sorts of lists."""

    counts: dict[str, int]
    people: str
    assistant: str
    requests: str
    work: dict[str, Work]


def pulse(staff: Staff) -> Pulse:
    """Look at the desk. A handful of queries, however much there is."""
    counts = inbox.counts(staff)
    waiting = inbox.rows(staff, "waiting", limit=MOST, brief=True)
    mine = inbox.rows(staff, "mine", limit=MOST, brief=True)
    counts["unread"] = sum(1 for row in mine if row.unread)
    counts["promises"] = promise_queries.overdue(staff)
    with force_locale(staff.language):
        work = {item.key: item for item in _work(waiting, mine)}
    return Pulse(counts, _people(), _moment(_latest(Conversation.owner == "assistant")), _requests(), work)


def _work(waiting: Iterable[InboxRow], mine: Iterable[InboxRow]) -> Iterable[Work]:
    now = clock.now()
    for row in waiting:
        why = words.of(words.REASONS, row.reason) if row.reason else gettext("Waits for a person")
        key = f"waiting:{row.id}:{_moment(row.waiting_since)}"
        yield Work(key, "waiting", row.id, f"{words.visitor(row.who)}: {why}", row.waiting_since or now)
    for row in mine:
        who, at = words.visitor(row.who), row.last_at or now
        if row.warned:
            yield Work(f"late:{row.id}", "late", row.id, gettext("%(name)s still waits for your answer", name=who), at)
        elif row.unread and row.last_sender == "candidate":
            yield Work(f"mine:{row.id}:{_moment(at)}", "mine", row.id, gettext("%(name)s has written", name=who), at)
        else:
            yield Work(f"given:{row.id}", "mine", row.id, gettext("The conversation with %(name)s is yours now", name=who), at)


def _people() -> str:
    """What the lists of conversations with people show, in short."""
    present = select(Presence.conversation_id, Presence.who, Presence.doing).where(
        Presence.until > clock.now(), or_(Presence.who != "candidate", Presence.doing == "typing")
    )
    seen = select(func.sum(Conversation.staff_seen_seq)).where(Conversation.owner != "assistant").scalar_subquery()
    labels = select(func.count()).select_from(ConversationLabel).scalar_subquery()
    numbers = db.session.execute(select(seen, labels)).one()
    here = sorted("/".join(row) for row in db.session.execute(present))
    return f"{_moment(_latest(Conversation.owner != 'assistant'))} {numbers[0]} {numbers[1]} {' '.join(here)}"


def _latest(condition: Any) -> datetime | None:
    return db.session.scalar(select(Conversation.updated_at).where(condition).order_by(Conversation.updated_at.desc()).limit(1))


def _requests() -> str:
    return f"{_moment(db.session.scalar(select(func.max(Request.created_at))))} {_moment(db.session.scalar(select(func.max(Request.done_at))))}"


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else "-"
