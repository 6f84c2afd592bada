"""Several assistants behind one address: turns are spread over them, and one that goes takes no turn with it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from apiflask import APIFlask

from api.assistant import client as assistant_client
from tests.api.assistant import Answer, FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.conftest import MakeApp
from tests.e2e.balancer import Balancer

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here is asked of the database


@pytest.fixture
def second() -> Iterator[FakeAssistant]:
    fake = FakeAssistant()
    yield fake
    fake.close()


@pytest.fixture
def candidate(make_app: MakeApp, fake_assistant: FakeAssistant, second: FakeAssistant) -> Iterator[Candidate]:
    """Somebody whose gateway reaches both assistants through one address."""
    balancer = Balancer(*(fake._server.server_port for fake in (fake_assistant, second)))
    yield Candidate(over_flask(make_app(assistant_url=balancer.url).test_client()))
    balancer.close()


def fails_first(failure: Exception | Answer, times: int = 1) -> Any:
    """A script that fails `times` times, and answers from then on."""
    asked = count()

    def script(body: dict[str, Any]) -> Answer:
        if next(asked) >= times:
            return reply("Nu gick det")
        if isinstance(failure, Exception):
            raise failure
        return failure

    return script


@on_sqlite
def test_a_kept_connection_leads_to_one_and_is_given_up_after_a_while(
    candidate: Candidate, fake_assistant: FakeAssistant, second: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        candidate.say("Hej")
    assert sorted((len(fake_assistant.bodies), len(second.bodies))) == [0, 4]
    monkeypatch.setattr(assistant_client, "KEPT", 0.0)
    for _ in range(4):
        candidate.say("Hej")
    assert sorted((len(fake_assistant.bodies), len(second.bodies))) == [2, 6]


@on_sqlite
@pytest.mark.parametrize("failure", [RuntimeError("its connection breaks"), (503, {"type": "not-ready"})])
def test_a_turn_that_got_no_answer_is_sent_to_the_other_at_once(
    candidate: Candidate, fake_assistant: FakeAssistant, second: FakeAssistant, failure: Exception | Answer
) -> None:
    fake_assistant.script = second.script = fails_first(failure)
    sent = candidate.say("Hej")
    assert (sent["status"], [r["text"] for r in sent["replies"]]) == ("answered", ["Nu gick det"])
    assert (len(fake_assistant.bodies), len(second.bodies)) == (1, 1)
    assert fake_assistant.bodies == second.bodies


@on_sqlite
def test_it_is_sent_once_more_and_not_again_and_again(app: APIFlask, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = fails_first(RuntimeError("its connection breaks"), times=2)
    assert Candidate(over_flask(app.test_client())).say("Hej")["status"] == "waiting"
    assert len(fake_assistant.bodies) == 2


@on_sqlite
def test_what_an_assistant_refuses_is_not_asked_of_another(candidate: Candidate, fake_assistant: FakeAssistant, second: FakeAssistant) -> None:
    fake_assistant.script = second.script = fails_first((500, {"type": "turn-failed"}))
    assert candidate.say("Hej")["status"] == "waiting"
    assert len(fake_assistant.bodies) + len(second.bodies) == 1


@on_sqlite
def test_an_address_that_refuses_is_passed_over(app: APIFlask, fake_assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant_client, "_addresses", lambda name, port: ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
    assert Candidate(over_flask(app.test_client())).say("Hej")["status"] == "answered"
    assert len(fake_assistant.bodies) == 1


def test_a_name_s_addresses_are_all_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(name: str, port: int, **_: Any) -> list[Any]:
        return [(None, None, 6, "", (f"10.0.0.{n}", port)) for n in (1, 2, 3)]

    monkeypatch.setattr(assistant_client.socket, "getaddrinfo", found)
    assert {assistant_client._addresses("assistant", 8010)[0] for _ in range(200)} == {"10.0.0.1", "10.0.0.2", "10.0.0.3"}
