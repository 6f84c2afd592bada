"""Putting an NluModel live and going back, as staff ask for it. The assistant's keeper does it (see `live`).

Works in the caller's transaction.
"""

from __future__ import annotations

from dataclasses import asdict

from flask_babel import lazy_gettext
from sqlalchemy.exc import IntegrityError

from api.accounts.models import Staff
from api.audit.service import Actor, record
from api.db import db
from api.errors import Conflict, Invalid, NotFound
from api.promotion import live
from api.promotion.models import Promotion
from api.training import queries as training
from api.training.models import NluModel

MOST_REASON = 1000


class UnderWay(Conflict):
    """One change at a time."""

    sentence = lazy_gettext("Another model is being put live right now. Wait until that is done, or withdraw it first.")


class Stopped(Conflict):
    """The gate says no, and nobody has said why it should be done all the same."""

    type = "gate"
    sentence = lazy_gettext("The gate stops this model. Say why it should go live all the same, or mend what it names.")


def promote(staff: Staff, model_id: str, override_reason: str | None = None) -> Promotion:
    """Ask for a candidate to go live. Raises `NotFound`, `Conflict`, `Invalid`, `UnderWay`; `Stopped` by the gate without a reason."""
    model = _model(model_id)
    if model.status != "candidate":
        raise Conflict(lazy_gettext("Only a model that has not been live can be put live; to an earlier one you go back."))
    reason = " ".join((override_reason or "").split())
    if len(reason) > MOST_REASON:
        raise Invalid(lazy_gettext("Keep the reason under 1,000 characters."))
    verdict = training.gate(model)
    if not verdict.passed and not reason:
        raise Stopped
    over = {} if verdict.passed else {"reason": reason, "objections": [asdict(r) for r in verdict.reasons]}
    return _ask(staff, model, "promotion", **over)


def roll_back(staff: Staff, model_id: str) -> Promotion:
    """Ask to go back to an NluModel that was live. Raises `NotFound`, `Conflict`, `UnderWay`."""
    model = _model(model_id)
    if model.status != "kept":
        raise Conflict(lazy_gettext("You can only go back to a model that was live and is still kept."))
    return _ask(staff, model, "roll_back")


def withdraw(staff: Staff, promotion_id: str) -> Promotion:
    """Give it up while it is not live yet. Raises `NotFound`, `Conflict`."""
    promotion = db.session.get(Promotion, promotion_id, populate_existing=True, with_for_update=True)
    if promotion is None:
        raise NotFound
    if not promotion.under_way:
        raise Conflict(lazy_gettext("That is over already, so nothing was changed."))
    live.end(promotion, "withdrawn")
    record(Actor("staff", staff.id), "promotion.withdrawn", promotion)
    return promotion


def _model(model_id: str) -> NluModel:
    model = db.session.get(NluModel, model_id, populate_existing=True, with_for_update=True)
    if model is None:
        raise NotFound
    return model


def _ask(staff: Staff, model: NluModel, kind: str, **over: object) -> Promotion:
    before = live.live()
    row = Promotion(model_id=model.id, before_id=before.model_id if before else None, kind=kind, under_way=True, staff_id=staff.id, **over)
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        raise UnderWay from None
    record(Actor("staff", staff.id), f"{kind}.asked", row, model=model.id, over_the_gate=bool(over))
    return row
