"""Who was not understood is told the answer once it is learnt: seen first, told once, in their language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock, personal_data
from api.conversations import service as conversations
from api.conversations.models import Conversation, Message
from api.conversations.service import Draft
from api.db import db
from api.errors import Conflict
from api.outbox.models import Mail
from api.personal_data import Person
from api.promotion import finding, follow_ups
from api.promotion.models import FollowUp, Promotion
from api.reviews.models import Review
from tests.api.assistant import FakeAssistant, reply
from tests.api.promotion.nlu_models import add_model, admin

DOG = "company_dogs"


def answers(body: dict[str, Any]) -> dict[str, Any]:
    """The new NluModel knows dogs, and says where it has that from."""
    source = {"kind": "answer", "ref": DOG, "as_of": "2026-11-26T08:00:00Z"}
    said = {"text": "Hundar är välkomna.", "language": "sv", "buttons": [{"title": "Bra", "button": "/thumbs_up"}], "sources": [source]}
    knows = "hund" in (body.get("text") or "")
    return reply(replies=[said], intent=DOG, model_id="new") if knows else reply(intent="nlu_fallback", model_id="new")


@pytest.fixture
def live(context: APIFlask, fake_assistant: FakeAssistant) -> Promotion:
    """`new` has just gone live."""
    fake_assistant.script = answers
    add_model("new", "live")
    now = clock.now()
    row = Promotion(model_id="new", kind="promotion", status="live", asked_at=now, done_at=now)
    db.session.add(row)
    db.session.commit()
    return row


def asked(text: str = "får hunden följa med?", days: int = 1, intent: str = DOG, language: str = "sv", **fields: Any) -> Conversation:
    """A conversation in which this was not understood, and an admin has said since what it asks."""
    conversation, _ = conversations.start_conversation(language)
    at = clock.now() - timedelta(days=days)
    with clock.at(at):
        stored = conversations.append(conversation, Draft("candidate", text, language=language))
    message = db.session.get_one(Message, stored.id)
    message.intent = "nlu_fallback"
    shown = {"text": text.upper(), "key": text[:64], "status": "labelled", "intent": intent}
    db.session.add(Review(message_id=message.id, conversation_id=conversation.id, language=language, asked_at=at, **shown))
    for name, value in fields.items():
        setattr(conversation, name, value)
    db.session.commit()
    return conversation


def found() -> set[str]:
    finding.run()
    db.session.rollback()
    return set(db.session.scalars(select(FollowUp.conversation_id)))


def test_only_those_who_can_be_reached_and_are_understood_now_are_found(live: Promotion, fake_assistant: FakeAssistant) -> None:
    near, mailed = asked(), asked(days=30, reply_mail="eva@example.com")
    asked(days=30)
    asked(owner="queue")
    asked("får katten följa med?")
    heard = asked()
    conversations.append(conversations.lock(heard.id), Draft("candidate", "hund?"))
    db.session.scalars(select(Message).where(Message.text == "hund?")).one().intent = DOG
    db.session.commit()
    assert found() == {near.id, mailed.id}
    assert all(body["state"] is None and body["context"]["verified"] is False for body in fake_assistant.bodies)
    many = len(fake_assistant.bodies)
    assert live.followed_at is not None
    assert found() == {near.id, mailed.id} and len(fake_assistant.bodies) == many


def test_it_waits_for_the_assistant_of_the_promotion(live: Promotion, fake_assistant: FakeAssistant) -> None:
    asked()
    fake_assistant.script = lambda body: answers(body) | {"model_id": "old"}
    assert found() == set() and live.followed_at is None
    fake_assistant.script = lambda body: (503, {"type": "not-ready"})
    assert found() == set() and live.followed_at is None
    fake_assistant.script = answers
    assert len(found()) == 1


def test_an_admin_sees_it_and_it_is_told_once_in_the_chat_and_by_mail(context: APIFlask, live: Promotion) -> None:
    sara = admin(context)
    conversation = asked(reply_mail="eva@example.com")
    asked()
    found()
    proposals = {p.row.conversation_id: p for p in follow_ups.proposed()}
    shown = proposals[conversation.id]
    assert (shown.question, shown.by_mail, shown.person_since) == ("FÅR HUNDEN FÖLJA MED?", True, False)
    assert shown.text.endswith("\n\nHundar är välkomna.") and "FÅR HUNDEN" in shown.text
    assert not db.session.scalars(select(Mail)).all()
    outcome = follow_ups.send(sara, [shown.row.id])
    db.session.commit()
    assert (outcome.sent, outcome.mailed, outcome.lapsed) == (1, 1, 0)
    said = db.session.scalars(select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq.desc())).first()
    assert said and (said.sender, said.language) == ("assistant", "sv")
    assert "får hunden följa med?" in said.text and said.sources[0]["ref"] == DOG and said.buttons[0]["button"] == "/thumbs_up"
    mail = db.session.scalars(select(Mail)).one()
    assert mail.recipient == "eva@example.com" and "hund" not in mail.text
    with pytest.raises(Conflict):
        follow_ups.send(sara, [shown.row.id])
    db.session.rollback()
    live.followed_at = None
    db.session.commit()
    assert len(found()) == 2


def test_who_talks_to_a_person_by_then_or_is_erased_is_not_told(context: APIFlask, live: Promotion) -> None:
    sara = admin(context)
    taken, gone, kept = asked(), asked(), asked()
    found()
    taken.owner = "recruiter"
    db.session.execute(Message.__table__.update().where(Message.conversation_id == gone.id).values(text=""))
    conversations.append(conversations.lock(kept.id), Draft("recruiter", "Ja!"))
    db.session.commit()
    proposals = follow_ups.proposed()
    assert [p.person_since for p in proposals if p.row.conversation_id == kept.id] == [True]
    outcome = follow_ups.send(sara, [p.row.id for p in proposals if p.row.conversation_id != kept.id])
    db.session.commit()
    assert (outcome.sent, outcome.lapsed) == (0, 2)
    assert follow_ups.decline(sara, [p.row.id for p in follow_ups.proposed()]) == 1
    db.session.commit()
    assert follow_ups.proposed() == []


def test_it_is_exported_and_erased_with_the_candidate(context: APIFlask, live: Promotion) -> None:
    from api.candidates.models import Candidate

    eva = Candidate(email="eva@example.com", name="Eva Nord")
    db.session.add(eva)
    db.session.flush()
    asked(candidate_id=eva.id, verified_at=clock.now())
    other = asked()
    found()
    copy = personal_data.export(Person(eva.id, eva.email))["answers told later"]
    assert [(row["intent"], row["answer"], row["status"]) for row in copy] == [(DOG, "Hundar är välkomna.", "proposed")]
    personal_data.erase(Person(eva.id, eva.email))
    db.session.commit()
    assert set(db.session.scalars(select(FollowUp.conversation_id))) == {other.id}
