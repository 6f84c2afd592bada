"""Turns go where the keeper says, at no cost for the turn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api import clock
from api.assistant import address
from api.assistant import client as assistant_client
from api.db import db
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.promotion.nlu_models import add_model, run_at
from tests.api.statements import counted


@pytest.fixture
def second() -> FakeAssistant:
    return FakeAssistant()


def move(app: APIFlask, url: str) -> None:
    with app.app_context():
        run_at("new", url)


def looked_just_now(app: APIFlask) -> None:
    """No second has passed, however slow the machine is."""
    app.extensions["assistant_address"]._read_at = float("inf")


def looked_again(app: APIFlask) -> None:
    """A second has passed."""
    app.extensions["assistant_address"]._read_at = float("-inf")


def test_turns_move_within_a_second_and_come_back_when_keeper_and_assistant_are_silent(
    app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, second: FakeAssistant
) -> None:
    candidate = Candidate(over_flask(client))
    fake_assistant.script, second.script = lambda body: reply("old"), lambda body: reply("new")
    said = lambda text: candidate.say(text)["replies"][0]["text"]  # noqa: E731
    assert said("one") == "old"
    looked_just_now(app)
    move(app, second.url)
    assert said("two") == "old"
    looked_again(app)
    assert said("three") == "new"
    assert client.get("/readyz").json["assistant"] == "ready"
    with clock.at(clock.now() + timedelta(seconds=31)):
        looked_again(app)
        assert said("four") == "new"
        second.close()
        assistant_client._pools.clear()  # a process that ends takes its connections along
        assert said("five") == "old"
        looked_again(app)
        assert said("six") == "old"
    assert client.get("/readyz").json["assistant"] == "ready"


def test_a_turn_that_finds_the_old_assistant_gone_asks_the_new_one(
    app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, second: FakeAssistant
) -> None:
    candidate = Candidate(over_flask(client))
    candidate.say("one")
    looked_just_now(app)
    move(app, second.url)
    fake_assistant.script = lambda body: (503, {"type": "not-ready"})
    assert candidate.say("two")["status"] == "answered"
    assert [body["text"] for body in second.bodies] == ["two"]
    second.close()


def test_it_is_read_once_a_second_and_not_by_each_turn(app: APIFlask, client: FlaskClient) -> None:
    candidate = Candidate(over_flask(client))
    candidate.say("one")
    with counted(app) as asked:
        looked_just_now(app)
        candidate.say("two")
        assert not [statement for statement in asked if "assistants" in statement]
        looked_again(app)
        candidate.say("three")
    assert len([statement for statement in asked if "assistants" in statement]) == 1


def test_a_database_that_is_away_changes_nothing(app: APIFlask, fake_assistant: FakeAssistant, second: FakeAssistant) -> None:
    with app.app_context():
        add_model("new", "live")
        run_at("new", second.url)
        known = address.of_app()
        assert known.read() == second.url
        db.session.rollback()
        for before, after in (("assistants", "elsewhere"), ("elsewhere", "assistants")):
            db.session.connection().exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")
            db.session.commit()
            assert known.read() == second.url
    second.close()
