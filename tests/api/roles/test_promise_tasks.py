"""What time does to promises: who is told of what and when, once each; rules by stage; what a recruiter's message keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from api import clock, jobs
from api.accounts.models import Staff
from api.audit.service import SYSTEM
from api.conversations.models import Conversation, Message
from api.db import db
from api.handoff import claims, replies
from api.outbox.models import Mail
from api.roles import promise_acts, promise_tasks, service
from api.roles.models import Application, Promise, Role
from api.roles.schemas import ApplicationIn
from tests.api.roles.samples import application

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
# The sample's promise: Bo Al calls by Friday 20 November. Its office opens at 8 and closes at 17, Fridays at 16, in winter an hour ahead of UTC.
MISSED = (
    "Bo Al was to be in touch by Friday 20 November about your application for Operations engineer and has not been. I am sorry that you have had to wait. "
    "I have told our recruiters that you are still waiting. You hear from us here and by mail as soon as there is a new day."
)


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


@pytest.fixture
def bo(context: APIFlask) -> Staff:
    """Bo, whose lead is Sara."""
    sara = Staff(name="Sara Lead", email="sara@nordvind.example")
    db.session.add(sara)
    db.session.flush()
    found = Staff(name="Bo Al", email="bo.al@nordvind.example", lead_id=sara.id)
    db.session.add(found)
    db.session.commit()
    return found


@pytest.fixture
def eva(bo: Staff, save_role: Callable[..., Role], save_application: Callable[..., Application]) -> Application:
    """Eva's application, with Bo's promise."""
    save_role()
    return save_application(candidate={"email": "eva@example.com", "name": "Eva Nord", "language": "en"})


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A time of November 2026 in Stockholm."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def sweep(when: datetime) -> list[tuple[str, str]]:
    """Sweep twice; who was mailed what since the sweep before."""
    known = set(db.session.scalars(select(Mail.id)))
    with clock.at(when):
        for _ in range(2):
            jobs.run_now("promises.sweep")
    found = db.session.execute(select(Mail).order_by(Mail.created_at, Mail.dedupe)).scalars()
    return [(mail.recipient.split("@")[0], mail.subject) for mail in found if mail.id not in known]


def talk(applied: Application, **fields: Any) -> Conversation:
    row = Conversation(token_hash="0" * 64, language="en", candidate_id=applied.candidate_id, verified_at=MONDAY, verified_by="mail", **fields)
    db.session.add(row)
    db.session.commit()
    return row


def said(conversation: Conversation) -> list[tuple[str, str]]:
    query = select(Message.sender, Message.text).where(Message.conversation_id == conversation.id).order_by(Message.seq)
    return [(sender, text) for sender, text in db.session.execute(query)]


def statuses() -> list[tuple[str, str]]:
    db.session.expire_all()
    return [(p.who, p.status) for p in db.session.scalars(select(Promise).order_by(Promise.made_at, Promise.due_on))]


def test_reminded_before_and_after_the_day_recruiter_candidate_and_lead_are_told_once_each(eva: Application) -> None:
    conversation = talk(eva)
    assert sweep(at(19, 7, 59)) == []
    assert sweep(at(19, 8)) == [("bo.al", "Promised: contact Eva Nord by Friday 20 November")]
    assert sweep(at(20, 23, 59)) == []
    assert sweep(at(21, 0)) == [("bo.al", "Overdue: contact with Eva Nord was promised by Friday 20 November")]
    assert sweep(at(23, 8, 59)) == [], "the candidate is told an hour after the office has opened on Monday"
    assert sweep(at(23, 9)) == [("eva", "About your application: Operations engineer")]
    assert said(conversation) == [("system", MISSED)]
    assert sweep(at(23, 15, 59)) == []
    assert sweep(at(23, 16)) == [("sara", "Still overdue: Bo Al promised Eva Nord contact by Friday 20 November")]
    assert sweep(at(27)) == [] and len(said(conversation)) == 1


def test_after_a_long_stop_everybody_is_told_at_once_and_without_a_reminder(eva: Application) -> None:
    told = sweep(at(24, 17))
    assert sorted(to for to, _ in told) == ["bo.al", "eva", "sara"] and not any("Promised" in subject for _, subject in told)


def many(monkeypatch: pytest.MonkeyPatch, save_application: Any, **changes: Any) -> None:
    """Three applications whose promise is long overdue, where two are looked after at once."""
    monkeypatch.setattr(promise_tasks, "AT_ONCE", 2)
    for n in range(3):
        owed = {"who": "Bo Al", "due_on": f"2026-11-0{n + 2}", "channel": "phone", "made_at": "2026-10-20T10:00:00Z"}
        save_application(f"B-{n}", candidate={"email": f"ada{n}@example.com", "name": "Ada Ek", "language": "en"}, promise=owed | changes)


def test_many_overdue_promises_of_which_all_is_told_keep_no_other_waiting(eva: Application, save_application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    many(monkeypatch, save_application)
    assert len(sweep(at(18))) == 9, "recruiter, candidate and lead, at the second sweep for the last"
    assert sweep(at(19, 8)) == [("bo.al", "Promised: contact Eva Nord by Friday 20 November")]


def test_many_overdue_promises_that_wait_for_their_next_step_keep_no_other_waiting(
    eva: Application, save_application: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(at(19, 7, 50)):
        many(monkeypatch, save_application, made_at="2026-11-19T06:50:00Z")
    assert [to for to, _ in sweep(at(19, 7, 55))] == ["bo.al"] * 3
    assert sweep(at(19, 8)) == [("bo.al", "Promised: contact Eva Nord by Friday 20 November")], "the candidates are told in an hour"


def test_promises_to_those_who_have_withdrawn_keep_no_other_waiting(eva: Application, save_application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    many(monkeypatch, save_application)
    db.session.execute(update(Application).where(Application.ref.like("B-%")).values(status="withdrawn", stage="withdrawn"))
    db.session.commit()
    assert [to for to, _ in sweep(at(19, 8))] == ["bo.al"]


def test_reminded_on_the_last_working_day_before_a_string_of_holidays(eva: Application, save_application: Any) -> None:
    """Christmas Eve 2026 is a Thursday; Monday is the next working day."""
    save_application(promise={"who": "Bo Al", "due_on": "2026-12-28", "channel": "phone"})
    assert sweep(datetime(2026, 12, 23, 6, 59, tzinfo=UTC)) == []
    assert len(sweep(datetime(2026, 12, 23, 7, 0, tzinfo=UTC))) == 1


def test_in_time_kept_or_withdrawn_nobody_is_told(eva: Application, bo: Staff) -> None:
    with clock.at(at(18)):
        promise_acts.keep(bo, db.session.scalars(select(Promise.id)).one())
        db.session.commit()
    assert sweep(at(24, 17)) == [] and statuses() == [("Bo Al", "kept")]


def test_whoever_is_away_has_a_deputy_who_is_told(eva: Application, bo: Staff) -> None:
    deputy = Staff(name="Dag Deputy", email="dag@nordvind.example")
    db.session.add(deputy)
    db.session.flush()
    bo.away_until, bo.deputy_id = at(30), deputy.id
    db.session.commit()
    assert [to for to, _ in sweep(at(19))] == ["dag"]


def test_a_recruiter_who_is_no_staff_here_is_written_to_at_the_roles_address(context: APIFlask, save_role: Any, save_application: Any) -> None:
    save_role(recruiter={"name": "Bo Al", "email": "bo@elsewhere.example"})
    save_application()
    assert [to for to, _ in sweep(at(19))] == ["bo"]
    assert sorted(to for to, _ in sweep(at(24))) == ["bo", "bo", "eva.nord"]


def test_what_is_promised_late_is_reminded_of_late(bo: Staff, save_role: Any, save_application: Any) -> None:
    save_role()
    with clock.at(at(20, 10)):
        save_application(promise={"who": "Bo Al", "due_on": "2026-11-20", "channel": "phone"})
    assert sweep(at(20, 10, 59)) == []
    assert [to for to, _ in sweep(at(20, 11))] == ["bo.al"]


def test_a_new_day_from_the_ats_after_the_old_has_passed_is_told_with_an_apology_once(eva: Application, save_application: Any) -> None:
    conversation = talk(eva)
    candidate = {"email": "eva@example.com", "name": "Eva Nord", "language": "en"}
    with clock.at(at(23, 8, 30)):
        save_application(candidate=candidate, promise={"who": "Bo Al", "due_on": "2026-11-26", "channel": "email"})
    assert [to for to, _ in sweep(at(23, 8, 31))] == ["eva"]
    (sentence,) = said(conversation)
    assert "I am sorry" in sentence[1] and "There is a new day: Bo Al will mail you" in sentence[1] and "Thursday 26 November" in sentence[1]
    sweep(at(24, 12))
    assert len(said(conversation)) == 1


@pytest.mark.parametrize("since", ["2026-11-23T14:00:00+01:00", "2026-11-20T12:00:00+01:00"])
def test_the_new_day_announced_with_the_apology_is_told_though_the_stage_changed_at_once(eva: Application, save_application: Any, since: str) -> None:
    conversation = talk(eva)
    candidate = {"email": "eva@example.com", "name": "Eva Nord", "language": "en"}
    sweep(at(23, 10))
    assert [text for _, text in said(conversation)] == [MISSED]
    with clock.at(at(23, 14, 5)):
        save_application(candidate=candidate, stage="offer", stage_since=since, promise={"who": "Bo Al", "due_on": "2026-11-26", "channel": "email"})
    assert [to for to, _ in sweep(at(23, 14, 6))] == ["eva"]
    sweep(at(24, 12))
    assert [text for _, text in said(conversation)][1:] == [
        "There is a new day: Bo Al will mail you about your application for Operations engineer, by Thursday 26 November."
    ]


def test_a_new_stage_without_an_apology_before_or_with_a_promise_of_staff_is_told_no_second_time(eva: Application, bo: Staff, save_application: Any) -> None:
    conversation = talk(eva)
    candidate = {"email": "eva@example.com", "name": "Eva Nord", "language": "en"}
    with clock.at(at(18)):
        save_application(
            candidate=candidate,
            stage="assessment",
            stage_since="2026-11-18T09:00:00+01:00",
            promise={"who": "Bo Al", "due_on": "2026-11-20", "channel": "email"},
        )
    sweep(at(18, 10))
    assert said(conversation) == []
    sweep(at(23, 10))
    with clock.at(at(23, 14)):
        save_application(candidate=candidate, stage="offer", stage_since="2026-11-23T14:00:00+01:00", promise=None)
    with clock.at(at(23, 15)):
        promise_acts.promise(bo, eva.id, at(26).date(), "phone")
        db.session.commit()
    known = said(conversation)
    assert len(known) == 2 and "Bo Al will call you" in known[1][1]
    sweep(at(23, 16))
    assert said(conversation) == known


def test_in_the_candidates_language(bo: Staff, save_role: Any, save_application: Any) -> None:
    save_role()
    conversation = talk(save_application(candidate={"email": "eva@example.com", "name": "Eva Nord", "language": "fi"}))
    conversation.language = "sv"
    db.session.commit()
    sweep(at(23, 9))
    assert "fredag 20 november" in said(conversation)[0][1]
    text = db.session.scalars(select(Mail.text).where(Mail.recipient == "eva@example.com")).one()
    assert "perjantaina 20.11." in text


def test_a_message_of_the_recruiter_keeps_what_was_promised_before_the_talk(eva: Application, bo: Staff) -> None:
    conversation = talk(eva)
    with clock.at(at(18)):
        claims.claim(bo, conversation.id)
        replies.reply(bo, conversation.id, "c-1", "Hi Eva, we would like to meet you.")
        db.session.commit()
    assert statuses() == [("Bo Al", "kept")]


def test_what_is_promised_during_the_talk_is_not_kept_by_its_last_words(eva: Application, bo: Staff) -> None:
    conversation = talk(eva)
    with clock.at(at(18)):
        claims.claim(bo, conversation.id)
        db.session.commit()
    with clock.at(at(18, 9, 10)):
        promise_acts.promise(bo, eva.id, at(25).date(), "phone")
        db.session.commit()
    with clock.at(at(18, 9, 11)):
        replies.reply(bo, conversation.id, "c-1", "Talk to you then!")
        db.session.commit()
    assert statuses() == [("Bo Al", "replaced"), ("Bo Al", "open")]
    with clock.at(at(18, 15)):
        replies.reply(bo, conversation.id, "c-2", "Here I am already.")
        db.session.commit()
    assert statuses()[1] == ("Bo Al", "kept")


def test_a_message_to_somebody_unverified_keeps_nothing(eva: Application, bo: Staff) -> None:
    conversation = talk(eva)
    conversation.verified_at = None
    db.session.commit()
    with clock.at(at(18)):
        claims.claim(bo, conversation.id)
        replies.reply(bo, conversation.id, "c-1", "Hi")
        db.session.commit()
    assert statuses() == [("Bo Al", "open")]


def test_with_several_applications_a_message_keeps_ones_own_and_those_talked_about(eva: Application, bo: Staff, save_role: Any, save_application: Any) -> None:
    for ref in ("NV-2", "NV-3"):
        save_role(ref)
        owed = {"who": "Ada Ek", "due_on": "2026-11-24", "channel": "phone", "made_at": "2026-11-12T10:00:00+01:00"}
        save_application(f"A-{ref}", role=ref, promise=owed, candidate={"email": "eva@example.com"})
    conversation = talk(eva, page_role="NV-3")
    with clock.at(at(18)):
        claims.claim(bo, conversation.id)
        replies.reply(bo, conversation.id, "c-1", "Hi Eva")
        db.session.commit()
    assert sorted(statuses()) == [("Ada Ek", "kept"), ("Ada Ek", "open"), ("Bo Al", "kept")]


def test_a_promise_made_in_the_talk_leaves_a_colleagues_about_another_role_alone(eva: Application, save_role: Any, save_application: Any) -> None:
    """Eva has Bo's promise for NV-1; Cia talks to her about NV-2 and promises her a call."""
    save_role("NV-2", recruiter={})
    other = save_application("A-2", role="NV-2", promise=None, candidate={"email": "eva@example.com"})
    cia = Staff(name="Cia Alm", email="cia@nordvind.example")
    db.session.add(cia)
    db.session.commit()
    conversation = talk(eva, page_role="NV-2")
    with clock.at(at(18)):
        claims.claim(cia, conversation.id)
        promise_acts.promise(cia, other.id, at(25).date(), "phone")
        replies.reply(cia, conversation.id, "c-1", "I'll call you next week.")
        db.session.commit()
    assert statuses() == [("Bo Al", "open"), ("Cia Alm", "open")]


def test_each_stage_has_its_rule_counted_in_working_days_from_the_interview(bo: Staff, save_role: Any, save_application: Any) -> None:
    """The demo's company: 10 working days for a first answer, 5 after an interview."""
    save_role()

    def save(**changes: Any) -> Promise | None:
        body = application(ref="A-7", history=[], received_at="2026-11-16T08:00:00+01:00", **changes)
        del body["promise"]
        saved = service.save_application(ApplicationIn().load(body), SYSTEM).row
        db.session.commit()
        return next((p for p in saved.promises if p.status == "open"), None)

    first = save(stage="received", stage_since="2026-11-16T08:00:00+01:00")
    assert first is not None and (first.made_by, first.who, first.staff_id, str(first.due_on), first.channel) == ("rule", "Bo Al", bo.id, "2026-11-30", "email")
    met = save(stage="interview", stage_since="2026-11-16T09:00:00+01:00", interview={"at": "2026-11-19T10:00:00+01:00"})
    assert met is not None and str(met.due_on) == "2026-11-26" and first.status == "kept"
    moved = save(stage="interview", stage_since="2026-11-16T09:00:00+01:00", interview={"at": "2026-12-21T10:00:00+01:00"})
    assert moved is not None and str(moved.due_on) == "2026-12-30", "Christmas is no working day"
    assert save(stage="rejected", stage_since="2026-11-16T09:30:00+01:00") is None


def test_the_rule_gives_way_to_what_the_ats_says_and_to_a_day_that_has_passed(bo: Staff, save_role: Any, save_application: Any) -> None:
    save_role()
    save_application("A-1")
    save_application("A-2", promise=None)
    assert statuses() == [("Bo Al", "open")]
    save_application("A-3", stage="received", stage_since="2026-10-01T10:00:00+02:00", history=[], promise=None)
    assert statuses() == [("Bo Al", "open")]
