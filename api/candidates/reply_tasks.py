"""Telling candidates who have left that a person has answered: by mail, once for each time they are away."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from api import clock, jobs
from api.candidates import mails, reply_mail
from api.conversations import service
from api.conversations.models import Conversation, Message, Presence
from api.db import db, read_only
from api.errors import NotFound
from api.outbox.service import queue_mail

PATIENCE = timedelta(minutes=1)  # whoever looks sees it sooner
LASTS = timedelta(seconds=45)  # how long a look at the stream counts
STALE = timedelta(days=2)  # what nobody was told of by then is no news
AT_ONCE = 200


@jobs.job("candidates.answered", sweep=True)
def tell_who_is_away() -> None:
    """Find answers of recruiters that nobody has seen, and mail about each conversation's newest."""
    read_only()
    found = list(db.session.scalars(_untold(clock.now()).limit(AT_ONCE)))
    db.session.rollback()
    for conversation_id in found:
        _tell(conversation_id)


def _untold(now: datetime) -> Select[str]:
    """Conversations with an answer that its candidate has not seen, is not looking at, and was not told of.

    Who was told and has not looked since is not told again.
    """
    lately = (Conversation.updated_at > now - STALE, Conversation.last_seq > Conversation.candidate_seen_seq)
    wrote = exists().where(Message.conversation_id == Conversation.id, Message.sender == "candidate", Message.seq > Conversation.mailed_seq)
    once = or_(Conversation.mailed_seq <= Conversation.candidate_seen_seq, wrote)
    known = or_(Conversation.reply_mail.is_not(None), and_(Conversation.verified_at.is_not(None), Conversation.candidate_id.is_not(None)))
    looking = exists().where(Presence.conversation_id == Conversation.id, Presence.who == "candidate", Presence.until > now - (PATIENCE - LASTS))
    return select(Conversation.id).where(*lately, once, known, ~looking, _answer(now).exists()).order_by(Conversation.updated_at)


def _answer(now: datetime) -> Select[str]:
    """The author of the newest answer of a person that the candidate has neither seen nor written after."""
    own = aliased(Message)
    written = select(func.max(own.seq)).where(own.conversation_id == Conversation.id, own.sender == "candidate").correlate(Conversation).scalar_subquery()
    unseen = (Message.seq > Conversation.candidate_seen_seq, Message.seq > func.coalesce(written, 0))
    old_enough = (Message.sent_at <= now - PATIENCE, Message.sent_at > now - STALE)
    return (
        select(Message.author)
        .where(Message.conversation_id == Conversation.id, Message.sender == "recruiter", Message.hidden.is_(False), *unseen, *old_enough)
        .correlate(Conversation)
        .order_by(Message.seq.desc())
    )


def _tell(conversation_id: str) -> None:
    """Looked at again under lock: meanwhile it may have been seen."""
    try:
        conversation, now = service.lock(conversation_id), clock.now()
    except NotFound:
        db.session.rollback()
        return
    due = db.session.scalar(_untold(now).where(Conversation.id == conversation_id))
    to = reply_mail.recipient(conversation)
    if due and to:
        author = db.session.scalar(select(_answer(now).limit(1).scalar_subquery()).where(Conversation.id == conversation_id)) or ""
        mail = mails.answered(conversation.language, author, reply_mail.link(conversation, to))
        queue_mail(to, mail.subject, mail.text, conversation.language, f"answered:{conversation.id}:{conversation.last_seq}")
        conversation.mailed_seq = conversation.last_seq
    db.session.commit()
