"""What else a candidate does with a conversation: rates answers, takes the text along, switches language."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from api import clock
from api.conversations import service, turns
from api.db import db
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client))


def rate(candidate: Candidate, message: str, value: str) -> int:
    return candidate.ask("POST", "ratings", json={"message": message, "value": value}).status


def test_an_answer_is_rated_and_the_mind_may_change(candidate: Candidate) -> None:
    answer = candidate.say("Hej")["replies"][0]["id"]
    assert [rate(candidate, answer, value) for value in ("up", "up", "down")] == [204, 204, 204]
    assert [m["rating"] for m in candidate.history()["messages"]] == [None, None, "down"]


def test_only_answers_of_the_own_conversation_can_be_rated(candidate: Candidate, client: FlaskClient) -> None:
    other = Candidate(over_flask(client)).say("Hej")["replies"][0]["id"]
    own_question = candidate.say("Hej")["message"]["id"]
    candidate.want_person()
    from_the_desk = candidate.history()["messages"][-1]
    assert from_the_desk["sender"] == "system"
    assert [rate(candidate, m, "up") for m in (other, own_question, from_the_desk["id"], "", "x" * 32)] == [404] * 5


def test_the_transcript_holds_all_that_was_seen_with_speaker_and_local_time(candidate: Candidate, client: FlaskClient) -> None:
    with clock.at(datetime(2026, 6, 30, 22, 5, tzinfo=UTC)):
        candidate.say("Vad är lönen?\nOch förmånerna? 💰")
    answer = candidate.ask("GET", "transcript")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "Lumivik" in answer.text.splitlines()[0]
    assert "2026-07-01 00:05  Du: Vad är lönen?\nOch förmånerna? 💰" in answer.text
    assert "2026-07-01 00:05  Lumi: Echo: Vad är lönen?" in answer.text
    assert candidate.greeting["text"] in answer.text


def test_a_long_transcript_is_whole(app: APIFlask, candidate: Candidate) -> None:
    with app.app_context():
        conversation = service.lock(candidate.id)
        for n in range(505):
            service.say(conversation, f"Rad nummer {n}.")
        db.session.commit()
    lines = re.findall(r"Rad nummer (\d+)\.", candidate.ask("GET", "transcript").text)
    assert lines == [str(n) for n in range(505)]


def test_a_language_chosen_by_hand_is_kept_for_short_messages(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    assert candidate.ask("PUT", "language", json={"language": "fi"}).status == 204
    assert candidate.history()["language"] == "fi"
    candidate.say("ok")
    assert fake_assistant.bodies[-1]["language"] == "fi"


def test_the_language_follows_each_message(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    texts = {
        "Hur mycket tjänar man i den här rollen?": "sv",
        "Kuinka paljon tästä työstä maksetaan?": "fi",
        "What does the job pay per month?": "en",
        "ok": "en",
        "Java": "en",
        "LV-101": "en",
        "??? 123 😀": "en",
        "https://exempel.se/mycket/svenska/ord": "en",
        "Kan jag jobba hemifrån ibland?": "sv",
    }
    for text in texts:
        candidate.say(text)
    assert [b["language"] for b in fake_assistant.bodies] == list(texts.values())
    shown = [m["language"] for m in candidate.history()["messages"] if m["sender"] == "candidate"]
    assert shown == list(texts.values())
    assert candidate.history()["language"] == "sv"


def test_messages_carry_what_a_screen_needs(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    source = {"kind": "role", "ref": "LV-101", "as_of": "2026-11-22T23:40:00+01:00"}
    said = {"text": "38 000–45 000 kr", "language": "sv", "buttons": [{"title": "Mer", "button": "/more"}], "sources": [source]}
    fake_assistant.script = lambda body: reply(replies=[said])
    sent = candidate.say("Vad är lönen?")
    answer = sent["replies"][0]
    assert (answer["buttons"], answer["sources"], answer["text"]) == (said["buttons"], [source], said["text"])
    assert (answer["sender"], answer["author"], answer["in_reply_to"]) == ("assistant", "Lumi", sent["message"]["id"])
    assert datetime.fromisoformat(answer["sent_at"]).tzinfo is not None
    assert sent["message"]["client_id"] and uuid.UUID(sent["message"]["client_id"])
    assert not {"state", "intent", "confidence", "hidden", "token_hash"} & set(answer)


def test_the_assistant_is_told_the_edition_of_what_it_reads(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    from api.roles.models import Role, RoleText

    candidate.say("Hej")
    candidate.say("Hej igen")
    with app.app_context():
        db.session.add(Role(ref="LV-101", texts=[RoleText(language="sv", title="LV-101")]))
        db.session.commit()
    candidate.say("Och nu?")
    fake_assistant.script = lambda body: (500, {})
    assert candidate.say("En gång till")["status"] == "waiting"
    fake_assistant.script = lambda body: reply("Nu så")
    with app.app_context(), clock.at(clock.now() + timedelta(seconds=30)):
        turns.run(candidate.id)
    assert candidate.seen()[-1] == ("assistant", "Nu så")
    first, second, third, *again = [b["context"]["edition"] for b in fake_assistant.bodies]
    assert first and first == second != third and set(again) == {third} and len(again) == 2


def test_the_page_the_candidate_writes_from_is_told_to_the_assistant(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    from api.roles.models import Role, RoleText

    with app.app_context():
        db.session.add_all([Role(ref=ref, texts=[RoleText(language="sv", title=ref)]) for ref in ("LV-101", "LV-102")])
        db.session.commit()
    candidate = Candidate(over_flask(client), role="LV-101")
    candidate.say("Hej")
    for role in ("LV-102", "LV-999", ""):
        sent = candidate.ask("POST", "messages", json={"client_id": str(uuid.uuid4()), "text": "Hej", "role": role})
        assert sent.status == 200
    assert [b["context"]["page_role"] for b in fake_assistant.bodies] == ["LV-101", "LV-102", "LV-102", "LV-102"]
