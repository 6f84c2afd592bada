"""A training from the button to the gate's verdict; what stops it, and what it leaves alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock, jobs
from api.accounts.models import Staff
from api.audit.models import AuditEntry
from api.conversations.models import Conversation, Message
from api.db import db
from api.errors import Conflict, Invalid
from api.examples.queries import locked
from api.examples.service import lock_message
from api.personal_data import Person
from api.training import privacy, queries, service, tasks, tools
from api.training.archive import digest
from api.training.models import Difference, Mistake, NluModel, Training
from api.training.work import Failed, Stopped, Work
from tests.api.staff import add_staff
from tests.api.training.work import Tools, finish, install, rows

LIVE = "20261101-000000-cccccccc"


@pytest.fixture
def stand_ins(context: APIFlask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tools:
    return install(monkeypatch, tmp_path)


@pytest.fixture
def sara(context: APIFlask) -> Staff:
    return db.session.get_one(Staff, add_staff(context, "Sara Nyberg", access="admin"))


def train(staff: Staff) -> tuple[Training, NluModel | None]:
    row = service.start(staff)
    db.session.commit()
    finish(row.id)
    row = db.session.get_one(Training, row.id, populate_existing=True)
    return row, db.session.get(NluModel, row.model_id) if row.model_id else None


def say(*texts: str, language: str = "sv") -> list[str]:
    """Messages that candidates typed."""
    conversation = Conversation(token_hash="x", language=language)
    db.session.add(conversation)
    db.session.flush()
    found = [Message(conversation_id=conversation.id, seq=i, sender="candidate", text=t, language=language) for i, t in enumerate(texts, 1)]
    db.session.add_all(found)
    db.session.commit()
    return [m.id for m in found]


def test_a_training_makes_a_candidate_compares_it_and_leaves_what_is_live(stand_ins: Tools, sara: Staff) -> None:
    say("Vad tjänar man?", "Vad tjänar man", "När är sista dag? Ring Anna på 070-174 06 05", "Hej")
    stand_ins.answers = {
        "20261126-120001-aaaaaaaa": {
            "Vad tjänar man?": "ask_deadline",
            "Vad tjänar man": "ask_deadline",
            "När är sista dag? Ring Anna på 070-174 06 05": "nlu_fallback",
        }
    }
    lock_message(sara, "fi", "mitä saan palkkaa", "ask_salary", "label")
    lock_message(sara, "sv", "ask_salary 3", "ask_salary", "label")
    db.session.commit()
    row, model = train(sara)
    assert (row.status, row.percent, row.under_way, row.error) == ("done", 100, None, None)
    assert [stage for stage, _ in row.stages] == ["gathering", "training", "reading", "reading", "smoke", "comparing", "stories"]
    assert "One question is thin." in row.log and "35 %" in row.log
    live = queries.live()
    assert live is not None and live.id == LIVE and live.figures and live.counts["ask_salary"] == {"sv": 40, "fi": 40, "en": 40}
    assert model is not None and model.status == "candidate" and model.compared_with == LIVE
    assert model.comparison["held_out"]["fi"]["ask_salary"] == [40, 38, 38, 0, 0]
    assert model.comparison["locked"] == {"fi": {"ask_salary": [1, 1, 1, 0, 0]}} and model.comparison["locked_left_out"] == 1
    assert model.comparison["messages"] == {"looked_at": 4, "different": 3}
    verdict = queries.gate(model)
    assert verdict.passed and [n.code for n in verdict.notes] == ["small_locked_set", "locked_left_out"]
    seen = queries.differences(model.id).rows
    assert [(d.count, d.old_intent, d.new_intent) for d in seen] == [(2, "ask_salary", "ask_deadline"), (1, "ask_salary", "nlu_fallback")]
    assert "070" not in seen[1].text and "•••" in seen[1].text


def test_a_worse_model_is_stopped_by_the_gate_with_the_reason(stand_ins: Tools, sara: Staff) -> None:
    stand_ins.trained = rows({("fi", "ask_salary"): 30})
    _, model = train(sara)
    assert model is not None
    verdict = queries.gate(model)
    assert {(r.code, r.fields.get("language"), r.fields.get("intent")) for r in verdict.reasons} == {
        ("intent_lost", "fi", "ask_salary"),
        ("language_lost", "fi", None),
    }
    assert queries.live().id == LIVE  # type: ignore[union-attr]


def test_judged_messages_join_the_locked_set_and_can_stop_a_model(stand_ins: Tools, sara: Staff) -> None:
    texts = [f"Lön nummer {chr(97 + i)}" for i in range(6)]
    say(*texts)
    stand_ins.answers = {"20261126-120001-aaaaaaaa": dict.fromkeys(texts, "ask_deadline")}
    _, model = train(sara)
    assert model is not None
    seen = queries.differences(model.id).rows
    for row in seen[:5]:
        assert service.judge(sara, row.id, "ask_salary").verdict == "worse"
    db.session.commit()
    assert [r.code for r in queries.gate(model).reasons] == ["judged_worse"]
    assert {m.origin for m in locked()} == {"difference"} and len(locked()) == 5
    with pytest.raises(Invalid):
        service.judge(sara, seen[0].id, "nlu_fallback")
    assert service.judge(sara, seen[0].id, "ask_deadline").verdict == "better"
    assert queries.differences(model.id, "worse").counts == {"open": 1, "all": 6, "better": 1, "worse": 4, "neither": 0}
    db.session.commit()
    again = service.compare_again(sara, model.id)
    db.session.commit()
    finish(again.id)
    assert queries.differences(model.id, "worse").counts["worse"] == 4, "what was judged stays judged"
    assert "difference.judged" in set(db.session.scalars(select(AuditEntry.action)))


def test_only_one_is_under_way_and_it_can_be_stopped_before_it_begins(stand_ins: Tools, sara: Staff) -> None:
    row = service.start(sara)
    db.session.commit()
    with pytest.raises(Conflict):
        service.start(sara)
    db.session.commit()
    service.stop(sara, row.id)
    db.session.commit()
    assert (row.status, row.under_way) == ("stopped", None)
    finish(row.id)
    assert row.status == "stopped" and db.session.scalar(select(NluModel)) is None
    service.start(sara)


def test_a_failure_is_a_clear_sentence_and_what_is_live_stays(stand_ins: Tools, sara: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise Failed("bad_data", "stories/studio.yml: no such intent")

    monkeypatch.setattr(tasks, "_trained", fails)
    row, model = train(sara)
    assert (row.status, row.error, model) == ("failed", "bad_data", None) and "no such intent" in row.detail
    assert queries.live().id == LIVE  # type: ignore[union-attr]
    assert tasks._failure(1, ["noise", "Training failed: The data folders hold no examples."]).code == "bad_data"
    assert tasks._failure(-9, []).code == "memory" and tasks._failure(3, ["?"]).code == "crashed"


def test_one_whose_worker_died_is_taken_up_once_and_then_given_up(stand_ins: Tools, sara: Staff) -> None:
    row = service.start(sara)
    db.session.commit()
    assert tasks._claim(row.id) is not None and tasks._claim(row.id) is None
    with clock.at(clock.now() + timedelta(minutes=2)):
        second = tasks._claim(row.id)
        assert second is not None
    with clock.at(clock.now() + timedelta(minutes=4)):
        finish(row.id)
    row = db.session.get_one(Training, row.id, populate_existing=True)
    assert (row.status, row.error) == ("failed", "lost")
    jobs.run_now("training.sweep")


def test_mistakes_of_the_newest_model_are_told_with_their_words(stand_ins: Tools, sara: Staff, context: APIFlask) -> None:
    service.register_current()
    assert digest("sv", "vad är lönen") == "9ea67c93bb3a", "training computes the same (tests/nlu/test_understand.py)"
    db.session.add(Mistake(model_id=LIVE, language="sv", digest=digest("sv", "vad är LÖNEN"), intent="ask_salary", predicted="ask_deadline", confidence=0.7))
    db.session.commit()
    assert [(m.language, m.predicted) for m in queries.mistakes("ask_salary") if m.text.casefold().startswith("vad är lönen")] == [("sv", "ask_deadline")]


def test_an_erased_candidates_messages_leave_the_comparison(stand_ins: Tools, sara: Staff) -> None:
    ids = say("Vad tjänar man?")
    stand_ins.answers = {"20261126-120001-aaaaaaaa": {"Vad tjänar man?": "ask_deadline"}}
    _, model = train(sara)
    assert model is not None and queries.differences(model.id).counts["all"] == 1
    conversation_id = db.session.get_one(Message, ids[0]).conversation_id
    privacy.erase(Person("nobody", "x@example.com", conversation_id))
    assert db.session.scalar(select(Difference)) is None


@pytest.fixture
def work(stand_ins: Tools, sara: Staff, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    monkeypatch.setattr(tools, "PYTHON", Path(sys.executable))
    row = service.start(sara)
    db.session.commit()
    found = tasks._claim(row.id)
    assert found is not None
    yield found


def test_a_tool_is_heard_line_by_line_and_fed(work: Work) -> None:
    heard: list[str] = []
    code, errors = tools.run(
        work, ["-c", "import sys\nfor line in sys.stdin: print(line.upper(), end='')\nprint('no', file=sys.stderr); sys.exit(3)"], heard.append, ["a", "b"]
    )
    assert (heard, code, errors) == (["A", "B"], 3, ["no"])


def test_a_tool_is_ended_when_somebody_stops_the_work(work: Work, sara: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.training.work.EVERY", 0.0)
    heard: list[str] = []

    def hear(line: str) -> None:
        heard.append(line)
        service.stop(sara, work.id)
        db.session.commit()

    began = time.monotonic()
    with pytest.raises(Stopped):
        tools.run(work, ["-c", "import os, sys, time; print(os.getpid(), flush=True); time.sleep(60)"], hear)
    assert time.monotonic() - began < 20 and not Path(f"/proc/{heard[0]}").exists()
