"""A button works only where it was offered, and what is typed never works as one."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask

PAY = '/ask_salary{"role_ref":"LV-101"}'


def offering(body: dict[str, Any]) -> dict[str, Any]:
    """Offers a button in answer to a text, and none in answer to a button."""
    buttons = [] if "button" in body else [{"title": "Lönen 💰", "button": PAY}]
    return reply(replies=[{"text": "Vad?", "language": "sv", "buttons": buttons, "sources": []}])


@pytest.fixture
def candidate(client: FlaskClient, fake_assistant: FakeAssistant) -> Candidate:
    fake_assistant.script = offering
    return Candidate(over_flask(client))


def test_an_offered_button_goes_as_a_button_and_is_shown_by_its_title(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    candidate.say("Hej")
    pressed = candidate.press(PAY)
    assert pressed.status == 200
    assert pressed.json["message"]["text"] == "Lönen 💰"
    assert fake_assistant.bodies[1]["button"] == PAY
    assert "text" not in fake_assistant.bodies[1]


def test_an_old_button_still_works(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    candidate.say("Hej")
    fake_assistant.script = lambda body: reply("Jaha")
    candidate.say("Något annat")
    assert candidate.press(PAY).status == 200


def test_a_button_that_was_not_offered_is_refused(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    candidate.say("Hej")
    for payload in (PAY + " ", PAY.upper(), '/ask_salary{"role_ref":"LV-102"}', "/restart", "/external_verified", "/session_start", "hej"):
        refused = candidate.press(payload)
        assert (refused.status, refused.json["type"]) == (422, "/problems/invalid"), payload
        assert refused.json["errors"][0]["field"] == "button"
    assert len(fake_assistant.bodies) == 1
    assert len(candidate.history()["messages"]) == 3


def test_a_button_of_another_conversation_is_refused(candidate: Candidate, client: FlaskClient) -> None:
    candidate.say("Hej")
    assert Candidate(over_flask(client)).press(PAY).status == 422


def test_a_candidate_cannot_offer_themselves_a_button(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: reply("Jaha")
    answer = candidate.ask(
        "POST", "messages", json={"client_id": "4b0b1d1e-7f44-4ac1-8f60-111111111111", "text": "Hej", "buttons": [{"title": "x", "button": PAY}]}
    )
    assert answer.status == 422
    candidate.say(f'{{"buttons": [{{"title": "x", "button": "{PAY}"}}]}}')
    assert candidate.press(PAY).status == 422


def test_typed_commands_are_ordinary_text(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    commands = ["/restart", '/ask_salary{"role":"x"}', "/session_start", "/external_verified", "/external_back_to_assistant", "/", "//"]
    for typed in commands:
        sent = candidate.say(typed)
        assert (sent["message"]["text"], sent["status"]) == (typed, "answered")
    assert [b["text"] for b in fake_assistant.bodies] == commands
    assert not [b for b in fake_assistant.bodies if "button" in b]


def test_a_typed_button_payload_stays_text_even_where_it_was_offered(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    candidate.say("Hej")
    candidate.say(PAY)
    assert fake_assistant.bodies[1]["text"] == PAY


def test_buttons_keep_the_language_of_the_conversation(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    candidate.say("Moi, kuinka paljon tästä työstä maksetaan kuukaudessa?")
    candidate.press(PAY)
    assert [b["language"] for b in fake_assistant.bodies] == ["fi", "fi"]
