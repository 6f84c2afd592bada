"""What time does to promises: a reminder before the day; after it the recruiter is told, the candidate, and then the lead. Each once.

The candidate is told before they ask, but in opening hours, and only after the recruiter had a moment to note that the contact
was made, or to name another day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

import structlog
from flask import current_app
from sqlalchemy import and_, exists, literal, or_, select
from sqlalchemy.orm import aliased, lazyload

from api import clock, jobs
from api.answers.company import Office, company
from api.audit.service import SYSTEM, record
from api.conversations.models import Conversation
from api.db import db, read_only
from api.handoff.hours import add_open_time, spans
from api.outbox.models import Mail
from api.roles import promise_acts, promise_mails, promise_words, promises
from api.roles.models import Application, Promise
from api.roles.promise_rules import working_day

log = structlog.get_logger()
AT_ONCE = 500
DAY = timedelta(days=1)
AHEAD = timedelta(days=7)  # over any string of holidays
BARELY = timedelta(hours=1)
FORGOTTEN = timedelta(days=2)

Step = tuple[str, Callable[[Promise, Application, Conversation | None], None]]


@jobs.job("promises.sweep", sweep=True)
def sweep() -> None:
    """Take the steps that are due; each promise in a transaction of its own, so that one that fails keeps no other waiting."""
    read_only()
    due = list(islice(_due(), AT_ONCE))
    moved = _moved()
    db.session.rollback()
    for promise_id in due:
        _safely(_take, promise_id)
    for promise_id in moved:
        _safely(_tell_moved, promise_id)


def _due() -> Iterator[str]:
    """Promises with a step that is due, the oldest day first, read as they are wanted: those that wait or are done with take no place.

    Nobody is reminded of a day that has passed; days differ by one around the world.
    """
    now = clock.now()
    today = now.date()
    ahead = and_(Promise.reminded_at.is_(None), Promise.due_on >= today - DAY, Promise.due_on <= _farthest(today))
    untold = or_(Promise.told_recruiter_at.is_(None), Promise.told_candidate_at.is_(None), Promise.told_lead_at.is_(None))
    query = select(Promise, Application).join(Application, Application.id == Promise.application_id)
    query = query.where(Promise.status == "open", Application.status != "withdrawn", or_(ahead, and_(untold, Promise.due_on <= today)))
    query = query.order_by(Promise.due_on, Promise.id).execution_options(yield_per=AT_ONCE)
    query = query.options(lazyload(Application.candidate), lazyload(Application.history), lazyload(Application.promises))
    for promise, application in db.session.execute(query):
        if _step(promise, application, now):
            yield promise.id


def _farthest(today: date) -> date:
    """The last day that anybody may be reminded of by now: at some office the next working day, tomorrow where it is tomorrow already."""
    return min(max(working_day(office, today + DAY, 1) for office in company().offices), today + AHEAD)


def _safely(act: Callable[[str], None], promise_id: str) -> None:
    try:
        act(promise_id)
        db.session.commit()
    except Exception as error:  # noqa: BLE001 - the next sweep tries again; the others have their turn
        db.session.rollback()
        log.error("promise not told", promise=promise_id, error=type(error).__name__)


def _take(promise_id: str) -> None:
    """Take every step of this promise's that is due, under its lock."""
    application_id = db.session.scalar(select(Promise.application_id).where(Promise.id == promise_id))
    conversation = promise_acts.conversation_of(application_id) if application_id else None
    application = promise_acts.lock_application(application_id) if application_id else None
    promise = next((p for p in application.promises if p.id == promise_id), None) if application is not None else None
    if promise is None or application is None:
        return
    now = clock.now()
    while step := _step(promise, application, now):
        name, tell = step
        setattr(promise, name, now)
        tell(promise, application, conversation)
        record(SYSTEM, f"promise.{name.removesuffix('_at')}", promise)


def _step(promise: Promise, application: Application, now: datetime) -> Step | None:
    """The next step that is due: the column that notes it, and who tells."""
    if promise.status != "open" or application.status == "withdrawn":
        return None
    role = application.role
    office, settings = company().office(role.office), current_app.config["SETTINGS"]
    over = datetime.combine(promise.due_on + timedelta(days=1), datetime.min.time(), promises.zone_of(role.office))
    if now < over:
        due = promise.reminded_at is None and now >= _remind_at(promise, office)
        return ("reminded_at", promise_mails.remind) if due else None
    if promise.told_recruiter_at is None:
        return "told_recruiter_at", promise_mails.overdue
    since = max(over, promise.made_at)
    if promise.told_candidate_at is None and now >= add_open_time(office, since, timedelta(minutes=settings.promise_grace)):
        return "told_candidate_at", _tell_candidate
    if promise.told_lead_at is None and now >= add_open_time(office, since, timedelta(minutes=settings.promise_lead)):
        return "told_lead_at", promise_mails.still_overdue
    return None


def _tell_candidate(promise: Promise, application: Application, conversation: Conversation | None) -> None:
    promise_words.tell_missed(application, promise, conversation)


def _remind_at(promise: Promise, office: Office) -> datetime:
    """The opening of the working day before, or, if it was promised later than that, of the day itself, or an hour after it was promised."""
    for day in (working_day(office, promise.due_on, -1), promise.due_on):
        opens = min((start for start, _ in spans(office, day)), default=None)
        if opens is not None and opens > promise.made_at:
            return opens
    return promise.made_at + BARELY


def _moved() -> list[str]:
    """Promises whose day had passed when another was named elsewhere, such as in the ATS; the candidate has not heard of it.

    Those too that a new stage has ended after the candidate was told that they would hear of a new day.
    """
    now, newer = clock.now(), aliased(Promise)
    told = exists().where(Mail.dedupe == literal("promise:") + Promise.id + literal(":moved"))
    replaced = and_(Promise.status == "replaced", Promise.closed_at > now - FORGOTTEN)
    settled = and_(Promise.status.in_(("kept", "broken")), Promise.closed_at == Application.stage_since, Promise.told_candidate_at.is_not(None))
    # What staff promise has been told there and then. A stage may be dated back, so here the new promise's age counts.
    fresh = and_(newer.made_by != promises.STAFF, newer.made_at > now - FORGOTTEN)
    ahead = exists().where(newer.application_id == Promise.application_id, newer.status == "open", newer.due_on >= now.date(), or_(replaced, fresh))
    query = select(Promise, Application).join(Application, Application.id == Promise.application_id)
    query = query.where(or_(replaced, settled), ahead, ~told)
    found = db.session.execute(query.limit(AT_ONCE)).unique()
    return [p.id for p, application in found if p.status != "replaced" or promise_words.was_late(p, application)]


def _tell_moved(promise_id: str) -> None:
    application_id = db.session.scalars(select(Promise.application_id).where(Promise.id == promise_id)).one()
    conversation = promise_acts.conversation_of(application_id)
    application = promise_acts.lock_application(application_id)
    before = next((p for p in application.promises if p.id == promise_id), None)
    made = promises.open_promise(application)
    if before is None or made is None or db.session.scalar(select(Mail.id).where(Mail.dedupe == promise_words.moved_key(before))):
        return
    promise_words.tell_promise(application, made, before, conversation)
    record(SYSTEM, "promise.told_new_day", made)
