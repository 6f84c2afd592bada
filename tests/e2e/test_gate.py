"""A worse model, made on purpose with the real training, is stopped by the gate with the reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask

from api import jobs
from api.accounts.models import Staff
from api.app import create_app
from api.config import load_settings
from api.db import db
from api.examples import service as examples
from api.examples.corpus import corpus
from api.migrations.run import upgrade
from api.training import queries, service, words

INTENT = "ask_deadline"


@pytest.fixture
def app(models: Path, tmp_path: Path) -> Iterator[APIFlask]:
    """The gateway with the model in force; the training is run here instead of in the worker."""
    current = json.loads((models / "current.json").read_text())
    (tmp_path / "models").mkdir()
    for name in ("current.json", f"{current['id']}.tar.gz"):
        shutil.copyfile(models / name, tmp_path / "models" / name)
    app = create_app(load_settings(env="demo", var=tmp_path, database_url="", rate_limit="off", log_level="ERROR", redis_url=""))
    with app.app_context():
        upgrade()
        yield app
        db.session.rollback()
        db.engine.dispose()


@pytest.mark.timeout(3600)
def test_a_model_without_an_intents_finnish_examples_is_stopped_with_the_reason(app: APIFlask) -> None:
    sara = Staff(name="Sara Nyberg", email="sara@lumivik.example", access="admin")
    db.session.add(sara)
    db.session.commit()
    finnish = corpus().of(INTENT, "fi")
    others = len(corpus().of("ask_start_date", "fi"))
    examples.move(sara, [("fi", row.text) for row in finnish], None)
    db.session.commit()
    training = service.start(sara)
    db.session.commit()
    jobs.run_now("training.run", training.id)
    training = queries.training(training.id)
    assert training.status == "done", (training.error, training.detail, training.log)
    model = queries.candidate(str(training.model_id))
    assert model.counts["ask_start_date"]["fi"] == others and model.counts[INTENT].get("fi", 0) == 0
    assert model.checks == {"smoke": {"passed": True, "sentence": ""}, "stories": model.checks["stories"]} and model.checks["stories"]["passed"], model.checks  # type: ignore[index]

    verdict = queries.gate(model)
    assert not verdict.passed
    stopped = {(reason.code, reason.fields.get("intent"), reason.fields.get("language")) for reason in verdict.reasons}
    assert ("few_examples", INTENT, "fi") in stopped and ("intent_lost", INTENT, "fi") in stopped, stopped
    assert {language for _, _, language in stopped} == {"fi"}, f"Swedish and English have nothing to answer for: {stopped}"
    lost = next(reason for reason in verdict.reasons if reason.code == "intent_lost" and reason.fields["intent"] == INTENT)
    assert lost.fields["n"] >= len(finnish) * 0.9 and lost.fields["now"] < lost.fields["before"] * 0.6
    said = words.reason(lost, {INTENT: "Last day to apply"})
    assert said.startswith("“Last day to apply” is understood less well in Finnish. Of ")
    live = queries.live()
    assert live is not None and live.id == json.loads((app.config["SETTINGS"].var / "models" / "current.json").read_text())["id"], "what is live stays live"
