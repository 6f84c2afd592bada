from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api import clock
from api.db import Base, WithId


class Conversation(WithId, Base):
    """A candidate's talk with the desk.

    `owner` is the one speaker: `assistant`, `queue` (waits for a person) or `recruiter`. `version` counts
    changes of owner, candidate or language: a turn that began before such a change is not applied as if
    nothing had happened. `state` is the assistant's memory, opaque here. `lease_*` lets one process at a time
    run turns. `page_role` is the role whose web page the chat
    stands on, `last_seq` the newest message's number; `candidate_seen_seq` and `staff_seen_seq` how far each
    side has seen. `reply_mail`: where the candidate wants to be told of a person's answer, `mailed_seq` the last
    message told of there. `snoozed_until`: out of the recruiters' sight until then. `resolved_at`: a person ended it.
    """

    __tablename__ = "conversations"

    token_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    page_role: Mapped[str | None] = mapped_column(String(64))
    owner: Mapped[str] = mapped_column(String(16), default="assistant", index=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    candidate_id: Mapped[str | None] = mapped_column(ForeignKey("candidates.id", ondelete="SET NULL"), index=True)
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[dict[str, Any] | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    candidate_seen_seq: Mapped[int] = mapped_column(default=0)
    staff_seen_seq: Mapped[int] = mapped_column(default=0)
    reply_mail: Mapped[str | None] = mapped_column(String(254))
    mailed_seq: Mapped[int] = mapped_column(default=0)
    snoozed_until: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class Message(WithId, Base):
    """One message. `seq` counts within its conversation; `client_id` is the sender's own id, once a conversation.
    `attachments`: [{"id", "name", "mime", "size"}] of `Attachment` rows; `staff_id`: the recruiter who wrote it.

    `hidden` marks events that the assistant must hear of but nobody sees, such as a proven address.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_id"),
        Index("ix_messages_rating", "rating", sqlite_where=text("rating IS NOT NULL"), postgresql_where=text("rating IS NOT NULL")),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    client_id: Mapped[str | None] = mapped_column(String(64))
    sender: Mapped[str] = mapped_column(String(16))
    author: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str]
    language: Mapped[str] = mapped_column(String(2))
    button: Mapped[str | None] = mapped_column(String(1000))
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    sources: Mapped[list[Any]] = mapped_column(default=list)
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    staff_id: Mapped[str | None] = mapped_column(String(32))
    hidden: Mapped[bool] = mapped_column(default=False)
    in_reply_to: Mapped[str | None] = mapped_column(String(32), index=True)
    intent: Mapped[str | None] = mapped_column(String(64))
    confidence: Mapped[float | None]
    alternatives: Mapped[list[Any]] = mapped_column(default=list)
    model_id: Mapped[str | None] = mapped_column(String(64))
    rating: Mapped[str | None] = mapped_column(String(8))
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)


class Stored(NamedTuple):
    """A message as it has just been stored: to look at, not to change."""

    id: str
    conversation_id: str
    seq: int
    client_id: str | None
    sender: str
    author: str
    text: str
    language: str
    button: str | None
    buttons: list[Any]
    sources: list[Any]
    hidden: bool
    in_reply_to: str | None
    sent_at: datetime
    attachments: list[Any]
    staff_id: str | None
    rating: str | None = None


class Locked(NamedTuple):
    """A conversation as a candidate's message finds it, locked: what the message and its turn need of it, to look at, not to change."""

    id: str
    token_hash: str
    language: str
    page_role: str | None
    owner: str
    verified_at: datetime | None
    state: dict[str, Any] | None
    last_seq: int
    version: int
    lease: str | None
    lease_until: datetime | None


class Attachment(WithId, Base):
    """A file that a recruiter sends; the bytes lie below `DESK_VAR/attachments`, named by `id`.

    `message_id` is empty until the message is sent. `status`: `clean`, `pending` (the scanner has not answered yet).
    """

    __tablename__ = "attachments"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(200))
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16), default="clean")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Presence(Base):
    """Who looks at a conversation or writes in it right now, until `until`. `who`: a staff id, or `candidate`."""

    __tablename__ = "presences"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    who: Mapped[str] = mapped_column(String(32), primary_key=True)
    doing: Mapped[str] = mapped_column(String(8))
    until: Mapped[datetime]


class Turn(WithId, Base):
    """The assistant's work on one message: `pending` until its replies are stored, then `done`.

    `dropped`: a person took over first. `failed`: given up, a person was asked.
    """

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_due", "status", "due_at"), Index("ix_turns_conversation", "conversation_id", "status"))

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), unique=True)
    status: Mapped[str] = mapped_column(String(16), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]


class Effect(WithId, Base):
    """Something the assistant asked the gateway to do; carried out in the transaction that stores it."""

    __tablename__ = "effects"
    __table_args__ = (UniqueConstraint("turn_id", "position"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    outcome: Mapped[str] = mapped_column(String(32))
    applied_at: Mapped[datetime] = mapped_column(default=clock.now)
