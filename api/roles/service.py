"""Writing roles and applications, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from api.audit.service import Actor, record
from api.errors import Conflict
from api.roles import promises
from api.roles.models import Application, StageChange


def withdraw_application(application: Application, reason: str, actor: Actor, now: datetime) -> None:
    """The candidate withdraws. Doing it again changes nothing. Raises `Conflict` once hired or rejected."""
    if application.status == "withdrawn":
        return
    if application.status != "active":
        raise Conflict
    application.status = application.stage = "withdrawn"
    application.stage_since = application.updated_at = now
    application.withdrawal_reason = reason or None
    application.history.append(StageChange(stage="withdrawn", at=now))
    promises.drop(application, now)
    record(actor, "application.withdrawn", application)
