"""Who asked what the NluModel in force understands now, and did not when they asked.

Each of their messages is put to the assistant as it was written. Only if it takes it for what an admin said that it
asks, and answers with a source, is there something to tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from api import clock
from api.assistant.client import AssistantFailed, TurnResult, take_turn
from api.conversations.models import Conversation, Message
from api.conversations.turns import body_of
from api.db import db, read_only
from api.promotion.models import FollowUp, Promotion
from api.reviews.models import Review

log = structlog.get_logger()
LOOKS_FOR = timedelta(days=1)
MOST = 500
# Who left an address can be told for so many times as long as who only has the chat.
WITH_ADDRESS = 4
NO_QUESTION = ("out_of_scope", "nlu_fallback")


class NotYet(Exception):
    """The assistant of this promotion does not answer; it is tried again."""


def run() -> None:
    """Find what the newest live promotion lets us tell, unless that is done. Ends its transactions."""
    read_only()
    newest = select(Promotion).where(Promotion.status == "live").order_by(Promotion.done_at.desc()).limit(1)
    promotion = db.session.scalar(newest)
    since = clock.now() - LOOKS_FOR
    due = promotion is not None and promotion.followed_at is None and promotion.done_at is not None and promotion.done_at > since
    found = (promotion.id, promotion.model_id) if promotion is not None and due else None
    db.session.rollback()
    if found is None:
        return
    try:
        _look(*found)
    except NotYet as error:
        log.info("answers to tell: the assistant does not answer yet", reason=str(error))
        return
    db.session.get_one(Promotion, found[0], populate_existing=True).followed_at = clock.now()
    db.session.commit()


def _look(promotion_id: str, model_id: str) -> None:
    for body, message_id, intent in list(_asked()):
        result = _ask(body, model_id)
        if result is None or result.intent != intent or result.effects or not any(reply.sources for reply in result.replies):
            continue
        db.session.add(_proposal(promotion_id, body, message_id, result))
        try:
            db.session.commit()
        except IntegrityError:  # asked twice in one conversation, or erased meanwhile
            db.session.rollback()


def _proposal(promotion_id: str, body: dict[str, Any], message_id: str, result: TurnResult) -> FollowUp:
    return FollowUp(
        promotion_id=promotion_id,
        conversation_id=body["conversation"],
        message_id=message_id,
        intent=result.intent,
        language=body["language"],
        answer="\n\n".join(reply.text for reply in result.replies if reply.text),
        sources=[source.model_dump() for reply in result.replies for source in reply.sources],
        buttons=[button.model_dump() for button in result.replies[-1].buttons],
    )


def _ask(body: dict[str, Any], model_id: str) -> TurnResult | None:
    """What the assistant says; None if it fails on this one. Raises `NotYet`."""
    try:
        result = take_turn(current_app.config["SETTINGS"], body)
    except AssistantFailed as error:
        if error.waking_up:
            raise NotYet(error.reason) from None
        return None
    if result.model_id != model_id:
        raise NotYet("another NLU model")
    return result


def _asked() -> Iterator[tuple[dict[str, Any], str, str]]:
    """The turn that each message would be today, its id, and what it really asks. One a conversation and intent."""
    read_only()
    rows = db.session.execute(_reachable(clock.now()).order_by(Review.asked_at.desc()).limit(MOST)).all()
    turns = [(_body(conversation, message), message.id, intent or "") for message, conversation, intent in rows]
    db.session.rollback()
    seen: set[tuple[str, str]] = set()
    for body, message_id, intent in turns:
        if (body["conversation"], intent) not in seen:
            seen.add((body["conversation"], intent))
            yield body, message_id, intent


def _body(conversation: Conversation, message: Message) -> dict[str, Any]:
    """As a stranger would ask it: nothing of what was said before, nothing that only a proven person may know."""
    body = body_of(conversation, message)
    return body | {"state": None, "context": body["context"] | {"verified": False}}


def _reachable(now: datetime) -> Select[Message, Conversation, str | None]:
    """Labelled messages that were taken for something else, whose writers have the assistant before them or left an address."""
    days = timedelta(days=current_app.config["SETTINGS"].follow_up_days)
    later = aliased(Message)
    known = or_(Conversation.reply_mail.is_not(None), and_(Conversation.verified_at.is_not(None), Conversation.candidate_id.is_not(None)))
    lately = or_(Review.asked_at > now - days, and_(known, Review.asked_at > now - days * WITH_ADDRESS))
    told = exists().where(FollowUp.conversation_id == Review.conversation_id, FollowUp.intent == Review.intent)
    heard = exists().where(later.conversation_id == Message.conversation_id, later.seq > Message.seq, later.intent == Review.intent)
    wrong = or_(Message.intent.is_(None), Message.intent != Review.intent)
    return (
        select(Message, Conversation, Review.intent)
        .join(Review, Review.message_id == Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Review.status == "labelled", Review.intent.is_not(None), Review.intent.not_in(NO_QUESTION), wrong, lately)
        .where(Conversation.owner == "assistant", Message.hidden.is_(False), Message.text != "", ~told, ~heard)
    )
