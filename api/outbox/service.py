"""Writing mails and webhooks: stored with what they are about, sent afterwards by the worker."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from api import jobs
from api.db import after_commit, db
from api.outbox.models import Mail, Webhook


def queue_mail(recipient: str, subject: str, text: str, language: str, dedupe: str) -> None:
    """Have a mail sent once the caller's transaction is committed; the same `dedupe` never mails twice."""
    if db.session.scalar(select(Mail.id).where(Mail.dedupe == dedupe)):
        return
    db.session.add(Mail(recipient=recipient, subject=" ".join(subject.split())[:300], text=text, language=language, dedupe=dedupe))
    db.session.flush()
    after_commit(lambda: jobs.later("outbox.deliver"))


def queue_nothing(dedupe: str) -> None:
    """The same work as `queue_mail` without a mail, so that an unknown address takes as long as a known one."""
    if db.session.scalar(select(Mail.id).where(Mail.dedupe == dedupe)):
        return
    db.session.add(Mail(recipient="", subject="", text="", language="en", dedupe=dedupe, status="void"))
    db.session.flush()
    after_commit(lambda: jobs.later("outbox.deliver"))


def queue_webhook(text: str, dedupe: str) -> None:
    """Have the outside channel told once the caller's transaction is committed, if there is one. No personal data in `text`."""
    if not current_app.config["SETTINGS"].webhook_url.get_secret_value():
        return
    if db.session.scalar(select(Webhook.id).where(Webhook.dedupe == dedupe)):
        return
    db.session.add(Webhook(text=text, dedupe=dedupe))
    db.session.flush()
    after_commit(lambda: jobs.later("outbox.call"))
