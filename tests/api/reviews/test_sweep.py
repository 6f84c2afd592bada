"""Which messages are worth a look, and what is kept of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from api import clock
from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message
from api.conversations.service import rate_message
from api.db import db
from api.handoff.models import Handoff
from api.reviews import queries, sweep
from api.reviews.models import Review, ReviewGroup
from tests.api.reviews.talks import MEANINGS, REFUSE, answers, asks, misunderstood, presses, talk


def found() -> dict[str, Review]:
    """The reviews by their text."""
    rows = {review.text: review for review in db.session.scalars(select(Review).execution_options(populate_existing=True))}
    db.session.rollback()
    return rows


def said(text: str, **fields: Any) -> dict[str, Any]:
    return asks(text, **fields)


def test_each_reason_is_found_and_what_was_understood_is_not(context: APIFlask) -> None:
    q = {name: asks(f"fråga om {name}") for name in ("fallback", "refused", "chosen", "form")}
    sure = {"intent": "ask_salary", "likely": ("ask_benefits",)}
    q |= {name: asks(f"fråga om {name}", confidence=0.9, **sure) for name in ("right", "down", "person")}
    q |= {"low": asks("fråga om low", confidence=0.5, **sure), "declined": asks("fråga om declined", intent="out_of_scope", confidence=0.9)}
    q["language"] = asks("Tämä on ihan selvästi suomea eikä ruotsia", confidence=0.9, **sure)
    talk(q["fallback"], answers(q["fallback"]))
    talk(q["refused"], answers(q["refused"]), presses(REFUSE))
    talk(q["chosen"], answers(q["chosen"], buttons=({"title": "Förmåner", "button": "/ask_benefits"}, *MEANINGS)), presses("/ask_benefits"))
    talk(q["form"], answers(q["form"], "Vilken dag?", buttons=()))
    talk(q["right"], answers(q["right"], "Lönen är …", buttons=()), said("tack", intent="thank", confidence=0.99))
    talk(q["down"], answers(q["down"], "Lönen är …", buttons=(), rating="down"))
    talk(q["low"], answers(q["low"], "Lönen är …", buttons=()))
    talk(q["declined"], answers(q["declined"], "Det kan jag inte …", buttons=()))
    talk(q["language"], answers(q["language"], "Lönen är …", buttons=()))
    person = talk(q["person"], answers(q["person"], "Lönen är …", buttons=()), said("jag vill prata med en människa", intent="request_human", confidence=0.95))
    handed = Handoff(conversation_id=person, reason="asked_for_person", requested_at=clock.now() + timedelta(seconds=5), reply_due_at=clock.now())
    db.session.add(handed)
    db.session.commit()

    assert sweep.run() == 8
    reasons = {text.removeprefix("fråga om "): review.reasons for text, review in found().items()}
    assert reasons.pop("Tämä on ihan selvästi suomea eikä ruotsia") == "language"
    assert reasons == {
        "fallback": "fallback", "refused": "refused,fallback", "chosen": "chosen,fallback", "down": "thumbs_down",
        "low": "low", "declined": "declined", "person": "person_after",
    }  # fmt: skip
    rows = found()
    assert (rows["fråga om fallback"].guess, rows["fråga om chosen"].guess, rows["fråga om low"].guess) == ("ask_salary", "ask_benefits", "ask_salary")
    assert [entry["intent"] for entry in rows["fråga om fallback"].alternatives] == ["ask_benefits"]
    assert rows["fråga om refused"].uncertainty > rows["fråga om fallback"].uncertainty > rows["fråga om low"].uncertainty
    assert sweep.run() == 0


def test_texts_are_masked_and_what_is_only_data_is_left_out(context: APIFlask) -> None:
    candidate = Candidate(email="per@exempel.se", name="Per Ödla")
    db.session.add(candidate)
    db.session.commit()
    question, only = asks("Hej, Per Ödla här, 070-123 45 67. Får jag ta med hunden?"), asks("per@exempel.se")
    talk(question, answers(question), only, answers(only), candidate_id=candidate.id)
    sweep.run()
    assert list(found()) == ["Hej, ••• här, •••. Får jag ta med hunden?"]


def test_a_thumb_and_an_answer_that_come_later_are_added(context: APIFlask) -> None:
    question = asks("är lönen ok", intent="ask_salary", confidence=0.9)
    first = talk(question, answers(question, "Lönen är …", buttons=()))
    second = misunderstood("får man ha hund")[0]
    assert sweep.run() == 1
    with clock.at(clock.now() + timedelta(days=3)):
        answer = db.session.scalar(select(Message).where(Message.conversation_id == first, Message.sender == "assistant"))
        assert answer is not None
        rate_message(db.session.get_one(Conversation, first), answer.id, "down")
        pressed = Message(
            conversation_id=second, seq=3, sender="candidate", text="…", language="sv", button=REFUSE, intent="deny", confidence=1.0, sent_at=clock.now()
        )
        db.session.add(pressed)
        conversation = db.session.get_one(Conversation, second)
        conversation.last_seq, conversation.updated_at = 3, clock.now()
        db.session.commit()
        assert sweep.run() == 1
    assert {text: review.reasons for text, review in found().items()} == {"är lönen ok": "thumbs_down", "får man ha hund": "fallback,refused"}


def test_the_same_words_are_one_group_and_many_conversations_are_all_seen(context: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "AT_ONCE", 3)
    with clock.at(clock.now()):  # all at one moment
        misunderstood(*["Får jag ta med hund?", "får jag ta med hund", "FÅR JAG TA MED HUND!"] * 3, "finns gym")
    assert sweep.run() == 10
    groups = db.session.execute(select(ReviewGroup.waiting, ReviewGroup.guess).order_by(ReviewGroup.waiting)).all()
    assert [tuple(row) for row in groups] == [(1, "ask_salary"), (9, "ask_salary")]
    assert db.session.scalar(select(func.sum(ReviewGroup.rank))) == pytest.approx(10 * 0.7)


def test_a_group_outlives_the_conversation_of_the_review_that_stood_for_it(context: APIFlask) -> None:
    misunderstood("hund ett", "hund ett", "gym")
    sweep.run()
    leads = dict(db.session.execute(select(Review.text, Review.conversation_id).join(ReviewGroup, ReviewGroup.lead_id == Review.id)).all())
    for conversation_id in leads.values():
        db.session.delete(db.session.get_one(Conversation, conversation_id))
    db.session.commit()
    assert sweep.run() == 0
    assert [(row.text, row.waiting) for row in queries.listed(queries.Wanted(), 9)] == [("hund ett", 1)]
    assert db.session.scalar(select(func.count()).select_from(ReviewGroup)) == 1
