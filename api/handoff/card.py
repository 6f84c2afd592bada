"""What recruiters see of a candidate beside the conversation, so that nobody needs to ask again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import get_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload, lazyload

from api.candidates.models import Candidate, Feedback
from api.config import LANGUAGES
from api.conversations.models import Conversation, Message
from api.db import db
from api.handoff.models import ConversationLabel
from api.roles import text
from api.roles.models import Application, Promise, Role
from api.roles.queries import local_now, texts_of

BEFORE = 10
SNIPPET = 160


@dataclass(frozen=True)
class Step:
    """One stage of an application's history."""

    stage_name: str
    at: datetime


@dataclass(frozen=True)
class Promised:
    """A promise, open or ended. `overdue`: open and its day has passed."""

    id: str
    who: str
    due_on: date
    channel: str
    status: str
    overdue: bool


@dataclass(frozen=True)
class Applied:
    """An application. `promise` is the open one, `promises` the ended ones, the latest first."""

    id: str
    ref: str
    role_ref: str
    role_title: str
    status: str
    stage: str
    stage_name: str
    stage_since: datetime
    history: list[Step]
    promise: Promised | None
    promises: list[Promised]


@dataclass(frozen=True)
class Earlier:
    """Another conversation of the same candidate."""

    id: str
    last_at: datetime
    last_text: str


@dataclass(frozen=True)
class CandidateCard:
    """All of it. A visitor who has not proved who they are has neither name nor applications."""

    name: str
    email: str | None
    phone: str | None
    labels: list[str]
    applications: list[Applied]
    rating: Feedback | None
    conversations: list[Earlier]


def card(conversation: Conversation) -> CandidateCard:
    """The card beside a conversation, in the reader's language."""
    candidate = db.session.get(Candidate, conversation.candidate_id) if conversation.candidate_id else None
    labels = select(ConversationLabel.label).where(ConversationLabel.conversation_id == conversation.id).order_by(ConversationLabel.label)
    rating = select(Feedback).where(Feedback.conversation_id == conversation.id).order_by(Feedback.created_at.desc()).limit(1)
    return CandidateCard(
        candidate.name if candidate else "", candidate.email if candidate else None, candidate.phone if candidate else None,
        list(db.session.scalars(labels)), _applications(candidate, _language()), db.session.scalar(rating), _earlier(conversation),
    )  # fmt: skip


def shortened(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1].rstrip() + "…"


def _language() -> str:
    code = str(getattr(get_locale(), "language", "en"))
    return code if code in LANGUAGES else "en"


def _applications(candidate: Candidate | None, language: str) -> list[Applied]:
    if candidate is None:
        return []
    query = (
        select(Application)
        .where(Application.candidate_id == candidate.id)
        .order_by(Application.received_at.desc(), Application.ref)
        .options(lazyload(Application.candidate), joinedload(Application.role, innerjoin=True).selectinload(Role.texts))
    )
    return [_applied(application, language) for application in db.session.scalars(query).unique()]


def _applied(application: Application, language: str) -> Applied:
    role = application.role
    today = local_now(role.office).date()
    promises = [_promised(p, today) for p in reversed(application.promises)]
    steps = [Step(text.stage(s.stage), s.at) for s in application.history]
    return Applied(
        application.id, application.ref, role.ref, texts_of(role, language)[1].get("title", role.ref), application.status, application.stage,
        text.stage(application.stage), application.stage_since, steps,
        next((p for p in promises if p.status == "open"), None), [p for p in promises if p.status != "open"],
    )  # fmt: skip


def _promised(promise: Promise, today: date) -> Promised:
    overdue = promise.status == "open" and promise.due_on < today
    return Promised(promise.id, promise.who, promise.due_on, promise.channel, promise.status, overdue)


def _earlier(conversation: Conversation) -> list[Earlier]:
    if conversation.candidate_id is None:
        return []
    last = (
        select(Message.text)
        .where(Message.conversation_id == Conversation.id, Message.sender == "candidate", Message.hidden.is_(False))
        .order_by(Message.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Conversation.id, Conversation.updated_at, last)
        .where(Conversation.candidate_id == conversation.candidate_id, Conversation.id != conversation.id)
        .order_by(Conversation.updated_at.desc())
        .limit(BEFORE)
    )
    return [Earlier(id_, at, shortened(said or "")) for id_, at, said in db.session.execute(query)]
