"""A conversation's stream: everything after a number, then whatever comes, as server-sent events."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from typing import Any

from flask import Flask, json

from api.chat import talk
from api.chat.schemas import MessageOut
from api.conversations import queries
from api.conversations.models import Conversation
from api.conversations.streams import Hub
from api.db import db, read_only

KEEP_ALIVE_SECONDS = 15
TYPING_SECONDS = 5
BATCH = 500


def events(app: Flask, conversation_id: str, after: int) -> Iterator[str]:
    """Endless: `message` events with their number as id, `status` and `presence` when they change, comments to keep it open.

    While a person is asked for or there, whoever reads the stream is known to be looking.
    """
    hub: Hub = app.extensions["hub"]
    told: dict[str, Any] = {"status": None, "presence": None}
    waited = True
    with hub.follow(conversation_id) as moved:
        yield "retry: 2000\n\n"
        while True:
            moved.clear()
            with hub.looks:
                found = _look(app, conversation_id, after, note=waited)
            if found is None:
                return
            for message in found["messages"]:
                after = message["seq"]
                yield f"id: {after}\n{_event('message', message)}"
            for name in told:
                if found[name] != told[name]:
                    told[name] = found[name]
                    yield _event(name, told[name])
            waited = False
            if len(found["messages"]) < BATCH:
                waited = yield from _wait(moved, found)


def _wait(moved: threading.Event, found: dict[str, Any]) -> Generator[str, None, bool]:
    """Until there is a reason to look again. True: nobody woke us, but something may have changed by itself."""
    while not moved.wait(_patience(found["presence"])):
        yield ": keep-alive\n\n"
        if not _settled(found):
            return True
    return False


def _settled(found: dict[str, Any]) -> bool:
    """Whether whatever may change is told by a wake-up, or found by the hub: then an idle stream asks the database for nothing."""
    return bool(found["presence"] is None and found["status"]["status"] == "answered")


def _patience(presence: dict[str, Any] | None) -> float:
    """That somebody has stopped typing wakes nobody: it is found by looking again."""
    return min(KEEP_ALIVE_SECONDS, TYPING_SECONDS) if presence and presence["typing"] else KEEP_ALIVE_SECONDS


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _look(app: Flask, conversation_id: str, after: int, note: bool) -> dict[str, Any] | None:
    """What is there now. With `note`, it is noted that the candidate looks, if that matters to somebody."""
    with app.app_context():
        read_only()
        conversation = db.session.get(Conversation, conversation_id)
        if conversation is None:
            return None
        public = [queries.as_public(m) for m in queries.messages_after(conversation_id, after, BATCH)]
        with_person = conversation.owner != "assistant"
        found = {"messages": MessageOut(many=True).dump(public), "status": talk.status_of(conversation)}
        found["presence"] = talk.presence_of(conversation) if with_person else None
        db.session.rollback()
        if note and with_person:
            talk.note_looking(conversation_id)
        return found
