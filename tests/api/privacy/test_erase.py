"""Erasure: at once, everywhere, of one person alone."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.audit.models import AuditEntry
from api.conversations.models import Conversation, Effect
from api.db import db
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import EVA, add_applicant, asks_for, candidate_id, conversation, letters, verify
from tests.api.privacy.everything import Known, dump, files, live_a_life, rows_of, tables_with

OLA = "ola.ek@example.com"
RECRUITERS = "rekryterare@lumivik.example"


@pytest.fixture
def eva(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> Known:
    return live_a_life(app, client, fake_assistant, "zebra", EVA, "Eva Nord", "A-1")


def erase(fake: FakeAssistant, candidate: Candidate) -> None:
    fake.script = asks_for("erase")
    candidate.say("zebra, please erase everything that you have about eva.nord@example.com")


def test_the_words_were_everywhere(app: APIFlask, eva: Known) -> None:
    """What the test below rests on."""
    expected = {
        "applications", "attachments", "candidates", "conversation_labels", "conversations", "effects", "feedback", "handoffs", "job_alerts", "mails",
        "messages", "notes", "promises", "requests",
    }  # fmt: skip
    assert set(tables_with(app, eva.words)) == expected


def test_no_trace_is_left_in_any_table(app: APIFlask, fake_assistant: FakeAssistant, eva: Known) -> None:
    id_ = candidate_id(app)
    erase(fake_assistant, eva.here)
    assert tables_with(app, eva.words) == {}
    assert {table for table, text in dump(app).items() if id_ in text} == {"audit"}
    assert files(app) == []


def test_the_confirmation_is_all_that_stays(app: APIFlask, fake_assistant: FakeAssistant, eva: Known) -> None:
    erase(fake_assistant, eva.here)
    [(sender, text)] = eva.here.seen()
    assert sender == "system"
    assert "erased" in text
    row = conversation(app, eva.here.id)
    assert (row.candidate_id, row.verified_at, row.verified_by, row.state) == (None, None, None, None)


def test_the_answer_to_the_request_is_the_confirmation(fake_assistant: FakeAssistant, eva: Known) -> None:
    fake_assistant.script = asks_for("erase")
    answer = eva.here.say("erase")
    assert [r["sender"] for r in answer["replies"]] == ["system"]
    assert answer["status"] == "answered"


def test_the_conversation_goes_on_with_somebody_unknown(fake_assistant: FakeAssistant, eva: Known) -> None:
    erase(fake_assistant, eva.here)
    fake_assistant.script = lambda body: reply("Hello")
    eva.here.say("hello again")
    assert fake_assistant.bodies[-1]["context"]["verified"] is False
    assert fake_assistant.bodies[-1]["state"] is None
    assert eva.here.seen()[-2:] == [("candidate", "hello again"), ("assistant", "Hello")]


def test_the_candidates_other_conversations_are_gone(client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    erase(fake_assistant, eva.here)
    assert client.get(f"{eva.elsewhere.path}/messages", headers=eva.elsewhere.headers).status_code == 404


def test_others_keep_everything(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    ola = live_a_life(app, client, fake_assistant, "wildebeest", OLA, "Ola Ek", "A-2")
    rows, words = rows_of(app, OLA), tables_with(app, ola.words)
    erase(fake_assistant, eva.here)
    assert (rows_of(app, OLA), tables_with(app, ola.words)) == (rows, words)
    assert files(app) == ["wildebeest-page"] * 2


def test_the_recruiters_are_told_by_reference_alone(app: APIFlask, fake_assistant: FakeAssistant, eva: Known) -> None:
    erase(fake_assistant, eva.here)
    [letter] = letters(app, RECRUITERS)
    assert "A-1" in letter.subject
    assert not any(word.lower() in (letter.subject + letter.text).lower() for word in eva.words)


def test_an_address_typed_elsewhere_is_masked(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    """A conversation in which somebody gave this address and never proved it; the rest of it is theirs."""
    other = Candidate(over_flask(client))
    fake_assistant.script = asks_for("verification_start", email=EVA)
    other.say(f"jag heter Eva, {EVA.upper()}, hej")
    fake_assistant.script = lambda body: reply("Ok", state={"email": EVA})
    other.say("och?")
    erase(fake_assistant, eva.here)
    assert tables_with(app, (EVA,)) == {}
    assert ("candidate", "jag heter Eva, •••, hej") in other.seen()


def test_a_conversation_that_went_over_to_another_loses_its_words(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    """A shared computer: first Eva proves who she is, then Ola, in the same conversation."""
    add_applicant(app)
    add_applicant(app, "A-2", OLA, "Ola Ek")
    shared, own = Candidate(over_flask(client)), Candidate(over_flask(client))
    verify(app, shared.id, EVA)
    shared.say("zebra")
    verify(app, shared.id, OLA)
    verify(app, own.id, EVA)
    erase(fake_assistant, own)
    assert tables_with(app, ("zebra", EVA)) == {}
    assert conversation(app, shared.id).candidate_id == candidate_id(app, OLA)


def test_messages_that_waited_are_not_answered_any_more(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    """Sent from another tab while the erasure was on its way."""
    from api.conversations import service

    def erases(body: dict[str, object]) -> object:
        with app.app_context():
            service.add_candidate_message(service.lock_row(eva.here.id), "00000000-0000-4000-8000-000000000001", "zebra-too", None)
            db.session.commit()
        return reply("Ok", effects=[{"kind": "erase"}])

    fake_assistant.script = erases
    eva.here.say("erase")
    assert eva.here.history()["status"] == "answered"
    assert tables_with(app, eva.words) == {}


def test_only_the_proven_may_erase(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant, eva: Known) -> None:
    erase(fake_assistant, Candidate(over_flask(client)))
    assert rows_of(app, EVA)["candidates"] == 1
    with app.app_context():
        assert db.session.scalars(select(Effect.outcome).where(Effect.kind == "erase")).all() == ["refused: not-allowed"]


def test_erasing_twice_is_refused_quietly(app: APIFlask, fake_assistant: FakeAssistant, eva: Known) -> None:
    erase(fake_assistant, eva.here)
    erase(fake_assistant, eva.here)
    with app.app_context():
        assert sorted(db.session.scalars(select(Effect.outcome).where(Effect.kind == "erase"))) == ["erased", "refused: not-allowed"]


def test_erasure_is_noted_without_personal_data(app: APIFlask, fake_assistant: FakeAssistant, eva: Known) -> None:
    id_ = candidate_id(app)
    erase(fake_assistant, eva.here)
    with app.app_context():
        [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "privacy.erased"))
        assert (entry.actor_id, entry.subject_id, entry.data) == (id_, id_, {})


def test_a_failure_erases_nothing(app: APIFlask, fake_assistant: FakeAssistant, eva: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """All or nothing: the effect runs in one transaction with its confirmation."""
    before = rows_of(app, EVA)
    monkeypatch.setattr("api.privacy.service._tell_recruiters", _fails)
    fake_assistant.script = asks_for("erase")
    eva.here.try_say("erase")
    after = rows_of(app, EVA)
    assert {k: after[k] for k in ("candidates", "applications", "alerts", "feedback")} == {
        k: before[k] for k in ("candidates", "applications", "alerts", "feedback")
    }


def _fails(refs: list[str]) -> None:
    raise RuntimeError("no recruiters")


def test_a_candidate_without_applications_is_erased_without_a_mail(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    add_applicant(app)
    client_side = Candidate(over_flask(client))
    verify(app, client_side.id)
    with app.app_context():
        from api.roles.models import Application

        db.session.delete(db.session.scalars(select(Application)).one())
        db.session.commit()
    erase(fake_assistant, client_side)
    assert letters(app) == []
    assert candidate_id(app) is None
    with app.app_context():
        assert db.session.get(Conversation, client_side.id) is not None
