"""What recruiters do, as the tests do it: each act in a transaction of its own, as a request would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIFlask

from api.accounts.models import Staff
from api.conversations.models import Conversation
from api.db import db
from api.handoff.models import Handoff
from api.handoff.service import open_handoff


def act(app: APIFlask, function: Callable[..., Any], staff_id: str, *arguments: Any, **named: Any) -> Any:
    """Call a service as this person and commit."""
    with app.app_context():
        found = function(db.session.get_one(Staff, staff_id), *arguments, **named)
        db.session.commit()
        return found


def look(app: APIFlask, conversation_id: str) -> Conversation:
    """The conversation as it is now."""
    with app.app_context():
        return db.session.get_one(Conversation, conversation_id)


def waits(app: APIFlask, conversation_id: str) -> Handoff | None:
    """The open handoff of a conversation."""
    with app.app_context():
        return open_handoff(db.session.get_one(Conversation, conversation_id))


def change(app: APIFlask, staff_id: str, **fields: Any) -> None:
    """Let a person be on leave, online, …"""
    with app.app_context():
        staff = db.session.get_one(Staff, staff_id)
        for name, value in fields.items():
            setattr(staff, name, value)
        db.session.commit()
