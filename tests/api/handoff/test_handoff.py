"""Asking for a person: once, said truthfully, told to the recruiters; and back to the assistant."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api import clock
from api.accounts.models import Staff
from api.audit.models import AuditEntry
from api.conversations import service
from api.db import db
from api.handoff.models import Handoff
from api.handoff.service import BACK
from api.outbox.models import Mail
from api.roles.models import Role, RoleText
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, new_client_id, over_flask, over_http
from tests.api.serving import served

SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 40, tzinfo=UTC)  # 23:40 in Stockholm, 00:40 on Monday in Helsinki
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client))


def count(app: APIFlask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(("language", "day"), [("sv", "i morgon"), ("fi", "tänään"), ("en", "tomorrow")])
def test_at_night_the_candidate_is_told_when_somebody_answers(client: FlaskClient, language: str, day: str) -> None:
    """In Finland it is Monday already, and the Finnish office answers in Finnish."""
    candidate = Candidate(over_flask(client), language=language)
    with clock.at(SUNDAY_NIGHT):
        assert candidate.want_person() == {"status": "with_recruiter", "waiting_because": None, "speaker": None}
    told = candidate.history()["messages"][-1]
    assert (told["sender"], told["language"], told["in_reply_to"]) == ("system", language, None)
    assert day in told["text"]
    assert [t.replace(".", ":").rjust(5, "0") for t in re.findall(r"\d{1,2}[.:]\d{2}", told["text"])] == ["08:00"]
    assert [b["button"] for b in told["buttons"]] == [BACK]


def test_the_role_under_discussion_tells_the_office(app: APIFlask, client: FlaskClient) -> None:
    with app.app_context():
        db.session.add(Role(ref="LV-9", office="tampere", texts=[RoleText(language="fi", title="Asentaja")]))
        db.session.commit()
    candidate = Candidate(over_flask(client), language="en", role="LV-9")
    with clock.at(SUNDAY_NIGHT):
        candidate.want_person()
    assert re.search(r"\b0?7[.:]30\b", candidate.history()["messages"][-1]["text"])
    with app.app_context():
        assert db.session.scalars(select(Handoff.reply_due_at)).one() == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def test_asking_twice_is_one_handoff_one_sentence_one_mail(app: APIFlask, candidate: Candidate) -> None:
    first, second = candidate.want_person(reason="Jag vill prata"), candidate.want_person(reason="Hallå?")
    assert first == second
    assert [who for who, _ in candidate.seen()] == ["assistant", "system"]
    assert (count(app, Handoff), count(app, Mail)) == (1, 1)


def test_asking_from_many_tabs_at_once_is_one_handoff(app: APIFlask) -> None:
    with served(app) as base:
        candidate = Candidate(over_http(base))
        with ThreadPoolExecutor(5) as threads:
            list(threads.map(lambda _: candidate.want_person(), range(5)))
        assert [who for who, _ in candidate.seen()] == ["assistant", "system"]
    assert (count(app, Handoff), count(app, Mail)) == (1, 1)


def test_the_recruiters_mail_holds_what_they_must_not_ask_again(app: APIFlask, candidate: Candidate) -> None:
    candidate.say("Vad är lönen?\r\nBcc: någon@exempel.se")
    candidate.want_person(reason="Jag vill prata\r\nSubject: hej")
    with app.app_context():
        mail = db.session.scalars(select(Mail)).one()
        assert mail.recipient == app.config["SETTINGS"].recruiters_mail
        assert "asked for a person" in mail.subject
        assert "\n" not in mail.subject
        for fact in ("Language: sv", "Vad är lönen?", "Jag vill prata", "Echo: Vad är lönen?", "Reply due: "):
            assert fact in mail.text
        handoff = db.session.scalars(select(Handoff)).one()
        assert (handoff.reason, handoff.priority, handoff.note.splitlines()[0]) == ("asked_for_person", "normal", "Jag vill prata")
        assert handoff.summary["language"] == "sv"
        assert len(handoff.summary["asked"]) == 1
        assert "Vad är" not in str(handoff.summary), "messages are named by id, so that erasing them erases them here"
        assert db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("handoff%"))).all() == ["handoff.request"]


def test_the_assistant_asks_for_a_person_and_its_reply_comes_first(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: reply("Självklart.", effects=[{"kind": "handoff", "reason": "complaint", "priority": "high", "note": "Arg"}])
    with clock.at(SUNDAY_NIGHT):
        sent = candidate.say("Jag vill klaga!")
    assert [(r["sender"], r["in_reply_to"]) for r in sent["replies"]] == [("assistant", sent["message"]["id"]), ("system", sent["message"]["id"])]
    assert sent["status"] == "with_recruiter"
    with app.app_context():
        handoff = db.session.scalars(select(Handoff)).one()
        assert (handoff.reason, handoff.priority, handoff.note) == ("complaint", "high", "Arg")
        assert db.session.scalars(select(Mail.subject)).one().startswith("URGENT: ")


def test_an_unknown_reason_is_a_wish_for_a_person(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    fake_assistant.script = lambda body: reply(effects=[{"kind": "handoff", "reason": "x" * 500, "priority": "panic", "note": "n" * 5000}])
    candidate.say("Hej")
    with app.app_context():
        handoff = db.session.scalars(select(Handoff)).one()
        assert (handoff.reason, handoff.priority, len(handoff.note)) == ("asked_for_person", "normal", 2000)


def test_by_its_button_the_assistant_is_back_and_answers_again(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    candidate.want_person()
    candidate.say("Hallå, någon där?")
    assert fake_assistant.bodies == []
    back = candidate.press(BACK)
    assert (back.status, back.json["status"]) == (200, "answered")
    assert [r["sender"] for r in back.json["replies"]] == ["system"]
    assert candidate.say("Vad är lönen?")["replies"][0]["text"] == "Echo: Vad är lönen?"
    assert [b["text"] for b in fake_assistant.bodies] == ["Vad är lönen?"]
    with app.app_context():
        assert db.session.scalars(select(Handoff.closed_at)).one() is not None


def test_the_back_button_works_only_where_it_was_offered(candidate: Candidate) -> None:
    assert candidate.press(BACK).status == 422


def test_pressing_back_twice_says_so_once(candidate: Candidate) -> None:
    candidate.want_person()
    client_id = new_client_id()
    first, again = candidate.press(BACK, client_id), candidate.press(BACK, client_id)
    assert first.json == again.json
    assert len(candidate.seen()) == 4


def test_an_old_press_that_comes_again_does_not_call_off_a_new_request(app: APIFlask, candidate: Candidate) -> None:
    candidate.want_person()
    client_id = new_client_id()
    candidate.press(BACK, client_id)
    with clock.at(clock.now() + timedelta(minutes=5)):
        candidate.want_person()
    assert candidate.press(BACK, client_id).json["status"] == "with_recruiter"
    assert candidate.history()["status"] == "with_recruiter"
    assert count(app, Handoff) == 2


def test_a_second_request_after_coming_back_is_a_new_one(app: APIFlask, candidate: Candidate) -> None:
    candidate.want_person()
    candidate.press(BACK)
    candidate.want_person()
    assert candidate.history()["status"] == "with_recruiter"
    assert (count(app, Handoff), count(app, Mail)) == (2, 2)


def test_a_recruiter_who_has_taken_over_is_not_sent_away_by_the_button(app: APIFlask, candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    candidate.want_person()
    with app.app_context():
        staff = Staff(email="anna@lumivik.example", name="Anna Berg")
        db.session.add(staff)
        db.session.flush()
        service.give_to(service.lock(candidate.id), "recruiter", staff.id)
        db.session.commit()
    pressed = candidate.press(BACK)
    assert (pressed.json["status"], pressed.json["speaker"]) == ("with_recruiter", "Anna Berg")
    assert candidate.say("Hej Anna")["status"] == "with_recruiter"
    assert fake_assistant.bodies == []


def test_a_request_while_the_assistant_computes_drops_its_late_answer(app: APIFlask, client: FlaskClient, fake_assistant: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client))
    ask = over_flask(app.test_client())

    def asked_meanwhile(body: dict[str, object]) -> dict[str, object]:
        assert ask("POST", f"{candidate.path}/handoff", headers=candidate.headers, json={}).status == 201
        return reply("För sent", effects=[{"kind": "handoff", "reason": "not_understood"}])

    fake_assistant.script = asked_meanwhile
    candidate.say("Hej")
    assert [who for who, _ in candidate.seen()] == ["assistant", "candidate", "system"]
    assert (count(app, Handoff), count(app, Mail)) == (1, 1)


def test_a_pause_in_the_day_does_not_promise_the_same_day(candidate: Candidate, app: APIFlask) -> None:
    """Ten minutes before the Friday's closing somebody may still answer, and by Monday somebody does."""
    with clock.at(datetime(2026, 11, 20, 14, 50, tzinfo=UTC)):  # 15:50, closes at 16
        candidate.want_person()
    told = candidate.history()["messages"][-1]["text"]
    assert "måndag" in told
    with app.app_context():
        assert db.session.scalars(select(Handoff.reply_due_at)).one() == datetime(2026, 11, 23, 7, 50, tzinfo=UTC)
