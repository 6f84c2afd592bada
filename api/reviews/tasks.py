"""The worker's part: finding messages worth a look, grouping them, scoring them again after a training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select

from api import clock, jobs
from api.db import db, read_only
from api.reviews import groups, queries, service, sweep, tools
from api.reviews.models import Review, ReviewMark
from api.training.models import NluModel

GROUPED, SCORED = "grouped", "scored"
SOON, LATER, MANY = timedelta(seconds=45), timedelta(minutes=15), 5000
PATIENCE, LONG_PATIENCE = 300, 1800  # seconds
AT_ONCE = 1000  # reviews that change their group in one transaction
SCORES_AT_ONCE = 200


@jobs.job("reviews.sweep", sweep=True)
def look() -> None:
    """Find what is worth a look; have it grouped when something is new, and scored again when a model is."""
    sweep.run()
    if _due():
        jobs.later("reviews.group")
    newest = _newest_model()
    if newest:
        jobs.later("reviews.rescore", newest)


def _due() -> bool:
    """Whether reviews have come since the last grouping, and that was not just now."""
    read_only()
    mark = db.session.get(ReviewMark, GROUPED, populate_existing=True)
    newest, many = db.session.execute(select(func.max(Review.created_at), func.count()).where(Review.status == "open")).one()
    grouped_at = mark.at if mark else None  # read now: after the rollback it would begin a transaction that writes
    db.session.rollback()
    if newest is None:
        return False
    return grouped_at is None or (newest > grouped_at and clock.now() - grouped_at >= (LATER if many > MANY else SOON))


@jobs.job("reviews.group")
def group() -> None:
    """Form the groups anew, one worker at a time; the assistant's tool knows how texts are alike."""
    if not _claim():
        return
    read_only()
    rows = db.session.execute(select(Review.id, Review.key, Review.text).where(Review.status == "open").order_by(Review.asked_at)).all()
    db.session.rollback()
    same: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    for id_, key, text in rows:
        same.setdefault(key, []).append(id_)
        texts.setdefault(key, text)
    keys = list(same)
    wordings = [{"id": str(number), "text": texts[key], "weight": len(same[key])} for number, key in enumerate(keys)]
    formed = tools.run(["nlu.grouping"], wordings, PATIENCE) if wordings else []
    regroup([[id_ for number in found["ids"] for id_ in same[keys[int(number)]]] for found in formed])


def _claim() -> bool:
    """Note that grouping begins now, unless another worker has just begun."""
    now = clock.now()
    mark = db.session.scalar(select(ReviewMark).where(ReviewMark.name == GROUPED).with_for_update().execution_options(populate_existing=True))
    if mark is None:
        db.session.add(ReviewMark(name=GROUPED, at=now))
    elif now - mark.at < SOON:
        db.session.rollback()
        return False
    else:
        mark.at = now
    db.session.commit()
    return True


def regroup(formed: Sequence[Sequence[str]]) -> None:
    """Write groups (review ids, the one that stands for it first) in short transactions, so that nobody waits for it."""
    read_only()
    moves = groups.moves(formed)
    db.session.rollback()
    for some in _portions(moves):
        groups.carry_out(some)
        db.session.commit()


def _portions(moves: Sequence[groups.Move]) -> Iterator[list[groups.Move]]:
    some: list[groups.Move] = []
    many = 0
    for move in moves:
        some.append(move)
        many += len(move.ids)
        if many >= AT_ONCE:
            yield some
            some, many = [], 0
    if some:
        yield some


def _newest_model() -> str | None:
    """The NLU model that was trained last, if the inbox has not been scored by it."""
    read_only()
    mark = db.session.get(ReviewMark, SCORED, populate_existing=True)
    usable = NluModel.status.in_(("candidate", "live"))
    newest = db.session.execute(select(NluModel.id, NluModel.trained_at).where(usable).order_by(NluModel.trained_at.desc()).limit(1)).one_or_none()
    scored_at = mark.at if mark else None
    db.session.rollback()
    return newest.id if newest and (scored_at is None or scored_at < newest.trained_at) else None


@jobs.job("reviews.rescore")
def rescore(model_id: str) -> None:
    """Let a newly trained NLU model read what is still open in the inbox: what it understands sinks to the end of the list."""
    read_only()
    model = db.session.get(NluModel, model_id, populate_existing=True)
    texts = queries.open_texts(model_id)
    if model is not None:
        db.session.expunge(model)
    db.session.rollback()
    if model is None or not _claim_scoring(model):
        return
    archive = current_app.config["SETTINGS"].var / "models" / f"{model.id}.tar.gz"
    asked = [{"text": text, "language": tongue} for _, tongue, text in texts]
    found = tools.run(["nlu.understand", "--archive", str(archive), "--sha256", model.sha256], asked, LONG_PATIENCE) if asked else []
    if len(found) != len(asked):
        return
    guesses = {texts[n][0]: service.Guess(row["intent"], row["confidence"], row["alternatives"], model.id) for n, row in enumerate(found)}
    ids = sorted(guesses)
    for start in range(0, len(ids), SCORES_AT_ONCE):
        service.rescore({id_: guesses[id_] for id_ in ids[start : start + SCORES_AT_ONCE]})
        db.session.commit()


def _claim_scoring(model: NluModel) -> bool:
    """Note that this model scores the inbox, unless it has, or a newer one."""
    mark = db.session.scalar(select(ReviewMark).where(ReviewMark.name == SCORED).with_for_update().execution_options(populate_existing=True))
    if mark is not None and mark.at >= model.trained_at:
        db.session.rollback()
        return False
    if mark is None:
        db.session.add(ReviewMark(name=SCORED, at=model.trained_at))
    else:
        mark.at = model.trained_at
    db.session.commit()
    return True
