"""Candidates, their mails, and an assistant that asks for one effect."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.audit.service import SYSTEM
from api.candidates.models import Candidate as CandidateRow
from api.conversations.models import Conversation
from api.db import db
from api.outbox.models import Mail
from api.roles.models import Role
from api.roles.schemas import ApplicationIn, RoleIn
from api.roles.service import save_application, save_role
from tests.api.assistant import reply
from tests.api.roles import samples

EVA = "eva.nord@example.com"


@dataclass(frozen=True)
class Letter:
    """A mail as it lies in the outbox."""

    recipient: str
    subject: str
    text: str
    language: str
    status: str

    @property
    def code(self) -> str:
        """The six digits in it."""
        return re.search(r"\b\d{6}\b", self.text)[0]

    def path(self, beginning: str) -> str:
        """The path of the link in it that begins so."""
        return re.search(rf"http://desk\.test({beginning}\S+)", self.text)[1]


def add_role(app: APIFlask, ref: str = "NV-1", **changes: Any) -> None:
    with app.app_context():
        save_role(RoleIn().load(samples.role(ref=ref, **changes)), SYSTEM)
        db.session.commit()


def add_applicant(app: APIFlask, ref: str = "A-1", email: str = EVA, name: str = "Eva Nord", **changes: Any) -> None:
    """A candidate with an application for NV-1."""
    add_role(app)
    with app.app_context():
        candidate = samples.APPLICATION["candidate"] | {"email": email, "name": name}
        save_application(ApplicationIn().load(samples.application(ref=ref, candidate=candidate, **changes)), SYSTEM)
        db.session.commit()


def letters(app: APIFlask, to: str | None = None) -> list[Letter]:
    """Mails that were written, oldest first; void ones count as none."""
    with app.app_context():
        query = select(Mail).where(Mail.status != "void").order_by(Mail.created_at)
        mails = db.session.scalars(query.where(Mail.recipient == to) if to else query)
        return [Letter(m.recipient, m.subject, m.text, m.language, m.status) for m in mails]


def candidate_id(app: APIFlask, email: str = EVA) -> str | None:
    with app.app_context():
        return db.session.scalar(select(CandidateRow.id).where(CandidateRow.email == email))


def conversation(app: APIFlask, id_: str) -> Conversation:
    """The conversation's row, as it is now."""
    with app.app_context():
        row = db.session.get_one(Conversation, id_)
        db.session.expunge(row)
        return row


def verify(app: APIFlask, conversation_id: str, email: str = EVA) -> None:
    """Make a conversation a candidate's without the mail."""
    with app.app_context():
        from api.candidates.service import mark_verified

        id_ = db.session.scalars(select(CandidateRow.id).where(CandidateRow.email == email)).one()
        mark_verified(db.session.get_one(Conversation, conversation_id), id_, "mail", clock.now())
        db.session.commit()


def asks_for(kind: str, **fields: Any) -> Callable[[dict[str, Any]], Any]:
    """An assistant's script: each typed text asks for this effect; events and buttons only get an answer."""

    def script(body: dict[str, Any]) -> Any:
        if "text" in body:
            return reply("Ok.", effects=[{"kind": kind, **fields}])
        return reply(f"Event {body['button']}")

    return script


def later(app: APIFlask, ref: str, by: timedelta) -> None:
    """Let a role have come `by` later than it did."""
    with app.app_context():
        role = db.session.scalars(select(Role).where(Role.ref == ref)).one()
        role.created_at += by
        db.session.commit()
