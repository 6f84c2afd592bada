"""The turn: one message taken to the assistant, its replies, effects and state stored at once.

One process at a time holds a conversation's lease. The assistant is called outside any transaction. What it
answers is stored only if the turn still waits and nobody took the conversation over meanwhile.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from prometheus_client import Histogram
from sqlalchemy import bindparam, func, select

from api import clock, jobs, tracing
from api.answers import edition as editions
from api.assistant.client import AssistantFailed, take_turn
from api.conversations import effects, leases, service, storing
from api.conversations.models import Conversation, Locked, Message, Stored, Turn
from api.conversations.streams import hub
from api.conversations.work import Told, Work
from api.db import after_commit, db, read_only

log = structlog.get_logger()
TURN_SECONDS = Histogram("desk_turn_seconds", "Time of a turn by step", ["step"], buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10))
BACKOFF = (1, 2, 4, 8, 15)


@dataclass(frozen=True)
class Lease:
    """The right to run a conversation's turns; `first` is the turn to begin with, where that is known already."""

    key: str
    first: Work | None = None


def answer(conversation_id: str, message_id: str, lease: Lease | None) -> Told:
    """Have the message answered before returning, if that is possible within the turn's time.

    `lease` is the one taken with the message, if it was free; otherwise another process is at work, and its
    end is awaited.
    """
    if lease:
        return run(conversation_id, lease)
    until = time.monotonic() + current_app.config["SETTINGS"].turn_timeout + 1
    with hub().follow(conversation_id) as moved:
        while _still_running(message_id) and time.monotonic() < until:
            moved.clear()
            run(conversation_id)
            moved.wait(min(0.5, max(0.0, until - time.monotonic())))
    return Told()


def _still_running(message_id: str) -> bool:
    """Whether another process may be at this turn right now (a turn that failed waits for its next try)."""
    read_only()
    waits = db.session.scalar(select(func.count()).select_from(Turn).where(Turn.message_id == message_id, Turn.status == "pending", Turn.attempts == 0))
    db.session.rollback()
    return bool(waits)


def run(conversation_id: str, lease: Lease | None = None) -> Told:
    """Run the conversation's waiting turns in order, unless another process is at it."""
    told = Told()
    lease = lease or _take_lease(conversation_id)
    if lease is None:
        return told
    try:
        work = lease.first or _next(conversation_id)
        while _step(conversation_id, lease.key, work, told):
            work = _next(conversation_id)
    finally:
        db.session.rollback()
        hub().wake(conversation_id)
    return told


_TURN = Turn.__table__.c
_WAITING = select(_TURN.id, _TURN.message_id, _TURN.attempts, _TURN.due_at).where(_TURN.conversation_id == bindparam("conversation"), _TURN.status == "pending")


def lease_for_heard(heard: service.Heard) -> Lease | None:
    """The lease for a candidate's message just stored: taken with it, if it was free and its turn may run now."""
    if heard.turn_id is None:
        return lease_for(heard.message)
    if heard.lease is None:
        return None
    return Lease(heard.lease, _work(heard.turn_id, heard.message, heard.conversation, heard.edition) if heard.alone else None)


def lease_for(message: Message | Stored) -> Lease | None:
    """The lease for any message that is stored, if the conversation's is free and its turn may run now."""
    conversation = service.lock(message.conversation_id)
    waiting = db.session.connection().execute(_WAITING, {"conversation": conversation.id}).all()
    turn = next((row for row in waiting if row.message_id == message.id), None)
    if turn is None or not leases.is_due(turn):
        return None
    key = leases.take_if_free(conversation)
    if key is None:
        return None
    return Lease(key, _work(turn.id, message, conversation, editions.current()) if len(waiting) == 1 else None)


def _take_lease(conversation_id: str) -> Lease | None:
    """Become the one who runs this conversation's turns; None when another is, or when nothing waits."""
    if _next(conversation_id) is None:
        return None
    key = leases.take_if_free(service.lock(conversation_id))
    db.session.commit()
    return Lease(key) if key else None


def _step(conversation_id: str, lease: str, work: Work | None, told: Told) -> bool:
    """Run the oldest waiting turn. True while there is more to do; otherwise the lease has been given back."""
    if work is not None:
        return _take(conversation_id, lease, work, told)
    conversation = service.lock(conversation_id)
    more = leases.release_if_idle(conversation, lease)
    db.session.commit()
    return more


def _next(conversation_id: str) -> Work | None:
    """The oldest waiting turn, if it may run now. Ends the transaction it reads in."""
    read_only()
    query = (
        select(Turn, Message, Conversation)
        .join(Message, Message.id == Turn.message_id)
        .join(Conversation, Conversation.id == Turn.conversation_id)
        .where(Turn.conversation_id == conversation_id, Turn.status == "pending")
        .order_by(Message.seq)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(query).one_or_none()
    work = None
    if row is not None:
        turn, message, conversation = row
        if leases.is_due(turn):
            work = _work(turn.id, message, conversation, editions.current())
    db.session.rollback()
    return work


def _work(turn_id: str, message: Message | Stored, conversation: Conversation | Locked, edition: str) -> Work:
    return Work(turn_id, message.id, message.seq, effects.root_of(message), conversation.version, body_of(conversation, message, edition))


def body_of(conversation: Conversation | Locked, message: Message | Stored, edition: str | None = None) -> dict[str, Any]:
    """The assistant's request; see docs/turn.md. `edition`: of what it reads, if that is known; else it reads everything anew."""
    said = {"button": message.button} if message.button else {"text": message.text}
    return said | {
        "conversation": conversation.id,
        "message_id": message.id,
        "language": message.language,
        "context": {
            "page_role": conversation.page_role,
            "verified": conversation.verified_at is not None,
            "now": clock.now().isoformat(),
            "edition": edition,
        },
        "state": conversation.state,
    }


def _take(conversation_id: str, lease: str, work: Work, told: Told) -> bool:
    """Call the assistant and store what it answers. True while there is more to do in this conversation."""
    known = {"conversation": conversation_id, "message": work.message_id, "turn": work.turn_id, "language": work.body["language"]}
    with tracing.span("turn", **known):
        return _take_traced(conversation_id, lease, work, told)


def _take_traced(conversation_id: str, lease: str, work: Work, told: Told) -> bool:
    """The same, inside the span of the turn."""
    started = time.perf_counter()
    try:
        result = take_turn(current_app.config["SETTINGS"], work.body)
        unknown = [e.get("kind") for e in result.effects if not effects.is_known(e)]
        if unknown:
            raise AssistantFailed("asked for an effect that nobody carries out")
        TURN_SECONDS.labels("assistant").observe(time.perf_counter() - started)
        tracing.note_on("turn", intent=result.intent, model_id=result.model_id, replies=len(result.replies), effects=len(result.effects))
        started = time.perf_counter()
        with tracing.span("store replies"):
            more = storing.store(conversation_id, lease, work, result, told)
        TURN_SECONDS.labels("store").observe(time.perf_counter() - started)
        return more
    except AssistantFailed as error:
        _failed(conversation_id, lease, work, "waking_up" if error.waking_up else error.reason)
    except Exception as error:
        db.session.rollback()
        log.exception("turn could not be stored", turn=work.turn_id, conversation=conversation_id, error=type(error).__name__)
        _failed(conversation_id, lease, work, type(error).__name__)
    return False


def _failed(conversation_id: str, lease: str, work: Work, reason: str) -> None:
    """Note the failure; try again later, or ask a person once it has taken too long."""
    conversation = service.lock(conversation_id)
    turn = db.session.get_one(Turn, work.turn_id, populate_existing=True)
    if conversation.lease == lease:
        leases.release(conversation)
    log.warning("turn failed", turn=turn.id, conversation=conversation.id, attempt=turn.attempts + 1, reason=reason)
    storing.count("failed", conversation.language)
    tracing.note_on("turn", attempt=turn.attempts + 1, error=reason)
    if turn.status == "pending":
        turn.attempts += 1
        turn.error = reason[:200]
        _try_again_or_give_up(conversation, turn)
    db.session.commit()


def _try_again_or_give_up(conversation: Conversation, turn: Turn) -> None:
    now = clock.now()
    if (now - turn.created_at).total_seconds() >= current_app.config["SETTINGS"].handoff_after:
        _give_up(conversation, turn)
        return
    delay = BACKOFF[min(turn.attempts, len(BACKOFF)) - 1]
    turn.due_at = now + timedelta(seconds=delay)
    conversation_id = conversation.id
    after_commit(lambda: jobs.later("conversations.run", conversation_id, delay=delay))


def _give_up(conversation: Conversation, turn: Turn) -> None:
    turn.status, turn.done_at = "failed", clock.now()
    message = db.session.get_one(Message, turn.message_id)
    effects.perform(conversation, "handoff", {"reason": "assistant_failed", "priority": "high"}, message)
