"""Reading the inbox of messages worth a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased

from api import clock
from api.accounts.models import Staff
from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message
from api.db import db
from api.errors import NotFound
from api.reviews.masking import mask
from api.reviews.models import Review, ReviewGroup, ReviewLabel

WORDINGS = 60  # wordings of a group that are shown at once
AROUND = 4  # messages before and after


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to."""

    reason: str = ""
    language: str = ""
    q: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.reason or self.language or self.q)


class GroupRow(NamedTuple):
    """A group in the list: the wording that stands for it, how many ask so, who works on it (not yet over)."""

    id: str
    text: str
    language: str
    waiting: int
    guess: str | None
    newest_at: datetime
    holder_id: str | None
    holder: str | None


@dataclass(frozen=True)
class Wording:
    """One wording of a group: a review that has it, how often it came."""

    review_id: str
    text: str
    language: str
    many: int
    guess: str | None
    confidence: float
    alternatives: tuple[str, ...]
    asked_at: datetime


@dataclass(frozen=True)
class Group:
    """A group with its wordings, the one that stands for it first, then the most frequent; `hidden`: how many more there are.

    `reasons`: how many of its messages are here for each.
    """

    row: GroupRow
    wordings: list[Wording]
    hidden: int
    languages: list[str]
    reasons: list[tuple[str, int]]


class Act(NamedTuple):
    """A label, as the history shows it."""

    id: str
    at: datetime
    staff: str
    decision: str
    intent: str | None
    many: int
    text: str | None
    language: str | None
    undone_at: datetime | None
    undone_by: str | None


class Around(NamedTuple):
    """A message of the conversation around a review, masked. `here`: the very message."""

    sender: str
    text: str
    pressed: bool
    here: bool
    rating: str | None
    sent_at: datetime


def listed(wanted: Wanted, many: int, now: datetime | None = None) -> list[GroupRow]:
    """The groups that teach most, best first."""
    query = _rows(now or clock.now()).where(ReviewGroup.waiting > 0)
    if wanted.narrowed:
        one = aliased(Review)
        query = query.where(exists().where(one.group_id == ReviewGroup.id, one.status == "open", *_conditions(wanted, one)))
    return [GroupRow._make(row) for row in db.session.execute(query.order_by(ReviewGroup.rank.desc(), ReviewGroup.id).limit(many))]


def _rows(now: datetime) -> Select[str, str, str, int, str | None, datetime, str, str]:
    held = and_(Staff.id == ReviewGroup.held_by, ReviewGroup.held_until > now)
    columns = (ReviewGroup.id, Review.text, Review.language, ReviewGroup.waiting, ReviewGroup.guess, ReviewGroup.newest_at, Staff.id, Staff.name)
    return select(*columns).join(Review, Review.id == ReviewGroup.lead_id).outerjoin(Staff, held)


def _conditions(wanted: Wanted, one: type[Review]) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.reason:
        conditions.append(one.reasons.contains(wanted.reason, autoescape=True))
    if wanted.language:
        conditions.append(one.language == wanted.language)
    if wanted.q:
        conditions.append(one.text.icontains(wanted.q, autoescape=True))
    return conditions


def counts(staff: Staff, since: datetime) -> dict[str, int]:
    """`messages` and `groups` that wait, and how many messages have been labelled since, by all and by this person (`mine`)."""
    waiting = db.session.execute(select(func.count(), func.coalesce(func.sum(ReviewGroup.waiting), 0)).where(ReviewGroup.waiting > 0)).one()
    done = select(ReviewLabel.staff_id, func.sum(ReviewLabel.many)).where(ReviewLabel.at >= since, ReviewLabel.undone_at.is_(None))
    by = {staff_id: int(many) for staff_id, many in db.session.execute(done.group_by(ReviewLabel.staff_id))}
    return {"groups": waiting[0], "messages": int(waiting[1]), "labelled": sum(by.values()), "mine": by.get(staff.id, 0)}


def group(group_id: str, now: datetime | None = None) -> Group:
    """A group with its wordings. Raises `NotFound`."""
    row = db.session.execute(_rows(now or clock.now()).where(ReviewGroup.id == group_id)).one_or_none()
    if row is None:
        raise NotFound
    lead = GroupRow._make(row)
    wordings, hidden = _wordings(lead)
    shares = select(Review.language, Review.reasons, func.count()).where(Review.group_id == group_id, Review.status == "open")
    languages, reasons = set(), Counter[str]()
    for language, given, many in db.session.execute(shares.group_by(Review.language, Review.reasons)):
        languages.add(language)
        reasons.update({reason: many for reason in given.split(",") if reason})
    return Group(lead, wordings, hidden, sorted(languages), reasons.most_common())


def _wordings(lead: GroupRow) -> tuple[list[Wording], int]:
    """The wordings that are shown, each by its newest review, and how many more there are.

    Counted in the database: a group may hold thousands of reviews.
    """
    wording = (Review.language, Review.key)
    newest = func.row_number().over(partition_by=wording, order_by=(Review.asked_at.desc(), Review.id)).label("place")
    stands = func.max(case((Review.text == lead.text, 1), else_=0)).over(partition_by=wording).label("stands")
    columns = (
        Review.id, Review.text, Review.language, func.count().over(partition_by=wording).label("many"), Review.guess, Review.confidence, Review.alternatives,
        Review.asked_at, newest, stands,
    )  # fmt: skip
    every = select(*columns).where(Review.group_id == lead.id, Review.status == "open").subquery().c
    order = (every.stands.desc(), every.many.desc(), every.asked_at.desc(), every.id)
    query = select(*list(every)[:8], func.count().over()).where(every.place == 1).order_by(*order).limit(WORDINGS)
    rows = db.session.execute(query).all()
    found = [Wording(*row[:6], _intents(row.alternatives), row.asked_at) for row in rows]
    return found, rows[0][8] - len(rows) if rows else 0


def _intents(alternatives: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(str(entry["intent"]) for entry in alternatives if entry.get("intent"))


def texts_of(group_id: str) -> list[tuple[str, str]]:
    """(language, text) of each wording of a group, the most frequent first: what a new question begins with."""
    columns = (Review.language, func.min(Review.text), Review.key)
    query = select(*columns).where(Review.group_id == group_id, Review.status == "open").group_by(Review.language, Review.key)
    return [(language, text) for language, text, _ in db.session.execute(query.order_by(func.count().desc(), Review.key))]


def around(review_id: str) -> list[Around]:
    """The conversation around a message, masked. Raises `NotFound`."""
    place = select(Message.conversation_id, Message.seq, Candidate.name).join(Review, Review.message_id == Message.id)
    place = place.join(Conversation, Conversation.id == Message.conversation_id).outerjoin(Candidate, Candidate.id == Conversation.candidate_id)
    found = db.session.execute(place.where(Review.id == review_id, Review.status != "erased")).one_or_none()
    if found is None:
        raise NotFound
    conversation_id, seq, name = found
    near = (Message.conversation_id == conversation_id, Message.hidden.is_(False), Message.seq.between(seq - AROUND, seq + AROUND))
    messages = db.session.scalars(select(Message).where(*near).order_by(Message.seq))
    return [Around(m.sender, mask(m.text, m.language, [name or ""]), m.button is not None, m.seq == seq, m.rating, m.sent_at) for m in messages]


def history(many: int, staff_id: str | None = None) -> list[Act]:
    """The latest labels, each with one of its texts."""
    other, undoer = aliased(Review), aliased(Staff)
    example = select(func.min(other.id)).where(other.label_id == ReviewLabel.id).correlate(ReviewLabel).scalar_subquery()
    columns = (
        ReviewLabel.id, ReviewLabel.at, Staff.name, ReviewLabel.decision, ReviewLabel.intent, ReviewLabel.many,
        Review.text, Review.language, ReviewLabel.undone_at, undoer.name,
    )  # fmt: skip
    query = select(*columns).join(Staff, Staff.id == ReviewLabel.staff_id)
    query = query.outerjoin(undoer, undoer.id == ReviewLabel.undone_by).outerjoin(Review, Review.id == example)
    if staff_id:
        query = query.where(ReviewLabel.staff_id == staff_id)
    return [Act._make(row) for row in db.session.execute(query.order_by(ReviewLabel.at.desc(), ReviewLabel.id).limit(many))]


def newest_label(staff: Staff, since: datetime) -> ReviewLabel | None:
    """What this person has labelled last and can take back."""
    can = (ReviewLabel.staff_id == staff.id, ReviewLabel.at >= since, ReviewLabel.undone_at.is_(None), ReviewLabel.decision != "erase")
    return db.session.scalar(select(ReviewLabel).where(*can).order_by(ReviewLabel.at.desc()).limit(1))


def open_texts(model_id: str) -> list[tuple[str, str, str]]:
    """(id, language, text) of the open reviews that this NLU model has not read, to be understood anew."""
    unread = (Review.status == "open", Review.model_id.is_distinct_from(model_id))
    query = select(Review.id, Review.language, Review.text).where(*unread).order_by(Review.id)
    return [(id_, tongue, text) for id_, tongue, text in db.session.execute(query)]
