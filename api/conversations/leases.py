"""The lease: one process at a time runs a conversation's turns. It ends by itself when its process has died."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from api import clock
from api.conversations.models import Conversation, Locked, Message, Turn
from api.db import db

# A lease outlives the longest call of the assistant by this.
LONGER = timedelta(seconds=5)


def is_free(conversation: Conversation | Locked, now: datetime) -> bool:
    """Whether nobody holds the lease of a locked conversation."""
    return conversation.lease is None or conversation.lease_until is None or conversation.lease_until < now


def new(now: datetime) -> tuple[str, datetime]:
    """A lease's key, and when it ends."""
    return secrets.token_hex(8), _until(now)


def take_if_free(conversation: Conversation) -> str | None:
    """Take the lease of a locked conversation; its key, or None if another process has it."""
    now = clock.now()
    if not is_free(conversation, now):
        return None
    conversation.lease, conversation.lease_until = new(now)
    return conversation.lease


def release(conversation: Conversation) -> None:
    """Give the lease back."""
    conversation.lease = conversation.lease_until = None


def release_if_idle(conversation: Conversation, lease: str) -> bool:
    """Give the lease back unless a fresh message came in since; True means: go on."""
    if conversation.lease != lease:
        return False
    first = select(Turn.attempts, Turn.due_at).join(Message, Message.id == Turn.message_id)
    row = db.session.execute(first.where(Turn.conversation_id == conversation.id, Turn.status == "pending").order_by(Message.seq).limit(1)).one_or_none()
    if row is not None and is_due(row):
        conversation.lease_until = _until(clock.now())
        return True
    release(conversation)
    return False


def is_due(turn: Any) -> bool:
    """A fresh turn runs at once, one that has failed when its time has come."""
    return turn.attempts == 0 or turn.due_at <= clock.now()


def _until(now: datetime) -> datetime:
    return now + timedelta(seconds=current_app.config["SETTINGS"].turn_timeout) + LONGER
