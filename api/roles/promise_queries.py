"""Reading promises: what is due, what is overdue, and which applications nobody has promised anything for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, case, func, literal, or_, select

from api import clock
from api.accounts.models import Staff
from api.answers.company import company
from api.candidates.models import Candidate
from api.conversations.models import Conversation
from api.db import db
from api.reader import nearest
from api.roles import text
from api.roles.models import Application, Promise, Role, RoleText
from api.roles.promises import zone_of

VIEWS = ("overdue", "today", "week", "none")
MOST = 200


@dataclass(frozen=True)
class Owed:
    """An application and the contact that is owed, if any was promised. `days`: how many it is overdue (or away, below 0)."""

    application_id: str
    ref: str
    name: str
    phone: str | None
    email: str
    role_ref: str
    role_title: str
    recruiter: str
    stage: str
    stage_name: str
    stage_since: datetime
    conversation_id: str | None
    promise_id: str | None = None
    who: str = ""
    due_on: date | None = None
    channel: str = ""
    days: int = 0
    told: bool = False


def rows(staff: Staff, view: str, everybody: bool, language: str) -> list[Owed]:
    """What a list shows, the most pressing first, at most `MOST` and one more. Two queries, however many rows."""
    today = _today()
    query = _listed(view).add_columns(Candidate.name, Candidate.phone, Candidate.email, Role.ref, Role.recruiter, _newest_talk(), today.label("today"))
    if not everybody:
        query = query.where(theirs(staff))
    order = (Application.stage_since, Application.id) if view == "none" else (Promise.due_on, Application.stage_since, Application.id)
    found = db.session.execute(query.order_by(*order).limit(MOST + 1)).all()
    titles = _titles({row.ref for row in found}, language)
    return [_owed(row, titles) for row in found]


def counts(staff: Staff, everybody: bool) -> dict[str, int]:
    """How many each list has. One query."""
    parts = [_listed(view) if everybody else _listed(view).where(theirs(staff)) for view in VIEWS]
    many = [part.with_only_columns(func.count()).order_by(None).scalar_subquery() for part in parts]
    return dict(zip(VIEWS, db.session.execute(select(*many)).one(), strict=True))


def overdue(staff: Staff) -> int:
    """How many promises of this person's are overdue: the number that the desk's menu shows."""
    query = _listed("overdue").where(theirs(staff)).with_only_columns(func.count())
    return db.session.scalar(query) or 0


def theirs(staff: Staff) -> ColumnElement[bool]:
    """The condition for promises, or applications without one, that this person answers for."""
    recruiter = func.lower(Role.recruiter["email"].as_string()) == staff.email.lower()
    named = and_(Promise.id.is_not(None), Promise.staff_id.is_(None), Promise.who == staff.name)
    return or_(Promise.staff_id == staff.id, named, and_(Promise.id.is_(None), recruiter))


def _listed(view: str) -> Select[Any]:
    """Applications with their open promise, as far as they belong in the list."""
    owed = and_(Promise.application_id == Application.id, Promise.status == "open")
    columns = (Application.id.label("application_id"), Application.ref.label("application_ref"), Application.stage, Application.stage_since, Promise)
    query: Any = select(*columns)
    query = query.join(Role, Role.id == Application.role_id).join(Candidate, Candidate.id == Application.candidate_id)
    if view == "none":
        query = query.outerjoin(Promise, owed).where(Promise.id.is_(None), Application.status == "active")
    else:
        query = query.join(Promise, owed).where(_when(view))
    found: Select[Any] = query
    return found


def _when(view: str) -> ColumnElement[bool]:
    today = _today()
    if view == "overdue":
        return Promise.due_on < today
    if view == "today":
        return Promise.due_on == today
    return and_(Promise.due_on > today, Promise.due_on <= _today(to_sunday=True))


def _today(to_sunday: bool = False) -> ColumnElement[date]:
    """The day it is at the role's office, or the Sunday after it."""

    def day(office: str | None) -> ColumnElement[date]:
        found = clock.now().astimezone(zone_of(office)).date()
        return literal(found + timedelta(days=6 - found.weekday()) if to_sunday else found, Date)

    return case(*((Role.office == office.key, day(office.key)) for office in company().offices), else_=day(None))


def _newest_talk() -> ColumnElement[Any]:
    """The candidate's newest conversation in which they have proved who they are."""
    query = select(Conversation.id).where(Conversation.candidate_id == Application.candidate_id, Conversation.verified_at.is_not(None))
    return query.order_by(Conversation.updated_at.desc()).limit(1).correlate(Application).scalar_subquery().label("conversation_id")


def _titles(refs: Iterable[str], language: str) -> dict[str, str]:
    known: dict[str, dict[str, str]] = {}
    query = select(Role.ref, RoleText.language, RoleText.title).join(RoleText, RoleText.role_id == Role.id).where(Role.ref.in_(list(refs)))
    for ref, code, said in db.session.execute(query):
        known.setdefault(ref, {})[code] = said
    return {ref: titles[best] for ref, titles in known.items() if (best := nearest(titles, language))}


def _owed(row: Any, titles: dict[str, str]) -> Owed:
    promise: Promise | None = row.Promise
    found = {
        "application_id": row.application_id, "ref": row.application_ref, "name": row.name, "phone": row.phone, "email": row.email, "role_ref": row.ref,
        "role_title": titles.get(row.ref, row.ref), "recruiter": row.recruiter.get("name", ""), "stage": row.stage, "stage_name": text.stage(row.stage),
        "stage_since": row.stage_since, "conversation_id": row.conversation_id,
    }  # fmt: skip
    if promise is None:
        return Owed(**found)
    return Owed(
        **found, promise_id=promise.id, who=promise.who, due_on=promise.due_on, channel=promise.channel,
        days=(row.today - promise.due_on).days, told=promise.told_candidate_at is not None,
    )  # fmt: skip
