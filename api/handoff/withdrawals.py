"""A candidate withdraws. After an interview it is an alarm to the recruiter and their lead, as a lost customer would be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select

from api import clock, jobs
from api.conversations import service as conversations
from api.conversations.effects import Acting
from api.conversations.models import Message
from api.db import db, read_only
from api.handoff import service
from api.handoff.models import Request
from api.outbox.service import queue_mail
from api.roles import promise_mails, text
from api.roles.models import Application
from api.roles.promise_words import title
from api.roles.service import withdraw_application

AFTER_INTERVIEW = ("assessment", "offer")
URGENT = ("interview", *AFTER_INTERVIEW)
# The assistant asks for the reason after the withdrawal; the alarm waits for it, but not for long.
FOR_REASON = timedelta(minutes=10)


def withdraw(acting: Acting, application: Application, reason: str) -> str:
    """Carry it out, and note it for the recruiters. Once more, it only adds the reason. Raises `Conflict` once hired or rejected."""
    again, stage, met = application.status == "withdrawn", application.stage, _has_met(application, acting.now)
    withdraw_application(application, reason, acting.actor, acting.now)
    request = _noted(application) if again else None
    if request is None:
        data: dict[str, Any] = {"stage": stage, "priority": "high" if stage in URGENT else "normal"} | ({"alarm": "due"} if met else {})
        request = service.add_request(acting, "withdraw", reason, application, **data)
    else:
        request.text = request.text or reason[:2000]
    if reason and request.data.get("alarm") == "due":
        _raise_alarm(acting, request, application)
    return "withdrawn"


@jobs.job("handoff.withdrawals", sweep=True)
def alarm_without_reason() -> None:
    """Raise the alarms whose reason has not come."""
    read_only()
    late = Request.created_at < clock.now() - FOR_REASON
    query = select(Request.id, Request.conversation_id).where(Request.kind == "withdraw", Request.data["alarm"].as_string() == "due", late).limit(100)
    found = db.session.execute(query).all()
    db.session.rollback()
    for request_id, conversation_id in found:
        _alarm_later(request_id, conversation_id)
        db.session.commit()


def _alarm_later(request_id: str, conversation_id: str) -> None:
    conversation = conversations.lock(conversation_id)
    request = db.session.get(Request, request_id, populate_existing=True)
    application = db.session.get(Application, request.application_id) if request is not None and request.application_id else None
    if request is None or request.data.get("alarm") != "due":
        return
    if application is None:  # deleted meanwhile
        request.data = request.data | {"alarm": "void"}
        return
    _raise_alarm(Acting(conversation, Message(id="", text="", hidden=True, in_reply_to=None), clock.now()), request, application)


def _has_met(application: Application, now: datetime) -> bool:
    """Whether the candidate has been to an interview."""
    at = (application.interview or {}).get("at")
    return application.stage in AFTER_INTERVIEW or (application.stage == "interview" and at is not None and datetime.fromisoformat(at) <= now)


def _noted(application: Application) -> Request | None:
    query = select(Request).where(Request.kind == "withdraw", Request.application_id == application.id).order_by(Request.created_at).limit(1)
    return db.session.scalar(query)


def _raise_alarm(acting: Acting, request: Request, application: Application) -> None:
    """To the recruiter and the lead by mail, and on top of what waits on the desk. The conversation is locked."""
    request.data = request.data | {"alarm": "raised"}
    recruiter = promise_mails.responsible(None, application)
    lead = promise_mails.lead_of(recruiter)
    common = current_app.config["SETTINGS"].recruiters_mail, "en"
    recipients = dict((promise_mails.address(recruiter, application), common if lead is None else (lead.email, lead.language)))
    for to, language in recipients.items():
        _mail(to, language, request, application)
    if service.request_handoff(acting, "withdrew", "high", request.text) == "already":
        handoff = service.open_handoff(acting.conversation)
        if handoff is not None:
            handoff.priority = "high"


def _mail(to: str, language: str, request: Request, application: Application) -> None:
    candidate, site = application.candidate, current_app.config["SETTINGS"].site
    with force_locale(language):
        subject = gettext("URGENT: %(name)s has withdrawn after an interview", name=candidate.name or candidate.email)
        stage, about = text.stage(request.data["stage"]), title(application, language)
        facts = (
            gettext("Reason: %(reason)s", reason=request.text) if request.text else gettext("No reason was given."),
            gettext("Role: %(title)s (%(ref)s). Stage: %(stage)s.", title=about, ref=application.role.ref, stage=stage),
            ", ".join(filter(None, (candidate.name, candidate.phone, candidate.email))),
            gettext("The conversation waits for you here: %(url)s", url=f"{site}/desk/conversations/{request.conversation_id}"),
        )
        queue_mail(to, subject, "\n\n".join(facts) + "\n", language, f"withdrew:{request.id}:{to}"[:120])
