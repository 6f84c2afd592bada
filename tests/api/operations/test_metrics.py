"""What `/metrics` tells, and that the dashboard and the alerts ask for nothing else."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import yaml
from apiflask import APIFlask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from api import clock, jobs
from api.config import ROOT
from api.db import db
from api.demo.load import load_if_empty
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import asks_for

MONITORING = ROOT / "docker" / "monitoring"
FROM_PROMETHEUS = {"up"}
NAME = re.compile(r"\b(?:desk|process)_[a-z_]+|\bup\b")


def metrics(client: FlaskClient) -> dict[str, float]:
    """Every sample by its name and labels."""
    response = client.get("/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.get_data(as_text=True))
    return {f"{s.name}{sorted(s.labels.items()) or ''}": s.value for family in families for s in family.samples}


def test_what_waits_is_counted_with_its_age(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    with app.app_context():
        load_if_empty()
        db.session.commit()
    before = metrics(client)
    fake_assistant.script = asks_for("handoff", reason="complaint")
    Candidate(over_flask(client), "sv").say("jag vill klaga")
    with clock.at(clock.now() + timedelta(minutes=10)):
        after = metrics(client)
    assert after["desk_conversations_waiting"] == before["desk_conversations_waiting"] + 1
    assert after["desk_conversations_waiting_oldest_seconds"] >= 599
    assert after["desk_turns_waiting"] == 0


def test_a_message_that_nobody_answers_shows(client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: (500, {})
    Candidate(over_flask(client), "fi").say("hei")
    with clock.at(clock.now() + timedelta(seconds=90)):
        found = metrics(client)
    assert found["desk_turns_waiting"] == 1
    assert found["desk_turns_waiting_oldest_seconds"] >= 89


def test_what_was_not_understood_is_counted_by_language(client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    key = "desk_not_understood_total[('intent', 'nlu_fallback'), ('language', 'fi')]"
    before = metrics(client).get(key, 0)
    fake_assistant.script = lambda body: reply("Kysytkö palkasta?", intent="nlu_fallback")
    Candidate(over_flask(client), "fi").say("hmm")
    assert metrics(client)[key] == before + 1


def test_a_worker_that_sweeps_is_alive(app: APIFlask, client: FlaskClient) -> None:
    assert "desk_worker_silence_seconds" not in metrics(client)
    with app.app_context():
        app.extensions["jobs"]["huey"].put(jobs.SWEPT, clock.now().timestamp())
    with clock.at(clock.now() + timedelta(seconds=70)):
        assert metrics(client)["desk_worker_silence_seconds"] == pytest.approx(70, abs=5)


def expressions() -> list[str]:
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text("utf-8"))
    board: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))
    alerts = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return alerts + [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_dashboard_and_alerts_ask_only_for_what_there_is(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: reply("Kysytkö palkasta?", intent="nlu_fallback")
    Candidate(over_flask(client), "fi").say("hmm")
    with app.app_context():
        app.extensions["jobs"]["huey"].put(jobs.SWEPT, clock.now().timestamp())
    there = {name.partition("[")[0] for name in metrics(client)}
    asked = {name for expression in expressions() for name in NAME.findall(expression)} - FROM_PROMETHEUS
    assert len(asked) > 10
    assert asked - there == set()
