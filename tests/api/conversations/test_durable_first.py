"""A message is stored before anything is done with it, and is answered once, whatever happens in between."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from api import clock, jobs
from api.config import ROOT
from api.conversations.models import Conversation, Turn
from api.db import db
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, new_client_id, over_flask
from tests.api.conftest import SECRET, MakeApp
from tests.api.serving import wait_for, work


def sleeping_app(make_app: MakeApp, **settings: object) -> tuple[APIFlask, int]:
    """A gateway whose assistant does not listen yet, and the port where it will."""
    gone = FakeAssistant()
    gone.close()
    port = int(gone.url.rpartition(":")[2])
    return make_app(assistant_url=f"http://127.0.0.1:{port}", **settings), port


def test_a_message_to_a_sleeping_assistant_is_stored_and_waits(make_app: MakeApp) -> None:
    app, _ = sleeping_app(make_app)
    candidate = Candidate(over_flask(app.test_client()))
    sent = candidate.say("Vad är lönen?")
    assert (sent["status"], sent["waiting_because"], sent["replies"]) == ("waiting", "waking_up", [])
    history = candidate.history()
    assert [m["text"] for m in history["messages"]][1:] == ["Vad är lönen?"]
    assert (history["status"], history["waiting_because"]) == ("waiting", "waking_up")


def test_the_retry_answers_once_when_the_assistant_is_back(make_app: MakeApp) -> None:
    app, port = sleeping_app(make_app)
    candidate = Candidate(over_flask(app.test_client()))
    message = candidate.say("Vad är lönen?")["message"]
    back = FakeAssistant(port)
    try:
        for _ in range(3):
            with clock.at(clock.now() + timedelta(seconds=2)):
                work(app, until=timedelta(seconds=2))
        assert candidate.seen()[1:] == [("candidate", "Vad är lönen?"), ("assistant", "Echo: Vad är lönen?")]
        assert [b["message_id"] for b in back.bodies] == [message["id"]]
        assert candidate.history()["status"] == "answered"
    finally:
        back.close()


def test_a_failed_turn_is_not_tried_before_its_time(make_app: MakeApp) -> None:
    app, port = sleeping_app(make_app)
    candidate = Candidate(over_flask(app.test_client()))
    candidate.say("Vad är lönen?")
    back = FakeAssistant(port)
    try:
        with clock.at(clock.now()), app.app_context():
            jobs.run_now("conversations.run", candidate.id)
            assert back.bodies == []
    finally:
        back.close()


def test_the_sweep_finds_a_message_whose_wake_up_was_lost(make_app: MakeApp) -> None:
    app, port = sleeping_app(make_app)
    candidate = Candidate(over_flask(app.test_client()))
    candidate.say("Vad är lönen?")
    app.extensions["jobs"]["huey"].storage.flush_all()
    back = FakeAssistant(port)
    try:
        with clock.at(clock.now() + timedelta(seconds=5)), app.app_context():
            jobs.run_now("conversations.sweep")
            work(app)
        assert candidate.seen()[-1] == ("assistant", "Echo: Vad är lönen?")
        assert len(back.bodies) == 1
    finally:
        back.close()


def test_a_message_is_taken_while_the_queue_itself_is_broken(make_app: MakeApp) -> None:
    app, _ = sleeping_app(make_app)
    candidate = Candidate(over_flask(app.test_client()))
    with sqlite3.connect(app.config["SETTINGS"].var / "queue.db") as queue:
        queue.executescript("DROP TABLE task; DROP TABLE schedule; DROP TABLE kv")
    assert candidate.say("Vad är lönen?")["status"] == "waiting"
    assert candidate.seen()[-1] == ("candidate", "Vad är lönen?")


def test_a_request_that_died_before_its_turn_is_found_by_the_sweep(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))
    _store_without_answering(app, candidate, "Vad är lönen?")
    with app.app_context():
        jobs.run_now("conversations.sweep")
        assert work(app) == 0, "the request itself comes first"
        with clock.at(clock.now() + timedelta(seconds=30)):
            jobs.run_now("conversations.sweep")
            work(app)
    assert candidate.seen()[-1] == ("assistant", "Echo: Vad är lönen?")


def _store_without_answering(app: APIFlask, candidate: Candidate, text: str) -> None:
    """What is left of a request that was killed between storing and answering."""
    from api.conversations import service, turns

    with app.app_context():
        heard = service.add_candidate_message(service.lock_row(candidate.id), new_client_id(), text, None)
        assert turns.lease_for_heard(heard)
        db.session.commit()


def test_the_lease_of_a_dead_process_holds_others_off_and_expires(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))
    _store_without_answering(app, candidate, "Vad är lönen?")
    with app.app_context():
        jobs.run_now("conversations.run", candidate.id)
        assert fake_assistant.bodies == []
        with clock.at(clock.now() + timedelta(seconds=60)):
            jobs.run_now("conversations.run", candidate.id)
            jobs.run_now("conversations.run", candidate.id)
        assert len(fake_assistant.bodies) == 1
        assert db.session.scalar(select(Conversation.lease).where(Conversation.id == candidate.id)) is None
    assert candidate.seen()[-1] == ("assistant", "Echo: Vad är lönen?")


def test_what_a_process_stores_after_its_lease_expired_is_thrown_away(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))

    def slow(body: dict[str, object]) -> dict[str, object]:
        from tests.api.assistant import reply

        if len(fake_assistant.bodies) == 1:  # while this one computes, its lease runs out and another process answers
            with app.app_context():
                db.session.execute(update(Conversation).values(lease_until=clock.now() - timedelta(seconds=1)))
                db.session.commit()
                jobs.run_now("conversations.run", candidate.id)
        return reply(f"Answer {len(fake_assistant.bodies)}")

    fake_assistant.script = slow
    sent = candidate.say("Vad är lönen?")
    assert len(fake_assistant.bodies) == 2
    assert [r["text"] for r in sent["replies"]] == ["Answer 2"]
    assert candidate.history()["status"] == "answered"


def test_a_real_worker_answers_what_waited(make_app: MakeApp, tmp_path: Path) -> None:
    app, port = sleeping_app(make_app)
    settings = app.config["SETTINGS"]
    candidate = Candidate(over_flask(app.test_client()))
    candidate.say("Vad är lönen?")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DESK_")} | {
        "DESK_VAR": str(settings.var), "DESK_DATABASE_URL": settings.database, "DESK_SECRET_KEY": SECRET, "DESK_ASSISTANT_SECRET": SECRET,
        "DESK_ASSISTANT_URL": settings.assistant_url, "DESK_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [str(Path(sys.executable).parent / "desk"), "worker"]
    back = FakeAssistant(port)
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            wait_for(lambda: candidate.history()["status"] == "answered", seconds=60)
            assert candidate.seen()[1:] == [("candidate", "Vad är lönen?"), ("assistant", "Echo: Vad är lönen?")]
        finally:
            worker.terminate()
            worker.wait(15)
            back.close()


def test_no_answer_in_time_asks_a_person_and_says_so_once(make_app: MakeApp) -> None:
    app, _ = sleeping_app(make_app, handoff_after=60)
    candidate = Candidate(over_flask(app.test_client()))
    candidate.say("Vad är lönen?")
    candidate.say("Hallå?")
    with app.app_context():
        for seconds in (10, 61, 62, 90):
            with clock.at(clock.now() + timedelta(seconds=seconds)):
                jobs.run_now("conversations.run", candidate.id)
        assert set(db.session.scalars(select(Turn.status))) == {"failed", "dropped"}
    said = candidate.seen()[1:]
    assert [who for who, _ in said] == ["candidate", "candidate", "system"]
    assert candidate.history()["status"] == "with_recruiter"
