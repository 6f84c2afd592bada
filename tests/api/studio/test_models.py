"""What an admin sees of trainings and NLU models."""

from __future__ import annotations

from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api.db import db
from api.training import queries
from api.training.models import Difference, Training
from tests.api.staff import Browser, add_staff, signed_in
from tests.api.statements import counted
from tests.api.training.test_training import say
from tests.api.training.work import Tools, finish, install, rows

NEW = "20261126-120001-aaaaaaaa"


@pytest.fixture
def stand_ins(app: APIFlask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tools:
    return install(monkeypatch, tmp_path)


@pytest.fixture
def sara(app: APIFlask) -> Browser:
    return signed_in(app, add_staff(app, "Sara Nyberg", access="admin", language="en"))


def work_off(app: APIFlask) -> str:
    """What the worker does with what waits; the training's id."""
    with app.app_context():
        id_ = db.session.scalars(select(Training.id).where(Training.under_way.is_(True))).one()
        db.session.rollback()
        finish(id_)
        return str(id_)


def test_from_the_button_to_the_verdict(app: APIFlask, sara: Browser, stand_ins: Tools) -> None:
    assert "No model is known here yet" in sara.get("/studio/models").text
    assert sara.post("/studio/models").status_code == 303
    page = sara.get("/studio/models").text
    assert "Waiting for the worker" in page and "Stop it" in page and "Train a new model" not in page
    assert "already" in sara.post("/studio/models").text
    assert "Waiting for the worker" in sara.get("/studio/models/progress", headers={"HX-Request": "true"}).text
    stand_ins.trained = rows({("fi", "ask_salary"): 30})
    training = work_off(app)
    assert sara.get("/studio/models/progress", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = sara.get("/studio/models").text
    assert "Live" in page and "Not live yet" in page and "clearly worse" in page and "Sara Nyberg" in page
    page = sara.get(f"/studio/models/{NEW}").text
    assert "It should not go live as it is" in page
    assert (
        "is understood less well in Finnish. Of 40 examples that it had not seen in training it gets 10 right; the live model got 38 (28 lost, 0 gained)."
        in page
    )
    assert "49 / 49" in page
    assert "Log" in sara.get(f"/studio/models/trainings/{training}").text
    assert sara.get("/studio/models/nothing").status_code == 404


def test_a_model_that_is_as_good_may_go_live_and_praise_needs_more_than_chance(app: APIFlask, sara: Browser, stand_ins: Tools) -> None:
    sara.post("/studio/models")
    stand_ins.trained = rows({("sv", "ask_salary"): 1})
    work_off(app)
    page = sara.get(f"/studio/models/{NEW}").text
    assert "Nothing speaks against putting it live" in page and "no clear difference" in page and "clearly" not in page.split("How this is measured")[0]
    for query in ("language=sv", "language=fi&sample=locked", "language=xx"):
        assert sara.get(f"/studio/models/{NEW}/figures?{query}").status_code == 200
    page = sara.get(f"/studio/models/{NEW}/figures?language=sv").text
    assert "of 40" in page and "<svg" in page and "style=" not in page.split("<main")[1]


def test_messages_are_judged_side_by_side(app: APIFlask, sara: Browser, stand_ins: Tools) -> None:
    with app.app_context():
        say("Vad tjänar man?", "När ska jag <b>söka</b>?")
    stand_ins.answers = {NEW: {"Vad tjänar man?": "ask_deadline", "När ska jag <b>söka</b>?": "nlu_fallback"}}
    sara.post("/studio/models")
    work_off(app)
    page = sara.get(f"/studio/models/{NEW}/messages").text
    assert "Vad tjänar man?" in page and "&lt;b&gt;" in page and "asks back what is meant" in page
    with app.app_context():
        first, second = db.session.scalars(select(Difference.id).order_by(Difference.new_intent)).all()
    answer = sara.post(f"/studio/models/differences/{first}", {"right_intent": "ask_salary"}, headers={"HX-Request": "true"})
    assert "Worse now" in answer.text and "<html" not in answer.text and "Sara Nyberg" in answer.text
    assert sara.post(f"/studio/models/differences/{second}", {"right_intent": "ask_deadline"}).status_code == 303
    assert sara.post(f"/studio/models/differences/{second}", {"right_intent": "ask_lunch"}).status_code == 422
    assert "All are judged" in sara.get(f"/studio/models/{NEW}/messages").text
    assert "Better now" in sara.get(f"/studio/models/{NEW}/messages?show=all").text
    with app.app_context():
        assert queries.differences(NEW, "all").counts["better"] == 1


def test_pages_cost_the_same_however_much_there_is(app: APIFlask, sara: Browser, stand_ins: Tools) -> None:
    with app.app_context():
        say(*[f"Fråga {chr(97 + i)}" for i in range(20)])
    stand_ins.answers = {NEW: {f"Fråga {chr(97 + i)}": "ask_deadline" for i in range(20)}}
    sara.post("/studio/models")
    work_off(app)
    for path in ("", f"/{NEW}", f"/{NEW}/figures", f"/{NEW}/messages"):
        assert statements_of(app, sara, f"/studio/models{path}") <= 25, path


def statements_of(app: APIFlask, sara: Browser, path: str) -> int:
    """How many statements a page sends to the database."""
    with counted(app) as seen:
        assert sara.get(path).status_code == 200
    return len(seen)


def test_stopping_is_for_whoever_sees_it(app: APIFlask, sara: Browser, stand_ins: Tools) -> None:
    sara.post("/studio/models")
    with app.app_context():
        id_ = db.session.scalars(select(Training.id)).one()
    assert sara.post(f"/studio/models/trainings/{id_}/stop").status_code == 303
    page = sara.get(f"/studio/models/trainings/{id_}").text
    assert "Stopped" in page and "Nothing was changed" in page
    assert sara.post("/studio/models/trainings/nothing/stop").status_code == 404
