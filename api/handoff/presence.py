"""Who looks at a conversation or writes in it right now, and how far each side has seen. Nothing is kept of it afterwards."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api import clock
from api.accounts.models import Staff
from api.conversations.models import Conversation, Presence
from api.conversations.streams import hub
from api.db import after_commit, db, is_sqlite, repeatable
from api.errors import Invalid
from api.handoff.inbox import Here

CANDIDATE = "candidate"
LASTS = {"looking": timedelta(seconds=45), "typing": timedelta(seconds=8)}
SEEN = {"staff": Conversation.staff_seen_seq, CANDIDATE: Conversation.candidate_seen_seq}


def set(conversation_id: str, who: str, doing: str) -> None:  # noqa: A001 - reads as presence.set
    """`who` (a staff id, or `candidate`) is `looking` or `typing`, and says so again before it runs out. Raises `Invalid`."""
    if doing not in LASTS:
        raise Invalid
    _say(conversation_id, who, doing)


def looks(conversation_id: str, who: str) -> None:
    """`who` still has the page open. Whether they type in it, perhaps in another tab, they say themselves: that stands."""
    _say(conversation_id, who, "looking", or_(Presence.doing != "typing", Presence.until <= clock.now()))


def _say(conversation_id: str, who: str, doing: str, only: ColumnElement[bool] | None = None) -> None:
    """Note it, over what was noted before if that is `only` so."""
    _cheap()
    now = clock.now()
    known = db.session.execute(select(Presence.doing, Presence.until).where(Presence.conversation_id == conversation_id, Presence.who == who)).one_or_none()
    row = {"conversation_id": conversation_id, "who": who, "doing": doing, "until": now + LASTS[doing]}
    insert = sqlite.insert(Presence) if is_sqlite() else postgresql.insert(Presence)
    changed = {"doing": doing, "until": row["until"]}
    written = db.session.execute(insert.values(**row).on_conflict_do_update(index_elements=["conversation_id", "who"], set_=changed, where=only))
    if written.rowcount and (known is None or known.doing != doing or known.until <= now):  # type: ignore[attr-defined]
        _wake(conversation_id)


def leave(conversation_id: str, who: str) -> None:
    """`who` has closed the page."""
    _cheap()
    gone = db.session.execute(delete(Presence).where(Presence.conversation_id == conversation_id, Presence.who == who))
    if gone.rowcount:  # type: ignore[attr-defined]
        _wake(conversation_id)


def others(conversation_id: str, except_who: str) -> list[Here]:
    """Who else is there, those who type first. The candidate's name is empty: who asks knows it, or may not."""
    query = (
        select(Presence.who, Staff.name, Presence.doing)
        .outerjoin(Staff, Staff.id == Presence.who)
        .where(Presence.conversation_id == conversation_id, Presence.until > clock.now(), Presence.who != except_who)
        .order_by(Presence.doing.desc(), Staff.name)
    )
    return [Here(who, name or "", doing) for who, name, doing in db.session.execute(query)]


def typing_to_candidate(conversation: Conversation) -> str | None:
    """The name of the recruiter who has the conversation, while they type."""
    if conversation.owner != "recruiter" or conversation.staff_id is None:
        return None
    here = (Presence.conversation_id == conversation.id, Presence.who == conversation.staff_id, Presence.doing == "typing", Presence.until > clock.now())
    return db.session.scalar(select(Staff.name).join(Presence, Presence.who == Staff.id).where(*here))


def seen(conversation_id: str, side: str, seq: int) -> None:
    """`side` (`staff` or `candidate`) has seen the messages up to `seq`. It never goes back, nor beyond the last."""
    _cheap()
    column = SEEN[side]
    query = update(Conversation).where(Conversation.id == conversation_id, column < seq, column < Conversation.last_seq)
    upto = select(Conversation.last_seq).where(Conversation.id == conversation_id)
    last = db.session.scalar(upto) or 0
    moved = db.session.execute(query.values({column: min(seq, last)}).execution_options(synchronize_session=False))
    if moved.rowcount:  # type: ignore[attr-defined]
        _wake(conversation_id)


def _cheap() -> None:
    """Lost to a power cut, it would simply be said again: the disk need not be waited for."""
    if not db.session.in_transaction():
        repeatable()


def _wake(conversation_id: str) -> None:
    woken = hub()
    after_commit(lambda: woken.wake(conversation_id))
