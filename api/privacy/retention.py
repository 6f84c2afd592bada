"""What is kept no longer than the company says, or than it is of use. Works in short transactions of its own."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, select

from api import clock
from api.accounts.models import Invitation, StaffSession
from api.answers.company import company
from api.audit.service import SYSTEM, record
from api.candidates.models import Candidate, JobAlert, Verification
from api.conversations.models import Conversation, Presence
from api.db import db, read_only
from api.handoff import attachments
from api.outbox.models import Mail, Webhook
from api.roles.models import Application

AT_ONCE = 100
CODES = timedelta(days=1)
MAILS = timedelta(days=30)
UNCONFIRMED_ALERTS = timedelta(days=7)
ENDED_ALERTS = timedelta(days=30)
INVITATIONS = timedelta(days=7)
SIGN_INS = timedelta(days=90)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day of the month, that many months earlier, or the month's last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def run() -> None:
    """Delete what is over its time: conversations, decided applications, candidates of whom nothing is left, the small things."""
    now, months = clock.now(), company().retention_months
    _delete_each(select(Conversation.id).where(Conversation.updated_at < months_before(now, months["conversation"])), Conversation)
    decided = (Application.status != "active", Application.stage_since < months_before(now, months["application"]))
    _delete_each(select(Application.id).where(*decided), Application)
    _delete_each(_left_candidates(months_before(now, months["application"])), Candidate)
    _delete_all(_small_things(now))
    attachments.sweep()


def _left_candidates(before: datetime) -> Select[str]:
    """Candidates without applications and conversations, known for long."""
    nothing = (~exists().where(Application.candidate_id == Candidate.id), ~exists().where(Conversation.candidate_id == Candidate.id))
    return select(Candidate.id).where(Candidate.created_at < before, *nothing)


def _small_things(now: datetime) -> Iterable[tuple[Any, ColumnElement[bool]]]:
    yield Verification, Verification.created_at < now - CODES
    yield Mail, (Mail.status != "due") & (Mail.created_at < now - MAILS)
    yield Mail, (Mail.status != "due") & Mail.dedupe.startswith("code:") & (Mail.created_at < now - CODES)
    yield JobAlert, (JobAlert.status == "pending") & (JobAlert.created_at < now - UNCONFIRMED_ALERTS)
    yield JobAlert, (JobAlert.status == "ended") & (JobAlert.ended_at < now - ENDED_ALERTS)
    yield Mail, (Mail.status != "due") & Mail.dedupe.startswith("invitation:") & (Mail.created_at < now - INVITATIONS)
    yield Webhook, (Webhook.status != "due") & (Webhook.created_at < now - MAILS)
    yield Presence, Presence.until < now - CODES
    yield Invitation, Invitation.expires_at < now - SIGN_INS
    yield StaffSession, StaffSession.expires_at < now - SIGN_INS


def _delete_each(due: Select[str], kind: Any) -> None:
    """Some rows a transaction, each noted in the log of acts; what hangs on them goes with them."""
    while ids := _some(due):
        for row in db.session.scalars(select(kind).where(kind.id.in_(ids))).unique():
            record(SYSTEM, "privacy.expired", row)
        db.session.execute(delete(kind).where(kind.id.in_(ids)))
        db.session.commit()


def _some(due: Select[str]) -> list[str]:
    read_only()
    ids = list(db.session.scalars(due.limit(AT_ONCE)))
    db.session.rollback()
    return ids


def _delete_all(things: Iterable[tuple[Any, ColumnElement[bool]]]) -> None:
    for kind, over in things:
        db.session.execute(delete(kind).where(over))
        db.session.commit()
