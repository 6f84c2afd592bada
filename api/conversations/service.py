"""Writing conversations: starting one, adding messages, changing who speaks.

Every function works in the caller's transaction and expects it to be committed by the request or the job.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.orm import Session

from api import clock
from api.answers import edition
from api.answers.company import company
from api.assistant.language import text_language
from api.conversations import devices, leases
from api.conversations.greeting import greeting
from api.conversations.models import Conversation, Locked, Message, Stored, Turn
from api.conversations.streams import hub
from api.db import after_commit, db, new_id
from api.errors import Conflict, Invalid, NotFound

# Buttons and events of the desk itself; those that a candidate presses are not for the assistant.
DESK_BUTTON = "/external_"
# Stands for each character of a message that must not be kept.
MASK = "•"
# A turn that nobody runs is picked up by the sweep after this long: the request that stored it comes first.
GRACE = timedelta(seconds=20)


@dataclass
class Draft:
    """What a new message says; the conversation gives it its number."""

    sender: str
    text: str
    author: str = ""
    language: str | None = None
    client_id: str | None = None
    button: str | None = None
    buttons: list[Any] = field(default_factory=list)
    sources: list[Any] = field(default_factory=list)
    hidden: bool = False
    in_reply_to: str | None = None
    attachments: list[Any] = field(default_factory=list)
    staff_id: str | None = None


def token_hash(token: str) -> str:
    """What is kept of a conversation's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def start_conversation(language: str, page_role: str | None = None) -> tuple[Conversation, str]:
    """A new conversation with its greeting, and the token that opens it (shown once)."""
    token = secrets.token_urlsafe(32)
    conversation = Conversation(language=language, page_role=page_role, token_hash=token_hash(token))
    db.session.add(conversation)
    db.session.flush()
    text, buttons = greeting(language, page_role is not None)
    append(conversation, Draft("assistant", text, author=company().assistant_name, buttons=buttons))
    return conversation, token


def get_conversation_for(conversation_id: str, token: str) -> Conversation:
    """The candidate's own conversation. Raises `NotFound` for a wrong id and a wrong token alike."""
    return _opened(db.session.get(Conversation, conversation_id), token)


def lock_conversation_for(conversation_id: str, token: str) -> Conversation:
    """The same, fresh and locked until the end of the transaction."""
    return _opened(_lock(conversation_id), token)


def lock_row_for(conversation_id: str, token: str) -> Locked:
    """The same as a row: for a message, which changes nothing by the unit of work."""
    return _opened(_lock_row(conversation_id), token)


def _opened[T: (Conversation, Locked)](conversation: T | None, token: str) -> T:
    kept = conversation.token_hash if conversation else token_hash("")
    first = hmac.compare_digest(kept, token_hash(token))
    if conversation is None or not (first or devices.opens(conversation, token)):
        raise NotFound
    return conversation


def lock(conversation_id: str) -> Conversation:
    """The conversation, fresh and locked until the end of the transaction. Again in the same one costs nothing."""
    conversation = _lock(conversation_id)
    if conversation is None:
        raise NotFound
    return conversation


def lock_row(conversation_id: str) -> Locked:
    """The same as a row."""
    conversation = _lock_row(conversation_id)
    if conversation is None:
        raise NotFound
    return conversation


_CONVERSATION = Conversation.__table__.c
_LOCKED = select(Conversation).where(Conversation.id == bindparam("id")).with_for_update().execution_options(populate_existing=True)
_LOCKED_ROW = select(*(_CONVERSATION[name] for name in Locked._fields)).where(_CONVERSATION.id == bindparam("id")).with_for_update()


def _lock_row(conversation_id: str) -> Locked | None:
    session = db.session
    session.flush()  # what the session has changed comes first, and what it holds is read anew by whoever locks it again
    session.info.pop("locked", None)
    row = session.connection().execute(_LOCKED_ROW, {"id": conversation_id}).one_or_none()
    return None if row is None else Locked._make(row)


def _lock(conversation_id: str) -> Conversation | None:
    session = db.session
    if session.info.get("locked") == (_transaction(session), conversation_id):
        return session.get(Conversation, conversation_id)
    conversation = session.scalar(_LOCKED, {"id": conversation_id})
    session.info["locked"] = (_transaction(session), conversation_id)
    return conversation


def _transaction(session: Session) -> object:
    """What a lock lives in: the end of a savepoint may be the end of the locks taken within."""
    return session.get_nested_transaction() or session.get_transaction()


# The statements of every turn are built once and go around the unit of work: that is half of their time.
_INSERT_MESSAGE = insert(Message.__table__)  # type: ignore[arg-type]
_INSERT_TURN = insert(Turn.__table__)  # type: ignore[arg-type]
_AFTER_MESSAGE = ("last_seq", "updated_at", "language", "page_role", "lease", "lease_until")
_MESSAGE_CAME = (
    update(Conversation.__table__)  # type: ignore[arg-type]
    .where(_CONVERSATION.id == bindparam("conversation"))
    .values({name: bindparam(f"new_{name}") for name in _AFTER_MESSAGE})
)


def append(conversation: Conversation, draft: Draft) -> Stored:
    """Give a message the next number, store it, and tell the streams after the commit. The conversation must be locked."""
    conversation_id, now, woken = conversation.id, clock.now(), hub()
    conversation.last_seq, conversation.updated_at = conversation.last_seq + 1, now
    message = _numbered(draft, conversation_id, conversation.last_seq, conversation.language, now)
    insert_messages(db.session.connection(), [message])
    after_commit(lambda: woken.wake(conversation_id))
    return message


def numbered(drafts: Sequence[Draft], conversation_id: str, after: int, language: str, now: datetime) -> list[Stored]:
    """The drafts as messages with the numbers that follow `after`, not stored yet."""
    return [_numbered(draft, conversation_id, seq, language, now) for seq, draft in enumerate(drafts, after + 1)]


def _numbered(draft: Draft, conversation_id: str, seq: int, language: str, now: datetime) -> Stored:
    message = Stored(id=new_id(), conversation_id=conversation_id, seq=seq, sent_at=now, **vars(draft))
    return message if message.language is not None else message._replace(language=language)


def insert_messages(connection: Connection, messages: list[Stored]) -> None:
    """Store messages that have their numbers; the conversation that gave them must be locked."""
    connection.execute(_INSERT_MESSAGE, [message._asdict() for message in messages])


def say(conversation: Conversation, text: str, in_reply_to: str | None = None, buttons: list[Any] | None = None) -> Stored:
    """The desk itself says something: who speaks now, that a code was sent, when a person answers."""
    return append(conversation, Draft("system", text, in_reply_to=in_reply_to, buttons=buttons or []))


def tell_assistant(conversation: Conversation, button: str, in_reply_to: str | None = None) -> Stored:
    """A hidden event that the assistant answers as it answers a button."""
    message = append(conversation, Draft("system", "", button=button, hidden=True, in_reply_to=in_reply_to))
    ask_assistant(message)
    return message


class Heard(NamedTuple):
    """A candidate's message as it is stored.

    If it came just now and is for the assistant: `turn_id`; `lease`, the conversation's, if that was free; `alone`: no other turn
    waits; `edition`: of what the assistant reads, at that moment.
    """

    message: Message | Stored
    conversation: Locked
    turn_id: str | None = None
    lease: str | None = None
    alone: bool = False
    edition: str = ""


def add_candidate_message(conversation: Locked, client_id: str, text: str | None, button: str | None, page_role: str | None = None) -> Heard:
    """Store what the candidate sent, once for each `client_id`; if the assistant speaks, also a turn for it, and the lease if it is free.

    `page_role` is the role whose page the candidate writes on; one conversation lives through many pages.

    Raises `Conflict` if the same `client_id` came with other words, `Invalid` for a button that was not offered.
    """
    connection, now = db.session.connection(), clock.now()
    before = connection.execute(_BEFORE, {"conversation": conversation.id, "client_id": client_id, "now": now}).one()
    if before.sent is not None:
        return Heard(_known(before.sent, text, button), conversation)
    if button is not None:
        text = _offered_title(conversation.id, button)
    assert text is not None
    language = conversation.language if button else text_language(text, conversation.language)
    conversation = conversation._replace(language=language, page_role=page_role or conversation.page_role)
    draft = Draft("candidate", text, client_id=client_id, button=button, language=language)
    [message] = numbered([draft], conversation.id, conversation.last_seq, language, now)
    asks = conversation.owner == "assistant" and not (button or "").startswith(DESK_BUTTON)
    return _hear(connection, conversation, message, asks)._replace(alone=asks and not before.waits, edition=edition.named(before, now))


def _known(message_id: str, text: str | None, button: str | None) -> Message:
    """The message that was sent before. Raises `Conflict` if these are not its words."""
    known = db.session.get_one(Message, message_id, populate_existing=True)
    if known.button != button or (text is not None and not _same_words(known.text, text)):
        raise Conflict
    return known


def _hear(connection: Connection, conversation: Locked, message: Stored, asks: bool) -> Heard:
    """Store a new message, and with it whatever it changes of its conversation."""
    insert_messages(connection, [message])
    turn_id = _insert_turn(connection, message) if asks else None
    lease, kept_until, woken = None, conversation.lease_until, hub()
    if asks and leases.is_free(conversation, message.sent_at):
        lease, kept_until = leases.new(message.sent_at)
    after = (message.seq, message.sent_at, conversation.language, conversation.page_role, lease or conversation.lease, kept_until)
    values = {f"new_{name}": value for name, value in zip(_AFTER_MESSAGE, after, strict=True)}
    connection.execute(_MESSAGE_CAME, {"conversation": conversation.id, **values})
    after_commit(lambda: woken.wake(conversation.id))
    return Heard(message, conversation, turn_id, lease)


_MESSAGES, _TURNS = Message.__table__.c, Turn.__table__.c
_SENT = select(_MESSAGES.id).where(_MESSAGES.conversation_id == bindparam("conversation"), _MESSAGES.client_id == bindparam("client_id"))
_WAITS = select(_TURNS.id).where(_TURNS.conversation_id == bindparam("conversation"), _TURNS.status == "pending")
# Whether the message is known already, whether any turn of its conversation waits, and the edition: one look for all.
_BEFORE = select(_SENT.scalar_subquery().label("sent"), _WAITS.exists().label("waits"), *edition.COLUMNS.c)


def _same_words(kept: str, sent: str) -> bool:
    """Whether `sent` is what is kept, except for what was blotted out in the store."""
    return len(kept) == len(sent) and all(k in (s, MASK) for k, s in zip(kept, sent, strict=True))


def ask_assistant(message: Stored) -> None:
    """Let the assistant answer a message that is stored."""
    _insert_turn(db.session.connection(), message)


def _insert_turn(connection: Connection, message: Stored) -> str:
    turn_id = new_id()
    row = {"id": turn_id, "conversation_id": message.conversation_id, "message_id": message.id, "due_at": message.sent_at + GRACE}
    connection.execute(_INSERT_TURN, row)
    return turn_id


def _offered_title(conversation_id: str, button: str) -> str:
    """The title under which this very button was offered in this conversation."""
    offers = db.session.scalars(
        select(Message.buttons).where(Message.conversation_id == conversation_id, Message.sender != "candidate").order_by(Message.seq.desc())
    )
    for buttons in offers:
        for offer in buttons:
            if offer["button"] == button:
                return str(offer["title"])
    raise Invalid(errors=[{"field": "button", "message": "not offered in this conversation"}])


def set_language(conversation: Conversation, language: str) -> None:
    """The candidate switches language by hand."""
    conversation.language = language


def give_to(conversation: Conversation, owner: str, staff_id: str | None = None) -> None:
    """Change who speaks. Turns that have not been answered are dropped: the new owner sees their messages."""
    conversation.owner, conversation.staff_id = owner, staff_id
    conversation.version += 1
    conversation.updated_at = clock.now()
    if owner != "assistant":
        for turn in db.session.scalars(select(Turn).where(Turn.conversation_id == conversation.id, Turn.status == "pending")):
            turn.status, turn.done_at = "dropped", clock.now()


def rate_message(conversation: Conversation, message_id: str, value: str) -> None:
    """Thumbs up or down on an answer of the assistant or a recruiter. Raises `NotFound`."""
    message = db.session.scalar(select(Message).where(Message.conversation_id == conversation.id, Message.id == message_id, Message.hidden.is_(False)))
    if message is None or message.sender not in ("assistant", "recruiter"):
        raise NotFound
    message.rating = value
