"""What the assistant has answered, stored: replies, effects, state, turn done and lease back in one transaction, or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prometheus_client import Counter
from sqlalchemy import Connection, bindparam, update

from api import clock, tracing
from api.answers.company import company
from api.assistant.client import TurnResult
from api.conversations import effects, leases, service
from api.conversations.models import Conversation, Message, Stored, Turn
from api.conversations.work import Told, Work
from api.db import db, repeatable

TURNS = Counter("desk_turns_total", "Turns by how they ended", ["outcome", "language"])
NOT_UNDERSTOOD = Counter("desk_not_understood_total", "Messages that the assistant did not understand, or that are not for it", ["intent", "language"])
UNCLEAR = ("nlu_fallback", "out_of_scope")


def store(conversation_id: str, lease: str, work: Work, result: TurnResult, told: Told) -> bool:
    """One transaction: replies, effects, state, turn done, lease back. Nothing at all if the world has changed.

    True while there is more to do in this conversation. The session must be in no transaction.
    """
    if not result.effects:
        if _store_quickly(conversation_id, lease, work, result, told):
            return False
        repeatable()
    conversation, connection = service.lock(conversation_id), db.session.connection()
    if conversation.lease != lease or not _mark_done(connection, work.turn_id, clock.now()):
        count("discarded", conversation.language)
        more = leases.release_if_idle(conversation, lease)
        db.session.commit()
        return more
    if conversation.version != work.version:
        db.session.rollback()  # the candidate proved who they are, say: the same turn runs again, knowing it
        tracing.note_on("turn", outcome="again")
        return True
    last = conversation.last_seq == work.seq and not result.effects  # nothing newer can be waiting
    conversation.state = result.state
    _note_understood(connection, work.message_id, result)
    said = [service.append(conversation, _draft(reply, work.root)) for reply in result.replies]
    if result.effects:
        _carry_out(conversation, work, result, said)
    more = False
    if last:
        leases.release(conversation)
    else:
        more = leases.release_if_idle(conversation, lease)
    _count_done(result, conversation.language)
    db.session.commit()
    told.messages += said
    told.idle = last
    return more


def _store_quickly(conversation_id: str, lease: str, work: Work, result: TurnResult, told: Told) -> bool:
    """The same for what nearly always is: nothing has happened meanwhile, and nothing but replies is to be stored.

    One statement checks that and gives the replies their numbers. False: nothing has been done, look closely.
    Four statements on a connection of their own: a session would cost as much again.
    """
    guard = {"conversation": conversation_id, "held": lease, "seen": work.version, "seq": work.seq}
    with db.engine.connect() as connection:
        connection.execution_options(repeatable=True)  # the message waits on the disk: lost replies would be asked for once more
        now = clock.now()
        row = connection.execute(_IF_NOTHING_MOVED, guard | {"replies": len(result.replies), "new_state": result.state, "now": now}).one_or_none()
        if row is None or not _mark_done(connection, work.turn_id, now):
            return False  # leaving without a commit undoes it
        _note_understood(connection, work.message_id, result)
        drafts = [_draft(reply, work.root) for reply in result.replies]
        said = service.numbered(drafts, conversation_id, work.seq, row.language, now)
        if said:
            service.insert_messages(connection, said)
        connection.commit()
    _count_done(result, row.language)
    told.messages += said
    told.idle = True
    return True


def _note_understood(connection: Connection, message_id: str, result: TurnResult) -> None:
    understood = {"intent": result.intent, "confidence": result.confidence, "model_id": result.model_id, "alternatives": result.alternatives}
    connection.execute(_UNDERSTOOD, {"message": message_id, **understood})


def _mark_done(connection: Connection, turn_id: str, now: datetime) -> bool:
    """False if the turn is no longer waiting."""
    return connection.execute(_DONE, {"turn": turn_id, "now": now}).rowcount == 1


def count(outcome: str, language: str) -> None:
    """Count a turn that has ended so."""
    TURNS.labels(outcome, language).inc()
    tracing.note_on("turn", outcome=outcome)


def _count_done(result: TurnResult, language: str) -> None:
    count("done", language)
    if result.intent in UNCLEAR:
        NOT_UNDERSTOOD.labels(result.intent, language).inc()


_CONVERSATION, _TURN, _MESSAGE = Conversation.__table__.c, Turn.__table__.c, Message.__table__.c
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
