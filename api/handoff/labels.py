"""Labels: words that recruiters sort conversations by."""

from __future__ import annotations

from flask_babel import lazy_gettext
from sqlalchemy import delete, func, select

from api.accounts.models import Staff
from api.audit.service import Actor, record
from api.conversations import service as conversations
from api.db import db
from api.errors import Conflict, Invalid
from api.fields import UNSTORABLE
from api.handoff.claims import moved
from api.handoff.models import ConversationLabel

LONGEST = 40
MOST = 20


def add(staff: Staff, conversation_id: str, label: str) -> str:
    """Label a conversation, in the spelling that is in use; again changes nothing. Raises `Invalid`, `Conflict`, `NotFound`."""
    word = " ".join(label.split())
    if not 0 < len(word) <= LONGEST or UNSTORABLE.search(word):
        raise Invalid(lazy_gettext("A label has 1 to 40 characters."))
    conversation = conversations.lock(conversation_id)
    word = _in_use(word)
    own = set(db.session.scalars(select(ConversationLabel.label).where(ConversationLabel.conversation_id == conversation_id)))
    if word in own:
        return word
    if len(own) >= MOST:
        raise Conflict(lazy_gettext("A conversation has at most 20 labels. Remove one first."))
    db.session.add(ConversationLabel(conversation_id=conversation_id, label=word, added_by=staff.id))
    db.session.flush()
    record(Actor("staff", staff.id), "label.added", conversation)
    moved(conversation)
    return word


def remove(staff: Staff, conversation_id: str, label: str) -> None:
    """Take a label away; one that is not there needs nothing. Raises `NotFound`."""
    conversation = conversations.lock(conversation_id)
    gone = db.session.execute(delete(ConversationLabel).where(ConversationLabel.conversation_id == conversation_id, ConversationLabel.label == label))
    if gone.rowcount:  # type: ignore[attr-defined]
        record(Actor("staff", staff.id), "label.removed", conversation)
        moved(conversation)


def _in_use(word: str) -> str:
    """The same word as others have written it: `visa` and `Visa` are one label."""
    known = db.session.scalar(select(ConversationLabel.label).where(func.lower(ConversationLabel.label) == word.lower()).limit(1))
    return known or word
