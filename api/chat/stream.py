"""A conversation's stream: everything after a number, then whatever comes, as server-sent events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, json

from api.chat.schemas import MessageOut
from api.conversations import queries
from api.conversations.models import Conversation
from api.conversations.streams import Hub
from api.db import db, read_only

KEEP_ALIVE_SECONDS = 15
BATCH = 500


def events(app: Flask, conversation_id: str, after: int) -> Iterator[str]:
    """Endless: `message` events with their number as id, `status` when it changes, comments to keep it open."""
    hub: Hub = app.extensions["hub"]
    status = None
    with hub.follow(conversation_id) as moved:
        yield "retry: 2000\n\n"
        while True:
            moved.clear()
            found = _look(app, conversation_id, after)
            if found is None:
                return
            for message in found["messages"]:
                after = message["seq"]
                yield f"id: {after}\nevent: message\ndata: {json.dumps(message, ensure_ascii=False)}\n\n"
            if found["status"] != status:
                status = found["status"]
                yield f"event: status\ndata: {json.dumps(status)}\n\n"
            if len(found["messages"]) < BATCH and not moved.wait(KEEP_ALIVE_SECONDS):
                yield ": keep-alive\n\n"


def _look(app: Flask, conversation_id: str, after: int) -> dict[str, Any] | None:
    with app.app_context():
        read_only()
        conversation = db.session.get(Conversation, conversation_id)
        if conversation is None:
            return None
        public = [queries.as_public(m) for m in queries.messages_after(conversation_id, after, BATCH)]
        found = {"messages": MessageOut(many=True).dump(public), "status": queries.status_of(conversation)}
        db.session.rollback()
        return found
