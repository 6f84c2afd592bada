"""What the assistant would answer, for a recruiter to change and send. Nothing comes of it by itself."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from api.assistant.client import AssistantFailed, take_turn
from api.conversations.models import Conversation, Message
from api.conversations.turns import body_of
from api.db import db, read_only

NOT_UNDERSTOOD = {"nlu_fallback", "out_of_scope", "request_human"}


def suggest(conversation_id: str) -> str | None:
    """The assistant's answer to the candidate's last words; None if it has none, or does not answer.

    Its effects and its new state are thrown away, so nothing is withdrawn, handed off or remembered.
    Ends the transaction that it is called in: the assistant is asked outside of any.
    """
    db.session.rollback()
    read_only()
    body = _asked(conversation_id)
    db.session.rollback()
    if body is None:
        return None
    try:
        result = take_turn(current_app.config["SETTINGS"], body)
    except AssistantFailed:
        return None
    if result.intent in NOT_UNDERSTOOD or any(effect.get("kind") == "handoff" for effect in result.effects):
        return None
    return "\n\n".join(reply.text for reply in result.replies if reply.text) or None


def _asked(conversation_id: str) -> dict[str, object] | None:
    """The turn that the candidate's last typed message would be."""
    conversation = db.session.get(Conversation, conversation_id)
    said = (Message.conversation_id == conversation_id, Message.sender == "candidate", Message.hidden.is_(False), Message.button.is_(None))
    message = db.session.scalar(select(Message).where(*said).order_by(Message.seq.desc()).limit(1))
    return body_of(conversation, message) if conversation is not None and message is not None else None
