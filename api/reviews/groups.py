"""Which reviews stand together, and what their group amounts to. Works in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from api import clock
from api.db import db, new_id
from api.reviews.models import Review, ReviewGroup

AT_ONCE = 500


class Member(NamedTuple):
    """What a group's figures are made of."""

    id: str
    group_id: str
    key: str
    guess: str | None
    uncertainty: float
    asked_at: datetime


def place(reviews: Sequence[Review]) -> None:
    """Put new reviews where the same words stand already, or into groups of their own; the next grouping does better."""
    keys = {review.key for review in reviews}
    rows = select(Review.key, Review.group_id).where(Review.key.in_(keys), Review.status == "open", Review.group_id.is_not(None)).distinct()
    where = dict(db.session.execute(rows).all()) if keys else {}
    for review in reviews:
        if review.key not in where:
            group = ReviewGroup(id=new_id(), newest_at=review.asked_at)
            db.session.add(group)
            where[review.key] = group.id
    db.session.flush()
    for review in reviews:
        review.group_id = where[review.key]


def refresh(ids: Collection[str]) -> None:
    """Count anew what is open in these groups; groups with nothing in them go."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        _refresh(wanted[start : start + AT_ONCE])


def _refresh(ids: list[str]) -> None:
    db.session.flush()
    columns = (Review.id, Review.group_id, Review.key, Review.guess, Review.uncertainty, Review.asked_at)
    members: dict[str, list[Member]] = {}
    for row in db.session.execute(select(*columns).where(Review.group_id.in_(ids), Review.status == "open")):
        members.setdefault(str(row.group_id), []).append(Member._make(row))
    leads = dict(db.session.execute(select(ReviewGroup.id, ReviewGroup.lead_id).where(ReviewGroup.id.in_(ids))).all())
    figures = [_figures(id_, members[id_], leads.get(id_)) for id_ in ids if id_ in members]
    if figures:
        db.session.connection().execute(_FIGURES, figures)
    empty = [id_ for id_ in ids if id_ not in members]
    if empty:
        db.session.execute(delete(ReviewGroup).where(ReviewGroup.id.in_(empty)))


_GROUPS = ReviewGroup.__table__
_FIGURES = (
    update(_GROUPS)  # type: ignore[arg-type]
    .where(_GROUPS.c.id == bindparam("group"))
    .values({name: bindparam(f"new_{name}") for name in ("waiting", "rank", "guess", "lead_id", "newest_at")})
)


def _figures(id_: str, members: Sequence[Member], lead: str | None) -> dict[str, object]:
    """A group's columns: the lead that it has stays, as long as it is open."""
    return {
        "group": id_,
        "new_waiting": len(members),
        "new_rank": round(sum(member.uncertainty for member in members), 4),
        "new_guess": _most(member.guess for member in members),
        "new_lead_id": lead if any(member.id == lead for member in members) else _lead(members),
        "new_newest_at": max(member.asked_at for member in members),
    }


def _most(guesses: Iterable[str | None]) -> str | None:
    counted = Counter(guess for guess in guesses if guess)
    return max(sorted(counted), key=counted.__getitem__) if counted else None


def _lead(members: Sequence[Member]) -> str:
    """A review of the most frequent wording."""
    counted = Counter(member.key for member in members)
    key = max(sorted(counted), key=counted.__getitem__)
    return min(member.id for member in members if member.key == key)


def without_lead(many: int) -> list[str]:
    """Groups whose leading review is gone: with its conversation, whose time was over."""
    # By the review's id, row for row: a database that knows nothing of these tables yet would choose a join that takes minutes.
    stands_in = select(Review.group_id).where(Review.id == ReviewGroup.lead_id, Review.status == "open").scalar_subquery()
    return list(db.session.scalars(select(ReviewGroup.id).where(stands_in.is_distinct_from(ReviewGroup.id)).limit(many)))


class Move(NamedTuple):
    """A group to be: its id (of one that there is, or new), the review that stands for it, all reviews in it."""

    group_id: str
    lead_id: str
    ids: list[str]


def moves(formed: Iterable[Sequence[str]]) -> list[Move]:
    """What `formed` (review ids by group, the one that stands for it first) means for the groups that there are.

    A group goes on in the new one that has most of its reviews. What somebody works on right now stays as it is.
    """
    held = set(db.session.scalars(select(ReviewGroup.id).where(ReviewGroup.held_until > clock.now())))
    was = dict(db.session.execute(select(Review.id, Review.group_id).where(Review.status == "open")).all())
    taken, found = set(held), []
    for ids in formed:
        members = [id_ for id_ in ids if id_ in was and was[id_] not in held]
        before = Counter(group_id for id_ in members if (group_id := was[id_]) and group_id not in taken)
        if members:
            group_id = max(sorted(before), key=before.__getitem__) if before else new_id()
            taken.add(group_id)
            found.append(Move(group_id, members[0], members))
    return found


def carry_out(some: Sequence[Move]) -> None:
    """Put reviews into their groups, in one transaction for a handful of groups; those labelled meanwhile stay out."""
    ids = [id_ for move in some for id_ in move.ids]
    was = dict(db.session.execute(select(Review.id, Review.group_id).where(Review.id.in_(ids), Review.status == "open")).all())
    known = set(db.session.scalars(select(ReviewGroup.id).where(ReviewGroup.id.in_([move.group_id for move in some]))))
    db.session.add_all(ReviewGroup(id=move.group_id) for move in some if move.group_id not in known)
    db.session.flush()
    moved = [{"review": id_, "group": move.group_id} for move in some for id_ in move.ids if id_ in was and was[id_] != move.group_id]
    if moved:
        db.session.connection().execute(_MOVED, moved)
    db.session.connection().execute(_LEADS, [{"group": move.group_id, "lead": move.lead_id} for move in some])
    left = {was[row["review"]] for row in moved}
    refresh({move.group_id for move in some} | {group_id for group_id in left if group_id})


_REVIEWS = Review.__table__
_MOVED = update(_REVIEWS).where(_REVIEWS.c.id == bindparam("review"), _REVIEWS.c.status == "open").values(group_id=bindparam("group"))  # type: ignore[arg-type]
_LEADS = update(_GROUPS).where(_GROUPS.c.id == bindparam("group")).values(lead_id=bindparam("lead"))  # type: ignore[arg-type]
