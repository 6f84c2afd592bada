"""Effects that bring in a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from api.conversations.effects import Acting, handles
from api.db import db
from api.errors import NotAllowed, NotFound
from api.handoff import service, withdrawals
from api.roles.models import Application, Role


def _application(acting: Acting, data: dict[str, Any]) -> Application:
    """The candidate's own application. Raises `NotAllowed` unless the candidate is verified, `NotFound` for another's."""
    if acting.conversation.verified_at is None:
        raise NotAllowed
    query = select(Application).where(Application.ref == str(data.get("application")), Application.candidate_id == acting.conversation.candidate_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _role(data: dict[str, Any]) -> Role | None:
    return db.session.scalar(select(Role).where(Role.ref == str(data["role"]))) if data.get("role") else None


def _words(data: dict[str, Any], *names: str) -> str:
    return "\n".join(str(data[n]) for n in names if data.get(n))


@handles("handoff")
def handoff(acting: Acting, data: dict[str, Any]) -> str:
    """A person is wanted or needed."""
    priority = "high" if data.get("priority") == "high" else "normal"
    return service.request_handoff(acting, str(data.get("reason", "")), priority, str(data.get("note") or "")[:2000])


@handles("withdraw")
def withdraw(acting: Acting, data: dict[str, Any]) -> str:
    """The candidate withdraws, or says why afterwards."""
    return withdrawals.withdraw(acting, _application(acting, data), _words(data, "reason"))


@handles("reschedule")
def reschedule(acting: Acting, data: dict[str, Any]) -> str:
    """Another time for the interview."""
    service.add_request(acting, "reschedule", _words(data, "wish"), _application(acting, data), priority="high")
    return "requested"


@handles("feedback_call")
def feedback_call(acting: Acting, data: dict[str, Any]) -> str:
    """A call with the recruiter about why."""
    service.add_request(acting, "feedback_call", _words(data, "wish"), _application(acting, data))
    return "requested"


@handles("ask_pay")
def ask_pay(acting: Acting, data: dict[str, Any]) -> str:
    """The pay range that an ad does not give."""
    service.add_request(acting, "ask_pay", role=_role(data))
    return "requested"


@handles("ask_recruiter")
def ask_recruiter(acting: Acting, data: dict[str, Any]) -> str:
    """A question that the data does not answer, or that cannot wait."""
    urgent: dict[str, Any] = {"priority": "high"} if data.get("priority") == "high" else {}
    service.add_request(acting, "ask_recruiter", _words(data, "question"), role=_role(data), topic=str(data.get("topic") or "")[:64], **urgent)
    return "requested"
