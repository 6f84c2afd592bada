"""Whatever the assistant does wrong, nothing of it is stored, it is tried again, and in the end a person is asked."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api import clock, jobs
from api.conversations.models import Conversation, Effect, Turn
from api.db import db
from api.handoff.models import Handoff
from api.outbox.models import Mail
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.conftest import MakeApp

LONG = "x" * 65
RUBBISH: dict[str, Any] = {
    "no replies": {"effects": [], "state": {}},
    "no state": {"replies": [], "effects": []},
    "state of another type": reply(state="opaque"),
    "replies of another type": reply(replies="Hej"),
    "reply without text": reply(replies=[{"language": "sv"}]),
    "reply in an unknown language": reply(replies=[{"text": "Hallo", "language": "german"}]),
    "reply with NUL": reply("Hej\x00"),
    "button without payload": reply(replies=[{"text": "Vad?", "buttons": [{"title": "Lön"}]}]),
    "unknown effect": reply(effects=[{"kind": "hire_at_once"}]),
    "effect without kind": reply(effects=[{"reason": "x"}]),
    "effect whose kind is a list": reply(effects=[{"kind": ["handoff"]}]),
    "unknown effect after a known one": reply(effects=[{"kind": "handoff", "reason": "complaint"}, {"kind": "hire_at_once"}]),
    "an intent that has no room": reply(intent=LONG),
    "status 500": (500, {"type": "failed_action", "title": "x", "detail": "y"}),
    "status 401": (401, {"type": "bad_secret"}),
    "status 200 for a failure": {"type": "failed_action", "title": "x"},
    "status 202": (202, reply("Senare")),
    "redirect": (307, {"Location": "http://127.0.0.1:1/"}),
}


def stored(app: APIFlask, candidate: Candidate) -> dict[str, Any]:
    """What a turn could have left behind."""
    with app.app_context():
        conversation = db.session.get_one(Conversation, candidate.id)
        counts = {t.__tablename__: db.session.scalar(select(func.count()).select_from(t)) for t in (Effect, Handoff, Mail)}
        return counts | {"state": conversation.state, "owner": conversation.owner, "lease": conversation.lease, "last_seq": conversation.last_seq}


NOTHING = {"effects": 0, "handoffs": 0, "mails": 0, "state": None, "owner": "assistant", "lease": None, "last_seq": 2}


def test_a_wrong_answer_stores_nothing_and_is_tried_again(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    for name, answer in RUBBISH.items():
        fake_assistant.script = lambda body, answer=answer: answer
        candidate = Candidate(over_flask(client))
        sent = candidate.say("Vad är lönen?")
        assert (sent["status"], sent["waiting_because"], sent["replies"]) == ("waiting", "delayed", []), name
        assert stored(app, candidate) == NOTHING, name
        fake_assistant.script = lambda body: reply("Nu går det")
        with clock.at(clock.now() + timedelta(seconds=2)), app.app_context():
            jobs.run_now("conversations.run", candidate.id)
        assert candidate.seen()[1:] == [("candidate", "Vad är lönen?"), ("assistant", "Nu går det")], name


def test_an_assistant_that_is_loading_is_called_waking_up(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: (503, {"type": "loading"})
    sent = Candidate(over_flask(client)).say("Vad är lönen?")
    assert (sent["status"], sent["waiting_because"]) == ("waiting", "waking_up")


def test_an_assistant_that_hangs_is_given_up_in_time(make_app: MakeApp, fake_assistant: FakeAssistant) -> None:
    app = make_app(assistant_url=fake_assistant.url, turn_timeout=0.3)
    released = threading.Event()
    fake_assistant.script = lambda body: released.wait(5) and reply("Too late")
    candidate = Candidate(over_flask(app.test_client()))
    started = time.monotonic()
    sent = candidate.say("Vad är lönen?")
    assert time.monotonic() - started < 4
    released.set()
    assert (sent["status"], sent["waiting_because"]) == ("waiting", "delayed")
    assert stored(app, candidate) == NOTHING


@contextmanager
def listening(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """Something on a port that takes connections and speaks as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                    with connection:
                        speak(connection)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def drip(connection: socket.socket) -> None:
    """A good answer, a byte every now and then."""
    body = json.dumps(reply("Droppe")).encode()
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
    for byte in body:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


def flood(connection: socket.socket) -> None:
    """An answer without an end."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"replies": [')
    while True:
        connection.sendall(b'{"text": "' + b"x" * 60_000 + b'"},')


def hang_up(connection: socket.socket) -> None:
    connection.recv(10)


def gibberish(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01 what?\r\n\r\n")


@pytest.mark.parametrize("speak", [drip, flood, hang_up, gibberish])
def test_a_connection_that_goes_wrong_costs_no_more_than_the_turns_time(make_app: MakeApp, speak: Callable[[socket.socket], None]) -> None:
    with listening(speak) as url:
        app = make_app(assistant_url=url, turn_timeout=0.5)
        candidate = Candidate(over_flask(app.test_client()))
        started = time.monotonic()
        sent = candidate.say("Vad är lönen?")
        assert time.monotonic() - started < 4
        assert (sent["status"], sent["waiting_because"]) == ("waiting", "delayed")
        assert stored(app, candidate) == NOTHING


def test_retries_wait_longer_each_time(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: (500, {})
    candidate = Candidate(over_flask(client))
    moment, waits = clock.now(), []
    with clock.at(moment):
        candidate.say("Vad är lönen?")
    with app.app_context():
        for _ in range(6):
            due = db.session.scalars(select(Turn.due_at)).one()
            db.session.rollback()
            waits.append((due - moment).total_seconds())
            moment = due
            with clock.at(moment):
                jobs.run_now("conversations.run", candidate.id)
    assert waits == sorted(waits)
    assert waits[0] <= 2 < waits[-1] <= 60
    assert len(fake_assistant.bodies) == 7


def test_after_too_long_a_person_is_asked_and_the_candidate_told_once(make_app: MakeApp, fake_assistant: FakeAssistant) -> None:
    app = make_app(assistant_url=fake_assistant.url, handoff_after=60)
    fake_assistant.script = lambda body: (500, {})
    candidate = Candidate(over_flask(app.test_client()), language="en")
    message = candidate.say("What is the pay for this job?")["message"]
    for seconds in (30, 70, 80, 500):
        with clock.at(clock.now() + timedelta(seconds=seconds)), app.app_context():
            jobs.run_now("conversations.sweep")
            jobs.run_now("conversations.run", candidate.id)
    shown = candidate.history()
    assert shown["status"] == "with_recruiter"
    told = [m for m in shown["messages"] if m["sender"] == "system"]
    assert [m["in_reply_to"] for m in told] == [message["id"]]
    assert "recruiter" in told[0]["text"]
    with app.app_context():
        handoff = db.session.scalars(select(Handoff)).one()
        assert (handoff.reason, handoff.priority) == ("assistant_failed", "high")
        assert "URGENT" in db.session.scalars(select(Mail.subject)).one()
        assert db.session.scalar(select(func.count()).select_from(Turn).where(Turn.status == "pending")) == 0
    assert candidate.say("Anybody there?")["replies"] == []
