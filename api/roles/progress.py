"""Reading applications: where a candidate's stand, and how long candidates have waited."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from typing import Any

from flask_babel import force_locale
from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload, lazyload

from api import clock
from api.db import db
from api.reader import nearest
from api.roles import text
from api.roles.models import Application, Promise, Role, StageChange
from api.roles.promises import zone_of
from api.roles.queries import local_now, texts_of
from api.roles.schemas import ENDED

MEASURED = timedelta(days=365)
SAMPLE = 500


def applications_of(candidate_id: str, language: str) -> list[dict[str, Any]]:
    """A candidate's applications, newest first, with stage, next contact, interview and feedback in words."""
    met = exists().where(StageChange.application_id == Application.id, StageChange.stage == "interview").correlate(Application)
    query = (
        select(Application, Promise, met.label("met"))
        .outerjoin(Promise, (Promise.application_id == Application.id) & (Promise.status == "open"))
        .where(Application.candidate_id == candidate_id)
        .order_by(Application.received_at.desc(), Application.ref)
        .options(lazyload(Application.candidate), lazyload(Application.history), lazyload(Application.promises))
        .options(joinedload(Application.role, innerjoin=True).joinedload(Role.texts))
    )
    with force_locale(language):
        return [_view(*row, language) for row in db.session.execute(query).unique()]


def _view(application: Application, promise: Promise | None, met: bool, language: str) -> dict[str, Any]:
    role: Role = application.role
    now = local_now(role.office)
    _, texts, _ = texts_of(role, language)
    active = application.status == "active"
    return {
        "ref": application.ref, "role_ref": role.ref, "role_title": texts.get("title", role.ref),
        "status": application.status, "stage": application.stage, "stage_name": text.stage(application.stage),
        "stage_since": _local(application.stage_since, role), "received_at": _local(application.received_at, role),
        "next_stage_name": text.next_stage(application.stage, bool(texts.get("assessment"))) if active else None,
        "interviewed": _interviewed(application, met, now), "contact": _contact(role),
        "promise": _promise(promise, role, now), "interview": _interview(application.interview, role),
        "feedback": _in(application.feedback, language), "as_of": now.isoformat(),
    }  # fmt: skip


def _interviewed(application: Application, met: bool, now: datetime) -> bool:
    """Whether the candidate has been to an interview: its time came before now and before the end, or its stage is past."""
    at = (application.interview or {}).get("at")
    ended = application.status in ENDED
    if at is not None and (ended or datetime.fromisoformat(at) <= now):
        return datetime.fromisoformat(at) <= (application.stage_since if ended else now)
    return met and application.stage != "interview"


def _contact(role: Role) -> dict[str, Any] | None:
    """Who answers for the application: the recruiter, with what the role's contact adds about the same person."""
    person = role.recruiter or role.contact
    if not person:
        return None
    same = role.contact if role.contact.get("name") == person.get("name") else {}
    return {name: person.get(name) or same.get(name) for name in ("name", "title", "email", "phone")}


def _promise(promise: Promise | None, role: Role, now: datetime) -> dict[str, Any] | None:
    if promise is None:
        return None
    return {
        "who": promise.who, "due_on": promise.due_on.isoformat(), "channel": promise.channel,
        "overdue": promise.due_on < now.date(), "made_at": _local(promise.made_at, role),
    }  # fmt: skip


def _interview(interview: dict[str, Any] | None, role: Role) -> dict[str, Any] | None:
    if interview is None:
        return None
    empty: dict[str, Any] = {"form": None, "minutes": None, "place": None, "participants": []}
    return empty | interview | {"at": _local(datetime.fromisoformat(interview["at"]), role)}


def _in(texts: dict[str, str], language: str) -> str | None:
    best = nearest(texts, language)
    return texts[best] if best else None


def _local(moment: datetime, role: Role) -> str:
    """A moment in the zone of the role's office."""
    return moment.astimezone(zone_of(role.office)).isoformat()


def response_times(ref: str | None) -> dict[str, Any]:
    """Days from an application to the employer's first move, measured over a year, for one role or for all.

    `promised_days` is what the role itself says. A role that is not known has no measure.
    """
    moved = (
        select(func.min(StageChange.at))
        .where(StageChange.application_id == Application.id, StageChange.stage.not_in(("received", "withdrawn")))
        .correlate(Application)
        .scalar_subquery()
    )
    query = select(Application.received_at, moved.label("moved_at")).where(Application.received_at > clock.now() - MEASURED, moved.is_not(None))
    if ref is not None:
        query = query.join(Role, Role.id == Application.role_id).where(Role.ref == ref)
    waits = [(row.moved_at - row.received_at) / timedelta(days=1) for row in db.session.execute(query.order_by(Application.received_at.desc()).limit(SAMPLE))]
    waits = [days for days in waits if days >= 0]
    promised = db.session.scalar(select(Role.response_days).where(Role.ref == ref)) if ref is not None else None
    return {
        "median_days": round(median(waits), 1) if waits else None, "sample": len(waits),
        "promised_days": promised, "as_of": local_now().isoformat(),
    }  # fmt: skip
