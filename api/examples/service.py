"""Teaching by wordings: what a wording means, and which messages only measure. Works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from flask_babel import lazy_gettext
from sqlalchemy import Select, delete, select

from api import clock
from api.accounts.models import Staff
from api.audit.service import SYSTEM, Actor, record
from api.config import LANGUAGES
from api.db import db
from api.errors import Invalid
from api.examples import queries
from api.examples.corpus import follow, moved
from api.examples.folding import fold
from api.examples.models import Example, LockedMessage
from api.fields import UNSTORABLE

LONGEST = 2000  # as long as a candidate's message
Origin = Literal["studio", "label", "import"]


def actor(staff: Staff | None) -> Actor:
    """Who acts: a person, or the system for imports."""
    return Actor("staff", staff.id) if staff else SYSTEM


def set_example(staff: Staff | None, language: str, text: str, intent: str | None, origin: Origin, message_id: str | None = None) -> Example:
    """Let a wording mean `intent` from now on, or (None) be no example any more. Raises `Invalid`.

    `message_id`: the candidate's message that the (masked) text comes from; it is erased with the candidate.
    """
    _check(language, intent)
    text = tidy(text)
    row = _find(language, text) or Example(language=language, key=fold(text), created_at=clock.now())
    row.text, row.intent, row.origin, row.message_id = text, intent, origin, message_id
    row.staff_id, row.updated_at = staff.id if staff else None, clock.now()
    db.session.add(row)
    db.session.flush()
    record(actor(staff), "example.set", row, language=language, intent=intent)
    return row


def clear_example(staff: Staff | None, language: str, text: str) -> None:
    """Forget what was said about a wording: what the repository says of it counts again."""
    if row := _find(language, text):
        record(actor(staff), "example.cleared", row, language=language, intent=row.intent)
        db.session.delete(row)
        db.session.flush()


def move(staff: Staff | None, wordings: Sequence[tuple[str, str]], intent: str | None, origin: Origin = "studio") -> int:
    """Let many wordings, as (language, text), mean `intent`, or (None) remove them. The number. Raises `Invalid`."""
    keys = {(language, fold(text)) for language, text in wordings}
    rows = db.session.scalars(select(Example).where(Example.key.in_({key for _, key in keys})))
    kept = {(row.language, row.key): row for row in rows if (row.language, row.key) in keys}
    _check(LANGUAGES[0], intent)
    for language, text in wordings:
        _check_language(language)
        text = tidy(text)
        place = (language, fold(text))
        row = kept.setdefault(place, Example(language=language, key=place[1], text=text, origin=origin, created_at=clock.now()))
        row.intent, row.staff_id, row.updated_at = intent, staff.id if staff else None, clock.now()
        db.session.add(row)
    db.session.flush()
    for row in kept.values():
        record(actor(staff), "example.set", row, language=row.language, intent=intent)
    return len(kept)


def lock_message(staff: Staff | None, language: str, text: str, intent: str, origin: str, message_id: str | None = None) -> LockedMessage:
    """Put a (masked) message into the set that measures NLU models and never trains one. Raises `Invalid`."""
    _check(language, intent)
    text = tidy(text)
    key = fold(text)
    row = db.session.scalar(_locked(language, key)) or LockedMessage(language=language, key=key, created_at=clock.now())
    row.text, row.intent, row.origin, row.message_id = text, intent, origin, message_id
    row.staff_id, row.updated_at = staff.id if staff else None, clock.now()
    db.session.add(row)
    db.session.flush()
    record(actor(staff), "locked_message.set", row, language=language, intent=intent)
    return row


def unlock_message(staff: Staff | None, language: str, text: str) -> None:
    """Take a message out of that set again."""
    if row := db.session.scalar(_locked(language, fold(text))):
        record(actor(staff), "locked_message.cleared", row, language=language, intent=row.intent)
        db.session.delete(row)
        db.session.flush()


def forget_messages(message_ids: Iterable[str]) -> None:
    """Remove what was learnt from these messages of candidates: their words are to be erased."""
    ids = list(message_ids)
    for kind in (Example, LockedMessage):
        db.session.execute(delete(kind).where(kind.message_id.in_(ids)))


def tidy(text: str) -> str:
    """A wording on one line. Raises `Invalid` for nothing, too much, or what cannot be stored."""
    words = " ".join(text.split())
    if not words or len(words) > LONGEST or UNSTORABLE.search(words):
        raise Invalid(lazy_gettext("A wording has 1 to 2,000 characters."))
    return words


def _check(language: str, intent: str | None) -> None:
    _check_language(language)
    if intent is None:
        return
    if intent not in queries.names() or follow(moved(), intent) is None:
        raise Invalid(lazy_gettext("There is no such question, or it has been retired."))


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Invalid(lazy_gettext("Choose Swedish, Finnish or English."))


def _find(language: str, text: str) -> Example | None:
    return db.session.scalar(select(Example).where(Example.language == language, Example.key == fold(text)))


def _locked(language: str, key: str) -> Select[LockedMessage]:
    return select(LockedMessage).where(LockedMessage.language == language, LockedMessage.key == key)
