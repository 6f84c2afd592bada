"""What time does to handoffs: silence, snoozes that end, leaves of absence, waits that nobody saw.

Each sweep finds rows by reading only, then looks again under the conversation's lock, each in a transaction of its
own: one that fails keeps no other from its turn, and doing it twice does it once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from flask import current_app
from sqlalchemy import Select, String, case, cast, delete, exists, or_, select

from api import clock, jobs
from api.accounts.models import Staff
from api.answers.company import Office
from api.audit.service import SYSTEM, record
from api.conversations import service as conversations
from api.conversations.models import Conversation, Presence
from api.db import db, read_only
from api.errors import NotFound
from api.handoff import claims, colleagues, mails, notify, search
from api.handoff.hours import add_open_time, office_for, open_until
from api.handoff.inbox import unanswered
from api.handoff.models import Handoff
from api.outbox.models import Mail
from api.roles.models import Role

log = structlog.get_logger()
AT_ONCE = 200
TIDY_EVERY = timedelta(days=1)


class Silent(NamedTuple):
    """A held conversation whose candidate waits for its holder, `since` when; `office`: by whose hours."""

    conversation: Conversation
    handoff: Handoff
    holder: Staff
    since: datetime
    office: Office


@jobs.job("handoff.silent", sweep=True)
def silence() -> None:
    """Warn whoever has let a candidate wait; later, in opening hours, let the next who is free answer."""
    read_only()
    late = [silent.conversation.id for silent in _silent() if _next_step(silent)]
    db.session.rollback()
    _each(late, _on_silence)


@jobs.job("handoff.snoozed", sweep=True)
def wake_snoozed() -> None:
    """What was put aside until now is back in its holder's sight."""
    _each(_found(select(Conversation.id).where(Conversation.snoozed_until <= clock.now())), _on_snooze_over)


@jobs.job("handoff.away", sweep=True)
def hand_over_of_absent() -> None:
    """The conversations of who is on leave, or no longer staff, go to their deputy, their team or everybody."""
    _each(_found(select(Conversation.id).join(Staff, Staff.id == Conversation.staff_id).where(*_left_alone(clock.now()))), _on_absence)


@jobs.job("handoff.unseen", sweep=True)
def tell_of_unseen() -> None:
    """Mail the recruiters of waits that nobody at the desk can see, or that nobody has answered in time."""
    now = clock.now()
    read_only()
    somebody = notify.anybody_online(now)
    db.session.rollback()
    waiting = select(Conversation.id).join(Handoff, Handoff.conversation_id == Conversation.id).where(*_never_mailed())
    _each(_found(waiting.where(Handoff.reply_due_at <= now) if somebody else waiting), _on_unseen)


@jobs.job("handoff.tidy", sweep=True)
def tidy() -> None:
    """Forget who was where; once a day in each worker let SQLite's index of words forget what was erased."""
    over = Presence.until < clock.now() - timedelta(minutes=5)
    read_only()
    stale = db.session.scalar(select(exists().where(over)))
    db.session.rollback()
    if stale:
        db.session.execute(delete(Presence).where(over))
        db.session.commit()
    last: datetime | None = current_app.extensions.get("search_tidied")
    if last is None or clock.now() - last >= TIDY_EVERY:
        current_app.extensions["search_tidied"] = clock.now()
        search.tidy()
        db.session.commit()


def _found(query: Select[Any]) -> list[str]:
    read_only()
    ids = list(db.session.scalars(query.limit(AT_ONCE)))
    db.session.rollback()
    return ids


def _each(ids: list[str], act: Callable[[Conversation], None]) -> None:
    for id_ in ids:
        try:
            act(conversations.lock(id_))
            db.session.commit()
        except NotFound:  # erased meanwhile
            db.session.rollback()
        except Exception as error:
            db.session.rollback()
            log.exception("sweep failed for a conversation", conversation=id_, sweep=act.__name__, error=type(error).__name__)


def _silent(*conditions: Any) -> list[Silent]:
    """Conversations in which a person lets the candidate wait: nothing said since they took it, or since the candidate wrote."""
    asked_at = unanswered()
    query = (
        select(Conversation, Handoff, Staff, asked_at, Role.office)
        .join(Handoff, Handoff.conversation_id == Conversation.id)
        .join(Staff, Staff.id == Conversation.staff_id)
        .outerjoin(Role, Role.ref == Conversation.page_role)
        .where(
            Conversation.owner == "recruiter", Conversation.resolved_at.is_(None), Conversation.snoozed_until.is_(None),
            Handoff.closed_at.is_(None), Handoff.claimed_at.is_not(None), or_(Handoff.first_reply_at.is_(None), asked_at.is_not(None)), *conditions,
        )
        .execution_options(populate_existing=True)
    )  # fmt: skip
    return [
        Silent(conversation, handoff, holder, max(handoff.claimed_at, asked or handoff.claimed_at), office_for(office, conversation.language))
        for conversation, handoff, holder, asked, office in db.session.execute(query)
    ]


def _next_step(silent: Silent) -> str | None:
    """What is due, `warn` or `return`; nothing while the office is closed, and no return without a warning long enough before."""
    now, (warn, give_up) = clock.now(), _patience()
    if open_until(silent.office, now) is None or now < add_open_time(silent.office, silent.since, warn):
        return None
    warned_at = silent.handoff.warned_at
    if warned_at is None:
        return "warn"
    over = max(add_open_time(silent.office, silent.since, give_up), add_open_time(silent.office, warned_at, give_up - warn))
    return "return" if now >= over and not _types(silent) else None


def _on_silence(conversation: Conversation) -> None:
    for silent in _silent(Conversation.id == conversation.id):
        step = _next_step(silent)
        if step == "warn":
            _warn(silent)
        elif step == "return":
            claims.return_to_queue(conversation, "silent")


def _patience() -> tuple[timedelta, timedelta]:
    """Open time until the holder is warned, and until the conversation goes back."""
    settings = current_app.config["SETTINGS"]
    return timedelta(minutes=settings.silent_warn), timedelta(minutes=settings.silent_return)


def _warn(silent: Silent) -> None:
    """By mail even if they are at the desk: they may not be looking at it."""
    silent.handoff.warned_at = clock.now()
    claims.moved(silent.conversation)
    key = f"silent:{silent.handoff.id}:{silent.since:%Y%m%d%H%M%S}"
    notify.tell(silent.holder, notify.STILL_WAITS, silent.conversation, key, even_online=True)
    record(SYSTEM, "handoff.warned", silent.handoff)


def _types(silent: Silent) -> bool:
    """Whether the holder writes right now: then the answer is nearly there."""
    here = (Presence.conversation_id == silent.conversation.id, Presence.who == silent.holder.id, Presence.doing == "typing")
    return bool(db.session.scalar(select(exists().where(*here, Presence.until > clock.now()))))


def _on_snooze_over(conversation: Conversation) -> None:
    """If the candidate still waits, the holder has been told so by this."""
    now, before = clock.now(), conversation.snoozed_until
    if before is None or before > now:
        return
    conversation.snoozed_until, conversation.updated_at = None, now
    claims.moved(conversation)
    for silent in _silent(Conversation.id == conversation.id):
        silent.handoff.warned_at = now
    holder = db.session.get(Staff, conversation.staff_id) if conversation.staff_id else None
    if holder is not None and conversation.resolved_at is None:
        notify.tell(holder, notify.BACK_AGAIN, conversation, f"snoozed:{conversation.id}:{before:%Y%m%d%H%M%S}")
    record(SYSTEM, "handoff.unsnoozed", conversation)


def _left_alone(now: datetime) -> tuple[Any, ...]:
    """What its holder has put aside for later waits for that time first."""
    gone = or_(Staff.active.is_(False), Staff.away_until > now)
    return Conversation.owner == "recruiter", Conversation.resolved_at.is_(None), Conversation.snoozed_until.is_(None), gone


def _on_absence(conversation: Conversation) -> None:
    now = clock.now()
    if conversation.owner != "recruiter" or conversation.resolved_at is not None or conversation.staff_id is None:
        return
    holder = db.session.get_one(Staff, conversation.staff_id, populate_existing=True)
    person = colleagues.stand_in(holder, now)
    if person is holder:
        return
    if person is not None:
        handoff = claims.hand_over(conversation, person)
        record(SYSTEM, "handoff.transferred", handoff, to=person.id)
        return
    handoff = claims.return_to_queue(conversation, "away")
    handoff.team = holder.team if _somebody_in(holder.team, now) else ""


def _somebody_in(team: str, now: datetime) -> bool:
    there = or_(Staff.away_until.is_(None), Staff.away_until <= now)
    return bool(team and db.session.scalar(select(exists().where(Staff.active, Staff.team == team, there))))


def _never_mailed() -> tuple[Any, ...]:
    """Waits of which there is no mail. One that came back to the queue was told of at once, but an erasure may have taken that mail."""
    first = "handoff:" + Handoff.id
    key = case((Handoff.returns == 0, first), else_=first + ":" + cast(Handoff.returns, String))  # as in `notify.mail_key`
    mailed = exists().where(Mail.dedupe == key).correlate(Handoff)
    return Conversation.owner == "queue", Handoff.closed_at.is_(None), ~mailed


def _on_unseen(conversation: Conversation) -> None:
    query = select(Handoff).where(Handoff.conversation_id == conversation.id, Handoff.closed_at.is_(None))
    handoff = db.session.scalar(query)
    if conversation.owner == "queue" and handoff is not None:
        mails.tell_of_handoff(conversation, handoff, notify.mail_key(handoff))
