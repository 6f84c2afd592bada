"""Conversations with something to look at in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api import clock
from api.conversations.models import Conversation, Message
from api.db import db, new_id

REFUSE = '/deny{"offer": "meaning"}'
MEANINGS = ({"title": "Lönen", "button": "/ask_salary"}, {"title": "Något annat", "button": REFUSE}, {"title": "En person", "button": "/request_human"})


def talk(*said: dict[str, Any], language: str = "sv", **fields: Any) -> str:
    """A conversation in which all this was said, a second apart; the id. Commits."""
    now = clock.now()
    conversation = Conversation(id=new_id(), token_hash="0" * 64, language=language, last_seq=len(said), created_at=now, updated_at=now, **fields)
    db.session.add(conversation)
    db.session.flush()
    for seq, message in enumerate(said, 1):
        row = {"language": language, "sent_at": now + timedelta(seconds=seq)} | message
        db.session.add(Message(conversation_id=conversation.id, seq=seq, **row))
        db.session.flush()
    db.session.commit()
    return conversation.id


def asks(
    text: str, intent: str = "nlu_fallback", confidence: float = 0.3, likely: tuple[str, ...] = ("ask_salary", "ask_benefits"), **fields: Any
) -> dict[str, Any]:
    """A candidate types, and this is what the NLU model made of it."""
    alternatives = [{"intent": name, "confidence": confidence / (place + 1)} for place, name in enumerate(likely)]
    row = {"id": new_id(), "sender": "candidate", "text": text, "intent": intent, "confidence": confidence, "alternatives": alternatives, "model_id": "old"}
    return row | fields


def answers(to: dict[str, Any], text: str = "Menade du det här?", buttons: tuple[dict[str, str], ...] = MEANINGS, **fields: Any) -> dict[str, Any]:
    """The assistant answers, by default by asking back."""
    return {"sender": "assistant", "text": text, "in_reply_to": to["id"], "buttons": list(buttons)} | fields


def presses(button: str, title: str = "…") -> dict[str, Any]:
    """The candidate presses a button."""
    return {"id": new_id(), "sender": "candidate", "text": title, "button": button, "intent": "deny", "confidence": 1.0}


def misunderstood(*texts: str, language: str = "sv", **fields: Any) -> list[str]:
    """Conversations, each with one message that the assistant asked back about; their ids."""
    ids = []
    for text in texts:
        question = asks(text, **fields)
        ids.append(talk(question, answers(question), language=language))
    return ids
