"""The desk's streams, as server-sent events: what has moved, for the page to ask for. The hub wakes them.

They carry no candidate's words: the page gets those by its usual addresses, rendered.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, json

from api import clock
from api.accounts import access
from api.accounts.models import Staff
from api.conversations.streams import Hub
from api.db import db, read_only
from api.desk.pulse import Pulse, pulse
from api.desk.talk import fingerprint
from api.handoff import presence

KEEP_ALIVE_SECONDS = 15
# Colleagues and candidates stop typing without telling anybody; with several processes and no Redis they start so, too.
GLANCE_SECONDS = 3
# However much happens, a page is told at most this often.
REST_SECONDS = 0.4
# Browsers keep comments to themselves, and the page wants to know whether the line still lives.
BEAT = "event: beat\ndata: null\n\n"
SIGNED_OUT = "event: signed-out\ndata: null\n\n"


@dataclass(frozen=True)
class Reader:
    """Whose page it is, by which session."""

    staff_id: str
    session_id: str


def desk_events(app: Flask, reader: Reader, since: datetime | None) -> Iterator[str]:
    """Endless: `counts` and `moved` when they change, `work` for each thing that is new since the stream began, or since `since`."""
    hub: Hub = app.extensions["hub"]
    before: Pulse | None = None
    with hub.follow("*") as moved:
        yield "retry: 2000\n\n"
        while True:
            moved.clear()
            at = clock.now()
            found = _pulse(app, reader)
            if found is None:
                yield SIGNED_OUT
                return
            yield from _news(before, found, since, at)
            before = found
            if hub.leaving:
                return
            if not moved.wait(KEEP_ALIVE_SECONDS):
                yield BEAT
            _rest()


def conversation_events(app: Flask, reader: Reader, conversation_id: str) -> Iterator[str]:
    """Endless: `changed` with what tells the page how much to ask for anew. Whoever reads this is looking at the conversation."""
    try:
        yield from _conversation_events(app, reader, conversation_id)
    finally:
        _leave(app, reader, conversation_id)


def _conversation_events(app: Flask, reader: Reader, conversation_id: str) -> Iterator[str]:
    hub: Hub = app.extensions["hub"]
    before: dict[str, Any] | None = None
    spoke = 0.0
    with hub.follow(conversation_id) as moved:
        yield "retry: 2000\n\n"
        while True:
            moved.clear()
            looks = time.monotonic() - spoke > KEEP_ALIVE_SECONDS
            if looks and not _signed_in(app, reader):
                yield SIGNED_OUT
                return
            found = _look(app, reader, conversation_id, looks)
            if found is None:
                yield "event: gone\ndata: null\n\n"
                return
            if found != before or looks:
                yield _event("changed", found) if found != before else BEAT
                before, spoke = found, time.monotonic()
            if hub.leaving:
                return
            moved.wait(GLANCE_SECONDS)
            _rest()


def _news(before: Pulse | None, found: Pulse, since: datetime | None, at: datetime) -> Iterator[str]:
    if before is None or before.counts != found.counts:
        yield _event("counts", found.counts, at)
    moved = [part for part in ("people", "assistant", "requests") if before is not None and getattr(before, part) != getattr(found, part)]
    if moved or (before is None and since is not None):
        yield _event("moved", moved or ["people", "assistant", "requests"], at)
    for key, item in found.work.items():
        new = key not in before.work if before is not None else since is not None and item.at > since and not key.startswith("given:")
        if new:
            yield _event("work", item.public(), at)


def _event(name: str, data: Any, at: datetime | None = None) -> str:
    number = f"id: {at.isoformat()}\n" if at else ""
    return f"{number}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _rest() -> None:
    threading.Event().wait(REST_SECONDS)


def _pulse(app: Flask, reader: Reader) -> Pulse | None:
    with app.app_context():
        if not access.still_signed_in(reader.session_id):
            return None
        read_only()
        try:
            return pulse(db.session.get_one(Staff, reader.staff_id))
        finally:
            db.session.rollback()


def _signed_in(app: Flask, reader: Reader) -> bool:
    with app.app_context():
        return access.still_signed_in(reader.session_id)


def _look(app: Flask, reader: Reader, conversation_id: str, present: bool) -> dict[str, Any] | None:
    """The conversation in short; `present`: and tell others that this person still looks at it. None once it is gone."""
    with app.app_context():
        read_only()
        known = fingerprint(conversation_id)
        others = sorted((other.who, other.doing) for other in presence.others(conversation_id, reader.staff_id)) if known else []
        db.session.rollback()
        if known is None:
            return None
        if present:
            presence.looks(conversation_id, reader.staff_id)
            db.session.commit()
    return {"seq": known.seq, "lines": _short(known.lines), "frame": _short(known.frame), "here": _short(others)}


def _leave(app: Flask, reader: Reader, conversation_id: str) -> None:
    with app.app_context():
        presence.leave(conversation_id, reader.staff_id)
        db.session.commit()


def _short(value: Any) -> str:
    return hashlib.blake2s(repr(value).encode(), digest_size=6).hexdigest()
