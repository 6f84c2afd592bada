"""Telling of new roles: each open role is held once against the alerts that were confirmed before it came.

Roles that come in together are one batch and one mail. A batch that a stopped worker left half told is told
to its end: a mail's `dedupe` names batch and alert, so nobody is told twice.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from api import clock, jobs
from api.candidates import alerts, mails
from api.candidates.models import AnnouncedRole, JobAlert
from api.db import db, new_id, read_only
from api.outbox.service import queue_mail
from api.roles.models import Role
from api.roles.queries import is_open, status_of

SETTLE = timedelta(minutes=2)  # roles that an ATS sends one after another go into one mail
STALE = timedelta(minutes=5)
AT_ONCE = 200


@jobs.job("candidates.alerts", sweep=True)
def tell_of_new_roles() -> None:
    """Find open roles that nobody was told of, and finish what was left half told."""
    for batch in (*_left_over(), _claim()):
        if batch is not None:
            _tell(batch)


def _left_over() -> list[str]:
    read_only()
    query = select(AnnouncedRole.batch).where(AnnouncedRole.done_at.is_(None), AnnouncedRole.found_at < clock.now() - STALE).distinct()
    found = list(db.session.scalars(query))
    db.session.rollback()
    return found


def _claim() -> str | None:
    """Make the new open roles a batch, unless the oldest has only just come or another worker is quicker."""
    read_only()
    new = select(Role.id, Role.created_at).outerjoin(AnnouncedRole, AnnouncedRole.role_id == Role.id).where(is_open(), AnnouncedRole.role_id.is_(None))
    rows = db.session.execute(new).all()
    db.session.rollback()
    if not rows or min(created_at for _, created_at in rows) > clock.now() - SETTLE:
        return None
    batch, now = new_id(), clock.now()
    try:
        db.session.add_all(AnnouncedRole(role_id=id_, batch=batch, found_at=now) for id_, _ in rows)
        db.session.commit()
    except IntegrityError:  # another worker was quicker, or a role has gone: the next sweep looks again
        db.session.rollback()
        return None
    return batch


def _tell(batch: str) -> None:
    """Mail a batch to everybody it concerns, some at a time, so that no transaction is long."""
    last = ""
    while found := _tell_some(batch, last):
        last = found
    db.session.execute(update(AnnouncedRole).where(AnnouncedRole.batch == batch).values(done_at=clock.now()))
    db.session.commit()


def _tell_some(batch: str, after: str) -> str | None:
    """The next alerts by id; the last of them, or None at the end."""
    roles = list(db.session.scalars(select(Role).join(AnnouncedRole, AnnouncedRole.role_id == Role.id).where(AnnouncedRole.batch == batch).order_by(Role.ref)))
    newest = max((role.created_at for role in roles), default=None)
    if newest is None:
        db.session.rollback()
        return None
    query = select(JobAlert).where(JobAlert.status == "confirmed", JobAlert.confirmed_at < newest, JobAlert.id > after)
    some = list(db.session.scalars(query.order_by(JobAlert.id).limit(AT_ONCE)))
    for alert in some:
        _tell_one(batch, alert, roles)
    last = some[-1].id if some else None
    db.session.commit()
    return last


def _tell_one(batch: str, alert: JobAlert, roles: list[Role]) -> None:
    wanted = [r for r in roles if status_of(r) == "open" and alert.confirmed_at is not None and alert.confirmed_at < r.created_at and alerts.fits(alert, r)]
    if wanted:
        mail = mails.alert_news(alert, wanted, alerts.end_path(alert))
        queue_mail(alert.email, mail.subject, mail.text, alert.language, f"alert:{batch}:{alert.id}")
