"""What recruiters do with promises: make one, name another day, say that contact was made, take that back.

Everything works in the caller's transaction. Conversations are locked before applications, here and wherever else both are.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext
from sqlalchemy import select

from api import clock
from api.accounts.models import Staff
from api.audit.service import Actor, record
from api.conversations import service as conversations
from api.conversations.models import Conversation
from api.db import db
from api.errors import Conflict, Invalid, NotFound
from api.roles import promise_words, promises
from api.roles.models import Application, Promise, Role
from api.roles.schemas import CHANNELS

FARTHEST = timedelta(days=90)
UNDO = timedelta(days=7)
SETTLES = timedelta(hours=4)


class ApplicationEnded(Conflict):
    """The candidate has withdrawn."""

    type = "application-ended"
    sentence = lazy_gettext("This candidate has withdrawn, so there is nothing to promise any more.")


class PromiseClosed(Conflict):
    """It was kept, replaced or dropped meanwhile."""

    type = "promise-closed"
    sentence = lazy_gettext("This promise is not open any more. Load the page again to see what became of it.")


class NotTakenBack(Conflict):
    """Another promise was made meanwhile, or it was long ago."""

    type = "not-taken-back"
    sentence = lazy_gettext("This cannot be taken back any more: another promise has been made, or it was too long ago.")


def promise(staff: Staff, application_id: str, due_on: date, channel: str) -> Promise:
    """`staff` contacts the candidate by that day. What was promised before is replaced; the candidate is told.

    In their newest conversation; by mail too, if there is none or the day has changed. Raises `NotFound`, `Invalid`, `ApplicationEnded`.
    """
    conversation = conversation_of(application_id)
    application = lock_application(application_id)
    if application.status == "withdrawn":
        raise ApplicationEnded
    now = clock.now()
    today = now.astimezone(promises.zone_of(application.role.office)).date()
    if channel not in CHANNELS:
        raise Invalid(lazy_gettext("Choose how you will be in touch."))
    if not today <= due_on <= today + FARTHEST:
        raise Invalid(lazy_gettext("Choose a day from today on, at most three months away."))
    before = promises.open_promise(application)
    data = {"who": staff.name, "due_on": due_on, "channel": channel}
    made = promises.make(application, data, promises.STAFF, now, staff.id)
    if made is before:
        return made
    db.session.flush()
    # Where a rule or the ATS had promised the very same, nobody had told the candidate, and it is no other day.
    moved = before is not None and not promises.same_contact(before, data)
    promise_words.tell_promise(application, made, before if moved else None, conversation)
    record(_actor(staff), "promise.made", made)
    return made


def keep(staff: Staff, promise_id: str, on_the_day: bool = False) -> Promise:
    """Contact was made: just now, or (`on_the_day`) in time, only that nobody had noted it. Raises `NotFound`, `PromiseClosed`."""
    found, application = _lock(promise_id)
    if found.status != "open":
        raise PromiseClosed
    now = clock.now()
    if on_the_day:
        found.status, found.closed_at = "kept", min(now, _end_of(found, application.role))
    else:
        promises.settle(application, now)
    record(_actor(staff), "promise.kept" if found.status == "kept" else "promise.kept_late", found)
    return found


def take_back(staff: Staff, promise_id: str) -> Promise:
    """It was not kept, after all: it is open again. Raises `NotFound`, `NotTakenBack`."""
    found, application = _lock(promise_id)
    if found.status == "open":
        return found
    recently = found.closed_at is not None and found.closed_at > clock.now() - UNDO
    if found.status not in ("kept", "broken") or not recently or promises.open_promise(application) or application.status == "withdrawn":
        raise NotTakenBack
    found.status, found.closed_at = "open", None
    record(_actor(staff), "promise.reopened", found)
    return found


def contacted(conversation: Conversation, staff: Staff, since: datetime | None) -> None:
    """`staff` has written to the candidate, who has proved who they are: that keeps what was promised.

    Kept are the promises of this person and those about the role that the talk is about, or the only one there is. What was
    promised while they talk (`since`: when `staff` joined) is still to come, unless it was hours ago. The conversation is locked.
    """
    if conversation.candidate_id is None or conversation.verified_at is None:
        return
    now = clock.now()
    before = max(since or now, now - SETTLES)
    query = select(Application, Promise).join(Promise, Promise.application_id == Application.id).join(Role, Role.id == Application.role_id)
    query = query.where(Application.candidate_id == conversation.candidate_id, Promise.status == "open")
    found = db.session.execute(query.with_for_update(of=Promise)).unique().all()
    for application, owed in found:
        # A fresh one counts among those there are: beside it, another application's is not the only one.
        meant = len(found) == 1 or staff.id == owed.staff_id or staff.name == owed.who or application.role.ref == conversation.page_role
        if meant and owed.made_at < before:
            promises.settle(application, now)
            record(_actor(staff), "promise.kept" if owed.status == "kept" else "promise.kept_late", owed, by="message")


def conversation_of(application_id: str) -> Conversation | None:
    """The candidate's newest conversation in which they have proved who they are, locked; None if there is none."""
    query = (
        select(Conversation.id)
        .join(Application, Application.candidate_id == Conversation.candidate_id)
        .where(Application.id == application_id, Conversation.verified_at.is_not(None))
        .order_by(Conversation.updated_at.desc())
        .limit(1)
    )
    found = db.session.scalar(query)
    return conversations.lock(found) if found else None


def lock_application(application_id: str) -> Application:
    """The application, fresh and locked. Raises `NotFound`."""
    query = select(Application).where(Application.id == application_id).with_for_update(of=Application).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _lock(promise_id: str) -> tuple[Promise, Application]:
    """The promise and its application, locked. Raises `NotFound`."""
    application_id = db.session.scalar(select(Promise.application_id).where(Promise.id == promise_id))
    if application_id is None:
        raise NotFound
    application = lock_application(application_id)
    return next(p for p in application.promises if p.id == promise_id), application


def _end_of(found: Promise, role: Role) -> datetime:
    """The last moment at which it was in time."""
    return datetime.combine(found.due_on, datetime.max.time().replace(microsecond=0), promises.zone_of(role.office))


def _actor(staff: Staff) -> Actor:
    return Actor("staff", staff.id)
