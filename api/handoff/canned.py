"""Ready replies: the company's own sentences, offered in the candidate's language with their places filled.

A text may name `{name}`, `{role}`, `{next_contact}` and `{recruiter}`. One that names what is not known of this
candidate is not offered, but a missing first name just falls away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.candidates.models import Candidate
from api.conversations.models import Conversation
from api.db import db
from api.errors import Invalid
from api.handoff.models import CannedReply
from api.reader import nearest
from api.roles import text
from api.roles.models import Application, Role
from api.roles.promises import open_promise
from api.roles.queries import local_now, texts_of

FIELDS = ("name", "role", "next_contact", "recruiter")


def for_conversation(conversation: Conversation, staff: Staff) -> list[dict[str, str]]:
    """The replies that fit: `key`, `title` in the recruiter's language, `text` in the candidate's."""
    known = _known(conversation, staff)
    found = []
    for row in db.session.scalars(select(CannedReply).order_by(CannedReply.position, CannedReply.key)):
        language = conversation.language if conversation.language in row.texts else None
        title = nearest(row.titles, staff.language)
        filled = filled_in(row.texts[language], known) if language else None
        if filled and title:
            found.append({"key": row.key, "title": row.titles[title], "text": filled})
    return found


def save(key: str, titles: dict[str, str], texts: dict[str, str], position: int = 0) -> CannedReply:
    """Keep a reply under its key. Raises `Invalid` if a text names a field that there is not."""
    for words in texts.values():
        if named := _fields(words) - set(FIELDS):
            raise Invalid(errors=[{"field": "texts", "message": f"unknown field {min(named)}"}])
    row = db.session.scalar(select(CannedReply).where(CannedReply.key == key)) or CannedReply(key=key)
    row.titles, row.texts, row.position, row.updated_at = titles, texts, position, clock.now()
    db.session.add(row)
    db.session.flush()
    return row


def filled_in(words: str, known: Mapping[str, str]) -> str | None:
    """The text with its places filled; None if something that it needs is missing."""
    if not all(known.get(name) for name in _fields(words) - {"name"}):
        return None
    if not known.get("name"):
        words = re.sub(r"[ ,]*\{name\}", "", words)
    return words.format_map(known)


def _fields(words: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(words) if name is not None}
    except ValueError:
        raise Invalid(errors=[{"field": "texts", "message": "a brace is missing"}]) from None


def _known(conversation: Conversation, staff: Staff) -> dict[str, str]:
    candidate = db.session.get(Candidate, conversation.candidate_id) if conversation.candidate_id else None
    application = _application(conversation) if candidate is not None and conversation.verified_at is not None else None
    name = candidate.name.split()[0] if candidate is not None and candidate.name else ""
    with force_locale(conversation.language):
        return {
            "name": name, "role": _role(conversation, application), "next_contact": _next_contact(application) if application else "",
            "recruiter": staff.name.split()[0] if staff.name else "",
        }  # fmt: skip


def _application(conversation: Conversation) -> Application | None:
    """What it is about: the application for the role whose page the chat stands on, or the newest."""
    query = select(Application).join(Role).where(Application.candidate_id == conversation.candidate_id, Application.status == "active")
    newest = list(db.session.scalars(query.order_by(Application.received_at.desc())).unique())
    return next((a for a in newest if a.role.ref == conversation.page_role), newest[0] if newest else None)


def _role(conversation: Conversation, application: Application | None) -> str:
    role = application.role if application else None
    if role is None and conversation.page_role:
        role = db.session.scalar(select(Role).where(Role.ref == conversation.page_role))
    return str(texts_of(role, conversation.language)[1].get("title", "")) if role else ""


def _next_contact(application: Application) -> str:
    """The open promise as a sentence; nothing once its day has passed."""
    promise, today = open_promise(application), local_now(application.role.office).date()
    if promise is None or promise.due_on < today:
        return ""
    day = text.day(promise.due_on, today)
    if promise.channel == "phone":
        return gettext("%(who)s calls you by %(day)s.", who=promise.who, day=day)
    if promise.channel == "email":
        return gettext("%(who)s writes to you by %(day)s.", who=promise.who, day=day)
    return gettext("%(who)s is in touch with you by %(day)s.", who=promise.who, day=day)


def load(entries: list[dict[str, Any]]) -> None:
    """Bring the ready replies to what a file says: `[{"key", "titles", "texts"}]`, in this order."""
    for position, entry in enumerate(entries):
        save(entry["key"], entry["titles"], entry["texts"], position)
