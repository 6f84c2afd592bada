"""Writing roles and applications, in the caller's transaction. What comes in has passed the schemas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import Select, exists, select
from sqlalchemy.exc import IntegrityError

from api import clock
from api.assistant.language import text_language
from api.audit.service import Actor, record
from api.candidates.models import Candidate
from api.db import db
from api.errors import Conflict, Invalid, NotFound
from api.roles import promise_rules, promises
from api.roles.models import Application, Role, RoleText, StageChange
from api.roles.schemas import status_of

PARTS = ("employer", "manager", "contact", "recruiter")
PLAIN = (
    "status", "country", "office", "locations", "remote", "field", "employment_type", "hours", "hours_per_week",
    "contract_months", "starts_on", "closes_on", "languages", "team_size", "response_days", "url",
)  # fmt: skip


@dataclass(frozen=True)
class Saved[T]:
    """A row, and what came of saving it: `created`, `changed` or `unchanged`."""

    row: T
    outcome: str


def save_role(data: dict[str, Any], actor: Actor, source: str = "ats") -> Saved[Role]:
    """Create the role, or change it to exactly what `data` (a loaded `RoleIn` with its `ref`) says."""
    values = _role_values(data) | {"source": source}
    query = select(Role).where(Role.ref == data["ref"]).with_for_update(of=Role)
    role, created = _find_or_add(query, Role(ref=data["ref"], **values))
    changed = _change(role, values)
    if _change_texts(role, data["texts"]):
        changed.append("texts")
    if created or changed:
        _note_change(role)
        db.session.flush()
        record(actor, "role.created" if created else "role.changed", role, **({} if created else {"changed": changed}))
    return Saved(role, "created" if created else "changed" if changed else "unchanged")


def _note_change(role: Role) -> None:
    role.updated_at, role.revision = clock.now(), Role.revision + 1


def _role_values(data: dict[str, Any]) -> dict[str, Any]:
    values = {name: data.get(name) for name in PLAIN} | {name: data.get(name) or {} for name in PARTS}
    pay = data.get("pay") or {}
    return values | {f"pay_{name}": pay.get(name) for name in ("min", "max", "currency", "period", "as_of")}


def _change_texts(role: Role, texts: dict[str, Any]) -> bool:
    """Make the role's texts those of `texts`, by language; true if that changed anything."""
    wanted = {language: (data["title"], {k: v for k, v in data.items() if k != "title"}) for language, data in texts.items()}
    if {t.language: (t.title, t.data) for t in role.texts} == wanted:
        return False
    kept = {t.language: t for t in role.texts if t.language in wanted}
    for language, (title, data) in wanted.items():
        kept.setdefault(language, RoleText(language=language)).title = title
        kept[language].data = data
    role.texts = list(kept.values())
    return True


def remove_role(ref: str, actor: Actor) -> None:
    """Close the role, or delete it if nobody has applied. Raises `NotFound`."""
    role = db.session.scalar(select(Role).where(Role.ref == ref).with_for_update(of=Role))
    if role is None:
        raise NotFound
    if db.session.scalar(select(exists().where(Application.role_id == role.id))):
        if role.status != "closed":
            role.status = "closed"
            _note_change(role)
            record(actor, "role.closed", role)
        return
    record(actor, "role.removed", role, ref=role.ref)
    db.session.delete(role)
    db.session.flush()


def save_application(data: dict[str, Any], actor: Actor) -> Saved[Application]:
    """Create or change an application (a loaded `ApplicationIn` with its `ref`). Fields left out stay as they are.

    Raises `Invalid` for a role that is not known. An application that the candidate has withdrawn here stays
    withdrawn until the ATS names a later stage: it may not have heard yet.
    """
    now = clock.now()
    role = db.session.scalar(select(Role).where(Role.ref == data["role"]).with_for_update(read=True, key_share=True, of=Role))
    if role is None:
        raise Invalid(errors=[{"field": "role", "message": str(lazy_gettext("There is no role with this reference."))}])
    candidate = _candidate(data["candidate"])
    received_at, since = _times(data, now)
    values = {"role_id": role.id, "candidate_id": candidate.id} | _told(data, candidate)
    query = select(Application).where(Application.ref == data["ref"]).with_for_update(of=Application)
    new = Application(ref=data["ref"], stage=data["stage"], status=status_of(data["stage"]), stage_since=since or received_at or now, **values)
    new.received_at = received_at or new.stage_since
    application, created = _find_or_add(query, new)
    changed = _change(application, values | ({"received_at": received_at} if received_at else {}))
    if not _withdrawn_here(application, data["stage"], since):
        moved = created or application.stage != data["stage"]
        changed += _promise(application, data, actor, now, (since or now) if moved and not created else None)
        changed += _move(application, data, since, now, created)
        if "promise" not in data:
            changed += _by_rule(application, moved, now)
    if created or changed:
        application.updated_at = now
        db.session.flush()
        record(actor, "application.created" if created else "application.changed", application, stage=application.stage, changed=changed)
    return Saved(application, "created" if created else "changed" if changed else "unchanged")


def _candidate(data: dict[str, Any]) -> Candidate:
    """The candidate with this address (in lower case), with what the ATS knows of them now."""
    query = select(Candidate).where(Candidate.email == data["email"]).with_for_update(of=Candidate)
    candidate, _ = _find_or_add(query, Candidate(email=data["email"], name=data.get("name", "")))
    _change(candidate, {name: data[name] for name in ("name", "language", "phone") if name in data})
    return candidate


def _times(data: dict[str, Any], now: datetime) -> tuple[datetime | None, datetime | None]:
    """When the application came and since when it is in its stage, as far as the ATS says."""
    history = data.get("history", ())
    received = data.get("received_at") or min((h["at"] for h in history if h["stage"] == "received"), default=None)
    since = data.get("stage_since") or max((h["at"] for h in history if h["stage"] == data["stage"]), default=None)
    return received, since or (received if data["stage"] == "received" else None)


def _told(data: dict[str, Any], candidate: Candidate) -> dict[str, Any]:
    """Interview and feedback, as far as the ATS says."""
    told: dict[str, Any] = {"interview": data["interview"]} if "interview" in data else {}
    if "feedback" in data:
        texts = data["feedback"] or {}
        told["feedback"] = {language or text_language(text, candidate.language or "en"): text for language, text in texts.items()}
    return told


def _withdrawn_here(application: Application, stage: str, since: datetime | None) -> bool:
    ended = application.status == "withdrawn" and application.withdrawal_reason is not None and stage != "withdrawn"
    return ended and (since is None or since <= application.stage_since)


def _move(application: Application, data: dict[str, Any], since: datetime | None, now: datetime, created: bool) -> list[str]:
    """Put the application into its stage and keep every step; the names of what changed."""
    stage = data["stage"]
    steps = {(h["stage"], h["at"]) for h in data.get("history", ())}
    changed = []
    if created:
        steps |= {("received", application.received_at), (stage, application.stage_since)}
    elif application.stage != stage:
        application.stage, application.status, application.stage_since = stage, status_of(stage), since or now
        application.withdrawal_reason = None
        steps.add((stage, application.stage_since))
        changed = ["stage"]
    elif since is not None and application.stage_since != since:
        application.stage_since = since
        changed = ["stage_since"]
    new = steps - {(h.stage, h.at) for h in application.history}
    application.history.extend(StageChange(stage=step, at=at) for step, at in sorted(new, key=lambda step: step[1]))
    return [*changed, "history"] if new else changed


def _promise(application: Application, data: dict[str, Any], actor: Actor, now: datetime, contacted_at: datetime | None) -> list[str]:
    """Past promises and the next one. `contacted_at`: the application moves to another stage, which keeps the open one.

    Who has withdrawn is owed nothing any more, wherever that came from.
    """
    before = {(p.id, p.status) for p in application.promises}
    promise = data.get("promise")
    ended = [promise] if promise and promise["status"] != "open" else []
    withdrawn = data["stage"] == "withdrawn"
    owed = promise if promise and not ended and not withdrawn else None
    # Asked before the past is noted: what comes along with its own past has not ended by it.
    heard = owed is not None and promises.has_ended(application, owed, contacted_at or application.stage_since)
    for past in [*data.get("past_promises", ()), *ended]:
        promises.remember(application, past, actor.kind, now)
    if withdrawn:
        promises.drop(application, now)
    elif contacted_at is not None and not promises.still_owed(application, owed):
        promises.settle(application, contacted_at)
    if owed is not None and not heard:
        promises.make(application, owed, actor.kind, now)
    elif owed is None and "promise" in data and not promises.made_by_staff(application):
        promises.drop(application, now)
    return ["promise"] if before != {(p.id, p.status) for p in application.promises} else []


def _by_rule(application: Application, entered: bool, now: datetime) -> list[str]:
    before = promises.open_promise(application)
    promise_rules.apply(application, entered, now)
    return ["promise"] if promises.open_promise(application) is not before else []


def remove_application(ref: str, actor: Actor) -> None:
    """Delete an application with its history and promises. Raises `NotFound`."""
    application = db.session.scalar(select(Application).where(Application.ref == ref).with_for_update(of=Application))
    if application is None:
        raise NotFound
    record(actor, "application.removed", application)
    db.session.delete(application)
    db.session.flush()


def withdraw_application(application: Application, reason: str, actor: Actor, now: datetime) -> None:
    """The candidate withdraws; again, it only adds a reason given later. Raises `Conflict` once hired or rejected."""
    db.session.refresh(application, with_for_update={"of": Application})
    if application.status == "withdrawn":
        application.withdrawal_reason = application.withdrawal_reason or reason
        return
    if application.status != "active":
        raise Conflict
    application.status = application.stage = "withdrawn"
    application.stage_since = application.updated_at = now
    application.withdrawal_reason = reason
    application.history.append(StageChange(stage="withdrawn", at=now))
    promises.drop(application, now)
    record(actor, "application.withdrawn", application)


def _find_or_add[Row](query: Select[Row], new: Row) -> tuple[Row, bool]:
    """The row, locked, or `new` added; of two requests that add the same at once, the second finds the first's."""
    found = db.session.scalar(query)
    if found is not None:
        return found, False
    try:
        with db.session.begin_nested():
            db.session.add(new)
            db.session.flush()
    except IntegrityError:
        return db.session.scalars(query).one(), False
    return new, True


def _change(row: Any, values: dict[str, Any]) -> list[str]:
    """Set what differs; the names of it."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed
