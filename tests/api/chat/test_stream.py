"""The event stream: everything once, in order, also after being away, also from another process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from apiflask import APIFlask

from api import clock, jobs
from api.accounts.models import Staff
from api.chat import stream as streaming
from api.conversations import service
from api.db import db
from api.handoff import claims, presence
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_http
from tests.api.conftest import MakeApp
from tests.api.serving import Event, Stream, served, wait_for
from tests.api.staff import add_staff


@pytest.fixture
def base(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 0.4)
    with served(app) as url:
        yield url


def numbers(events: list[Event]) -> list[int | None]:
    return [number for kind, number, _ in events if kind == "message"]


def number_is(wanted: int) -> Any:
    return lambda event: event[1] == wanted


def status_is(wanted: str) -> Any:
    return lambda event: event[0] == "status" and event[2]["status"] == wanted


def test_the_stream_shows_what_was_said_and_what_is_said_next(base: str) -> None:
    candidate = Candidate(over_http(base))
    candidate.say("Hej")
    stream = Stream(base, candidate)
    assert numbers(stream.until(number_is(3))) == [1, 2, 3]
    sent = candidate.say("Vad är lönen?")
    came = stream.until(number_is(5))
    assert numbers(came) == [4, 5]
    messages = [data for kind, _, data in came if kind == "message"]
    assert messages == [sent["message"], *sent["replies"]]
    assert stream.content_type.startswith("text/event-stream")
    stream.close()


def test_last_event_id_resumes_without_gap_or_repeat(base: str) -> None:
    candidate = Candidate(over_http(base))
    for text in ("Hej", "Vad är lönen?", "Tack"):
        candidate.say(text)
    whole = Stream(base, candidate)
    everything = numbers(whole.until(number_is(7)))
    whole.close()
    for seen in range(8):
        stream = Stream(base, candidate, last_event_id=seen)
        if seen < 7:
            assert numbers(stream.until(number_is(7))) == [n for n in everything if n and n > seen]
        else:
            assert numbers(stream.until(lambda e: e[0] == "comment")) == []
        stream.close()


def test_a_last_event_id_that_makes_no_sense_starts_from_the_beginning(base: str) -> None:
    candidate = Candidate(over_http(base))
    for last in ("", "-1", "x", "١٢", "99999999999999999999", "1.5", "0x1"):
        headers = candidate.headers | {"Last-Event-ID": last.encode()}  # type: ignore[dict-item]
        with httpx.stream("GET", f"{base}{candidate.path}/events", headers=headers, timeout=5, trust_env=False) as response:
            assert response.status_code == 200
            lines = response.iter_lines()
            assert "id: 1" in [next(lines) for _ in range(5)], last


def test_status_is_told_when_it_changes_and_only_then(base: str, fake_assistant: FakeAssistant) -> None:
    fake_assistant.delay = 0.3
    candidate = Candidate(over_http(base))
    stream = Stream(base, candidate)
    stream.until(status_is("answered"))
    candidate.say("Hej")
    assert [d["status"] for k, _, d in stream.until(status_is("answered")) if k == "status"] == ["waiting", "answered"]
    candidate.want_person()
    assert [d["status"] for k, _, d in stream.until(status_is("with_recruiter")) if k == "status"] == ["with_recruiter"]
    assert [k for k, _, _ in stream.until(lambda e: e[0] == "comment") if k == "status"] == []
    stream.close()


def test_a_sleeping_assistant_is_told_as_waking_up(base: str, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: (503, {"type": "loading"})
    candidate = Candidate(over_http(base))
    stream = Stream(base, candidate)
    candidate.say("Hej")
    came = stream.until(lambda e: e[0] == "status" and e[2]["waiting_because"] == "waking_up")
    assert came[-1][2]["status"] == "waiting"
    stream.close()


def test_a_quiet_stream_is_kept_alive(base: str) -> None:
    stream = Stream(base, Candidate(over_http(base)))
    started = time.monotonic()
    comments = [stream.until(lambda e: e[0] == "comment")[-1] for _ in range(3)]
    assert time.monotonic() - started >= 0.8
    assert [text for _, _, text in comments] == ["keep-alive"] * 3
    stream.close()


def test_what_another_process_says_arrives(make_app: MakeApp, fake_assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker answers; this process hears of it by looking."""
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 30)
    here, elsewhere = (make_app(assistant_url=fake_assistant.url) for _ in range(2))
    fake_assistant.script = lambda body: (503, {"type": "loading"})
    with served(here) as base:
        candidate = Candidate(over_http(base))
        stream = Stream(base, candidate)
        candidate.say("Hej")
        stream.until(status_is("waiting"))
        fake_assistant.script = lambda body: reply("Nu är jag vaken")
        with clock.at(clock.now() + timedelta(seconds=5)), elsewhere.app_context():
            jobs.run_now("conversations.run", candidate.id)
        came = stream.until(status_is("answered"), seconds=15)
        assert [data["text"] for kind, _, data in came if kind == "message"] == ["Nu är jag vaken"]
        stream.close()


def test_two_tabs_see_the_same(base: str) -> None:
    candidate = Candidate(over_http(base))
    one, two = Stream(base, candidate), Stream(base, candidate)
    candidate.say("Hej")
    seen = [[e for e in s.until(number_is(3)) if e[0] == "message"] for s in (one, two)]
    assert seen[0] == seen[1]
    one.close()
    two.close()


def test_a_stream_shows_nothing_of_another_conversation(base: str) -> None:
    one, two = Candidate(over_http(base)), Candidate(over_http(base))
    stream = Stream(base, one)
    two.say("Hemligt")
    one.say("Öppet")
    came = stream.until(number_is(3))
    assert "Hemligt" not in str(came)
    stream.close()


def test_a_long_absence_is_made_up_for_at_once(app: APIFlask, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one look at the database brings comes all the same, without waiting for something new."""
    monkeypatch.setattr(streaming, "KEEP_ALIVE_SECONDS", 30)
    monkeypatch.setattr(streaming, "BATCH", 5)
    candidate = Candidate(over_http(base))
    with app.app_context():
        conversation = service.lock(candidate.id)
        for n in range(29):
            service.say(conversation, f"Rad {n}")
        db.session.commit()
    stream = Stream(base, candidate)
    assert numbers(stream.until(number_is(30), seconds=10)) == list(range(1, 31))
    stream.close()


def test_a_browser_that_left_is_forgotten(app: APIFlask, base: str) -> None:
    candidate = Candidate(over_http(base))
    stream = Stream(base, candidate)
    stream.until(number_is(1))
    hub = app.extensions["hub"]
    assert candidate.id in hub._followers
    stream.close()
    wait_for(lambda: candidate.id not in hub._followers)


def test_a_person_who_types_and_reads_is_told_and_the_candidate_is_known_to_look(app: APIFlask, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    staff_id = add_staff(app)
    candidate = Candidate(over_http(base))
    candidate.want_person()
    stream = Stream(base, candidate)
    stream.until(lambda e: e[0] == "presence" and e[2] == {"typing": None, "seen": 0})
    with app.app_context():
        claims.claim(db.session.get_one(Staff, staff_id), candidate.id)
        db.session.commit()
        presence.set(candidate.id, staff_id, "typing")
        db.session.commit()
        assert [here.who for here in presence.others(candidate.id, staff_id)] == ["candidate"]
        db.session.rollback()
    stream.until(lambda e: e[0] == "presence" and e[2]["typing"] == "Ebba Sandström")
    with app.app_context():
        presence.seen(candidate.id, "staff", 2)
        db.session.commit()
    stream.until(lambda e: e[0] == "presence" and e[2]["seen"] == 2)
    with clock.at(clock.now() + timedelta(seconds=9)):
        stream.until(lambda e: e[0] == "presence" and e[2]["typing"] is None)
    stream.close()
