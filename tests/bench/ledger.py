"""Applications with their history and promises, as many as candidates: what the pages of promises are measured with."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from api.candidates.models import Candidate
from api.db import db, new_id
from api.roles.models import STAGES, Application, Promise, Role, StageChange

DAY = timedelta(days=1)
RECRUITERS = ("Ebba Sandström", "Priya Raman", "Jonas Lindqvist", "Aino Rantala", "Mikko Ojala")
RUNNING = STAGES[:5]


def fill(applications: int, now: datetime) -> None:
    """A year of applications, in the caller's transaction: three of five run; each has two stages or more and two promises or three."""
    chance = random.Random(2)  # noqa: S311 - no secrets here
    roles, people = list(db.session.scalars(select(Role.id))), list(db.session.scalars(select(Candidate.id)))
    rows: dict[type, list[dict[str, Any]]] = {Application: [], StageChange: [], Promise: []}
    for number in range(applications):
        _one(rows, chance, number, now - chance.random() * 360 * DAY, chance.choice(roles), people[number % len(people)], now)
    for table, found in rows.items():
        db.session.execute(insert(table), found)


def _one(rows: dict[type, list[dict[str, Any]]], chance: random.Random, number: int, at: datetime, role: str, person: str, now: datetime) -> None:
    id_, runs, many = new_id(), number % 5 < 3, chance.randint(2, 5)
    stages = [*RUNNING[:many], *([] if runs else ["rejected"])]
    times = sorted(at + chance.random() * (now - at) for _ in stages[1:])
    steps = list(zip(stages, [at, *times], strict=True))
    rows[Application].append({
        "id": id_, "ref": f"B-{number}", "role_id": role, "candidate_id": person, "status": "active" if runs else "rejected", "stage": stages[-1],
        "stage_since": steps[-1][1], "received_at": at, "feedback": {},
    })  # fmt: skip
    rows[StageChange] += [{"id": new_id(), "application_id": id_, "stage": stage, "at": since} for stage, since in steps]
    closed = [_promise(chance, id_, since, chance.choice(("kept", "kept", "kept", "broken", "replaced"))) for _, since in steps[:2]]
    rows[Promise] += closed + ([_promise(chance, id_, now - chance.random() * 8 * DAY, "open")] if runs else [])


def _promise(chance: random.Random, application_id: str, made_at: datetime, status: str) -> dict[str, Any]:
    due, late = made_at + chance.randint(2, 10) * DAY, status == "broken"
    return {
        "id": new_id(), "application_id": application_id, "who": chance.choice(RECRUITERS), "due_on": due.date(), "channel": "phone", "status": status,
        "made_at": made_at, "closed_at": None if status == "open" else due + (1 if late else -1) * DAY,
    }  # fmt: skip
