"""Writing roles and applications."""

from __future__ import annotations

from datetime import datetime

from api.audit.service import Actor, record
from api.roles.models import Application, StageChange


def withdraw_application(application: Application, reason: str, actor: Actor, now: datetime) -> None:
    """The candidate withdraws: the stage changes, and an open promise of contact ends with it. Once."""
    if application.status == "withdrawn":
        return
    application.status = application.stage = "withdrawn"
    application.stage_since = application.updated_at = now
    application.withdrawal_reason = reason or None
    application.history.append(StageChange(stage="withdrawn", at=now))
    for promise in application.promises:
        if promise.status == "open":
            promise.status, promise.closed_at = "replaced", now
    record(actor, "application.withdraw", application)
