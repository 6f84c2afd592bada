"""Finding the messages worth a look, and keeping them masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, select, tuple_

from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message
from api.db import db, read_only
from api.examples.folding import fold, words_of
from api.handoff.models import Handoff
from api.reviews import groups
from api.reviews.masking import mask
from api.reviews.models import Review, ReviewMark
from api.reviews.reasons import THUMBS_DOWN, Asked, Finding, Said, findings, uncertainty

AT_ONCE = 200
NEWEST = 400  # messages of one conversation that are looked at
# A transaction that commits late may have written an earlier time than one seen already.
OVERLAP = timedelta(minutes=1)
SWEPT = "swept"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_SAID = [getattr(Message, name) for name in Said._fields]


def run() -> int:
    """Look at all conversations in which something was said, or rated, since the last time. How many reviews are new."""
    new = 0
    for ids, upto in _batches():
        new += _keep(_look(ids), upto)
    rated = _rated()
    new += _keep(_look(rated), None) if rated else 0
    _mend()
    return new


def _mend() -> None:
    """Groups that have lost the review that stood for them get another one, or go."""
    read_only()
    lost = groups.without_lead(AT_ONCE)
    db.session.rollback()
    if lost:
        groups.refresh(lost)
        db.session.commit()


def _batches() -> Iterator[tuple[list[str], datetime]]:
    """Conversations with news, oldest first, some at a time, and up to when that is."""
    read_only()
    mark = db.session.get(ReviewMark, SWEPT, populate_existing=True)
    at, last = (mark.at - OVERLAP, "") if mark else (LONG_AGO, "")
    db.session.rollback()
    while True:
        read_only()
        place = tuple_(Conversation.updated_at, Conversation.id)
        query = select(Conversation.updated_at, Conversation.id).where(place > (at, last)).order_by(Conversation.updated_at, Conversation.id).limit(AT_ONCE)
        rows = db.session.execute(query).all()
        db.session.rollback()
        if rows:
            at, last = rows[-1]
            yield [id_ for _, id_ in rows], at
        if len(rows) < AT_ONCE:
            return


def _rated() -> list[str]:
    """Conversations in which an answer got a thumb down that no review knows of yet."""
    read_only()
    known = exists().where(Review.message_id == Message.in_reply_to, Review.reasons.contains(THUMBS_DOWN))
    query = select(Message.conversation_id).where(Message.rating == "down", Message.sender == "assistant", Message.in_reply_to.is_not(None), ~known)
    ids = list(db.session.scalars(query.distinct().limit(AT_ONCE)))
    db.session.rollback()
    return ids


def _look(ids: Sequence[str]) -> list[Review]:
    """Reviews, not stored yet, of all that is worth a look in these conversations."""
    read_only()
    newest = Message.seq > Conversation.last_seq - NEWEST
    query = select(*_SAID).join(Conversation, Conversation.id == Message.conversation_id).where(Message.conversation_id.in_(ids), newest)
    talks: dict[str, list[Said]] = {}
    for row in db.session.execute(query.order_by(Message.conversation_id, Message.seq)):
        talks.setdefault(row.conversation_id, []).append(Said(*row))
    handed: dict[str, list[Asked]] = {}
    for id_, at, reason in db.session.execute(select(Handoff.conversation_id, Handoff.requested_at, Handoff.reason).where(Handoff.conversation_id.in_(ids))):
        handed.setdefault(id_, []).append(Asked(at, reason))
    named = select(Conversation.id, Candidate.name).join(Candidate, Candidate.id == Conversation.candidate_id).where(Conversation.id.in_(ids))
    names = dict(db.session.execute(named).all())
    db.session.rollback()
    found = [_review(finding, names.get(id_, "")) for id_, talk in talks.items() for finding in findings(talk, handed.get(id_, []))]
    return [review for review in found if review is not None]


def _review(finding: Finding, name: str) -> Review | None:
    """The finding with its text masked; None if nothing is left that one could understand."""
    said = finding.message
    text = " ".join(mask(said.text, said.language, [name]).split())
    if not any(letter.isalpha() for word in words_of(text) for letter in word):
        return None
    return Review(
        message_id=said.id, conversation_id=said.conversation_id, language=said.language, text=text, key=fold(text), reasons=",".join(finding.reasons),
        understood_as=said.intent, guess=finding.guess, confidence=finding.confidence, alternatives=finding.alternatives, model_id=said.model_id,
        uncertainty=finding.uncertainty, asked_at=said.sent_at, status="open",
    )  # fmt: skip


def _keep(found: list[Review], upto: datetime | None) -> int:
    """One transaction: new reviews, what is new about known ones, and how far the sweep has come."""
    mark = db.session.scalar(select(ReviewMark).where(ReviewMark.name == SWEPT).with_for_update().execution_options(populate_existing=True))
    if mark is None:
        mark = ReviewMark(name=SWEPT, at=LONG_AGO)
        db.session.add(mark)
    if upto is not None:
        mark.at = max(mark.at, upto)
    new = _merge(found)
    db.session.commit()
    return new


def _merge(found: list[Review]) -> int:
    if not found:
        return 0
    query = select(Review).where(Review.message_id.in_([review.message_id for review in found])).execution_options(populate_existing=True)
    known = {review.message_id: review for review in db.session.scalars(query)}
    still = set(db.session.scalars(select(Message.id).where(Message.id.in_([review.message_id for review in found]), Message.text != "")))
    new = [review for review in found if review.message_id not in known and review.message_id in still]
    touched = {known[review.message_id].group_id for review in found if review.message_id in known and _update(known[review.message_id], review)}
    db.session.add_all(new)
    groups.place(new)
    db.session.flush()
    groups.refresh({id_ for id_ in touched | {review.group_id for review in new} if id_})
    return len(new)


def _update(known: Review, found: Review) -> bool:
    """What has become known since: more reasons, and what the candidate chose. True if it counts for the group."""
    both = [*known.reasons.split(","), *found.reasons.split(",")]
    reasons = ",".join(dict.fromkeys(filter(None, both)))
    if reasons == known.reasons or known.status == "erased":
        return False
    known.reasons = reasons
    known.uncertainty = uncertainty(known.confidence, reasons.split(","))
    if "chosen" in found.reasons and found.guess:
        known.guess = found.guess
    return known.status == "open"
