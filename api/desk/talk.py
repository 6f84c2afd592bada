"""A conversation as recruiters read it: messages with what the assistant understood, notes between them, who else is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import request
from sqlalchemy import exists, func, select

from api import clock
from api.accounts.models import Staff
from api.audit.models import AuditEntry
from api.audit.service import Actor, record
from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message
from api.db import db
from api.errors import NotFound
from api.fields import MAX_INT
from api.handoff import inbox
from api.handoff.models import ConversationLabel, Handoff, Note
from api.roles.models import Role, RoleText

LATEST = 100
MOST = 500
VIEWED_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Line:
    """One line of the log: a message or a note. `understood`: intent and confidence of the question that it answers."""

    kind: str
    id: str
    at: datetime
    text: str
    author: str
    seq: int | None = None
    own: bool = False
    language: str | None = None
    sources: Sequence[Any] = ()
    attachments: Sequence[Any] = ()
    button: bool = False
    understood: tuple[str, float | None] | None = None
    rating: str | None = None


@dataclass(frozen=True)
class Talk:
    """What the head of the page says of a conversation. `state`: assistant, queue, mine, other or resolved."""

    row: Conversation
    state: str
    name: str
    email: str | None
    role_title: str | None
    holder: Staff | None
    resolver: Staff | None
    handoff: Handoff | None
    lines: list[Line] = field(default_factory=list)
    earlier: bool = False

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name else ""

    @property
    def first_seq(self) -> int:
        """The number of the first message shown."""
        return next((line.seq for line in self.lines if line.seq is not None), 0)


def number(name: str, otherwise: int = 0) -> int:
    """A number that the request names; `otherwise` if it is none."""
    text = request.values.get(name, "")
    return min(int(text), MAX_INT) if text.isascii() and text.isdigit() else otherwise


def find(conversation_id: str) -> Conversation:
    """Any conversation: recruiters read along everywhere. Raises `NotFound`."""
    found = db.session.get(Conversation, conversation_id)
    if found is None:
        raise NotFound
    return found


def talk(staff: Staff, conversation_id: str, after: int | None = None) -> Talk:
    """The conversation with its latest lines, or those after a number. Raises `NotFound`."""
    row = find(conversation_id)
    lines, earlier = _lines(row, staff, after)
    candidate = db.session.get(Candidate, row.candidate_id) if row.candidate_id else None
    open_one = select(Handoff).where(Handoff.conversation_id == row.id, Handoff.closed_at.is_(None)).limit(1)
    people = {person.id: person for person in db.session.scalars(select(Staff).where(Staff.id.in_([row.staff_id, row.resolved_by])))}
    return Talk(
        row, _state(row, staff), candidate.name if candidate else "", candidate.email if candidate else None, role_title(inbox.role_of(row), staff.language),
        people.get(row.staff_id or ""), people.get(row.resolved_by or ""), db.session.scalar(open_one), lines, earlier,
    )  # fmt: skip


def earlier_lines(staff: Staff, conversation_id: str, before: int) -> tuple[list[Line], bool]:
    """The messages before a number, and whether there are more. Notes are there from the start."""
    query = _visible(find(conversation_id).id).where(Message.seq < before).order_by(Message.seq.desc()).limit(LATEST + 1)
    found = list(db.session.scalars(query))
    return [_line(m, {}, staff) for m in reversed(found[:LATEST])], len(found) > LATEST


def viewed(staff: Staff, conversation_id: str) -> None:
    """Note that a person has read a conversation: once an hour is enough."""
    actor = Actor("staff", staff.id)
    known = exists().where(
        AuditEntry.subject_kind == Conversation.__tablename__, AuditEntry.subject_id == conversation_id, AuditEntry.action == "conversation.viewed",
        AuditEntry.actor_id == staff.id, AuditEntry.at > clock.now() - VIEWED_AGAIN,
    )  # fmt: skip
    if not db.session.scalar(select(known)):
        record(actor, "conversation.viewed", find(conversation_id))


def role_title(ref: str | None, language: str) -> str | None:
    """The role's title in the reader's language, or in any."""
    if ref is None:
        return None
    titles = dict(db.session.execute(select(RoleText.language, RoleText.title).join(Role).where(Role.ref == ref)).all())
    return titles.get(language) or titles.get("en") or next(iter(titles.values()), ref)


def _state(row: Conversation, staff: Staff) -> str:
    if row.resolved_at is not None:
        return "resolved"
    if row.owner != "recruiter":
        return row.owner
    return "mine" if row.staff_id == staff.id else "other"


def _visible(conversation_id: str) -> Any:
    return select(Message).where(Message.conversation_id == conversation_id, Message.hidden.is_(False))


def _lines(row: Conversation, staff: Staff, after: int | None) -> tuple[list[Line], bool]:
    query = _visible(row.id)
    if after is None:
        found = list(db.session.scalars(query.order_by(Message.seq.desc()).limit(LATEST + 1)))
        earlier, messages = len(found) > LATEST, list(reversed(found[:LATEST]))
    else:
        earlier, messages = False, list(db.session.scalars(query.where(Message.seq > after).order_by(Message.seq).limit(MOST)))
    answered = {m.id: m for m in messages} | _answered(messages)
    lines = [_line(m, answered, staff) for m in messages] + _notes(row, staff)
    return sorted(lines, key=lambda line: (line.at, line.seq or 0)), earlier


def _answered(messages: list[Message]) -> dict[str, Message]:
    """The questions that these messages answer, where they are not among them."""
    missing = {m.in_reply_to for m in messages if m.in_reply_to} - {m.id for m in messages}
    if not missing:
        return {}
    return {m.id: m for m in db.session.scalars(select(Message).where(Message.id.in_(missing)))}


def _line(message: Message, answered: dict[str, Message], staff: Staff) -> Line:
    question = answered.get(message.in_reply_to or "") if message.sender == "assistant" else None
    understood = (question.intent, question.confidence) if question is not None and question.intent and not question.button else None
    return Line(
        message.sender, message.id, message.sent_at, message.text, message.author, message.seq, message.staff_id == staff.id,
        message.language, message.sources, message.attachments, message.button is not None, understood, message.rating,
    )  # fmt: skip


def _notes(row: Conversation, staff: Staff) -> list[Line]:
    query = select(Note, Staff.name).join(Staff, Staff.id == Note.staff_id).where(Note.conversation_id == row.id).order_by(Note.created_at.desc()).limit(MOST)
    return [Line("note", note.id, note.created_at, note.text, name, own=note.staff_id == staff.id) for note, name in db.session.execute(query)]


class Fingerprint(NamedTuple):
    """What a page shows of a conversation besides people's presence: its lines, and the frame around them."""

    seq: int
    lines: tuple[Any, ...]
    frame: tuple[Any, ...]


def fingerprint(conversation_id: str) -> Fingerprint | None:
    """A conversation in a few numbers; None once it is gone."""
    notes = select(func.count()).where(Note.conversation_id == conversation_id).scalar_subquery()
    labels = select(func.count()).where(ConversationLabel.conversation_id == conversation_id).scalar_subquery()
    open_one = (Handoff.conversation_id == conversation_id, Handoff.closed_at.is_(None))
    waits = [select(func.max(at)).where(*open_one).scalar_subquery() for at in (Handoff.warned_at, Handoff.first_reply_at)]
    row = db.session.get(Conversation, conversation_id, populate_existing=True)
    if row is None:
        return None
    counted = db.session.execute(select(notes, labels, *waits)).one()
    frame = (row.version, row.snoozed_until, row.resolved_at, row.candidate_id, row.verified_at, *counted[1:])
    return Fingerprint(row.last_seq, (row.last_seq, row.candidate_seen_seq, counted[0]), frame)
