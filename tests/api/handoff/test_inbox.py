"""The inbox: what each view lists, in which order, and what a row tells."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.candidates.models import Candidate, Feedback
from api.conversations.models import Conversation, Message, Presence
from api.db import db
from api.handoff import inbox
from api.handoff.inbox import InboxFilters, InboxRow
from api.handoff.models import ConversationLabel, Handoff, Request
from tests.api.candidates.people import add_applicant
from tests.api.statements import counted

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # Wednesday, 10:00 in Stockholm
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with clock.at(NOW):
        yield


def staff(name: str = "Ebba Sandström", **fields: Any) -> Staff:
    person = Staff(name=name, email=f"{next(_numbers)}@lumivik.example", **fields)
    db.session.add(person)
    db.session.flush()
    return person


def talk(*said: tuple[str, str], owner: str = "assistant", ago: timedelta = timedelta(0), **fields: Any) -> Conversation:
    """A conversation with messages (sender, text), a second apart, the last `ago` before now."""
    start = NOW - ago - timedelta(seconds=len(said))
    found = Conversation(token_hash="0" * 64, language=fields.pop("language", "sv"), owner=owner, **fields)
    db.session.add(found)
    db.session.flush()
    for seq, (sender, text) in enumerate((("assistant", "Hej!"), *said), 1):
        message = Message(conversation_id=found.id, seq=seq, sender=sender, text=text, language="sv", sent_at=start + timedelta(seconds=seq - 1))
        db.session.add(message)
        found.last_seq, found.updated_at = seq, message.sent_at
    db.session.flush()
    return found


def handoff(conversation: Conversation, due: timedelta, reason: str = "asked_for_person", **fields: Any) -> Handoff:
    requested = fields.pop("requested_at", NOW - timedelta(minutes=5))
    found = Handoff(conversation_id=conversation.id, reason=reason, requested_at=requested, reply_due_at=NOW + due, **fields)
    db.session.add(found)
    db.session.flush()
    return found


def applicant() -> str:
    return db.session.scalars(select(Candidate.id).where(Candidate.email == "aino@example.com")).one()


def ids(found: list[InboxRow]) -> list[str]:
    return [row.id for row in found]


def test_waiting_has_the_reply_that_is_due_soonest_on_top_and_of_equals_the_urgent(context: APIFlask) -> None:
    me = staff()
    late, soon, urgent, overdue = (talk(("candidate", "Hallå?"), owner="queue") for _ in range(4))
    handoff(late, timedelta(hours=3), priority="high")
    handoff(soon, timedelta(hours=1), requested_at=NOW - timedelta(hours=2))
    handoff(urgent, timedelta(hours=1), priority="high", reason="complaint")
    handoff(overdue, timedelta(minutes=-5))
    talk(("candidate", "Hej"))
    assert ids(inbox.rows(me, "waiting")) == [overdue.id, urgent.id, soon.id, late.id]
    assert ids(inbox.rows(me, "waiting", limit=2)) == [overdue.id, urgent.id]
    row = inbox.rows(me, "waiting")[1]
    assert (row.reason, row.priority, row.waiting_since, row.reply_due_at) == ("complaint", "high", NOW - timedelta(minutes=5), NOW + timedelta(hours=1))
    assert (row.last_text, row.last_sender, row.unread, row.state) == ("Hallå?", "candidate", 1, "queue")


def test_each_view_has_its_own_and_the_counts_agree(context: APIFlask) -> None:
    me, other = staff(), staff("Priya Raman")
    mine = talk(("candidate", "Hej"), owner="recruiter", staff_id=me.id)
    talk(("candidate", "Hej"), owner="recruiter", staff_id=other.id)
    asleep = talk(("candidate", "Hej"), owner="recruiter", staff_id=me.id, snoozed_until=NOW + timedelta(hours=1))
    awake = talk(("candidate", "Hej"), owner="recruiter", staff_id=me.id, snoozed_until=NOW - timedelta(hours=1))
    ended = talk(("candidate", "Hej"), owner="recruiter", staff_id=me.id, resolved_at=NOW, resolved_by=me.id)
    waits = talk(("candidate", "Hej"), owner="queue")
    handoff(waits, timedelta(hours=1))
    reads = talk(("candidate", "Vad är lönen?"), ("assistant", "42 000 kronor i månaden."))
    talk()  # nobody has written here yet
    db.session.add(Request(kind="reschedule", conversation_id=reads.id))
    db.session.flush()
    expected = {"waiting": [waits.id], "mine": sorted([mine.id, awake.id]), "assistant": [reads.id], "snoozed": [asleep.id], "resolved": [ended.id]}
    assert {view: sorted(ids(inbox.rows(me, view))) for view in inbox.VIEWS} == expected
    assert inbox.counts(me) == {view: len(found) for view, found in expected.items()} | {"requests": 1}
    assert inbox.rows(me, "assistant")[0].last_text == "42 000 kronor i månaden."


def test_among_mine_whoever_has_waited_longest_for_my_answer_comes_first(context: APIFlask) -> None:
    me = staff()
    answered = talk(("candidate", "Tack?"), ("recruiter", "Varsågod"), owner="recruiter", staff_id=me.id)
    short = talk(("recruiter", "Ja?"), ("candidate", "När?"), owner="recruiter", staff_id=me.id, ago=timedelta(minutes=5))
    long = talk(("recruiter", "Ja?"), ("candidate", "När?"), ("candidate", "Hallå?"), owner="recruiter", staff_id=me.id, ago=timedelta(minutes=50))
    for each in (answered, short, long):
        handoff(each, timedelta(0), first_reply_at=NOW - timedelta(hours=1), claimed_by=me.id)
    rows = {row.id: row for row in inbox.rows(me, "mine")}
    assert list(rows) == [long.id, short.id, answered.id]
    assert rows[long.id].waiting_since == NOW - timedelta(minutes=50, seconds=1)
    assert rows[long.id].reply_due_at == NOW + timedelta(minutes=9, seconds=59)
    assert rows[answered.id].waiting_since is rows[answered.id].reply_due_at is None
    assert rows[long.id].holder == me.name


def test_a_teams_queue_is_its_own_until_the_reply_is_due(context: APIFlask) -> None:
    anybodys, finnish, nobodys = (talk(("candidate", "Moi"), owner="queue") for _ in range(3))
    handoff(anybodys, timedelta(hours=1))
    theirs = handoff(finnish, timedelta(hours=2), team="Finland")
    handoff(nobodys, timedelta(hours=3), team="Norway")
    swede, finn, teamless, admin = staff(team="Sweden"), staff(team="Finland"), staff(), staff(team="Sweden", access="admin")
    everything = [anybodys.id, finnish.id, nobodys.id]
    assert ids(inbox.rows(swede, "waiting")) == [anybodys.id, nobodys.id]
    assert inbox.counts(swede)["waiting"] == 2
    for person in (finn, teamless, admin):
        assert ids(inbox.rows(person, "waiting")) == everything
        assert inbox.counts(person)["waiting"] == 3
    theirs.reply_due_at = NOW
    db.session.flush()
    assert sorted(ids(inbox.rows(swede, "waiting"))) == sorted(everything)


def test_filters_narrow_and_a_row_names_role_labels_and_who_is_there(context: APIFlask) -> None:
    add_applicant(context, "app-1", "aino@example.com", "Aino Rantala")
    me, other = staff(language="en"), staff("Priya Raman")
    aino = talk(("candidate", "Hej"), owner="queue", candidate_id=applicant(), verified_at=NOW)
    plain = talk(("candidate", "Moi"), owner="queue", language="fi")
    handoff(aino, timedelta(hours=1), reason="complaint")
    handoff(plain, timedelta(hours=1))
    db.session.add_all([ConversationLabel(conversation_id=aino.id, label=name) for name in ("visa", "senior")])
    gone = Presence(conversation_id=aino.id, who=staff("Sara").id, doing="typing", until=NOW - timedelta(seconds=1))
    here = [
        Presence(conversation_id=aino.id, who=who, doing=doing, until=NOW + timedelta(seconds=9))
        for who, doing in ((other.id, "looking"), (me.id, "typing"), ("candidate", "typing"))
    ]
    db.session.add_all([gone, *here])
    db.session.flush()
    row = next(row for row in inbox.rows(me, "waiting") if row.id == aino.id)
    assert (row.who, row.verified, row.labels) == ("Aino Rantala", True, ["senior", "visa"])
    assert sorted((h.name, h.doing) for h in row.present) == [("Aino Rantala", "typing"), ("Priya Raman", "looking")]
    assert row.role_ref and row.role_title and row.role_title != row.role_ref
    role = row.role_ref
    for filters in ({"reason": "complaint"}, {"label": "visa"}, {"verified": "yes"}, {"language": "sv"}, {"role": role}):
        assert ids(inbox.rows(me, "waiting", InboxFilters(**filters))) == [aino.id], filters
    for filters in ({"verified": "no"}, {"language": "fi"}, {"reason": "asked_for_person"}):
        assert ids(inbox.rows(me, "waiting", InboxFilters(**filters))) == [plain.id], filters
    assert inbox.rows(me, "waiting", InboxFilters(label="none")) == []
    assert inbox.labels() == ["senior", "visa"]
    assert role in dict(inbox.roles("en"))


def test_the_number_of_queries_does_not_grow_with_the_rows(context: APIFlask) -> None:
    me = staff()

    def ask() -> int:
        with counted(context) as queries:
            for view in inbox.VIEWS:
                inbox.rows(me, view)
            inbox.counts(me)
        return len(queries)

    few = ask()
    for number in range(30):
        owner = ("queue", "recruiter", "assistant")[number % 3]
        handoff(talk(("candidate", f"Hej {number}"), owner=owner, staff_id=me.id if owner == "recruiter" else None), timedelta(hours=number))
    assert ask() == few


def test_the_card_knows_applications_promises_earlier_conversations_and_the_rating(context: APIFlask) -> None:
    add_applicant(context, "app-1", "aino@example.com", "Aino Rantala")
    id_ = applicant()
    before = talk(("candidate", "När hör jag av er?"), candidate_id=id_, verified_at=NOW, ago=timedelta(days=3))
    here = talk(("candidate", "Hej"), candidate_id=id_, verified_at=NOW)
    db.session.add_all([Feedback(conversation_id=here.id, score=4, comment="Bra"), ConversationLabel(conversation_id=here.id, label="visa")])
    db.session.flush()
    card = inbox.card(here)
    assert (card.name, card.email, card.labels) == ("Aino Rantala", "aino@example.com", ["visa"])
    assert [(e.id, e.last_text) for e in card.conversations] == [(before.id, "När hör jag av er?")]
    assert card.rating is not None and (card.rating.score, card.rating.comment) == (4, "Bra")
    (application,) = card.applications
    assert application.ref == "app-1" and application.history and application.promise is not None
    visitor = inbox.card(talk(("candidate", "Hej")))
    assert (visitor.name, visitor.applications, visitor.conversations, visitor.rating) == ("", [], [], None)
    assert db.session.get(Candidate, id_) is not None
