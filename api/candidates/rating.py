"""What a candidate thinks of the help a person gave: one tap, and words if they like. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from flask_babel import lazy_gettext
from sqlalchemy import select

from api import clock
from api.candidates import mails
from api.candidates.models import Feedback
from api.conversations.models import Conversation
from api.db import db
from api.errors import Conflict, Invalid
from api.handoff.models import Handoff
from api.outbox.service import queue_mail

ASKED_FOR = timedelta(days=14)  # whoever comes back later has forgotten


class NothingToRate(Conflict):
    """No person has helped here yet."""

    type = "nothing-to-rate"
    sentence = lazy_gettext("You can say what you think of the help as soon as a recruiter has been here.")


def rate_help(conversation: Conversation, score: int, comment: str) -> Feedback:
    """Keep a score from 1 to 5 and words; again, until a person helps anew, changes it. Recruiters are mailed the words.

    Raises `Invalid`, `NothingToRate`. The conversation must be locked.
    """
    if not 1 <= score <= 5:
        raise Invalid
    helped_at = _helped_at(conversation)
    if helped_at is None:
        raise NothingToRate
    feedback = _given_since(conversation, helped_at)
    if feedback is None:
        feedback = Feedback(conversation_id=conversation.id)
        db.session.add(feedback)
    feedback.score, feedback.comment = score, comment.strip() or feedback.comment or ""
    db.session.flush()
    if feedback.comment:
        mail = mails.feedback(conversation, feedback)
        queue_mail(current_app.config["SETTINGS"].recruiters_mail, mail.subject, mail.text, "en", f"feedback:{feedback.id}")
    return feedback


def is_open(conversation: Conversation) -> bool:
    """Whether the candidate may be asked: a person has helped, has ended it or left, and nothing was said about it yet."""
    ended_at = db.session.scalar(
        select(Handoff.closed_at)
        .where(Handoff.conversation_id == conversation.id, Handoff.claimed_by.is_not(None))
        .order_by(Handoff.requested_at.desc())
        .limit(1)
    )
    if ended_at is None or ended_at < clock.now() - ASKED_FOR or (conversation.owner != "assistant" and conversation.resolved_at is None):
        return False
    return _given_since(conversation, _helped_at(conversation) or ended_at) is None


def _helped_at(conversation: Conversation) -> datetime | None:
    """When a person last took the conversation."""
    query = select(Handoff.claimed_at).where(Handoff.conversation_id == conversation.id, Handoff.claimed_at.is_not(None))
    return db.session.scalar(query.order_by(Handoff.claimed_at.desc()).limit(1))


def _given_since(conversation: Conversation, moment: datetime) -> Feedback | None:
    query = select(Feedback).where(Feedback.conversation_id == conversation.id, Feedback.created_at >= moment)
    return db.session.scalar(query.order_by(Feedback.created_at.desc()).limit(1))
