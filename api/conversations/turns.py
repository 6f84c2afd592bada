"""The turn: one message taken to the assistant, its replies, effects and state stored at once.

One process at a time holds a conversation's lease. The assistant is called outside any transaction. What it
answers is stored only if the turn still waits and nobody took the conversation over meanwhile.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from prometheus_client import Counter, Histogram
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from api import clock, jobs, tracing
from api.answers import edition as editions
from api.answers.company import company
from api.assistant.client import AssistantFailed, TurnResult, take_turn
from api.conversations import effects, service
from api.conversations.models import Conversation, Message, Stored, Turn
from api.conversations.streams import hub
from api.db import after_commit, db, read_only, repeatable

log = structlog.get_logger()
TURN_SECONDS = Histogram("desk_turn_seconds", "Time of a turn by step", ["step"], buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10))
TURNS = Counter("desk_turns_total", "Turns by how they ended", ["outcome", "language"])
NOT_UNDERSTOOD = Counter("desk_not_understood_total", "Messages that the assistant did not understand, or that are not for it", ["intent", "language"])
UNCLEAR = ("nlu_fallback", "out_of_scope")
BACKOFF = (1, 2, 4, 8, 15)


@dataclass(frozen=True)
class Work:
    """What a turn needs, read before the assistant is called."""

    turn_id: str
    message_id: str
    seq: int
    root: str | None
    version: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Lease:
    """The right to run a conversation's turns; `first` is the turn to begin with, where that is known already."""

    key: str
    first: Work | None = None


@dataclass
class Told:
    """What a run has said in this process, in order. `idle`: at its end no turn was left waiting."""

    messages: list[Stored] = field(default_factory=list)
    idle: bool = False


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


_TURN, _MESSAGE = Turn.__table__.c, Message.__table__.c
_WAITING = select(_TURN.id, _TURN.message_id, _TURN.attempts, _TURN.due_at).where(_TURN.conversation_id == bindparam("conversation"), _TURN.status == "pending")


def lease_for(message: Message | Stored) -> Lease | None:
    """The lease for a message just stored, if the conversation's is free and its turn may run now."""
    conversation = service.lock(message.conversation_id)
    alone = service.asked_alone(message)
    if alone is not None:
        key = lease_if_free(conversation)
        service.write_through(conversation)
        return Lease(key, _work(alone.turn_id, message, conversation, alone.edition)) if key else None
    waiting = db.session.connection().execute(_WAITING, {"conversation": conversation.id}).all()
    turn = next((row for row in waiting if row.message_id == message.id), None)
    if turn is None or not _is_due(turn):
        return None
    key = lease_if_free(conversation)
    if key is None:
        return None
    return Lease(key, _work(turn.id, message, conversation, editions.current()) if len(waiting) == 1 else None)


def lease_if_free(conversation: Conversation) -> str | None:
    """Take the lease of a locked conversation in the transaction that stores its message."""
    now = clock.now()
    if conversation.lease is not None and conversation.lease_until is not None and conversation.lease_until >= now:
        return None
    conversation.lease = secrets.token_hex(8)
    conversation.lease_until = now + timedelta(seconds=current_app.config["SETTINGS"].turn_timeout + 5)
    return conversation.lease


def _take_lease(conversation_id: str) -> Lease | None:
    """Become the one who runs this conversation's turns; None when another is, or when nothing waits."""
    if _next(conversation_id) is None:
        return None
    key = lease_if_free(service.lock(conversation_id))
    db.session.commit()
    return Lease(key) if key else None


def _step(conversation_id: str, lease: str, work: Work | None, told: Told) -> bool:
    """Run the oldest waiting turn. True while there is more to do; otherwise the lease has been given back."""
    if work is not None:
        return _take(conversation_id, lease, work, told)
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
    if row is not None and _is_due(row):
        lease_until = clock.now() + timedelta(seconds=current_app.config["SETTINGS"].turn_timeout + 5)
        conversation.lease_until = lease_until
        return True
    return _release(conversation)


def _release(conversation: Conversation) -> bool:
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
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(query).one_or_none()
    work = None
    if row is not None:
        turn, message, conversation = row
        if _is_due(turn):
            work = _work(turn.id, message, conversation, editions.current())
    db.session.rollback()
    return work


def _is_due(turn: Any) -> bool:
    """A fresh turn runs at once, one that has failed when its time has come."""
    return turn.attempts == 0 or turn.due_at <= clock.now()


def _work(turn_id: str, message: Message | Stored, conversation: Conversation, edition: str) -> Work:
    return Work(turn_id, message.id, message.seq, effects.root_of(message), conversation.version, body_of(conversation, message, edition))


def body_of(conversation: Conversation, message: Message | Stored, edition: str | None = None) -> dict[str, Any]:
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
            more = _store(conversation_id, lease, work, result, told)
        TURN_SECONDS.labels("store").observe(time.perf_counter() - started)
        return more
    except AssistantFailed as error:
        _failed(conversation_id, lease, work, "waking_up" if error.waking_up else error.reason)
    except Exception as error:
        db.session.rollback()
        log.exception("turn could not be stored", turn=work.turn_id, conversation=conversation_id, error=type(error).__name__)
        _failed(conversation_id, lease, work, type(error).__name__)
    return False


def _store(conversation_id: str, lease: str, work: Work, result: TurnResult, told: Told) -> bool:
    """One transaction: replies, effects, state, turn done, lease back. Nothing at all if the world has changed."""
    if not result.effects:
        repeatable()  # the message waits on the disk: lost replies would be asked for once more
        if _store_quickly(conversation_id, lease, work, result, told):
            return False
    conversation = service.lock(conversation_id)
    if conversation.lease != lease or not _mark_done(work.turn_id):
        _count("discarded", conversation.language)
        more = _release_if_idle(conversation, lease)
        db.session.commit()
        return more
    if conversation.version != work.version:
        db.session.rollback()  # the candidate proved who they are, say: the same turn runs again, knowing it
        tracing.note_on("turn", outcome="again")
        return True
    last = conversation.last_seq == work.seq and not result.effects  # nothing newer can be waiting
    conversation.state = result.state
    _note_understood(work.message_id, result)
    said = [service.append(conversation, _draft(reply, work.root)) for reply in result.replies]
    if result.effects:
        _carry_out(conversation, work, result, said)
    more = _release(conversation) if last else _release_if_idle(conversation, lease)
    _count_done(result, conversation.language)
    db.session.commit()
    told.messages += said
    told.idle = last
    return more


def _store_quickly(conversation_id: str, lease: str, work: Work, result: TurnResult, told: Told) -> bool:
    """The same for what nearly always is: nothing has happened meanwhile, and nothing but replies is to be stored.

    One statement checks that and gives the replies their numbers. False: nothing has been done, look closely.
    """
    connection, now = db.session.connection(), clock.now()
    guard = {"conversation": conversation_id, "held": lease, "seen": work.version, "seq": work.seq}
    row = connection.execute(_IF_NOTHING_MOVED, guard | {"replies": len(result.replies), "new_state": result.state, "now": now}).one_or_none()
    if row is None:
        return False
    if not _mark_done(work.turn_id):
        db.session.rollback()
        repeatable()
        return False
    _note_understood(work.message_id, result)
    drafts = [_draft(reply, work.root) for reply in result.replies]
    said = service.numbered(drafts, conversation_id, work.seq, row.language, now)
    if said:
        service.insert_messages(said)
    db.session.commit()
    _count_done(result, row.language)
    _bring_up_to_date(conversation_id, work, result, now)
    told.messages += said
    told.idle = True
    return True


def _bring_up_to_date(conversation_id: str, work: Work, result: TurnResult, now: datetime) -> None:
    """Let the conversation that this session holds, if it does, be as it is in the database now."""
    known = db.session.identity_map.get(identity_key(Conversation, conversation_id))
    if known is not None:
        values = {"state": result.state, "last_seq": work.seq + len(result.replies), "updated_at": now, "lease": None, "lease_until": None}
        for name, value in values.items():
            set_committed_value(known, name, value)


def _note_understood(message_id: str, result: TurnResult) -> None:
    understood = {"intent": result.intent, "confidence": result.confidence, "model_id": result.model_id, "alternatives": result.alternatives}
    db.session.connection().execute(_UNDERSTOOD, {"message": message_id, **understood})


def _count(outcome: str, language: str) -> None:
    TURNS.labels(outcome, language).inc()
    tracing.note_on("turn", outcome=outcome)


def _count_done(result: TurnResult, language: str) -> None:
    _count("done", language)
    if result.intent in UNCLEAR:
        NOT_UNDERSTOOD.labels(result.intent, language).inc()


_CONVERSATION = Conversation.__table__.c
_IF_NOTHING_MOVED = (
    update(Conversation.__table__)  # type: ignore[arg-type]
    .where(
        _CONVERSATION.id == bindparam("conversation"),
        _CONVERSATION.lease == bindparam("held"),
        _CONVERSATION.version == bindparam("seen"),
        _CONVERSATION.last_seq == bindparam("seq"),
    )
    .values(state=bindparam("new_state"), last_seq=_CONVERSATION.last_seq + bindparam("replies"), updated_at=bindparam("now"), lease=None, lease_until=None)
    .returning(_CONVERSATION.language)
)

_DONE = (
    update(Turn.__table__)  # type: ignore[arg-type]
    .where(_TURN.id == bindparam("turn"), _TURN.status == "pending")
    .values(status="done", done_at=bindparam("now"), error=None)
)
_UNDERSTOOD = (
    update(Message.__table__)  # type: ignore[arg-type]
    .where(_MESSAGE.id == bindparam("message"))
    .values({name: bindparam(name) for name in ("intent", "confidence", "model_id", "alternatives")})
)


def _mark_done(turn_id: str) -> bool:
    """False if the turn is no longer waiting."""
    return db.session.connection().execute(_DONE, {"turn": turn_id, "now": clock.now()}).rowcount == 1


def _carry_out(conversation: Conversation, work: Work, result: TurnResult, said: list[Stored]) -> None:
    message = db.session.get_one(Message, work.message_id, populate_existing=True)
    acting = effects.Acting(conversation, message, clock.now(), said)
    for position, effect in sorted(enumerate(result.effects), key=_masks_first):
        effects.carry_out(acting, work.turn_id, position, effect)


def _masks_first(effect: tuple[int, dict[str, Any]]) -> bool:
    """What must not be kept is blotted out before another effect mails what was said."""
    return effect[1]["kind"] != "mask"


def _draft(reply: Any, root: str | None) -> service.Draft:
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
    _count("failed", conversation.language)
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
