"""Trainings and NLU models: what staff may ask for. Works in the caller's transaction, unless it says otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from api import clock, jobs
from api.accounts.models import Staff
from api.audit.service import SYSTEM, Actor, record
from api.db import after_commit, db, new_id, read_only
from api.errors import Conflict, Invalid, NotFound
from api.examples.service import lock_message
from api.training import archive as archives
from api.training.comparing import judge as better_or_worse
from api.training.figures import FALLBACK, Outcome, figures
from api.training.models import Difference, Mistake, NluModel, Training


class UnderWay(Conflict):
    """One at a time."""

    sentence = lazy_gettext("A training is under way already. Wait for it to finish, or stop it first.")


def start(staff: Staff | None, kind: str = "training", model_id: str | None = None) -> Training:
    """Ask the worker to train, or to compare `model_id` again. Raises `UnderWay`."""
    row = Training(kind=kind, staff_id=staff.id if staff else None, model_id=model_id)
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        raise UnderWay from None
    record(Actor("staff", staff.id) if staff else SYSTEM, f"{kind}.asked", row)
    after_commit(lambda: jobs.later("training.run", row.id))
    return row


def compare_again(staff: Staff, model_id: str) -> Training:
    """Compare a candidate with the model that is live now. Raises `NotFound`, `Conflict`, `UnderWay`."""
    model = db.session.get(NluModel, model_id)
    if model is None:
        raise NotFound
    if model.status in ("live", "gone"):
        raise Conflict(lazy_gettext("Only a model that is kept and not live can be compared with the live one."))
    return start(staff, "comparison", model_id)


def stop(staff: Staff, training_id: str) -> Training:
    """Stop a training, at once if it has not begun. Raises `NotFound`; one that has ended stays as it is."""
    row = db.session.get(Training, training_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound
    if row.under_way and row.stop_asked_at is None:
        row.stop_asked_at = clock.now()
        if row.status == "queued":
            row.status, row.under_way, row.ended_at = "stopped", None, clock.now()
        record(Actor("staff", staff.id), f"{row.kind}.stopped", row)
    return row


def judge(staff: Staff, difference_id: str, right_intent: str) -> Difference:
    """Say what a message really asks; it joins the set that measures and never trains. Raises `NotFound`, `Invalid`."""
    row = db.session.get(Difference, difference_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound
    if not right_intent or right_intent == FALLBACK:
        raise Invalid(lazy_gettext("Choose the question that this message asks."))
    lock_message(staff, row.language, row.text, right_intent, origin="difference", message_id=row.message_id)
    row.right_intent, row.verdict = right_intent, better_or_worse(row.old_intent, row.new_intent, right_intent)
    row.staff_id, row.decided_at = staff.id, clock.now()
    record(Actor("staff", staff.id), "difference.judged", row, verdict=row.verdict)
    return row


def register_current() -> NluModel | None:
    """Let the model in force be known as live, with its figures, if none is. Its own transactions; None if there is none."""
    db.session.rollback()
    read_only()
    known = db.session.scalar(select(NluModel).where(NluModel.status == "live"))
    if known is not None:
        db.session.expunge(known)  # to look at it later must not begin a transaction, in which the archive would be read
    db.session.rollback()
    if known is not None:
        return known if known.figures is not None else _with_figures(known.id)
    written = archives.current()
    if written is None:
        return None
    if db.session.get(NluModel, written["id"]) is None:
        row = NluModel(id=written["id"], sha256=written["sha256"], inputs_hash=written["inputs_hash"], trained_at=_moment(written["trained_at"]))
        db.session.add(row)
    db.session.get_one(NluModel, written["id"]).status = "live"
    db.session.commit()
    return _with_figures(written["id"])


def _with_figures(model_id: str) -> NluModel:
    """Read a model's own figures from its archive and keep them; one that has none keeps an empty record of it."""
    path = archives.folder() / f"{model_id}.tar.gz"
    outcomes = archives.held_out(path)
    size = path.stat().st_size if path.exists() else 0
    row = db.session.get_one(NluModel, model_id, populate_existing=True)
    describe(row, outcomes, size)
    db.session.commit()
    return row


def describe(row: NluModel, outcomes: list[Outcome], size: int) -> None:
    """Note what a model made of its own examples unseen: figures, counts, mistakes."""
    row.figures = (row.figures or {}) | {"held_out": figures(outcomes)}
    row.size, row.counts = size, row.counts or archives.counts(outcomes)
    db.session.execute(delete(Mistake).where(Mistake.model_id == row.id))
    wrong = [_mistake(row.id, outcome) for outcome in outcomes if not outcome.right]
    if wrong:
        db.session.execute(insert(Mistake), wrong)


def _mistake(model_id: str, o: Outcome) -> dict[str, Any]:
    said = {"language": o.language, "digest": o.digest, "intent": o.intent, "predicted": o.predicted, "confidence": o.confidence}
    return {"id": new_id(), "model_id": model_id} | said


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
