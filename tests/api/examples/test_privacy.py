"""What was learnt from a candidate's words goes with the candidate."""

from __future__ import annotations

from apiflask import APIFlask
from sqlalchemy import select

from api import personal_data
from api.candidates.models import Candidate
from api.conversations.models import Conversation, Message
from api.db import db
from api.examples import service
from api.examples.models import Example, LockedMessage
from api.personal_data import Person


def _said(candidate: Candidate, text: str) -> str:
    conversation = Conversation(token_hash=candidate.id, language="en", candidate_id=candidate.id)
    db.session.add(conversation)
    db.session.flush()
    message = Message(conversation_id=conversation.id, seq=1, sender="candidate", text=text, language="en")
    db.session.add(message)
    db.session.flush()
    return message.id


def test_examples_and_locked_messages_are_given_out_and_erased_with_their_candidate(context: APIFlask) -> None:
    eva, olli = Candidate(email="eva@x.example"), Candidate(email="olli@x.example")
    db.session.add_all([eva, olli])
    db.session.flush()
    service.set_example(None, "en", "may my dog come", "ask_benefits", "label", _said(eva, "may my dog come"))
    service.lock_message(None, "en", "is the pay good", "ask_salary", "review", _said(eva, "is the pay good"))
    service.set_example(None, "en", "where is it", "ask_location", "label", _said(olli, "where is it"))
    service.set_example(None, "en", "typed by an admin", "ask_location", "studio")

    person = Person(eva.id, eva.email)
    assert [row["text"] for row in personal_data.export(person)["examples"]] == ["may my dog come", "is the pay good"]
    personal_data.erase(person)

    assert sorted(db.session.scalars(select(Example.text))) == ["typed by an admin", "where is it"]
    assert list(db.session.scalars(select(LockedMessage))) == []
