"""Delivering mails that are due. Each is claimed first, so that two workers never send the same one."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import structlog
from flask import current_app
from sqlalchemy import select, update

from api import clock, jobs
from api.db import db, read_only
from api.outbox import smtp
from api.outbox.models import Mail

log = structlog.get_logger()
CLAIM = timedelta(minutes=2)
MOST_ATTEMPTS = 17


@jobs.job("outbox.deliver", sweep=True)
def deliver() -> None:
    """Send what is due. Without SMTP (the demo) a mail is kept for the mailbox page."""
    read_only()
    due = list(db.session.scalars(select(Mail.id).where(Mail.status == "due", Mail.due_at <= clock.now()).order_by(Mail.due_at).limit(50)))
    db.session.rollback()
    for mail_id in due:
        if _claim(mail_id):
            _deliver(mail_id)


def _claim(mail_id: str) -> bool:
    """Put off the others for as long as sending may take; a worker that dies leaves the mail due again."""
    now = clock.now()
    mine = update(Mail).where(Mail.id == mail_id, Mail.status == "due", Mail.due_at <= now).values(due_at=now + CLAIM, attempts=Mail.attempts + 1)
    claimed = db.session.execute(mine).rowcount == 1  # type: ignore[attr-defined]
    db.session.commit()
    return claimed


def _deliver(mail_id: str) -> None:
    settings = current_app.config["SETTINGS"]
    mail = db.session.get_one(Mail, mail_id)
    db.session.expunge(mail)
    db.session.rollback()
    url = settings.smtp_url.get_secret_value()
    if not url:
        _close(mail_id, "kept", None)
        return
    try:
        smtp.send(url, settings.mail_from, mail)
    except (OSError, smtplib.SMTPException) as error:
        _put_off(mail, type(error).__name__)
    except ValueError as error:  # an address that is none, or a header in it: no patience helps
        log.error("mail cannot be written", mail=mail.id, error=type(error).__name__)
        _close(mail_id, "failed", type(error).__name__)
    else:
        _close(mail_id, "sent", None)


def _close(mail_id: str, status: str, error: str | None) -> None:
    sent_at = clock.now() if status in ("sent", "kept") else None
    db.session.execute(update(Mail).where(Mail.id == mail_id).values(status=status, error=error, sent_at=sent_at))
    db.session.commit()


def _put_off(mail: Mail, error: str) -> None:
    """Try again later, ever more patiently, for about two days."""
    log.warning("mail not sent", mail=mail.id, attempt=mail.attempts, error=error)
    if mail.attempts >= MOST_ATTEMPTS:
        _close(mail.id, "failed", error)
        return
    wait = timedelta(seconds=min(30 * 2**mail.attempts, 6 * 3600))
    db.session.execute(update(Mail).where(Mail.id == mail.id).values(due_at=clock.now() + wait, error=error))
    db.session.commit()
