"""Wake-ups for whoever follows all conversations, or one, also when another process moved it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask

from api import clock
from api.conversations import streams
from api.conversations.models import Conversation, Presence
from api.conversations.service import Draft, append, lock, start_conversation
from api.conversations.streams import EVERY, hub
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
        hub()._wake_moved(list(hub()._followers))
        for event in (everything, first, second):
            event.clear()
        hub()._wake_moved(list(hub()._followers))
        assert not everything.is_set()
        move(two)
        db.session.commit()
        hub()._wake_moved(list(hub()._followers))
        assert [e.is_set() for e in (everything, first, second)] == [True, False, True]


def test_seen_marks_of_another_process_are_found_too(context: APIFlask) -> None:
    one = begun()
    with hub().follow(one) as first:
        hub()._wake_moved(list(hub()._followers))
        first.clear()
        db.session.get_one(Conversation, one).candidate_seen_seq = 1
        db.session.commit()
        hub()._wake_moved(list(hub()._followers))
        assert first.is_set()
