"""Erasure in a conversation that has gone over to somebody else: what was said there first goes, and the other's stays."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock, jobs
from api.candidates.models import Feedback
from api.conversations import service as conversations
from api.db import db
from api.handoff import claims
from api.handoff.models import Handoff, Request
from api.outbox.models import Mail
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import EVA, add_applicant, asks_for, candidate_id, verify
from tests.api.privacy.everything import tables_with

OLA = "ola.ek@example.com"
PER = "per.lund@example.com"


@pytest.fixture
def shared(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> Candidate:
    """Eva asks, comments and complains on a shared computer, and then proves who she is."""
    for ref, email, name in (("A-1", EVA, "Eva Nord"), ("A-2", OLA, "Ola Ek"), ("A-3", PER, "Per Lund")):
        add_applicant(app, ref, email, name)
    talk = Candidate(over_flask(client), "en")
    leaves_words(fake_assistant, talk, "zebra")
    verify(app, talk.id, EVA)
    return talk


def leaves_words(fake: FakeAssistant, talk: Candidate, mark: str) -> None:
    for effect in (
        {"kind": "ask_recruiter", "topic": "team", "question": f"{mark}-question"},
        {"kind": "feedback_score", "score": 2, "comment": f"{mark}-comment"},
        {"kind": "handoff", "reason": "complaint", "note": f"{mark}-note"},
    ):
        fake.script = asks_for(**effect)
        talk.say(f"{mark}-text")


def goes_over(app: APIFlask, talk: Candidate, email: str, mark: str) -> None:
    """Somebody else proves who they are, and leaves words of their own once what was before is done."""
    verify(app, talk.id, email)
    who = candidate_id(app, email)
    with app.app_context():
        for handoff in db.session.scalars(select(Handoff).where(Handoff.conversation_id == talk.id, Handoff.closed_at.is_(None))):
            handoff.closed_at = clock.now()
        db.session.add_all([
            Handoff(conversation_id=talk.id, reason="complaint", note=f"{mark}-note", reply_due_at=clock.now()),
            Request(conversation_id=talk.id, kind="ask_recruiter", text=f"{mark}-question", candidate_id=who),
            Feedback(conversation_id=talk.id, comment=f"{mark}-comment"),
        ])  # fmt: skip
        db.session.commit()


def erases_from_home(app: APIFlask, client: FlaskClient, fake: FakeAssistant, email: str = EVA) -> None:
    home = Candidate(over_flask(client), "en")
    verify(app, home.id, email)
    fake.script = asks_for("erase")
    home.say("erase")


def test_no_word_is_left_in_what_went_over_nor_in_mails_about_it(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, shared: Candidate) -> None:
    assert set(tables_with(app, ("zebra",))) >= {"handoffs", "requests", "feedback", "mails", "messages"}, "what this rests on"
    verify(app, shared.id, OLA)
    erases_from_home(app, client, fake_assistant)
    assert tables_with(app, ("zebra", EVA)) == {}


def test_the_other_is_still_waited_for_and_the_score_counts(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, shared: Candidate) -> None:
    verify(app, shared.id, OLA)
    erases_from_home(app, client, fake_assistant)
    with app.app_context():
        handoff = db.session.scalars(select(Handoff).where(Handoff.conversation_id == shared.id)).one()
        assert (handoff.closed_at, handoff.note) == (None, "")
        assert db.session.scalars(select(Feedback.score)).all() == [2]
        assert db.session.scalars(select(Request.status).where(Request.kind == "ask_recruiter")).all() == ["open"]
        db.session.commit()
        jobs.run_now("handoff.unseen")
        mail = db.session.scalars(select(Mail).where(Mail.dedupe == f"handoff:{handoff.id}")).one()
    assert mail.subject == f"Ola Ek <{OLA}> waits for a person (complaint)"


def test_the_recruiters_are_mailed_anew_of_a_wait_that_came_back_to_the_queue(
    app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, shared: Candidate
) -> None:
    """The mail about the second wait may not have been sent yet when the erasure takes it."""
    verify(app, shared.id, OLA)
    with app.app_context():
        claims.return_to_queue(conversations.lock(shared.id), "away")
        db.session.commit()
        again = select(Mail).where(Mail.dedupe.like("handoff:%:1"))
        assert "zebra-text" in db.session.scalars(again).one().text
        db.session.commit()
    erases_from_home(app, client, fake_assistant)
    assert tables_with(app, ("zebra",)) == {}
    with app.app_context():
        for _ in range(2):
            jobs.run_now("handoff.unseen")
        mail = db.session.scalars(again).one()
    assert (mail.status, mail.subject) == ("due", f"Ola Ek <{OLA}> waits for a person (complaint)")
    assert tables_with(app, ("zebra",)) == {}


def test_what_the_other_wrote_once_proven_stays(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, shared: Candidate) -> None:
    goes_over(app, shared, OLA, "wildebeest")
    before = tables_with(app, ("wildebeest",))
    assert set(before) == {"handoffs", "requests", "feedback"}
    erases_from_home(app, client, fake_assistant)
    assert (tables_with(app, ("zebra",)), tables_with(app, ("wildebeest",))) == ({}, before)


def test_the_mail_about_the_others_wait_goes_since_it_quotes_what_was_said_before(
    app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, shared: Candidate
) -> None:
    goes_over(app, shared, OLA, "wildebeest")
    with app.app_context():
        jobs.run_now("handoff.unseen")
        theirs = select(Mail.text).where(Mail.subject.startswith("Ola Ek"))
        assert "zebra-text" in db.session.scalars(theirs).one()
    erases_from_home(app, client, fake_assistant)
    assert tables_with(app, ("zebra",)) == {}


def test_it_is_the_first_to_follow_them_whose_words_stay(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, shared: Candidate) -> None:
    """Eva, then Ola, then Per: what Ola left is no more Eva's than what Per left."""
    goes_over(app, shared, OLA, "wildebeest")
    goes_over(app, shared, PER, "lemming")
    erases_from_home(app, client, fake_assistant)
    assert {name: set(found) for name, found in tables_with(app, ("zebra", "wildebeest", "lemming")).items()} == {
        "handoffs": {"wildebeest", "lemming"}, "requests": {"wildebeest", "lemming"}, "feedback": {"wildebeest", "lemming"},
    }  # fmt: skip


def test_who_came_back_in_between_has_all_taken_that_was_there_until_the_last_change(
    app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, shared: Candidate
) -> None:
    verify(app, shared.id, OLA)
    goes_over(app, shared, EVA, "zebra-again")
    verify(app, shared.id, OLA)
    erases_from_home(app, client, fake_assistant)
    assert tables_with(app, ("zebra",)) == {}


def test_what_the_other_asked_when_proven_before_them_stays(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, shared: Candidate) -> None:
    goes_over(app, shared, OLA, "wildebeest")
    goes_over(app, shared, EVA, "zebra")
    verify(app, shared.id, OLA)
    erases_from_home(app, client, fake_assistant)
    assert tables_with(app, ("zebra",)) == {}
    assert tables_with(app, ("wildebeest-question",)) == {"requests": ["wildebeest-question"]}
