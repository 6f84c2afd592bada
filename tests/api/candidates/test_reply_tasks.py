"""A person's answer is told by mail to who has left: once an absence, with a link back, never to who is looking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock, jobs
from api.candidates.models import Candidate as Row
from api.candidates.service import mark_verified
from api.conversations.service import Draft, append, lock
from api.db import db
from api.handoff import presence
from api.outbox.models import Mail
from tests.api.candidate import API, Candidate, over_flask

MINUTE = timedelta(minutes=1)


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client), language="en")


@pytest.fixture
def says(app: APIFlask, candidate: Candidate) -> Callable[[str], int]:
    """A recruiter says something."""

    def say(text: str) -> int:
        with app.app_context():
            stored = append(lock(candidate.id), Draft("recruiter", text, author="Ebba Sandström"))
            db.session.commit()
            return stored.seq

    return say


def told(app: APIFlask, recipient: str = "elin@example.com") -> list[Mail]:
    """The mails after a sweep."""
    with app.app_context():
        jobs.run_now("candidates.answered")
        return list(db.session.scalars(select(Mail).where(Mail.recipient == recipient, Mail.dedupe.startswith("answered:")).order_by(Mail.created_at)))


def test_who_has_left_is_told_once_and_comes_back_by_the_link(app: APIFlask, client: FlaskClient, candidate: Candidate, says: Callable[[str], int]) -> None:
    now = clock.now()
    with clock.at(now):
        candidate.say("Is anybody there?")
        candidate.ask("PUT", "reply-mail", json={"email": "elin@example.com"})
        first = says("The secret answer")
        assert told(app) == [], "a minute's patience"
    with clock.at(now + MINUTE):
        (mail,) = told(app)
        assert mail.subject.startswith("Ebba Sandström at ")
        assert "secret" not in mail.text and "/chat?language=en#reply=" in mail.text
        says("One more thing")
    with clock.at(now + 5 * MINUTE):
        assert len(told(app)) == 1, "told already, and has not looked since"
        opened = client.post(f"{API}/conversations", json={"reply": mail.text.split("#reply=")[1].split()[0]}).get_json()
        assert [m["text"] for m in opened["messages"]][-2:] == ["The secret answer", "One more thing"]
        candidate.ask("PUT", "seen", json={"seq": first + 1})
        says("And a third")
    with clock.at(now + 7 * MINUTE):
        assert len(told(app)) == 2
        assert len(told(app)) == 2
        candidate.say("Thank you")
        says("You are welcome")
    with clock.at(now + 9 * MINUTE):
        assert len(told(app)) == 3, "who has written has been back"


def test_who_looks_is_not_told_by_mail(app: APIFlask, candidate: Candidate, says: Callable[[str], int]) -> None:
    now = clock.now()

    def looks() -> None:
        with app.app_context():
            presence.set(candidate.id, presence.CANDIDATE, "looking")
            db.session.commit()

    with clock.at(now):
        candidate.ask("PUT", "reply-mail", json={"email": "elin@example.com"})
        says("Hello")
    with clock.at(now + MINUTE):
        looks()
    with clock.at(now + 1.9 * MINUTE):
        assert told(app) == []
    with clock.at(now + 2.1 * MINUTE):
        assert len(told(app)) == 1, "the stream has been gone for a minute"


def test_nobody_is_told_without_an_address_nor_of_what_was_seen_answered_or_long_ago(app: APIFlask, candidate: Candidate, says: Callable[[str], int]) -> None:
    now = clock.now()
    with clock.at(now):
        seq = says("Hello")
    with clock.at(now + 2 * MINUTE):
        assert told(app) == []
        candidate.ask("PUT", "reply-mail", json={"email": "elin@example.com"})
        candidate.ask("PUT", "seen", json={"seq": seq})
        assert told(app) == []
        says("And?")
        candidate.say("Sorry, here I am")
    with clock.at(now + 4 * MINUTE):
        assert told(app) == []
        says("Good")
    with clock.at(now + timedelta(days=3)):
        assert told(app) == []


def test_a_proven_address_is_told_without_being_left_and_instead_of_another(app: APIFlask, candidate: Candidate, says: Callable[[str], int]) -> None:
    now = clock.now()
    with clock.at(now):
        candidate.ask("PUT", "reply-mail", json={"email": "typed@example.com"})
        with app.app_context():
            known = Row(email="elin@example.com")
            db.session.add(known)
            db.session.flush()
            mark_verified(lock(candidate.id), known.id, "mail", now)
            db.session.commit()
        says("Hello")
    with clock.at(now + 2 * MINUTE):
        assert len(told(app)) == 1
        assert told(app, "typed@example.com") == []
