"""Effects: what the assistant asks for, carried out by the gateway in the transaction of the replies.

A feature registers a handler for each kind it carries out. A handler works in the caller's transaction,
does no input or output, and returns a word for the outcome. Raising `DomainError` refuses the effect alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from api import clock
from api.audit.service import Actor, record
from api.conversations import service
from api.conversations.models import Conversation, Effect, Message, Stored
from api.db import db
from api.errors import DomainError, Invalid

log = structlog.get_logger()


@dataclass(frozen=True)
class Acting:
    """Where an effect comes from: the locked conversation, the message that was answered, and the time.

    `said` collects what the candidate is told in answer.
    """

    conversation: Conversation
    message: Message
    now: datetime
    said: list[Stored] = field(default_factory=list)

    @property
    def root(self) -> str | None:
        """The visible message that all of this answers, if it answers one."""
        return root_of(self.message)

    @property
    def actor(self) -> Actor:
        """The candidate, as far as they are known."""
        return Actor("candidate", self.conversation.candidate_id or self.conversation.id)

    def say(self, text: str, buttons: list[Any] | None = None) -> None:
        """The desk tells the candidate something, below the replies."""
        self.said.append(service.say(self.conversation, text, in_reply_to=self.root, buttons=buttons))

    def tell_assistant(self, button: str) -> None:
        """Let the assistant answer an event next, unseen by the candidate."""
        service.tell_assistant(self.conversation, button, self.root)


def root_of(message: Message | Stored) -> str | None:
    """The visible message that the answer to a message answers; an event's is what led to the event."""
    return (message.hidden and message.in_reply_to) or message.id or None


Handler = Callable[[Acting, dict[str, Any]], str]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of one kind of effect."""

    def register(handler: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"two handlers for the effect {kind}")
        _handlers[kind] = handler
        return handler

    return register


def is_known(effect: dict[str, Any]) -> bool:
    """Whether somebody carries out this kind of effect."""
    return effect.get("kind") in _handlers


def carry_out(acting: Acting, turn_id: str, position: int, data: dict[str, Any]) -> Effect:
    """Carry out one effect and keep what came of it. A refusal undoes the effect, not the turn."""
    fields = {k: v for k, v in data.items() if k != "kind"}
    kind, said_before = str(data["kind"]), len(acting.said)
    try:
        with db.session.begin_nested():
            outcome = _handlers[kind](acting, fields)
    except DomainError as error:
        outcome = f"refused: {error.type}"
        del acting.said[said_before:]
        log.warning("effect refused", kind=kind, type=error.type, conversation=acting.conversation.id, turn=turn_id)
    kept = {} if kind in ("verification_start", "verification_confirm", "mask") else fields
    effect = Effect(conversation_id=acting.conversation.id, turn_id=turn_id, position=position, kind=kind, data=kept, outcome=outcome[:32])
    db.session.add(effect)
    db.session.flush()
    record(acting.actor, f"effect.{kind}", effect, outcome=outcome)
    return effect


def perform(conversation: Conversation, kind: str, data: dict[str, Any], message: Message | None = None) -> str:
    """Do what an effect does without the assistant asking, such as the widget's own button for a person."""
    if message is None:
        message = Message(id="", text="", hidden=True, in_reply_to=None)
    return _handlers[kind](Acting(conversation, message, clock.now()), data)


@handles("mask")
def mask(acting: Acting, data: dict[str, Any]) -> str:
    """Blot out what should not be kept (earlier pay), by character offsets in the candidate's message."""
    text = acting.message.text
    spans = data.get("spans")
    if not isinstance(spans, list):
        raise Invalid
    for span in spans:
        start, end = _span(span, len(text))
        text = text[:start] + service.MASK * (end - start) + text[end:]
    acting.message.text = text
    return "masked"


def _span(span: Any, length: int) -> tuple[int, int]:
    if not (isinstance(span, list) and len(span) == 2 and all(isinstance(i, int) for i in span)):
        raise Invalid
    start, end = span
    if not 0 <= start <= end <= length:
        raise Invalid
    return start, end
