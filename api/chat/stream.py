"""A conversation's stream: everything after a number, then whatever comes, as server-sent events."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from flask import Flask, json

from api.chat.look import Look, look
from api.conversations.streams import Follower, Hub

KEEP_ALIVE_SECONDS = 15
TYPING_SECONDS = 5
BATCH = 500


def events(app: Flask, conversation_id: str, after: int, opened_for: tuple[str | None] | None = None) -> Iterator[str]:
    """Endless until the process leaves: `message` events with their number as id, `status` and `presence` when they change, comments to keep it open.

    While a person is asked for or there, whoever reads the stream is known to be looking. With `opened_for` (the id of who
    had proved who they are, or None) it ends when that is somebody else: whether it may go on is found out when asked again.
    """
    hub: Hub = app.extensions["hub"]
    told: dict[str, Any] = {"status": None, "presence": None}
    waited = True
    with hub.follow(conversation_id) as moved:
        yield "retry: 2000\n\n"
        while True:
            with hub.looks:
                moved.clear()
                found = look(app, conversation_id, after, BATCH, note=waited)
            if found is None or (opened_for and found.candidate != opened_for[0]):
                return
            moved.seen = found.marks
            for message in found.messages:
                after = message["seq"]
                yield f"id: {after}\n{_event('message', message)}"
            for name in told:
                if getattr(found, name) != told[name]:
                    told[name] = getattr(found, name)
                    yield _event(name, told[name])
            if hub.leaving:
                return
            waited = False
            if len(found.messages) < BATCH:
                waited = yield from _wait(moved, found)


def _wait(moved: Follower, found: Look) -> Generator[str, None, bool]:
    """Until there is a reason to look again. True: nobody woke us, but something may have changed by itself."""
    while not moved.wait(_patience(found.presence)):
        yield ": keep-alive\n\n"
        if not found.settled:
            return True
    return False


def _patience(presence: dict[str, Any] | None) -> float:
    """That somebody has stopped typing wakes nobody: it is found by looking again."""
    return min(KEEP_ALIVE_SECONDS, TYPING_SECONDS) if presence and presence["typing"] else KEEP_ALIVE_SECONDS


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
