"""Who speaks: one at a time, said aloud each time, whoever presses first."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.audit.models import AuditEntry
from api.conversations.models import Turn
from api.db import db
from api.errors import Invalid, NotFound
from api.handoff import claims, replies
from api.handoff.models import Handoff
from api.handoff.service import BACK
from api.outbox.models import Mail, Webhook
from tests.api.assistant import FakeAssistant, reply
from tests.api.candidate import Candidate, over_flask, over_http
from tests.api.conftest import MakeApp
from tests.api.handoff.recruiters import act, change, look, waits
from tests.api.serving import served
from tests.api.staff import add_staff

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)  # 11:00 in Stockholm, 12:00 in Helsinki: open
NIGHT = datetime(2026, 11, 23, 22, tzinfo=UTC)


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client), "en")


@pytest.fixture
def ebba(app: APIFlask) -> str:
    return add_staff(app)


@pytest.fixture
def jonas(app: APIFlask) -> str:
    return add_staff(app, "Jonas Lindqvist")


def acts(app: APIFlask) -> list[str]:
    with app.app_context():
        query = select(AuditEntry.action).where(AuditEntry.actor_kind == "staff").order_by(AuditEntry.at, AuditEntry.id)
        return list(db.session.scalars(query))


def test_a_claim_is_said_aloud_and_the_assistant_is_silent(app: APIFlask, candidate: Candidate, ebba: str, fake_assistant: FakeAssistant) -> None:
    candidate.want_person()
    handoff = act(app, claims.claim, ebba, candidate.id)
    assert (handoff.claimed_by, handoff.closed_at) == (ebba, None)
    told = candidate.history()
    assert told["messages"][-1]["text"] == "Ebba Sandström, recruiter, has joined and can see what you have written here."
    assert (told["status"], told["speaker"]) == ("with_recruiter", "Ebba Sandström")
    candidate.say("What is the pay?")
    assert fake_assistant.bodies == []
    act(app, claims.claim, ebba, candidate.id)
    assert [who for who, _ in candidate.seen()].count("system") == 2, "claiming again says nothing again"
    assert acts(app) == ["handoff.claimed"]


def test_the_second_to_claim_hears_who_was_first(app: APIFlask, candidate: Candidate, ebba: str, jonas: str) -> None:
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    with pytest.raises(claims.Taken) as refused:
        act(app, claims.claim, jonas, candidate.id)
    assert refused.value.fields == {"holder": "Ebba Sandström"}
    assert "Ebba Sandström" in str(refused.value.sentence)
    with pytest.raises(NotFound):
        act(app, claims.claim, jonas, "no-such-conversation")


def test_while_one_claims_the_other_waits_and_then_sees_who_has_it(make_app: MakeApp, fake_assistant: FakeAssistant) -> None:
    """Two processes: the second asks while the first has not committed yet."""
    first, second = make_app(assistant_url=fake_assistant.url), make_app(assistant_url=fake_assistant.url)
    candidate = Candidate(over_flask(first.test_client()), "en")
    candidate.want_person()
    ebba, jonas = add_staff(first), add_staff(first, "Jonas Lindqvist")
    asked = threading.Event()

    def late() -> str:
        asked.set()
        try:
            act(second, claims.claim, jonas, candidate.id)
        except claims.Taken as taken:
            return str(taken.fields["holder"])
        return "nobody"

    with ThreadPoolExecutor(1) as other:
        with first.app_context():
            claims.claim(db.session.get_one(Staff, ebba), candidate.id)
            found = other.submit(late)
            asked.wait(5)
            time.sleep(0.3)
            assert not found.done(), "it waits for the first"
            db.session.commit()
        assert found.result(10) == "Ebba Sandström"
    assert look(first, candidate.id).staff_id == ebba


def test_of_eight_who_press_at_once_one_gets_it(app: APIFlask) -> None:
    staff = [add_staff(app, f"Recruiter{n} Berg") for n in range(8)]
    with served(app) as base:
        candidate = Candidate(over_http(base), "en")
        for _ in range(3):
            candidate.want_person()
            start = threading.Barrier(len(staff))

            def press(n: int, start: threading.Barrier = start) -> str:
                start.wait(10)
                try:
                    act(app, claims.claim, staff[n], candidate.id)
                except claims.Taken as taken:
                    return str(taken.fields["holder"])
                return ""

            with ThreadPoolExecutor(len(staff)) as threads:
                told = list(threads.map(press, range(len(staff))))
            winner = told.index("")
            assert [name for name in told if name] == [f"Recruiter{winner} Berg"] * 7
            assert [text for who, text in candidate.seen() if who == "system"][-1].startswith(f"Recruiter{winner} Berg, recruiter, has joined")
            act(app, claims.hand_back, staff[winner], candidate.id)
    assert acts(app) == ["handoff.claimed", "handoff.handed_back"] * 3


def test_taking_over_while_the_assistant_computes_drops_its_answer(app: APIFlask, candidate: Candidate, ebba: str, fake_assistant: FakeAssistant) -> None:
    def claimed_meanwhile(body: dict[str, object]) -> dict[str, object]:
        act(app, claims.claim, ebba, candidate.id)
        return reply("Too late", effects=[{"kind": "handoff", "reason": "complaint"}])

    fake_assistant.script = claimed_meanwhile
    assert candidate.say("What is the pay?")["status"] == "with_recruiter"
    assert [who for who, _ in candidate.seen()] == ["assistant", "candidate", "system"]
    handoff = waits(app, candidate.id)
    assert handoff is not None
    assert (handoff.reason, handoff.claimed_by) == ("taken_over", ebba)
    with app.app_context():
        assert list(db.session.scalars(select(Turn.status))) == ["dropped"]


def test_handed_back_the_assistant_answers_with_what_it_knew(app: APIFlask, candidate: Candidate, ebba: str, fake_assistant: FakeAssistant) -> None:
    candidate.say("Hello")
    act(app, claims.claim, ebba, candidate.id)
    act(app, claims.hand_back, ebba, candidate.id, "  All the best with it.  ")
    assert [text for _, text in candidate.seen()][-2:] == [
        "All the best with it.", "Ebba Sandström has left. You are talking to the assistant again. Ask for a person whenever you like.",
    ]  # fmt: skip
    candidate.say("And the pay?")
    assert fake_assistant.bodies[-1]["state"] == {"turns": 1}
    assert candidate.history()["status"] == "answered"
    assert waits(app, candidate.id) is None
    with pytest.raises(claims.NotYours):
        act(app, claims.hand_back, ebba, candidate.id)


def test_only_who_has_it_may_hand_back_snooze_or_pass_it_on(app: APIFlask, candidate: Candidate, ebba: str, jonas: str) -> None:
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    before = candidate.seen()
    for function, arguments in (
        (claims.hand_back, ()), (claims.resolve, ()), (claims.snooze, (clock.now() + timedelta(days=1),)), (claims.transfer, (jonas,)),
        (replies.reply, ("c1", "Hi")),
    ):  # fmt: skip
        with pytest.raises(claims.NotYours):
            act(app, function, jonas, candidate.id, *arguments)
    assert candidate.seen() == before
    change(app, jonas, access="admin")
    act(app, claims.transfer, jonas, candidate.id, jonas)
    assert look(app, candidate.id).staff_id == jonas


def test_within_hours_the_same_person_is_back_when_the_candidate_writes_again(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    with clock.at(MONDAY):
        candidate.want_person()
        act(app, claims.claim, ebba, candidate.id)
        act(app, claims.resolve, ebba, candidate.id)
        act(app, claims.resolve, ebba, candidate.id)
        assert look(app, candidate.id).resolved_by == ebba
        assert candidate.seen()[-1][1].startswith("Ebba Sandström has ended this conversation.")
    with clock.at(MONDAY + timedelta(hours=2)):
        sent = candidate.say("One more thing")
        assert sent["status"] == "with_recruiter"
        assert sent["replies"][0]["text"].startswith("I have told Ebba Sandström that you wrote again.")
        now = look(app, candidate.id)
        assert (now.owner, now.staff_id, now.resolved_at) == ("recruiter", ebba, None)
        candidate.say("And another")
    handoff = waits(app, candidate.id)
    assert handoff is not None
    assert (handoff.reason, handoff.claimed_by) == ("wrote_again", ebba)
    assert handoff.reply_due_at == MONDAY + timedelta(hours=3)
    assert [who for who, _ in candidate.seen()][-3:] == ["candidate", "system", "candidate"], "only the first message reopens"
    with app.app_context():
        assert db.session.scalars(select(Mail.subject).where(Mail.recipient == "ebba@lumivik.example")).all() == ["A candidate has written to you again"]


@pytest.mark.parametrize("when", ["at night", "on leave"])
def test_otherwise_who_writes_again_waits_in_the_queue(app: APIFlask, candidate: Candidate, ebba: str, when: str) -> None:
    with clock.at(MONDAY):
        candidate.want_person()
        act(app, claims.claim, ebba, candidate.id)
        act(app, claims.resolve, ebba, candidate.id)
        if when == "on leave":
            change(app, ebba, away_until=MONDAY + timedelta(days=3))
    with clock.at(NIGHT if when == "at night" else MONDAY + timedelta(hours=1)):
        sent = candidate.say("One more thing")
    assert sent["replies"][0]["text"].startswith("I have told our recruiters that you wrote again.")
    assert (look(app, candidate.id).owner, look(app, candidate.id).resolved_at) == ("queue", None)
    assert candidate.press(BACK).json["status"] == "answered"


def test_weeks_later_it_is_a_new_matter_and_the_assistant_answers(app: APIFlask, candidate: Candidate, ebba: str, fake_assistant: FakeAssistant) -> None:
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    act(app, claims.resolve, ebba, candidate.id)
    with clock.at(clock.now() + timedelta(days=15)):
        sent = candidate.say("Do you have summer jobs?")
    assert [r["text"] for r in sent["replies"]] == [
        "You are talking to the assistant again. Ask for a person whenever you like.", "Echo: Do you have summer jobs?",
    ]  # fmt: skip
    assert sent["status"] == "answered"
    assert waits(app, candidate.id) is None


def test_after_the_end_the_button_leads_to_the_assistant_or_to_a_person(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    act(app, claims.resolve, ebba, candidate.id)
    assert candidate.press(BACK).json["status"] == "answered"
    assert look(app, candidate.id).resolved_at is None
    assert candidate.say("What is the pay?")["replies"][0]["text"] == "Echo: What is the pay?"
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    act(app, claims.resolve, ebba, candidate.id)
    candidate.want_person()
    assert (look(app, candidate.id).owner, look(app, candidate.id).resolved_at) == ("queue", None)


def test_the_queue_may_be_ended_without_a_claim(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    candidate.want_person()
    act(app, claims.resolve, ebba, candidate.id)
    assert waits(app, candidate.id) is None
    assert look(app, candidate.id).resolved_by == ebba


def test_passed_on_it_is_anothers_and_the_candidate_knows(app: APIFlask, candidate: Candidate, ebba: str, jonas: str) -> None:
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    act(app, claims.transfer, ebba, candidate.id, jonas)
    assert candidate.seen()[-1][1] == "Ebba Sandström has handed over to Jonas Lindqvist, recruiter, who can see what you have written here."
    assert look(app, candidate.id).staff_id == jonas
    with app.app_context():
        assert "A conversation has been handed over to you" in db.session.scalars(select(Mail.subject).where(Mail.recipient == "jonas@lumivik.example")).all()
    with pytest.raises(claims.NotYours):
        act(app, claims.transfer, ebba, candidate.id, ebba)


def test_passed_on_to_somebody_on_leave_the_deputy_gets_it(app: APIFlask, candidate: Candidate, ebba: str, jonas: str) -> None:
    aino, until = add_staff(app, "Aino Rantala", team="Finland"), clock.now() + timedelta(days=5)
    change(app, jonas, away_until=until, deputy_id=aino)
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    act(app, claims.transfer, ebba, candidate.id, jonas)
    assert look(app, candidate.id).staff_id == aino
    change(app, aino, away_until=until, deputy_id=jonas)
    with pytest.raises(claims.NobodyThere):
        act(app, claims.transfer, aino, candidate.id, jonas)
    with pytest.raises(claims.OnLeave):
        other = Candidate(over_flask(app.test_client()), "en")
        act(app, claims.claim, aino, other.id)


def test_passed_on_to_a_team_it_waits_in_their_queue(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    add_staff(app, "Aino Rantala", team="Finland")
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    with pytest.raises(Invalid):
        act(app, claims.transfer, ebba, candidate.id, None, "Mars")
    act(app, claims.transfer, ebba, candidate.id, None, "Finland")
    handoff = waits(app, candidate.id)
    assert handoff is not None
    assert (handoff.team, handoff.claimed_by, look(app, candidate.id).owner) == ("Finland", None, "queue")
    assert candidate.seen()[-1][1].startswith("Ebba Sandström has passed your question on to the colleagues who know it best.")


def test_put_aside_it_is_back_at_its_time_or_when_the_candidate_writes(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    for wrong in (clock.now() - timedelta(minutes=1), clock.now() + timedelta(days=61)):
        with pytest.raises(Invalid):
            act(app, claims.snooze, ebba, candidate.id, wrong)
    until, before = clock.now() + timedelta(days=1), candidate.seen()
    act(app, claims.snooze, ebba, candidate.id, until)
    assert look(app, candidate.id).snoozed_until == until
    assert candidate.seen() == before, "the candidate need not know"
    candidate.say("Are you there?")
    assert look(app, candidate.id).snoozed_until is None
    act(app, claims.snooze, ebba, candidate.id, until)
    act(app, claims.snooze, ebba, candidate.id, None)
    assert look(app, candidate.id).snoozed_until is None


def test_the_button_does_not_send_a_recruiter_away_but_says_what_to_do(app: APIFlask, candidate: Candidate, ebba: str) -> None:
    candidate.want_person()
    act(app, claims.claim, ebba, candidate.id)
    pressed = candidate.press(BACK)
    assert (pressed.json["status"], pressed.json["speaker"]) == ("with_recruiter", "Ebba Sandström")
    assert pressed.json["replies"][0]["text"].startswith("Ebba Sandström has already joined")


def test_work_that_waits_is_mailed_only_if_nobody_is_at_the_desk_and_always_called_out(make_app: MakeApp, fake_assistant: FakeAssistant) -> None:
    app = make_app(assistant_url=fake_assistant.url, webhook_url="http://127.0.0.1:9/hook")
    first, second = (Candidate(over_flask(app.test_client()), "en") for _ in range(2))
    ebba = add_staff(app, seen_at=clock.now())
    first.want_person(reason="I am Eva Nord")
    change(app, ebba, seen_at=clock.now() - timedelta(minutes=3))
    second.want_person()
    with app.app_context():
        handoffs = {h.conversation_id: h.id for h in db.session.scalars(select(Handoff))}
        assert db.session.scalars(select(Mail.dedupe)).all() == [f"handoff:{handoffs[second.id]}"]
        texts = db.session.scalars(select(Webhook.text)).all()
    assert len(texts) == 2
    assert all("A candidate waits for a person (asked for a person)" in t and "Eva" not in t for t in texts)
    assert any(f"http://desk.test/desk/conversations/{first.id}" in t for t in texts)
