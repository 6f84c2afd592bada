"""Waking streams: whoever follows a conversation is told to look at the database again.

A wake-up may be lost or doubled; nothing depends on it. Between processes it travels through Redis where
there is one; otherwise one query a second and process asks which followed conversations have moved. Whoever
follows `EVERY` is woken for each of them, and should look at the database no more often than people can read.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy import func, select

from api.conversations.models import Conversation, Presence
from api.db import db, read_only

log = structlog.get_logger()
POLL_SECONDS = 1.0
LEAVES_WITHIN = 2.0  # seconds over which streams end: not everybody comes back in the same moment
CHANNEL = "desk:conversations"
EVERY = "*"


class Hub:
    """The followers of conversations in this process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._followers: dict[str, set[threading.Event]] = defaultdict(set)
        self._seen: dict[str, tuple[Any, ...]] = {}
        self._watcher: threading.Thread | None = None
        self._lock = threading.Lock()
        self.leaving = False
        self._redis_url: str = app.config["SETTINGS"].redis_url

    @contextmanager
    def follow(self, conversation_id: str) -> Iterator[threading.Event]:
        """An event that is set whenever the conversation (`EVERY`: any of them) may have changed."""
        event = threading.Event()
        with self._lock:
            self._followers[conversation_id].add(event)
            self._start_watcher()
        try:
            yield event
        finally:
            with self._lock:
                self._followers[conversation_id].discard(event)
                if not self._followers[conversation_id]:
                    del self._followers[conversation_id]
                    self._seen.pop(conversation_id, None)

    @property
    def streams(self) -> int:
        """How many follow something in this process."""
        return sum(len(events) for events in list(self._followers.values()))

    def leave(self) -> None:
        """This process will end: have its streams end, which go on with another gateway after the last number they have."""
        self.leaving = True
        events = [event for events in list(self._followers.values()) for event in list(events)]
        for event in events:
            event.set()
            time.sleep(LEAVES_WITHIN / len(events))

    def wake(self, conversation_id: str) -> None:
        """Wake this process's followers, and through Redis those of the others."""
        self._wake_here(conversation_id)
        if self._redis_url:
            self._publish(conversation_id)

    def _wake_here(self, conversation_id: str) -> None:
        for name in (conversation_id, EVERY):
            self._set(name)

    def _set(self, name: str) -> None:
        for event in list(self._followers.get(name, ())):
            event.set()

    def _start_watcher(self) -> None:
        if self._watcher is None or not self._watcher.is_alive():
            target = self._listen if self._redis_url else self._poll
            self._watcher = threading.Thread(target=target, daemon=True, name="stream watcher")
            self._watcher.start()

    def _publish(self, conversation_id: str) -> None:
        import redis

        try:
            client = self._app.extensions.setdefault("redis", None) or redis.Redis.from_url(self._redis_url, socket_timeout=2)
            self._app.extensions["redis"] = client
            client.publish(CHANNEL, conversation_id)
        except redis.RedisError as error:
            log.warning("wake-up not sent", error=type(error).__name__)

    def _listen(self) -> None:
        """Wake on what Redis tells; while Redis is away, fall back to asking the database."""
        import redis

        while True:
            try:
                pubsub = redis.Redis.from_url(self._redis_url, socket_timeout=30).pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                pubsub.subscribe(CHANNEL)
                self._wake_moved()
                while True:
                    message = pubsub.get_message(timeout=20)
                    if message:
                        self._wake_here(message["data"].decode())
            except redis.RedisError as error:
                log.warning("wake-ups not heard", error=type(error).__name__)
                threading.Event().wait(POLL_SECONDS)
                self._wake_moved()

    def _poll(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(POLL_SECONDS)
            self._wake_moved()

    def _wake_moved(self) -> None:
        followed = list(self._followers)
        try:
            with self._app.app_context():
                for start in range(0, len(followed), 500):
                    self._wake_moved_of(followed[start : start + 500])
                if EVERY in followed:
                    self._wake_if_any_moved()
        except Exception as error:  # noqa: BLE001 - the watcher must outlive a database that is away
            log.warning("streams not polled", error=type(error).__name__)

    def _wake_moved_of(self, ids: list[str]) -> None:
        read_only()
        for id_, *marks in db.session.execute(_MARKS.where(Conversation.id.in_(ids))):
            self._wake_if_new(id_, tuple(marks))
        db.session.rollback()

    def _wake_if_any_moved(self) -> None:
        read_only()
        marks = db.session.execute(_NEWEST).one()
        db.session.rollback()
        self._wake_if_new(EVERY, tuple(marks))

    def _wake_if_new(self, name: str, marks: tuple[Any, ...]) -> None:
        if self._seen.get(name) != marks:
            self._seen[name] = marks
            self._set(name)


# What tells that a conversation has moved, and, by its indexes, that any of them has.
_present_until = select(func.max(Presence.until)).where(Presence.conversation_id == Conversation.id).correlate(Conversation).scalar_subquery()
_MARKS = select(
    Conversation.id, Conversation.last_seq, Conversation.version, Conversation.updated_at, Conversation.candidate_seen_seq,
    Conversation.staff_seen_seq, Conversation.snoozed_until, _present_until,
)  # fmt: skip
_NEWEST = select(select(func.max(Conversation.updated_at)).scalar_subquery(), select(func.max(Presence.until)).scalar_subquery())


def hub() -> Hub:
    """The current application's hub."""
    found: Hub = current_app.extensions["hub"]
    return found


def init_app(app: Flask) -> None:
    """Give `app` its hub."""
    app.extensions["hub"] = Hub(app)
