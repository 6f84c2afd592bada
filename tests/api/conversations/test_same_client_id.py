"""The same client id twice, at once or after a lost response: one message, one set of replies."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, new_client_id, over_flask, over_http
from tests.api.serving import served, wait_for


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client))


def test_sending_again_gives_the_same_message_and_replies(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    client_id = new_client_id()
    first, second = candidate.say("Hej", client_id), candidate.say("Hej", client_id)
    assert first == second
    assert len(fake_assistant.bodies) == 1
    assert len(candidate.history()["messages"]) == 3


def test_sending_at_once_from_many_threads_stores_and_answers_once(app: APIFlask, fake_assistant: FakeAssistant) -> None:
    fake_assistant.delay = 0.3
    with served(app) as base:
        candidate = Candidate(over_http(base))
        client_id, together = new_client_id(), threading.Barrier(6)

        def send(_: int) -> object:
            together.wait()
            return candidate.say("Hej", client_id)

        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(send, range(6)))
        assert all(answer == answers[0] for answer in answers), answers
        assert [r["text"] for r in answers[0]["replies"]] == ["Echo: Hej"]
        assert len(fake_assistant.bodies) == 1
        assert [text for _, text in candidate.seen()[1:]] == ["Hej", "Echo: Hej"]


def test_a_lost_response_is_made_good_by_sending_again(app: APIFlask, fake_assistant: FakeAssistant) -> None:
    fake_assistant.delay = 0.4
    with served(app) as base:
        candidate = Candidate(over_http(base))
        client_id = new_client_id()
        with pytest.raises(httpx.ReadTimeout):  # the browser hangs up while the assistant is at work
            httpx.post(f"{base}{candidate.path}/messages", headers=candidate.headers, json={"client_id": client_id, "text": "Hej"}, timeout=0.15)
        wait_for(lambda: fake_assistant.bodies)
        again = candidate.say("Hej", client_id)
        assert [r["text"] for r in again["replies"]] == ["Echo: Hej"]
        assert again["status"] == "answered"
        assert len(fake_assistant.bodies) == 1


def test_the_same_client_id_with_other_words_is_refused(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    client_id = new_client_id()
    candidate.say("Vad är lönen?", client_id)
    refused = candidate.try_say("Vad är lönen egentligen?", client_id)
    assert (refused.status, refused.json["type"]) == (409, "/problems/conflict")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert candidate.try_say("Vad är lönen!", client_id).status == 409
    assert len(candidate.history()["messages"]) == 3
    assert len(fake_assistant.bodies) == 1


def test_the_same_client_id_as_text_and_as_button_is_refused(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    offer = {"title": "Lönen", "button": "/ask_salary"}
    fake_assistant.script = lambda body: reply(replies=[{"text": "Vad?", "language": "sv", "buttons": [offer], "sources": []}])
    as_text, as_button = new_client_id(), new_client_id()
    candidate.say("Hej", as_text)
    assert candidate.press("/ask_salary", as_text).status == 409
    assert candidate.press("/ask_salary", as_button).status == 200
    assert candidate.try_say("Lönen", as_button).status == 409


def test_a_masked_message_can_be_sent_again(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    """The browser repeats what was typed; the store no longer holds it."""
    text, client_id = "Jag har 41 000 idag", new_client_id()
    fake_assistant.script = lambda body: reply(effects=[{"kind": "mask", "spans": [[8, 14]]}])
    first = candidate.say(text, client_id)
    assert first["message"]["text"] == "Jag har •••••• idag"
    assert candidate.say(text, client_id) == first
    assert candidate.try_say("Jag har 41 000 nu", client_id).status == 409


def test_the_same_client_id_in_two_conversations_is_two_messages(client: FlaskClient) -> None:
    client_id = new_client_id()
    one, two = Candidate(over_flask(client)), Candidate(over_flask(client))
    assert one.say("Hej", client_id)["message"]["id"] != two.say("Hallå", client_id)["message"]["id"]


def test_sending_again_while_it_waits_does_not_hurry_the_retry(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: (500, {"type": "failed_action"})
    client_id = new_client_id()
    started = time.monotonic()
    for _ in range(4):
        assert candidate.say("Hej", client_id)["status"] == "waiting"
    assert len(fake_assistant.bodies) == 1 or time.monotonic() - started > 1
