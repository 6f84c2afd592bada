"""The turn: one message taken to the assistant, its replies, effects and state stored at once.

One process at a time holds a conversation's lease. The assistant is called outside any transaction. What it
answers is stored only if the turn still waits and nobody took the conversation over meanwhile.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from prometheus_client import Counter, Histogram
from sqlalchemy import func, select

from api import clock, jobs
from api.answers.company import company
from api.assistant.client import AssistantFailed, TurnResult, take_turn
from api.conversations import effects, service
from api.conversations.models import Conversation, Message, Turn
from api.conversations.streams import hub
from api.db import after_commit, db, read_only

log = structlog.get_logger()
TURN_SECONDS = Histogram("desk_turn_seconds", "Time of a turn by step", ["step"], buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10))
TURNS = Counter("desk_turns_total", "Turns by how they ended", ["outcome", "language"])
BACKOFF = (1, 2, 4, 8, 15)


@dataclass(frozen=True)
class Work:
    """What a turn needs, read before the assistant is called."""

    turn_id: str
    message_id: str
    version: int
    body: dict[str, Any]


def answer(conversation_id: str, message_id: str, lease: str | None) -> None:
    """Have the message answered before returning, if that is possible within the turn's time.

    `lease` is the one taken with the message, if it was free; otherwise another process is at work, and its
    end is awaited.
    """
    if lease:
        run(conversation_id, lease)
        return
    until = time.monotonic() + current_app.config["SETTINGS"].turn_timeout + 1
    with hub().follow(conversation_id) as moved:
        while _still_running(message_id) and time.monotonic() < until:
            moved.clear()
            run(conversation_id)
            moved.wait(min(0.5, max(0.0, until - time.monotonic())))


def _still_running(message_id: str) -> bool:
    """Whether another process may be at this turn right now (a turn that failed waits for its next try)."""
    read_only()
    waits = db.session.scalar(select(func.count()).select_from(Turn).where(Turn.message_id == message_id, Turn.status == "pending", Turn.attempts == 0))
    db.session.rollback()
    return bool(waits)


def run(conversation_id: str, lease: str | None = None) -> None:
    """Run the conversation's waiting turns in order, unless another process is at it."""
    lease = lease or _take_lease(conversation_id)
    if lease is None:
        return
    try:
        while _step(conversation_id, lease):
            pass
    finally:
        db.session.rollback()
        hub().wake(conversation_id)


def lease_for(message: Message) -> str | None:
    """The lease for a message just stored, if the conversation's is free and the message waits for the assistant."""
    if db.session.scalar(select(Turn.status).where(Turn.message_id == message.id)) != "pending":
        return None
    return lease_if_free(db.session.get_one(Conversation, message.conversation_id))


def lease_if_free(conversation: Conversation) -> str | None:
    """Take the lease of a locked conversation in the transaction that stores its message."""
    now = clock.now()
    if conversation.lease is not None and conversation.lease_until is not None and conversation.lease_until >= now:
        return None
    conversation.lease = secrets.token_hex(8)
    conversation.lease_until = now + timedelta(seconds=current_app.config["SETTINGS"].turn_timeout + 5)
    return conversation.lease


def _take_lease(conversation_id: str) -> str | None:
    """Become the one who runs this conversation's turns; None when another is, or when nothing waits."""
    if _next(conversation_id) is None:
        return None
    lease = lease_if_free(service.lock(conversation_id))
    db.session.commit()
    return lease


def _step(conversation_id: str, lease: str) -> bool:
    """Run the oldest waiting turn. True while there is more to do; otherwise the lease has been given back."""
    work = _next(conversation_id)
    if work is not None:
        return _take(conversation_id, lease, work)
    conversation = service.lock(conversation_id)
    more = _release_if_idle(conversation, lease)
    db.session.commit()
    return more


def _release_if_idle(conversation: Conversation, lease: str) -> bool:
    """Give the lease back unless a fresh message came in since; True means: go on."""
    if conversation.lease != lease:
        return False
    first = select(Turn.attempts, Turn.due_at).join(Message, Message.id == Turn.message_id)
    row = db.session.execute(first.where(Turn.conversation_id == conversation.id, Turn.status == "pending").order_by(Message.seq).limit(1)).one_or_none()
    if row is not None and (row.attempts == 0 or row.due_at <= clock.now()):
        lease_until = clock.now() + timedelta(seconds=current_app.config["SETTINGS"].turn_timeout + 5)
        conversation.lease_until = lease_until
        return True
    conversation.lease = conversation.lease_until = None
    return False


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
    )
    row = db.session.execute(query).one_or_none()
    work = None
    if row is not None:
        turn, message, conversation = row
        if turn.attempts == 0 or turn.due_at <= clock.now():
            work = Work(turn.id, message.id, conversation.version, _body(conversation, message))
    db.session.rollback()
    return work


def _body(conversation: Conversation, message: Message) -> dict[str, Any]:
    """The assistant's request; see docs/turn.md."""
    said = {"button": message.button} if message.button else {"text": message.text}
    return said | {
        "conversation": conversation.id,
        "message_id": message.id,
        "language": message.language,
        "context": {"page_role": conversation.page_role, "verified": conversation.verified_at is not None, "now": clock.now().isoformat()},
        "state": conversation.state,
    }


def _take(conversation_id: str, lease: str, work: Work) -> bool:
    """Call the assistant and store what it answers. True while there is more to do in this conversation."""
    started = time.perf_counter()
    try:
        result = take_turn(current_app.config["SETTINGS"], work.body)
        unknown = [e.get("kind") for e in result.effects if not effects.is_known(e)]
        if unknown:
            raise AssistantFailed("asked for an effect that nobody carries out")
        TURN_SECONDS.labels("assistant").observe(time.perf_counter() - started)
        started = time.perf_counter()
        more = _store(conversation_id, lease, work, result)
        TURN_SECONDS.labels("store").observe(time.perf_counter() - started)
        return more
    except AssistantFailed as error:
        _failed(conversation_id, lease, work, "waking_up" if error.waking_up else error.reason)
    except Exception as error:
        db.session.rollback()
        log.exception("turn could not be stored", turn=work.turn_id, conversation=conversation_id, error=type(error).__name__)
        _failed(conversation_id, lease, work, type(error).__name__)
    return False


def _store(conversation_id: str, lease: str, work: Work, result: TurnResult) -> bool:
    """One transaction: replies, effects, state, turn done, lease back. Nothing at all if the world has changed."""
    conversation = service.lock(conversation_id)
    turn = db.session.get_one(Turn, work.turn_id, populate_existing=True)
    if turn.status != "pending" or conversation.lease != lease:
        TURNS.labels("discarded", conversation.language).inc()
        more = _release_if_idle(conversation, lease)
        db.session.commit()
        return more
    if conversation.version != work.version:
        db.session.rollback()  # the candidate proved who they are, say: the same turn runs again, knowing it
        return True
    message = db.session.get_one(Message, work.message_id)
    turn.status, turn.done_at, turn.error = "done", clock.now(), None
    conversation.state = result.state
    message.intent, message.confidence, message.model_id = result.intent, result.confidence, result.model_id
    message.alternatives = result.alternatives
    acting = effects.Acting(conversation, message, clock.now())
    for reply in result.replies:
        service.append(conversation, _draft(reply, acting.root))
    for position, effect in sorted(enumerate(result.effects), key=_masks_first):
        effects.carry_out(acting, turn, position, effect)
    more = _release_if_idle(conversation, lease)
    TURNS.labels("done", conversation.language).inc()
    db.session.commit()
    return more


def _masks_first(effect: tuple[int, dict[str, Any]]) -> bool:
    """What must not be kept is blotted out before another effect mails what was said."""
    return effect[1]["kind"] != "mask"


def _draft(reply: Any, root: str) -> service.Draft:
    return service.Draft(
        "assistant",
        reply.text,
        author=company().assistant_name,
        language=reply.language,
        buttons=[b.model_dump() for b in reply.buttons],
        sources=[s.model_dump() for s in reply.sources],
        in_reply_to=root,
    )


def _failed(conversation_id: str, lease: str, work: Work, reason: str) -> None:
    """Note the failure; try again later, or ask a person once it has taken too long."""
    conversation = service.lock(conversation_id)
    turn = db.session.get_one(Turn, work.turn_id, populate_existing=True)
    if conversation.lease == lease:
        conversation.lease = conversation.lease_until = None
    log.warning("turn failed", turn=turn.id, conversation=conversation.id, attempt=turn.attempts + 1, reason=reason)
    TURNS.labels("failed", conversation.language).inc()
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
