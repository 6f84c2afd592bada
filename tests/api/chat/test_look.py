"""What a stream looks at: the same as elsewhere, in few statements, and not at all while nothing can have changed."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api.chat import stream as streaming
from api.chat import talk
from api.chat.look import Look, look
from api.conversations.models import Conversation
from api.db import db
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.statements import counted


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client), language="en")


def seen(app: APIFlask, candidate: Candidate, after: int = 0) -> Look:
    found = look(app, candidate.id, after, 500, note=False)
    assert found is not None
    return found


def status(app: APIFlask, candidate: Candidate) -> dict[str, Any]:
    with app.app_context():
        return talk.status_of(db.session.get_one(Conversation, candidate.id))


def test_messages_are_as_the_history_gives_them(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    sources = [{"kind": "role", "ref": "LUM-1", "as_of": "2026-11-26T10:00:00+00:00"}]
    fake_assistant.script = lambda body: reply("Look", buttons=[{"title": "Apply", "button": "/apply"}], sources=sources)
    candidate.say("Hello")
    assert seen(app, candidate).messages == candidate.history()["messages"]
    assert [m["seq"] for m in seen(app, candidate, after=2).messages] == [3]


def _leaves_an_address(candidate: Candidate) -> None:
    candidate.ask("PUT", "reply-mail", json={"email": "anna@example.com"})


def _wants_a_person(candidate: Candidate) -> None:
    candidate.want_person()


def _wants_a_person_and_leaves_an_address(candidate: Candidate) -> None:
    candidate.want_person()
    _leaves_an_address(candidate)


@pytest.mark.parametrize("do", [lambda candidate: None, _leaves_an_address, _wants_a_person, _wants_a_person_and_leaves_an_address])
def test_the_status_is_as_everywhere(app: APIFlask, candidate: Candidate, do: Any) -> None:
    do(candidate)
    assert seen(app, candidate).status == status(app, candidate)


def test_a_message_that_waits_is_no_quiet_conversation(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    assert seen(app, candidate).settled
    fake_assistant.script = lambda body: (503, {"type": "loading"})
    candidate.say("Hello")
    found = seen(app, candidate)
    assert found.status["waiting_because"] == "waking_up"
    assert not found.settled


def test_a_person_is_looked_for_again_and_again(app: APIFlask, candidate: Candidate) -> None:
    candidate.want_person()
    found = seen(app, candidate)
    assert found.presence == {"typing": None, "seen": 0}
    assert not found.settled


def test_a_quiet_conversation_is_one_statement_and_its_news_one_more(app: APIFlask, candidate: Candidate) -> None:
    with counted(app) as said:
        seen(app, candidate, after=1)
        assert len(said) == 1
        seen(app, candidate)
        assert len(said) == 3


def test_an_idle_stream_is_kept_open_without_asking_the_database(app: APIFlask, candidate: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.001)
    monkeypatch.setattr(app.extensions["hub"], "_start_watcher", lambda: None)
    came = streaming.events(app, candidate.id, 0)
    while "keep-alive" not in next(came):
        pass
    with counted(app) as said:
        assert [next(came) for _ in range(20)] == [": keep-alive\n\n"] * 20
        assert said == []
    came.close()


def test_a_stream_whose_message_waits_looks_again_by_itself(
    app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.001)
    monkeypatch.setattr(app.extensions["hub"], "_start_watcher", lambda: None)
    fake_assistant.script = lambda body: (503, {"type": "loading"})
    candidate.say("Hello")
    came = streaming.events(app, candidate.id, 0)
    while "keep-alive" not in next(came):
        pass
    with counted(app) as said:
        assert next(came) == ": keep-alive\n\n"
        assert said
    came.close()


def test_what_the_candidate_does_elsewhere_wakes_a_settled_stream(app: APIFlask, candidate: Candidate) -> None:
    with app.extensions["hub"].follow(candidate.id) as follower:
        follower.clear()
        _leaves_an_address(candidate)
        assert follower.is_set()


def test_so_many_look_at_once_and_no_more(app: APIFlask, candidate: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams that look while others do wait for their turn, and connections remain for those who write."""
    monkeypatch.setattr(app.extensions["hub"], "_start_watcher", lambda: None)
    gate = app.extensions["hub"].looks
    taken = 0
    while gate.acquire(blocking=False):
        taken += 1
    came = streaming.events(app, candidate.id, 0)
    assert next(came) == "retry: 2000\n\n"
    told: list[str] = []
    reader = threading.Thread(target=lambda: told.append(next(came)), daemon=True)
    reader.start()
    with counted(app) as said:
        reader.join(0.2)
        assert (told, said) == ([], [])
        gate.release()
        reader.join(20)
    assert "event: message" in told[0]
    for _ in range(taken - 1):
        gate.release()
    came.close()
