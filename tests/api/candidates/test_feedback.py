"""What candidates think of how they were treated."""

from __future__ import annotations

from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.candidates.models import Feedback
from api.conversations.models import Effect
from api.db import db
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import asks_for, letters


def give(app: APIFlask, client: FlaskClient, fake: FakeAssistant, **fields: Any) -> list[tuple[int | None, str]]:
    fake.script = asks_for("feedback_score", **fields)
    Candidate(over_flask(client)).say("hej")
    with app.app_context():
        return [(f.score, f.comment) for f in db.session.scalars(select(Feedback))]


@pytest.mark.parametrize(("score", "comment"), [(1, ""), (5, "Snabbt och vänligt 💚"), (None, "Ingen ringde")])
def test_feedback_is_kept_and_told(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, score: int | None, comment: str) -> None:
    assert give(app, client, fake_assistant, score=score, comment=comment) == [(score, comment)]
    [letter] = letters(app)
    assert letter.recipient == "rekryterare@lumivik.example"
    assert comment in letter.text


@pytest.mark.parametrize("fields", [{}, {"score": 0}, {"score": 6}, {"score": "5"}, {"score": True}, {"score": 2.5}, {"score": None, "comment": ""}])
def test_what_is_no_feedback_is_refused_alone(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, fields: dict[str, Any]) -> None:
    assert give(app, client, fake_assistant, **fields) == []
    with app.app_context():
        assert db.session.scalars(select(Effect)).one().outcome == "refused: invalid"
