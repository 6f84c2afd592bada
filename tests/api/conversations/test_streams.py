"""Wake-ups for whoever follows all conversations, or one, also when another process moved it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.conversations import streams
from api.conversations.models import Conversation, Presence
from api.conversations.service import Draft, append, lock, start_conversation
from api.conversations.streams import EVERY, MARKS, hub
from api.db import db


@pytest.fixture(autouse=True)
def _no_watcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests look at the database when they mean to."""
    monkeypatch.setattr(streams.Hub, "_start_watcher", lambda self: None)


def begun() -> str:
    conversation, _ = start_conversation("sv")
    db.session.commit()
    return conversation.id


def test_any_message_wakes_who_follows_all_and_only_its_own_wakes_who_follows_one(context: APIFlask) -> None:
    one, two = begun(), begun()
    with hub().follow(EVERY) as everything, hub().follow(one) as first, hub().follow(two) as second:
        append(lock(two), Draft("candidate", "Hej"))
        assert not everything.is_set()
        db.session.commit()
        assert [e.is_set() for e in (everything, first, second)] == [True, False, True]
    hub().wake(one)  # nobody is there any more


def _new_message(id_: str) -> None:
    row = db.session.get_one(Conversation, id_)
    row.last_seq, row.updated_at = row.last_seq + 1, clock.now()


def _typing(id_: str) -> None:
    db.session.add(Presence(conversation_id=id_, who="candidate", doing="typing", until=clock.now() + timedelta(seconds=8)))


@pytest.mark.parametrize("move", [_new_message, _typing])
def test_what_another_process_did_is_found_by_looking(context: APIFlask, move: Callable[[str], None]) -> None:
    one, two = begun(), begun()
    with hub().follow(EVERY) as everything, hub().follow(one) as first, hub().follow(two) as second:
        hub()._wake_moved(everybody())
        for event in (everything, first, second):
            event.clear()
        hub()._wake_moved(everybody())
        assert not everything.is_set()
        move(two)
        db.session.commit()
        hub()._wake_moved(everybody())
        assert [e.is_set() for e in (everything, first, second)] == [True, False, True]


def test_seen_marks_of_another_process_are_found_too(context: APIFlask) -> None:
    one = begun()
    with hub().follow(one) as first:
        hub()._wake_moved(everybody())
        first.clear()
        db.session.get_one(Conversation, one).candidate_seen_seq = 1
        db.session.commit()
        hub()._wake_moved(everybody())
        assert first.is_set()


def everybody() -> list[str]:
    return list(hub()._followers)


def marks_of(id_: str) -> tuple[Any, ...]:
    db.session.rollback()
    return tuple(db.session.execute(select(*MARKS).where(Conversation.id == id_)).one())


def test_who_has_told_what_it_saw_is_not_woken_for_that_but_for_what_comes_then(context: APIFlask) -> None:
    one = begun()
    with hub().follow(one) as knows, hub().follow(one) as does_not:
        knows.seen = marks_of(one)
        hub()._wake_moved(everybody())
        assert [knows.is_set(), does_not.is_set()] == [False, True]
        _new_message(one)
        db.session.commit()
        hub()._wake_moved(everybody())
        assert knows.is_set()


def test_who_saw_an_older_state_is_woken_although_the_hub_has_seen_the_newer(context: APIFlask) -> None:
    one = begun()
    with hub().follow(one) as late:
        late.seen = marks_of(one)
        _new_message(one)
        db.session.commit()
        for _ in range(2):  # whatever the hub remembers
            late.clear()
            hub()._wake_moved(everybody())
            assert late.is_set()


def test_the_end_of_a_conversation_is_found(context: APIFlask) -> None:
    one = begun()
    with hub().follow(one) as follower:
        follower.seen = marks_of(one)
        db.session.delete(db.session.get_one(Conversation, one))
        db.session.commit()
        hub()._wake_moved(everybody())
        assert follower.is_set()


def test_without_redis_all_are_asked_about_at_once(context: APIFlask) -> None:
    with hub().follow("a"), hub().follow("b"), hub().follow(EVERY):
        assert set(hub()._due()) == {"a", "b", EVERY}


def test_while_redis_tells_each_is_asked_about_once_a_round_a_share_at_a_time(context: APIFlask) -> None:
    shares = round(streams.SWEEP_SECONDS / streams.SHARE_SECONDS)
    with ExitStack() as stack:
        followed = [stack.enter_context(hub().follow(f"c{n}")) and f"c{n}" for n in range(3 * shares)]
        hub()._told = True
        due = [hub()._due() for _ in range(shares)]
        assert [len(d) for d in due] == [3] * shares
        assert sorted(sum(due, [])) == sorted(followed)
        hub()._told = False
        assert len(hub()._due()) == len(followed)


def test_nothing_is_remembered_of_who_has_left(context: APIFlask) -> None:
    one = begun()
    with hub().follow(one):
        asked = everybody()
    hub()._wake_moved(asked)
    assert not hub()._seen
    assert hub().streams == 0
