"""The pages on which a model is put live, taken back, and answers are told."""

from __future__ import annotations

from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.db import db
from api.promotion.models import Promotion
from tests.api.promotion.nlu_models import add_model, admin, put_live, run_at
from tests.api.promotion.test_follow_ups import answers, asked
from tests.api.staff import Browser, signed_in
from tests.api.statements import counted


@pytest.fixture
def sara(app: APIFlask) -> Browser:
    """An admin's browser; `old` is live, `new` may follow, `thin` is stopped by the gate."""
    with app.app_context():
        id_ = admin(app).id
        add_model("old", "live")
        add_model("new", compared_with="old")
        add_model("thin", compared_with="old", checks={"smoke": {"passed": False}, "stories": {"passed": True}})
        run_at("old", "http://127.0.0.1:9")
    return signed_in(app, id_)


def under_way(app: APIFlask) -> str:
    with app.app_context():
        return db.session.scalars(select(Promotion.id).where(Promotion.under_way.is_(True))).one()


def test_a_model_goes_live_and_back_by_forms(app: APIFlask, sara: Browser) -> None:
    assert "Put it live" in sara.get("/studio/models/new").text
    assert sara.post("/studio/models/new/promote").status_code == 303
    shown = sara.get("/studio/promotions").text
    assert "Waiting to be taken up" in shown and "hx-get" in shown
    assert "Waiting to be taken up" in sara.get("/studio/promotions/state", headers={"HX-Request": "true"}).text
    assert sara.post("/studio/models/thin/promote", {"over": "1", "reason": "x"}).status_code == 409
    with app.app_context():
        put_live(under_way(app))
    done = sara.get("/studio/promotions/state", headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"
    assert "Go back to it" in sara.get("/studio/models/old/roll-back").text
    assert sara.post("/studio/models/old/roll-back").status_code == 303
    asked_for = under_way(app)
    assert sara.post(f"/studio/promotions/{asked_for}/withdraw").status_code == 303
    shown = sara.get("/studio/promotions").text
    assert "withdrawn" in shown and "went live" in shown and "Sara Nyberg" in shown


def test_the_gate_asks_for_a_reason(app: APIFlask, sara: Browser) -> None:
    page = sara.get("/studio/models/thin").text
    assert "Put it live against the gate" in page and 'name="reason"' in page
    assert sara.post("/studio/models/thin/promote").status_code == 409
    assert sara.post("/studio/models/thin/promote", {"over": "1", "reason": " "}).status_code == 422
    assert sara.post("/studio/models/thin/promote", {"over": "1", "reason": "The office is closed."}).status_code == 303
    assert "The office is closed." in sara.get("/studio/promotions").text


def test_answers_are_seen_before_they_are_told(app: APIFlask, sara: Browser, fake_assistant: Any) -> None:
    from api.promotion import finding

    fake_assistant.script = answers
    with app.app_context():
        run_at("new", fake_assistant.url)
        now = clock.now()
        db.session.add(Promotion(model_id="new", kind="promotion", status="live", asked_at=now, done_at=now))
        db.session.commit()
        asked()
        finding.run()
        id_ = db.session.scalars(select(finding.FollowUp.id)).one()
    assert "1 candidate asked something" in sara.get("/studio/models").text
    page = sara.get("/studio/answers-to-tell").text
    assert "FÅR HUNDEN FÖLJA MED?" in page and "Hundar är välkomna." in page and 'lang="sv"' in page
    assert "has been told" in sara.post("/studio/answers-to-tell", {"chosen": [id_], "act": "send"}).text
    assert "Nobody waits" in sara.get("/studio/answers-to-tell").text
    assert sara.post("/studio/answers-to-tell", {"chosen": [id_], "act": "send"}).status_code == 409


def test_more_rows_ask_the_database_no_more_often(app: APIFlask, sara: Browser) -> None:
    def statements() -> int:
        with counted(app) as asked_for:
            assert sara.get("/studio/promotions").status_code == 200
        return len(asked_for)

    statements()  # the session's first page notes that it lives
    few = statements()
    with app.app_context():
        now = clock.now()
        for number in range(12):
            add_model(f"m{number}", "kept")
            db.session.add(Promotion(model_id=f"m{number}", kind="promotion", status="live", asked_at=now, done_at=now))
        db.session.commit()
    assert statements() == few
