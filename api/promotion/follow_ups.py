"""Telling candidates the answer that was not known when they asked: seen by an admin first, told once.

Works in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale, gettext, lazy_gettext
from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from api import clock
from api.accounts.models import Staff
from api.answers.company import company
from api.audit.service import SYSTEM, Actor, record
from api.candidates import mails, reply_mail
from api.conversations import service as conversations
from api.conversations.models import Conversation, Message
from api.db import db
from api.errors import Conflict, NotFound
from api.outbox.service import queue_mail
from api.promotion.models import FollowUp
from api.reviews.models import Review

SHOWN = 100
LONGEST_QUESTION = 200


@dataclass(frozen=True)
class Proposal:
    """What an admin sees before it is sent. `question` is masked; `by_mail`: an address is known as well as the chat.

    `person_since`: a recruiter has written in the conversation after the question.
    """

    row: FollowUp
    question: str
    asked_at: datetime
    by_mail: bool
    person_since: bool

    @property
    def text(self) -> str:
        """What the candidate will read, with the masked question."""
        return wording(self.row.language, self.question, self.row.answer)


@dataclass(frozen=True)
class Outcome:
    """How many were told, how many of them by mail too, and to how many it could not be told any more."""

    sent: int
    mailed: int
    lapsed: int


def proposed() -> list[Proposal]:
    """What waits for an admin's decision, by what was asked; the latest question first."""
    later = aliased(Message)
    person = exists().where(later.conversation_id == FollowUp.conversation_id, later.seq > Message.seq, later.sender == "recruiter")
    known = or_(Conversation.reply_mail.is_not(None), and_(Conversation.verified_at.is_not(None), Conversation.candidate_id.is_not(None)))
    query = (
        select(FollowUp, Review.text, Message.sent_at, known, person)
        .join(Message, Message.id == FollowUp.message_id)
        .join(Conversation, Conversation.id == FollowUp.conversation_id)
        .outerjoin(Review, Review.message_id == FollowUp.message_id)
        .where(FollowUp.status == "proposed")
        .order_by(FollowUp.intent, Message.sent_at.desc())
        .limit(SHOWN)
    )
    return [Proposal(row, text or "…", asked_at, bool(mail), bool(since)) for row, text, asked_at, mail, since in db.session.execute(query)]


def wording(language: str, question: str, answer: str) -> str:
    """What the candidate reads."""
    with force_locale(language):
        begun = gettext("You asked earlier: “%(question)s” I did not understand that then. Now I know:", question=_short(question))
    return f"{begun}\n\n{answer}"


def _short(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= LONGEST_QUESTION else words[: LONGEST_QUESTION - 1].rstrip() + "…"


def send(staff: Staff, ids: Iterable[str]) -> Outcome:
    """Tell the answers. What somebody else has decided meanwhile stays so. Raises `Conflict` if nothing was left."""
    rows = _undecided(ids)
    told = [_tell(staff, row) for row in rows]
    return Outcome(sum(row.status == "sent" for row in told), sum(row.mailed for row in told), sum(row.status == "lapsed" for row in told))


def decline(staff: Staff, ids: Iterable[str]) -> int:
    """Do not tell them. How many; raises `Conflict` if nothing was left."""
    rows = _undecided(ids)
    for row in rows:
        _decide(row, "declined", staff)
        record(Actor("staff", staff.id), "follow_up.declined", row)
    return len(rows)


def _undecided(ids: Iterable[str]) -> list[FollowUp]:
    """In the order of conversations, so that two admins do not wait for each other."""
    wanted = select(FollowUp).where(FollowUp.id.in_(list(ids)[:SHOWN]), FollowUp.status == "proposed").order_by(FollowUp.conversation_id, FollowUp.intent)
    rows = list(db.session.scalars(wanted.with_for_update().execution_options(populate_existing=True)))
    if not rows:
        raise Conflict(lazy_gettext("Choose at least one. If you did, a colleague has decided on them already."))
    return rows


def _tell(staff: Staff, row: FollowUp) -> FollowUp:
    """Say it in the conversation, and by mail where an address is known; unless a person has taken over, or the words are gone."""
    question = db.session.get(Message, row.message_id, populate_existing=True)
    try:
        conversation = conversations.lock(row.conversation_id)
    except NotFound:
        conversation = None
    if conversation is None or conversation.owner != "assistant" or question is None or question.hidden or not question.text:
        _decide(row, "lapsed", staff)
        record(SYSTEM, "follow_up.lapsed", row)
        return row
    _say(conversation, question, row)
    to = reply_mail.recipient(conversation)
    if to:
        mail = mails.learnt(conversation.language, reply_mail.link(conversation, to))
        queue_mail(to, mail.subject, mail.text, conversation.language, f"follow_up:{row.id}")
        row.mailed = True
    _decide(row, "sent", staff)
    record(Actor("staff", staff.id), "follow_up.sent", row, mailed=row.mailed)
    return row


def _say(conversation: Conversation, question: Message, row: FollowUp) -> None:
    text, name = wording(row.language, question.text, row.answer), company().assistant_name
    draft = conversations.Draft("assistant", text, author=name, language=row.language, sources=row.sources, buttons=row.buttons)
    conversations.append(conversation, draft)


def _decide(row: FollowUp, status: str, staff: Staff) -> None:
    row.status, row.staff_id, row.decided_at = status, staff.id, clock.now()
