"""What time does to handoffs. The clock is moved; nothing sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock, jobs
from api.accounts.models import Staff
from api.conversations.models import Conversation, Message, Presence
from api.db import db
from api.handoff import claims, inbox, notify, replies
from api.handoff.models import Handoff
from api.operations import readings
from api.outbox.models import Mail
from tests.api.handoff.test_inbox import handoff, staff, talk

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MORNING = datetime(2026, 11, 25, 10, 0, tzinfo=STOCKHOLM)  # a Wednesday
EVENING = MORNING.replace(hour=16, minute=45)  # a quarter of an hour before closing, see `demo/company.json`


@pytest.fixture(autouse=True)
def _in_the_context(context: APIFlask) -> Iterator[None]:
    with clock.at(MORNING):
        yield


def claimed(me: Staff, at: datetime = MORNING) -> Conversation:
    """A conversation that waited, and that `me` has claimed."""
    found = talk(("candidate", "Kan jag få prata med någon?"), owner="queue")
    handoff(found, timedelta(hours=1), requested_at=at)
    db.session.commit()
    with clock.at(at):
        claims.claim(me, found.id)
        db.session.commit()
    return found


def sweep(*names: str, at: datetime) -> None:
    with clock.at(at):
        for name in names or ("silent", "snoozed", "away", "unseen", "tidy"):
            db.session.commit()
            jobs.run_now(f"handoff.{name}")


def mails(about: str) -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.dedupe.startswith(about)).order_by(Mail.created_at)))


def told(conversation: Conversation) -> list[str]:
    """What the desk itself has said in the conversation."""
    query = select(Message.text).where(Message.conversation_id == conversation.id, Message.sender == "system", Message.hidden.is_(False))
    return list(db.session.scalars(query.order_by(Message.seq)))


def candidate_writes(conversation: Conversation, text: str, at: datetime) -> None:
    db.session.refresh(conversation)
    conversation.last_seq += 1
    db.session.add(Message(conversation_id=conversation.id, seq=conversation.last_seq, sender="candidate", text=text, language="sv", sent_at=at))
    db.session.commit()


def test_a_silent_holder_is_warned_then_the_conversation_returns_and_the_candidate_is_told(context: APIFlask) -> None:
    me = staff()
    found = claimed(me)
    sweep(at=MORNING + timedelta(minutes=29))
    assert mails("silent:") == []
    sweep(at=MORNING + timedelta(minutes=30))
    sweep(at=MORNING + timedelta(minutes=59))
    (warning,) = mails("silent:")
    assert (warning.recipient, found.owner, found.staff_id) == (me.email, "recruiter", me.id)
    assert found.id in warning.text
    assert "prata" not in warning.text
    before = told(found)
    sweep(at=MORNING + timedelta(hours=1))
    assert (found.owner, found.staff_id) == ("queue", None)
    (said,) = told(found)[len(before) :]
    assert me.name in said
    row = db.session.scalars(select(Handoff).where(Handoff.conversation_id == found.id)).one()
    assert (row.returns, row.claimed_by, row.warned_at) == (1, None, None)
    sweep(at=MORNING + timedelta(hours=2))
    assert len(told(found)) == len(before) + 1
    assert len(mails(f"handoff:{row.id}")) == 1


def test_an_answer_ends_the_silence_and_the_next_question_begins_another(context: APIFlask) -> None:
    me = staff()
    found = claimed(me)
    with clock.at(MORNING + timedelta(minutes=40)):
        replies.reply(me, found.id, "1", "Hej! Vad gäller det?")
        db.session.commit()
    sweep(at=MORNING + timedelta(hours=3))
    assert (found.owner, mails("silent:")) == ("recruiter", [])
    candidate_writes(found, "Lönen", MORNING + timedelta(hours=3))
    candidate_writes(found, "Hallå?", MORNING + timedelta(hours=3, minutes=25))
    sweep(at=MORNING + timedelta(hours=3, minutes=31))
    assert len(mails("silent:")) == 1
    with clock.at(MORNING + timedelta(hours=4, minutes=1)):
        db.session.add(Presence(conversation_id=found.id, who=me.id, doing="typing", until=clock.now() + timedelta(seconds=8)))
        db.session.commit()
    sweep("silent", at=MORNING + timedelta(hours=4, minutes=1, seconds=2))
    assert found.owner == "recruiter"
    sweep("silent", at=MORNING + timedelta(hours=4, minutes=1, seconds=20))
    assert found.owner == "queue"


def passed_on(me: Staff, *to: str | None) -> Conversation:
    """Twenty minutes after their claim, `me` says that somebody else will answer, and passes it on: that is the last word for now."""
    found = claimed(me)
    with clock.at(MORNING + timedelta(minutes=20)):
        replies.reply(me, found.id, "1", "Jag lämnar över dig till lön.")
        claims.transfer(me, found.id, *to)
        db.session.commit()
    return found


def late(at: datetime) -> int:
    with clock.at(at):
        return next(r.count for r in readings.readings() if r.name == "replies_late")


@pytest.mark.parametrize("by_team", [False, True])
def test_who_is_passed_a_conversation_owes_an_answer_as_if_it_had_just_been_asked_for(context: APIFlask, by_team: bool) -> None:
    mikko, me = staff("Mikko Laine", team="Lön"), staff()
    found = passed_on(me, *((None, "Lön") if by_team else (mikko.id,)))
    now = MORNING + timedelta(minutes=20)
    due = now + timedelta(hours=1)
    if by_team:
        with clock.at(now):
            claims.claim(mikko, found.id)
            db.session.commit()
    (row,) = inbox.rows(mikko, "mine")
    assert (row.id, row.reply_due_at) == (found.id, due)
    sweep("silent", at=now + timedelta(minutes=29))
    assert mails("silent:") == []
    sweep("silent", at=now + timedelta(minutes=30))
    assert [m.recipient for m in mails("silent:")] == [mikko.email]
    sweep("silent", at=due)
    assert found.owner == "queue"
    assert (late(due), late(due + timedelta(seconds=1))) == (0, 1)


def test_what_was_passed_on_stands_before_what_is_answered(context: APIFlask) -> None:
    mikko = staff("Mikko Laine")
    found, answered = passed_on(staff(), mikko.id), passed_on(mikko, mikko.id)
    with clock.at(MORNING + timedelta(minutes=25)):
        replies.reply(mikko, answered.id, "2", "Det var allt.")
        db.session.commit()
    assert [(row.id, row.reply_due_at is None) for row in inbox.rows(mikko, "mine")] == [(found.id, False), (answered.id, True)]


def test_what_was_passed_on_is_answered_once_its_new_holder_has_written(context: APIFlask) -> None:
    mikko, now = staff("Mikko Laine"), MORNING + timedelta(minutes=25)
    found = passed_on(staff(), mikko.id)
    with clock.at(now):
        replies.reply(mikko, found.id, "2", "Hej, lönen är 45 000.")
        db.session.commit()
    sweep(at=MORNING + timedelta(hours=4))
    assert (found.staff_id, mails("silent:"), late(MORNING + timedelta(hours=4))) == (mikko.id, [], 0)
    assert db.session.scalars(select(Handoff.first_reply_at)).all() == [now]


def test_passing_on_what_nobody_has_answered_puts_nothing_off(context: APIFlask) -> None:
    me, mikko = staff(), staff("Mikko Laine")
    found = claimed(me)
    before = db.session.scalars(select(Handoff.reply_due_at)).one()
    with clock.at(MORNING + timedelta(hours=2)):
        claims.transfer(me, found.id, mikko.id)
    assert db.session.scalars(select(Handoff.reply_due_at)).one() == before


def test_passed_on_to_who_has_it_already_nothing_is_owed_anew(context: APIFlask) -> None:
    me = staff()
    found = passed_on(me, me.id)
    sweep(at=MORNING + timedelta(hours=3))
    assert (found.staff_id, mails("silent:")) == (me.id, [])


def test_a_deputy_is_not_warned_of_what_is_answered(context: APIFlask) -> None:
    """Leave hands over everything, also where the candidate waits for nothing."""
    deputy = staff("Priya Raman")
    me = staff(deputy_id=deputy.id)
    found = passed_on(me, me.id)
    me.away_until = MORNING + timedelta(days=7)
    sweep(at=MORNING + timedelta(minutes=30))
    sweep(at=MORNING + timedelta(hours=3))
    assert (found.staff_id, mails("silent:")) == (deputy.id, [])


def test_only_opening_hours_count_and_nothing_happens_at_night(context: APIFlask) -> None:
    me = staff()
    found = claimed(me, EVENING)
    night, next_day = EVENING + timedelta(hours=6), MORNING + timedelta(days=1)
    for at in (EVENING + timedelta(minutes=14), night):
        sweep(at=at)
    assert (found.owner, mails("silent:")) == ("recruiter", [])
    opens = next_day.replace(hour=8)
    sweep(at=opens + timedelta(minutes=20))
    assert len(mails("silent:")) == 1
    sweep(at=opens + timedelta(minutes=40))
    assert found.owner == "recruiter"
    sweep(at=opens + timedelta(minutes=51))
    assert found.owner == "queue"


def test_a_worker_that_was_away_warns_before_it_takes_anything_back(context: APIFlask) -> None:
    found = claimed(staff())
    sweep(at=MORNING + timedelta(hours=3))
    assert (found.owner, len(mails("silent:"))) == ("recruiter", 1)
    sweep(at=MORNING + timedelta(hours=3, minutes=31))
    assert found.owner == "queue"


def test_a_snooze_ends_and_its_holder_is_told(context: APIFlask) -> None:
    me = staff()
    found = claimed(me)
    until = MORNING + timedelta(hours=4)
    claims.snooze(me, found.id, until)
    db.session.commit()
    sweep(at=until - timedelta(seconds=1))
    assert (found.snoozed_until, found.owner, mails("silent:")) == (until, "recruiter", [])
    sweep(at=until)
    sweep(at=until + timedelta(seconds=10))
    (letter,) = mails("snoozed:")
    assert (found.snoozed_until, letter.recipient, mails("silent:")) == (None, me.email, [])
    sweep(at=until + timedelta(minutes=31))
    assert found.owner == "queue"


def test_leave_hands_over_to_the_deputy_or_whoever_stands_in_for_them(context: APIFlask) -> None:
    stands_in = staff("Aino Rantala")
    deputy = staff("Priya Raman", deputy_id=stands_in.id)
    me = staff(deputy_id=deputy.id)
    first, later = claimed(me), claimed(me)
    claims.snooze(me, later.id, MORNING + timedelta(days=9))
    me.away_until = MORNING + timedelta(days=7)
    sweep(at=MORNING + timedelta(seconds=10))
    sweep("away", at=MORNING + timedelta(seconds=20))
    assert (first.staff_id, later.staff_id) == (deputy.id, me.id)
    said = told(first)[-1]
    assert me.name in said
    assert deputy.name in said
    assert [m.recipient for m in mails("given:")] == [deputy.email]
    deputy.away_until = MORNING + timedelta(days=7)
    sweep("away", at=MORNING + timedelta(minutes=1))
    assert first.staff_id == stands_in.id


@pytest.mark.parametrize(("colleague", "team"), [({"team": "Sweden"}, "Sweden"), ({"team": "Finland"}, ""), ({"team": "Sweden", "active": False}, "")])
def test_without_a_deputy_the_team_is_asked_and_without_a_team_everybody(context: APIFlask, colleague: dict[str, Any], team: str) -> None:
    me = staff(team="Sweden")
    staff("Priya Raman", **colleague)
    found = claimed(me)
    me.active = False
    sweep("away", at=MORNING + timedelta(seconds=10))
    assert (found.owner, found.staff_id) == ("queue", None)
    row = db.session.scalars(select(Handoff).where(Handoff.conversation_id == found.id)).one()
    assert row.team == team
    assert me.name in told(found)[-1]


def test_a_wait_is_mailed_once_nobody_is_at_the_desk_or_the_reply_is_due(context: APIFlask) -> None:
    me = staff()
    seen, other = (talk(("candidate", "Hallå?"), owner="queue") for _ in range(2))
    soon, later = handoff(seen, timedelta(minutes=30)), handoff(other, timedelta(hours=6))
    due = soon.reply_due_at
    me.seen_at = MORNING
    sweep(at=MORNING + timedelta(seconds=30))
    assert mails("handoff:") == []
    me.seen_at = due
    sweep(at=due)
    sweep(at=due)
    assert [m.dedupe for m in mails("handoff:")] == [notify.mail_key(soon)]
    sweep(at=due + notify.ONLINE + timedelta(seconds=1))
    sweep(at=due + timedelta(hours=1))
    assert [m.dedupe for m in mails("handoff:")] == [notify.mail_key(soon), notify.mail_key(later)]


def test_one_conversation_that_fails_keeps_no_other_from_its_turn(context: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    me = staff()
    one, two = claimed(me), claimed(me)
    really = claims.return_to_queue

    def fails(conversation: Conversation, reason: str) -> Handoff:
        if conversation.id == one.id:
            raise RuntimeError("no")
        return really(conversation, reason)

    monkeypatch.setattr(claims, "return_to_queue", fails)
    sweep("silent", at=MORNING + timedelta(minutes=30))
    sweep("silent", at=MORNING + timedelta(hours=1))
    assert (one.owner, two.owner) == ("recruiter", "queue")


def test_who_was_where_is_forgotten(context: APIFlask) -> None:
    me = staff()
    found = claimed(me)
    db.session.add(Presence(conversation_id=found.id, who=me.id, doing="looking", until=MORNING))
    sweep("tidy", at=MORNING + timedelta(minutes=1))
    assert db.session.scalars(select(Presence)).all()
    sweep("tidy", at=MORNING + timedelta(minutes=6))
    assert db.session.scalars(select(Presence)).all() == []
