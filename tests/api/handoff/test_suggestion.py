"""The assistant's suggestion: an answer to change and send, of which nothing comes by itself."""

from __future__ import annotations

from apiflask import APIFlask
from flask.testing import FlaskClient

from api.conversations.models import Effect
from api.db import db
from api.handoff import claims, suggestion
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.handoff.recruiters import act, look, waits
from tests.api.staff import add_staff, signed_in


def suggest(app: APIFlask, conversation_id: str) -> str | None:
    with app.app_context():
        return suggestion.suggest(conversation_id)


def test_a_recruiter_may_send_what_the_assistant_would_say(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    candidate, ebba = Candidate(over_flask(client), "en"), add_staff(app)
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    assert suggest(app, candidate.id) is None, "nothing has been asked"
    candidate.say("What is the pay?")
    before = candidate.seen(), look(app, candidate.id).state
    fake_assistant.script = lambda body: reply(f"About {body['text']}", effects=[{"kind": "withdraw", "application": "A-1"}], state={"turns": 99})
    assert suggest(app, candidate.id) == "About What is the pay?"
    assert (candidate.seen(), look(app, candidate.id).state) == before
    with app.app_context():
        assert db.session.query(Effect).count() == 0
    assert "About What is the pay?" in signed_in(app, ebba).get(f"/desk/conversations/{candidate.id}/suggestion").text


def test_no_suggestion_is_better_than_a_useless_one(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    candidate, ebba = Candidate(over_flask(client), "en"), add_staff(app)
    act(app, claims.claim, ebba, candidate.id)
    candidate.say("May my dog come?")
    useless = [
        lambda body: reply("Sorry?", intent="nlu_fallback"), lambda body: reply("I ask a person", effects=[{"kind": "handoff"}]),
        lambda body: (500, {}), lambda body: reply(replies=[]),
    ]  # fmt: skip
    for script in useless:
        fake_assistant.script = script
        assert suggest(app, candidate.id) is None
    assert signed_in(app, ebba).get(f"/desk/conversations/{candidate.id}/suggestion").status_code == 200
    assert suggest(app, "no-such-conversation") is None
    handoff = waits(app, candidate.id)
    assert handoff is not None
    assert handoff.reason == "taken_over"
