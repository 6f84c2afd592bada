"""What candidates have asked for that a person must do: the list of it, and that it is done."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select

from api import clock
from api.accounts.models import Staff
from api.audit.service import Actor, record
from api.candidates.models import Candidate
from api.conversations.streams import hub
from api.db import after_commit, db
from api.errors import NotFound
from api.handoff.inbox import titles
from api.handoff.models import Request
from api.roles.models import Application, Role


class Asked(NamedTuple):
    """A request with what one needs to act on it. `by`: who has done it."""

    row: Request
    who: str
    role_ref: str | None
    role_title: str | None
    application_ref: str | None
    by: str


def listed(staff: Staff, status: str, limit: int) -> list[Asked]:
    """The open ones, who waits longest on top; or those that are done, the latest on top. Two queries."""
    order = (Request.created_at, Request.id) if status == "open" else (Request.done_at.desc(), Request.id)
    query = (
        select(Request, Candidate.name, Role.ref, Application.ref, Staff.name)
        .outerjoin(Candidate, Candidate.id == Request.candidate_id)
        .outerjoin(Role, Role.id == Request.role_id)
        .outerjoin(Application, Application.id == Request.application_id)
        .outerjoin(Staff, Staff.id == Request.done_by)
        .where(Request.status == status)
        .order_by(*order)
        .limit(limit)
    )
    found = db.session.execute(query).all()
    known = titles({role for _, _, role, _, _ in found if role}, staff.language)
    return [Asked(row, who or "", role, known.get(role or ""), application, by or "") for row, who, role, application, by in found]


def many(status: str) -> int:
    """How many there are."""
    return db.session.scalar(select(func.count()).select_from(Request).where(Request.status == status)) or 0


def set_done(staff: Staff, request_id: str, done: bool = True) -> Request:
    """A person has done it, or takes that back. Again changes nothing. Raises `NotFound`."""
    request = db.session.scalar(select(Request).where(Request.id == request_id).with_for_update())
    if request is None:
        raise NotFound
    if (request.status == "done") == done:
        return request
    request.status = "done" if done else "open"
    request.done_at, request.done_by = (clock.now(), staff.id) if done else (None, None)
    record(Actor("staff", staff.id), "request.done" if done else "request.reopened", request)
    woken, conversation_id = hub(), request.conversation_id
    after_commit(lambda: woken.wake(conversation_id))
    return request
