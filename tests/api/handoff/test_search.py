"""Search in the inbox: over messages and names, on each database by its own index."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update

from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message
from api.db import db, is_sqlite
from api.handoff import inbox, search
from api.handoff.inbox import InboxFilters
from api.personal_data import Person, erase
from tests.api import data
from tests.api.candidates.people import add_applicant
from tests.api.handoff.test_inbox import NOW, handoff, staff, talk
from tests.api.privacy.everything import live_a_life


def found(query: str) -> list[str]:
    """The conversations that are found, in no order."""
    return sorted(db.session.scalars(select(Conversation.id).where(search.matches(query))))


def test_all_words_must_be_there_as_beginnings_whatever_their_case_and_accents(context: APIFlask) -> None:
    pay = talk(("candidate", "Vad är LÖNEN för sjuksköterskor?"), ("assistant", "Mellan 34 000 och 41 000 kronor."))
    visa = talk(("candidate", "Behöver jag arbetstillstånd (visum)? Mejla mig på aino.rantala@example.com/nu"))
    finn = talk(("candidate", "Työhaastattelu on peruttu 😀huomenna"))
    queries = {
        "lönen": [pay], "lonen": [pay], "LÖN": [pay], "sjuk": [pay], "sköterskor": [], "kronor lön": [pay], "kronor visum": [], "34 000": [pay],
        "VISUM": [visa], "rantala": [visa], "aino.rantala@example.com": [visa], "nu": [visa], "(visum)": [visa],
        "työ": [finn], "tyohaast": [finn], "huomenna": [finn], "hej": [pay, visa, finn],
    }  # fmt: skip
    for query, expected in queries.items():
        assert found(query) == sorted(c.id for c in expected), query


def test_a_candidates_name_or_address_finds_their_conversations_also_with_words_said_in_them(context: APIFlask) -> None:
    add_applicant(context, "app-1", "oskar@example.com", "Oskar Åkerlöf")
    id_ = db.session.scalars(select(Candidate.id).where(Candidate.email == "oskar@example.com")).one()
    his = talk(("candidate", "När hör jag av er?"), candidate_id=id_)
    talk(("candidate", "När hör jag av er?"))
    for query in ("oskar", "akerlof", "Åkerlöf oskar", "oskar@example", "oskar hör", "åk när"):
        assert found(query) == [his.id], query
    db.session.execute(update(Candidate).where(Candidate.id == id_).values(name="Otto Berg"))
    assert found("åkerlöf") == []
    assert found("otto berg") == [his.id]


def test_the_inbox_searches_all_views_and_keeps_to_the_filters(context: APIFlask) -> None:
    me = staff()
    waits, ended = talk(("candidate", "Praktikplats?"), owner="queue"), talk(("candidate", "Praktik"), owner="recruiter", resolved_at=NOW)
    handoff(waits, due=timedelta(0))
    both = inbox.rows(me, "mine", InboxFilters(q="praktik"))
    assert sorted(row.id for row in both) == sorted([waits.id, ended.id])
    assert [row.id for row in inbox.rows(me, "mine", InboxFilters(q="praktik", reason="asked_for_person"))] == [waits.id]


def test_what_is_masked_changed_or_deleted_is_found_no_more(context: APIFlask) -> None:
    one, two = (talk(("candidate", "Min lön var hemligordet"), ("assistant", "Jaha")) for _ in range(2))
    assert found("hemligordet") == sorted([one.id, two.id])
    db.session.execute(update(Message).where(Message.conversation_id == one.id, Message.seq == 2).values(text="Min lön var •••"))
    assert found("hemligordet") == [two.id]
    assert one.id in found("lön")
    db.session.execute(delete(Conversation).where(Conversation.id == two.id))
    assert found("hemligordet") == []
    search.tidy()
    assert found("jaha") == [one.id]
    db.session.commit()
    if is_sqlite():
        rows = db.session.scalar(text("SELECT count(*) FROM search_rows WHERE conversation_id IS NOT NULL"))
        assert rows == len(db.session.scalars(select(Message.id)).all())
        assert "hemligordet" not in str(db.session.execute(text("SELECT block FROM search_words_data")).all())


def test_erasing_a_person_takes_them_out_of_the_index(app: APIFlask, client: FlaskClient, fake_assistant) -> None:  # type: ignore[no-untyped-def]
    known = live_a_life(app, client, fake_assistant, "zebrafink", "zelda@example.com", "Zelda Quist", "Z-1")
    with app.app_context():
        assert found("zebrafink") and found("zelda quist")
        person = db.session.scalars(select(Candidate).where(Candidate.email == "zelda@example.com")).one()
        erase(Person(person.id, person.email, known.here.id))
        db.session.commit()
        assert found("zebrafink") == found("zelda") == found("quist") == []


@pytest.mark.parametrize(
    "query", ["", " ", "!!!", "'", '"', '"a', "a:*", "a & | !b", "NOT", "AND OR NEAR(", "*", "-x", "text:x", "\\", "%_", "😀", "٣٤", "ﬁ", "a" * 5000]
)
def test_no_query_is_an_error(context: APIFlask, query: str) -> None:
    talk(("candidate", "not and or near"))
    assert isinstance(found(query), list)
    assert found("near not or and")


def test_naughty_strings_are_looked_for_and_some_found(context: APIFlask) -> None:
    said = [s for s in data.naughty_strings() if s.strip() and "\x00" not in s]
    for start in range(0, len(said), 25):
        talk(*(("candidate", s) for s in said[start : start + 25]))
    for query in said:
        assert found(query) or not search.words(query) or len(search.words(query)) == search.MOST_WORDS or not query.isascii(), query
