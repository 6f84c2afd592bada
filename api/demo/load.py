"""The demo company's data: read from `demo/`, checked like an ATS's, stored in one transaction.

Dates in the files are relative (`today+19`, `today-3T10:00:00+01:00`), so that the demo never grows old.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import exists, select

from api.accounts.models import Staff
from api.accounts.passwords import hasher
from api.answers.service import save_answer
from api.audit.service import SYSTEM
from api.config import demo_password
from api.db import db, read_only
from api.errors import NotFound
from api.handoff import canned
from api.roles import service
from api.roles.models import Role
from api.roles.queries import local_now
from api.roles.schemas import ApplicationIn, RoleIn

RELATIVE = re.compile(r"today([+-]\d+)?(T\S+)?")


def load_if_empty() -> bool:
    """Load the demo unless the database holds roles already, or the company is another; true if it was loaded."""
    if not (_folder() / "roles").is_dir():
        return False
    read_only()
    filled = db.session.scalar(select(exists().select_from(Role)))
    db.session.rollback()
    if filled:
        give_passwords()
    else:
        load()
    return not filled


def load() -> None:
    """Store everything, all or nothing. Raises marshmallow's `ValidationError` if a file is wrong.

    What is there already is brought to what the files say today.
    """
    folder, today = _folder(), local_now().date()
    _load_staff(_read(folder / "staff.json", today))
    if (folder / "canned.json").exists():
        canned.load(_read(folder / "canned.json", today))
    for path in sorted((folder / "answers").glob("*.json")):
        data = _read(path, today)
        save_answer(data["key"], data["texts"], _start_of(data["as_of"]), SYSTEM)
    for path in sorted((folder / "roles").glob("*.json")):
        service.save_role(RoleIn().load(_read(path, today)), SYSTEM, source="demo")
    for data in _read(folder / "applications.json", today):
        service.save_application(ApplicationIn().load(data), SYSTEM)
    db.session.commit()
    give_passwords()


def give_passwords() -> None:
    """Let the demo's staff who have no password yet sign in with the demo's. Only in the demo."""
    settings = current_app.config["SETTINGS"]
    emails = [person["email"] for person in json.loads((_folder() / "staff.json").read_text(encoding="utf-8"))]
    without = select(Staff).where(Staff.email.in_(emails), Staff.password_hash.is_(None), Staff.oidc_subject.is_(None))
    read_only()
    needed = settings.env == "demo" and db.session.scalars(without).first() is not None
    db.session.rollback()
    if not needed:
        return
    password_hash = hasher.hash(demo_password(settings))
    for person in db.session.scalars(without):
        person.password_hash = password_hash
    db.session.commit()


def clear_applications() -> None:
    """Remove the demo's applications in the caller's transaction, so that they can be loaded with today's dates."""
    for data in _read(_folder() / "applications.json", local_now().date()):
        with suppress(NotFound):
            service.remove_application(data["ref"], SYSTEM)


def _folder() -> Path:
    """Where the company's file lies; the demo's data stand beside it."""
    file: Path = current_app.config["SETTINGS"].company_file
    return file.parent


def _load_staff(people: list[dict[str, Any]]) -> None:
    known = {p.email: p for p in db.session.scalars(select(Staff))}
    for person in people:
        if person["email"] not in known:
            fields = {name: person[name] for name in ("name", "email", "access", "office", "team")}
            known[person["email"]] = Staff(**fields, language=person["languages"][0])
            db.session.add(known[person["email"]])
    db.session.flush()
    for person in people:
        row, lead = known[person["email"]], known.get(person["lead"])
        row.team = row.team or person["team"]
        row.lead_id = row.lead_id or (lead.id if lead else None)


def _read(path: Path, today: date) -> Any:
    return resolve(json.loads(path.read_text(encoding="utf-8")), today)


def resolve(value: Any, today: date) -> Any:
    """`value` with every relative date in it made absolute, as seen from `today`."""
    if isinstance(value, dict):
        return {name: resolve(part, today) for name, part in value.items()}
    if isinstance(value, list):
        return [resolve(part, today) for part in value]
    found = RELATIVE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    day = today + timedelta(days=int(found[1] or 0))
    return day.isoformat() + (found[2] or "")


def _start_of(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), local_now().tzinfo)
