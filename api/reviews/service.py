"""Labelling: who works on a group, what its messages ask, and taking that back. Works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import select, update

from api import clock
from api.accounts.models import Staff
from api.audit.service import Actor, record
from api.db import db, new_id
from api.errors import Conflict, Invalid, NotFound
from api.reviews import groups, teaching
from api.reviews.models import Review, ReviewGroup, ReviewLabel
from api.reviews.reasons import DECLINED, FALLBACK, NOT_UNDERSTOOD, OUT_OF_SCOPE, uncertainty

HOLD = timedelta(minutes=3)
LONG_HOLD = timedelta(minutes=30)
RIGHT, INTENT, NEW, OUT, IGNORE, ERASE = "right", "intent", "new", "out_of_scope", "ignore", "erase"
DECISIONS = (RIGHT, INTENT, NEW, OUT, IGNORE, ERASE)
TEACHING = (RIGHT, INTENT, NEW, OUT)
MOST = 5000  # reviews of one act
AT_ONCE = 1000


@dataclass(frozen=True)
class Guess:
    """What an NLU model makes of a text."""

    intent: str
    confidence: float
    alternatives: list[dict[str, Any]] = field(default_factory=list)
    model_id: str | None = None


def hold(staff: Staff, group_id: str, time: timedelta = HOLD) -> Staff | None:
    """Work on a group alone for some minutes; again to go on. Who holds it, if that is another. Raises `NotFound`."""
    group = _locked(group_id)
    now = clock.now()
    if _held_by_another(staff, group):
        return db.session.get(Staff, group.held_by)
    mine = (ReviewGroup.held_by == staff.id, ReviewGroup.id != group_id, ReviewGroup.held_until > now)
    db.session.execute(update(ReviewGroup).where(*mine).values(held_until=now))
    group.held_by, group.held_until = staff.id, now + time
    return None


def label(staff: Staff, group_id: str, ids: Sequence[str], decision: str, intent: str | None = None) -> ReviewLabel:
    """Say what these messages of a group ask, with all others of the same words in it.

    `decision`: `right` (the group's guess), `intent` or `new` (then `intent` names it), `out_of_scope`, `ignore`, or
    `erase`: never for training, and the text goes. Raises `Conflict` if somebody else was first, `Invalid`, `NotFound`.
    """
    group = _locked(group_id)
    _refuse_held(staff, group)
    meant = _meant(decision, intent, group.guess)
    chosen = _chosen(group_id, ids)
    if not chosen:
        raise Conflict(lazy_gettext("These messages have been labelled already, so nothing was changed."))
    act = ReviewLabel(id=new_id(), staff_id=staff.id, decision=decision, intent=meant, many=len(chosen), at=clock.now())
    db.session.add(act)
    db.session.flush()
    if meant:
        act.before = teaching.teach(staff, chosen, meant)
    for review in chosen:
        _settle(review, act, decision, meant)
    db.session.flush()
    groups.refresh([group_id])
    record(Actor("staff", staff.id), "review.labelled", act, decision=decision, intent=meant, many=act.many)
    return act


def label_group(staff: Staff, group_id: str, intent: str) -> ReviewLabel | None:
    """All of a group asks a question that has just been made for it. None if it is another's by now, or done."""
    ids = list(db.session.scalars(select(Review.id).where(Review.group_id == group_id, Review.status == "open").limit(MOST)))
    try:
        return label(staff, group_id, ids, NEW, intent)
    except (Conflict, NotFound):
        return None


def split(staff: Staff, group_id: str, ids: Sequence[str]) -> str:
    """A group of these alone, held for as long as a question takes to write; the group itself, if these are all. Its id."""
    group = _locked(group_id)
    _refuse_held(staff, group)
    chosen = _chosen(group_id, ids)
    if not chosen:
        raise Conflict(lazy_gettext("These messages have been labelled already, so nothing was changed."))
    if len(chosen) < group.waiting:
        own = ReviewGroup(id=new_id(), lead_id=chosen[0].id)
        db.session.add(own)
        db.session.flush()
        for review in chosen:
            review.group_id = own.id
        db.session.flush()
        groups.refresh([group_id, own.id])
        group_id = own.id
    hold(staff, group_id, LONG_HOLD)
    return group_id


def undo(staff: Staff, label_id: str) -> str:
    """Take a label back: its messages are open again, in a group of their own, whose id this gives. Raises `Conflict`, `NotFound`."""
    act = db.session.scalar(select(ReviewLabel).where(ReviewLabel.id == label_id).with_for_update().execution_options(populate_existing=True))
    if act is None:
        raise NotFound
    if act.undone_at is not None:
        raise Conflict(lazy_gettext("That has been undone already."))
    if act.decision == ERASE:
        raise Conflict(lazy_gettext("The text is gone, so this cannot be undone."))
    reviews = list(db.session.scalars(select(Review).where(Review.label_id == label_id, Review.status != "erased").order_by(Review.asked_at)))
    if act.intent:
        teaching.unteach(staff, reviews, act.intent, act.before)
    group = ReviewGroup(id=new_id())
    db.session.add(group)
    db.session.flush()
    for review in reviews:
        review.status, review.intent, review.label_id, review.group_id = "open", None, None, group.id
    act.undone_at, act.undone_by = clock.now(), staff.id
    db.session.flush()
    groups.refresh([group.id])
    record(Actor("staff", staff.id), "review.undone", act, many=len(reviews))
    return group.id


def erase_labelled(staff: Staff, label_id: str) -> ReviewLabel:
    """Never for training, after all: the texts of a label go, and what was learnt from them. Raises `NotFound`."""
    act = db.session.get(ReviewLabel, label_id)
    reviews = list(db.session.scalars(select(Review).where(Review.label_id == label_id, Review.status != "erased")))
    if act is None or not reviews:
        raise NotFound
    teaching.forget(reviews)
    for review in reviews:
        _settle(review, act, ERASE, None)
    record(Actor("staff", staff.id), "review.erased", act, many=len(reviews))
    return act


def rescore(results: Mapping[str, Guess]) -> int:
    """Let open reviews, by id, say what a newly trained NLU model makes of them. How many there were."""
    ids, many = sorted(results), 0
    for start in range(0, len(ids), AT_ONCE):
        query = select(Review).where(Review.id.in_(ids[start : start + AT_ONCE]), Review.status == "open").execution_options(populate_existing=True)
        found = list(db.session.scalars(query))
        for review in found:
            _rescore(review, results[review.id])
        db.session.flush()
        groups.refresh({review.group_id for review in found if review.group_id})
        many += len(found)
    return many


def _rescore(review: Review, guess: Guess) -> None:
    """What candidates thought of the old model's answer says nothing of the new one, so only its own doubt counts."""
    ranking = [entry for entry in guess.alternatives if entry.get("intent") not in (None, guess.intent)]
    not_understood = guess.intent == NOT_UNDERSTOOD
    review.guess = (ranking.pop(0)["intent"] if ranking else None) if not_understood else guess.intent
    review.confidence, review.model_id, review.alternatives = guess.confidence, guess.model_id, ranking
    declined = (DECLINED,) if guess.intent == OUT_OF_SCOPE else ()
    review.uncertainty = uncertainty(guess.confidence, (FALLBACK,) if not_understood else declined)


def _locked(group_id: str) -> ReviewGroup:
    query = select(ReviewGroup).where(ReviewGroup.id == group_id).with_for_update().execution_options(populate_existing=True)
    group = db.session.scalar(query)
    if group is None:
        raise NotFound(lazy_gettext("This group is done: somebody has labelled it, or it has become part of another one."))
    return group


def _held_by_another(staff: Staff, group: ReviewGroup) -> bool:
    return group.held_by not in (None, staff.id) and group.held_until is not None and group.held_until > clock.now()


def _refuse_held(staff: Staff, group: ReviewGroup) -> None:
    if _held_by_another(staff, group):
        holder = db.session.get_one(Staff, group.held_by)
        raise Conflict(lazy_gettext("%(name)s is working on these right now, so nothing was changed.", name=holder.name))


def _meant(decision: str, intent: str | None, guess: str | None) -> str | None:
    """The intent that a decision names; None for those that teach nothing."""
    if decision not in DECISIONS:
        raise Invalid
    meant = {RIGHT: guess, OUT: OUT_OF_SCOPE, IGNORE: None, ERASE: None}.get(decision, intent)
    if meant is None and decision in TEACHING:
        raise Invalid(lazy_gettext("Choose what these messages ask."))
    return meant


def _chosen(group_id: str, ids: Sequence[str]) -> list[Review]:
    """The open reviews of a group with the words of these."""
    keys = select(Review.key, Review.language).where(Review.id.in_(ids[:MOST]), Review.group_id == group_id)
    wanted = {(key, language) for key, language in db.session.execute(keys)}
    query = select(Review).where(Review.group_id == group_id, Review.status == "open", Review.key.in_({key for key, _ in wanted}))
    rows = db.session.scalars(query.order_by(Review.asked_at, Review.id).execution_options(populate_existing=True))
    return [review for review in rows if (review.key, review.language) in wanted]


def _settle(review: Review, act: ReviewLabel, decision: str, intent: str | None) -> None:
    review.label_id, review.intent, review.group_id = act.id, intent, None
    review.status = {IGNORE: "ignored", ERASE: "erased"}.get(decision, "labelled")
    if decision == ERASE:
        review.text, review.key, review.alternatives, review.guess = "", "", [], None
