"""Waking streams: whoever follows a conversation is told to look at the database again.

A wake-up may be lost or doubled; nothing depends on it. Between processes it travels through Redis where
there is one; otherwise each process asks twice a second, for all that is followed at once, what has moved. With Redis it
asks so for a share at a time, each conversation every quarter of a minute: that finds what no wake-up told, and spares
streams to look themselves. Whoever follows `EVERY` is woken for each of them, and should look at the database no
more often than people can read.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

import redis
import structlog
from flask import Flask, current_app
from sqlalchemy import func, select

from api.conversations.models import Conversation, Presence
from api.conversations.wake_ups import Ear, channel
from api.db import db, read_only

log = structlog.get_logger()
POLL_SECONDS = 0.5
# Whose wake-ups come through Redis is asked about within the first of these, a share at a time whenever the second is over.
SWEEP_SECONDS, SHARE_SECONDS = 15.0, 1.5
BATCH = 500
LEAVES_WITHIN = 2.0  # seconds over which streams end: not everybody comes back in the same moment
# However many are woken at once, so many look at a time: more would only take connections from those who write.
LOOKS = 6
# Of whom to listen for is told to Redis this often. What comes before that is found by asking the database right then.
TURN_SECONDS = 0.2
EVERY = "*"
GONE = ()  # the marks of a conversation that is no more


class Follower(threading.Event):
    """Set whenever what is followed may have changed. `seen`: the marks (`MARKS`) that its holder last saw; whoever tells
    them is not woken for what they have seen."""

    seen: tuple[Any, ...] | None = None


class Hub:
    """The followers of conversations in this process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._followers: dict[str, set[Follower]] = defaultdict(set)
        self._seen: dict[str, tuple[Any, ...]] = {}
        self._watchers: dict[str, threading.Thread] = {}
        self._told = False  # Redis tells of what moves
        self._came_or_went: set[str] = set()
        self._round: list[str] = []
        self.looks = threading.BoundedSemaphore(LOOKS)
        self._lock = threading.Lock()
        self.leaving = False
        self._redis_url: str = app.config["SETTINGS"].redis_url

    @contextmanager
    def follow(self, conversation_id: str) -> Iterator[Follower]:
        """An event that is set whenever the conversation (`EVERY`: any of them) may have changed."""
        event = Follower()
        with self._lock:
            self._followers[conversation_id].add(event)
            self._came_or_went.add(conversation_id)
            self._start_watcher()
        try:
            yield event
        finally:
            with self._lock:
                self._followers[conversation_id].discard(event)
                if not self._followers[conversation_id]:
                    del self._followers[conversation_id]
                    self._came_or_went.add(conversation_id)
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
        wanted = {"stream watcher": self._poll} | ({"wake-up listener": self._listen} if self._redis_url else {})
        for name, target in wanted.items():
            if name not in self._watchers or not self._watchers[name].is_alive():
                self._watchers[name] = threading.Thread(target=target, daemon=True, name=name)
                self._watchers[name].start()

    def _publish(self, conversation_id: str) -> None:
        try:
            client = self._app.extensions.setdefault("redis", None) or redis.Redis.from_url(self._redis_url, socket_timeout=2)
            self._app.extensions["redis"] = client
            client.publish(channel(conversation_id), b"")
        except redis.RedisError as error:
            log.warning("wake-up not sent", error=type(error).__name__)

    def _listen(self) -> None:
        """Wake on what Redis tells; while it is away, the database is asked about all that is followed."""
        while True:
            try:
                ear = Ear(self._redis_url, EVERY)
                with self._lock:
                    self._came_or_went = set(self._followers)
                while True:
                    self._turn(ear)
                    self._told = True
                    self._hear(ear, time.monotonic() + TURN_SECONDS)
            except redis.RedisError as error:
                self._told = False
                log.warning("wake-ups not heard", error=type(error).__name__)
                threading.Event().wait(POLL_SECONDS)

    def _turn(self, ear: Ear) -> None:
        """Listen to whoever is followed now."""
        with self._lock:
            changed, self._came_or_went = self._came_or_went, set()
            here = {name for name in changed if name in self._followers}
        ear.leave(changed - here)
        new = ear.follow(here)
        if new:
            self._wake_moved(new)

    def _hear(self, ear: Ear, until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            name = ear.hear(left)
            if name is not None:
                self._wake_here(name)

    def _poll(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(SHARE_SECONDS if self._told else POLL_SECONDS)
            self._wake_moved(self._due())

    def _due(self) -> list[str]:
        """Whom to ask about now: all that are followed, or as long as Redis tells of them, the next of them."""
        if not self._told:
            return list(self._followers)
        share = ceil(len(self._followers) * SHARE_SECONDS / SWEEP_SECONDS)
        if not self._round:
            self._round = list(self._followers)
        due, self._round = self._round[:share], self._round[share:]
        return due

    def _wake_moved(self, asked: list[str]) -> None:
        try:
            with self._app.app_context():
                for start in range(0, len(asked), BATCH):
                    self._wake_moved_of(asked[start : start + BATCH])
                if EVERY in asked:
                    self._wake_if_any_moved()
        except Exception as error:  # noqa: BLE001 - the watcher must outlive a database that is away
            log.warning("streams not polled", error=type(error).__name__)

    def _wake_moved_of(self, ids: list[str]) -> None:
        read_only()
        found = {id_: tuple(marks) for id_, *marks in db.session.execute(_MARKS.where(Conversation.id.in_(ids)))}
        db.session.rollback()
        for id_ in ids:
            if id_ != EVERY:
                self._wake_if_new(id_, found.get(id_, GONE))

    def _wake_if_any_moved(self) -> None:
        read_only()
        marks = db.session.execute(_NEWEST).one()
        db.session.rollback()
        self._wake_if_new(EVERY, tuple(marks))

    def _wake_if_new(self, name: str, marks: tuple[Any, ...]) -> None:
        with self._lock:
            if name not in self._followers:
                return
            before, self._seen[name] = self._seen.get(name), marks
            woken = [follower for follower in self._followers[name] if (follower.seen or before) != marks]
        for follower in woken:
            follower.set()


# What tells that a conversation has moved, and, by its indexes, that any of them has.
_present_until = select(func.max(Presence.until)).where(Presence.conversation_id == Conversation.id).correlate(Conversation).scalar_subquery()
MARKS = (
    Conversation.last_seq, Conversation.version, Conversation.updated_at, Conversation.candidate_seen_seq,
    Conversation.staff_seen_seq, Conversation.snoozed_until, _present_until,
)  # fmt: skip
_MARKS = select(Conversation.id, *MARKS)
_NEWEST = select(select(func.max(Conversation.updated_at)).scalar_subquery(), select(func.max(Presence.until)).scalar_subquery())


def hub() -> Hub:
    """The current application's hub."""
    found: Hub = current_app.extensions["hub"]
    return found


def init_app(app: Flask) -> None:
    """Give `app` its hub."""
    app.extensions["hub"] = Hub(app)
