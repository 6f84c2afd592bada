"""Delivering mails and webhooks that are due. Each is claimed first, so that two workers never send the same one."""

from __future__ import annotations

from datetime import timedelta

import structlog
import urllib3
from flask import current_app
from sqlalchemy import select, update

from api import clock, jobs
from api.db import db, read_only
from api.outbox import smtp, webhook
from api.outbox.models import Mail, Webhook

log = structlog.get_logger()
CLAIM = timedelta(minutes=2)
MOST_ATTEMPTS = 17


@jobs.job("outbox.deliver", sweep=True)
def deliver() -> None:
    """Send what is due. Without SMTP (the demo) a mail is kept for the mailbox page.

    A server that is out of reach lets each try wait: after the first one the others wait for their next.
    """
    for mail_id in _due(Mail):
        if _claim(Mail, mail_id) and not _deliver(mail_id):
            _put_off_others()
            return


@jobs.job("outbox.call", sweep=True)
def call() -> None:
    """Make the calls that are due, in about the order in which they came up."""
    for webhook_id in _due(Webhook):
        if _claim(Webhook, webhook_id):
            _call(webhook_id)


def _due(kind: type[Mail] | type[Webhook]) -> list[str]:
    read_only()
    due = list(db.session.scalars(select(kind.id).where(kind.status == "due", kind.due_at <= clock.now()).order_by(kind.due_at).limit(50)))
    db.session.rollback()
    return due


def _claim(kind: type[Mail] | type[Webhook], id_: str) -> bool:
    """Put off the others for as long as sending may take; a worker that dies leaves the row due again."""
    now = clock.now()
    mine = update(kind).where(kind.id == id_, kind.status == "due", kind.due_at <= now).values(due_at=now + CLAIM, attempts=kind.attempts + 1)
    claimed = db.session.execute(mine).rowcount == 1  # type: ignore[attr-defined]
    db.session.commit()
    return claimed


def _deliver(mail_id: str) -> bool:
    """Send one. False if the server is out of reach, so that it is no use to try another."""
    settings = current_app.config["SETTINGS"]
    mail = _look_at(Mail, mail_id)
    url = settings.smtp_url.get_secret_value()
    if not url:
        _close(Mail, mail_id, "kept", None)
        return True
    try:
        smtp.send(url, settings.mail_from, mail)
    except OSError as error:  # smtplib's own errors are some, too
        _put_off(mail, type(error).__name__)
        return not smtp.is_out_of_reach(error)
    except ValueError as error:  # an address that is none, or a header in it: no patience helps
        log.error("mail cannot be written", mail=mail.id, error=type(error).__name__)
        _close(Mail, mail_id, "failed", type(error).__name__)
    else:
        _close(Mail, mail_id, "sent", None)
    return True


def _call(webhook_id: str) -> None:
    settings = current_app.config["SETTINGS"]
    row = _look_at(Webhook, webhook_id)
    url = settings.webhook_url.get_secret_value()
    if not url:  # it has been switched off since
        _close(Webhook, webhook_id, "failed", "no address")
        return
    try:
        webhook.call(url, settings.webhook_secret.get_secret_value(), row, clock.now())
    except webhook.Refused as refusal:
        _put_off(row, str(refusal))
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        _put_off(row, type(error).__name__)  # never its text: the address is a secret
    else:
        _close(Webhook, webhook_id, "sent", None)


def _look_at[Row: (Mail, Webhook)](kind: type[Row], id_: str) -> Row:
    """The row as it is now, to be read while no transaction is open."""
    row = db.session.get_one(kind, id_)
    db.session.expunge(row)
    db.session.rollback()
    return row


def _close(kind: type[Mail] | type[Webhook], id_: str, status: str, error: str | None) -> None:
    sent_at = clock.now() if status in ("sent", "kept") else None
    db.session.execute(update(kind).where(kind.id == id_).values(status=status, error=error, sent_at=sent_at))
    db.session.commit()


def _put_off(row: Mail | Webhook, error: str) -> None:
    """Try again later, ever more patiently, for about two days."""
    log.warning("not sent", kind=row.__tablename__, id=row.id, attempt=row.attempts, error=error)
    if row.attempts >= MOST_ATTEMPTS:
        _close(type(row), row.id, "failed", error)
        return
    db.session.execute(update(type(row)).where(type(row).id == row.id).values(due_at=clock.now() + _patience(row.attempts), error=error))
    db.session.commit()


def _put_off_others() -> None:
    """The mails that are due wait as after their last try; that one was none for them, so it does not count."""
    now = clock.now()
    due = Mail.status == "due", Mail.due_at <= now
    read_only()
    tried = list(db.session.scalars(select(Mail.attempts).where(*due).distinct()))
    db.session.rollback()
    for attempts in tried:
        db.session.execute(update(Mail).where(*due, Mail.attempts == attempts).values(due_at=now + _patience(attempts)))
    db.session.commit()
    if tried:
        log.warning("mail server out of reach, the others wait")


def _patience(attempts: int) -> timedelta:
    """How long to wait after so many tries: from half a minute to six hours."""
    return timedelta(seconds=min(30 * 2**attempts, 6 * 3600))
