"""What a recruiter writes to the candidate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import select

from api.accounts.models import Staff
from api.audit.service import Actor, record
from api.conversations import service as conversations
from api.conversations.models import Conversation, Message, Stored
from api.db import db
from api.errors import Conflict, Invalid
from api.handoff import attachments, claims, presence


def reply(staff: Staff, conversation_id: str, client_id: str, text: str, attachment_ids: Sequence[str] = ()) -> Stored | Message:
    """Write to the candidate of a conversation that one has. The same `client_id` again gives the same message.

    Raises `NotYours`, `Invalid`, `NotFound`; `Conflict` if the same `client_id` came with other words.
    """
    words = claims.clean(text)
    conversation = conversations.lock(conversation_id)
    known = _known(conversation_id, client_id)
    if known is not None:
        if known.staff_id != staff.id or known.text != words:
            raise Conflict
        return known
    claims.lock_own(staff, conversation_id)
    files = attachments.to_send(staff, conversation_id, attachment_ids)
    if not words and not files:
        raise Invalid(lazy_gettext("Write something first."))
    return _send(conversation, staff, words, client_id=client_id, attachments=[attachments.as_public(file) for file in files], files=files)


def _send(conversation: Conversation, staff: Staff, words: str, files: Sequence[Any], **fields: Any) -> Stored:
    stored = claims.append_reply(conversation, staff, words, **fields)
    for file in files:
        file.message_id = stored.id
    conversation.snoozed_until = None
    presence.set(conversation.id, staff.id, "looking")  # what was typed has been sent
    record(Actor("staff", staff.id), "message.sent", conversation, seq=stored.seq)
    return stored


def _known(conversation_id: str, client_id: str) -> Message | None:
    return db.session.scalar(select(Message).where(Message.conversation_id == conversation_id, Message.client_id == client_id))
