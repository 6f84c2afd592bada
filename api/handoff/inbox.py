"""Reading the desk's list: who waits, whom somebody has, what the assistant does. The number of queries never depends on the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal_column, nulls_last, or_, select
from sqlalchemy.orm import aliased

from api import clock
from api.accounts.models import Staff
from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message, Presence
from api.conversations.service import DESK_BUTTON
from api.db import db
from api.handoff import search
from api.handoff.card import card as card
from api.handoff.card import shortened
from api.handoff.hours import REPLY_WITHIN, add_open_time, office_for
from api.handoff.models import ConversationLabel, Handoff, Request
from api.reader import nearest
from api.roles.models import Application, Role, RoleText

VIEWS = ("waiting", "mine", "assistant", "snoozed", "resolved")
SPEAKERS = ("candidate", "assistant", "recruiter")


@dataclass(frozen=True)
class InboxFilters:
    """What the list is narrowed to; empty strings narrow nothing. `verified`: yes or no. `q` looks through all views."""

    role: str = ""
    language: str = ""
    reason: str = ""
    label: str = ""
    verified: str = ""
    q: str = ""


class Here(NamedTuple):
    """Somebody who looks at a conversation or writes in it. `doing`: looking or typing."""

    who: str
    name: str
    doing: str


@dataclass
class InboxRow:
    """A conversation at a glance. `state`: assistant, queue, recruiter or resolved; `unread`: candidates' messages nobody has seen.

    `waiting_since` and `reply_due_at` are there while the candidate waits for a person's answer.
    """

    id: str
    state: str
    who: str
    verified: bool
    language: str
    role_ref: str | None
    role_title: str | None = None
    reason: str | None = None
    priority: str = "normal"
    team: str = ""
    waiting_since: datetime | None = None
    reply_due_at: datetime | None = None
    warned: bool = False
    snoozed_until: datetime | None = None
    holder_id: str | None = None
    holder: str | None = None
    last_text: str = ""
    last_at: datetime | None = None
    last_sender: str | None = None
    unread: int = 0
    present: list[Here] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


_SAID = aliased(Message)


def unanswered() -> Any:
    """When the candidate first wrote what no person has answered since: NULL if nothing is open. A scalar subquery."""
    answered = select(func.coalesce(func.max(_SAID.seq), 0)).where(_SAID.conversation_id == Conversation.id, _SAID.sender == "recruiter")
    to_the_desk = Message.button.startswith(DESK_BUTTON, autoescape=True)
    query = select(func.min(Message.sent_at)).where(
        Message.conversation_id == Conversation.id, Message.sender == "candidate", Message.hidden.is_(False),
        or_(Message.button.is_(None), ~to_the_desk), Message.seq > answered.correlate(Conversation).scalar_subquery(),
    )  # fmt: skip
    return query.correlate(Conversation).scalar_subquery()


def rows(staff: Staff, view: str, filters: InboxFilters | None = None, limit: int = 50, brief: bool = False) -> list[InboxRow]:
    """The first `limit` conversations of a view, or of all of them if something is searched for.

    `brief`: without roles' titles, labels and who is there, for whoever looks often.
    """
    wanted, now = filters or InboxFilters(), clock.now()
    query = _narrowed(_base(), wanted)
    if wanted.q:
        query = query.where(search.matches(wanted.q), Conversation.last_seq > 1).order_by(Conversation.updated_at.desc(), Conversation.id)
    else:
        query = query.where(_in_view(staff, view, now)).order_by(*_order(view))
    found = [_row(row) for row in db.session.execute(query.limit(limit))]
    by_id = {row.id: row for row in found}
    _last_words(by_id)
    _unread(by_id)
    if not brief:
        _complete(by_id, staff)
    return found


def counts(staff: Staff) -> dict[str, int]:
    """How many conversations each view has, and how many `requests` are open."""
    now = clock.now()
    waiting = select(func.count()).select_from(Conversation).outerjoin(Handoff, _is_open()).where(_in_view(staff, "waiting", now))
    numbers = [waiting] + [select(func.count()).select_from(Conversation).where(_in_view(staff, view, now)) for view in VIEWS[1:]]
    numbers.append(select(func.count()).select_from(Request).where(Request.status == "open"))
    row = db.session.execute(select(*(number.scalar_subquery() for number in numbers))).one()
    return dict(zip((*VIEWS, "requests"), row, strict=True))


def labels() -> list[str]:
    """The labels that are in use."""
    return list(db.session.scalars(select(ConversationLabel.label).distinct().order_by(ConversationLabel.label)))


def roles(language: str) -> list[tuple[str, str]]:
    """The roles that one can filter by, open or talked about: reference and title, by title."""
    talked_about = exists().where(Conversation.page_role == Role.ref)
    refs = db.session.scalars(select(Role.ref).where(or_(Role.status == "open", talked_about)))
    found = titles(refs, language)
    return sorted(found.items(), key=lambda pair: (pair[1].casefold(), pair[0]))


def titles(refs: Iterable[str], language: str) -> dict[str, str]:
    """Roles' titles by reference, in the language or the nearest there is. One query."""
    by_ref: dict[str, dict[str, str]] = {}
    query = select(Role.ref, RoleText.language, RoleText.title).join(RoleText).where(Role.ref.in_(list(refs)))
    for ref, code, title in db.session.execute(query):
        by_ref.setdefault(ref, {})[code] = title
    return {ref: known[best] for ref, known in by_ref.items() if (best := nearest(known, language))}


def role_of(conversation: Conversation) -> str | None:
    """The role that a conversation is about: the page's, or else what the proven candidate applied for last."""
    if conversation.page_role is not None or conversation.verified_at is None:
        return conversation.page_role
    query = select(Role.ref).join(Application, Application.role_id == Role.id).where(Application.candidate_id == conversation.candidate_id)
    return db.session.scalar(query.order_by(Application.received_at.desc()).limit(1))


def _is_open() -> ColumnElement[bool]:
    return and_(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None))


def _base() -> Select[Any]:
    return (
        select(Conversation, Handoff, Candidate.name, Staff.name, Role.office, _waits().label("waits"))
        .outerjoin(Handoff, _is_open())
        .outerjoin(Candidate, Candidate.id == Conversation.candidate_id)
        .outerjoin(Staff, Staff.id == Conversation.staff_id)
        .outerjoin(Role, Role.ref == Conversation.page_role)
    )


def _waits() -> Any:
    """Only people are waited for: the messages of the many others are not looked through."""
    held = and_(Conversation.owner == "recruiter", Conversation.resolved_at.is_(None))
    passed_on = case((Handoff.first_reply_at.is_(None), Handoff.requested_at))  # nothing may have been written since
    return case((held, func.coalesce(unanswered(), passed_on)))


def _in_view(staff: Staff, view: str, now: datetime) -> ColumnElement[bool]:
    if view == "waiting":
        return and_(Conversation.owner == "queue", _for_me(staff, now))
    if view == "assistant":
        return and_(Conversation.owner == "assistant", Conversation.last_seq > 1)  # more than the greeting
    if view == "resolved":
        return Conversation.resolved_at.is_not(None)
    own = and_(Conversation.owner == "recruiter", Conversation.staff_id == staff.id, Conversation.resolved_at.is_(None))
    if view == "snoozed":
        return and_(own, Conversation.snoozed_until > now)
    return and_(own, or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= now))


def _for_me(staff: Staff, now: datetime) -> ColumnElement[bool]:
    """A team's queue is its members' until the reply is due; then, and if nobody is in the team, it is everybody's."""
    if staff.access == "admin" or not staff.team:
        return Conversation.owner == "queue"
    member = aliased(Staff)
    somebody = exists().where(member.active, member.team == Handoff.team).correlate(Handoff)
    return or_(Handoff.id.is_(None), Handoff.team.in_(("", staff.team)), Handoff.reply_due_at <= now, ~somebody)


def _order(view: str) -> tuple[Any, ...]:
    if view == "waiting":
        urgent_first = case((Handoff.priority == "high", 0), else_=1)
        return Handoff.reply_due_at.is_(None), Handoff.reply_due_at, urgent_first, Handoff.requested_at, Conversation.id
    if view == "mine":  # by its name, so that it is worked out once
        return nulls_last(literal_column("waits")), Conversation.updated_at.desc(), Conversation.id
    if view == "snoozed":
        return Conversation.snoozed_until, Conversation.id
    newest: Any = Conversation.resolved_at if view == "resolved" else Conversation.updated_at
    return newest.desc(), Conversation.id


def _narrowed(query: Select[Any], wanted: InboxFilters) -> Select[Any]:
    if wanted.role:
        applied = select(Application.candidate_id).join(Role, Role.id == Application.role_id).where(Role.ref == wanted.role)
        query = query.where(or_(Conversation.page_role == wanted.role, Conversation.candidate_id.in_(applied)))
    if wanted.language:
        query = query.where(Conversation.language == wanted.language)
    if wanted.reason:
        asked = aliased(Handoff)
        now_or_last = or_(asked.closed_at.is_(None), Conversation.resolved_at.is_not(None))
        query = query.where(exists().where(asked.conversation_id == Conversation.id, asked.reason == wanted.reason, now_or_last))
    if wanted.label:
        query = query.where(exists().where(ConversationLabel.conversation_id == Conversation.id, ConversationLabel.label == wanted.label))
    if wanted.verified:
        proved = Conversation.verified_at.is_not(None)
        query = query.where(proved if wanted.verified == "yes" else ~proved)
    return query


def _row(found: Any) -> InboxRow:
    conversation, handoff, who, holder, office, waits = found
    row = InboxRow(
        conversation.id, "resolved" if conversation.resolved_at else conversation.owner, who or "", conversation.verified_at is not None,
        conversation.language, conversation.page_role, snoozed_until=conversation.snoozed_until,
    )  # fmt: skip
    if conversation.owner == "recruiter":
        row.holder_id, row.holder = conversation.staff_id, holder
    if handoff is None:
        return row
    row.reason, row.priority, row.team, row.warned = handoff.reason, handoff.priority, handoff.team, handoff.warned_at is not None
    if row.state == "queue" or handoff.first_reply_at is None:
        row.waiting_since, row.reply_due_at = handoff.requested_at, handoff.reply_due_at
    elif waits is not None:
        row.waiting_since, row.reply_due_at = waits, add_open_time(office_for(office, conversation.language), waits, REPLY_WITHIN)
    return row


def _complete(by_id: dict[str, InboxRow], staff: Staff) -> None:
    """What else hangs on the rows, each sort by one query for all of them."""
    _present(by_id, staff)
    _last_reasons(by_id)
    _roles_applied_for(by_id)
    known = titles({row.role_ref for row in by_id.values() if row.role_ref}, staff.language)
    for row in by_id.values():
        row.role_title = known.get(row.role_ref or "")
    query = select(ConversationLabel).where(ConversationLabel.conversation_id.in_(by_id)).order_by(ConversationLabel.label)
    for label in db.session.scalars(query):
        by_id[label.conversation_id].labels.append(label.label)


def _last_words(by_id: dict[str, InboxRow]) -> None:
    newest = (
        select(_SAID.id)
        .where(_SAID.conversation_id == Conversation.id, _SAID.hidden.is_(False), _SAID.sender.in_(SPEAKERS))
        .order_by(_SAID.seq.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    query = select(Message.conversation_id, Message.text, Message.sent_at, Message.sender).join(Conversation, Message.id == newest)
    for id_, text, at, sender in db.session.execute(query.where(Conversation.id.in_(by_id))):
        row = by_id[id_]
        row.last_text, row.last_at, row.last_sender = shortened(text), at, sender


def _unread(by_id: dict[str, InboxRow]) -> None:
    """Only where a person is to answer: what the assistant answers, nobody needs to have read."""
    wanted = [row.id for row in by_id.values() if row.state in ("queue", "recruiter")]
    query = (
        select(Message.conversation_id, func.count())
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.id.in_(wanted), Message.sender == "candidate", Message.hidden.is_(False), Message.seq > Conversation.staff_seen_seq)
        .group_by(Message.conversation_id)
    )
    for id_, many in db.session.execute(query):
        by_id[id_].unread = many


def _present(by_id: dict[str, InboxRow], staff: Staff) -> None:
    """Colleagues who look or type, and candidates who type."""
    seen = or_(Presence.who != "candidate", Presence.doing == "typing")
    query = (
        select(Presence.conversation_id, Presence.who, Presence.doing, Staff.name)
        .outerjoin(Staff, Staff.id == Presence.who)
        .where(Presence.conversation_id.in_(by_id), Presence.until > clock.now(), Presence.who != staff.id, seen)
        .order_by(Staff.name)
    )
    for id_, who, doing, name in db.session.execute(query):
        row = by_id[id_]
        row.present.append(Here(who, name or row.who or "…", doing))


def _last_reasons(by_id: dict[str, InboxRow]) -> None:
    """Why somebody was asked for in what is resolved by now."""
    wanted = [row.id for row in by_id.values() if row.state == "resolved"]
    query = select(Handoff.conversation_id, Handoff.reason).where(Handoff.conversation_id.in_(wanted)).order_by(Handoff.requested_at)
    for id_, reason in db.session.execute(query):
        by_id[id_].reason = reason


def _roles_applied_for(by_id: dict[str, InboxRow]) -> None:
    """Who talks on no role's page, but has proved who they are, talks about what they applied for last."""
    wanted = [row.id for row in by_id.values() if row.role_ref is None and row.verified]
    query = (
        select(Conversation.id, Role.ref)
        .join(Application, Application.candidate_id == Conversation.candidate_id)
        .join(Role, Role.id == Application.role_id)
        .where(Conversation.id.in_(wanted))
        .order_by(Application.received_at)
    )
    for id_, ref in db.session.execute(query):
        by_id[id_].role_ref = ref
