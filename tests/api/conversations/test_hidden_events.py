"""Events that only the assistant hears of: answered like a message, never seen by anybody."""

from __future__ import annotations

from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api.conversations import effects
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask, over_http
from tests.api.serving import Stream, served

EVENT = "/external_verified"


@pytest.fixture
def telling(monkeypatch: pytest.MonkeyPatch, fake_assistant: FakeAssistant) -> FakeAssistant:
    """An assistant whose first answer causes an event, as a right code does."""

    def proves(acting: effects.Acting, data: dict[str, Any]) -> str:
        acting.say("Tack, jag kollar.")
        acting.tell_assistant(EVENT)
        return "told"

    monkeypatch.setitem(effects._handlers, "proves", proves)

    def script(body: dict[str, Any]) -> dict[str, Any]:
        return reply("Din ansökan är hos oss.") if body.get("button") == EVENT else reply("Ett ögonblick.", effects=[{"kind": "proves"}])

    fake_assistant.script = script
    return fake_assistant


def test_the_event_is_answered_in_the_same_breath_below_the_message(client: FlaskClient, telling: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))
    sent = candidate.say("Min kod är 123456")
    assert [(r["sender"], r["text"]) for r in sent["replies"]] == [
        ("assistant", "Ett ögonblick."), ("system", "Tack, jag kollar."), ("assistant", "Din ansökan är hos oss."),
    ]  # fmt: skip
    assert {r["in_reply_to"] for r in sent["replies"]} == {sent["message"]["id"]}
    assert [b.get("button") for b in telling.bodies] == [None, EVENT]
    assert sent["status"] == "answered"


def test_the_event_is_seen_nowhere(app: APIFlask, client: FlaskClient, telling: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))
    candidate.say("Min kod är 123456")
    everything = str(candidate.history()) + candidate.ask("GET", "transcript").text
    assert "external" not in everything
    assert [m["seq"] for m in candidate.history()["messages"]] == [1, 2, 3, 4, 6], "the event has a number of its own"
    with served(app) as base:
        stream = Stream(base, candidate)
        came = stream.until(lambda e: e[1] == 6)
        stream.close()
    assert [number for kind, number, _ in came if kind == "message"] == [1, 2, 3, 4, 6]
    assert "external" not in str(came)


def test_the_event_cannot_be_rated_or_pressed(client: FlaskClient, telling: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))
    candidate.say("Min kod är 123456")
    assert candidate.press(EVENT).status == 422


def test_sending_the_message_again_shows_the_answer_to_its_event_too(app: APIFlask, telling: FakeAssistant) -> None:
    with served(app) as base:
        candidate = Candidate(over_http(base))
        client_id = "6f1c0f3e-0d84-4a07-9c83-6f9a1b0f9d11"
        assert candidate.say("Min kod är 123456", client_id) == candidate.say("Min kod är 123456", client_id)
    assert len(telling.bodies) == 2
