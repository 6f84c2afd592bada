"""Replies, effects and the assistant's memory are stored together or not at all; one refused effect harms nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api import clock, jobs
from api.audit.models import AuditEntry
from api.conversations import effects
from api.conversations.models import Conversation, Effect
from api.db import after_commit, db
from api.errors import Invalid
from api.handoff.models import Handoff, Request
from api.outbox.models import Mail
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask

Register = Callable[[str, effects.Handler], None]


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client))


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Registers an effect of this test."""
    return lambda kind, function: monkeypatch.setitem(effects._handlers, kind, function)


def outcomes(app: APIFlask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(e.kind, e.outcome) for e in db.session.scalars(select(Effect).order_by(Effect.applied_at, Effect.position))]


def test_a_handler_that_breaks_leaves_nothing_half_stored(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant, handler: Register) -> None:
    def breaks(acting: effects.Acting, data: dict[str, Any]) -> str:
        acting.say("Halvvägs")
        db.session.flush()
        raise RuntimeError("the disk is full")

    handler("breaks", breaks)
    fake_assistant.script = lambda body: reply("Visst", effects=[{"kind": "handoff", "reason": "complaint"}, {"kind": "breaks"}], state={"new": 1})
    sent = candidate.say("Hej")
    assert (sent["status"], sent["replies"]) == ("waiting", [])
    assert [who for who, _ in candidate.seen()] == ["assistant", "candidate"]
    with app.app_context():
        for table in (Effect, Handoff, Mail):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0
        conversation = db.session.get_one(Conversation, candidate.id)
        assert (conversation.state, conversation.owner, conversation.lease, conversation.last_seq) == (None, "assistant", None, 2)
    fake_assistant.script = lambda body: reply("Nu så")
    with clock.at(clock.now() + timedelta(seconds=2)), app.app_context():
        jobs.run_now("conversations.run", candidate.id)
    assert candidate.seen()[-1] == ("assistant", "Nu så")


def test_a_refused_effect_undoes_itself_and_nothing_else(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant, handler: Register) -> None:
    def refused(acting: effects.Acting, data: dict[str, Any]) -> str:
        acting.say("Det här ska ingen se")
        db.session.flush()
        raise Invalid

    handler("refused", refused)
    fake_assistant.script = lambda body: reply(
        "Visst", effects=[{"kind": "ask_pay", "role": "LV-1"}, {"kind": "refused"}, {"kind": "handoff", "reason": "complaint"}], state={"new": 1}
    )
    sent = candidate.say("Hej")
    assert [r["sender"] for r in sent["replies"]] == ["assistant", "system"]
    assert "Det här ska ingen se" not in str(candidate.seen())
    assert outcomes(app) == [("ask_pay", "requested"), ("refused", "refused: invalid"), ("handoff", "requested")]
    with app.app_context():
        assert db.session.get_one(Conversation, candidate.id).state == {"new": 1}
        assert sorted(db.session.scalars(select(Mail.dedupe.op("||")(""))))[0].startswith("handoff:")
    seqs = [m["seq"] for m in candidate.history()["messages"]]
    assert seqs == sorted(set(seqs))


def test_what_waits_for_the_commit_does_not_run_before_it_nor_without_it(
    app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant, handler: Register
) -> None:
    ran: list[str] = []

    def registers(acting: effects.Acting, data: dict[str, Any]) -> str:
        after_commit(lambda: ran.append(data["name"]))
        return "registered"

    def looks(acting: effects.Acting, data: dict[str, Any]) -> str:
        assert ran == []
        if data.get("refuse"):
            raise Invalid
        return "looked"

    handler("registers", registers)
    handler("looks", looks)
    asked = [{"kind": "registers", "name": "one"}, {"kind": "looks"}, {"kind": "looks", "refuse": True}, {"kind": "looks"}]
    fake_assistant.script = lambda body: reply(effects=asked)
    candidate.say("Hej")
    assert ran == ["one"]
    assert [outcome for _, outcome in outcomes(app)] == ["registered", "looked", "refused: invalid", "looked"]


def test_each_effect_is_carried_out_once_however_often_the_message_comes(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: reply(effects=[{"kind": "ask_recruiter", "topic": "visa", "question": "Hjälper ni till?"}])
    client_id = "6f1c0f3e-0d84-4a07-9c83-6f9a1b0f9d11"
    for _ in range(3):
        candidate.say("Hjälper ni med visum?", client_id)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Request)) == 1
        assert db.session.scalar(select(func.count()).select_from(Mail)) == 1


def test_an_application_of_nobody_knows_whom_cannot_be_withdrawn(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: reply(effects=[{"kind": "withdraw", "application": "A-1"}, {"kind": "feedback_call", "application": "A-1"}])
    assert candidate.say("Jag drar tillbaka min ansökan")["status"] == "answered"
    assert outcomes(app) == [("withdraw", "refused: not-allowed"), ("feedback_call", "refused: not-allowed")]


SPANS: dict[str, Any] = {
    "beyond the end": [[0, 999]],
    "backwards": [[5, 2]],
    "negative": [[-3, 4]],
    "not numbers": [["0", "4"]],
    "not pairs": [[1, 2, 3]],
    "not a list": "0-4",
    "missing": None,
    "half of them wrong": [[0, 2], [0, 999]],
}


def test_spans_that_make_no_sense_mask_nothing(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    for name, spans in SPANS.items():
        fake_assistant.script = lambda body, spans=spans: reply(effects=[{"kind": "mask", "spans": spans}])
        assert candidate.say("Jag har 41 000")["message"]["text"] == "Jag har 41 000", name
    assert outcomes(app) == [("mask", "refused: invalid")] * len(SPANS)


def test_masked_pay_is_kept_nowhere(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    """Not in the message, not in the effect, not in the mail that another effect of the same turn sends, not in the audit."""
    effects_asked = [{"kind": "handoff", "reason": "complaint"}, {"kind": "mask", "spans": [[8, 14], [17, 23]]}]
    fake_assistant.script = lambda body: reply(effects=effects_asked)
    sent = candidate.say("Jag har 41 000 😀 43 500 idag")
    assert sent["message"]["text"] == "Jag har •••••• 😀 •••••• idag"
    with app.app_context():
        kept = [
            db.session.scalars(select(Mail.text)).one(),
            str(db.session.scalars(select(Effect.data)).all()),
            str(db.session.scalars(select(AuditEntry.data)).all()),
        ]
    for place in [*kept, str(candidate.history())]:
        assert "41 000" not in place
        assert "43 500" not in place


def test_the_memory_is_kept_and_given_back_as_it_is(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    state = {"ä": ["1", 2, 3.5, None, True, {"nested": {"deep": "💚"}}], "long": "x" * 20_000}
    fake_assistant.script = lambda body: reply(state=state)
    candidate.say("Hej")
    candidate.say("Och lönen?")
    assert fake_assistant.bodies[1]["state"] == state


def test_the_memory_is_never_shown(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: reply(state={"secret": "minnesanteckning"})
    sent = candidate.say("Hej")
    assert "minnesanteckning" not in str(sent) + str(candidate.history()) + candidate.ask("GET", "transcript").text


def test_the_assistant_is_told_what_it_needs(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    message = candidate.say("Vad är lönen för den här rollen?")["message"]
    body = fake_assistant.bodies[0]
    assert set(body) == {"conversation", "message_id", "text", "language", "context", "state"}
    assert (body["conversation"], body["message_id"], body["language"]) == (candidate.id, message["id"], "sv")
    assert set(body["context"]) >= {"page_role", "verified", "now"}
    assert body["context"]["now"].endswith("+00:00")
    assert candidate.token not in str(body)


def test_a_question_that_cannot_wait_is_mailed_as_urgent(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: reply(effects=[{"kind": "ask_recruiter", "topic": "hurry", "priority": "high", "question": "Kan ni skynda på?"}])
    candidate.say("Kan ni skynda på?")
    with app.app_context():
        assert db.session.scalars(select(Mail.subject)).one().startswith("URGENT: ")
        assert db.session.scalars(select(Request.data)).one() == {"topic": "hurry", "priority": "high"}
