"""What labels teach: every fifth wording measures NLU models and never trains one, the others become examples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from api.accounts.models import Staff
from api.db import db
from api.examples import service as examples
from api.examples.models import Example, LockedMessage
from api.reviews.models import Review

ONE_IN = 5
ORIGIN = "label"


def is_locked(key: str) -> bool:
    """Whether a wording goes to the locked set: always the same for the same words."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % ONE_IN == 0


def teach(staff: Staff, reviews: Sequence[Review], intent: str) -> dict[str, Any]:
    """Let the wordings of these reviews mean `intent`. What they meant before, by review id, to go back to."""
    before = {}
    for review in _each_wording(reviews):
        if is_locked(review.key):
            before[review.id] = _was(LockedMessage, review)
            examples.lock_message(staff, review.language, review.text, intent, ORIGIN, review.message_id)
        else:
            before[review.id] = _was(Example, review)
            examples.set_example(staff, review.language, review.text, intent, "label", review.message_id)
    return before


def unteach(staff: Staff, reviews: Sequence[Review], intent: str, before: dict[str, Any]) -> None:
    """Take that back, unless somebody has decided otherwise since."""
    for review in reviews:
        kind = LockedMessage if is_locked(review.key) else Example
        now = _was(kind, review)
        if review.id not in before or now is None or now["intent"] != intent:
            continue
        was = before[review.id]
        if was is not None:
            _back(staff, review, was)
        elif kind is Example:
            examples.clear_example(staff, review.language, review.text)
        else:
            examples.unlock_message(staff, review.language, review.text)


def forget(reviews: Iterable[Review]) -> None:
    """Nothing is learnt from these messages any more."""
    examples.forget_messages([review.message_id for review in reviews])


def _back(staff: Staff, review: Review, was: dict[str, Any]) -> None:
    if is_locked(review.key):
        examples.lock_message(staff, review.language, review.text, was["intent"], was["origin"], was["message_id"])
    else:
        examples.set_example(staff, review.language, review.text, was["intent"], was["origin"], was["message_id"])


def _each_wording(reviews: Sequence[Review]) -> list[Review]:
    """One review a wording and language."""
    return list({(review.language, review.key): review for review in reversed(reviews)}.values())[::-1]


def _was(kind: type[Example] | type[LockedMessage], review: Review) -> dict[str, Any] | None:
    columns = select(kind.intent, kind.origin, kind.message_id).where(kind.language == review.language, kind.key == review.key)
    row = db.session.execute(columns).one_or_none()
    return dict(row._mapping) if row else None
