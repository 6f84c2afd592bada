"""A candidate of whom every table knows something, and a look into every column of every table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.candidates.models import Candidate as CandidateRow
from api.candidates.models import Feedback, JobAlert, Verification
from api.conversations.models import Attachment, Conversation, Effect, Message, Presence, Turn
from api.db import Base, db
from api.handoff import attachments
from api.handoff.models import ConversationLabel, Handoff, Note, Request
from api.outbox.service import queue_mail
from api.roles.models import Application
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, over_flask
from tests.api.candidates.people import add_applicant, asks_for, candidate_id, verify


@dataclass(frozen=True)
class Known:
    """Two conversations of one candidate, and the words that were left everywhere."""

    here: Candidate
    elsewhere: Candidate
    words: tuple[str, ...]


def live_a_life(app: APIFlask, client: FlaskClient, fake: FakeAssistant, mark: str, email: str, name: str, ref: str) -> Known:
    """Apply, talk in two conversations, leave something in every table. `mark` is in all words that are left, and too long to come up in an id."""
    add_applicant(app, ref, email, name, feedback=f"{mark}-feedback-on-the-application")
    here, elsewhere = (Candidate(over_flask(client), "en") for _ in range(2))
    for talk in (here, elsewhere):
        verify(app, talk.id, email)
        fake.script = asks_for("ask_recruiter", topic="team", question=f"{mark}-question")
        talk.say(f"{mark}-text by {name} <{email}>")
        fake.script = asks_for("feedback_score", score=4, comment=f"{mark}-comment")
        talk.say(f"{mark}-text about feedback")
    fake.script = asks_for("handoff", reason="complaint", note=f"{mark}-note")
    elsewhere.say(f"{mark}-text of a complaint")
    fake.script = asks_for("job_alert_on", email=email, field="it", location=f"{mark}-place")
    here.say(f"{mark}-text about jobs")
    with app.app_context():
        for talk in (here, elsewhere):
            db.session.get_one(Conversation, talk.id).state = {"slots": {"email": email, "wish": f"{mark}-slot"}}
            _recruiters_work(talk, mark, email)
        _leave_more(here, mark, email)
        db.session.commit()
    return Known(here, elsewhere, (mark, email, name))


def _leave_more(here: Candidate, mark: str, email: str) -> None:
    """What no effect leaves behind."""
    candidate = db.session.scalars(select(CandidateRow).where(CandidateRow.email == email)).one()
    candidate.phone = f"+358 50 {mark}"[:40]
    application = db.session.scalars(select(Application).where(Application.candidate_id == candidate.id)).one()
    application.withdrawal_reason, application.interview = f"{mark}-reason", {"place": f"{mark}-room"}
    application.promises[0].who = f"{mark}-who"
    message = db.session.scalars(select(Message).where(Message.conversation_id == here.id, Message.sender == "assistant").limit(1)).one()
    message.buttons = [{"title": f"{mark}-button", "button": f'/affirm{{"email": "{email}"}}'}]
    message.sources = [{"kind": "application", "ref": f"{mark}-source", "as_of": None}]
    db.session.add(Verification(conversation_id=here.id, candidate_id=candidate.id, code_hash="5" * 64, expires_at=clock.now() - timedelta(hours=1)))
    queue_mail(email, f"{mark}-subject", f"{mark}-mail", "en", f"test:{mark}")
    queue_mail("boss@lumivik.example", "Look", f"{mark}-gossip about {email}", "en", f"test:{mark}-2")


def _recruiters_work(talk: Candidate, mark: str, email: str) -> None:
    """What recruiters leave behind beside the words of the conversation."""
    staff = db.session.scalar(select(Staff)) or Staff(name="Ebba Sandström", email="ebba@lumivik.example")
    db.session.add(staff)
    db.session.flush()
    conversation = db.session.get_one(Conversation, talk.id)
    conversation.reply_mail = email
    sent = db.session.scalars(select(Message).where(Message.conversation_id == talk.id, Message.sender == "assistant").limit(1)).one()
    file = Attachment(conversation_id=talk.id, message_id=sent.id, staff_id=staff.id, name=f"{mark}-file.pdf", mime="application/pdf", size=9, sha256="6" * 64)
    db.session.add_all([
        file, Note(conversation_id=talk.id, staff_id=staff.id, text=f"{mark}-aside on {email}"),
        ConversationLabel(conversation_id=talk.id, label=f"{mark}-label", added_by=staff.id),
        Presence(conversation_id=talk.id, who="candidate", doing="looking", until=clock.now() + timedelta(minutes=1)),
    ])  # fmt: skip
    db.session.flush()
    sent.attachments = [attachments.as_public(file)]
    (attachments.folder() / file.id).write_text(f"{mark}-page")


def files(app: APIFlask) -> list[str]:
    """What stands in the recruiters' files."""
    with app.app_context():
        return sorted(path.read_text() for path in attachments.folder().iterdir())


def dump(app: APIFlask) -> dict[str, str]:
    """Every column of every row of every table, as text by table."""
    with app.app_context():
        return {t.name: json.dumps([list(row) for row in db.session.execute(select(t))], default=str, ensure_ascii=False) for t in Base.metadata.sorted_tables}


def tables_with(app: APIFlask, words: tuple[str, ...]) -> dict[str, list[str]]:
    """In which tables which of the words stand."""
    found = {table: [w for w in words if w.lower() in text.lower()] for table, text in dump(app).items()}
    return {table: said for table, said in found.items() if said}


def rows_of(app: APIFlask, email: str) -> dict[str, int]:
    """How many rows of each sort a candidate has."""
    with app.app_context():
        id_ = candidate_id(app, email)
        talks = select(Conversation.id).where(Conversation.candidate_id == id_)
        counted: dict[str, Any] = {
            "candidates": select(CandidateRow).where(CandidateRow.id == id_),
            "applications": select(Application).where(Application.candidate_id == id_),
            "alerts": select(JobAlert).where(JobAlert.email == email),
            "verifications": select(Verification).where(Verification.candidate_id == id_),
            "conversations": select(Conversation).where(Conversation.candidate_id == id_),
        } | {
            kind.__tablename__: select(kind).where(kind.conversation_id.in_(talks))
            for kind in (Message, Turn, Effect, Feedback, Handoff, Request, Note, ConversationLabel, Attachment, Presence)
        }
        return {name: len(db.session.scalars(query).unique().all()) for name, query in counted.items()}
