"""Wake-ups through a real Redis: from one process's hub to another's, only where somebody follows, also when Redis comes back."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import redis
from apiflask import APIFlask

from api.conversations import streams
from api.conversations.models import Conversation
from api.conversations.service import Draft, append, lock, start_conversation
from api.conversations.streams import EVERY, Hub
from api.conversations.wake_ups import CHANNEL, Ear, channel
from api.db import db
from tests.api.conftest import MakeApp
from tests.api.serving import wait_for
from tests.faults.servers import Redis

pytestmark = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    started = Redis()
    yield started
    started.close()


def heard(ear: Ear) -> list[str]:
    """All that has been told so far: a last word of one's own comes after it."""
    found: list[str] = []
    while (name := ear.hear(5)) != "":
        if name is not None:
            found.append(name)
    return found


def tell(server: Redis, *names: str) -> None:
    client = redis.Redis.from_url(server.url)
    for name in names:
        client.publish(channel(name), b"")
    client.publish(CHANNEL, b"")  # the last word


@pytest.fixture
def ear(server: Redis) -> Iterator[Ear]:
    listening = Ear(server.url, EVERY)
    yield listening
    listening.close()


def test_only_what_is_followed_is_heard(server: Redis, ear: Ear) -> None:
    assert ear.follow(["a", "b"]) == ["a", "b"]
    assert ear.follow(["b", "c"]) == ["c"]
    ear.leave(["a", "never-followed"])
    ear.hear(0.1)
    tell(server, "a", "b", "c", "d")
    assert heard(ear) == ["b", "c"]


def test_whoever_follows_every_hears_all(server: Redis, ear: Ear) -> None:
    ear.follow([EVERY])
    tell(server, "a", "b")
    assert [name for name in heard(ear) if name] == ["a", "b"]
    ear.leave([EVERY])
    tell(server, "a")
    assert heard(ear) == []


def test_more_than_fit_into_one_command_are_followed(server: Redis, ear: Ear) -> None:
    names = [f"c{n}" for n in range(1200)]
    ear.follow(names)
    tell(server, "c0", "c600", "c1199")
    assert heard(ear) == ["c0", "c600", "c1199"]


@pytest.fixture
def two(make_app: MakeApp, server: Redis, monkeypatch: pytest.MonkeyPatch) -> tuple[APIFlask, APIFlask]:
    """Two gateways that hear of one another through Redis alone: neither asks the database."""
    monkeypatch.setattr(streams, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(Hub, "_poll", lambda self: threading.Event().wait())
    return make_app(redis_url=server.url), make_app(redis_url=server.url)


def begun(app: APIFlask) -> str:
    with app.app_context():
        conversation, _ = start_conversation("sv")
        db.session.commit()
        return conversation.id


def say(app: APIFlask, id_: str) -> None:
    with app.app_context():
        append(lock(id_), Draft("recruiter", "Hej"))
        db.session.commit()


def marks(app: APIFlask, id_: str) -> tuple[object, ...]:
    with app.app_context():
        return tuple(db.session.execute(streams.select(*streams.MARKS).where(Conversation.id == id_)).one())


def test_what_one_gateway_stores_wakes_the_streams_of_another(two: tuple[APIFlask, APIFlask]) -> None:
    here, there = two
    id_ = begun(there)
    with here.extensions["hub"].follow(id_) as follower:
        wait_for(lambda: here.extensions["hub"]._told and not here.extensions["hub"]._came_or_went)
        follower.seen = marks(here, id_)
        follower.clear()
        say(there, id_)
        assert follower.wait(10)


def test_what_came_before_redis_was_listened_to_is_found(two: tuple[APIFlask, APIFlask]) -> None:
    here, there = two
    id_ = begun(there)
    before = marks(here, id_)
    say(there, id_)
    with here.extensions["hub"].follow(id_) as follower:
        follower.seen = before
        assert follower.wait(10)


def test_after_redis_was_away_streams_are_woken_again(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Redis()
    try:
        monkeypatch.setattr(streams, "POLL_SECONDS", 0.05)
        here, there = make_app(redis_url=own.url), make_app(redis_url=own.url)
        id_, hub = begun(there), here.extensions["hub"]
        with hub.follow(id_) as follower:
            wait_for(lambda: hub._told)
            own.stop()
            wait_for(lambda: not hub._told)
            follower.seen = marks(here, id_)
            follower.clear()
            say(there, id_)
            assert follower.wait(10), "while Redis is away, the database is asked"
            own.start()
            wait_for(lambda: hub._told)
            monkeypatch.setattr(hub, "_wake_moved", lambda asked: None)
            follower.clear()
            say(there, id_)
            assert follower.wait(10), "and then Redis tells again"
    finally:
        with suppress(Exception):
            own.close()
