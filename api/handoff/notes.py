"""Notes: what recruiters tell one another about a conversation."""

from __future__ import annotations

import re
from collections import Counter

from flask_babel import lazy_gettext
from sqlalchemy import select

from api.accounts.models import Staff
from api.audit.service import Actor, record
from api.conversations import service as conversations
from api.db import db
from api.errors import Invalid
from api.handoff import notify
from api.handoff.claims import clean, moved
from api.handoff.models import Note


def add(staff: Staff, conversation_id: str, text: str) -> Note:
    """Write to colleagues; who is named with @ is mailed once. Raises `Invalid`, `NotFound`."""
    words = clean(text)
    if not words:
        raise Invalid(lazy_gettext("Write something first."))
    conversation = conversations.lock(conversation_id)
    named = [person for person in mentioned(words) if person.id != staff.id]
    note = Note(conversation_id=conversation_id, staff_id=staff.id, text=words, mentions=[person.id for person in named])
    db.session.add(note)
    db.session.flush()
    for person in named:
        notify.tell(person, notify.MENTIONED, conversation, f"note:{note.id}:{person.id}", even_online=True)
    record(Actor("staff", staff.id), "note.added", note)
    moved(conversation)
    return note


def mentioned(text: str) -> list[Staff]:
    """The active staff whom a text names: `@Ebba Sandström`, or `@Ebba` where there is one Ebba only."""
    if "@" not in text:
        return []
    people = list(db.session.scalars(select(Staff).where(Staff.active)))
    names = Counter(_first(person) for person in people)
    found, rest = [], text
    for person in sorted(people, key=lambda p: -len(p.name)):  # the longest first: "Anna Berglund" is not "Anna Berg"
        rest, full = _named(person.name).subn(" ", rest)
        short = names[_first(person)] == 1 and _named(person.name.split()[0]).search(rest) if person.name else None
        if full or short:
            found.append(person)
    return sorted(found, key=lambda p: (p.name, p.id))


def _first(person: Staff) -> str:
    return person.name.split()[0].casefold() if person.name else ""


def _named(name: str) -> re.Pattern[str]:
    """A name after @, which is no part of an address."""
    return re.compile(rf"(?<!\w)@{re.escape(name)}(?!\w)", re.IGNORECASE)
