"""One turn at a time in a conversation, in order, and only while the assistant speaks."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock
from api.conversations import service
from api.conversations.models import Message
from api.db import db
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask, over_http
from tests.api.conftest import MakeApp
from tests.api.serving import served, wait_for


class Overlap:
    """A script that notes how many turns of one conversation run at once."""

    def __init__(self) -> None:
        self.running: dict[str, int] = defaultdict(int)
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, body: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.running[body["conversation"]] += 1
            self.most = max(self.most, self.running[body["conversation"]])
        time.sleep(0.05)
        with self._lock:
            self.running[body["conversation"]] -= 1
        state = {"heard": [*((body["state"] or {}).get("heard", [])), body["text"]]}
        return reply(f"Echo: {body['text']}", state=state)


def test_ten_messages_in_a_burst_keep_their_order_and_run_one_by_one(app: APIFlask, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = script = Overlap()
    texts = [f"Fråga nummer {n}" for n in range(10)]
    with served(app) as base:
        candidate = Candidate(over_http(base))
        with ThreadPoolExecutor(12) as threads:
            sent = [_say_and_see_stored(app, threads, candidate, text) for text in texts]
            answers = [s.result() for s in sent]
        messages = candidate.history()["messages"]
    assert [m["text"] for m in messages if m["sender"] == "candidate"] == texts
    assert [m["text"] for m in messages[1:] if m["sender"] == "assistant"] == [f"Echo: {t}" for t in texts]
    assert [m["seq"] for m in messages] == list(range(1, 22))
    assert [b["text"] for b in fake_assistant.bodies] == texts
    assert script.most == 1
    assert [[r["text"] for r in a["replies"]] for a in answers] == [[f"Echo: {t}"] for t in texts]


def test_two_conversations_do_not_wait_for_each_other(app: APIFlask, fake_assistant: FakeAssistant) -> None:
    together = threading.Barrier(2)

    def both_at_once(body: dict[str, Any]) -> dict[str, Any]:
        together.wait(8)
        return reply("Tillsammans")

    fake_assistant.script = both_at_once
    with served(app) as base, ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: Candidate(over_http(base)).say("Hej"), range(2)))
    assert [[r["text"] for r in a["replies"]] for a in answers] == [["Tillsammans"]] * 2


def _say_and_see_stored(app: APIFlask, threads: ThreadPoolExecutor, candidate: Candidate, text: str) -> Future[Any]:
    """Send a text; come back as soon as it is stored, answered or not."""
    sent = threads.submit(candidate.say, text)
    with app.app_context():
        wait_for(lambda: db.session.scalar(select(Message.id).where(Message.text == text)) or db.session.rollback())
        db.session.rollback()
    return sent


def test_two_gateways_on_one_database_run_one_turn_at_a_time(make_app: MakeApp, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = script = Overlap()
    with served(make_app(assistant_url=fake_assistant.url)) as one, served(make_app(assistant_url=fake_assistant.url)) as two:
        candidate = Candidate(over_http(one))
        elsewhere = Candidate.__new__(Candidate)
        elsewhere.__dict__ |= candidate.__dict__ | {"_ask": over_http(two)}
        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(lambda n: (candidate if n % 2 else elsewhere).say(f"Fråga nummer {n}"), range(6)))
    assert script.most == 1
    assert all(a["status"] == "answered" or a["replies"] for a in answers)
    assert len(fake_assistant.bodies) == 6


def test_each_turn_gets_the_state_the_last_one_left(client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    states = [{"slots": {"role": "LV-101"}, "deep": [1, [2, {"ä": None}]]}, {"empty": {}}, {"n": 1e-9}]
    fake_assistant.script = lambda body: reply(state=states[len(fake_assistant.bodies) - 1])
    candidate = Candidate(over_flask(client))
    for text in ("Hej", "Och lönen?", "Tack"):
        candidate.say(text)
    assert [b["state"] for b in fake_assistant.bodies] == [None, *states[:2]]


def test_a_reply_that_comes_after_a_person_took_over_is_dropped(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))

    def taken_over(body: dict[str, Any]) -> dict[str, Any]:
        Candidate.want_person(candidate_elsewhere)
        return reply("Too late", effects=[{"kind": "ask_pay", "role": "LV-101"}], state={"too": "late"})

    candidate_elsewhere = Candidate.__new__(Candidate)
    candidate_elsewhere.__dict__ |= candidate.__dict__ | {"_ask": over_flask(app.test_client())}
    fake_assistant.script = taken_over
    sent = candidate.say("Vad är lönen?")
    assert sent["status"] == "with_recruiter"
    assert [who for who, _ in candidate.seen()] == ["assistant", "candidate", "system"]
    assert "Too late" not in str(candidate.seen())
    with app.app_context():
        conversation = service.lock(candidate.id)
        assert conversation.state is None
        assert conversation.lease is None


def test_what_is_written_to_a_person_is_not_for_the_assistant(client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))
    candidate.want_person()
    sent = candidate.say("Är någon där?")
    assert (sent["status"], sent["replies"]) == ("with_recruiter", [])
    assert fake_assistant.bodies == []


def test_a_candidate_verified_meanwhile_is_answered_as_verified(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))

    def verified_meanwhile(body: dict[str, Any]) -> dict[str, Any]:
        if not body["context"]["verified"]:
            with app.app_context():
                conversation = service.lock(candidate.id)
                conversation.verified_at = clock.now()
                conversation.version += 1
                db.session.commit()
        return reply(f"Verified: {body['context']['verified']}")

    fake_assistant.script = verified_meanwhile
    sent = candidate.say("Hur går det med min ansökan?")
    assert [r["text"] for r in sent["replies"]] == ["Verified: True"]
    assert [b["context"]["verified"] for b in fake_assistant.bodies] == [False, True]
    assert len({b["message_id"] for b in fake_assistant.bodies}) == 1


def test_questions_that_wait_in_two_languages_are_each_asked_in_their_own(app: APIFlask, fake_assistant: FakeAssistant) -> None:
    fake_assistant.delay = 0.3
    texts = ["Hur mycket tjänar man hos er?", "Kuinka paljon tästä työstä maksetaan?", "How much does this job pay per month?"]
    with served(app) as base:
        candidate = Candidate(over_http(base), language="sv")
        with ThreadPoolExecutor(3) as threads:
            for sent in [_say_and_see_stored(app, threads, candidate, text) for text in texts]:
                sent.result()
    assert [b["language"] for b in fake_assistant.bodies] == ["sv", "fi", "en"]
