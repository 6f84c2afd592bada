"""A candidate's copy of their data."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock, personal_data
from api.audit.models import AuditEntry
from api.conversations.models import Effect
from api.db import db
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import EVA, add_applicant, asks_for, letters, verify
from tests.api.privacy.everything import Known, live_a_life, tables_with

OLA = "ola.ek@example.com"


@pytest.fixture
def eva(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> Known:
    return live_a_life(app, client, fake_assistant, "zebra", EVA, "Eva Nord", "A-1")


def link(app: APIFlask, fake: FakeAssistant, candidate: Candidate, email: str = EVA) -> str:
    """Ask for the copy; the path in the mail."""
    fake.script = asks_for("export")
    candidate.say("min data")
    return letters(app, email)[-1].path("/privacy/export/")


def test_the_copy_holds_everything(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    answer = client.get(link(app, fake_assistant, eva.here))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    kept = answer.json
    assert set(kept) == {"from", "as_of", *(h.name for h in personal_data.holdings())}
    left = [
        "text by Eva Nord", "text about feedback", "text of a complaint", "question", "comment", "note", "place", "slot", "reason", "room", "who",
        "button", "source", "subject", "mail", "feedback-on-the-application", "aside", "label", "file",
    ]  # fmt: skip
    missing = [word for word in left if f"zebra-{word}" not in answer.text]
    assert missing == []
    assert (kept["candidate"]["email"], kept["candidate"]["name"]) == (EVA, "Eva Nord")
    assert [a["ref"] for a in kept["applications"]] == ["A-1"]
    assert [h["stage"] for h in kept["applications"][0]["history"]] == ["received", "screening"]
    assert len(kept["conversations"]) == 2
    assert "candidate.verified" in {act["action"] for act in kept["acts"]}


def test_the_copy_holds_no_secrets_and_nobody_else(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    live_a_life(app, client, fake_assistant, "wildebeest", OLA, "Ola Ek", "A-2")
    text = client.get(link(app, fake_assistant, eva.here)).text
    assert "token_hash" not in text
    assert "5" * 64 not in text
    assert "wildebeest" not in text
    assert OLA not in text


def test_the_copy_is_built_when_it_is_fetched(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    path = link(app, fake_assistant, eva.here)
    fake_assistant.script = asks_for("mask", spans=[])
    eva.here.say("one more thing")
    assert "one more thing" in client.get(path).text


def test_the_link_works_for_a_day(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    path, now = link(app, fake_assistant, eva.here), clock.now()
    with clock.at(now + timedelta(hours=23)):
        assert client.get(path).status_code == 200
    with clock.at(now + timedelta(hours=24, minutes=1)):
        answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (410, "text/html")
    assert EVA not in answer.text


def test_a_changed_link_opens_nothing(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    path = link(app, fake_assistant, eva.here)
    alert = letters(app, EVA)[0].path("/alerts/confirm/").removeprefix("/alerts/confirm/")
    for other in (f"{path}A", path[:-3], "/privacy/export/x", f"/privacy/export/{alert}"):
        assert client.get(other).status_code == 410


def test_the_link_dies_with_the_data(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    path = link(app, fake_assistant, eva.here)
    fake_assistant.script = asks_for("erase")
    eva.here.say("radera")
    assert client.get(path).status_code == 410


def test_only_the_proven_get_a_copy(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    add_applicant(app)
    fake_assistant.script = asks_for("export")
    Candidate(over_flask(client)).say("min data")
    assert letters(app) == []
    with app.app_context():
        assert db.session.scalars(select(Effect)).one().outcome == "refused: not-allowed"


def test_asking_and_fetching_are_noted_without_personal_data(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    add_applicant(app)
    candidate = Candidate(over_flask(client))
    verify(app, candidate.id)
    client.get(link(app, fake_assistant, candidate))
    with app.app_context():
        noted = {a.action: a.data for a in db.session.scalars(select(AuditEntry))}
    assert {"privacy.export_mailed", "privacy.export_fetched"} <= set(noted)
    assert "audit" not in tables_with(app, (EVA, "Eva Nord"))


def test_the_recruiters_hear_of_it(app: APIFlask, fake_assistant: FakeAssistant, eva: Known) -> None:
    link(app, fake_assistant, eva.here)
    assert "asked for a copy" in letters(app, "rekryterare@lumivik.example")[-1].subject


def test_the_file_is_readable(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    eva.here.say("Hyvää päivää åäö 👋")
    text = client.get(link(app, fake_assistant, eva.here)).text
    assert "Hyvää päivää åäö 👋" in text
    assert json.loads(text)
